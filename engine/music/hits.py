"""What music should land on: cuts, markers, the end; and which of them are starred, so that it must."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from operator import itemgetter
from typing import Final, Literal

from engine.direction import Direction
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
    distance_s = STAR_DISTANCE_S[strictness] - _EXACT_S
    times_s = [as_float(hit.time_s) for hit in hits]
    opening_s, closing_s = float(OPENING_S), float(duration_s - CLOSING_S)
    kept_s: list[float] = []  # rising
    stars: set[int] = set()
    for i in sorted(range(len(hits)), key=lambda i: (hits[i].kind != "marker", -hits[i].salience, times_s[i])):
        hit, time_s = hits[i], times_s[i]
        has_room = opening_s - _EXACT_S <= time_s <= closing_s + _EXACT_S
        stands_out = hit.salience >= STAR_SALIENCE[strictness] and not hit.soft and has_room
        at = bisect(kept_s, time_s)
        if hit.kind == "marker" or (
            stands_out and all(abs(time_s - other_s) >= distance_s for other_s in kept_s[max(0, at - 1) : at + 1])
        ):
            kept_s.insert(at, time_s)
            stars.add(i)
    return tuple(_with_star(hit, i in stars) for i, hit in enumerate(hits))


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
    starts_s = [as_float(shot.start_s) for shot in shots]
    lengths_s = [as_float(shot.end_s) - start_s for shot, start_s in zip(shots, starts_s, strict=True)]
    late = [start_s / duration_s if duration_s > 0 else 0.0 for start_s in starts_s]
    shorter_s = [lengths_s[0], *map(min, lengths_s, lengths_s[1:])] if shots else []
    return [(starts_s[i], _cut(shots[i], shorter_s[i], late[i])) for i in range(1, len(shots))]


def _cut(shot: Shot, length_s: float, late: float) -> HitPoint:
    """A shot's beginning.

    Args:
        length_s: of the shorter of the two shots that meet; late: its place in the film, 0..1.
    """
    long = min(1.0, length_s / LONG_SHOT_S) ** 0.5
    weight = max(0.0, min(1.0, shot.salience)) * (0.55 + 0.35 * long + 0.1 * late)
    soft = shot.transition in ("dissolve", "fade")
    return HitPoint(shot.start_s, weight, label=f"{shot.transition} {shot.index}", soft=soft)
