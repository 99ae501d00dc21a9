"""What all rows on the time axis have in common: seeking, zoom, playhead, a cached picture that scrolls."""

from __future__ import annotations

import time
from typing import ClassVar, Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QMouseEvent,
    QNativeGestureEvent,
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
from diffbgm_gui.widgets.answering import answer_first
from diffbgm_gui.widgets.turns import Turns

LABEL_PX: Final = 11
_SHADE: Final = 150
_WHEEL_ZOOM: Final = 1.0015


class AxisRow(QWidget):
    """A widget whose horizontal direction is the time of a `TimeAxis`.

    `paint_row` draws all but what moves with the pointer or the playhead; it is called again only after `refresh()` or
    a change of the axis. Rows that say `scrolls` are shifted when the view scrolls, and then `paint_row` is called for
    the strip that came into view: `part` says which, in pixels. The axis is as wide as the row that says `is_measure`.
    When there is too much to draw for one turn of the event loop, rows show their old picture, stretched to the present
    view, until their turn comes (`Turns`).
    Wheel scrolls, Ctrl+wheel and pinch zoom around the pointer, click and drag move the playhead (`seek_asked`); drags
    snap to the axis' magnets unless Alt is held.
    """

    seek_asked = Signal(float)
    scrolls: ClassVar[bool] = False
    is_measure: ClassVar[bool] = False

    def __init__(self, axis: TimeAxis, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.axis = axis
        self.part = QRectF()
        self._turns = Turns.of(axis)
        self._cached: QPixmap | None = None
        self._is_stale = False
        self._view = (0.0, 0.0, 0.0, 0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        answer_first(self, self.answers)
        axis.changed.connect(self.update)
        axis.moved.connect(self._playhead_moved)
        self._playhead_x = -1.0

    # -- for rows to fill ------------------------------------------------------------------------------------------

    def paint_row(self, painter: QPainter) -> None:
        """Draw the row at the widget's size, or what of it lies in `part`."""
        raise NotImplementedError

    def paint_over(self, painter: QPainter) -> None:
        """Draw what moves with the pointer, over the row; called at every paint."""

    def has_playhead_grip(self) -> bool:
        """Whether the playhead carries its triangle here."""
        return False

    def refresh(self) -> None:
        """Draw the row anew at the next paint."""
        self._is_stale = True
        self.update()

    def draw_now(self) -> None:
        """Draw the row where it is out of date."""
        if self.isVisible():
            self._brought_up_to_date()
            self.update()

    # -- places ----------------------------------------------------------------------------------------------------

    def plot_rect(self) -> QRectF:
        """The part of the row that is time."""
        return QRectF(GUTTER_PX, 0, max(1, self.width() - GUTTER_PX - MARGIN_PX), self.height())

    def part_s(self, margin_px: float = 0) -> tuple[float, float]:
        """The stretch of time that is to be painted now, widened by what reaches in from its sides."""
        scale = self.axis.s_per_px
        first = self.axis.left_s + (self.part.left() - GUTTER_PX - margin_px) * scale
        return first, self.axis.left_s + (self.part.right() - GUTTER_PX + margin_px) * scale

    def ends(self) -> tuple[float, float]:
        """Where the video begins and ends, in pixels within the plot; without one, the whole plot."""
        plot = self.plot_rect()
        if self.axis.duration_s <= 0:
            return plot.left(), plot.right()
        return max(plot.left(), self.axis.x(0)), min(plot.right(), self.axis.x(self.axis.duration_s))

    # -- painting --------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        cached = self._cached
        waits = cached is not None and cached.size() == self._size() and self._is_costly() and self._turns.is_over
        if not waits:
            cached = self._brought_up_to_date()
        assert cached is not None
        painter = QPainter(self)
        painter.setClipRegion(event.region())
        if waits:
            self._turns.wait(self)
            self._paint_stretched(painter, cached)
        else:
            painter.drawPixmap(0, 0, cached)
        self.paint_over(painter)
        self._paint_outside(painter)
        self._paint_playhead(painter)
        if self.hasFocus():
            painter.fillRect(QRectF(0, 0, 2, self.height()), QColor(theme.colours().accent))

    def _present_view(self) -> tuple[float, float, float, int]:
        return self.axis.left_s, self.axis.shown_s, self.axis.duration_s, self.axis.width_px

    def _size(self) -> QSize:
        """Of the picture, in pixels of the device."""
        scale = self.devicePixelRatioF()
        return QSize(round(self.width() * scale), round(self.height() * scale))

    def _is_costly(self) -> bool:
        """Whether all of the row is to be drawn: for another zoom, or because what it shows is another."""
        view, before = self._present_view(), self._view
        return self._is_stale or view[1:] != before[1:]

    def _brought_up_to_date(self) -> QPixmap:
        """The row's picture, drawn or shifted as far as that is needed."""
        scale = self.devicePixelRatioF()
        self.axis.grain_px = next((n for n in (1, 2, 3, 4) if abs(n * scale - round(n * scale)) < 1e-6), 1)
        size, view, before = self._size(), self._present_view(), self._view
        cached = self._cached
        if cached is not None and cached.size() == size and view == before and not self._is_stale:
            return cached
        begun_s = time.perf_counter()
        self._view = view
        if cached is None or cached.size() != size or self._is_stale or view[1:] != before[1:]:
            cached = self._drawn_anew(size, scale)
        else:
            shift = (before[0] - view[0]) / self.axis.s_per_px * scale
            plot = self.plot_rect()
            if self.scrolls and abs(shift - round(shift)) < 1e-3 and abs(shift) < 0.9 * plot.width() * scale:
                cached = self._shifted(cached, round(shift), scale)
            else:
                cached = self._drawn_anew(size, scale)
        self._turns.spend(begun_s)
        return cached

    def _paint_stretched(self, painter: QPainter, cached: QPixmap) -> None:
        """The picture of another view, each moment of it where it belongs in the present one."""
        left_s, shown_s, _, _ = self._view
        plot, scale = self.plot_rect(), self.devicePixelRatioF()
        painter.drawPixmap(0, 0, cached)
        if (left_s, shown_s) == (self.axis.left_s, self.axis.shown_s):
            return
        painter.save()
        painter.setClipRect(plot, Qt.ClipOperation.IntersectClip)
        painter.fillRect(plot, QColor(theme.colours().panel))
        left, right = self.axis.x(left_s), self.axis.x(left_s + shown_s)
        source = QRectF(plot.left() * scale, 0, plot.width() * scale, self.height() * scale)
        painter.drawPixmap(QRectF(left, 0, right - left, self.height()), cached, source)
        painter.restore()

    def _drawn_anew(self, size: QSize, scale: float) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.setDevicePixelRatio(scale)
        pixmap.fill(QColor(theme.colours().panel))
        self._is_stale = False
        self._paint_into(pixmap, QRectF(0, 0, self.width(), self.height()))
        self._cached = pixmap
        return pixmap

    def _shifted(self, cached: QPixmap, shift: int, scale: float) -> QPixmap:
        """The cached picture moved by device pixels, and the strip that this uncovers drawn."""
        plot = self.plot_rect()
        moved = shift / scale
        pixmap = QPixmap(cached.size())
        pixmap.setDevicePixelRatio(scale)
        painter = QPainter(pixmap)
        painter.drawPixmap(0, 0, cached)
        painter.setClipRect(plot)
        painter.drawPixmap(QPointF(moved, 0), cached)
        left = plot.left() if moved > 0 else plot.right() + moved
        strip = QRectF(left - 1, 0, abs(moved) + 2, self.height()).intersected(plot)
        painter.fillRect(strip, QColor(theme.colours().panel))
        painter.end()
        self._paint_into(pixmap, strip)
        self._cached = pixmap
        return pixmap

    def _paint_into(self, pixmap: QPixmap, part: QRectF) -> None:
        self.part = part
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(part)
        self.paint_row(painter)
        painter.end()

    def _paint_outside(self, painter: QPainter) -> None:
        """Shade what gets no music."""
        if self.axis.range_s is None or self.axis.duration_s <= 0:
            return
        plot = self.plot_rect()
        shade = QColor(theme.colours().window)
        shade.setAlpha(_SHADE)
        left, right = (min(max(self.axis.x(at), plot.left()), plot.right()) for at in self.axis.range_s)
        painter.fillRect(QRectF(plot.left(), 0, left - plot.left(), self.height()), shade)
        painter.fillRect(QRectF(right, 0, plot.right() - right, self.height()), shade)

    def _paint_playhead(self, painter: QPainter) -> None:
        if self.axis.duration_s <= 0:
            return
        x = self.axis.x(self.axis.playhead_s)
        self._playhead_x = x
        if not GUTTER_PX - 1 <= x <= self.plot_rect().right() + 1:
            return
        colour = QColor(theme.colours().playhead)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour, 1.4))
        painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))
        if self.has_playhead_grip():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            bottom = self.height()
            points = [(x - 6, bottom - 11), (x + 6, bottom - 11), (x + 6, bottom - 6), (x, bottom), (x - 6, bottom - 6)]
            painter.drawPolygon(QPolygonF([QPointF(*point) for point in points]))

    def _playhead_moved(self, seconds: float) -> None:
        for x in (self._playhead_x, self.axis.x(seconds)):
            self.update(round(x) - 9, 0, 18, self.height())

    # -- Qt's events -----------------------------------------------------------------------------------------------

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.LanguageChange, QEvent.Type.FontChange):
            self.refresh()
        super().changeEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        super().focusOutEvent(event)
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        if self.is_measure or not self.axis.has_measure:
            self.axis.set_width(event.size().width())
        self.refresh()

    def answers(self, event: QEvent) -> bool:
        """What is answered before anyone else hears of it."""
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.axis.zoom_by(max(0.2, 1 + event.value()), self.axis.seconds(event.position().x()))
            return True
        return False

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        turn, exact = event.angleDelta(), event.pixelDelta()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.axis.zoom_by(_WHEEL_ZOOM ** (turn.y() or turn.x()), self.axis.seconds(event.position().x()))
        elif self.axis.is_whole:
            event.ignore()
            return
        elif not exact.isNull():
            pixels = exact.x() if abs(exact.x()) > abs(exact.y()) else exact.y()
            self.axis.scroll_to(self.axis.left_s - pixels * self.axis.s_per_px)
        else:
            step = turn.x() if abs(turn.x()) > abs(turn.y()) else turn.y()
            self.axis.scroll_to(self.axis.left_s - step / 120 * 0.12 * self.axis.shown_s)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        self._seek(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        self._seek(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        self.axis.is_held = False
        super().mouseReleaseEvent(event)

    def _seek(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton and self.axis.duration_s > 0:
            self.axis.is_held = True
            self.seek_asked.emit(self.time_at(event))

    def time_at(self, event: QMouseEvent) -> float:
        """The time under the pointer, on the nearest magnet unless Alt is held."""
        seconds = self.axis.seconds(event.position().x())
        free = event.modifiers() & Qt.KeyboardModifier.AltModifier
        return seconds if free else self.axis.snapped(seconds)


def small_font(painter: QPainter, *, bold: bool = False, size_px: int = LABEL_PX) -> None:
    """Set the size of labels on the axis."""
    font = painter.font()
    font.setPixelSize(size_px)
    font.setBold(bold)
    painter.setFont(font)


def gutter_label(painter: QPainter, text: str, top: float, height: float) -> None:
    """A row's name at its left."""
    small_font(painter)
    painter.setPen(QColor(theme.colours().dim))
    where = QRectF(12, top, GUTTER_PX - 18, height)
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(where.width()))
    painter.drawText(where, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), shown)
