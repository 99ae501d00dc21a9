"""A take follows its video into another cut: unchanged shots keep their bars, joins and new shots get new music."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import numpy as np

from engine.cancel import NEVER, CancelToken
from engine.direction import Direction
from engine.errors import InputError
from engine.music.conform import Conformed, Filling, Gap, KeptBars, conform, kept_bars
from engine.music.controls import Conditions
from engine.music.descent import MOVED_BARS, Written, child_of, difference
from engine.music.hits import HitPoint, gather_hits
from engine.music.music_plan import MusicPlan, sensible_frame_s
from engine.music.notes import Note
from engine.music.plan import Plan, plan_rows
from engine.music.region import Region, Selection
from engine.music.take import Take
from engine.music.tempo_map import solve_tempo
from engine.music.tempo_solution import TempoSolution, judge_tempo
from engine.pipeline import (
    beats_to_fill,
    find_film_speech,
    picture_rows,
    tempo_range,
    with_room_for_speech,
    write_harmony,
)
from engine.revise import Job, Watcher, sample_selection, unwatched
from engine.settings import GenerationSettings
from engine.signals import FrameSignals
from engine.timebase import BEATS_PER_BAR, STEPS_PER_BAR, Shot, Span, TempoMap
from engine.video.matching import KeptSpan, match_videos
from engine.video.shots import detect_shots
from engine.wording import Told

if TYPE_CHECKING:
    from engine.diffusion.model import Bundle

logger = logging.getLogger(__name__)

ENDING_BARS: Final = 2
"""Bars that belong to the ending: they move along only where the ending itself does."""


@dataclass(frozen=True, slots=True, eq=False)
class Reconform:
    """A request to follow a video into another cut; see `reconform`."""

    before: FrameSignals
    after: FrameSignals
    seed: int
    settings: GenerationSettings | None = None
    name: str = ""
    edit: Direction | None = None

    def apply(self, bundle: Bundle, take: Take, *, watch: Watcher = unwatched, cancel: CancelToken = NEVER) -> Take:
        """The new take."""
        return reconform(
            bundle,
            take,
            self.before,
            self.after,
            seed=self.seed,
            settings=self.settings,
            name=self.name,
            edit=self.edit,
            watch=watch,
            cancel=cancel,
        )


def reconform(
    bundle: Bundle,
    take: Take,
    before: FrameSignals,
    after: FrameSignals,
    *,
    seed: int,
    settings: GenerationSettings | None = None,
    name: str = "",
    edit: Direction | None = None,
    watch: Watcher = unwatched,
    cancel: CancelToken = NEVER,
) -> Take:
    """Music for another cut of a take's video.

    Shots are matched by what they show. Bars that lie within an unchanged stretch keep their notes and tempi; the
    tempo of the gaps between them is solved anew, and their music is written so that it joins what is kept.

    Args:
        before, after: the two videos, measured.
        seed: of the new music.
        edit: what the editor's timeline of the new cut says: its shots count instead of detected ones, its markers and
            stars, where it has any, instead of those that moved along.

    Raises:
        InputError: as `engine.music.tempo_map.solve_tempo`.
    """
    if bundle.model.profile != "studio" or take.plan.encoded is not None:
        raise InputError("A take of a model with encoders cannot follow another cut.", "Score the new video afresh.")
    if take.plan.range_s is not None:
        raise InputError("A take of a part of a video cannot follow another cut.", "Score the new video afresh.")
    settings = settings or take.settings
    direction = take.direction
    told = None if edit is None else edit.shots
    shots = told or detect_shots(after, sensitivity=settings.sensitivity)
    old_shots = take.plan.shots
    spans = match_videos(before, old_shots, after, shots)
    direction = moved_direction(direction, spans)
    if edit is not None:
        markers, stars = edit.markers or direction.markers, edit.stars or direction.stars
        direction = replace(direction, shots=told, markers=markers, stars=stars)
    frame_s = 1 / after.info.frame_rate
    kept = kept_bars(
        _with_ends(spans, take, after.info.duration_s, frame_s),
        take.plan.tempo,
        n_bars=_movable_bars(take, spans, after.info.duration_s, frame_s),
        slack_s=frame_s,
    )
    hits = gather_hits(shots, direction, settings.strictness, duration_s=after.info.duration_s)
    found = _lay_out(kept, take.plan.tempo, after, hits, settings)
    solution = _judged(found, hits, after)
    plan = _new_plan(bundle, take, after, shots, direction, found, solution, settings)
    if settings.duck_notes:
        plan = with_room_for_speech(replace(plan, speech=_speech(after, cancel)), settings)
    moved = _moved_take(take, plan, found.bars, direction)
    selection = _rest(found.bars, plan)
    details = {
        "seed": seed,
        "kept_bars": len(found.bars),
        "bars": -(-plan.n_beats // BEATS_PER_BAR),
        "kept_spans_s": [[float(s.old_start_s), float(s.new_start_s), float(s.new_end_s)] for s in spans],
        "relaxations": list(solution.relaxations),
        "region": selection.to_json(),
        MOVED_BARS: [[new, old] for new, old in sorted(found.bars.items())],
    }
    written = Written(moved.notes, plan, None)
    if selection.regions:
        job = Job.of(bundle, moved, selection, settings)
        written = sample_selection(job, selection, seed=seed, restart=None, watch=watch, cancel=cancel)
    child = child_of(moved, "reconform", written, settings=settings, name=name, details=details, model=bundle.hash)
    return replace(child, details={**child.details, "difference": difference(take, child).counts()})


def moved_direction(direction: Direction, spans: Sequence[KeptSpan]) -> Direction:
    """What was laid on the old cut, moved to where it is seen now; what is seen no longer is left out."""

    def moved(time_s: Fraction) -> list[Fraction]:
        return [time_s + span.shift_s for span in spans if span.old_start_s <= time_s < span.old_end_s]

    curves = []
    for curve in direction.curves:
        points = sorted({t: value for at, value in curve.points for t in moved(at)}.items())
        if points:
            curves.append(replace(curve, points=tuple(points)))
    markers = [replace(marker, time_s=t) for marker in direction.markers for t in moved(marker.time_s)]
    return replace(
        direction,
        shots=None,
        markers=tuple(sorted(markers, key=lambda marker: marker.time_s)),
        stars=None if direction.stars is None else tuple(sorted({t for star in direction.stars for t in moved(star)})),
        curves=tuple(curves),
        moods=tuple(sorted((t, mood) for at, mood in direction.moods for t in moved(at))),
        chords=(),
        range_s=None,
    )


def _ends_alike(take: Take, spans: Sequence[KeptSpan], duration_s: Fraction, frame_s: Fraction) -> bool:
    """Whether both cuts end with the same picture."""
    old_end_s = take.plan.duration_s
    return bool(spans) and (
        spans[-1].new_end_s >= duration_s - 2 * frame_s and spans[-1].old_end_s >= old_end_s - 2 * frame_s
    )


def _movable_bars(take: Take, spans: Sequence[KeptSpan], duration_s: Fraction, frame_s: Fraction) -> int:
    """Bars of the old piece that may move: all where the ending stays the ending, else all before it."""
    n_bars = -(-take.plan.n_beats // BEATS_PER_BAR)
    return n_bars if _ends_alike(take, spans, duration_s, frame_s) else max(0, n_bars - ENDING_BARS)


def _with_ends(spans: Sequence[KeptSpan], take: Take, duration_s: Fraction, frame_s: Fraction) -> tuple[KeptSpan, ...]:
    """Spans of which the last reaches over the last bar, which the video's end may cut short, and none into the
    ending's room where the end is another."""
    if _ends_alike(take, spans, duration_s, frame_s):
        last_s = take.plan.tempo.seconds((-(-take.plan.n_beats // BEATS_PER_BAR)) * BEATS_PER_BAR)
        over = max(Fraction(0), last_s - spans[-1].old_end_s)
        return (*spans[:-1], replace(spans[-1], new_end_s=spans[-1].new_end_s + over))
    room_s = ENDING_BARS * _bar_s(take.plan.tempo)
    limit_s = duration_s - room_s
    cut = (replace(span, new_end_s=min(span.new_end_s, limit_s)) for span in spans)
    return tuple(span for span in cut if span.new_end_s > span.new_start_s)


def _bar_s(tempo: TempoMap) -> Fraction:
    return tempo.seconds(BEATS_PER_BAR) - tempo.seconds(0)


def _lay_out(
    kept: Sequence[KeptBars],
    tempo: TempoMap,
    after: FrameSignals,
    hits: Sequence[HitPoint],
    settings: GenerationSettings,
) -> Conformed:
    low, high = tempo_range(settings)
    frame_s = float(1 / after.info.frame_rate)

    def fill(gap: Gap) -> Filling:
        return _fill(gap, hits, settings, bpm_min=low, bpm_max=high, frame_s=frame_s)

    return conform(kept, tempo, duration_s=after.info.duration_s, fill=fill)


def _fill(
    gap: Gap, hits: Sequence[HitPoint], settings: GenerationSettings, *, bpm_min: float, bpm_max: float, frame_s: float
) -> Filling:
    """The time of a gap: its own hits, whole bars, and tempi that follow from and lead to those around it."""
    length_s = gap.end_s - gap.start_s
    inside = [replace(hit, time_s=hit.time_s - gap.start_s) for hit in hits if gap.start_s < hit.time_s < gap.end_s]
    if gap.exit_bpm is not None:
        inside.append(HitPoint(length_s, starred=True, kind="end", place="downbeat"))
    around = [bpm for bpm in (gap.entry_bpm, gap.exit_bpm) if bpm is not None]
    solution = solve_tempo(
        inside,
        duration_s=length_s,
        bpm_min=bpm_min,
        bpm_max=bpm_max,
        preferred_bpm=float(np.mean(around)) if around else float(np.sqrt(bpm_min * bpm_max)),
        max_change=settings.max_tempo_change,
        strictness=settings.strictness,
        short_bars=True,  # half bars at a join cost less than bars given up
        frame_s=frame_s,
        entry_bpm=gap.entry_bpm,
        exit_bpm=gap.exit_bpm,
    )
    beats = solution.tempo.beat(length_s)
    n_bars = -(-beats // BEATS_PER_BAR) if gap.exit_bpm is None else round(beats / BEATS_PER_BAR)
    misses = abs(solution.tempo.seconds(n_bars * BEATS_PER_BAR) - length_s) if gap.exit_bpm is not None else 0
    lost = sum(drop.hit.starred for drop in solution.dropped)
    fits = n_bars > 0 and misses <= Fraction(1, 500)
    return Filling(solution.tempo, int(n_bars), solution.widenings, lost, fits=fits)


def _judged(found: Conformed, hits: Sequence[HitPoint], after: FrameSignals) -> TempoSolution:
    """What the new map does with the new cut's hits."""
    frame_s = sensible_frame_s(after.info)
    why = Told("the bars that are kept leave no tempo that brings it nearer")
    judged = judge_tempo(found.tempo, hits, duration_s=after.info.duration_s, frame_s=frame_s, why=why)
    return replace(judged, relaxations=(*found.relaxations, *judged.relaxations))


def _speech(after: FrameSignals, cancel: CancelToken) -> tuple[Span, ...]:
    """Where people speak in the new cut; nowhere where that cannot be found out."""
    try:
        return find_film_speech(after.info, cancel=cancel)
    except InputError as error:
        logger.warning("%s", error.message)
        return ()


def _new_plan(
    bundle: Bundle,
    take: Take,
    after: FrameSignals,
    shots: tuple[Shot, ...],
    direction: Direction,
    found: Conformed,
    solution: TempoSolution,
    settings: GenerationSettings,
) -> MusicPlan:
    quantiles, tempo = bundle.config.quantiles, found.tempo
    n_beats = beats_to_fill(after.info.duration_s, tempo)
    stars = solution.star_steps()
    picture = picture_rows(after, shots, tempo, n_beats, settings, quantiles, direction, stars=stars)
    same_key = replace(direction, key=take.plan.harmony.key.label)
    fresh = write_harmony(picture, tempo, settings, same_key, duration_s=after.info.duration_s)
    harmony = _with_kept_chords(fresh, take.plan.harmony, found.bars)
    conditions = Conditions(picture.dynamic, picture.semantic, plan_rows(harmony, loops=settings.ending == "loop"))
    return MusicPlan(after.info, shots, tempo, n_beats, harmony, conditions, solution=solution)


def _with_kept_chords(fresh: Plan, old: Plan, bars: Mapping[int, int]) -> Plan:
    chords = list(fresh.chords)
    starts = list(fresh.phrase_starts)
    for new_bar, old_bar in bars.items():
        for place in range(BEATS_PER_BAR):
            new, was = new_bar * BEATS_PER_BAR + place, old_bar * BEATS_PER_BAR + place
            if new < len(chords) and was < len(old.chords):
                chords[new], starts[new] = old.chords[was], old.phrase_starts[was]
    return replace(fresh, chords=tuple(chords), phrase_starts=tuple(starts))


def _moved_take(take: Take, plan: MusicPlan, bars: Mapping[int, int], direction: Direction) -> Take:
    """The take with its kept notes where their bars are now, following the new plan."""
    by_bar: dict[int, list[Note]] = {}
    for note in take.notes:
        by_bar.setdefault(note.onset // STEPS_PER_BAR, []).append(note)
    n_steps = plan.n_beats * STEPS_PER_BAR // BEATS_PER_BAR
    hand = set(take.hand)
    notes, kept_hand = [], []
    for new_bar, old_bar in bars.items():
        for note in by_bar.get(old_bar, ()):
            moved = replace(note, onset=note.onset + (new_bar - old_bar) * STEPS_PER_BAR)
            if moved.onset < n_steps:
                notes.append(moved)
                if note in hand:
                    kept_hand.append(moved)
    return replace(take, plan=plan, notes=tuple(sorted(notes)), hand=tuple(sorted(kept_hand)), direction=direction)


def _rest(bars: Mapping[int, int], plan: MusicPlan) -> Selection:
    """The bars that were not kept, as regions."""
    n_bars = -(-plan.n_beats // BEATS_PER_BAR)
    new = [bar for bar in range(n_bars) if bar not in bars]
    regions: list[Region] = []
    for bar in new:
        first = bar * STEPS_PER_BAR
        if regions and regions[-1].steps is not None and regions[-1].steps[1] == first:
            regions[-1] = Region(steps=(regions[-1].steps[0], first + STEPS_PER_BAR))
        else:
            regions.append(Region(steps=(first, first + STEPS_PER_BAR)))
    return Selection(tuple(regions))
