"""Batches of windows: notes of random windows, transposed, laid out as the autoencoder's packed cells.

Transposition never wraps around the roll; condition rows are transposed by their
meaning (keys and chords rotate, register shifts), never as vectors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.diffusion.autoencoder import pack_windows
from engine.music.chords import chord_rows
from engine.music.controls import SEMANTIC, key_rows
from engine.music.notes import NoteTable
from engine.timebase import BEATS_PER_WINDOW, STEPS_PER_BEAT, STEPS_PER_WINDOW
from training.data.corpus import Corpus, song_form, window_starts

MAX_SHIFT: Final = 6


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Condition rows of B windows of T = 32 beats, f32 `[B, T, ...]`; the hit columns hold every accent."""

    dynamic: Tensor
    semantic: Tensor
    plan: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Batch(Rows):
    """Rows, and the notes: bf16 0/1 cells (velocities / 127) `[V, B, T, PACKED]`."""

    cells: Tensor


class WindowSet:
    """All windows of some songs, ready to be batched."""

    def __init__(self, corpus: Corpus, songs: list[int]) -> None:
        self.corpus = corpus
        self.windows = window_starts(corpus, songs)
        self._form = np.concatenate([song_form(corpus, s) for s in range(corpus.n_songs)])
        _check_order(corpus)

    def __len__(self) -> int:
        return len(self.windows)

    def batch(self, index: NDArray[np.int64], shift: NDArray[np.int64]) -> Batch:
        """Windows `index`, each transposed by its `shift` in semitones."""
        rows = self.rows(index, shift)
        return Batch(rows.dynamic, rows.semantic, rows.plan, self.cells(index, shift))

    def rows(self, index: NDArray[np.int64], shift: NDArray[np.int64]) -> Rows:
        """The condition rows of windows."""
        beats = self._beat_index(index)
        return Rows(
            dynamic=torch.from_numpy(self.corpus.dynamic[beats].astype(np.float32)),
            semantic=torch.from_numpy(self._semantic(beats, shift)),
            plan=torch.from_numpy(self._plan(beats, shift)),
        )

    def _beat_index(self, index: NDArray[np.int64]) -> NDArray[np.int64]:
        song, beat = self.windows[index].T
        first: NDArray[np.int64] = self.corpus.beat_start[song] + beat
        return first[:, None] + np.arange(BEATS_PER_WINDOW)

    def _semantic(self, beats: NDArray[np.int64], shift: NDArray[np.int64]) -> NDArray[np.float32]:
        rows = self.corpus.semantic[beats].astype(np.float32)
        rows[:, :, SEMANTIC.index("register")] += shift[:, None] / 12
        return rows

    def _plan(self, beats: NDArray[np.int64], shift: NDArray[np.int64]) -> NDArray[np.float32]:
        c = self.corpus
        by = shift[:, None]
        tonic = np.where(c.tonic[beats] >= 0, (c.tonic[beats] + by) % 12, -1)
        root = np.where(c.chord_root[beats] >= 0, (c.chord_root[beats] + by) % 12, -1)
        bass = np.where(c.chord_bass[beats] >= 0, (c.chord_bass[beats] + by) % 12, -1)
        turned = (np.arange(12)[None, None] - by[..., None]) % 12
        chroma = np.take_along_axis(c.chord_chroma[beats], turned, 2)
        key = key_rows(tonic.ravel(), c.minor[beats].ravel())
        chord = chord_rows(root.ravel(), chroma.reshape(-1, 12), bass.ravel())
        rows = np.concatenate([key, chord, self._form[beats].reshape(len(key), -1)], 1)
        return rows.reshape(*beats.shape, -1).astype(np.float32)

    def cells(self, index: NDArray[np.int64], shift: NDArray[np.int64]) -> Tensor:
        """The notes of windows, as `Batch.cells`."""
        which, onset, voice, pitch, duration, velocity = self._notes(index)
        notes = NoteTable(*(a.astype(np.int32) for a in (onset, voice, pitch + shift[which], duration, velocity)))
        return pack_windows(notes, which, len(index), BEATS_PER_WINDOW)

    def _notes(self, index: NDArray[np.int64]) -> tuple[NDArray[np.int64], ...]:
        """Notes that sound in the windows: window number, onset within it (may be negative), voice, pitch, ..."""
        c, parts = self.corpus, []
        for number, (song, beat) in enumerate(self.windows[index]):
            a, b = c.note_start[song], c.note_start[song + 1]
            first = int(beat) * STEPS_PER_BEAT
            low, high = np.searchsorted(c.onset[a:b], (first - 16, first + STEPS_PER_WINDOW))
            rows = slice(a + low, a + high)
            columns = (c.onset[rows] - first, c.voice[rows], c.pitch[rows], c.duration[rows], c.velocity[rows])
            parts.append(np.stack([np.full(high - low, number), *columns]).astype(np.int64))
        return tuple(np.concatenate(parts, 1))


def _check_order(corpus: Corpus) -> None:
    for song in range(corpus.n_songs):
        part = corpus.onset[corpus.note_start[song] : corpus.note_start[song + 1]]
        if (np.diff(part) < 0).any():
            raise ValueError(f"notes of song {corpus.names[song]} are not in order")
