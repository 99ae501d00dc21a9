"""The one time axis that everything below the picture shares: what is visible, and where in pixels."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEasingCurve, QObject, QVariantAnimation, Signal

GUTTER_PX: Final = 84
MARGIN_PX: Final = 12
SNAP_PX: Final = 7
"""A drag this near to something that counts (a hit, a bar line) falls upon it."""

_SHORTEST_S: Final = 2.0
_GLIDE_MS: Final = 140
_RUN_ON: Final = 0.82
_JUMP_S: Final = 1.0


class TimeAxis(QObject):
    """Visible stretch of the video and the playhead, in seconds from the first frame.

    `changed` tells of another stretch or duration, `moved` of another playhead.

    Attributes:
        follows: whether the view goes along with the playhead.
        is_held: while the user drags on the axis; then the view stays where it is.
        range_s: the part of the video that gets music, None for all of it; what lies outside is drawn shaded.
        magnets: times that drags fall upon, rising.
        has_measure: whether the width of one row counts alone (`AxisRow.is_measure`), not that of any.
        grain_px: whole pixels that the view is scrolled by, so that drawn rows can be shifted instead of drawn anew.
    """

    changed = Signal()
    moved = Signal(float)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.duration_s = 0.0
        self.left_s = 0.0
        self.shown_s = 1.0
        self.playhead_s = 0.0
        self.width_px = 800
        self.follows = True
        self.is_held = False
        self.range_s: tuple[float, float] | None = None
        self.magnets: Sequence[float] = ()
        self.grain_px = 1
        self.has_measure = False
        self._lets_go = False
        self._from = self._to = (0.0, 1.0)
        self._glide = QVariantAnimation(self)
        self._glide.setDuration(_GLIDE_MS)
        self._glide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._glide.setStartValue(0.0)
        self._glide.setEndValue(1.0)
        self._glide.valueChanged.connect(self._glided)

    # -- what is visible -------------------------------------------------------------------------------------------

    @property
    def zoom(self) -> float:
        """How many times the whole video would fit into what is visible; 1 shows all."""
        return self.duration_s / self.shown_s if self.duration_s > 0 else 1.0

    @property
    def level(self) -> float:
        """The zoom as the place of a slider: 0 shows all, 1 the shortest stretch; equal ways are equal factors."""
        most = self.duration_s / min(_SHORTEST_S, self.duration_s) if self.duration_s > 0 else 1.0
        return math.log(max(1.0, self.zoom)) / math.log(most) if most > 1.0001 else 0.0

    @property
    def plot_px(self) -> int:
        return max(1, self.width_px - GUTTER_PX - MARGIN_PX)

    @property
    def right_s(self) -> float:
        """The end of what is visible."""
        return self.left_s + self.shown_s

    @property
    def is_whole(self) -> bool:
        """Whether all of the video is visible."""
        return self.zoom <= 1.0001

    def set_duration(self, seconds: float) -> None:
        """A new video: all of it becomes visible, the playhead returns to the start."""
        if seconds == self.duration_s:
            return
        self._glide.stop()
        whole = self.is_whole
        self.duration_s = max(0.0, seconds)
        if whole or self.shown_s > self.duration_s:
            self.left_s, self.shown_s = 0.0, max(self.duration_s, 1e-3)
        self.changed.emit()

    def set_width(self, pixels: int) -> None:
        if pixels != self.width_px:
            self.width_px = pixels
            self.changed.emit()

    def zoom_by(self, factor: float, at_s: float) -> None:
        """Zoom so that `at_s` stays where it is on the screen."""
        self._glide.stop()
        self._set_view(*self._zoomed(factor, at_s))

    def zoom_to_level(self, level: float) -> None:
        """Zoom to a slider's place, around the playhead where it is visible, else around the middle."""
        most = self.duration_s / max(1e-3, min(_SHORTEST_S, self.duration_s))
        if self.duration_s > 0:
            wanted = most ** min(1.0, max(0.0, level))
            self.zoom_by(wanted / self.zoom, self.anchor_s)

    def glide_by(self, factor: float) -> None:
        """Zoom around the playhead or the middle, in a short movement."""
        self._start_glide(*self._zoomed(factor, self.anchor_s))

    def glide_to(self, first_s: float, end_s: float) -> None:
        """Show a stretch, in a short movement."""
        shown = min(self.duration_s, max(end_s - first_s, min(_SHORTEST_S, self.duration_s)))
        self._start_glide(self._kept(first_s - (shown - (end_s - first_s)) / 2, shown), shown)

    def fit(self) -> None:
        """Show all of the video."""
        self._start_glide(0.0, self.duration_s)

    def scroll_to(self, left_s: float) -> None:
        """Let what is visible begin at a time, to a whole pixel of the present view."""
        grain_s = self.shown_s / self.plot_px * self.grain_px
        target = self._kept(left_s, self.shown_s)
        whole = self.left_s + round((target - self.left_s) / grain_s) * grain_s
        left = whole if 0 <= whole <= self.duration_s - self.shown_s else target
        if left != self.left_s:
            self._glide.stop()
            self._set_view(left, self.shown_s)

    def reveal(self, seconds: float) -> None:
        """Scroll as far as needed to make a time visible."""
        if self.is_whole or self.left_s <= seconds <= self.right_s:
            return
        before = seconds < self.left_s
        self.scroll_to(seconds - (0.1 if before else 0.9) * self.shown_s)

    @property
    def anchor_s(self) -> float:
        """What a zoom without a pointer keeps in its place."""
        inside = self.left_s <= self.playhead_s <= self.right_s
        return self.playhead_s if inside else self.left_s + self.shown_s / 2

    def _zoomed(self, factor: float, at_s: float) -> tuple[float, float]:
        shown = min(self.duration_s, max(min(_SHORTEST_S, self.duration_s), self.shown_s / factor))
        if shown <= 0:
            return self.left_s, self.shown_s
        share = (at_s - self.left_s) / self.shown_s
        return self._kept(at_s - share * shown, shown), shown

    def _kept(self, left_s: float, shown_s: float) -> float:
        return min(max(0.0, left_s), max(0.0, self.duration_s - shown_s))

    def _set_view(self, left_s: float, shown_s: float) -> None:
        if (left_s, shown_s) == (self.left_s, self.shown_s) or shown_s <= 0:
            return
        self.left_s, self.shown_s = left_s, shown_s
        self._lets_go = not self.left_s <= self.playhead_s <= self.right_s
        self.changed.emit()

    def _start_glide(self, left_s: float, shown_s: float) -> None:
        if shown_s <= 0 or (left_s, shown_s) == (self.left_s, self.shown_s):
            return
        self._glide.stop()
        self._from, self._to = (self.left_s, self.shown_s), (left_s, shown_s)
        self._glide.start()

    def _glided(self, share: float) -> None:
        """The lengths go by equal factors, and the point that start and end have in one place stays there."""
        (left, shown), (end_left, end_shown) = self._from, self._to
        now = shown * (end_shown / shown) ** share
        way = (shown - now) / (shown - end_shown) if abs(shown - end_shown) > 1e-9 * shown else share
        if share >= 1:
            self._set_view(end_left, end_shown)
        else:
            self._set_view(left + (end_left - left) * way, now)

    # -- the playhead ----------------------------------------------------------------------------------------------

    def set_playhead(self, seconds: float) -> None:
        """Move the playhead. The view runs on with it, and turns to it after a jump; not while the user looks
        elsewhere."""
        seconds = min(max(0.0, seconds), self.duration_s)
        if seconds == self.playhead_s:
            return
        step, self.playhead_s = seconds - self.playhead_s, seconds
        if self.follows and not self.is_held and not self.is_whole:
            self._follow(step)
        self.moved.emit(seconds)

    def _follow(self, step_s: float) -> None:
        seconds = self.playhead_s
        if self.left_s <= seconds <= self.right_s:
            self._lets_go = False
            if 0 < step_s <= _JUMP_S and seconds > self.left_s + _RUN_ON * self.shown_s:
                self.scroll_to(seconds - _RUN_ON * self.shown_s)
        elif abs(step_s) > _JUMP_S or not self._lets_go:
            self.scroll_to(seconds - 0.1 * self.shown_s)

    # -- pixels ----------------------------------------------------------------------------------------------------

    @property
    def s_per_px(self) -> float:
        return self.shown_s / self.plot_px

    def x(self, seconds: float) -> float:
        """Pixels from the left edge of a row's widget."""
        return GUTTER_PX + (seconds - self.left_s) / self.shown_s * self.plot_px

    def xs(self, seconds: NDArray[np.float64]) -> list[float]:
        """`x` of many times."""
        places: list[float] = (GUTTER_PX + (seconds - self.left_s) / self.s_per_px).tolist()
        return places

    def seconds(self, x_px: float) -> float:
        """The time at a pixel, kept within the video."""
        at = self.left_s + (x_px - GUTTER_PX) / self.plot_px * self.shown_s
        return min(max(0.0, at), self.duration_s)

    def snapped(self, seconds: float, *, within_px: float = SNAP_PX) -> float:
        """The nearest magnet, or the time itself where none is near."""
        at = bisect_left(self.magnets, seconds)
        near = min(self.magnets[max(0, at - 1) : at + 1], key=lambda magnet: abs(magnet - seconds), default=None)
        return seconds if near is None or abs(near - seconds) > within_px * self.s_per_px else near
