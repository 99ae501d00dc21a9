"""Which model composes: its profile and version, another one's folder, and the encoders that it may need."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from diffbgm_gui.languages import in_one
from diffbgm_gui.study_events import BundleKnown, EncodersKnown
from diffbgm_gui.widgets.panel.controls import calm

if TYPE_CHECKING:
    from diffbgm_gui.studio import Studio


class BundleBox(QWidget):
    """See the module. `ask_for_folder` asks; tests replace it."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self._studio = studio
        self.title, self.facts, self.encoders_said = QLabel(), QLabel(), QLabel()
        self.facts.setObjectName("hint")
        self.encoders_said.setObjectName("hint")
        self.choose = QPushButton(self.tr("Choose a bundle…"))
        self.choose.setToolTip(
            self.tr("Compose with another model: a folder that holds config.json and model.safetensors")
        )
        self.own = QPushButton(self.tr("The program's own"))
        self.own.setToolTip(self.tr("Go back to the model that comes with the program"))
        self.encoders = QPushButton(self.tr("Folder of encoders…"))
        self.encoders.setToolTip(
            self.tr("Where CLIP, BLIP and BERT lie, in folders clip, blip and bert; otherwise they are downloaded once")
        )
        self.choose.clicked.connect(self._choose)
        self.own.clicked.connect(lambda: studio.use_bundle(None))
        self.encoders.clicked.connect(self._choose_encoders)
        for button in (self.choose, self.own, self.encoders):
            calm(button)
        self._lay_out()
        studio.event.connect(self._heard)
        self._show()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 2)
        column.setSpacing(4)
        for label in (self.title, self.facts, self.encoders_said):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        buttons.addWidget(self.choose)
        buttons.addWidget(self.own)
        buttons.addStretch(1)
        column.addWidget(self.title)
        column.addWidget(self.facts)
        column.addLayout(buttons)
        column.addWidget(self.encoders_said)
        column.addWidget(self.encoders, 0, Qt.AlignmentFlag.AlignLeft)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        super().showEvent(event)
        if self._studio.bundle_facts is None:
            self._studio.learn_bundle()

    def ask_for_folder(self, title: str) -> Path | None:
        """A folder that is there."""
        name = QFileDialog.getExistingDirectory(self, title)
        return Path(name) if name else None

    def _choose(self) -> None:
        folder = self.ask_for_folder(self.tr("Choose a model bundle"))
        if folder is not None:
            self._studio.use_bundle(folder)

    def _choose_encoders(self) -> None:
        folder = self.ask_for_folder(self.tr("Choose the folder of encoders"))
        if folder is not None:
            self._studio.use_encoders(folder)

    def _heard(self, event: Any) -> None:
        if isinstance(event, BundleKnown | EncodersKnown):
            self._show()

    def _show(self) -> None:
        facts = self._studio.bundle_facts
        self.own.setVisible(self._studio.bundle is not None)
        for widget in (self.encoders, self.encoders_said):
            widget.setVisible(self._studio.reads_captions)
        if facts is None:
            self.title.setText(self.tr("Model bundle"))
            return
        profiles = {"studio": self.tr("studio profile"), "paper": self.tr("the paper's profile")}
        version = self.tr("version {}").format(facts.version)
        self.title.setText(facts.folder.name)
        size = self.tr("{} MB").format(f"{facts.megabytes:g}")
        self.facts.setText("  ·  ".join((profiles.get(facts.profile, facts.profile), version, size)))
        self.facts.setToolTip(str(facts.folder))
        known = self._studio.encoders_known
        if known is None or known.are_here:
            told = self.tr("Its encoders are on this machine.") if known is not None else ""
        else:
            told = in_one(known.message, known.hint)
        name = "hint" if known is None or known.are_here else "warned"
        if self.encoders_said.objectName() != name:
            self.encoders_said.setObjectName(name)
            self.encoders_said.style().polish(self.encoders_said)
        self.encoders_said.setText(told)
