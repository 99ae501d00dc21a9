"""Which frame is shown at a time: exact frame numbers for stepping, seeking and time codes."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

_HAIR_S: Final = 1e-4
"""A time so little before a frame's beginning means that frame: times pass through floats and milliseconds."""


@dataclass(frozen=True, slots=True)
class FrameGrid:
    """The frames of a film.

    Attributes:
        rate_hz: average frame rate.
        times_s: when each frame begins, in order, where that was measured; empty where frames come at `rate_hz`.
    """

    rate_hz: float = 25.0
    times_s: Sequence[float] = field(default=(), repr=False)

    @property
    def frame_s(self) -> float:
        """How long a frame lasts, on average."""
        return 1.0 / self.rate_hz

    def index(self, time_s: float) -> int:
        """Number of the frame shown at a time, from 0."""
        if len(self.times_s):
            return max(0, bisect.bisect_right(self.times_s, time_s + _HAIR_S) - 1)
        return max(0, int((time_s + _HAIR_S) * self.rate_hz))

    def start_s(self, index: int) -> float:
        """When a frame begins; behind the last frame known they go on at the average rate."""
        index = max(0, index)
        n = len(self.times_s)
        if index < n:
            return float(self.times_s[index])
        return float(self.times_s[-1]) + (index - n + 1) * self.frame_s if n else index * self.frame_s

    def middle_s(self, time_s: float) -> float:
        """The middle of the frame shown at a time: what to ask a player for that rounds times."""
        index = self.index(time_s)
        return (self.start_s(index) + self.start_s(index + 1)) / 2

    def step(self, time_s: float, frames: int) -> float:
        """The beginning of the frame so many frames on, or back."""
        return self.start_s(self.index(time_s) + frames)


def timecode(seconds: float, rate_hz: float) -> str:
    """hh:mm:ss.ff, counting frames within each second at the film's rate (non-drop)."""
    seconds = max(0.0, seconds) + _HAIR_S
    whole = int(seconds)
    frame = min(int((seconds - whole) * rate_hz), max(0, round(rate_hz) - 1))
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}.{frame:02d}"
