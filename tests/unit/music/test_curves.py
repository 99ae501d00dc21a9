"""Drawn curves: from seconds to beats, and an honest comparison with what came of them."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from scipy.stats import spearmanr

from engine.direction import Curve, Direction
from engine.music.curves import compare, dissonance, drawn, per_beat, rank_correlation, sounding_pitch
from engine.music.notes import Note, NoteTable, Voice
from engine.timebase import TempoMap

SECOND = TempoMap.constant(60)


def table(*notes: tuple[int, int, int]) -> NoteTable:
    return NoteTable.from_notes(Note(onset, Voice.INNER, pitch, duration) for onset, pitch, duration in notes)


def test_a_curve_is_straight_between_points_and_level_beyond():
    curve = Curve("density", ((Fraction(2), 0.0), (Fraction(4), 1.0)))
    np.testing.assert_allclose(per_beat(curve, SECOND, 6), [0, 0, 0.25, 0.75, 1, 1])


def test_a_part_of_the_film_reads_its_part_of_the_curve():
    curve = Curve("energy", ((Fraction(0), 0.0), (Fraction(10), 1.0)))
    late = per_beat(curve, SECOND, 3, offset_s=Fraction(5))
    np.testing.assert_allclose(late, [0.55, 0.65, 0.75], atol=1e-6)
    assert set(drawn(Direction(curves=(curve,)), SECOND, 3)) == {"energy"}


def test_rank_correlation_is_the_library_s():
    rng = np.random.default_rng(3)
    a, b = rng.integers(0, 5, 40).astype(np.float32), rng.normal(size=40).astype(np.float32)
    assert rank_correlation(a, b) == pytest.approx(float(spearmanr(a, b).statistic), abs=1e-6)


def test_a_flat_request_is_neither_met_nor_missed_and_a_flat_answer_is_missed():
    flat, rising = np.ones(8, np.float32), np.arange(8, dtype=np.float32)
    assert math.isnan(rank_correlation(flat, rising))
    assert rank_correlation(rising, flat) == 0.0
    assert compare(flat, rising, "density").to_json()["spearman"] is None


def test_a_semitone_is_rougher_than_a_triad_and_a_triad_than_an_octave():
    octave, triad, cluster = ((0, 60, 4), (0, 72, 4)), ((0, 60, 4), (0, 64, 4), (0, 67, 4)), ((0, 60, 4), (0, 61, 4))
    values = [float(dissonance(table(*notes), 1)[0]) for notes in (octave, triad, cluster)]
    assert values == sorted(values)
    assert values[0] == 0


def test_register_is_the_mean_pitch_of_what_sounds_and_rests_hold():
    notes = table((0, 60, 8), (4, 72, 4))
    np.testing.assert_allclose(sounding_pitch(notes, 3), [60, 66, 66])
