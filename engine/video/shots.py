"""From frame curves to shots: hard cuts, dissolves and fades. Pure and fast, so that a slider can call it.

Every candidate has a strength that does not depend on the sensitivity, candidates that lie too close to a stronger one
are dropped beforehand, and the sensitivity only moves the threshold. So what a lower sensitivity finds, a higher one
finds too.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.signals import FrameSignals
from engine.timebase import Shot, Transition
from engine.video.cuts import abruptness

MIN_SHOT_S: Final = 0.24
"""Hard cuts nearer than this to a stronger one are not shots of their own (fast montages keep theirs)."""

MIN_GRADUAL_S: Final = 0.4
"""A dissolve or fade lies at least so far from any stronger transition."""

_RANGE: Final = 3.0
"""The threshold is 3 at sensitivity 0, 1 at 0.5 and a third at 1."""

_GRADUAL_CHANGE: Final = 0.055
_SHOULDER_S: Final = 1.0
_BLANK_CONTRAST: Final = 0.05
_FLASH: Final = 0.6
_FLASH_BEFORE_S: Final = 0.2

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A place where a new shot may begin. `strength` 1 is the default threshold; `salience` as in `Shot`."""

    frame: int
    time_s: float
    strength: float
    kind: Transition
    salience: float

    @property
    def gap_s(self) -> float:
        """How far it keeps from stronger ones."""
        return MIN_GRADUAL_S if self.kind in ("dissolve", "fade") else MIN_SHOT_S


def detect_shots(signals: FrameSignals, *, sensitivity: float = 0.5) -> tuple[Shot, ...]:
    """The shots of a video, covering it without gaps; the first begins at 0.

    Args:
        sensitivity: 0 (the hardest cuts only) .. 1 (every change); a higher one finds all that a lower one finds.

    A hard cut is dated by the first frame of the new shot, a dissolve or fade by its middle; times are exact.
    A shot shorter than `MIN_SHOT_S` exists only at the very start, where files carry a poster frame.
    """
    threshold = _RANGE ** (1 - 2 * sensitivity)
    kept = [(cut, start_s) for cut, start_s in _candidates(signals) if cut.strength >= threshold]
    cuts = [cut for cut, _ in kept]
    starts = [Fraction(0), *(start_s for _, start_s in kept), signals.info.duration_s]
    shots = [Shot(0, starts[0], starts[1], "start", 1.0)]
    for i, cut in enumerate(cuts, start=1):
        shots.append(Shot(i, starts[i], starts[i + 1], cut.kind, cut.salience))
    return tuple(shots)


@lru_cache(maxsize=2)
def _candidates(signals: FrameSignals) -> tuple[tuple[_Candidate, Fraction], ...]:
    """All candidates that no stronger one displaces, in order of time, with their exact times; kept, so that a slider
    waits for them once."""
    times_s = signals.times_s
    found = sorted([*_abrupt(signals, times_s), *_gradual(signals, times_s)], key=lambda c: (-c.strength, c.frame))
    kept: list[_Candidate] = []
    for candidate in found:
        place = bisect_left(kept, candidate.time_s, key=_time_s)
        if all(_have_room(candidate, other) for other in kept[max(0, place - 2) : place + 2]):
            kept.insert(place, candidate)
    return tuple((candidate, signals.exact_time_s(candidate.frame)) for candidate in kept)


def _time_s(candidate: _Candidate) -> float:
    return candidate.time_s


def _have_room(one: _Candidate, other: _Candidate) -> bool:
    return abs(one.time_s - other.time_s) >= max(one.gap_s, other.gap_s) - 1e-6


def _abrupt(signals: FrameSignals, times_s: FloatArray) -> list[_Candidate]:
    curves = signals.curves
    strength = abruptness(curves, times_s)
    found = []
    for frame in np.flatnonzero(strength >= 1 / _RANGE):
        change = float(curves["change"][frame])
        since = int(np.searchsorted(times_s, times_s[frame] - _FLASH_BEFORE_S))
        lit = float(curves["flash"][since : frame + 1].max())
        salience = min(1.0, (change / 0.35) ** 0.5) * min(1.0, max(0.5, float(strength[frame]) / 2))
        if times_s[frame] < MIN_SHOT_S:
            salience *= 0.25  # behind a poster frame
        kind: Transition = "flash" if lit > _FLASH else "cut"
        found.append(_Candidate(int(frame), float(times_s[frame]), float(strength[frame]), kind, salience))
    return found


def _gradual(signals: FrameSignals, times_s: FloatArray) -> list[_Candidate]:
    """Peaks of the curve `gradual`, each dated by the middle of the stretch around it above half its height."""
    curve = signals.curves["gradual"].astype(np.float64)
    contrast = signals.curves["contrast"]
    last = len(curve) - 1
    heights: list[float] = curve.tolist()
    free = curve >= _GRADUAL_CHANGE / _RANGE
    found = []
    for peak in np.argsort(-curve, kind="stable"):
        if curve[peak] < _GRADUAL_CHANGE / _RANGE:
            break
        if not free[peak] or last == 0:
            continue
        low, high = _stretch(heights, int(peak))
        free[low : high + 1] = False
        weights = curve[low : high + 1]
        middle_s = float((weights * times_s[low : high + 1]).sum() / weights.sum())
        frame = min(last, max(1, int(np.searchsorted(times_s, middle_s))))
        around = max(2, (high - low) // 2)
        blank = float(contrast[max(0, low - around) : high + around + 1].min()) < _BLANK_CONTRAST
        kind: Transition = "fade" if blank else "dissolve"
        height = float(curve[peak])
        salience = 0.7 * min(1.0, (height / 0.35) ** 0.5)
        found.append(_Candidate(frame, float(times_s[frame]), height / _GRADUAL_CHANGE, kind, salience))
    found.sort(key=_time_s)
    return [candidate for candidate in found if not _is_shoulder(candidate, found)]


def _is_shoulder(candidate: _Candidate, others: list[_Candidate]) -> bool:
    """Whether a candidate is but the foot of a transition more than twice as strong; the others in order of time."""
    first = bisect_right(others, candidate.time_s - _SHOULDER_S, key=_time_s)
    end = bisect_left(others, candidate.time_s + _SHOULDER_S, key=_time_s)
    return any(other.strength > 2 * candidate.strength for other in others[first:end])


def _stretch(curve: list[float], peak: int) -> tuple[int, int]:
    """First and last frame of the stretch around a peak in which the curve stays above half its height."""
    half = curve[peak] / 2
    low = high = peak
    while low > 0 and curve[low - 1] >= half:
        low -= 1
    while high < len(curve) - 1 and curve[high + 1] >= half:
        high += 1
    return low, high
