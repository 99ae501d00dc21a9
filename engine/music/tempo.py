"""One tempo for a film: chosen so that as many cuts as possible fall on beats, and how well they do.

A constant tempo has two free numbers, the length of a beat and the time of beat 0. Both are searched: a coarse scan
over the whole range, then a fine one around its best candidates, scored all at once with numpy. The result is a
`TempoMap`, the only converter between seconds and beats, so a map that changes along the way can take this one's place.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.timebase import BEATS_PER_BAR, MICROSECONDS, STEPS_PER_BEAT, TempoMap, as_float

Array = NDArray[np.float64]

DOWNBEAT_GAIN: Final = 1.4
BEAT_GAIN: Final = 1.0
HALF_BEAT_GAIN: Final = 0.35
TEMPO_PULL: Final = 0.15
"""Loss per octave of distance from the preferred tempo; a full set of cuts on beats is worth 1."""
WHOLE_BARS_GAIN: Final = 0.06
REST_LOSS_PER_S: Final = 0.04
SHORTEST_REST_BEATS: Final = 0.125
"""A rest before beat 0 is this long or absent: a shorter one would need an absurd tempo in the MIDI lead-in."""

_SEARCH_CELLS: Final = 600_000
_SEARCH_CUTS: Final = 64
_BLOCK_CELLS: Final = 16_384
_ANCHORS: Final = 6
_FINALISTS: Final = 10


def choose_tempo(
    cuts_s: Sequence[Fraction],
    *,
    weights: Sequence[float] | None = None,
    duration_s: Fraction,
    bpm_min: float,
    bpm_max: float,
    preferred_bpm: float,
    tolerance_s: float = 0.04,
) -> TempoMap:
    """The constant tempo and start that put the most cuts on beats.

    Args:
        cuts_s: times of the cuts, any order.
        weights: how much each counts, as its salience; equal when None.
        duration_s: length of the film; a whole number of bars is gently preferred.
        bpm_min, bpm_max: range of the tempo, inclusive.
        preferred_bpm: gently preferred tempo.
        tolerance_s: how far off a cut may be and still count half; one video frame.

    Returns:
        One tempo in whole microseconds per quarter; `start_s` is 0, or from an eighth of a beat to less than a beat.

    Raises:
        InputError: when the range is empty or not positive.
    """
    if not 0 < bpm_min <= bpm_max:
        raise InputError(
            "The tempo range {low:g}:{high:g} is empty.", "Give MIN:MAX, as in 80:110.", low=bpm_min, high=bpm_max
        )
    problem = _Problem.of(cuts_s, weights, float(duration_s), preferred_bpm, max(tolerance_s, 1e-3))
    shortest_us, longest_us = _range_us(bpm_min, bpm_max)
    tempos_us, spacing_us = _coarse_tempos(shortest_us, longest_us, problem)
    beats_s, starts_s = _anchored(tempos_us, problem)
    blur_s = 0.5 * spacing_us / MICROSECONDS * problem.duration_s / (float(tempos_us.mean()) / MICROSECONDS)
    scores = problem.score(beats_s, starts_s, max(problem.tolerance_s, min(blur_s, 0.12)))
    best = np.argsort(-scores, kind="stable")[:_FINALISTS]
    fine_beats_s, fine_starts_s = _around(beats_s[best], starts_s[best], spacing_us, (shortest_us, longest_us), blur_s)
    fine = problem.score(fine_beats_s, fine_starts_s, problem.tolerance_s)
    winner = int(np.argmax(fine))
    bpm = Fraction(60 * MICROSECONDS, round(fine_beats_s[winner] * MICROSECONDS))
    return TempoMap.constant(bpm, Fraction(round(fine_starts_s[winner] * MICROSECONDS), MICROSECONDS))


def seconds_of_steps(tempo: TempoMap, steps: NDArray[np.int64] | Array) -> Array:
    """Times of many steps at once, in seconds, f64; the same map as `TempoMap.seconds`, to 1e-12 s or so."""
    knots, times, slopes = tempo.knots
    beats = np.asarray(steps, np.float64) / STEPS_PER_BEAT
    i = np.clip(np.searchsorted(knots, beats, side="right") - 1, 0, None)
    return np.asarray(times[i] + (beats - knots[i]) * slopes[i])


def beats_of_seconds(tempo: TempoMap, seconds: Array) -> Array:
    """Beats of many times at once, f64; the same map as `TempoMap.beat`."""
    knots, times, slopes = tempo.knots
    i = np.clip(np.searchsorted(times, seconds, side="right") - 1, 0, None)
    return np.asarray(knots[i] + (seconds - times[i]) / slopes[i])


def bpm_at(tempo: TempoMap, beats: Array) -> Array:
    """Quarter notes per minute at many beats at once, f64; the same as `TempoMap.bpm`."""
    if tempo.elided:
        starts = np.array([as_float(change.beat) for change in tempo.changes])
        tempi_us = np.array([change.us_per_quarter for change in tempo.changes], np.float64)
    else:
        starts, _, slopes = tempo.knots
        tempi_us = np.rint(slopes * MICROSECONDS)
    return np.asarray(60 * MICROSECONDS / tempi_us[np.clip(np.searchsorted(starts, beats, side="right") - 1, 0, None)])


def _range_us(bpm_min: float, bpm_max: float) -> tuple[int, int]:
    shortest_us = math.ceil(60 * MICROSECONDS / bpm_max)
    longest_us = math.floor(60 * MICROSECONDS / bpm_min)
    if shortest_us > longest_us:  # a range narrower than a microsecond: the nearest tempo there is
        shortest_us = longest_us = round(60 * MICROSECONDS / bpm_min)
    return shortest_us, longest_us


@dataclass(frozen=True, slots=True, eq=False)
class _Problem:
    """What a candidate is scored against. Heaviest cuts first; weights sum to 1."""

    cuts_s: Array
    weights: Array
    duration_s: float
    preferred_bpm: float
    tolerance_s: float

    @classmethod
    def of(
        cls,
        cuts_s: Sequence[Fraction],
        weights: Sequence[float] | None,
        duration_s: float,
        preferred_bpm: float,
        tolerance_s: float,
    ) -> _Problem:
        times = np.array([float(cut) for cut in cuts_s])
        heavy = np.ones(len(times)) if weights is None else np.maximum(np.asarray(weights, np.float64), 0)
        if len(heavy) != len(times):
            raise ValueError("one weight for each cut")
        order = np.lexsort((times, -heavy))
        times, heavy = times[order], heavy[order]
        total = float(heavy.sum())
        return cls(times, heavy / total if total > 0 else heavy, max(duration_s, 1e-3), preferred_bpm, tolerance_s)

    def score(self, beats_s: Array, starts_s: Array, tolerance_s: float) -> Array:
        """Value of each candidate (length of a beat, time of beat 0), f64 of the candidates' shape."""
        value = self._prior(beats_s, starts_s)
        count = min(len(self.cuts_s), max(_SEARCH_CUTS, _SEARCH_CELLS // max(beats_s.size, 1)))
        rows = max(1, _BLOCK_CELLS // max(count, 1))  # blocks that stay in the processor's cache
        for low in range(0, beats_s.size if count else 0, rows):
            block = slice(low, low + rows)
            value[block] += self._fit(beats_s[block], starts_s[block], tolerance_s, count)
        return value

    def _fit(self, beats_s: Array, starts_s: Array, tolerance_s: float, count: int) -> NDArray[np.float32]:
        """Weighted share of the `count` heaviest cuts that fall on beats."""
        beat = beats_s.astype(np.float32)[:, None]
        place = (self.cuts_s[None, :count].astype(np.float32) - starts_s.astype(np.float32)[:, None]) / beat
        nearest = np.rint(place)
        on_beat = _kernel((place - nearest) * beat, tolerance_s)
        bar = nearest * np.float32(1 / BEATS_PER_BAR)
        on_beat *= np.where(bar == np.rint(bar), np.float32(DOWNBEAT_GAIN), np.float32(BEAT_GAIN))
        halves = 2 * place
        on_half = _kernel((halves - np.rint(halves)) * (0.5 * beat), tolerance_s) * np.float32(HALF_BEAT_GAIN)
        gain = np.maximum(on_beat, on_half, out=on_half)
        gain *= place > np.float32(-0.25)  # before that the music has not begun
        return np.asarray(gain @ self.weights[:count].astype(np.float32), np.float32)

    def _prior(self, beats_s: Array, starts_s: Array) -> Array:
        away = np.abs(np.log2(60 / beats_s / self.preferred_bpm))
        bars = (self.duration_s - starts_s) / (beats_s * BEATS_PER_BAR)
        off_beats = np.abs(bars - np.rint(bars)) * BEATS_PER_BAR
        whole = WHOLE_BARS_GAIN * np.exp(-((off_beats / 0.5) ** 2))
        return np.asarray(whole - TEMPO_PULL * away - REST_LOSS_PER_S * starts_s)


def _kernel(error_s: NDArray[np.float32], tolerance_s: float) -> NDArray[np.float32]:
    """1 for no error, flat within half the tolerance, 0.5 at the tolerance, smoothly to nothing beyond."""
    square = error_s * np.float32(1 / tolerance_s)
    square *= square
    square *= square
    return np.asarray(1 / (1 + square), np.float32)


def _coarse_tempos(shortest_us: int, longest_us: int, problem: _Problem) -> tuple[Array, float]:
    """Beat lengths in microseconds, spaced so that the last cut moves by about a tolerance, as far as time allows."""
    cuts = min(max(len(problem.cuts_s), 1), _SEARCH_CUTS)
    most = max(64, _SEARCH_CELLS // (cuts * (_ANCHORS + 1)))
    middle_us = 0.5 * (shortest_us + longest_us)
    wanted_us = problem.tolerance_s / problem.duration_s * middle_us
    count = int(np.clip((longest_us - shortest_us) / max(wanted_us, 1.0), 1, most)) + 1
    if longest_us == shortest_us:
        count = 1
    tempos_us = np.rint(np.linspace(shortest_us, longest_us, count))
    return tempos_us, (longest_us - shortest_us) / max(count - 1, 1)


def _anchored(tempos_us: Array, problem: _Problem) -> tuple[Array, Array]:
    """Candidates: each tempo, starting at once or such that one of the heaviest cuts falls on a beat."""
    beats_s = tempos_us / MICROSECONDS
    anchors_s = np.concatenate([[0.0], problem.cuts_s[:_ANCHORS]])
    starts_s = np.mod(anchors_s[None, :], beats_s[:, None])
    beats_s = np.broadcast_to(beats_s[:, None], starts_s.shape)
    return beats_s.ravel(), _allowed(starts_s, beats_s).ravel()


def _around(
    beats_s: Array, starts_s: Array, spacing_us: float, range_us: tuple[int, int], blur_s: float
) -> tuple[Array, Array]:
    """Finer candidates around the best coarse ones."""
    width_s = max(0.04, min(blur_s, 0.12))
    tempos_us = np.rint(beats_s[:, None] * MICROSECONDS + np.linspace(-spacing_us, spacing_us, 25)[None, :])
    fine_beats_s = np.clip(tempos_us, *range_us)[:, :, None] / MICROSECONDS
    shifts_s = np.linspace(-width_s, width_s, 11)[None, None, :]
    fine_starts_s = np.where(starts_s[:, None, None] > 0, starts_s[:, None, None] + shifts_s, 0.0)
    fine_beats_s, fine_starts_s = np.broadcast_arrays(fine_beats_s, fine_starts_s)
    return fine_beats_s.ravel(), _allowed(fine_starts_s, fine_beats_s).ravel()


def _allowed(starts_s: Array, beats_s: Array) -> Array:
    """Starts below one beat, in whole microseconds; too short a rest becomes none."""
    starts_s = np.floor(np.clip(starts_s, 0, beats_s - 1e-3) * MICROSECONDS) / MICROSECONDS
    return np.where(starts_s < SHORTEST_REST_BEATS * beats_s, 0.0, starts_s)
