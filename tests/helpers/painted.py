"""Text that widgets paint by hand: what is written where, and how much it stands out from what lies beneath it.

`QPainter.drawText` is watched while a widget is rendered alone. The ink of a text is the colour of its pen; its ground
is the commonest colour of the picture in the place of the text.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QRegion
from PySide6.QtWidgets import QAbstractItemView, QWidget

from diffbgm_gui import theme

ZOOM = 2
LEAST = 4.5
_ALIKE = 24


@dataclass(frozen=True, slots=True)
class Written:
    """A text as it was painted: where, in pixels of the widget, and in which colour."""

    text: str
    where: QRectF
    ink: QColor


@contextmanager
def watched() -> Iterator[list[Written]]:
    """The texts that are painted while the context is open."""
    seen: list[Written] = []
    real = QPainter.drawText

    def draw(painter: QPainter, *args: Any) -> Any:
        text = next((arg for arg in args if isinstance(arg, str)), "")
        where = _place(painter, args, text)
        clip = painter.clipBoundingRect() if painter.hasClipping() else None
        if text.strip() and (clip is None or clip.contains(where.center())):
            ink = QColor(painter.pen().color())
            ink.setAlphaF(ink.alphaF() * painter.opacity())
            seen.append(Written(text, painter.worldTransform().mapRect(where), ink))
        return real(painter, *args)

    QPainter.drawText = draw  # type: ignore[method-assign, assignment]
    try:
        yield seen
    finally:
        QPainter.drawText = real  # type: ignore[method-assign]


def _place(painter: QPainter, args: tuple[Any, ...], text: str) -> QRectF:
    match args[0]:
        case QRectF() | QRect() as room:
            flags = next((int(arg) for arg in args[1:] if not isinstance(arg, str)), 0)
            return QRectF(painter.boundingRect(QRectF(room), flags, text))
        case QPointF() | QPoint() as start:
            metrics = QFontMetricsF(painter.font())
        case _:
            start, metrics = QPointF(args[0], args[1]), QFontMetricsF(painter.font())
    top = start.y() - metrics.ascent()
    return QRectF(start.x(), top, metrics.horizontalAdvance(text), metrics.height())


def pale_paint(root: QWidget) -> tuple[list[str], int]:
    """Painted texts that stand out too little, for people, and how many texts were looked at. What cannot be used now
    is left out."""
    told, n_texts = [], 0
    for widget in _painters(root):
        with watched() as seen:
            picture = _picture(widget)
        for written in seen:
            ratio = _contrast(written, picture)
            if ratio is None:
                continue
            n_texts += 1
            if ratio < LEAST:
                told.append(f"{type(widget).__name__} “{written.text[:40]}” {written.ink.name()}: {ratio:.2f}")
    return told, n_texts


def _painters(root: QWidget) -> Iterator[QWidget]:
    """Visible widgets that paint by themselves, and views whose items are painted."""
    for widget in (root, *root.findChildren(QWidget)):
        if not widget.isVisibleTo(root) or not widget.isEnabled() or widget.width() < 4 or widget.height() < 4:
            continue
        mine = [kind for kind in type(widget).__mro__ if not kind.__module__.startswith("PySide6")]
        if any("paintEvent" in vars(kind) for kind in mine):
            yield widget
        elif isinstance(widget, QAbstractItemView) and not type(widget.itemDelegate()).__module__.startswith("PySide6"):
            yield widget.viewport()


def _picture(widget: QWidget) -> np.ndarray:
    for name in ("refresh", "_refresh"):
        if hasattr(widget, name):
            getattr(widget, name)()
            break
    image = QImage(widget.size() * ZOOM, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ZOOM)
    image.fill(QColor(theme.colours().panel))
    widget.render(image, QPoint(), QRegion(widget.rect()), QWidget.RenderFlag.DrawWindowBackground)
    data = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return data[:, : image.width(), 2::-1].copy()


def _contrast(written: Written, picture: np.ndarray) -> float | None:
    """The contrast of a text with its ground; None where nothing of it can be seen."""
    where = written.where
    left, top = max(0, int(where.left() * ZOOM)), max(0, int(where.top() * ZOOM))
    part = picture[top : int(where.bottom() * ZOOM), left : int(where.right() * ZOOM)].reshape(-1, 3)
    if len(part) < 16 or written.ink.alpha() == 0:
        return None
    colours, counts = np.unique(part, axis=0, return_counts=True)
    pen = np.array(written.ink.getRgb()[:3], float)
    apart = np.abs(colours - pen).sum(axis=1) > _ALIKE
    if apart.any():  # a bold letter covers more of its place than its ground does
        colours, counts = colours[apart], counts[apart]
    ground = colours[counts.argmax()].astype(float)
    share = written.ink.alphaF()
    ink = share * pen + (1 - share) * ground
    return theme.contrast(_name(ink), _name(ground))


def _name(colour: np.ndarray) -> str:
    red, green, blue = (round(float(part)) for part in colour)
    return f"#{red:02x}{green:02x}{blue:02x}"
