"""Seconds and beats."""

from __future__ import annotations

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
    return TempoMap(draw(STARTS_S), tuple(TempoChange(beat, draw(TEMPI_US)) for beat in beats))


@given(tempo_maps(), st.fractions(-8, 400, max_denominator=960))
def test_beats_survive_the_way_through_seconds(tempo: TempoMap, beat: Fraction) -> None:
    assert tempo.beat(tempo.seconds(beat)) == beat


@given(tempo_maps(), st.fractions(0, 900, max_denominator=90_000))
def test_seconds_survive_the_way_through_beats(tempo: TempoMap, seconds: Fraction) -> None:
    assert tempo.seconds(tempo.beat(seconds)) == seconds


@given(tempo_maps(), st.fractions(0, 200, max_denominator=64), st.fractions(Fraction(1, 64), 50, max_denominator=64))
def test_time_runs_forward(tempo: TempoMap, beat: Fraction, later: Fraction) -> None:
    assert tempo.seconds(beat + later) > tempo.seconds(beat)


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
