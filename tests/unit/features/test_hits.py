"""Hits: on the 16th where it happens, and never a machine gun."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.features.hits import (
    MIN_DISTANCE_STEPS,
    MIN_STRENGTH,
    MOST_IN_SPAN,
    SPAN_STEPS,
    STRONG,
    STRONG_DISTANCE_STEPS,
    Event,
    find_hits,
    standing_apart,
    thin,
)
from engine.timebase import TempoMap

HALF_SECOND = TempoMap.constant(120)
events = st.lists(
    st.builds(Event, step=st.integers(0, 200), strength=st.floats(0, 1), kind=st.just("cut")), max_size=60
)


@given(events)
def test_thinned_hits_keep_their_distance_and_rate(found):
    kept = thin(found)
    steps = [event.step for event in kept]
    assert steps == sorted(steps)
    assert set(kept) <= set(found)
    for a, b in pairwise(kept):
        strong = max(a.strength, b.strength) >= STRONG
        assert b.step - a.step >= (STRONG_DISTANCE_STEPS if strong else MIN_DISTANCE_STEPS)
    for step in steps:
        assert sum(step <= other < step + SPAN_STEPS for other in steps) <= MOST_IN_SPAN


@given(events)
def test_the_strongest_event_on_a_beat_always_stays(found):
    on_beats = [event for event in found if event.step % 4 == 0 and event.strength >= MIN_STRENGTH]
    if on_beats:
        best = max(event.strength for event in on_beats)
        assert any(event.strength >= best for event in thin(found))


def test_a_lone_cut_is_hit_on_its_sixteenth(make_signals, make_shots):
    hits = find_hits(make_signals(10), make_shots(10, 3.12, salience=0.8), HALF_SECOND, 20)
    assert [(hit.step, hit.kind) for hit in hits] == [(25, "cut")]
    assert hits[0].strength == pytest.approx(0.8)


def test_hits_follow_the_tempo_map(make_signals, make_shots):
    tempo = TempoMap.constant(90, Fraction(1, 3))
    (hit,) = find_hits(make_signals(10), make_shots(10, 1 / 3 + 4 * 2 / 3), tempo, 14)
    assert hit.step == 16


def test_a_dense_montage_is_thinned(make_signals, make_shots):
    cuts = np.arange(0.5, 16, 0.25)
    hits = find_hits(make_signals(16), make_shots(16, *cuts, salience=0.8), HALF_SECOND, 32)
    assert 4 <= len(hits) <= 2 * MOST_IN_SPAN


def test_faint_cuts_and_dissolves_ask_for_nothing(make_signals, make_shots):
    assert not find_hits(make_signals(10), make_shots(10, 4.0, salience=0.1), HALF_SECOND, 20)
    assert not find_hits(make_signals(10), make_shots(10, 4.0, transition="dissolve"), HALF_SECOND, 20)


def test_a_flash_and_a_jolt_are_hit(make_signals, make_shots):
    signals = make_signals(
        16, flash=lambda t: (np.abs(t - 4) < 0.05) * 0.9, motion=lambda t: np.where((t > 10) & (t < 12), 1.0, 0.001)
    )
    hits = find_hits(signals, make_shots(16), HALF_SECOND, 32)
    assert [hit.kind for hit in hits] == ["flash", "motion"]
    assert hits[0].step == 32
    assert abs(hits[1].step - 80) <= 1


def test_what_moves_evenly_is_not_hit(make_signals, make_shots):
    signals = make_signals(20, motion=lambda t: 0.2 + 0.1 * np.sin(t))
    assert not find_hits(signals, make_shots(20), HALF_SECOND, 40)


def test_events_outside_the_music_are_left_out(make_signals, make_shots):
    tempo = TempoMap.constant(120, Fraction(2))
    assert not find_hits(make_signals(10), make_shots(10, 1.0, 9.5), tempo, 14)


def test_cuts_that_stand_apart_are_all_hit_whatever_the_metre(make_signals, make_shots):
    cuts = [1.62, 3.37, 5.12, 6.87, 8.62, 10.37, 12.12, 13.87]
    hits = find_hits(make_signals(16), make_shots(16, *cuts, salience=0.3), HALF_SECOND, 32)
    assert [hit.step for hit in hits] == [round(cut * 8) for cut in cuts]


def test_stars_are_hit_even_where_they_crowd(make_signals, make_shots):
    stars = (20, 22, 24, 26)
    hits = find_hits(make_signals(10), make_shots(10), HALF_SECOND, 20, stars=(*stars, 999))
    assert tuple(hit.step for hit in hits) == stars
    assert {hit.kind for hit in hits} == {"star"}


def test_other_events_give_way_to_stars(make_signals, make_shots):
    hits = find_hits(make_signals(10), make_shots(10, 3.0, salience=0.8), HALF_SECOND, 20, stars=(25,))
    assert [(hit.step, hit.kind) for hit in hits] == [(24, "cut"), (25, "star")] or [
        (hit.step, hit.kind) for hit in hits
    ] == [(25, "star")]


def test_the_first_of_a_burst_stands_for_it(make_shots):
    shots = make_shots(10, 1.0, 1.5, 2.0, 2.6, 4.0, salience=0.5)
    assert [float(shot.start_s) for shot in standing_apart(shots[1:])] == [1.0, 2.6]
