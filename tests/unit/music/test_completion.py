"""What the model leaves open is completed from the harmony, and nothing else is touched."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.music.chords import Key, parse_chord
from engine.music.completion import closing_beats, complete_ending, complete_hits, final_step
from engine.music.notes import Note, Voice
from engine.music.plan import Plan, Section
from engine.timebase import STEPS_PER_BAR, TempoMap

BARS = 4
N_STEPS = BARS * STEPS_PER_BAR
HARMONY = Plan(
    Key(0, False),
    tuple(parse_chord(label) for label in ("C", "F", "G", "C") for _ in range(4)),
    tuple(beat == 0 for beat in range(16)),
    (Section(0, 16, "A"),),
)
notes_of = st.lists(
    st.builds(
        Note,
        onset=st.integers(0, N_STEPS - 1),
        voice=st.sampled_from(list(Voice)),
        pitch=st.integers(36, 84),
        duration=st.integers(1, 12),
        velocity=st.integers(30, 110),
    ),
    min_size=1,
    max_size=40,
)
steps_of = st.lists(st.integers(0, N_STEPS - 1), max_size=8)


def overlaps(notes):
    last: dict[tuple[int, int], int] = {}
    for note in sorted(notes):
        if last.get((note.voice, note.pitch), 0) > note.onset:
            return True
        last[note.voice, note.pitch] = note.end
    return False


@given(notes_of, steps_of)
def test_something_begins_on_every_hit(notes, hits):
    done = complete_hits(notes, HARMONY, hits, n_steps=N_STEPS)
    assert set(hits) <= {note.onset for note in done}


@given(notes_of, steps_of)
def test_where_every_hit_is_struck_by_two_nothing_changes(notes, hits):
    struck = [Note(step, voice, 50 + 5 * voice, 1) for step in hits for voice in Voice]
    piece = tuple(sorted({*notes, *struck}))
    assert complete_hits(piece, HARMONY, hits, n_steps=N_STEPS) == piece


@given(notes_of, steps_of)
def test_what_may_not_change_does_not(notes, hits):
    locked = {note for note in notes if note.voice is not Voice.INNER}
    done = complete_hits(notes, HARMONY, hits, n_steps=N_STEPS, may=lambda note: note not in locked)
    assert locked <= set(done)
    done = complete_ending(notes, HARMONY, 48, n_steps=N_STEPS, may=lambda note: note not in locked)
    assert locked <= set(done)


def test_an_onset_beside_a_hit_moves_onto_it():
    notes = [Note(0, Voice.BASS, 36, 17), Note(17, Voice.BASS, 41, 7), Note(17, Voice.INNER, 60, 2)]
    done = complete_hits(notes, HARMONY, [16], n_steps=N_STEPS)
    assert Note(16, Voice.BASS, 41, 8) in done
    assert len(done) == len(notes)


def test_an_injected_onset_is_a_chord_tone_near_its_voice():
    done = complete_hits([Note(0, Voice.INNER, 62, 4)], HARMONY, [22], n_steps=N_STEPS)
    new = [note for note in done if note.onset == 22]
    assert {note.voice for note in new} == {Voice.INNER, Voice.BASS}
    for note in new:
        assert note.pitch % 12 in HARMONY.chord_at(5).chroma
    assert next(note.pitch for note in new if note.voice is Voice.INNER) in (60, 65)
    assert next(note.pitch for note in new if note.voice is Voice.BASS) % 12 == 5


@given(notes_of)
def test_the_ending_is_one_chord_of_the_tonic(notes):
    done = complete_ending(notes, HARMONY, 48, n_steps=N_STEPS)
    final = [note for note in done if note.onset >= 48]
    assert {note.onset for note in final} == {48}
    assert {note.end for note in final} == {N_STEPS}
    assert {note.pitch % 12 for note in final} <= {0, 4, 7}
    assert min(final, key=lambda note: note.pitch).pitch % 12 == 0
    assert any(note.pitch % 12 == 4 for note in final)
    assert not overlaps(note for note in final)
    assert all(note.end <= 48 for note in done if note.onset < 48)


def test_what_comes_before_the_ending_stays():
    notes = [Note(4, Voice.MELODY, 72, 4), Note(40, Voice.MELODY, 74, 30), Note(56, Voice.MELODY, 77, 4)]
    done = complete_ending(notes, HARMONY, 48, n_steps=N_STEPS)
    assert Note(4, Voice.MELODY, 72, 4) in done
    assert Note(40, Voice.MELODY, 74, 8) in done
    assert not any(note.onset == 56 for note in done)


@pytest.mark.parametrize("bpm", [60, 84.7, 96, 133])
@pytest.mark.parametrize("end_s", [Fraction(5), Fraction(1001, 60), Fraction(61)])
def test_the_last_chord_stands_on_a_strong_beat_with_time_to_ring(bpm, end_s):
    tempo = TempoMap.constant(bpm, Fraction(1, 7))
    step = final_step(tempo, end_s)
    assert step % 8 == 0
    ring_s = end_s - tempo.seconds(Fraction(step, 4))
    assert ring_s >= 1
    assert ring_s < 1 + 2 * 60 / bpm + 1e-3
    assert closing_beats(tempo, end_s) * 4 > step


def test_a_film_shorter_than_a_ring_ends_on_its_beginning():
    assert final_step(TempoMap.constant(90), Fraction(1, 2)) == 0


def test_a_silent_piece_stays_silent():
    assert complete_ending([], HARMONY, 48, n_steps=N_STEPS) == ()


def test_steps_are_whole_numbers():
    assert isinstance(final_step(TempoMap.constant(90), Fraction(10)), int)
    assert not isinstance(final_step(TempoMap.constant(90), Fraction(10)), np.integer)
