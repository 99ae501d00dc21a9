"""Measures of one piece, on music whose value can be worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.helpers.pieces import MAJOR, piece_of
from training.metrics import quality

EMPTY = piece_of([])


@pytest.mark.parametrize(
    ("pitches", "bits"), [((60,), 0.0), ((60, 72, 48), 0.0), ((60, 61), 1.0), (tuple(range(60, 72)), math.log2(12))]
)
def test_entropy_counts_pitch_classes(pitches: tuple[int, ...], bits: float) -> None:
    assert quality.pitch_class_entropy(piece_of([(i, p, 4) for i, p in enumerate(pitches)])) == pytest.approx(bits)


def test_entropy_of_three_to_one() -> None:
    value = quality.pitch_class_entropy(piece_of([(0, 60, 1), (1, 60, 1), (2, 60, 1), (3, 67, 1)]))
    assert value == pytest.approx(-(0.75 * math.log2(0.75) + 0.25 * math.log2(0.25)))


def test_entropy_by_bars_averages_and_skips_rests() -> None:
    two_bars_of_one_class_each = piece_of([(0, 60, 1), (4, 60, 1), (16, 62, 1), (20, 62, 1)], 64)
    assert quality.pitch_class_entropy(two_bars_of_one_class_each) == pytest.approx(1.0)
    assert quality.pitch_class_entropy(two_bars_of_one_class_each, bars=1) == 0.0
    # spans of two bars: (1, 2) has 1 bit, (2, 3) has 0, (3, 4) is empty
    assert quality.pitch_class_entropy(two_bars_of_one_class_each, bars=2) == pytest.approx(0.5)
    assert quality.pitch_class_entropy(two_bars_of_one_class_each, bars=99) == pytest.approx(1.0)


def test_groove_of_equal_bars_is_one_whatever_the_pitches() -> None:
    piece = piece_of([(16 * bar + step, 60 + bar, 1) for bar in range(4) for step in (0, 6, 10)], 64)
    assert quality.grooving_similarity(piece) == 1


def test_groove_counts_positions_that_differ() -> None:
    # bars of onsets {0, 4}, {0, 8}, {}: pairs differ at 2, 2 and 2 of 16 positions
    piece = piece_of([(0, 60, 1), (4, 60, 1), (16, 60, 1), (24, 60, 1)], 48)
    assert quality.grooving_similarity(piece) == pytest.approx(1 - 2 / 16)
    assert quality.grooving_similarity(piece, positions=64) == pytest.approx(1 - 2 / 64)


def test_groove_of_opposite_bars_is_zero() -> None:
    full_then_empty = piece_of([(step, 60, 1) for step in range(16)], 32)
    assert quality.grooving_similarity(full_then_empty) == 0.0


def test_scale_consistency_of_any_major_scale_is_one() -> None:
    for tonic in range(12):
        assert quality.scale_consistency(piece_of([(i, 60 + tonic + p, 1) for i, p in enumerate(MAJOR)])) == 1.0


def test_scale_consistency_of_chromatic_music_is_seven_of_twelve() -> None:
    assert quality.scale_consistency(piece_of([(i, 60 + i, 1) for i in range(12)])) == pytest.approx(7 / 12)


def test_scale_consistency_counts_notes() -> None:
    assert quality.scale_consistency(
        piece_of([(i, 60 + p, 1) for i, p in enumerate((*MAJOR, *MAJOR, 1))])
    ) == pytest.approx(14 / 15)


def test_counts() -> None:
    chord_and_tune = piece_of([(0, 48, 8), (0, 60, 8), (0, 64, 4), (4, 65, 4), (12, 67, 1)], 16)
    assert quality.note_count(chord_and_tune) == 5
    assert quality.note_density(chord_and_tune) == pytest.approx(5 / 4)
    assert quality.density_spread(chord_and_tune) == pytest.approx(np.std([3, 1, 0, 1]))
    assert quality.polyphony(chord_and_tune) == pytest.approx((8 * 3 + 1) / 9)
    assert quality.onset_polyphony(chord_and_tune) == pytest.approx(5 / 3)
    assert quality.pitch_range(chord_and_tune) == 19
    assert quality.mean_pitch(chord_and_tune) == pytest.approx((48 + 60 + 64 + 65 + 67) / 5)
    assert quality.mean_note_length(chord_and_tune) == pytest.approx(25 / 5)
    assert quality.short_note_share(chord_and_tune) == pytest.approx(1 / 5)


def test_silence_is_found_anywhere() -> None:
    piece = piece_of([(4, 60, 4), (24, 60, 4)], 40)
    assert quality.silent_spans(piece) == [(0, 4), (8, 24), (28, 40)]
    assert quality.longest_silence(piece) == 16
    assert quality.silent_bars(piece) == 1
    assert quality.silent_bars(EMPTY) == 1
    assert quality.longest_silence(piece_of([(0, 60, 16)], 16)) == 0


def test_low_mud_is_close_low_pitches_sounding_together() -> None:
    assert quality.low_mud(piece_of([(0, 36, 8), (4, 40, 8)], 16)) == pytest.approx(4 / 16)
    assert quality.low_mud(piece_of([(0, 36, 8), (4, 43, 8)], 16)) == 0  # a fifth is clear
    assert quality.low_mud(piece_of([(0, 60, 8), (0, 61, 8)], 16)) == 0


def test_repetition_at_its_lag() -> None:
    two_bar_figure = [(32 * k + s, p, 1) for k in range(4) for s, p in ((0, 60), (8, 64), (16, 62), (24, 65))]
    piece = piece_of(two_bar_figure)
    assert quality.repetition(piece, 2) == 1.0
    assert quality.repetition(piece, 4) == 1.0
    assert quality.repetition(piece, 1) == 0.0
    assert math.isnan(quality.repetition(piece, 8))


def test_repetition_is_shared_over_all() -> None:
    # bar 1 has 3 onsets, bar 2 has 2 of them and another one: 2 of 4
    piece = piece_of([(0, 60, 1), (4, 62, 1), (8, 64, 1), (16, 60, 1), (20, 62, 1), (28, 64, 1)], 32)
    assert quality.bar_repetition(piece, 1).tolist() == [0.5]


def test_a_rest_repeats_nothing() -> None:
    assert np.isnan(quality.bar_repetition(piece_of([(0, 60, 1)], 48), 1)).tolist() == [False, True]


@pytest.mark.parametrize(
    "measure",
    [
        quality.pitch_class_entropy,
        quality.scale_consistency,
        quality.polyphony,
        quality.onset_polyphony,
        quality.pitch_range,
        quality.mean_pitch,
        quality.mean_note_length,
        quality.short_note_share,
    ],
)
def test_what_an_empty_piece_does_not_define_is_nan(measure: object) -> None:
    assert callable(measure)
    assert math.isnan(measure(EMPTY))


def test_one_bar_has_no_pair() -> None:
    assert math.isnan(quality.grooving_similarity(piece_of([(0, 60, 1)], 16)))
