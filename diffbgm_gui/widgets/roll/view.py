"""The piano roll on the time axis: what forms, a step, a take; and the place where notes are selected and changed."""

from __future__ import annotations

from operator import is_not
from typing import Any

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from diffbgm_gui import theme
from diffbgm_gui.axis import GUTTER_PX, TimeAxis
from diffbgm_gui.studio import Studio
from diffbgm_gui.studio_events import Shown
from diffbgm_gui.widgets.axis_row import AxisRow
from diffbgm_gui.widgets.roll import painting
from diffbgm_gui.widgets.roll.geometry import Plane, StepGrid
from diffbgm_gui.widgets.roll.gestures import (
    BandGesture,
    BarsGesture,
    DrawGesture,
    EraseGesture,
    Gesture,
    KeysGesture,
    LassoGesture,
    MoveGesture,
    Spot,
    StretchGesture,
    select_for,
)
from diffbgm_gui.widgets.roll.heat import ConvergenceHeat
from diffbgm_gui.widgets.roll.layers import BARS_PX, CHORDS_PX, HEAT_PX, RollLayers
from diffbgm_gui.widgets.roll.model import RollModel, Tool
from engine.music.notes import Note
from engine.timebase import STEPS_PER_BAR, STEPS_PER_BEAT


class RollView(AxisRow):
    """The roll. `keys_asked` wants what belongs to a key done, `menu_asked` the menu at a place of the screen;
    `pitches_changed` tells of other pitches in view."""

    scrolls = True
    keys_asked = Signal(object)
    menu_asked = Signal(object)
    pitches_changed = Signal()

    def __init__(self, studio: Studio, axis: TimeAxis, model: RollModel, parent: QWidget | None = None) -> None:
        super().__init__(axis, parent)
        self.studio, self.model = studio, model
        self.plane = Plane(axis, StepGrid.of(()), QRectF(0, 0, 1, 1))
        self.heat = ConvergenceHeat()
        self.layers = RollLayers(model, self.plane, self.heat)
        self._gesture: Gesture | None = None
        self._pan: QPointF | None = None
        self._plan: Any = None
        self._fitted: Any = None
        self._drawn_state: tuple[Any, ...] = (None, None, None)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(72)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Piano roll"))
        studio.shown_changed.connect(self._shown_changed)
        studio.state_changed.connect(self._state_changed)
        model.changed.connect(self.refresh)
        model.selection_changed.connect(self._selection_changed)
        model.mode_changed.connect(self._set_cursor)
        self._shown_changed()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(600, 260)

    # -- what happens ----------------------------------------------------------------------------------------------

    def _shown_changed(self) -> None:
        shown = self.studio.shown
        if shown.plan is not self._plan:
            self._plan = shown.plan
            self.plane.grid = StepGrid.of(shown.beat_s)
        if shown.is_live:
            self.heat.see(shown)
        elif shown.step is not None and shown.roll is not None:
            steps = self.studio.steps(shown.take_id or "", noisy=self.model.shows_noise)
            before = steps[shown.step - 1].roll if 0 < shown.step <= len(steps) else None
            self.heat.compare(before, shown.roll)
        else:
            self.heat.clear()
        if self.model.can_edit:
            self._fit_once(shown)
        elif self._gesture is not None:
            self._end_gesture()
        self.refresh()

    def _state_changed(self, state: Any) -> None:
        drawn = (state.shots, state.path, state.is_busy)
        if any(map(is_not, drawn, self._drawn_state)):
            self._drawn_state = drawn
            self.refresh()

    def _fit_once(self, shown: Shown) -> None:
        """Widen the pitches in view to those of a new take; they never shrink by themselves."""
        if self._fitted == shown.take_id:
            return
        self._fitted = shown.take_id
        pitches = self.layers.shapes().pitch
        if len(pitches) and (pitches.min() < self.plane.low or pitches.max() + 1 > self.plane.high):
            self.plane.low = min(self.plane.low, float(pitches.min()) - 1)
            self.plane.high = max(self.plane.high, float(pitches.max()) + 2)
            self.plane.clamp()
            self.pitches_changed.emit()

    def _selection_changed(self) -> None:
        count = len(self.model.selection.notes)
        self.setAccessibleDescription(self.tr("{} notes selected").format(count) if count else "")
        self.update()

    # -- painting --------------------------------------------------------------------------------------------------

    def paint_row(self, painter: QPainter) -> None:
        self._lay_out()
        self.layers.paint(painter, self.part, self.plot_rect())

    def _lay_out(self) -> None:
        plot = self.plot_rect()
        top = BARS_PX + CHORDS_PX
        self.plane.area = QRectF(plot.left(), top, plot.width(), max(1.0, plot.height() - top - HEAT_PX - 2))

    def paint_over(self, painter: QPainter) -> None:
        if not self.plane.grid:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plot = self.plot_rect()
        painter.setClipRect(plot)
        if self.model.can_edit:
            self.layers.paint_selection(painter)
        if self._gesture is not None:
            painter.setClipRect(self.plane.area)
            self._gesture.paint(painter, self.plane)
        painter.restore()

    # -- keys and pointer --------------------------------------------------------------------------------------

    def answers(self, event: QEvent) -> bool:
        """What is answered before anyone else hears of it."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self._words_at(QPointF(event.pos())), self)
            return True
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if self._gesture is not None and event.key() == Qt.Key.Key_Escape:
                event.accept()
                return True
            event.ignore()
            self.keys_asked.emit((event, False))
            if event.isAccepted():
                return True
        return super().answers(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        if self._gesture is not None and event.key() == Qt.Key.Key_Escape:
            self._gesture.cancel()
            self._end_gesture()
            return
        event.ignore()
        self.keys_asked.emit((event, True))
        if not event.isAccepted():
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if event.button() == Qt.MouseButton.MiddleButton:
            self._pan = event.position()
        elif event.button() == Qt.MouseButton.LeftButton and self.axis.duration_s > 0:
            self._lay_out()
            self._gesture = self._begin(Spot.of(self.plane, event.position(), event.modifiers()))
            if self._gesture is None:
                super().mousePressEvent(event)
            self.update()

    def _begin(self, spot: Spot) -> Gesture | None:
        model, area = self.model, self.plane.area
        if not model.can_edit or not self.plane.grid:
            return None
        if spot.at.x() < GUTTER_PX:
            return KeysGesture(model, spot) if area.top() <= spot.at.y() <= area.bottom() else None
        if spot.at.y() < area.top():
            return BarsGesture(model, spot)
        if model.tool is Tool.ERASE:
            return EraseGesture(model, spot, self.plane, self.layers.notes_at)
        if model.tool is Tool.LASSO:
            return LassoGesture(model, spot)
        under = self.layers.notes_at(spot.at)
        if under:
            return self._hold(spot, under[0])
        if model.tool is Tool.DRAW:
            return DrawGesture(model, spot)
        return BandGesture(model, spot, lambda x: self.seek_asked.emit(self.axis.seconds(x)))

    def _hold(self, spot: Spot, note: Note) -> Gesture:
        notes = select_for(self.model, note, more=spot.more and note not in self.model.selection.notes)
        notes = notes | {note}
        part = self.plane.part_at(note, spot.at)
        if part == "body":
            return MoveGesture(self.model, spot, notes, note)
        return StretchGesture(self.model, spot, notes, note, at_end=part == "end")

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        if self._pan is not None:
            self._panned(event.position())
        elif self._gesture is not None:
            self._gesture.move(Spot.of(self.plane, event.position(), event.modifiers()))
            self._keep_in_view(event.position().x())
            self.update()
        elif event.buttons() & Qt.MouseButton.LeftButton:
            super().mouseMoveEvent(event)
        else:
            self._set_cursor(event.position())

    def _panned(self, at: QPointF) -> None:
        assert self._pan is not None
        away, self._pan = at - self._pan, at
        self.axis.scroll_to(self.axis.left_s - away.x() * self.axis.s_per_px)
        self.show_pitches(self.plane.low + away.y() / self.plane.row_px, self.plane.high + away.y() / self.plane.row_px)

    def _keep_in_view(self, x: float) -> None:
        """A drag beyond an edge scrolls."""
        plot = self.plot_rect()
        beyond = min(0.0, x - plot.left()) + max(0.0, x - plot.right())
        if beyond and not self.axis.is_whole:
            self.axis.scroll_to(self.axis.left_s + 0.25 * beyond * self.axis.s_per_px)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        if event.button() == Qt.MouseButton.MiddleButton:
            self._pan = None
        elif self._gesture is not None and event.button() == Qt.MouseButton.LeftButton:
            gesture = self._gesture
            self._end_gesture()
            gesture.end(Spot.of(self.plane, event.position(), event.modifiers()))
            self.update()
        else:
            super().mouseReleaseEvent(event)

    def _end_gesture(self) -> None:
        self._gesture = None
        self._set_cursor()
        self.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 - Qt's name
        at = QPointF(event.pos())
        under = self.layers.notes_at(at)
        if under and under[0] not in self.model.selection.notes:
            self.model.select_notes((under[0],))
        self.menu_asked.emit(event.globalPos())

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        turn, keys = event.angleDelta().y() or event.angleDelta().x(), event.modifiers()
        on_keys = event.position().x() < GUTTER_PX
        control = bool(keys & Qt.KeyboardModifier.ControlModifier)
        shift = bool(keys & Qt.KeyboardModifier.ShiftModifier)
        if control and (on_keys or shift):
            self.zoom_pitches(1.0012**turn, self.plane.exact_pitch(event.position().y()))
        elif on_keys or shift:
            self.scroll_pitches(turn / 120 * 3)
        else:
            super().wheelEvent(event)
            return
        event.accept()

    # -- pitches in view -------------------------------------------------------------------------------------------

    def show_pitches(self, low: float, high: float) -> None:
        """Bring other pitches into view."""
        self.plane.low, self.plane.high = low, high
        self.plane.clamp()
        self.pitches_changed.emit()
        self.refresh()

    def scroll_pitches(self, pitches: float) -> None:
        """Show higher pitches."""
        self.show_pitches(self.plane.low + pitches, self.plane.high + pitches)

    def zoom_pitches(self, factor: float, at_pitch: float | None = None) -> None:
        """Show fewer pitches, around one or the middle."""
        self.plane.zoom(factor, (self.plane.low + self.plane.high) / 2 if at_pitch is None else at_pitch)
        self.pitches_changed.emit()
        self.refresh()

    def fit_pitches(self) -> None:
        """Show just the pitches that sound."""
        pitches = self.layers.shapes().pitch
        self.plane.fit((int(pitches.min()), int(pitches.max())) if len(pitches) else None)
        self.pitches_changed.emit()
        self.refresh()

    def reveal(self, notes: Any) -> None:
        """Scroll notes into view."""
        if not notes or not self.plane.grid:
            return
        low, high = min(n.pitch for n in notes), max(n.pitch for n in notes) + 1
        if low < self.plane.low:
            self.scroll_pitches(low - 2 - self.plane.low)
        elif high > self.plane.high:
            self.scroll_pitches(high + 2 - self.plane.high)
        self.axis.reveal(self.plane.grid.second(min(n.onset for n in notes)))

    # -- words -----------------------------------------------------------------------------------------------------

    def _set_cursor(self, at: QPointF | None = None) -> None:
        shape = Qt.CursorShape.ArrowCursor
        if at is not None and at.x() >= GUTTER_PX and self.plane.area.contains(at) and self.model.can_edit:
            tool, under = self.model.tool, self.layers.notes_at(at)
            if tool in (Tool.LASSO, Tool.ERASE):
                shape = Qt.CursorShape.CrossCursor
            elif under:
                body = self.plane.part_at(under[0], at) == "body"
                shape = Qt.CursorShape.SizeAllCursor if body else Qt.CursorShape.SizeHorCursor
            elif tool is Tool.DRAW:
                shape = Qt.CursorShape.CrossCursor
        elif at is not None and at.x() < GUTTER_PX and at.y() >= self.plane.area.top():
            shape = Qt.CursorShape.PointingHandCursor
        self.setCursor(shape)

    def _words_at(self, at: QPointF) -> str:
        """What the tooltip says of a place."""
        area = self.plane.area
        if at.y() < BARS_PX and at.x() >= GUTTER_PX:
            return self.tr("Click or drag to select bars, Shift extends.")
        if at.x() < GUTTER_PX and area.top() <= at.y() <= area.bottom():
            name = painting.pitch_name(self.plane.pitch_at(at.y()))
            return self.tr("{}. Drag to limit re-rolls and locks to these pitches.").format(name)
        if at.y() > area.bottom() and self.heat.shares is not None:
            bar = int(self.plane.step_at(at.x()) // STEPS_PER_BAR)
            if 0 <= bar < len(self.heat.shares):
                share = round(100 * float(self.heat.shares[bar]))
                return self.tr("Bar {}: {} % of its notes stayed as they were in the last step.").format(bar + 1, share)
        under = self.layers.notes_at(at)
        return self._words_of(under[0]) if under else ""

    def _words_of(self, note: Note) -> str:
        bar, step = divmod(note.onset, STEPS_PER_BAR)
        beat = self.tr("bar {}, beat {}").format(bar + 1, f"{1 + step / STEPS_PER_BEAT:g}")
        parts = [painting.pitch_name(note.pitch), theme.voice_names()[note.voice], beat]
        parts += [self.tr("{} sixteenths").format(note.duration), self.tr("velocity {}").format(note.velocity)]
        if note in self.model.hand:
            parts.append(self.tr("by hand, kept by every re-roll"))
        return "  ·  ".join(parts)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._lay_out()
        self.pitches_changed.emit()
