"""The timeline: seconds, bars, shots as a filmstrip with its cuts, and how dense the music is asked to be."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QWidget

from diffbgm_gui import theme
from diffbgm_gui.axis import TimeAxis
from diffbgm_gui.run_state import RunViewState, ThumbReady
from diffbgm_gui.widgets.axis_row import AxisRow, gutter_label, small_font

if TYPE_CHECKING:
    from diffbgm_gui.studio import Studio

BEATS_PER_BAR: Final = 4
_RULER_PX, _BARS_PX, _SHOTS_PX, _CURVE_PX, _GAP_PX = 24, 20, 60, 42, 4
_TICKS_S: Final = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800)


class Timeline(AxisRow):
    """Rows above the roll, on the same axis."""

    def __init__(self, axis: TimeAxis, parent: QWidget | None = None) -> None:
        super().__init__(axis, parent)
        self._state = RunViewState()
        self._thumbs: dict[int, QImage] = {}
        self._drawn: tuple[int, ...] = ()
        self.setAccessibleName("Timeline")
        self.setToolTip(
            "Click or drag to move through the video. Ctrl+wheel zooms, the wheel scrolls.\n"
            "Bars and the curve of asked note density appear once the music is planned."
        )

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(600, _RULER_PX + _BARS_PX + _SHOTS_PX + _CURVE_PX + 3 * _GAP_PX)

    def has_playhead_grip(self) -> bool:
        return True

    def show_studio(self, studio: Studio) -> None:
        """Draw what changed."""
        drawn = (id(studio.state.thumbs), id(studio.shots), id(studio.shown), id(studio.state.path))
        if drawn == self._drawn:
            return
        state = replace(studio.state, plan=studio.shown.film_plan, shots=studio.shots)
        self._drawn = drawn
        if state.path != self._state.path:
            self._thumbs.clear()
        self._state = state
        self.refresh()

    def paint_row(self, painter: QPainter) -> None:
        top = 0.0
        self._paint_ruler(painter, top)
        top += _RULER_PX
        self._paint_bars(painter, top)
        top += _BARS_PX + _GAP_PX
        self._paint_shots(painter, top)
        top += _SHOTS_PX + _GAP_PX
        self._paint_curve(painter, top)

    def _paint_ruler(self, painter: QPainter, top: float) -> None:
        gutter_label(painter, "Time", top, _RULER_PX)
        if self.axis.duration_s <= 0:
            return
        plot = self.plot_rect()
        per_px = self.axis.shown_s / self.axis.plot_px
        step = next((tick for tick in _TICKS_S if tick / per_px >= 72), _TICKS_S[-1])
        painter.setClipRect(plot.adjusted(-1, 0, 1, 0))
        small_font(painter)
        n = int(self.axis.left_s / step)
        while n * step <= self.axis.left_s + self.axis.shown_s:
            x = self.axis.x(n * step)
            painter.setPen(QPen(QColor(theme.FAINT), 1))
            painter.drawLine(QPointF(x, top + _RULER_PX - 6), QPointF(x, top + _RULER_PX - 1))
            painter.setPen(QColor(theme.DIM))
            painter.drawText(QPointF(x + 4, top + _RULER_PX - 9), clock(n * step, tenths=step < 1))
            n += 1
        painter.setClipping(False)

    def _paint_bars(self, painter: QPainter, top: float) -> None:
        gutter_label(painter, "Bars", top, _BARS_PX)
        plot = self.plot_rect()
        painter.fillRect(QRectF(plot.left(), top, plot.width(), _BARS_PX), QColor(theme.SUNKEN))
        beats = self._state.plan.get("beat_s")
        if not beats:
            return
        painter.setClipRect(plot)
        beat_px = (self.axis.x(beats[-1]) - self.axis.x(beats[0])) / max(1, len(beats) - 1)
        every = next(n for n in (1, 2, 4, 8, 16, 32, 64, 1 << 30) if n * BEATS_PER_BAR * beat_px >= 30)
        small_font(painter)
        for beat, at_s in enumerate(beats[:-1]):
            bar, in_bar = divmod(beat, BEATS_PER_BAR)
            x = self.axis.x(at_s)
            if in_bar == 0 and bar % every == 0:
                painter.setPen(QPen(QColor(theme.FAINT), 1))
                painter.drawLine(QPointF(x, top), QPointF(x, top + _BARS_PX))
                painter.setPen(QColor(theme.DIM))
                painter.drawText(QPointF(x + 4, top + _BARS_PX - 6), str(bar + 1))
            elif in_bar and beat_px >= 7:
                painter.setPen(QPen(QColor(theme.BORDER), 1))
                painter.drawLine(QPointF(x, top + _BARS_PX - 5), QPointF(x, top + _BARS_PX))
        painter.setClipping(False)

    def _paint_shots(self, painter: QPainter, top: float) -> None:
        gutter_label(painter, "Shots", top, _SHOTS_PX)
        plot = self.plot_rect()
        painter.setClipRect(plot)
        left, right = self._ends()
        strip = QRectF(left, top, right - left, _SHOTS_PX)
        painter.fillRect(strip, QColor(theme.SUNKEN))
        self._paint_filmstrip(painter, strip.intersected(QRectF(plot.left(), top, plot.width(), _SHOTS_PX)))
        for shot in self._state.shots[1:]:
            x = self.axis.x(shot.start_s)
            painter.setPen(QPen(QColor(theme.SUNKEN), 4))
            painter.drawLine(QPointF(x, top), QPointF(x, top + _SHOTS_PX))
            pen = QPen(QColor(theme.CUT), 1.4)
            if shot.transition != "cut":
                pen.setDashPattern([3, 2])
            painter.setPen(pen)
            painter.drawLine(QPointF(x, top), QPointF(x, top + _SHOTS_PX))
        painter.setClipping(False)

    def _ends(self) -> tuple[float, float]:
        """Where the video begins and ends, in pixels; without one, the whole row."""
        if self.axis.duration_s <= 0:
            return self.plot_rect().left(), self.plot_rect().right()
        return self.axis.x(0), self.axis.x(self.axis.duration_s)

    def _paint_filmstrip(self, painter: QPainter, strip: QRectF) -> None:
        thumbs = self._state.thumbs
        if not thumbs:
            return
        times = [thumb.time_s for thumb in thumbs]
        first = self._image(thumbs[0])
        width = max(24.0, first.width() * _SHOTS_PX / first.height())
        shots = self._state.shots
        edges = [self.axis.x(s.start_s) for s in shots] or [self.axis.x(0)]
        edges.append(self.axis.x(self.axis.duration_s))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for left, right in pairwise(edges):
            x = left
            while x < right:
                if x + width >= strip.left() and x <= strip.right():
                    lowest, highest = self.axis.seconds(left + 1), self.axis.seconds(right - 1)
                    wanted = min(max(self.axis.seconds(min(x + width / 2, right)), lowest), highest)
                    thumb = _nearest(thumbs, times, wanted, lowest, highest)
                    painter.save()
                    painter.setClipRect(QRectF(x, strip.top(), right - x, _SHOTS_PX).intersected(strip))
                    painter.drawImage(QRectF(x, strip.top(), width, _SHOTS_PX), self._image(thumb))
                    painter.restore()
                x += width

    def _image(self, thumb: ThumbReady) -> QImage:
        key = id(thumb)
        if key not in self._thumbs:
            self._thumbs[key] = picture_image(thumb.picture).scaledToHeight(
                _SHOTS_PX * 2, Qt.TransformationMode.SmoothTransformation
            )
        return self._thumbs[key]

    def _paint_curve(self, painter: QPainter, top: float) -> None:
        gutter_label(painter, "Density", top, _CURVE_PX)
        plot = self.plot_rect()
        left, right = self._ends()
        left, right = max(plot.left(), left), min(plot.right(), right)
        painter.fillRect(QRectF(left, top, right - left, _CURVE_PX), QColor(theme.SUNKEN))
        values = self._state.plan.get("dynamic", {}).get("density")
        beats = self._state.plan.get("beat_s")
        if not values or not beats:
            return
        painter.setClipRect(QRectF(left, top, right - left, _CURVE_PX))
        bottom, tall = top + _CURVE_PX - 2, _CURVE_PX - 8
        known = [(at, value) for at, value in zip(beats, values, strict=False) if value == value]
        if not known:
            return
        highest = max(0.5, *(value for _, value in known))
        path = QPainterPath(QPointF(self.axis.x(known[0][0]), bottom))
        for at, value in known:
            path.lineTo(self.axis.x(at), bottom - tall * max(0.0, value) / highest)
        line = QPainterPath(path)
        path.lineTo(self.axis.x(known[-1][0]), bottom)
        fill = QColor(theme.ACCENT)
        fill.setAlpha(46)
        painter.fillPath(path, fill)
        painter.setPen(QPen(QColor(theme.ACCENT), 1.4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(line)
        painter.setClipping(False)


def clock(seconds: float, *, tenths: bool = False) -> str:
    """A time as m:ss or h:mm:ss, with tenths if asked."""
    whole = int(seconds + 1e-6)
    hours, rest = divmod(whole, 3600)
    minutes, secs = divmod(rest, 60)
    text = f"{hours}:{minutes:02d}:{secs:02d}" if hours else f"{minutes}:{secs:02d}"
    return f"{text}.{int((seconds - whole) * 10 + 1e-6)}" if tenths else text


def picture_image(picture: Any) -> QImage:
    """A QImage of an RGB uint8 `[h, w, 3]` array; a copy."""
    height, width = picture.shape[:2]
    return QImage(picture.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def _nearest(
    thumbs: tuple[ThumbReady, ...], times: list[float], wanted: float, lowest: float, highest: float
) -> ThumbReady:
    """The picture nearest to a time, of the same shot if there is one."""
    i = bisect_left(times, wanted)
    near = thumbs[max(0, i - 2) : i + 2]
    same = [thumb for thumb in near if lowest <= thumb.time_s <= highest]
    return min(same or near, key=lambda thumb: abs(thumb.time_s - wanted))
