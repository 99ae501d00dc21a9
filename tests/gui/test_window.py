"""The window with an engine that answers at once: what the user does, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QMouseEvent

from diffbgm_gui.main_window import MainWindow
from diffbgm_gui.run_state import Phase
from tests.gui.fakes import FakeEngine
from tests.helpers.video import TinyVideo


def open_and_wait(window: MainWindow, qtbot: Any, path: Path) -> None:
    window.open(path)
    qtbot.waitUntil(lambda: window.state.phase is Phase.READY, timeout=20_000)


def generate_and_wait(window: MainWindow, qtbot: Any) -> None:
    before = window.studio.document.take
    window.generate_button.click()
    qtbot.waitUntil(lambda: window.studio.document.take is not before and not window.state.is_busy, timeout=20_000)


def test_an_empty_window_offers_only_what_works(window: MainWindow) -> None:
    assert not window.generate_button.isEnabled() and not window.export_button.isEnabled()
    assert not window.commands["play"].isEnabled() and not window.commands["cancel"].isEnabled()
    assert not window.view.transport.isEnabled()


def test_opening_shows_shots_and_pictures(window: MainWindow, qtbot: Any, video: TinyVideo) -> None:
    open_and_wait(window, qtbot, video.path)
    assert [shot.start_s for shot in window.studio.shots[1:]] == list(video.cuts_s)
    assert window.state.thumbs and window.view.picture.image is not None
    assert window.axis.duration_s == pytest.approx(float(video.duration_s))
    assert window.generate_button.isEnabled() and video.path.name in window.windowTitle()


def test_generate_asks_the_engine_and_draws_what_it_says(
    window: MainWindow, qtbot: Any, video: TinyVideo, engine: FakeEngine
) -> None:
    open_and_wait(window, qtbot, video.path)
    blank = window.roll.grab().toImage()
    generate_and_wait(window, qtbot)
    request = engine.requests[-1]  # after the draft
    assert request.video == video.path and request.output is None and request.previews
    assert request.settings.seed is not None
    assert replace(request.settings, seed=None) == window.studio.document.settings
    assert window.roll.grab().toImage() != blank
    assert window.studio.shown.roll is not None and window.export_button.isEnabled()


def test_cancel_comes_back_to_ready(window: MainWindow, qtbot: Any, video: TinyVideo, engine: FakeEngine) -> None:
    open_and_wait(window, qtbot, video.path)
    engine.gate.clear()
    window.generate_button.click()
    qtbot.waitUntil(lambda: window.state.step > 0)
    assert window.cancel_button.isVisible() and not window.generate_button.isEnabled()
    window.commands["cancel"].trigger()
    assert window.state.phase is Phase.CANCELLING and not window.cancel_button.isEnabled()
    qtbot.waitUntil(lambda: window.state.phase is Phase.READY)
    assert (
        window.studio.document.take is None
        and window.studio.shown.roll is None
        and not window.export_button.isEnabled()
    )


def test_cancel_keeps_the_take_before(window: MainWindow, qtbot: Any, video: TinyVideo, engine: FakeEngine) -> None:
    open_and_wait(window, qtbot, video.path)
    generate_and_wait(window, qtbot)
    take = window.studio.document.take
    engine.gate.clear()
    window.generate_button.click()
    qtbot.waitUntil(lambda: window.state.step > 0)
    window.cancel_button.click()
    qtbot.waitUntil(lambda: window.state.phase is Phase.READY)
    assert window.studio.document.take is take and window.export_button.isEnabled()


def test_a_failure_is_one_sentence_that_can_be_closed(
    window: MainWindow, qtbot: Any, video: TinyVideo, engine: FakeEngine
) -> None:
    open_and_wait(window, qtbot, video.path)
    engine.fails = True
    window.generate_button.click()
    qtbot.waitUntil(window.message.isVisible)
    assert window.message.text.text() == "No music today." and window.message.hint.text() == "Try tomorrow."
    assert window.generate_button.isEnabled()
    window.message.close_button.click()
    assert not window.message.isVisible()


def test_a_file_that_is_no_video_is_said(window: MainWindow, qtbot: Any, tmp_path: Path) -> None:
    path = tmp_path / "text.mp4"
    path.write_text("not a video")
    window.open(path)
    qtbot.waitUntil(window.message.isVisible, timeout=10_000)
    assert "text.mp4" in window.message.text.text() and window.state.path is None
    assert window.studio.document.video is None


def test_export_writes_the_current_take(
    window: MainWindow, qtbot: Any, video: TinyVideo, tmp_path: Path, engine: FakeEngine
) -> None:
    open_and_wait(window, qtbot, video.path)
    generate_and_wait(window, qtbot)
    output = tmp_path / "out.wav"
    window.files.ask_for_place = lambda *_: output
    window.commands["export.wav"].trigger()
    qtbot.waitUntil(lambda: not window.state.is_busy)
    assert output.read_bytes() == b"out.wav" and window.message.text.text() == "out.wav is written."
    take, outputs = engine.exports[0]
    assert take.id == window.studio.document.current and outputs.output == output and outputs.midi is None
    assert take.plan.info.path == str(video.path)


def test_a_failed_export_says_why(window: MainWindow, qtbot: Any, video: TinyVideo, engine: FakeEngine) -> None:
    open_and_wait(window, qtbot, video.path)
    generate_and_wait(window, qtbot)
    engine.fails = True
    window.studio.export({"output": video.path})
    qtbot.waitUntil(lambda: not window.state.is_busy)
    assert window.state.notice is not None and window.state.notice.kind == "error"


def test_only_containers_that_hold_the_picture_are_offered(window: MainWindow, qtbot: Any, video: TinyVideo) -> None:
    open_and_wait(window, qtbot, video.path)
    generate_and_wait(window, qtbot)
    enabled = {
        name.removeprefix("export")
        for name, action in window.commands.actions.items()
        if name.startswith("export.") and action.isEnabled()
    }
    assert enabled == {".mp4", ".mov", ".mkv", ".wav", ".mid"}


def test_a_dropped_video_is_opened(window: MainWindow, qtbot: Any, video: TinyVideo) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(video.path))])
    drop = QDropEvent(
        QPointF(50, 50), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    window.dropEvent(drop)
    qtbot.waitUntil(lambda: window.state.phase is Phase.READY, timeout=20_000)
    assert window.state.path == video.path


def test_keys(window: MainWindow, qtbot: Any, video: TinyVideo, engine: FakeEngine) -> None:
    open_and_wait(window, qtbot, video.path)
    with qtbot.waitActive(window):
        window.windowHandle().requestActivate()
    qtbot.keyClick(window, Qt.Key.Key_Space)
    assert window.player.is_playing
    qtbot.keyClick(window, Qt.Key.Key_Space)
    assert not window.player.is_playing
    qtbot.keyClick(window, Qt.Key.Key_End)
    assert window.axis.playhead_s == pytest.approx(window.axis.duration_s)
    qtbot.keyClick(window, Qt.Key.Key_Home)
    assert window.axis.playhead_s == 0
    engine.gate.clear()
    qtbot.keyClick(window, Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(engine.requests))
    qtbot.waitUntil(lambda: window.state.is_busy)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.state.phase is Phase.READY)


def test_a_click_on_the_timeline_moves_the_playhead(window: MainWindow, qtbot: Any, video: TinyVideo) -> None:
    open_and_wait(window, qtbot, video.path)
    at = QPoint(round(window.axis.x(2.0)), 20)
    qtbot.mouseClick(window.timeline.ruler, Qt.MouseButton.LeftButton, pos=at)
    assert window.axis.playhead_s == pytest.approx(2.0, abs=0.02)
    assert window.player.position_s == pytest.approx(2.0, abs=0.02)


def test_dragging_scrubs(window: MainWindow, qtbot: Any, video: TinyVideo) -> None:
    open_and_wait(window, qtbot, video.path)
    x = window.axis.x(3.0)
    move = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(x, 9), QPointF(x, 9), Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    window.timeline.ruler.mouseMoveEvent(move)
    assert window.axis.playhead_s == pytest.approx(3.0, abs=0.02)


def test_another_video_may_be_opened_while_one_is_composed(
    window: MainWindow, qtbot: Any, video: TinyVideo, engine: FakeEngine, tiny_video: Callable[..., TinyVideo]
) -> None:
    open_and_wait(window, qtbot, video.path)
    engine.gate.clear()
    window.generate_button.click()
    qtbot.waitUntil(lambda: window.state.step > 0)
    other = tiny_video(shots_s=(1.0, 1.0))
    open_and_wait(window, qtbot, other.path)
    assert window.state.path == other.path and window.studio.shown.roll is None and len(window.studio.shots) == 2


def test_closing_while_composing_ends_the_worker(
    window: MainWindow, qtbot: Any, video: TinyVideo, engine: FakeEngine
) -> None:
    open_and_wait(window, qtbot, video.path)
    engine.gate.clear()
    window.generate_button.click()
    qtbot.waitUntil(lambda: window.state.step > 0)
    folder = Path(window.studio._folder.name)
    thread = window.studio.bridge._thread
    window.close()
    assert not thread.is_alive() and not folder.exists()
