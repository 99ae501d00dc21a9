"""Control: does the music do what was asked?

Two questions. Per beat: does the measured curve rise and fall with the asked one (rank correlation, so that any
monotone transfer between the two scales is free)? Per setting: does the measured value grow as the setting is swept?
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from training.metrics.piece import FloatArray

_FEWEST = 3


def average_ranks(values: ArrayLike) -> FloatArray:
    """Ranks from 1, equal values sharing the mean of their ranks, float64 like the input `[n]`."""
    data = np.asarray(values, np.float64)
    _, inverse, counts = np.unique(data, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[inverse], np.float64)


def spearman(asked: ArrayLike, measured: ArrayLike) -> float:
    """Spearman's rank correlation of two curves, ties sharing ranks (Kendall and Gibbons 1990).

    Pairs with a NaN on either side are left out (NaN asks for nothing).

    Returns:
        -1..1; NaN where it is not defined: fewer than three pairs, or a constant curve. NaN is not 0: a flat request
        cannot be followed or missed.

    Raises:
        ValueError: if the curves differ in length.
    """
    a, b = np.asarray(asked, np.float64), np.asarray(measured, np.float64)
    if a.shape != b.shape:
        raise ValueError(f"curves of {a.shape} and {b.shape}")
    known = ~(np.isnan(a) | np.isnan(b))
    a, b = a[known], b[known]
    if len(a) < _FEWEST:
        return math.nan
    ra, rb = average_ranks(a), average_ranks(b)
    ra, rb = ra - ra.mean(), rb - rb.mean()
    size = math.sqrt(float(ra @ ra) * float(rb @ rb))
    if size == 0.0:
        return math.nan
    return max(-1.0, min(1.0, float(ra @ rb) / size))


def curve_agreement(asked: Sequence[ArrayLike], measured: Sequence[ArrayLike]) -> FloatArray:
    """`spearman` of each pair of curves, float64 `[W]`; NaN where undefined.

    Raises:
        ValueError: if the numbers of curves, or the lengths of a pair, differ.
    """
    return np.array([spearman(a, b) for a, b in zip(asked, measured, strict=True)])


def cross_preference(asked: Sequence[ArrayLike], measured: Sequence[ArrayLike]) -> float:
    """How often music follows its own request better than another one's, over all ordered pairs (A, B), A != B.

    Chance is 0.5. A tie counts half. Curves of different length are compared over the shorter one's beats.

    Returns:
        0..1; NaN where no pair is defined.
    """
    won: list[float] = []
    for i, music in enumerate(measured):
        for j in range(len(asked)):
            if i != j:
                n = min(len(np.atleast_1d(asked[i])), len(np.atleast_1d(asked[j])), len(np.atleast_1d(music)))
                own = spearman(np.asarray(asked[i])[:n], np.asarray(music)[:n])
                other = spearman(np.asarray(asked[j])[:n], np.asarray(music)[:n])
                if not math.isnan(own) and not math.isnan(other):
                    won.append(0.5 if own == other else float(own > other))
    return sum(won) / len(won) if won else math.nan


@dataclass(frozen=True, slots=True, eq=False)
class SweepResponse:
    """What one control did while it was swept and all else (seed too) was held.

    Attributes:
        levels: float64 `[L]`, the asked values, increasing.
        mean: float64 `[L]`, mean measured value at each level.
        per_piece: float64 `[W]`, Spearman over the levels of each piece; NaN where a piece did not move at all.
        response: mean of `per_piece`, a piece that did not move counting 0.
        of_means: Spearman of the levels and `mean`.
        rising: share of single steps between neighbouring levels on which a piece's value grew (a tie counts half).
        span: mean[-1] - mean[0], in the unit of what was measured.
    """

    levels: FloatArray
    mean: FloatArray
    per_piece: FloatArray
    response: float
    of_means: float
    rising: float
    span: float


def sweep_response(levels: ArrayLike, measured: ArrayLike) -> SweepResponse:
    """Whether a measured attribute grows with its control.

    Args:
        levels: `[L]`, strictly increasing, L >= 3.
        measured: `[W, L]`, the attribute of each piece at each level; NaN where it was not defined.

    Raises:
        ValueError: if the shapes do not fit or the levels do not increase.
    """
    asked, values = np.asarray(levels, np.float64), np.asarray(measured, np.float64)
    if values.ndim != 2 or values.shape[1] != len(asked):
        raise ValueError(f"measured values of {values.shape} for {len(asked)} levels")
    if len(asked) < _FEWEST or (np.diff(asked) <= 0).any():
        raise ValueError("a sweep needs three or more increasing levels")
    per_piece = np.array([spearman(asked, row) for row in values])
    known = ~np.isnan(values)
    enough = known.sum(axis=1) >= _FEWEST
    counted = np.nan_to_num(per_piece[enough])
    total = known.sum(axis=0)
    mean = np.divide(np.nansum(values, axis=0), total, out=np.full(len(asked), np.nan), where=total > 0)
    steps = np.diff(values, axis=1)
    steps = steps[~np.isnan(steps)]
    return SweepResponse(
        levels=asked,
        mean=mean,
        per_piece=per_piece,
        response=float(counted.mean()) if len(counted) else math.nan,
        of_means=spearman(asked, mean),
        rising=float(((steps > 0) + 0.5 * (steps == 0)).mean()) if len(steps) else math.nan,
        span=float(mean[-1] - mean[0]),
    )
