"""Which instants ask for a marked note: cuts, flashes, sudden movements, thinned to what music can bear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from engine.features.beats import SAMPLE_HZ, Clock, is_gradual, nearest_step, speed
from engine.features.picture import MOTION, curve_of, rises
from engine.signals import FrameSignals
from engine.timebase import STEPS_PER_BEAT, Shot, TempoMap

FloatArray = NDArray[np.float32]

MIN_DISTANCE_STEPS: Final = 2 * STEPS_PER_BEAT
STRONG_DISTANCE_STEPS: Final = STEPS_PER_BEAT
STRONG: Final = 0.95
"""An event this strong may follow another after one beat instead of two."""

SPAN_STEPS: Final = 16 * STEPS_PER_BEAT
MOST_IN_SPAN: Final = 6
"""Any four bars hold six hits at most: more, and none stands out."""

MIN_STRENGTH: Final = 0.3

FAINT: Final = 0.15
"""A cut weaker than this is hardly seen, and asks for nothing by standing alone."""

APART_S: Final = 1.5
"""Sudden cuts this far apart are all hit, whatever the metre: the eye waits for each, and the ear can follow."""

_METRE: Final = (1.0, 0.75, 0.9, 0.75)
_FLASH_LEVEL: Final = 0.4
_FLASH_STRENGTH: Final = 0.8
_JOLT: Final = 0.35
_APART_S: Final = 0.4

EventKind = Literal["cut", "flash", "motion", "star"]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that is seen to happen at an instant.

    Attributes:
        step: the 16th on which it falls.
        strength: 0..1.
        kind: what it is.
    """

    step: int
    strength: float
    kind: EventKind


def find_hits(
    signals: FrameSignals, shots: Sequence[Shot], tempo: TempoMap, n_beats: int, *, stars: Sequence[int] = ()
) -> tuple[Event, ...]:
    """Events that ask for a marked onset, in order of time.

    A cut is as strong as its salience; dissolves and fades have no instant and ask for nothing. Flashes and sudden
    movements (a rise of motion activity by 0.35 within a quarter of a second, away from cuts) count as well. What falls
    on a beat is preferred to an eighth, and that to a 16th. Stars, and cuts that stand 1.5 s apart, are always kept.

    Args:
        stars: steps that must be hit.
    """
    cuts_s = np.array([float(shot.start_s) for shot in shots[1:]])
    sudden = [shot for shot in shots[1:] if not is_gradual(shot)]
    events = [Event(nearest_step(tempo, shot.start_s), float(shot.salience), "cut") for shot in sudden]
    alone = [Event(nearest_step(tempo, shot.start_s), float(shot.salience), "cut") for shot in standing_apart(sudden)]
    for time_s, strength in _flashes(signals):
        if _is_apart(time_s, cuts_s):
            events.append(Event(nearest_step(tempo, Fraction(time_s)), strength, "flash"))
    for time_s, strength in _jolts(signals, shots, Clock.of(tempo, n_beats)):
        if _is_apart(time_s, cuts_s):
            events.append(Event(nearest_step(tempo, Fraction(time_s)), strength, "motion"))
    must = [Event(step, 1.0, "star") for step in sorted(set(stars))]
    n_steps = n_beats * STEPS_PER_BEAT
    return thin(
        [event for event in events if 0 <= event.step < n_steps],
        must=[event for event in (*must, *alone) if 0 <= event.step < n_steps],
    )


def standing_apart(sudden: Sequence[Shot], apart_s: float = APART_S) -> list[Shot]:
    """Shots whose sudden beginnings lie at least so far apart, counted from the first; faint ones left out."""
    kept: list[Shot] = []
    for shot in sudden:
        if shot.salience >= FAINT and (not kept or shot.start_s - kept[-1].start_s >= apart_s):
            kept.append(shot)
    return kept


def thin(events: Sequence[Event], *, must: Sequence[Event] = ()) -> tuple[Event, ...]:
    """The strongest events that keep their distance: two beats, one for a very strong one, six in four bars.

    Args:
        must: events that are kept whatever their distance, one for each step; the others give way to them.
    """
    kept: list[Event] = []
    for event in must:
        if all(event.step != other.step for other in kept):
            kept.append(event)
    for event in sorted(events, key=lambda event: (-_weight(event), event.step)):
        if _weight(event) < MIN_STRENGTH:
            break
        apart = STRONG_DISTANCE_STEPS if event.strength >= STRONG else MIN_DISTANCE_STEPS
        if all(abs(event.step - other.step) >= apart for other in kept) and not _is_crowded(event, kept):
            kept.append(event)
    return tuple(sorted(kept, key=lambda event: event.step))


def _weight(event: Event) -> float:
    return event.strength * _METRE[event.step % STEPS_PER_BEAT]


def _is_crowded(event: Event, kept: Sequence[Event]) -> bool:
    """Whether some span that holds the event would then hold too many."""
    near = sorted(other.step for other in kept if abs(other.step - event.step) < SPAN_STEPS)
    return any(
        sum(start <= step < start + SPAN_STEPS for step in near) >= MOST_IN_SPAN
        for start in [*(step for step in near if step <= event.step), event.step]
    )


def _is_apart(time_s: float, cuts_s: NDArray[np.float64]) -> bool:
    return not (np.abs(cuts_s - time_s) < _APART_S).any()


def _flashes(signals: FrameSignals) -> list[tuple[float, float]]:
    """(time in s, strength) of the peaks of the flash curve."""
    curve = np.nan_to_num(curve_of(signals, "flash"))
    return [(float(signals.times_s[i]), _FLASH_STRENGTH * float(curve[i])) for i in _peaks(curve, _FLASH_LEVEL)]


def _jolts(signals: FrameSignals, shots: Sequence[Shot], clock: Clock) -> list[tuple[float, float]]:
    """(time in s, strength) of sudden movements; a jolt is dated half a rise before its peak."""
    rise = rises(MOTION(np.nan_to_num(speed(curve_of(signals, "motion"), signals.times_s, shots, clock))))
    half_rise_s = 0.125
    found = [(float(clock.samples_s[i]) - half_rise_s, min(1.0, float(rise[i]))) for i in _peaks(rise, _JOLT)]
    end_s = float(signals.info.duration_s)
    return [(max(0.0, time_s), strength) for time_s, strength in found if time_s < end_s - 1 / SAMPLE_HZ]


def _peaks(curve: FloatArray, level: float) -> list[int]:
    """First indices of the highest values of each stretch at or above a level."""
    above = np.concatenate([[False], curve >= level, [False]])
    edges = np.flatnonzero(above[1:] != above[:-1])
    return [int(a + np.argmax(curve[a:b])) for a, b in edges.reshape(-1, 2)]
