"""Curves below the shots: what the picture does, and what the user draws for the music to follow."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QMenu, QToolTip, QWidget

from diffbgm_gui import theme
from diffbgm_gui.axis import GUTTER_PX
from diffbgm_gui.document import with_curve, without_curve
from diffbgm_gui.widgets.axis_row import AxisRow, small_font
from diffbgm_gui.widgets.timeline.curve_data import CurveStore, Sampled
from diffbgm_gui.widgets.timeline.edits import delete_point, set_point
from diffbgm_gui.widgets.timeline.facts import Facts
from diffbgm_gui.widgets.timeline.shapes import faded, hatch
from engine.direction import CURVES, Curve

PICTURE_PX: Final = 34
CURVES_PX: Final = 62
_PAD_PX: Final = 6
_GRAB_PX: Final = 8
_STEP_PX: Final = 2
_CHIP_PX: Final = 15
_FROM_AUTO: Final = 9
_DASH_PX: Final = 1.2


def curve_title(name: str) -> str:
    """A drawn curve's name for people."""
    words = {
        "density": QT_TRANSLATE_NOOP("Curves", "Density"),
        "energy": QT_TRANSLATE_NOOP("Curves", "Energy"),
        "register": QT_TRANSLATE_NOOP("Curves", "Register"),
        "tension": QT_TRANSLATE_NOOP("Curves", "Tension"),
    }
    return QCoreApplication.translate("Curves", words[name])


def curve_help(name: str) -> str:
    """What a drawn curve does to the music."""
    words = {
        "density": QT_TRANSLATE_NOOP("Curves", "How many notes: from sparse to busy."),
        "energy": QT_TRANSLATE_NOOP("Curves", "How loudly it is played: from soft to strong."),
        "register": QT_TRANSLATE_NOOP("Curves", "How high the music lies."),
        "tension": QT_TRANSLATE_NOOP("Curves", "How much it rubs: from consonant to dissonant."),
    }
    return QCoreApplication.translate("Curves", words[name])


class _CurveRow(AxisRow):
    """Draws sampled curves on a grid of pixels that stays where it is when the view scrolls."""

    scrolls: ClassVar[bool] = True

    def _line(self, curve: Sampled, top: float, tall: float) -> list[QPointF]:
        """The points of a curve in the part that is painted; values 0..1 over a height."""
        step_s = _STEP_PX * self.axis.s_per_px
        first_s, end_s = self.part_s(margin_px=3 * _STEP_PX)
        first, end = max(0, int(first_s / step_s)), int(min(end_s, self.axis.duration_s) / step_s) + 1
        edges = np.arange(first, end + 1) * step_s
        values: NDArray[np.float64] = curve.columns(edges)
        places = GUTTER_PX + ((edges[:-1] + step_s / 2) - self.axis.left_s) / self.axis.s_per_px
        heights = top + tall * (1 - np.clip(values, 0, 1))
        known = np.isfinite(values)
        return [QPointF(x, y) for x, y in zip(places[known].tolist(), heights[known].tolist(), strict=True)]

    def _fill(self, painter: QPainter, line: list[QPointF], bottom: float, colour: QColor) -> None:
        if len(line) < 2:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        area = [QPointF(line[0].x(), bottom), *line, QPointF(line[-1].x(), bottom)]
        painter.drawPolygon(QPolygonF(area))

    def _paint_speech(self, painter: QPainter, facts: Facts) -> None:
        """Where people speak: hatched."""
        spans, (first, end) = facts.music.speech_s, self.part_s()
        spans = spans[np.searchsorted(spans[:, 1], first) : np.searchsorted(spans[:, 0], end)]
        if not len(spans):
            return
        brush, tall = hatch(theme.colours().speech, 120), self.height() - 2
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        painter.setBrushOrigin(QPointF(self.axis.x(0.0) % 8, 0))  # lines stay where they are when the view scrolls
        last = -1.0
        for left, right in zip(self.axis.xs(spans[:, 0]), self.axis.xs(spans[:, 1]), strict=True):
            if right > last + 1:
                painter.fillRect(QRectF(left, 1, max(1.0, right - left), tall), brush)
                last = right
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)


class PictureRow(_CurveRow):
    """Motion and energy of the picture, and where people speak."""

    def __init__(self, facts: Facts, curves: CurveStore, parent: QWidget | None = None) -> None:
        super().__init__(facts.axis, parent)
        self._facts, self._curves = facts, curves
        self.setFixedHeight(PICTURE_PX)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Motion and energy of the picture"))
        self.setToolTip(
            self.tr(
                "What moves in the picture (filled) and how much goes on in it (line): motion, cuts, light, colour.\n"
                "Left to Auto, the music follows these. Hatched: people speak."
            )
        )
        curves.changed.connect(self.refresh)
        facts.music_changed.connect(self.refresh)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(600, PICTURE_PX)

    def paint_row(self, painter: QPainter) -> None:
        c = theme.colours()
        self._paint_names(painter)
        left, right = self.ends()
        painter.fillRect(QRectF(left, 1, right - left, PICTURE_PX - 2), QColor(c.sunken))
        painter.setClipRect(self.part.intersected(self.plot_rect()))
        motion, energy = self._curves.of("picture", "motion"), self._curves.of("picture", "energy")
        if motion is not None:
            line = self._line(motion, 3, PICTURE_PX - 5)
            self._fill(painter, line, PICTURE_PX - 1, faded(c.motion, 105))
        self._paint_speech(painter, self._facts)
        if energy is not None:
            painter.setPen(QPen(QColor(c.energy), 1.4))
            painter.drawPolyline(QPolygonF(self._line(energy, 3, PICTURE_PX - 6)))
        painter.setClipping(False)

    def _paint_names(self, painter: QPainter) -> None:
        c = theme.colours()
        for i, (name, colour) in enumerate(((self.tr("Motion"), c.motion), (self.tr("Energy"), c.energy))):
            top = 3 + 14 * i
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colour))
            painter.drawRoundedRect(QRectF(12, top + 3 if i == 0 else top + 6, 9, 7 if i == 0 else 2), 1, 1)
            small_font(painter)
            painter.setPen(QColor(c.dim))
            painter.drawText(QRectF(26, top, GUTTER_PX - 28, 14), int(Qt.AlignmentFlag.AlignVCenter), name)


class DrawnRow(_CurveRow):
    """The four curves that the user can draw; one of them is being edited, the others are seen behind it."""

    def __init__(self, facts: Facts, curves: CurveStore, parent: QWidget | None = None) -> None:
        super().__init__(facts.axis, parent)
        self._facts, self._curves = facts, curves
        self.chosen = CURVES[0]
        self.point: int | None = None
        self._held = False
        self._drag = 0
        self._drawn: tuple[Curve, ...] = ()
        self._known: dict[str, tuple[Curve, NDArray[np.float64]]] = {}
        self.setFixedHeight(CURVES_PX)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._tell()
        curves.changed.connect(self.refresh)
        facts.music_changed.connect(self.refresh)
        facts.studio.document_changed.connect(self._document_changed)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(600, CURVES_PX)

    @property
    def curve(self) -> Curve | None:
        """The chosen curve, None where it is left to Auto."""
        return self._facts.studio.document.direction.curve(self.chosen)

    def choose(self, name: str) -> None:
        """Edit another curve."""
        if name != self.chosen:
            self.chosen, self.point = name, None
            self._tell()
            self.refresh()

    def _document_changed(self) -> None:
        curves = self._facts.studio.document.direction.curves
        if curves is self._drawn:
            return
        self._drawn = curves
        curve = self.curve
        if self.point is not None and (curve is None or self.point >= len(curve.points)):
            self.point = None
        self._tell()
        self.refresh()

    def _tell(self) -> None:
        self.setAccessibleName(self.tr("Curve of {}").format(curve_title(self.chosen)))
        curve, said = self.curve, self.tr("Auto")
        if curve is not None:
            said = self.tr("{} points").format(len(curve.points))
            if self.point is not None:
                at, value = curve.points[self.point]
                said = self.tr("Point {} of {}: {:.0f} percent at {:.1f} s").format(
                    self.point + 1, len(curve.points), 100 * value, float(at)
                )
        self.setAccessibleDescription(said)

    # -- painting --------------------------------------------------------------------------------------------------

    def paint_row(self, painter: QPainter) -> None:
        c = theme.colours()
        self._paint_chips(painter)
        left, right = self.ends()
        painter.fillRect(QRectF(left, 1, right - left, CURVES_PX - 2), QColor(c.sunken))
        painter.setClipRect(self.part.intersected(self.plot_rect()))
        painter.setPen(QPen(QColor(c.border), 1, Qt.PenStyle.DotLine))
        middle = self._y(0.5)
        painter.drawLine(QPointF(left, middle), QPointF(right, middle))
        self._paint_speech(painter, self._facts)
        colour, tall = c.curves[self.chosen], CURVES_PX - 2 * _PAD_PX
        achieved, auto = self._curves.of("achieved", self.chosen), self._curves.of("auto", self.chosen)
        if achieved is not None:
            self._fill(painter, self._line(achieved, _PAD_PX, tall), CURVES_PX - 1, faded(colour, 48))
        for curve in self._facts.studio.document.direction.curves:
            if curve.name != self.chosen:
                self._paint_drawn(painter, curve, faded(c.curves[curve.name], 120), 1.0)
        if auto is not None:
            self._paint_dashed(
                painter, self._line(auto, _PAD_PX, tall), faded(colour, 200 if self.curve is None else 120)
            )
        if self.curve is not None:
            self._paint_drawn(painter, self.curve, QColor(colour), 1.8)
            self._paint_points(painter, self.curve, colour)
        painter.setClipping(False)

    def _paint_dashed(self, painter: QPainter, line: list[QPointF], colour: QColor) -> None:
        """Dashes that stay where they are when the view scrolls."""
        if len(line) < 2:
            return
        pen = QPen(colour, _DASH_PX)
        pen.setDashPattern([4, 3])
        pen.setDashOffset((line[0].x() - GUTTER_PX + self.axis.left_s / self.axis.s_per_px) / _DASH_PX % 7)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(line))

    def _paint_chips(self, painter: QPainter) -> None:
        """The names of the curves in the gutter; the chosen one is lit, a dot says that one is drawn."""
        c, direction = theme.colours(), self._facts.studio.document.direction
        for i, name in enumerate(CURVES):
            box = QRectF(6, 1 + i * _CHIP_PX, GUTTER_PX - 12, _CHIP_PX - 1)
            is_chosen = name == self.chosen
            if is_chosen:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(c.raised))
                painter.drawRoundedRect(box, 3, 3)
            centre = QPointF(box.left() + 9, box.center().y())
            painter.setPen(QPen(QColor(c.curves[name]), 1.4))
            painter.setBrush(QColor(c.curves[name]) if direction.curve(name) is not None else Qt.BrushStyle.NoBrush)
            painter.drawEllipse(centre, 2.8, 2.8)
            small_font(painter)
            painter.setPen(QColor(c.text if is_chosen else c.dim))
            painter.drawText(box.adjusted(18, 0, 0, 0), int(Qt.AlignmentFlag.AlignVCenter), curve_title(name))

    def _paint_drawn(self, painter: QPainter, curve: Curve, colour: QColor, width: float) -> None:
        places = self._places(curve)[1]
        left, right = self.part.left() - 4, self.part.right() + 4
        line = [QPointF(min(left, places[0].x()), places[0].y()), *places]
        line.append(QPointF(max(right, places[-1].x()), places[-1].y()))
        painter.setPen(QPen(colour, width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(line))

    def _paint_points(self, painter: QPainter, curve: Curve, colour: str) -> None:
        ground = QColor(theme.colours().sunken)
        first, places = self._places(curve)
        painter.setPen(QPen(QColor(colour), 1.6))
        crowded = len(places) * _GRAB_PX > self.part.width() + 40
        for i, place in enumerate(places, first):
            if crowded and i != self.point:
                continue
            painter.setBrush(QColor(colour) if i == self.point else ground)
            painter.drawEllipse(place, 4, 4)

    def _places(self, curve: Curve) -> tuple[int, list[QPointF]]:
        """The points of a curve that are needed for the part that is painted, and the index of the first."""
        known = self._known.get(curve.name)
        if known is None or known[0] is not curve:
            rows = np.array([(float(at), value) for at, value in curve.points])
            known = self._known[curve.name] = (curve, rows)
        rows, (first_s, end_s) = known[1], self.part_s(margin_px=8)
        first = max(0, int(np.searchsorted(rows[:, 0], first_s)) - 1)
        end = int(np.searchsorted(rows[:, 0], end_s)) + 1
        heights = [self._y(value) for value in rows[first:end, 1].tolist()]
        return first, [QPointF(x, y) for x, y in zip(self.axis.xs(rows[first:end, 0]), heights, strict=True)]

    def _y(self, value: float) -> float:
        return _PAD_PX + (1 - value) * (CURVES_PX - 2 * _PAD_PX)

    def _value(self, y: float) -> float:
        return min(1.0, max(0.0, 1 - (y - _PAD_PX) / (CURVES_PX - 2 * _PAD_PX)))

    def _time(self, seconds: float) -> Fraction:
        return Fraction(round(1000 * min(max(0.0, seconds), self.axis.duration_s)), 1000)

    # -- edits -----------------------------------------------------------------------------------------------------

    def set_point(self, at: int | None, time_s: Fraction, value: float, *, merge: str = "") -> None:
        """Move a point, or add one (None) and turn to it."""
        if self.axis.duration_s <= 0:
            return
        name = self.chosen
        self._facts.studio.edit(
            self.tr("Curve of {}").format(curve_title(name)),
            lambda document: set_point(document, name, at, time_s, value),
            merge=merge,
        )
        curve = self.curve
        if at is None and curve is not None:
            self.point = next((i for i, point in enumerate(curve.points) if point[0] == time_s), None)
            self.refresh()
        self._tell()

    def delete_point(self, at: int) -> None:
        """Take a point away."""
        name = self.chosen
        self.point = None
        self._facts.studio.edit(self.tr("Delete a point"), lambda document: delete_point(document, name, at))

    def back_to_auto(self) -> None:
        """Leave the chosen control to the picture again."""
        name = self.chosen
        self._facts.studio.edit(self.tr("Back to Auto"), lambda document: without_curve(document, name))

    def begin_from_auto(self) -> None:
        """Draw what Auto asks for, to change it from there."""
        auto = self._curves.of("auto", self.chosen)
        if auto is None or self.axis.duration_s <= 0:
            return
        edges = np.linspace(0, self.axis.duration_s, _FROM_AUTO + 1)
        values = np.nan_to_num(auto.columns(edges), nan=0.5)
        middles = (edges[1:] + edges[:-1]) / 2
        points = tuple((self._time(at), round(float(value), 3)) for at, value in zip(middles, values, strict=True))
        name = self.chosen
        self._facts.studio.edit(self.tr("Draw from Auto"), lambda document: with_curve(document, Curve(name, points)))

    # -- mouse -----------------------------------------------------------------------------------------------------

    def _point_at(self, place: QPointF) -> int | None:
        curve = self.curve
        if curve is None:
            return None
        away = [
            max(abs(self.axis.x(float(at)) - place.x()), abs(self._y(value) - place.y())) for at, value in curve.points
        ]
        nearest = int(np.argmin(away))
        return nearest if away[nearest] <= _GRAB_PX else None

    def _chip_at(self, place: QPointF) -> str | None:
        i = int((place.y() - 1) // _CHIP_PX)
        return CURVES[i] if place.x() < GUTTER_PX and 0 <= i < len(CURVES) else None

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        chip = self._chip_at(event.position())
        if event.button() != Qt.MouseButton.LeftButton or chip is not None:
            if chip is not None:
                self.choose(chip)
            return
        self.point = self._point_at(event.position())
        self._held = self.point is not None
        self._drag += 1
        self._tell()
        self.refresh()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        if self._held and self.point is not None:
            self.axis.is_held = True
            time_s = self._time(self.time_at(event))
            self.set_point(
                self.point, time_s, self._value(event.position().y()), merge=f"point {id(self)} {self._drag}"
            )
            return
        near = self._point_at(event.position()) is not None or self._chip_at(event.position()) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if near else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        self._held = False
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        if self._chip_at(event.position()) is None and self._point_at(event.position()) is None:
            time_s = self._time(self.axis.seconds(event.position().x()))
            self.set_point(None, time_s, round(self._value(event.position().y()), 3))
            self._held = True
            self._drag += 1

    # -- keys, menu, help ------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        key, modifiers = event.key(), event.modifiers()
        far = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        moves = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        if Qt.Key.Key_1 <= key <= Qt.Key.Key_4:
            self.choose(CURVES[key - Qt.Key.Key_1])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Insert):
            auto = self._curves.of("auto", self.chosen)
            here = self.axis.playhead_s
            value = 0.5 if auto is None else float(auto.columns(np.array([here, here + 0.1]))[0])
            self.set_point(None, self._time(here), round(value, 3))
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and not moves:
            self._turn(-1 if key == Qt.Key.Key_Left else 1)
        elif self.point is None or self.curve is None:
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.delete_point(self.point)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._nudge(0.0, (0.1 if far else 0.02) * (1 if key == Qt.Key.Key_Up else -1))
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._nudge((1.0 if far else 0.1) * (-1 if key == Qt.Key.Key_Left else 1), 0.0)
        else:
            super().keyPressEvent(event)

    def _turn(self, way: int) -> None:
        curve = self.curve
        if curve is None:
            return
        self._drag += 1
        at = (self.point + way) if self.point is not None else (0 if way > 0 else len(curve.points) - 1)
        self.point = min(max(at, 0), len(curve.points) - 1)
        self.axis.reveal(float(curve.points[self.point][0]))
        self._tell()
        self.refresh()

    def _nudge(self, seconds: float, value: float) -> None:
        curve = self.curve
        if curve is not None and self.point is not None:
            at, now = curve.points[self.point]
            time_s = self._time(float(at) + seconds) if seconds else at
            self.set_point(self.point, time_s, round(now + value, 4), merge=f"point keys {id(self)} {self._drag}")

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 - Qt's name
        menu, place = QMenu(self), QPointF(event.pos())
        at = self._point_at(place)
        if at is not None:
            menu.addAction(self.tr("Delete the point")).triggered.connect(partial(self._delete_from_menu, at))
        else:
            time_s, value = self._time(self.axis.seconds(place.x())), round(self._value(place.y()), 3)
            menu.addAction(self.tr("Add a point")).triggered.connect(lambda: self.set_point(None, time_s, value))
        menu.addSeparator()
        auto = menu.addAction(self.tr("Back to Auto"))
        auto.setEnabled(self.curve is not None)
        auto.triggered.connect(self.back_to_auto)
        begin = menu.addAction(self.tr("Draw from Auto"))
        begin.setEnabled(self._curves.of("auto", self.chosen) is not None)
        begin.triggered.connect(self.begin_from_auto)
        menu.exec(event.globalPos())

    def _delete_from_menu(self, at: int, _checked: bool = False) -> None:
        self.delete_point(at)

    def answers(self, event: QEvent) -> bool:
        """What is answered before anyone else hears of it."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            name = self._chip_at(QPointF(event.pos())) or self.chosen
            said = f"{curve_title(name)}: {curve_help(name)}\n" + self.tr(
                "Double-click adds a point, drag moves it, Delete removes it. Dashed: what Auto asks for; "
                "filled: what the take does."
            )
            QToolTip.showText(event.globalPos(), said, self)
            return True
        return super().answers(event)
