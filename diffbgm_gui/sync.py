"""Keeping the picture with the sound: when to leave it alone, when to nudge its speed, when to let it jump."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from statistics import median
from typing import Final

JUMP_S: Final = 0.25
"""Further apart than this the picture jumps."""
MOST_NUDGE: Final = 0.08
_CATCH_UP_S: Final = 0.5
"""A nudge is as strong as makes good the difference in so long."""
_SETTLE_S: Final = 0.8
"""After a jump the player is left alone for so long."""
_SEEN: Final = 3


@dataclass(slots=True)
class Follower:
    """Decides from differences between picture and sound, positive where the picture is ahead.

    Attributes:
        tolerance_s: differences up to this are left alone.
    """

    tolerance_s: float = 0.015
    _seen: deque[float] = field(default_factory=lambda: deque(maxlen=_SEEN))
    _quiet_until: float = 0.0
    _nudging: bool = False

    def began(self, now_s: float) -> None:
        """The picture was started or sent somewhere: what is measured in the next moments says little."""
        self._seen.clear()
        self._quiet_until = now_s + _SETTLE_S
        self._nudging = False

    def decide(self, ahead_s: float, now_s: float) -> float | None:
        """What to do: None is a jump, 1.0 the film's speed, anything else the factor of a nudge."""
        self._seen.append(ahead_s)
        if now_s < self._quiet_until and abs(ahead_s) < 2 * JUMP_S:
            return 1.0
        if len(self._seen) < _SEEN:
            return 1.0
        ahead = median(self._seen)
        if abs(ahead) > JUMP_S:
            return None
        limit = self.tolerance_s / 3 if self._nudging else self.tolerance_s
        self._nudging = abs(ahead) > limit
        if not self._nudging:
            return 1.0
        return 1.0 - max(-MOST_NUDGE, min(MOST_NUDGE, ahead / _CATCH_UP_S))
