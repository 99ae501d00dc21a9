"""Where the pictures of the filmstrip stand, and which of them are to be taken."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter

from diffbgm_gui.axis import GUTTER_PX
from diffbgm_gui.widgets.timeline.facts import Facts
from diffbgm_gui.widgets.timeline.thumbs import ThumbStore

_NARROW: Final = 0.4
"""Shots narrower than this share of a picture, on the whole, are not shown one by one."""


class Slot(NamedTuple):
    """A place for a picture: its pixels, the moment it should show, the stretch it may be of."""

    left: float
    right: float
    time_s: float
    first_s: float
    end_s: float


class Strip:
    """The pictures of the film along the axis: each shot begins with one of its own."""

    def __init__(self, facts: Facts, thumbs: ThumbStore, *, top: float, height: float) -> None:
        self._facts, self._thumbs = facts, thumbs
        self._top, self._height = top, height

    @property
    def picture_px(self) -> float:
        return max(20.0, self._thumbs.aspect * self._height)

    def wanted(self) -> list[float]:
        """Moments of the pictures that are visible now, from the middle outwards."""
        axis = self._facts.axis
        slots = list(self._slots(axis.left_s, axis.right_s))
        middle = GUTTER_PX + axis.plot_px / 2
        slots.sort(key=lambda slot: abs((slot.left + slot.right) / 2 - middle))
        return [slot.time_s for slot in slots]

    def paint(self, painter: QPainter, first_s: float, end_s: float) -> None:
        """Draw the pictures of a stretch. The painter's clip holds."""
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        height, width = self._height, self.picture_px
        for slot in self._slots(first_s, end_s):
            picture = self._thumbs.best(slot.time_s, slot.first_s, slot.end_s)
            if picture is None:
                continue
            shown = min(width, slot.right - slot.left)
            scale = picture.height() / height
            source = QRectF(0, 0, min(shown * scale, picture.width()), picture.height())
            painter.drawPixmap(QRectF(slot.left, self._top, shown, height), picture, source)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=False)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _slots(self, first_s: float, end_s: float) -> Iterator[Slot]:
        axis, starts = self._facts.axis, self._facts.film.starts_s
        if axis.duration_s <= 0:
            return
        first, end = max(0.0, first_s), min(axis.duration_s, end_s)
        visible = int(np.searchsorted(starts, end)) - int(np.searchsorted(starts, first))
        stretch_px = (end - first) / axis.s_per_px
        if not len(starts) or visible * self.picture_px * _NARROW > stretch_px + self.picture_px:
            yield from self._row(0.0, axis.duration_s, first, end)
            return
        at = max(0, int(np.searchsorted(starts, first, "right")) - 1)
        while at < len(starts) and starts[at] < end:
            stop = float(starts[at + 1]) if at + 1 < len(starts) else axis.duration_s
            yield from self._row(float(starts[at]), stop, first, end)
            at += 1

    def _row(self, start_s: float, stop_s: float, first_s: float, end_s: float) -> Iterator[Slot]:
        """Pictures side by side from the beginning of a stretch on, as far as they are visible."""
        axis = self._facts.axis
        step_s = self.picture_px * axis.s_per_px
        grid_s = 2.0 ** math.floor(math.log2(step_s / 2))
        place = max(0, int((first_s - start_s) / step_s))
        frame_s = self._facts.frame_s
        while (at := start_s + place * step_s) < min(stop_s, end_s):
            until = min(at + step_s, stop_s)
            middle = round((at + until) / 2 / grid_s) * grid_s
            time_s = min(max(middle, start_s + frame_s / 2), max(start_s, stop_s - 1.5 * frame_s))
            yield Slot(axis.x(at), axis.x(until), time_s, start_s, stop_s)
            place += 1
