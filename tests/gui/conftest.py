"""Windows for tests: offscreen, with a player that needs no sound card. Without Qt's libraries nothing here is run."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from engine.settings import GenerationSettings
from tests.gui.fakes import FakeEngine, fake_played
from tests.helpers.video import TinyVideo

if TYPE_CHECKING:
    from diffbgm_gui.main_window import MainWindow
    from diffbgm_gui.studio import Studio

try:
    import PySide6.QtWidgets  # noqa: F401
except ImportError:
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(autouse=True, scope="module")
def _leave_no_garbage() -> Iterator[None]:
    """What is left of windows goes here: any other thread that came upon it would destroy Qt's objects."""
    yield
    gc.collect()


@pytest.fixture(autouse=True)
def _collect_here() -> Iterator[None]:
    """Python's garbage is collected on this thread only, as it is while there is a window."""
    gc.disable()
    yield
    gc.collect(1)
    gc.enable()


@pytest.fixture(autouse=True)
def _themed(qapp: Any) -> None:
    from diffbgm_gui.app import make_application

    make_application([])


@pytest.fixture(autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test working copies and preferences of its own."""
    folder = tmp_path_factory.mktemp("state")
    monkeypatch.setenv("DIFFBGM_STATE_DIR", str(folder / "state"))
    monkeypatch.setenv("DIFFBGM_CONFIG_DIR", str(folder / "config"))
    for name in ("DIFFBGM_SOUNDFONT", "DIFFBGM_CACHE_MB"):  # restored at the end, whatever a test makes of them
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


@pytest.fixture
def video(tiny_video: Callable[..., TinyVideo]) -> TinyVideo:
    return tiny_video(shots_s=(1.5, 1.0, 2.0), audio_hz=440.0)


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def make_studio(qapp: Any) -> Iterator[Callable[..., Studio]]:
    """A factory of studios, `make_studio(make_engine, bundle)`; those without a window are closed at the end."""
    from diffbgm_gui.bridge import EngineBridge
    from diffbgm_gui.studio import Studio

    made: list[Studio] = []

    def make(make_engine: Callable[[], Any] | None = None, bundle: Path | None = None) -> Studio:
        bridge = EngineBridge(interval_ms=5) if make_engine is None else EngineBridge(make_engine, interval_ms=5)
        disk, sound = EngineBridge(interval_ms=5), EngineBridge(interval_ms=5)
        studio = Studio(bridge=bridge, disk=disk, sound=sound, bundle=bundle)
        made.append(studio)
        return studio

    yield make
    for studio in made:
        if studio.parent() is None:
            studio.close()


@pytest.fixture
def make_window(qtbot: Any, make_studio: Callable[..., Studio]) -> Iterator[Callable[..., MainWindow]]:
    """A factory of shown windows, closed at the end without asking."""
    from diffbgm_gui.main_window import MainWindow
    from diffbgm_gui.playback import silent_playback

    windows: list[MainWindow] = []

    def make(make_engine: Callable[[], Any] | None = None, bundle: Path | None = None) -> MainWindow:
        window = MainWindow(studio=make_studio(make_engine, bundle), player=silent_playback())
        window.files.ask_to_save = lambda: "discard"
        windows.append(window)
        window.show()
        return window

    yield make
    for window in windows:
        window.close()
        window.deleteLater()


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Takes are audible at once, in empty files."""
    monkeypatch.setattr("diffbgm_gui.studio_hearing.played", fake_played)


@pytest.fixture
def window(make_window: Callable[..., MainWindow], engine: FakeEngine, silent: None) -> MainWindow:
    """A window on the fake engine."""
    return make_window(lambda: engine)


@pytest.fixture
def studio(make_studio: Callable[..., Studio], engine: FakeEngine, silent: None) -> Studio:
    """A studio without a window, on the fake engine."""
    return make_studio(lambda: engine)


@pytest.fixture
def defaults() -> GenerationSettings:
    return GenerationSettings()
