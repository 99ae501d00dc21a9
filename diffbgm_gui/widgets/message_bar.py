"""A line at the top that says what went wrong or well, and lets one go on working.

One sentence, a hint, and for errors what the program logged, on demand and to be copied.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from diffbgm_gui import icons, theme
from diffbgm_gui.languages import in_words
from diffbgm_gui.run_state import Notice

_KINDS = {"error": "error", "warning": "warning", "good": "check"}
_DETAILS_PX = 150


class MessageBar(QWidget):
    """Shows a `Notice`; hidden without one.

    Args:
        diagnostics: what is shown as details and copied, asked for when it is wanted.
    """

    closed = Signal()

    def __init__(self, diagnostics: Callable[[], str] = str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._diagnostics = diagnostics
        self.setObjectName("message")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.mark = QLabel()
        self.text, self.hint = _words(), _words()
        self.hint.setObjectName("dim")
        self.details_button = self._button(self.tr("Details"), self._toggle_details)
        self.details_button.setCheckable(True)
        self.copy_button = self._button(self.tr("Copy diagnostics"), self.copy)
        self.copy_button.setToolTip(self.tr("Copies versions, settings and the log, for a report; no names of files"))
        self.close_button = self._button(self.tr("Close"), self.closed.emit)
        self.details = QPlainTextEdit()
        self.details.setReadOnly(True)
        self.details.setAccessibleName(self.tr("Details"))
        self.details.hide()
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.mark)
        row.addWidget(self.text, 2)
        row.addWidget(self.hint, 3)
        for button in (self.details_button, self.copy_button, self.close_button):
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 7, 8, 7)
        column.addLayout(row)
        column.addWidget(self.details)
        self._shown: Notice | None = None
        self._kind = ""
        self._dressed: tuple[str, str] | None = None
        self.hide()

    def _button(self, text: str, does: Callable[[], object]) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName("flat")
        button.clicked.connect(lambda _checked=False: does())
        return button

    def show_notice(self, notice: Notice | None) -> None:
        """Show what there is to say, or nothing."""
        if notice is self._shown:
            return
        self._shown = notice
        self.setVisible(notice is not None)
        if notice is None:
            return
        self.text.setText(in_words(notice.message))
        self.hint.setText(in_words(notice.hint))
        self._kind = kind = notice.kind if notice.kind in _KINDS else "warning"
        for button in (self.details_button, self.copy_button):
            button.setVisible(kind == "error")
        self.details_button.setChecked(False)
        self._toggle_details()
        self._dress(kind)

    def copy(self) -> None:
        """Put the diagnostics onto the clipboard."""
        clipboard = QGuiApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(self._diagnostics())
            self.copy_button.setText(self.tr("Copied"))

    def _toggle_details(self) -> None:
        is_open = self.details_button.isChecked()
        if is_open:
            self.details.setPlainText(self._diagnostics())
            self.details.setFixedHeight(min(_DETAILS_PX, self.window().height() // 7))
        self.details.setVisible(is_open)
        self.copy_button.setText(self.tr("Copy diagnostics"))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._kind:
            self._dress(self._kind)

    def _dress(self, kind: str) -> None:
        c = theme.colours()
        if self._dressed == (c.name, kind):
            return  # a style sheet of its own changes the palette, too
        self._dressed = c.name, kind
        ratio = self.devicePixelRatioF()
        picture = QPixmap.fromImage(icons.image(_KINDS[kind], round(18 * ratio), kind))
        picture.setDevicePixelRatio(ratio)
        self.mark.setPixmap(picture)
        self.mark.setFixedSize(QSize(20, 20))
        self.setStyleSheet(
            f"QWidget#message {{ background: {c.raised}; border-left: 3px solid {getattr(c, kind)};"
            f" border-bottom: 1px solid {c.border}; }}"
        )


def _words() -> QLabel:
    label = QLabel()
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
