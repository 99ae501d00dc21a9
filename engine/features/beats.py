"""Frame curves on the beats of the music: resampled by time, so that a variable frame rate does no harm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

from engine.music.tempo import seconds_of_steps
from engine.timebase import STEPS_PER_BEAT, Shot, TempoMap

FloatArray = NDArray[np.float32]
TimeArray = NDArray[np.float64]

SAMPLE_HZ: Final = 20
"""Rate at which curves are laid out before beats are cut from them; motion is measured 16 times a second."""

CUT_SHADOW_S: Final = 0.1
GRADUAL_SHADOW_S: Final = 0.6
"""Within these times of a cut, or of the middle of a dissolve or fade, apparent motion is the transition's."""

_SPIKE_SAMPLES: Final = 5


def beat_times_s(tempo: TempoMap, n_beats: int) -> TimeArray:
    """Times of beats 0..n_beats in seconds, f64 `[n_beats + 1]`."""
    return seconds_of_steps(tempo, np.arange(n_beats + 1) * STEPS_PER_BEAT)


def nearest_step(tempo: TempoMap, time_s: Fraction) -> int:
    """The 16th nearest to a time; before the music begins it is negative."""
    return round(tempo.beat(time_s) * STEPS_PER_BEAT)


def is_gradual(shot: Shot) -> bool:
    """Whether a shot begins over some time instead of at an instant."""
    return shot.transition in ("dissolve", "fade")


@dataclass(frozen=True, slots=True, eq=False)
class Clock:
    """Evenly spaced samples over a video, and the beats cut from them.

    Attributes:
        edges_s: times of beats 0..T, f64 `[T + 1]`.
        n_samples: samples from 0 s on, `SAMPLE_HZ` a second; they reach the last beat's end.
    """

    edges_s: TimeArray
    n_samples: int

    @classmethod
    def of(cls, tempo: TempoMap, n_beats: int) -> Clock:
        """The clock of n beats."""
        edges_s = beat_times_s(tempo, n_beats)
        return cls(edges_s, int(np.ceil(edges_s[-1] * SAMPLE_HZ)) + 1)

    @property
    def n_beats(self) -> int:
        return len(self.edges_s) - 1

    @property
    def samples_s(self) -> TimeArray:
        """Times of the samples, f64 `[n_samples]`."""
        return (np.arange(self.n_samples) + 0.5) / SAMPLE_HZ

    def means(self, samples: FloatArray) -> FloatArray:
        """Mean over each beat, f32 `[T]`, over what is known; NaN where nothing is."""
        known = np.isfinite(samples)
        total = self._integral(np.where(known, samples, 0))
        length = self._integral(known)
        some = length > 1e-3 / SAMPLE_HZ
        return np.where(some, total / np.where(some, length, 1), np.nan).astype(np.float32)

    def peaks(self, samples: FloatArray) -> FloatArray:
        """Largest known value within each beat, f32 `[T]`."""
        first = np.clip((self.edges_s[:-1] * SAMPLE_HZ).round().astype(np.intp), 0, self.n_samples - 1)
        end = int(np.clip(round(self.edges_s[-1] * SAMPLE_HZ), first[-1] + 1, self.n_samples))
        lowest = np.where(np.isfinite(samples), samples, -np.inf)[:end]
        peaks = np.maximum.reduceat(lowest, first)
        return np.where(np.isfinite(peaks), peaks, np.nan).astype(np.float32)

    def _integral(self, samples: NDArray[np.float32] | NDArray[np.bool_]) -> TimeArray:
        sums = np.concatenate([[0.0], np.cumsum(samples, dtype=np.float64)]) / SAMPLE_HZ
        return np.diff(np.interp(self.edges_s * SAMPLE_HZ, np.arange(len(sums)), sums))


def held(values: FloatArray, times_s: TimeArray, clock: Clock) -> FloatArray:
    """A frame's value for as long as the frame is shown, f32 `[n_samples]`; unknown values are bridged."""
    known = np.isfinite(values)
    if not known.any():
        return np.full(clock.n_samples, np.nan, np.float32)
    frame = np.searchsorted(times_s[known], clock.samples_s, "right") - 1
    return values[known][np.maximum(frame, 0)].astype(np.float32)


def speed(values: FloatArray, times_s: TimeArray, shots: Sequence[Shot], clock: Clock) -> FloatArray:
    """A curve of motion without what transitions and single outliers add, f32 `[n_samples]`.

    Frames in the shadow of a shot's beginning are bridged linearly from their neighbours; then a running median over a
    quarter of a second takes out lone spikes.
    """
    known = np.isfinite(values)
    lit = known & ~_in_shadow(times_s, shots)
    used = lit if lit.any() else known
    if not used.any():
        return np.full(clock.n_samples, np.nan, np.float32)
    samples = np.interp(clock.samples_s, times_s[used], values[used])
    return np.asarray(median_filter(samples, _SPIKE_SAMPLES, mode="nearest"), np.float32)


def _in_shadow(times_s: TimeArray, shots: Sequence[Shot]) -> NDArray[np.bool_]:
    shadow = np.zeros(len(times_s), bool)
    for shot in shots[1:]:
        reach_s = GRADUAL_SHADOW_S if is_gradual(shot) else CUT_SHADOW_S
        start, end = np.searchsorted(times_s, (float(shot.start_s) - reach_s, float(shot.start_s) + reach_s))
        shadow[start:end] = True
    return shadow
