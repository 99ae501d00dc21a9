"""A part of a score by itself: notes that sound already, the pedal, bar lines and tempo."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.music.excerpt import excerpt, tempo_within
from engine.music.notes import Voice
from engine.music.score import PEDAL, Control, Marker, Part, Score, ScoreNote
from engine.timebase import TempoChange, TempoMap

TEMPO = TempoMap(Fraction(1, 4), (TempoChange(Fraction(0), 500_000), TempoChange(Fraction(6), 480_000)), (2,))


def score_of(*notes: ScoreNote, controls: tuple[Control, ...] = ()) -> Score:
    part = Part("Melody: Flute", Voice.MELODY, 73, notes, controls)
    return Score((part,), TEMPO, Fraction(12), (Marker(Fraction(1), "a"), Marker(Fraction(5), "b")))


def test_notes_are_cut_off_at_both_ends() -> None:
    whole = score_of(
        ScoreNote(0.5, 60, 1.0, 70), ScoreNote(1.0, 62, 4.0, 71), ScoreNote(1.9, 64, 2.01, 72),
        ScoreNote(3.0, 65, 3.5, 73), ScoreNote(4.5, 67, 9.0, 74), ScoreNote(5.0, 69, 6.0, 75),
    )  # fmt: skip
    part = excerpt(whole, Fraction(2), Fraction(5)).parts[0]
    told = [(note.start_s, note.end_s, note.pitch) for note in part.notes]
    assert told == [(0.0, 2.0, 62), (1.0, 1.5, 65), (2.5, 3.0, 67)]


def test_the_pedal_begins_as_it_stands_and_comes_up_at_the_end() -> None:
    controls = (Control(0.1, PEDAL, 127), Control(1.0, PEDAL, 0), Control(1.1, PEDAL, 127), Control(4.0, 11, 90))
    part = excerpt(score_of(ScoreNote(2.0, 60, 3.0, 70), controls=controls), Fraction(2), Fraction(5)).parts[0]
    assert part.controls == (Control(0.0, PEDAL, 127), Control(2.0, 11, 90), Control(3.0, PEDAL, 0))


def test_markers_and_silent_parts() -> None:
    part = excerpt(score_of(ScoreNote(0.0, 60, 1.0, 70)), Fraction(2), Fraction(6))
    assert part.parts == () and part.markers == (Marker(Fraction(3), "b"),) and part.end_s == 4


def test_before_the_beginning_there_is_a_rest() -> None:
    part = excerpt(score_of(ScoreNote(0.5, 60, 1.0, 70)), Fraction(-10), Fraction(3))
    assert [(note.start_s, note.end_s) for note in part.parts[0].notes] == [(10.5, 11.0)]
    assert 0 <= part.tempo.start_s < 2


@given(st.fractions(0, 9, max_denominator=50), st.fractions(1, 9, max_denominator=50), st.integers(0, 80))
def test_every_beat_keeps_its_second(start_s: Fraction, length_s: Fraction, sixteenth: int) -> None:
    part = tempo_within(TEMPO, start_s, start_s + length_s)
    shift = -(-TEMPO.beat(start_s) // 4) * 4
    beat = Fraction(sixteenth, 4)
    at_s = TEMPO.seconds(beat + shift) - start_s
    if at_s < length_s and TEMPO.sounds(beat + shift):
        assert part.seconds(beat) == at_s
    assert part.start_s >= 0 and all(part.seconds(change.beat) < length_s for change in part.changes[1:])


def test_a_tempo_map_of_one_tempo_stays_one() -> None:
    assert tempo_within(TempoMap.constant(120), Fraction(1), Fraction(3)).bpm() == pytest.approx(120)
