"""Two windows for all tests here, since making one takes as long as many tests; each test begins as it was opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent

from engine.settings import GenerationSettings
from tests.gui.fakes import FakeEngine, fake_played
from tests.gui.panel.making import wait_until
from tests.helpers.video import TinyVideo

if TYPE_CHECKING:
    from diffbgm_gui.main_window import MainWindow


@pytest.fixture(autouse=True)
def _themed() -> None:
    """The shared window is themed once: to do it anew takes longer than most tests."""


@pytest.fixture(scope="package")
def open_window(qapp: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., MainWindow]]:
    """A factory of windows with a film, `open_window(film, make_engine, bundle)`; takes are audible at once, in empty
    files. They are closed after the last test."""
    from diffbgm_gui.app import make_application
    from diffbgm_gui.bridge import EngineBridge
    from diffbgm_gui.main_window import MainWindow
    from diffbgm_gui.playback import silent_playback
    from diffbgm_gui.run_state import Phase
    from diffbgm_gui.studio import Studio

    make_application([])
    folder = tmp_path_factory.mktemp("shared")
    windows: list[MainWindow] = []

    def make(film: Path, make_engine: Callable[[], Any] | None = None, bundle: Path | None = None) -> MainWindow:
        bridge = EngineBridge(interval_ms=5) if make_engine is None else EngineBridge(make_engine, interval_ms=5)
        disk, sound = EngineBridge(interval_ms=5), EngineBridge(interval_ms=5)
        studio = Studio(bridge=bridge, disk=disk, sound=sound, bundle=bundle)
        window = MainWindow(studio=studio, player=silent_playback())
        window.files.ask_to_save = lambda: "discard"
        windows.append(window)
        window.show()
        window.open(film)
        wait_until(lambda: window.state.phase is Phase.READY)
        return window

    with pytest.MonkeyPatch.context() as patch:
        for name in ("STATE", "CONFIG", "CACHE", "LOG"):
            patch.setenv(f"DIFFBGM_{name}_DIR", str(folder / name.lower()))
        patch.setattr("diffbgm_gui.studio_hearing.played", fake_played)
        yield make
        for window in windows:
            window.close()
            window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture(scope="package")
def shared_engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture(scope="package")
def shared_window(
    open_window: Callable[..., MainWindow], shared_engine: FakeEngine, tiny_video: Callable[..., TinyVideo]
) -> MainWindow:
    """A window on the fake engine, with a film."""
    return open_window(tiny_video(shots_s=(1.5, 1.0, 2.0), audio_hz=440.0).path, lambda: shared_engine)


@pytest.fixture(scope="package")
def real(
    open_window: Callable[..., MainWindow], tiny_video: Callable[..., TinyVideo], tmp_path_factory: Any
) -> MainWindow:
    """A window on the real engine with a small random model, and a film longer than the model's window."""
    from fractions import Fraction

    from engine.diffusion.model import save_bundle
    from tests.helpers.tiny_model import tiny_model

    folder = tmp_path_factory.mktemp("bundle")
    save_bundle(tiny_model(), folder, "tiny")
    film = tiny_video(shots_s=(2.9, 1.7, 4.3, 3.1, 0.8, 5.2, 6.1), frame_rate=Fraction(12), audio_hz=440.0)
    return open_window(film.path, bundle=folder)


@pytest.fixture
def filmed(shared_window: MainWindow, shared_engine: FakeEngine, qtbot: Any) -> Iterator[MainWindow]:
    """The shared window as it was when the film was opened."""
    studio = shared_window.studio
    fresh = replace(studio._empty(studio.document.video), settings=GenerationSettings(), n_takes=1, draft_first=False)
    studio._show(fresh)
    studio.undo_stack.clear()
    studio.close_notice()
    shared_engine.requests.clear()
    shared_window.side_tabs.setCurrentIndex(0)
    yield shared_window
    studio.cancel()
    qtbot.waitUntil(lambda: not studio.state.is_busy, timeout=20_000)


@pytest.fixture
def engine(shared_engine: FakeEngine) -> FakeEngine:
    return shared_engine
