"""Notes on the 16th grid, and piano rolls.

Shape legend: V voices, N steps (4 a beat), P = 128 MIDI pitches.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.timebase import N_PITCHES

LOWEST_PITCH: Final = 21
HIGHEST_PITCH: Final = 108


class Voice(IntEnum):
    """The model's three voices. Melody: the tune and its answers; inner: chords and figures; bass: the lowest line."""

    MELODY = 0
    INNER = 1
    BASS = 2


N_VOICES: Final = len(Voice)


@dataclass(frozen=True, slots=True, order=True)
class Note:
    """One note on the grid.

    Attributes:
        onset: step of its beginning (16ths from the start of the piece).
        voice: see `Voice`.
        pitch: MIDI pitch 0..127.
        duration: length in steps, >= 1.
        velocity: MIDI velocity 1..127.
    """

    onset: int
    voice: Voice
    pitch: int
    duration: int
    velocity: int = 80

    @property
    def end(self) -> int:
        return self.onset + self.duration


@dataclass(frozen=True, slots=True, eq=False)
class PianoRoll:
    """Onset and sustain planes per voice, as the paper's two channels (section 4.1): a note of n steps is one onset,
    then n - 1 sustains. We keep one pair of planes for each voice, the paper one for all.

    Attributes:
        onset, sustain: uint8 0/1, `[V, N, 128]`.
        velocity: uint8 `[V, N]`, the velocity of notes that start at a step of a voice; 0 where unknown.
    """

    onset: NDArray[np.uint8]
    sustain: NDArray[np.uint8]
    velocity: NDArray[np.uint8]

    @property
    def n_steps(self) -> int:
        return int(self.onset.shape[1])


def notes_to_roll(notes: Iterable[Note], n_steps: int) -> PianoRoll:
    """Draw notes into planes of `n_steps` steps; what lies outside is cut off, a repeated note ends the one before."""
    onset = np.zeros((N_VOICES, n_steps, N_PITCHES), np.uint8)
    sustain = np.zeros_like(onset)
    velocity = np.zeros((N_VOICES, n_steps), np.uint8)
    for note in sorted(notes):
        if not 0 <= note.onset < n_steps:
            continue
        onset[note.voice, note.onset, note.pitch] = 1
        sustain[note.voice, note.onset :, note.pitch] = 0
        sustain[note.voice, note.onset + 1 : note.end, note.pitch] = 1
        velocity[note.voice, note.onset] = max(velocity[note.voice, note.onset], note.velocity)
    return PianoRoll(onset, sustain, velocity)


def roll_to_notes(roll: PianoRoll, default_velocity: int = 80) -> tuple[Note, ...]:
    """Read notes from planes. A sustain that follows no onset or sustain is ignored; an onset ends what sounded."""
    notes = []
    for voice, step, pitch in zip(*np.nonzero(roll.onset), strict=True):
        end = int(step) + 1
        held = roll.sustain[voice, :, pitch]
        struck = roll.onset[voice, :, pitch]
        while end < roll.n_steps and held[end] and not struck[end]:
            end += 1
        velocity = int(roll.velocity[voice, step]) or default_velocity
        notes.append(Note(int(step), Voice(int(voice)), int(pitch), end - int(step), velocity))
    return tuple(sorted(notes))


@dataclass(frozen=True, slots=True, eq=False)
class NoteTable:
    """Notes as parallel int32 arrays of one length: what numerical code works on."""

    onset: NDArray[np.int32]
    voice: NDArray[np.int32]
    pitch: NDArray[np.int32]
    duration: NDArray[np.int32]
    velocity: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.onset)

    @classmethod
    def from_notes(cls, notes: Iterable[Note]) -> NoteTable:
        rows = [(n.onset, int(n.voice), n.pitch, n.duration, n.velocity) for n in sorted(notes)]
        columns = np.array(rows, np.int32).reshape(-1, 5).T
        return cls(*columns)

    def to_notes(self) -> tuple[Note, ...]:
        rows = zip(self.onset, self.voice, self.pitch, self.duration, self.velocity, strict=True)
        return tuple(sorted(Note(int(o), Voice(int(v)), int(p), int(d), int(s)) for o, v, p, d, s in rows))
