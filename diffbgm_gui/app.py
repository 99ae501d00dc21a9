"""The application around the window."""

from __future__ import annotations

import logging
import sys
import threading
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from diffbgm_gui.languages import use_language
from diffbgm_gui.main_window import TITLE, MainWindow
from diffbgm_gui.preferences import AppSettings, Preferences
from diffbgm_gui.theme import apply_theme
from engine import __version__
from engine.resources import find_resource

if TYPE_CHECKING:
    from diffbgm_gui.scenes import Scene

logger = logging.getLogger(__name__)


_SWITCH_S: Final = 0.0005
"""How long a busy worker may keep the interpreter from the window's thread, which asks for it after each call of Qt."""


def make_application(arguments: list[str], settings: AppSettings | None = None) -> QApplication:
    """The one QApplication: named, themed, in the user's language."""
    settings = settings if settings is not None else AppSettings(language="en")
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(arguments)
    sys.setswitchinterval(_SWITCH_S)
    app.setApplicationName("diffbgm-studio")
    app.setApplicationDisplayName(TITLE)
    app.setOrganizationName("diffbgm")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("diffbgm-studio")
    icon = find_resource("app", "diffbgm.svg")
    if icon is not None:
        app.setWindowIcon(QIcon(str(icon)))
    use_language(app, settings.language)
    apply_theme(app, settings.theme)
    return app


def run_app(path: Path | None) -> int:
    """Show the window until it is closed; the exit status.

    Args:
        path: a video or a project to open.
    """
    preferences = Preferences()
    app = make_application(["diffbgm-studio"], preferences.current)
    window = MainWindow(preferences=preferences, remember=True, at_once=False)
    sys.excepthook = _told_by(window)
    window.show()
    loading = Loading(window)

    def go_on() -> None:
        from diffbgm_gui.diagnostics import listen

        if not window.isVisible():
            return  # closed before it was there
        window.fill()
        listen()
        if path is not None:
            window.open(path)
        else:
            window.files.offer_leftovers()

    loading.is_done.connect(go_on)
    QTimer.singleShot(0, loading.start)
    return app.exec()


class Loading(QObject):
    """Imports what the window needs on a thread of its own, while the frame is there already."""

    is_done = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._thread = threading.Thread(target=self._work, name="diffbgm-import", daemon=True)

    def start(self) -> None:
        """Begin; `is_done` tells the end."""
        self._thread.start()

    def _work(self) -> None:
        for name in _PARTS:
            try:
                import_module(f"diffbgm_gui.{name}")
            except Exception:
                logger.exception("%s does not load", name)  # it is told when the part is made
        with suppress(RuntimeError):  # the window is gone
            self.is_done.emit()


_PARTS: Final = (
    "studio", "file_flow", "menus", "playback", "words", "widgets.message_bar", "widgets.picture", "widgets.timeline",
    "widgets.roll", "widgets.takes_wall", "widgets.step_strip", "widgets.panel.side_panel",
)  # fmt: skip


def take_picture(scene: Scene) -> int:
    """Write a picture of the window in a situation; the exit status."""
    from diffbgm_gui.scenes import SceneTaker, picture_preferences

    preferences = picture_preferences(scene)
    app = make_application(["diffbgm-studio"], preferences.current)
    window = MainWindow(preferences=preferences)
    window.files.ask_to_save = lambda: "discard"
    taker = SceneTaker(window, scene)
    taker.finished.connect(app.exit)
    window.show()
    QTimer.singleShot(0, taker.start)
    status = app.exec()
    window.close()
    return status


def _told_by(window: MainWindow) -> object:
    """What becomes of an error that nobody expected: it is logged and told, and the window goes on."""

    def tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        logger.error("an error in the window", exc_info=(kind, error, trace))
        if not window.is_filled:
            sys.__excepthook__(kind, error, trace)
            return
        window.studio.notice(
            "error", window.tr("Something went wrong inside the program."), f"{kind.__name__}: {error}"
        )

    return tell
