"""Notes and piano rolls."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.music.notes import N_VOICES, Note, NoteTable, Voice, notes_to_roll, roll_to_notes

N_STEPS = 64


@st.composite
def playable_notes(draw: st.DrawFn) -> tuple[Note, ...]:
    """Notes of which no two of a voice and pitch overlap; notes that start together in a voice are equally loud."""
    notes = []
    loudness: dict[tuple[int, Voice], int] = {}
    for voice in draw(st.lists(st.sampled_from(Voice), max_size=3, unique=True)):
        for pitch in draw(st.lists(st.integers(21, 108), max_size=4, unique=True)):
            onset = 0
            for gap, length in draw(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 12)), max_size=6)):
                onset += gap
                if onset + length > N_STEPS:
                    break
                velocity = loudness.setdefault((onset, voice), draw(st.integers(1, 127)))
                notes.append(Note(onset, voice, pitch, length, velocity))
                onset += length
    return tuple(sorted(notes))


@given(playable_notes())
def test_notes_survive_the_way_through_a_roll(notes: tuple[Note, ...]) -> None:
    assert roll_to_notes(notes_to_roll(notes, N_STEPS)) == notes


@given(st.integers(0, 2**32 - 1))
def test_a_roll_of_noise_becomes_a_roll_that_reads_back(seed: int) -> None:
    rng = np.random.default_rng(seed)
    planes = (rng.random((2, N_VOICES, N_STEPS, 128)) < 0.03).astype(np.uint8)
    velocity = rng.integers(0, 128, (N_VOICES, N_STEPS)).astype(np.uint8)
    noisy = type(notes_to_roll((), N_STEPS))(planes[0], planes[1], velocity)
    notes = roll_to_notes(noisy)
    clean = notes_to_roll(notes, N_STEPS)
    assert np.array_equal(clean.onset, noisy.onset)
    assert not np.any(clean.sustain & ~noisy.sustain.astype(bool))
    assert roll_to_notes(clean) == notes


@given(playable_notes())
def test_a_table_holds_the_same_notes(notes: tuple[Note, ...]) -> None:
    assert NoteTable.from_notes(notes).to_notes() == notes


def test_what_lies_outside_the_roll_is_cut_off() -> None:
    roll = notes_to_roll([Note(-1, Voice.BASS, 40, 4), Note(6, Voice.BASS, 40, 9), Note(8, Voice.BASS, 41, 1)], 8)
    assert roll_to_notes(roll) == (Note(6, Voice.BASS, 40, 2),)


def test_a_repeated_note_ends_the_one_before() -> None:
    roll = notes_to_roll([Note(0, Voice.MELODY, 60, 8, 90), Note(4, Voice.MELODY, 60, 2, 70)], 8)
    assert roll_to_notes(roll) == (Note(0, Voice.MELODY, 60, 4, 90), Note(4, Voice.MELODY, 60, 2, 70))
