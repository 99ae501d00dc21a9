"""Seconds and beats."""

from __future__ import annotations

import pickle
import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.timebase import MICROSECONDS, Shot, TempoChange, TempoMap

TEMPI_US = st.integers(200_000, 2_000_000)
GAPS = st.fractions(Fraction(1, 16), Fraction(40), max_denominator=16)
STARTS_S = st.fractions(0, 2, max_denominator=MICROSECONDS)


@st.composite
def tempo_maps(draw: st.DrawFn) -> TempoMap:
    """Maps of one to six tempi."""
    gaps = draw(st.lists(GAPS, max_size=5))
    beats = [Fraction(0)]
    for gap in gaps:
        beats.append(beats[-1] + gap)
    elided = tuple(sorted(draw(st.sets(st.integers(0, 30), max_size=3))))
    return TempoMap(draw(STARTS_S), tuple(TempoChange(beat, draw(TEMPI_US)) for beat in beats), elided)


@given(tempo_maps(), st.fractions(-8, 400, max_denominator=960))
def test_beats_survive_the_way_through_seconds(tempo: TempoMap, beat: Fraction) -> None:
    after = beat if tempo.sounds(beat) else (beat // 4 + 1) * 4
    assert tempo.beat(tempo.seconds(beat)) == after


@given(tempo_maps(), st.fractions(0, 900, max_denominator=90_000))
def test_seconds_survive_the_way_through_beats(tempo: TempoMap, seconds: Fraction) -> None:
    assert tempo.seconds(tempo.beat(seconds)) == seconds


@given(tempo_maps(), st.fractions(0, 200, max_denominator=64), st.fractions(Fraction(1, 64), 50, max_denominator=64))
def test_time_runs_forward(tempo: TempoMap, beat: Fraction, later: Fraction) -> None:
    if tempo.played_beats(beat + later) > tempo.played_beats(beat):
        assert tempo.seconds(beat + later) > tempo.seconds(beat)
    else:
        assert tempo.seconds(beat + later) == tempo.seconds(beat)


def test_a_short_bar_leaves_out_its_last_two_beats() -> None:
    changes = (TempoChange(Fraction(0), 500_000), TempoChange(Fraction(7), 1_000_000))
    tempo = TempoMap(Fraction(1), changes, elided=(1,))
    assert [tempo.seconds(beat) for beat in (4, 5, 6, 7, 8, 9)] == [3, Fraction(7, 2), 4, 4, 4, 5]
    assert tempo.beat(Fraction(4)) == 8
    assert [tempo.played_beats(beat) for beat in (5, 6, 7, 8, 12)] == [5, 6, 6, 6, 10]
    assert [tempo.sounds(beat) for beat in (5, 6, Fraction(15, 2), 8)] == [True, False, False, True]


def test_a_long_map_is_quick() -> None:
    tempo = TempoMap(Fraction(0), tuple(TempoChange(Fraction(i), 500_000 + i) for i in range(1200)))
    tempo.seconds(1)
    began = time.process_time()
    for beat in range(1000):
        tempo.beat(tempo.seconds(beat))
    assert time.process_time() - began < 0.2


def test_a_change_takes_effect_on_its_beat() -> None:
    tempo = TempoMap(Fraction(1), (TempoChange(Fraction(0), 500_000), TempoChange(Fraction(4), 1_000_000)))
    assert tempo.seconds(4) == 3
    assert tempo.seconds(5) == 4
    assert tempo.bpm(Fraction(7, 2)) == 120
    assert tempo.bpm(4) == 60


def test_a_constant_tempo_is_rounded_to_microseconds_only() -> None:
    assert TempoMap.constant(97.3).changes[0].us_per_quarter == round(60e6 / 97.3)


@pytest.mark.parametrize(
    "changes",
    [
        (),
        (TempoChange(Fraction(1), 500_000),),
        (TempoChange(Fraction(0), 500_000), TempoChange(Fraction(0), 400_000)),
        (TempoChange(Fraction(0), 0),),
    ],
)
def test_maps_that_make_no_sense_are_refused(changes: tuple[TempoChange, ...]) -> None:
    with pytest.raises(ValueError):
        TempoMap(Fraction(0), changes)


def test_a_shot_knows_its_length() -> None:
    assert Shot(0, Fraction(1, 3), Fraction(2)).duration_s == Fraction(5, 3)


def test_what_was_worked_out_is_no_part_of_the_map() -> None:
    one, other = TempoMap.constant(97.3), TempoMap.constant(97.3)
    one.seconds(3)
    assert one.knots[0].tolist() == [0.0]
    assert one == other and hash(one) == hash(other) and pickle.loads(pickle.dumps(one)) == other


@pytest.mark.parametrize("elided", [(-1,), (3, 3), (4, 2)])
def test_short_bars_come_in_order(elided: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="short bars"):
        TempoMap(Fraction(0), (TempoChange(Fraction(0), 500_000),), elided)
