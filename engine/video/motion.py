"""How fast the picture moves, in picture widths per second."""

from __future__ import annotations

import math
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

SPACING_S: Final = (1 / 30, 1 / 16)
"""Least time between the two pictures of a measurement, in fast and in usual motion. Nearer ones would cost time and
drown slow motion in rounding; a picture that has moved by more than an eighth is hard to find again."""

PATIENCE_S: Final = 0.25
"""How long to wait for a change that can be measured where the picture hardly moves."""

MAX_SPEED: Final = 5.0
_HARDLY_LEVELS: Final = 1.0
_SURE_PX: Final = 0.4
_FAST_SHARE: Final = 0.06
_GAIN: Final = 1.35
_LEAST_LEVELS: Final = 0.25
_AROUND_PX: Final = (7, 7)
_LEAST_SIDE_PX: Final = 16
_TEXTURE_LEVELS: Final = 2
_SPREAD_PX: Final = 7
_FEW_PIXELS: Final = 16


class MotionMeter:
    """Measures motion between pictures that lie a thirtieth of a second apart, or up to a quarter in slow motion.

    Dense optical flow (DIS, inverse search on small grey pictures) gives a displacement a pixel. It counts only where
    undoing it makes much of the change go away, which it does not for noise. Motion is its mean over the picture,
    camera the median over the pixels that have texture: a moving object on still ground is motion without camera.
    """

    def __init__(self) -> None:
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
        self._spread = np.ones((_SPREAD_PX, _SPREAD_PX), np.uint8)
        self._grid: tuple[NDArray[np.float32], NDArray[np.float32]] | None = None
        self._grey: NDArray[np.uint8] | None = None
        self._time_s = 0.0
        self._is_fast = True
        self._spans: list[tuple[float, float]] = []
        self._values: list[tuple[float, float]] = []

    def add(self, grey: NDArray[np.uint8], time_s: float) -> None:
        """Take the next picture, uint8 `[h, w]`, shown at `time_s`."""
        if self._grey is None or self._grey.shape != grey.shape:
            self._grey, self._time_s = grey, time_s
            return
        span_s = time_s - self._time_s
        if span_s < SPACING_S[0 if self._is_fast else 1] - 1e-3:
            return
        change = cv2.absdiff(self._grey, grey)
        if span_s < PATIENCE_S and cv2.mean(change)[0] < _HARDLY_LEVELS:
            return
        moved, camera = self._displacement(self._grey, grey, np.asarray(change, np.uint8))
        if span_s < PATIENCE_S and moved < _SURE_PX:
            return
        self._is_fast = moved > _FAST_SHARE * grey.shape[1] * (span_s / SPACING_S[1])
        width_s = grey.shape[1] * span_s
        self._spans.append((self._time_s, time_s))
        self._values.append((moved / width_s, camera / width_s))
        self._grey, self._time_s = grey, time_s

    def _displacement(
        self, before: NDArray[np.uint8], after: NDArray[np.uint8], change: NDArray[np.uint8]
    ) -> tuple[float, float]:
        """Mean length of the flow over the picture, and the length of its median over textured pixels, in pixels."""
        if not change.any() or min(before.shape) < _LEAST_SIDE_PX:
            return 0.0, 0.0
        flow = self._flow.calc(before, after, np.zeros((*before.shape, 2), np.float32))
        seen = self._explained(before, after, change, np.asarray(flow, np.float32))
        across, along = seen * flow[:, :, 0], seen * flow[:, :, 1]
        moved = cv2.mean(cv2.magnitude(across, along))[0]
        textured = np.flatnonzero(steps_of(before)[::2, ::2] > _TEXTURE_LEVELS)
        if len(textured) < _FEW_PIXELS:
            return moved, 0.0
        shift = (_middle(plane[:-1:2, :-1:2].ravel()[textured]) for plane in (across, along))
        return moved, min(moved, math.hypot(*shift))

    def _explained(
        self, before: NDArray[np.uint8], after: NDArray[np.uint8], change: NDArray[np.uint8], flow: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """1 around pixels whose change the flow explains away, 0 where it is noise or something new; f32 `[h, w]`."""
        if self._grid is None:
            height, width = before.shape
            columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
            self._grid = columns, rows
        columns, rows = self._grid
        undone = cv2.remap(
            after, columns + flow[:, :, 0], rows + flow[:, :, 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        left = np.asarray(cv2.boxFilter(cv2.absdiff(before, undone), cv2.CV_32F, _AROUND_PX), np.float32)
        there = np.asarray(cv2.boxFilter(change, cv2.CV_32F, _AROUND_PX), np.float32)
        explained = there > _GAIN * left + _LEAST_LEVELS
        return np.asarray(cv2.dilate(explained.view(np.uint8), self._spread), np.float32)

    def curves(
        self, times_s: NDArray[np.float64], cuts_s: NDArray[np.float64]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Motion and camera at given times, f32 `[F]` each, widths per second.

        A measurement across one of `cuts_s` says nothing about motion: its place is bridged from its neighbours.
        """
        spans = np.array(self._spans).reshape(-1, 2)
        values = np.clip(np.array(self._values).reshape(-1, 2), 0.0, MAX_SPEED)
        inside = np.searchsorted(cuts_s, spans[:, 1], "right") - np.searchsorted(cuts_s, spans[:, 0], "right")
        good = inside == 0
        if not good.any():
            return np.zeros(len(times_s), np.float32), np.zeros(len(times_s), np.float32)
        middle = spans[good].mean(axis=1)
        motion, camera = (np.interp(times_s, middle, values[good, i]).astype(np.float32) for i in (0, 1))
        return motion, camera


def _middle(values: NDArray[np.float32]) -> float:
    """The upper median; `numpy.median` takes several times as long on so few values."""
    return float(np.partition(values, len(values) // 2)[len(values) // 2])


def steps_of(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The larger of each pixel's differences to its right and its lower neighbour, uint8 `[h - 1, w - 1]`."""
    corner = grey[:-1, :-1]
    return np.asarray(cv2.max(cv2.absdiff(corner, grey[:-1, 1:]), cv2.absdiff(corner, grey[1:, :-1])), np.uint8)
