"""Keys found from chords."""

from __future__ import annotations

import numpy as np
import pytest

from engine.music.chords import Chord, Key, parse_chord
from engine.music.keys import estimate_key, key_path, scale_path


def _chords(text: str, beats: int = 4) -> list[Chord | None]:
    return [parse_chord(label) for label in text.split() for _ in range(beats)]


def _arrays(chords: list[Chord | None]) -> tuple[np.ndarray, np.ndarray]:
    roots = np.array([-1 if c is None else c.root for c in chords])
    chroma = np.zeros((len(chords), 12), np.uint8)
    for i, chord in enumerate(chords):
        if chord is not None:
            chroma[i, list(chord.chroma)] = 1
    return roots, chroma


@pytest.mark.parametrize("shift", range(12))
@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("C G Am F C F G C", Key(0, False)),
        ("Am F G Am Dm E Am", Key(9, True)),
        ("N C Am Dm G:7 C N", Key(0, False)),
        ("Am Dm Am E:7 Am F E Am", Key(9, True)),
    ],
)
def test_keys_of_plain_progressions(text: str, key: Key, shift: int) -> None:
    moved = [None if c is None else c.transposed(shift) for c in _chords(text)]
    assert estimate_key(moved) == Key((key.tonic + shift) % 12, key.minor)


def test_without_chords_the_key_is_c_major() -> None:
    assert estimate_key([None, None]) == Key(0, False)
    assert estimate_key([]) == Key(0, False)


def test_one_strange_chord_is_no_modulation_but_a_moved_chorus_is() -> None:
    song = _chords("C G Am F C G F Ab C")
    assert set(scale_path(_arrays(song)[1])) == {0}
    chorus = [None if c is None else c.transposed(1) for c in _chords("C G Am F C G Am F")]
    path = scale_path(_arrays(_chords("C G Am F C G Am F") + chorus)[1])
    assert path[0] == 0
    assert path[-1] == 1
    assert np.count_nonzero(np.diff(path)) == 1


def test_a_vote_decides_only_the_close_ones() -> None:
    close = _arrays(_chords("C Am C Am F Dm"))
    assert not key_path(*close, vote=-1.0)[1]
    assert key_path(*close, vote=1.0)[1]
    clear = _arrays(_chords("C F G C F G C"))
    assert not key_path(*clear, vote=1.0)[1]
