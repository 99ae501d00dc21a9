"""Seams: do the borders of windows differ from other bar lines? In music of any length made window by window, they may.

Real music has phrases of four bars, so its own bar lines are not alike either. A seam shows where generated music
differs at the borders and real music at the same bars does not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.timebase import BARS_PER_WINDOW, STEPS_PER_BAR, STEPS_PER_BEAT
from training.metrics.bootstrap import Interval, difference_interval
from training.metrics.piece import FloatArray, IntArray, Piece, bass_line, groups_of, top_line
from training.metrics.quality import bar_repetition
from training.metrics.structure import frame_chroma

BORDER_MEASURES: Final = ("held over", "onsets", "harmony", "repetition", "leap", "bass leap")
"""held over: share of the notes sounding just before the line that go on; onsets: notes that start on the first beat
minus those on the beat before; harmony: 1 - cosine of the two bars' pitch classes; repetition:
shared
onsets of the two bars; leap, bass leap: semitones across the line in the top line and the bass."""


def border_values(piece: Piece) -> FloatArray:
    """The measures at each bar line inside the piece, float64 `[B - 1, 6]`, NaN where undefined."""
    lines = np.arange(1, piece.n_bars) * STEPS_PER_BAR
    beats = lines // STEPS_PER_BEAT
    chroma = frame_chroma(piece, STEPS_PER_BAR, STEPS_PER_BAR)
    onsets = np.bincount(piece.onset // STEPS_PER_BEAT, minlength=piece.n_beats + 1).astype(np.float64)
    bass = np.append(bass_line(piece), np.nan)
    columns = [
        np.array([_held_over(piece, line) for line in lines.tolist()]),
        onsets[beats] - onsets[beats - 1],
        1.0 - (chroma[1:] * chroma[:-1]).sum(axis=1),
        bar_repetition(piece, 1),
        _leaps(piece, lines),
        np.abs(bass[beats] - bass[beats - 1]),
    ]
    return np.stack(columns, axis=1)


def _held_over(piece: Piece, line: int) -> float:
    before = (piece.onset < line) & (piece.end >= line)
    return float((piece.end[before] > line).mean()) if before.any() else math.nan


def _leaps(piece: Piece, lines: IntArray) -> FloatArray:
    """Semitones from the last note of the top line before each bar line to the first one after it; NaN at the ends."""
    onset, pitch = top_line(piece)
    after = np.searchsorted(onset, lines)
    inside = (after > 0) & (after < len(onset))
    out = np.full(len(lines), np.nan)
    out[inside] = np.abs(pitch[after[inside]] - pitch[after[inside] - 1])
    return out


@dataclass(frozen=True, slots=True)
class SeamDifference:
    """One measure: mean at seams minus mean at other bar lines, for generated and for real music."""

    name: str
    generated: Interval
    real: Interval


def seam_report(
    generated: Sequence[Piece], real: Sequence[Piece], *, seam_bars: int = BARS_PER_WINDOW // 2, seed: int = 0
) -> tuple[SeamDifference, ...]:
    """Borders against other bar lines. Give both sets in one length; windows half overlapping meet every 4 bars."""
    ours, theirs = _differences(generated, seam_bars, seed), _differences(real, seam_bars, seed)
    return tuple(SeamDifference(name, a, b) for name, a, b in zip(BORDER_MEASURES, ours, theirs, strict=True))


def _differences(pieces: Sequence[Piece], seam_bars: int, seed: int) -> list[Interval]:
    values = [border_values(piece) for piece in pieces]
    seams = np.concatenate([np.arange(1, len(v) + 1) % seam_bars == 0 for v in values] or [np.zeros(0, bool)])
    table = np.concatenate(values or [np.zeros((0, len(BORDER_MEASURES)))])
    groups = [group for group, v in zip(groups_of(pieces), values, strict=True) for _ in range(len(v))]
    at, off = ([g for g, s in zip(groups, seams.tolist(), strict=True) if s is side] for side in (True, False))
    return [
        difference_interval(table[seams, i], table[~seams, i], at, off, seed=seed) for i in range(len(BORDER_MEASURES))
    ]
