"""How loudly notes are played."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.music.dynamics import LOUDEST, SOFTEST, hand, shape_velocities
from engine.music.notes import Note, Voice

SEEDS = st.integers(0, 2**32 - 1)


def _machine_gun(steps: int = 64, velocity: int = 80) -> list[Note]:
    """The same chord on every step, every note as loud."""
    return [
        Note(step, voice, pitch, 1, velocity)
        for step in range(steps)
        for voice, pitch in ((Voice.MELODY, 76), (Voice.INNER, 60), (Voice.INNER, 64), (Voice.BASS, 40))
    ]


@given(SEEDS)
def test_nothing_is_played_like_a_machine(seed: int) -> None:
    notes = _machine_gun()
    velocities = shape_velocities(notes, accents=(), seed=seed)
    for voice in Voice:
        mine = velocities[[note.voice is voice for note in notes]]
        assert np.all(np.diff(mine) != 0)
        assert len(set(mine.tolist())) > 8


@given(
    SEEDS,
    st.lists(
        st.builds(
            Note,
            st.integers(0, 255),
            st.sampled_from(Voice),
            st.integers(21, 108),
            st.integers(1, 16),
            st.integers(1, 127),
        ),
        max_size=40,
    ),
    st.sets(st.integers(0, 255), max_size=6),
)
def test_velocities_stay_within_their_bounds(seed: int, notes: list[Note], accents: set[int]) -> None:
    notes = sorted(notes)
    curve = np.linspace(0, 1, 64).astype(np.float32)
    velocities = shape_velocities(notes, accents=accents, seed=seed, intensity=curve)
    assert len(velocities) == len(notes)
    assert velocities.min(initial=64) >= SOFTEST
    assert velocities.max(initial=64) <= LOUDEST


def test_a_hit_is_louder_than_what_surrounds_it() -> None:
    notes = _machine_gun()
    plain = shape_velocities(notes, accents=(), seed=1)
    struck = shape_velocities(notes, accents={30}, seed=1)
    at = np.array([note.onset for note in notes])
    assert np.all(struck[at == 30] >= plain[at == 30] + 10)
    assert np.all(struck[at == 29] < plain[at == 29])
    assert np.array_equal(struck[at == 20], plain[at == 20])


def test_loudness_follows_the_picture() -> None:
    notes = _machine_gun(128)
    curve = np.sin(np.linspace(0, 9, 32)).astype(np.float32) * 0.4 + 0.5
    velocities = shape_velocities(notes, accents=(), seed=2, intensity=curve)
    per_beat = np.array([velocities[[note.onset // 4 == beat for note in notes]].mean() for beat in range(32)])
    assert np.corrcoef(per_beat, curve)[0, 1] > 0.8


def test_an_intensity_that_is_unknown_changes_nothing() -> None:
    notes = _machine_gun()
    unknown = np.full(16, np.nan, np.float32)
    assert np.array_equal(
        shape_velocities(notes, accents=(), seed=3, intensity=unknown), shape_velocities(notes, accents=(), seed=3)
    )


def test_strong_beats_are_stronger() -> None:
    notes = [Note(step, Voice.INNER, 60, 1, 80) for step in range(512)]
    velocities = shape_velocities(notes, accents=(), seed=4)
    step = np.arange(512) % 16
    assert velocities[step == 0].mean() > velocities[step == 4].mean() + 2 > velocities[step == 5].mean() + 4


def test_the_hand_depends_on_the_note_alone() -> None:
    steps = np.arange(1000)
    whole = hand(9, steps, steps % 3)
    assert np.array_equal(whole[400:], hand(9, steps[400:], steps[400:] % 3))
    assert not np.array_equal(whole, hand(10, steps, steps % 3))
    assert abs(whole.mean()) < 0.15
    assert 0.85 < whole.std() < 1.15


def test_no_notes_no_velocities() -> None:
    assert len(shape_velocities([], accents=(), seed=0)) == 0
