"""Bars of unchanged stretches move along with them, gaps are filled between."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from engine.music.conform import Filling, Gap, KeptBars, conform, kept_bars
from engine.timebase import BEATS_PER_BAR, MICROSECONDS, TempoChange, TempoMap

FRAME_S = Fraction(1, 25)
OLD = TempoMap(
    Fraction(0),
    (TempoChange(Fraction(0), 500_000), TempoChange(Fraction(16), 520_000), TempoChange(Fraction(24), 480_000)),
)
"""Bars of 2 s, from bar 4 on of 2.08 s, from bar 6 on of 1.92 s."""


@dataclass(frozen=True)
class Stretch:
    old_start_s: Fraction
    old_end_s: Fraction
    shift_s: Fraction


def steady(gap: Gap) -> Filling:
    """As many bars of about two seconds as fit; a relaxation where they come out beyond 1.8 to 2.2 s."""
    length_s = gap.end_s - gap.start_s
    n_bars = max(1, round(length_s / 2))
    us = round(length_s / n_bars / BEATS_PER_BAR * MICROSECONDS)
    fits = Fraction(9, 5) <= length_s / n_bars <= Fraction(11, 5)
    return Filling(TempoMap(Fraction(0), (TempoChange(Fraction(0), us),)), n_bars, () if fits else ("Too tight.",))


def bar_s(tempo: TempoMap, bar: int) -> Fraction:
    return tempo.seconds(bar * BEATS_PER_BAR)


def test_bars_within_a_stretch_are_kept() -> None:
    found = kept_bars([Stretch(Fraction(3), Fraction(13), Fraction(5))], OLD, n_bars=8, slack_s=FRAME_S)
    assert found == [KeptBars(2, 4, bar_s(OLD, 2) + 5)]
    assert kept_bars([Stretch(Fraction(3), Fraction(5), Fraction(0))], OLD, n_bars=8, slack_s=FRAME_S) == []


def test_an_unchanged_piece_stays() -> None:
    whole = kept_bars([Stretch(Fraction(0), Fraction(20), Fraction(0))], OLD, n_bars=8, slack_s=FRAME_S)
    laid = conform(whole, OLD, duration_s=bar_s(OLD, 8), fill=steady)
    assert laid.tempo == OLD
    assert laid.bars == {bar: bar for bar in range(8)}
    assert laid.relaxations == ()


def test_an_inserted_shot_gets_new_bars_and_the_rest_moves_along() -> None:
    cut_s, new_s = bar_s(OLD, 4), Fraction(62, 10)
    stretches = [Stretch(Fraction(0), cut_s, Fraction(0)), Stretch(cut_s, bar_s(OLD, 8), new_s)]
    kept = kept_bars(stretches, OLD, n_bars=8, slack_s=FRAME_S)
    laid = conform(kept, OLD, duration_s=bar_s(OLD, 8) + new_s, fill=steady)
    assert laid.bars == {0: 0, 1: 1, 2: 2, 3: 3, 7: 4, 8: 5, 9: 6, 10: 7}
    for new, old in laid.bars.items():
        moved = bar_s(OLD, old) + (new_s if old >= 4 else 0)
        assert abs(bar_s(laid.tempo, new) - moved) < Fraction(1, 10_000)
        length = bar_s(laid.tempo, new + 1) - bar_s(laid.tempo, new)
        assert length == bar_s(OLD, old + 1) - bar_s(OLD, old)


def test_bars_at_a_gap_are_given_up_until_it_can_be_filled() -> None:
    taken_s = Fraction(1)  # a second was cut out in the middle of bar 3: no whole bar fits between bars 2 and 4
    stretches = [
        Stretch(Fraction(0), Fraction(7), Fraction(0)),
        Stretch(Fraction(8), bar_s(OLD, 8), -taken_s),
    ]
    kept = kept_bars(stretches, OLD, n_bars=8, slack_s=FRAME_S)
    laid = conform(kept, OLD, duration_s=bar_s(OLD, 8) - taken_s, fill=steady)
    lost = set(range(8)) - set(laid.bars.values())
    assert 3 in lost
    assert len(lost) <= 3
    for new, old in laid.bars.items():
        moved = bar_s(OLD, old) - (taken_s if old > 3 else 0)
        assert abs(bar_s(laid.tempo, new) - moved) < Fraction(1, 1000)


def test_a_gap_that_cannot_be_filled_says_so() -> None:
    middle_s = bar_s(OLD, 2)
    stretches = [Stretch(Fraction(0), middle_s, Fraction(0)), Stretch(middle_s, bar_s(OLD, 4), Fraction(1, 2))]
    kept = kept_bars(stretches, OLD, n_bars=4, slack_s=FRAME_S)
    laid = conform(kept, OLD, duration_s=bar_s(OLD, 4) + Fraction(1, 2), fill=steady)
    assert len(laid.relaxations) == 1
    for new, old in laid.bars.items():
        assert abs(bar_s(laid.tempo, new) - bar_s(OLD, old) - (Fraction(1, 2) if old > 1 else 0)) < Fraction(1, 1000)


def test_short_bars_keep_their_place_and_nothing_kept_is_new_throughout() -> None:
    short = TempoMap(Fraction(0), (TempoChange(Fraction(0), 500_000),), (2, 5))
    stretches = [Stretch(Fraction(0), Fraction(3), Fraction(0)), Stretch(Fraction(4), Fraction(14), Fraction(2))]
    kept = kept_bars(stretches, short, n_bars=8, slack_s=FRAME_S)
    laid = conform(kept, short, duration_s=Fraction(16), fill=steady)
    assert {laid.bars[bar] for bar in laid.tempo.elided} <= {2, 5}
    assert any(laid.bars.get(bar) == 5 for bar in laid.tempo.elided)
    empty = conform([], OLD, duration_s=Fraction(10), fill=steady)
    assert empty.bars == {}
    assert bar_s(empty.tempo, 5) == 10
