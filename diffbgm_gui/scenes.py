"""Pictures of the window in named situations, reached by doing what a user does; nothing in them is staged."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import QCoreApplication, QObject, QPoint, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QDialog

from diffbgm_gui.document import change_take, select_take, toggle_marker, toggle_star, with_settings
from diffbgm_gui.main_window import MainWindow
from diffbgm_gui.preferences import AppSettings, Preferences
from diffbgm_gui.run_state import Phase
from engine.music.region import Region, Selection
from engine.resources import find_resource
from engine.timebase import STEPS_PER_BAR

SCENES: Final = (
    "empty", "loaded", "generating", "takes", "compare", "editing", "export", "preferences", "help", "about", "error",
)  # fmt: skip
SIZE_PX: Final = (1440, 900)
_SETTLE_MS: Final = 1200
_TICK_MS: Final = 20
_LIMIT_MS: Final = 300_000

logger = logging.getLogger(__name__)

Steps = Iterator[Callable[[], bool]]
"""A way to a situation: what it yields is waited for."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture to take.

    Attributes:
        name: one of `SCENES`.
        output: the PNG to write.
        video: the film in it; the demo when None.
        language, theme: as in the preferences.
        size_px: of the window, before scaling.
    """

    name: str
    output: Path
    video: Path | None = None
    language: str = "en"
    theme: str = "dark"
    size_px: tuple[int, int] = SIZE_PX


def picture_preferences(scene: Scene) -> Preferences:
    """Preferences for a picture: neither read nor kept."""
    return Preferences(settings=AppSettings(language=scene.language, theme=scene.theme))


class SceneTaker(QObject):
    """Brings a window to a scene and writes its picture; `finished(status)` once, 0 if it is written."""

    finished = Signal(int)

    def __init__(self, window: MainWindow, scene: Scene) -> None:
        super().__init__(window)
        self._window, self._scene = window, scene
        self._video = scene.video if scene.video is not None else find_resource("demo", "demo.mp4")
        self._folder = tempfile.TemporaryDirectory(prefix="diffbgm-scene-", ignore_cleanup_errors=True)
        self._steps: Steps = iter(())
        self._until: Callable[[], bool] = lambda: True
        self._is_over = False
        self._timer = QTimer(self, interval=_TICK_MS)
        self._timer.timeout.connect(self._go_on)

    def start(self) -> None:
        """Begin; `finished` tells how it went."""
        self._window.setFixedSize(*self._scene.size_px)
        self._after(_LIMIT_MS, lambda: self._end("the scene was not reached in time"))
        if self._video is None and self._scene.name not in ("empty", "preferences"):
            self._end("there is no video to show")
            return
        self._steps = getattr(self, f"_{self._scene.name}")()
        self._timer.start()

    def _go_on(self) -> None:
        notice = self._window.state.notice
        if notice is not None and notice.kind == "error" and self._scene.name != "error":
            self._end(notice.message)
        elif self._until():
            try:
                self._until = next(self._steps)
            except StopIteration:
                self._timer.stop()
                self._after(0 if self._scene.name == "generating" else _SETTLE_MS, self._take)

    # -- the scenes ------------------------------------------------------------------------------------------------

    def _empty(self) -> Steps:
        yield lambda: True

    def _loaded(self) -> Steps:
        assert self._video is not None
        window = self._window
        window.open(self._video)
        yield self._is_ready
        window.studio.close_notice()
        window.studio.edit(
            QCoreApplication.translate("Panel", "Seed"), lambda document: with_settings(document, seed=7)
        )
        window.player.seek(0.3 * window.state.duration_s)

    def _generating(self) -> Steps:
        yield from self._loaded()
        state = self._window.studio
        state.generate()
        yield lambda: state.state.n_steps > 0 and state.state.step >= 0.4 * state.state.n_steps

    def _takes(self) -> Steps:
        yield from self._loaded()
        studio = self._window.studio
        studio.generate(takes=4)
        yield lambda: len(studio.document.takes) == 4 and not studio.state.is_busy
        best = max(studio.document.takes, key=lambda entry: entry.hit_share or 0.0)
        studio.edit("star", lambda document: change_take(document, best.id, starred=True))
        studio.edit("select", lambda document: select_take(document, best.id))
        yield lambda: studio.audible(best.id) is not None

    def _compare(self) -> Steps:
        yield from self._loaded()
        window, studio = self._window, self._window.studio
        studio.generate(takes=2)
        yield lambda: len(studio.document.takes) == 2 and not studio.state.is_busy
        window.takes.swap()
        window.takes.compare_button.click()
        yield lambda: studio.audible(studio.document.current) is not None

    def _one_take(self) -> Steps:
        yield from self._loaded()
        studio = self._window.studio
        self._window.generate()
        yield lambda: studio.document.take is not None and not studio.state.is_busy
        yield lambda: studio.audible(studio.document.current) is not None

    def _editing(self) -> Steps:
        yield from self._one_take()
        window, studio = self._window, self._window.studio
        cuts = [shot.start_s for shot in studio.shots[1:]]
        if cuts:
            automatic, starred = studio.stars, cuts[len(cuts) // 2]
            studio.edit("star", lambda document: toggle_star(document, starred, automatic=automatic))
        here = studio.shots[-1].end_s / 3
        studio.edit("mark", lambda document: toggle_marker(document, here, "kites"))
        studio.lock(Region(steps=(0, 2 * STEPS_PER_BAR)))
        studio.reroll(Selection((Region(steps=(STEPS_PER_BAR, 5 * STEPS_PER_BAR)),)), seed=11)
        yield lambda: len(studio.document.takes) == 2 and not studio.state.is_busy
        window.axis.zoom_by(3.0, 0.0)
        window.player.seek(0.12 * window.state.duration_s)
        yield lambda: studio.audible(studio.document.current) is not None

    def _export(self) -> Steps:
        yield from self._one_take()
        self._window.show_export()
        yield lambda: self._dialog() is not None

    def _preferences(self) -> Steps:
        if self._video is not None:
            yield from self._loaded()
        self._window.show_preferences()
        yield lambda: self._dialog() is not None

    def _help(self) -> Steps:
        yield from self._loaded()
        self._window.commands["shortcuts"].trigger()

    def _about(self) -> Steps:
        yield from self._loaded()
        self._window.commands["about"].trigger()
        yield lambda: self._dialog() is not None

    def _error(self) -> Steps:
        yield from self._loaded()
        broken = Path(self._folder.name) / "broken.dbgm"
        broken.write_bytes(b"cut short")
        self._window.studio.saved = self._window.studio.document
        self._window.open(broken)
        yield lambda: self._window.state.notice is not None
        self._window.message.details_button.click()

    # -- taking the picture ----------------------------------------------------------------------------------------

    def _is_ready(self) -> bool:
        return self._window.state.phase is Phase.READY

    def _dialog(self) -> QDialog | None:
        return next((dialog for dialog in self._window.findChildren(QDialog) if dialog.isVisible()), None)

    def _take(self) -> None:
        picture = self._window.grab()
        dialog = self._dialog()
        if dialog is not None:
            self._lay_upon(picture, dialog)
        written = picture.save(str(self._scene.output))
        self._end("" if written else f"{self._scene.output} could not be written")

    def _lay_upon(self, picture: QPixmap, dialog: QDialog) -> None:
        """A dialog is a window of its own; it is drawn in the middle, where it opens."""
        painter = QPainter(picture)
        painter.fillRect(picture.rect(), QColor(0, 0, 0, 90))
        middle = (self._window.rect().center() - dialog.rect().center()) if dialog.size().isValid() else QPoint()
        painter.drawPixmap(middle, dialog.grab())
        painter.end()

    def _after(self, milliseconds: int, call: Callable[[], None]) -> None:
        """Call later, unless this object is gone by then."""
        timer = QTimer(self, singleShot=True)
        timer.timeout.connect(call)
        timer.start(milliseconds)

    def _end(self, problem: str = "") -> None:
        if self._is_over:
            return
        self._is_over = True
        self._timer.stop()
        self._folder.cleanup()
        if problem:
            logger.error("%s", problem)
        self.finished.emit(1 if problem else 0)
