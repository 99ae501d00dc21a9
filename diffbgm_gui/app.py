"""The application around the window."""

from __future__ import annotations

import logging
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from diffbgm_gui.main_window import TITLE, MainWindow
from diffbgm_gui.scenes import SceneTaker
from diffbgm_gui.theme import apply_theme
from engine import __version__

logger = logging.getLogger(__name__)


def make_application(arguments: list[str]) -> QApplication:
    """The one QApplication, named and themed."""
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(arguments)
    app.setApplicationName("diffbgm-studio")
    app.setApplicationDisplayName(TITLE)
    app.setOrganizationName("diffbgm")
    app.setApplicationVersion(__version__)
    apply_theme(app)
    return app


def run_app(video: Path | None, *, screenshot: Path | None = None, scene: str = "empty") -> int:
    """Show the window until it is closed, or until the picture of a scene is written; the exit status."""
    app = make_application(["diffbgm-studio"])
    window = MainWindow(remember=screenshot is None)
    window.show()
    taker = None
    if screenshot is not None:
        taker = SceneTaker(window, scene=scene, output=screenshot, video=video)
        taker.finished.connect(app.exit)
        QTimer.singleShot(0, taker.start)
    elif video is not None:
        QTimer.singleShot(0, lambda: window.open(video))
    status = app.exec()
    window.close()
    return status
