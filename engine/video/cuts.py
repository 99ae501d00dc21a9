"""Where the picture changes at once, and where it only flashes: pure functions of the measured curves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

MIN_CONTENT: Final = 15.0
"""PySceneDetect's least content score of a cut (AdaptiveDetector, `min_content_val`)."""

MIN_CHANGE: Final = 9.0 / 255
ADAPTIVE_RATIO: Final = 3.0
"""PySceneDetect's default ratio of a cut to its neighbours (`adaptive_threshold`)."""

_USUAL_CHANGE: Final = 30.0 / 255
_CHANGE_POWER: Final = 0.4
_STILL: Final = 0.4 / 255
_NEAR_S: Final = 0.25
_FLASH_S: Final = 0.2
_FLASH_RISE: Final = 0.25

FloatArray = NDArray[np.float32]
TimeArray = NDArray[np.float64]


def abruptness(curves: Mapping[str, FloatArray], times_s: TimeArray) -> TimeArray:
    """How surely each frame begins a new shot at once, f64 `[F]`; 1 is the default threshold.

    As PySceneDetect's AdaptiveDetector, a frame must stand out from the two before and the two behind it, and its
    content score must reach a floor. We differ: the ratio is taken of `change` (RGB) instead of `content` (HSV), whose
    hue leaps in dark pictures; frames that repeat the one before are left out of the neighbourhood, so that 24 frames
    shown at 60 a second do not look like cuts; a greater change needs less contrast to its neighbours; and what returns
    within a flash's time does not count.
    """
    change = curves["change"].astype(np.float64)
    strength = np.zeros(len(change))
    frames = np.flatnonzero(change > _STILL)
    if len(frames) == 0:
        return strength
    around = _surroundings(change[frames], times_s[frames], n_frames=len(change), frames=frames)
    stands_out = change[frames] / (around + 1 / 255) / ADAPTIVE_RATIO
    stands_out *= (change[frames] / _USUAL_CHANGE) ** _CHANGE_POWER
    lasts = np.clip((curves["lasting"][frames] - 0.3) / 0.3, 0, 1)
    floors = np.minimum(curves["content"][frames] / MIN_CONTENT, change[frames] / MIN_CHANGE)
    strength[frames] = np.minimum(floors, stands_out) * lasts
    return strength


def _surroundings(change: TimeArray, times_s: TimeArray, *, n_frames: int, frames: NDArray[np.intp]) -> TimeArray:
    """Mean change of the two moving frames before and the two behind; a neighbour out of sight counts as still."""
    total, count = np.zeros(len(change)), np.zeros(len(change))
    for offset in (-2, -1, 1, 2):
        other = np.arange(len(change)) + offset
        exists = (other >= 0) & (other < len(change))
        other = np.clip(other, 0, len(change) - 1)
        near = exists & (np.abs(times_s[other] - times_s) < _NEAR_S)
        # Beyond the ends of the video nothing is known; there the mean is over fewer.
        known = near | ((frames + offset >= 1) & (frames + offset < n_frames))
        total += np.where(near, change[other], 0.0)
        count += known
    return total / np.maximum(count, 1)


def flash_curve(brightness: FloatArray, times_s: TimeArray) -> FloatArray:
    """How far each frame is brighter than what is shown within a fifth of a second before and behind it, 0..1."""
    before, behind = brightness.copy(), brightness.copy()
    last = len(brightness) - 1
    frames = np.arange(len(brightness))
    for offset in range(1, len(brightness)):
        earlier, later = np.maximum(frames - offset, 0), np.minimum(frames + offset, last)
        lately = times_s - times_s[earlier] < _FLASH_S
        soon = times_s[later] - times_s < _FLASH_S
        if not (lately & (frames >= offset)).any():
            break
        before = np.where(lately, np.minimum(before, brightness[earlier]), before)
        behind = np.where(soon, np.minimum(behind, brightness[later]), behind)
    rise = brightness - np.maximum(before, behind)
    return np.asarray(np.clip(rise / _FLASH_RISE, 0, 1), np.float32)
