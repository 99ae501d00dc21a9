"""Retrieval precision and Diversity on music features (the paper, section 5.2 and eq. 11).

Both take scaled feature rows (`features.FeatureSpace.apply`), whatever made them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from training.metrics.bootstrap import LEVEL, Interval, mean_interval, statistic_interval
from training.metrics.piece import BoolArray, FloatArray, IntArray

POOL: Final = 64
PRECISIONS: Final = (5, 10, 20)


@dataclass(frozen=True, slots=True, eq=False)
class Retrieval:
    """How often generated music finds the real music whose conditions it was made from.

    Attributes:
        extractor: what made the features.
        pool: M, candidates of a draw, the right one among them.
        draws: draws of a pool for each query.
        precision: P@K by K, 0..1, with its interval.
        chance: K / M by K, what music made without looking would reach.
        average_rank: mean rank of the right one, 1..M, with its interval.
        chance_rank: (M + 1) / 2.
    """

    extractor: str
    pool: int
    draws: int
    precision: dict[int, Interval]
    chance: dict[int, float]
    average_rank: Interval
    chance_rank: float


def retrieval(
    generated: FloatArray,
    real: FloatArray,
    *,
    extractor: str,
    groups: Sequence[str] | None = None,
    exclude_group: bool = False,
    pool: int = POOL,
    precisions: Sequence[int] = PRECISIONS,
    draws: int = 20,
    seed: int = 0,
) -> Retrieval:
    """P@K and average rank. Row i of `generated` was made from the conditions of row i of `real`.

    The paper draws M - 1 = 63 other pieces once for each query and counts a hit where the right one is among the K
    nearest. Where we differ: Euclidean distance (the paper names none); several seeded draws for each query, which
    leaves the expectation and narrows the noise; ties are shared, so a feature that says nothing scores chance
    exactly (the published code draws 60 others, unseeded, so its chance is 33 % at K = 20, not 31 %).

    Args:
        generated, real: scaled features, float64 `[W, D]` each.
        extractor: the name to report.
        groups: song of each row, for the interval and `exclude_group`.
        exclude_group: keep other windows of the same song out of the pool; the paper does not say.
        pool: M; at most the number of rows that may serve.
        precisions: the K.
        draws: pools for each query.
        seed: of the draws.

    Raises:
        ValueError: if the sets differ in shape or there are too few rows for the pool.
    """
    if generated.shape != real.shape:
        raise ValueError(f"features of {generated.shape} and {real.shape} are not pairs")
    allowed = _others(len(real), groups, exclude_group)
    nearer, ties = _ranks(_distances(generated, real), allowed, pool, draws, seed)
    hits = {k: np.clip((k - nearer) / (ties + 1), 0.0, 1.0).mean(axis=1) for k in precisions}
    rank = (1 + nearer + ties / 2).mean(axis=1)
    return Retrieval(
        extractor=extractor,
        pool=pool,
        draws=draws,
        precision={k: mean_interval(hit, groups, seed=seed) for k, hit in hits.items()},
        chance={k: k / pool for k in precisions},
        average_rank=mean_interval(rank, groups, seed=seed),
        chance_rank=(pool + 1) / 2,
    )


def _distances(rows: FloatArray, others: FloatArray) -> FloatArray:
    """Euclidean, float64 `[W, V]`; written out, so that equal rows are exactly 0 apart."""
    return np.stack([np.sqrt(((others - row) ** 2).sum(axis=1)) for row in rows])


def _others(n: int, groups: Sequence[str] | None, exclude_group: bool) -> BoolArray:
    """Which rows may stand beside the right one in each query's pool, bool `[W, W]`."""
    allowed = ~np.eye(n, dtype=bool)
    if exclude_group and groups is not None:
        labels = np.asarray(groups)
        allowed &= labels[:, None] != labels[None, :]
    return allowed


def _ranks(distance: FloatArray, allowed: BoolArray, pool: int, draws: int, seed: int) -> tuple[FloatArray, FloatArray]:
    """For each query and draw: how many others are nearer than the right one, and how many as near, `[W, draws]`."""
    fewest = int(allowed.sum(axis=1).min(initial=len(distance)))
    if fewest < pool - 1:
        raise ValueError(f"a pool of {pool} needs {pool - 1} others, some query has {fewest}")
    rng = np.random.default_rng(seed)
    nearer = np.zeros((len(distance), draws))
    equal = np.zeros_like(nearer)
    for i, row in enumerate(distance):
        candidates = np.flatnonzero(allowed[i])
        for draw in range(draws):
            others = row[rng.choice(candidates, pool - 1, replace=False)]
            nearer[i, draw] = (others < row[i]).sum()
            equal[i, draw] = (others == row[i]).sum()
    return nearer, equal


def diversity(
    rows: FloatArray, groups: Sequence[str] | None = None, *, resamples: int = 500, level: float = LEVEL, seed: int = 0
) -> Interval:
    """Eq. 11: mean Euclidean distance of pairs, one piece from each of two random halves of the set.

    The paper parts the set once, at random. We give the mean over all partings, which is the mean distance of two
    different pieces and needs no chance. The scale is the extractor's, so the figure means something beside that of
    real music only.

    Args:
        rows: scaled features, float64 `[W, D]`.
        groups: song of each row; the interval draws songs.
        resamples, level, seed: of the interval.

    Returns:
        NaN with fewer than two rows.
    """
    n = len(rows)
    if n < 2:
        return Interval(math.nan, math.nan, math.nan, n)
    distance = _distances(rows, rows)

    def mean_of_pairs(drawn: IntArray) -> float:
        counts = np.bincount(drawn, minlength=n).astype(np.float64)
        pairs = counts.sum() ** 2 - (counts**2).sum()  # a piece beside itself is no pair
        return float(counts @ distance @ counts / pairs) if pairs > 0 else math.nan

    return statistic_interval(mean_of_pairs, n, groups, resamples=resamples, level=level, seed=seed)
