"""Pictures of the window in named situations, reached by doing what a user does; nothing in them is staged."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from diffbgm_gui.main_window import MainWindow
from diffbgm_gui.run_state import Phase, RunViewState
from engine.resources import find_resource

SCENES: Final = ("empty", "loaded", "generating", "done")
_SETTLE_MS: Final = 1200
_LIMIT_MS: Final = 300_000

logger = logging.getLogger(__name__)


class SceneTaker(QObject):
    """Brings a window to a scene and writes its picture; `finished(status)` once, 0 if it is written."""

    finished = Signal(int)

    def __init__(self, window: MainWindow, *, scene: str, output: Path, video: Path | None = None) -> None:
        super().__init__(window)
        self._window, self._scene, self._output = window, scene, output
        self._video = video if video is not None else find_resource("demo", "demo.mp4")
        self._asked = self._done = False

    def start(self) -> None:
        self._window.setFixedSize(1440, 900)
        self._after(_LIMIT_MS, self._give_up)
        if self._scene == "empty":
            self._take_soon()
        elif self._video is None:
            self._end(1, "there is no video to show")
        else:
            self._window.state_changed.connect(self._watch)
            self._window.studio.document_changed.connect(lambda _document: self._watch(self._window.state))
            self._window.studio.open_video(self._video)

    def _watch(self, state: RunViewState) -> None:
        if self._done:
            return
        if state.notice is not None and state.notice.kind == "error":
            self._end(1, state.notice.message)
        elif self._is_reached(state):
            self._take_soon()
        elif state.phase is Phase.READY and self._scene != "loaded" and not self._asked:
            self._asked = True
            self._window.generate()

    def _is_reached(self, state: RunViewState) -> bool:
        if self._scene == "loaded":
            return state.phase is Phase.READY
        if self._scene == "generating":
            return state.n_steps > 0 and state.step >= 0.4 * state.n_steps
        return self._window.studio.document.take is not None and state.phase is Phase.READY

    def _take_soon(self) -> None:
        self._done = True
        if self._scene == "generating":
            self._take()  # the moment would be gone
            return
        self._window.player.seek(0.3 * self._window.state.duration_s)
        self._after(_SETTLE_MS, self._take)

    def _take(self) -> None:
        written = self._window.grab().save(str(self._output))
        self._end(0 if written else 1, "" if written else f"{self._output} could not be written")

    def _give_up(self) -> None:
        self._end(1, "the scene was not reached in time")

    def _after(self, milliseconds: int, call: Callable[[], None]) -> None:
        """Call later, unless this object is gone by then."""
        timer = QTimer(self, singleShot=True)
        timer.timeout.connect(call)
        timer.start(milliseconds)

    def _end(self, status: int, problem: str = "") -> None:
        if problem:
            logger.error("%s", problem)
        self._done = True
        self.finished.emit(status)
