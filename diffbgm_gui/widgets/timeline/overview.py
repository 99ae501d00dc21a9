"""The whole film in one narrow bar: what of it is visible, and a way to go elsewhere."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from diffbgm_gui import theme
from diffbgm_gui.axis import GUTTER_PX, MARGIN_PX
from diffbgm_gui.widgets.columns import paint_columns
from diffbgm_gui.widgets.timeline.facts import Facts
from diffbgm_gui.widgets.timeline.shapes import faded

OVERVIEW_PX: Final = 18
_EDGE_PX: Final = 6
_SMALLEST_PX: Final = 14


class Overview(QWidget):
    """Scroll bar of the timeline: drag the window to scroll, its ends to zoom, click beside it to go there."""

    def __init__(self, facts: Facts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._facts, self._axis = facts, facts.axis
        self._cached: QPixmap | None = None
        self._grip: tuple[str, float] | None = None
        self.setFixedHeight(OVERVIEW_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Overview of the film"))
        self.setToolTip(self.tr("Drag to scroll, drag an end to zoom, click to go there, double-click to show all."))
        facts.film_changed.connect(self._refresh)
        self._axis.changed.connect(self.update)
        self._axis.moved.connect(self.update)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(600, OVERVIEW_PX)

    def _refresh(self) -> None:
        self._cached = None
        self.update()

    # -- places ----------------------------------------------------------------------------------------------------

    @property
    def _wide(self) -> float:
        return max(1.0, self.width() - GUTTER_PX - MARGIN_PX)

    def _x(self, seconds: float) -> float:
        return GUTTER_PX + seconds / max(self._axis.duration_s, 1e-9) * self._wide

    def _xs(self, seconds: NDArray[np.float64]) -> NDArray[np.float64]:
        """`_x` of many times."""
        return GUTTER_PX + seconds / max(self._axis.duration_s, 1e-9) * self._wide

    def _seconds(self, x: float) -> float:
        return (x - GUTTER_PX) / self._wide * self._axis.duration_s

    def _window(self) -> QRectF:
        left, right = self._x(self._axis.left_s), self._x(self._axis.right_s)
        if right - left < _SMALLEST_PX:
            middle = (left + right) / 2
            left, right = middle - _SMALLEST_PX / 2, middle + _SMALLEST_PX / 2
        return QRectF(left, 2, right - left, OVERVIEW_PX - 4)

    # -- painting --------------------------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        c = theme.colours()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._film())
        if self._axis.duration_s <= 0:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        window = self._window()
        shade = faded(c.window, 130)
        painter.fillRect(QRectF(GUTTER_PX, 3, max(0.0, window.left() - GUTTER_PX), OVERVIEW_PX - 6), shade)
        end = GUTTER_PX + self._wide
        painter.fillRect(QRectF(window.right(), 3, max(0.0, end - window.right()), OVERVIEW_PX - 6), shade)
        painter.setPen(QPen(QColor(c.accent if self.hasFocus() or self._grip else c.outline), 1.2))
        painter.setBrush(faded(c.outline, 40))
        painter.drawRoundedRect(window, 3, 3)
        x = self._x(self._axis.playhead_s)
        painter.setPen(QPen(QColor(c.playhead), 1.2))
        painter.drawLine(QLineF(x, 2, x, OVERVIEW_PX - 2))

    def _film(self) -> QPixmap:
        scale = self.devicePixelRatioF()
        size = QSize(round(self.width() * scale), round(self.height() * scale))
        if self._cached is not None and self._cached.size() == size:
            return self._cached
        c = theme.colours()
        pixmap = QPixmap(size)
        pixmap.setDevicePixelRatio(scale)
        pixmap.fill(QColor(c.panel))
        painter = QPainter(pixmap)
        painter.fillRect(QRectF(GUTTER_PX, 3, self._wide, OVERVIEW_PX - 6), QColor(c.sunken))
        if self._axis.duration_s > 0:
            self._paint_marks(painter)
        painter.end()
        self._cached = pixmap
        return pixmap

    def _paint_marks(self, painter: QPainter) -> None:
        c, film = theme.colours(), self._facts.film
        bottom, whole = OVERVIEW_PX - 3, QRectF(self.rect())
        paint_columns(painter, self._xs(film.starts_s[1:]), faded(c.cut, 150), whole, bottom - 5, 4)
        paint_columns(painter, self._xs(film.starts_s[film.starred]), QColor(c.star), whole, 4, 4)
        painter.setPen(QPen(QColor(c.marker), 1.4))
        marks = [self._x(float(marker.time_s)) for marker in film.markers]
        painter.drawLines([QLineF(x, 4, x, bottom - 1) for x in marks])
        if self._axis.range_s is not None:
            left, right = (self._x(at) for at in self._axis.range_s)
            painter.fillRect(QRectF(left, bottom - 1, right - left, 2), QColor(c.accent))

    # -- mouse, keys -----------------------------------------------------------------------------------------------

    def _part_at(self, x: float) -> str:
        window = self._window()
        if abs(x - window.left()) <= _EDGE_PX / 2 + 1:
            return "left"
        if abs(x - window.right()) <= _EDGE_PX / 2 + 1:
            return "right"
        return "window" if window.left() < x < window.right() else ""

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        if event.button() != Qt.MouseButton.LeftButton or self._axis.duration_s <= 0:
            return
        x = event.position().x()
        part = self._part_at(x)
        if not part:
            self._axis.scroll_to(self._seconds(x) - self._axis.shown_s / 2)
            part = "window"
        self._grip = (part, self._seconds(x) - self._axis.left_s)
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        x, axis = event.position().x(), self._axis
        if self._grip is None:
            edge = self._part_at(x) in ("left", "right")
            self.setCursor(Qt.CursorShape.SizeHorCursor if edge else Qt.CursorShape.ArrowCursor)
            return
        part, held = self._grip
        at = self._seconds(x)
        if part == "window":
            axis.scroll_to(at - held)
        elif part == "left":
            axis.zoom_by(axis.shown_s / max(1e-3, axis.right_s - max(0.0, at)), axis.right_s)
        else:
            axis.zoom_by(axis.shown_s / max(1e-3, min(axis.duration_s, at) - axis.left_s), axis.left_s)

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        self._grip = None
        self.update()

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        self._grip = None
        self._axis.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        axis, key = self._axis, event.key()
        part = {Qt.Key.Key_Left: -0.2, Qt.Key.Key_Right: 0.2, Qt.Key.Key_PageUp: -0.9, Qt.Key.Key_PageDown: 0.9}.get(
            Qt.Key(key)
        )
        if part is not None:
            axis.scroll_to(axis.left_s + part * axis.shown_s)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            axis.glide_by(1.5 if key == Qt.Key.Key_Up else 1 / 1.5)
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.PaletteChange:
            self._refresh()
        super().changeEvent(event)

    def resizeEvent(self, _event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        self._refresh()
