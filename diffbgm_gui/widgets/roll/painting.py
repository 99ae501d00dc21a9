"""The layers of the roll. Each draws what lies in the strip that is painted, in the colours of the theme."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QImage, QPainter, QPainterPath, QPen, QPixmap, QTransform

from diffbgm_gui import icons, theme
from diffbgm_gui.axis import GUTTER_PX
from diffbgm_gui.widgets.axis_row import small_font
from diffbgm_gui.widgets.roll.geometry import Plane
from diffbgm_gui.widgets.roll.shapes import DRAW_ORDER, Overview, Shapes, overview_pixels
from engine.music.notes import Note, Voice
from engine.music.region import Region
from engine.timebase import BEATS_PER_BAR, N_PITCHES, STEPS_PER_BAR, STEPS_PER_BEAT

KEYS_PX: Final = 34
VECTOR_FROM_PX: Final = 2.0
"""Notes are drawn one by one where a step is this wide, as an overview where it is not."""
_BLACK: Final = frozenset((1, 3, 6, 8, 10))
_NAMES: Final = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")
_LOUDNESS_LEVELS: Final = 5
_LEAST_PX: Final = 3.0
"""Cuts that lie nearer than this on the screen are one line."""
_STAR_PX: Final = 11.0
_DASH_PX: Final = 4

Array = NDArray[np.float64]
Rects = Array


def pitch_name(pitch: int) -> str:
    """A MIDI pitch as musicians write it, middle C being C4."""
    return f"{_NAMES[pitch % 12]}{pitch // 12 - 1}"


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


# -- ground --------------------------------------------------------------------------------------------------------


def paint_keyboard(painter: QPainter, plane: Plane, band: tuple[int, int] | None) -> None:
    """The keyboard at the left, a selected band of it marked."""
    c = theme.colours()
    area = plane.area
    left, right = GUTTER_PX - KEYS_PX, GUTTER_PX - 1.0
    painter.save()
    painter.setClipRect(QRectF(0, area.top(), GUTTER_PX, area.height()))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.fillRect(QRectF(left, area.top(), right - left, area.height()), QColor(c.white_key))
    first, last = int(np.floor(plane.low)), int(np.ceil(plane.high))
    lines = mixed(c.white_key, c.black_key, 0.35)
    for pitch in range(first, last):
        top, bottom = plane.y(pitch + 1), plane.y(pitch)
        if pitch % 12 in _BLACK:
            painter.setPen(QPen(lines, 1))
            painter.drawLine(QPointF(left, (top + bottom) / 2), QPointF(right, (top + bottom) / 2))
            painter.fillRect(QRectF(left, top, (right - left) * 0.62, bottom - top), QColor(c.black_key))
        elif pitch % 12 in (0, 5):
            painter.setPen(QPen(lines, 1))
            painter.drawLine(QPointF(left, bottom), QPointF(right, bottom))
    if band is not None:
        top, bottom = plane.y(band[1] + 1), plane.y(band[0])
        painter.fillRect(QRectF(left, top, right - left, bottom - top), clear(c.selection, 150))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _paint_octaves(painter, plane, first, last)
    painter.restore()


def _paint_octaves(painter: QPainter, plane: Plane, first: int, last: int) -> None:
    c = theme.colours()
    small_font(painter, size_px=10)
    painter.setPen(QColor(c.dim))
    every = 1 if plane.row_px * 12 >= 14 else 2
    for pitch in range(first, last):
        if pitch % 12 == 0 and pitch // 12 % every == 0:
            middle = (plane.y(pitch) + plane.y(pitch + 1)) / 2
            where = QRectF(0, middle - 7, GUTTER_PX - KEYS_PX - 5, 14)
            painter.drawText(where, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), pitch_name(pitch))


def paint_ground(painter: QPainter, plane: Plane, part: QRectF, band: tuple[int, int] | None) -> None:
    """Rows of the black keys a little apart, lines between octaves, what lies outside of a band of pitches dimmed."""
    c = theme.colours()
    area = plane.area.intersected(part)
    painter.fillRect(area, QColor(c.sunken))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    shade = mixed(c.sunken, c.border, 0.26)
    for pitch in range(int(np.floor(plane.low)), int(np.ceil(plane.high))):
        top, bottom = plane.y(pitch + 1), plane.y(pitch)
        if pitch % 12 in _BLACK:
            painter.fillRect(QRectF(area.left(), top, area.width(), bottom - top).intersected(area), shade)
        elif pitch % 12 == 0 and bottom <= area.bottom():
            painter.setPen(QPen(QColor(c.border), 1))
            painter.drawLine(QPointF(area.left(), bottom), QPointF(area.right(), bottom))
    if band is not None:
        for low, high in ((N_PITCHES, band[1] + 1), (band[0], 0)):
            dim = QRectF(area.left(), plane.y(low), area.width(), plane.y(high) - plane.y(low)).intersected(area)
            painter.fillRect(dim, clear(c.window, 150))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)


def paint_grid(painter: QPainter, plane: Plane, part: QRectF) -> None:
    """Lines of the bars, and of beats and 16ths as the zoom has room for them."""
    c = theme.colours()
    first, end = _steps_of(plane, part)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    step_px = plane.step_px
    kinds = [(STEPS_PER_BAR, mixed(c.border, c.outline, 0.25))]
    if step_px * STEPS_PER_BEAT >= 9:
        kinds.insert(0, (STEPS_PER_BEAT, mixed(c.sunken, c.border, 0.75)))
    if step_px >= 11:
        kinds.insert(0, (1, mixed(c.sunken, c.border, 0.4)))
    for unit, colour in kinds:
        every = unit * _thinned(step_px * unit)
        steps = np.arange(first // every * every, min(end, plane.grid.n_steps) + 1, every, dtype=np.float64)
        painter.setPen(QPen(colour, 1))
        for x in plane.xs(steps):
            painter.drawLine(QPointF(x, plane.area.top()), QPointF(x, plane.area.bottom()))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)


def _thinned(unit_px: float, at_least_px: float = 7.0) -> int:
    every = 1
    while unit_px * every < at_least_px:
        every *= 2
    return every


def _steps_of(plane: Plane, part: QRectF) -> tuple[int, int]:
    """The steps that a strip shows, a little more on either side."""
    first, end = plane.step_at(part.left() - 2), plane.step_at(part.right() + 2)
    return max(0, int(first) - 1), int(np.ceil(end)) + 1


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
    """Notes as hollow boxes: a ghost, or what is gone."""
    boxes = plane.boxes(shapes)
    painter.save()
    painter.setClipRect(painter.clipBoundingRect().intersected(plane.area))
    painter.setBrush(clear(colour, colour.alpha() // 5))
    pen = QPen(colour, 1)
    if dashed:
        pen.setDashPattern([3, 2])
    painter.setPen(pen)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.drawRects([QRectF(x, y, w, max(1.0, h - 1)) for x, y, w, h in boxes.tolist()])
    painter.restore()


def paint_overview(painter: QPainter, plane: Plane, overview: Overview, part: QRectF, *, faint: bool = False) -> None:
    """Much of a piece at once: the busier, the stronger the colour."""
    area = plane.area.intersected(part)
    scale = painter.device().devicePixelRatioF()
    columns, rows = round(area.width() * scale), round(plane.area.height() * scale)
    if columns < 1 or rows < 1:
        return
    axis = plane.axis
    x = area.left() + np.arange(columns + 1) / scale
    seconds = axis.left_s + (x - GUTTER_PX) / axis.plot_px * axis.shown_s
    inks = tuple(QColor(ink).rgb() & 0xFFFFFF for ink in theme.colours().voices)
    pixels = overview_pixels(overview.columns(plane.grid.steps(seconds)), rows, (plane.low, plane.high), inks)
    image = QImage(pixels.data, columns, rows, 4 * columns, QImage.Format.Format_ARGB32)
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


# -- what lies above and below -----------------------------------------------------------------------------------


def paint_cuts(painter: QPainter, plane: Plane, part: QRectF, cuts_s: Array, starred: NDArray[np.bool_]) -> None:
    """Cuts as lines through the notes; starred ones stronger, with a star. Of many in a place one is drawn."""
    c = theme.colours()
    top, tall = plane.area.top(), plane.area.height()
    seconds = [plane.axis.seconds(part.left() - 8), plane.axis.seconds(part.right() + 8)]
    first, end = np.searchsorted(cuts_s, seconds)
    places = np.array(plane.axis.xs(cuts_s[first : end + 1]))
    starred = starred[first : end + 1]
    stars = _spaced(places[starred], _LEAST_PX)
    others = [x for x in _spaced(places[~starred], _LEAST_PX) if not _is_near(stars, x)]
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for brush, columns in ((_dashes(clear(c.cut, 90), round(top)), others), (QBrush(clear(c.star, 165)), stars)):
        painter.setPen(QPen(brush, 1))
        painter.drawLines([QLineF(round(x) + 0.5, top, round(x) + 0.5, top + tall) for x in columns])
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    image = icons.image("star-on", round(_STAR_PX * painter.device().devicePixelRatioF()), c.star)
    for x in _spaced(np.array(stars), _STAR_PX):
        painter.drawImage(QRectF(x - _STAR_PX / 2, top + 1, _STAR_PX, _STAR_PX), image)


def _spaced(places: Array, least_px: float) -> list[float]:
    """One place of each stretch of so many pixels, in order."""
    _, kept = np.unique(np.floor(places / least_px), return_index=True)
    spaced: list[float] = places[kept].tolist()
    return spaced


def _is_near(places: list[float], x: float) -> bool:
    i = bisect_left(places, x)
    return any(abs(place - x) < _LEAST_PX for place in places[max(0, i - 1) : i + 1])


def _dashes(colour: QColor, top: int) -> QBrush:
    """A brush for dashed upright lines a pixel wide that begin at `top`. Qt's own dashes are slow by the hundred."""
    tile = QImage(1, 2 * _DASH_PX, QImage.Format.Format_ARGB32)
    tile.fill(Qt.GlobalColor.transparent)
    for row in range(_DASH_PX):
        tile.setPixelColor(0, row, colour)
    brush = QBrush(tile)
    brush.setTransform(QTransform.fromTranslate(0, top))
    return brush


def paint_bars(
    painter: QPainter, plane: Plane, strip: QRectF, part: QRectF, sections: Sequence[tuple[int, int, str]]
) -> None:
    """Numbers of the bars, and where sections begin their letters."""
    c = theme.colours()
    first, end = _steps_of(plane, part)
    bar_px = plane.step_px * STEPS_PER_BAR
    every = _thinned(bar_px, 34)
    letters = {int(start) // BEATS_PER_BAR: letter for start, _, letter in sections}
    small_font(painter)
    last_bar = (min(end, plane.grid.n_steps) - 1) // STEPS_PER_BAR
    taken = -1e9
    for bar in range(max(0, first // STEPS_PER_BAR - 2 * every), last_bar + 1):
        letter = letters.get(bar)
        if letter is None and bar % every:
            continue
        x = plane.x(bar * STEPS_PER_BAR)
        painter.setPen(QPen(QColor(c.outline), 1))
        painter.drawLine(QPointF(x, strip.bottom() - 5), QPointF(x, strip.bottom()))
        if letter is not None:
            taken = _paint_letter(painter, x, strip, letter)
        if bar % every == 0 and x + 3 >= taken:
            painter.setPen(QColor(c.dim))
            where = QRectF(max(x + 3, taken), strip.top(), bar_px * every, strip.height())
            painter.drawText(where, int(Qt.AlignmentFlag.AlignVCenter), str(bar + 1))
    if bar_px / BEATS_PER_BAR >= 52:
        _paint_beats(painter, plane, strip, (first, end))


def _paint_beats(painter: QPainter, plane: Plane, strip: QRectF, span: tuple[int, int]) -> None:
    """Beats within the bars, where there is room: 5.2 is the second of bar 5."""
    painter.setPen(QColor(theme.colours().dim))
    for beat in range(span[0] // STEPS_PER_BEAT, min(span[1] // STEPS_PER_BEAT + 1, plane.grid.n_beats)):
        bar, place = divmod(beat, BEATS_PER_BAR)
        if place:
            x = plane.x(beat * STEPS_PER_BEAT)
            painter.drawLine(QPointF(x, strip.bottom() - 3), QPointF(x, strip.bottom()))
            where = QRectF(x + 3, strip.top(), 60, strip.height())
            painter.drawText(where, int(Qt.AlignmentFlag.AlignVCenter), f"{bar + 1}.{place + 1}")


def _paint_letter(painter: QPainter, x: float, strip: QRectF, letter: str) -> float:
    """A section's letter on a plate; where it ends."""
    c = theme.colours()
    font = QFont(painter.font())
    small_font(painter, bold=True)
    wide = painter.fontMetrics().horizontalAdvance(letter) + 8
    plate = QRectF(x + 2, strip.top() + 2, wide, strip.height() - 4)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(mixed(c.raised, c.accent, 0.25))
    painter.drawRoundedRect(plate, 3, 3)
    painter.setPen(QColor(c.text))
    painter.drawText(plate, int(Qt.AlignmentFlag.AlignCenter), letter)
    painter.setFont(font)
    return plate.right() + 4


def paint_chords(painter: QPainter, plane: Plane, strip: QRectF, part: QRectF, chords: Sequence[str | None]) -> None:
    """The names of the chords where they begin, as far as there is room."""
    c = theme.colours()
    small_font(painter)
    painter.setPen(QColor(c.text))
    metrics = painter.fontMetrics()
    first, end = (step // STEPS_PER_BEAT for step in _steps_of(plane, part))
    first = max(0, first - _beats_of_px(plane, 90))
    free_from = -1e9
    repeats = plane.step_px * STEPS_PER_BEAT >= 52  # zoomed in, the beginning of a chord is often out of sight
    end = min(end + 1, len(chords))
    places = plane.xs(np.arange(first, max(first, end), dtype=np.float64) * STEPS_PER_BEAT)
    beat = first - 1
    while (beat := beat + 1) < end:
        chord = chords[beat]
        is_same = beat > 0 and chords[beat - 1] == chord
        if chord is None or (is_same and not repeats):
            continue
        x = float(places[beat - first])
        if x < free_from:
            beat = first + int(np.searchsorted(places, free_from)) - 1
            continue
        painter.setPen(QColor(c.dim if is_same else c.text))
        label = chord_name(chord)
        painter.drawText(QRectF(x + 3, strip.top(), 200, strip.height()), int(Qt.AlignmentFlag.AlignVCenter), label)
        free_from = x + metrics.horizontalAdvance(label) + 9


def _beats_of_px(plane: Plane, pixels: float) -> int:
    beat_px = max(0.05, plane.step_px * STEPS_PER_BEAT)
    return int(pixels / beat_px) + 1


def paint_heat(painter: QPainter, plane: Plane, strip: QRectF, shares: NDArray[np.float32]) -> None:
    """How much of each bar still changes: warm where it does, quiet where it is settled."""
    c = theme.colours()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    edges = plane.xs(np.arange(len(shares) + 1, dtype=np.float64) * STEPS_PER_BAR)
    for share, left, right in zip(shares.tolist(), edges[:-1], edges[1:], strict=True):
        if right < strip.left() or left > strip.right():
            continue
        colour = mixed(c.warning, c.good, min(1.0, max(0.0, share)))
        wide = right - left - (1 if right - left > 4 else 0)
        painter.fillRect(QRectF(left, strip.top(), wide, strip.height()), clear(colour, round(235 - 150 * share)))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)


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
