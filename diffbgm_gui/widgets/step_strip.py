"""The way from noise to music: where the roll above stands, and where the picture's motion takes over (t0)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from diffbgm_gui import theme
from diffbgm_gui.axis import GUTTER_PX
from diffbgm_gui.run_state import RunViewState
from diffbgm_gui.widgets.axis_row import gutter_label, small_font

if TYPE_CHECKING:
    from diffbgm_gui.studio import Studio

NOISE_LEVELS: Final = 1000
_LEGEND_PX: Final = 190
_WORDS_PX: Final = 250


class StepStrip(QWidget):
    """From noise (1000) at the left to music (0) at the right, with t0 marked; the colours of the voices beside it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = RunViewState()
        self._t0 = 200
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Denoising steps")
        self.setToolTip(
            "The music starts as noise (left) and is refined step by step (right).\n"
            "Left of t0 it follows the story of the picture, right of t0 its motion and cuts."
        )

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(600, 30)

    def show_studio(self, studio: Studio) -> None:
        """Draw what changed."""
        state, take = studio.state, studio.document.take
        if not studio.shown.is_live and take is not None:
            n_steps = take.settings.steps
            state = replace(state, step=n_steps, n_steps=n_steps, paper_t=0.0)
        if studio.document.settings.t0 != self._t0:
            self.show_t0(studio.document.settings.t0)
        if (state.step, state.paper_t, state.n_steps) != (self._state.step, self._state.paper_t, self._state.n_steps):
            self.update()
        self._state = state

    def show_t0(self, t0: int) -> None:
        """Mark the timestep of the switch."""
        self._t0 = t0
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(theme.PANEL))
        gutter_label(painter, "Steps", 0, self.height())
        right = self.width() - _LEGEND_PX - _WORDS_PX
        if right > GUTTER_PX + 80:
            self._paint_line(painter, GUTTER_PX + 8, right - 20)
        else:
            right = GUTTER_PX
        self._paint_words(painter, right)
        self._paint_legend(painter)

    def _paint_line(self, painter: QPainter, left: float, right: float) -> None:
        y = self.height() / 2
        at_t0 = left + (1 - self._t0 / NOISE_LEVELS) * (right - left)
        painter.setPen(QPen(QColor(theme.BORDER), 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(QPointF(left, y), QPointF(right, y))
        if self._state.step:
            x = left + (1 - self._state.paper_t / NOISE_LEVELS) * (right - left)
            painter.setPen(QPen(QColor(theme.ACCENT), 3, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(QPointF(left, y), QPointF(x, y))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.ACCENT))
            painter.drawEllipse(QPointF(x, y), 5, 5)
        painter.setPen(QPen(QColor(theme.TEXT), 1.4))
        painter.drawLine(QPointF(at_t0, y - 7), QPointF(at_t0, y + 7))
        small_font(painter)
        painter.setPen(QColor(theme.DIM))
        beside = QRectF(at_t0 - 26, 0, 20, self.height() / 2 - 1)
        painter.drawText(beside, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom), "t0")

    def _paint_words(self, painter: QPainter, left: float) -> None:
        state = self._state
        if not state.step:
            return
        says = f"step {state.step} of {state.n_steps} · noise level {state.paper_t:.0f}"
        small_font(painter)
        painter.setPen(QColor(theme.DIM))
        where = QRectF(left, 0, _WORDS_PX, self.height())
        painter.drawText(where, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), says)

    def _paint_legend(self, painter: QPainter) -> None:
        small_font(painter)
        x = self.width() - _LEGEND_PX
        for name, colour in theme.VOICES:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colour))
            painter.drawRoundedRect(QRectF(x, self.height() / 2 - 4, 12, 8), 2, 2)
            painter.setPen(QColor(theme.DIM))
            where = QRectF(x + 17, 0, 60, self.height())
            painter.drawText(where, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), name)
            x += 17 + painter.fontMetrics().horizontalAdvance(name) + 14
