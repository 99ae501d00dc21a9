"""Rows one below the other; where there is no room for all of them, those that matter most, each of them whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from diffbgm_gui import theme

LINE_PX = 1
"""Between two rows."""


class RowStack(QWidget):
    """Rows in a column, with a line between each two."""

    def __init__(self, rows: Sequence[QWidget], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = tuple(rows)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(LINE_PX)
        for row in rows:
            column.addWidget(row)

    @property
    def rows_px(self) -> int:
        """Height of the rows that are shown."""
        return height_of(row for row in self._rows if not row.isHidden())

    def show_only(self, shown: Iterable[QWidget]) -> None:
        """Show these rows, in their places."""
        chosen = set(shown)
        for row in self._rows:
            if row.isHidden() == (row in chosen):
                row.setVisible(row in chosen)
        self.setFixedHeight(self.rows_px)
        self.layout().activate()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(300, self.rows_px)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        QPainter(self).fillRect(self.rect(), QColor(theme.colours().border))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.PaletteChange:
            self.update()
        super().changeEvent(event)


def height_of(rows: Iterable[QWidget]) -> int:
    """Height of some rows with the lines between them."""
    heights = [row.height() for row in rows]
    return sum(heights) + LINE_PX * max(0, len(heights) - 1)


def fitting(always: QWidget, ranked: Sequence[QWidget], room_px: int) -> list[QWidget]:
    """The rows that fit into a height: one always, then by rank as many as there is room for."""
    chosen = [always]
    for row in ranked:
        if height_of((*chosen, row)) <= room_px:
            chosen.append(row)
    return chosen
