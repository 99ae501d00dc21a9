from __future__ import annotations

from fractions import Fraction

import pytest
from opentimelineio.opentime import RationalTime

from engine.rates import can_drop, exact_rate, frame_of_timecode, timecode, timeline_rate


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        (29.97, "30000/1001"),
        (23.976, "24000/1001"),
        (23.98, "24000/1001"),
        (59.94, "60000/1001"),
        (25.0, "25"),
        (24, "24"),
    ],
)
def test_decimals_stand_for_exact_rates(told: float, meant: str) -> None:
    assert exact_rate(told) == Fraction(meant)


def test_an_odd_rate_stays_and_nonsense_is_refused() -> None:
    assert exact_rate(12.5) == Fraction(25, 2)
    with pytest.raises(ValueError):
        exact_rate(0)
    assert timeline_rate(Fraction(29_869, 1000)) == Fraction(30000, 1001)


@pytest.mark.parametrize(
    ("rate", "drop"), [("25", False), ("24000/1001", False), ("30000/1001", True), ("60000/1001", True)]
)
def test_timecodes_are_those_of_opentimelineio_and_read_back(rate: str, drop: bool) -> None:
    exact = Fraction(rate)
    assert can_drop(exact) is drop
    for frame in (0, 1, 1799, 1800, 1801, 17_981, 17_982, 107_892, 215_999, 2_000_003):
        text = timecode(frame, exact, drop=drop)
        assert text == RationalTime(frame, float(exact)).to_timecode(float(exact), drop)
        assert frame_of_timecode(text, exact) == frame


def test_what_is_no_timecode_is_refused() -> None:
    with pytest.raises(ValueError):
        frame_of_timecode("1:2:3", Fraction(25))
