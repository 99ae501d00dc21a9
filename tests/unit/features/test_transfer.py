"""The transfer from picture to corpus is monotone, stays in range, and does not make a quiet film wild."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.features.transfer import (
    N_PERCENTILES,
    Placement,
    Scale,
    either,
    measure_quantiles,
    place,
    ranks,
    shift,
    to_positions,
    to_values,
    transfer,
)
from engine.music.controls import DYNAMIC, SEMANTIC

shares = st.floats(0, 1, width=32)
maybe_shares = st.one_of(shares, st.just(float("nan")))
activities = arrays(np.float32, st.integers(1, 60), elements=maybe_shares)
# A corpus of few values has long runs of equal percentiles.
corpora = arrays(np.float32, N_PERCENTILES, elements=st.floats(-3, 3, width=32)).map(np.sort)
coarse_corpora = arrays(np.float32, N_PERCENTILES, elements=st.sampled_from([0.0, 0.25, 0.5, 1.0])).map(np.sort)
placements = st.builds(
    Placement,
    relative=shares,
    full_spread=st.floats(0.01, 1),
    reach=shares,
    low=st.floats(0, 0.4),
    high=st.floats(0.6, 1),
)


def _in_order(cause: np.ndarray, effect: np.ndarray) -> bool:
    known = np.isfinite(cause)
    order = np.argsort(cause[known], kind="stable")
    return bool((np.diff(effect[known][order]) >= -1e-6).all())


@given(activities, st.one_of(corpora, coarse_corpora), placements)
def test_transfer_is_monotone_in_range_and_keeps_the_unknown(activity, corpus, placement):
    values = transfer(activity, corpus, placement)
    assert values.dtype == np.float32
    assert np.array_equal(np.isnan(values), np.isnan(activity))
    known = values[np.isfinite(values)]
    assert (known >= corpus[0]).all()
    assert (known <= corpus[-1]).all()
    assert _in_order(activity, values)


@given(activities, placements)
def test_equal_activity_gets_an_equal_place(activity, placement):
    twice = np.concatenate([activity, activity])
    positions = place(twice, placement)
    np.testing.assert_array_equal(positions[: len(activity)], positions[len(activity) :])


@given(st.floats(0.001, 10), st.floats(0.2, 4), arrays(np.float32, 20, elements=st.floats(-1, 50, width=32)))
def test_scale_is_monotone_between_nothing_and_one(half, power, values):
    activity = Scale(half, power)(np.sort(values))
    assert (np.diff(activity) >= 0).all()
    assert (activity >= 0).all()
    assert (activity <= 1).all()


def test_scale_is_one_half_at_its_half_point_and_knows_no_negative():
    scale = Scale(half=0.05, power=0.7)
    np.testing.assert_allclose(
        scale(np.array([-1, 0, 0.05, 1e9, np.nan], np.float32)), [0, 0, 0.5, 1, np.nan], atol=1e-5
    )
    with pytest.raises(ValueError, match="positive"):
        Scale(half=0)


def test_a_still_video_has_one_low_place():
    positions = place(np.zeros(40, np.float32))
    assert np.ptp(positions) == 0
    assert positions[0] == pytest.approx(Placement().low)


def test_a_quiet_film_gets_less_of_the_range_and_a_lower_centre_than_a_wild_one():
    shape = np.sin(np.linspace(0, 20, 80)).astype(np.float32)
    quiet, wild = place(0.15 + 0.03 * shape), place(0.5 + 0.4 * shape)
    assert np.ptp(quiet) < 0.4 * np.ptp(wild)
    assert np.median(quiet) < np.median(wild) - 0.15
    assert np.ptp(wild) > 0.7


def test_more_activity_throughout_is_never_asked_for_less():
    shape = np.random.default_rng(1).random(64).astype(np.float32)
    centres = [np.median(place(level + 0.2 * shape)) for level in np.linspace(0, 0.8, 9)]
    assert (np.diff(centres) > 0).all()


@given(arrays(np.float32, st.integers(1, 30), elements=maybe_shares))
def test_ranks_average_one_half(values):
    known = ranks(values)[np.isfinite(values)]
    assert known.size == 0 or known.mean() == pytest.approx(0.5, abs=1e-5)


@given(st.one_of(corpora, coarse_corpora), arrays(np.float32, 15, elements=maybe_shares))
def test_positions_and_values_are_inverse_on_values_of_the_corpus(corpus, positions):
    values = to_values(positions, corpus)
    again = to_values(to_positions(values, corpus), corpus)
    np.testing.assert_allclose(again, values, atol=2e-4)


def test_a_corpus_of_counts_keeps_the_shape_of_a_curve():
    counts = np.sort(np.repeat([0.0, 0.25, 0.5, 1.0], [11, 30, 30, 30])).astype(np.float32)
    values = to_values(np.linspace(0.1, 0.8, 30, dtype=np.float32), counts)
    assert (np.diff(values) > 0).all(), "steps of the corpus flattened the curve"
    assert to_values(np.array([0.255], np.float32), counts)[0] == pytest.approx(0.25, abs=1e-3)


@pytest.mark.parametrize(
    "table", [np.arange(100), np.arange(101)[::-1], np.full(101, np.nan)], ids=["short", "falling", "unknown"]
)
def test_bad_percentiles_are_refused(table):
    with pytest.raises(ValueError, match="percentiles"):
        to_values(np.array([0.5], np.float32), table.astype(np.float32))


@given(activities, st.floats(0.05, 0.95), shares)
def test_shift_keeps_order_and_range(positions, target, strength):
    moved = shift(positions, target, strength)
    known = moved[np.isfinite(moved)]
    assert (known >= 0).all()
    assert (known <= 1).all()
    assert _in_order(positions, moved)


def test_shift_moves_the_median_to_the_target_and_keeps_variation():
    positions = np.linspace(0.2, 0.6, 41, dtype=np.float32)
    moved = shift(positions, 0.9, 1.0)
    assert np.median(moved) == pytest.approx(0.9, abs=1e-3)
    assert np.ptp(moved) > 0.1
    np.testing.assert_array_equal(shift(positions, 0.9, 0.0), positions)
    halfway = np.median(shift(positions, 0.9, 0.5))
    assert 0.4 < halfway < 0.9
    np.testing.assert_allclose(shift(np.full(3, np.nan, np.float32), 0.8, 0.75), 0.8)


@given(*[arrays(np.float32, 12, elements=maybe_shares)] * 3)
def test_either_is_at_least_each_part_and_at_most_one(a, b, c):
    joined = either(a, b, c)
    for part in (a, b, c):
        assert not (joined < part - 1e-6).any()
    assert not (joined > 1 + 1e-6).any()
    assert np.array_equal(np.isnan(joined), np.isnan(a) & np.isnan(b) & np.isnan(c))


def test_quantiles_of_a_corpus_leave_out_the_unknown_and_the_hits():
    dynamic = np.tile(np.linspace(0, 1, 1001, dtype=np.float32)[:, None], (1, len(DYNAMIC)))
    semantic = np.tile(np.linspace(-1, 1, 1001, dtype=np.float32)[:, None], (1, len(SEMANTIC)))
    semantic[::2, 0] = np.nan
    table = measure_quantiles(dynamic, semantic)
    assert set(table) == {"density", "rhythm", "intensity", "novelty", *SEMANTIC}
    np.testing.assert_allclose(table["density"], np.linspace(0, 1, 101), atol=1e-6)
    np.testing.assert_allclose(table["valence"], np.linspace(-0.998, 0.998, 101), atol=1e-5)
