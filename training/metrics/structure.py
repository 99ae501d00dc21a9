"""The structureness indicator: the fittest repeated segment of a piece, from its fitness scape plot.

| here | Mueller, Grosche, Jiang 2011 / Mueller, Jiang, Grosche 2013 | meaning |
|---|---|---|
| S `[N, N]` | S | similarity of frames, 1 on the diagonal, penalty where unlike |
| M | length of the segment alpha | frames |
| score, cells, covered | sigma(P), sum of L_k, gamma | of the best family of paths over alpha |
| fitness | phi = 2 s g / (s + g), s = (sigma - M) / sum L_k, g = (gamma - M) / N | |
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from training.metrics.piece import FloatArray, Piece, sounding

PITCH_CLASSES: Final = 12
_SILENT: Final = 1e-9
_CELLS_AT_ONCE: Final = 20_000  # pieces x starts x columns that still sit in the cache


@dataclass(frozen=True, slots=True)
class ScapeSettings:
    """How a piece becomes a similarity matrix, and which segment lengths count.

    Attributes:
        frame_steps: length of a frame, in 16ths.
        low_steps, high_steps: segment lengths that count, both ends included.
        smooth_steps: chroma is averaged over this many steps around the middle of its frame.
        path_steps: similarity is averaged along diagonals of this length, forwards and backwards, the better counting.
        keep: share of the matrix that stays; the rest becomes `penalty`.
        penalty: value of unlike frames.
        transpositions: whether a transposed repeat counts as a repeat.
        max_frames: longer pieces get frames 2, 4, ... times as long, so that they have at most so many.
    """

    frame_steps: int = 4
    low_steps: int = 24
    high_steps: int = 64
    smooth_steps: int = 4
    path_steps: int = 16
    keep: float = 0.25
    penalty: float = -2.0
    transpositions: bool = True
    max_frames: int = 256


PAPER_LIKE: Final = ScapeSettings()


def structureness(pieces: Sequence[Piece], settings: ScapeSettings = PAPER_LIKE) -> FloatArray:
    """SI of each piece: the largest fitness of a segment whose length lies in the given range.

    Wu and Yang 2020, section 5.4, on the scape plot of Mueller et al. 2013. They compute chroma from audio, two
    frames a second, and segments of 3-8 s (SI short). Where we differ: chroma comes from the notes that sound
    (duration-weighted, no audio); a frame is a beat, which is their rate at 120 BPM, the tempo of the Diff-BGM
    authors' MIDI files, so 3-8 s become 6-16 beats; no search over relative tempo, as the grid has one; and path
    smoothing is 4 frames, as their 16 would blur half a window. The value grows with the length of the piece, because
    a segment of a short piece can cover less by repeating: real POP909 music has about 0.33 over 8 bars, 0.46 over 16
    and 0.53 over 32 (the paper: 0.486, span not stated). Compare pieces of one length only.

    Returns:
        float64 `[W]`, 0..1; NaN for a piece without notes or too short for two segments.
    """
    out = np.full(len(pieces), np.nan)
    by_shape: dict[tuple[int, int], list[int]] = {}
    for i, piece in enumerate(pieces):
        if len(piece):
            by_shape.setdefault((_frame_steps(piece, settings), piece.n_steps), []).append(i)
    for (frame_steps, _), members in by_shape.items():
        cells = pieces[members[0]].n_steps // frame_steps * max(1, settings.high_steps // frame_steps)
        for block in _blocks(members, max(1, _CELLS_AT_ONCE // cells)):
            out[block] = _batch_structureness([pieces[i] for i in block], frame_steps, settings)
    return out


def _frame_steps(piece: Piece, settings: ScapeSettings) -> int:
    frame_steps = settings.frame_steps
    while piece.n_steps > frame_steps * settings.max_frames:
        frame_steps *= 2
    return frame_steps


def _blocks(items: list[int], size: int) -> list[list[int]]:
    return [items[i : i + size] for i in range(0, len(items), size)]


def _batch_structureness(pieces: Sequence[Piece], frame_steps: int, settings: ScapeSettings) -> FloatArray:
    matrices = np.stack([similarity_matrix(piece, frame_steps, settings) for piece in pieces])
    low = max(1, settings.low_steps // frame_steps)
    high = min(matrices.shape[1] - 1, settings.high_steps // frame_steps)
    best = np.full(len(pieces), np.nan)
    for length in range(low, high + 1):
        best = np.fmax(best, segment_fitness(matrices, length).max(axis=1))
    return best


def frame_chroma(piece: Piece, frame_steps: int, smooth_steps: int) -> FloatArray:
    """Pitch classes that sound in each frame, averaged over `smooth_steps` around it, float64 `[F, 12]`, unit length.

    A silent frame is the flat vector, so that silences are alike.
    """
    steps = sounding(piece).astype(np.float64)
    chroma = np.zeros((piece.n_steps, PITCH_CLASSES))
    for pitch in np.flatnonzero(steps.any(axis=0)).tolist():
        chroma[:, pitch % PITCH_CLASSES] += steps[:, pitch]
    reach = max(smooth_steps, frame_steps)
    starts = np.arange(0, piece.n_steps, frame_steps)
    centre = starts + frame_steps / 2
    begin = np.clip(np.round(centre - reach / 2), 0, piece.n_steps).astype(np.int64)
    end = np.clip(np.round(centre + reach / 2), 0, piece.n_steps).astype(np.int64)
    running = np.concatenate([np.zeros((1, PITCH_CLASSES)), np.cumsum(chroma, axis=0)])
    frames = running[end] - running[begin]
    size = np.linalg.norm(frames, axis=1, keepdims=True)
    flat = np.full(PITCH_CLASSES, PITCH_CLASSES**-0.5)
    return np.where(size > _SILENT, frames / np.maximum(size, _SILENT), flat)


def similarity_matrix(piece: Piece, frame_steps: int = 4, settings: ScapeSettings = PAPER_LIKE) -> FloatArray:
    """Smoothed, thresholded self-similarity, float64 `[F, F]`: 0..1, `penalty` where unlike, 1 on the diagonal."""
    chroma = frame_chroma(piece, frame_steps, settings.smooth_steps)
    shifts = range(PITCH_CLASSES) if settings.transpositions else range(1)
    raw = np.stack([np.roll(chroma, shift, axis=1) @ chroma.T for shift in shifts])
    length = max(1, settings.path_steps // frame_steps)
    smooth = np.maximum(_along_diagonals(raw, length), _along_diagonals(raw[:, ::-1, ::-1], length)[:, ::-1, ::-1])
    matrix = smooth.max(axis=0)
    kept = round(matrix.size * (1 - settings.keep))
    floor = np.sort(matrix, axis=None)[min(kept, matrix.size - 1)]
    scale = matrix.max() - floor
    scaled = (matrix - floor) / scale if scale > _SILENT else np.ones_like(matrix)
    scaled = np.where((matrix >= floor) & (matrix > 0), scaled, settings.penalty)
    np.fill_diagonal(scaled, 1.0)
    return scaled


def _along_diagonals(raw: FloatArray, length: int) -> FloatArray:
    """Mean of the `length` cells that follow each cell down its diagonal; beyond the edge there is nothing (0)."""
    n = raw.shape[1]
    padded = np.pad(raw, ((0, 0), (0, length - 1), (0, length - 1)))
    total = sum((padded[:, i : i + n, i : i + n] for i in range(length)), start=np.zeros_like(raw))
    return np.asarray(total) / length


def segment_fitness(matrices: FloatArray, length: int) -> FloatArray:
    """Fitness of every segment of one length, all pieces and starts at once.

    The best family of paths by dynamic programming (Mueller et al. 2013, section III): steps (1,1), (2,1), (1,2), and
    an elevator column from which a path starts and to which it returns. Path length and coverage are carried along
    instead of being read from a backtracked family; the result is the same.

    Args:
        matrices: float64 `[W, F, F]` from `similarity_matrix`.
        length: frames of the segment, 1 <= length <= F.

    Returns:
        float64 `[W, F - length + 1]`, 0..1, one for each start.
    """
    w, n, _ = matrices.shape
    starts = n - length + 1
    columns = np.arange(starts)[:, None] + np.arange(length)[None, :]
    state = _Paths.empty(w, starts, length)
    older = state
    for row in range(n):
        state, older = _advance(state, older, matrices[:, row][:, columns], first=row == 0), state
    lift, end = state.lift, state.cells[..., -1]
    best = np.where((end[0] > lift[0])[None], end, lift)
    score, cells, covered = best
    quality = (score - length) / np.maximum(cells, 1.0)
    coverage = (covered - length) / n
    total = quality + coverage
    fitness: FloatArray = np.divide(2 * quality * coverage, total, out=np.zeros_like(total), where=total > _SILENT)
    return fitness


@dataclass(frozen=True, slots=True, eq=False)
class _Paths:
    """One row of the programme.

    `cells` is `[3, W, starts, M]`, `lift`, the elevator, `[3, W, starts]`; the leading axis is (score, cells on paths,
    rows covered).
    """

    cells: FloatArray
    lift: FloatArray

    @classmethod
    def empty(cls, w: int, starts: int, length: int) -> _Paths:
        cells = np.zeros((3, w, starts, length))
        cells[0] = -np.inf
        lift = np.zeros((3, w, starts))
        lift[0] = -np.inf
        return cls(cells, lift)


def _advance(last: _Paths, older: _Paths, similarity: FloatArray, *, first: bool) -> _Paths:
    """One frame further. `similarity` is `[W, starts, M]`."""
    if first:
        lift = np.zeros_like(last.lift)
    else:
        ended = last.cells[..., -1]
        lift = np.where((ended[0] > last.lift[0])[None], ended, last.lift)
    cells = np.empty_like(last.cells)
    cells[..., 0] = lift
    cells[2, ..., 0] += 1
    if cells.shape[-1] > 1:
        cells[..., 1:] = _best_step(last.cells, older.cells)
    cells[0] += similarity
    cells[1] += 1
    return _Paths(cells, lift)


def _best_step(last: FloatArray, older: FloatArray) -> FloatArray:
    """The best predecessor of columns 1.. : (1,1), then (2,1), then (1,2); rows covered grow by 1, 2 and 1."""
    best = last[..., :-1].copy()
    best[2] += 1
    knight = older[..., :-1]
    better = knight[0] > best[0]
    best = np.where(better[None], knight, best)
    best[2] += np.where(better, 2, 0)
    if last.shape[-1] > 2:
        leap = last[..., :-2]
        better = leap[0] > best[0, ..., 1:]
        best[..., 1:] = np.where(better[None], leap, best[..., 1:])
        best[2, ..., 1:] += np.where(better, 1, 0)
    return best
