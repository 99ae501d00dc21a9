"""Voices out of one roll."""

from __future__ import annotations

import numpy as np

from engine.music.notes import Note, Voice, notes_to_roll, roll_to_notes
from engine.music.skyline import BASS_HIGHEST, MELODY_LOWEST, split_voices


def voices_of(*notes: tuple[int, int, int], n_steps: int = 32) -> dict[tuple[int, int], Voice]:
    """(onset, pitch, duration) of notes -> the voice of each (onset, pitch)."""
    roll = notes_to_roll([Note(onset, Voice.INNER, pitch, length) for onset, pitch, length in notes], n_steps)
    split = split_voices(roll.onset.any(0), roll.sustain.any(0))
    found = roll_to_notes(split)
    assert sorted((n.onset, n.pitch, n.duration) for n in found) == sorted(notes)
    return {(n.onset, n.pitch): n.voice for n in found}


def test_top_middle_and_bottom_of_a_chord() -> None:
    assert voices_of((0, 40, 8), (0, 60, 8), (0, 64, 8), (0, 72, 8)) == {
        (0, 40): Voice.BASS,
        (0, 60): Voice.INNER,
        (0, 64): Voice.INNER,
        (0, 72): Voice.MELODY,
    }


def test_a_figure_under_a_held_tune_is_inner_and_a_note_over_a_held_bass_is_not_bass() -> None:
    voices = voices_of((0, 76, 16), (0, 36, 16), (4, 52, 2), (8, 48, 2), (12, 60, 2))
    assert voices[4, 52] is voices[8, 48] is voices[12, 60] is Voice.INNER
    assert voices[0, 76] is Voice.MELODY and voices[0, 36] is Voice.BASS


def test_lone_notes_go_by_register() -> None:
    assert voices_of((0, MELODY_LOWEST - 1, 2), (8, MELODY_LOWEST, 2), (16, BASS_HIGHEST + 1, 2), (24, 30, 2)) == {
        (0, MELODY_LOWEST - 1): Voice.BASS,
        (8, MELODY_LOWEST): Voice.MELODY,
        (16, BASS_HIGHEST + 1): Voice.MELODY,
        (24, 30): Voice.BASS,
    }


def test_low_octaves_have_no_tune_and_high_chords_no_bass() -> None:
    low = voices_of((0, 36, 4), (0, 48, 4))
    assert low[0, 36] is Voice.BASS and low[0, 48] is Voice.INNER
    high = voices_of((0, 72, 4), (0, 79, 4))
    assert high[0, 72] is Voice.INNER and high[0, 79] is Voice.MELODY


def test_a_note_keeps_its_voice_when_others_join() -> None:
    voices = voices_of((0, 60, 16), (4, 80, 4), (4, 40, 4))
    assert voices == {(0, 60): Voice.MELODY, (4, 80): Voice.MELODY, (4, 40): Voice.BASS}


def test_sustains_without_a_beginning_are_left_out() -> None:
    onset, sustain = np.zeros((2, 8, 128), bool)
    sustain[2:5, 60] = True
    onset[6, 62] = True
    split = split_voices(onset, sustain)
    assert split.onset.sum() == 1 and split.sustain.sum() == 0


def test_planes_of_noise_exclude_each_other() -> None:
    rng = np.random.default_rng(0)
    onset, sustain = rng.random((2, 64, 128)) < 0.3
    split = split_voices(onset, sustain)
    assert (split.onset.sum(0) == onset).all()
    assert ((split.onset | split.sustain).sum(0) <= 1).all()
