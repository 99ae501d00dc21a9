"""A tempo for the cuts."""

from __future__ import annotations

import random
import time
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InputError
from engine.music.hits import HitPoint
from engine.music.tempo import beats_of_seconds, choose_tempo, seconds_of_steps
from engine.music.tempo_solution import place_hits
from engine.timebase import TempoChange, TempoMap

FRAME_S = 0.04


def _fit(cuts: list[Fraction], duration_s: Fraction = Fraction(60), **options: float) -> TempoMap:
    given_options = {"bpm_min": 70.0, "bpm_max": 120.0, "preferred_bpm": 92.0, **options}
    return choose_tempo(cuts, duration_s=duration_s, **given_options)


def _planted(bpm: float, start_s: float, beats: list[int]) -> list[Fraction]:
    """Cuts on beats, on the frames of a 25 fps film."""
    return [Fraction(round((start_s + 60 / bpm * beat) * 25), 25) for beat in beats]


def _beat_error_s(cut_s: Fraction, tempo: TempoMap) -> float:
    return abs(float(tempo.seconds(max(0, round(tempo.beat(cut_s)))) - cut_s))


@pytest.mark.parametrize(("bpm", "start_s"), [(97.3, 0.31), (81.07, 0.0), (118.9, 0.45), (71.2, 0.6)])
def test_a_planted_pulse_is_found(bpm: float, start_s: float) -> None:
    beats = sorted(random.Random(7).sample(range(2, 70), 18))
    tempo = _fit(_planted(bpm, start_s, beats))
    errors_s = [_beat_error_s(cut, tempo) for cut in _planted(bpm, start_s, beats)]
    assert max(errors_s) <= FRAME_S


def test_more_cuts_are_hit_than_by_chance() -> None:
    rng = random.Random(3)
    hits = chance = 0.0
    for _ in range(10):
        cuts = sorted(Fraction(rng.randrange(12, 750), 25) for _ in range(9))
        tempo = _fit(cuts, Fraction(30))
        hits += sum(_beat_error_s(cut, tempo) < FRAME_S for cut in cuts) / 90
        chance += 2 * FRAME_S / (60 / tempo.bpm()) / 10
    assert hits > 3 * chance


def test_a_heavy_cut_is_hit_before_light_ones() -> None:
    rng = random.Random(11)
    cuts = sorted(Fraction(rng.randrange(12, 1400), 25) for _ in range(30))
    for heavy in (3, 14, 22):
        weights = [20.0 if i == heavy else 0.2 for i in range(30)]
        tempo = choose_tempo(cuts, weights=weights, duration_s=Fraction(60), bpm_min=80, bpm_max=100, preferred_bpm=90)
        assert _beat_error_s(cuts[heavy], tempo) < FRAME_S


@settings(max_examples=25)
@given(
    st.lists(st.fractions(0, 40, max_denominator=1000), max_size=12),
    st.floats(40, 160),
    st.floats(0, 80),
    st.fractions(Fraction(1, 10), 40, max_denominator=30),
)
def test_the_tempo_keeps_its_promises(cuts: list[Fraction], low: float, width: float, duration_s: Fraction) -> None:
    tempo = _fit(cuts, duration_s, bpm_min=low, bpm_max=low + width)
    bpm = tempo.bpm()
    assert low * (1 - 2e-6) <= bpm <= (low + width) * (1 + 2e-6)
    assert 0 <= tempo.start_s < Fraction(tempo.changes[0].us_per_quarter, 1_000_000)
    assert tempo.start_s == 0 or float(tempo.start_s) * bpm / 60 > 0.124
    assert tempo == _fit(cuts, duration_s, bpm_min=low, bpm_max=low + width)


def test_without_cuts_the_preferred_tempo_and_whole_bars_win() -> None:
    tempo = _fit([], Fraction(31))
    assert abs(tempo.bpm() - 92) < 6
    bars = float(tempo.beat(Fraction(31))) / 4
    assert abs(bars - round(bars)) < 0.05


def test_two_hundred_cuts_take_no_time() -> None:
    rng = random.Random(5)
    cuts = sorted(Fraction(rng.randrange(1, 15000), 25) for _ in range(200))
    times = []
    for _ in range(3):
        began = time.process_time()
        _fit(cuts, Fraction(600))
        times.append(time.process_time() - began)
    assert min(times) < 0.25  # 0.03 s where nothing else runs


@pytest.mark.parametrize(("low", "high"), [(100, 90), (0, 90), (-5, -1)])
def test_an_empty_range_is_refused(low: float, high: float) -> None:
    with pytest.raises(InputError):
        _fit([], bpm_min=low, bpm_max=high)


def test_hits_are_counted_as_musicians_do() -> None:
    tempo = TempoMap.constant(120, Fraction(1, 4))
    times_s = [Fraction(1, 4), Fraction(5, 2), Fraction(2637, 1000), Fraction(3, 4) + Fraction(1, 8)]
    first, second, third, fourth = place_hits([HitPoint(time_s) for time_s in times_s], tempo, frame_s=FRAME_S)
    assert (first.bar, first.beat, first.sixteenth, first.error_ms, first.on_grid) == (1, 1, 1, 0, True)
    assert (second.bar, second.beat, second.sixteenth, second.step) == (2, 1, 3, 18)
    assert second.error_ms == pytest.approx(0, abs=1e-9)
    assert third.error_ms == pytest.approx(-12)
    assert third.bpm == 120
    assert (fourth.beat, fourth.sixteenth, fourth.on_grid) == (2, 2, False)


@given(st.integers(200_000, 900_000), st.integers(200_000, 900_000), st.fractions(0, 2, max_denominator=1000))
def test_arrays_are_converted_as_single_values_are(first_us: int, then_us: int, start_s: Fraction) -> None:
    tempo = TempoMap(start_s, (TempoChange(Fraction(0), first_us), TempoChange(Fraction(9, 2), then_us)))
    steps = np.arange(-4, 60)
    exact = [float(tempo.seconds(Fraction(int(step), 4))) for step in steps]
    assert np.allclose(seconds_of_steps(tempo, steps), exact, atol=1e-9)
    assert np.allclose(beats_of_seconds(tempo, np.array(exact)), steps / 4, atol=1e-7)
