"""The scale of the steps: from noise (1000) at the left to music (0) at the right, with t0 marked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from diffbgm_gui import theme
from diffbgm_gui.widgets.answering import answer_first
from diffbgm_gui.widgets.axis_row import small_font
from diffbgm_gui.widgets.roll.painting import clear
from diffbgm_gui.widgets.steps.figures import StepMark

NOISE_LEVELS: Final = 1000
HEIGHT_PX: Final = 42
_PAD_PX: Final = 12.0
_CLEAR_PX: Final = 10.0
"""From the middle of the handle to text beside it."""
_BAR_PX: Final = 3.0
_KEYS: Final = frozenset(
    (
        Qt.Key.Key_Left,
        Qt.Key.Key_Right,
        Qt.Key.Key_Up,
        Qt.Key.Key_Down,
        Qt.Key.Key_Home,
        Qt.Key.Key_End,
        Qt.Key.Key_Escape,
    )
)


class StepScale(QWidget):
    """Draws the steps and lets one be picked: click, drag, ←, →, Home; End and Esc go back to the finished notes.

    Signals: `picked(int | None)` a step's place among the marks, None for the finished notes; `wanted` when somebody
    comes near, so that the steps can be worked out.
    """

    picked = Signal(object)
    wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.marks: tuple[StepMark, ...] = ()
        self.t0 = 200
        self.current: int | None = None
        self.is_live = self.is_done = False
        self.can_pick = False
        self._pending: float | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT_PX)
        self.setMinimumWidth(160)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Denoising steps"))
        answer_first(self, self.answers)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(500, HEIGHT_PX)

    def show_marks(
        self, marks: Sequence[StepMark], *, current: int | None, t0: int, is_live: bool, is_done: bool, can_pick: bool
    ) -> None:
        """Draw these steps.

        Args:
            current: place among the marks of the one that is shown, None for finished notes.
            is_live: whether they are being made; is_done: whether there is a finished take.
        """
        self.marks, self.current, self.t0 = tuple(marks), current, t0
        self.is_live, self.is_done, self.can_pick = is_live, is_done, can_pick
        if self._pending is not None and can_pick and self.marks:
            at, self._pending = self._pending, None
            self._pick(self._nearest(at))
        self.update()

    # -- places ----------------------------------------------------------------------------------------------------

    def _x(self, paper_t: float) -> float:
        """By the root of the noise level: on a straight scale, what is nothing but noise took up half of the room."""
        wide = self.width() - 2 * _PAD_PX
        return _PAD_PX + (1 - math.sqrt(min(max(paper_t, 0.0), NOISE_LEVELS) / NOISE_LEVELS)) * wide

    def _nearest(self, x: float) -> int:
        return min(range(len(self.marks)), key=lambda i: abs(self._x(self.marks[i].paper_t) - x))

    @property
    def _line_y(self) -> float:
        return 27.0

    # -- painting --------------------------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        c = theme.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_halves(painter)
        y, left, right = self._line_y, self._x(NOISE_LEVELS), self._x(0)
        painter.setPen(QPen(QColor(c.border), 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(QPointF(left, y), QPointF(right, y))
        here = self._here()
        if here is not None:
            painter.setPen(QPen(QColor(c.accent), 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(QPointF(left, y), QPointF(here, y))
        self._paint_figures(painter)
        self._paint_t0(painter)
        if here is not None:
            painter.setPen(QPen(QColor(c.panel), 2))
            painter.setBrush(QColor(c.accent))
            painter.drawEllipse(QPointF(here, y), 6, 6)
        if self.hasFocus():
            painter.setPen(QPen(QColor(c.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(0.5, 0.5, self.width() - 1, self.height() - 1), 4, 4)

    def _here(self) -> float | None:
        """Where the handle stands: on the step that is shown, at the end for finished notes."""
        if self.current is not None and self.current < len(self.marks):
            return self._x(self.marks[self.current].paper_t)
        return self._x(0) if self.is_done and not self.is_live else None

    def _paint_halves(self, painter: QPainter) -> None:
        """What is followed on either side of t0."""
        c = theme.colours()
        at = self._x(self.t0)
        small_font(painter, size_px=10)
        painter.setPen(QColor(c.dim))
        row = QRectF(self._x(NOISE_LEVELS), 1, at - self._x(NOISE_LEVELS) - 6, 13)
        flags = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(row, int(flags | Qt.AlignmentFlag.AlignLeft), self.tr("noise · follows the story"))
        beyond = QRectF(at + 5, 1, self.width() - at - 8, 13)
        text = self.tr("follows the motion")
        room = painter.fontMetrics().horizontalAdvance(text)
        if room < beyond.width():
            painter.drawText(beyond, int(flags | Qt.AlignmentFlag.AlignLeft), text)

    def _paint_figures(self, painter: QPainter) -> None:
        c = theme.colours()
        most = max((max(mark.births or 0, mark.deaths or 0) for mark in self.marks), default=0)
        room = 10.0
        painter.setPen(Qt.PenStyle.NoPen)
        for mark in self.marks:
            x = self._x(mark.paper_t)
            for count, colour, up in ((mark.births, c.added, True), (mark.deaths, c.removed, False)):
                if count and most:
                    tall = max(1.5, room * math.sqrt(count / most))
                    top = self._line_y - 2.5 - tall if up else self._line_y + 2.5
                    painter.setBrush(clear(colour, 210))
                    painter.drawRoundedRect(QRectF(x - _BAR_PX / 2, top, _BAR_PX, tall), 1, 1)
            painter.setBrush(QColor(c.outline))
            painter.drawEllipse(QPointF(x, self._line_y), 1.6, 1.6)

    def _paint_t0(self, painter: QPainter) -> None:
        """The line, and its number on the side where the handle is not."""
        c = theme.colours()
        at = self._x(self.t0)
        painter.setPen(QPen(QColor(c.star), 1.4))
        painter.drawLine(QPointF(at, 13), QPointF(at, HEIGHT_PX - 3))
        small_font(painter, size_px=10, bold=True)
        label = f"t0 {self.t0}"
        wide = painter.fontMetrics().horizontalAdvance(label)
        left = min(max(2.0, label_left(at, wide, self._here())), self.width() - wide - 2)
        plate = QRectF(left - 3, HEIGHT_PX - 13, wide + 6, 12)
        painter.fillRect(plate, QColor(c.panel))
        painter.setPen(QColor(c.text))
        painter.drawText(plate, int(Qt.AlignmentFlag.AlignCenter), label)

    # -- picking ---------------------------------------------------------------------------------------------------

    def _pick(self, place: int | None) -> None:
        if place != self.current:
            self.current = place
            self.update()
            self.picked.emit(place)

    def _pointed(self, x: float) -> None:
        if not self.can_pick:
            return
        if not self.marks:
            self._pending = x
            self.wanted.emit()
        elif x > (self._x(0) + self._x(self.marks[-1].paper_t)) / 2 + 4:
            self._pick(None)
        else:
            self._pick(self._nearest(x))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        if event.button() == Qt.MouseButton.LeftButton:
            self._pointed(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._pointed(event.position().x())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        key, last = event.key(), len(self.marks) - 1
        if not self.can_pick or key not in _KEYS or (key == Qt.Key.Key_Escape and self.current is None):
            super().keyPressEvent(event)
            return
        if last < 0:
            self.wanted.emit()
            return
        here = len(self.marks) if self.current is None else self.current
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Down):
            self._pick(max(0, here - 1))
        elif key in (Qt.Key.Key_Right, Qt.Key.Key_Up):
            self._pick(here + 1 if here < last else None)
        else:
            self._pick(0 if key == Qt.Key.Key_Home else None)

    def answers(self, event: QEvent) -> bool:
        """What is answered before anyone else hears of it."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            mine = event.key() in _KEYS and not (event.key() == Qt.Key.Key_Escape and self.current is None)
            if mine and self.can_pick and event.modifiers() == Qt.KeyboardModifier.NoModifier:
                event.accept()
                return True
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self._words_at(float(event.pos().x())), self)
            return True
        return False

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: N802 - Qt's name
        super().enterEvent(event)
        if self.can_pick and not self.marks:
            self.wanted.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        super().focusInEvent(event)
        if self.can_pick and not self.marks:
            self.wanted.emit()

    def _words_at(self, x: float) -> str:
        if self.marks:
            mark = self.marks[self._nearest(x)]
            if abs(self._x(mark.paper_t) - x) <= 6:
                words = self.tr("Step {}, noise level {}").format(mark.index + 1, f"{mark.paper_t:.0f}")
                if mark.births is not None:
                    words += "\n" + self.tr("{} notes begin, {} are gone").format(mark.births, mark.deaths)
                return words
        return self.tr(
            "The music starts as noise (left) and is refined step by step (right). Drag to rewind.\n"
            "Left of t0 it follows the story of the picture, right of it motion and cuts.\n"
            "Bars: notes that are born (up) and gone (down) at each step."
        )


def label_left(at: float, wide: float, here: float | None) -> float:
    """Where a label of a line at `at` begins: before the line, or after it where the handle, at `here`, hides it."""
    if here is not None and at - wide - 5 - _CLEAR_PX < here < at + 5:
        return max(at + 5, here + _CLEAR_PX)
    return at - wide - 5
