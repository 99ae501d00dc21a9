"""Bars of 2/4 in MIDI: ticks that a sequencer counts, against the grid on which every bar has four beats."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from engine.timebase import BEATS_PER_BAR, SHORT_BAR_BEATS, TempoMap

_SKIPPED = BEATS_PER_BAR - SHORT_BAR_BEATS


@dataclass(frozen=True, slots=True)
class Metre:
    """Where a time signature begins, in ticks."""

    tick: int
    numerator: int
    denominator: int

    @property
    def is_common(self) -> bool:
        return (self.numerator, self.denominator) == (4, 4)


@dataclass(frozen=True, slots=True)
class Fold:
    """Played beats to beats of the grid.

    Attributes:
        ends: played beats at which short bars end, increasing.
        elided: those bars, numbered from 0 on the grid.
    """

    ends: tuple[int, ...] = ()
    elided: tuple[int, ...] = ()

    @classmethod
    def of_metres(cls, metres: Sequence[Metre], origin: int, ticks_per_beat: int) -> Fold:
        """The short bars of a file: bars of 2/4 between bars of 4/4. Other metres are taken as 4/4."""
        ends: list[int] = []
        elided: list[int] = []
        later = [metre for metre in metres if metre.tick >= origin]
        for here, after in pairwise(later):
            start, end = Fraction(here.tick - origin, ticks_per_beat), Fraction(after.tick - origin, ticks_per_beat)
            bar = (start + _SKIPPED * len(elided)) / BEATS_PER_BAR
            if (here.numerator, here.denominator) != (2, 4) or bar.denominator != 1:
                continue
            for i in range(int((end - start) / SHORT_BAR_BEATS)):
                ends.append(int(start) + (i + 1) * SHORT_BAR_BEATS)
                elided.append(int(bar) + i)
        return cls(tuple(ends), tuple(elided))

    def start(self, played: Fraction) -> Fraction:
        """The beat at which something begins: after what is elided there."""
        return played + _SKIPPED * bisect_right(self.ends, played)

    def end(self, played: Fraction) -> Fraction:
        """The beat at which something ends: before what is elided there."""
        return played + _SKIPPED * bisect_left(self.ends, played)


def played_beats(tempo: TempoMap, beats: NDArray[np.float64]) -> NDArray[np.float64]:
    """Beats that take time, as a sequencer counts them; the same as `TempoMap.played_beats`, many at once."""
    if not tempo.elided:
        return beats
    return beats - _SKIPPED * np.searchsorted(np.array(tempo.elided), np.floor(beats / BEATS_PER_BAR), side="left")


def metres_of(tempo: TempoMap) -> Iterable[tuple[Fraction, int]]:
    """(played beat, quarters in a bar) of each change of metre; the first is beat 0 in 4."""
    yield Fraction(0), BEATS_PER_BAR
    for bar in tempo.elided:
        yield tempo.played_beats(bar * BEATS_PER_BAR), SHORT_BAR_BEATS
        if bar + 1 not in tempo.elided:
            yield tempo.played_beats((bar + 1) * BEATS_PER_BAR), BEATS_PER_BAR
