"""A take as a small picture: its notes, its energy, and the cuts that they lie against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen

from diffbgm_gui import theme
from diffbgm_gui.widgets.columns import paint_columns
from diffbgm_gui.widgets.roll.geometry import StepGrid
from diffbgm_gui.widgets.roll.shapes import Overview, Shapes, overview_pixels

CUTS_PX: Final = 5.0
ENERGY_PX: Final = 14.0
CUTS_LOW_PX: Final = 4.0
ENERGY_LOW_PX: Final = 9.0
_LOW_PX: Final = 40.0
"""A picture lower than this leaves the notes more of its room."""
_COLUMNS: Final = 240
_SMOOTHING_BEATS: Final = 2


Shares = NDArray[np.float64]
"""Times as shares of the film's length, rising."""
NO_SHARES: Final[Shares] = np.zeros(0)


@dataclass(frozen=True, slots=True, eq=False)
class Thumb:
    """What a small picture needs, worked out once a take.

    Attributes:
        shares: how much sounds in each column, f32 `[V, W, 128]`.
        energy: loudness of what sounds in each column, 0..1 of the loudest, f32 `[W]`.
        pitches: lowest and highest that sound, None for silence.
    """

    shares: NDArray[np.float32]
    energy: NDArray[np.float32]
    pitches: tuple[int, int] | None

    @classmethod
    def of(cls, roll: NDArray[np.uint8], beat_s: Sequence[float], shapes: Shapes | None, duration_s: float) -> Thumb:
        """The picture of a roll.

        Args:
            roll: uint8 `[V, N, 128]`.
            beat_s: times of its beats and of its end, in the film.
            shapes: the notes with their velocities, where they are known.
            duration_s: of the film, which the picture spans.
        """
        grid = StepGrid.of(beat_s)
        edges = grid.steps(np.linspace(0.0, max(duration_s, 1e-3), _COLUMNS + 1))
        sounding = np.flatnonzero((roll > 0).any(axis=(0, 1)))
        pitches = (int(sounding[0]), int(sounding[-1])) if len(sounding) else None
        notes = shapes if shapes is not None else Shapes.of_roll(roll)
        return cls(Overview.of(roll).columns(edges), energy_of(notes, edges), pitches)


def energy_of(shapes: Shapes, edges: NDArray[np.float64]) -> NDArray[np.float32]:
    """How much is struck, and how hard, around each column: 0..1 of the most, f32 `[W]`."""
    n = len(edges) - 1
    struck = np.zeros(n)
    columns = np.searchsorted(edges, shapes.onset, side="right") - 1
    inside = (columns >= 0) & (columns < n)
    np.add.at(struck, columns[inside], (shapes.velocity[inside] / 127.0) ** 2)
    per_beat = n / max(1.0, (edges[-1] - edges[0]) / 4)
    wide = max(3, int(per_beat * _SMOOTHING_BEATS) | 1)
    window = np.hanning(wide + 2)[1:-1]
    smooth = np.convolve(struck, window / window.sum(), mode="same")
    most = smooth.max(initial=0.0)
    shares: NDArray[np.float32] = (smooth / most if most > 0 else smooth).astype(np.float32)
    return shares


def paint_thumb(painter: QPainter, where: QRectF, thumb: Thumb) -> None:
    """Draw a small picture: room for the ticks of the cuts on top, then the notes, the energy below."""
    c = theme.colours()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(c.sunken))
    painter.drawRoundedRect(where, 3, 3)
    deep, tall = _depths(where)
    notes = QRectF(where.left(), where.top() + deep + 2, where.width(), where.height() - deep - tall - 4)
    if thumb.pitches is not None:
        _paint_notes(painter, notes, thumb)
    below = QRectF(where.left(), where.bottom() - tall - 1, where.width(), tall)
    _paint_energy(painter, below, thumb.energy)


def paint_ticks(painter: QPainter, where: QRectF, cuts: Shares, stars: Shares) -> None:
    """Draw cuts and stars on the upper edge of a small picture."""
    c, deep = theme.colours(), round(_depths(where)[0])
    for shares, colour, tall in ((cuts, c.cut, deep), (stars, c.star, deep + 1)):
        xs = where.left() + np.floor(shares * where.width())
        paint_columns(painter, xs, QColor(colour), where, round(where.top()) + 1, tall)


def _depths(where: QRectF) -> tuple[float, float]:
    """Heights of the ticks and of the energy."""
    return (CUTS_PX, ENERGY_PX) if where.height() >= _LOW_PX else (CUTS_LOW_PX, ENERGY_LOW_PX)


def _paint_notes(painter: QPainter, where: QRectF, thumb: Thumb) -> None:
    assert thumb.pitches is not None
    low, high = thumb.pitches
    lacking = max(0, 30 - (high + 1 - low)) / 2
    scale = painter.device().devicePixelRatioF()
    rows = max(1, round(where.height() * scale))
    inks = tuple(QColor(ink).rgb() & 0xFFFFFF for ink in theme.colours().voices)
    pixels = overview_pixels(thumb.shares, rows, (low - lacking, high + 1 + lacking), inks)
    image = QImage(pixels.data, pixels.shape[1], rows, 4 * pixels.shape[1], QImage.Format.Format_ARGB32)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(where, image)


def _paint_energy(painter: QPainter, where: QRectF, energy: NDArray[np.float32]) -> None:
    if not len(energy) or not energy.any():
        return
    colour = QColor(theme.colours().energy)
    path = QPainterPath(QPointF(where.left(), where.bottom()))
    step = where.width() / max(1, len(energy) - 1)
    line = QPainterPath()
    for i, share in enumerate(energy.tolist()):
        point = QPointF(where.left() + i * step, where.bottom() - share * (where.height() - 1))
        path.lineTo(point)
        if i:
            line.lineTo(point)
        else:
            line.moveTo(point)
    path.lineTo(QPointF(where.right(), where.bottom()))
    fill = QColor(colour)
    fill.setAlpha(50)
    painter.fillPath(path, fill)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour, 1.2))
    painter.drawPath(line)
