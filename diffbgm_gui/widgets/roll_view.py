"""The piano roll, drawn live while it forms: voices in colours, chords above, cuts as lines through the notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from diffbgm_gui import theme
from diffbgm_gui.axis import GUTTER_PX, TimeAxis
from diffbgm_gui.run_state import RunViewState
from diffbgm_gui.widgets.axis_row import AxisRow, gutter_label, small_font

if TYPE_CHECKING:
    from diffbgm_gui.studio import Studio

STEPS_PER_BEAT: Final = 4
BEATS_PER_BAR: Final = 4
LOW, HIGH = 28, 100
"""Pitches shown, from E1 up to E7; notes outside widen the range to the piano's."""

_PIANO: Final = (21, 109)
_HEAD_PX: Final = 20
_BLACK: Final = (1, 3, 6, 8, 10)
_DRAW_ORDER: Final = (1, 2, 0)


class RollView(AxisRow):
    """The roll on the time axis."""

    def __init__(self, axis: TimeAxis, parent: QWidget | None = None) -> None:
        super().__init__(axis, parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(120)
        self.setAccessibleName("Piano roll")
        self.setToolTip(
            "The notes, as the model believes in them at this step. Colours are voices, upright lines cuts."
        )
        self._state = RunViewState()
        self._drawn: tuple[int, ...] = ()
        self._range = (LOW, HIGH)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(600, 240)

    def show_studio(self, studio: Studio) -> None:
        """Draw what changed."""
        shown, state = studio.shown, studio.state
        drawn = (id(shown), id(studio.shots), id(state.path), state.is_busy)
        if drawn == self._drawn:
            return
        state = replace(state, roll=shown.roll, plan=shown.film_plan, shots=studio.shots)
        self._drawn = drawn
        if state.path != self._state.path or state.roll is None:
            self._range = (LOW, HIGH)
        self._state = state
        if state.roll is not None and not state.is_busy and _has_notes_outside(state.roll):
            self._range = _PIANO
        self.refresh()

    def paint_row(self, painter: QPainter) -> None:
        area = self._area()
        self._paint_keys(painter, area)
        if self.axis.duration_s <= 0:
            return
        painter.setClipRect(self.plot_rect())
        beats = self._state.plan.get("beat_s")
        if beats:
            self._paint_grid(painter, area, beats)
        if self._state.roll is not None and beats:
            painter.drawImage(area, self._image(area, beats))
        self._paint_cuts(painter, area)
        painter.setClipping(False)
        if beats:
            self._paint_chords(painter)
        if self._state.roll is None:
            self._paint_invitation(painter, area)

    def _area(self) -> QRectF:
        plot = self.plot_rect()
        return QRectF(plot.left(), _HEAD_PX, plot.width(), max(1, plot.height() - _HEAD_PX - 8))

    def _pitch_y(self, area: QRectF, pitch: float) -> float:
        low, high = self._range
        return area.bottom() - (pitch - low) / (high - low) * area.height()

    def _paint_keys(self, painter: QPainter, area: QRectF) -> None:
        painter.fillRect(area, QColor(theme.SUNKEN))
        low, high = self._range
        shade = QColor(theme.PANEL)
        shade.setAlpha(120)
        for pitch in range(low, high):
            top, bottom = self._pitch_y(area, pitch + 1), self._pitch_y(area, pitch)
            black = pitch % 12 in _BLACK
            painter.fillRect(
                QRectF(GUTTER_PX - 16, top, 13, bottom - top - 0.5), QColor("#2b303a" if black else "#828a98")
            )
            if black:
                painter.fillRect(QRectF(area.left(), top, area.width(), bottom - top), shade)
            if pitch % 12 == 0:
                small_font(painter)
                painter.setPen(QColor(theme.DIM))
                where = QRectF(0, bottom - 14, GUTTER_PX - 20, 14)
                painter.drawText(where, int(Qt.AlignmentFlag.AlignRight), f"C{pitch // 12 - 1}")
                painter.setPen(QPen(QColor(theme.BORDER), 1))
                painter.drawLine(QPointF(area.left(), bottom), QPointF(area.right(), bottom))

    def _paint_grid(self, painter: QPainter, area: QRectF, beats: list[float]) -> None:
        beat_px = (self.axis.x(beats[-1]) - self.axis.x(beats[0])) / max(1, len(beats) - 1)
        for beat, at_s in enumerate(beats):
            on_bar = beat % BEATS_PER_BAR == 0
            if not on_bar and beat_px < 9:
                continue
            colour = QColor(theme.BORDER if on_bar else theme.RAISED)
            painter.setPen(QPen(colour, 1))
            x = self.axis.x(at_s)
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))

    def _paint_cuts(self, painter: QPainter, area: QRectF) -> None:
        colour = QColor(theme.CUT)
        colour.setAlpha(110)
        painter.setPen(QPen(colour, 1, Qt.PenStyle.DashLine))
        for shot in self._state.shots[1:]:
            x = self.axis.x(shot.start_s)
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))

    def _paint_chords(self, painter: QPainter) -> None:
        gutter_label(painter, "Chords", 0, _HEAD_PX)
        plan: Mapping[str, Any] = self._state.plan
        beats = plan["beat_s"]
        small_font(painter)
        painter.setPen(QColor(theme.DIM))
        metrics = painter.fontMetrics()
        last, free_from = None, 0.0
        painter.setClipRect(self.plot_rect())
        for at_s, chord in zip(beats, plan.get("chords", ()), strict=False):
            if chord == last:
                continue
            last = chord
            x = self.axis.x(at_s) + 3
            if chord is not None and x >= free_from:
                label = _chord_name(chord)
                painter.drawText(QPointF(x, _HEAD_PX - 6), label)
                free_from = x + metrics.horizontalAdvance(label) + 8
        painter.setClipping(False)

    def _paint_invitation(self, painter: QPainter, area: QRectF) -> None:
        if self._state.is_busy:
            return
        font = painter.font()
        font.setPixelSize(13)
        painter.setFont(font)
        text = "Press Generate: the music forms here, note by note."
        width = painter.fontMetrics().horizontalAdvance(text) + 36
        card = QRectF(area.center().x() - width / 2, area.center().y() - 18, width, 36)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.PANEL))
        painter.drawRoundedRect(card, 6, 6)
        painter.setPen(QColor(theme.DIM))
        painter.drawText(card, int(Qt.AlignmentFlag.AlignCenter), text)

    def _image(self, area: QRectF, beats: list[float]) -> QImage:
        scale = self.devicePixelRatioF()
        columns, rows = max(1, round(area.width() * scale)), max(1, round(area.height() * scale))
        centres_s = (np.arange(columns) + 0.5) / columns * self.axis.shown_s + self.axis.left_s
        steps = np.interp(centres_s, beats, np.arange(len(beats)) * STEPS_PER_BEAT, left=-1, right=-1)
        pixels = roll_pixels(self._state.roll, steps, rows, self._range)
        return QImage(pixels.data, columns, rows, 4 * columns, QImage.Format.Format_ARGB32).copy()


def roll_pixels(
    roll: NDArray[np.uint8], steps: NDArray[np.float64], n_rows: int, pitches: tuple[int, int]
) -> NDArray[np.uint32]:
    """Colour a roll.

    Args:
        roll: uint8 `[V, N, 128]`, 0 silent, 1 sustained, 2 onset.
        steps: the step (with its fraction) that each column of pixels shows, below 0 outside of the piece, `[W]`.
        pitches: lowest pitch shown and the one above the highest.

    Returns:
        0xAARRGGBB, uint32 `[n_rows, W]`, transparent where nothing sounds.
    """
    low, high = pitches
    index = np.floor(steps).astype(np.int64)
    inside = (index >= 0) & (index < roll.shape[1])
    is_new = np.diff(index, prepend=-1) != 0
    exact = high - (np.arange(n_rows) + 0.5) / n_rows * (high - low)
    pitch = np.clip(np.floor(exact).astype(np.int64), low, high - 1)
    gap = np.diff(pitch, append=-1) != 0 if n_rows >= 4 * (high - low) else np.zeros(n_rows, bool)
    pixels = np.zeros((n_rows, len(steps)), np.uint32)
    for voice in _DRAW_ORDER[: len(roll)]:
        cells = roll[voice][np.clip(index, 0, roll.shape[1] - 1)][:, pitch].T
        colour = QColor(theme.VOICES[voice][1])
        pixels[(cells == 1) & inside] = colour.darker(128).rgba()
        pixels[(cells == 2) & inside] = colour.rgba()
        # A thin dark edge keeps repeated notes apart.
        pixels[(cells == 2) & inside & is_new] = QColor(theme.SUNKEN).rgba()
    pixels[gap] = 0
    return pixels


def _has_notes_outside(roll: NDArray[np.uint8]) -> bool:
    return bool(roll[:, :, :LOW].any() or roll[:, :, HIGH:].any())


def _chord_name(label: str) -> str:
    """A chord label as musicians write it."""
    name, slash, bass = label.partition("/")
    root, _, quality = name.partition(":")
    quality = {"maj": "", "min": "m"}.get(quality, quality.replace("min", "m"))
    return root + quality + slash + bass
