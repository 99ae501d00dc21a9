"""Any system's output as pieces: a folder of MIDI files, in whatever layout, cut into windows of the grid.

Ticks count beats, so tempo does not matter to the grid: what a file's tempo track says changes nothing here. Files
whose ticks do not follow the beats of their music (a transcription at a nominal tempo) can be laid on a steady beat of
their own instead (`bpm`); how far notes lie from the grid is reported, so that a wrong reading shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import mido
import numpy as np

from engine.errors import InputError
from engine.music.midi import read_midi
from engine.music.notes import Note, Voice
from engine.timebase import STEPS_PER_BAR, STEPS_PER_BEAT, STEPS_PER_WINDOW
from training.metrics.piece import Piece

SUFFIXES: Final = (".mid", ".midi")
_DRUMS: Final = 9
_OFF_GRID: Final = 0.2
"""A note whose beginning lies further than this from its 16th, in 16ths, counts as off the grid."""


@dataclass(frozen=True, slots=True, eq=False)
class MidiSystem:
    """The pieces of a system.

    Attributes:
        name: of the system.
        pieces: windows of 8 bars, named FILE/NUMBER, those of one file a group; a shorter file is one shorter piece.
        off_grid: share of notes that begin more than a fifth of a 16th away from their step.
        skipped: what could not be read, a sentence each.
    """

    name: str
    pieces: tuple[Piece, ...]
    off_grid: float
    skipped: tuple[str, ...] = ()


def read_system(folder: Path, name: str = "", *, bpm: float | None = None, whole: bool = False) -> MidiSystem:
    """Read every MIDI file below a folder.

    Args:
        folder: searched with its subfolders.
        name: of the system; empty: the folder's.
        bpm: lay seconds on a steady beat of this tempo, instead of trusting the ticks.
        whole: one piece a file (its whole bars), not windows of 8 bars.

    Raises:
        InputError: if the folder is missing, or no file in it has notes.
    """
    if not folder.is_dir():
        raise InputError(f"There is no folder '{folder}'.", "Name a folder of MIDI files.")
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    pieces: list[Piece] = []
    skipped: list[str] = []
    distances: list[float] = []
    for file in files:
        stem = str(file.relative_to(folder).with_suffix(""))
        try:
            notes, away = read_notes(file, bpm=bpm)
        except InputError as error:
            skipped.append(error.message)
            continue
        distances += away
        pieces += cut_windows(notes, stem, whole=whole)
    if not pieces:
        raise InputError(f"No MIDI file with notes is in '{folder}'.", "Name a folder of MIDI files.")
    off_grid = float((np.array(distances) > _OFF_GRID).mean())
    return MidiSystem(name or folder.name, tuple(pieces), off_grid, tuple(skipped))


def read_notes(file: Path, *, bpm: float | None = None) -> tuple[tuple[Note, ...], list[float]]:
    """Notes of a file on the 16th grid, drums left out, and how far each begins from its step, in 16ths.

    Raises:
        InputError: when it cannot be read.
    """
    notes, _ = read_midi(file)
    raw = _raw_notes(mido.MidiFile(file, clip=True), bpm)
    away = [abs(onset - round(onset)) for onset, *_ in raw]
    if bpm is None:
        return notes, away
    steady = [
        Note(round(onset), Voice.INNER, pitch, max(1, round(end) - round(onset)), velocity)
        for onset, end, pitch, velocity in raw
    ]
    return tuple(sorted(steady)), away


def _raw_notes(file: Any, bpm: float | None) -> list[tuple[float, float, int, int]]:
    """(onset, end, pitch, velocity) of every note, times in 16ths: of the ticks, or of a steady tempo."""
    ended: list[tuple[float, float, int, int]] = []
    held: dict[tuple[int, int, int], tuple[float, int]] = {}
    for track, at, message in _events(file, bpm):
        if message.type not in ("note_on", "note_off") or message.channel == _DRUMS:
            continue
        key = (track, message.channel, message.note)
        if key in held:
            onset, velocity = held.pop(key)
            ended.append((onset, at, message.note, velocity))
        if message.type == "note_on" and message.velocity > 0:
            held[key] = (at, message.velocity)
    return sorted(ended)


def _events(file: Any, bpm: float | None) -> list[tuple[int, float, Any]]:
    """(track, time in 16ths, message), each track in order."""
    per_tick = STEPS_PER_BEAT / file.ticks_per_beat
    changes = sorted(
        (tick, message.tempo) for track in file.tracks for tick, message in _timed(track) if message.type == "set_tempo"
    )
    out = []
    for number, track in enumerate(file.tracks):
        for tick, message in _timed(track):
            at = tick * per_tick
            if bpm is not None:
                at = _seconds(tick, changes, file.ticks_per_beat) * bpm / 60 * STEPS_PER_BEAT
            out.append((number, at, message))
    return out


def _timed(track: Any) -> list[tuple[int, Any]]:
    ticks = np.cumsum([message.time for message in track]).tolist()
    return list(zip(ticks, track, strict=True))


def _seconds(tick: int, changes: Sequence[tuple[int, int]], ticks_per_beat: int) -> float:
    total, last, tempo = 0.0, 0, 500_000
    for at, following in changes:
        if at >= tick:
            break
        total += (at - last) * tempo
        last, tempo = at, following
    return (total + (tick - last) * tempo) / ticks_per_beat / 1e6


def cut_windows(notes: Sequence[Note], name: str, *, whole: bool = False) -> list[Piece]:
    """Windows of 8 bars of one file; silent bars at the beginning are left out, and so is what does not fill a window.

    A file shorter than a window is one piece of its whole bars. Windows without a note are left out.
    """
    if not notes:
        return []
    first = min(note.onset for note in notes) // STEPS_PER_BAR * STEPS_PER_BAR
    moved = [replace(note, onset=note.onset - first) for note in notes]
    end = max(note.onset for note in moved) + 1
    bars = -(-end // STEPS_PER_BAR)
    if whole or bars * STEPS_PER_BAR < STEPS_PER_WINDOW:
        return [Piece.from_notes(moved, bars * STEPS_PER_BAR, name=f"{name}/0", group=name)]
    pieces = []
    for number in range(bars * STEPS_PER_BAR // STEPS_PER_WINDOW):
        begin = number * STEPS_PER_WINDOW
        inside = [
            replace(note, onset=note.onset - begin) for note in moved if begin <= note.onset < begin + STEPS_PER_WINDOW
        ]
        if inside:
            pieces.append(Piece.from_notes(inside, STEPS_PER_WINDOW, name=f"{name}/{number}", group=name))
    return pieces


def pair_up(system: Sequence[Piece], reference: Sequence[Piece]) -> tuple[list[Piece], list[Piece]] | None:
    """Pieces of both with the same names, in one order; None when fewer than half of the system's have a partner."""
    partners = {piece.name: piece for piece in reference}
    both = [(piece, partners[piece.name]) for piece in system if piece.name in partners]
    if not both or 2 * len(both) < len(system):
        return None
    return [ours for ours, _ in both], [theirs for _, theirs in both]
