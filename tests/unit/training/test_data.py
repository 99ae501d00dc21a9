"""From a dataset's folder to batches."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.diffusion.autoencoder import CELLS, LOWEST_KEY, N_KEYS, to_key
from engine.errors import InputError
from engine.music.controls import KEY_ROWS, SEMANTIC
from engine.music.notes import Voice
from tests.helpers.songs import write_songs
from training.data.corpus import Corpus, build_corpus, load_corpus, save_corpus, song_indices, split_songs
from training.data.pop909 import read_song, song_folders
from training.data.windows import WindowSet


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    folder = write_songs(tmp_path_factory.mktemp("songs"), n_songs=10, n_bars=12)
    return build_corpus([read_song(song) for song in song_folders(folder)])


@pytest.fixture(scope="module")
def windows(corpus: Corpus) -> WindowSet:
    return WindowSet(corpus, list(range(corpus.n_songs)))


def test_notes_lie_on_the_songs_own_grid(corpus: Corpus) -> None:
    notes = corpus.notes(0)
    bass = notes.pitch[notes.voice == Voice.BASS]
    assert len(bass) == 48 and set(bass % 12) == {0, 7, 9, 5}
    assert (notes.onset[notes.voice == Voice.BASS] == np.arange(48) * 4).all()
    assert set(notes.duration[notes.voice == Voice.BASS]) == {4}
    assert (notes.voice == Voice.INNER).sum() == 48 * 3


def test_file_round_trip_and_hash(corpus: Corpus, tmp_path: Path) -> None:
    save_corpus(corpus, tmp_path / "c.npz")
    again = load_corpus(tmp_path / "c.npz")
    assert again.data_hash() == corpus.data_hash()
    assert [p.name for p in tmp_path.iterdir()] == ["c.npz"]
    (tmp_path / "c.npz").write_bytes(b"no corpus")
    with pytest.raises(InputError, match="not a corpus"):
        load_corpus(tmp_path / "c.npz")
    with pytest.raises(InputError, match="no corpus"):
        load_corpus(tmp_path / "absent.npz")


def test_hash_names_what_was_read_and_not_what_was_measured_on_it(corpus: Corpus) -> None:
    assert replace(corpus, semantic=corpus.semantic + np.float16(1e-3)).data_hash() == corpus.data_hash()
    moved = corpus.pitch.copy()
    moved[-1] += 1
    assert replace(corpus, pitch=moved).data_hash() != corpus.data_hash()


def test_windows_are_eight_regular_bars(windows: WindowSet) -> None:
    assert len(windows) == 10 * 5
    assert (windows.windows[:, 1] % 4 == 0).all()


@pytest.mark.parametrize("shift", [-6, -1, 0, 5])
def test_transposition_moves_everything_by_meaning(windows: WindowSet, shift: int) -> None:
    index = np.array([3])
    plain, moved = windows.batch(index, np.array([0])), windows.batch(index, np.array([shift]))
    onset = [b.cells[Voice.INNER, 0, :, :CELLS].float().reshape(32, 4, N_KEYS) for b in (plain, moved)]
    assert torch.equal(torch.roll(onset[0], shift, -1), onset[1])
    key = [b.plan[0, :, :12] for b in (plain, moved)]
    assert torch.equal(torch.roll(key[0], shift, -1), key[1])
    chroma = slice(KEY_ROWS + 13, KEY_ROWS + 25)
    assert torch.equal(torch.roll(plain.plan[0, :, chroma], shift, -1), moved.plan[0, :, chroma])
    others = [i for i, name in enumerate(SEMANTIC) if name != "register"]
    assert torch.equal(plain.semantic[..., others], moved.semantic[..., others])
    assert torch.equal(plain.dynamic, moved.dynamic)


def test_keys_fold_by_octaves_and_never_wrap() -> None:
    pitch = np.arange(128)
    for voice in range(3):
        key = to_key(pitch, np.full(128, voice))
        assert key.min() >= 0 and key.max() < N_KEYS
        assert ((key + LOWEST_KEY[voice]) % 12 == pitch % 12).all()
        inside = (pitch >= LOWEST_KEY[voice]) & (pitch < LOWEST_KEY[voice] + N_KEYS)
        assert (key[inside] + LOWEST_KEY[voice] == pitch[inside]).all()


def test_splits_are_by_song_and_stable(corpus: Corpus) -> None:
    names = [f"{i:03d}" for i in range(1, 910)]
    parts = split_songs(names)
    assert [len(parts[s]) for s in ("train", "validation", "test")] == [727, 91, 91]
    assert sorted(n for part in parts.values() for n in part) == names
    shared = [set(song_indices(corpus, split)) for split in ("train", "validation", "test")]
    assert not shared[0] & shared[1] and not shared[0] & shared[2] and not shared[1] & shared[2]


def test_reference_counts_of_pop909(shared_pop909: Path) -> None:
    folders = song_folders(shared_pop909)
    assert len(folders) == 909
    song = read_song(folders[0])
    assert song.n_beats == len(np.loadtxt(folders[0] / "beat_midi.txt"))
    assert 85 < song.bpm < 95 and song.chords[4] is not None
