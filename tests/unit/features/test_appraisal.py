"""Judgements of a picture go in the documented directions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.features.appraisal import appraise, lightly, smooth_known
from engine.features.picture import UNITS, Picture
from engine.music.controls import smooth

PLAIN = {
    "motion": 0.03,
    "camera": 0.0,
    "onset": 0.1,
    "cut_rate": 0.2,
    "shot_length": 4.0,
    "novelty": 0.4,
    "cut": 0.0,
    "flash": 0.0,
    "brightness": 0.42,
    "contrast": 0.35,
    "saturation": 0.3,
    "colourfulness": 0.32,
    "warmth": 0.1,
    "detail": 0.11,
}
N = 24


@pytest.fixture
def plain() -> Picture:
    return Picture(**{name: np.full(N, PLAIN[name], np.float32) for name in UNITS})


RISES = [
    ("motion", "density"),
    ("motion", "rhythm"),
    ("motion", "intensity"),
    ("motion", "tension"),
    ("onset", "density"),
    ("onset", "rhythm"),
    ("cut_rate", "density"),
    ("cut_rate", "tension"),
    ("contrast", "intensity"),
    ("flash", "intensity"),
    ("saturation", "intensity"),
    ("brightness", "pleasantness"),
    ("saturation", "pleasantness"),
    ("warmth", "pleasantness"),
    ("brightness", "register"),
    ("detail", "register"),
    ("colourfulness", "richness"),
    ("detail", "richness"),
    ("shot_length", "shot_length"),
]
FALLS = [("brightness", "tension"), ("saturation", "tension"), ("brightness", "intensity")]


@pytest.mark.parametrize(("cause", "effect", "sign"), [(*p, 1) for p in RISES] + [(*p, -1) for p in FALLS])
def test_direction(plain, cause, effect, sign):
    levels = PLAIN[cause] + np.array([0, 0.05, 0.15, 0.4])
    effects = [
        float(getattr(appraise(replace(plain, **{cause: np.full(N, level, np.float32)})), effect)[N // 2])
        for level in levels
    ]
    assert (np.diff(effects) * sign > 1e-4).all(), effects


@given(st.sampled_from(sorted(UNITS)), arrays(np.float32, N, elements=st.floats(-5, 20, width=32)))
def test_judgements_are_shares_whatever_is_seen(name, values):
    picture = Picture(**{other: np.full(N, PLAIN[other], np.float32) for other in UNITS} | {name: values})
    appraisal = appraise(picture)
    for judged in ("density", "rhythm", "intensity", "pleasantness", "register", "tension", "richness"):
        judgement = getattr(appraisal, judged)
        assert ((judgement >= 0) & (judgement <= 1)).all(), judged


@given(arrays(np.float32, st.integers(8, 40), elements=st.floats(-3, 3, width=32)))
def test_smoothing_is_that_of_the_control_space(values):
    np.testing.assert_allclose(smooth_known(values), smooth(values), atol=1e-5)


def test_smoothing_bridges_short_gaps_and_short_pieces():
    gap = np.array([1, 1, np.nan, 1, 1, 1, 1, 1, 1, 1], np.float32)
    np.testing.assert_allclose(smooth_known(gap), 1)
    np.testing.assert_allclose(smooth_known(np.array([2], np.float32)), [2])
    np.testing.assert_allclose(smooth_known(np.array([1, 3], np.float32)), [2, 2])
    assert np.isnan(smooth_known(np.full(9, np.nan, np.float32))).all()


def test_light_smoothing_keeps_the_beat_and_the_unknown():
    peak = np.zeros(9, np.float32)
    peak[4] = 1
    assert lightly(peak)[4] > 0.6
    assert lightly(peak).sum() == pytest.approx(1)
    gap = np.array([1, np.nan, 1], np.float32)
    np.testing.assert_allclose(lightly(gap), [1, np.nan, 1])
    np.testing.assert_allclose(lightly(np.array([0.4], np.float32)), [0.4])
