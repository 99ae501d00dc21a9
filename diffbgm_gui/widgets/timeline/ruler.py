"""The top of the timeline: seconds with the range of the music, and markers."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, ClassVar, Final

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QLineEdit, QMenu, QToolTip, QWidget

from diffbgm_gui import theme
from diffbgm_gui.axis import GUTTER_PX
from diffbgm_gui.document import rename_marker, toggle_marker, toggle_star, with_range
from diffbgm_gui.widgets.axis_row import AxisRow, gutter_label, small_font
from diffbgm_gui.widgets.fields import with_minus
from diffbgm_gui.widgets.timeline.clock import clock, time_code
from diffbgm_gui.widgets.timeline.edits import delete_marker, move_marker
from diffbgm_gui.widgets.timeline.facts import Facts
from diffbgm_gui.widgets.timeline.shapes import star_path

RULER_PX: Final = 26
MARKERS_PX: Final = 20
_TICKS_S: Final = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800)
_GRAB_PX: Final = 6
_SHORTEST_RANGE_S: Final = Fraction(1, 10)


class RulerRow(AxisRow):
    """Seconds, the playhead's grip, and the part of the film that gets music, with a handle at each end."""

    scrolls: ClassVar[bool] = True
    is_measure: ClassVar[bool] = True

    def __init__(self, facts: Facts, parent: QWidget | None = None) -> None:
        super().__init__(facts.axis, parent)
        facts.axis.has_measure = True
        self._facts = facts
        self._grabbed: int | None = None
        self._drag = 0
        self.setFixedHeight(RULER_PX)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Time ruler"))
        self.setAccessibleDescription(self.tr("Arrow keys move the playhead by a frame, with Shift by a second"))
        facts.film_changed.connect(self.refresh)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(600, RULER_PX)

    def has_playhead_grip(self) -> bool:
        return True

    def paint_row(self, painter: QPainter) -> None:
        c, axis = theme.colours(), self.axis
        gutter_label(painter, self.tr("Time"), 0, RULER_PX)
        if axis.duration_s <= 0:
            return
        painter.setClipRect(self.part.intersected(self.plot_rect().adjusted(-1, 0, 1, 0)))
        step = next((tick for tick in _TICKS_S if tick / axis.s_per_px >= 76), _TICKS_S[-1])
        small_font(painter)
        first, end = self.part_s(margin_px=80)
        n = max(0, int(first / step))
        lesser, greater = QPen(QColor(c.border), 1), QPen(QColor(c.faint), 1)
        while n * step <= min(end, axis.duration_s):
            x = axis.x(n * step)
            painter.setPen(lesser)
            for part in range(1, 5):
                at = axis.x((n + part / 5) * step)
                painter.drawLine(QPointF(at, RULER_PX - 5), QPointF(at, RULER_PX - 1))
            painter.setPen(greater)
            painter.drawLine(QPointF(x, RULER_PX - 10), QPointF(x, RULER_PX - 1))
            painter.setPen(QColor(c.dim))
            painter.drawText(QPointF(x + 4, RULER_PX - 11), clock(n * step, tenths=step < 1))
            n += 1
        painter.setPen(QPen(QColor(c.border), 1))
        painter.drawLine(QPointF(GUTTER_PX, RULER_PX - 0.5), QPointF(self.width(), RULER_PX - 0.5))

    def paint_over(self, painter: QPainter) -> None:
        limits = self.axis.range_s
        if limits is None or self.axis.duration_s <= 0:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plot = self.plot_rect()
        painter.setClipRect(plot.adjusted(-1, 0, 1, 0))
        accent = QColor(theme.colours().accent)
        left, right = (self.axis.x(at) for at in limits)
        painter.fillRect(QRectF(left, 0, right - left, 3).intersected(plot), accent)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(accent)
        for x, way in ((left, 1), (right, -1)):
            flag = [QPointF(x, 0), QPointF(x + 8 * way, 0), QPointF(x + 8 * way, 6), QPointF(x, 14)]
            painter.drawPolygon(QPolygonF(flag))
        painter.setClipping(False)

    # -- mouse and keys --------------------------------------------------------------------------------------------

    def _end_at(self, x: float) -> int | None:
        """The end of the range under the pointer."""
        if self.axis.range_s is None:
            return None
        places = [abs(self.axis.x(at) + 3 * way - x) for at, way in zip(self.axis.range_s, (1, -1), strict=True)]
        end = int(places[1] < places[0])
        return end if places[end] <= _GRAB_PX + 3 else None

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        if event.button() == Qt.MouseButton.LeftButton and event.position().y() < 15:
            self._grabbed = self._end_at(event.position().x())
        if self._grabbed is None:
            super().mousePressEvent(event)
        else:
            self._drag += 1
            self.axis.is_held = True

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        if self._grabbed is not None:
            self.move_end(
                self._grabbed, self._facts.on_frame(self.time_at(event)), merge=f"range {id(self)} {self._drag}"
            )
            return
        near = self._end_at(event.position().x()) is not None and event.position().y() < 15
        self.setCursor(Qt.CursorShape.SizeHorCursor if near else Qt.CursorShape.ArrowCursor)
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        self._grabbed = None
        super().mouseReleaseEvent(event)

    def move_end(self, end: int, time_s: Fraction, *, merge: str = "") -> None:
        """Let the music begin (0) or end (1) at a time; a range that would be empty begins or ends with the film."""
        info = self._facts.studio.state.info
        if info is None:
            return
        whole = (Fraction(0), Fraction(info.duration_s))
        limits = list(self._facts.studio.document.direction.range_s or whole)
        limits[end] = min(max(time_s, whole[0]), whole[1])
        if limits[1] - limits[0] < _SHORTEST_RANGE_S:
            if merge:
                return
            limits[1 - end] = whole[1 - end]
        if limits[1] - limits[0] >= _SHORTEST_RANGE_S:
            chosen = None if tuple(limits) == whole else (limits[0], limits[1])
            self._facts.studio.edit(self.tr("Range"), lambda document: with_range(document, chosen), merge=merge)

    def clear_range(self) -> None:
        """Music for all of the film."""
        self._facts.studio.edit(self.tr("Range"), lambda document: with_range(document, None))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        way = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if way is None:
            super().keyPressEvent(event)
            return
        second = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        step_s = 1.0 if second else self._facts.frame_s
        self.seek_asked.emit(min(max(0.0, self.axis.playhead_s + way * step_s), self.axis.duration_s))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 - Qt's name
        here = self._facts.on_frame(self.axis.seconds(event.pos().x()))
        menu = QMenu(self)
        menu.addAction(self.tr("Music begins here")).triggered.connect(lambda: self.move_end(0, here))
        menu.addAction(self.tr("Music ends here")).triggered.connect(lambda: self.move_end(1, here))
        clear = menu.addAction(self.tr("Music for all of it"))
        clear.setEnabled(self.axis.range_s is not None)
        clear.triggered.connect(self.clear_range)
        menu.addSeparator()
        menu.addAction(self.tr("Show all")).triggered.connect(self.axis.fit)
        menu.exec(event.globalPos())

    def answers(self, event: QEvent) -> bool:
        """What is answered before anyone else hears of it."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            said = self.tr(
                "Click or drag to move through the film; drags snap to cuts, markers and bars (not with Alt)."
            )
            at = time_code(self.axis.seconds(event.pos().x()), self._facts.frame_rate)
            if self._end_at(event.pos().x()) is not None:
                said = self.tr("Drag: only what lies between the two handles gets music.")
            QToolTip.showText(event.globalPos(), f"{at}\n{said}", self)
            return True
        return super().answers(event)


class MarkersRow(AxisRow):
    """Markers: instants that the user named, on which music lands as on a cut."""

    scrolls: ClassVar[bool] = True

    def __init__(self, facts: Facts, parent: QWidget | None = None) -> None:
        super().__init__(facts.axis, parent)
        self._facts = facts
        self._held: Fraction | None = None
        self._chosen: Fraction | None = None
        self._drag = 0
        self._edit: QLineEdit | None = None
        self.setFixedHeight(MARKERS_PX)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Markers"))
        self.setAccessibleDescription(
            self.tr(
                "Up and down choose a marker, arrows move it by a frame, F2 names it, S stars it, Delete removes it"
            )
        )
        facts.film_changed.connect(self.refresh)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(600, MARKERS_PX)

    def paint_row(self, painter: QPainter) -> None:
        c = theme.colours()
        gutter_label(painter, self.tr("Markers"), 0, MARKERS_PX)
        painter.setClipRect(self.part.intersected(self.plot_rect()))
        small_font(painter)
        first, end = self.part_s(margin_px=240)
        ink, metrics = QColor(c.marker), painter.fontMetrics()
        film = self._facts.film
        low, high = np.searchsorted(film.marker_s, (first, end)).tolist()
        places = self.axis.xs(film.marker_s[low : high + 1])
        if (high - low) * 12 > self.part.width() + 240:  # too many to tell apart: a line each
            painter.setPen(QPen(ink, 1))
            painter.drawLines([QLineF(x, 3, x, 12) for x in places])
            return
        for i, marker in enumerate(film.markers[low:high], low):
            x = places[i - low]
            room = (places[i - low + 1] if i + 1 < len(film.markers) else x + 240) - x - 22
            painter.setPen(QPen(ink, 1.2))
            painter.drawLine(QPointF(x, 2), QPointF(x, MARKERS_PX))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink)
            painter.drawPolygon(
                QPolygonF([QPointF(x, 3), QPointF(x + 9, 3), QPointF(x + 6, 7.5), QPointF(x + 9, 12), QPointF(x, 12)])
            )
            left = x + 13
            if film.marker_starred[i] and room > 2:
                star = star_path(left + 5, 8, 5.5)
                painter.setPen(QPen(QColor(c.star), 1.1))
                painter.setBrush(QColor(c.star) if film.own_stars else Qt.BrushStyle.NoBrush)
                painter.drawPath(star)
                left, room = left + 14, room - 14
            if room > 12:
                painter.setPen(QColor(c.text if marker.time_s == self._chosen else c.dim))
                shown = metrics.elidedText(marker.label, Qt.TextElideMode.ElideRight, int(room))
                painter.drawText(QPointF(left, 12), shown)
        painter.setClipping(False)

    # -- mouse -----------------------------------------------------------------------------------------------------

    def _marker_at(self, x: float) -> Fraction | None:
        near = min(
            self._facts.film.markers, key=lambda marker: abs(self.axis.x(float(marker.time_s)) + 4 - x), default=None
        )
        return near.time_s if near is not None and abs(self.axis.x(float(near.time_s)) + 4 - x) <= 9 else None

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._held = self._chosen = self._marker_at(event.position().x())
        self._drag += 1
        self.refresh()
        if self._held is None:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        if self._held is None:
            super().mouseMoveEvent(event)
            return
        self.axis.is_held = True
        self._move_to(self._facts.on_frame(self.axis.seconds(event.position().x() - 1)), merge=f"marker {self._drag}")

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        self._held = None
        super().mouseReleaseEvent(event)

    def _move_to(self, time_s: Fraction, *, merge: str) -> None:
        held = self._held if self._held is not None else self._chosen
        if held is None:
            return
        self._facts.studio.edit(
            self.tr("Move marker"), lambda document: move_marker(document, held, time_s), merge=merge
        )
        if any(marker.time_s == time_s for marker in self._facts.film.markers):
            self._chosen = time_s
            self._held = time_s if self._held is not None else None
            self.refresh()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        at = self._marker_at(event.position().x())
        if self.axis.duration_s <= 0:
            return
        if at is None:
            at = self._facts.on_frame(self.axis.seconds(event.position().x()))
            self._facts.studio.edit(self.tr("Marker"), lambda document: toggle_marker(document, at))
        self.begin_rename(at)

    def begin_rename(self, time_s: Fraction) -> None:
        """Let the user name the marker at a time, in its place."""
        marker = next((marker for marker in self._facts.film.markers if marker.time_s == time_s), None)
        if marker is None:
            return
        self._chosen, self._held = time_s, None
        field = QLineEdit(marker.label, self)
        field.setAccessibleName(self.tr("Name of the marker"))
        field.setStyleSheet("QLineEdit { padding: 0 4px; min-height: 0; border-radius: 3px; }")
        left = min(max(self.axis.x(float(time_s)) + 10, GUTTER_PX), self.width() - 170)
        field.setGeometry(int(left), 1, 160, MARKERS_PX - 2)
        field.editingFinished.connect(self._end_rename)
        field.selectAll()
        field.show()
        field.setFocus()
        self._edit = field

    def _end_rename(self) -> None:
        field, at, self._edit = self._edit, self._chosen, None
        if field is None or at is None:
            return
        text = field.text().strip()
        field.deleteLater()
        self.setFocus()
        self._facts.studio.edit(self.tr("Name a marker"), lambda document: rename_marker(document, at, text))

    # -- keys, menu ------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        key, far = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        at = self._chosen
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._choose(-1 if key == Qt.Key.Key_Up else 1)
        elif at is None:
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            way = (10 if far else 1) * (-1 if key == Qt.Key.Key_Left else 1)
            self._move_to(self._facts.frames_on(at, way), merge=f"marker keys {self._drag}")
        elif key in (Qt.Key.Key_F2, Qt.Key.Key_Return):
            self.begin_rename(at)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._delete(at)
        else:
            super().keyPressEvent(event)

    def _choose(self, way: int) -> None:
        times = [marker.time_s for marker in self._facts.film.markers]
        if not times:
            return
        self._drag += 1
        at = times.index(self._chosen) + way if self._chosen in times else (0 if way > 0 else len(times) - 1)
        self._chosen = times[min(max(at, 0), len(times) - 1)]
        self.axis.reveal(float(self._chosen))
        self.refresh()

    def _delete(self, time_s: Fraction) -> None:
        self._chosen = None
        self._facts.studio.edit(self.tr("Delete marker"), lambda document: delete_marker(document, time_s))

    def _star(self, time_s: Fraction) -> None:
        automatic = self._facts.studio.stars
        self._facts.studio.edit(self.tr("Star"), lambda document: toggle_star(document, time_s, automatic=automatic))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 - Qt's name
        at = self._marker_at(event.pos().x())
        menu = QMenu(self)
        if at is None:
            here = self._facts.on_frame(self.axis.seconds(event.pos().x()))
            edit = self._facts.studio.edit
            menu.addAction(self.tr("Set a marker here")).triggered.connect(
                lambda: edit(self.tr("Marker"), lambda document: toggle_marker(document, here))
            )
        else:
            menu.addAction(self.tr("Rename…")).triggered.connect(lambda: self.begin_rename(at))
            menu.addAction(self.tr("Star: music must land here")).triggered.connect(lambda: self._star(at))
            menu.addAction(self.tr("Delete")).triggered.connect(lambda: self._delete(at))
        menu.exec(event.globalPos())

    def answers(self, event: QEvent) -> bool:
        """What is answered before anyone else hears of it."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            at = self._marker_at(event.pos().x())
            said = self.tr("Double-click to set a marker (M at the playhead). Music lands on markers as on cuts.")
            if at is not None:
                said = self._told(at)
            QToolTip.showText(event.globalPos(), said, self)
            return True
        return super().answers(event)

    def _told(self, time_s: Fraction) -> str:
        label = next((m.label for m in self._facts.film.markers if m.time_s == time_s), "")
        parts: list[Any] = [label or self.tr("Marker"), time_code(float(time_s), self._facts.frame_rate)]
        hit = self._facts.hit_at(float(time_s))
        if hit is not None:
            parts.append(hit.reason or with_minus(self.tr("music {:+.1f} ms").format(hit.error_ms)))
        return "  ·  ".join(parts) + "\n" + self.tr("Drag to move, double-click to name, right-click for more.")
