"""From what a picture does to what music is asked for: monotone, in three documented steps.

    measure x  --Scale-->  activity a  --place-->  position p  --to_values-->  value of a control
    its unit               0..1, absolute          0..1, quantile of the       the control's own unit
                                                   corpus

**Scale** is absolute: a speed of half a picture width per second is the same activity in every video. **place** blends
that with the video's own ranks, so that a quiet film still uses some of the range that music has, yet far less of it
than a wild one. **to_values** reads the position off the corpus' percentiles, so that whatever is asked for occurs
in real music. Every step is non-decreasing: of two beats of one video, the livelier never gets less. NaN means unknown
and stays NaN.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.music.controls import DYNAMIC, HIT_COLUMNS, SEMANTIC

FloatArray = NDArray[np.float32]

N_PERCENTILES: Final = 101
_EDGE: Final = 1e-3


@dataclass(frozen=True, slots=True)
class Scale:
    """An absolute measure as activity 0..1: `a = x^power / (x^power + half^power)` (Naka and Rushton 1966).

    Attributes:
        half: where activity is one half, in the unit of the measure.
        power: steepness; below 1 the measure may span decades, as speed does.
    """

    half: float
    power: float = 1.0

    def __post_init__(self) -> None:
        if self.half <= 0 or self.power <= 0:
            raise ValueError("a scale needs a positive half point and power")

    def __call__(self, values: FloatArray) -> FloatArray:
        """Activity of each value; what lies below 0 counts as 0."""
        ratio = (np.maximum(values, 0).astype(np.float64) / self.half) ** self.power
        return (1 - 1 / (1 + ratio)).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Placement:
    """How absolute activity becomes a position in the corpus; see `place`.

    Attributes:
        relative: share of the video's own ranks, 0..1; the rest is absolute.
        full_spread: difference between the 10th and the 90th percentile of activity at which ranks use `reach`.
        reach: share of the way to either end of the corpus that the ranks of such a video go.
        low, high: positions of no and of full activity; the corners of a corpus hold its oddities.
    """

    relative: float = 0.75
    full_spread: float = 0.25
    reach: float = 0.95
    low: float = 0.06
    high: float = 0.96


def either(*parts: FloatArray) -> FloatArray:
    """Activity of several causes, `1 - product of (1 - part)`: any of them suffices, together they do more.

    Parts are 0..1. An unknown part (NaN) is left out where another is known.
    """
    stack = np.stack([np.asarray(part, np.float32) for part in parts])
    known = np.isfinite(stack)
    rest = np.where(known, 1 - np.clip(stack, 0, 1), 1).prod(0)
    return np.where(known.any(0), 1 - rest, np.nan).astype(np.float32)


def ranks(values: FloatArray) -> FloatArray:
    """Each value's place among the known ones, 0..1; equal values share the mean of their places."""
    out = np.full(values.shape, np.nan, np.float32)
    known = np.isfinite(values)
    ordered = np.sort(values[known])
    if ordered.size:
        below = np.searchsorted(ordered, values[known], "left")
        up_to = np.searchsorted(ordered, values[known], "right")
        out[known] = (below + up_to) / (2 * ordered.size)
    return out


def place(activity: FloatArray, placement: Placement = Placement()) -> FloatArray:
    """Positions in the corpus for the activities of one video, non-decreasing in activity.

    The median activity m of the video is the centre. Rank r goes from `m (1 - s)` at r = 0 over m at r = 1/2 to
    `m + s (1 - m)` at r = 1, where the spread s grows with the video's own variation up to `reach`. That is blended
    with the activity itself:

        p = low + (high - low) * ((1 - relative) * a + relative * ranked)

    A still picture has s = 0 and one position throughout.

    Args:
        activity: absolute activity 0..1, f32 `[T]`; NaN is unknown and stays so.
    """
    known = np.isfinite(activity)
    if not known.any():
        return np.full(activity.shape, np.nan, np.float32)
    tenth, centre, ninetieth = np.percentile(activity[known], (10, 50, 90))
    spread = placement.reach * min(1.0, float(ninetieth - tenth) / placement.full_spread)
    deviation = 2 * ranks(activity).astype(np.float64) - 1
    ranked = centre + spread * deviation * np.where(deviation < 0, centre, 1 - centre)
    mixed = np.clip((1 - placement.relative) * activity.astype(np.float64) + placement.relative * ranked, 0, 1)
    return np.asarray(placement.low + (placement.high - placement.low) * mixed, np.float32)


def to_values(positions: FloatArray, percentiles: FloatArray) -> FloatArray:
    """Values at quantile positions 0..1 of a corpus, f32, within its range, non-decreasing in the position.

    Some controls take few values (an onset count has no fractions), so that one value spans many percentiles. Such a
    value is put at the middle of its span, and what lies between two of them is interpolated: a curve keeps its shape.

    Args:
        percentiles: the 0th to the 100th, f32 `[101]`, non-decreasing.

    Raises:
        ValueError: for percentiles of another shape, out of order or not finite.
    """
    grid, values = _middles(percentiles)
    return _interpolate(positions, grid, values)


def to_positions(values: FloatArray, percentiles: FloatArray) -> FloatArray:
    """Quantile positions 0..1 of values, f32: the inverse of `to_values`."""
    grid, known = _middles(percentiles)
    return _interpolate(values, known, grid)


def _interpolate(x: FloatArray, xs: NDArray[np.float64], ys: NDArray[np.float64]) -> FloatArray:
    """Linear in between, held beyond the ends; unknown stays unknown, also in a table of one entry."""
    return np.where(np.isfinite(x), np.interp(x, xs, ys), np.nan).astype(np.float32)


def _middles(percentiles: FloatArray | Sequence[float]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The distinct values of a table, rising, and the middle of each one's span, 0..1."""
    table = np.asarray(percentiles, np.float64)
    if table.shape != (N_PERCENTILES,) or not np.isfinite(table).all() or (np.diff(table) < 0).any():
        raise ValueError(f"percentiles must be {N_PERCENTILES} finite numbers in order")
    values, first, count = np.unique(table, return_index=True, return_counts=True)
    return (first + (count - 1) / 2) / (N_PERCENTILES - 1), values


def transfer(activity: FloatArray, percentiles: FloatArray, placement: Placement = Placement()) -> FloatArray:
    """`place`, then `to_values`: a video's activity 0..1 as values of a control, f32 `[T]`.

    Non-decreasing in activity, within the corpus' range, NaN where activity is.
    """
    return to_values(place(activity, placement), percentiles)


def shift(positions: FloatArray, target: float, strength: float) -> FloatArray:
    """Positions moved towards a target, keeping their order and some of their variation.

    Works on log odds, so that nothing leaves 0..1: all move by `strength` times the distance between the target and
    their median. Where all are unknown, the target stands in for them.

    Args:
        target: position 0..1.
        strength: 0 leaves them alone, 1 puts their median on the target.
    """
    if strength <= 0:
        return positions
    known = np.isfinite(positions)
    if not known.any():
        return np.full(positions.shape, target, np.float32)
    centre = float(np.median(positions[known]))
    moved = _log_odds(positions) + strength * float(_log_odds(np.float64(target)) - _log_odds(np.float64(centre)))
    return (1 / (1 + np.exp(-moved))).astype(np.float32)


def _log_odds(positions: NDArray[np.floating] | np.floating) -> NDArray[np.float64]:
    inside = np.clip(np.asarray(positions, np.float64), _EDGE, 1 - _EDGE)
    return np.asarray(np.log(inside / (1 - inside)))


def measure_quantiles(dynamic: FloatArray, semantic: FloatArray) -> dict[str, FloatArray]:
    """The 101 percentiles of every control over a corpus, NaN left out; hits have none.

    Args:
        dynamic, semantic: rows of all beats, `[M, len(DYNAMIC)]` and `[M, len(SEMANTIC)]`.
    """
    hits = DYNAMIC[HIT_COLUMNS]
    columns = {name: dynamic[:, i] for i, name in enumerate(DYNAMIC) if name not in hits}
    columns |= {name: semantic[:, i] for i, name in enumerate(SEMANTIC)}
    grid = np.linspace(0, 100, N_PERCENTILES)
    return {
        name: np.nanpercentile(column.astype(np.float64), grid).astype(np.float32) for name, column in columns.items()
    }


def require_quantiles(quantiles: Mapping[str, FloatArray]) -> None:
    """Refuse a table that lacks a control.

    Raises:
        ValueError: naming what is missing.
    """
    missing = sorted({*DYNAMIC, *SEMANTIC} - set(DYNAMIC[HIT_COLUMNS]) - set(quantiles))
    if missing:
        raise ValueError(f"no percentiles of {', '.join(missing)}")
