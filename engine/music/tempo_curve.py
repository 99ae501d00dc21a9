"""The smoothest tempo that meets the hits of a walk and keeps its limits: a quadratic programme over times of beats.

Unknown are the times t_k of the beats (and of the off-beats on which hits fall). Minimised are the differences of tempo
between neighbours and its distance from the preferred one. Starred hits are fixed values. The limits (range of tempo;
change between any two instants less than a bar apart; how far an unstarred hit may be missed) are half-spaces; they are
kept by Newton's method on their squared excess, with a weight that grows. Every matrix is banded, a few beats wide, so
a step costs less than a millisecond for ten minutes of music.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.music.tempo_graph import Limits
from engine.timebase import BEATS_PER_BAR

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

MARGIN: Final = 4e-5
"""Limits are taken this much (a share) narrower while solving, which leaves room for whole microseconds."""

EXCESS: Final = 4e-5
"""By how much the limits themselves may be exceeded: where a piece runs along one there is no room for the margin."""

_FIRM: Final = ((1e2, 6), (1e4, 8), (1e6, 6), (1e8, 5))
"""Weights of the limits, and steps at each."""

_HOPELESS: Final = 0.3
"""An excess above this, over the root of the weight, will not go away at the next weight."""

_GIVEN: Final = 1e13
_PULL: Final = 0.03
_TENSION: Final = 0.008


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """What a curve must pass through.

    Attributes:
        edges: places of the cells' borders in beats from the first sound, rest before it negative, f64 `[M + 1]`.
        fixed: whether the time of a border is given; times_s: those times, anything elsewhere.
        pinned: borders of unstarred hits and of the last downbeat, int `[H]`.
        low_s, high_s: between which times they lie, `[H]`; aim_s: where they are best.
        entry_s, exit_s: lengths of a quarter before and after, None where free.
    """

    edges: Array
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


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Sparse rows a: a . t - b, `[R, W]` places and factors, `[R]` values."""

    places: Ints
    factors: Array
    values: Array


def fit_curve(course: Course, limits: Limits, *, preferred_s: float, stiffness: float) -> Curve:
    """The smoothest curve.

    Args:
        preferred_s: preferred length of a quarter.
        stiffness: weight of smoothness against the unstarred hits' best places; 1 is usual.

    Returns:
        A curve through all fixed times. Where no curve keeps the limits it exceeds them, and says where.
    """
    return _Solver(course, limits, preferred_s, stiffness).curve()


def refit_curve(
    course: Course, curve: Curve, limits: Limits, *, span: tuple[float, float], preferred_s: float, stiffness: float
) -> Curve:
    """The curve solved again between two beats, the rest as it was; for a course that changed only there.

    What it exceeds is not measured anew: `judge_curve` does that.
    """
    edges = course.edges
    first, last = np.searchsorted(edges, span[0]), np.searchsorted(edges, span[1])
    low = max(0, int(np.searchsorted(edges, span[0] - BEATS_PER_BAR - 1)))
    high = min(len(edges), int(np.searchsorted(edges, span[1] + BEATS_PER_BAR + 1)) + 1)
    still = np.ones(len(edges), bool)
    still[first : last + 1] = course.fixed[first : last + 1]
    inside = (course.pinned >= first) & (course.pinned <= last)
    part = Course(
        edges=edges[low:high],
        fixed=still[low:high],
        times_s=np.where(course.fixed, course.times_s, curve.times_s)[low:high],
        pinned=course.pinned[inside] - low,
        low_s=course.low_s[inside],
        high_s=course.high_s[inside],
        aim_s=course.aim_s[inside],
        entry_s=course.entry_s if low == 0 else None,
        exit_s=course.exit_s if high == len(edges) else None,
    )
    solved = fit_curve(part, limits, preferred_s=preferred_s, stiffness=stiffness)
    times_s = curve.times_s.copy()
    times_s[low:high] = solved.times_s
    return replace(curve, times_s=times_s)


def judge_curve(course: Course, curve: Curve, limits: Limits, *, preferred_s: float) -> Curve:
    """The curve with what it exceeds, after it was solved again here and there."""
    return _Solver(course, limits, preferred_s, 1.0).judge(curve.times_s)


class _Solver:
    """State of one solution. Times are in preferred quarters while solving, so that all weights mean the same."""

    def __init__(self, course: Course, limits: Limits, preferred_s: float, stiffness: float) -> None:
        self.course, self.unit_s = course, preferred_s
        self.lengths = np.diff(course.edges)
        self.n = len(course.edges)
        self.first, self.then = _near_pairs(course.edges)
        self.bounds, self.true_bounds = self._bounds_of(limits, MARGIN), self._bounds_of(limits, 0.0)
        self.stiffness = stiffness

    def _assemble(self) -> None:
        """The normal equations of all wishes, and the given times."""
        course = self.course
        self.width = int(max(2, (self.then - self.first).max(initial=1) + 1))
        self.band = np.zeros((self.width + 1, self.n))
        self.right = np.zeros(self.n)
        for rows, weights in self._wishes(self.stiffness):
            self._add(self.band, self.right, rows, weights)
        self.given = np.flatnonzero(course.fixed)
        self.band[0, self.given] += _GIVEN
        self.right[self.given] += _GIVEN * course.times_s[self.given] / self.unit_s

    def judge(self, times_s: Array) -> Curve:
        """Times that were found otherwise, with what they exceed."""
        times = times_s / self.unit_s
        return self._told(times, self._excess(times, self.true_bounds))

    def curve(self) -> Curve:
        """The smoothest curve."""
        self._assemble()
        times = self._solve(self.band, self.right)
        over = self._excess(times)
        for firmness, most_steps in _FIRM:
            if not (over > 0).any():
                break
            times, over = self._settle(times, over, firmness, most_steps)
            if over.max(initial=0.0) > _HOPELESS / firmness**0.5:
                break
        return self._told(times, self._excess(times, self.true_bounds))

    def _settle(self, times: Array, over: Array, firmness: float, most_steps: int) -> tuple[Array, Array]:
        """Newton's method at one weight of the limits, each step as long as does most good."""
        slope = _banded_product(self.band, times) - self.right
        for _ in range(most_steps):
            active = over > 0
            band, right = self.band.copy(), self.right.copy()
            for rows in self._active_rows(np.flatnonzero(active)):
                self._add(band, right, rows, np.full(len(rows.values), firmness))
            aim = self._solve(band, right)
            aim_over = self._excess(aim)
            step = aim - times
            turn = _banded_product(self.band, step)
            length = _best_length(over, aim_over, firmness, float(slope @ step), float(turn @ step))
            whole = length > 1 - 1e-9
            times = aim if whole else times + length * step
            over = aim_over if whole else over + length * (aim_over - over)
            slope = slope + length * turn
            if whole and bool(((over > 0) == active).all()):
                break
        return times, over

    def _told(self, times: Array, over: Array) -> Curve:
        places = np.flatnonzero(over > EXCESS)
        strained = self._spans(places[np.argsort(-over[places])])
        return Curve(times * self.unit_s, float(over.max(initial=0.0)), strained)

    def _bounds_of(self, limits: Limits, margin: float) -> _Bounds:
        shortest = limits.shortest_s / self.unit_s * (1 + margin)
        longest = limits.longest_s / self.unit_s * (1 - margin)
        if shortest > longest:
            shortest = longest = 0.5 * (shortest + longest)
        change = limits.change
        return _Bounds(shortest, longest, 1 + change - margin, max(0.1, 1 - change + margin), 1 + change)

    def _ends(self) -> list[tuple[int, float]]:
        ends = ((0, self.course.entry_s), (self.n - 2, self.course.exit_s))
        return [(cell, tempo_s / self.unit_s) for cell, tempo_s in ends if tempo_s is not None]

    def _excess(self, times: Array, bounds: _Bounds | None = None) -> Array:
        """By how much each limit is exceeded, as a share of a quarter: range, turns, ends, pinned borders in order."""
        tempo = np.diff(times) / self.lengths
        bounds, course = bounds or self.bounds, self.course
        early, late = tempo[self.first], tempo[self.then]
        pinned = times[course.pinned]
        parts = [
            bounds.shortest - tempo,
            tempo - bounds.longest,
            early - bounds.grown * late,
            bounds.shrunk * late - early,
            course.low_s / self.unit_s - pinned,
            pinned - course.high_s / self.unit_s,
        ]
        for cell, end in self._ends():
            parts.append(np.array([end / bounds.ends - tempo[cell], tempo[cell] - end * bounds.ends]))
        return np.concatenate(parts)

    def _sections(self) -> list[int]:
        """Where each part of `_excess` ends."""
        sizes = [self.n - 1] * 2 + [len(self.first)] * 2 + [len(self.course.pinned)] * 2 + [2] * len(self._ends())
        return [int(end) for end in np.cumsum(sizes)]

    def _active_rows(self, places: Ints) -> list[_Rows]:
        """The exceeded limits as rows."""
        bounds = self.bounds
        ends = self._sections()
        parts = np.split(places, np.searchsorted(places, ends))[:-1]
        starts = [0, *ends[:-1]]
        local = [part - start for part, start in zip(parts, starts, strict=True)]
        rows = [
            self._tempo_rows(local[0], bounds.shortest),
            self._tempo_rows(local[1], bounds.longest),
            self._turn_rows(local[2], bounds.grown),
            self._turn_rows(local[3], bounds.shrunk),
            self._pin_rows(local[4], self.course.low_s),
            self._pin_rows(local[5], self.course.high_s),
        ]
        for (cell, end), part in zip(self._ends(), local[6:], strict=True):
            cells = np.full(len(part), cell)
            rows.append(self._tempo_rows(cells, np.where(part == 0, end / bounds.ends, end * bounds.ends)))
        return [row for row in rows if len(row.values)]

    def _tempo_rows(self, cells: Ints, values: float | Array) -> _Rows:
        """Rows that set the quarter's length in cells."""
        each = 1 / self.lengths[cells]
        return _Rows(
            np.stack([cells, cells + 1], 1),
            np.stack([-each, each], 1),
            np.broadcast_to(values, cells.shape).astype(np.float64),
        )

    def _turn_rows(self, pairs: Ints, ratio: float) -> _Rows:
        """Rows that set the ratio of the quarters of two cells, earlier over later."""
        early = self._tempo_rows(self.first[pairs], 0.0)
        late = self._tempo_rows(self.then[pairs], 0.0)
        return _Rows(
            np.hstack([early.places, late.places]), np.hstack([early.factors, -ratio * late.factors]), early.values
        )

    def _pin_rows(self, pins: Ints, times_s: Array) -> _Rows:
        return _Rows(self.course.pinned[pins][:, None], np.ones((len(pins), 1)), times_s[pins] / self.unit_s)

    def _wishes(self, stiffness: float) -> list[tuple[_Rows, Array]]:
        cells = np.arange(self.n - 1)
        wishes = [(self._tempo_rows(cells, 1.0), _TENSION * self.lengths)]
        if self.n > 2:
            left, right = self._tempo_rows(cells[:-1], 0.0), self._tempo_rows(cells[1:], 0.0)
            places = np.stack([cells[:-1], cells[:-1] + 1, cells[:-1] + 2], 1)
            factors = np.stack([-left.factors[:, 0], -left.factors[:, 1] + right.factors[:, 0], right.factors[:, 1]], 1)
            weights = stiffness * 2 / (self.lengths[:-1] + self.lengths[1:])
            wishes.append((_Rows(places, factors, np.zeros(self.n - 2)), weights))
        pins = np.arange(len(self.course.pinned))
        wishes.append((self._pin_rows(pins, self.course.aim_s), np.full(len(pins), _PULL)))
        wishes += [(self._tempo_rows(np.array([cell]), end), np.ones(1)) for cell, end in self._ends()]
        return wishes

    def _spans(self, places: Ints) -> Array:
        """The stretches in beats to which limits belong, `[X, 2]`."""
        edges, ends = self.course.edges, self._sections()
        part = np.searchsorted(ends, places, side="right")
        local = places - np.array([0, *ends])[part]
        spans = np.zeros((len(places), 2))
        for row, (kind, i) in enumerate(zip(part.tolist(), local.tolist(), strict=True)):
            if kind < 2:
                spans[row] = edges[i], edges[i + 1]
            elif kind < 4:
                spans[row] = edges[self.first[i]], edges[self.then[i] + 1]
            elif kind < 6:
                spans[row] = edges[self.course.pinned[i]]
            else:
                cell = self._ends()[kind - 6][0]
                spans[row] = edges[cell], edges[cell + 1]
        return spans

    def _add(self, band: Array, right: Array, rows: _Rows, weights: Array) -> None:
        """Add the normal equations of weighted rows, in the lower banded form."""
        width = rows.places.shape[1]
        for i in range(width):
            scaled = weights * rows.factors[:, i]
            np.add.at(right, rows.places[:, i], scaled * rows.values)
            for j in range(width):
                below = rows.places[:, i] - rows.places[:, j]
                kept = below >= 0
                np.add.at(band, (below[kept], rows.places[kept, j]), scaled[kept] * rows.factors[kept, j])

    def _solve(self, band: Array, right: Array) -> Array:
        from scipy.linalg import solveh_banded  # late: reading a take must not cost its import

        times = np.asarray(solveh_banded(band, right, lower=True, check_finite=False))
        times[self.given] = self.course.times_s[self.given] / self.unit_s
        return times


def _best_length(over: Array, aim_over: Array, firmness: float, slope: float, turn: float) -> float:
    """The share of a step, up to all of it, at which the wishes and the limits' squared excess are least together."""
    touched = (over > 0) | (aim_over > 0)
    here, change = over[touched], (aim_over - over)[touched]

    def rise(share: float) -> float:
        return slope + share * turn + firmness * float(np.maximum(here + share * change, 0.0) @ change)

    if rise(1.0) <= 1e-9 * abs(rise(0.0)):
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(12):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if rise(middle) < 0 else (low, middle)
    return max(high, 1e-3)


def _banded_product(band: Array, x: Array) -> Array:
    out = band[0] * x
    for below in range(1, len(band)):
        diagonal = band[below, : len(x) - below]
        out[below:] += diagonal * x[:-below]
        out[:-below] += diagonal * x[below:]
    return np.asarray(out)


@dataclass(frozen=True, slots=True)
class _Bounds:
    """Limits in preferred quarters, narrowed; grown, shrunk: ratio of an earlier to a later quarter."""

    shortest: float
    longest: float
    grown: float
    shrunk: float
    ends: float


def _near_pairs(edges: Array) -> tuple[Ints, Ints]:
    """Pairs of cells, earlier and later, of which some instants lie less than a bar apart."""
    n_cells = len(edges) - 1
    cells = np.arange(n_cells)
    last = np.searchsorted(edges[:-1], edges[1:] + BEATS_PER_BAR - 1e-9) - 1
    counts = np.maximum(0, last - cells)
    first = np.repeat(cells, counts)
    then = first + 1 + np.arange(len(first)) - np.repeat(np.cumsum(counts) - counts, counts)
    return first, then
