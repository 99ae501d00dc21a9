"""Frames, seconds and bars."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

BEATS_PER_BAR = 4


def frame_rate(fps: float, fps_base: float = 1.0) -> Fraction:
    """Frames a second as an exact ratio: 24 over a base of 1.001, which a single-precision number holds inexactly, is
    24000/1001."""
    return Fraction(fps).limit_denominator(100_000) / Fraction(fps_base).limit_denominator(10_000)


def seconds_of(frames: float, rate: Fraction) -> Fraction:
    """Frames as exact seconds."""
    return Fraction(frames).limit_denominator(100_000) / rate


def nearest_frame(seconds: float, rate: Fraction) -> int:
    """The frame that shows at a time; halves go up."""
    return math.floor(Fraction(seconds) * rate + Fraction(1, 2))


@dataclass(frozen=True)
class Bars:
    """Where the bars of a take lie, in seconds of its picture.

    Attributes:
        tempo: (second, BPM from there on), in the order of time; the first is where beat 0 falls.
        n_beats: length of the music.
    """

    tempo: tuple[tuple[float, float], ...]
    n_beats: int

    @classmethod
    def of_manifest(cls, manifest: Mapping[str, Any]) -> Bars:
        """Read them from a manifest."""
        music = manifest["music"]
        points = tuple((float(second), float(bpm)) for second, bpm in music["tempo"])
        start_s = float(music["start_s"])
        if not points or points[0][0] > start_s:
            points = ((start_s, float(music["bpm"])), *points)
        return cls(points, int(music["beats"]))

    @property
    def count(self) -> int:
        """How many bars there are; the last may be cut short."""
        return max(1, -(-self.n_beats // BEATS_PER_BAR))

    def beat(self, second: float) -> float:
        """The beat, counted from 0, at a time."""
        beats = 0.0
        for index, (start_s, bpm) in enumerate(self.tempo):
            end_s = self.tempo[index + 1][0] if index + 1 < len(self.tempo) else math.inf
            if second < end_s or end_s == math.inf:
                return beats + (second - start_s) * bpm / 60
            beats += (end_s - start_s) * bpm / 60
        return beats

    def second(self, beat: float) -> float:
        """The time of a beat."""
        beats = 0.0
        for index, (start_s, bpm) in enumerate(self.tempo):
            end_s = self.tempo[index + 1][0] if index + 1 < len(self.tempo) else math.inf
            here = (end_s - start_s) * bpm / 60
            if beat <= beats + here:
                return start_s + (beat - beats) * 60 / bpm
            beats += here
        return self.tempo[-1][0]

    def bar_at(self, second: float) -> int:
        """The bar, counted from 1, that sounds at a time; the first or last one outside the music."""
        bar = math.floor(self.beat(second) / BEATS_PER_BAR + 1e-6) + 1
        return min(max(bar, 1), self.count)

    def bars_between(self, start_s: float, end_s: float) -> tuple[int, int]:
        """The first and last bar of which something sounds in [start, end)."""
        first = self.bar_at(start_s)
        last = math.ceil(self.beat(end_s) / BEATS_PER_BAR - 1e-6)
        return first, min(max(last, first), self.count)

    def span_of(self, first: int, last: int) -> tuple[float, float]:
        """Where a run of bars begins and ends, in seconds."""
        return self.second((first - 1) * BEATS_PER_BAR), self.second(min(last * BEATS_PER_BAR, self.n_beats))
