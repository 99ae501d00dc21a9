"""What all rows on the time axis have in common: seeking, zoom, playhead, a cached picture."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from diffbgm_gui import theme
from diffbgm_gui.axis import GUTTER_PX, MARGIN_PX, TimeAxis


class AxisRow(QWidget):
    """A widget whose horizontal direction is the time of a `TimeAxis`.

    `paint_row` draws everything but the playhead; it is called again only after `refresh()` or a change of the axis.
    Wheel scrolls, Ctrl+wheel zooms around the pointer, click and drag move the playhead (`seek_asked`).
    """

    seek_asked = Signal(float)

    def __init__(self, axis: TimeAxis, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.axis = axis
        self._cached: QPixmap | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        axis.changed.connect(self.refresh)
        axis.moved.connect(self._playhead_moved)
        self._playhead_x = -1.0

    def paint_row(self, painter: QPainter) -> None:
        """Draw the row at the widget's size."""
        raise NotImplementedError

    def refresh(self) -> None:
        """Draw the row anew at the next paint."""
        self._cached = None
        self.update()

    def plot_rect(self) -> QRectF:
        """The part of the row that is time."""
        return QRectF(GUTTER_PX, 0, max(1, self.width() - GUTTER_PX - MARGIN_PX), self.height())

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        scale = self.devicePixelRatioF()
        size = QSize(round(self.width() * scale), round(self.height() * scale))
        if self._cached is None or self._cached.size() != size:
            self._cached = QPixmap(size)
            self._cached.setDevicePixelRatio(scale)
            self._cached.fill(QColor(theme.PANEL))
            painter = QPainter(self._cached)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self.paint_row(painter)
            painter.end()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._cached)
        self._paint_playhead(painter)

    def _paint_playhead(self, painter: QPainter) -> None:
        if self.axis.duration_s <= 0:
            return
        x = self.axis.x(self.axis.playhead_s)
        self._playhead_x = x
        if not GUTTER_PX - 1 <= x <= self.width():
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.PLAYHEAD), 1.4))
        painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))
        if self.has_playhead_grip():
            painter.setBrush(QColor(theme.PLAYHEAD))
            painter.drawPolygon(QPolygonF([QPointF(x - 5, 0), QPointF(x + 5, 0), QPointF(x, 7)]))

    def has_playhead_grip(self) -> bool:
        """Whether the playhead carries its triangle here."""
        return False

    def _playhead_moved(self, seconds: float) -> None:
        for x in (self._playhead_x, self.axis.x(seconds)):
            self.update(round(x) - 8, 0, 16, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        self.axis.set_width(event.size().width())
        self.refresh()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        turn = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.axis.zoom_by(1.0015 ** turn.y(), self.axis.seconds(event.position().x()))
        elif self.axis.zoom > 1.0001:
            step = turn.x() if abs(turn.x()) > abs(turn.y()) else turn.y()
            self.axis.scroll_to(self.axis.left_s - step / 120 * 0.12 * self.axis.shown_s)
        else:
            event.ignore()
            return
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        self._seek(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        self._seek(event)

    def _seek(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton and self.axis.duration_s > 0:
            self.seek_asked.emit(self.axis.seconds(event.position().x()))


def small_font(painter: QPainter, *, bold: bool = False) -> None:
    """Set the size of labels on the axis."""
    font = painter.font()
    font.setPixelSize(11)
    font.setBold(bold)
    painter.setFont(font)


def gutter_label(painter: QPainter, text: str, top: float, height: float) -> None:
    """A row's name at its left."""
    small_font(painter)
    painter.setPen(QColor(theme.DIM))
    where = QRectF(10, top, GUTTER_PX - 14, height)
    painter.drawText(where, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), text)
