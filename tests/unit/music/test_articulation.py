"""When notes begin and end, and in which octave."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.music.articulation import LOOSEST_S, fit_range, fold, harmony_changes, held_ends, played_onsets
from engine.music.notes import Note, Voice
from engine.music.palettes import PALETTES, Articulation, Layer

STEP_S = 0.15
TIMES_S = np.arange(129) * STEP_S
LAYERS = [layer for palette in PALETTES.values() for layers in palette.layers.values() for layer in layers]


def _line(*onsets: int, length: int = 1, pitch: int = 60) -> list[Note]:
    return [Note(onset, Voice.MELODY, pitch + i, length) for i, onset in enumerate(onsets)]


def test_a_hand_is_loose_but_not_at_hits() -> None:
    notes = _line(*range(0, 64, 2))
    written = TIMES_S[[note.onset for note in notes]]
    played = played_onsets(written, notes, Articulation(looseness_s=0.006), accents={8, 20}, seed=1)
    moved = np.abs(played - written)
    assert moved.max() <= LOOSEST_S + 1e-12
    assert moved.mean() > 0.002
    assert np.all(moved[[note.onset in (8, 20) for note in notes]] == 0)


def test_a_chord_is_spread_from_the_bottom_but_not_at_hits() -> None:
    notes = [Note(step, Voice.INNER, pitch, 4) for step in (4, 8) for pitch in (67, 60, 64)]
    written = TIMES_S[[note.onset for note in notes]]
    played = played_onsets(written, notes, Articulation(strum_s=0.01, looseness_s=0), accents={8}, seed=1)
    assert np.allclose(played[:3] - written[:3], [0.02, 0.0, 0.01])
    assert np.all(played[3:] == written[3:])


def test_legato_reaches_into_the_next_note() -> None:
    notes = _line(0, 4, 8, length=4)
    starts = TIMES_S[[0, 4, 8]] + 0.003
    ends = held_ends(notes, Articulation(join_steps=1, overlap_s=0.03), times_s=TIMES_S, starts_s=starts, changes=())
    assert np.allclose(ends[:2], starts[1:] + 0.03)
    assert ends[2] == TIMES_S[12]


def test_detached_notes_leave_room() -> None:
    notes = _line(0, 4, length=4)
    ends = held_ends(notes, Articulation(gate=0.5), times_s=TIMES_S, starts_s=TIMES_S[[0, 4]], changes=())
    assert np.allclose(ends, TIMES_S[[2, 6]])


def test_strings_ring_until_the_harmony_changes() -> None:
    notes = _line(0, 2, 10, length=1)
    ends = held_ends(notes, Articulation(ring_steps=16), times_s=TIMES_S, starts_s=TIMES_S[[0, 2, 10]], changes=(0, 8))
    assert np.allclose(ends, TIMES_S[[8, 8, 26]])


def test_the_pedal_changes_with_the_harmony_and_not_with_an_arpeggio() -> None:
    chord = [(0, 48), (2, 55), (4, 60), (6, 64)]
    arpeggio = [Note(step, Voice.BASS if step == 0 else Voice.INNER, pitch, 2) for step, pitch in chord]
    assert harmony_changes(arpeggio) == (0,)
    minor = [Note(8, Voice.BASS, 45, 2), Note(10, Voice.INNER, 52, 2), Note(12, Voice.INNER, 60, 2)]
    assert harmony_changes([*arpeggio, *minor]) == (0, 8)
    clash = [Note(4, Voice.INNER, 49, 2)]
    assert harmony_changes([*arpeggio, *clash]) == (0, 4)
    assert harmony_changes([Note(0, Voice.MELODY, 60, 4)]) == ()


@given(st.integers(0, 127), st.integers(20, 70), st.integers(11, 50))
def test_folding_keeps_the_pitch_class(pitch: int, low: int, width: int) -> None:
    folded = fold(pitch, low, low + width)
    assert low <= folded <= low + width
    assert (folded - pitch) % 12 == 0
    if low <= pitch <= low + width:
        assert folded == pitch


@given(
    st.sampled_from(LAYERS),
    st.lists(st.tuples(st.integers(0, 200), st.sets(st.integers(21, 108), min_size=1, max_size=4)), max_size=12),
)
def test_every_instrument_plays_within_its_range(layer: Layer, attacks: list[tuple[int, set[int]]]) -> None:
    notes = sorted(Note(step, Voice.INNER, pitch, 2) for step, chord in dict(attacks).items() for pitch in chord)
    pitches = fit_range(notes, layer)
    assert all(layer.low <= pitch <= layer.high for pitch in pitches)
    assert all((new - note.pitch) % 12 == 0 for new, note in zip(pitches, notes, strict=True))


@given(st.sets(st.integers(30, 100), min_size=2, max_size=4))
def test_a_chord_that_fits_keeps_its_order(chord: set[int]) -> None:
    notes = sorted(Note(0, Voice.INNER, pitch, 2) for pitch in chord)
    layer = Layer("Piano", 0, 30, 100)
    assert list(fit_range(notes, layer)) == sorted(chord)
    narrow = fit_range(notes, Layer("Narrow", 0, 40, 88))
    assert list(narrow) == sorted(narrow)


def test_a_phrase_moves_as_a_whole() -> None:
    notes = _line(*range(0, 16, 2), pitch=40)
    pitches = fit_range(notes, Layer("Flute", 73, 60, 96))
    assert np.all(np.diff(pitches) == 1)
