"""Made-up corpora and pictures whose truth is known."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.features.transfer import measure_quantiles
from engine.music.controls import DYNAMIC, SEMANTIC
from engine.signals import FrameSignals, VideoInfo
from engine.timebase import Shot

CURVES = {
    "motion": 0.02,
    "camera": 0.0,
    "brightness": 0.45,
    "contrast": 0.35,
    "saturation": 0.3,
    "colourfulness": 0.35,
    "warmth": 0.1,
    "detail": 0.1,
    "flash": 0.0,
}
TIME_BASE = Fraction(1, 90_000)


@pytest.fixture(scope="session")
def quantiles() -> dict[str, NDArray[np.float32]]:
    """Percentiles of a corpus with the kinds of distribution that real music has: counts, shares, bells."""
    rng = np.random.default_rng(5)
    n = 20_000
    counts = rng.poisson(4.5, n)
    dynamic = np.zeros((n, len(DYNAMIC)), np.float32)
    dynamic[:, 0] = np.log1p(counts) / np.log1p(16)
    dynamic[:, 1] = rng.integers(0, 5, n) / 4
    dynamic[:, 2] = np.clip(rng.normal(0.66, 0.1, n), 0, 1)
    dynamic[:, 3] = rng.beta(1.5, 9, n)
    semantic = np.clip(rng.normal(0.6, 0.12, (n, len(SEMANTIC))), 0, 1).astype(np.float32)
    semantic[:, 0] = rng.uniform(-1, 1, n)
    semantic[:, SEMANTIC.index("tempo")] = rng.normal(0, 0.4, n)
    semantic[:, SEMANTIC.index("flow")] = rng.normal(dynamic[:, 0].mean(), 0.1, n)
    semantic[:, SEMANTIC.index("loudness")] = rng.normal(0.66, 0.08, n)
    return measure_quantiles(dynamic, semantic)


@pytest.fixture(scope="session")
def make_signals() -> Callable[..., FrameSignals]:
    """`make_signals(duration_s, times_s=None, **curves)`: a curve is a number or a function of times in seconds."""

    def make(duration_s: float, times_s: Any = None, **curves: Any) -> FrameSignals:
        times = np.arange(round(duration_s * 25)) / 25 if times_s is None else np.asarray(times_s, np.float64)
        pts = np.round(times / float(TIME_BASE)).astype(np.int64)
        exact = pts * float(TIME_BASE)
        info = VideoInfo(
            path="/made/up.mp4",
            container="mov",
            codec="h264",
            duration_s=Fraction(duration_s).limit_denominator(1000),
            start_s=Fraction(0),
            frame_rate=Fraction(25),
            width=640,
            height=360,
            rotation=0,
            is_vfr=times_s is not None,
        )
        made = {}
        for name, value in {**CURVES, **curves}.items():
            if value is not None:
                made[name] = np.broadcast_to(value(exact) if callable(value) else value, exact.shape).astype(np.float32)
        return FrameSignals(info, pts, TIME_BASE, made)

    return make


@pytest.fixture(scope="session")
def make_shots() -> Callable[..., tuple[Shot, ...]]:
    """`make_shots(duration_s, cut_s, ..., transition="cut", salience=1.0)`."""

    def make(duration_s: float, *cuts_s: float, transition: Any = "cut", salience: float = 1.0) -> tuple[Shot, ...]:
        edges = [Fraction(time_s).limit_denominator(90_000) for time_s in (0, *cuts_s, duration_s)]
        return tuple(
            Shot(i, edges[i], edges[i + 1], transition if i else "start", salience if i else 1.0)
            for i in range(len(edges) - 1)
        )

    return make
