"""Composing in a window that several tests share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QDeadlineTimer, QEventLoop, QTimer

from engine.music.take import Take
from engine.settings import GenerationSettings

if TYPE_CHECKING:
    from diffbgm_gui.main_window import MainWindow

BASE = GenerationSettings(seed=5, steps=3, tempo_min=100.0, tempo_max=130.0, device="cpu")


def wait_until(is_so: Callable[[], bool], timeout_ms: int = 600_000) -> None:
    """Let Qt work until something is so; for fixtures that outlive a test. pytest's own limit is shorter."""
    deadline, loop = QDeadlineTimer(timeout_ms), QEventLoop()
    while not is_so():
        assert not deadline.hasExpired(), "it did not happen in time"
        QTimer.singleShot(10, loop.quit)
        loop.exec()


def reset(window: MainWindow, changes: dict[str, Any], takes: tuple[Take, ...] = ()) -> None:
    """Begin anew, with other settings."""
    from diffbgm_gui.document import add_take

    studio = window.studio
    document = replace(studio._empty(studio.document.video), settings=replace(BASE, **changes), n_takes=1)
    for take in takes:
        document = add_take(document, studio._entry(take))
    studio._show(replace(document, draft_first=False))
    studio.undo_stack.clear()
    studio.close_notice()


def made(window: MainWindow, changes: dict[str, Any], edit: Callable[[Any], Any] = lambda document: document) -> Take:
    """The take that is composed with other settings."""
    reset(window, changes)
    window.studio.edit("edit", edit)
    return composed(window)


def composed(window: MainWindow) -> Take:
    """The take that Generate makes."""
    window.generate()
    wait_until(lambda: not window.state.is_busy)
    take = window.studio.document.take
    assert take is not None, window.state.notice
    return take
