"""What the music is asked to follow, row by row and beat by beat, as a map of heat."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from diffbgm_gui import theme
from diffbgm_gui.widgets.panel.names import ROWS, named
from diffbgm_gui.widgets.research.charts import Chart, tr

BEATS_PER_BAR: Final = 4
_ROW_PX: Final = 15
_GAP_PX: Final = 8
_MIDDLE: Final = 0.6
_HITS: Final = "hits"


def rows_of(plan: Mapping[str, Any]) -> list[tuple[str, NDArray[np.float64]]]:
    """Rows of a plan as `MusicPlan.describe` has it: the dynamic ones, hits as one, then the semantic ones."""
    dynamic = {name: np.asarray(values, np.float64) for name, values in plan.get("dynamic", {}).items()}
    hits = [dynamic.pop(name) for name in list(dynamic) if name.startswith("hit_")]
    rows = list(dynamic.items())
    if hits:
        rows.append((_HITS, np.max(hits, axis=0)))
    return rows + [(name, np.asarray(values, np.float64)) for name, values in plan.get("semantic", {}).items()]


class HeatMap(Chart):
    """Condition rows over the beats; each row is drawn in its own range, dark where the model is left free."""

    def __init__(self) -> None:
        super().__init__(tr("Condition rows over the beats"))
        self._rows: list[tuple[str, NDArray[np.float64]]] = []
        self._sections: list[tuple[int, int, str]] = []
        self._n_dynamic = 0
        self._image: QImage | None = None

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(300, 16 + _ROW_PX * max(1, len(self._rows)) + _GAP_PX)

    def show_plan(self, plan: Mapping[str, Any]) -> None:
        """Draw another plan."""
        self._rows = rows_of(plan)
        self._n_dynamic = len(self._rows) - len(plan.get("semantic", {}))
        self._sections = [(int(a), int(b), str(letter)) for a, b, letter in plan.get("sections", ())]
        self._image = None
        known = [
            f"{named(ROWS)(name)} {np.nanmin(v):.2f} – {np.nanmax(v):.2f}"
            for name, v in self._rows
            if np.isfinite(v).any()
        ]
        self.setAccessibleDescription("\n".join(known))
        self.updateGeometry()
        self.update()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._image = None

    @property
    def n_beats(self) -> int:
        return len(self._rows[0][1]) if self._rows else 0

    def _label_px(self, painter: QPainter) -> int:
        return (
            max((painter.fontMetrics().horizontalAdvance(named(ROWS)(name)) for name, _ in self._rows), default=60) + 12
        )

    def _top(self, row: int) -> int:
        return 16 + row * _ROW_PX + (_GAP_PX if row >= self._n_dynamic else 0)

    def draw(self, painter: QPainter) -> None:
        if not self._rows:
            return
        c, self._left = theme.colours(), self._label_px(painter)
        plot_px = self.width() - self._left - 4
        image = self._drawn()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=self.n_beats > plot_px)
        for i, (name, _values) in enumerate(self._rows):
            top = self._top(i)
            painter.setPen(QColor(c.dim))
            label = QRectF(4, top, self._left - 12, _ROW_PX)
            painter.drawText(label, int(Qt.AlignmentFlag.AlignVCenter), named(ROWS)(name))
            painter.drawImage(QRectF(self._left, top, plot_px, _ROW_PX - 2), image, QRectF(0, i, self.n_beats, 1))
        self._draw_sections(painter, plot_px)

    def _draw_sections(self, painter: QPainter, plot_px: int) -> None:
        c = theme.colours()
        for start, end, letter in self._sections:
            x = self._left + start / max(1, self.n_beats) * plot_px
            wide = (end - start) / max(1, self.n_beats) * plot_px
            painter.setPen(QPen(QColor(c.outline), 1))
            painter.drawLine(QPointF(x, 2), QPointF(x, 13))
            if wide > 14:
                painter.setPen(QColor(c.dim))
                painter.drawText(QPointF(x + 4, 12), letter)

    def _drawn(self) -> QImage:
        """One pixel a beat and row."""
        if self._image is not None:
            return self._image
        c = theme.colours()
        ends = [np.array(QColor(colour).getRgb()[:3], np.float64) for colour in (c.sunken, c.accent, c.text)]
        pixels = np.empty((len(self._rows), self.n_beats, 4), np.uint8)
        for i, (_name, values) in enumerate(self._rows):
            shares = _shares(values)[:, None]
            free = ~np.isfinite(shares)
            s = np.where(free, 0, shares)
            lower = ends[0] + (ends[1] - ends[0]) * s / _MIDDLE
            upper = ends[1] + (ends[2] - ends[1]) * (s - _MIDDLE) / (1 - _MIDDLE) / 2
            colour = np.where(s < _MIDDLE, lower, upper)
            colour = np.where(free, np.array(QColor(c.border).getRgb()[:3]), colour)
            pixels[i, :, :3] = colour[:, ::-1].astype(np.uint8)
        pixels[:, :, 3] = 255
        height, width = pixels.shape[:2]
        self._image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32).copy()
        return self._image

    def words_at(self, at: QPointF) -> str:
        plot_px = self.width() - getattr(self, "_left", 0) - 4
        beat = int((at.x() - getattr(self, "_left", 0)) / max(1, plot_px) * self.n_beats)
        row = next((i for i in range(len(self._rows)) if self._top(i) <= at.y() < self._top(i) + _ROW_PX), None)
        if row is None or not 0 <= beat < self.n_beats:
            return ""
        name, values = self._rows[row]
        bar, in_bar = divmod(beat, BEATS_PER_BAR)
        value = tr("left to the model") if math.isnan(values[beat]) else f"{values[beat]:.2f}"
        return f"{named(ROWS)(name)}, {tr('bar {}, beat {}').format(bar + 1, in_bar + 1)}: {value}"


def _shares(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values in their own range, 0..1; NaN stays."""
    known = values[np.isfinite(values)]
    if not known.size:
        return values
    span = float(np.ptp(known))
    return (values - known.min()) / span if span > 1e-9 else np.where(np.isfinite(values), 0.5, np.nan)
