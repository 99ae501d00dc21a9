"""Rows one below the other, which scroll upright where there is no room for all of them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QScrollBar, QSizePolicy, QVBoxLayout, QWidget

from diffbgm_gui import theme
from diffbgm_gui.axis import MARGIN_PX


class RowStack(QScrollArea):
    """Rows in a column. The scroll bar lies in the margin at the right of the axis, so that rows keep their width."""

    def __init__(self, rows: Sequence[QWidget], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = tuple(rows)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(_Column(self._rows))
        self._bar = QScrollBar(Qt.Orientation.Vertical, self)
        self._bar.setAccessibleName(self.tr("Rows of the timeline"))
        inner = self.verticalScrollBar()
        inner.rangeChanged.connect(self._range_changed)
        inner.valueChanged.connect(self._bar.setValue)
        self._bar.valueChanged.connect(inner.setValue)
        self._bar.hide()

    @property
    def rows_px(self) -> int:
        """Height of all rows that are shown."""
        shown = [row for row in self._rows if not row.isHidden()]
        return sum(row.height() for row in shown) + max(0, len(shown) - 1)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(600, self.rows_px)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(300, 42)

    def show_row(self, row: QWidget) -> None:
        """Scroll so that a row is seen, its end first."""
        if row.isVisibleTo(self):
            self.ensureWidgetVisible(row, 0, 0)

    def _range_changed(self, least: int, most: int) -> None:
        self._bar.setRange(least, most)
        self._bar.setPageStep(self.viewport().height())
        self._bar.setVisible(most > least)
        self._place_bar()

    def _place_bar(self) -> None:
        self._bar.setGeometry(self.width() - MARGIN_PX + 2, 0, MARGIN_PX - 3, self.height())
        self._bar.raise_()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._place_bar()


class _Column(QWidget):
    """The rows, with a line between each two."""

    def __init__(self, rows: Sequence[QWidget]) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        for row in rows:
            column.addWidget(row)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        QPainter(self).fillRect(self.rect(), QColor(theme.colours().border))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.PaletteChange:
            self.update()
        super().changeEvent(event)
