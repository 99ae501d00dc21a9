"""PySceneDetect's content score and its components, number for number.

ContentDetector itself spends three times as long on a small picture (whole-number differences in numpy, a median by
sorting), which alone would use up half of the time that analysis may take; a test holds these numbers to its own.
"""

from __future__ import annotations

import math
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

NAMES: Final = ("content", "hue", "sat", "lum", "edges")
_CANNY_SIGMA: Final = 1 / 3

ByteArray = NDArray[np.uint8]


class ContentMeter:
    """Scores every picture against the one before; the first gets zeros."""

    def __init__(self) -> None:
        self._before: tuple[cv2.typing.MatLike, ...] | None = None
        self._kernel: ByteArray | None = None
        self._rows: list[tuple[float, ...]] = []

    def add(self, bgr: ByteArray) -> None:
        """Take the next picture, uint8 `[h, w, 3]`, the same size each time."""
        hue, saturation, luma = cv2.split(cv2.cvtColor(bgr, cv2.COLOR_BGR2HSV))
        planes = (hue, saturation, luma, self._edges(luma))
        if self._before is None:
            self._rows.append((0.0,) * len(NAMES))
        else:
            n = luma.size
            deltas = [cv2.norm(a, b, cv2.NORM_L1) / n for a, b in zip(planes, self._before, strict=True)]
            self._rows.append((sum(deltas[:3]) / 3, *deltas))
        self._before = planes

    def _edges(self, luma: cv2.typing.MatLike) -> cv2.typing.MatLike:
        """Canny between a third below and a third above the median, widened."""
        if self._kernel is None:
            size = 4 + round(math.sqrt(luma.size) / 192)
            size += 1 - size % 2
            self._kernel = np.ones((size, size), np.uint8)
        median = _median(luma)
        low = int(max(0, (1 - _CANNY_SIGMA) * median))
        high = int(min(255, (1 + _CANNY_SIGMA) * median))
        return cv2.dilate(cv2.Canny(luma, low, high), self._kernel)

    def curves(self) -> dict[str, NDArray[np.float32]]:
        """f32 `[F]` for each of `NAMES`."""
        rows = np.array(self._rows, np.float32).reshape(-1, len(NAMES))
        return {name: rows[:, i].copy() for i, name in enumerate(NAMES)}


def _median(plane: cv2.typing.MatLike) -> float:
    """The median of a plane of bytes, as numpy's: the mean of the middle two where the number of pixels is even."""
    counts = np.cumsum(cv2.calcHist([plane], [0], None, [256], [0, 256]))
    n = int(counts[-1])
    lower, upper = np.searchsorted(counts, ((n - 1) // 2, n // 2), side="right")
    return float(lower + upper) / 2
