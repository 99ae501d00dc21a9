"""Preferences: kept, robust, and each of them acts."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication

from diffbgm_gui import theme
from diffbgm_gui.main_window import MainWindow
from diffbgm_gui.preferences import AppSettings, Preferences, config_folder, read_settings, write_settings
from diffbgm_gui.run_state import Phase
from diffbgm_gui.widgets.preferences_dialog import PreferencesDialog
from engine.artifacts import AnalysisCache, cache_folder, cache_limit_bytes
from tests.helpers.video import TinyVideo


@pytest.fixture
def dialog(window: MainWindow, qtbot: Any) -> PreferencesDialog:
    dialog = PreferencesDialog(window.preferences, window.studio, outputs=lambda: ["Headphones"], parent=window)
    dialog.open()
    return dialog


def test_preferences_are_kept() -> None:
    settings = AppSettings(theme="light", cache_limit_mb=64, language="zh_CN", draft_first=True)
    write_settings(settings)
    assert read_settings() == settings
    assert [path.name for path in config_folder().iterdir()] == ["preferences.json"]


@pytest.mark.parametrize("text", ["", "[]", "{", '{"theme": 3, "cache_limit_mb": "many", "unknown": 1}'])
def test_nothing_in_the_file_keeps_the_program_from_starting(text: str) -> None:
    config_folder().mkdir(parents=True)
    (config_folder() / "preferences.json").write_text(text)
    assert read_settings() == AppSettings()


def test_good_entries_beside_bad_ones_count() -> None:
    config_folder().mkdir(parents=True)
    (config_folder() / "preferences.json").write_text(json.dumps({"theme": "light", "draft_first": 1}))
    assert read_settings() == AppSettings(theme="light")


def test_a_theme_is_shown_at_once(window: MainWindow, dialog: PreferencesDialog) -> None:
    dialog.theme.setCurrentIndex(dialog.theme.findData("light"))
    app = QApplication.instance()
    assert theme.colours() is theme.LIGHT and isinstance(app, QApplication)
    assert window.palette().color(QPalette.ColorRole.Window).name() == theme.LIGHT.window
    assert read_settings().theme == "light"


def test_the_device_is_that_of_projects_to_come_and_of_the_open_one(
    window: MainWindow, dialog: PreferencesDialog, video: TinyVideo, qtbot: Any
) -> None:
    dialog.device.setCurrentIndex(dialog.device.findData("cpu"))
    dialog.draft_first.click()
    assert not window.studio.is_dirty
    window.open(video.path)
    qtbot.waitUntil(lambda: window.state.phase is Phase.READY, timeout=20_000)
    assert window.studio.document.settings.device == "cpu" and not window.studio.document.draft_first
    dialog.device.setCurrentIndex(dialog.device.findData("auto"))
    assert window.studio.document.settings.device == "auto"
    window.studio.undo()
    assert window.studio.document.settings.device == "cpu"


def test_another_soundfont_is_handed_to_the_engine_and_heard(
    window: MainWindow, dialog: PreferencesDialog, video: TinyVideo, qtbot: Any, tmp_path: Path
) -> None:
    window.open(video.path)
    qtbot.waitUntil(lambda: window.state.phase is Phase.READY, timeout=20_000)
    window.generate()
    qtbot.waitUntil(lambda: window.studio.audible(window.studio.document.current) is not None, timeout=20_000)
    first = window.studio.audible(window.studio.document.current)
    font = tmp_path / "own.sf2"
    dialog._ask_for_soundfont = lambda: font
    dialog._choose("soundfont", dialog.soundfont, dialog._ask_for_soundfont)
    assert os.environ["DIFFBGM_SOUNDFONT"] == str(font) and dialog.soundfont.text() == str(font)
    qtbot.waitUntil(lambda: window.studio.audible(window.studio.document.current) not in (None, first))
    dialog._set_path("soundfont", dialog.soundfont, "")
    assert "DIFFBGM_SOUNDFONT" not in os.environ


def test_the_cache_is_measured_and_cleared(
    window: MainWindow, dialog: PreferencesDialog, video: TinyVideo, qtbot: Any
) -> None:
    window.open(video.path)
    qtbot.waitUntil(lambda: window.state.phase is Phase.READY, timeout=20_000)
    other = PreferencesDialog(window.preferences, window.studio, parent=window)
    qtbot.waitUntil(other.clear_button.isEnabled)
    assert list((cache_folder() / "analysis").iterdir())
    encoders = cache_folder() / "encoders" / "clip"
    encoders.mkdir(parents=True)
    (encoders / "weights").write_bytes(b"x")
    other.clear_button.click()
    qtbot.waitUntil(lambda: not other.clear_button.isEnabled())
    assert other.cache_used.text() == "0.0 MB" and not list((cache_folder() / "analysis").iterdir())
    assert (encoders / "weights").is_file(), "what was downloaded stays"


def test_the_limit_of_the_cache_reaches_the_engine(dialog: PreferencesDialog) -> None:
    dialog.cache_limit_mb.setValue(64)
    dialog.cache_limit_mb.editingFinished.emit()
    assert cache_limit_bytes() == 64_000_000 == AnalysisCache()._max_bytes
    dialog._preferences.change(cache_limit_mb=512)
    assert "DIFFBGM_CACHE_MB" not in os.environ


def test_what_the_environment_says_stays(qapp: Any, dialog: PreferencesDialog) -> None:
    kept = os.environ["DIFFBGM_CACHE_DIR"]
    assert dialog._preferences.is_fixed("cache_folder") and not dialog.cache_folder.isEnabled()
    dialog._preferences.change(cache_folder="/elsewhere")
    assert os.environ["DIFFBGM_CACHE_DIR"] == kept


def test_projects_are_proposed_where_the_user_wants_them(
    window: MainWindow, dialog: PreferencesDialog, video: TinyVideo, qtbot: Any, tmp_path: Path
) -> None:
    window.open(video.path)
    qtbot.waitUntil(lambda: window.state.phase is Phase.READY, timeout=20_000)
    proposed: list[Path] = []
    window.files.ask_for_place = lambda _title, place, _kinds: proposed.append(place)
    window.files.save()
    window.preferences.change(projects_folder=str(tmp_path))
    window.files.save()
    name = video.path.with_suffix(".dbgm").name
    assert proposed == [video.path.with_name(name), tmp_path / name]


def test_a_sound_device_that_is_gone_stays_chosen(window: MainWindow, qapp: Any) -> None:
    chosen: list[str] = []
    window.player.choose_output = chosen.append
    window.preferences.change(sound_output="Headphones")
    assert chosen == ["Headphones"]
    dialog = PreferencesDialog(window.preferences, window.studio, parent=window)
    assert dialog.sound_output.currentData() == "Headphones"


def test_two_programs_with_preferences_of_their_own(qapp: Any) -> None:
    first = Preferences()
    first.change(theme="light")
    assert Preferences().current.theme == "light"
