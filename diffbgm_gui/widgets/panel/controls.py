"""Controls that show one value and tell when the user changes it; showing a value tells nothing.

All leave the wheel to the panel while the pointer merely passes over them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QSizePolicy,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from diffbgm_gui import theme
from diffbgm_gui.widgets.fields import NARROWEST_PX, DecimalNumber, Drop, WholeNumber

Items = Iterable[tuple[Any, str, str]]
_SAME: Final = 1e-9
_NUMBER_PX: Final = 82


class Control(QWidget):
    """One value. `edited` tells that the user chose another; `value` and `show_value` read and write it."""

    edited = Signal()

    def value(self) -> Any:
        raise NotImplementedError

    def show_value(self, value: Any) -> None:
        """Show a value, without telling."""
        raise NotImplementedError

    def fields(self) -> Sequence[QWidget]:
        """The widgets that take the focus, the first one for the label."""
        raise NotImplementedError

    def commit(self) -> None:
        """Take over what was typed and not yet confirmed."""

    def _fill(self, *widgets: QWidget, way: Qt.Orientation = Qt.Orientation.Horizontal, spacing: int = 6) -> None:
        layout = QHBoxLayout(self) if way == Qt.Orientation.Horizontal else QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(spacing)
        for widget in widgets:
            layout.addWidget(widget)
        self.setFocusProxy(self.fields()[0])
        for field in self.fields():
            calm(field)


class Choice(Control):
    """One of several; items are (value, title, tooltip)."""

    def __init__(self, items: Items) -> None:
        super().__init__()
        self.box = Drop()
        self.set_items(items)
        self.box.activated.connect(self.edited)
        self._fill(self.box)

    def set_items(self, items: Items) -> None:
        """Other items, with the value kept where it is among them."""
        kept = self.value() if self.box.count() else None
        with QSignalBlocker(self.box):
            self.box.clear()
            for value, title, tip in items:
                self.box.addItem(title, value)
                self.box.setItemData(self.box.count() - 1, tip or None, Qt.ItemDataRole.ToolTipRole)
            self.box.setCurrentIndex(max(0, self.box.findData(kept)))

    def set_icon(self, value: Any, icon: QIcon, size: QSize) -> None:
        """A picture beside an item."""
        self.box.setIconSize(size)
        self.box.setItemIcon(self.box.findData(value), icon)

    def title(self, value: Any) -> str:
        """What an item says."""
        return self.box.itemText(self.box.findData(value))

    def value(self) -> Any:
        return self.box.currentData()

    def show_value(self, value: Any) -> None:
        with QSignalBlocker(self.box):
            self.box.setCurrentIndex(self.box.findData(value))

    def choose(self, value: Any) -> None:
        """As the user would."""
        self.show_value(value)
        self.edited.emit()

    def fields(self) -> Sequence[QWidget]:
        return (self.box,)


class Number(Control):
    """A number with its unit; whole numbers when `decimals` is 0."""

    def __init__(
        self, low: float, high: float, *, step: float = 1, decimals: int = 0, unit: str = "", scale: float = 1
    ) -> None:
        super().__init__()
        self.box: QSpinBox | QDoubleSpinBox = WholeNumber() if decimals == 0 else DecimalNumber()
        if isinstance(self.box, QDoubleSpinBox):
            self.box.setDecimals(decimals)
            self.box.setRange(low, high)
            self.box.setSingleStep(step)
        else:
            self.box.setRange(int(low), int(high))
            self.box.setSingleStep(int(step))
        self._scale, self._is_whole = scale, decimals == 0 and scale == 1
        self.box.setSuffix(unit)
        self.box.setMinimumWidth(NARROWEST_PX)
        self.box.setKeyboardTracking(False)  # half a number is none
        self.box.valueChanged.connect(self.edited)
        self._fill(self.box)

    def value(self) -> Any:
        shown = self.box.value()
        return shown if self._is_whole else shown / self._scale

    def show_value(self, value: Any) -> None:
        with QSignalBlocker(self.box):
            shown = value * self._scale
            self.box.setValue(round(shown) if isinstance(self.box, QSpinBox) else shown)

    def fields(self) -> Sequence[QWidget]:
        return (self.box,)

    def commit(self) -> None:
        self.box.interpretText()


class Toggle(QCheckBox):
    """A check box drawn as a switch: its ground and its place both tell whether it is on."""

    _TRACK: Final = QSize(28, 16)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        wide = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(self._TRACK.width() + (8 + wide if wide else 0) + 4, max(24, self.fontMetrics().height() + 6))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return self.sizeHint()

    def hitButton(self, at: QPoint) -> bool:  # noqa: N802 - Qt's name
        return self.rect().contains(at)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        c, is_on = theme.colours(), self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        size = self._TRACK
        track = QRectF(1.5, (self.height() - size.height()) / 2 + 0.5, size.width() - 1, size.height() - 1)
        can = self.isEnabled()
        ground = c.accent if is_on and can else c.border if is_on else c.sunken
        edge = c.accent if self.hasFocus() or (is_on and can) else c.outline if can else c.border
        painter.setPen(QPen(QColor(edge), 1))
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(track, track.height() / 2, track.height() / 2)
        knob = track.height() - 5
        left = track.right() - knob - 2.5 if is_on else track.left() + 2.5
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(c.accent_ink if is_on and can else c.dim if can else c.faint))
        painter.drawEllipse(QRectF(left, track.top() + 2.5, knob, knob))
        painter.setPen(QColor((c.accent if self.hasFocus() else c.text) if can else c.faint))
        text = QRectF(size.width() + 9, 0, self.width() - size.width() - 9, self.height())
        flags = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextShowMnemonic)
        painter.drawText(text, flags, self.text())


class Switch(Control):
    """On or off, with a few words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.box = Toggle(text)
        self.box.clicked.connect(self.edited)
        self._fill(self.box)

    def value(self) -> bool:
        return self.box.isChecked()

    def show_value(self, value: Any) -> None:
        self.box.setChecked(bool(value))

    def fields(self) -> Sequence[QWidget]:
        return (self.box,)


class Range(Control):
    """Two numbers, the lower and the higher; moving one beyond the other takes it along."""

    def __init__(self, low: int, high: int, *, unit: str = "", names: tuple[str, str]) -> None:
        super().__init__()
        self.low, self.high = Number(low, high), Number(low, high, unit=unit)
        self.low.box.setAccessibleName(names[0])
        self.high.box.setAccessibleName(names[1])
        self.low.edited.connect(self._low_moved)
        self.high.edited.connect(self._high_moved)
        dash = QLabel("–")
        dash.setObjectName("hint")
        self._fill(self.low, dash, self.high)
        self.layout().setStretch(0, 1)
        self.layout().setStretch(2, 1)

    def _low_moved(self) -> None:
        self.high.show_value(max(self.low.value(), self.high.value()))
        self.edited.emit()

    def _high_moved(self) -> None:
        self.low.show_value(min(self.low.value(), self.high.value()))
        self.edited.emit()

    def value(self) -> tuple[float, float]:
        return float(self.low.value()), float(self.high.value())

    def show_value(self, value: Any) -> None:
        self.low.show_value(value[0])
        self.high.show_value(value[1])

    def fields(self) -> Sequence[QWidget]:
        return self.low.box, self.high.box

    def commit(self) -> None:
        self.low.commit()
        self.high.commit()


class Slider(Control):
    """A slider between two words, with the number to type beside it.

    Args:
        stops: the values of the slider's places, left to right; the number may lie between them.
        ends: what left and right mean.
        default: a mark below the slider.
    """

    def __init__(
        self, stops: Sequence[int], ends: tuple[str, str], *, default: int, page: int = 1, unit: str = ""
    ) -> None:
        super().__init__()
        self._stops = stops
        self.slider = MarkedSlider(self._place(default))
        self.slider.setRange(0, len(stops) - 1)
        self.slider.setPageStep(page)
        self.number = WholeNumber()
        self.number.setRange(min(stops), max(stops))
        self.number.setSuffix(unit)
        self.number.setKeyboardTracking(False)
        self.number.setFixedWidth(max(_NUMBER_PX, self.number.sizeHint().width()))
        self.slider.valueChanged.connect(self._slid)
        self.number.valueChanged.connect(self._typed)
        top, words = QHBoxLayout(), QHBoxLayout()
        top.setSpacing(10)
        top.addWidget(self.slider, 1)
        top.addWidget(self.number)
        left, right = (QLabel(end) for end in ends)
        for label in (left, right):
            label.setObjectName("hint")
        words.addWidget(left)
        words.addStretch(1)
        words.addWidget(right)
        words.addSpacing(self.number.width() + 10)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addLayout(words)
        for field in self.fields():
            calm(field)
        self.setFocusProxy(self.slider)

    def _place(self, value: int) -> int:
        return min(range(len(self._stops)), key=lambda i: abs(self._stops[i] - value))

    def _slid(self, place: int) -> None:
        with QSignalBlocker(self.number):
            self.number.setValue(self._stops[place])
        self.edited.emit()

    def _typed(self, value: int) -> None:
        with QSignalBlocker(self.slider):
            self.slider.setValue(self._place(value))
        self.edited.emit()

    def value(self) -> int:
        return self.number.value()

    def show_value(self, value: Any) -> None:
        with QSignalBlocker(self.number), QSignalBlocker(self.slider):
            self.number.setValue(int(value))
            self.slider.setValue(self._place(int(value)))

    def fields(self) -> Sequence[QWidget]:
        return self.slider, self.number

    def commit(self) -> None:
        self.number.interpretText()


class MarkedSlider(QSlider):
    """A slider with a small mark at its default."""

    def __init__(self, default: int) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._default = default

    def paintEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        span = max(1, self.maximum() - self.minimum())
        handle = 14  # as in the style sheet
        x = handle / 2 + (self._default - self.minimum()) / span * (self.width() - handle)
        painter = QPainter(self)
        painter.fillRect(round(x) - 1, self.height() // 2 - 7, 2, 14, QColor(theme.colours().outline))
        painter.end()
        super().paintEvent(event)


class Line(Control):
    """A line of text; `edited` when it is confirmed or left."""

    def __init__(self, placeholder: str) -> None:
        super().__init__()
        self.line = QLineEdit()
        self.line.setPlaceholderText(placeholder)
        self.line.editingFinished.connect(self._finished)
        self._shown = ""
        self._fill(self.line)

    def _finished(self) -> None:
        if self.line.text() != self._shown:
            self._shown = self.line.text()
            self.edited.emit()

    def value(self) -> str:
        return self.line.text().strip()

    def show_value(self, value: Any) -> None:
        self._shown = str(value)
        self.line.setText(self._shown)

    def fields(self) -> Sequence[QWidget]:
        return (self.line,)

    def commit(self) -> None:
        self._finished()


class Text(Control):
    """A few lines of text; `edited` at each change. Ctrl+Enter and Tab leave it."""

    def __init__(self, placeholder: str, *, rows: int = 3) -> None:
        super().__init__()
        self.box = QPlainTextEdit()
        self.box.setPlaceholderText(placeholder)
        self.box.setTabChangesFocus(True)
        self.box.setFixedHeight(self.box.fontMetrics().lineSpacing() * rows + 18)
        self.box.textChanged.connect(self.edited)
        self._fill(self.box)

    def value(self) -> str:
        return self.box.toPlainText()

    def show_value(self, value: Any) -> None:
        if value != self.box.toPlainText():
            with QSignalBlocker(self.box):
                self.box.setPlainText(str(value))

    def fields(self) -> Sequence[QWidget]:
        return (self.box,)


def are_same(one: Any, other: Any) -> bool:
    """Whether two values are one: numbers may differ by what a control rounds."""
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(are_same, one, other))
    if isinstance(one, float | int) and isinstance(other, float | int):
        return abs(one - other) < _SAME
    return bool(one == other)


_KEYS: Final = Qt.Key
_OWN_KEYS: Final[tuple[tuple[type[QWidget], frozenset[Qt.Key]], ...]] = (
    (QAbstractButton, frozenset({_KEYS.Key_Space})),
    (
        QSlider,
        frozenset(
            {
                _KEYS.Key_Left,
                _KEYS.Key_Right,
                _KEYS.Key_Up,
                _KEYS.Key_Down,
                _KEYS.Key_PageUp,
                _KEYS.Key_PageDown,
                _KEYS.Key_Home,
                _KEYS.Key_End,
            }
        ),
    ),
    (QComboBox, frozenset({_KEYS.Key_Up, _KEYS.Key_Down, _KEYS.Key_PageUp, _KEYS.Key_PageDown})),
)
"""Keys that mean a widget while it has the focus, though the window has shortcuts on some of them."""


class _Guard(QObject):
    """Leaves the wheel to the scrolling panel unless the control has the focus, and keeps its keys to the control."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            own = next((keys for kind, keys in _OWN_KEYS if isinstance(watched, kind)), frozenset())
            if event.key() in own and event.modifiers() in (_PLAIN, Qt.KeyboardModifier.KeypadModifier):
                event.accept()
                return True
        return False


_PLAIN: Final = Qt.KeyboardModifier.NoModifier


def calm(field: QWidget) -> None:
    """Let the wheel pass, take the focus by click and Tab only, and let text keep its distance from the edge.

    Buttons and switches take the focus by Tab alone: after a click, Space plays the film as everywhere.
    """
    field.installEventFilter(_Guard(field))
    if isinstance(field, QAbstractButton):
        field.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    if isinstance(field, QComboBox | QAbstractSpinBox | QSlider):
        field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        field.setSizePolicy(QSizePolicy.Policy.Expanding, field.sizePolicy().verticalPolicy())
    if isinstance(field, QAbstractSpinBox):
        field.lineEdit().setTextMargins(6, 0, 6, 0)  # the style sheet's padding does not reach it


def standard_menu(field: QWidget) -> QMenu:
    """The menu that a field would show by itself, to add to."""
    if isinstance(field, QLineEdit):
        return field.createStandardContextMenu()
    if isinstance(field, QAbstractSpinBox):
        return field.lineEdit().createStandardContextMenu()
    if isinstance(field, QPlainTextEdit):
        return field.createStandardContextMenu()
    return QMenu(field)
