"""Shape: are the distributions of generated music those of real music? Averages can agree where nothing else does.

Each aspect is a histogram pooled over a set of pieces. Two histograms are compared by the Jensen-Shannon distance,
the square root of the divergence in bits (Endres and Schindelin 2003): bounded by 0 and 1, a metric, defined for
empty bins, and one unit for all aspects. We do not take the Wasserstein distance: it would call a note one 16th too
late, or a semitone off, nearly right, and for metre, melody and harmony the neighbour bin is the wrong one.

The floor is the same distance between two random halves of the real set, averaged over seeded splits. Halves part
songs, not windows, where groups are known. A half is smaller than the set, so the floor is a little too high, never
too low.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.timebase import N_PITCHES, STEPS_PER_BAR
from training.metrics.piece import (
    BoolArray,
    FloatArray,
    IntArray,
    Piece,
    bass_line,
    groups_of,
    onset_grid,
    sounding,
    top_line,
)
from training.metrics.quality import REPETITION_LAGS, bar_repetition

_LONGEST: Final = 16
_WIDEST: Final = 24
_LEAP: Final = 12
_REPETITION_BINS: Final = 11


def note_lengths(piece: Piece) -> FloatArray:
    """Notes of 1, 2, .. 15, >= 16 steps, float64 `[16]`."""
    return _count(np.minimum(piece.duration, _LONGEST) - 1, _LONGEST)


def inter_onset_intervals(piece: Piece) -> FloatArray:
    """Steps from one instant on which something starts to the next: 1 .. 15, >= 16, float64 `[16]`."""
    gaps = np.diff(np.unique(piece.onset))
    return _count(np.minimum(gaps, _LONGEST) - 1, _LONGEST)


def bar_positions(piece: Piece) -> FloatArray:
    """Notes that start on each 16th of the bar, float64 `[16]`."""
    return _count(piece.onset % STEPS_PER_BAR, STEPS_PER_BAR)


def simultaneous_intervals(piece: Piece) -> FloatArray:
    """Semitones (1 .. 23, >= 24) between each starting note and each other that sounds then, float64 `[24]`.

    A pair that starts together counts once.
    """
    counts = np.zeros(_WIDEST)
    if not len(piece):
        return counts
    used = slice(int(piece.pitch.min()), int(piece.pitch.max()) + 1)
    starts = onset_grid(piece).reshape(-1, N_PITCHES)[: piece.n_steps, used]
    sound = sounding(piece)[:, used]
    for gap in range(1, sound.shape[1]):
        both = sound[:, gap:] & sound[:, :-gap] & (starts[:, gap:] | starts[:, :-gap])
        counts[min(gap, _WIDEST) - 1] += both.sum()
    return counts


def melodic_intervals(piece: Piece) -> FloatArray:
    """Semitones from note to note of the top line, -12 .. 12, wider ones in the end bins, float64 `[25]`."""
    _, pitch = top_line(piece)
    return _count(np.clip(np.diff(pitch), -_LEAP, _LEAP) + _LEAP, 2 * _LEAP + 1)


def bass_motion(piece: Piece) -> FloatArray:
    """Semitones between the lowest pitches of neighbouring beats, -12 .. 12, wider in the end bins, float64 `[25]`."""
    motion = np.diff(bass_line(piece))
    steps = motion[~np.isnan(motion)].astype(np.int64)
    return _count(np.clip(steps, -_LEAP, _LEAP) + _LEAP, 2 * _LEAP + 1)


def repetition_histogram(piece: Piece, lag: int) -> FloatArray:
    """Pairs of bars `lag` apart by how much they share: tenths from 0 to below 1, and 1 (the same), float64 `[11]`."""
    shared = bar_repetition(piece, lag)
    shared = shared[~np.isnan(shared)]
    return _count(np.floor(shared * (_REPETITION_BINS - 1) + 1e-9).astype(np.int64), _REPETITION_BINS)


def _count(bins: IntArray, size: int) -> FloatArray:
    return np.bincount(bins, minlength=size).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Aspect:
    """One histogram of shape: how to measure it on a piece, and what its bins mean."""

    name: str
    measure: Callable[[Piece], FloatArray]
    labels: tuple[str, ...]


def _steps_labels() -> tuple[str, ...]:
    return (*(str(i) for i in range(1, _LONGEST)), f">={_LONGEST}")


def _leap_labels() -> tuple[str, ...]:
    return (f"<=-{_LEAP}", *(str(i) for i in range(1 - _LEAP, _LEAP)), f">={_LEAP}")


def _repetition_aspect(lag: int) -> Aspect:
    labels = (*(f"{i / 10:.1f}" for i in range(_REPETITION_BINS - 1)), "1")
    return Aspect(f"repetition, lag {lag}", lambda piece: repetition_histogram(piece, lag), labels)


ASPECTS: Final = (
    Aspect("note length", note_lengths, _steps_labels()),
    Aspect("inter-onset interval", inter_onset_intervals, _steps_labels()),
    Aspect("position in bar", bar_positions, tuple(str(i) for i in range(STEPS_PER_BAR))),
    Aspect("simultaneous intervals", simultaneous_intervals, (*(str(i) for i in range(1, _WIDEST)), f">={_WIDEST}")),
    Aspect("melodic intervals", melodic_intervals, _leap_labels()),
    Aspect("bass motion", bass_motion, _leap_labels()),
    *(_repetition_aspect(lag) for lag in REPETITION_LAGS),
)


@dataclass(frozen=True, slots=True, eq=False)
class ShapeDistance:
    """One aspect compared.

    Attributes:
        name: of the aspect.
        distance: Jensen-Shannon distance of generated and real, 0..1; NaN where a set has no count.
        floor: the same between halves of the real set, mean of the splits.
        ratio: distance / floor.
        labels: of the bins.
        generated, real: shares, float64 `[K]`.
    """

    name: str
    distance: float
    floor: float
    ratio: float
    labels: tuple[str, ...]
    generated: FloatArray
    real: FloatArray


def jensen_shannon(first: FloatArray, second: FloatArray) -> float:
    """Jensen-Shannon distance of two histograms of counts, 0..1; NaN where one is empty."""
    if first.sum() <= 0 or second.sum() <= 0:
        return float("nan")
    p, q = first / first.sum(), second / second.sum()
    middle = (p + q) / 2
    divergence = (_relative_entropy_bits(p, middle) + _relative_entropy_bits(q, middle)) / 2
    return float(np.sqrt(min(1.0, max(0.0, divergence))))


def _relative_entropy_bits(p: FloatArray, q: FloatArray) -> float:
    there = p > 0
    return float((p[there] * np.log2(p[there] / q[there])).sum())


def shape_report(
    generated: Sequence[Piece], real: Sequence[Piece], *, splits: int = 20, seed: int = 0
) -> tuple[ShapeDistance, ...]:
    """Distance and floor of every aspect. Deterministic for a seed.

    Args:
        generated: the pieces to judge.
        real: the pieces to be like; their `group` tells which ones a split must keep together.
        splits: random halvings of the real set.
        seed: of the halvings.
    """
    halves = _halvings(groups_of(real), splits, seed)
    rows = []
    for aspect in ASPECTS:
        ours = _pooled(aspect, generated).sum(axis=0)
        each = _pooled(aspect, real)
        floors = np.array([jensen_shannon(each[half].sum(axis=0), each[~half].sum(axis=0)) for half in halves])
        known = floors[~np.isnan(floors)]
        floor = float(known.mean()) if len(known) else float("nan")
        distance = jensen_shannon(ours, each.sum(axis=0))
        ratio = distance / floor if floor > 0 else float("nan")
        rows.append(
            ShapeDistance(aspect.name, distance, floor, ratio, aspect.labels, _share(ours), _share(each.sum(axis=0)))
        )
    return tuple(rows)


def _pooled(aspect: Aspect, pieces: Sequence[Piece]) -> FloatArray:
    """Counts of each piece, float64 `[W, K]`."""
    if not pieces:
        return np.zeros((0, len(aspect.labels)))
    return np.stack([aspect.measure(piece) for piece in pieces])


def _share(counts: FloatArray) -> FloatArray:
    total = counts.sum()
    return counts / total if total > 0 else counts


def _halvings(groups: Sequence[str], splits: int, seed: int) -> list[BoolArray]:
    """For each split, which pieces are in the first half, bool `[W]`."""
    names, labels = np.unique(np.asarray(groups), return_inverse=True)
    rng = np.random.default_rng(seed)
    return [np.isin(labels, rng.permutation(len(names))[: len(names) // 2]) for _ in range(splits)]
