"""Upright lines by the hundred, drawn as one picture: a call of Qt for each takes longer than all else in a row."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter

DASH_PX: Final = 4
"""Length of a dash, and of the gap after it."""

Array = NDArray[np.float64]


def paint_columns(
    painter: QPainter, xs: Array, colour: QColor, part: QRectF, top: int, tall: int, *, dashed: bool = False
) -> None:
    """Draw lines a pixel wide, each filling the column of pixels in which it lies; several in one column are one.

    Args:
        xs: places in pixels, any number, in any order; those outside of `part` are left out.
        part: the strip that is painted; `top` and `tall` say from where and how far down the lines go.
    """
    scale = painter.device().devicePixelRatioF()
    left, right = math.floor(part.left() * scale), math.ceil(part.right() * scale)
    columns = np.floor(np.asarray(xs, np.float64)) * scale
    places = np.floor(columns).astype(np.int64) - left
    line = np.zeros(max(0, right - left), np.uint32)
    for more in range(max(1, round(scale))):
        here = places + more
        line[here[(here >= 0) & (here < len(line))]] = premultiplied(colour)
    rows = round(tall * scale)
    if not line.any() or rows < 1:
        return
    pixels = np.repeat(line[None], rows, axis=0)
    if dashed:
        pixels[np.arange(rows) // round(DASH_PX * scale) % 2 == 1] = 0
    image = QImage(pixels.data, len(line), rows, 4 * len(line), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(scale)
    painter.drawImage(QPointF(left / scale, top), image)


def premultiplied(colour: QColor) -> int:
    """A colour as 0xAARRGGBB, its parts scaled by how opaque it is."""
    red, green, blue, alpha = colour.getRgb()
    parts = (alpha, *(round(part * alpha / 255) for part in (red, green, blue)))
    return parts[0] << 24 | parts[1] << 16 | parts[2] << 8 | parts[3]
