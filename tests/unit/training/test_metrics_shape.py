"""Histograms of hand-made music, the distance between them, and what the report makes of scatter."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.music.notes import Note, Voice
from tests.helpers.pieces import diatonic_piece, piece_of
from training.metrics import shape
from training.metrics.piece import Piece

TUNE = [(0, 60, 4), (4, 64, 2), (6, 62, 20), (40, 74, 1)]


def bins(histogram: np.ndarray) -> dict[int, float]:
    return {int(i): float(histogram[i]) for i in np.flatnonzero(histogram)}


def test_histograms_of_a_tune() -> None:
    piece = piece_of(TUNE, 48)
    assert bins(shape.note_lengths(piece)) == {3: 1, 1: 1, 15: 1, 0: 1}
    assert bins(shape.inter_onset_intervals(piece)) == {3: 1, 1: 1, 15: 1}
    assert bins(shape.bar_positions(piece)) == {0: 1, 4: 1, 6: 1, 8: 1}
    assert bins(shape.melodic_intervals(piece)) == {16: 1, 10: 1, 24: 1}
    assert bins(shape.simultaneous_intervals(piece)) == {}


def test_onsets_together_are_one_instant() -> None:
    assert bins(shape.inter_onset_intervals(piece_of([(0, 60, 1), (0, 64, 1), (4, 60, 1)]))) == {3: 1}


def test_simultaneous_intervals_count_a_pair_when_it_is_struck() -> None:
    held_then_joined = [(0, 48, 8), (0, 55, 8), (4, 60, 4), (4, 84, 1)]
    # at 0: 7; at 4: 60 over 48 and 55 (12, 5), 84 over 48, 55, 60 (36 and 29 in the last bin, 24 too)
    assert bins(shape.simultaneous_intervals(piece_of(held_then_joined))) == {6: 1, 11: 1, 4: 1, 23: 3}


def test_bass_motion_is_from_beat_to_beat() -> None:
    piece = piece_of([(0, 48, 8), (0, 60, 16), (8, 43, 8), (24, 30, 4)], 32)
    # beats: 48, 48, 43, 43, rest, rest, 30, rest
    assert bins(shape.bass_motion(piece)) == {12: 2, 7: 1}


def test_repetition_bins() -> None:
    same_then_half = [
        (0, 60, 1),
        (4, 62, 1),
        (8, 64, 1),
        (16, 60, 1),
        (20, 62, 1),
        (24, 64, 1),
        (32, 60, 1),
        (36, 62, 1),
    ]
    found = shape.repetition_histogram(piece_of([*same_then_half, (44, 64, 1)], 48), 1)
    assert bins(found) == {10: 1, 5: 1}


@pytest.mark.parametrize("aspect", shape.ASPECTS, ids=lambda aspect: aspect.name)
def test_every_aspect_has_a_label_for_each_bin_and_bears_silence(aspect: shape.Aspect) -> None:
    assert aspect.measure(diatonic_piece(0)).shape == (len(aspect.labels),)
    assert not aspect.measure(piece_of([])).any()


def test_jensen_shannon_of_known_histograms() -> None:
    a, b, both = np.array([4.0, 0.0]), np.array([0.0, 9.0]), np.array([1.0, 1.0])
    assert shape.jensen_shannon(a, b) == 1.0
    assert shape.jensen_shannon(a, 7 * a) == 0.0
    divergence = 0.5 * math.log2(4 / 3) + 0.5 * (0.5 * math.log2(2 / 3) + 0.5 * math.log2(2))
    assert shape.jensen_shannon(a, both) == pytest.approx(math.sqrt(divergence))
    assert shape.jensen_shannon(both, a) == shape.jensen_shannon(a, both)
    assert math.isnan(shape.jensen_shannon(a, np.zeros(2)))


def songs(first: int, *, length: int = 2) -> list[Piece]:
    return [diatonic_piece(first + i, length=length, group=f"song {i // 2}") for i in range(40)]


def test_music_of_the_same_manner_stays_near_the_floor() -> None:
    report = {row.name: row for row in shape.shape_report(songs(0), songs(100))}
    for name in ("note length", "inter-onset interval", "position in bar", "melodic intervals"):
        assert report[name].ratio < 2


def test_scatter_is_far_from_the_floor_though_its_notes_are_as_many() -> None:
    """The failure that averages hid: the same onsets and pitches, all cut to a 16th."""
    real = songs(0)
    scatter = [Piece.from_notes(notes_of(piece, 1), piece.n_steps) for piece in real]
    report = {row.name: row for row in shape.shape_report(scatter, real)}
    assert report["note length"].distance > 0.9
    assert report["note length"].ratio > 10
    assert report["position in bar"].distance == 0.0


def notes_of(piece: Piece, duration: int) -> list[Note]:
    return [Note(o, Voice.INNER, p, duration) for o, p in zip(piece.onset.tolist(), piece.pitch.tolist(), strict=True)]


def test_lag_eight_is_not_defined_on_eight_bars() -> None:
    report = {row.name: row for row in shape.shape_report(songs(0), songs(100))}
    assert math.isnan(report["repetition, lag 8"].distance)
    assert not math.isnan(report["repetition, lag 4"].distance)


def test_the_floor_parts_songs_not_windows() -> None:
    """Twenty songs of two equal windows: parting windows would find half of each song on both sides."""
    whole = [diatonic_piece(i // 2, group=f"song {i // 2}") for i in range(40)]
    apart = [diatonic_piece(i // 2) for i in range(40)]
    floors = [{row.name: row.floor for row in shape.shape_report(whole, real)} for real in (whole, apart)]
    assert floors[0]["bass motion"] > 1.1 * floors[1]["bass motion"]


def test_the_report_repeats_with_its_seed() -> None:
    first, again = (shape.shape_report(songs(0), songs(100), seed=5) for _ in range(2))
    assert [row.floor for row in first[:9]] == [row.floor for row in again[:9]]
    assert first[0].floor != shape.shape_report(songs(0), songs(100), seed=6)[0].floor
    assert first[0].generated.sum() == pytest.approx(1)
