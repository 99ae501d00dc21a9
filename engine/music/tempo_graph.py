"""The ways in which a piece can lead from hit to hit: so many eighths from this one to that, hence at this tempo.

Nodes are the start (0), the hits, and the end of the film. An arc is a stretch of music between two nodes with a whole
number of eighths. Two arcs that meet at a node are a turn. The cheapest walk from start to end, through arcs and turns,
says which hits are met, on which eighths. Everything here is worked out for all arcs and turns at once.

What makes a turn possible. Tempo at any two instants less than a bar apart differs by a share of at most c (the largest
change). So over two stretches of N1 and N2 beats the logarithms of their mean tempi differ by at most
log(1 + c) * (1 + g(N1) + g(N2)): tempo can move in stairs, a step a bar, one of them at the node; g(N) is the mean
number of steps behind the node, over N beats. This is necessary and, for more than two stretches, not sufficient:
`engine.music.tempo_curve` has the last word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.music.hits import HitPoint
from engine.music.tempo_solution import SOFT_FRAMES
from engine.settings import Strictness
from engine.timebase import BEATS_PER_BAR, MICROSECONDS, as_float

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

EIGHTHS_PER_BAR: Final = 8
WALL: Final = 1000.0
"""Cost of what cannot be played."""

END_NEAREST_S: Final = 1.5
END_FARTHEST_S: Final = 4.0
END_FARTHEST_BEATS: Final = 3.9
"""The last downbeat lies this long before the end of the film, and less than a bar: a final chord that rings out."""

LEADS: Final = (0, 1, 2, 3)
"""Sixteenths of rest before the music begins."""

NEAR_FRAMES: Final = 0.95
"""An unstarred hit may be met this many frames off."""
SOFT_WEIGHT: Final = 0.4
"""A dissolve may be met farther off, and counts less."""

_MOST_AHEAD: Final = 8
_TURNS_AT_ONCE: Final = 8192
"""So many stay in the processor's cache while their costs are worked out."""

_ENOUGH_ARCS: Final = 9
_ENOUGH_WHERE_STARS_GO: Final = 6
"""From a node no hit farther on is looked at than where so many arcs lead; fewer do where a hit can be left out."""

_MOST_COUNTS: Final = 96
_FULL_DEVIATION: Final = 0.25
_EASY: Final = 0.6
_STEEP: Final = 12.0
"""Turns that use more than this share of the largest change cost more than in proportion: few such in a row go well."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Shortest and longest quarter note in seconds, and the largest change of tempo within a bar, as a share."""

    shortest_s: float
    longest_s: float
    change: float

    @property
    def slower(self) -> float:
        """How much the logarithm of a quarter's length may rise within a bar."""
        return float(-np.log1p(-min(self.change, 0.9)))

    @property
    def faster(self) -> float:
        """How much it may fall."""
        return float(np.log1p(self.change))


@dataclass(frozen=True, slots=True)
class Taste:
    """What a walk costs, where a hit of full weight that is left out costs 1.

    Attributes:
        star: factor for a star that is left out; near: for one that is only nearly met.
        smooth: a turn that uses up the whole of the largest change.
        prefer: a bar that is a quarter off the preferred tempo.
        place: a hit on the weakest eighth instead of a downbeat.
        ending: no last downbeat at the right distance from the end.
        lead: a rest before the music; short: a bar of 2/4.
    """

    star: float = 8.0
    near: float = 1.0
    smooth: float = 0.6
    prefer: float = 0.15
    place: float = 0.3
    ending: float = 0.5
    lead: float = 0.08
    short: float = 0.35


TASTES: Final[dict[Strictness, Taste]] = {
    "strict": Taste(star=30.0, near=10.0, smooth=0.2, prefer=0.05),
    "balanced": Taste(),
    "free": Taste(star=2.0, near=0.2, smooth=2.0, prefer=0.3, place=0.2),
}

PLACE_COSTS: Final = np.array([0.0, 1.0, 0.55, 1.0, 0.3, 1.0, 0.55, 1.0])
"""Of the eighths of a bar: downbeat, third beat, other beats, off-beats."""


@dataclass(frozen=True, slots=True, eq=False)
class Nodes:
    """The hits that take part, with the start before and the end of the film after them: f64 and bool `[J + 2]`.

    Attributes:
        times_s: when.
        slack_s: how far off a hit may be met at worst.
        weights: what it counts; starred: whether it must be met exactly.
        place: cost of each eighth of the bar, `[J + 2, 8]`.
        closes: whether the last hit is the end of what is solved, so that nothing follows it.
    """

    times_s: Array
    slack_s: Array
    weights: Array
    starred: Bools
    place: Array
    closes: bool

    @property
    def n_hits(self) -> int:
        return len(self.times_s) - 2

    def stars(self) -> Nodes:
        """The starred hits alone, and the last of all if nothing follows it."""
        kept = self.starred.copy()
        kept[[0, -1]] = True
        kept[-2] |= self.closes
        return replace(
            self,
            times_s=self.times_s[kept],
            slack_s=self.slack_s[kept],
            weights=self.weights[kept],
            starred=self.starred[kept],
            place=self.place[kept],
        )

    @property
    def give_s(self) -> Array:
        """How far off a hit may be met without giving anything up: not at all where it is starred."""
        return np.where(self.starred, 0.0, self.slack_s)

    @classmethod
    def of(cls, hits: Sequence[HitPoint], duration_s: float, *, frame_s: float, taste: Taste) -> Nodes:
        """Nodes of hits in the order of time."""
        weights = np.array([0.0, *((0.3 + 0.7 * hit.salience) * (SOFT_WEIGHT if hit.soft else 1) for hit in hits), 0.0])
        place = taste.place * weights[:, None] * PLACE_COSTS
        for i, hit in enumerate(hits, 1):
            if hit.place != "any":
                place[i, 1::2] = WALL
            if hit.place == "downbeat":
                place[i, 1:] = WALL
        slack_s = [0.0, *(SOFT_FRAMES * frame_s if hit.soft else NEAR_FRAMES * frame_s for hit in hits), 0.0]
        return cls(
            times_s=np.array([0.0, *(as_float(hit.time_s) for hit in hits), duration_s]),
            slack_s=np.array(slack_s),
            weights=weights,
            starred=np.array([False, *(hit.starred for hit in hits), False]),
            place=place,
            closes=bool(hits) and hits[-1].kind == "end",
        )


@dataclass(frozen=True, slots=True, eq=False)
class Arcs:
    """Stretches between nodes, sorted by where they begin; parallel arrays.

    Attributes:
        source, target: nodes; -1 before the start, J + 2 after the end.
        eighths: sounding eighths; lead: sixteenths of rest before them.
        low, high: the logarithm of the quarter's length in seconds lies between.
        beats, seconds: length; the tempo of a stretch of no beats is free.
        cost: of the stretch alone.
        lands: whether it must end on a downbeat.
    """

    source: Ints
    target: Ints
    eighths: Ints
    lead: Ints
    low: Array
    high: Array
    beats: Array
    seconds: Array
    cost: Array
    lands: Bools

    def take(self, index: Ints) -> Arcs:
        """Some of the arcs."""
        return Arcs(*(getattr(self, name)[index] for name in _ARC_FIELDS))


_ARC_FIELDS: Final = ("source", "target", "eighths", "lead", "low", "high", "beats", "seconds", "cost", "lands")


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """What arcs are made from.

    Attributes:
        preferred: logarithm of the preferred quarter's length in seconds.
        entry, exit: the same of the tempo before and after, None where free.
        short_bars: whether bars of 2/4 may occur.
        leave_stars: whether stars may be left out.
    """

    nodes: Nodes
    limits: Limits
    taste: Taste
    preferred: float
    entry: float | None = None
    exit: float | None = None
    short_bars: bool = False
    leave_stars: bool = False


def make_arcs(task: Task) -> Arcs:
    """All arcs worth trying. The first is the one before the start, the last the one after the end."""
    n = task.nodes.n_hits
    left_out = _left_out(task)
    parts = [_outer(task, task.entry, -1, 0), *_between(task, left_out), *_to_end(task, left_out)]
    parts.append(_outer(task, task.exit, n + 1, n + 2))
    arcs = Arcs(*(np.concatenate([getattr(part, name) for part in parts]) for name in _ARC_FIELDS))
    return arcs.take(np.argsort(arcs.source, kind="stable"))


def _outer(task: Task, tempo: float | None, source: int, target: int) -> Arcs:
    low, high = (tempo, tempo) if tempo is not None else _all_tempi(task.limits)
    return _arcs(source, target, np.zeros(1, np.int64), low=low, high=high, beats=float(BEATS_PER_BAR), seconds=1e9)


def _all_tempi(limits: Limits) -> tuple[float, float]:
    return float(np.log(limits.shortest_s)), float(np.log(limits.longest_s))


def _arcs(
    source: Ints | int,
    target: Ints | int,
    eighths: Ints,
    *,
    low: Array | float,
    high: Array | float,
    beats: Array | float,
    seconds: Array | float,
    cost: Array | float = 0.0,
    lead: Ints | int = 0,
    lands: bool = False,
) -> Arcs:
    """Arcs of columns of one length, or of one value for all."""

    def column(value: Array | float) -> Array:
        return np.full(eighths.shape, value, np.float64)

    def count(value: Ints | int) -> Ints:
        return np.full(eighths.shape, value, np.int64)

    return Arcs(
        source=count(source),
        target=count(target),
        eighths=eighths,
        lead=count(lead),
        low=column(low),
        high=column(high),
        beats=column(beats),
        seconds=column(seconds),
        cost=column(cost),
        lands=np.full(eighths.shape, lands),
    )


def _between(task: Task, left_out: Array) -> list[Arcs]:
    """From the start or a hit to a later hit."""
    nodes, n = task.nodes, task.nodes.n_hits
    if n == 0:
        return []
    source = np.arange(n + 1)[:, None]
    target = source + np.arange(1, min(_MOST_AHEAD, n) + 1)[None, :]
    known = target <= n
    target = np.minimum(target, n)
    known &= left_out[target - 1] - left_out[source] < WALL / 2
    seconds = nodes.times_s[target] - nodes.times_s[source]
    slack_s = nodes.give_s[source] + nodes.give_s[target]
    first = np.maximum(1, np.ceil(2 * (seconds - slack_s) / task.limits.longest_s - 1e-9)).astype(np.int64)
    last = np.floor(2 * (seconds + slack_s) / task.limits.shortest_s + 1e-9).astype(np.int64)
    counts = np.where(known, np.maximum(0, last - first + 1), 0)
    known &= np.cumsum(counts, axis=1) - counts < (_ENOUGH_WHERE_STARS_GO if task.leave_stars else _ENOUGH_ARCS)
    known[0] = False
    pick, eighths = _counted(first, np.where(known, counts, 0))
    sources, targets = (np.broadcast_to(source, target.shape).ravel()[pick], target.ravel()[pick])
    return [_arc_rows(task, sources, targets, eighths, 0, left_out), _from_start(task, left_out)]


def _from_start(task: Task, left_out: Array) -> Arcs:
    """From the start to one of the first hits, after a rest of some sixteenths."""
    nodes, limits = task.nodes, task.limits
    lead = np.array(LEADS if task.entry is None else (0,))
    target = np.arange(1, min(_MOST_AHEAD, nodes.n_hits) + 1)
    seconds, slack_s = nodes.times_s[target, None], nodes.give_s[target, None]
    first = np.maximum(0, np.ceil(2 * (seconds - slack_s) / limits.longest_s - lead / 2 - 1e-9)).astype(np.int64)
    last = np.floor(2 * (seconds + slack_s) / limits.shortest_s - lead / 2 + 1e-9).astype(np.int64)
    counts = np.where(left_out[target - 1, None] < WALL / 2, np.maximum(0, last - first + 1), 0)
    counts = np.where(np.cumsum(counts, axis=0) - counts < _ENOUGH_ARCS, counts, 0)
    pick, eighths = _counted(first, counts)
    row, column = np.divmod(pick, len(lead))
    return _arc_rows(task, np.zeros(len(pick), np.int64), target[row], eighths, lead[column], left_out)


def _counted(first: Ints, counts: Ints) -> tuple[Ints, Ints]:
    """Each entry as often as it has counts, and the counts: all of few, an odd step apart of many."""
    first, counts = first.ravel(), counts.ravel()
    step = -(-counts // _MOST_COUNTS) | 1
    kept = -(-counts // step)
    pick = np.repeat(np.arange(len(counts)), kept)
    place = np.arange(len(pick)) - np.repeat(np.cumsum(kept) - kept, kept)
    return pick, first[pick] + place * step[pick]


def _arc_rows(task: Task, source: Ints, target: Ints, eighths: Ints, lead: Ints | int, left_out: Array) -> Arcs:
    nodes, limits = task.nodes, task.limits
    seconds = nodes.times_s[target] - nodes.times_s[source]
    beats = eighths / 2 + lead / 4
    quarter_s = np.minimum(np.maximum(seconds / np.maximum(beats, 1e-9), limits.shortest_s), limits.longest_s)
    low = np.log(np.where(beats > 0, quarter_s, limits.shortest_s))
    high = np.log(np.where(beats > 0, quarter_s, limits.longest_s))
    cost = left_out[target - 1] - left_out[source] + _preference(task, low, high, beats)
    cost = cost + task.taste.lead * (lead > 0) * (1 + lead / 4)
    return _arcs(source, target, eighths, lead=lead, low=low, high=high, beats=beats, seconds=seconds, cost=cost)


def _preference(task: Task, low: Array, high: Array, beats: Array) -> Array:
    away = np.maximum(0, np.maximum(low - task.preferred, task.preferred - high)) / _FULL_DEVIATION
    return np.asarray(task.taste.prefer * np.maximum(beats, 1) / BEATS_PER_BAR * away**2)


def _left_out(task: Task) -> Array:
    """What leaving out all hits up to one costs, f64 `[J + 2]`."""
    nodes = task.nodes
    star = task.taste.star if task.leave_stars else WALL / np.maximum(nodes.weights, 1e-3)
    return np.asarray(np.cumsum(nodes.weights * np.where(nodes.starred, star, 1.0)))


def _to_end(task: Task, left_out: Array) -> list[Arcs]:
    """From a node to the last downbeat, and from there to the end; or to the end without one."""
    nodes, n = task.nodes, task.nodes.n_hits
    low, high = _all_tempi(task.limits)
    if nodes.closes:
        return [_arcs(n, n + 1, np.zeros(1, np.int64), low=low, high=high, beats=0.0, seconds=0.0)]
    most = np.inf if task.leave_stars else WALL / 2
    source = np.flatnonzero(left_out[n] - left_out[: n + 1] < most)
    source = source[(source >= n - _MOST_AHEAD) | (source == 0)]
    cost = left_out[n] - left_out[source]
    rest_s = nodes.times_s[n + 1] - nodes.times_s[source]
    open_ends = _arcs(
        source, n + 1, np.zeros(len(source), np.int64), low=low, high=high, beats=0.0, seconds=0.0,
        cost=cost + task.taste.ending,
    )  # fmt: skip
    nearest_s, farthest_s = rest_s - END_FARTHEST_S, rest_s - END_NEAREST_S
    bar_s = END_FARTHEST_BEATS * task.limits.longest_s
    nearest_s = np.maximum(nearest_s, rest_s - bar_s)
    first = np.maximum(0, np.ceil(2 * nearest_s / task.limits.longest_s)).astype(np.int64)
    last = np.where(farthest_s >= 0, np.floor(2 * farthest_s / task.limits.shortest_s), -1).astype(np.int64)
    pick, eighths = _counted(first, np.maximum(0, last - first + 1))
    beats = eighths / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        least_s = np.where(beats > 0, nearest_s[pick] / beats, 0.0)
        least_s = np.maximum(least_s, rest_s[pick] / (beats + END_FARTHEST_BEATS))  # less than a bar follows
        lows = np.log(np.maximum(least_s, 1e-9))
        highs = np.where(beats > 0, np.log(np.maximum(farthest_s[pick], 1e-9) / beats), high)
    fits = (lows <= np.minimum(highs, high)) & (highs >= low)
    pick, eighths, beats = pick[fits], eighths[fits], beats[fits]
    lows, highs = np.clip(lows[fits], low, high), np.clip(highs[fits], low, high)
    landings = _arcs(
        source[pick], n + 1, eighths, low=lows, high=highs, beats=beats, seconds=rest_s[pick], lands=True,
        cost=cost[pick] + _preference(task, lows, highs, beats),
    )  # fmt: skip
    return [open_ends, landings]


@dataclass(frozen=True, slots=True, eq=False)
class Turns:
    """Pairs of arcs that meet, node by node from the start on; at each, row by row of the leaving arcs.

    Attributes:
        order: the arcs by where they arrive; into: where each node's begin in it, `[J + 3]`.
        out: where the arcs that leave each node begin, `[J + 3]`.
        offsets: where each node's turns begin, `[J + 3]`.
        cost: f64, one a turn.
        strain: share of the largest change that the turn uses when it is met exactly.
    """

    order: Ints
    into: list[int]
    out: list[int]
    offsets: list[int]
    cost: Array
    strain: Array

    @property
    def n_nodes(self) -> int:
        return len(self.into) - 1


def make_turns(arcs: Arcs, task: Task) -> Turns:
    """All turns with their costs."""
    n_nodes = task.nodes.n_hits + 2
    order = np.argsort(arcs.target, kind="stable")
    into = np.searchsorted(arcs.target[order], np.arange(n_nodes + 1))
    out = np.searchsorted(arcs.source, np.arange(n_nodes + 1))
    leaving = np.arange(out[0], out[-1])
    node = arcs.source[leaving]
    widths = (into[1:] - into[:-1])[node]
    ends = np.cumsum(widths)
    first = order[np.arange(widths.sum()) + np.repeat(into[node] - ends + widths, widths)]
    second = np.repeat(leaving, widths)
    cost, strain = np.empty((2, len(first)))
    for low in range(0, len(first), _TURNS_AT_ONCE):
        some = slice(low, low + _TURNS_AT_ONCE)
        cost[some], strain[some] = _turn_costs(arcs, task, first[some], second[some])
    offsets = np.concatenate([[0], ends])[out - out[0]]
    return Turns(order, into.tolist(), out.tolist(), offsets.tolist(), cost, strain)


def _turn_costs(arcs: Arcs, task: Task, first: Ints, second: Ints) -> tuple[Array, Array]:
    stairs = mean_stairs(arcs.beats)
    with np.errstate(divide="ignore"):
        ease = np.where(arcs.seconds > 0, 1 / arcs.seconds, 1e9)
    node = arcs.source[second]
    slower, faster = (arcs.low[second] - arcs.high[first], arcs.low[first] - arcs.high[second])
    moved = np.maximum(0.0, np.maximum(slower, faster))
    bound = np.where(slower > 0, task.limits.slower, task.limits.faster) * (1 + stairs[first] + stairs[second])
    strain = moved / bound
    eased = np.maximum(0.0, moved - task.nodes.slack_s[node] * (ease[first] + ease[second])) / bound
    over = strain > 1 + 1e-6
    starred = task.nodes.starred[node]
    missed = starred & over
    used = np.where(starred & ~over, strain, eased)
    cost = task.taste.smooth * (used**2 + _STEEP * np.maximum(0.0, used - _EASY) ** 2)
    cost += np.where(used > 1 + 1e-6, WALL * used, 0.0)
    near = task.taste.near * task.nodes.weights if task.leave_stars else np.full(len(task.nodes.weights), WALL)
    cost += np.where(missed, near[node], 0.0)
    return cost, strain


def mean_stairs(beats: Array) -> Array:
    """Mean of floor(b / 4) for b from 0 to `beats`: how far tempo gets, in steps of a bar, over a stretch."""
    whole, rest = np.divmod(beats, BEATS_PER_BAR)
    area = BEATS_PER_BAR * whole * (whole - 1) / 2 + whole * rest
    return np.asarray(area / np.maximum(beats, 1e-9))


def limits_of(bpm_min: float, bpm_max: float, max_change: float) -> Limits:
    """Limits in whole microseconds a quarter; a range narrower than a microsecond is the nearest tempo there is."""
    shortest_us, longest_us = range_us(bpm_min, bpm_max)
    return Limits(shortest_us / MICROSECONDS, longest_us / MICROSECONDS, max_change)


def range_us(bpm_min: float, bpm_max: float) -> tuple[int, int]:
    """Shortest and longest quarter in whole microseconds within a range of tempi."""
    shortest_us = int(np.ceil(60 * MICROSECONDS / bpm_max - 1e-9))
    longest_us = int(np.floor(60 * MICROSECONDS / bpm_min + 1e-9))
    if shortest_us > longest_us:
        shortest_us = longest_us = round(60 * MICROSECONDS / bpm_min)
    return shortest_us, longest_us
