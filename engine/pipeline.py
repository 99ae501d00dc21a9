"""The stages of a run, one function each: data in, data out. No threads, no events, no state."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from engine.artifacts import AnalysisCache
from engine.cancel import NEVER, CancelToken
from engine.direction import OPEN, Direction
from engine.errors import InputError
from engine.events import Report, no_report
from engine.features.conditions import PictureRows, beat_moods, curve_overrides, estimate_conditions, look_rows, pace_of
from engine.music.chords import parse_chord, parse_key
from engine.music.completion import May, anyone, closing_beats, complete
from engine.music.controls import HIT_COLUMNS, Conditions
from engine.music.curves import drawn
from engine.music.ducking import allowed_onsets, leave_room, thin_under_speech
from engine.music.hits import gather_hits
from engine.music.loops import loop_beats, loop_tempo
from engine.music.moods import AUTO, mood_of
from engine.music.music_plan import MusicPlan, sensible_frame_s
from engine.music.notes import N_VOICES, Note, PianoRoll, roll_to_notes
from engine.music.plan import Plan, plan_rows
from engine.music.progression import write_plan
from engine.music.score import Marker, Score, perform
from engine.music.tempo_map import solve_tempo
from engine.music.tempo_solution import TempoSolution, judge_tempo
from engine.settings import GenerationSettings
from engine.signals import FrameSignals, VideoInfo, trim_signals
from engine.timebase import BEATS_PER_BAR, N_PITCHES, STEPS_PER_BEAT, Shot, Span, TempoMap
from engine.video.analyse import analyse
from engine.video.shots import detect_shots
from engine.wording import Told

_SLOW: Final = 0.35
_QUICK: Final = 0.75
"""Where in the range of tempi the preferred one lies, for a picture in which nothing happens and for the liveliest."""
_STAR_WEIGHT: Final = 4.0

if TYPE_CHECKING:
    from engine.diffusion.composer import Rows
    from engine.diffusion.model import Bundle
    from engine.diffusion.sampling import DenoiseStep, Shaper

ENERGY_REACH: Final = 0.72
"""A drawn energy of 0..1 moves the loudness of playing as the picture's intensity would over its whole range."""


def analyse_video(
    path: Path, *, cache: AnalysisCache | None = None, report: Report = no_report, cancel: CancelToken = NEVER
) -> FrameSignals:
    """Measure the picture, or take the measurements from the cache when the same file was seen before."""
    if cache is not None:
        known = cache.load(path)
        if known is not None:
            report(1, 1)
            return known
    signals = analyse(path, report=report, cancel=cancel)
    if cache is not None:
        cache.store(path, signals)
    return signals


def plan_music(
    signals: FrameSignals,
    settings: GenerationSettings,
    *,
    quantiles: Mapping[str, tuple[float, ...]],
    direction: Direction = OPEN,
    speech: tuple[Span, ...] | None = None,
) -> MusicPlan:
    """Shots, tempo, condition rows and harmony. `settings.seed` must be resolved; `direction` has precedence.

    Args:
        speech: where people speak in the video, if that was asked for; the rows leave room there when the settings say
            so.
    """
    assert settings.seed is not None
    if direction.range_s is not None:
        return _plan_part(signals, settings, quantiles, direction, direction.range_s, speech)
    shots = direction.shots or detect_shots(signals, sensitivity=settings.sensitivity)
    loops = settings.ending == "loop"
    solution = (fit_loop if loops else fit_tempo)(signals, shots, settings, direction)
    tempo = solution.tempo
    duration_s = signals.info.duration_s
    n_beats = loop_beats(tempo, duration_s) if loops else beats_to_fill(duration_s, tempo)
    picture = picture_rows(signals, shots, tempo, n_beats, settings, quantiles, direction, stars=solution.star_steps())
    harmony = write_harmony(picture, tempo, settings, direction, duration_s=signals.info.duration_s)
    conditions = Conditions(picture.dynamic, picture.semantic, plan_rows(harmony, loops=loops))
    plan = MusicPlan(signals.info, shots, tempo, n_beats, harmony, conditions, speech=speech, solution=solution)
    return with_room_for_speech(plan, settings)


def _plan_part(
    signals: FrameSignals,
    settings: GenerationSettings,
    quantiles: Mapping[str, tuple[float, ...]],
    direction: Direction,
    range_s: tuple[Fraction, Fraction],
    speech: tuple[Span, ...] | None,
) -> MusicPlan:
    """The plan of a part of the video, made as if nothing else were there: the music begins and ends with it."""
    shots = direction.shots or detect_shots(signals, sensitivity=settings.sensitivity)
    part, exact_s = trim_signals(signals, range_s)
    own = direction.within(*exact_s, shots=shots)
    plan = replace(plan_music(part, settings, quantiles=quantiles, direction=own), info=signals.info, range_s=exact_s)
    return with_room_for_speech(replace(plan, speech=speech), settings)


def with_room_for_speech(plan: MusicPlan, settings: GenerationSettings) -> MusicPlan:
    """The plan whose rows ask for less under speech, when the settings say so."""
    if not settings.duck_notes or not plan.speech:
        return plan
    return replace(plan, conditions=leave_room(plan.conditions, plan.speech_steps()))


def notes_beside_speech(
    notes: tuple[Note, ...], plan: MusicPlan, settings: GenerationSettings, *, fixed: Collection[Note] = ()
) -> tuple[Note, ...]:
    """The notes, thinned under speech when the settings say so; hits stay, and so do `fixed` notes."""
    if not settings.duck_notes or not plan.speech:
        return notes
    chords = plan.harmony.chords
    changes = [STEPS_PER_BEAT * i for i in range(1, len(chords)) if chords[i] != chords[i - 1]]
    return thin_under_speech(
        notes,
        plan.speech_steps(),
        hits=plan.accent_steps(),
        changes=changes,
        fixed=fixed,
        allowed=allowed_onsets(plan.conditions),
    )


def finish_notes(
    notes: tuple[Note, ...],
    plan: MusicPlan,
    settings: GenerationSettings,
    *,
    fixed: Collection[Note] = (),
    may: May = anyone,
) -> tuple[Note, ...]:
    """Decoded notes made into a piece: room for speech, an ending, something on every hit.

    Args:
        fixed: notes that stay as they are.
        may: which notes may be added or changed besides.
    """
    locked = frozenset(fixed)
    thinned = notes_beside_speech(notes, plan, settings, fixed=locked)
    return complete(thinned, plan, settings, may=lambda note: note not in locked and may(note))


def find_film_speech(info: VideoInfo, *, report: Report = no_report, cancel: CancelToken = NEVER) -> tuple[Span, ...]:
    """Where people speak in a video's own sound, in seconds from the first frame; nowhere when it has none.

    Raises:
        InputError: where the detector cannot run on this machine, or the file cannot be opened any more.
    """
    from engine.audio.speech import RATE_HZ, find_speech
    from engine.video.sound import read_original_sound

    total = float(info.duration_s)
    sound = read_original_sound(
        info, sample_rate=RATE_HZ, report=lambda done, of: report(total * done / of / 3, total), cancel=cancel
    )
    if sound is None:
        return ()
    return find_speech(
        sound, RATE_HZ, report=lambda done, of: report(total * (1 + 2 * done / of) / 3, total), cancel=cancel
    )


def recondition(
    signals: FrameSignals,
    plan: MusicPlan,
    settings: GenerationSettings,
    *,
    quantiles: Mapping[str, tuple[float, ...]],
    direction: Direction = OPEN,
) -> MusicPlan:
    """The plan with the rows that other settings (as another mood) ask for; shots, tempo and harmony stay."""
    if plan.range_s is not None:
        signals, _ = trim_signals(signals, plan.range_s)
        offset_s = plan.offset_s
        whole = [replace(s, start_s=s.start_s + offset_s, end_s=s.end_s + offset_s) for s in plan.shots]
        direction = direction.within(*plan.range_s, shots=tuple(whole))
    stars = plan.solution.star_steps() if plan.solution is not None else ()
    picture = picture_rows(signals, plan.shots, plan.tempo, plan.n_beats, settings, quantiles, direction, stars=stars)
    plan = replace(plan, conditions=Conditions(picture.dynamic, picture.semantic, plan.conditions.plan))
    return with_room_for_speech(plan, settings)


def picture_rows(
    signals: FrameSignals,
    shots: tuple[Shot, ...],
    tempo: TempoMap,
    n_beats: int,
    settings: GenerationSettings,
    quantiles: Mapping[str, tuple[float, ...]],
    direction: Direction,
    *,
    stars: Sequence[int] = (),
) -> PictureRows:
    """Rows that the picture, the mood and what was drawn ask for; at starred steps they ask for a hit."""
    tables = {name: np.asarray(values, np.float32) for name, values in quantiles.items()}
    rows = estimate_conditions(
        signals,
        shots,
        tempo,
        n_beats,
        mood=settings.mood,
        quantiles=tables,
        overrides=curve_overrides(drawn(direction, tempo, n_beats), tables),
        moods=beat_moods(direction.moods, shots, tempo, n_beats, otherwise=settings.mood),
    )
    return replace(rows, dynamic=asking_for(rows.dynamic, stars))


def asking_for(dynamic: NDArray[np.float32], steps: Sequence[int]) -> NDArray[np.float32]:
    """Dynamic rows `[T, ...]` that ask for a full hit at some steps as well."""
    dynamic = dynamic.copy()
    asked = dynamic[:, HIT_COLUMNS].copy().reshape(-1)
    asked[[step for step in steps if step < len(asked)]] = 1.0
    dynamic[:, HIT_COLUMNS] = asked.reshape(len(dynamic), -1)
    return dynamic


def write_harmony(
    picture: PictureRows, tempo: TempoMap, settings: GenerationSettings, direction: Direction, *, duration_s: Fraction
) -> Plan:
    """Key, chords and form for what the picture asks; `settings.seed` must be resolved."""
    assert settings.seed is not None
    return write_plan(
        picture.n_beats,
        seed=settings.seed,
        valence=picture.valence,
        tension=picture.tension,
        cut_beats=picture.cut_beats,
        key=parse_key(direction.key) if direction.key else None,
        chords=[parse_chord(chord) if chord else None for chord in direction.chords] or None,
        closing_beats=closing_beats(tempo, duration_s) if settings.ending == "ring" else None,
        loops=settings.ending == "loop",
        marked_beats=[event.step // STEPS_PER_BEAT for event in picture.hits if event.step % STEPS_PER_BEAT == 0],
        looks=look_rows(picture.picture),
    )


def tempo_range(settings: GenerationSettings) -> tuple[float, float]:
    """The user's range in BPM, narrowed to the mood's where both agree."""
    low, high = settings.tempo_min, settings.tempo_max
    if settings.mood != AUTO:
        mood_low, mood_high = mood_of(settings.mood).bpm
        if max(low, mood_low) <= min(high, mood_high):
            return max(low, mood_low), min(high, mood_high)
    return low, high


def fit_tempo(
    signals: FrameSignals, shots: tuple[Shot, ...], settings: GenerationSettings, direction: Direction = OPEN
) -> TempoSolution:
    """The tempo map that lands on the stars, and on as many other cuts as it bends to.

    Its range is the user's, narrowed to the mood's where both agree; a lively picture prefers a quick tempo in it.
    """
    low, high = tempo_range(settings)
    duration_s = signals.info.duration_s
    return solve_tempo(
        gather_hits(shots, direction, settings.strictness, duration_s=duration_s),
        duration_s=duration_s,
        bpm_min=low,
        bpm_max=high,
        preferred_bpm=low * (high / low) ** (_SLOW + (_QUICK - _SLOW) * pace_of(signals, shots)),
        max_change=settings.max_tempo_change,
        strictness=settings.strictness,
        short_bars=settings.short_bars,
        may_widen=direction.stars is not None,
        frame_s=sensible_frame_s(signals.info),
    )


def fit_loop(
    signals: FrameSignals, shots: tuple[Shot, ...], settings: GenerationSettings, direction: Direction = OPEN
) -> TempoSolution:
    """The tempo of a loop: whole bars fill the film."""
    low, high = tempo_range(settings)
    duration_s, frame_s = signals.info.duration_s, sensible_frame_s(signals.info)
    hits = gather_hits(shots, direction, settings.strictness, duration_s=duration_s)
    tempo = loop_tempo(
        [hit.time_s for hit in hits],
        weights=[hit.salience * (_STAR_WEIGHT if hit.starred else 1) for hit in hits],
        duration_s=duration_s,
        bpm_min=low,
        bpm_max=high,
        preferred_bpm=math.sqrt(low * high),
        tolerance_s=max(0.02, frame_s),
    )
    return judge_tempo(tempo, hits, duration_s=duration_s, frame_s=frame_s, why=Told("a loop keeps one tempo"))


def beats_to_fill(duration_s: Fraction, tempo: TempoMap) -> int:
    """Beats that begin before the video ends; at least one."""
    return max(1, math.ceil(tempo.beat(duration_s)))


def denoise(
    bundle: Bundle,
    plan: MusicPlan,
    settings: GenerationSettings,
    *,
    direction: Direction = OPEN,
    cancel: CancelToken = NEVER,
) -> Iterator[DenoiseStep]:
    """Sample the piece step by step; noise is tied to shots and bars."""
    from engine.diffusion.composer import stride_for
    from engine.diffusion.looping import LoopedComposer
    from engine.diffusion.noise import NoiseSource
    from engine.diffusion.sampling import padded_beats, sample

    assert settings.seed is not None
    loops = settings.ending == "loop"
    n_beats = plan.n_beats if loops else padded_beats(plan.n_beats, stride_for(bundle.model, settings))
    bars = shots_of_bars(plan, -(-n_beats // BEATS_PER_BAR))
    noise = NoiseSource.for_bars(settings.seed, bars, n_beats=n_beats)
    model = LoopedComposer(bundle.model, n_beats) if loops else bundle.model
    shape = guide_for(bundle, plan, settings, direction)
    yield from sample(model, rows_for(bundle, plan), settings, noise, shape=shape, cancel=cancel)


def guide_for(
    bundle: Bundle, plan: MusicPlan, settings: GenerationSettings, direction: Direction, *, first_beat: int = 0
) -> Shaper | None:
    """The pull towards hits and drawn curves, None where there is nothing to pull at, or a model without latents.

    Args:
        first_beat: of the piece, where the canvas begins.
    """
    from engine.diffusion.guides import guide
    from engine.diffusion.model import CompactModel
    from engine.music.wishes import wishes_of

    if not isinstance(bundle.model, CompactModel):
        return None
    return guide(bundle.model, wishes_of(plan, settings, direction, bundle.config.quantiles).since(first_beat))


def rows_for(bundle: Bundle, plan: MusicPlan) -> Rows:
    """The rows of a plan that the bundle's model follows.

    Raises:
        InputError: the model follows encoders, and the plan was not encoded.
    """
    if bundle.model.profile == "studio":
        return plan.conditions
    if plan.encoded is None:
        raise InputError(
            "This bundle follows captions and frames, and the piece was planned without them.",
            "Score the video anew with this bundle.",
        )
    return plan.encoded


def shots_of_bars(plan: MusicPlan, n_bars: int) -> list[tuple[str, int]]:
    """For each bar, the shot that shows when it begins, and its number within that shot."""
    starts = np.array([float(shot.start_s) for shot in plan.shots])
    bars: list[tuple[str, int]] = []
    counts: dict[int, int] = {}
    for bar in range(n_bars):
        at = float(plan.tempo.seconds(bar * BEATS_PER_BAR))
        shot = int(np.searchsorted(starts, at + 1e-6, "right")) - 1
        counts[shot] = counts.get(shot, -1) + 1
        bars.append((str(shot), counts[shot]))
    return bars


def preview_roll(bundle: Bundle, step: DenoiseStep, n_beats: int) -> NDArray[np.uint8]:
    """The roll that a step's estimate stands for: 0 silent, 1 held, 2 struck, uint8 `[V, N, 128]`."""
    roll = bundle.model.decode(step.x0_hat)
    n_steps = n_beats * STEPS_PER_BEAT
    out = np.maximum(roll.onset * np.uint8(2), roll.sustain)[:, :n_steps]
    assert out.shape == (N_VOICES, n_steps, N_PITCHES)
    return np.ascontiguousarray(out)


def final_notes(bundle: Bundle, step: DenoiseStep, n_beats: int, *, loops: bool = False) -> tuple[Note, ...]:
    """Notes of the last step, cut at the end of the piece; those of a loop may be held over its end."""
    from engine.diffusion.looping import loop_notes

    if loops:
        return loop_notes(bundle.model, step.x0_hat, n_beats)
    roll = bundle.model.decode(step.x0_hat)
    n_steps = n_beats * STEPS_PER_BEAT
    kept = PianoRoll(roll.onset[:, :n_steps], roll.sustain[:, :n_steps], roll.velocity[:, :n_steps])
    return roll_to_notes(kept)


def write_score(
    notes: tuple[Note, ...], plan: MusicPlan, settings: GenerationSettings, direction: Direction = OPEN
) -> Score:
    """Perform the notes with the palette, to the video's exact length, with markers at the cuts and the user's own."""
    assert settings.seed is not None
    markers = [Marker(shot.start_s, f"{shot.transition} {shot.index}") for shot in plan.shots[1:]]
    own = [Marker(marker.time_s - plan.offset_s, marker.label or "marker") for marker in direction.markers]
    markers += [marker for marker in own if 0 <= marker.time_s < plan.duration_s]
    energy = drawn(direction, plan.tempo, plan.n_beats, offset_s=plan.offset_s).get("energy")
    return perform(
        notes,
        plan.tempo,
        palette=settings.palette,
        end_s=plan.duration_s,
        accents=plan.accent_steps(),
        seed=settings.seed,
        intensity=plan.conditions.dynamic[:, 2] if energy is None else ENERGY_REACH * energy,
        markers=markers,
        pulls=plan.pulls() if settings.hit_onsets else {},
        loops=settings.ending == "loop",
    )
