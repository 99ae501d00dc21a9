"""Exact times from stamps that are missing, repeated or in disorder."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.video.stamps import FrameTimes, RunningClock, average_rate, frame_times, is_variable

MS = Fraction(1, 1000)


def times(pts, dts=None, **options) -> FrameTimes:
    settings = {"time_base": MS, "last_duration": 40, "claimed_rate": Fraction(25)} | options
    return frame_times(pts, dts if dts is not None else [None] * len(pts), **settings)


def test_good_stamps_stay_as_they_are() -> None:
    seen = times([80, 120, 163, 200])
    assert seen.pts.tolist() == [80, 120, 163, 200]
    assert seen.time_base == MS
    assert seen.start_s == Fraction(80, 1000)
    assert seen.duration_s == Fraction(160, 1000)


def test_missing_stamps_are_spread_between_their_neighbours() -> None:
    assert times([0, None, None, 120]).pts.tolist() == [0, 40, 80, 120]
    assert times([None, 40, 80, None]).pts.tolist() == [0, 40, 80, 120]


def test_a_stray_stamp_is_replaced() -> None:
    assert times([0, 40, 9000, 120, 160]).pts.tolist() == [0, 40, 80, 120, 160]


def test_frames_that_share_a_stamp_are_told_apart() -> None:
    seen = times([0, 0, 1, 1, 2], time_base=Fraction(1, 10))
    seconds = (seen.pts * float(seen.time_base)).tolist()
    assert seconds == sorted(set(seconds))
    assert seconds[-1] == pytest.approx(0.2)


def test_decoding_stamps_serve_where_presentation_stamps_are_swapped() -> None:
    dts = [0, 40, 80, 120, 160, 200]
    assert times([0, 80, 40, 160, 120, 200], dts).pts.tolist() == dts


def test_a_stream_without_stamps_runs_at_the_claimed_rate() -> None:
    seen = times([None] * 3, claimed_rate=Fraction(30000, 1001), last_duration=None)
    assert seen.duration_s == 3 * Fraction(1001, 30000)
    assert times([None] * 3, claimed_rate=Fraction(90000), last_duration=None).duration_s == Fraction(3, 25)


@pytest.mark.parametrize(("claimed", "expected"), [(1, 40), (None, 40), (40, 40), (1500, 1500)])
def test_the_last_frame_lasts_as_long_as_is_plausible(claimed: int | None, expected: int) -> None:
    assert times([0, 40, 80], last_duration=claimed).last_duration_s == Fraction(expected, 1000)


def test_a_single_frame_lasts_as_long_as_the_file_says() -> None:
    assert times([0], last_duration=41).duration_s == Fraction(41, 1000)
    assert times([0], last_duration=0, claimed_end_s=Fraction(1)).duration_s == 1
    assert times([0], last_duration=0).duration_s == Fraction(1, 25)


@given(st.lists(st.one_of(st.none(), st.integers(-(2**40), 2**40)), min_size=1, max_size=60))
def test_mended_stamps_always_grow(pts: list[int | None]) -> None:
    seen = times(pts)
    assert len(seen.pts) == len(pts)
    assert (np.diff(seen.pts) > 0).all()
    assert seen.last_duration_s > 0


@given(st.sets(st.integers(0, 10**6), min_size=2, max_size=60))
def test_growing_stamps_are_never_touched(stamps: set[int]) -> None:
    pts = sorted(stamps)
    assert times(pts).pts.tolist() == pts


def test_rates_are_named_exactly() -> None:
    assert average_rate(times([round(i * 1001 / 30) for i in range(300)])) == Fraction(30000, 1001)
    assert average_rate(times([round(i * 1000 / 24) for i in range(300)])) == 24
    assert average_rate(times([0, 333, 667])) == Fraction(2, 1) / Fraction(667, 1000)


def test_rounding_is_not_a_variable_rate() -> None:
    assert not is_variable(times([round(i * 1000 / 30) for i in range(100)]))
    assert is_variable(times([0, 40, 80, 120, 900, 940, 980]))


@given(st.lists(st.tuples(st.one_of(st.none(), st.integers(0, 500)), st.one_of(st.none(), st.integers(0, 500)))))
def test_the_running_clock_always_grows(stamps: list[tuple[int | None, int | None]]) -> None:
    clock = RunningClock()
    seen = [clock.follow(pts, dts) for pts, dts in stamps]
    assert all(b > a for a, b in itertools.pairwise(seen))
    assert not seen or seen[0] == 0
