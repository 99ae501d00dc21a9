"""The smoothest tempo through given times, solved as a whole and again in part."""

from __future__ import annotations

import numpy as np
import pytest

from engine.music.tempo_course import Layout, Route, splice
from engine.music.tempo_curve import Cells, Course, Curve, fit_curve, refit_curve
from engine.music.tempo_graph import Limits

LIMITS = Limits(shortest_s=0.4, longest_s=0.8, change=0.08)
MANNER = {"preferred_s": 0.6, "stiffness": 1.0}
EVERY = 8
BEATS = 160


def _course(moved_s: dict[int, float] | None = None) -> Course:
    """A star on every eighth beat, at 100 BPM but for those that are moved."""
    times_s = 0.6 * np.arange(BEATS + 1)
    for beat, by_s in (moved_s or {}).items():
        times_s[beat] += by_s
    nothing = np.zeros(0)
    fixed = np.arange(BEATS + 1) % EVERY == 0
    cells = Cells.of(np.arange(BEATS + 1, dtype=np.float64))
    return Course(cells, fixed, times_s, np.zeros(0, np.int64), nothing, nothing, nothing)


def _largest_change(curve: Curve) -> float:
    tempo = np.diff(curve.times_s)
    return max(abs(float(a / b) - 1) for i, a in enumerate(tempo) for b in tempo[i + 1 : i + 5])


def test_a_curve_meets_its_times_and_keeps_its_limits() -> None:
    course = _course({80: 0.2})
    curve = fit_curve(course, LIMITS, **MANNER)
    assert curve.is_legal and len(curve.strained) == 0
    assert curve.times_s[course.fixed] == pytest.approx(course.times_s[course.fixed], abs=1e-9)
    assert 0.01 < _largest_change(curve) <= 0.0801


def test_a_curve_that_cannot_be_says_where() -> None:
    curve = fit_curve(_course({80: 1.2}), LIMITS, **MANNER)
    assert not curve.is_legal
    low, high = curve.strained[0]
    assert 64 <= low <= high <= 96


@pytest.mark.parametrize("anew", [False, True])
def test_a_curve_solved_again_in_part_is_that_of_the_whole(anew: bool) -> None:
    before = fit_curve(_course(), LIMITS, **MANNER)
    course, spans = _course({80: 0.2}), np.array([[80.0 - 24, 80.0 + 24]])
    part = refit_curve(course, LIMITS, start_s=before.times_s, spans=spans, anew=anew, **MANNER)
    whole = fit_curve(course, LIMITS, **MANNER)
    assert part.is_legal
    assert part.times_s[:56] == pytest.approx(before.times_s[:56], abs=1e-12)
    assert part.times_s[105:] == pytest.approx(before.times_s[105:], abs=1e-12)
    assert part.times_s == pytest.approx(whole.times_s, abs=2e-3)


def _route(beats: list[float]) -> Route:
    return Route(np.arange(1, len(beats) + 1), np.array(beats), 0, (), (), beats[-1] + 4)


def test_a_route_that_differs_in_the_middle_keeps_both_ends() -> None:
    old = _route([8, 16, 24, 32])
    edges = np.arange(41, dtype=np.float64)
    before = Layout(old, Cells.of(edges), np.array([8, 16, 24, 32]), 36)
    new = splice(_route([8, 16.5, 25.5, 33.5]), before, fine=False)
    assert new is not None
    assert (new.low, new.high, new.ended) == (8, 25.5, 24)
    assert new.layout.cells.edges[new.layout.at].tolist() == [8, 16.5, 25.5, 33.5]
    assert new.layout.landing is not None and new.layout.cells.edges[new.layout.landing] == 37.5
    times_s = new.times_of(edges, 0.6 * edges)
    assert times_s[:9] == pytest.approx(0.6 * edges[:9]) and times_s[-17:] == pytest.approx(0.6 * edges[-17:])
    assert (np.diff(times_s) > 0).all()
    spans = new.spans_of(np.array([[2.0, 4.0], [12.0, 18.0], [30.0, 31.0]]))
    assert spans.tolist() == [[8, 25.5], [2, 4], [31.5, 32.5]]


def test_a_route_that_ends_otherwise_is_laid_out_anew() -> None:
    before = Layout(_route([8, 16]), Cells.of(np.arange(25, dtype=np.float64)), np.array([8, 16]), 20)
    assert splice(_route([9, 16]), before, fine=False) is None
    assert splice(Route(np.array([1, 2]), np.array([8.0, 16]), 0, (), (), None), before, fine=False) is None
