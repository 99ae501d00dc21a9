"""Picture and sound together: what Play, seeking, shuttle and loop mean. The sound keeps the time."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from diffbgm_gui.player import FrameGrid, Player, make_player
from diffbgm_gui.sound.mixer import Mixer
from diffbgm_gui.sync import Follower

TICK_MS: Final = 25
_FOLLOW_S: Final = 0.1
_START_LIMIT_S: Final = 2.0
"""A device that has taken nothing for so long does not hold up the picture any more."""
SHUTTLE: Final = (1.0, 2.0, 4.0, 8.0)


class Playback(QObject):
    """One film, seen and heard.

    It has the names of a `Player`, so that widgets need to know only one of them. Times are seconds from the first
    frame.

    Signals: `position_changed(s)`, `playing_changed(bool)`, `rate_changed(rate)`, `loop_changed(bool)`,
    `frame_ready(QImage)`, `failed(sentence)`, `notice(sentence)` for what the window should say once.

    Args:
        picture: shows it; the machine's best by default.
        mixer: plays it; on the machine's sound device by default.
    """

    position_changed = Signal(float)
    playing_changed = Signal(bool)
    rate_changed = Signal(float)
    loop_changed = Signal(bool)
    frame_ready = Signal(QImage)
    failed = Signal(object)
    notice = Signal(object)

    def __init__(
        self, picture: Player | None = None, mixer: Mixer | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.picture = picture if picture is not None else make_player()
        self.picture.setParent(self)
        self.mixer = mixer if mixer is not None else Mixer()
        self.mixer.setParent(self)
        self._follower = Follower(self.picture.tolerance_s)
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._range: tuple[float, float] | None = None
        self._loops = False
        self._picture_waits = False
        self._asked_at = self._followed_at = 0.0
        self._nudge = 1.0
        self._has_told = False
        self.drift_s: float | None = None
        self.picture.frame_ready.connect(self.frame_ready)
        self.picture.failed.connect(self.failed)
        self.mixer.lost.connect(self._device_lost)

    # -- the film --------------------------------------------------------------------------------------------------

    @property
    def explanation(self) -> str:
        """What is not as it should be, for the status bar."""
        return self.mixer.explanation or self.picture.explanation

    @property
    def surface(self) -> QWidget | None:
        return self.picture.surface

    @property
    def duration_s(self) -> float:
        return self.picture.duration_s

    @duration_s.setter
    def duration_s(self, seconds: float) -> None:
        self.picture.duration_s = seconds
        self.mixer.set_duration(seconds)

    @property
    def frames(self) -> FrameGrid:
        return self.picture.frames

    @frames.setter
    def frames(self, frames: FrameGrid) -> None:
        self.picture.frames = frames

    def open(self, path: Path | None, *, at_s: float = 0.0) -> None:
        """Show a film (None: nothing) at a time, standing still."""
        self.pause()
        self.mixer.set_film(self.duration_s)
        self.picture.open(path, at_s=at_s)
        self.mixer.seek(at_s)
        self.set_range(None)
        self.position_changed.emit(at_s)
        if path is not None and self.mixer.explanation and not self._has_told:
            self._has_told = True
            self.notice.emit(self.mixer.explanation)

    def close(self) -> None:
        """Let go of the film."""
        self.open(None)

    def shut_down(self) -> None:
        """Let go of everything; the window closes."""
        self.pause()
        self.mixer.close()
        self.picture.shut_down()

    def choose_output(self, name: str) -> None:
        """Play on the sound device of a name; "" for the one that the system prefers."""
        self.mixer.choose_output(name)

    def add_still(self, time_s: float, picture: QImage) -> None:
        """A small picture of the film, for players that show those."""
        self.picture.add_still(time_s, picture)

    # -- playing ---------------------------------------------------------------------------------------------------

    @property
    def is_playing(self) -> bool:
        return self.mixer.is_playing

    @property
    def position_s(self) -> float:
        return self.mixer.position_s

    @property
    def rate(self) -> float:
        return self.mixer.rate

    def play(self) -> None:
        """Play on, at the rate set."""
        if self.is_playing or self.duration_s <= 0 or self.picture.path is None:
            return
        self._begin()
        self._timer.start()
        self.playing_changed.emit(True)

    def pause(self) -> None:
        """Stand still, on the frame that belongs to the last sound."""
        if not self.is_playing:
            return
        self._stop_at(self.mixer.pause())

    def toggle(self) -> None:
        """Play, or pause; from the start when the end is reached. Pausing ends a shuttle."""
        if self.is_playing:
            self.pause()
            self._set_rate(1.0)
            return
        self._set_rate(1.0)
        if self.position_s >= self.duration_s - 0.05:
            self.seek(self._range[0] if self._loops and self._range is not None else 0.0)
        self.play()

    def seek(self, seconds: float) -> None:
        """Go to a time, playing or not."""
        seconds = min(max(0.0, seconds), self.duration_s)
        self.mixer.seek(seconds)
        if self.is_playing:
            self._picture_waits, self._asked_at = True, time.monotonic()
        else:
            self.picture.seek(min(seconds, self._last_frame_s()))
        self.position_changed.emit(seconds)

    def step(self, frames: int) -> None:
        """Stand still, so many frames further on, or back."""
        self.pause()
        self._set_rate(1.0)
        self.seek(min(self.frames.step(self.position_s, frames), self._last_frame_s()))

    def shuttle(self, way: int) -> None:
        """J (-1) and L (1): play that way; again: faster. K (0): stand still."""
        if way == 0:
            self.pause()
            self._set_rate(1.0)
            return
        speed = abs(self.rate)
        if self.is_playing and (self.rate > 0) == (way > 0):
            speed = SHUTTLE[min(SHUTTLE.index(speed) + 1 if speed in SHUTTLE else 0, len(SHUTTLE) - 1)]
        else:
            speed = SHUTTLE[0]
        self._set_rate(way * speed)
        if not self.is_playing:
            if way > 0 and self.position_s >= self.duration_s - 0.05:
                self.seek(0.0)
            self.play()

    def set_rate(self, rate: float) -> None:
        """Play at another speed; negative is backwards."""
        self._set_rate(rate)

    def set_range(self, range_s: tuple[float, float] | None) -> None:
        """The part of the film that a loop goes round; None for all of it."""
        self._range = range_s
        self._apply_loop()

    @property
    def loops(self) -> bool:
        return self._loops

    def set_loop(self, on: bool) -> None:
        """Go round the range, or the film."""
        if on != self._loops:
            self._loops = on
            self._apply_loop()
            self.loop_changed.emit(on)

    # -- inside ----------------------------------------------------------------------------------------------------

    def _apply_loop(self) -> None:
        whole = (0.0, self.duration_s)
        self.mixer.set_loop((self._range or whole) if self._loops and self.duration_s > 0 else None)

    def _last_frame_s(self) -> float:
        return self.frames.start_s(self.frames.index(max(0.0, self.duration_s - 1e-3)))

    def _begin(self) -> None:
        """Start the sound; the picture starts when the sound is heard."""
        self.mixer.play()
        self._picture_waits, self._asked_at = True, time.monotonic()

    def _set_rate(self, rate: float) -> None:
        if rate == self.rate:
            return
        self.mixer.set_rate(rate)
        self.picture.set_rate(rate)
        self._follower.began(time.monotonic())
        self._nudge = 1.0
        self.rate_changed.emit(rate)

    def _stop_at(self, here: float) -> None:
        self._timer.stop()
        self._picture_waits = False
        shown = min(here, self._last_frame_s())
        if self.picture.is_playing:
            self.picture.pause(shown)
        else:
            self.picture.seek(shown)
        self.playing_changed.emit(False)
        self.position_changed.emit(here)

    def _tick(self) -> None:
        if self.mixer.has_ended:
            here = self.mixer.pause()
            self._set_rate(1.0)
            self._stop_at(here)
            return
        here, now = self.mixer.position_s, time.monotonic()
        if self._picture_waits:
            if self.mixer.is_moving or now - self._asked_at > _START_LIMIT_S:
                self._start_picture(here, now)
        elif now - self._followed_at >= _FOLLOW_S:
            self._followed_at = now
            self._follow(here, now)
        self.position_changed.emit(here)

    def _start_picture(self, here: float, now: float) -> None:
        self._picture_waits = False
        self._nudge = 1.0
        self._follower.began(now)
        self.picture.set_rate(self.rate)
        if self.picture.is_playing:
            self.picture.seek(here)
        else:
            self.picture.play(here)

    def _follow(self, here: float, now: float) -> None:
        shown = self.picture.measured_s()
        self.drift_s = None if shown is None else (shown - here) * (1 if self.rate > 0 else -1)
        if self.drift_s is None:
            self._follow_steps(here, now)
            return
        factor = self._follower.decide(self.drift_s, now)
        if factor is None:
            self._follower.began(now)
            self.picture.seek(here)
        elif abs(factor - self._nudge) > 0.005:
            self._nudge = factor
            self.picture.nudge(factor)

    def _follow_steps(self, here: float, now: float) -> None:
        """A picture that goes in steps, or whose time is not known yet: its reckoned time is set right."""
        if not self.picture.is_playing:
            if 0.2 < here < self.duration_s - 0.2:  # it came to its end, and a loop went on
                self._start_picture(here, now)
        elif self.picture.goes_in_steps and abs(self.picture.position_s - here) > 0.5:
            self.picture.seek(here)

    def _device_lost(self) -> None:
        self._has_told = True
        self.notice.emit(self.mixer.explanation)


def silent_playback(picture: Player | None = None) -> Playback:
    """Without a sound device and without libraries for playing: for tests and pictures of the window."""
    from diffbgm_gui.player import StillsPlayer
    from diffbgm_gui.sound.outputs import SilentOutput

    return Playback(picture if picture is not None else StillsPlayer("a test."), Mixer(SilentOutput()))
