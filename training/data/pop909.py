"""POP909 (Wang et al., ISMIR 2020): one folder a song with MIDI, beats, chords and keys; MIT licence.

A song's notes are put on the 16th grid of its own beats. Its three tracks become our three voices: MELODY and BRIDGE
are the melody, the lowest line of PIANO below E4 is the bass, the rest of PIANO is inner.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.music.chords import Chord, parse_chord, parse_key
from engine.music.notes import HIGHEST_PITCH, LOWEST_PITCH, NoteTable, Voice
from engine.timebase import STEPS_PER_BEAT

if TYPE_CHECKING:
    import pretty_midi

TRACKS: Final = ("MELODY", "BRIDGE", "PIANO")
BASS_BELOW: Final = 64
MAX_DURATION_STEPS: Final = 64


@dataclass(frozen=True, slots=True, eq=False)
class Song:
    """One song on its beat grid.

    Attributes:
        name: folder name, as "001".
        notes: see `NoteTable`.
        beat_s: time of each beat in seconds, `[T]`.
        downbeat: whether a bar begins on the beat, `[T]`.
        chords: one per beat, None for no chord.
        tonic, minor: key per beat, `[T]`; tonic -1 where unknown.
        bpm: median tempo.
    """

    name: str
    notes: NoteTable
    beat_s: NDArray[np.float64]
    downbeat: NDArray[np.bool_]
    chords: tuple[Chord | None, ...]
    tonic: NDArray[np.int8]
    minor: NDArray[np.bool_]
    bpm: float

    @property
    def n_beats(self) -> int:
        return len(self.beat_s)


def song_folders(root: Path) -> list[Path]:
    """The songs of a clone: `root/001` .. or `root/POP909/001` ...

    Raises:
        InputError: if there are none.
    """
    for base in (root, root / "POP909"):
        found = sorted(p for p in base.glob("[0-9][0-9][0-9]") if (p / f"{p.name}.mid").is_file())
        if found:
            return found
    raise InputError(f"No POP909 songs under '{root}'.", "Give the folder that holds 001, 002, ... of the dataset.")


def read_song(folder: Path) -> Song:
    """Read one song; see the module."""
    import pretty_midi

    beats = np.loadtxt(folder / "beat_midi.txt", ndmin=2)
    beat_s = beats[:, 0]
    midi = pretty_midi.PrettyMIDI(str(folder / f"{folder.name}.mid"))
    tonic, minor = _keys(folder / "key_audio.txt", beat_s)
    return Song(
        name=folder.name,
        notes=_notes(midi, beat_s),
        beat_s=beat_s,
        downbeat=beats[:, 2] == 1.0,
        chords=_chords(folder / "chord_midi.txt", beat_s),
        tonic=tonic,
        minor=minor,
        bpm=float(60 / np.median(np.diff(beat_s))),
    )


def _notes(midi: pretty_midi.PrettyMIDI, beat_s: NDArray[np.float64]) -> NoteTable:
    rows = []
    for instrument in midi.instruments:
        if instrument.name not in TRACKS:
            continue
        track = [(n.start, n.end, n.pitch, n.velocity) for n in instrument.notes]
        if not track:
            continue
        start, end, pitch, velocity = np.array(track).T
        onset = np.rint(to_step(start, beat_s)).astype(np.int32)
        duration = np.clip(np.rint(to_step(end, beat_s) - to_step(start, beat_s)), 1, MAX_DURATION_STEPS)
        pitch = fold_pitch(pitch.astype(np.int32))
        voice = (
            split_accompaniment(onset, duration, pitch)
            if instrument.name == "PIANO"
            else np.full(len(onset), Voice.MELODY)
        )
        rows.append(np.stack([onset, voice, pitch, duration.astype(np.int32), velocity.astype(np.int32)]))
    table = np.concatenate(rows, axis=1).astype(np.int32) if rows else np.zeros((5, 0), np.int32)
    inside = (table[0] >= 0) & (table[0] < len(beat_s) * STEPS_PER_BEAT)
    return NoteTable(*without_repeats(table[:, inside]))


def to_step(seconds: NDArray[np.float64], beat_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Grid position of times, extended at both ends by the outer beats."""
    index = np.clip(np.searchsorted(beat_s, seconds, "right") - 1, 0, len(beat_s) - 2)
    return (index + (seconds - beat_s[index]) / (beat_s[index + 1] - beat_s[index])) * STEPS_PER_BEAT


def fold_pitch(pitch: NDArray[np.int32]) -> NDArray[np.int32]:
    """Pitches brought into the piano's range by octaves."""
    pitch = np.where(pitch < LOWEST_PITCH, pitch + 12 * -(-(LOWEST_PITCH - pitch) // 12), pitch)
    return np.where(pitch > HIGHEST_PITCH, pitch - 12 * -(-(pitch - HIGHEST_PITCH) // 12), pitch).astype(np.int32)


def split_accompaniment(
    onset: NDArray[np.int32], duration: NDArray[np.float64], pitch: NDArray[np.int32]
) -> NDArray[np.int64]:
    """BASS for notes below E4 that are the lowest sounding when they start, INNER for the others."""
    lowest = np.full(int((onset + duration).max(initial=0)) + 1, 127)
    for o, d, p in zip(onset, duration.astype(np.int32), pitch, strict=True):
        np.minimum(lowest[max(o, 0) : o + d], p, out=lowest[max(o, 0) : o + d])
    is_bass = (pitch < BASS_BELOW) & (pitch <= lowest[np.maximum(onset, 0)])
    return np.where(is_bass, Voice.BASS, Voice.INNER)


def without_repeats(table: NDArray[np.int32]) -> NDArray[np.int32]:
    """Sorted by onset, voice, pitch; of equal ones the longest stays."""
    order = np.lexsort((-table[3], table[2], table[1], table[0]))
    table = table[:, order]
    keys = table[:3]
    new = np.ones(table.shape[1], bool)
    new[1:] = (keys[:, 1:] != keys[:, :-1]).any(0)
    return table[:, new]


def _chords(file: Path, beat_s: NDArray[np.float64]) -> tuple[Chord | None, ...]:
    labels = [line.split() for line in file.read_text().splitlines() if line.strip()]
    starts = np.array([float(row[0]) for row in labels])
    chords = [parse_chord(row[2]) for row in labels]
    middles = beat_s + np.diff(beat_s, append=2 * beat_s[-1] - beat_s[-2]) / 2
    index = np.searchsorted(starts, middles, "right") - 1
    return tuple(chords[i] if i >= 0 else None for i in index)


def _keys(file: Path, beat_s: NDArray[np.float64]) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
    """Keys are given in audio time, which runs with MIDI time to within a few hundredths of a second."""
    rows = [line.split() for line in file.read_text().splitlines() if line.strip()]
    keys = [parse_key(row[2]) for row in rows]
    starts = np.array([float(row[0]) for row in rows])
    index = np.maximum(np.searchsorted(starts, beat_s, "right") - 1, 0)
    tonic = np.array([keys[i].tonic for i in index], np.int8)
    return tonic, np.array([keys[i].minor for i in index])


def track_sizes(folder: Path) -> dict[str, int]:
    """Notes in each of the song's tracks."""
    import pretty_midi

    midi = pretty_midi.PrettyMIDI(str(folder / f"{folder.name}.mid"))
    return {instrument.name: len(instrument.notes) for instrument in midi.instruments}
