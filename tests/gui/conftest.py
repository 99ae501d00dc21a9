"""Windows for tests: offscreen, with a player that needs no sound card. Without Qt's libraries nothing here is run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from engine.settings import GenerationSettings
from tests.gui.fakes import FakeEngine
from tests.helpers.video import TinyVideo

if TYPE_CHECKING:
    from diffbgm_gui.main_window import MainWindow

try:
    import PySide6.QtWidgets  # noqa: F401
except ImportError:
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(autouse=True)
def _themed(qapp: Any) -> None:
    from diffbgm_gui.app import make_application

    make_application([])


@pytest.fixture
def video(tiny_video: Callable[..., TinyVideo]) -> TinyVideo:
    return tiny_video(shots_s=(1.5, 1.0, 2.0), audio_hz=440.0)


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def make_window(qtbot: Any) -> Iterator[Callable[..., MainWindow]]:
    """A factory of shown windows, closed at the end."""
    from diffbgm_gui.bridge import EngineBridge
    from diffbgm_gui.main_window import MainWindow
    from diffbgm_gui.player import StillsPlayer

    windows: list[MainWindow] = []

    def make(make_engine: Callable[[], Any] | None = None, bundle: Path | None = None) -> MainWindow:
        bridge = EngineBridge(interval_ms=5) if make_engine is None else EngineBridge(make_engine)
        window = MainWindow(bridge=bridge, player=StillsPlayer("a test."), bundle=bundle)
        windows.append(window)
        window.show()
        return window

    yield make
    for window in windows:
        window.close()
        window.deleteLater()


@pytest.fixture
def window(make_window: Callable[..., MainWindow], engine: FakeEngine) -> MainWindow:
    """A window on the fake engine."""
    return make_window(lambda: engine)


@pytest.fixture
def defaults() -> GenerationSettings:
    return GenerationSettings()
