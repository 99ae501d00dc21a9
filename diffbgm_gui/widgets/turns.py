"""How much may be drawn anew in one turn of the event loop, so that the next key or move of the mouse is heard soon.

The rows on a time axis all go out of date at once when it is zoomed or a cut moves. What does not fit into a turn keeps
its old picture, stretched to where it belongs, and is drawn in one of the next turns.
"""

from __future__ import annotations

import time
from typing import Final, Protocol

from PySide6.QtCore import QObject, QThread, QTimer

TURN_S: Final = 0.008
"""Drawing in one turn ends with the first row that goes beyond this."""


class Waiting(Protocol):
    """Something whose picture is out of date."""

    def draw_now(self) -> None:
        """Draw it, unless that was done in between."""


class Turns(QObject):
    """Shares the turns of the event loop among those that draw. Outside of an event loop nothing ever waits: there
    would be no later turn."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._spent_s = 0.0
        self._waiting: list[Waiting] = []
        self._next = QTimer(self, singleShot=True, interval=0)
        self._next.timeout.connect(self._begin)

    @classmethod
    def of(cls, owner: QObject) -> Turns:
        """The turns that all share who draw for one owner."""
        found = owner.findChild(cls)
        return found if isinstance(found, cls) else cls(owner)

    @property
    def is_over(self) -> bool:
        """Whether this turn has no more time for drawing."""
        return self._spent_s >= TURN_S and QThread.currentThread().loopLevel() > 0

    def spend(self, begun_s: float) -> None:
        """Count what was drawn since a time of `time.perf_counter`."""
        self._spent_s += time.perf_counter() - begun_s
        if not self._next.isActive():
            self._next.start()

    def wait(self, who: Waiting) -> None:
        """Draw somebody in a later turn; who waits already keeps their place."""
        if who not in self._waiting:
            self._waiting.append(who)
        if not self._next.isActive():
            self._next.start()

    def _begin(self) -> None:
        self._spent_s = 0.0
        while self._waiting:
            self._waiting.pop(0).draw_now()
            if self._spent_s >= TURN_S:
                break
        if self._waiting:
            self._next.start()
