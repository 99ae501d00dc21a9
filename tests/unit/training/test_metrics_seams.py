"""Seams: planted ones are seen, music without them shows none."""

from __future__ import annotations

import math

import numpy as np

from tests.helpers.pieces import diatonic_piece, piece_of
from training.metrics.piece import Piece
from training.metrics.seams import BORDER_MEASURES, border_values, seam_report


def column(values: np.ndarray, name: str) -> list[float]:
    return values[:, BORDER_MEASURES.index(name)].tolist()


def test_border_values_of_two_bars() -> None:
    held, ended = (0, 48, 32), (8, 60, 8)
    values = border_values(piece_of([held, ended, (16, 67, 4), (16, 71, 4), (20, 67, 4)], 32))
    assert values.shape == (1, 6)
    assert column(values, "held over") == [0.5]
    assert column(values, "onsets") == [2]
    assert column(values, "leap") == [11]
    assert column(values, "bass leap") == [0]
    assert column(values, "repetition") == [0]
    assert 0 < column(values, "harmony")[0] < 1


def test_a_silent_bar_line_is_not_defined() -> None:
    values = border_values(piece_of([(0, 60, 4)], 48))
    assert all(math.isnan(v) for v in column(values, "held over"))
    assert all(math.isnan(v) for v in column(values, "bass leap"))


def legato(seed: int, *, broken: bool) -> Piece:
    """Bass notes held over every bar line, but for every fourth when broken."""
    rng = np.random.default_rng(seed)
    tune = diatonic_piece(seed, n_bars=16)
    rows = [(o, p, d) for o, p, d in zip(tune.onset.tolist(), tune.pitch.tolist(), tune.duration.tolist(), strict=True)]
    rows = [row for row in rows if row[1] > 47]
    for bar in range(16):
        length = 8 if broken and bar % 4 == 3 else 18
        rows.append((16 * bar + 4, 30 + int(rng.integers(12)), length))
    return piece_of(rows, 256, group=str(seed))


def test_planted_seams_are_seen_and_none_where_there_are_none() -> None:
    generated = [legato(i, broken=True) for i in range(20)]
    real = [legato(100 + i, broken=False) for i in range(20)]
    found = {row.name: row for row in seam_report(generated, real)}
    assert found["held over"].generated.high < -0.2
    assert found["held over"].real.contains(0.0)
    assert found["onsets"].real.contains(0.0)


def test_pieces_without_a_seam_say_nothing() -> None:
    found = seam_report([diatonic_piece(0, n_bars=2)], [diatonic_piece(1, n_bars=2)])
    assert all(math.isnan(row.generated.value) for row in found)
    assert [row.name for row in found] == list(BORDER_MEASURES)


def test_one_bar_has_no_line() -> None:
    assert border_values(piece_of([(0, 60, 4)], 16)).shape == (0, 6)


def test_seams_can_lie_elsewhere() -> None:
    generated = [legato(i, broken=True) for i in range(10)]
    every_eighth = {row.name: row for row in seam_report(generated, generated, seam_bars=8)}
    every_fourth = {row.name: row for row in seam_report(generated, generated, seam_bars=4)}
    assert every_fourth["held over"].real.value < every_eighth["held over"].real.value < 0
