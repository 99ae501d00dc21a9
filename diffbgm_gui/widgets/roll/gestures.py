"""What the pointer does between press and release. A gesture draws what it would do; its release does it, once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from diffbgm_gui import theme
from diffbgm_gui.widgets.roll import editing, painting
from diffbgm_gui.widgets.roll.geometry import Plane
from diffbgm_gui.widgets.roll.model import SHORT_NOTE, RollModel
from diffbgm_gui.widgets.roll.selecting import RollSelection, bars, lasso, rectangle
from diffbgm_gui.widgets.roll.shapes import Shapes
from engine.music.notes import HIGHEST_PITCH, LOWEST_PITCH, Note
from engine.timebase import STEPS_PER_BAR

DRAG_PX = 4.0


@dataclass(frozen=True, slots=True)
class Spot:
    """Where the pointer is.

    Attributes:
        at: in pixels of the row; step, pitch: there (pitch with its fraction).
        more: whether Shift or Ctrl is held; copies: Ctrl; free: Alt, which lets go of the snapping.
    """

    at: QPointF
    step: float
    pitch: float
    more: bool = False
    copies: bool = False
    free: bool = False

    @classmethod
    def of(cls, plane: Plane, at: QPointF, keys: Qt.KeyboardModifier) -> Spot:
        modifier = Qt.KeyboardModifier
        return cls(
            at,
            plane.step_at(at.x()),
            plane.exact_pitch(at.y()),
            more=bool(keys & (modifier.ShiftModifier | modifier.ControlModifier)),
            copies=bool(keys & modifier.ControlModifier),
            free=bool(keys & modifier.AltModifier),
        )


class Gesture(Protocol):
    """A press that is under way."""

    def move(self, spot: Spot) -> None: ...

    def end(self, spot: Spot) -> None: ...

    def cancel(self) -> None: ...

    def paint(self, painter: QPainter, plane: Plane) -> None: ...


def tr(text: str) -> str:
    """A text of this module in the user's language."""
    return QCoreApplication.translate("Roll", text)


class Quiet:
    """What gestures have in common that change nothing until they end."""

    def __init__(self, model: RollModel, start: Spot) -> None:
        self.model, self.start, self.now = model, start, start
        self.is_drag = False

    def move(self, spot: Spot) -> None:
        self.now = spot
        away = spot.at - self.start.at
        self.is_drag = self.is_drag or max(abs(away.x()), abs(away.y())) >= DRAG_PX

    def end(self, spot: Spot) -> None:
        self.move(spot)

    def cancel(self) -> None:
        self.model.lift(())

    def paint(self, painter: QPainter, plane: Plane) -> None:
        """Nothing by itself."""


class BandGesture(Quiet):
    """Draw a rectangle; a plain click moves the playhead there instead."""

    def __init__(self, model: RollModel, start: Spot, seek: object) -> None:
        super().__init__(model, start)
        self._seek = seek

    def end(self, spot: Spot) -> None:
        self.move(spot)
        if not self.is_drag:
            self.model.select_none()
            if callable(self._seek):
                self._seek(spot.at.x())
            return
        region = rectangle(self._corner(self.start), self._corner(spot), self.model.n_steps)
        self.model.select_regions((region,), more=self.start.more)

    @staticmethod
    def _corner(spot: Spot) -> tuple[float, int]:
        return spot.step, int(spot.pitch // 1)

    def paint(self, painter: QPainter, plane: Plane) -> None:
        if self.is_drag:
            path = QPainterPath()
            path.addRect(QRectF(self.start.at, self.now.at).normalized().intersected(plane.area))
            paint_loop(painter, path)


class LassoGesture(Quiet):
    """Draw a free line around what is meant."""

    def __init__(self, model: RollModel, start: Spot) -> None:
        super().__init__(model, start)
        self._line = [start]

    def move(self, spot: Spot) -> None:
        super().move(spot)
        away = spot.at - self._line[-1].at
        if abs(away.x()) + abs(away.y()) >= 2:
            self._line.append(spot)

    def end(self, spot: Spot) -> None:
        self.move(spot)
        if not self.is_drag:
            self.model.select_none()
            return
        regions = lasso([(s.step, s.pitch) for s in self._line], self.model.n_steps)
        self.model.select_regions(regions, more=self.start.more)

    def paint(self, painter: QPainter, plane: Plane) -> None:
        path = QPainterPath(self._line[0].at)
        for spot in self._line[1:]:
            path.lineTo(spot.at)
        path.closeSubpath()
        paint_loop(painter, path)


class BarsGesture(Quiet):
    """Select whole bars on the ruler; with Shift from the bars selected before."""

    def __init__(self, model: RollModel, start: Spot) -> None:
        super().__init__(model, start)
        self._first = self._last = int(start.step // STEPS_PER_BAR)
        steps = [r.steps for r in model.selection.regions if r.steps is not None and r.pitches is None]
        if start.more and steps:
            first, last = min(s[0] for s in steps) // STEPS_PER_BAR, (max(s[1] for s in steps) - 1) // STEPS_PER_BAR
            self._first = last if self._first < first else first
        self.move(start)

    def move(self, spot: Spot) -> None:
        super().move(spot)
        self._last = int(min(spot.step, self.model.n_steps - 1) // STEPS_PER_BAR)
        self.model.select_regions((bars(self._first, self._last, self.model.n_steps),))


class KeysGesture(Quiet):
    """Select a band of pitches on the keyboard; a click on the band lets go of it."""

    def __init__(self, model: RollModel, start: Spot) -> None:
        super().__init__(model, start)
        self._before = model.limits.band

    def move(self, spot: Spot) -> None:
        super().move(spot)
        low, high = sorted((int(self.start.pitch // 1), int(spot.pitch // 1)))
        self.model.set_band((max(LOWEST_PITCH, low), min(HIGHEST_PITCH, high)))

    def end(self, spot: Spot) -> None:
        self.move(spot)
        before = self._before
        if not self.is_drag and before is not None and before[0] <= self.start.pitch < before[1] + 1:
            self.model.set_band(None)

    def cancel(self) -> None:
        self.model.set_band(self._before)


class NotesGesture(Quiet):
    """Notes in hand: `made` is what they would become."""

    text: str = ""

    def __init__(self, model: RollModel, start: Spot, notes: frozenset[Note]) -> None:
        super().__init__(model, start)
        self.notes = self.made = notes

    def become(self, spot: Spot) -> frozenset[Note]:
        """What the notes would be if the pointer were let go of here."""
        raise NotImplementedError

    def removed(self) -> frozenset[Note]:
        """What goes when it ends."""
        return self.notes

    def move(self, spot: Spot) -> None:
        super().move(spot)
        if self.is_drag:
            self.model.lift(self.removed())
            self.made = self.become(spot)

    def end(self, spot: Spot) -> None:
        self.move(spot)
        if self.is_drag:
            self.model.change(tr(self.text), self.removed(), self.made)
        else:
            self.model.lift(())

    def paint(self, painter: QPainter, plane: Plane) -> None:
        if self.is_drag:
            shapes = Shapes.of_notes(self.made)
            painting.paint_notes(painter, plane, shapes)
            painting.paint_outlines(painter, plane, shapes, QColor(theme.colours().text))


class MoveGesture(NotesGesture):
    """Move notes in time and pitch; with Ctrl a copy of them."""

    text = QT_TRANSLATE_NOOP("Roll", "Move notes")

    def __init__(self, model: RollModel, start: Spot, notes: frozenset[Note], held: Note) -> None:
        super().__init__(model, start, notes)
        self._held = held

    def removed(self) -> frozenset[Note]:
        return frozenset() if self.now.copies else self.notes

    def become(self, spot: Spot) -> frozenset[Note]:
        there = self._held.onset + spot.step - self.start.step
        steps = self.model.snapped(there, free=spot.free) - self._held.onset
        if abs(spot.at.x() - self.start.at.x()) < DRAG_PX:
            steps = 0  # a note that is off the snapping grid is transposed without being moved
        pitches = int(spot.pitch // 1) - int(self.start.pitch // 1)
        return editing.moved(self.notes, steps=steps, pitches=pitches, n_steps=self.model.n_steps)

    def end(self, spot: Spot) -> None:
        self.move(spot)
        if self.is_drag:
            self.model.change(tr("Copy notes") if spot.copies else tr(self.text), self.removed(), self.made)
            return
        self.model.lift(())
        if not self.start.more:
            self.model.select_notes((self._held,))


class StretchGesture(NotesGesture):
    """Move the beginnings or the ends of notes."""

    text = QT_TRANSLATE_NOOP("Roll", "Stretch notes")

    def __init__(self, model: RollModel, start: Spot, notes: frozenset[Note], held: Note, *, at_end: bool) -> None:
        super().__init__(model, start, notes)
        self._held, self._at_end = held, at_end

    def become(self, spot: Spot) -> frozenset[Note]:
        edge = self._held.end if self._at_end else self._held.onset
        steps = self.model.snapped(edge + spot.step - self.start.step, free=spot.free) - edge
        n_steps = self.model.n_steps
        if self._at_end:
            return editing.stretched(self.notes, end=steps, n_steps=n_steps)
        return editing.stretched(self.notes, start=steps, n_steps=n_steps)


class DrawGesture(NotesGesture):
    """Draw a note; it grows with the drag."""

    text = QT_TRANSLATE_NOOP("Roll", "Draw a note")

    def __init__(self, model: RollModel, start: Spot) -> None:
        first = min(model.snapped(start.step, down=True, free=start.free), max(0, model.n_steps - 1))
        pitch = min(max(LOWEST_PITCH, int(start.pitch // 1)), HIGHEST_PITCH)
        unit = SHORT_NOTE if model.snap == 1 and not start.free else max(1, model.snap if not start.free else 1)
        long = min(unit, model.n_steps - first)
        self._note = Note(first, model.draws_into, pitch, max(1, long), _usual_velocity(model, first))
        super().__init__(model, start, frozenset((self._note,)))
        self.is_drag = True

    def removed(self) -> frozenset[Note]:
        return frozenset()

    def become(self, spot: Spot) -> frozenset[Note]:
        away = spot.at - self.start.at
        if abs(away.x()) < DRAG_PX:
            return frozenset((self._note,))
        unit = 1 if spot.free else self.model.snap
        end = max(self._note.onset + unit, self.model.snapped(spot.step + unit / 2, free=spot.free))
        long = min(end, self.model.n_steps) - self._note.onset
        return frozenset((replace(self._note, duration=max(1, long)),))


class EraseGesture(Quiet):
    """Wipe notes away."""

    def __init__(self, model: RollModel, start: Spot, plane: Plane, notes_at: object) -> None:
        super().__init__(model, start)
        self._gone: set[Note] = set()
        self._notes_at = notes_at
        self.move(start)

    def move(self, spot: Spot) -> None:
        before = self.now.at
        super().move(spot)
        if callable(self._notes_at):
            ways = max(1, int(max(abs(spot.at.x() - before.x()), abs(spot.at.y() - before.y())) // 2))
            for i in range(1, ways + 1):
                self._gone |= set(self._notes_at(before + (spot.at - before) * (i / ways)))
        self.model.lift(self._gone)

    def end(self, spot: Spot) -> None:
        self.move(spot)
        self.model.change(tr("Delete notes"), self._gone, ())

    def paint(self, painter: QPainter, plane: Plane) -> None:
        shapes = Shapes.of_notes(self._gone)
        painting.paint_outlines(painter, plane, shapes, QColor(theme.colours().removed), dashed=True)


def select_for(model: RollModel, note: Note, *, more: bool) -> frozenset[Note]:
    """What a press on a note takes hold of: all that is selected where the note is, else the note."""
    if more:
        model.select_notes((note,), more=True)
    elif note not in model.selection.notes:
        model.select(RollSelection((), frozenset((note,))))
    return model.selection.notes


def _usual_velocity(model: RollModel, step: int) -> int:
    """About as loud as what sounds around a step."""
    near = [n.velocity for n in model.notes if abs(n.onset - step) <= STEPS_PER_BAR]
    return round(sum(near) / len(near)) if near else 80


def paint_loop(painter: QPainter, path: QPainterPath) -> None:
    """The line of a rectangle or lasso that is being drawn."""
    c = theme.colours()
    painter.fillPath(path, painting.clear(c.selection, 36))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    pen = QPen(QColor(c.selection), 1)
    pen.setDashPattern([4, 3])
    painter.setPen(pen)
    painter.drawPath(path)
