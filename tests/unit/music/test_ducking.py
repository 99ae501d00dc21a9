"""Notes and condition rows that leave room for speech."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.music.controls import DYNAMIC, HIT_COLUMNS, PLAN_WIDTH, SEMANTIC, Conditions, smooth
from engine.music.ducking import (
    ASKED_SHARE,
    COMPOSED_SHARE,
    SPEECH_REGISTER,
    allowed_onsets,
    leave_room,
    thin_under_speech,
)
from engine.music.notes import Note, Voice

N_STEPS = 128

notes_ = st.lists(
    st.builds(
        Note,
        onset=st.integers(0, N_STEPS - 1),
        voice=st.sampled_from(Voice),
        pitch=st.integers(30, 90),
        duration=st.integers(1, 16),
    ),
    max_size=60,
    unique=True,
)
spans_ = st.lists(st.tuples(st.integers(0, N_STEPS - 1), st.integers(1, 40)), max_size=3).map(
    lambda pairs: [(first, min(N_STEPS, first + length)) for first, length in pairs]
)


def _inside(note: Note, spans: list[tuple[int, int]]) -> bool:
    return any(first <= note.onset < end for first, end in spans)


def _song() -> list[Note]:
    """8 bars: a tune in eighths, repeated chords in quarters, a bass in half notes."""
    notes = []
    for bar in range(8):
        start = 16 * bar
        root = (0, 9, 5, 7)[bar % 4]
        notes += [Note(start + 8 * i, Voice.BASS, 36 + root, 8) for i in range(2)]
        notes += [Note(start + 4 * i, Voice.INNER, pitch + root, 4) for i in range(4) for pitch in (55, 59, 62)]
        notes += [Note(start + 2 * i, Voice.MELODY, 72 + i, 2) for i in range(8)]
    return notes


@given(notes_, spans_)
def test_half_the_onsets_no_melody_and_the_rest_untouched(notes: list[Note], spans: list[tuple[int, int]]) -> None:
    thinned = thin_under_speech(notes, spans)
    before = [note for note in notes if _inside(note, spans)]
    after = [note for note in thinned if _inside(note, spans)]
    assert len(after) <= len(before) / 2
    for first, end in spans:
        tune = [note for note in thinned if note.voice is Voice.MELODY]
        assert not any(note.onset < end and note.end > first and _inside(note, [(first, end)]) for note in tune)
        assert not any(note.onset < first < note.end for note in tune)
    outside = [note for note in notes if not _inside(note, spans)]
    for note in outside:
        kept = [
            other
            for other in thinned
            if (other.onset, other.voice, other.pitch) == (note.onset, note.voice, note.pitch)
        ]
        assert kept
        assert note in kept or note.voice is Voice.MELODY
    assert {(note.onset, note.pitch) for note in after} <= {(note.onset, note.pitch) for note in before}
    assert thinned == tuple(sorted(thinned))


@given(notes_, spans_, st.sets(st.integers(0, N_STEPS - 1), max_size=6), st.randoms())
def test_fixed_notes_stay_as_they_are(
    notes: list[Note], spans: list[tuple[int, int]], hits: set[int], random: object
) -> None:
    fixed = notes[::3]
    thinned = thin_under_speech(notes, spans, hits=hits, changes={16, 32}, fixed=fixed)
    assert set(fixed) <= set(thinned)
    assert all(note.duration >= 1 for note in thinned)


def test_the_support_is_held_through_what_was_left_out() -> None:
    song = _song()
    thinned = thin_under_speech(song, [(16, 80)], changes=[16 * bar for bar in range(8)])
    inside = [note for note in thinned if 16 <= note.onset < 80]
    sounding = {step for note in inside for step in range(note.onset, note.end)}
    assert sounding >= set(range(16, 80))
    assert {note.onset for note in inside} >= {16, 32, 48, 64}
    assert all(note.end <= (note.onset // 16 + 1) * 16 for note in inside)
    assert max(note.duration for note in inside if note.voice is Voice.INNER) > 4


def test_hits_remain_even_where_only_the_melody_played_them() -> None:
    tune = [Note(step, Voice.MELODY, 76, 2) for step in range(0, 64, 2)]
    thinned = thin_under_speech(tune, [(0, 64)], hits={6, 30})
    assert {note.onset for note in thinned} == {6, 30}
    assert all(note.voice is Voice.INNER and note.pitch < SPEECH_REGISTER[0] for note in thinned)
    assert all(note.pitch % 12 == 76 % 12 for note in thinned)
    song = _song()
    kept = thin_under_speech(song, [(0, 128)], hits={12, 60})
    assert {12, 60} <= {note.onset for note in kept}


def test_what_was_composed_for_speech_keeps_what_is_allowed() -> None:
    song = [note for note in _song() if note.voice is not Voice.MELODY]
    everything = thin_under_speech(song, [(0, 128)], allowed=np.full(32, 16, np.float32))
    assert len(everything) == len(song)
    fewer = thin_under_speech(song, [(0, 128)], allowed=np.full(32, 1, np.float32))
    assert len(fewer) == 32


def test_no_speech_changes_nothing() -> None:
    song = _song()
    assert thin_under_speech(song, []) == tuple(sorted(song))
    assert thin_under_speech([], [(0, 16)]) == ()


def _rows(n_beats: int = 32) -> Conditions:
    dynamic = np.full((n_beats, len(DYNAMIC)), 0.6, np.float32)
    dynamic[:, HIT_COLUMNS] = 0
    dynamic[5, HIT_COLUMNS] = 1
    semantic = np.full((n_beats, len(SEMANTIC)), 0.5, np.float32)
    semantic[:, SEMANTIC.index("melody")] = np.nan
    semantic[:, SEMANTIC.index("flow")] = smooth(dynamic[:, 0])
    return Conditions(dynamic, semantic, np.zeros((n_beats, PLAN_WIDTH), np.float32))


def test_rows_ask_for_less_and_no_melody_in_spoken_beats_only() -> None:
    before = _rows()
    after = leave_room(before, [(16, 49)])
    spoken = np.arange(4, 12)
    others = np.setdiff1d(np.arange(32), spoken)
    count = np.expm1(after.dynamic[:, 0] * np.log1p(16))
    asked = float(np.expm1(0.6 * np.log1p(16)))
    assert count[spoken] == pytest.approx(ASKED_SHARE * asked, rel=1e-4)
    assert np.array_equal(after.dynamic[others], before.dynamic[others])
    assert np.array_equal(after.dynamic[:, HIT_COLUMNS], before.dynamic[:, HIT_COLUMNS])
    melody = after.semantic[:, SEMANTIC.index("melody")]
    assert np.all(melody[spoken] == 0) and np.all(np.isnan(melody[others]))
    assert np.allclose(after.semantic[:, SEMANTIC.index("flow")], smooth(after.dynamic[:, 0]), atol=1e-5)
    assert after.semantic[7, SEMANTIC.index("arousal")] < before.semantic[7, SEMANTIC.index("arousal")]
    assert allowed_onsets(after)[spoken] == pytest.approx(COMPOSED_SHARE * asked, rel=1e-4)
    assert np.isnan(before.semantic[:, SEMANTIC.index("melody")]).all()  # the caller's rows are not touched


def test_rows_without_speech_are_the_same_rows() -> None:
    rows = _rows()
    assert leave_room(rows, []) is rows
