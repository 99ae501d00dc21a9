"""Music as arrays: what every measure reads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.music.notes import Note, Voice
from engine.timebase import N_PITCHES, STEPS_PER_BAR, STEPS_PER_BEAT

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Notes on the grid of 16ths, sorted by onset, then pitch.

    Holds what one piano can say, as the paper's 2-channel roll does (section 4.1): a pitch struck twice on one step is
    one note, and a new strike ends the note that sounded. So systems with and without voices compare like for like.

    Attributes:
        onset: int64 `[n]`, step of each beginning, 0 <= onset < n_steps.
        pitch: int64 `[n]`, MIDI pitch 0..127.
        duration: int64 `[n]`, steps, >= 1, never beyond the end of the piece.
        voice: int64 `[n]`, see `engine.music.notes.Voice`.
        n_steps: length of the piece in steps.
        name: what to call it in a report.
        group: pieces of one group (windows of one song) are not independent; intervals and floors resample groups.
            Empty: the piece is a group of its own.
    """

    onset: IntArray
    pitch: IntArray
    duration: IntArray
    voice: IntArray
    n_steps: int
    name: str = ""
    group: str = ""

    @classmethod
    def from_notes(cls, notes: Iterable[Note], n_steps: int, *, name: str = "", group: str = "") -> Piece:
        """Merge unisons (the melody's voice and the longest duration stay) and cut what lies outside.

        Raises:
            ValueError: if `n_steps` is not positive.
        """
        if n_steps <= 0:
            raise ValueError(f"a piece of {n_steps} steps")
        rows = [(n.pitch, n.onset, int(n.voice), n.end) for n in notes if 0 <= n.onset < n_steps]
        merged = _merge_unisons(sorted(rows), n_steps)
        table = np.array(sorted(merged), np.int64).reshape(-1, 4)
        return cls(table[:, 0], table[:, 1], table[:, 2], table[:, 3], n_steps, name, group)

    def __len__(self) -> int:
        return len(self.onset)

    @property
    def end(self) -> IntArray:
        """First step after each note, int64 `[n]`."""
        return self.onset + self.duration

    @property
    def n_bars(self) -> int:
        """Bars of 4/4, the last one perhaps incomplete."""
        return -(-self.n_steps // STEPS_PER_BAR)

    @property
    def n_beats(self) -> int:
        return -(-self.n_steps // STEPS_PER_BEAT)


def _merge_unisons(rows: list[tuple[int, int, int, int]], n_steps: int) -> list[tuple[int, int, int, int]]:
    """From sorted (pitch, onset, voice, end) to (onset, pitch, duration, voice), one note per pitch at a time."""
    strikes: list[list[int]] = []
    for pitch, onset, voice, end in rows:
        if strikes and strikes[-1][:2] == [pitch, onset]:
            strikes[-1][3] = max(strikes[-1][3], end)
            continue
        if strikes and strikes[-1][0] == pitch:
            strikes[-1][3] = min(strikes[-1][3], onset)
        strikes.append([pitch, onset, voice, end])
    return [(onset, pitch, max(1, min(end, n_steps) - onset), voice) for pitch, onset, voice, end in strikes]


def sounding(piece: Piece) -> BoolArray:
    """Which pitches sound on which steps, bool `[N, 128]`."""
    change = np.zeros((piece.n_steps + 1, N_PITCHES), np.int8)
    change[piece.onset, piece.pitch] += 1
    change[piece.end, piece.pitch] -= 1  # unique: one note per pitch at a time
    return np.asarray(np.cumsum(change[:-1], axis=0) > 0)


def onset_grid(piece: Piece) -> BoolArray:
    """Which pitches start on which steps of which bars, bool `[B, 16, 128]`; the last bar is filled up with rests."""
    grid = np.zeros((piece.n_bars * STEPS_PER_BAR, N_PITCHES), bool)
    grid[piece.onset, piece.pitch] = True
    return grid.reshape(piece.n_bars, STEPS_PER_BAR, N_PITCHES)


def density_curve(piece: Piece) -> FloatArray:
    """Onsets in each beat, float64 `[T]`."""
    return np.bincount(piece.onset // STEPS_PER_BEAT, minlength=piece.n_beats).astype(np.float64)


def top_line(piece: Piece) -> tuple[IntArray, IntArray]:
    """The skyline: at each step where something starts, the highest note, unless a higher one of the line still sounds.

    It needs no voices, so it serves any system's output.

    Returns:
        (onset, pitch), int64 `[m]` each, onsets strictly increasing.
    """
    onsets: list[int] = []
    pitches: list[int] = []
    held_until, held_pitch = 0, -1
    order = np.lexsort((-piece.pitch, piece.onset))
    for onset, pitch, end in zip(
        piece.onset[order].tolist(), piece.pitch[order].tolist(), piece.end[order].tolist(), strict=True
    ):
        taken = bool(onsets) and onsets[-1] == onset
        if taken or (onset < held_until and pitch < held_pitch):
            continue
        onsets.append(onset)
        pitches.append(pitch)
        held_until, held_pitch = end, pitch
    return np.array(onsets, np.int64), np.array(pitches, np.int64)


def melody_line(piece: Piece) -> tuple[IntArray, IntArray]:
    """The highest note of the melody voice at each of its onsets: (onset, pitch), empty without that voice."""
    mine = piece.voice == int(Voice.MELODY)
    onset, pitch = piece.onset[mine], piece.pitch[mine]
    order = np.lexsort((-pitch, onset))
    onset, first = np.unique(onset[order], return_index=True)
    return onset, pitch[order][first]


def bass_line(piece: Piece) -> FloatArray:
    """The lowest pitch that sounds in each beat, float64 `[T]`, NaN where nothing sounds."""
    lowest = np.full(piece.n_beats, np.inf)
    last = (piece.end - 1) // STEPS_PER_BEAT
    first = piece.onset // STEPS_PER_BEAT
    for beats_in in range(int((last - first).max(initial=-1)) + 1):
        reach = first + beats_in <= last
        np.minimum.at(lowest, first[reach] + beats_in, piece.pitch[reach].astype(np.float64))
    return np.where(np.isinf(lowest), np.nan, lowest)


def groups_of(pieces: Iterable[Piece]) -> list[str]:
    """Group names, a piece without one being alone in its own."""
    return [piece.group or f"\0{i}" for i, piece in enumerate(pieces)]
