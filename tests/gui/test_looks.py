"""How the window looks, measured: no text is cut off, lies over another or is hard to read; each control has a name and
is reached by the keyboard. In both themes and languages, in a low and in a narrow window, and at 200 %."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontDatabase, QPainter
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QWidget

from diffbgm_gui import theme
from diffbgm_gui.document import toggle_marker, with_shot_mood
from diffbgm_gui.languages import use_language
from diffbgm_gui.main_window import MainWindow
from diffbgm_gui.run_state import Notice, NoticeAsked, Phase
from diffbgm_gui.widgets.about import AboutBox
from diffbgm_gui.widgets.export import ExportDialog
from diffbgm_gui.widgets.preferences_dialog import PreferencesDialog
from diffbgm_gui.widgets.shortcuts import ShortcutsPage
from tests.gui.fakes import FakeEngine
from tests.helpers import looks, painted
from tests.helpers.video import TinyVideo

ROOT = Path(__file__).resolve().parents[2]

_LARGE = """
import json
from diffbgm_gui.app import make_application
from diffbgm_gui.main_window import MainWindow
from diffbgm_gui.preferences import AppSettings, Preferences
from diffbgm_gui.widgets.preferences_dialog import PreferencesDialog
from tests.helpers import looks
preferences = Preferences(settings=AppSettings(language="{language}"))
app = make_application(["looks"], preferences.current)
window = MainWindow(preferences=preferences)
window.resize(1280, 720)
window.show()
window.pages.setCurrentIndex(1)
dialog = PreferencesDialog(preferences, window.studio, parent=window)
dialog.open()
for _ in range(5):
    app.processEvents()
told = [*looks.cut_off(window), *looks.overlapping(window), *looks.outside(window), *looks.cut_off(dialog)]
print(json.dumps([window.devicePixelRatioF(), told]))
window.close()
"""


@pytest.fixture(params=["en", "zh_CN"])
def language(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[str]:
    if request.param == "zh_CN" and not QFontDatabase.families(QFontDatabase.WritingSystem.SimplifiedChinese):
        pytest.skip("there is no Chinese font here")
    use_language(qapp, request.param)
    yield request.param
    use_language(qapp, "en")


@pytest.fixture
def filled(
    language: str,
    make_window: Callable[..., MainWindow],
    engine: FakeEngine,
    silent: None,
    video: TinyVideo,
    qtbot: Any,
) -> MainWindow:  # fmt: skip
    """A window with a film and two takes."""
    window = make_window(lambda: engine)
    window.open(video.path)
    qtbot.waitUntil(lambda: window.state.phase is Phase.READY, timeout=60_000)
    for number in (1, 2):
        window.generate_button.click()
        qtbot.waitUntil(
            lambda n=number: len(window.studio.document.takes) == n and not window.state.is_busy, timeout=60_000
        )
    return window


def views(window: MainWindow, qtbot: Any, *, dialogs: bool = True) -> Iterator[tuple[str, QWidget]]:
    """What a user comes to see, one after the other; dialogs do not depend on the window's size."""
    for index in range(window.side_tabs.count()):
        window.side_tabs.setCurrentIndex(index)
        qtbot.wait(20)
        yield f"tab {index}", window
    window.studio.take_event(NoticeAsked(Notice("error", "The film is gone.", "Look for it elsewhere.")))
    window.message.details_button.click()
    qtbot.wait(20)
    yield "message", window
    window.studio.close_notice()
    if not dialogs:
        return
    for dialog in (
        PreferencesDialog(window.preferences, window.studio, parent=window),
        ExportDialog(window.studio, window.preferences, window),
        AboutBox(window),
    ):
        dialog.open()
        for index in range(dialog.tabs.count() if isinstance(dialog, PreferencesDialog) else 1):
            if isinstance(dialog, PreferencesDialog):
                dialog.tabs.setCurrentIndex(index)
            qtbot.wait(20)
            yield f"{type(dialog).__name__} {index}", dialog
        dialog.reject()


@pytest.mark.parametrize("name", ["dark", "light"])
def test_all_text_fits_and_can_be_read(name: str, filled: MainWindow, qtbot: Any, qapp: QApplication) -> None:
    told: dict[str, Any] = {}
    theme.apply_theme(qapp, name)
    sizes = ((1440, 900), (1280, 720), (960, 540)) if name == "dark" else ((1280, 720),)
    for size in sizes:
        filled.resize(*size)
        qtbot.wait(30)
        for view, root in views(filled, qtbot, dialogs=size == (1280, 720)):
            problems = looks.all_problems(root)
            if problems:  # a machine under load may still be laying out
                qtbot.wait(250)
                problems = looks.all_problems(root)
            if problems:
                told[f"{size} {view}"] = problems
    assert told == {}, json.dumps(told, indent=1, ensure_ascii=False)


@pytest.mark.parametrize("name", ["dark", "light"])
def test_painted_text_can_be_read(name: str, filled: MainWindow, qtbot: Any, qapp: QApplication) -> None:
    """Timeline, roll, takes, steps, charts: all rows shown, far away and near."""
    studio = filled.studio
    studio.edit("mark", lambda document: toggle_marker(document, Fraction(1), "kites"))
    studio.edit("mood", lambda document: with_shot_mood(document, studio.shots[-1].start_s, "calm"))
    filled.roll.model.show_velocities(True)
    theme.apply_theme(qapp, name)
    filled.resize(1500, 1800)
    told, n_texts = set(), 0
    for zoom, tab in ((1.0, 0), (1.0, 2), (1.0, 3), (40.0, 0)):
        filled.side_tabs.setCurrentIndex(tab)
        filled.axis.zoom_by(zoom, 0.0)
        qtbot.wait(50)
        assert not filled.timeline.blocks.isHidden() and not filled.timeline.bars.isHidden()
        found, n_seen = painted.pale_paint(filled)
        told |= set(found)
        n_texts += n_seen
    assert sorted(told) == []
    assert n_texts > 150, "there was little to look at"


def test_pale_paint_is_found(qtbot: Any) -> None:
    class Words(QWidget):
        def paintEvent(self, _event: Any) -> None:  # noqa: N802 - Qt's name
            painter = QPainter(self)
            painter.fillRect(self.rect(), QColor("#888888"))
            for y, ink in ((20, "#777777"), (50, "#000000"), (80, "#888888")):
                painter.setPen(QColor(ink))
                painter.drawText(10, y, f"ink {ink}")
            painter.setPen(QColor(0, 0, 0, 60))
            painter.drawText(QRectF(10, 90, 120, 20), int(Qt.AlignmentFlag.AlignCenter), "thin")

    box = Words()
    qtbot.addWidget(box)
    box.resize(160, 120)
    box.show()
    told, n_texts = painted.pale_paint(box)
    assert n_texts == 4
    assert [line.split("“")[1].split("”")[0] for line in told] == ["ink #777777", "ink #888888", "thin"]


def test_a_narrow_window_stays_usable(filled: MainWindow, qtbot: Any) -> None:
    filled.resize(1000, 640)
    qtbot.wait(50)
    assert filled.width() == 1000 and filled.height() == 640, "its parts need no more"

    def settled() -> None:
        assert looks.outside(filled) + looks.overlapping(filled) + looks.cut_off(filled) == []

    qtbot.waitUntil(settled, timeout=10_000)
    for needed in (
        filled.generate_button,
        filled.export_button,
        filled.view.picture,
        filled.timeline,
        filled.roll.view,
    ):
        assert needed.visibleRegion().boundingRect().size() == needed.size() and needed.height() > 20


def test_every_control_is_reached_by_tab(filled: MainWindow, qtbot: Any) -> None:
    for index in range(filled.side_tabs.count()):
        filled.side_tabs.setCurrentIndex(index)
        qtbot.wait(20)
        reached = looks.by_tab(filled)
        missed = [
            looks.place(control)
            for control in looks.seen(filled, looks.CONTROLS)
            if control.isEnabled() and control not in reached and not _by_other_keys(control)
        ]
        assert missed == []


def _by_other_keys(control: QWidget) -> bool:
    """Buttons that do what an action with a menu entry does, or a key of the control beside them, need no Tab."""
    return control.focusPolicy() == Qt.FocusPolicy.NoFocus and bool(control.toolTip())


@pytest.mark.parametrize("kind", [PreferencesDialog, ExportDialog])
def test_dialogs_are_reached_by_tab(kind: type[QDialog], filled: MainWindow) -> None:
    dialog: Any = (
        PreferencesDialog(filled.preferences, filled.studio, parent=filled)
        if kind is PreferencesDialog
        else ExportDialog(filled.studio, filled.preferences, filled)
    )
    dialog.open()
    reached = looks.by_tab(dialog)
    missed = [looks.place(c) for c in looks.seen(dialog, looks.CONTROLS) if c.isEnabled() and c not in reached]
    assert missed == []
    dialog.reject()


def test_each_key_is_in_a_menu_and_on_the_page(filled: MainWindow, language: str) -> None:
    from diffbgm_gui.widgets.shortcuts import groups

    shown = {action for _, actions in groups(filled.commands) for action in actions}
    keyed = {action for action in filled.commands.actions.values() if action.shortcuts()}
    keyed |= {entry.action for entry in filled.roll.actions_._entries.values() if entry.action.shortcuts()}
    assert keyed <= shown and len(keyed) > 60
    page = ShortcutsPage(filled.commands, filled)
    page.toggle()
    texts = {label.text() for label in page.findChildren(QLabel)}
    assert {"J", "K", "L"} <= texts
    page.hide()


def test_the_measures_see_what_is_wrong(qtbot: Any) -> None:
    box = QWidget()
    qtbot.addWidget(box)
    box.resize(300, 100)
    narrow, over, pale = (
        QLabel("far too long for its place", box),
        QLabel("one over the other", box),
        QLabel("pale", box),
    )
    narrow.setGeometry(0, 0, 40, 20)
    over.setGeometry(20, 5, 150, 20)
    pale.setGeometry(0, 60, 80, 20)
    pale.setStyleSheet("color: #777777; background: #888888")
    box.show()
    assert len(looks.cut_off(box)) == 1 and len(looks.overlapping(box)) == 1
    assert [told for told in looks.pale(box) if "pale" in told]
    picture = np.full((20, 40, 3), 255, np.uint8)
    picture[5:15, 5:15] = 0x77
    assert looks.ink_contrast(picture) == pytest.approx(4.48, abs=0.01)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_at_200_percent_nothing_is_cut_off(language: str, tmp_path: Path) -> None:
    """In a process of its own, as Qt reads the scale when it starts: a screen of 1920x1080 has 960x540 points then."""
    code = _LARGE.format(language=language)
    state = {name: str(tmp_path / name) for name in ("DIFFBGM_STATE_DIR", "DIFFBGM_CONFIG_DIR")}
    scale = {"QT_SCALE_FACTOR": "2", "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **state, **scale}, capture_output=True, text=True, check=True,
        timeout=200, cwd=ROOT,
    )  # fmt: skip
    ratio, told = json.loads(done.stdout.splitlines()[-1])
    assert ratio == 2.0 and told == []
