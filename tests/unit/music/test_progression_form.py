"""Phrases, sections and letters."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.music.form import bar_salience, name_sections, split_phrases, split_sections

cuts = st.lists(st.tuples(st.integers(0, 700), st.floats(0, 1)), max_size=60)


@given(st.integers(1, 160), cuts)
def test_phrases_cover_the_piece_without_an_orphan(n_bars: int, cut_beats: list[tuple[int, float]]) -> None:
    edges = split_phrases(n_bars, bar_salience(n_bars, cut_beats))
    assert (edges[0], edges[-1]) == (0, n_bars)
    lengths = [b - a for a, b in pairwise(edges)]
    assert all(2 <= length <= 8 for length in lengths) or n_bars == 1


@given(st.integers(1, 160), cuts)
def test_sections_are_whole_phrases(n_bars: int, cut_beats: list[tuple[int, float]]) -> None:
    salience = bar_salience(n_bars, cut_beats)
    phrases = split_phrases(n_bars, salience)
    edges = split_sections(phrases, salience)
    assert set(edges) <= set(phrases)
    assert (edges[0], edges[-1]) == (0, n_bars)
    assert all(1 <= b - a <= 16 for a, b in pairwise(edges))


@pytest.mark.parametrize("n_bars", [8, 16, 24, 32, 64, 304])
def test_without_cuts_a_round_length_gets_regular_phrases(n_bars: int) -> None:
    edges = split_phrases(n_bars, bar_salience(n_bars, []))
    assert {b - a for a, b in pairwise(edges)} == {8}


def test_a_strong_cut_draws_a_boundary_and_a_weak_one_does_not() -> None:
    strong = split_phrases(16, bar_salience(16, [(24, 1.0)]))
    weak = split_phrases(16, bar_salience(16, [(24, 0.05)]))
    assert 6 in strong
    assert weak == [0, 8, 16]


def test_salience_falls_with_the_distance_from_the_bar_line() -> None:
    at, beside, between = (bar_salience(4, [(beat, 1.0)])[2] for beat in (8, 9, 10))
    assert at == 1.0
    assert at > beside > between > 0
    assert bar_salience(4, [(9, 0.5)])[2] == pytest.approx(beside / 2)


def test_a_section_begins_at_the_strongest_cut() -> None:
    salience = bar_salience(24, [(8 * 4, 0.3), (12 * 4, 1.0)])
    assert 12 in split_sections(split_phrases(24, salience), salience)


@pytest.mark.parametrize("n", range(1, 60))
def test_forms_begin_with_a_return_and_prime_only_what_was_heard(n: int) -> None:
    for uniform in np.linspace(0, 0.999, 4):
        letters = name_sections([0] * n, float(uniform))
        assert len(letters) == n
        assert letters[0] == "A"
        if n >= 3:
            assert len({letter[0] for letter in letters}) < n
        for i, letter in enumerate(letters):
            assert not letter.endswith("'") or letter[0] in letters[:i]


def test_sections_in_different_keys_never_share_a_letter() -> None:
    groups = [0, 1, 0, 1, 0, 0, 1]
    for uniform in (0.0, 0.6):
        letters = [letter[0] for letter in name_sections(groups, uniform)]
        assert not {a for a, g in zip(letters, groups, strict=True) if g} & {
            a for a, g in zip(letters, groups, strict=True) if not g
        }
