"""What of a selection is left when the locked regions are taken out of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from engine.music.notes import Voice
from engine.music.region import Region, Selection
from engine.timebase import N_PITCHES

_ALL_PITCHES = (0, N_PITCHES - 1)


def without(selection: Selection, locks: Selection, *, n_steps: int) -> Selection:
    """The selection less the locks, for a piece of `n_steps` 16ths.

    Where a lock is a free set of cells and the selection is not, the cells stay in: their notes must be held otherwise.
    """
    left = list(selection.regions)
    for locked in locks.regions:
        left = [part for region in left for part in _less(region, locked, n_steps)]
    return Selection(tuple(left))


def _less(region: Region, locked: Region, n_steps: int) -> Iterator[Region]:
    if region.cells is not None:
        cells = frozenset(cell for cell in region.cells if region.holds(*cell) and not locked.holds(*cell))
        if cells:
            yield replace(region, cells=cells)
        return
    mine, theirs = region.steps or (0, n_steps), locked.steps or (0, n_steps)
    first, end = max(mine[0], theirs[0]), min(mine[1], theirs[1])
    voices, held = region.voices or frozenset(Voice), locked.voices or frozenset(Voice)
    (low, high), (held_low, held_high) = region.pitches or _ALL_PITCHES, locked.pitches or _ALL_PITCHES
    apart = first >= end or not voices & held or high < held_low or held_high < low
    if locked.cells is not None or apart:
        yield region
        return
    if mine[0] < first:
        yield replace(region, steps=(mine[0], first))
    if end < mine[1]:
        yield replace(region, steps=(end, mine[1]))
    if voices - held:
        yield replace(region, steps=(first, end), voices=voices - held)
    both = replace(region, steps=(first, end), voices=voices & held)
    if low < held_low:
        yield replace(both, pitches=(low, held_low - 1))
    if held_high < high:
        yield replace(both, pitches=(held_high + 1, high))
