"""Music that gives way to speech: when, how deep, and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.audio.clip import AudioClip
from engine.audio.curve import CELL, GainCurve
from engine.audio.ducking import duck_curve, ducked_by_db
from engine.timebase import Span

RATE = 48000
POINTS = 10 * RATE


def _level_db(curve: GainCurve, time_s: float) -> float:
    point = round(time_s * RATE)
    return float(20 * np.log10(curve.between(point, point + 1)[0]))


def test_the_gain_follows_resolves_times() -> None:
    curve = duck_curve([Span(3.0, 5.0)], points=POINTS, sample_rate=RATE, depth_db=-8.0)
    cell_s = CELL / RATE
    assert _level_db(curve, 3.0 - 0.015 - cell_s) == pytest.approx(0, abs=1e-6)
    assert -8 < _level_db(curve, 3.0 - 0.010) < -2
    for time_s in (3.0 - 0.015 + 0.010 + cell_s, 3.0, 4.0, 5.0, 5.149 - cell_s):
        assert _level_db(curve, time_s) == pytest.approx(-8, abs=0.05)
    assert _level_db(curve, 5.15 + 0.375) == pytest.approx(-4, abs=0.05)
    assert _level_db(curve, 5.15 + 0.75 + cell_s) == pytest.approx(0, abs=1e-6)


def test_between_two_near_words_the_music_comes_back_only_as_far_as_there_is_time() -> None:
    curve = duck_curve([Span(2.0, 3.0), Span(3.5, 4.0)], points=POINTS, sample_rate=RATE, depth_db=-12.0)
    between = [_level_db(curve, 3.0 + 0.01 * i) for i in range(50)]
    assert max(between) == pytest.approx(-12 * (1 - (0.485 - 0.15) / 0.75), abs=0.3)
    assert _level_db(curve, 3.5) == pytest.approx(-12, abs=0.05)


@given(
    st.lists(st.tuples(st.floats(-1, 12), st.floats(0.01, 5)), max_size=8),
    st.floats(-30, 0),
    st.integers(0, 3 * RATE),
)
def test_no_span_is_missed_and_nothing_is_raised(
    edges: list[tuple[float, float]], depth_db: float, points: int
) -> None:
    spans = [Span(start, start + length) for start, length in edges]
    curve = duck_curve(spans, points=points, sample_rate=RATE, depth_db=depth_db)
    gains = 20 * np.log10(curve.between(0, points))
    assert np.all(gains <= 1e-9) and np.all(gains >= depth_db - 1e-9)
    for span in spans:
        first, last = (min(points, max(0, round(edge * RATE))) for edge in (span.start_s, span.end_s))
        assert np.allclose(gains[first:last], depth_db, atol=0.1)


def test_the_depth_is_measured_on_the_music() -> None:
    rng = np.random.default_rng(0)
    music = AudioClip((0.1 * rng.standard_normal((2, POINTS))).astype(np.float32), RATE)
    spans = [Span(1.0, 3.0), Span(6.0, 6.5)]
    curve = duck_curve(spans, points=POINTS, sample_rate=RATE, depth_db=-8.0)
    assert ducked_by_db(music, curve, spans) == pytest.approx(-8, abs=0.05)
    assert ducked_by_db(AudioClip.silence(music.duration_s, RATE), curve, spans) is None
    assert ducked_by_db(music, curve, []) is None


def test_curves_join_and_apply() -> None:
    clip = AudioClip(np.ones((2, 1000), np.float32), RATE)
    ramp = GainCurve(np.linspace(0, 1, -(-1000 // CELL)), 1000)
    both = ramp.times(GainCurve.flat(1000, 0.5)).scaled(2.0)
    assert np.allclose(both.applied(clip).samples, ramp.applied(clip).samples)
    assert np.all(np.diff(ramp.applied(clip).samples[0]) >= 0)
    assert GainCurve.flat(1000).applied(clip) is clip
    parts = np.concatenate([ramp.between(low, min(low + 77, 1000)) for low in range(0, 1000, 77)])
    assert np.allclose(parts, ramp.between(0, 1000))
    with pytest.raises(ValueError):
        ramp.applied(AudioClip(np.ones((2, 999), np.float32), RATE))
    with pytest.raises(ValueError):
        GainCurve(np.ones(3), 1000)
