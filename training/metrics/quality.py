"""Measures of one piece: those that the engine has (`engine.music.measures`), and more of them.

The structureness indicator, which the paper takes from Wu and Yang (ISMIR 2020) as well, is in `structure`.

A measure that a piece does not define (no note, one bar) is NaN, and is left out of means.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from engine.music.measures import (
    grooving_similarity,
    mean_note_length,
    note_density,
    pitch_class_entropy,
    polyphony,
    scale_consistency,
    silent_bars,
    silent_spans,
)
from engine.music.piece import FloatArray, Piece, density_curve, onset_grid, sounding

REPETITION_LAGS: Final = (1, 2, 4, 8)
"""Distances in bars at which repetition is measured; a window of 8 bars has no pair 8 apart."""

__all__ = [
    "REPETITION_LAGS",
    "bar_repetition",
    "density_spread",
    "grooving_similarity",
    "longest_silence",
    "low_mud",
    "mean_note_length",
    "mean_pitch",
    "note_count",
    "note_density",
    "onset_polyphony",
    "pitch_class_entropy",
    "pitch_range",
    "polyphony",
    "repetition",
    "scale_consistency",
    "short_note_share",
    "silent_bars",
    "silent_spans",
]


def note_count(piece: Piece) -> float:
    """Notes in the piece."""
    return float(len(piece))


def density_spread(piece: Piece) -> float:
    """Standard deviation of the onsets per beat: 0 for a machine that never pauses."""
    return float(density_curve(piece).std())


def onset_polyphony(piece: Piece) -> float:
    """Mean number of notes that start at once, over the steps on which one starts. NaN without notes."""
    return len(piece) / len(np.unique(piece.onset)) if len(piece) else float("nan")


def pitch_range(piece: Piece) -> float:
    """Semitones from the lowest to the highest note (MusPy's `pitch_range`). NaN without notes."""
    return float(piece.pitch.max() - piece.pitch.min()) if len(piece) else float("nan")


def mean_pitch(piece: Piece) -> float:
    """Mean MIDI pitch of the notes. NaN without notes."""
    return float(piece.pitch.mean()) if len(piece) else float("nan")


def short_note_share(piece: Piece) -> float:
    """Share of notes of one step: what scattered rolls are made of. NaN without notes."""
    return float((piece.duration == 1).mean()) if len(piece) else float("nan")


def low_mud(piece: Piece) -> float:
    """Share of steps on which two pitches below C3 (48) sound less than 5 semitones apart: thirds in the bass.

    Ours; arrangers' manuals call it the low interval limit.
    """
    low = np.asarray(sounding(piece)[:, :48])
    close = np.zeros(piece.n_steps, bool)
    for gap in range(1, 5):
        close |= (low[:, gap:] & low[:, :-gap]).any(axis=1)
    return float(close.mean())


def longest_silence(piece: Piece) -> float:
    """The longest span of steps on which nothing sounds."""
    return float(max((end - start for start, end in silent_spans(piece)), default=0))


def bar_repetition(piece: Piece, lag: int) -> FloatArray:
    """How much of each bar is said again `lag` bars later: shared onsets (position, pitch) over all onsets of both.

    The Jaccard index; ours. Exact repetition only: a transposed bar counts as another one.

    Args:
        piece: the music.
        lag: bars between the two, >= 1.

    Returns:
        float64 `[B - lag]` (empty for a short piece), 0..1, NaN where both bars have no onset.
    """
    bars = onset_grid(piece).reshape(piece.n_bars, -1)
    if lag >= len(bars):
        return np.zeros(0)
    shared = (bars[lag:] & bars[:-lag]).sum(axis=1).astype(np.float64)
    either = (bars[lag:] | bars[:-lag]).sum(axis=1).astype(np.float64)
    overlap: FloatArray = np.divide(shared, either, out=np.full(len(shared), np.nan), where=either > 0)
    return overlap


def repetition(piece: Piece, lag: int) -> float:
    """Mean of `bar_repetition`. NaN where no pair of bars is defined."""
    values = bar_repetition(piece, lag)
    values = values[~np.isnan(values)]
    return float(values.mean()) if len(values) else float("nan")
