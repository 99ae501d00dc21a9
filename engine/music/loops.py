"""Music without an end: a tempo whose beats fill the film exactly, and rows and notes that go round."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.music.controls import Conditions
from engine.music.encoded import EncodedRows
from engine.music.notes import Note
from engine.timebase import BEATS_PER_BAR, MICROSECONDS, STEPS_PER_BEAT, TempoChange, TempoMap

LONGEST_OVER_BEATS: Final = 4
"""How far a note may be held over the end of a loop."""
_TEMPO_PULL: Final = 0.15
_HALF_BEAT_GAIN: Final = 0.5


def loop_tempo(
    cuts_s: Sequence[Fraction],
    *,
    weights: Sequence[float],
    duration_s: Fraction,
    bpm_min: float,
    bpm_max: float,
    preferred_bpm: float,
    tolerance_s: float,
) -> TempoMap:
    """A steady tempo of which whole bars fill the film; of those within the range the one that meets the cuts best.

    Where no number of bars fits the range the nearest one beyond it is taken, so that the loop holds: in very short
    films half bars, then beats. The end of the last beat is the end of the film to a microsecond.
    """
    counts = _beat_counts(float(duration_s), bpm_min, bpm_max, preferred_bpm)
    at, heavy = np.array([float(cut_s) for cut_s in cuts_s]), np.asarray(weights, np.float64)

    def value(n_beats: int) -> float:
        beat_s = float(duration_s) / n_beats
        away = abs(math.log2(60 / beat_s / preferred_bpm))
        halves = at / beat_s * 2
        error_s = np.abs(halves - np.rint(halves)) * beat_s / 2
        gain = np.where(np.rint(halves) % 2 == 0, 1.0, _HALF_BEAT_GAIN)
        met = (heavy * gain / (1 + (error_s / tolerance_s) ** 4)).sum() / heavy.sum() if heavy.sum() > 0 else 0.0
        return float(met) - _TEMPO_PULL * away

    return _filled(duration_s, max(counts, key=value))


def _beat_counts(duration_s: float, bpm_min: float, bpm_max: float, preferred_bpm: float) -> list[int]:
    """Numbers of beats that a loop may have."""
    fewest, most = duration_s * bpm_min / 60, duration_s * bpm_max / 60
    for unit in (BEATS_PER_BAR, BEATS_PER_BAR // 2, 1):
        counts = [n * unit for n in range(max(1, math.ceil(fewest / unit)), math.floor(most / unit) + 1)]
        if counts:
            return counts
        if fewest >= BEATS_PER_BAR:
            wanted = duration_s * preferred_bpm / 60
            return [max(1, round(wanted / BEATS_PER_BAR)) * BEATS_PER_BAR]
    return [max(1, round(duration_s * preferred_bpm / 60))]


def _filled(duration_s: Fraction, n_beats: int) -> TempoMap:
    """n beats that last as long as the film, to a microsecond: the first ones a microsecond longer than the rest."""
    total_us = round(duration_s * MICROSECONDS)
    each, over = divmod(total_us, n_beats)
    changes = [TempoChange(Fraction(0), each + 1), TempoChange(Fraction(over), each)]
    kept = [changes[1]] if over == 0 else changes
    return TempoMap(Fraction(0), tuple(kept))


def loop_beats(tempo: TempoMap, duration_s: Fraction) -> int:
    """Beats of a loop."""
    return max(1, round(tempo.beat(duration_s)))


def round_trip(n_beats: int, before: int, after: int) -> NDArray[np.int64]:
    """Beats of a loop, unrolled: `before` beats of its end, all of it, `after` beats of its beginning, and on."""
    return np.arange(-before, n_beats + after) % n_beats


def unrolled(rows: Conditions | EncodedRows, beats: NDArray[np.int64]) -> Conditions | EncodedRows:
    """Rows at these beats."""
    if isinstance(rows, EncodedRows):
        return EncodedRows(rows.semantic[beats], rows.dynamic[beats])
    return Conditions(rows.dynamic[beats], rows.semantic[beats], rows.plan[beats])


def rolled_notes(notes: Iterable[Note], *, n_beats: int, before: int, longest_beats: int) -> tuple[Note, ...]:
    """Notes of a loop from those of its unrolled form: what begins within it, held over its end where it was.

    Args:
        before: beats of the loop's end that come first in the unrolled form.
        longest_beats: how far a note may reach over the end.
    """
    first, n_steps = before * STEPS_PER_BEAT, n_beats * STEPS_PER_BEAT
    longest = n_steps + longest_beats * STEPS_PER_BEAT
    inside = (replace(note, onset=note.onset - first) for note in notes if first <= note.onset < first + n_steps)
    return tuple(sorted(replace(note, duration=min(note.end, longest) - note.onset) for note in inside))
