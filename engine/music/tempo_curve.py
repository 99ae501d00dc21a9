"""The smoothest tempo that meets the hits of a walk and keeps its limits: a quadratic programme over the times of beats.

Unknown are the times t_k of the beats (and of the off-beats on which hits fall). Minimised are the differences of tempo
between neighbours and its distance from the preferred one. Starred hits are fixed values. The limits (range of tempo;
change between any two instants less than a bar apart; how far an unstarred hit may be missed) are half-spaces; they are
kept by Newton's method on their squared excess, with a weight that grows. Every matrix is banded, a few beats wide, so
a step costs less than a millisecond for ten minutes of music.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solveh_banded

from engine.music.tempo_graph import Limits
from engine.timebase import BEATS_PER_BAR

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

MARGIN: Final = 4e-5
"""Limits are taken this much (a share) narrower, which leaves room for whole microseconds."""

EXCESS: Final = 6e-5
"""An excess up to here, measured from the narrower limits, is none."""

_FIRM: Final = (1e4, 1e7, 1e9)
_MOST_STEPS: Final = 9
_PULL: Final = 0.03
_TENSION: Final = 0.004


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

    def of(self, times: Array) -> Array:
        return np.asarray((self.factors * times[self.places]).sum(1) - self.values)

    def take(self, index: Ints | Bools) -> _Rows:
        return _Rows(self.places[index], self.factors[index], self.values[index])


def fit_curve(course: Course, limits: Limits, *, preferred_s: float, stiffness: float) -> Curve:
    """The smoothest curve.

    Args:
        preferred_s: preferred length of a quarter.
        stiffness: weight of smoothness against the unstarred hits' best places; 1 is usual.

    Returns:
        A curve through all fixed times. Where no curve keeps the limits it exceeds them, and says where.
    """
    solver = _Solver(course, limits, preferred_s, stiffness)
    return solver.curve()


class _Solver:
    """State of one solution. Times are in preferred quarters while solving, so that all weights mean the same."""

    def __init__(self, course: Course, limits: Limits, preferred_s: float, stiffness: float) -> None:
        self.course, self.unit_s = course, preferred_s
        self.lengths = np.diff(course.edges)
        self.n = len(course.edges)
        self.shortest, self.longest = limits.shortest_s / preferred_s, limits.longest_s / preferred_s
        self.change = limits.change
        self.pairs = _near_pairs(course.edges)
        self.width = int(max(2, (self.pairs[1] - self.pairs[0]).max(initial=1) + 1))
        self.start = course.times_s / preferred_s
        self.band = np.zeros((self.width + 1, self.n))
        self.right = np.zeros(self.n)
        for rows, weights in self._wishes(stiffness):
            self._add(self.band, self.right, rows, weights)
        self.bounds = self._bounds()
        self.spans = self._spans()

    def curve(self) -> Curve:
        times = self._solve(self.band, self.right)
        for firmness in _FIRM:
            active: Bools | None = None
            for _ in range(_MOST_STEPS):
                now = self.bounds.of(times) > 0
                if not now.any() or (active is not None and (now == active).all()):
                    break
                active = now
                band, right = self.band.copy(), self.right.copy()
                self._add(band, right, self.bounds.take(now), np.full(int(now.sum()), firmness))
                times = self._solve(band, right)
            if active is None:
                break
        over = self.bounds.of(times)
        worst = np.argsort(-over)[: max(1, int((over > EXCESS).sum()))]
        strained = self.spans[worst[over[worst] > EXCESS]]
        return Curve(times * self.unit_s, float(over.max(initial=0.0)), strained)

    def _tempo_rows(self, cells: Ints) -> tuple[Ints, Array]:
        """Rows that give the quarter's length in cells."""
        factors = np.stack([-1 / self.lengths[cells], 1 / self.lengths[cells]], 1)
        return np.stack([cells, cells + 1], 1), factors

    def _wishes(self, stiffness: float) -> list[tuple[_Rows, Array]]:
        cells = np.arange(self.n - 1)
        places, factors = self._tempo_rows(cells)
        wishes = [(_Rows(places, factors, np.ones(self.n - 1)), _TENSION * self.lengths)]
        if self.n > 2:
            left, right = cells[:-1], cells[1:]
            a, b = self._tempo_rows(left), self._tempo_rows(right)
            steps = _Rows(np.hstack([b[0], a[0]]), np.hstack([b[1], -a[1]]), np.zeros(self.n - 2))
            wishes.append((steps, stiffness * 2 / (self.lengths[left] + self.lengths[right])))
        pins = self.course.pinned[:, None]
        if len(pins):
            aims = _Rows(pins, np.ones(pins.shape), self.course.aim_s / self.unit_s)
            wishes.append((aims, np.full(len(pins), _PULL)))
        for cell, tempo_s in self._ends():
            places, factors = self._tempo_rows(np.array([cell]))
            wishes.append((_Rows(places, factors, np.array([tempo_s / self.unit_s])), np.ones(1)))
        return wishes

    def _ends(self) -> list[tuple[int, float]]:
        ends = ((0, self.course.entry_s), (self.n - 2, self.course.exit_s))
        return [(cell, tempo_s) for cell, tempo_s in ends if tempo_s is not None]

    def _bounds(self) -> _Rows:
        """All limits as rows that must not be positive; each is measured as a share of a quarter."""
        cells = np.arange(self.n - 1)
        places, factors = self._tempo_rows(cells)
        shortest, longest = self.shortest * (1 + MARGIN), self.longest * (1 - MARGIN)
        if shortest > longest:
            shortest = longest = 0.5 * (self.shortest + self.longest)
        parts = [
            _Rows(places, -factors, np.full(self.n - 1, -shortest)),
            _Rows(places, factors, np.full(self.n - 1, longest)),
        ]
        first, then = self.pairs
        a, b = self._tempo_rows(first), self._tempo_rows(then)
        grown, shrunk = 1 + self.change - MARGIN, max(0.1, 1 - self.change + MARGIN)
        both = np.hstack([a[0], b[0]])
        zero = np.zeros(len(first))
        parts.append(_Rows(both, np.hstack([a[1], -grown * b[1]]), zero))
        parts.append(_Rows(both, np.hstack([-a[1], shrunk * b[1]]), zero))
        pins, one = self.course.pinned[:, None], np.ones((len(self.course.pinned), 1))
        parts.append(_Rows(pins, one, self.course.high_s / self.unit_s))
        parts.append(_Rows(pins, -one, -self.course.low_s / self.unit_s))
        for cell, tempo_s in self._ends():
            places, factors = self._tempo_rows(np.array([cell]))
            low, high = tempo_s / self.unit_s / (1 + self.change), tempo_s / self.unit_s * (1 + self.change)
            parts.append(_Rows(places, -factors, np.array([-low])))
            parts.append(_Rows(places, factors, np.array([high])))
        return _stacked(parts)

    def _spans(self) -> Array:
        edges = self.course.edges
        cells = np.stack([edges[:-1], edges[1:]], 1)
        pairs = np.stack([edges[self.pairs[0]], edges[self.pairs[1] + 1]], 1)
        pins = np.stack([edges[self.course.pinned]] * 2, 1)
        ends = np.array([[edges[cell], edges[cell + 1]] for cell, _ in self._ends()]).reshape(-1, 2)
        return np.concatenate([cells, cells, pairs, pairs, pins, pins, np.repeat(ends, 2, axis=0)])

    def _add(self, band: Array, right: Array, rows: _Rows, weights: Array) -> None:
        """Add the normal equations of weighted rows, in the lower banded form."""
        width = rows.places.shape[1]
        for i in range(width):
            scaled = weights * rows.factors[:, i]
            right += np.bincount(rows.places[:, i], scaled * rows.values, self.n)
            for j in range(width):
                below = rows.places[:, i] - rows.places[:, j]
                kept = below >= 0
                place = below[kept] * self.n + rows.places[kept, j]
                band += np.bincount(place, scaled[kept] * rows.factors[kept, j], band.size).reshape(band.shape)

    def _solve(self, band: Array, right: Array) -> Array:
        """Times that solve the normal equations, the fixed ones as they are."""
        fixed = self.course.fixed
        known = np.where(fixed, self.start, 0.0)
        right = right - _banded_product(band, known)
        band = band.copy()
        for below in range(band.shape[0]):
            upto = self.n - below
            band[below, :upto][fixed[:upto] | fixed[below:]] = 0.0
        band[0, fixed] = 1.0
        right[fixed] = self.start[fixed]
        return np.asarray(solveh_banded(band, right, lower=True, overwrite_ab=True, check_finite=False))


def _banded_product(band: Array, x: Array) -> Array:
    out = band[0] * x
    for below in range(1, band.shape[0]):
        diagonal = band[below, : len(x) - below]
        out[below:] += diagonal * x[: len(x) - below]
        out[: len(x) - below] += diagonal * x[below:]
    return np.asarray(out)


def _near_pairs(edges: Array) -> tuple[Ints, Ints]:
    """Pairs of cells, earlier and later, of which some instants lie less than a bar apart."""
    n_cells = len(edges) - 1
    cells = np.arange(n_cells)
    last = np.searchsorted(edges[:-1], edges[1:] + BEATS_PER_BAR - 1e-9) - 1
    counts = np.maximum(0, last - cells)
    first = np.repeat(cells, counts)
    then = first + 1 + np.arange(len(first)) - np.repeat(np.cumsum(counts) - counts, counts)
    return first, then


def _stacked(parts: list[_Rows]) -> _Rows:
    """Rows of different widths as one table; shorter ones repeat their last place with a factor of 0."""
    width = max(part.places.shape[1] for part in parts)
    places, factors = [], []
    for part in parts:
        spare = width - part.places.shape[1]
        places.append(np.pad(part.places, ((0, 0), (0, spare)), mode="edge") if len(part.values) else
                      np.zeros((0, width), np.int64))
        factors.append(np.pad(part.factors, ((0, 0), (0, spare))))
    return _Rows(np.concatenate(places), np.concatenate(factors), np.concatenate([part.values for part in parts]))
