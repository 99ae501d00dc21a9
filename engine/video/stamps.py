"""Exact frame times from the presentation stamps that files carry: missing, repeated and disordered ones mended."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

FALLBACK_RATE: Final = Fraction(25)
MAX_RATE: Final = 1000

_STANDARD_RATES: Final = tuple(
    Fraction(rate) for rate in (10, 12, 15, Fraction(24000, 1001), 24, 25, Fraction(30000, 1001), 30, 48, 50)
) + tuple(Fraction(rate) for rate in (Fraction(60000, 1001), 60, 90, 100, Fraction(120000, 1001), 120, 240))
_DISORDER_SHARE: Final = 0.05
_REFINE: Final = 1000


@dataclass(frozen=True, slots=True, eq=False)
class FrameTimes:
    """Strictly increasing stamps of F frames.

    Attributes:
        pts: int64 `[F]`.
        time_base: seconds per stamp (finer than the file's where frames shared a stamp).
        last_duration_s: how long the last frame is shown.
    """

    pts: NDArray[np.int64]
    time_base: Fraction
    last_duration_s: Fraction

    @property
    def start_s(self) -> Fraction:
        return int(self.pts[0]) * self.time_base

    @property
    def duration_s(self) -> Fraction:
        """From the first frame to the end of the last."""
        return int(self.pts[-1] - self.pts[0]) * self.time_base + self.last_duration_s


class RunningClock:
    """Stamps of frames as they come, always growing: presentation stamps as long as these are the better ordered."""

    def __init__(self) -> None:
        self.first = 0
        self._last: int | None = None
        self._latest: list[int | None] = [None, None]
        self._faults = [0, 0]

    def follow(self, pts: int | None, dts: int | None) -> int:
        """Stamps since the first frame of the next one."""
        for i, stamp in enumerate((pts, dts)):
            latest = self._latest[i]
            if stamp is None or (latest is not None and stamp <= latest):
                self._faults[i] += 1
            if stamp is not None:
                self._latest[i] = stamp
        better, other = (pts, dts) if self._faults[0] <= self._faults[1] else (dts, pts)
        stamp = better if better is not None else other
        if self._last is None:
            self.first = self._last = stamp or 0
        else:
            self._last = max(self._last + 1, stamp if stamp is not None else self._last)
        return self._last - self.first


def frame_times(
    pts: Sequence[int | None],
    dts: Sequence[int | None],
    *,
    time_base: Fraction,
    last_duration: int | None,
    claimed_rate: Fraction | None,
    claimed_end_s: Fraction | None = None,
) -> FrameTimes:
    """Mend the stamps of the frames of one stream, in the order in which the decoder gave them.

    The longest strictly increasing run of stamps is believed; the other frames are spread evenly between their
    neighbours. Where presentation stamps are in disorder and decoding stamps are not (ASF files), those serve.

    Args:
        pts, dts: presentation and decoding stamp of each frame (F >= 1), None where the file has none.
        last_duration: duration of the last frame in stamps, as the file claims it.
        claimed_rate: frames per second of the header, used only where stamps tell nothing.
        claimed_end_s: the header's end of the stream, used only for a single frame of unknown duration.
    """
    stamps = _better_stamps(pts, dts)
    keep = _increasing_run(stamps)
    rate = claimed_rate if _is_sane(claimed_rate) else FALLBACK_RATE
    assert rate is not None
    if not keep:
        return FrameTimes(np.arange(len(pts), dtype=np.int64), 1 / rate, 1 / rate)
    believed = [stamp for stamp in (stamps[i] for i in keep) if stamp is not None]
    interval = _typical_interval(keep, believed) or 1 / (rate * time_base)
    exact = _spread(len(stamps), keep, believed, interval)
    mended, base = _to_integers(exact, time_base)
    if len(pts) > 1:
        typical = interval * time_base
    elif claimed_end_s is not None and claimed_end_s > mended[0] * base:
        typical = claimed_end_s - int(mended[0]) * base
    else:
        typical = 1 / rate
    claimed = (last_duration or 0) * time_base
    single_and_known = len(pts) == 1 and claimed > 0
    return FrameTimes(mended, base, claimed if single_and_known or claimed >= typical / 2 else typical)


def _is_sane(rate: Fraction | None) -> bool:
    return rate is not None and 0 < rate <= MAX_RATE // 4


def _better_stamps(pts: Sequence[int | None], dts: Sequence[int | None]) -> list[int | None]:
    """Presentation stamps, or decoding stamps where those are in order and the others are not."""
    faults, faults_dts = _n_faults(pts), _n_faults(dts)
    if faults > _DISORDER_SHARE * len(pts) and faults_dts < faults:
        return list(dts)
    return list(pts)


def _n_faults(stamps: Sequence[int | None]) -> int:
    known = [stamp for stamp in stamps if stamp is not None]
    return len(stamps) - len(known) + sum(b <= a for a, b in pairwise(known))


def _increasing_run(stamps: Sequence[int | None]) -> list[int]:
    """Indices of the longest strictly increasing subsequence (patience sorting)."""
    tails: list[int] = []
    tail_values: list[int] = []
    before: list[int] = [-1] * len(stamps)
    for i, stamp in enumerate(stamps):
        if stamp is None:
            continue
        place = bisect_left(tail_values, stamp)
        before[i] = tails[place - 1] if place else -1
        if place == len(tails):
            tails.append(i)
            tail_values.append(stamp)
        else:
            tails[place] = i
            tail_values[place] = stamp
    run: list[int] = []
    i = tails[-1] if tails else -1
    while i >= 0:
        run.append(i)
        i = before[i]
    return run[::-1]


def _typical_interval(keep: Sequence[int], believed: Sequence[int]) -> Fraction | None:
    """Median stamps per frame over the believed frames."""
    if len(keep) < 2:
        return None
    per_frame = np.diff(believed) / np.diff(keep)
    return Fraction(float(np.median(per_frame))).limit_denominator(1000)


def _spread(n: int, keep: Sequence[int], believed: Sequence[int], interval: Fraction) -> list[Fraction | int]:
    """Stamps of all n frames: the believed ones as they are, the others evenly between, or outside at the interval."""
    exact: list[Fraction | int] = [believed[0] + (i - keep[0]) * interval for i in range(keep[0])]
    for here, after, stamp, next_stamp in zip(keep, keep[1:], believed, believed[1:], strict=False):
        exact.append(stamp)
        step = Fraction(next_stamp - stamp, after - here)
        exact.extend(stamp + j * step for j in range(1, after - here))
    exact.extend(believed[-1] + (i - keep[-1]) * interval for i in range(keep[-1], n))
    return exact


def _to_integers(exact: Sequence[Fraction | int], time_base: Fraction) -> tuple[NDArray[np.int64], Fraction]:
    """Whole stamps, on a finer time base where rounding would make two frames coincide."""
    for refine in (1, _REFINE):
        stamps = np.array([round(stamp * refine) for stamp in exact], np.int64)
        if len(stamps) < 2 or int(np.diff(stamps).min()) > 0:
            return stamps, time_base / refine
    return np.maximum.accumulate(stamps - np.arange(len(stamps))) + np.arange(len(stamps)), time_base / _REFINE


def average_rate(times: FrameTimes) -> Fraction:
    """Frames per second over the frames seen, exactly a standard rate where it is that close to one."""
    n = len(times.pts)
    if n == 1:
        return 1 / times.last_duration_s
    rate = Fraction(n - 1) / (int(times.pts[-1] - times.pts[0]) * times.time_base)
    for standard in _STANDARD_RATES:
        # Stamps in milliseconds cannot say it better than this.
        if abs(rate / standard - 1) < Fraction(1, 2000):
            return standard
    return rate.limit_denominator(100_000)


def is_variable(times: FrameTimes) -> bool:
    """Whether more than a hundredth of the frame intervals differ from the median by more than a tenth."""
    if len(times.pts) < 3:
        return False
    intervals = np.diff(times.pts)
    median = float(np.median(intervals))
    # One stamp of rounding either way is no variation.
    odd = np.abs(intervals - median) > max(0.1 * median, 1.0)
    return bool(odd.mean() > 0.01)
