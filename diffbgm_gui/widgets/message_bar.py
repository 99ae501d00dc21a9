"""A line at the top that says what went wrong or well, and lets one go on working."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from diffbgm_gui import theme
from diffbgm_gui.run_state import Notice

_KINDS: Final = ("error", "warning", "good")


class MessageBar(QWidget):
    """Shows a `Notice`; hidden without one."""

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("message")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.hint = QLabel()
        self.hint.setObjectName("dim")
        self.hint.setWordWrap(True)
        self.hint.setTextFormat(Qt.TextFormat.PlainText)
        self.close_button = QPushButton("Close")
        self.close_button.setObjectName("flat")
        self.close_button.clicked.connect(self.closed)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 7, 8, 7)
        row.setSpacing(14)
        row.addWidget(self.text, 2)
        row.addWidget(self.hint, 3)
        row.addWidget(self.close_button)
        self._shown: Notice | None = None
        self.hide()

    def show_notice(self, notice: Notice | None) -> None:
        if notice is self._shown:
            return
        self._shown = notice
        self.setVisible(notice is not None)
        if notice is None:
            return
        self.text.setText(notice.message)
        self.hint.setText(notice.hint)
        colour = getattr(theme.colours(), notice.kind if notice.kind in _KINDS else "warning")
        self.setStyleSheet(
            f"QWidget#message {{ background: {theme.RAISED}; border-left: 3px solid {colour};"
            f" border-bottom: 1px solid {theme.BORDER}; }}"
        )
