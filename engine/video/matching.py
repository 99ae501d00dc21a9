"""Which parts of a re-cut video are parts of the earlier cut: shots matched by what they show, not by their place.

Both videos are compared through curves that a decode pass measured anyway (brightness, colour, contrast, detail), as
they run along each shot. A shot may have been trimmed at either end, moved, or left as it was; a re-encoded copy
differs by a little noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.signals import FrameSignals
from engine.timebase import Shot

Array = NDArray[np.float64]

LEVELS: Final = ("brightness", "saturation", "contrast", "colourfulness", "warmth", "detail")
RATE_HZ: Final = 25.0
COARSE: Final = 10
"""The first look takes each tenth sample."""
SMALLEST_SCALE: Final = 0.02
"""A curve that hardly moves over the whole video still counts differences in this unit."""
ALIKE: Final = 0.25
"""Mean distance, in standard deviations of the earlier video's curves, below which two stretches show the same."""
SHORTEST_S: Final = 0.4
AS_GOOD: Final = 0.05
"""A fit that goes on as the shot before did is taken when it is worse than the best by no more than this."""
BRIDGED_S: Final = 2.0
"""What is unlike for no longer than this between two stretches that go on alike is bridged: a fade, a title."""
SHARE_LOSS: Final = 0.15
"""What leaving all of a shot unmatched costs: of two fits the one that explains more of the shot is better."""


@dataclass(frozen=True, slots=True)
class KeptSpan:
    """A stretch of the new video, `[new_start_s, new_end_s)`, that shows the earlier one from `old_start_s` on."""

    old_start_s: Fraction
    new_start_s: Fraction
    new_end_s: Fraction

    @property
    def shift_s(self) -> Fraction:
        """New time minus old time."""
        return self.new_start_s - self.old_start_s

    @property
    def old_end_s(self) -> Fraction:
        return self.new_end_s - self.shift_s


def match_videos(
    old: FrameSignals, old_shots: Sequence[Shot], new: FrameSignals, new_shots: Sequence[Shot]
) -> tuple[KeptSpan, ...]:
    """What of a new cut is known from the old one, in the order of the new video.

    Neighbouring shots that follow each other as they did before make one span.
    """
    before, after = _Levels.of(old), _Levels.of(new)
    scale = np.maximum(before.values.std(0), SMALLEST_SCALE)
    before, after = before.scaled(scale), after.scaled(scale)
    frame_s = 1 / min(old.info.frame_rate, new.info.frame_rate)
    spans: list[KeptSpan] = []
    for shot in new_shots:
        expected = spans[-1].shift_s if spans else Fraction(0)
        found = _best_match(after, shot, before, old_shots, expected, frame_s)
        if found is not None:
            spans.append(found)
    return _merged(spans, frame_s)


@dataclass(frozen=True, slots=True, eq=False)
class _Levels:
    """Level curves of a video at `RATE_HZ`, f64 `[n, len(LEVELS)]`."""

    values: Array

    @classmethod
    def of(cls, signals: FrameSignals) -> _Levels:
        times_s = np.arange(0, float(signals.info.duration_s), 1 / RATE_HZ)
        frame = np.clip(np.searchsorted(signals.times_s, times_s + 1e-6, "right") - 1, 0, None)
        columns = [np.nan_to_num(signals.curves[name].astype(np.float64))[frame] for name in LEVELS]
        return cls(np.stack(columns, 1))

    def scaled(self, scale: Array) -> _Levels:
        return _Levels(self.values / scale)

    def of_shot(self, shot: Shot) -> Array:
        """The samples that lie in a shot, at least one."""
        first = int(np.ceil(float(shot.start_s) * RATE_HZ - 1e-6))
        end = int(np.ceil(float(shot.end_s) * RATE_HZ - 1e-6))
        first = min(first, len(self.values) - 1)
        return self.values[first : max(end, first + 1)]


@dataclass(frozen=True, slots=True)
class _Fit:
    """How well a new shot fits an old one: the new shot's sample 0 lies `lag` samples into the old one."""

    cost: float
    distance: float
    lag: int


def _best_match(
    after: _Levels, shot: Shot, before: _Levels, old_shots: Sequence[Shot], expected: Fraction, frame_s: Fraction
) -> KeptSpan | None:
    mine = after.of_shot(shot)
    best: tuple[float, KeptSpan] | None = None
    for old in old_shots:
        as_before = round((shot.start_s - expected - old.start_s) * Fraction(RATE_HZ))
        fit = _fit(mine, before.of_shot(old), as_before)
        if fit is None or fit.distance > ALIKE:
            continue
        span = _span(shot, old, fit, expected, frame_s)
        stays = abs(span.shift_s - expected) <= 2 * frame_s
        cost = fit.cost - (0.02 if stays else 0.0)
        if best is None or cost < best[0]:
            best = (cost, span)
    return None if best is None else best[1]


def _fit(mine: Array, theirs: Array, as_before: int) -> _Fit | None:
    """The best lag, searched coarsely, then to the sample; None when the two cannot overlap enough.

    The lag with which the shot before fitted is kept when it is as good: still pictures fit anywhere.
    """
    rough = _lagged(mine[::COARSE], theirs[::COARSE], range(-(len(mine) // COARSE), len(theirs) // COARSE + 1), COARSE)
    if rough is None:
        return None
    centre = rough.lag * COARSE
    best = _lagged(mine, theirs, range(centre - 2 * COARSE, centre + 2 * COARSE + 1), 1)
    steady = _lagged(mine, theirs, range(as_before, as_before + 1), 1)
    if best is not None and steady is not None and steady.cost <= best.cost + AS_GOOD and steady.distance <= ALIKE:
        return steady
    return best


def _lagged(mine: Array, theirs: Array, lags: range, coarse: int) -> _Fit | None:
    shortest = max(1, round(SHORTEST_S * RATE_HZ / coarse))
    wanted = min(len(mine), len(theirs))
    best: _Fit | None = None
    for lag in sorted(lags, key=abs):
        low, high = max(0, -lag), min(len(mine), len(theirs) - lag)
        overlap = high - low
        if overlap < min(shortest, wanted) or overlap < 0.3 * wanted or overlap < 1:
            continue
        distance = float(np.abs(mine[low:high] - theirs[low + lag : high + lag]).mean())
        cost = distance + SHARE_LOSS * (1 - overlap / max(len(mine), 1))
        if best is None or cost < best.cost - 1e-9:
            best = _Fit(cost, distance, lag)
    return best


def _span(shot: Shot, old: Shot, fit: _Fit, expected: Fraction, frame_s: Fraction) -> KeptSpan:
    """The overlap in exact times: at the shift of the shot before where it is that one to a frame or so; else ends that
    lie within two frames of each other are taken as the same instant."""
    lag_s = Fraction(fit.lag) / Fraction(RATE_HZ)
    as_before_s = shot.start_s - expected - old.start_s
    if abs(lag_s - as_before_s) <= 1.5 * frame_s:
        lag_s = as_before_s
    elif abs(lag_s) <= 2 * frame_s:
        lag_s = Fraction(0)
    elif abs(lag_s - (old.duration_s - shot.duration_s)) <= 2 * frame_s:
        lag_s = old.duration_s - shot.duration_s
    start_s = max(shot.start_s, shot.start_s - lag_s)
    end_s = min(shot.end_s, shot.start_s - lag_s + old.duration_s)
    return KeptSpan(old.start_s + lag_s + (start_s - shot.start_s), start_s, end_s)


def _merged(spans: Sequence[KeptSpan], frame_s: Fraction) -> tuple[KeptSpan, ...]:
    """Spans joined where both videos run on without a jump; the first one's shift holds for all."""
    merged: list[KeptSpan] = []
    for span in spans:
        last = merged[-1] if merged else None
        if (
            last is not None
            and abs(span.shift_s - last.shift_s) <= 1.5 * frame_s
            and span.new_start_s - last.new_end_s <= BRIDGED_S
        ):
            merged[-1] = KeptSpan(last.old_start_s, last.new_start_s, span.new_end_s)
        else:
            merged.append(span)
    return tuple(merged)
