"""Icons from `resources/icons`, sharp at every scale and in the colours of the theme.

`icon("play")` follows the theme: it is drawn when it is shown, in the colour that is right then.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from diffbgm_gui import theme
from engine.resources import find_resource

_MOST: Final = 256


class _Engine(QIconEngine):
    """Draws one file of lines in a colour of the theme."""

    def __init__(self, name: str, colour: str, checked: str) -> None:
        super().__init__()
        self._name, self._colour, self._checked = name, colour, checked

    def _ink(self, mode: QIcon.Mode, state: QIcon.State) -> str:
        c = theme.colours()
        if mode == QIcon.Mode.Disabled:
            return c.faint
        return str(getattr(c, self._checked if state == QIcon.State.On else self._colour))

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        side = min(rect.width(), rect.height())
        where = QRectF(rect.x() + (rect.width() - side) / 2, rect.y() + (rect.height() - side) / 2, side, side)
        ratio = painter.device().devicePixelRatioF()
        painter.drawImage(where, _drawn(self._name, round(side * ratio), self._ink(mode, state)))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        side = min(size.width(), size.height())
        return QPixmap.fromImage(_drawn(self._name, side, self._ink(mode, state)))

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:  # noqa: N802
        pixmap = self.pixmap(size * scale, mode, state)  # Qt asks in points
        pixmap.setDevicePixelRatio(scale)
        return pixmap

    def clone(self) -> QIconEngine:
        return _Engine(self._name, self._colour, self._checked)


@lru_cache(maxsize=_MOST)
def icon(name: str, *, colour: str = "text", checked: str = "accent") -> QIcon:
    """An icon by the name of its file.

    Args:
        colour, checked: names of colours of the theme, for what is off and for what is switched on.
    """
    return QIcon(_Engine(name, colour, checked))


def image(name: str, side_px: int, colour: str) -> QImage:
    """An icon as a square picture, for painting: `colour` is a name of the theme's or "#rrggbb"."""
    ink = colour if colour.startswith("#") else str(getattr(theme.colours(), colour))
    return _drawn(name, side_px, ink)


@lru_cache(maxsize=_MOST)
def _drawn(name: str, side_px: int, ink: str) -> QImage:
    picture = QImage(max(1, side_px), max(1, side_px), QImage.Format.Format_ARGB32_Premultiplied)
    picture.fill(Qt.GlobalColor.transparent)
    lines = _lines(name)
    if lines:
        painter = QPainter(picture)
        QSvgRenderer(QByteArray(lines.replace("currentColor", ink).encode())).render(painter)
        painter.end()
    return picture


@lru_cache(maxsize=_MOST)
def _lines(name: str) -> str:
    path = find_resource("icons", f"{name}.svg")
    return "" if path is None else path.read_text(encoding="utf-8")
