"""Edits in a MIDI file come back as what they are; what was not edited comes back untouched."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import mido
import numpy as np
import pytest

from engine.errors import InputError
from engine.music.hand_edits import read_edits
from engine.music.midi import midi_bytes
from engine.music.notes import Note, Voice
from engine.music.palettes import PALETTES
from engine.music.score import Score, perform
from engine.timebase import TempoChange, TempoMap

_TEMPO = TempoMap(
    Fraction(437_000, 1_000_000),
    (TempoChange(Fraction(0), 600_000), TempoChange(Fraction(9), 571_428), TempoChange(Fraction(47, 3), 630_001)),
)


def piece(seed: int = 0, n_bars: int = 8) -> tuple[Note, ...]:
    """A tune, held chords and a bass, with repeated notes and notes that an instrument may have to fold."""
    rng = np.random.default_rng(seed)
    notes = set()
    for bar in range(n_bars):
        for step in sorted(rng.choice(16, 6, replace=False)):
            notes.add(Note(bar * 16 + int(step), Voice.MELODY, int(rng.integers(58, 96)), int(rng.integers(1, 5)), 70))
        root = int(rng.integers(48, 60))
        for pitch in (root, root + 4, root + 7):
            notes.add(Note(bar * 16, Voice.INNER, pitch, 16, int(rng.integers(50, 90))))
        notes.add(Note(bar * 16, Voice.BASS, root - 24, 8, 80))
        notes.add(Note(bar * 16 + 8, Voice.BASS, root - 17, 8, 75))
    return tuple(sorted(notes))


def played(notes: tuple[Note, ...], palette: str = "piano", tempo: TempoMap = _TEMPO) -> Score:
    return perform(notes, tempo, palette=palette, end_s=Fraction(25), accents=(0, 64), seed=3)


def edited(score: Score, path: Path, change: Callable[[Any], None] | None = None) -> Path:
    file = mido.MidiFile(file=io.BytesIO(midi_bytes(score)))
    if change is not None:
        change(file)
    file.save(path)
    return path


def absolute(track: Any) -> list[tuple[int, Any]]:
    now, rows = 0, []
    for message in track:
        now += message.time
        rows.append((now, message))
    return rows


def relative(track: Any, rows: list[tuple[int, Any]]) -> None:
    rows.sort(key=lambda row: (row[0], row[1].type == "note_on"))
    now, messages = 0, []
    for tick, message in rows:
        messages.append(message.copy(time=tick - now))
        now = tick
    track[:] = messages


def track_of(file: Any, name: str) -> Any:
    return next(track for track in file.tracks if track.name.startswith(name))


@pytest.mark.parametrize("palette", sorted(PALETTES))
def test_nothing_edited_is_nothing_changed(tmp_path: Path, palette: str) -> None:
    notes = piece()
    score = played(notes, palette)
    assert read_edits(edited(score, tmp_path / "a.mid"), score, notes) == notes


def _coarser(file: Any) -> None:
    for track in file.tracks:
        relative(track, [(round(tick / 4), message) for tick, message in absolute(track)])
    file.ticks_per_beat = 240


def _nameless(file: Any) -> None:
    for i, track in enumerate(file.tracks):
        track.name = f"Spur {i}"


def _one_track(file: Any) -> None:
    rows = [row for track in file.tracks for row in absolute(track) if row[1].type != "end_of_track"]
    file.tracks[1:] = []
    relative(file.tracks[0], rows)


def _one_tempo(file: Any) -> None:
    for track in file.tracks:
        relative(track, [row for row in absolute(track) if row[1].type not in ("set_tempo", "time_signature")])


@pytest.mark.parametrize("change", [_coarser, _nameless, _one_track, _one_tempo])
def test_what_sequencers_do_to_files_is_no_edit(tmp_path: Path, change: Callable[[Any], None]) -> None:
    notes = piece(1)
    score = played(notes, "chamber")
    assert read_edits(edited(score, tmp_path / "a.mid", change), score, notes) == notes


def _first_melody(file: Any) -> tuple[Any, list[tuple[int, Any]], list[int]]:
    """The melody track, its messages, and the places of on and off of its fifth note."""
    track = track_of(file, "Melody:")
    rows = absolute(track)
    on = [i for i, (_, m) in enumerate(rows) if m.type == "note_on"][4]
    off = next(
        i for i in range(on + 1, len(rows)) if rows[i][1].type == "note_off" and rows[i][1].note == rows[on][1].note
    )
    return track, rows, [on, off]


def _fifth(notes: tuple[Note, ...]) -> Note:
    return [note for note in notes if note.voice is Voice.MELODY][4]


def _transpose(file: Any) -> None:
    track, rows, spots = _first_melody(file)
    for i in spots:
        rows[i] = (rows[i][0], rows[i][1].copy(note=rows[i][1].note + 3))
    relative(track, rows)


def _louder(file: Any) -> None:
    track, rows, (on, _) = _first_melody(file)
    rows[on] = (rows[on][0], rows[on][1].copy(velocity=rows[on][1].velocity + 10))
    relative(track, rows)


def _later(file: Any) -> None:
    track, rows, spots = _first_melody(file)
    for i in spots:
        rows[i] = (rows[i][0] + 480, rows[i][1])
    relative(track, rows)


def _longer(file: Any) -> None:
    track, rows, (_, off) = _first_melody(file)
    rows[off] = (rows[off][0] + 480, rows[off][1])
    relative(track, rows)


def _gone(file: Any) -> None:
    track, rows, spots = _first_melody(file)
    relative(track, [row for i, row in enumerate(rows) if i not in spots])


def _sparse() -> tuple[Note, ...]:
    """A tune with room around each note, so that one can move."""
    return tuple(Note(8 * i, Voice.MELODY, 60 + 2 * (i % 7), 2, 70 + i % 5) for i in range(20))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (_transpose, lambda note: [replace(note, pitch=note.pitch + 3)]),
        (_louder, lambda note: [replace(note, velocity=note.velocity + 10)]),
        (_later, lambda note: [replace(note, onset=note.onset + 2)]),
        (_longer, lambda note: [replace(note, duration=note.duration + 2)]),
        (_gone, lambda _note: []),
    ],
)
@pytest.mark.parametrize("palette", ["piano", "guitar"])
def test_one_edit_changes_one_note(
    tmp_path: Path, palette: str, change: Callable[[Any], None], expected: Callable[[Note], list[Note]]
) -> None:
    notes = _sparse()
    score = played(notes, palette)
    got = read_edits(edited(score, tmp_path / "a.mid", change), score, notes)
    note = _fifth(notes)
    assert set(got) == (set(notes) - {note}) | set(expected(note))


def test_a_new_note_lands_on_the_grid_in_its_voice(tmp_path: Path) -> None:
    notes = piece(2)
    score = played(notes, "strings-and-piano")

    def add(file: Any) -> None:
        track = track_of(file, "Bass")
        rows = absolute(track)
        first, example = next((tick, m) for tick, m in rows if m.type == "note_on")
        rows.append((first + 960 * 3 + 17, example.copy(note=41, velocity=66)))
        rows.append((first + 960 * 4 - 9, mido.Message("note_off", note=41, channel=example.channel)))
        end = rows.pop(next(i for i, (_, m) in enumerate(rows) if m.type == "end_of_track"))
        relative(track, rows)
        track.append(end[1].copy(time=0))

    got = read_edits(edited(score, tmp_path / "a.mid", add), score, notes)
    (fresh,) = set(got) - set(notes)
    assert set(notes) <= set(got)
    assert (fresh.onset, fresh.voice, fresh.pitch % 12, fresh.duration) == (12, Voice.BASS, 41 % 12, 4)


def test_a_file_of_another_piece_is_refused(tmp_path: Path) -> None:
    notes = piece(1)
    other = played(tuple(replace(note, pitch=note.pitch + 1, velocity=33) for note in piece(77)))
    with pytest.raises(InputError, match="not this take"):
        read_edits(edited(other, tmp_path / "a.mid"), played(notes), notes)
    (tmp_path / "b.mid").write_bytes(b"nonsense")
    with pytest.raises(InputError):
        read_edits(tmp_path / "b.mid", played(notes), notes)


def test_all_of_a_piece_transposed_is_an_edit(tmp_path: Path) -> None:
    notes = piece(1)
    score = played(notes)

    def up(file: Any) -> None:
        for track in file.tracks:
            track[:] = [m.copy(note=m.note + 2) if m.type in ("note_on", "note_off") else m for m in track]

    got = read_edits(edited(score, tmp_path / "a.mid", up), score, notes)
    expected = {replace(note, pitch=note.pitch + 2) for note in notes}
    assert len(expected & set(got)) > 0.95 * len(notes)


def test_an_empty_take_takes_any_notes(tmp_path: Path) -> None:
    written = played(_sparse())
    empty = played(())
    got = read_edits(edited(written, tmp_path / "a.mid"), empty, ())
    assert [note.onset for note in got] == [note.onset for note in _sparse()]


def test_short_bars_take_no_time(tmp_path: Path) -> None:
    tempo = TempoMap(Fraction(0), (TempoChange(Fraction(0), 500_000),), elided=(1,))
    notes = tuple(note for note in piece(3) if not 24 <= note.onset < 32)
    score = played(notes, tempo=tempo)
    assert read_edits(edited(score, tmp_path / "a.mid"), score, notes) == notes
