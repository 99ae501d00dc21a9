"""How the window shares its room: nothing is cut, what is low is left out, what the user folds or moves stays so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QSettings

from diffbgm_gui.main_window import MainWindow
from diffbgm_gui.playback import silent_playback
from diffbgm_gui.run_state import Phase
from tests.gui.fakes import FakeEngine
from tests.helpers.video import TinyVideo

SIZES = ((960, 540), (1000, 640), (1280, 720), (1440, 900), (1920, 1080), (2560, 1440))


@pytest.fixture
def filled(window: MainWindow, video: TinyVideo, qtbot: Any) -> MainWindow:
    """A window with a film and a take."""
    window.open(video.path)
    qtbot.waitUntil(lambda: window.state.phase is Phase.READY, timeout=60_000)
    window.generate_button.click()
    qtbot.waitUntil(lambda: window.studio.document.take is not None and not window.state.is_busy, timeout=60_000)
    return window


@pytest.fixture
def kept_settings(tmp_path: Path) -> Iterator[None]:
    """Settings of the window in a folder of their own."""
    before = QSettings.defaultFormat()
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path))
    yield
    QSettings.setDefaultFormat(before)


def whole_rows(window: MainWindow) -> list[str]:
    """The optional rows that are shown, each of them seen in full."""
    timeline = window.timeline
    shown = [row for row in timeline.rows if not row.isHidden()]
    assert all(row.visibleRegion().boundingRect() == row.rect() for row in shown), "a row is cut"
    edges = sorted((row.y(), row.y() + row.height()) for row in shown if row is not timeline.ruler)
    assert all(end <= start for (_, end), (start, _) in pairwise(edges)), "rows overlap"
    return [
        name for name in ("markers", "bars", "tempo", "blocks", "picture", "drawn") if getattr(timeline, name) in shown
    ]


def test_picture_rows_and_roll_are_usable_at_every_size(filled: MainWindow, qtbot: Any) -> None:
    n_rows = []
    for wide, tall in SIZES:
        filled.resize(wide, tall)
        qtbot.wait(250)
        assert (filled.width(), filled.height()) == (wide, tall)
        n_rows.append(len(whole_rows(filled)))
        assert filled.view.picture.height() >= 130
        assert filled.roll.view.plane.area.height() >= (100 if tall >= 720 else 50)
        assert filled.timeline.height() == filled.timeline.used_px, "no empty strip below the rows"
    assert n_rows == sorted(n_rows) and n_rows[0] == 0 and n_rows[-1] >= 4


def test_a_low_window_leaves_parts_out_until_they_are_asked_for(filled: MainWindow, qtbot: Any) -> None:
    filled.resize(960, 540)
    assert filled.takes.isHidden() and filled.steps.isHidden()
    assert not filled.commands["show-takes"].isChecked() and not filled.commands["show-steps"].isChecked()
    filled.commands["show-takes"].trigger()
    assert filled.takes.isVisible() and filled.commands["show-takes"].isChecked()
    filled.resize(1280, 800)
    assert filled.takes.isVisible() and filled.steps.isVisible()
    filled.commands["show-panel"].trigger()
    assert filled.panel.isHidden()
    filled.commands["usual"].trigger()
    assert filled.panel.isVisible() and filled.commands["show-panel"].isChecked()


def test_the_wall_is_a_line_until_there_is_a_take(window: MainWindow, video: TinyVideo, qtbot: Any) -> None:
    window.resize(1440, 900)
    window.open(video.path)
    qtbot.waitUntil(lambda: window.state.phase is Phase.READY, timeout=60_000)
    bare = window.takes.height()
    window.generate_button.click()
    qtbot.waitUntil(lambda: window.studio.document.take is not None and not window.state.is_busy, timeout=60_000)
    assert bare < 40 and window.takes.height() > 90
    window.resize(1280, 720)
    assert 60 < window.takes.height() < 90


def test_a_chosen_row_gets_room(filled: MainWindow, qtbot: Any) -> None:
    filled.resize(1280, 720)
    qtbot.wait(250)
    assert whole_rows(filled) == []
    filled.timeline.show_rows(set())
    filled.timeline.show_rows({"drawn"})
    qtbot.wait(250)
    assert whole_rows(filled) == ["drawn"]


def test_what_was_moved_and_folded_is_kept(
    make_studio: Callable[..., Any], engine: FakeEngine, video: TinyVideo, qtbot: Any, silent: None, kept_settings: None
) -> None:
    def opened() -> MainWindow:
        made = MainWindow(studio=make_studio(lambda: engine), player=silent_playback(), remember=True)
        made.files.ask_to_save = lambda: "discard"  # type: ignore[method-assign]
        qtbot.addWidget(made)
        made.resize(1400, 900)
        made.show()
        made.open(video.path)
        qtbot.waitUntil(lambda: made.state.phase is Phase.READY, timeout=60_000)
        qtbot.wait(250)
        return made

    first = opened()
    usual = first.view.height()
    first.workspace.moveSplitter(usual + 90, 1)
    first.commands["show-steps"].trigger()
    first.timeline.hide_rows({"tempo"})
    first.close()
    second = opened()
    assert second.view.height() == pytest.approx(usual + 90, abs=3)
    assert second.steps.isHidden() and not second.commands["show-steps"].isChecked()
    assert second.timeline.unwanted_rows == {"tempo"}
    second.commands["usual"].trigger()
    qtbot.wait(250)
    assert second.view.height() == pytest.approx(usual, abs=3) and second.timeline.unwanted_rows == set()
    second.close()


def test_the_wall_asks_for_as_many_takes_as_the_panel(filled: MainWindow, engine: FakeEngine, qtbot: Any) -> None:
    assert "4" in filled.takes.several.text()
    number = filled.panel.music.n_takes
    number.box.setValue(2)
    assert "2" in filled.takes.several.text() and "2" in filled.takes.several.toolTip()
    filled.takes.several.click()
    qtbot.waitUntil(lambda: len(filled.studio.document.takes) == 3 and not filled.state.is_busy, timeout=60_000)
