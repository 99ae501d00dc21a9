"""The structureness indicator against a plain programme with backtracking, and on music with and without form."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.helpers.pieces import diatonic_piece, piece_of
from training.metrics.piece import Piece
from training.metrics.structure import ScapeSettings, frame_chroma, segment_fitness, similarity_matrix, structureness


def fitness_by_backtracking(similarity: np.ndarray, start: int, length: int) -> float:
    """Mueller et al. 2013 word for word: accumulate, walk back, count."""
    n, part = len(similarity), similarity[:, start : start + length]
    score = np.full((n, length + 1), -np.inf)
    score[0, :2] = 0, part[0, 0]
    for i in range(1, n):
        score[i, 0] = max(score[i - 1, 0], score[i - 1, -1])
        score[i, 1] = score[i, 0] + part[i, 0]
        for j in range(2, length + 1):
            score[i, j] = part[i, j - 1] + max(score[a, b] for a, b in before(i, j))
    i, j = n - 1, (length if score[-1, -1] > score[-1, 0] else 0)
    total, cells, rows, end = score[i, j], 0, 0, i
    while i >= 0:
        if j == 0:
            i, j = i - 1, (length if i > 0 and score[i - 1, -1] > score[i - 1, 0] else 0)
            end = i
            continue
        cells += 1
        if j == 1:
            rows += end - i + 1
            j = 0
        else:
            i, j = max(before(i, j), key=lambda cell: score[cell])
    quality, coverage = (total - length) / cells, (rows - length) / n
    return 2 * quality * coverage / (quality + coverage) if quality + coverage > 0 else 0.0


def before(i: int, j: int) -> list[tuple[int, int]]:
    return [(a, b) for a, b in ((i - 1, j - 1), (i - 2, j - 1), (i - 1, j - 2)) if a >= 0 and b >= 1] or [(0, j)]


@pytest.mark.parametrize("seed", range(4))
def test_fitness_equals_the_programme_with_backtracking(seed: int) -> None:
    rng = np.random.default_rng(seed)
    raw = rng.random((12, 12))
    raw = np.where(raw + raw.T > 1.1, (raw + raw.T) / 2, -2.0)
    np.fill_diagonal(raw, 1.0)
    for length in (1, 2, 3, 5, 8):
        mine = segment_fitness(raw[None], length)[0]
        assert mine == pytest.approx([fitness_by_backtracking(raw, s, length) for s in range(13 - length)])


def test_fitness_of_one_exact_repeat() -> None:
    """AA, 4 frames each: score 8, 8 cells, 8 rows, so both parts are (8 - 4) / 8, and their harmonic mean is 0.5."""
    similarity = np.full((8, 8), -2.0)
    for offset in (-4, 0, 4):
        similarity += np.diag(np.full(8 - abs(offset), 3.0), offset)
    assert segment_fitness(similarity[None], 4)[0, 0] == pytest.approx(0.5)
    assert segment_fitness(similarity[None], 8)[0, 0] == 0.0  # the whole piece explains itself only


def bars_of(order: str) -> Piece:
    """A bar of four chords for each letter; letters share no chord."""
    rows = []
    for bar, letter in enumerate(order):
        rng = np.random.default_rng(ord(letter))
        for beat in range(4):
            rows += [(16 * bar + 4 * beat, 60 + int(p), 4) for p in rng.choice(12, 3, replace=False)]
    return piece_of(rows, 16 * len(order))


def test_repeated_form_is_more_structured_than_none() -> None:
    form, none = structureness([bars_of("ABCDABCD"), bars_of("ABCDEFGH")])
    assert form > none + 0.2


def test_transposed_repeats_count_unless_they_are_told_not_to() -> None:
    motif = [(4 * i, 60 + p, 4) for i, p in enumerate((0, 3, 5, 10, 8, 7, 1, 6))]
    climbing = piece_of([(onset + 32 * k, pitch + k, d) for k in range(4) for onset, pitch, d in motif])
    with_, without = (structureness([climbing], ScapeSettings(transpositions=t))[0] for t in (True, False))
    assert with_ > without + 0.1


def test_pieces_of_unequal_length_in_one_call_get_what_they_get_alone() -> None:
    pieces = [bars_of("ABABABAB"), bars_of("ABCA"), bars_of("ABCDEFAB"), bars_of("AABBA")]
    alone = [structureness([piece])[0] for piece in pieces]
    assert structureness(pieces) == pytest.approx(alone)


def test_long_pieces_get_longer_frames() -> None:
    long = bars_of("ABCD" * 8)
    value = structureness([long], ScapeSettings(max_frames=64))[0]
    assert 0 < value <= 1
    assert value == pytest.approx(structureness([long], ScapeSettings(frame_steps=8))[0])


def test_no_note_has_no_structure() -> None:
    assert math.isnan(structureness([piece_of([])])[0])


def test_similarity_keeps_its_share_and_its_diagonal() -> None:
    matrix = similarity_matrix(diatonic_piece(3))
    assert matrix.shape == (32, 32)
    assert np.diag(matrix).tolist() == [1.0] * 32
    assert 0.2 < (matrix >= 0).mean() < 0.35
    assert matrix[matrix >= 0].max() <= 1.0
    assert set(matrix[matrix < 0].tolist()) == {-2.0}


def test_chroma_is_of_unit_length_and_flat_in_silence() -> None:
    chroma = frame_chroma(piece_of([(0, 60, 4), (0, 72, 4)], 16), 4, 4)
    assert chroma[0].tolist() == [1.0] + [0.0] * 11
    assert chroma[3] == pytest.approx(np.full(12, 12**-0.5))
