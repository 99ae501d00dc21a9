"""Rows of the music's own time: sections, bars and beats; the tempo; blocks of k and the grid of windows."""

from __future__ import annotations

import colorsys
from functools import lru_cache
from typing import ClassVar, Final

import numpy as np
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QToolTip, QWidget

from diffbgm_gui import theme
from diffbgm_gui.axis import GUTTER_PX
from diffbgm_gui.widgets.axis_row import AxisRow, gutter_label, small_font
from diffbgm_gui.widgets.timeline.facts import Facts
from diffbgm_gui.widgets.timeline.shapes import faded
from engine.timebase import BEATS_PER_BAR, BEATS_PER_WINDOW

SECTIONS_PX: Final = 17
BARS_PX: Final = 19
TEMPO_PX: Final = 30
BLOCKS_PX: Final = 22
_BAR_STEPS: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
_STEADY: Final = 0.002
_MOST_ROUND: Final = 60


class BarsRow(AxisRow):
    """Sections above, bars below, and beats where there is room for them."""

    scrolls: ClassVar[bool] = True

    def __init__(self, facts: Facts, parent: QWidget | None = None) -> None:
        super().__init__(facts.axis, parent)
        self._facts = facts
        self.setFixedHeight(SECTIONS_PX + BARS_PX)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Sections, bars and beats"))
        self.setToolTip(
            self.tr(
                "The form of the music: sections, then bars, then beats as you zoom in. Double-click shows a section."
            )
        )
        facts.music_changed.connect(self.refresh)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(600, SECTIONS_PX + BARS_PX)

    def paint_row(self, painter: QPainter) -> None:
        gutter_label(painter, self.tr("Sections"), 0, SECTIONS_PX)
        gutter_label(painter, self.tr("Bars"), SECTIONS_PX, BARS_PX)
        if not len(self._facts.music.beat_s):
            self._paint_nothing(painter)
            return
        painter.setClipRect(self.part.intersected(self.plot_rect()))
        self._paint_sections(painter)
        self._paint_bars(painter)
        painter.setClipping(False)

    def _paint_nothing(self, painter: QPainter) -> None:
        left, right = self.ends()
        painter.fillRect(QRectF(left, 1, right - left, self.height() - 2), QColor(theme.colours().sunken))
        if self.axis.duration_s > 0:
            painter.setPen(QColor(theme.colours().dim))
            where = QRectF(left + 8, 0, right - left - 16, self.height())
            painter.drawText(where, int(Qt.AlignmentFlag.AlignVCenter), self.tr("Bars appear with the first take"))

    def _paint_sections(self, painter: QPainter) -> None:
        c = theme.colours()
        first, end = self.part_s(margin_px=20)
        small_font(painter, bold=True)
        for start_s, end_s, letter in self._facts.music.sections:
            if end_s < first or start_s > end:
                continue
            left, right = self.axis.x(start_s), self.axis.x(end_s)
            box = QRectF(left + 0.5, 2, max(1.0, right - left - 1), SECTIONS_PX - 3)
            ink = section_colour(letter)
            painter.fillRect(box, faded(ink, 62 if c.name == "dark" else 52))
            if box.width() > 7:
                painter.fillRect(QRectF(left + 0.5, 2, 2, SECTIONS_PX - 3), QColor(ink))
            if box.width() > 12 * len(letter) + 10:
                painter.setPen(QColor(c.text))
                painter.drawText(QPointF(left + 8, SECTIONS_PX - 5), letter)

    def paint_over(self, painter: QPainter) -> None:
        """The letter of a section that began before what is visible."""
        c, left = theme.colours(), self.axis.left_s
        for start_s, end_s, letter in self._facts.music.sections:
            if start_s < left < end_s - 24 * self.axis.s_per_px and self.axis.x(start_s) + 8 < GUTTER_PX + 2:
                small_font(painter, bold=True)
                painter.setPen(QColor(c.dim))
                painter.drawText(QPointF(GUTTER_PX + 8, SECTIONS_PX - 5), letter)

    def _paint_bars(self, painter: QPainter) -> None:
        c, music = theme.colours(), self._facts.music
        bars, top, bottom = music.bar_s, SECTIONS_PX, SECTIONS_PX + BARS_PX
        left, right = self.ends()
        painter.fillRect(QRectF(left, top + 1, right - left, BARS_PX - 1), QColor(c.sunken))
        bar_px = float(music.beat_s[-1] - music.beat_s[0]) / max(1, len(bars)) / self.axis.s_per_px
        every = next((n for n in _BAR_STEPS if n * bar_px >= 34), _BAR_STEPS[-1])
        lines = next((n for n in _BAR_STEPS if n * bar_px >= 6), _BAR_STEPS[-1])
        first, end = np.searchsorted(bars, self.part_s(margin_px=60))
        first = max(0, int(first) - 1) // lines * lines
        painter.setPen(QPen(QColor(c.border), 1))
        painter.drawLines([QLineF(x, bottom - 7, x, bottom - 1) for x in self.axis.xs(bars[first:end:lines])])
        if bar_px / BEATS_PER_BAR >= 9:
            self._paint_beats(painter, bar_px / BEATS_PER_BAR, bottom)
        small_font(painter)
        for bar in range(-(-first // every) * every, int(end), every):
            x = self.axis.x(float(bars[bar]))
            painter.setPen(QPen(QColor(c.faint), 1))
            painter.drawLine(QPointF(x, top + 2), QPointF(x, bottom - 1))
            painter.setPen(QColor(c.dim))
            painter.drawText(QPointF(x + 4, top + 13), str(bar + 1))

    def _paint_beats(self, painter: QPainter, beat_px: float, bottom: float) -> None:
        c, beats = theme.colours(), self._facts.music.beat_s
        first, end = np.searchsorted(beats[:-1], self.part_s(margin_px=60))
        small_font(painter, size_px=9)
        for beat in range(max(0, int(first) - 1), int(end)):
            bar, place = divmod(beat, BEATS_PER_BAR)
            if not place or beats[beat + 1] <= beats[beat]:  # the bar's own line; left out in a short bar
                continue
            x = self.axis.x(float(beats[beat]))
            painter.setPen(QPen(QColor(c.outline), 1))
            painter.drawLine(QPointF(x, bottom - 5), QPointF(x, bottom - 1))
            if beat_px >= 40:
                painter.setPen(QColor(c.dim))
                painter.drawText(QPointF(x + 3, bottom - 6), f"{bar + 1}.{place + 1}")

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        at = self.axis.seconds(event.position().x())
        for start_s, end_s, _ in self._facts.music.sections:
            if start_s <= at < end_s:
                self.axis.glide_to(start_s, end_s)


class TempoRow(AxisRow):
    """The tempo as a curve."""

    scrolls: ClassVar[bool] = True

    def __init__(self, facts: Facts, parent: QWidget | None = None) -> None:
        super().__init__(facts.axis, parent)
        self._facts = facts
        self.setFixedHeight(TEMPO_PX)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Tempo"))
        facts.music_changed.connect(self._take_up)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(600, TEMPO_PX)

    def _take_up(self) -> None:
        tempo = self._facts.music.tempo_bpm
        said = self.tr("From {:.1f} to {:.1f} beats a minute").format(tempo.min(), tempo.max()) if len(tempo) else ""
        self.setAccessibleDescription(said)
        self.refresh()

    def paint_row(self, painter: QPainter) -> None:
        c, music = theme.colours(), self._facts.music
        has_tempo = len(music.tempo_s) > 0 and len(music.beat_s) > 0
        gutter_label(painter, self.tr("Tempo"), 2 if has_tempo else 0, 14 if has_tempo else TEMPO_PX)
        left, right = self.ends()
        painter.fillRect(QRectF(left, 1, right - left, TEMPO_PX - 2), QColor(c.sunken))
        if not has_tempo:
            return
        self._paint_range(painter)
        painter.setClipRect(self.part.intersected(self.plot_rect()))
        ink = QColor(c.dim)
        painter.setPen(QPen(ink, 1.3))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(self._points()))
        painter.setClipping(False)

    def _paint_range(self, painter: QPainter) -> None:
        """The lowest and the highest tempo, in the gutter: they hold wherever the view is."""
        low, high = float(self._facts.music.tempo_bpm.min()), float(self._facts.music.tempo_bpm.max())
        small_font(painter, size_px=10)
        painter.setPen(QColor(theme.colours().dim))
        said = f"♩ {low:.1f}" if high - low < _STEADY * high else f"♩ {low:.0f}–{high:.0f}"
        painter.drawText(QRectF(12, 15, GUTTER_PX - 14, 13), int(Qt.AlignmentFlag.AlignVCenter), said)

    def _points(self) -> list[QPointF]:
        """Steps where there is room to see them, else the outline."""
        music = self._facts.music
        low, high = float(music.tempo_bpm.min()), float(music.tempo_bpm.max())
        spread, tall = max(high - low, 1e-9), TEMPO_PX - 10
        first, end = self.part_s(margin_px=4)
        a = max(0, int(np.searchsorted(music.tempo_s, first, "right")) - 1)
        b = int(np.searchsorted(music.tempo_s, end, "right"))
        times, tempi = music.tempo_s[a:b], music.tempo_bpm[a:b]
        if not len(times):  # the music begins further on
            return []
        is_dense = len(times) * 3 > self.part.width() + 12
        if is_dense:
            keep = np.unique(np.floor(times / (2 * self.axis.s_per_px)), return_index=True)[1]
            times, tempi = times[keep], tempi[keep]
        steady = high - low < _STEADY * high
        heights = np.full(len(tempi), TEMPO_PX / 2) if steady else TEMPO_PX - 5 - (tempi - low) / spread * tall
        if is_dense:
            return [QPointF(x, y) for x, y in zip(self.axis.xs(times), heights.tolist(), strict=True)]
        until = [*times[1:].tolist(), min(end, float(music.beat_s[-1]))]
        points = []
        for start, stop, y in zip(times.tolist(), until, heights.tolist(), strict=True):
            points += [QPointF(self.axis.x(max(start, first)), y), QPointF(self.axis.x(stop), y)]
        return points

    def answers(self, event: QEvent) -> bool:
        """What is answered before anyone else hears of it."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            music = self._facts.music
            said = self.tr(
                "The tempo bends so that music lands on the starred cuts; how far, “hits” in the settings says."
            )
            if len(music.tempo_s):
                at = int(np.searchsorted(music.tempo_s, self.axis.seconds(event.pos().x()), "right")) - 1
                said = f"♩ = {music.tempo_bpm[max(0, at)]:.2f}\n{said}"
            QToolTip.showText(event.globalPos(), said, self)
            return True
        return super().answers(event)


class BlocksRow(AxisRow):
    """Blocks of k beats, within which the model looks at the picture, and the windows that it composes in."""

    scrolls: ClassVar[bool] = True

    def __init__(self, facts: Facts, parent: QWidget | None = None) -> None:
        super().__init__(facts.axis, parent)
        self._facts = facts
        self._key = (0, "")
        self.setFixedHeight(BLOCKS_PX)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Blocks of k and windows"))
        self.setToolTip(
            self.tr(
                "Above: blocks of k beats. Music in a block follows the picture of that block only: small blocks "
                "follow every shot, large ones draw long arcs.\n"
                "Below: the windows of 8 bars that the model composes, half overlapping so that no seam is heard."
            )
        )
        facts.music_changed.connect(self.refresh)
        facts.studio.document_changed.connect(self._settings_changed)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(600, BLOCKS_PX)

    def _settings_changed(self) -> None:
        settings = self._facts.studio.document.settings
        if (settings.k, settings.windows) != self._key:
            self._key = (settings.k, settings.windows)
            self.refresh()

    def paint_row(self, painter: QPainter) -> None:
        c, music, settings = theme.colours(), self._facts.music, self._facts.studio.document.settings
        gutter_label(painter, self.tr("k = {}").format(settings.k), 0, BLOCKS_PX)
        left, right = self.ends()
        painter.fillRect(QRectF(left, 1, right - left, BLOCKS_PX - 2), QColor(c.sunken))
        n_beats = len(music.beat_s) - 1
        if n_beats < 1:
            return
        painter.setClipRect(self.part.intersected(self.plot_rect()))
        first, end = np.searchsorted(music.beat_s, self.part_s(margin_px=4))
        first, end = max(0, int(first) - BEATS_PER_WINDOW), min(n_beats, int(end) + 1)
        self._paint_blocks(painter, first, end, settings.k)
        self._paint_windows(painter, first, end, apart=settings.windows == "separate")
        painter.setClipping(False)

    def _paint_blocks(self, painter: QPainter, first: int, end: int, k: int) -> None:
        """Blocks begin anew with each window; the last one in it may be shorter."""
        beats, n_beats = self._facts.music.beat_s, len(self._facts.music.beat_s) - 1
        ink = theme.colours().accent
        beat_px = float(beats[-1] - beats[0]) / n_beats / self.axis.s_per_px
        if beat_px * k < 3:
            x0, x1 = self.axis.x(float(beats[0])), self.axis.x(float(beats[-1]))
            painter.fillRect(QRectF(x0, 4, x1 - x0, 6), faded(ink, 70))
            return
        first = first // BEATS_PER_WINDOW * BEATS_PER_WINDOW
        xs = self.axis.xs(beats[first : end + BEATS_PER_WINDOW + 1])
        boxes: tuple[list[QRectF], list[QRectF]] = ([], [])
        for window in range(first, end, BEATS_PER_WINDOW):
            stop = min(window + BEATS_PER_WINDOW, n_beats)
            for place, block in enumerate(range(window, stop, k)):
                x0, x1 = xs[block - first], xs[min(block + k, stop) - first]
                boxes[place % 2].append(QRectF(x0 + 0.5, 4, max(1.0, x1 - x0 - 1), 6))
        for these, alpha in zip(boxes, (120, 70), strict=True):
            _fill_boxes(painter, these, faded(ink, alpha), 1.5)

    def _paint_windows(self, painter: QPainter, first: int, end: int, *, apart: bool) -> None:
        beats, n_beats = self._facts.music.beat_s, len(self._facts.music.beat_s) - 1
        stride = BEATS_PER_WINDOW if apart else BEATS_PER_WINDOW // 2
        window_px = float(beats[-1] - beats[0]) / n_beats * BEATS_PER_WINDOW / self.axis.s_per_px
        if window_px < 4:
            return
        first = first // stride * stride
        xs = self.axis.xs(beats[first : end + BEATS_PER_WINDOW + 1])
        boxes = []
        for start in range(first, end, stride):
            y = 13 if start // stride % 2 == 0 else 16.5
            if start and start + stride >= n_beats + stride:
                break
            x0, x1 = xs[start - first], xs[min(start + BEATS_PER_WINDOW, n_beats) - first]
            boxes.append(QRectF(x0 + 0.5, y, max(1.0, x1 - x0 - 1), 2.5))
        _fill_boxes(painter, boxes, faded(theme.colours().dim, 130), 1.0)


def _fill_boxes(painter: QPainter, boxes: list[QRectF], colour: QColor, radius: float) -> None:
    """Boxes with round corners; small ones, on which these are not seen, in one call."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    if len(boxes) > _MOST_ROUND:
        painter.drawRects(boxes)
        return
    for box in boxes:
        painter.drawRoundedRect(box, radius, radius)


def section_colour(letter: str) -> str:
    """A colour for a section: sections of one letter look alike, calm in both themes."""
    return _section_colour(letter[:1].upper(), 0.66 if theme.colours().name == "dark" else 0.42)


@lru_cache(maxsize=64)
def _section_colour(letter: str, light: float) -> str:
    place = ord(letter) - ord("A") if "A" <= letter <= "Z" else 20
    red, green, blue = colorsys.hls_to_rgb((0.58 + 0.137 * place) % 1.0, light, 0.5)
    return f"#{round(255 * red):02x}{round(255 * green):02x}{round(255 * blue):02x}"
