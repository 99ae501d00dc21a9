"""Beats of performed MIDI: onsets on no grid, whose file says 120 BPM whatever was played.

Dynamic programming over an onset envelope (Ellis, "Beat Tracking by Dynamic Programming", JNMR 2007), whose envelope is
exact here because notes are given; the bar's first beat is where harmony and bass change most.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

FRAME_S: Final = 0.01
SLOWEST_BPM: Final = 50.0
FASTEST_BPM: Final = 160.0

_PRIOR_BPM: Final = 80.0
"""Near the median of piano arrangements of songs (74 in POP909)."""

_PRIOR_OCTAVES: Final = 0.6
_TIGHTNESS: Final = 400.0
_BLUR_S: Final = 0.03

F64 = NDArray[np.float64]


def track_beats(onset_s: F64, pitch: NDArray[np.int64], velocity: NDArray[np.int64]) -> F64:
    """Times of beats in seconds, from before the first note to behind the last; empty for fewer than eight notes."""
    if len(onset_s) < 8:
        return np.zeros(0)
    envelope = onset_envelope(onset_s, pitch, velocity)
    period = tempo_period(envelope)
    beats = _best_path(envelope, period) * FRAME_S
    step_s = period * FRAME_S
    before = np.arange(beats[0] - step_s, max(0.0, onset_s.min() - step_s / 2), -step_s)[::-1]
    after = np.arange(beats[-1] + step_s, onset_s.max() + 2 * step_s, step_s)
    return np.concatenate([before[before >= 0], beats, after])


def onset_envelope(onset_s: F64, pitch: NDArray[np.int64], velocity: NDArray[np.int64]) -> F64:
    """Strength of what begins in each frame of 10 ms: louder and lower notes count for more."""
    weight = velocity / 127 * (1 + np.clip(60 - pitch, 0, 24) / 24)
    frames = np.rint(onset_s / FRAME_S).astype(np.int64)
    envelope = np.bincount(frames, weights=weight, minlength=int(frames.max()) + 100).astype(np.float64)
    width = np.arange(-10, 11) * FRAME_S
    blurred = np.convolve(np.sqrt(envelope), np.exp(-0.5 * (width / _BLUR_S) ** 2), "same")
    return np.asarray(blurred / max(blurred.std(), 1e-9))


def tempo_period(envelope: F64) -> float:
    """Frames between beats: the strongest lag of the envelope's autocorrelation, weighted towards `_PRIOR_BPM`."""
    n = len(envelope)
    spectrum = np.fft.rfft(envelope - envelope.mean(), 2 * n)
    correlation = np.fft.irfft(np.abs(spectrum) ** 2)[:n] / np.maximum(n - np.arange(n), 1)
    lags = np.arange(round(60 / FASTEST_BPM / FRAME_S), min(round(60 / SLOWEST_BPM / FRAME_S), n - 1) + 1)
    octaves = np.log2(60 / (lags * FRAME_S) / _PRIOR_BPM)
    score = correlation[lags] * np.exp(-0.5 * (octaves / _PRIOR_OCTAVES) ** 2)
    return float(lags[int(score.argmax())])


def _best_path(envelope: F64, period: float) -> F64:
    """Frames of the beats that gather the most strength while their distance stays near the period."""
    n = len(envelope)
    back = np.arange(-round(2 * period), -round(period / 2) + 1)
    penalty = -_TIGHTNESS / 100 * np.log(-back / period) ** 2 * 10
    best, origin = envelope.copy(), np.full(n, -1)
    for t in range(-back[-1], n):
        candidates = t + back
        inside = candidates >= 0
        scores = np.where(inside, best[np.maximum(candidates, 0)], 0) + penalty
        j = int(scores.argmax())
        if scores[j] > 0:
            best[t] = envelope[t] + scores[j]
            origin[t] = candidates[j] if inside[j] else -1
    path = [int(n - round(period) + best[n - round(period) :].argmax())]
    while origin[path[-1]] >= 0:
        path.append(int(origin[path[-1]]))
    return np.array(path[::-1], np.float64)


def first_downbeat(
    beat_s: F64, changes_s: Sequence[float], onset_s: F64, pitch: NDArray[np.int64], *, beats_per_bar: int = 4
) -> int:
    """Which of the first beats begins a bar: the phase on which most chords change and most low notes begin."""
    strength = np.zeros(len(beat_s))
    _add_nearest(strength, beat_s, np.asarray(changes_s, np.float64), 1.0)
    _add_nearest(strength, beat_s, onset_s[pitch < 48], 0.25)
    sums = [strength[phase::beats_per_bar].sum() for phase in range(beats_per_bar)]
    return int(np.argmax(sums))


def _add_nearest(strength: F64, beat_s: F64, times_s: F64, weight: float) -> None:
    """Count times on their nearest beat, where they lie within a quarter of a beat of it."""
    if not len(times_s):
        return
    index = np.clip(np.searchsorted(beat_s, times_s), 1, len(beat_s) - 1)
    index -= times_s - beat_s[index - 1] < beat_s[index] - times_s
    near = np.abs(times_s - beat_s[index]) < np.median(np.diff(beat_s)) / 4
    np.add.at(strength, index[near], weight)
