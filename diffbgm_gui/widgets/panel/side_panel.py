"""The right side of the window: Music, Engine, Captions, Research."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from diffbgm_gui.study_events import BundleKnown
from diffbgm_gui.widgets.panel.captions_page import CaptionsPage
from diffbgm_gui.widgets.panel.controls import Control
from diffbgm_gui.widgets.panel.engine_page import EnginePage
from diffbgm_gui.widgets.panel.music_page import MusicPage
from diffbgm_gui.widgets.research.page import ResearchPage

if TYPE_CHECKING:
    from diffbgm_gui.studio import Studio


class SidePanel(QWidget):
    """The four tabs. `controls` holds every control of a setting by the setting's name."""

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.studio = studio
        self.music, self.engine = MusicPage(studio), EnginePage(studio)
        self.captions, self.research = CaptionsPage(studio), ResearchPage(studio)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.tabBar().setExpanding(False)
        self.tabs.setUsesScrollButtons(True)
        for page, title in (
            (self.music, self.tr("Music")),
            (self.engine, self.tr("Engine")),
            (self.captions, self.tr("Captions")),
            (self.research, self.tr("Research")),
        ):
            self.tabs.addTab(page, title)
        studio.event.connect(self._heard)
        self._name_captions()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.tabs)
        self.setMinimumWidth(340)

    def _heard(self, event: Any) -> None:
        if isinstance(event, BundleKnown):
            self._name_captions()

    def _name_captions(self) -> None:
        """Shots have moods, or, where the model reads them, captions."""
        words = self.tr("Captions") if self.studio.reads_captions else self.tr("Moods")
        self.tabs.setTabText(self.tabs.indexOf(self.captions), words)

    @property
    def controls(self) -> dict[str, Control]:
        return {**self.music.controls, **self.engine.controls}

    def commit(self) -> None:
        """Take over what was typed and not yet confirmed, before it is composed."""
        self.music.commit()
        self.engine.commit()
