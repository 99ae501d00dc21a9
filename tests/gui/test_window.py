"""The window with an engine that answers at once: what the user does, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QLineEdit, QPushButton, QSlider

from diffbgm_gui.main_window import MainWindow
from diffbgm_gui.run_state import Phase
from diffbgm_gui.widgets.settings_panel import K_CHOICES, SettingsPanel
from engine.settings import MAX_SEED, GenerationSettings
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
    request = engine.requests[0]
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


CHAMBER = {"palette": "chamber"}
CHANGES: dict[str, tuple[Callable[[SettingsPanel], Any], dict[str, Any]]] = {
    "mood": (lambda p: p.mood.setCurrentIndex(p.mood.findData("calm")), {"mood": "calm"}),
    "palette_choice": (lambda p: p.palette_choice.setCurrentIndex(p.palette_choice.findData("chamber")), CHAMBER),
    "tempo_min": (lambda p: p.tempo_min.setValue(90), {"tempo_min": 90.0}),
    "tempo_max": (lambda p: p.tempo_max.setValue(100), {"tempo_max": 100.0}),
    "seed": (lambda p: p.seed.setText("42"), {"seed": 42}),
    "original": (lambda p: p.original.setCurrentIndex(p.original.findData("mix")), {"original_audio": "mix"}),
    "original_gain": (lambda p: p.original_gain.setValue(-12), {"original_gain_db": -12.0}),
    "fade": (lambda p: p.fade.setValue(3), {"fade_out_s": 3.0}),
    "sensitivity": (lambda p: p.sensitivity.setValue(80), {"sensitivity": 0.8}),
    "t0": (lambda p: p.t0.setValue(650), {"t0": 650}),
    "k": (lambda p: p.k.setValue(K_CHOICES.index(2)), {"k": 2}),
    "steps": (lambda p: p.steps.setValue(5), {"steps": 5}),
    "guidance": (lambda p: p.guidance.setValue(3.5), {"guidance": 3.5}),
}  # fmt: skip


@pytest.mark.parametrize("control", list(CHANGES))
def test_each_control_changes_the_request(
    control: str, window: MainWindow, qtbot: Any, video: TinyVideo, engine: FakeEngine, defaults: GenerationSettings
) -> None:
    change, expected = CHANGES[control]
    assert window.panel.settings() == defaults
    with qtbot.waitSignal(window.panel.changed):
        change(window.panel)
    window.studio.saved = window.studio.document  # nothing to ask about
    open_and_wait(window, qtbot, video.path)
    generate_and_wait(window, qtbot)
    settings = engine.requests[0].settings
    assert settings == replace(defaults, **{"seed": settings.seed, **expected})
    window.studio.undo_stack.clear()
    window.studio.edit("back", lambda document: replace(document, settings=defaults))
    assert window.panel.settings() == defaults
    window.studio.undo()
    assert window.panel.settings() == replace(defaults, **expected)


def test_no_control_is_left_out_of_that_test(window: MainWindow) -> None:
    controls = {
        name
        for name, value in vars(window.panel).items()
        if isinstance(value, QComboBox | QAbstractSpinBox | QSlider | QLineEdit | QPushButton)
    }
    assert controls == {*CHANGES, "reuse_seed"}


def test_every_control_says_what_it_does(window: MainWindow) -> None:
    controls = window.panel.findChildren(QComboBox) + window.panel.findChildren(QSlider)
    controls += window.panel.findChildren(QAbstractSpinBox)
    assert len(controls) >= 11
    assert all(len(control.toolTip()) > 20 and control.accessibleName() for control in controls)


def test_the_tempo_range_cannot_be_upside_down(window: MainWindow) -> None:
    window.panel.tempo_min.setValue(150)
    assert window.panel.settings().tempo_max == 150
    window.panel.tempo_max.setValue(60)
    assert window.panel.settings().tempo_min == 60


def test_a_seed_beyond_the_largest_is_the_largest(window: MainWindow) -> None:
    window.panel.seed.setText("9999999999")
    assert window.panel.settings().seed == MAX_SEED


def test_the_last_seed_can_be_kept(window: MainWindow, qtbot: Any, video: TinyVideo) -> None:
    open_and_wait(window, qtbot, video.path)
    assert not window.panel.reuse_seed.isEnabled()
    generate_and_wait(window, qtbot)
    window.panel.reuse_seed.click()
    assert window.panel.settings().seed == window.studio.document.take.settings.seed


def test_the_level_of_the_original_counts_only_in_a_mix(window: MainWindow) -> None:
    assert not window.panel.original_gain.isEnabled()
    window.panel.original.setCurrentIndex(window.panel.original.findData("mix"))
    assert window.panel.original_gain.isEnabled()


def test_sensitivity_moves_the_cuts_at_once(window: MainWindow, qtbot: Any, video: TinyVideo) -> None:
    open_and_wait(window, qtbot, video.path)
    signals = window.state.signals
    for value in (0, 100):
        window.panel.sensitivity.setValue(value)
        from diffbgm_gui.look import find_shots

        assert window.studio.shots == find_shots(signals, value / 100)


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
