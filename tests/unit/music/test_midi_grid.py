"""Short bars in MIDI."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path

import mido
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.music.midi import midi_bytes, read_midi, read_onsets
from engine.music.midi_grid import Fold, Metre, played_beats
from engine.music.notes import Note, Voice
from engine.music.score import perform
from engine.timebase import TempoChange, TempoMap

CHANGES = tuple(TempoChange(Fraction(4 * i), 500_000 + 3_001 * i) for i in range(8))
TEMPO = TempoMap(Fraction(0), CHANGES, elided=(2, 3, 6))
NOTES = [Note(step, Voice.MELODY, 60 + step % 12, 2, 70) for step in range(0, 128, 4)]


def _heard(tempo: TempoMap) -> list[Note]:
    return [note for note in NOTES if tempo.sounds(Fraction(note.onset, 4))]


def test_short_bars_are_written_as_two_four_and_read_back(tmp_path: Path) -> None:
    score = perform(NOTES, TEMPO, palette="piano", end_s=Fraction(60), accents=range(0, 128, 4))
    (tmp_path / "a.mid").write_bytes(midi_bytes(score))
    file = mido.MidiFile(file=io.BytesIO(midi_bytes(score)))
    metres, tick = [], 0
    for message in file.tracks[0]:
        tick += message.time
        if message.type == "time_signature":
            metres.append((tick // 960, message.numerator, message.denominator))
    assert metres == [(0, 4, 4), (8, 2, 4), (10, 2, 4), (12, 4, 4), (20, 2, 4), (22, 4, 4)]
    notes, tempo = read_midi(tmp_path / "a.mid")
    assert tempo == TEMPO
    assert [note.onset for note in notes] == [note.onset for note in _heard(TEMPO)]


def test_onsets_are_read_where_they_sound(tmp_path: Path) -> None:
    score = perform(NOTES, TEMPO, palette="piano", end_s=Fraction(60), accents=range(0, 128, 4))
    (tmp_path / "a.mid").write_bytes(midi_bytes(score))
    exact = [float(TEMPO.seconds(Fraction(note.onset, 4))) for note in _heard(TEMPO)]
    assert read_onsets(tmp_path / "a.mid") == pytest.approx(exact, abs=1e-3)


@settings(max_examples=50)
@given(st.sets(st.integers(1, 20), max_size=6), st.integers(0, 90))
def test_many_beats_are_counted_as_one_is(elided: set[int], beat: int) -> None:
    tempo = TempoMap(Fraction(0), (TempoChange(Fraction(0), 500_000),), tuple(sorted(elided)))
    if tempo.sounds(beat):
        played = tempo.played_beats(beat)
        assert played_beats(tempo, np.array([float(beat)]))[0] == played
        ends = tuple(int(tempo.played_beats(4 * bar + 2)) for bar in tempo.elided)
        assert Fold(ends, tempo.elided).start(played) == beat


def test_other_metres_leave_the_grid_alone() -> None:
    assert Fold.of_metres([Metre(0, 3, 4), Metre(960, 6, 8)], 0, 480) == Fold()
    assert Fold.of_metres([Metre(0, 2, 4)], 0, 480) == Fold()
