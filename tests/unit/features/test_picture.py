"""Measures of a picture on beats."""

from __future__ import annotations

import numpy as np
import pytest

from engine.features.picture import UNITS, measure_picture
from engine.timebase import TempoMap

SECOND = TempoMap.constant(60)


def test_every_measure_has_a_unit_and_a_value_a_beat(make_signals, make_shots):
    picture = measure_picture(make_signals(10), make_shots(10, 4), SECOND, 12)
    assert set(picture.by_name()) == set(UNITS)
    for name, values in picture.by_name().items():
        assert values.shape == (12,), name
        assert values.dtype == np.float32, name
        assert np.isfinite(values).all(), name


def test_motion_onset_is_where_motion_begins(make_signals, make_shots):
    signals = make_signals(12, motion=lambda t: np.where(t < 6.3, 0.0, 0.4))
    picture = measure_picture(signals, make_shots(12), SECOND, 12)
    assert int(picture.onset.argmax()) == 6
    assert picture.onset[6] > 0.5
    assert np.delete(picture.onset, 6).max() < 0.1


def test_a_hard_cut_is_an_onset_and_a_dissolve_is_not(make_signals, make_shots):
    hard, soft = (
        measure_picture(make_signals(12), make_shots(12, 5.0, transition=kind), SECOND, 12).onset
        for kind in ("cut", "dissolve")
    )
    assert hard[5] > 0.5
    assert soft.max() < 0.1


def test_cut_rate_counts_cuts_per_second(make_signals, make_shots):
    cuts = np.arange(10.5, 20, 0.5)
    rate = measure_picture(make_signals(40), make_shots(40, *cuts), SECOND, 40).cut_rate
    assert rate[15] == pytest.approx(2.0, rel=0.15)
    assert rate[30:].max() < 0.1
    throughout = measure_picture(make_signals(20), make_shots(20, *range(1, 20)), SECOND, 20).cut_rate
    assert throughout.min() > 0.75, "the ends have fewer cuts because the video stops there, not because it is calm"


def test_shot_length_is_that_of_the_shot_that_shows(make_signals, make_shots):
    lengths = measure_picture(make_signals(10), make_shots(10, 2.0, 5.0), SECOND, 12).shot_length
    np.testing.assert_allclose(lengths, [2, 2, 3, 3, 3, 5, 5, 5, 5, 5, 5, 5])


def test_novelty_peaks_where_colour_changes(make_signals, make_shots):
    signals = make_signals(
        24, saturation=lambda t: np.where(t < 12, 0.2, 0.5), warmth=lambda t: np.where(t < 12, -0.1, 0.3)
    )
    novelty = measure_picture(signals, make_shots(24), SECOND, 24).novelty
    assert int(novelty.argmax()) == 12
    assert novelty[12] > 1
    assert novelty[:8].max() < 0.05
    assert novelty[17:].max() < 0.05


def test_another_cut_in_a_montage_is_less_new_than_a_lone_one(make_signals, make_shots):
    lone = measure_picture(make_signals(30), make_shots(30, 15), SECOND, 30).cut
    dense = measure_picture(make_signals(30), make_shots(30, *range(5, 25)), SECOND, 30).cut
    assert lone[15] == pytest.approx(1)
    assert dense[15] < 0.7


def test_beats_beyond_the_end_go_on_as_it_ended(make_signals, make_shots):
    picture = measure_picture(make_signals(6, brightness=lambda t: t / 6), make_shots(6), SECOND, 10)
    np.testing.assert_allclose(picture.brightness[6:], picture.brightness[6], atol=0.01)


def test_what_was_not_measured_is_unknown(make_signals, make_shots):
    picture = measure_picture(make_signals(6, warmth=None, motion=lambda t: t * np.nan), make_shots(6), SECOND, 6)
    assert np.isnan(picture.warmth).all()
    assert np.isnan(picture.motion).all()
    assert np.isfinite(picture.brightness).all()
    assert np.isfinite(picture.novelty).all()
