"""Measures of one piece: the paper's (section 5.2) and plain counts.

The paper takes pitch class entropy, grooving similarity and the structureness indicator from Wu and Yang, "The Jazz
Transformer on the Front Line" (ISMIR 2020, section 5; their code is MusDr), and says of each that nearness to real
music counts, not height. Its own evaluation code was not published, so where a definition leaves a choice, ours is
stated at the function. The structureness indicator is in `structure`.

A measure that a piece does not define (no note, one bar) is NaN, and is left out of means.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from engine.timebase import STEPS_PER_BAR, STEPS_PER_BEAT
from training.metrics.piece import BoolArray, FloatArray, Piece, density_curve, onset_grid, sounding

PITCH_CLASSES: Final = 12
REPETITION_LAGS: Final = (1, 2, 4, 8)
"""Distances in bars at which repetition is measured; a window of 8 bars has no pair 8 apart."""

_MAJOR: Final = (0, 2, 4, 5, 7, 9, 11)
_NATURAL_MINOR: Final = (0, 2, 3, 5, 7, 8, 10)


def pitch_class_entropy(piece: Piece, *, bars: int | None = None) -> float:
    """PCHE: entropy in bits of the pitch class histogram of note beginnings; 0 for one class, log2(12) = 3.58 for all.

    Wu and Yang 2020, section 5.1: H = -sum h_i log2 h_i over spans of 1 or 4 bars (their H1, H4), every bar a start,
    averaged. The paper names no span; real windows of 8 bars, each one span, give 2.70 to 2.71, and the paper's real
    music 2.717, so the whole piece is our default, as in MusPy's `pitch_class_entropy`.

    Args:
        piece: the music.
        bars: length of a span; None for the whole piece. Longer than the piece: the whole piece.

    Returns:
        Bits; NaN without notes. Spans without notes are skipped.
    """
    counts = np.zeros((piece.n_bars, PITCH_CLASSES))
    np.add.at(counts, (piece.onset // STEPS_PER_BAR, piece.pitch % PITCH_CLASSES), 1.0)
    span = piece.n_bars if bars is None else min(bars, piece.n_bars)
    running = np.concatenate([np.zeros((1, PITCH_CLASSES)), np.cumsum(counts, axis=0)])
    spans: FloatArray = running[span:] - running[:-span]
    spans = spans[spans.sum(axis=1) > 0]
    if not len(spans):
        return float("nan")
    return float(np.mean([_entropy_bits(row) for row in spans]))


def _entropy_bits(counts: FloatArray) -> float:
    share = counts[counts > 0] / counts.sum()
    return float(-(share * np.log2(share)).sum()) + 0.0  # no -0.0


def grooving_similarity(piece: Piece, *, positions: int = STEPS_PER_BAR) -> float:
    """GPS: how alike the onset patterns of all pairs of bars are; 1 where every bar has the same rhythm.

    Wu and Yang 2020, section 5.2: 1 - (1/Q) sum_i XOR(g_i^a, g_i^b), g_i telling whether a note starts at position i
    of the bar, averaged over pairs of bars. They have Q = 64 positions; our grid has Q = 16. A larger Q on the same
    grid only adds positions at which both bars are silent, which raises the value: pass `positions` to compare with
    them. All pairs are taken (MusDr draws 1,000 of them where there are more).

    The paper gives 0.708 for real music and states no span. Real POP909 music on its own beats has about 0.84 over 8
    bars and 0.75 to 0.77 over whole songs; on a grid of 120 BPM that ignores its beats, 0.56. So compare with real
    music of one length and one grid only.

    Returns:
        0..1; NaN with fewer than two bars.
    """
    pattern = np.asarray(onset_grid(piece).any(axis=2), np.float64)
    if len(pattern) < 2:
        return float("nan")
    both = pattern @ pattern.T
    own = np.diag(both)
    differing: FloatArray = own[:, None] + own[None, :] - 2 * both
    pairs = np.triu_indices(len(pattern), 1)
    return float(1.0 - differing[pairs].mean() / positions)


def scale_consistency(piece: Piece) -> float:
    """SC, and the in-scale rate: the largest share of notes that one of the 24 major and minor scales holds.

    As MusPy's `scale_consistency` (Dong et al. 2020), after Mogren 2016. Natural minor is meant, so the 24 scales are
    12 sets of pitch classes. Notes are counted, not weighted by length.

    Returns:
        0..1; NaN without notes.
    """
    if not len(piece):
        return float("nan")
    counts = np.bincount(piece.pitch % PITCH_CLASSES, minlength=PITCH_CLASSES)
    return float((_scales() @ counts).max() / counts.sum())


def _scales() -> FloatArray:
    """The 24 scales as pitch class masks, float64 `[24, 12]`."""
    masks = np.zeros((2, PITCH_CLASSES))
    masks[0, list(_MAJOR)] = 1.0
    masks[1, list(_NATURAL_MINOR)] = 1.0
    return np.array([np.roll(mask, tonic) for mask in masks for tonic in range(PITCH_CLASSES)])


def note_count(piece: Piece) -> float:
    """Notes in the piece."""
    return float(len(piece))


def note_density(piece: Piece) -> float:
    """Notes that start, per beat."""
    return len(piece) * STEPS_PER_BEAT / piece.n_steps


def density_spread(piece: Piece) -> float:
    """Standard deviation of the onsets per beat: 0 for a machine that never pauses."""
    return float(density_curve(piece).std())


def onset_polyphony(piece: Piece) -> float:
    """Mean number of notes that start at once, over the steps on which one starts. NaN without notes."""
    return len(piece) / len(np.unique(piece.onset)) if len(piece) else float("nan")


def polyphony(piece: Piece) -> float:
    """Mean number of pitches sounding, over the steps on which one sounds (MusPy's `polyphony`). NaN if none."""
    at_once = sounding(piece).sum(axis=1)
    heard = at_once[at_once > 0]
    return float(heard.mean()) if len(heard) else float("nan")


def pitch_range(piece: Piece) -> float:
    """Semitones from the lowest to the highest note (MusPy's `pitch_range`). NaN without notes."""
    return float(piece.pitch.max() - piece.pitch.min()) if len(piece) else float("nan")


def mean_pitch(piece: Piece) -> float:
    """Mean MIDI pitch of the notes. NaN without notes."""
    return float(piece.pitch.mean()) if len(piece) else float("nan")


def mean_note_length(piece: Piece) -> float:
    """Mean duration in steps (16ths). NaN without notes."""
    return float(piece.duration.mean()) if len(piece) else float("nan")


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


def silent_bars(piece: Piece) -> float:
    """How many spans of silence last a bar or more (anywhere, not only from bar line to bar line)."""
    return float(sum(end - start >= STEPS_PER_BAR for start, end in silent_spans(piece)))


def silent_spans(piece: Piece) -> list[tuple[int, int]]:
    """Half-open spans of steps on which nothing sounds, in order."""
    quiet: BoolArray = np.concatenate([[False], ~sounding(piece).any(axis=1), [False]])
    edges = np.flatnonzero(quiet[1:] != quiet[:-1]).tolist()
    return list(zip(edges[::2], edges[1::2], strict=True))


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
