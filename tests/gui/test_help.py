"""Help: shortcuts, about, messages with details, diagnostics; the colours of text; icons."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QImage, QKeySequence
from PySide6.QtWidgets import QLabel, QTabWidget

from diffbgm_gui import icons, theme
from diffbgm_gui.diagnostics import diagnostics, listen
from diffbgm_gui.main_window import MainWindow
from diffbgm_gui.run_state import Notice
from diffbgm_gui.widgets.about import AboutBox
from diffbgm_gui.widgets.message_bar import MessageBar
from diffbgm_gui.widgets.shortcuts import ShortcutsPage
from diffbgm_gui.widgets.steps.scale import label_left
from engine.errors import InputError
from engine.resources import resource_path
from engine.wording import Told
from tests.helpers.video import TinyVideo


@pytest.mark.parametrize("colours", [theme.DARK, theme.LIGHT], ids=lambda colours: colours.name)
def test_all_text_can_be_read(colours: theme.Colours) -> None:
    low = {
        (ink, ground): round(theme.contrast(getattr(colours, ink), getattr(colours, ground)), 2)
        for ink, ground in theme.TEXT_PAIRS
        if theme.contrast(getattr(colours, ink), getattr(colours, ground)) < 4.5
    }
    assert low == {}


@pytest.mark.parametrize("colours", [theme.DARK, theme.LIGHT], ids=lambda colours: colours.name)
def test_what_is_drawn_stands_out(colours: theme.Colours) -> None:
    drawn = ("melody", "inner", "bass", "star", "marker", "cut", "playhead", "hit", "added", "removed", "accent")
    drawn += ("density", "energy", "register", "tension", "motion", "speech", "outline", "lock")
    low = [name for name in drawn if theme.contrast(getattr(colours, name), colours.sunken) < 2.9]
    assert low == [], "3:1 is what WCAG asks of graphics"


def test_contrast_is_wcag_s() -> None:
    assert theme.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert theme.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(("here", "left"), [(None, 55.0), (20.0, 55.0), (80.0, 105.0), (103.0, 113.0), (130.0, 55.0)])
def test_the_number_of_t0_is_not_under_the_handle(here: float | None, left: float) -> None:
    found = label_left(100.0, 40.0, here)
    assert found == left and (here is None or not here - 7 < found < here + 7)


def test_question_mark_shows_every_shortcut_there_is(window: MainWindow, qtbot: Any) -> None:
    with qtbot.waitActive(window):
        window.windowHandle().requestActivate()
    qtbot.keyClick(window, "?")
    page = window.findChild(ShortcutsPage)
    assert page is not None and page.isVisible()
    texts = {label.text() for label in page.findChildren(QLabel)}
    with_keys = [action for action in window.commands.actions.values() if action.shortcuts()]
    assert len(with_keys) >= 20
    for action in with_keys:
        assert action.shortcuts()[0].toString(QKeySequence.SequenceFormat.NativeText) in " ".join(texts)
        assert action.text().replace("&", "").rstrip("…") in texts
    qtbot.keyClick(page, Qt.Key.Key_Escape)
    assert not page.isVisible()


def test_each_action_is_in_a_menu_and_no_key_does_two_things(window: MainWindow) -> None:
    listed = [action for menu in window.commands.menus.values() for action in menu.actions()]
    assert all(action in listed for action in window.commands.actions.values())
    keys = [
        (key.toString(), action.text())
        for action in window.commands.actions.values()
        if action.shortcutContext() == Qt.ShortcutContext.WindowShortcut
        for key in action.shortcuts()
    ]
    twice = [key for key, _ in keys if [other for other, _ in keys].count(key) > 1]
    assert twice == []


def test_an_error_can_be_looked_into_and_copied(qtbot: Any, qapp: Any) -> None:
    bar = MessageBar(lambda: "line one\nline two")
    qtbot.addWidget(bar)
    bar.resize(900, 60)
    bar.show()
    bar.show_notice(Notice("error", "It broke.", "Mend it."))
    assert bar.text.text() == "It broke." and bar.hint.text() == "Mend it." and not bar.details.isVisible()
    bar.details_button.click()
    assert bar.details.isVisible() and "line two" in bar.details.toPlainText()
    bar.copy_button.click()
    assert QGuiApplication.clipboard().text() == "line one\nline two"
    bar.show_notice(Notice("good", "Done."))
    assert not bar.details_button.isVisible() and not bar.copy_button.isVisible() and not bar.details.isVisible()


def test_diagnostics_say_what_helps_and_no_names(window: MainWindow, video: TinyVideo, qtbot: Any) -> None:
    listen()
    window.open(video.path)
    qtbot.waitUntil(lambda: window.state.signals is not None, timeout=20_000)
    logging.getLogger("engine.somewhere").info("in %s", Path.home() / "films")
    text = diagnostics(window.studio)
    assert "PySide6" in text and "160x96" in text and "'t0': 200" in text and "~" in text
    assert video.path.name not in text and str(Path.home() / "films") not in text
    error = InputError("'{name}' is {n} bytes long: {reason}.", name=video.path.name, n=3, reason=Told("cut short"))
    window.studio.notice("error", error.message, error.hint)
    assert "Message: '…' is 3 bytes long: cut short.\n" in diagnostics(window.studio)


def test_about_names_the_licences(window: MainWindow, qtbot: Any) -> None:
    window.commands["about"].trigger()
    box = window.findChild(AboutBox)
    assert box is not None and box.isVisible()
    tabs = box.findChild(QTabWidget)
    pages = [tabs.widget(i).toPlainText() for i in range(tabs.count())]
    assert "MIT" in pages[0] and "LGPL" in pages[0] and any("POP909" in page for page in pages[1:])
    box.reject()


def test_icons_are_sharp_and_follow_the_theme(qapp: Any) -> None:
    names = sorted(path.stem for path in resource_path("icons").glob("*.svg"))
    assert len(names) > 40
    for name in names:
        image = icons.image(name, 48, "text")
        assert any(image.pixelColor(x, y).alpha() > 200 for x in range(48) for y in range(48)), name
    for scale in (1.0, 1.5, 2.0):
        pixmap = icons.icon("play").pixmap(QSize(20, 20), scale)
        assert (pixmap.width(), pixmap.devicePixelRatio()) == (round(20 * scale), scale), "no picture is stretched"
    dark = _ink(icons.icon("play"))
    theme.apply_theme(qapp, "light")
    light = _ink(icons.icon("play"))
    assert dark == theme.DARK.text and light == theme.LIGHT.text


def _ink(icon: QIcon) -> str:
    """The colour of the middle of an icon."""
    image: QImage = icon.pixmap(QSize(32, 32)).toImage()
    return image.pixelColor(14, 16).name()
