"""The smoothest tempo that meets the hits of a walk and keeps its limits: a quadratic programme over times of beats.

Unknown are the times t_k of the beats (and of the off-beats on which hits fall). Minimised are the differences of tempo
between neighbours and its distance from the preferred one. Starred hits are fixed values. The limits (range of tempo;
change between any two instants less than a bar apart; how far an unstarred hit may be missed) are half-spaces; they are
kept by Newton's method on their squared excess, with a weight that grows. All but the hits speaks of the lengths x_i of
a quarter in the cells between neighbours, so the equations are made for x, as bands a bar wide, and carried over to t.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, TypeVar

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from engine.music.tempo_graph import Limits
from engine.timebase import BEATS_PER_BAR

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
_T = TypeVar("_T", bound=np.generic)

MARGIN: Final = 4e-5
"""Limits are taken this much (a share) narrower while solving, which leaves room for whole microseconds."""

EXCESS: Final = 4e-5
"""By how much the limits themselves may be exceeded: where a piece runs along one there is no room for the margin."""

_FIRM: Final = ((1e3, 8), (1e5, 8), (1e7, 5))
"""Weights of the limits, and steps at each."""

_WARM: Final = ((1e3, 3), (1e5, 4), (1e7, 5), (1e8, 3))
_HOPELESS: Final = 0.3
"""An excess above this, over the root of the weight, will not go away at the next weight."""

_ENOUGH: Final = 5e-5
"""An excess of the narrowed limits up to this is none of the limits themselves, and more weight is not needed."""

_GIVEN: Final = 1e13
_PULL: Final = 0.03
_TENSION: Final = 0.008
_NO_PAIR: Final = 1e9
_LOOKS: Final = 8
_MOST_SEEN: Final = 0.8


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """The cells between the borders whose times are sought, and which of them lie less than a bar apart.

    Attributes:
        edges: places of the borders in beats from the first sound, rest before it negative, f64 `[M + 1]`.
        lengths: of the cells, in beats, f64 `[M]`.
        reach: so many cells on the farthest lies of which some instant is less than a bar away, called D.
        apart: 0 where the cell d + 1 after cell i is so near, else huge, `[D, M]`.
        spread: product of the inverse lengths of cell i and of that d after it, 0 past the end, `[D + 1, M]`.
    """

    edges: Array
    lengths: Array
    reach: int
    apart: Array
    spread: Array

    @classmethod
    def of(cls, edges: Array) -> Cells:
        """The cells between at least two borders."""
        lengths = np.diff(edges)
        m = len(lengths)
        ahead = np.searchsorted(edges[:-1], edges[1:] + BEATS_PER_BAR - 1e-9) - 1 - np.arange(m)
        reach = max(1, int(ahead.max()))
        apart = np.where(np.arange(1, reach + 1)[:, None] <= ahead, 0.0, _NO_PAIR)
        inverse = np.concatenate([1 / lengths, np.zeros(reach)])
        return cls(edges, lengths, reach, apart, inverse[:m] * sliding_window_view(inverse, m))


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """What a curve must pass through.

    Attributes:
        cells: with M + 1 borders.
        fixed: whether the time of a border is given; times_s: those times, anything elsewhere.
        pinned: borders of unstarred hits and of the last downbeat, each once, int `[H]`.
        low_s, high_s: between which times they lie, `[H]`; aim_s: where they are best.
        entry_s, exit_s: lengths of a quarter before and after, None where free.
    """

    cells: Cells
    fixed: Bools
    times_s: Array
    pinned: Ints
    low_s: Array
    high_s: Array
    aim_s: Array
    entry_s: float | None = None
    exit_s: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A solved course.

    Attributes:
        times_s: time of each border, f64 `[M + 1]`.
        excess: by how much the worst limit is exceeded, as a share; up to `EXCESS` it is none.
        strained: stretches in beats, `[X, 2]`, whose limits are exceeded, the worst first.
    """

    times_s: Array
    excess: float
    strained: Array

    @property
    def is_legal(self) -> bool:
        return self.excess <= EXCESS


def fit_curve(course: Course, limits: Limits, *, preferred_s: float, stiffness: float, rough: bool = False) -> Curve:
    """The smoothest curve.

    Args:
        preferred_s: preferred length of a quarter.
        stiffness: weight of smoothness against the unstarred hits' best places; 1 is usual.
        rough: whether a few steps are enough to see where it is strained, as something will be given up there.

    Returns:
        A curve through all fixed times. Where no curve keeps the limits it exceeds them, and says where.
    """
    solver = _Solver(course, limits, preferred_s, stiffness)
    return solver.told(solver.times(None, _WARM if rough else _FIRM))


def refit_curve(
    course: Course,
    limits: Limits,
    *,
    start_s: Array,
    spans: Array,
    anew: bool,
    preferred_s: float,
    stiffness: float,
) -> Curve:
    """The curve of a course of which the greater part is solved.

    Args:
        start_s: times of all borders.
        spans: stretches in beats that are solved, `[X, 2]`; outside of them all stays as it is.
        anew: whether to begin there from the smoothest curve without limits; else from `start_s`, in fewer steps.
    """
    edges = course.cells.edges
    moves, seen = (within(edges, spans, margin) for margin in (0.0, BEATS_PER_BAR + 1.0))
    if seen.mean() > _MOST_SEEN:
        whole = _Solver(course, limits, preferred_s, stiffness)
        return whole.told(whole.times(None, _FIRM) if anew else whole.times(start_s, _WARM))
    times_s = np.where(course.fixed, course.times_s, start_s)
    part = _part_of(course, times_s, moves, seen)
    solver = _Solver(part, limits, preferred_s, stiffness, still=True)
    times_s[seen] = solver.times(None, _FIRM) if anew else solver.times(times_s[seen], _WARM)
    return _Judge(course, limits, preferred_s).told(times_s)


def within(edges: Array, spans: Array, margin: float) -> Bools:
    """Which borders lie in some stretch or at most so far from it."""
    begins = np.searchsorted(edges, spans[:, 0] - margin)
    ends = np.searchsorted(edges, spans[:, 1] + margin, side="right")
    size = len(edges) + 1
    depth = np.bincount(begins, minlength=size) - np.bincount(ends, minlength=size)
    return np.asarray(np.cumsum(depth)[:-1] > 0)


def _part_of(course: Course, times_s: Array, moves: Bools, seen: Bools) -> Course:
    """The borders that are seen, those fixed that do not move; stretches are joined by long cells that cannot move."""
    held = moves[course.pinned]
    return Course(
        cells=Cells.of(course.cells.edges[seen]),
        fixed=(course.fixed | ~moves)[seen],
        times_s=times_s[seen],
        pinned=np.cumsum(seen)[course.pinned[held]] - 1,
        low_s=course.low_s[held],
        high_s=course.high_s[held],
        aim_s=course.aim_s[held],
        entry_s=course.entry_s if seen[0] else None,
        exit_s=course.exit_s if seen[-1] else None,
    )


@dataclass(frozen=True, slots=True)
class _Bounds:
    """Limits in preferred quarters, narrowed; grown, shrunk: ratio of an earlier to a later quarter."""

    shortest: float
    longest: float
    grown: float
    shrunk: float
    ends: float

    @classmethod
    def of(cls, limits: Limits, unit_s: float, margin: float) -> _Bounds:
        shortest = limits.shortest_s / unit_s * (1 + margin)
        longest = limits.longest_s / unit_s * (1 - margin)
        if shortest > longest:
            shortest = longest = 0.5 * (shortest + longest)
        change = limits.change
        return cls(shortest, longest, 1 + change - margin, max(0.1, 1 - change + margin), 1 + change)


class _Judge:
    """Times of a course against its limits, in preferred quarters, so that all weights mean the same.

    What exceeds the limits is kept in one row: of each cell too quick and too slow `[2, M]`, of each pair of near cells
    the earlier too slow and too quick `[2, D, M]`, of each pinned border too early and too late `[2, H]`, of each given
    end too quick and too slow `[2, E]`; all as shares of a quarter. The weights of the limits are in such a row too.
    """

    def __init__(self, course: Course, limits: Limits, preferred_s: float) -> None:
        self.course, self.limits, self.unit_s = course, limits, preferred_s
        self.cells = cells = course.cells
        self.m = len(cells.lengths)
        self.low, self.high = course.low_s / preferred_s, course.high_s / preferred_s
        ends = [(0, course.entry_s), (self.m - 1, course.exit_s)]
        self.end_cells = np.array([cell for cell, tempo_s in ends if tempo_s is not None], np.int64)
        self.end_tempi = np.array([tempo_s / preferred_s for _, tempo_s in ends if tempo_s is not None])
        sizes = (self.m, self.m * cells.reach, len(self.low), len(self.end_cells))
        self.borders = list(accumulate((2 * size for size in sizes), initial=0))
        self.tempo = np.zeros(self.m + cells.reach)
        self.later = sliding_window_view(self.tempo, self.m)[1:]
        """Tempo of the last times that were looked at, and that of the cells d + 1 after each, `[D, M]`."""

    def told(self, times_s: Array) -> Curve:
        """Times in seconds with what they exceed."""
        over = self.excess(times_s / self.unit_s, _Bounds.of(self.limits, self.unit_s, 0.0))
        return Curve(times_s, max(0.0, float(over.max())), self._strained(over))

    def excess(self, times: Array, bounds: _Bounds) -> Array:
        """By how much each limit is exceeded."""
        now = self.tempo[: self.m]
        np.subtract(times[1:], times[:-1], out=now)
        now /= self.cells.lengths
        row = np.empty(self.borders[-1])
        cells, pairs, pins, ends = self.parts(row)
        np.subtract(bounds.shortest, now, out=cells[0])
        np.subtract(now, bounds.longest, out=cells[1])
        np.multiply(self.later, -bounds.grown, out=pairs[0])
        pairs[0] += now
        np.multiply(self.later, bounds.shrunk, out=pairs[1])
        pairs[1] -= now
        pairs -= self.cells.apart
        if len(self.low):
            pinned = times[self.course.pinned]
            np.subtract(self.low, pinned, out=pins[0])
            np.subtract(pinned, self.high, out=pins[1])
        if len(self.end_cells):
            ends[0] = self.end_tempi / bounds.ends - now[self.end_cells]
            ends[1] = now[self.end_cells] - self.end_tempi * bounds.ends
        return row

    def parts(self, row: NDArray[_T]) -> tuple[NDArray[_T], NDArray[_T], NDArray[_T], NDArray[_T]]:
        """A row of all limits in parts: of cells, pairs, pinned borders, ends."""
        first, second, third, fourth, end = self.borders
        return (
            row[first:second].reshape(2, self.m),
            row[second:third].reshape(2, self.cells.reach, self.m),
            row[third:fourth].reshape(2, len(self.low)),
            row[fourth:end].reshape(2, len(self.end_cells)),
        )

    def _strained(self, over: Array) -> Array:
        """The stretches in beats whose limits are exceeded, the worst first, `[X, 2]`."""
        places = np.flatnonzero(over > EXCESS)
        cells, pairs, pins, ends = np.split(places, np.searchsorted(places, self.borders[1:-1]))
        ahead, early = np.divmod(pairs - self.borders[1], self.m)
        cell = cells % self.m
        pinned = self.course.pinned[(pins - self.borders[2]) % max(1, len(self.low))]
        end = self.end_cells[(ends - self.borders[3]) % max(1, len(self.end_cells))]
        first = np.concatenate([cell, early, pinned, end])
        last = np.concatenate([cell + 1, early + ahead % self.cells.reach + 2, pinned, end + 1])
        order = np.argsort(-over[places], kind="stable")
        return np.stack([self.cells.edges[first[order]], self.cells.edges[last[order]]], 1)


class _Solver(_Judge):
    """State of one solution."""

    def __init__(
        self, course: Course, limits: Limits, preferred_s: float, stiffness: float, *, still: bool = False
    ) -> None:
        """With `still`, limits of what cannot move are not looked at."""
        super().__init__(course, limits, preferred_s)
        lengths = self.cells.lengths
        self.bounds = _Bounds.of(limits, preferred_s, MARGIN)
        self.given = np.flatnonzero(course.fixed)
        self.given_times = course.times_s[self.given] / preferred_s
        self.aim = course.aim_s / preferred_s
        self.tension = _TENSION * lengths
        self.smooth = stiffness * 2 / (lengths[:-1] + lengths[1:])
        self.wishes = self._wishes()
        self.aside = self._stuck() if still else None

    def times(self, start_s: Array | None, firmnesses: Sequence[tuple[float, int]]) -> Array:
        """The times of the smoothest curve in seconds, sought from other times on if those are given."""
        if start_s is None:
            times = self._solve(np.zeros(self.borders[-1], np.bool_), 0.0)
        else:
            times = start_s / self.unit_s
            times[self.given] = self.given_times
        tempo, over = self._look(times)
        is_settled = True
        for firmness, most_steps in firmnesses:
            if is_settled and over.max() <= _ENOUGH:
                break
            times, tempo, over, is_settled = self._settle(times, tempo, over, firmness, most_steps)
            if over.max() > _HOPELESS / firmness**0.5:
                break
        return times * self.unit_s

    def _look(self, times: Array) -> tuple[Array, Array]:
        """The tempo of each cell, and by how much each limit is exceeded."""
        over = self.excess(times, self.bounds)
        if self.aside is not None:
            over[self.aside] = -_NO_PAIR
        return self.tempo[: self.m].copy(), over

    def _stuck(self) -> Bools:
        """The limits of cells that cannot move."""
        row = np.zeros(self.borders[-1], np.bool_)
        cells, pairs, _, _ = self.parts(row)
        stuck = np.zeros(self.m + self.cells.reach, np.bool_)
        stuck[: self.m] = self.course.fixed[:-1] & self.course.fixed[1:]
        cells[:] = stuck[: self.m]
        pairs[:] = stuck[: self.m] & sliding_window_view(stuck, self.m)[1:]
        return row

    def _settle(
        self, times: Array, tempo: Array, over: Array, firmness: float, most_steps: int
    ) -> tuple[Array, Array, Array, bool]:
        """Newton's method at one weight of the limits, each step as long as does most good; whether it came to rest."""
        active = over > 0
        for _ in range(most_steps):
            aim = self._solve(active, firmness)
            aim_tempo, aim_over = self._look(aim)
            aim_active = aim_over > 0
            if np.array_equal(aim_active, active):
                return aim, aim_tempo, aim_over, True
            share = _best_share(over, aim_over, firmness, *self._pull(times, tempo, aim, aim_tempo))
            if share == 1.0:
                times, tempo, over, active = aim, aim_tempo, aim_over, aim_active
            else:
                times = times + share * (aim - times)
                tempo = tempo + share * (aim_tempo - tempo)
                over = over + share * (aim_over - over)
                active = over > 0
        return times, tempo, over, False

    def _wishes(self) -> tuple[Array, Array]:
        """What `_tempo_equations` are without limits: all wishes but those of pinned borders."""
        band = np.zeros((self.cells.reach + 1, self.m))
        band[0] = self.tension
        band[0, 1:] += self.smooth
        band[0, :-1] += self.smooth
        band[1, :-1] -= self.smooth
        right = self.tension.copy()
        band[0, self.end_cells] += 1.0
        right[self.end_cells] += self.end_tempi
        return band, right

    def _solve(self, active: Bools, firmness: float) -> Array:
        """The times that are best where each limit in a row that is active is a wish of some weight."""
        from scipy.linalg.lapack import dpbsv  # late: reading a take must not cost its import

        quarters, right = self._tempo_equations(active, firmness)
        quarters *= self.cells.spread
        right /= self.cells.lengths
        band = np.empty((self.cells.reach + 2, self.m + 1))
        band[:-1, :-1] = quarters
        band[-1] = band[:, -1] = 0.0
        band[:-1, 1:] += quarters
        band[1:, :-1] -= quarters
        band[:-2, 1:] -= quarters[1:]
        band[0, 1:] -= quarters[1]
        times = np.zeros(self.m + 1)
        times[1:] = right
        times[:-1] -= right
        if len(self.low):
            early, late = firmness * self.parts(active)[2]
            pinned = self.course.pinned
            band[0, pinned] += _PULL + early + late
            times[pinned] += _PULL * self.aim + early * self.low + late * self.high
        band[0, self.given] += _GIVEN
        times[self.given] += _GIVEN * self.given_times
        _, times, failed = dpbsv(band, times, lower=1, overwrite_ab=1, overwrite_b=1)
        if failed:
            raise np.linalg.LinAlgError("the equations of a tempo curve are singular")
        times[self.given] = self.given_times
        return np.asarray(times)

    def _tempo_equations(self, active: Bools, firmness: float) -> tuple[Array, Array]:
        """The normal equations for tempo of all wishes and active limits: lower band `[D + 1, M]`, right side."""
        bounds, m = self.bounds, self.m
        (quick, slow), pairs, _, ends = self.parts(active)
        band, right = self.wishes[0].copy(), self.wishes[1].copy()
        grown, shrunk = (np.flatnonzero(some) for some in pairs)
        near = np.concatenate([grown, shrunk])
        share = np.repeat((bounds.grown, bounds.shrunk), (len(grown), len(shrunk)))
        ahead, now = np.divmod(near, m)
        later = now + ahead + 1
        band.reshape(-1)[m + near] -= firmness * share
        own = np.bincount(now, minlength=m) + np.bincount(later, share * share, minlength=m)[:m]
        own += quick
        own += slow
        band[0] += firmness * own
        right += firmness * (bounds.shortest * quick + bounds.longest * slow)
        if len(self.end_cells):
            end_quick, end_slow = firmness * ends
            band[0, self.end_cells] += end_quick + end_slow
            right[self.end_cells] += self.end_tempi * (end_quick / bounds.ends + end_slow * bounds.ends)
        return band, right

    def _pull(self, times: Array, tempo: Array, aim: Array, aim_tempo: Array) -> tuple[float, float]:
        """How the wishes change along a step: half the slope where it begins, and by how much that grows."""
        change = aim_tempo - tempo
        weighed, bend = self.tension * change, change[1:] - change[:-1]
        slope = float((tempo - 1) @ weighed + (self.smooth * bend) @ (tempo[1:] - tempo[:-1]))
        turn = float(change @ weighed + (self.smooth * bend) @ bend)
        if len(self.low):
            pinned = times[self.course.pinned]
            moved = aim[self.course.pinned] - pinned
            slope += _PULL * float((pinned - self.aim) @ moved)
            turn += _PULL * float(moved @ moved)
        if len(self.end_cells):
            moved = change[self.end_cells]
            slope += float((tempo[self.end_cells] - self.end_tempi) @ moved)
            turn += float(moved @ moved)
        return slope, turn


def _best_share(over: Array, aim_over: Array, firmness: float, slope: float, turn: float) -> float:
    """The share of a step, up to all of it, at which the wishes and the limits' squared excess are least together."""
    touched = np.flatnonzero(np.maximum(over, aim_over) > 0)
    here = over[touched]
    change = aim_over[touched] - here

    def rise(share: float) -> float:
        return slope + share * turn + firmness * float(np.maximum(here + share * change, 0.0) @ change)

    at_low, at_high = rise(0.0), rise(1.0)
    near = 1e-3 * abs(at_low)
    if at_high <= 1e-6 * near:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(_LOOKS):
        across = at_low / (at_low - at_high)
        share = low + min(max(across, 0.05), 0.95) * (high - low)
        at_share = rise(share)
        if abs(at_share) < near:
            return share
        if at_share < 0:
            low, at_low = share, at_share
        else:
            high, at_high = share, at_share
    return max(high, 1e-3)
