"""The Captions tab: a mood for each shot, or, for a model that reads captions, what each shot shows in words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from diffbgm_gui.document import Document, without_captions
from diffbgm_gui.languages import in_one
from diffbgm_gui.study_events import BundleKnown, CaptionsProgressed, CaptionsWritten, EncodersKnown
from diffbgm_gui.widgets.panel.controls import calm
from diffbgm_gui.widgets.panel.shot_list import ShotList

if TYPE_CHECKING:
    from diffbgm_gui.studio import Studio


_FEW_SHOTS: Final = 300
"""The list of more shots than these is brought up to date when it is looked at."""


def _without_moods(document: Document) -> Document:
    """Every shot with the mood of the whole."""
    return replace(document, direction=replace(document.direction, moods=()))


class CaptionsPage(QWidget):
    """See the module. `seek_asked(seconds)`: the user turned to a shot."""

    seek_asked = Signal(float)

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.studio = studio
        self._said: CaptionsWritten | None = None
        self.told, self.problem = QLabel(), QLabel()
        for label, name in ((self.told, "hint"), (self.problem, "warned")):
            label.setObjectName(name)
            label.setWordWrap(True)
        self.write = QPushButton(self.tr("Caption the film"))
        self.write.setToolTip(self.tr("Let the caption model say what each stretch of the film shows"))
        self.reset = QPushButton()
        self.again = QPushButton(self.tr("Re-roll shot"))
        self.again.setToolTip(
            self.tr("Write the music of this shot anew, with its mood. Every note outside it stays as it is")
        )
        self.shots = ShotList(studio)
        self.shots.setAccessibleName(self.tr("Shots"))
        self.shots.chosen.connect(self.seek_asked)
        self.write.clicked.connect(self._write)
        self.reset.clicked.connect(self._reset)
        self.again.clicked.connect(self._reroll)
        self.shots.chosen.connect(lambda _seconds: self._show_again())
        for button in (self.write, self.reset, self.again):
            calm(button)
        self._lay_out()
        studio.document_changed.connect(lambda _document: self._show())
        studio.state_changed.connect(lambda _state: self._show())
        studio.event.connect(self._heard)
        self._show()

    def _lay_out(self) -> None:
        head = QVBoxLayout()
        head.setContentsMargins(14, 12, 10, 8)
        head.setSpacing(6)
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self.told, 1)
        for button in (self.again, self.write, self.reset):
            top.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(top)
        head.addWidget(self.problem)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.shots, 1)

    def _write(self) -> None:
        if self.studio.is_captioning:
            self.studio.stop_captions()
        else:
            self._said = None
            self.studio.write_captions()
        self._show()

    def _reset(self) -> None:
        if self.studio.reads_captions:
            self.studio.edit(self.tr("Captions as written"), without_captions)
        else:
            self.studio.edit(self.tr("All moods Auto"), _without_moods)

    def _reroll(self) -> None:
        entry = self.shots.current
        if entry is not None:
            self.studio.reroll_time(entry.start_s, entry.end_s)

    def _show_again(self) -> None:
        """A shot can be written anew where there is music, and moods are what it follows."""
        studio = self.studio
        take = studio.document.take
        self.again.setVisible(not studio.reads_captions and take is not None and take.plan.encoded is None)
        self.again.setEnabled(self.shots.current is not None and not studio.state.is_busy)

    def _heard(self, event: Any) -> None:
        match event:
            case CaptionsProgressed(share=share):
                self.write.setText(self.tr("Stop ({} %)").format(round(100 * share)))
            case CaptionsWritten():
                self._said = event
                self._show()
            case BundleKnown() | EncodersKnown():
                self._show()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        self.shots.shots.refresh()
        super().showEvent(event)

    def _show(self) -> None:
        if self.isVisible() or len(self.studio.shots) <= _FEW_SHOTS:
            self.shots.shots.refresh()
        studio, words = self.studio, self.studio.reads_captions
        direction = studio.document.direction
        self.write.setVisible(words)
        self.write.setEnabled(studio.state.info is not None)
        self.write.setText(self.tr("Stop") if studio.is_captioning else self.tr("Caption the film"))
        self._show_again()
        self.reset.setText(self.tr("As the model wrote them") if words else self.tr("All Auto"))
        self.reset.setVisible(bool(direction.captions if words else direction.moods))
        self.told.setText(self._told(words))
        self.problem.setText(self._problem(words))
        self.problem.setVisible(bool(self.problem.text()))

    def _told(self, words: bool) -> str:
        if self.studio.state.info is None:
            return self.tr("Open a video to see its shots.")
        if not words:
            if self.studio.document.take is None:
                return self.tr("A mood for single shots, in place of the mood of the whole.")
            return self.tr("A mood for single shots. Re-roll shot writes the music of that shot anew, and no other.")
        if self.shots.shots.entries:
            return self.tr("What the film shows, as the model reads it. An edited sentence is encoded anew, alone.")
        return self.tr("Captions appear when the film was captioned, or music was composed.")

    def _problem(self, words: bool) -> str:
        if not words:
            return ""
        if self._said is not None and self._said.message:
            return in_one(self._said.message, self._said.hint)
        known = self.studio.encoders_known
        return "" if known is None or known.are_here else in_one(known.message, known.hint)
