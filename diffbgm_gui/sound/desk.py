"""The mixing of sound in blocks: what is heard at which moment, how loud, and every change without a click.

Whatever jumps (another place, another take, another direction) is a crossfade between two heads that read the
recordings; whatever changes its loudness is a ramp. Nothing here knows of devices or of Qt.
"""

from __future__ import annotations

import bisect
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from diffbgm_gui.sound.recordings import RATE_HZ, Recording, Wave

FADE_FRAMES: Final = RATE_HZ // 50
"""A crossfade between two heads: 20 ms."""
RAMP_FRAMES: Final = RATE_HZ // 100
"""A change of loudness: 10 ms."""
FASTEST_HEARD: Final = 4.0
"""Faster than this nothing can be made out, and nothing is played."""
_KNEE: Final = 0.9
_SEGMENTS: Final = 64


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """What can be heard: the film's own sound, and the voices of one take, in the model's order."""

    original: Recording | None = None
    voices: Mapping[int, Recording] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Duck:
    """Gain of the music under speech: f32, one value every `every` frames."""

    gains: Wave
    every: int

    def between(self, at: float, rate: float, n: int) -> Wave:
        """Gains of `n` frames from a place on."""
        places = (at + rate * np.arange(n)) / self.every
        return np.interp(places, np.arange(len(self.gains)), self.gains).astype(np.float32)[:, None]


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """Linear gains. `voices` by the model's order; `duck` is None where the music does not give way."""

    music: float = 1.0
    original: float = 1.0
    voices: tuple[float, ...] = (1.0, 1.0, 1.0)
    duck: Duck | None = None


class _Ramp:
    """A gain on its way to another."""

    def __init__(self, value: float, frames: int = RAMP_FRAMES) -> None:
        self.value = self._goal = value
        self._step, self._frames = 0.0, frames

    def to(self, goal: float) -> None:
        if goal != self._goal:
            self._goal = goal
            self._step = (goal - self.value) / self._frames

    @property
    def is_silent(self) -> bool:
        return self.value == 0 and self._goal == 0

    def block(self, n: int) -> float | Wave:
        """Gains of the next n frames: one number while nothing changes, else f32 `[n, 1]`."""
        if self.value == self._goal:
            return self.value
        ramp = self.value + self._step * np.arange(1, n + 1)
        ramp = np.minimum(ramp, self._goal) if self._step > 0 else np.maximum(ramp, self._goal)
        self.value = float(ramp[-1])
        return np.asarray(ramp, np.float32)[:, None]


@dataclass(eq=False)
class _Head:
    """A place from which material is read."""

    at: float
    rate: float
    material: Material
    fade: _Ramp

    def read(self, recording: Recording, n: int) -> Wave:
        """The next n frames at the head's rate: at once and a half the speed they are half a tone and seven higher."""
        rate = self.rate
        if rate == 1.0:
            first = round(self.at)
            return recording.between(first, first + n)
        step = abs(rate)
        low = self.at if rate > 0 else self.at - step * n
        if step == int(step):  # the mean of what is passed over, so that nothing is folded down
            part = recording.between(round(low), round(low) + n * int(step)).reshape(n, int(step), 2).mean(1)
        else:
            first = int(np.floor(low))
            places = low - first + step * np.arange(n)
            wave = recording.between(first, first + int(places[-1]) + 2)
            whole = places.astype(np.int64)
            share = (places - whole).astype(np.float32)[:, None]
            part = wave[whole] * (1 - share) + wave[whole + 1] * share
        return part if rate > 0 else part[::-1]


class MixDesk:
    """Renders the mix. Commands come from one thread, `render` from another.

    Places are frames of the film at `RATE_HZ`; the stream counts the frames rendered since the beginning.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.duration = 0
        self.written = 0
        self.has_ended = False
        self.ended_at = 0
        self._levels = Levels()
        self._music, self._original = _Ramp(1.0), _Ramp(1.0)
        self._voices: dict[int, _Ramp] = {}
        self._heads: list[_Head] = []
        self._main: _Head | None = None
        self._rest = 0.0
        self._material = Material()
        self._loop: tuple[float, float] | None = None
        self._segments: list[tuple[int, float, float]] = [(0, 0.0, 0.0)]

    # -- commands --------------------------------------------------------------------------------------------------

    def play(self, at: float, rate: float) -> None:
        """Play from a place on, at a rate; also while it plays."""
        with self.lock:
            self.has_ended = False
            self._go(at, rate)

    def pause(self) -> float:
        """Fall silent; the place at which the silence begins."""
        with self.lock:
            return self._pause()

    def set_material(self, material: Material) -> None:
        """Other sound at the same moment."""
        with self.lock:
            if material is self._material:
                return
            self._material = material
            if self._main is not None:
                self._go(self._main.at, self._main.rate, told=False)

    def set_levels(self, levels: Levels) -> None:
        """Other loudness."""
        with self.lock:
            self._levels = levels
            self._music.to(levels.music)
            self._original.to(levels.original)
            for voice, gain in enumerate(levels.voices):
                self._voices.setdefault(voice, _Ramp(gain)).to(gain)

    def set_loop(self, span: tuple[float, float] | None) -> None:
        """Begin again at the first place when the second is reached."""
        with self.lock:
            self._loop = span

    # -- questions -------------------------------------------------------------------------------------------------

    @property
    def is_playing(self) -> bool:
        return self._main is not None

    @property
    def material(self) -> Material:
        return self._material

    def place_at(self, stream_frame: float) -> float:
        """Which place of the film a frame of the stream holds."""
        segments = self._segments
        begin, at, rate = segments[max(0, bisect.bisect_right(segments, stream_frame, key=lambda s: s[0]) - 1)]
        return at + rate * (stream_frame - begin)

    # -- rendering -------------------------------------------------------------------------------------------------

    def render(self, n: int, *, silent: bool = False) -> Wave:
        """The next n frames, f32 `[n, 2]`; `silent` counts them without reading."""
        with self.lock:
            out = np.zeros((n, 2), np.float32)
            done = 0
            while done < n:
                part = min(n - done, self._until_turn())
                if silent:
                    self._pass(part)
                else:
                    self._mix(out[done : done + part])
                self._advance(part)
                done += part
        return _limited(out)

    def _until_turn(self) -> int:
        """Frames until the loop or the film is at its end."""
        head = self._main
        if head is None:
            return 1 << 30
        left = (self._end(head) - head.at) / head.rate
        return max(1, int(np.ceil(left - 1e-6)))

    def _end(self, head: _Head) -> float:
        if head.rate < 0:
            return 0.0
        if self._loop is not None and head.at < self._loop[1]:
            return self._loop[1]
        return float(self.duration)

    def _advance(self, n: int) -> None:
        self.written += n
        for head in self._heads:
            head.at += head.rate * n
        head = self._main
        if head is None:
            return
        end = self._end_before(head, n)
        if (head.rate > 0 and head.at >= end) or (head.rate < 0 and head.at <= end):
            if head.rate > 0 and self._loop is not None and end == self._loop[1]:
                self._go(self._loop[0], head.rate)
            else:
                self._pause()
                self._rest = end
                self._mark(end, 0.0)
                self.has_ended, self.ended_at = True, self.written

    def _end_before(self, head: _Head, n: int) -> float:
        """The end towards which the head went during the last n frames."""
        before = head.at - head.rate * n
        if head.rate > 0 and self._loop is not None and before < self._loop[1]:
            return self._loop[1]
        return float(self.duration) if head.rate > 0 else 0.0

    def _mix(self, out: Wave) -> None:
        n = len(out)
        music, original = self._music.block(n), self._original.block(n)
        voices = {voice: ramp.block(n) for voice, ramp in self._voices.items()}
        for head in self._heads:
            fade = head.fade.block(n)
            if abs(head.rate) > FASTEST_HEARD:
                continue
            part = np.zeros((n, 2), np.float32)
            if not _is_zero(music):
                for voice, recording in head.material.voices.items():
                    if not _is_zero(voices.get(voice, 1.0)):
                        part += head.read(recording, n) * np.float32(voices.get(voice, 1.0))
                part *= np.float32(music)
                if self._levels.duck is not None:
                    part *= self._levels.duck.between(head.at, head.rate, n)
            if head.material.original is not None and not _is_zero(original):
                part += head.read(head.material.original, n) * np.float32(original)
            out += part * np.float32(fade)
        self._heads = [head for head in self._heads if not head.fade.is_silent]

    def _pass(self, n: int) -> None:
        """Let time go by for everything that changes with it."""
        for ramp in (self._music, self._original, *self._voices.values(), *(head.fade for head in self._heads)):
            ramp.block(n)
        self._heads = [head for head in self._heads if not head.fade.is_silent]

    def _go(self, at: float, rate: float, *, told: bool = True) -> None:
        for head in self._heads:
            head.fade.to(0.0)
        self._main = _Head(at, rate, self._material, _Ramp(0.0, FADE_FRAMES))
        self._main.fade.to(1.0)
        self._heads.append(self._main)
        if told:
            self._mark(at, rate)

    def _pause(self) -> float:
        if self._main is None:
            return self._rest
        for head in self._heads:
            head.fade.to(0.0)
        self._rest, self._main = self._main.at, None
        self._mark(self._rest, 0.0)
        return self._rest

    def _mark(self, at: float, rate: float) -> None:
        """Note that the stream holds another place from here on."""
        if self._segments[-1][0] == self.written:
            self._segments = [*self._segments[:-1], (self.written, at, rate)]
        else:
            self._segments = [*self._segments[-_SEGMENTS:], (self.written, at, rate)]


def _is_zero(gain: float | Wave) -> bool:
    return isinstance(gain, float) and gain == 0.0


def _limited(wave: Wave) -> Wave:
    """Peaks above the knee bend over, so that nothing is louder than full scale."""
    size = np.abs(wave)
    if size.max(initial=0.0) <= _KNEE:
        return wave
    over = np.maximum(size - _KNEE, 0.0) / (1 - _KNEE)
    bent = np.minimum(size, _KNEE) + (1 - _KNEE) * np.tanh(over)
    return np.asarray(np.sign(wave) * bent, np.float32)
