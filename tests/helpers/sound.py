"""Sound files compared as ears would."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np


def assert_same_sound(a: Path, b: Path, *, units: int = 2) -> None:
    """Two 16-bit WAV files of one length whose samples differ by no more than so many units, about -84 dB for 2.

    Not equal bytes: the last bit of a float sum depends on where in memory it lies.
    """
    first, second = (_samples(path) for path in (a, b))
    assert first.shape == second.shape
    assert np.abs(first - second).max() <= units


def _samples(path: Path) -> np.ndarray:
    with wave.open(str(path), "rb") as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.int64)
