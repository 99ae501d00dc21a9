"""The compact corpus: every song's notes, beats, chords, keys and control rows in one compressed file.

Arrays of all songs are laid end to end; `note_start` and `beat_start` (`[songs + 1]`) say where each song's begin.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.music.chords import Chord
from engine.music.controls import form_rows, measure_dynamic, measure_semantic
from engine.music.notes import NoteTable
from engine.timebase import BEATS_PER_BAR, BEATS_PER_WINDOW, STEPS_PER_BEAT
from training.data.pop909 import Song

SPLITS: Final = ("train", "validation", "test")
SPLIT_FILE: Final = Path(__file__).with_name("pop909_split.json")
_MEASURED: Final = frozenset({"phrase_start", "dynamic", "semantic", "bpm"})


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """See the module. Shapes: S songs, M notes, T beats, all songs together.

    Attributes:
        names: `[S]`; note_start, beat_start: `[S + 1]`.
        onset, voice, pitch, duration, velocity: `[M]`, onsets from the song's own beat 0.
        beat_s, downbeat, tonic, minor: `[T]`.
        chord_root, chord_bass: int8 `[T]`, -1 for none; chord_chroma: uint8 `[T, 12]`.
        phrase_start: bool `[T]`.
        dynamic, semantic: float16 `[T, ...]`, see `engine.music.controls`.
        bpm: `[S]`.
    """

    names: NDArray[np.str_]
    note_start: NDArray[np.int64]
    beat_start: NDArray[np.int64]
    onset: NDArray[np.int32]
    voice: NDArray[np.int8]
    pitch: NDArray[np.int8]
    duration: NDArray[np.int8]
    velocity: NDArray[np.int8]
    beat_s: NDArray[np.float32]
    downbeat: NDArray[np.bool_]
    tonic: NDArray[np.int8]
    minor: NDArray[np.bool_]
    chord_root: NDArray[np.int8]
    chord_bass: NDArray[np.int8]
    chord_chroma: NDArray[np.uint8]
    phrase_start: NDArray[np.bool_]
    dynamic: NDArray[np.float16]
    semantic: NDArray[np.float16]
    bpm: NDArray[np.float32]

    @property
    def n_songs(self) -> int:
        return len(self.names)

    def notes(self, song: int) -> NoteTable:
        """Notes of one song."""
        part = slice(self.note_start[song], self.note_start[song + 1])
        arrays = (self.onset, self.voice, self.pitch, self.duration, self.velocity)
        return NoteTable(*(a[part].astype(np.int32) for a in arrays))

    def n_beats(self, song: int) -> int:
        return int(self.beat_start[song + 1] - self.beat_start[song])

    def data_hash(self) -> str:
        """SHA-256 over what was read (notes, beats, chords, keys): names the data in model cards.

        What is measured on it (`_MEASURED`) is left out: the last bits of a logarithm differ between processors.
        """
        digest = hashlib.sha256()
        for field in fields(self):
            if field.name not in _MEASURED:
                digest.update(np.ascontiguousarray(getattr(self, field.name)).tobytes())
        return digest.hexdigest()


def phrase_starts(novelty: NDArray[np.float32], downbeat: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Where phrases begin: the first downbeat, and those whose novelty is the largest within three bars around."""
    index = np.flatnonzero(downbeat)
    starts = np.zeros(len(downbeat), bool)
    if not len(index):
        return starts
    values = novelty[index]
    for i in range(len(index)):
        around = values[max(0, i - 3) : i + 4]
        starts[index[i]] = values[i] > 0.15 and values[i] >= around.max()
    starts[index[0]] = True
    return starts


def _chord_colour(chords: Sequence[Chord | None]) -> NDArray[np.float32]:
    return np.array([0.0 if c is None else float((4 in c.intervals) - (3 in c.intervals)) for c in chords], np.float32)


def _song_columns(song: Song) -> dict[str, NDArray[np.generic]]:
    chroma = np.zeros((song.n_beats, 12), np.uint8)
    for i, chord in enumerate(song.chords):
        if chord is not None:
            chroma[i, list(chord.chroma)] = 1
    mode = np.where(song.minor, -1.0, 1.0)
    colour = ((_chord_colour(song.chords) + mode) / 2).astype(np.float32)
    dynamic = measure_dynamic(song.notes, song.n_beats)
    return {
        "onset": song.notes.onset,
        "voice": song.notes.voice.astype(np.int8),
        "pitch": song.notes.pitch.astype(np.int8),
        "duration": song.notes.duration.astype(np.int8),
        "velocity": song.notes.velocity.astype(np.int8),
        "beat_s": song.beat_s.astype(np.float32),
        "downbeat": song.downbeat,
        "tonic": song.tonic,
        "minor": song.minor,
        "chord_root": np.array([-1 if c is None else c.root for c in song.chords], np.int8),
        "chord_bass": np.array([-1 if c is None else c.bass for c in song.chords], np.int8),
        "chord_chroma": chroma,
        "phrase_start": phrase_starts(dynamic[:, 3], song.downbeat),
        "dynamic": dynamic.astype(np.float16),
        "semantic": measure_semantic(song.notes, song.n_beats, bpm=song.bpm, chroma=chroma, colour=colour).astype(
            np.float16
        ),
    }


def build_corpus(songs: Sequence[Song]) -> Corpus:
    """Lay songs end to end."""
    columns = [_song_columns(song) for song in songs]
    joined = {name: np.concatenate([c[name] for c in columns]) for name in columns[0]}
    return Corpus(
        names=np.array([song.name for song in songs]),
        note_start=np.cumsum([0, *(len(song.notes) for song in songs)]),
        beat_start=np.cumsum([0, *(song.n_beats for song in songs)]),
        bpm=np.array([song.bpm for song in songs], np.float32),
        **joined,
    )


def save_corpus(corpus: Corpus, file: Path) -> None:
    """Write aside, then rename."""
    aside = file.with_name(file.name + ".part")
    with aside.open("wb") as out:
        np.savez_compressed(out, **{f.name: getattr(corpus, f.name) for f in fields(corpus)})
    aside.replace(file)


def load_corpus(file: Path) -> Corpus:
    """Read a corpus file.

    Raises:
        InputError: if it is missing or not one.
    """
    if not file.is_file():
        raise InputError(f"There is no corpus at '{file}'.", "Make it with: diffbgm-train prepare POP909_FOLDER")
    try:
        with np.load(file, allow_pickle=False) as data:
            return Corpus(**{f.name: data[f.name] for f in fields(Corpus)})
    except (KeyError, ValueError, OSError) as error:
        raise InputError(f"'{file}' is not a corpus of this version.", "Run diffbgm-train prepare again.") from error


def split_songs(names: Sequence[str], seed: int = 909) -> dict[str, list[str]]:
    """80/10/10 by song, seeded."""
    order = np.random.Generator(np.random.PCG64(seed)).permutation(len(names))
    shuffled = [names[i] for i in order]
    a, b = round(0.8 * len(names)), round(0.9 * len(names))
    parts = (shuffled[:a], shuffled[a:b], shuffled[b:])
    return {split: sorted(part) for split, part in zip(SPLITS, parts, strict=True)}


def song_indices(corpus: Corpus, split: str, split_file: Path = SPLIT_FILE) -> list[int]:
    """Song numbers of a split, by the names kept in the repository; names that it does not know are drawn by seed."""
    names = [str(n) for n in corpus.names]
    kept = json.loads(split_file.read_text()) if split_file.is_file() else {}
    known = {n for part in kept.values() for n in part}
    chosen = {*kept.get(split, ()), *split_songs([n for n in names if n not in known])[split]}
    return [i for i, name in enumerate(names) if name in chosen]


def window_starts(corpus: Corpus, songs: Sequence[int]) -> NDArray[np.int64]:
    """(song, first beat) of every run of 8 bars of 4/4 that starts on a downbeat, int64 `[W, 2]`."""
    found = []
    for song in songs:
        first = corpus.beat_start[song]
        downbeats = np.flatnonzero(corpus.downbeat[first : corpus.beat_start[song + 1]])
        regular = np.diff(downbeats) == BEATS_PER_BAR
        for i, beat in enumerate(downbeats):
            bars = regular[i : i + BEATS_PER_WINDOW // BEATS_PER_BAR - 1]
            ends = beat + BEATS_PER_WINDOW
            if len(bars) == 7 and bars.all() and ends <= corpus.n_beats(song):
                found.append((song, int(beat)))
    return np.array(found, np.int64).reshape(-1, 2)


def song_form(corpus: Corpus, song: int) -> NDArray[np.float32]:
    """Form rows of a song whose place is counted from its first to its last note, f32 `[T, 3]`."""
    first = corpus.beat_start[song]
    starts = corpus.phrase_start[first : corpus.beat_start[song + 1]]
    notes = corpus.notes(song)
    begin = int(notes.onset.min(initial=0)) // STEPS_PER_BEAT
    end = min(corpus.n_beats(song), int((notes.onset).max(initial=0)) // STEPS_PER_BEAT + 1)
    rows = form_rows(corpus.n_beats(song), starts)
    rows[begin:end, 1:] = form_rows(end - begin)[:, 1:]
    rows[:begin, 1], rows[end:, 2] = 0, 0
    return rows
