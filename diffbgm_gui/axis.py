"""The one time axis that everything below the picture shares: what is visible, and where in pixels."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, Signal

GUTTER_PX: Final = 58
MARGIN_PX: Final = 12
_SHORTEST_S: Final = 2.0


class TimeAxis(QObject):
    """Visible stretch of the video and the playhead, in seconds from the first frame.

    `changed` tells of another stretch or duration, `moved` of another playhead.
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

    @property
    def zoom(self) -> float:
        """How many times the whole video would fit into what is visible; 1 shows all."""
        return self.duration_s / self.shown_s if self.duration_s > 0 else 1.0

    @property
    def plot_px(self) -> int:
        return max(1, self.width_px - GUTTER_PX - MARGIN_PX)

    def set_duration(self, seconds: float) -> None:
        """A new video: all of it becomes visible, the playhead returns to the start."""
        if seconds == self.duration_s:
            return
        whole = self.zoom <= 1.0001
        self.duration_s = max(0.0, seconds)
        if whole or self.shown_s > self.duration_s:
            self.left_s, self.shown_s = 0.0, max(self.duration_s, 1e-3)
        self.changed.emit()

    def set_width(self, pixels: int) -> None:
        if pixels != self.width_px:
            self.width_px = pixels
            self.changed.emit()

    def set_playhead(self, seconds: float) -> None:
        """Move the playhead; the view follows when it leaves what is visible."""
        seconds = min(max(0.0, seconds), self.duration_s)
        if seconds == self.playhead_s:
            return
        self.playhead_s = seconds
        if self.zoom > 1.0001 and not self.left_s <= seconds <= self.left_s + self.shown_s:
            self.scroll_to(seconds - 0.1 * self.shown_s)
        self.moved.emit(seconds)

    def zoom_by(self, factor: float, at_s: float) -> None:
        """Zoom so that `at_s` stays where it is on the screen."""
        shown = min(self.duration_s, max(min(_SHORTEST_S, self.duration_s), self.shown_s / factor))
        if shown <= 0 or shown == self.shown_s:
            return
        share = (at_s - self.left_s) / self.shown_s
        self.shown_s = shown
        self.scroll_to(at_s - share * shown)
        self.changed.emit()

    def scroll_to(self, left_s: float) -> None:
        left = min(max(0.0, left_s), max(0.0, self.duration_s - self.shown_s))
        if left != self.left_s:
            self.left_s = left
            self.changed.emit()

    def x(self, seconds: float) -> float:
        """Pixels from the left edge of a row's widget."""
        return GUTTER_PX + (seconds - self.left_s) / self.shown_s * self.plot_px

    def seconds(self, x_px: float) -> float:
        """The time at a pixel, kept within the video."""
        at = self.left_s + (x_px - GUTTER_PX) / self.plot_px * self.shown_s
        return min(max(0.0, at), self.duration_s)
