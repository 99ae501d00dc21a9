"""Energy in one word: shapes over the whole of the music, written as the drawn curve of that name."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap, QPolygonF

from diffbgm_gui import theme
from diffbgm_gui.document import Document, with_curve, without_curve
from engine.direction import Curve

AUTO: Final = "auto"
DRAWN: Final = "drawn"
SHAPES: Final[dict[str, tuple[tuple[Fraction, float], ...]]] = {
    "calm": ((Fraction(0), 0.2),),
    "steady": ((Fraction(0), 0.5),),
    "driving": ((Fraction(0), 0.85),),
    "building": ((Fraction(0), 0.15), (Fraction(1), 0.95)),
    "arch": ((Fraction(0), 0.2), (Fraction(3, 5), 0.95), (Fraction(1), 0.3)),
    "fading": ((Fraction(0), 0.85), (Fraction(1), 0.15)),
}
"""Places in the music, 0..1, and energy there."""
ICON: Final = QSize(34, 14)


def span_of(document: Document, duration_s: Fraction) -> tuple[Fraction, Fraction]:
    """Where the music begins and ends in the film."""
    return document.direction.range_s or (Fraction(0), duration_s)


def shape_of(document: Document, duration_s: Fraction) -> str:
    """Which shape the energy curve has: a name of `SHAPES`, AUTO where none was drawn, DRAWN where it is another."""
    curve = document.direction.curve("energy")
    if curve is None:
        return AUTO
    for name in SHAPES:
        if curve == curve_of(name, span_of(document, duration_s)):
            return name
    return DRAWN


def curve_of(name: str, span: tuple[Fraction, Fraction]) -> Curve:
    """A shape laid over a stretch of the film."""
    begin, end = span
    points = tuple((begin + place * (end - begin), value) for place, value in SHAPES[name])
    return Curve("energy", points)


def with_shape(document: Document, name: str, duration_s: Fraction) -> Document:
    """Give the energy a shape, or leave it to the picture."""
    if name == DRAWN or (name != AUTO and duration_s <= 0):
        return document
    if name == AUTO:
        return without_curve(document, "energy")
    return with_curve(document, curve_of(name, span_of(document, duration_s)))


def shape_icon(name: str, scale: float = 1.0) -> QIcon:
    """A small picture of a shape, in the colours of the theme."""
    pixmap = QPixmap(ICON * scale)
    pixmap.setDevicePixelRatio(scale)
    pixmap.fill(Qt.GlobalColor.transparent)
    points = SHAPES.get(name, ())
    if points:
        places = [(float(place), value) for place, value in points]
        places = places if len(places) > 1 else [*places, (1.0, places[0][1])]
        line = [
            QPointF(1 + place * (ICON.width() - 2), ICON.height() - 2 - value * (ICON.height() - 4))
            for place, value in places
        ]
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(theme.colours().energy)
        painter.setPen(QPen(colour, 1.6))
        painter.drawPolyline(QPolygonF(line))
        colour.setAlpha(60)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        low = ICON.height() - 1
        painter.drawPolygon(QPolygonF([QPointF(line[0].x(), low), *line, QPointF(line[-1].x(), low)]))
        painter.end()
    return QIcon(pixmap)
