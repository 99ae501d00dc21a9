"""Notes as arrays, and pictures of rolls: what is fast enough to draw an hour of music while it is scrolled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.music.notes import Note, Voice
from engine.timebase import N_PITCHES, STEPS_PER_BEAT

Ints = NDArray[np.int32]
Roll = NDArray[np.uint8]

DRAW_ORDER: Final = (Voice.INNER, Voice.BASS, Voice.MELODY)
"""The tune is drawn over what accompanies it."""
_USUAL_VELOCITY: Final = 80
_AT_ONCE: Final = 512


@dataclass(frozen=True, slots=True, eq=False)
class Shapes:
    """Notes to be drawn, as parallel int32 arrays ordered by onset. Steps count from the beginning of the piece."""

    onset: Ints
    end: Ints
    pitch: Ints
    voice: Ints
    velocity: Ints

    def __len__(self) -> int:
        return len(self.onset)

    @classmethod
    def of_notes(cls, notes: Iterable[Note]) -> Shapes:
        """The shapes of notes, in the order of their onsets."""
        rows = [(n.onset, n.end, n.pitch, int(n.voice), n.velocity) for n in notes]
        table = np.array(rows, np.int32).reshape(-1, 5)
        return cls(*np.ascontiguousarray(table[np.argsort(table[:, 0], kind="stable")].T))

    @classmethod
    def of_roll(cls, roll: Roll, first: int = 0, end: int | None = None) -> Shapes:
        """The notes of a part of a roll, uint8 `[V, N, 128]`: 0 silent, 1 held, 2 struck. Those that begin before the
        part begin with it."""
        part = roll[:, first:end].transpose(0, 2, 1)
        cells = np.pad(part, ((0, 0), (0, 0), (1, 1)))
        sounds = cells[:, :, 1:-1] > 0
        starts = sounds & ((cells[:, :, :-2] == 0) | (cells[:, :, 1:-1] == 2))
        ends = sounds & ((cells[:, :, 2:] == 0) | (cells[:, :, 2:] == 2))
        voice, pitch, onset = np.nonzero(starts)
        last = np.nonzero(ends)[2]
        order = np.argsort(onset, kind="stable")
        velocity = np.full(len(onset), _USUAL_VELOCITY)
        columns = (onset + first, last + first + 1, pitch, voice, velocity)
        return cls(*(column[order].astype(np.int32) for column in columns))

    def within(self, first: float, end: float) -> Shapes:
        """The notes that sound in a stretch of steps."""
        begins = int(np.searchsorted(self.onset, end, "left"))
        here = np.flatnonzero(self.end[:begins] > first)
        return self.taken(here)

    def taken(self, index: NDArray[np.intp] | NDArray[np.bool_]) -> Shapes:
        """Some of the notes."""
        columns = (self.onset, self.end, self.pitch, self.voice, self.velocity)
        return Shapes(*(column[index] for column in columns))


@dataclass(frozen=True, slots=True, eq=False)
class Overview:
    """A roll made coarser, for drawing much of it at once.

    Attributes:
        sums: how many steps sound before each beat, and in all, int32 `[V, B + 1, 128]`.
    """

    sums: NDArray[np.int32]

    @classmethod
    def of(cls, roll: Roll) -> Overview:
        """The overview of a roll, uint8 `[V, N, 128]`."""
        n_beats = -(-roll.shape[1] // STEPS_PER_BEAT)
        sounds = (roll > 0).astype(np.uint8)
        padded = np.pad(sounds, ((0, 0), (0, n_beats * STEPS_PER_BEAT - roll.shape[1]), (0, 0)))
        four = padded.reshape(len(roll), n_beats, STEPS_PER_BEAT, N_PITCHES)
        beats = four[:, :, 0] + four[:, :, 1] + four[:, :, 2] + four[:, :, 3]
        sums = np.zeros((len(roll), n_beats + 1, N_PITCHES), np.int32)
        for begin in range(0, n_beats, _AT_ONCE):  # numpy keeps all other threads waiting while it adds up
            end = min(begin + _AT_ONCE, n_beats)
            for voice in range(len(roll)):
                np.cumsum(beats[voice, begin:end], axis=0, out=sums[voice, begin + 1 : end + 1])
                sums[voice, begin + 1 : end + 1] += sums[voice, begin]
        return cls(sums)

    def columns(self, edges: NDArray[np.float64], pitches: slice = slice(None)) -> NDArray[np.float32]:
        """How much sounds in each of W columns of pixels, 0..1, f32 `[V, W, pitches]`.

        Args:
            edges: steps at the edges of the columns, rising, `[W + 1]`; columns outside of the piece are silent.
            pitches: which are wanted; all 128 by default.
        """
        n_beats = self.sums.shape[1] - 1
        places = np.floor(edges / STEPS_PER_BEAT).astype(np.int64)
        inside = (edges[1:] > 0) & (places[:-1] < n_beats)
        first = np.clip(places, 0, n_beats - 1)
        wide = np.maximum(first[1:] - first[:-1], 1)
        sums = self.sums[:, :, pitches]
        within = sums[:, first[:-1] + wide] - sums[:, first[:-1]]
        shares = within.astype(np.float32)
        shares *= (1 / (STEPS_PER_BEAT * wide)).astype(np.float32)[None, :, None]
        shares[:, ~inside] = 0
        return shares


def overview_pixels(
    shares: NDArray[np.float32], n_rows: int, pitches: tuple[float, float], inks: tuple[int, ...], *, lowest: int = 0
) -> NDArray[np.uint32]:
    """Colour how much sounds.

    Args:
        shares: f32 `[V, W, P]`, 0..1, of the pitches from `lowest` up, among them all that are shown (`shown_pitches`).
        n_rows: pixels from the highest pitch shown to the lowest.
        pitches: the lowest pitch shown and the one above the highest.
        inks: 0xRRGGBB of each voice.

    Returns:
        0xAARRGGBB, not premultiplied, uint32 `[n_rows, W]`; the busier, the less transparent.
    """
    pitch = _pitch_of_rows(n_rows, pitches) - lowest
    first, end = int(pitch.min()), int(pitch.max()) + 1
    pixels = np.zeros((shares.shape[1], end - first), np.uint32)
    strongest = np.zeros(pixels.shape, np.float32)
    for voice in DRAW_ORDER[: len(shares)]:
        seen = np.sqrt(shares[voice][:, first:end])
        over = (seen > 0) & (seen >= 0.8 * strongest)
        alpha = np.clip(70 + 185 * seen, 0, 255).astype(np.uint32)
        pixels = np.where(over, (alpha << 24) | np.uint32(inks[voice]), pixels)
        strongest = np.maximum(strongest, seen)
    return np.ascontiguousarray(pixels.T[pitch - first])


def shown_pitches(n_rows: int, pitches: tuple[float, float]) -> slice:
    """The pitches that rows of pixels show, as `overview_pixels` has them."""
    pitch = _pitch_of_rows(n_rows, pitches)
    return slice(int(pitch.min()), int(pitch.max()) + 1)


def _pitch_of_rows(n_rows: int, pitches: tuple[float, float]) -> NDArray[np.int64]:
    low, high = pitches
    centres = high - (np.arange(n_rows) + 0.5) / n_rows * (high - low)
    return np.clip(np.floor(centres).astype(np.int64), 0, N_PITCHES - 1)


def unchanged_share(before: Roll, after: Roll, steps_per_bar: int) -> NDArray[np.float32]:
    """How settled each bar is: of the cells that sound in either of two rolls, the share that is the same in both.

    Args:
        before, after: uint8 `[V, N, 128]` of one length.

    Returns:
        f32 `[bars]`, 0..1; 1 for a bar that is silent in both.
    """
    n_bars = -(-after.shape[1] // steps_per_bar)
    sounds = (before | after) > 0
    same = sounds & (before == after)
    edges = np.arange(n_bars) * steps_per_bar
    n_sounding = np.add.reduceat(np.count_nonzero(sounds, axis=(0, 2)), edges)
    n_same = np.add.reduceat(np.count_nonzero(same, axis=(0, 2)), edges)
    shares: NDArray[np.float32] = np.where(n_sounding > 0, n_same / np.maximum(n_sounding, 1), 1.0).astype(np.float32)
    return shares


def births_and_deaths(before: Roll | None, after: Roll) -> tuple[int, int]:
    """How many notes begin in a roll where none began in the one before, and how many are gone."""
    struck = after == 2
    if before is None or before.shape != after.shape:
        return int(np.count_nonzero(struck)), 0
    was = before == 2
    both = int(np.count_nonzero(struck & was))
    return int(np.count_nonzero(struck)) - both, int(np.count_nonzero(was)) - both
