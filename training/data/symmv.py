"""SymMV (Zhuo et al., ICCV 2023; CC BY-NC-SA): MIDI of music videos, read into the songs of the compact corpus.

Its repository holds `SymMV.csv` (tab-separated: index, address, tonality, Shazam number), `chord/00001.txt` (start
tick, end tick, chord) and `midi/00001.mid`. The MIDI was transcribed from audio: one track, at the times it was played,
under a nominal 120 BPM. So beats are tracked (`training.data.beat_tracking`) unless a folder `beat` holds them, one
file a song with a time and a place in the bar a line. Tracks named melody, bass, chord and so on become voices by their
names; a single nameless track is split by its lines (`engine.music.skyline`).
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.music.chords import Chord, Key, parse_chord, parse_key
from engine.music.keys import estimate_key
from engine.music.notes import NoteTable, Voice
from engine.music.skyline import split_voices
from engine.timebase import BEATS_PER_BAR, N_PITCHES, STEPS_PER_BEAT
from training.data.beat_tracking import first_downbeat, track_beats
from training.data.pop909 import MAX_DURATION_STEPS, Song, fold_pitch, split_accompaniment, to_step, without_repeats

if TYPE_CHECKING:
    import pretty_midi

PREFIX: Final = "symmv-"
_QUALITIES: Final = {
    "": "maj", "M": "maj", "m": "min", "7": "7", "M7": "maj7", "m7": "min7", "mM7": "minmaj7", "o": "dim", "dim": "dim",
    "o7": "dim7", "dim7": "dim7", "ø7": "hdim7", "m7b5": "hdim7", "+": "aug", "aug": "aug", "sus2": "sus2",
    "sus4": "sus4", "6": "maj6", "m6": "min6", "7sus4": "sus4(b7)", "M6": "maj6",
}  # fmt: skip
_CHORD: Final = re.compile(r"^([A-G])([#b-]*)(.*)$")
_MELODY: Final = ("melody", "vocal", "lead", "bridge")
_BASS: Final = ("bass",)

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SymmvFiles:
    """One song's files. `beats` is None where the copy has none, `key` where the table names none."""

    name: str
    midi: Path
    chords: Path
    beats: Path | None
    key: str | None


@dataclass(frozen=True, slots=True, eq=False)
class _Played:
    """Notes as they were played, by onset: seconds, MIDI pitches, velocities; `voice` is -1 where no name tells."""

    start_s: F64
    end_s: F64
    pitch: I64
    velocity: I64
    voice: I64


def is_symmv(root: Path) -> bool:
    """Whether a folder looks like a copy of the dataset, or like a clone of its repository."""
    return _base(root) is not None


def symmv_songs(root: Path) -> list[SymmvFiles]:
    """The songs of a copy that have MIDI and chords.

    Raises:
        InputError: if there are none.
    """
    base = _base(root)
    if base is None:
        raise InputError(f"No SymMV songs under '{root}'.", "Give the folder that holds SymMV.csv, chord and midi.")
    keys = _keys(base / "SymMV.csv")
    found = []
    for midi in sorted((base / "midi").glob("*.mid")):
        chords, beats = base / "chord" / f"{midi.stem}.txt", base / "beat" / f"{midi.stem}.txt"
        if chords.is_file():
            files = SymmvFiles(
                PREFIX + midi.stem, midi, chords, beats if beats.is_file() else None, keys.get(midi.stem)
            )
            found.append(files)
    if not found:
        raise InputError(f"No song in '{base}' has both MIDI and chords.")
    return found


def read_symmv_song(files: SymmvFiles) -> Song | None:
    """Read one song; None where it has too few notes to find beats.

    Raises:
        InputError: a file is damaged, or holds an unknown chord or key.
    """
    import pretty_midi

    try:
        midi = pretty_midi.PrettyMIDI(str(files.midi))
    except (OSError, ValueError, EOFError, KeyError, IndexError) as error:
        raise InputError(f"'{files.midi}' is not a MIDI file that can be read.") from error
    played = _played(midi)
    labels = _chord_times(files.chords, midi)
    beats = _beats(files, played, [start_s for start_s, _, _ in labels])
    if beats is None:
        return None
    beat_s, downbeat = beats
    chords = _chords_on(beat_s, labels)
    key = parse_tonality(files.key) if files.key else estimate_key(chords)
    return Song(
        name=files.name,
        notes=_notes(played, beat_s),
        beat_s=beat_s,
        downbeat=downbeat,
        chords=chords,
        tonic=np.full(len(beat_s), key.tonic, np.int8),
        minor=np.full(len(beat_s), key.minor),
        bpm=float(60 / np.median(np.diff(beat_s))),
    )


def parse_symmv_chord(label: str) -> Chord | None:
    """`"B-m7"` -> Bb:min7; `"N"` -> None.

    Raises:
        InputError: if it is no chord.
    """
    if label in ("N", "NC", "None"):
        return None
    match = _CHORD.match(label)
    if match is None or match[3] not in _QUALITIES:
        raise InputError(f"'{label}' is not a chord of SymMV.")
    return parse_chord(f"{match[1]}{match[2].replace('-', 'b')}:{_QUALITIES[match[3]]}")


def parse_tonality(text: str) -> Key:
    """`"E- major"` -> Eb:maj, `"c minor"` -> C:min.

    Raises:
        InputError: if it is no key.
    """
    parts = text.split()
    if len(parts) != 2 or parts[1] not in ("major", "minor"):
        raise InputError(f"'{text}' is not a tonality.")
    root = parts[0][0].upper() + parts[0][1:].replace("-", "b")
    return parse_key(f"{root}:{'min' if parts[1] == 'minor' else 'maj'}")


def _base(root: Path) -> Path | None:
    places = (root, root / "dataset", root / "SymMV")
    return next((p for p in places if (p / "midi").is_dir() and (p / "chord").is_dir()), None)


def _keys(table: Path) -> dict[str, str]:
    if not table.is_file():
        return {}
    rows = csv.DictReader(table.read_text(encoding="utf-8-sig").splitlines(), delimiter="\t")
    return {str(row.get("index")): str(row.get("tonality") or "").strip() for row in rows if row.get("tonality")}


def _played(midi: pretty_midi.PrettyMIDI) -> _Played:
    columns = []
    for instrument in midi.instruments:
        if instrument.is_drum:
            continue
        voice = _named_voice(instrument.name)
        columns += [(n.start, n.end, n.pitch, n.velocity, voice) for n in instrument.notes]
    table = np.array(sorted(columns), np.float64).reshape(-1, 5)
    pitch, velocity, voice = table[:, 2:].T.astype(np.int64)
    return _Played(table[:, 0], table[:, 1], pitch, velocity, voice)


def _named_voice(track: str) -> int:
    """The voice that a track's name tells; accompaniment is INNER here and gives its bass away later."""
    name = track.lower()
    if any(word in name for word in _MELODY):
        return int(Voice.MELODY)
    if any(word in name for word in _BASS):
        return int(Voice.BASS)
    return int(Voice.INNER) if name.strip() else -1


def _chord_times(file: Path, midi: pretty_midi.PrettyMIDI) -> list[tuple[float, float, Chord | None]]:
    labels = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            start, end, label = line.split()
            times = float(midi.tick_to_time(int(start))), float(midi.tick_to_time(int(end)))
        except (ValueError, IndexError) as error:
            raise InputError(f"{file.name}, line {number}: expected start tick, end tick, chord.") from error
        labels.append((*times, parse_symmv_chord(label)))
    return labels


def _beats(files: SymmvFiles, played: _Played, changes_s: list[float]) -> tuple[F64, NDArray[np.bool_]] | None:
    if files.beats is not None:
        try:
            rows = np.loadtxt(files.beats, ndmin=2)
        except ValueError as error:
            raise InputError(f"{files.beats.name} is not a list of beats: a time and a place in the bar.") from error
        return (rows[:, 0], rows[:, -1] == 1.0) if len(rows) > 1 and rows.shape[1] > 1 else None
    beat_s = track_beats(played.start_s, played.pitch, played.velocity)
    if len(beat_s) < 2 * BEATS_PER_BAR:
        return None
    first = first_downbeat(beat_s, changes_s, played.start_s, played.pitch)
    return beat_s, np.arange(len(beat_s)) % BEATS_PER_BAR == first


def _chords_on(beat_s: F64, labels: list[tuple[float, float, Chord | None]]) -> tuple[Chord | None, ...]:
    """The chord that sounds in the middle of each beat."""
    starts = np.array([start for start, _, _ in labels])
    ends = np.array([end for _, end, _ in labels])
    middles = beat_s + np.diff(beat_s, append=2 * beat_s[-1] - beat_s[-2]) / 2
    index = np.searchsorted(starts, middles, "right") - 1
    return tuple(labels[i][2] if i >= 0 and t < ends[i] else None for i, t in zip(index, middles, strict=True))


def _notes(played: _Played, beat_s: F64) -> NoteTable:
    onset = np.rint(to_step(played.start_s, beat_s)).astype(np.int32)
    end = np.rint(to_step(played.end_s, beat_s)).astype(np.int32)
    duration = np.clip(end - onset, 1, MAX_DURATION_STEPS).astype(np.int32)
    pitch = fold_pitch(played.pitch.astype(np.int32))
    inside = (onset >= 0) & (onset < len(beat_s) * STEPS_PER_BEAT)
    onset, duration, pitch = onset[inside], duration[inside], pitch[inside]
    voice = _voices(onset, duration, pitch, played.voice[inside])
    velocity = played.velocity[inside].astype(np.int32)
    return NoteTable(*without_repeats(np.stack([onset, voice.astype(np.int32), pitch, duration, velocity])))


def _voices(onset: NDArray[np.int32], duration: NDArray[np.int32], pitch: NDArray[np.int32], named: I64) -> I64:
    """Voices by the names of tracks, and by the lines of the music where they have none."""
    voice = named.copy()
    rest = named == Voice.INNER
    if rest.any() and not (named == Voice.BASS).any():
        voice[rest] = split_accompaniment(onset[rest], duration[rest].astype(np.float64), pitch[rest])
    nameless = named < 0
    if nameless.any():
        voice[nameless] = _lines(onset[nameless], duration[nameless], pitch[nameless])
    return voice


def _lines(onset: NDArray[np.int32], duration: NDArray[np.int32], pitch: NDArray[np.int32]) -> I64:
    n_steps = int((onset + duration).max()) + 1
    struck, held = np.zeros((n_steps, N_PITCHES), bool), np.zeros((n_steps, N_PITCHES), bool)
    struck[onset, pitch] = True
    for o, d, p in zip(onset, duration, pitch, strict=True):
        held[o + 1 : o + d, p] = True
    planes = split_voices(struck, held & ~struck).onset
    return np.asarray(planes[:, onset, pitch].argmax(0), np.int64)
