"""Curves on beats: resampled by time, transitions suppressed."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.features.beats import Clock, beat_times_s, held, nearest_step, speed
from engine.timebase import TempoChange, TempoMap

HALF_SECOND = TempoMap.constant(120)


@given(
    st.lists(
        st.tuples(st.integers(1, 40), st.integers(200_000, 1_500_000)), max_size=6, unique_by=lambda item: item[0]
    ),
    st.integers(1, 50),
    st.fractions(0, 3, max_denominator=1000),
)
def test_beat_times_are_those_of_the_tempo_map(changes, n_beats, start_s):
    tempo = TempoMap(
        start_s, (TempoChange(Fraction(0), 500_000), *(TempoChange(Fraction(b), us) for b, us in sorted(changes)))
    )
    times = beat_times_s(tempo, n_beats)
    np.testing.assert_allclose(times, [float(tempo.seconds(beat)) for beat in range(n_beats + 1)], atol=1e-9)


def test_means_of_a_ramp_are_its_values_in_the_middle_of_each_beat():
    clock = Clock.of(TempoMap.constant(97, Fraction(1, 7)), 24)
    means = clock.means(clock.samples_s.astype(np.float32))
    np.testing.assert_allclose(means, (clock.edges_s[:-1] + clock.edges_s[1:]) / 2, atol=0.002)


def test_means_leave_out_the_unknown():
    clock = Clock.of(HALF_SECOND, 4)
    samples = np.ones(clock.n_samples, np.float32)
    samples[:5] = np.nan
    samples[20:30] = np.nan
    np.testing.assert_allclose(clock.means(samples), [1, 1, np.nan, 1])


def test_peaks_belong_to_their_own_beat():
    clock = Clock.of(HALF_SECOND, 4)
    samples = np.zeros(clock.n_samples, np.float32)
    samples[19], samples[-1] = 3, 9
    np.testing.assert_array_equal(clock.peaks(samples), [0, 3, 0, 0])


def test_frames_count_for_as_long_as_they_are_shown():
    # One frame is shown for 1.5 s, then ten within the next half second.
    times_s = np.concatenate([[0.0], 1.5 + np.arange(10) * 0.05])
    values = np.concatenate([[1.0], np.zeros(10)]).astype(np.float32)
    clock = Clock.of(HALF_SECOND, 4)
    np.testing.assert_allclose(clock.means(held(values, times_s, clock)), [1, 1, 1, 0], atol=0.01)


def test_a_variable_frame_rate_changes_nothing(make_shots):
    def wave(t):
        return (1 + np.sin(t)).astype(np.float32)

    rng = np.random.default_rng(3)
    steady = np.arange(0, 20, 1 / 30)
    wild = np.sort(np.concatenate([[0.0], rng.uniform(0, 5, 20), rng.uniform(5, 8, 300), rng.uniform(8, 20, 120)]))
    clock, shots = Clock.of(TempoMap.constant(90), 29), make_shots(20)
    ours, theirs = (clock.means(speed(wave(t), t, shots, clock)) for t in (steady, wild))
    np.testing.assert_allclose(ours, theirs, atol=0.12)


def test_apparent_motion_at_cuts_is_suppressed(make_shots):
    times_s = np.arange(250) / 25
    motion = np.full(250, 0.05, np.float32)
    motion[99:103] = 3.0
    clock = Clock.of(HALF_SECOND, 20)
    assert speed(motion, times_s, make_shots(10, 4.0), clock).max() == pytest.approx(0.05)
    assert speed(motion, times_s, make_shots(10), clock).max() > 1, "without a cut it is motion"


def test_lone_spikes_are_taken_out(make_shots):
    motion = np.full(250, 0.05, np.float32)
    motion[120] = 5.0
    clock = Clock.of(HALF_SECOND, 20)
    assert speed(motion, np.arange(250) / 25, make_shots(10), clock).max() == pytest.approx(0.05)


def test_unknown_curves_stay_unknown(make_shots):
    clock = Clock.of(HALF_SECOND, 3)
    nothing = np.full(30, np.nan, np.float32)
    times_s = np.arange(30) / 25
    assert np.isnan(clock.means(held(nothing, times_s, clock))).all()
    assert np.isnan(clock.means(speed(nothing, times_s, make_shots(2), clock))).all()


def test_nearest_step_is_exact():
    tempo = TempoMap.constant(120, Fraction(1, 2))
    assert nearest_step(tempo, Fraction(1, 2)) == 0
    assert nearest_step(tempo, Fraction(9, 8)) == 5
    assert nearest_step(tempo, Fraction(0)) == -4
