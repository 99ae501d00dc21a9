"""Moods and captions of single shots: edited in the list, in the request, undone, and gone back from."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QPlainTextEdit

from diffbgm_gui.main_window import MainWindow
from diffbgm_gui.study_events import BundleKnown, CaptionsWritten
from diffbgm_gui.widgets.panel.shot_list import ShotList
from engine.bundles import BundleFacts
from engine.direction import Words
from tests.gui.fakes import FakeEngine

F = Fraction


@pytest.fixture
def page(filmed: MainWindow) -> Any:
    filmed.side_tabs.setCurrentWidget(filmed.panel.captions)
    return filmed.panel.captions


@pytest.fixture
def worded(page: Any) -> Any:
    """The page with a model that reads captions, which two stretches of the film have."""
    studio = page.studio
    ours = studio.bundle_facts, studio.bundle
    studio.take_event(BundleKnown(BundleFacts(Path("paper"), "paper", "unet", "1", 5.0, 160.0)))
    said = (Words(F(0), F(2), ("a boat on the sea",)), Words(F(2), F(9, 2), ("a man",)))
    studio.take_event(CaptionsWritten(studio.document.video, said))
    yield page
    studio.bundle_facts, studio.bundle = ours
    studio._written = ()
    page._show()
    page.studio.event.emit(BundleKnown(BundleFacts(Path("ours"), "studio", "compact", "1", None, 18.0)))


def editor(shots: ShotList, row: int, qtbot: Any, kind: type) -> Any:
    """Open the editor of a row by the keyboard."""
    shots.setFocus()
    shots.setCurrentIndex(shots.shots.index(row))
    qtbot.keyClick(shots, Qt.Key.Key_Return)
    field = next(field for field in shots.viewport().findChildren(kind) if field.isVisible())
    assert field.accessibleName()
    return field


def choose(shots: ShotList, row: int, mood: str, qtbot: Any) -> None:
    box = editor(shots, row, qtbot, QComboBox)
    box.setCurrentIndex(box.findData(mood))
    box.activated.emit(box.currentIndex())


def test_the_list_holds_the_shots_with_their_pictures(page: Any) -> None:
    model = page.shots.shots
    assert [entry.start_s for entry in model.entries] == [shot.start_s for shot in page.studio.shots]
    assert [entry.said for entry in model.entries] == ["auto"] * 3
    delegate = page.shots.itemDelegate()
    assert delegate._thumb(model.entries[1], 1.0) is not None
    assert page.shots.grab().toImage().size().width() > 100


def test_a_mood_of_one_shot_is_asked_for_and_undone(
    page: Any, filmed: MainWindow, qtbot: Any, engine: FakeEngine
) -> None:
    studio, cut = page.studio, page.studio.shots[1].start_s
    choose(page.shots, 1, "tense", qtbot)
    assert studio.document.direction.moods == ((cut, "tense"),)
    assert [entry.said for entry in page.shots.shots.entries] == ["auto", "tense", "auto"]
    studio.undo()
    assert studio.document.direction.moods == () and page.shots.shots.entries[1].said == "auto"
    studio.redo()
    filmed.generate_button.click()
    qtbot.waitUntil(lambda: bool(engine.requests) and not filmed.state.is_busy, timeout=20_000)
    assert engine.requests[0].direction.moods == ((cut, "tense"),) and engine.requests[0].settings.mood == "auto"
    qtbot.keyClick(page.shots, Qt.Key.Key_Delete)
    assert studio.document.direction.moods == ()


def test_all_moods_go_back_to_auto_at_once(page: Any, qtbot: Any) -> None:
    assert not page.reset.isVisible()
    choose(page.shots, 0, "calm", qtbot)
    choose(page.shots, 2, "epic", qtbot)
    assert len(page.studio.document.direction.moods) == 2
    page.reset.click()
    assert page.studio.document.direction.moods == () and not page.reset.isVisible()
    page.studio.undo()
    assert len(page.studio.document.direction.moods) == 2


def test_turning_to_a_shot_moves_the_playhead(page: Any, filmed: MainWindow) -> None:
    page.shots.setCurrentIndex(page.shots.shots.index(2))
    assert filmed.player.position_s == pytest.approx(float(page.studio.shots[2].start_s), abs=0.05)


def test_a_shot_is_written_anew_alone(page: Any, filmed: MainWindow, qtbot: Any, engine: FakeEngine) -> None:
    assert not page.again.isVisible()
    filmed.generate_button.click()
    qtbot.waitUntil(lambda: filmed.studio.document.take is not None and not filmed.state.is_busy, timeout=20_000)
    choose(page.shots, 0, "calm", qtbot)
    engine.changes.clear()
    page.again.click()
    qtbot.waitUntil(lambda: bool(engine.changes) and not filmed.state.is_busy, timeout=20_000)
    take, change = engine.changes[0]
    assert change.direction.moods == ((F(0), "calm"),) and change.signals is filmed.state.signals
    (region,) = change.selection.regions
    shot = page.studio.shots[0]
    end = float(take.plan.tempo.beat(shot.end_s)) * 4
    assert region.steps is not None and region.steps[0] == 0 and end <= region.steps[1] < end + 1


def test_captions_stand_in_for_moods_where_the_model_reads_them(worded: Any, filmed: MainWindow) -> None:
    tabs = filmed.side_tabs
    assert tabs.tabText(tabs.indexOf(worded)) == "Captions" and worded.write.isVisible()
    entries = worded.shots.shots.entries
    assert [(entry.number, entry.start_s, entry.said) for entry in entries] == [
        (1, F(0), "a boat on the sea"),
        (2, F(3, 2), "a boat on the sea"),
        (2, F(2), "a man"),
        (3, F(5, 2), "a man"),
    ]


def test_a_caption_is_written_anew_for_its_shot_alone(worded: Any, filmed: MainWindow, qtbot: Any) -> None:
    field = editor(worded.shots, 1, qtbot, QPlainTextEdit)
    qtbot.keyClicks(field, "the city at night")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    said = [(words.start_s, words.end_s, words.texts[0]) for words in filmed.studio.document.direction.captions]
    assert said == [
        (F(0), F(3, 2), "a boat on the sea"),
        (F(3, 2), F(2), "the city at night"),
        (F(2), F(9, 2), "a man"),
    ]
    assert worded.reset.isVisible()
    filmed.studio.undo()
    assert filmed.studio.document.direction.captions == ()
    filmed.studio.redo()
    worded.reset.click()
    assert filmed.studio.document.direction.captions == ()


def test_an_empty_caption_is_refused_in_one_sentence(worded: Any, filmed: MainWindow, qtbot: Any) -> None:
    field = editor(worded.shots, 0, qtbot, QPlainTextEdit)
    field.setPlainText("")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert filmed.studio.document.direction.captions == ()
    assert filmed.state.notice is not None and "empty" in filmed.state.notice.message
