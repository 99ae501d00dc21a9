"""One window for the tests of a file, since making one takes as long as many tests; each begins as it was opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QCoreApplication, QDeadlineTimer, QEvent, QEventLoop

from engine.settings import GenerationSettings
from tests.gui.fakes import FakeEngine, fake_played
from tests.helpers.video import TinyVideo

if TYPE_CHECKING:
    from diffbgm_gui.main_window import MainWindow


def wait_until(is_so: Callable[[], bool], timeout_ms: int = 60_000) -> None:
    """Let Qt work until something is so; for fixtures that outlive a test, where `qtbot` is not at hand."""
    deadline = QDeadlineTimer(timeout_ms)
    while not is_so():
        assert not deadline.hasExpired(), "it did not happen in time"
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)


@pytest.fixture(autouse=True)
def _themed() -> None:
    """The shared window is themed once: to do it anew takes longer than most tests."""


@pytest.fixture(scope="module")
def shared_engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture(scope="module")
def shared_window(
    qapp: Any,
    shared_engine: FakeEngine,
    tiny_video: Callable[..., TinyVideo],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[MainWindow]:
    """A window on the fake engine, with a film."""
    from diffbgm_gui.app import make_application
    from diffbgm_gui.bridge import EngineBridge
    from diffbgm_gui.main_window import MainWindow
    from diffbgm_gui.playback import silent_playback
    from diffbgm_gui.run_state import Phase
    from diffbgm_gui.studio import Studio

    make_application([])
    folder: Path = tmp_path_factory.mktemp("shared")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("STATE", "CONFIG", "CACHE", "LOG"):
            patch.setenv(f"DIFFBGM_{name}_DIR", str(folder / name.lower()))
        patch.setattr("diffbgm_gui.studio_hearing.played", fake_played)
        bridges = [EngineBridge(lambda: shared_engine, interval_ms=5), EngineBridge(interval_ms=5)]
        studio = Studio(bridge=bridges[0], disk=bridges[1], sound=EngineBridge(interval_ms=5))
        window = MainWindow(studio=studio, player=silent_playback())
        window.files.ask_to_save = lambda: "discard"
        window.show()
        film = tiny_video(shots_s=(1.5, 1.0, 2.0), audio_hz=440.0)
        window.open(film.path)
        wait_until(lambda: window.state.phase is Phase.READY)
        yield window
        window.close()
        window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


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
