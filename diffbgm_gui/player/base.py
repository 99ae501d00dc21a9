"""What every player of pictures can do. None of them makes a sound: the mixer does."""

from __future__ import annotations

import time
from pathlib import Path
from typing import ClassVar, Final

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from diffbgm_gui.player.exact import ExactFrames
from diffbgm_gui.player.frames import FrameGrid

_TICK_MS: Final = 33
_BACKWARD_S: Final = 0.15
_STARTS_WITHIN_S: Final = 1.5
"""A picture that has not told its time for so long is taken to run."""


class Player(QObject):
    """The picture of one video at a time. Times are seconds from the first frame.

    While it stands still the picture is the exact frame, decoded by `ExactFrames`; while it runs, each kind of player
    shows it in its way: images by `frame_ready`, or in a widget of its own (`surface`). Backwards, and faster than a
    player can, it goes in steps.

    Signals: `position_changed(s)`, `playing_changed(bool)`, `frame_ready(QImage)`, `surface_wanted(bool)` when the
    picture is on `surface` or no longer, `failed(sentence)`.

    Attributes:
        name: of the library that plays.
        explanation: what is not as it should be, for people; empty where nothing is.
        duration_s: length of the film; whoever opens one sets it.
        frames: its frames.
        fastest: rates up to this run in the player itself.
        tolerance_s: how far picture and clock may lie apart before the speed is nudged.
    """

    position_changed = Signal(float)
    playing_changed = Signal(bool)
    frame_ready = Signal(QImage)
    surface_wanted = Signal(bool)
    failed = Signal(object)

    name: ClassVar[str] = ""
    fastest: ClassVar[float] = 0.0
    tolerance_s: ClassVar[float] = 0.015

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.explanation = ""
        self.duration_s = 0.0
        self.frames = FrameGrid()
        self.path: Path | None = None
        self._rate = 1.0
        self._playing = False
        self._from = (0.0, 0.0)
        self._last_told = 0.0
        self._timer = QTimer(self, interval=_TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._exact = ExactFrames(self)
        self._exact.ready.connect(self._show_exact)
        self._exact.failed.connect(self._exact_failed)

    # -- what each kind does; times are within the film ------------------------------------------------------------

    @property
    def surface(self) -> QWidget | None:
        """The widget that shows the running picture; None where images come by `frame_ready`."""
        return None

    def _load(self, path: Path | None) -> None:
        """Take up a file, standing still; None lets go of it."""

    def _run(self, seconds: float, speed: float) -> None:
        """Run from a time on."""

    def _halt(self) -> None:
        """Stand still."""

    def _set_speed(self, speed: float) -> None:
        """Run on at another speed."""

    def _measured_s(self) -> float | None:
        """The time of the picture that runs now; None while that is not known."""
        return None

    def _is_running(self) -> bool:
        """Whether the player itself runs, not in steps."""
        return self._playing and 0 < self._rate <= self.fastest and self.path is not None

    # -- for everyone ----------------------------------------------------------------------------------------------

    @property
    def is_playing(self) -> bool:
        return self._playing

    @property
    def rate(self) -> float:
        """Speed: 1 is that of the film, negative is backwards."""
        return self._rate

    @property
    def position_s(self) -> float:
        if not self._playing:
            return self._from[0]
        measured = self.measured_s()
        if measured is None:
            passed_s = time.monotonic() - self._from[1]
            if not self.goes_in_steps:  # it is about to start
                passed_s = max(0.0, passed_s - _STARTS_WITHIN_S)
            measured = self._from[0] + passed_s * self._rate
        return self._within(measured)

    @property
    def goes_in_steps(self) -> bool:
        """Whether single frames are shown one after the other, because the player itself cannot run so."""
        return self._playing and not self._is_running()

    def measured_s(self) -> float | None:
        """The time of the running picture as seen, not as reckoned; None while that is not known."""
        return self._measured_s() if self._is_running() else None

    def open(self, path: Path | None, *, at_s: float = 0.0) -> None:
        """Show a video (None: nothing) at a time; a running playback goes on there."""
        goes_on = self._playing and path is not None
        if path is None and self._playing:
            self.pause()
        self._exact.forget()
        self.path = path
        self._load(path)
        self._from = (max(0.0, at_s), time.monotonic())
        if path is None:
            self.surface_wanted.emit(False)
            return
        if goes_on and self._is_running():
            self._run(self._from[0], self._rate)
        else:
            self._exact.ask(path, self._from[0])
        self.position_changed.emit(self._from[0])

    def play(self, at_s: float | None = None) -> None:
        """Run on at the rate set, from where it stands or from a time."""
        if self._playing or self.path is None or self.duration_s <= 0:
            return
        self._playing = True
        self._from = (self._from[0] if at_s is None else self._within(at_s), time.monotonic())
        if self._is_running():
            self._run(self._from[0], self._rate)
        self._timer.start()
        self.playing_changed.emit(True)

    def pause(self, at_s: float | None = None) -> None:
        """Stand still, on the frame shown or on that of a time."""
        if not self._playing:
            if at_s is not None:
                self.seek(at_s)
            return
        here = self._within(self.position_s if at_s is None else at_s)
        was_running = self._is_running()
        self._playing = False
        self._timer.stop()
        if was_running:
            self._halt()
        self._stand(here)
        self.playing_changed.emit(False)

    def seek(self, seconds: float) -> None:
        """Go to a time, playing or not."""
        seconds = self._within(seconds)
        self._from = (seconds, time.monotonic())
        if self._is_running():
            self._run(seconds, self._rate)
        elif self.path is not None:
            self._exact.ask(self.path, seconds)
        self.position_changed.emit(seconds)

    def step(self, frames: int) -> None:
        """Stand still, so many frames further on (or back)."""
        if self._playing:
            self.pause()
        last = self.frames.start_s(self.frames.index(max(0.0, self.duration_s - 1e-3)))
        self.seek(min(self.frames.step(self._from[0], frames), last))

    def set_rate(self, rate: float) -> None:
        """Run at another speed: 0.25 to 8, or backwards."""
        if rate == self._rate or rate == 0:
            return
        if not self._playing:
            self._rate = rate
            return
        here, was_running = self.position_s, self._is_running()
        self._rate, self._from = rate, (here, time.monotonic())
        if not self._is_running():
            if was_running:
                self._halt()
        elif was_running:
            self._set_speed(rate)
        else:
            self._run(here, rate)

    def nudge(self, factor: float) -> None:
        """Run a little faster or slower than the rate, to catch up with a clock."""
        if self._is_running():
            self._set_speed(self._rate * factor)

    def toggle(self) -> None:
        """Play, or pause; from the start when the end is reached."""
        if self.is_playing:
            self.pause()
            return
        if self.duration_s and self.position_s >= self.duration_s - 0.05:
            self.seek(0.0)
        self.play()

    def add_still(self, time_s: float, picture: QImage) -> None:
        """A small picture of the video, for players that show those."""

    def close(self) -> None:
        """Let go of the file."""
        self.open(None)

    def shut_down(self) -> None:
        """Let go of everything; the player is not used again."""
        self.close()
        self._exact.close()

    # -- inside ----------------------------------------------------------------------------------------------------

    def _within(self, seconds: float) -> float:
        return min(max(0.0, seconds), self.duration_s) if self.duration_s > 0 else max(0.0, seconds)

    def _stand(self, seconds: float) -> None:
        self._from = (seconds, time.monotonic())
        if self.path is not None:
            self._exact.ask(self.path, min(seconds, max(0.0, self.duration_s - 1e-4)))
        self.position_changed.emit(seconds)

    def _tick(self) -> None:
        here = self.position_s
        if (self._rate > 0 and here >= self.duration_s - 1e-3) or (self._rate < 0 and here <= 0):
            self.pause(self.duration_s if self._rate > 0 else 0.0)
            return
        if not self._is_running() and self.path is not None:
            self._exact.ask(self.path, here)
        if not 0 < (self._last_told - here) * self._rate < _BACKWARD_S:  # set right by a moment: it stands that long
            self._last_told = here
            self.position_changed.emit(here)

    def _show_exact(self, path: Path, _asked_s: float, image: QImage) -> None:
        if path == self.path and not self._is_running():
            self.frame_ready.emit(image)
            self.surface_wanted.emit(False)

    def _exact_failed(self, path: Path, sentence: str) -> None:
        if path == self.path:
            self._fail(sentence)

    def _fail(self, sentence: str) -> None:
        """The file does not play."""
        if self._playing:
            self._playing = False
            self._timer.stop()
            self.playing_changed.emit(False)
        self.failed.emit(sentence)
