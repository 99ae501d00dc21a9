"""What the roll draws, layer by layer, and the shapes that it keeps for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from diffbgm_gui import theme
from diffbgm_gui.axis import GUTTER_PX
from diffbgm_gui.document import SAME_S
from diffbgm_gui.studio_events import Shown
from diffbgm_gui.widgets.axis_row import gutter_label
from diffbgm_gui.widgets.roll import ground, marks, painting
from diffbgm_gui.widgets.roll.geometry import Plane
from diffbgm_gui.widgets.roll.heat import ConvergenceHeat
from diffbgm_gui.widgets.roll.model import RollModel
from diffbgm_gui.widgets.roll.shapes import Overview, Shapes
from diffbgm_gui.words import key_name
from engine.music.notes import Note
from engine.music.take import Take

BARS_PX: Final = 16
CHORDS_PX: Final = 16
HEAT_PX: Final = 6
_NO_SHAPES: Final = Shapes.of_notes(())
_MOST_OUTLINED: Final = 4000
_MOST_PREPARED: Final = 2
_NO_CUTS: Final = (np.zeros(0), np.zeros(0, np.bool_))


def tr(text: str) -> str:
    """A text of this module in the user's language."""
    return QCoreApplication.translate("Roll", text)


@dataclass(frozen=True, slots=True, eq=False)
class _PreparedTake:
    """What is worked out of a take once: its notes by onset, their shapes, its overview with the roll that it is of."""

    notes: tuple[Note, ...]
    shapes: Shapes
    overview: tuple[Any, Overview] | None = None

    @classmethod
    def of(cls, take: Take) -> _PreparedTake:
        notes = tuple(sorted(take.notes, key=lambda note: note.onset))
        return cls(notes, Shapes.of_notes(notes))


class RollLayers:
    """Draws the roll on a plane. Shapes of notes are worked out once a take."""

    def __init__(self, model: RollModel, plane: Plane, heat: ConvergenceHeat) -> None:
        self.model, self.studio, self.plane, self.heat = model, model.studio, plane, heat
        self.part = QRectF()
        self._notes: tuple[Note, ...] = ()
        self._prepared: dict[str, _PreparedTake] = {}
        self.studio.preparations.append(self.prepare)
        self._shapes: dict[str, tuple[Any, Shapes]] = {}
        self._overviews: dict[str, tuple[Any, Overview]] = {}
        self._pictures = {name: painting.OverviewPictures() for name in ("shown", "ghost")}
        self._chord_begins = marks.ChordBegins()
        self._cuts: tuple[Any, Any, tuple[NDArray[np.float64], NDArray[np.bool_]]] = (None, None, _NO_CUTS)

    # -- notes as shapes -------------------------------------------------------------------------------------------

    def shapes(self) -> Shapes:
        """The notes of the current take."""
        take = self.model.take
        if take is None:
            return _NO_SHAPES
        known = self._shapes.get("take")
        if known is None or known[0] is not take:
            made = self._prepared.pop(take.id, None) or _PreparedTake.of(take)
            self._notes, known = made.notes, (take, made.shapes)
            self._shapes["take"] = known
            if made.overview is not None:
                self._overviews["shown"] = made.overview
        return known[1]

    def prepare(self, take: Take, shown: Shown) -> None:
        """On a worker: work out what is drawn of a long take before it is shown."""
        made = _PreparedTake.of(take)
        made = replace(made, overview=(shown.roll, Overview.of(shown.roll)))
        while len(self._prepared) >= _MOST_PREPARED:
            self._prepared.pop(next(iter(self._prepared)), None)
        self._prepared[take.id] = made

    def note(self, index: int) -> Note:
        """The note of a place in `shapes`."""
        return self._notes[index]

    def _cached_shapes(self, name: str, key: Any, notes: Any) -> Shapes:
        known = self._shapes.get(name)
        if known is None or known[0] is not key:
            self._shapes[name] = known = (key, Shapes.of_notes(notes))
        return known[1]

    def _overview(self, name: str, roll: Any) -> Overview:
        known = self._overviews.get(name)
        if known is None or known[0] is not roll:
            self._overviews[name] = known = (roll, Overview.of(roll))
        return known[1]

    def notes_at(self, at: QPointF) -> list[Note]:
        """The notes under a point, in the voices that are switched on, the one that is drawn on top first."""
        if not self.model.can_edit or not self.plane.area.contains(at):
            return []
        shapes, pitch = self.shapes(), self.plane.pitch_at(at.y())
        slack = 2 / max(0.1, self.plane.step_px) if self.plane.step_px < 4 else 0
        step = self.plane.step_at(at.x())
        here = (shapes.pitch == pitch) & (shapes.onset <= step + slack) & (shapes.end > step - slack)
        found = [self._notes[i] for i in np.flatnonzero(here)]
        return sorted((note for note in found if note.voice in self.model.limits.voices), key=_depth)

    # -- the row ---------------------------------------------------------------------------------------------------

    def paint(self, painter: QPainter, part: QRectF, plot: QRectF) -> None:
        """Draw a strip of the row.

        Args:
            part: the strip; plot: all of the row that is time.
        """
        plane, shown, self.part = self.plane, self.studio.shown, part
        if part.left() < GUTTER_PX:
            ground.paint_keyboard(painter, plane, self.model.limits.band)
            self._paint_gutter(painter)
        painter.setClipRect(plot.intersected(part))
        ground.paint_ground(painter, plane, part, self.model.limits.band)
        if plane.axis.duration_s <= 0:
            return
        if plane.grid:
            ground.paint_grid(painter, plane, part)
            painting.paint_locks(painter, plane, self.studio.document.locks, part)
            self._paint_ghost(painter)
            if shown.roll is not None:
                self._paint_music(painter, shown)
        marks.paint_cuts(painter, plane, part, *self._cut_times())
        if plane.grid:
            self._paint_head(painter, shown)
            if self.heat.shares is not None:
                marks.paint_heat(painter, plane, self._heat_strip().intersected(part), self.heat.shares)
        elif not self.studio.state.is_busy:
            self._paint_invitation(painter)

    def _heat_strip(self) -> QRectF:
        area = self.plane.area
        return QRectF(area.left(), area.bottom() + 2, area.width(), HEAT_PX)

    def _paint_gutter(self, painter: QPainter) -> None:
        plan = self.studio.shown.plan
        key = str(plan.get("key", "")) if plan else ""
        gutter_label(painter, tr("Bars"), 0, BARS_PX)
        gutter_label(painter, key_name(key) or tr("Chords"), BARS_PX, CHORDS_PX)

    def _paint_head(self, painter: QPainter, shown: Shown) -> None:
        c, plot = theme.colours(), self.plane.area
        bars = QRectF(plot.left(), 0, plot.width(), BARS_PX)
        chords = QRectF(plot.left(), BARS_PX, plot.width(), CHORDS_PX)
        painter.fillRect(bars.intersected(self.part), painting.mixed(c.panel, c.raised, 0.6))
        marks.paint_bars(painter, self.plane, bars, self.part, shown.plan.get("sections", ()))
        marks.paint_chords(painter, self.plane, chords, self.part, shown.plan.get("chords", ()), self._chord_begins)

    def _paint_ghost(self, painter: QPainter) -> None:
        ghost = self.model.ghost
        if ghost is None:
            return
        shapes = self._cached_shapes("ghost", ghost, ghost.notes)
        if self.plane.step_px >= painting.VECTOR_FROM_PX:
            c = theme.colours()
            painting.paint_outlines(painter, self.plane, self._visible(shapes), painting.clear(c.dim, 170))
        else:
            roll = self.studio.finished(ghost).roll
            painting.paint_overview(
                painter, self.plane, self._overview("ghost", roll), self.part, self._pictures["ghost"], faint=True
            )

    def _paint_music(self, painter: QPainter, shown: Shown) -> None:
        if self.plane.step_px < painting.VECTOR_FROM_PX:
            painting.paint_overview(
                painter, self.plane, self._overview("shown", shown.roll), self.part, self._pictures["shown"]
            )
            return
        if not self.model.can_edit:
            first, end = self._span()
            painting.paint_notes(painter, self.plane, Shapes.of_roll(shown.roll, first, end))
            return
        self._paint_take(painter)

    def _paint_take(self, painter: QPainter) -> None:
        plane, model = self.plane, self.model
        difference, shapes = model.difference, self.shapes()
        if model.lifted:
            left = [note for note in self._notes if note not in model.lifted]
            shapes = self._cached_shapes("lifted", model.lifted, left)
        visible = self._visible(shapes)
        if difference is None:
            painting.paint_notes(painter, plane, visible)
        else:
            c = theme.colours()
            kept = self._visible(self._cached_shapes("kept", difference, difference.kept))
            fresh = self._visible(self._cached_shapes("new", difference, difference.new))
            gone = self._visible(self._cached_shapes("removed", difference, difference.removed))
            painting.paint_kept(painter, plane, kept)
            painting.paint_outlines(painter, plane, gone, QColor(c.removed))
            painting.paint_changed(painter, plane, fresh, QColor(c.added))
        first, end = self._span()
        marks = [n for n in model.hand if n.onset < end and n.end > first and n not in model.lifted]
        painting.paint_hand_marks(painter, plane, marks)

    def _span(self) -> tuple[int, int]:
        """The steps that the painted strip shows."""
        first = self.plane.step_at(self.part.left() - 2)
        return max(0, int(first) - 1), int(np.ceil(self.plane.step_at(self.part.right() + 2))) + 1

    def _visible(self, shapes: Shapes) -> Shapes:
        return shapes.within(*self._span())

    def _cut_times(self) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Times of the cuts, and which of them are starred."""
        shots, stars = self.studio.shots, self.studio.stars
        if self._cuts[0] != (id(shots), id(stars)):
            times_s = np.array(self.studio.starts_s[1:])
            stars_s = np.array([-np.inf, *self.studio.stars_s, np.inf])
            place = np.searchsorted(stars_s, times_s)
            off_s = np.minimum(stars_s[place] - times_s, times_s - stars_s[place - 1])
            self._cuts = ((id(shots), id(stars)), (shots, stars), (times_s, off_s <= float(SAME_S)))
        return self._cuts[2]

    def _paint_invitation(self, painter: QPainter) -> None:
        font = painter.font()
        font.setPixelSize(13)
        painter.setFont(font)
        text, area = tr("Press Generate: the music forms here, note by note."), self.plane.area
        width = min(area.width(), painter.fontMetrics().horizontalAdvance(text) + 36)
        card = QRectF(area.center().x() - width / 2, area.center().y() - 18, width, 36)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.colours().panel))
        painter.drawRoundedRect(card, 6, 6)
        painter.setPen(QColor(theme.colours().dim))
        painter.drawText(card, int(Qt.AlignmentFlag.AlignCenter), text)

    def paint_selection(self, painter: QPainter) -> None:
        c, model, plane = theme.colours(), self.model, self.plane
        selection = model.selection
        if selection.regions:
            path = painting.region_path(plane, model.asked.regions)
            painter.fillPath(path, painting.clear(c.selection, 34))
            painter.setPen(QPen(painting.clear(c.selection, 210), 1))
            painter.drawPath(path)
            for region in selection.regions:
                if region.pitches is None and region.steps is not None:
                    box = painting.region_rect(plane, region)
                    painter.fillRect(QRectF(box.left(), 0, box.width(), BARS_PX), painting.clear(c.selection, 90))
        notes = selection.notes - model.lifted
        if notes and plane.step_px >= painting.VECTOR_FROM_PX:
            shapes = self._cached_shapes("selected", selection, notes) if not model.lifted else Shapes.of_notes(notes)
            seen = shapes.within(*plane.visible)
            if len(seen) <= _MOST_OUTLINED:
                painting.paint_selected(painter, plane, seen)


def _depth(note: Note) -> int:
    """The order in which notes cover each other, the topmost first."""
    return (0, 2, 1)[note.voice]
