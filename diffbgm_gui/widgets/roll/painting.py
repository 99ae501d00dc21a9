"""Notes and regions of the roll. All draw what lies in the strip that is painted, in the colours of the theme."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPainterPath, QPen, QPixmap, QTransform

from diffbgm_gui import icons, theme
from diffbgm_gui.axis import GUTTER_PX
from diffbgm_gui.widgets.axis_row import small_font
from diffbgm_gui.widgets.roll.geometry import Plane
from diffbgm_gui.widgets.roll.shapes import DRAW_ORDER, Overview, Shapes, overview_pixels, shown_pitches
from engine.music.notes import Note, Voice
from engine.music.region import Region
from engine.timebase import N_PITCHES

VECTOR_FROM_PX: Final = 2.0
"""Notes are drawn one by one where a step is this wide, as an overview where it is not."""
_NAMES: Final = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")
_LOUDNESS_LEVELS: Final = 5
_HOLLOW_FROM_PX: Final = 4.0

Array = NDArray[np.float64]
Rects = Array


def pitch_name(pitch: int) -> str:
    """A MIDI pitch as musicians write it, middle C being C4."""
    return f"{_NAMES[pitch % 12]}{pitch // 12 - 1}"


@lru_cache(maxsize=256)
def chord_name(label: str) -> str:
    """A chord label as musicians write it: `A:min7/E` is Am7/E."""
    name, slash, bass = label.partition("/")
    root, _, quality = name.partition(":")
    quality = {"maj": "", "min": "m"}.get(quality, quality.replace("min", "m"))
    return root + quality + slash + bass


def mixed(one: str, other: str, share: float) -> QColor:
    """A colour between two: all of `one` at 0, all of `other` at 1."""
    a, b = QColor(one), QColor(other)
    parts = ((x + (y - x) * share) for x, y in zip(a.getRgb()[:3], b.getRgb()[:3], strict=True))
    return QColor(*(round(part) for part in parts))


def clear(colour: str | QColor, alpha: int) -> QColor:
    """A colour that lets the ground through."""
    made = QColor(colour)
    made.setAlpha(alpha)
    return made


def note_colour(voice: int, velocity: float) -> QColor:
    """Louder notes stand out more from the ground."""
    c = theme.colours()
    return mixed(c.sunken, c.voices[voice], 0.45 + 0.55 * min(1.0, velocity / 110))


# -- notes ---------------------------------------------------------------------------------------------------------


def paint_notes(painter: QPainter, plane: Plane, shapes: Shapes) -> None:
    """Notes one by one in the colours of their voices, the tune on top."""
    levels = np.clip(shapes.velocity * _LOUDNESS_LEVELS // 128, 0, _LOUDNESS_LEVELS - 1)
    boxes = plane.boxes(shapes)
    painter.save()
    painter.setClipRect(painter.clipBoundingRect().intersected(plane.area))
    for voice in DRAW_ORDER:
        for level in range(_LOUDNESS_LEVELS):
            these = boxes[(shapes.voice == voice) & (levels == level)]
            if len(these):
                colour = note_colour(voice, (level + 0.7) * 128 / _LOUDNESS_LEVELS)
                _fill(painter, these, colour, plane.row_px)
    painter.restore()
    _paint_names(painter, plane, shapes, boxes)


def _fill(painter: QPainter, boxes: Rects, colour: QColor, row_px: float) -> None:
    rounded = row_px >= 9 and len(boxes) < 1500
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, rounded)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    if rounded:
        for x, y, w, h in boxes:
            painter.drawRoundedRect(QRectF(x, y, w, h), 2, 2)
    else:
        painter.drawRects([QRectF(*box) for box in boxes.tolist()])
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)


def _paint_names(painter: QPainter, plane: Plane, shapes: Shapes, boxes: Rects) -> None:
    """The names of pitches, where notes are large enough to bear them."""
    if plane.row_px < 13:
        return
    small_font(painter, size_px=9)
    painter.setPen(QColor(theme.colours().sunken))
    for i in np.flatnonzero(boxes[:, 2] >= 30):
        x, y, w, h = boxes[i]
        if y >= plane.area.top() and y + h <= plane.area.bottom():
            where = QRectF(x + 4, y, w - 6, h)
            painter.drawText(where, int(Qt.AlignmentFlag.AlignVCenter), pitch_name(int(shapes.pitch[i])))


def paint_outlines(painter: QPainter, plane: Plane, shapes: Shapes, colour: QColor, *, dashed: bool = False) -> None:
    """Notes as hollow boxes: a ghost, or what is gone. Where rows are low they are filled: a line would be thicker than
    the notes themselves."""
    boxes = plane.boxes(shapes)
    painter.save()
    painter.setClipRect(painter.clipBoundingRect().intersected(plane.area))
    if plane.row_px < _HOLLOW_FROM_PX:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(clear(colour, colour.alpha() * 3 // 4))
        painter.drawRects([QRectF(x, y, w, h) for x, y, w, h in boxes.tolist()])
        painter.restore()
        return
    painter.setBrush(clear(colour, colour.alpha() // 5))
    pen = QPen(colour, 1)
    if dashed:
        pen.setDashPattern([3, 2])
    painter.setPen(pen)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.drawRects([QRectF(x, y, w, max(1.0, h - 1)) for x, y, w, h in boxes.tolist()])
    painter.restore()


class OverviewPictures:
    """The last picture of an overview: cuts and stars change far more often than the notes beneath them."""

    def __init__(self) -> None:
        self._known: tuple[Overview, tuple[Any, ...], QImage] | None = None

    def known(self, overview: Overview, key: tuple[Any, ...]) -> QImage | None:
        """The picture of an overview in a view, where it is the last one."""
        kept = self._known
        return kept[2] if kept is not None and kept[0] is overview and kept[1] == key else None

    def keep(self, overview: Overview, key: tuple[Any, ...], image: QImage) -> None:
        """Remember a picture in place of the last."""
        self._known = (overview, key, image)


def paint_overview(
    painter: QPainter,
    plane: Plane,
    overview: Overview,
    part: QRectF,
    pictures: OverviewPictures,
    *,
    faint: bool = False,
) -> None:
    """Much of a piece at once: the busier, the stronger the colour."""
    area = plane.area.intersected(part)
    scale = painter.device().devicePixelRatioF()
    columns, rows = round(area.width() * scale), round(plane.area.height() * scale)
    if columns < 1 or rows < 1:
        return
    axis, pitches = plane.axis, (plane.low, plane.high)
    x = area.left() + np.arange(columns + 1) / scale
    seconds = axis.left_s + (x - GUTTER_PX) / axis.plot_px * axis.shown_s
    inks = tuple(QColor(ink).rgb() & 0xFFFFFF for ink in theme.colours().voices)
    key = (columns, rows, pitches, inks, axis.left_s, axis.shown_s, axis.plot_px, area.left(), plane.grid)
    image = pictures.known(overview, key)
    if image is None:
        seen = shown_pitches(rows, pitches)
        shares = overview.columns(plane.grid.steps(seconds), seen)
        pixels = overview_pixels(shares, rows, pitches, inks, lowest=seen.start)
        image = QImage(pixels.data, columns, rows, 4 * columns, QImage.Format.Format_ARGB32).copy()
        pictures.keep(overview, key, image)
    painter.setOpacity(0.35 if faint else 1.0)
    painter.drawImage(QRectF(area.left(), plane.area.top(), columns / scale, plane.area.height()), image)
    painter.setOpacity(1.0)


def paint_hand_marks(painter: QPainter, plane: Plane, notes: Iterable[Note]) -> None:
    """Small locks on notes that were written by hand: re-rolls never touch them."""
    ink = theme.colours().sunken
    side = min(10.0, plane.row_px - 2)
    painter.save()
    painter.setClipRect(painter.clipBoundingRect().intersected(plane.area))
    for note in notes:
        box = plane.box(note)
        if side >= 7 and box.width() >= side + 6:
            pixels = round(side * painter.device().devicePixelRatioF())
            where = QRectF(box.right() - side - 3, box.center().y() - side / 2, side, side)
            painter.drawImage(where, icons.image("lock", pixels, ink))
        else:
            painter.fillRect(
                QRectF(box.left(), box.top(), min(2.0, box.width()), box.height()), QColor(theme.colours().text)
            )
    painter.restore()


# -- regions -------------------------------------------------------------------------------------------------------


def region_rect(plane: Plane, region: Region) -> QRectF:
    """The rectangle that bounds a region without cells."""
    first, end = region.steps or (0, plane.grid.n_steps)
    low, high = region.pitches or (0, N_PITCHES - 1)
    left, right = plane.x(first), plane.x(end)
    top = max(plane.area.top(), plane.y(high + 1))
    return QRectF(left, top, right - left, min(plane.area.bottom(), plane.y(low)) - top)


def region_path(plane: Plane, regions: Iterable[Region]) -> QPainterPath:
    """The outline of regions together."""
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    for region in regions:
        if region.cells is None:
            path.addRect(region_rect(plane, region))
    return path.simplified() if path.elementCount() > 5 else path


def paint_locks(painter: QPainter, plane: Plane, regions: Sequence[Region], part: QRectF) -> None:
    """Locked regions, hatched; those of some voices only with bars in their colours at the top."""
    if not regions:
        return
    c = theme.colours()
    area = plane.area.intersected(part)
    painter.save()
    painter.setClipRect(area)
    path = region_path(plane, regions)
    painter.fillPath(path, clear(c.lock, 26))
    painter.fillPath(path, _hatch(clear(c.lock, 120)))
    painter.setPen(QPen(clear(c.lock, 170), 1))
    painter.drawPath(path)
    for region in regions:
        if region.cells is not None:
            cells = [Note(s, Voice(v), p, 1) for v, s, p in region.cells]
            paint_outlines(painter, plane, Shapes.of_notes(cells), QColor(c.lock))
        elif region.voices is not None:
            box = region_rect(plane, region)
            for i, voice in enumerate(sorted(region.voices)):
                painter.fillRect(
                    QRectF(box.left() + 1, box.top() + 1 + 3 * i, box.width() - 2, 2), QColor(c.voices[voice])
                )
    painter.restore()


def _hatch(colour: QColor) -> QBrush:
    """Fine slanted lines, fixed to the widget."""
    tile = QPixmap(8, 8)
    tile.fill(Qt.GlobalColor.transparent)
    painter = QPainter(tile)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour, 1.0))
    for shift in (-8, 0, 8):
        painter.drawLine(QPointF(shift, 8), QPointF(shift + 8, 0))
    painter.end()
    brush = QBrush(tile)
    brush.setTransform(QTransform())
    return brush


def paint_changed(painter: QPainter, plane: Plane, shapes: Shapes, colour: QColor) -> None:
    """Notes that a re-roll wrote: in one colour, their voices along the left edge of longer ones."""
    boxes = plane.boxes(shapes)
    painter.save()
    painter.setClipRect(painter.clipBoundingRect().intersected(plane.area))
    _fill(painter, boxes, colour, plane.row_px)
    for voice in DRAW_ORDER:
        ink = QColor(theme.colours().voices[voice])
        for x, y, _, h in boxes[(shapes.voice == voice) & (boxes[:, 2] >= 12)].tolist():
            painter.fillRect(QRectF(x, y, 3.0, h), ink)
    painter.restore()


def paint_kept(painter: QPainter, plane: Plane, shapes: Shapes) -> None:
    """Notes that a re-roll left alone: there, but out of the way of the colours."""
    c = theme.colours()
    painter.save()
    painter.setClipRect(painter.clipBoundingRect().intersected(plane.area))
    _fill(painter, plane.boxes(shapes), mixed(c.sunken, c.outline, 0.75), plane.row_px)
    painter.restore()


def paint_selected(painter: QPainter, plane: Plane, shapes: Shapes) -> None:
    """The frame of selected notes."""
    c = theme.colours()
    painter.save()
    painter.setClipRect(plane.area)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(QPen(QColor(c.text), 1))
    painter.setBrush(clear(c.text, 70))
    painter.drawRects([QRectF(x, y, w, max(1.0, h - 1)) for x, y, w, h in plane.boxes(shapes).tolist()])
    painter.restore()
