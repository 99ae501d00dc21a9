"""The paper's rolls and conditions: windows of POP909 as x in {0, 1}^(2 x 128 x 128), with BGM909's rows (section 4.1).

Augmentation transposes the notes and nothing else. The published code also rolls the feature vectors by the number of
semitones, and rolls notes at the edge round to the other end; here features are never touched, and a note that would
leave the range moves by an octave.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.errors import InputError
from engine.timebase import BEATS_PER_WINDOW, N_PITCHES, STEPS_PER_BEAT, STEPS_PER_WINDOW
from training.data.bgm909 import BeatFeatures
from training.data.corpus import Corpus, window_starts

MAX_SHIFT: Final = 6


@dataclass(frozen=True, slots=True, eq=False)
class RollBatch:
    """B windows of T = 32 beats.

    Attributes:
        rolls: onset and sustain, f32 0/1 `[B, 2, 128, 128]`.
        semantic: F_l `[B, T, 768]`; dynamic: F_v `[B, T, 512]`.
    """

    rolls: Tensor
    semantic: Tensor
    dynamic: Tensor


class RollWindows:
    """Windows of the songs that have features, all of whose beats the video shows."""

    def __init__(self, corpus: Corpus, songs: Sequence[int], features: Mapping[str, BeatFeatures]) -> None:
        self.corpus = corpus
        self.features = {s: features[str(corpus.names[s])] for s in songs if str(corpus.names[s]) in features}
        for song, rows in self.features.items():
            if len(rows.known) != corpus.n_beats(song):
                raise InputError(f"Song {corpus.names[song]} has features for another number of beats.")
        starts = window_starts(corpus, list(self.features))
        shown = [bool(self.features[int(s)].known[b : b + BEATS_PER_WINDOW].all()) for s, b in starts]
        self.windows: NDArray[np.int64] = starts[np.array(shown, bool)]

    def __len__(self) -> int:
        return len(self.windows)

    def batch(self, index: NDArray[np.int64], shift: NDArray[np.int64]) -> RollBatch:
        """Windows `index`, the notes of each transposed by its `shift` in semitones."""
        rolls = np.zeros((len(index), 2, STEPS_PER_WINDOW, N_PITCHES), np.float32)
        semantic, dynamic = [], []
        for i, (song, beat) in enumerate(self.windows[index]):
            self._write(rolls[i], int(song), int(beat), int(shift[i]))
            rows = slice(beat, beat + BEATS_PER_WINDOW)
            semantic.append(self.features[int(song)].semantic[rows])
            dynamic.append(self.features[int(song)].dynamic[rows])
        return RollBatch(
            rolls=torch.from_numpy(rolls),
            semantic=torch.from_numpy(np.stack(semantic).astype(np.float32)),
            dynamic=torch.from_numpy(np.stack(dynamic).astype(np.float32)),
        )

    def _write(self, roll: NDArray[np.float32], song: int, beat: int, shift: int) -> None:
        """The notes that begin in a window, cut at its end: one onset, then sustains."""
        c = self.corpus
        a, b = c.note_start[song], c.note_start[song + 1]
        first = beat * STEPS_PER_BEAT
        low, high = np.searchsorted(c.onset[a:b], (first, first + STEPS_PER_WINDOW))
        rows = slice(a + low, a + high)
        onset, length = c.onset[rows] - first, c.duration[rows].astype(np.int64)
        pitch = transposed(c.pitch[rows].astype(np.int64), shift)
        for o, p, n in zip(onset, pitch, length, strict=True):
            roll[1, o + 1 : o + n, p] = 1
        roll[0, onset, pitch] = 1
        roll[1, onset, pitch] = 0  # a note that is struck again while it sounds begins anew


def transposed(pitch: NDArray[np.int64], shift: int) -> NDArray[np.int64]:
    """Pitches moved by `shift` semitones; those that would leave 0..127 move back by an octave."""
    moved = pitch + shift
    return np.where(moved < 0, moved + 12, np.where(moved >= N_PITCHES, moved - 12, moved))
