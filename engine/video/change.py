"""How the whole picture changes over up to two seconds: what lasts, what fades, what only flashes.

PySceneDetect's content score compares neighbours in HSV; in dark pictures hue and saturation are noise and the score
leaps without a cause, and a dissolve spreads its change over many frames that differ little each. The curves here are
measured on thumbnails in RGB, between frames further apart, and mend both.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

FLASH_S: Final = 0.22
"""What comes and goes within this time is a flash, not a shot."""

REACH_S: Final = (0.15, 0.3, 0.6, 1.0)
"""Half lengths of the transitions that are looked for."""

_CHUNK: Final = 64
_BLEND_ERROR: Final = 0.3
_HALFWAY: Final = (0.2, 0.35)
_STEEPEST: Final = 0.45
_SPREAD: Final = (0.3, 0.5)
_CANDIDATE: Final = 0.02
_STILL: Final = 2.0 / 255

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class _Strip:
    """Thumbnails of n successive frames.

    Attributes:
        thumbs: f32 `[n, d]`.
        times_s: f64 `[n]`.
    """

    thumbs: FloatArray
    times_s: NDArray[np.float64]

    def squared(self, i: NDArray[np.intp], j: NDArray[np.intp]) -> FloatArray:
        """Squared distance between frames i and j."""
        difference = self.thumbs[j] - self.thumbs[i]
        return _products(difference, difference)

    def rms(self, squared: FloatArray) -> FloatArray:
        """Root mean square difference a value, 0..1."""
        return np.asarray(np.sqrt(squared / self.thumbs.shape[1]), np.float32)


def _products(a: FloatArray, b: FloatArray) -> FloatArray:
    """Inner products of the rows of two arrays. (A matrix product would wake the threads of BLAS for so little.)"""
    return np.asarray(np.einsum("ij,ij->i", a, b), np.float32)


class ChangeMeter:
    """Collects thumbnails and yields the curves `change`, `lasting` and `gradual`, one value a frame.

    - change: mean absolute RGB difference to the frame before, 0..1.
    - lasting: the share of that change which is still there within `FLASH_S` either way, 0 (a flash) .. 1 (a cut).
    - gradual: how far the picture gets from one state to another while each frame between is a mixture of both, 0..1.
      For frame m between a and b, m = a + alpha (b - a) is fitted; the residual relative to b - a is near 0 in a
      dissolve or fade and large under motion. Changes that one step makes (a cut) or that touch a small part of
      the picture (a title) do not count.

    Only the thumbnails within reach are kept, so that memory does not grow with the video.
    """

    def __init__(self) -> None:
        self._thumbs: list[FloatArray] = []
        self._times: list[float] = []
        self._next = 0
        self._change: list[float] = []
        self._lasting: list[FloatArray] = []
        self._gradual: list[FloatArray] = []

    def add(self, thumb: FloatArray, time_s: float) -> None:
        """Take the next thumbnail, f32 `[d]` in 0..1, three values a pixel, shown at `time_s`."""
        self._change.append(float(np.abs(thumb - self._thumbs[-1]).mean()) if self._thumbs else 0.0)
        self._thumbs.append(thumb)
        self._times.append(time_s)
        ready = bisect_left(self._times, time_s - REACH_S[-1])
        if ready - self._next >= _CHUNK:
            self._measure(ready)

    def curves(self) -> dict[str, FloatArray]:
        """The curves of all frames so far, f32 `[F]` each. Call it once, at the end."""
        if self._next < len(self._thumbs):
            self._measure(len(self._thumbs))
        return {
            "change": np.array(self._change, np.float32),
            "lasting": np.concatenate([*self._lasting, np.zeros(0, np.float32)]),
            "gradual": np.concatenate([*self._gradual, np.zeros(0, np.float32)]),
        }

    def _measure(self, end: int) -> None:
        """Measure the frames up to `end` (an index into what is kept), then drop what is out of reach."""
        thumbs = np.stack(self._thumbs)
        strip = _Strip(thumbs, np.array(self._times))
        frames = np.arange(self._next, end)
        self._lasting.append(_lasting(strip, frames))
        self._gradual.append(_gradual(strip, frames))
        # One more than the reach, since the curves look at the frame before.
        drop = max(0, bisect_left(self._times, self._times[end - 1] - REACH_S[-1]) - 1)
        self._thumbs, self._times = self._thumbs[drop:], self._times[drop:]
        self._next = end - drop


def _lasting(strip: _Strip, frames: NDArray[np.intp]) -> FloatArray:
    """See `ChangeMeter`; f32, one value for each of `frames`."""
    before = np.maximum(frames - 1, 0)
    step = strip.squared(before, frames)
    least = step.copy()
    last = len(strip.times_s) - 1
    for ahead in range(1, len(strip.times_s)):
        later, earlier = np.minimum(frames + ahead, last), np.maximum(before - ahead, 0)
        soon = strip.times_s[later] - strip.times_s[frames] < FLASH_S
        lately = strip.times_s[before] - strip.times_s[earlier] < FLASH_S
        if not (soon & (frames + ahead <= last)).any() and not (lately & (before - ahead >= 0)).any():
            break
        least = np.where(soon, np.minimum(least, strip.squared(before, later)), least)
        least = np.where(lately, np.minimum(least, strip.squared(earlier, frames)), least)
    still = strip.rms(step) < _STILL
    return np.where(still, 1.0, np.sqrt(least / np.maximum(step, 1e-6))).astype(np.float32)


def _gradual(strip: _Strip, frames: NDArray[np.intp]) -> FloatArray:
    """See `ChangeMeter`; f32, one value for each of `frames`."""
    best = np.zeros(len(frames), np.float32)
    last = len(strip.times_s) - 1
    steps = strip.rms(strip.squared(np.arange(last), np.arange(1, last + 1)))
    for reach_s in REACH_S:
        now_s = strip.times_s[frames]
        a = np.searchsorted(strip.times_s, now_s - reach_s - 1e-6)
        b = np.minimum(np.searchsorted(strip.times_s, now_s + reach_s + 1e-6) - 1, last)
        way, here = strip.thumbs[b] - strip.thumbs[a], strip.thumbs[frames] - strip.thumbs[a]
        whole = _products(way, way)
        alpha = _products(way, here) / np.maximum(whole, 1e-9)
        residual = np.maximum(_products(here, here) - alpha**2 * whole, 0)
        error = np.sqrt(residual / np.maximum(whole, 1e-9))
        size = strip.rms(whole)
        halfway = np.clip((_HALFWAY[1] - np.abs(alpha - 0.5)) / (_HALFWAY[1] - _HALFWAY[0]), 0, 1)
        found = size * np.clip(1 - error / _BLEND_ERROR, 0, 1) * halfway
        for i in np.flatnonzero(found > np.maximum(best, _CANDIDATE)):
            if steps[a[i] : b[i]].max() < _STEEPEST * size[i]:
                best[i] = max(best[i], found[i] * _covering(strip.thumbs[a[i]], strip.thumbs[b[i]]))
    return best


def _covering(before: FloatArray, after: FloatArray) -> float:
    """0 where the change sits in a small part of the picture, 1 where it is spread over it.

    The share is the participation ratio of the pixels' changes c, mean(c)^2 / mean(c^2): 1 for an even change, about
    0.6 between two unrelated pictures, the share of the area for a title.
    """
    changes = np.abs(after - before).reshape(-1, 3).max(axis=1)
    share = float(changes.mean() ** 2 / max(float((changes**2).mean()), 1e-12))
    return float(np.clip((share - _SPREAD[0]) / (_SPREAD[1] - _SPREAD[0]), 0, 1))
