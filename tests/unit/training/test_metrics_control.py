"""Control responses and confidence intervals, beside known values and scipy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.metrics.bootstrap import difference_interval, mean_interval, statistic_interval
from training.metrics.control import average_ranks, cross_preference, curve_agreement, spearman, sweep_response

NAN = math.nan


def test_ranks_share_ties() -> None:
    assert average_ranks([30, 10, 20, 20]).tolist() == [4, 1, 2.5, 2.5]


def test_any_monotone_transfer_agrees_perfectly() -> None:
    asked = [0.1, 0.5, 0.2, 0.9]
    assert spearman(asked, np.exp(asked)) == pytest.approx(1)
    assert spearman(asked, -np.array(asked)) == pytest.approx(-1)


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=3, max_size=40))
def test_spearman_is_scipys(pairs: list[tuple[int, int]]) -> None:
    stats = pytest.importorskip("scipy.stats")
    a, b = np.array(pairs, float).T
    if len(set(a.tolist())) > 1 and len(set(b.tolist())) > 1:
        assert spearman(a, b) == pytest.approx(float(stats.spearmanr(a, b).statistic), abs=1e-12)
    else:
        assert math.isnan(spearman(a, b))


def test_nan_asks_for_nothing() -> None:
    assert spearman([1, NAN, 2, 3], [1, 0, 2, 3]) == pytest.approx(1)
    assert spearman([1, 2, 3, 4], [1, 2, NAN, 3]) == pytest.approx(1)


@pytest.mark.parametrize(
    ("asked", "measured"), [([1, 1, 1], [1, 2, 3]), ([1, 2, 3], [5, 5, 5]), ([1, 2], [1, 2]), ([], [])]
)
def test_what_has_no_order_is_not_defined(asked: list[float], measured: list[float]) -> None:
    assert math.isnan(spearman(asked, measured))


def test_curves_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError, match="curves"):
        spearman([1, 2, 3], [1, 2])


def test_agreement_of_each_pair() -> None:
    found = curve_agreement([[1, 2, 3], [1, 2, 3], [1, 1, 1]], [[4, 5, 6], [3, 2, 1], [1, 2, 3]])
    assert found[:2].tolist() == pytest.approx([1, -1])
    assert math.isnan(found[2])


def test_music_that_follows_its_own_curve_prefers_it() -> None:
    curves = [[1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0], [1, 3, 5, 4, 2]]
    assert cross_preference(curves, curves) == 1.0
    assert cross_preference(curves[:2], curves[1::-1]) == 0.0
    assert math.isnan(cross_preference(curves[:1], curves[:1]))


def test_curves_that_say_the_same_are_ties() -> None:
    assert cross_preference([[1, 2, 3], [2, 3, 4]], [[1, 2, 3], [1, 3, 2]]) == 0.5


def test_a_control_that_works() -> None:
    found = sweep_response([0, 1, 2, 3, 4], [[1, 2, 3, 4, 5], [10, 20, 30, 40, 50]])
    assert found.response == pytest.approx(1)
    assert found.of_means == pytest.approx(1)
    assert found.rising == 1
    assert found.span == pytest.approx((5 + 50) / 2 - (1 + 10) / 2)


def test_a_piece_that_does_not_move_counts_as_no_response() -> None:
    found = sweep_response([0, 1, 2], [[1, 2, 3], [5, 5, 5]])
    assert math.isnan(found.per_piece[1])
    assert found.response == pytest.approx(0.5)
    assert found.rising == pytest.approx(0.75)


def test_a_control_that_works_backwards() -> None:
    found = sweep_response([0, 1, 2], [[3, 2, 1]])
    assert found.response == pytest.approx(-1)
    assert found.rising == 0


def test_undefined_values_of_a_sweep_are_left_out() -> None:
    found = sweep_response([0, 1, 2, 3], [[1, NAN, 2, 3], [NAN, NAN, NAN, 1]])
    assert found.response == pytest.approx(1)
    assert found.mean.tolist()[:1] == [1]
    assert math.isnan(found.mean[1])


@pytest.mark.parametrize("levels", [[0, 1], [0, 1, 1], [2, 1, 0]])
def test_a_sweep_has_three_increasing_levels(levels: list[float]) -> None:
    with pytest.raises(ValueError, match="levels"):
        sweep_response(levels, [[0.0] * len(levels)])


def test_sweep_shapes_must_fit() -> None:
    with pytest.raises(ValueError, match="measured"):
        sweep_response([0, 1, 2], [[1, 2]])


def test_interval_of_a_mean_is_that_of_the_normal_law() -> None:
    values = np.random.default_rng(0).normal(3.0, 2.0, 400)
    found = mean_interval(values, seed=1)
    half = 1.96 * values.std() / 20
    assert found.value == pytest.approx(values.mean())
    assert found.low == pytest.approx(values.mean() - half, abs=0.04)
    assert found.high == pytest.approx(values.mean() + half, abs=0.04)
    assert found.n == 400
    assert found.contains(3.0)


def test_an_interval_covers_as_often_as_it_says() -> None:
    rng = np.random.default_rng(5)
    covered = [mean_interval(rng.normal(0, 1, 40), resamples=300, seed=i).contains(0.0) for i in range(200)]
    assert 0.88 <= np.mean(covered) <= 0.99


def test_values_of_one_group_count_as_one() -> None:
    songs = np.random.default_rng(0).normal(size=20)
    windows, groups = np.repeat(songs, 10), [str(i) for i in range(20) for _ in range(10)]
    naive, honest, one_each = mean_interval(windows), mean_interval(windows, groups), mean_interval(songs)
    assert honest.high - honest.low == pytest.approx(one_each.high - one_each.low, rel=0.1)
    assert honest.high - honest.low > 2.5 * (naive.high - naive.low)


def test_intervals_repeat_with_their_seed() -> None:
    values = np.arange(30.0)
    assert mean_interval(values, seed=3) == mean_interval(values, seed=3)
    assert mean_interval(values, seed=3) != mean_interval(values, seed=4)


def test_nan_is_left_out_with_its_group() -> None:
    found = mean_interval([1, NAN, 3], ["a", "b", "c"])
    assert (found.value, found.n) == (2, 2)
    assert mean_interval([NAN, NAN]).n == 0
    assert math.isnan(mean_interval([NAN]).value)


def test_one_group_has_no_interval() -> None:
    found = mean_interval([1, 2, 3], ["a", "a", "a"])
    assert found.value == 2
    assert math.isnan(found.low)
    assert math.isnan(found.high)


def test_difference_of_means() -> None:
    rng = np.random.default_rng(0)
    found = difference_interval(rng.normal(1, 1, 300), rng.normal(0, 1, 300))
    assert found.contains(1.0)
    assert not found.contains(0.0)
    assert difference_interval([NAN], [1.0, 2.0]).n == 0


def test_interval_of_any_statistic() -> None:
    values = np.random.default_rng(0).normal(size=200)
    of_median = statistic_interval(lambda drawn: float(np.median(values[drawn])), 200)
    assert of_median.value == np.median(values)
    assert of_median.low < of_median.value < of_median.high
    of_mean = statistic_interval(lambda drawn: float(values[drawn].mean()), 200, resamples=2000)
    assert of_mean.high - of_mean.low == pytest.approx(4 * 0.98 * values.std() / math.sqrt(200), rel=0.1)
