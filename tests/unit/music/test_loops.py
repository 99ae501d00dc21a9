"""Loops: whole bars fill the film, and notes go round."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from engine.music.loops import loop_beats, loop_tempo, rolled_notes, round_trip
from engine.music.notes import Note, Voice
from engine.timebase import MICROSECONDS


def tempo_for(duration_s: Fraction, *cuts_s: Fraction, low: float = 70, high: float = 120):
    return loop_tempo(
        cuts_s,
        weights=[1.0] * len(cuts_s),
        duration_s=duration_s,
        bpm_min=low,
        bpm_max=high,
        preferred_bpm=(low * high) ** 0.5,
        tolerance_s=0.04,
    )


@pytest.mark.parametrize("duration_s", [Fraction(24), Fraction(1001 * 433, 24000), Fraction(61, 3), Fraction(600)])
def test_whole_bars_fill_the_film_to_a_microsecond(duration_s):
    tempo = tempo_for(duration_s)
    n_beats = loop_beats(tempo, duration_s)
    assert n_beats % 4 == 0
    assert abs(tempo.seconds(n_beats) - duration_s) <= Fraction(1, MICROSECONDS)
    assert tempo.start_s == 0
    assert 69.9 <= tempo.bpm(0) <= 120.1


@pytest.mark.parametrize("duration_s", [Fraction(1, 2), Fraction(1), Fraction(2), Fraction(7, 2), Fraction(5)])
def test_a_tiny_film_loops_too(duration_s):
    tempo = tempo_for(duration_s)
    n_beats = loop_beats(tempo, duration_s)
    assert n_beats >= 1
    assert abs(tempo.seconds(n_beats) - duration_s) <= Fraction(1, MICROSECONDS)


def test_cuts_choose_among_the_tempi_that_loop():
    beat_s = Fraction(24, 36)
    tempo = tempo_for(Fraction(24), *(beat_s * beat for beat in (5, 9, 14, 23)))
    assert loop_beats(tempo, Fraction(24)) == 36


def test_a_range_without_whole_bars_is_left_and_the_loop_kept():
    tempo = tempo_for(Fraction(10), low=89, high=90)
    assert loop_beats(tempo, Fraction(10)) == 16


def test_a_loop_unrolled_begins_before_itself_and_goes_on_after():
    np.testing.assert_array_equal(round_trip(4, 2, 3), [2, 3, 0, 1, 2, 3, 0, 1, 2])
    np.testing.assert_array_equal(round_trip(2, 5, 1), [1, 0, 1, 0, 1, 0, 1, 0])


def test_notes_of_a_loop_begin_within_it_and_may_be_held_over_its_end():
    unrolled = [
        Note(7, Voice.BASS, 40, 3),
        Note(8, Voice.BASS, 43, 2),
        Note(22, Voice.MELODY, 70, 30),
        Note(24, Voice.MELODY, 72, 1),
    ]
    rolled = rolled_notes(unrolled, n_beats=4, before=2, longest_beats=2)
    assert rolled == (Note(0, Voice.BASS, 43, 2), Note(14, Voice.MELODY, 70, 10))
