"""Confidence intervals by resampling, whole groups at a time.

Windows of one song resemble each other, so drawing windows as if they were independent gives intervals that are too
narrow. Groups (songs) are drawn with replacement instead (the cluster bootstrap: Davison and Hinkley 1997, section
3.8), and the interval is the percentile interval (Efron 1979).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from training.metrics.piece import BoolArray, FloatArray, IntArray

RESAMPLES = 2000
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with its confidence interval.

    Attributes:
        value: the estimate on the data itself; NaN where nothing was defined.
        low, high: the interval; NaN with fewer than two groups.
        n: how many values counted.
    """

    value: float
    low: float
    high: float
    n: int

    def contains(self, value: float) -> bool:
        return self.low <= value <= self.high


def mean_interval(
    values: ArrayLike,
    groups: Sequence[str] | None = None,
    *,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
    seed: int = 0,
) -> Interval:
    """The mean of values and its interval. NaN values are left out.

    Args:
        values: one for each piece.
        groups: group name of each value; None for independent values.
        resamples: number of draws.
        level: share of the draws inside the interval.
        seed: of the draws.
    """
    data = np.asarray(values, np.float64)
    known = ~np.isnan(data)
    data = data[known]
    if not len(data):
        return Interval(math.nan, math.nan, math.nan, 0)
    sums, sizes = _group_sums(data, _kept(groups, known, len(data)))
    draws = _means(sums, sizes, resamples, np.random.default_rng(seed))
    low, high = _percentiles(draws, level) if len(sums) > 1 else (math.nan, math.nan)
    return Interval(float(data.mean()), low, high, len(data))


def difference_interval(
    first: ArrayLike,
    second: ArrayLike,
    first_groups: Sequence[str] | None = None,
    second_groups: Sequence[str] | None = None,
    *,
    resamples: int = RESAMPLES,
    level: float = LEVEL,
    seed: int = 0,
) -> Interval:
    """mean(first) - mean(second), the two sets drawn independently. NaN values are left out."""
    rng = np.random.default_rng(seed)
    parts = []
    for values, groups in ((first, first_groups), (second, second_groups)):
        data = np.asarray(values, np.float64)
        known = ~np.isnan(data)
        data = data[known]
        if not len(data):
            return Interval(math.nan, math.nan, math.nan, 0)
        sums, sizes = _group_sums(data, _kept(groups, known, len(data)))
        parts.append((float(data.mean()), _means(sums, sizes, resamples, rng), len(sums), len(data)))
    (mean_a, draws_a, groups_a, n_a), (mean_b, draws_b, groups_b, n_b) = parts
    low, high = _percentiles(draws_a - draws_b, level) if min(groups_a, groups_b) > 1 else (math.nan, math.nan)
    return Interval(mean_a - mean_b, low, high, min(n_a, n_b))


def statistic_interval(
    statistic: Callable[[IntArray], float],
    n: int,
    groups: Sequence[str] | None = None,
    *,
    resamples: int = 500,
    level: float = LEVEL,
    seed: int = 0,
) -> Interval:
    """The interval of any statistic of `n` items, given as a function of the indices drawn (int64, with repeats)."""
    everything = np.arange(n)
    value = statistic(everything)
    labels = np.unique(np.asarray(groups), return_inverse=True)[1] if groups is not None else everything
    members = [np.flatnonzero(labels == label) for label in range(int(labels.max(initial=-1)) + 1)]
    if len(members) < 2:
        return Interval(value, math.nan, math.nan, n)
    rng = np.random.default_rng(seed)
    draws = np.array(
        [
            statistic(np.concatenate([members[i] for i in rng.integers(len(members), size=len(members))]))
            for _ in range(resamples)
        ]
    )
    low, high = _percentiles(draws[~np.isnan(draws)], level)
    return Interval(value, low, high, n)


def _kept(groups: Sequence[str] | None, known: BoolArray, n: int) -> list[str]:
    if groups is None:
        return [str(i) for i in range(n)]
    return [group for group, keep in zip(groups, known.tolist(), strict=True) if keep]


def _group_sums(data: FloatArray, groups: Sequence[str]) -> tuple[FloatArray, FloatArray]:
    _, labels = np.unique(np.asarray(groups), return_inverse=True)
    return np.asarray(np.bincount(labels, weights=data), np.float64), np.bincount(labels).astype(np.float64)


def _means(sums: FloatArray, sizes: FloatArray, resamples: int, rng: np.random.Generator) -> FloatArray:
    """Means of `resamples` draws of groups with replacement, float64 `[resamples]`."""
    n = len(sums)
    counts = rng.multinomial(n, np.full(n, 1.0 / n), size=resamples).astype(np.float64)
    return np.asarray((counts @ sums) / (counts @ sizes))


def _percentiles(draws: FloatArray, level: float) -> tuple[float, float]:
    if not len(draws):
        return math.nan, math.nan
    tail = 100 * (1 - level) / 2
    low, high = np.percentile(draws, [tail, 100 - tail])
    return float(low), float(high)
