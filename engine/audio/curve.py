"""Gain over time: what faders, duckers and limiters do, as data that can be applied to a mix and to its parts alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.audio.clip import AudioClip
from engine.cancel import NEVER, CancelToken

Array = NDArray[np.float64]

CELL: Final = 32
"""Points between two values of a curve: 0.7 ms at 48 kHz."""
_BLOCK: Final = 1 << 16


@dataclass(frozen=True, slots=True, eq=False)
class GainCurve:
    """A linear gain for each of `points` sample points, straight between the centres of cells.

    Attributes:
        values: f64, one a cell of `CELL` points; the last cell may be cut short.
        points: length of what it is made for.
    """

    values: Array
    points: int

    def __post_init__(self) -> None:
        if len(self.values) != -(-self.points // CELL):
            raise ValueError(f"{len(self.values)} values for {self.points} points")

    @classmethod
    def flat(cls, points: int, gain: float = 1.0) -> GainCurve:
        """The same gain throughout."""
        return cls(np.full(-(-points // CELL), gain), points)

    def times(self, other: GainCurve) -> GainCurve:
        """One after the other."""
        return GainCurve(self.values * other.values, self.points)

    def scaled(self, gain: float) -> GainCurve:
        """With a gain behind it."""
        return GainCurve(self.values * gain, self.points)

    def between(self, first: int, last: int) -> Array:
        """Gains of the points `[first, last)`, f64."""
        low, high = max(0, first // CELL - 1), last // CELL + 2
        values = self.values[low:high]
        if len(values) == 0:
            return np.ones(last - first)
        centres = (np.arange(low, low + len(values)) + 0.5) * CELL - 0.5
        return np.interp(np.arange(first, last), centres, values)

    def applied(self, clip: AudioClip, *, in_place: bool = False, cancel: CancelToken = NEVER) -> AudioClip:
        """The clip under this gain; the clip itself where the gain is 1 throughout.

        Args:
            in_place: change the clip's own samples, where memory matters.
        """
        if clip.n != self.points:
            raise ValueError(f"a curve for {self.points} points, a clip of {clip.n}")
        if np.all(self.values == 1):
            return clip
        out = clip.samples if in_place else np.empty_like(clip.samples)
        for low in range(0, clip.n, _BLOCK):
            cancel.raise_if_cancelled()
            high = min(low + _BLOCK, clip.n)
            out[:, low:high] = clip.samples[:, low:high] * self.between(low, high)
        return AudioClip(out, clip.sample_rate)
