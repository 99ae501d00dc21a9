"""Music as arrays, and the lines read from it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.music.notes import Note, Voice, notes_to_roll
from tests.helpers.pieces import piece_of
from training.metrics.piece import Piece, bass_line, density_curve, melody_line, onset_grid, sounding, top_line


def rows(piece: Piece) -> list[tuple[int, int, int]]:
    return list(zip(piece.onset.tolist(), piece.pitch.tolist(), piece.duration.tolist(), strict=True))


def test_notes_outside_are_dropped_and_long_ones_cut() -> None:
    assert rows(piece_of([(-1, 60, 4), (14, 62, 9), (16, 64, 1)], 16)) == [(14, 62, 2)]


def test_a_unison_is_one_note_of_the_melody_and_the_longest_duration() -> None:
    notes = [Note(0, Voice.INNER, 60, 8), Note(0, Voice.MELODY, 60, 2), Note(0, Voice.BASS, 60, 4)]
    piece = Piece.from_notes(notes, 16)
    assert rows(piece) == [(0, 60, 8)]
    assert piece.voice.tolist() == [Voice.MELODY]


def test_a_new_strike_ends_the_note_that_sounded() -> None:
    assert rows(piece_of([(0, 60, 8), (3, 60, 2)], 16)) == [(0, 60, 3), (3, 60, 2)]


def test_a_piece_has_a_length() -> None:
    with pytest.raises(ValueError, match="0 steps"):
        piece_of([], 0)


NOTES = st.lists(st.tuples(st.integers(0, 31), st.integers(50, 56), st.integers(1, 9)), max_size=30)


@given(NOTES)
def test_sounding_is_the_roll(given_rows: list[tuple[int, int, int]]) -> None:
    piece = piece_of(given_rows, 32)
    roll = notes_to_roll([Note(o, Voice.MELODY, p, d) for o, p, d in rows(piece)], 32)
    assert np.array_equal(sounding(piece), (roll.onset | roll.sustain)[0].astype(bool))
    assert np.array_equal(onset_grid(piece).reshape(32, 128), roll.onset[0].astype(bool))


def test_density_counts_beats_of_a_broken_bar_too() -> None:
    assert density_curve(piece_of([(0, 60, 1), (3, 62, 1), (4, 64, 1), (17, 60, 1)], 18)).tolist() == [2, 1, 0, 0, 1]


def test_top_line_waits_for_a_held_note() -> None:
    chord_then_figure = [(0, 72, 8), (0, 60, 2), (2, 64, 2), (4, 67, 2), (8, 67, 2), (10, 74, 2)]
    onset, pitch = top_line(piece_of(chord_then_figure))
    assert onset.tolist() == [0, 8, 10]
    assert pitch.tolist() == [72, 67, 74]


def test_melody_line_is_the_voice_and_empty_without_it() -> None:
    notes = [Note(0, Voice.MELODY, 60, 4), Note(0, Voice.MELODY, 64, 4), Note(2, Voice.INNER, 90, 4)]
    onset, pitch = melody_line(Piece.from_notes(notes, 16))
    assert (onset.tolist(), pitch.tolist()) == ([0], [64])
    assert len(melody_line(Piece.from_notes(notes[2:], 16))[0]) == 0


def test_bass_line_takes_the_lowest_that_sounds_in_each_beat() -> None:
    held_over = [(0, 40, 6), (8, 55, 2), (9, 50, 1)]
    low = bass_line(piece_of(held_over, 16))
    assert low[:3].tolist() == [40, 40, 50]
    assert np.isnan(low[3])
