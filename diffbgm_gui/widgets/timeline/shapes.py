"""Small shapes that several rows draw."""

from __future__ import annotations

import math
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen, QPolygonF


@lru_cache(maxsize=16)
def _star(radius: float) -> QPainterPath:
    points = []
    for i in range(10):
        r = radius if i % 2 == 0 else 0.46 * radius
        angle = math.pi * (i / 5 - 0.5)
        points.append(QPointF(r * math.cos(angle), r * math.sin(angle)))
    path = QPainterPath()
    path.addPolygon(QPolygonF(points))
    path.closeSubpath()
    return path


def star_path(x: float, y: float, radius: float) -> QPainterPath:
    """A five-pointed star around a point."""
    return _star(radius).translated(x, y)


def hatch(colour: str, alpha: int) -> QBrush:
    """Slanted lines."""
    ink = QColor(colour)
    ink.setAlpha(alpha)
    return QBrush(ink, Qt.BrushStyle.BDiagPattern)


def faded(colour: str, alpha: int) -> QColor:
    """A colour of the theme, less opaque."""
    ink = QColor(colour)
    ink.setAlpha(alpha)
    return ink


def pill(painter: QPainter, x: float, y: float, text: str, colour: str, *, height: float = 13) -> float:
    """A small label with a ground in its colour; its width."""
    width = painter.fontMetrics().horizontalAdvance(text) + 8
    box = QRectF(x, y, width, height)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(faded(colour, 30))
    painter.drawRoundedRect(box, 3, 3)
    painter.setPen(QPen(QColor(colour)))
    painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text)
    return width
