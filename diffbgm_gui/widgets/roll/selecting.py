"""What is selected in the roll: bars, rectangles and lassos, single notes; and what of it the engine is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from engine.music.notes import Note, Voice
from engine.music.region import Region, Selection
from engine.timebase import N_PITCHES, STEPS_PER_BAR

ALL_VOICES = frozenset(Voice)


@dataclass(frozen=True, slots=True)
class Limits:
    """What selections are limited to: voices, and a band of pitches (both ends included; None for all)."""

    voices: frozenset[Voice] = ALL_VOICES
    band: tuple[int, int] | None = None

    @property
    def are_none(self) -> bool:
        return self.voices == ALL_VOICES and self.band is None

    def of(self, region: Region) -> Region | None:
        """What the limits leave of a region, None for nothing."""
        voices = self.voices if region.voices is None else region.voices & self.voices
        pitches = region.pitches
        if self.band is not None:
            low, high = region.pitches or (0, N_PITCHES - 1)
            pitches = (max(low, self.band[0]), min(high, self.band[1]))
            if pitches[0] > pitches[1]:
                return None
        if not voices:
            return None
        return replace(region, voices=None if voices == ALL_VOICES else voices, pitches=pitches)


@dataclass(frozen=True, slots=True)
class RollSelection:
    """What is selected.

    Attributes:
        regions: bars, rectangles, lassos, as they were drawn; limits of voice and pitch come on top.
        notes: single notes, or the notes of the regions.
    """

    regions: tuple[Region, ...] = ()
    notes: frozenset[Note] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.regions or self.notes)

    def asked(self, limits: Limits) -> Selection:
        """The cells that are meant: the regions within the limits, else what the selected notes' voices do while they
        sound, else the limits alone."""
        regions: Iterable[Region] = self.regions or tuple(_around(self.notes))
        if not regions and not limits.are_none:
            regions = (Region(),)
        limited = (limits.of(region) for region in regions)
        return Selection(tuple(region for region in limited if region is not None))

    def held(self, limits: Limits) -> Selection:
        """The cells that a lock shall hold: the regions within the limits, else exactly the selected notes."""
        if self.regions or not self.notes:
            return self.asked(limits)
        return Selection((Region(cells=frozenset((int(n.voice), n.onset, n.pitch) for n in self.notes)),))


def _around(notes: Iterable[Note]) -> Iterator[Region]:
    """Per voice the stretches in which some of the notes sound."""
    for voice in Voice:
        spans = sorted((note.onset, note.end) for note in notes if note.voice == voice)
        joined: list[tuple[int, int]] = []
        for first, end in spans:
            if joined and first <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
            else:
                joined.append((first, end))
        for span in joined:
            yield Region(steps=span, voices=frozenset((voice,)))


def bars(first: int, last: int, n_steps: int) -> Region:
    """Whole bars, both ends included, in any order."""
    first, last = min(first, last), max(first, last)
    return Region(steps=(max(0, first) * STEPS_PER_BAR, min((last + 1) * STEPS_PER_BAR, n_steps)))


def rectangle(one: tuple[float, int], other: tuple[float, int], n_steps: int) -> Region:
    """All cells that a rectangle touches; its corners are given as step and pitch."""
    left, right = sorted((one[0], other[0]))
    low, high = sorted((one[1], other[1]))
    first = min(max(0, int(np.floor(left))), n_steps - 1)
    end = min(max(first + 1, int(np.ceil(right))), n_steps)
    return Region(steps=(first, end), pitches=(max(0, low), min(N_PITCHES - 1, high)))


def lasso(points: Sequence[tuple[float, float]], n_steps: int) -> tuple[Region, ...]:
    """The cells whose middles lie within a closed line, as few rectangles as rows of equal steps allow.

    Args:
        points: corners as step and pitch, pitches counted from the lower edge of a cell.
    """
    if len(points) < 3:
        return ()
    first = max(0, int(np.floor(min(x for x, _ in points))))
    end = min(n_steps, int(np.ceil(max(x for x, _ in points))))
    regions: list[Region] = []
    for step in range(first, end):
        for pitches in _runs(points, step + 0.5):
            if regions and regions[-1].pitches == pitches and (regions[-1].steps or (0, 0))[1] == step:
                regions[-1] = replace(regions[-1], steps=((regions[-1].steps or (0, 0))[0], step + 1))
            else:
                regions.append(Region(steps=(step, step + 1), pitches=pitches))
    return tuple(regions)


def _runs(points: Sequence[tuple[float, float]], x: float) -> Iterator[tuple[int, int]]:
    """The pitches whose middles lie inside the line at one step, as runs from lowest to highest."""
    closed = (*points, points[0])
    crossings = sorted(
        y0 + (x - x0) / (x1 - x0) * (y1 - y0) for (x0, y0), (x1, y1) in pairwise(closed) if (x0 <= x) != (x1 <= x)
    )
    for low, high in zip(crossings[::2], crossings[1::2], strict=False):
        lowest, highest = int(np.ceil(low - 0.5)), int(np.floor(high - 0.5))
        lowest, highest = max(0, lowest), min(N_PITCHES - 1, highest)
        if lowest <= highest:
            yield lowest, highest


def notes_in(notes: Iterable[Note], selection: Selection) -> frozenset[Note]:
    """The notes that begin in a selection."""
    return frozenset(note for note in notes if selection.holds(note))
