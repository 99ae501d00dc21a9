"""The stages of a run, one function each: data in, data out. No threads, no events, no state."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.artifacts import AnalysisCache
from engine.cancel import NEVER, CancelToken
from engine.direction import OPEN, Direction
from engine.events import Report, no_report
from engine.features.conditions import PictureRows, estimate_conditions
from engine.music.chords import parse_chord, parse_key
from engine.music.controls import Conditions
from engine.music.moods import AUTO, mood_of
from engine.music.music_plan import MusicPlan
from engine.music.notes import N_VOICES, Note, PianoRoll, roll_to_notes
from engine.music.plan import plan_rows
from engine.music.progression import write_plan
from engine.music.score import Marker, Score, perform
from engine.music.tempo import choose_tempo
from engine.settings import GenerationSettings
from engine.signals import FrameSignals
from engine.timebase import BEATS_PER_BAR, N_PITCHES, STEPS_PER_BEAT, Shot, TempoMap
from engine.video.analyse import analyse
from engine.video.shots import detect_shots

if TYPE_CHECKING:
    from engine.diffusion.model import Bundle
    from engine.diffusion.sampling import DenoiseStep


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
) -> MusicPlan:
    """Shots, tempo, condition rows and harmony. `settings.seed` must be resolved; `direction` has precedence."""
    assert settings.seed is not None
    shots = direction.shots or detect_shots(signals, sensitivity=settings.sensitivity)
    tempo = fit_tempo(signals, shots, settings)
    n_beats = beats_to_fill(signals.info.duration_s, tempo)
    picture = _picture_rows(signals, shots, tempo, n_beats, settings, quantiles)
    harmony = write_plan(
        n_beats,
        seed=settings.seed,
        valence=picture.valence,
        tension=picture.tension,
        cut_beats=picture.cut_beats,
        key=parse_key(direction.key) if direction.key else None,
        chords=[parse_chord(chord) if chord else None for chord in direction.chords] or None,
    )
    conditions = Conditions(picture.dynamic, picture.semantic, plan_rows(harmony))
    return MusicPlan(signals.info, shots, tempo, n_beats, harmony, conditions)


def recondition(
    signals: FrameSignals, plan: MusicPlan, settings: GenerationSettings, *, quantiles: Mapping[str, tuple[float, ...]]
) -> MusicPlan:
    """The plan with the rows that other settings (as another mood) ask for; shots, tempo and harmony stay."""
    picture = _picture_rows(signals, plan.shots, plan.tempo, plan.n_beats, settings, quantiles)
    return replace(plan, conditions=Conditions(picture.dynamic, picture.semantic, plan.conditions.plan))


def _picture_rows(
    signals: FrameSignals,
    shots: tuple[Shot, ...],
    tempo: TempoMap,
    n_beats: int,
    settings: GenerationSettings,
    quantiles: Mapping[str, tuple[float, ...]],
) -> PictureRows:
    tables = {name: np.asarray(values, np.float32) for name, values in quantiles.items()}
    return estimate_conditions(signals, shots, tempo, n_beats, mood=settings.mood, quantiles=tables)


def fit_tempo(signals: FrameSignals, shots: tuple[Shot, ...], settings: GenerationSettings) -> TempoMap:
    """The tempo within the user's range, narrowed to the mood's where both agree, that lands most cuts on beats."""
    low, high = settings.tempo_min, settings.tempo_max
    if settings.mood != AUTO:
        mood_low, mood_high = mood_of(settings.mood).bpm
        if max(low, mood_low) <= min(high, mood_high):
            low, high = max(low, mood_low), min(high, mood_high)
    return choose_tempo(
        [shot.start_s for shot in shots[1:]],
        weights=[shot.salience for shot in shots[1:]],
        duration_s=signals.info.duration_s,
        bpm_min=low,
        bpm_max=high,
        preferred_bpm=math.sqrt(low * high),
        tolerance_s=min(0.1, max(0.01, float(1 / signals.info.frame_rate))),
    )


def beats_to_fill(duration_s: Fraction, tempo: TempoMap) -> int:
    """Beats that begin before the video ends; at least one."""
    return max(1, math.ceil(tempo.beat(duration_s)))


def denoise(
    bundle: Bundle, plan: MusicPlan, settings: GenerationSettings, *, cancel: CancelToken = NEVER
) -> Iterator[DenoiseStep]:
    """Sample the piece step by step; noise is tied to shots and bars."""
    from engine.diffusion.composer import stride_for
    from engine.diffusion.noise import NoiseSource
    from engine.diffusion.sampling import padded_beats, sample

    assert settings.seed is not None
    n_bars = padded_beats(plan.n_beats, stride_for(bundle.model, settings)) // BEATS_PER_BAR
    noise = NoiseSource.for_bars(settings.seed, shots_of_bars(plan, n_bars))
    yield from sample(bundle.model, plan.encoded or plan.conditions, settings, noise, cancel=cancel)


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


def final_notes(bundle: Bundle, step: DenoiseStep, n_beats: int) -> tuple[Note, ...]:
    """Notes of the last step, cut at the end of the piece."""
    roll = bundle.model.decode(step.x0_hat)
    n_steps = n_beats * STEPS_PER_BEAT
    kept = PianoRoll(roll.onset[:, :n_steps], roll.sustain[:, :n_steps], roll.velocity[:, :n_steps])
    return roll_to_notes(kept)


def write_score(notes: tuple[Note, ...], plan: MusicPlan, settings: GenerationSettings) -> Score:
    """Perform the notes with the palette, to the video's exact length, with markers at the cuts."""
    assert settings.seed is not None
    markers = [Marker(shot.start_s, f"{shot.transition} {shot.index}") for shot in plan.shots[1:]]
    return perform(
        notes,
        plan.tempo,
        palette=settings.palette,
        end_s=plan.info.duration_s,
        accents=plan.accent_steps(),
        seed=settings.seed,
        intensity=plan.conditions.dynamic[:, 2],
        markers=markers,
    )
