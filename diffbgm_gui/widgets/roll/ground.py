"""What the notes of the roll lie on: the keyboard, rows of pitches, lines of bars and beats."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from diffbgm_gui import theme
from diffbgm_gui.axis import GUTTER_PX
from diffbgm_gui.widgets.axis_row import small_font
from diffbgm_gui.widgets.columns import paint_columns
from diffbgm_gui.widgets.roll.geometry import Plane, thinned
from diffbgm_gui.widgets.roll.painting import clear, mixed, pitch_name
from engine.timebase import N_PITCHES, STEPS_PER_BAR, STEPS_PER_BEAT

KEYS_PX: Final = 34
_BLACK: Final = frozenset((1, 3, 6, 8, 10))
_DIM: Final = 150
_CUT_PX: Final = 3.0
"""A name may lose this much of its line at the edge: the letters themselves do not reach so far."""

Band = tuple[int, int] | None


def paint_keyboard(painter: QPainter, plane: Plane, band: Band) -> None:
    """The keyboard at the left, a selected band of it marked."""
    area, scale = plane.area, painter.device().devicePixelRatioF()
    image = _keyboard(plane.low, plane.high, round(area.height()), scale, band, theme.colours().name)
    painter.drawImage(QPointF(0, area.top()), image)


@lru_cache(maxsize=4)
def _keyboard(low: float, high: float, tall_px: int, scale: float, band: Band, _theme: str) -> QImage:
    """The gutter beside the notes: names of octaves and keys. It is the same at every zoom in time, so it is kept."""
    c = theme.colours()
    image = QImage(round(GUTTER_PX * scale), round(tall_px * scale), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(scale)
    image.fill(QColor(c.panel))
    painter = QPainter(image)
    row_px = tall_px / (high - low)
    left, right = GUTTER_PX - KEYS_PX, GUTTER_PX - 1.0
    painter.fillRect(QRectF(left, 0, right - left, tall_px), QColor(c.white_key))
    painter.setPen(QPen(mixed(c.white_key, c.black_key, 0.35), 1))
    first, last = int(np.floor(low)), int(np.ceil(high))
    for pitch in range(first, last):
        bottom = (high - pitch) * row_px
        if pitch % 12 in _BLACK:
            middle = bottom - row_px / 2
            painter.drawLine(QPointF(left, middle), QPointF(right, middle))
            painter.fillRect(QRectF(left, bottom - row_px, (right - left) * 0.62, row_px), QColor(c.black_key))
        elif pitch % 12 in (0, 5):
            painter.drawLine(QPointF(left, bottom), QPointF(right, bottom))
    if band is not None:
        top, bottom = (high - band[1] - 1) * row_px, (high - band[0]) * row_px
        painter.fillRect(QRectF(left, top, right - left, bottom - top), clear(c.selection, 150))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _paint_octaves(painter, high, row_px, (first, last), tall_px)
    painter.end()
    return image


def _paint_octaves(painter: QPainter, high: float, row_px: float, pitches: tuple[int, int], tall_px: int) -> None:
    """Names of the octaves that fit whole."""
    small_font(painter, size_px=10)
    painter.setPen(QColor(theme.colours().dim))
    every = 1 if row_px * 12 >= 14 else 2
    for pitch in range(*pitches):
        if pitch % 12 == 0 and pitch // 12 % every == 0:
            where = QRectF(0, (high - pitch - 0.5) * row_px - 7, GUTTER_PX - KEYS_PX - 5, 14)
            if where.top() >= -_CUT_PX and where.bottom() <= tall_px + _CUT_PX:
                how = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                painter.drawText(where, how, pitch_name(pitch))


def paint_ground(painter: QPainter, plane: Plane, part: QRectF, band: Band) -> None:
    """Rows of the black keys a little apart, lines between octaves, what lies outside of a band of pitches dimmed."""
    area, scale = plane.area.intersected(part), painter.device().devicePixelRatioF()
    n_columns, n_rows = round(area.width() * scale), round(area.height() * scale)
    if n_columns < 1 or n_rows < 1:
        return
    rows = _rows(plane.low, plane.high, n_rows, round(scale), band, theme.colours().name)
    pixels = np.repeat(rows[:, None], n_columns, axis=1)
    image = QImage(pixels.data, n_columns, n_rows, 4 * n_columns, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(scale)
    painter.drawImage(area.topLeft(), image)


@lru_cache(maxsize=4)
def _rows(low: float, high: float, n_rows: int, line: int, band: Band, _theme: str) -> NDArray[np.uint32]:
    """The colour of each row of pixels from the highest pitch down, 0xFFRRGGBB; lines are `line` pixels thick."""
    c = theme.colours()
    pitches = np.floor(high - (np.arange(n_rows) + 0.5) / n_rows * (high - low)).astype(np.int64)
    plain, shade = QColor(c.sunken), mixed(c.sunken, c.border, 0.26)
    colours = {False: (plain.rgb(), _dimmed(plain).rgb()), True: (shade.rgb(), _dimmed(shade).rgb())}
    inside = (band or (0, N_PITCHES))[0] <= pitches
    inside &= pitches <= (band or (0, N_PITCHES))[1]
    rows = np.zeros(n_rows, np.uint32)
    for is_black, (bright, dim) in colours.items():
        here = np.isin(pitches % 12, tuple(_BLACK)) == is_black
        rows[here & inside], rows[here & ~inside] = bright, dim
    for pitch in range(-(-int(np.floor(low)) // 12) * 12, int(np.ceil(high)), 12):
        at = round((high - pitch) / (high - low) * n_rows)
        rows[max(0, at) : max(0, at + max(1, line))] = QColor(c.border).rgb()
    return rows


def _dimmed(colour: QColor) -> QColor:
    """A colour behind the veil over pitches that are left out."""
    return mixed(colour.name(), theme.colours().window, _DIM / 255)


def paint_grid(painter: QPainter, plane: Plane, part: QRectF) -> None:
    """Lines of the bars, and of beats and 16ths as the zoom has room for them."""
    c = theme.colours()
    first, end = plane.steps_in(part)
    step_px = plane.step_px
    kinds = [(STEPS_PER_BAR, mixed(c.border, c.outline, 0.25))]
    if step_px * STEPS_PER_BEAT >= 9:
        kinds.insert(0, (STEPS_PER_BEAT, mixed(c.sunken, c.border, 0.75)))
    if step_px >= 11:
        kinds.insert(0, (1, mixed(c.sunken, c.border, 0.4)))
    strip = plane.area.intersected(part)
    for unit, colour in kinds:
        every = unit * thinned(step_px * unit)
        steps = np.arange(first // every * every, min(end, plane.grid.n_steps) + 1, every, dtype=np.float64)
        paint_columns(painter, plane.xs(steps), colour, strip, round(strip.top()), round(strip.height()))
