"""What one small picture after another says: the curves of `engine.signals.FrameSignals`."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.video.change import ChangeMeter
from engine.video.content import ContentMeter
from engine.video.cuts import abruptness, flash_curve
from engine.video.motion import MotionMeter, steps_of

CANVAS_PX: Final = 128
"""Longer side of the pictures that are measured."""

THUMB_PX: Final = 32
"""Longer side of the thumbnails on which slow changes and colours are measured."""

_DETAIL_STEP: Final = 20
_VERY_COLOURFUL: Final = 109 / 255
"""Hasler and Suesstrunk call 109 (of levels 0..255) extremely colourful."""

_DARK: Final = 16 / 255
_BATCH: Final = 32

FloatArray = NDArray[np.float32]


class FrameMeter:
    """Measures the pictures of a video one after the other."""

    def __init__(self) -> None:
        self._content = ContentMeter()
        self._motion = MotionMeter()
        self._change = ChangeMeter()
        self._colour = ColourMeter()
        self._light: list[tuple[float, float, float]] = []
        self._waiting: list[tuple[NDArray[np.uint8], float]] = []

    def add(self, bgr: NDArray[np.uint8], time_s: float) -> None:
        """Take the next picture, uint8 `[h, w, 3]` in BGR, the same size each time, shown at `time_s`."""
        # A batch at a time: between two frames the decoder sweeps the processor's caches.
        self._waiting.append((bgr, time_s))
        if len(self._waiting) == _BATCH:
            self._measure_waiting()

    def _measure_waiting(self) -> None:
        for bgr, time_s in self._waiting:
            self._measure(bgr, time_s)
        self._waiting.clear()

    def _measure(self, bgr: NDArray[np.uint8], time_s: float) -> None:
        grey = np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY), np.uint8)
        scale = min(1.0, THUMB_PX / max(grey.shape))
        size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
        small = cv2.resize(bgr, size, interpolation=cv2.INTER_AREA)
        thumb = np.asarray(small, np.float32).reshape(-1) / np.float32(255)
        self._content.add(bgr)
        self._motion.add(grey, time_s)
        self._change.add(thumb, time_s)
        self._colour.add(thumb)
        mean, deviation = cv2.meanStdDev(grey)
        self._light.append((float(mean[0, 0]) / 255, min(1.0, float(deviation[0, 0]) / 127.5), detail(grey)))

    def curves(self, times_s: NDArray[np.float64]) -> dict[str, FloatArray]:
        """All curves, f32 `[F]` each. Call it once, at the end, with the final times of the frames."""
        self._measure_waiting()
        curves = self._content.curves() | self._change.curves() | self._colour.curves()
        light = np.array(self._light, np.float32).reshape(-1, 3)
        for i, name in enumerate(("brightness", "contrast", "detail")):
            curves[name] = light[:, i].copy()
        cuts_s = times_s[abruptness(curves, times_s) >= 0.5]
        curves["motion"], curves["camera"] = self._motion.curves(times_s, cuts_s)
        curves["flash"] = flash_curve(curves["brightness"], times_s)
        # No face detector comes with OpenCV's wheel without a download.
        curves["faces"] = np.zeros(len(times_s), np.float32)
        return curves


def detail(grey: NDArray[np.uint8]) -> float:
    """Share of pixels that differ from their right or lower neighbour by a visible step, 0..1."""
    if min(grey.shape) < 2:
        return 0.0
    steps = steps_of(grey)
    return float(np.count_nonzero(steps > _DETAIL_STEP)) / steps.size


class ColourMeter:
    """Saturation, colourfulness and warmth of thumbnails, measured in batches."""

    def __init__(self) -> None:
        self._waiting: list[FloatArray] = []
        self._rows: list[FloatArray] = []

    def add(self, thumb: FloatArray) -> None:
        """Take the next thumbnail, f32 `[d]`: the pixels' B, G, R in turn, 0..1."""
        self._waiting.append(thumb)
        if len(self._waiting) == _BATCH:
            self._measure()

    def _measure(self) -> None:
        pixels = np.stack(self._waiting).reshape(len(self._waiting), -1, 3)
        self._waiting.clear()
        blue, green, red = pixels[:, :, 0], pixels[:, :, 1], pixels[:, :, 2]
        highest = np.maximum(np.maximum(blue, green), red)
        lowest = np.minimum(np.minimum(blue, green), red)
        # In the dark the hue of a pixel is noise.
        saturation = ((highest - lowest) / np.maximum(highest, _DARK)).mean(axis=1)
        red_green, yellow_blue = red - green, (red + green) / 2 - blue
        spread = np.hypot(red_green.std(axis=1), yellow_blue.std(axis=1))
        colourfulness = spread + 0.3 * np.hypot(red_green.mean(axis=1), yellow_blue.mean(axis=1))
        reds, blues = red.mean(axis=1), blue.mean(axis=1)
        warmth = (reds - blues) / np.maximum(reds + blues, _DARK)
        scaled = np.minimum(colourfulness / _VERY_COLOURFUL, 1)
        self._rows.append(np.stack([saturation, scaled, warmth], axis=1).astype(np.float32))

    def curves(self) -> dict[str, FloatArray]:
        """f32 `[F]` each. Hasler and Suesstrunk 2003 define colourfulness; warmth is (R - B) / (R + B)."""
        if self._waiting:
            self._measure()
        rows = np.concatenate([*self._rows, np.zeros((0, 3), np.float32)])
        return {name: rows[:, i].copy() for i, name in enumerate(("saturation", "colourfulness", "warmth"))}
