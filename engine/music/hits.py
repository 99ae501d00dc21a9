"""What music should land on: cuts, markers, the end; and which of them are starred, so that it must."""

from __future__ import annotations

import math
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import zip_longest
from operator import itemgetter
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.direction import Direction, Marker
from engine.settings import Strictness
from engine.timebase import Shot, as_float

HitKind = Literal["cut", "marker", "end"]
Place = Literal["any", "beat", "downbeat"]

MARKER_SALIENCE: Final = 1.0
SAME_INSTANT_S: Final = Fraction(1, 100)
"""A marker or a star this near to a cut means that cut."""

LONG_SHOT_S: Final = 4.0
"""A shot this long makes the cut that ends it, and the one that begins it, as weighty as length can."""

STAR_DISTANCE_S: Final[dict[Strictness, float]] = {"strict": 1.0, "balanced": 1.45, "free": 8.0}
"""Auto stars no two instants nearer than this: what follows faster is a flurry, and music that answered each cut of one
would hammer. The middle one lies just under a second and a half, so that cuts a second and a half apart count."""

STAR_SALIENCE: Final[dict[Strictness, float]] = {"strict": 0.1, "balanced": 0.15, "free": 0.75}
OPENING_S: Final = Fraction(3, 10)
"""Auto stars nothing before this: a poster frame is no cut, and a rest cannot be so short."""
CLOSING_S: Final = Fraction(1)
"""Auto stars nothing this near to the end: there the last chord rings, and another attack would be cut off."""

_EXACT_S: Final = 1e-9
"""What rounding may take from a distance."""


@dataclass(frozen=True, slots=True)
class HitPoint:
    """An instant that music should land on.

    Attributes:
        time_s: the instant, exact.
        salience: 0..1, how much it counts.
        starred: whether music must land on it.
        kind: "cut", "marker", or "end": the end of the stretch that is solved.
        label: for people.
        place: where in the bar it must fall: "any" eighth, a "beat", a "downbeat".
        soft: whether it has no sharp instant, as a dissolve; near is good enough.
    """

    time_s: Fraction
    salience: float = 1.0
    starred: bool = False
    kind: HitKind = "cut"
    label: str = ""
    place: Place = "any"
    soft: bool = False


def gather_hits(
    shots: Sequence[Shot], direction: Direction, strictness: Strictness, *, duration_s: Fraction
) -> tuple[HitPoint, ...]:
    """Cuts and markers in the order of time, each weighed, some starred.

    A cut weighs by the change that is seen (`Shot.salience`), by how long the shots beside it last, and a little by its
    place: what comes late in a film is awaited more. Stars are the user's where there are any; otherwise the program
    stars what can be played (`playable`). Markers are the user's own wish and are always starred by the program.

    Args:
        duration_s: length of the film; what lies outside is left out.
    """
    timed = _cuts(shots, float(duration_s))
    for marker in direction.markers:
        at_s, near_s = float(marker.time_s), float(SAME_INSTANT_S) + _EXACT_S
        timed = [(time_s, hit) for time_s, hit in timed if abs(time_s - at_s) > near_s]
        timed.append((at_s, HitPoint(marker.time_s, MARKER_SALIENCE, kind="marker", label=marker.label)))
    end_s = float(duration_s)
    hits = [hit for time_s, hit in sorted(timed, key=itemgetter(0)) if 0 <= time_s < end_s]
    if direction.stars is None:
        return playable(hits, strictness, duration_s=duration_s)
    return _starred(hits, direction.stars, duration_s)


def playable(hits: Sequence[HitPoint], strictness: Strictness, *, duration_s: Fraction) -> tuple[HitPoint, ...]:
    """The hits, those starred that stand out and keep their distance: markers first, then the weightiest."""
    rows = _Rows(
        np.array([as_float(hit.time_s) for hit in hits]),
        np.array([hit.salience for hit in hits]),
        np.array([hit.soft for hit in hits], np.bool_),
        np.array([hit.kind == "marker" for hit in hits], np.bool_),
    )
    stars = frozenset(_standing_out(rows, strictness, float(duration_s)))
    return tuple(_with_star(hit, i in stars) for i, hit in enumerate(hits))


def playable_times(
    shots: Sequence[Shot],
    markers: Sequence[Marker],
    strictness: Strictness,
    *,
    duration_s: Fraction,
    starts_s: Sequence[float] | None = None,
) -> tuple[Fraction, ...]:
    """When the hits lie that the program stars, in order: those of `gather_hits` without the user's stars. The hits
    themselves are not made, so that the stars of an hour can follow a cut that is dragged.

    Args:
        duration_s: length of the film; what lies outside is left out.
        starts_s: when each shot begins, where that is known as floats already.
    """
    cuts, end_s = _cut_rows(shots, float(duration_s), starts_s), float(duration_s)
    marked = np.array([as_float(marker.time_s) for marker in markers])
    near_s = float(SAME_INSTANT_S) + _EXACT_S
    inside = (cuts.times_s >= 0) & (cuts.times_s < end_s)
    for at_s in marked.tolist():
        inside &= np.abs(cuts.times_s - at_s) > near_s
    alone = {
        i for i, at_s in enumerate(marked) if 0 <= at_s < end_s and np.all(np.abs(marked[i + 1 :] - at_s) > near_s)
    }
    kept, these = np.flatnonzero(inside), sorted(alone, key=lambda i: marked[i])
    rows = _Rows(
        np.concatenate([cuts.times_s[kept], marked[these]]),
        np.concatenate([cuts.weights[kept], np.full(len(these), MARKER_SALIENCE)]),
        np.concatenate([cuts.soft[kept], np.zeros(len(these), np.bool_)]),
        np.concatenate([np.zeros(len(kept), np.bool_), np.ones(len(these), np.bool_)]),
    )
    times = [*(shots[i + 1].start_s for i in kept.tolist()), *(markers[i].time_s for i in these)]
    return tuple(times[i] for i in sorted(_standing_out(rows, strictness, end_s), key=rows.times_s.__getitem__))


class _Rows(NamedTuple):
    """Hits as arrays of one length: when, how much they count, whether they are soft, whether markers."""

    times_s: NDArray[np.float64]
    weights: NDArray[np.float64]
    soft: NDArray[np.bool_]
    marked: NDArray[np.bool_]


def _standing_out(rows: _Rows, strictness: Strictness, duration_s: float) -> list[int]:
    """Which hits are starred: markers, then those that stand out and keep their distance, the weightiest first."""
    distance_s = STAR_DISTANCE_S[strictness] - _EXACT_S
    opening_s, closing_s = float(OPENING_S), duration_s - float(CLOSING_S)
    has_room = (rows.times_s >= opening_s - _EXACT_S) & (rows.times_s <= closing_s + _EXACT_S)
    stands_out = (rows.weights >= STAR_SALIENCE[strictness]) & ~rows.soft & has_room
    order = np.lexsort((rows.times_s, -rows.weights, ~rows.marked))
    order = order[(rows.marked | stands_out)[order]]
    kept_s: list[float] = [-math.inf, math.inf]  # rising
    stars: list[int] = []
    columns = zip(order.tolist(), rows.times_s[order].tolist(), rows.marked[order].tolist(), strict=True)
    for i, time_s, is_marker in columns:
        at = bisect(kept_s, time_s)
        if is_marker or (time_s - kept_s[at - 1] >= distance_s and kept_s[at] - time_s >= distance_s):
            kept_s.insert(at, time_s)
            stars.append(i)
    return stars


def _with_star(hit: HitPoint, starred: bool) -> HitPoint:
    return hit if hit.starred == starred else replace(hit, starred=starred)


def _starred(hits: Sequence[HitPoint], stars_s: Sequence[Fraction], duration_s: Fraction) -> tuple[HitPoint, ...]:
    """The hits with the user's stars; a star where nothing is becomes a hit of its own."""
    found, times_s = list(hits), [float(hit.time_s) for hit in hits]
    for star_s in stars_s:
        if not 0 <= star_s < duration_s:
            continue
        at = bisect(times_s, float(star_s))
        near = range(max(0, at - 1), min(len(found), at + 1))
        place = min(near, key=lambda i: abs(found[i].time_s - star_s), default=None)
        if place is not None and abs(found[place].time_s - star_s) <= SAME_INSTANT_S:
            found[place] = replace(found[place], starred=True, soft=False)
        else:
            found.insert(at, HitPoint(star_s, MARKER_SALIENCE, starred=True, kind="marker"))
            times_s.insert(at, float(star_s))
    return tuple(found)


def _cuts(shots: Sequence[Shot], duration_s: float) -> list[tuple[float, HitPoint]]:
    """The beginnings of all shots but the first, with their times as floats, which compare quickly."""
    rows = _cut_rows(shots, duration_s)
    columns = zip(shots[1:], rows.times_s.tolist(), rows.weights.tolist(), rows.soft.tolist(), strict=True)
    return [
        (at_s, HitPoint(shot.start_s, weight, label=f"{shot.transition} {shot.index}", soft=soft))
        for shot, at_s, weight, soft in columns
    ]


def _cut_rows(shots: Sequence[Shot], duration_s: float, known_s: Sequence[float] | None = None) -> _Rows:
    """The beginnings of all shots but the first. A cut weighs by its change, by the length of the shorter of the two
    shots that meet, and by its place in the film."""
    starts_s = np.array([as_float(shot.start_s) for shot in shots] if known_s is None else known_s)
    ends_s = np.append(starts_s[1:], 0.0)  # as a rule a shot ends where the next begins
    for i, (shot, after) in enumerate(zip_longest(shots, shots[1:])):
        if after is None or shot.end_s is not after.start_s:
            ends_s[i] = as_float(shot.end_s)
    lengths_s = ends_s - starts_s
    saliences = np.array([shot.salience for shot in shots[1:]])
    late = starts_s[1:] / duration_s if duration_s > 0 else np.zeros(max(0, len(shots) - 1))
    long = np.sqrt(np.minimum(1.0, np.minimum(lengths_s[:-1], lengths_s[1:]) / LONG_SHOT_S))
    weights = np.clip(saliences, 0.0, 1.0) * (0.55 + 0.35 * long + 0.1 * late)
    soft = np.array([shot.transition in ("dissolve", "fade") for shot in shots[1:]], np.bool_)
    return _Rows(starts_s[1:], weights, soft, np.zeros(len(soft), np.bool_))
