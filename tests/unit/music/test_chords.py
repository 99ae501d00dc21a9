"""Chord and key labels, and chord rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InputError
from engine.music.chords import (
    PITCH_NAMES,
    QUALITIES,
    Chord,
    Key,
    chord_rows,
    parse_chord,
    parse_key,
    parse_pitch_class,
    read_progression,
    write_progression,
)

pitch_classes = st.integers(0, 11)
chords = st.builds(Chord, pitch_classes, st.sampled_from(sorted(QUALITIES.values())), pitch_classes)


@given(chords)
def test_a_label_reads_back_as_the_same_chord(chord: Chord) -> None:
    assert parse_chord(chord.label) == chord


@given(chords, st.integers(-24, 24))
def test_transposing_moves_every_tone_and_keeps_the_quality(chord: Chord, semitones: int) -> None:
    moved = chord.transposed(semitones)
    assert set(moved.chroma) == {(tone + semitones) % 12 for tone in chord.chroma}
    assert moved.quality == chord.quality
    assert moved.transposed(-semitones) == chord


@pytest.mark.parametrize(
    ("label", "root", "quality", "bass"),
    [
        ("C", 0, "maj", 0),
        ("F#m", 6, "min", 6),
        ("Bbm7/F", 10, "min7", 5),
        ("Bb:min7/F", 10, "min7", 5),
        ("C:maj/3", 0, "maj", 4),
        ("A:min/b3", 9, "min", 0),
        ("G:sus4(b7)", 7, "sus4(b7)", 7),
        ("Cb", 11, "maj", 11),
        ("B#:7", 0, "7", 0),
        (" D:hdim7 ", 2, "hdim7", 2),
    ],
)
def test_labels_as_people_write_them(label: str, root: int, quality: str, bass: int) -> None:
    chord = parse_chord(label)
    assert chord is not None
    assert (chord.root, chord.quality, chord.bass) == (root, quality, bass)


@pytest.mark.parametrize("label", ["N", "NC", "X"])
def test_no_chord(label: str) -> None:
    assert parse_chord(label) is None


@pytest.mark.parametrize("label", ["", "H", "C:nonsense", "c", "C/Z", "7"])
def test_what_is_no_chord_is_refused_with_a_hint(label: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_chord(label)
    assert caught.value.hint


def test_a_dominant_seventh_has_its_tones() -> None:
    chord = parse_chord("G:7")
    assert chord is not None
    assert chord.chroma == (2, 5, 7, 11)


@pytest.mark.parametrize(("label", "key"), [("C", Key(0, False)), ("Am", Key(9, True)), ("Gb:maj", Key(6, False))])
def test_keys(label: str, key: Key) -> None:
    assert parse_key(label) == key
    assert parse_key(key.label) == key


@pytest.mark.parametrize("label", ["G:7", "N", "K"])
def test_what_is_no_key_is_refused(label: str) -> None:
    with pytest.raises(InputError):
        parse_key(label)


def test_relative_keys_share_their_scale() -> None:
    assert set(Key(0, False).scale) == set(Key(9, True).scale) == {0, 2, 4, 5, 7, 9, 11}


def test_pitch_names_read_back() -> None:
    assert [parse_pitch_class(name) for name in PITCH_NAMES] == list(range(12))


def test_rows_hold_root_tones_and_bass_and_mark_no_chord() -> None:
    chroma = np.zeros((2, 12), np.uint8)
    chroma[0, [0, 4, 7]] = 1
    rows = chord_rows(np.array([0, -1]), chroma, np.array([4, -1]))
    assert rows.shape == (2, 37)
    assert np.flatnonzero(rows[0]).tolist() == [0, 13, 17, 20, 29]
    assert np.flatnonzero(rows[1]).tolist() == [12]


@pytest.mark.parametrize("text", ["C | A:min | F G | N", "C | Am C F G | F", "C Am F", "C F G | Am |", ""])
def test_a_progression_reads_back(text: str) -> None:
    beats = read_progression(text)
    assert read_progression(write_progression(beats)) == beats


def test_bars_share_their_beats_and_repeat() -> None:
    assert read_progression("C | F G |\n % | N") == (*["C"] * 4, *"FFGG", *"FFGG", *[None] * 4)
    assert read_progression("C F G |") == ("C", "C", "F", "G")
    assert write_progression(["C"] * 4) == "C |"
    for wrong in ("C | H", "C D E F G |"):
        with pytest.raises(InputError):
            read_progression(wrong)
