"""Python's garbage is collected on the window's thread, and fully in a moment in which nobody feels it.

Left to itself the collector runs on whichever thread allocates next. On a worker's it would destroy what belongs to the
window's, timers and pictures among it, and Qt does not survive that. So it is switched off while there is a window, and
a timer looks for young garbage instead. What has no cycles is freed at once as ever.

With an hour of film open a full collection takes a sixth of a second (measured), in the middle of whatever the user
drags. So the oldest generation is looked through only after a quarter of a minute without edits, events, zoom or a
moving playhead.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import ClassVar, Final

from PySide6.QtCore import QObject, QTimer, SignalInstance

QUIET_MS: Final = 15_000
YOUNG_MS: Final = 100
"""Young garbage is looked for so often: in so short a time little of it comes together."""
_WORTH: Final = 5
"""So many collections of the second generation must have gone by since the last full one."""


class WindowCollector(QObject):
    """Collects on the thread that it lives on: young garbage often, all of it when no signal of some came for a while
    and nothing is at work."""

    _at_work: ClassVar[int] = 0

    def __init__(
        self, *signs_of_life: SignalInstance, is_busy: Callable[[], bool], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._is_busy = is_busy
        self._young = QTimer(self, interval=YOUNG_MS)
        self._young.timeout.connect(_collect_young)
        self._quiet = QTimer(self, singleShot=True, interval=QUIET_MS)
        self._quiet.timeout.connect(self._collect)
        self._has_frozen = self._is_stopped = False
        for sign in signs_of_life:
            sign.connect(self._wait)
        WindowCollector._at_work += 1
        gc.disable()
        self._young.start()
        self._quiet.start()

    def _wait(self, *_: object) -> None:
        if not self._is_stopped:
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
        """Leave the collector as it was found, unless another window is still there."""
        if self._is_stopped:
            return
        self._is_stopped = True
        self._young.stop()
        self._quiet.stop()
        WindowCollector._at_work -= 1
        if WindowCollector._at_work == 0:
            gc.enable()


def _collect_young() -> None:
    """Look once through what was made since the last time: looking at the rest of it again would take longer."""
    if gc.get_count()[0] >= gc.get_threshold()[0]:
        gc.collect(1)
