"""How hard each note is struck, as stems under the roll that can be dragged."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from diffbgm_gui import theme
from diffbgm_gui.axis import TimeAxis
from diffbgm_gui.widgets.axis_row import AxisRow, gutter_label, small_font
from diffbgm_gui.widgets.roll import editing, painting
from diffbgm_gui.widgets.roll.model import RollModel
from diffbgm_gui.widgets.roll.shapes import DRAW_ORDER, Shapes
from diffbgm_gui.widgets.roll.view import RollView
from engine.music.notes import Note

HEIGHT_PX: Final = 58
_PAD_PX: Final = 5
_REACH_PX: Final = 5.0
_BAR_PX: Final = 2.0
_PEAK_BEATS: Final = 1


class VelocityLane(AxisRow):
    """A stem a note. Dragging sets the velocity of the stems that the pointer crosses; a drag on a selected note's stem
    takes all selected notes along."""

    scrolls = True

    def __init__(self, axis: TimeAxis, model: RollModel, view: RollView, parent: QWidget | None = None) -> None:
        super().__init__(axis, parent)
        self.model, self._roll = model, view
        self._made: dict[Note, Note] = {}
        self._group: tuple[float, frozenset[Note]] | None = None
        self._last: QPointF | None = None
        self.setFixedHeight(HEIGHT_PX)
        self.setAccessibleName(self.tr("Velocities"))
        self.setToolTip(
            self.tr(
                "How hard each note is struck. Drag the stems up or down; across several to draw a curve.\n"
                "Ctrl+↑ and Ctrl+↓ in the roll change the selected notes."
            )
        )
        model.changed.connect(self.refresh)
        model.selection_changed.connect(self.refresh)
        model.studio.shown_changed.connect(self.refresh)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(600, HEIGHT_PX)

    def paint_row(self, painter: QPainter) -> None:
        c, plane, plot = theme.colours(), self._roll.plane, self.plot_rect()
        gutter_label(painter, self.tr("Velocity"), 0, HEIGHT_PX)
        painter.setClipRect(plot.intersected(self.part))
        painter.fillRect(plot, QColor(c.sunken))
        painter.setPen(QPen(painting.mixed(c.sunken, c.border, 0.7), 1))
        for velocity in (32, 64, 96):
            painter.drawLine(QPointF(plot.left(), self._y(velocity)), QPointF(plot.right(), self._y(velocity)))
        if not self.model.can_edit or not plane.grid:
            return
        first, end = plane.step_at(self.part.left() - 4), plane.step_at(self.part.right() + 4)
        shapes = self._roll.layers.shapes().within(first - 1, end + 1)
        if plane.step_px < painting.VECTOR_FROM_PX:
            self._paint_peaks(painter, shapes)
        else:
            self._paint_stems(painter, shapes)

    def _paint_stems(self, painter: QPainter, shapes: Shapes) -> None:
        c, plane = theme.colours(), self._roll.plane
        chosen = {(n.onset, n.voice, n.pitch) for n in self.model.selection.notes}
        xs = plane.xs(shapes.onset.astype(np.float64))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for voice in DRAW_ORDER:
            for i in np.flatnonzero(shapes.voice == voice):
                note = (int(shapes.onset[i]), voice, int(shapes.pitch[i]))
                ink = QColor(c.text) if note in chosen else painting.note_colour(voice, float(shapes.velocity[i]))
                top = self._y(float(shapes.velocity[i]))
                painter.fillRect(QRectF(xs[i], top, _BAR_PX, HEIGHT_PX - _PAD_PX - top), ink)
                painter.fillRect(QRectF(xs[i] - 1, top, _BAR_PX + 3, 3), ink)

    def _paint_peaks(self, painter: QPainter, shapes: Shapes) -> None:
        """Zoomed out: the loudest note of each column of pixels."""
        if not len(shapes):
            return
        plot = self.plot_rect()
        columns = np.clip(self._roll.plane.xs(shapes.onset.astype(np.float64)) - plot.left(), 0, plot.width() - 1)
        peaks = np.zeros(int(plot.width()) + 1)
        np.maximum.at(peaks, columns.astype(np.int64), shapes.velocity)
        painter.setPen(QPen(painting.clear(theme.colours().dim, 150), 1))
        for column in np.flatnonzero(peaks):
            x = plot.left() + float(column) + 0.5
            painter.drawLine(QPointF(x, self._y(float(peaks[column]))), QPointF(x, HEIGHT_PX - _PAD_PX))

    def paint_over(self, painter: QPainter) -> None:
        if not self._made:
            return
        painter.setClipRect(self.plot_rect())
        xs = self._roll.plane.xs(np.array([note.onset for note in self._made], np.float64))
        c = theme.colours()
        for x, note in zip(xs, self._made.values(), strict=True):
            top = self._y(note.velocity)
            painter.fillRect(QRectF(x - 1, _PAD_PX, _BAR_PX + 3, HEIGHT_PX - 2 * _PAD_PX), QColor(c.sunken))
            painter.fillRect(QRectF(x, top, _BAR_PX, HEIGHT_PX - _PAD_PX - top), QColor(c.accent))
            painter.fillRect(QRectF(x - 1, top, _BAR_PX + 3, 3), QColor(c.accent))
        if self._last is not None:
            small_font(painter)
            painter.setPen(QColor(c.text))
            said = str(self._velocity(self._last.y()))
            painter.drawText(QPointF(self._last.x() + 10, max(14.0, self._last.y() - 4)), said)

    def _y(self, velocity: float) -> float:
        return _PAD_PX + (127 - velocity) / 127 * (HEIGHT_PX - 2 * _PAD_PX)

    def _velocity(self, y: float) -> int:
        share = (HEIGHT_PX - _PAD_PX - y) / (HEIGHT_PX - 2 * _PAD_PX)
        return min(max(editing.SOFTEST, round(127 * share)), editing.LOUDEST)

    # -- dragging --------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        if event.button() != Qt.MouseButton.LeftButton or not self.model.can_edit:
            return
        at = event.position()
        near = self._near(at.x(), at.x())
        chosen = self.model.selection.notes
        held = [note for note in near if note in chosen]
        self._group = (float(held[0].velocity), chosen) if held and len(chosen) > 1 else None
        self._last = at
        self._drag(at)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        if self._last is not None:
            self._drag(event.position())
        else:
            self.setCursor(
                Qt.CursorShape.SizeVerCursor if self._near(event.position().x()) else Qt.CursorShape.ArrowCursor
            )

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        super().mouseReleaseEvent(event)
        made, self._made, self._last = self._made, {}, None
        changed = {old: new for old, new in made.items() if old != new}
        if changed:
            self.model.change(self.tr("Change velocities"), changed.keys(), frozenset(changed.values()))
        self.refresh()

    def _drag(self, at: QPointF) -> None:
        before, self._last = self._last or at, at
        if self._group is not None:
            by = self._velocity(at.y()) - round(self._group[0])
            for note in self._group[1]:
                self._made[note] = next(iter(editing.louder((note,), by)))
        else:
            for note in self._near(before.x(), at.x()):
                x = self._roll.plane.x(note.onset)
                way = at.x() - before.x()
                share = min(1.0, max(0.0, (x - before.x()) / way)) if abs(way) > 1 else 1.0
                y = before.y() + share * (at.y() - before.y())
                self._made[note] = next(iter(editing.at_velocity((note,), self._velocity(y))))
        self.update()

    def _near(self, x: float, other: float | None = None) -> list[Note]:
        """The notes whose stems lie between two places, of voices that are switched on; at one place the nearest."""
        if not self.model.can_edit or not self._roll.plane.grid:
            return []
        left, right = min(x, x if other is None else other), max(x, x if other is None else other)
        plane = self._roll.plane
        xs = plane.xs(self._roll.layers.shapes().onset.astype(np.float64)) + _BAR_PX / 2
        here = np.flatnonzero((xs >= left - _REACH_PX) & (xs <= right + _REACH_PX))
        voices = self.model.limits.voices
        notes = [self._roll.layers.note(int(i)) for i in here]
        if right - left < 1 and len(here):
            nearest = min(abs(xs[i] - x) for i in here)
            notes = [self._roll.layers.note(int(i)) for i in here if abs(xs[i] - x) <= nearest + 0.5]
        return [note for note in notes if note.voice in voices]
