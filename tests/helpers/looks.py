"""What can be measured of how widgets look: text that is cut off, that overlaps, that is hard to read; names for
screen readers; what Tab reaches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QAccessible, QImage, QPainter
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QSlider,
    QTabBar,
    QToolButton,
    QWidget,
)

TEXTS = (QLabel, QAbstractButton, QComboBox, QTabBar, QAbstractSpinBox)
CONTROLS = (QAbstractButton, QComboBox, QAbstractSpinBox, QSlider, QLineEdit, QPlainTextEdit, QTabBar)


def seen(root: QWidget, kinds: Any) -> Iterator[QWidget]:
    """The visible widgets of some kinds in a window, without the parts of other controls."""
    for widget in root.findChildren(QWidget):
        if isinstance(widget, kinds) and widget.isVisibleTo(root) and widget.window() is root.window():
            if isinstance(widget, QLineEdit) and isinstance(widget.parent(), QAbstractSpinBox | QComboBox):
                continue
            if isinstance(widget.parent(), QTabBar):
                continue  # its arrows, where tabs do not fit
            yield widget


def words(widget: QWidget) -> str:
    """The text that a widget shows."""
    if isinstance(widget, QComboBox):
        return widget.currentText()
    if isinstance(widget, QTabBar):
        return " | ".join(widget.tabText(i) for i in range(widget.count()))
    if isinstance(widget, QToolButton) and widget.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly:
        return "" if not widget.icon().isNull() else widget.text()
    return str(widget.text()) if hasattr(widget, "text") else ""


def place(widget: QWidget) -> str:
    """A widget by its words and its parents, for people."""
    chain = [type(widget).__name__]
    parent = widget.parentWidget()
    while parent is not None and len(chain) < 4:
        if type(parent).__module__.startswith("diffbgm_gui"):
            chain.append(type(parent).__name__)
        parent = parent.parentWidget()
    return f"{' < '.join(chain)} “{words(widget)[:60]}”"


def cut_off(root: QWidget) -> list[str]:
    """Widgets whose text does not fit into them."""
    return [f"{place(w)}: {why}" for w in seen(root, TEXTS) if words(w) and (why := _lack(w))]


def _lack(widget: QWidget) -> str:
    width, height, metrics = widget.width(), widget.height(), widget.fontMetrics()
    if isinstance(widget, QLabel):
        if widget.textFormat() == Qt.TextFormat.RichText or widget.property("elided"):
            return ""
        if widget.wordWrap():
            need = widget.heightForWidth(width)
            longest = max((metrics.horizontalAdvance(word) for word in widget.text().split()), default=0)
            if longest > width and widget.text().isascii():
                return f"a word of {longest} px in {width}"
            return f"needs a height of {need}, has {height}" if need > height + 2 else ""
        margins = widget.contentsMargins()
        need = metrics.size(0, widget.text())
        need += QSize(margins.left() + margins.right(), margins.top() + margins.bottom())
        return f"needs {need.width()}x{need.height()}, has {width}x{height}" if _is_less(widget.size(), need) else ""
    if isinstance(widget, QTabBar):
        need = sum(widget.tabSizeHint(i).width() for i in range(widget.count()))
        return f"tabs need {need}, have {width}" if need > width + 1 else ""
    if isinstance(widget, QComboBox):
        need = metrics.horizontalAdvance(widget.currentText()) + 8 + 22
        return f"needs {need}, has {width}" if need > width + 1 else ""
    if isinstance(widget, QAbstractSpinBox):
        need = metrics.horizontalAdvance(widget.text()) + 26  # its frame and its arrows
        return f"needs {need}, has {width}" if need > width + 1 else ""
    if isinstance(widget, QToolButton):
        has_icon = not widget.icon().isNull() and widget.toolButtonStyle() != Qt.ToolButtonStyle.ToolButtonTextOnly
        need = QSize(metrics.horizontalAdvance(widget.text()) + 8, metrics.height() + 2)
        need += QSize(widget.iconSize().width() + 4 if has_icon else 0, 0)
        return f"needs {need.width()}x{need.height()}, has {width}x{height}" if _is_less(widget.size(), need) else ""
    need = widget.sizeHint()
    if isinstance(widget, QPushButton | QCheckBox) and _is_less(widget.size(), need):
        return f"needs {need.width()}x{need.height()}, has {width}x{height}"
    return ""


def _is_less(size: QSize, need: QSize) -> bool:
    return size.width() < need.width() - 1 or size.height() < need.height() - 2


def outside(root: QWidget) -> list[str]:
    """Texts that lie partly outside the window or their parents, where nothing can be scrolled."""
    told = []
    for widget in seen(root, TEXTS):
        parent, rect = widget.parentWidget(), widget.rect()
        while parent is not None and widget is not root:
            if isinstance(parent.parentWidget(), QScrollArea | QAbstractScrollArea):
                break
            inside = QRect(widget.mapTo(parent, QPoint()), rect.size())
            if words(widget) and not parent.rect().adjusted(-1, -1, 1, 1).contains(inside):
                told.append(f"{place(widget)}: {inside} outside {type(parent).__name__} {parent.rect()}")
                break
            if parent is root:
                break
            parent = parent.parentWidget()
    return told


def overlapping(root: QWidget) -> list[str]:
    """Pairs of texts that lie over each other."""
    told = []
    shown = [w for w in seen(root, TEXTS) if words(w)]
    rects = [(w, QRect(w.mapTo(root, QPoint()), w.size())) for w in shown]
    for i, (one, rect) in enumerate(rects):
        for other, over in rects[i + 1 :]:
            if one.parentWidget() is not other.parentWidget() or one.isAncestorOf(other) or other.isAncestorOf(one):
                continue
            both = rect.intersected(over)
            if both.width() > 2 and both.height() > 2:
                told.append(f"{place(one)} and {place(other)}: {both}")
    return told


def nameless(root: QWidget) -> list[str]:
    """Controls that a screen reader has no name for."""
    told = []
    for widget in seen(root, CONTROLS):
        interface = QAccessible.queryAccessibleInterface(widget)
        name = "" if interface is None else interface.text(QAccessible.Text.Name)
        if not name.strip():
            told.append(place(widget))
    return told


def by_tab(root: QWidget) -> set[QWidget]:
    """What Tab reaches in a window, going all the way round."""
    reached: set[QWidget] = set()
    widget = root.nextInFocusChain()
    while widget is not root:
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isEnabled() and widget.isVisibleTo(root):
            reached.add(widget)
        widget = widget.nextInFocusChain()
    return reached


def pale(root: QWidget, *, least: float = 4.5, zoom: int = 3) -> list[str]:
    """Texts whose ink, as it is drawn, stands out too little from the ground around it: contrast by WCAG 2."""
    picture = _pixels(root, zoom)
    told = []
    for widget in seen(root, (QLabel, QPushButton, QToolButton, QCheckBox, QComboBox, QAbstractSpinBox)):
        if not words(widget).strip() or not widget.isEnabled() or not _is_uncovered(widget, root):
            continue
        at = widget.mapTo(root, QPoint())
        left, top = max(0, at.x()) * zoom, max(0, at.y()) * zoom
        part = picture[top : top + widget.height() * zoom, left : left + widget.width() * zoom]
        ratio = ink_contrast(part)
        if ratio is not None and ratio < least:
            told.append(f"{place(widget)}: {ratio:.2f}")
    return told


def ink_contrast(pixels: np.ndarray) -> float | None:
    """Contrast of the strongest ink of a part of a picture, RGB uint8 `[h, w, 3]`, with its commonest colour."""
    flat = pixels.reshape(-1, 3)
    if len(flat) < 50:
        return None
    packed = flat.astype(np.uint32) @ np.array([65536, 256, 1], np.uint32)
    colours, counts = np.unique(packed, return_counts=True)
    ground = _luminance(colours[counts.argmax()])
    enough = colours[counts >= max(4, len(flat) // 20000)]
    inks = _luminance(enough)
    return float(np.max((np.maximum(inks, ground) + 0.05) / (np.minimum(inks, ground) + 0.05)))


def _luminance(packed: Any) -> Any:
    rgb = np.stack([(np.asarray(packed) >> shift) & 255 for shift in (16, 8, 0)], axis=-1) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])


def _pixels(root: QWidget, zoom: int) -> np.ndarray:
    image = QImage(root.size() * zoom, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(zoom)
    image.fill(Qt.GlobalColor.black)
    painter = QPainter(image)
    root.render(painter, QPoint())
    painter.end()
    data = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return data[:, : image.width() * 4].reshape(image.height(), image.width(), 4)[:, :, 2::-1].copy()


def _is_uncovered(widget: QWidget, root: QWidget) -> bool:
    """Whether all of a widget is in view: not scrolled away."""
    return bool(widget.visibleRegion().boundingRect() == widget.rect())


def all_problems(root: QWidget) -> dict[str, list[str]]:
    """All of it, what is in order left out."""
    checks = {"cut off": cut_off, "outside": outside, "overlapping": overlapping, "nameless": nameless, "pale": pale}
    return {name: told for name, check in checks.items() if (told := check(root))}
