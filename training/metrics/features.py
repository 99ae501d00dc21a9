"""A music feature for Diversity and retrieval, from notes alone.

The paper takes musicnn (Pons and Serra 2019), a network that tags audio. It needs rendered sound and a TensorFlow of
its time, so it cannot be a requirement here. Any extractor fits: the measures in `retrieval` take feature rows `[W,
D]` and the name of what made them, so musicnn's rows may be handed over as they are. Ours is a substitute, and
reports name it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.timebase import STEPS_PER_BAR
from training.metrics.piece import FloatArray, IntArray, Piece, onset_grid, sounding, top_line
from training.metrics.quality import bar_repetition, mean_note_length, polyphony, short_note_share
from training.metrics.shape import bar_positions, inter_onset_intervals, note_lengths, simultaneous_intervals

SYMBOLIC_V1: Final = "symbolic-v1"
"""Name of our extractor in reports: 9 blocks of hand-made features, no key, no loudness, no voices."""

_PARTS: Final = 8
_PITCH_BANDS: Final = (0, 36, 43, 48, 53, 57, 60, 64, 67, 72, 77, 84, 128)
_PITCH_CLASSES: Final = 12
_FLAT: Final = 1e-9
_FREAK_SPREADS: Final = 5.0


def symbolic_features(piece: Piece) -> FloatArray:
    """One row of features of a piece; see `FeatureSpace` for the scaling.

    Blocks: harmony (magnitudes of the Fourier transform of the pitch class profile, which do not change under
    transposition: Yust 2016), register, note lengths, inter-onset intervals, positions in the bar, simultaneous
    intervals, melodic intervals without sign, course (onsets, notes at once and mean pitch in eighths of the piece),
    texture (repetition, lengths, polyphony). Left out on purpose: the key and the velocity. Music is not like its
    neighbour for sharing its key, and many systems write one velocity.

    Returns:
        float64 `[sum(BLOCKS)]`; an empty piece is all zeros in its histograms.
    """
    return np.concatenate(_blocks(piece))


def _blocks(piece: Piece) -> list[FloatArray]:
    histograms = (note_lengths, inter_onset_intervals, bar_positions, simultaneous_intervals)
    _, tune = top_line(piece)
    leaps = np.bincount(np.minimum(np.abs(np.diff(tune)), _PITCH_CLASSES), minlength=_PITCH_CLASSES + 1)
    return [
        _harmony(piece),
        _share(np.histogram(piece.pitch, bins=_PITCH_BANDS)[0].astype(np.float64)),
        *(_share(measure(piece)) for measure in histograms),
        _share(leaps.astype(np.float64)),
        _course(piece),
        _texture(piece),
    ]


def block_sizes() -> tuple[int, ...]:
    """Widths of the blocks of `symbolic_features`."""
    empty = np.zeros(0, np.int64)
    return tuple(len(block) for block in _blocks(Piece(empty, empty, empty, empty, STEPS_PER_BAR)))


def _share(counts: FloatArray) -> FloatArray:
    total = counts.sum()
    return counts / total if total > 0 else counts


def _harmony(piece: Piece) -> FloatArray:
    profile = np.bincount(piece.pitch % _PITCH_CLASSES, weights=piece.duration, minlength=_PITCH_CLASSES)
    return np.abs(np.fft.rfft(_share(profile.astype(np.float64))))[1:]


def _course(piece: Piece) -> FloatArray:
    """Onsets per step, notes at once, and mean pitch (0 where nothing starts) in eighths of the piece, `[3 * 8]`."""
    part = np.minimum(piece.onset * _PARTS // piece.n_steps, _PARTS - 1)
    starts = np.bincount(part, minlength=_PARTS).astype(np.float64)
    pitch = np.bincount(part, weights=piece.pitch, minlength=_PARTS)
    at_once = np.array([chunk.mean() if len(chunk) else 0.0 for chunk in _eighths(sounding(piece).sum(axis=1))])
    mean_pitch = np.divide(pitch, starts, out=np.zeros(_PARTS), where=starts > 0)
    return np.concatenate([np.sqrt(starts * _PARTS / piece.n_steps), at_once, mean_pitch])


def _eighths(values: IntArray) -> list[IntArray]:
    return np.array_split(values, _PARTS)


def _texture(piece: Piece) -> FloatArray:
    repeats = [float(np.nan_to_num(bar_repetition(piece, lag)).sum()) / max(1, piece.n_bars - lag) for lag in (1, 2, 4)]
    rhythm = onset_grid(piece).any(axis=(2,)).mean()
    plain = [mean_note_length(piece), short_note_share(piece), polyphony(piece), float(rhythm)]
    return np.asarray(np.nan_to_num(np.array(repeats + plain)))


@dataclass(frozen=True, slots=True, eq=False)
class FeatureSpace:
    """How features are scaled before they are compared.

    Each column goes by its mean and spread on a reference set, and each block by its width, so that a wide histogram
    weighs no more than a narrow one.

    Attributes:
        mean, scale: float64 `[D]`; scale 0 leaves a column out.
        limit: float64 `[D]`, where scaled values are held, so that one freak column cannot rule a distance.
    """

    mean: FloatArray
    scale: FloatArray
    limit: FloatArray

    @classmethod
    def fit(cls, rows: FloatArray, blocks: Sequence[int] | None = None) -> FeatureSpace:
        """Learn the scaling from real music, `[W, D]`. A column that never varies is left out.

        Args:
            rows: features of the reference set.
            blocks: widths of the blocks, summing to D; None: one block.

        Raises:
            ValueError: if there is no row, or the blocks do not sum to D.
        """
        widths = [rows.shape[1]] if blocks is None else list(blocks)
        if not len(rows) or sum(widths) != rows.shape[1]:
            raise ValueError(f"features of shape {rows.shape} for blocks of {sum(widths)}")
        spread = rows.std(axis=0)
        weight = np.repeat([width**-0.5 for width in widths], widths)
        scale = np.divide(weight, spread, out=np.zeros_like(weight), where=spread > _FLAT)
        return cls(rows.mean(axis=0), scale, _FREAK_SPREADS * weight)

    def apply(self, rows: FloatArray) -> FloatArray:
        """Scaled rows, `[W, D]`."""
        return np.asarray(np.clip((rows - self.mean) * self.scale, -self.limit, self.limit))


def features_of(pieces: Sequence[Piece]) -> FloatArray:
    """`symbolic_features` of each piece, float64 `[W, D]`.

    Raises:
        ValueError: if there is no piece.
    """
    return np.stack([symbolic_features(piece) for piece in pieces])
