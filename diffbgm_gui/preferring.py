"""What becomes of preferences: each is applied where it acts, as soon as it is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from diffbgm_gui.preferences import AppSettings, Preferences
from diffbgm_gui.theme import apply_theme

if TYPE_CHECKING:
    from diffbgm_gui.main_window import MainWindow


class Preferring(QObject):
    """Applies preferences to a window."""

    def __init__(self, window: MainWindow, preferences: Preferences) -> None:
        super().__init__(window)
        self._window, self._before = window, AppSettings()
        preferences.changed.connect(self.apply)
        app = QApplication.instance()
        if isinstance(app, QApplication) and app.styleHints() is not None:
            app.styleHints().colorSchemeChanged.connect(self._desktop_changed)
        self.apply(preferences.current)

    def apply(self, after: AppSettings) -> None:
        """Bring the window from the preferences before to these."""
        before, self._before = self._before, after
        window, studio = self._window, self._window.studio
        if after.theme != before.theme:
            self._show_theme(after.theme)
        if (after.device, after.draft_first) != (before.device, before.draft_first):
            studio.prefer(device=after.device, draft_first=after.draft_first)
        if after.soundfont != before.soundfont:
            studio.play_anew()
        if after.sound_output != before.sound_output:
            window.choose_output(after.sound_output)
        window.files.folder = after.projects_folder

    def _desktop_changed(self) -> None:
        if self._before.theme == "system":
            self._show_theme("system")

    def _show_theme(self, name: str) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            apply_theme(app, name)
