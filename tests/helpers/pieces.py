"""Small pieces of music for tests of measures."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from engine.music.notes import Note, Voice
from engine.timebase import STEPS_PER_BAR
from training.metrics.piece import Piece

MAJOR = (0, 2, 4, 5, 7, 9, 11)


def piece_of(rows: Iterable[tuple[int, int, int]], n_steps: int = 128, *, group: str = "", name: str = "") -> Piece:
    """A piece of (onset, pitch, duration), all in the melody voice."""
    notes = [Note(onset, Voice.MELODY, pitch, duration) for onset, pitch, duration in rows]
    return Piece.from_notes(notes, n_steps, name=name, group=group)


def diatonic_piece(seed: int, *, n_bars: int = 8, length: int = 2, group: str = "", name: str = "") -> Piece:
    """A tune in eighths, a random walk through C major, over a held bass note a bar: alike in manner, not in notes.

    `length` is the duration of the tune's notes in steps.
    """
    rng = np.random.default_rng(seed)
    notes = []
    degree = int(rng.integers(14, 28))
    for onset in range(0, n_bars * STEPS_PER_BAR, 2):
        degree = int(np.clip(degree + rng.integers(-2, 3), 14, 34))
        if rng.random() < 0.75:
            pitch = 36 + 12 * (degree // 7) + MAJOR[degree % 7]
            notes.append(Note(onset, Voice.MELODY, pitch, length))
    for bar in range(n_bars):
        notes.append(Note(bar * STEPS_PER_BAR, Voice.BASS, 36 + MAJOR[int(rng.integers(7))], STEPS_PER_BAR))
    return Piece.from_notes(notes, n_bars * STEPS_PER_BAR, name=name or f"walk {seed}", group=group)
