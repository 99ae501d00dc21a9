"""The File menu: what is asked, and what becomes of the answers."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from diffbgm_gui.document import toggle_marker
from diffbgm_gui.keeping import Keeper, leftovers
from diffbgm_gui.main_window import MainWindow
from diffbgm_gui.run_state import Phase
from tests.helpers.video import TinyVideo


class Answers:
    """Answers for a window, and what it asked."""

    def __init__(self, window: MainWindow) -> None:
        self.asked: list[str] = []
        self.save = "cancel"
        self.place: Path | None = None
        self.file: Path | None = None
        self.recover = "later"
        files = window.files
        files.ask_to_save = lambda: self._say("save", self.save)
        files.ask_for_place = lambda _title, _proposed, _kinds: self._say("place", self.place)
        files.ask_for_file = lambda _title, _kinds, folder=None: self._say("file", self.file)
        files.ask_about_missing = lambda _opened: self._say("missing", self.file is not None)
        files.ask_to_recover = lambda leftover, more: self._say(f"recover {leftover.video} {more}", self.recover)

    def _say(self, question: str, answer: Any) -> Any:
        self.asked.append(question)
        return answer


@pytest.fixture
def answers(window: MainWindow) -> Answers:
    return Answers(window)


def ready(window: MainWindow, qtbot: Any, video: Path) -> None:
    qtbot.waitUntil(lambda: window.state.phase is Phase.READY and window.state.path == video, timeout=20_000)


@pytest.fixture
def edited(window: MainWindow, answers: Answers, video: TinyVideo, qtbot: Any) -> MainWindow:
    """A window with an edit that is not saved."""
    window.open(video.path)
    ready(window, qtbot, video.path)
    window.studio.edit("mark", lambda document: toggle_marker(document, Fraction(1)))
    yield window
    answers.save = "discard"


def test_the_start_page_is_there_until_something_is_open(
    window: MainWindow, answers: Answers, video: TinyVideo, qtbot: Any
) -> None:
    assert window.start_page.isVisible() and not window.workspace.isVisible()
    answers.file = video.path
    window.start_page.open_button.click()
    ready(window, qtbot, video.path)
    assert window.workspace.isVisible() and not window.start_page.isVisible()
    window.commands["new"].trigger()
    assert window.start_page.isVisible() and answers.asked == ["file"], "nothing was done: there is nothing to ask"


def test_the_demo_is_one_click_away(window: MainWindow, qtbot: Any) -> None:
    window.start_page.demo_button.click()
    qtbot.waitUntil(lambda: window.state.info is not None, timeout=20_000)
    assert window.studio.document.video.name == "demo.mp4"


def test_unsaved_work_is_asked_about(edited: MainWindow, answers: Answers, qtbot: Any) -> None:
    document = edited.studio.document
    assert edited.isWindowModified() and "●" in edited.name_label.text()
    edited.commands["new"].trigger()
    assert answers.asked == ["save"] and edited.studio.document is document
    edited.close()
    assert edited.isVisible() and edited.studio.document is document
    answers.save = "discard"
    edited.commands["new"].trigger()
    assert edited.studio.document.video is None


def test_save_and_then_go_on(edited: MainWindow, answers: Answers, qtbot: Any, tmp_path: Path) -> None:
    answers.save, answers.place = "save", tmp_path / "mine"
    edited.commands["new"].trigger()
    qtbot.waitUntil(lambda: edited.studio.document.video is None, timeout=20_000)
    assert (tmp_path / "mine.dbgm").is_file() and edited.files.recent == [tmp_path / "mine.dbgm"]
    edited.commands.menus["recent"].aboutToShow.emit()
    assert edited.commands.menus["recent"].actions()[0].text() == "mine.dbgm"
    edited.commands.menus["recent"].actions()[0].trigger()
    qtbot.waitUntil(lambda: edited.studio.document.video is not None, timeout=20_000)
    assert len(edited.studio.document.direction.markers) == 1


def test_saving_that_is_called_off_calls_all_off(edited: MainWindow, answers: Answers, qtbot: Any) -> None:
    answers.save, answers.place = "save", None
    document = edited.studio.document
    edited.commands["new"].trigger()
    assert answers.asked == ["save", "place"] and edited.studio.document is document


def test_saving_that_fails_keeps_the_window(edited: MainWindow, answers: Answers, qtbot: Any, tmp_path: Path) -> None:
    answers.save, answers.place = "save", tmp_path / "nowhere" / "a.dbgm"
    edited.close()
    qtbot.waitUntil(edited.message.isVisible, timeout=20_000)
    assert edited.isVisible() and edited.studio.is_dirty


def test_close_after_saving(edited: MainWindow, answers: Answers, qtbot: Any, tmp_path: Path) -> None:
    answers.save, answers.place = "save", tmp_path / "a.dbgm"
    edited.close()
    assert edited.isVisible(), "it is being saved"
    qtbot.waitUntil(lambda: not edited.isVisible(), timeout=20_000)
    assert (tmp_path / "a.dbgm").is_file() and leftovers() == ()


def test_save_does_not_ask_twice(edited: MainWindow, answers: Answers, qtbot: Any, tmp_path: Path) -> None:
    answers.place = tmp_path / "a.dbgm"
    edited.commands["save"].trigger()
    qtbot.waitUntil(lambda: not edited.studio.is_dirty, timeout=20_000)
    assert edited.windowTitle().startswith("a.dbgm[*]") and not edited.isWindowModified()
    edited.studio.undo()
    assert edited.isWindowModified()
    edited.commands["save"].trigger()
    qtbot.waitUntil(lambda: not edited.studio.is_dirty, timeout=20_000)
    assert answers.asked == ["place"]


def test_a_missing_film_is_looked_for(
    edited: MainWindow, answers: Answers, qtbot: Any, tmp_path: Path, video: TinyVideo
) -> None:
    film, moved = tmp_path / "film.mp4", tmp_path / "there" / "film.mp4"
    film.write_bytes(video.path.read_bytes())
    moved.parent.mkdir()
    answers.save = "discard"
    edited.open(film)
    ready(edited, qtbot, film)
    edited.studio.save(tmp_path / "a.dbgm")
    qtbot.waitUntil(lambda: edited.studio.origin is not None, timeout=20_000)
    edited.files.new()
    film.rename(moved)
    answers.file = moved
    edited.open(tmp_path / "a.dbgm")
    ready(edited, qtbot, moved)
    assert answers.asked[-2:] == ["missing", "file"]


def test_a_session_that_broke_off_is_offered(
    window: MainWindow, answers: Answers, qtbot: Any, video: TinyVideo
) -> None:
    from diffbgm_gui.document import Document
    from engine.pipeline import analyse_video

    keeper = Keeper()
    document = toggle_marker(Document(video=video.path), Fraction(2))
    keeper.begin(analyse_video(video.path), document)
    keeper._project.close()  # as a crash leaves it
    window.files.offer_leftovers()
    qtbot.waitUntil(lambda: bool(answers.asked), timeout=20_000)
    assert answers.asked == [f"recover {video.path.name} 0"] and window.studio.document.video is None
    answers.recover = "recover"
    window.files.offer_leftovers()
    ready(window, qtbot, video.path)
    assert window.studio.document.direction == document.direction and window.studio.is_dirty
    answers.save = "discard"


def test_a_session_that_is_not_wanted_goes(window: MainWindow, answers: Answers, qtbot: Any, video: TinyVideo) -> None:
    from diffbgm_gui.document import Document
    from engine.pipeline import analyse_video

    keeper = Keeper()
    keeper.begin(analyse_video(video.path), Document(video=video.path))
    keeper._project.close()
    answers.recover = "discard"
    window.files.offer_leftovers()
    qtbot.waitUntil(lambda: bool(answers.asked), timeout=20_000)
    qtbot.waitUntil(lambda: leftovers() == ())
