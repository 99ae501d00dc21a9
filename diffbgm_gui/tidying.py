"""Python's full garbage collections wait for a moment in which nobody feels them.

With an hour of film open one takes a sixth of a second (measured), in the middle of whatever the user drags. So the
collector's oldest generation is looked through only after a quarter of a minute without edits, events, zoom or a moving
playhead; the younger two are collected as ever, and what has no cycles is freed at once as ever.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QTimer, SignalInstance

QUIET_MS: Final = 15_000
NEVER: Final = 1_000_000
_USUAL: Final = gc.get_threshold()
_WORTH: Final = 5
"""So many collections of the second generation must have gone by since the last full one."""


class IdleCollector(QObject):
    """Collects fully when none of some signals came for a while and nothing is at work."""

    def __init__(
        self, *signs_of_life: SignalInstance, is_busy: Callable[[], bool], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._is_busy = is_busy
        self._quiet = QTimer(self, singleShot=True, interval=QUIET_MS)
        self._quiet.timeout.connect(self._collect)
        self._has_frozen = False
        for sign in signs_of_life:
            sign.connect(self._wait)
        gc.set_threshold(_USUAL[0], _USUAL[1], NEVER)
        self._quiet.start()

    def _wait(self, *_: object) -> None:
        self._quiet.start()

    def _collect(self) -> None:
        if self._is_busy():
            self._quiet.start()
        elif not self._has_frozen:  # what the program itself consists of need never be looked through
            gc.freeze()
            self._has_frozen = True
        elif gc.get_count()[2] >= _WORTH:
            gc.collect()

    def stop(self) -> None:
        """Leave the collector as it was found."""
        self._quiet.stop()
        gc.set_threshold(*_USUAL)
