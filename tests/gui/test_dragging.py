"""Takes are dragged out of the window as files; videos and projects are dropped into it."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

import mido
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QMouseEvent

from diffbgm_gui.main_window import MainWindow
from diffbgm_gui.run_state import Phase
from diffbgm_gui.studio_events import TakeAudible
from diffbgm_gui.widgets.takes.card import Hold, TakeCard
from engine import CancelToken
from engine.music.notes import Voice
from tests.gui.fakes import FakeEngine
from tests.helpers.video import TinyVideo


def played_for_real(_take: Any, name: str, folder: Path, _cancel: CancelToken) -> TakeAudible:
    """A second of sound for each voice."""
    folder.mkdir(exist_ok=True)
    voices = {}
    for voice in Voice:
        voices[voice] = folder / f"{name}-{voice.name.lower()}.wav"
        with wave.open(str(voices[voice]), "wb") as file:
            file.setnchannels(2)
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes((b"\x10\x00" * 2) * 8000)
    return TakeAudible(name, voices, -14.0)


@pytest.fixture
def card(
    window: MainWindow, qtbot: Any, video: TinyVideo, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> TakeCard:
    monkeypatch.setattr("diffbgm_gui.studio_hearing.played", played_for_real)
    window.open(video.path)
    qtbot.waitUntil(lambda: window.state.phase is Phase.READY, timeout=60_000)
    window.generate_button.click()
    qtbot.waitUntil(lambda: len(window.studio.document.takes) == 1 and not window.state.is_busy, timeout=60_000)
    return window.takes.cards[0]


def drag(card: TakeCard, hold: Hold) -> None:
    """Press a grip of a card and pull it away."""
    at = card._grip_rect(hold).center() if hold is not Hold.CARD else QPointF(30, 30)
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    for kind, place in ((QEvent.Type.MouseButtonPress, at), (QEvent.Type.MouseMove, at + QPointF(60, 40))):
        event = QMouseEvent(kind, place, card.mapToGlobal(place), left, left, none)
        (card.mousePressEvent if kind is QEvent.Type.MouseButtonPress else card.mouseMoveEvent)(event)


@pytest.mark.parametrize(("hold", "suffix"), [(Hold.MIDI, ".mid"), (Hold.WAV, ".wav"), (Hold.CARD, ".mid")])
def test_a_take_is_dragged_out_as_a_file(
    hold: Hold, suffix: str, card: TakeCard, window: MainWindow, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    dragged: list[QMimeData] = []

    def taken(drag: Any) -> None:
        data = QMimeData()
        data.setUrls(drag.mimeData().urls())
        dragged.append(data)

    monkeypatch.setattr(window.takes, "_exec_drag", taken)
    entry = window.studio.document.takes[0]
    window.takes.files.prepare(entry.take, entry.name, suffix)
    qtbot.waitUntil(lambda: window.takes.files.path(entry.id, suffix) is not None, timeout=60_000)
    drag(card, hold)
    (url,) = dragged[0].urls()
    path = Path(url.toLocalFile())
    assert path.suffix == suffix and entry.name in path.name and window.studio.document.video.stem in path.name
    if suffix == ".mid":
        messages = [message for track in mido.MidiFile(path).tracks for message in track]
        n_played = sum(message.type == "note_on" and message.velocity > 0 for message in messages)
        # two voices on one key at once are one note of the performance
        assert 0.9 * len(entry.take.notes) <= n_played <= len(entry.take.notes)
    else:
        with wave.open(str(path), "rb") as file:
            assert file.getnframes() == 8000 and file.readframes(1) == b"\x30\x00" * 2, "the three voices together"


def test_a_drag_of_text_is_not_taken(window: MainWindow) -> None:
    data = QMimeData()
    data.setText("hello")
    action, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event = QDragEnterEvent(QPoint(5, 5), action, data, left, none)
    event.ignore()
    window.dragEnterEvent(event)
    assert not event.isAccepted()
    data.setUrls([QUrl.fromLocalFile("/some/film.mp4")])
    window.dragEnterEvent(event)
    assert event.isAccepted()
