"""The first page: the demo in one click, a video of one's own, what was open before."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from diffbgm_gui.icons import icon
from engine.resources import find_resource

if TYPE_CHECKING:
    from diffbgm_gui.file_flow import FileFlow

_MOST_SHOWN: Final = 5
_EMBLEM_PX: Final = 72


class StartPage(QWidget):
    """Shown while nothing is open. What is clicked before it is told the `FileFlow` is done when it is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._files: FileFlow | None = None
        self._asked: Callable[[FileFlow], Any] | None = None
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        heading = QLabel(self.tr("Music for your film, from its picture"))
        heading.setObjectName("heading")
        hint = QLabel(self.tr("Drop a video, a timeline or a project here, or open one."))
        hint.setObjectName("dim")
        self.open_button = QPushButton(icon("film", colour="accent_ink"), self.tr("Open a video"))
        self.open_button.setObjectName("primary")
        self.open_button.clicked.connect(lambda: self._do(lambda files: files.ask_for_video()))
        self.project_button = QPushButton(icon("folder"), self.tr("Open a project"))
        self.project_button.clicked.connect(lambda: self._do(lambda files: files.ask_for_project()))
        self.demo_button = QPushButton(icon("play"), self.tr("Try the demo"))
        self.demo_button.setToolTip(self.tr("A short film that comes with the program"))
        self.demo_button.clicked.connect(lambda: self._do(lambda files: files.open_demo()))
        self.demo_button.setEnabled(find_resource("demo", "demo.mp4") is not None)
        self._recent = QVBoxLayout()
        self._recent.setSpacing(2)
        self._lay_out(heading, hint)

    def use(self, files: FileFlow) -> None:
        """From now on what is clicked is done."""
        self._files = files
        self.show_recent()
        asked, self._asked = self._asked, None
        if asked is not None:
            asked(files)

    def _do(self, what: Callable[[FileFlow], Any]) -> None:
        if self._files is not None:
            what(self._files)
        else:
            self._asked = what

    def _lay_out(self, heading: QLabel, hint: QLabel) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addStretch(1)
        for button in (self.open_button, self.demo_button, self.project_button):
            button.setIconSize(QSize(18, 18))
            button.setMinimumHeight(36)
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setSpacing(10)
        column.addStretch(2)
        column.addWidget(_emblem(self), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(4)
        column.addWidget(heading, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(hint, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(10)
        column.addLayout(buttons)
        column.addSpacing(18)
        column.addLayout(self._recent)
        column.addStretch(3)

    def show_recent(self) -> None:
        """Show what was open before."""
        while (item := self._recent.takeAt(0)) is not None:
            if item.widget() is not None:
                item.widget().deleteLater()
        shown = self._files.recent[:_MOST_SHOWN] if self._files is not None else []
        if shown:
            label = QLabel(self.tr("Recent projects"))
            label.setObjectName("dim")
            self._recent.addWidget(label, 0, Qt.AlignmentFlag.AlignHCenter)
        for path in shown:
            self._recent.addWidget(self._link(path), 0, Qt.AlignmentFlag.AlignHCenter)

    def _link(self, path: Path) -> QPushButton:
        button = QPushButton(path.name)
        button.setObjectName("flat")
        button.setToolTip(str(path))
        button.clicked.connect(partial(self._open, path))
        return button

    def _open(self, path: Path, _checked: bool = False) -> None:
        self._do(lambda files: files.open(path))


def _emblem(page: QWidget) -> QLabel:
    """The program's icon, sharp at the page's scale."""
    label, path = QLabel(), find_resource("app", "diffbgm.svg")
    if path is not None:
        label.setPixmap(QIcon(str(path)).pixmap(QSize(_EMBLEM_PX, _EMBLEM_PX), page.devicePixelRatioF()))
    return label
