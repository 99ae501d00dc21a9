"""Features, retrieval and Diversity: exact at the ends, chance where nothing is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.music.notes import Note, Voice
from tests.helpers.pieces import diatonic_piece, piece_of
from training.metrics.features import FeatureSpace, block_sizes, features_of, symbolic_features
from training.metrics.piece import Piece
from training.metrics.retrieval import diversity, retrieval


def random_rows(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, 5))


def test_music_finds_itself() -> None:
    rows = random_rows(80)
    found = retrieval(rows, rows, extractor="test")
    assert [found.precision[k].value for k in (5, 10, 20)] == [1.0, 1.0, 1.0]
    assert found.average_rank.value == 1.0


def test_a_feature_that_says_nothing_scores_chance_exactly() -> None:
    rows = np.ones((80, 5))
    found = retrieval(rows, rows, extractor="test")
    for k in (5, 10, 20):
        assert found.precision[k].value == pytest.approx(k / 64)
        assert found.chance[k] == k / 64
    assert found.average_rank.value == pytest.approx(32.5)
    assert found.chance_rank == 32.5


def test_unrelated_music_is_near_chance() -> None:
    found = retrieval(random_rows(300, 1), random_rows(300, 2), extractor="test")
    assert found.precision[20].value == pytest.approx(20 / 64, abs=0.06)
    assert found.precision[20].low < 20 / 64 < found.precision[20].high
    assert found.average_rank.value == pytest.approx(32.5, abs=2.5)


def test_related_music_is_above_chance_and_the_rank_says_so_too() -> None:
    real = random_rows(150)
    found = retrieval(real + 0.8 * random_rows(150, 9), real, extractor="test")
    assert found.precision[5].value < found.precision[10].value < found.precision[20].value < 1
    assert found.precision[20].low > 20 / 64
    assert found.average_rank.value < 20


def test_the_rank_counts_who_is_nearer() -> None:
    """On a line, query 0 stands on 3: of the pool {0, .., 63} only 1, 2, 3, 4, 5 are nearer than, or as near as, 0."""
    real = np.arange(64.0)[:, None]
    generated = real.copy()
    generated[0] = 3.0
    found = retrieval(generated, real, extractor="test", draws=1, precisions=(5, 6, 7))
    # nearer: 1..5, as near: 6
    hits = [1 + 0 + 5 + 0.5, *([1.0] * 63)]
    assert found.average_rank.value == pytest.approx(np.mean(hits))
    assert found.precision[5].value == pytest.approx(63 / 64)
    assert found.precision[6].value == pytest.approx((63 + 0.5) / 64)
    assert found.precision[7].value == 1.0


def test_windows_of_the_same_song_can_be_kept_out() -> None:
    songs = np.repeat(random_rows(70), 2, axis=0)
    groups = [str(i // 2) for i in range(140)]
    kept = retrieval(songs, songs, extractor="test", groups=groups, exclude_group=True)
    assert kept.average_rank.value == 1.0
    among = retrieval(songs, songs, extractor="test", groups=groups)
    assert among.average_rank.value > 1.0


def test_retrieval_repeats_with_its_seed() -> None:
    a, b = random_rows(90, 1), random_rows(90, 2)
    first, again, other = (retrieval(a, b, extractor="test", seed=seed, draws=2) for seed in (1, 1, 2))
    assert first.precision == again.precision
    assert first.precision != other.precision


def test_retrieval_refuses_what_is_not_pairs_or_too_few() -> None:
    with pytest.raises(ValueError, match="pairs"):
        retrieval(random_rows(80), random_rows(79), extractor="test")
    with pytest.raises(ValueError, match="a pool of 64 needs 63 others"):
        retrieval(random_rows(63), random_rows(63), extractor="test")


def test_diversity_is_the_mean_distance_of_two_pieces() -> None:
    assert diversity(np.array([[0.0, 0.0], [3.0, 4.0]])).value == pytest.approx(5.0)
    rows = np.array([[0.0], [1.0], [3.0]])
    assert diversity(rows).value == pytest.approx((1 + 3 + 2) / 3)
    assert math.isnan(diversity(rows[:1]).value)


def test_diversity_is_eq_11_over_partings() -> None:
    rows, rng = random_rows(30), np.random.default_rng(0)
    partings = []
    for _ in range(2000):
        order = rng.permutation(30)
        partings.append(np.linalg.norm(rows[order[:15]] - rows[order[15:]], axis=1).mean())
    found = diversity(rows)
    assert found.value == pytest.approx(np.mean(partings), rel=0.01)
    assert found.low < found.value < found.high


def test_features_do_not_know_the_key_but_the_register() -> None:
    piece = diatonic_piece(4)

    def shifted(by: int) -> np.ndarray:
        notes = [
            Note(o, Voice.MELODY, p + by, d)
            for o, p, d in zip(piece.onset.tolist(), piece.pitch.tolist(), piece.duration.tolist(), strict=True)
        ]
        return symbolic_features(Piece.from_notes(notes, piece.n_steps))

    harmony = slice(0, block_sizes()[0])
    assert shifted(5)[harmony] == pytest.approx(shifted(0)[harmony])
    assert shifted(12)[block_sizes()[0] :] != pytest.approx(shifted(0)[block_sizes()[0] :])


def test_blocks_sum_to_the_row_and_silence_has_features() -> None:
    assert sum(block_sizes()) == len(symbolic_features(diatonic_piece(0)))
    assert np.isfinite(symbolic_features(piece_of([]))).all()


def test_scaling_gives_every_block_the_same_weight() -> None:
    rng = np.random.default_rng(0)
    rows = np.concatenate([1000 * rng.normal(size=(500, 3)), 0.01 * rng.normal(size=(500, 12)) + 5], axis=1)
    scaled = FeatureSpace.fit(rows, (3, 12)).apply(rows)
    assert (scaled[:, :3] ** 2).sum(axis=1).mean() == pytest.approx(1, abs=0.01)
    assert (scaled[:, 3:] ** 2).sum(axis=1).mean() == pytest.approx(1, abs=0.01)
    assert scaled.mean(axis=0) == pytest.approx(np.zeros(15), abs=1e-9)


def test_a_column_that_never_varies_says_nothing_even_when_it_does_later() -> None:
    rows = np.stack([np.arange(10.0), np.full(10, 3.0)], axis=1)
    space = FeatureSpace.fit(rows)
    assert space.apply(np.array([[4.5, 99.0]])).tolist() == [[0.0, 0.0]]
    assert space.apply(np.array([[1e9, 3.0]]))[0, 0] == pytest.approx(5 / math.sqrt(2))


def test_blocks_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="blocks of 4"):
        FeatureSpace.fit(np.zeros((3, 5)), (2, 2))


def test_features_tell_calm_music_from_busy_music() -> None:
    calm = [diatonic_piece(i, length=8) for i in range(40)]
    busy = [diatonic_piece(100 + i, length=1) for i in range(40)]
    rows = features_of(calm + busy)
    scaled = FeatureSpace.fit(rows, block_sizes()).apply(rows)
    centre = [scaled[:40].mean(axis=0), scaled[40:].mean(axis=0)]
    right = [np.linalg.norm(r - centre[0]) < np.linalg.norm(r - centre[1]) for r in scaled[:40]]
    assert np.mean(right) == 1.0
