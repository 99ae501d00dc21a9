"""Sound as data."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Wave = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class AudioClip:
    """Stereo sound.

    Attributes:
        samples: f32 `[2, n]`; full scale is -1..1, more is allowed until it is written.
        sample_rate: Hz.
    """

    samples: Wave
    sample_rate: int

    def __post_init__(self) -> None:
        if self.samples.ndim != 2 or self.samples.shape[0] != 2 or self.samples.dtype != np.float32:
            raise ValueError(f"sound is f32 [2, n], not {self.samples.dtype} {self.samples.shape}")
        if self.sample_rate <= 0:
            raise ValueError("a sample rate is positive")

    @classmethod
    def silence(cls, duration_s: Fraction, sample_rate: int) -> AudioClip:
        """Nothing, for exactly so long."""
        return cls(np.zeros((2, points_of(duration_s, sample_rate)), np.float32), sample_rate)

    @property
    def n(self) -> int:
        return int(self.samples.shape[1])

    @property
    def duration_s(self) -> Fraction:
        return Fraction(self.n, self.sample_rate)

    @property
    def peak(self) -> float:
        """Largest absolute sample; 0 for silence."""
        return float(np.abs(self.samples).max(initial=0.0))


def points_of(duration_s: Fraction, sample_rate: int) -> int:
    """Number of sample points in a duration, rounded to the nearest."""
    return max(0, round(duration_s * sample_rate))


def db_to_gain(level_db: float) -> float:
    """Linear gain of a level in dB."""
    return float(10 ** (level_db / 20))
