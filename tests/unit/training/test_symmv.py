"""SymMV's layout into the songs of the corpus; beats of performed MIDI."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pretty_midi
import pytest

from engine.errors import InputError
from engine.music.chords import parse_chord, parse_key
from engine.music.notes import Voice
from tests.helpers.songs import write_songs
from training.__main__ import main as diffbgm_train
from training.data.beat_tracking import track_beats
from training.data.corpus import load_corpus, song_indices
from training.data.pop909 import Song
from training.data.symmv import (
    is_symmv,
    parse_symmv_chord,
    parse_tonality,
    read_symmv_song,
    symmv_songs,
)

BEAT_S = 0.7
LABELS = ("CM", "GM", "Am7", "FM7")
ROOTS = (48, 43, 45, 41)
TICKS_A_SECOND = 440
"""220 ticks a quarter at the nominal 120 BPM, as the dataset's files have it."""


def write_symmv(folder: Path, n_songs: int = 1, *, named: bool = False, n_bars: int = 24) -> Path:
    """Songs at 86 BPM, played with small errors, in files that say 120."""
    for part in ("midi", "chord"):
        (folder / "dataset" / part).mkdir(parents=True)
    rows = ["index\tyoutube_url\ttonality\tshazam_id"]
    for number in range(1, n_songs + 1):
        name = f"{number:05d}"
        rng = np.random.default_rng(number)
        names = ("melody", "chord", "bass") if named else ("", "", "")
        tracks = [pretty_midi.Instrument(0, name=text) for text in names]
        chords = []
        for bar in range(n_bars):
            start = 1.0 + 4 * bar * BEAT_S
            chords.append(
                f"{round(start * TICKS_A_SECOND)} {round((start + 4 * BEAT_S) * TICKS_A_SECOND)} {LABELS[bar % 4]}"
            )
            for beat in range(4):
                at = start + beat * BEAT_S + rng.normal(0, 0.01)
                root = ROOTS[bar % 4]
                if beat == 0:
                    tracks[2].notes.append(pretty_midi.Note(80, root - 12, at, at + 3.9 * BEAT_S))
                for interval in (12, 16, 19):
                    tracks[1].notes.append(pretty_midi.Note(60, root + interval, at, at + 0.9 * BEAT_S))
                tracks[0].notes.append(pretty_midi.Note(90, 79 + int(rng.integers(5)), at, at + 0.4 * BEAT_S))
        midi = pretty_midi.PrettyMIDI(resolution=220, initial_tempo=120)
        if not named:
            tracks[0].notes += tracks[1].notes + tracks[2].notes
        midi.instruments.extend(tracks if named else tracks[:1])
        midi.write(str(folder / "dataset" / "midi" / f"{name}.mid"))
        (folder / "dataset" / "chord" / f"{name}.txt").write_text("\n".join(chords) + "\n")
        rows.append(f"{name}\thttps://example.org\tC major\t")
    (folder / "dataset" / "SymMV.csv").write_text("\n".join(rows) + "\n")
    return folder


def only_song(folder: Path) -> Song:
    (files,) = symmv_songs(folder)
    song = read_symmv_song(files)
    assert song is not None
    return song


def test_beats_are_found_in_played_notes(tmp_path: Path) -> None:
    song = only_song(write_symmv(tmp_path))
    true = 1.0 + np.arange(96) * BEAT_S
    inner = song.beat_s[(song.beat_s > 0.9) & (song.beat_s < true[-1] + 0.1)]
    assert abs(len(inner) - 96) <= 1
    assert max(np.abs(true - t).min() for t in inner) < 0.05
    assert song.bpm == pytest.approx(60 / BEAT_S, rel=0.02)
    downbeats = song.beat_s[song.downbeat & (song.beat_s > 0.9) & (song.beat_s < true[-1])]
    assert max(np.abs(true[::4] - t).min() for t in downbeats) < 0.05


@pytest.mark.parametrize("named", [False, True])
def test_chords_key_and_voices(tmp_path: Path, named: bool) -> None:
    song = only_song(write_symmv(tmp_path, named=named))
    first = int(np.argmin(np.abs(song.beat_s - 1.0)))
    labels = [chord.label if chord else None for chord in song.chords[first : first + 16]]
    assert labels == [*["C"] * 4, *["G"] * 4, *["A:min7"] * 4, *["F:maj7"] * 4]
    assert set(song.tonic) == {0} and not song.minor.any()
    notes = song.notes
    assert set(notes.pitch[notes.voice == Voice.BASS] % 12) == {0, 7, 9, 5}
    assert (notes.pitch[notes.voice == Voice.MELODY] >= 79).all() and (notes.voice == Voice.MELODY).sum() == 96
    assert (notes.voice == Voice.BASS).sum() == 24
    assert (notes.onset % 4 == 0).mean() > 0.95


def test_given_beats_are_believed(tmp_path: Path) -> None:
    folder = write_symmv(tmp_path)
    (folder / "dataset" / "beat").mkdir()
    beats = np.stack([1.0 + np.arange(96) * BEAT_S, np.arange(96) % 3 + 1], 1)
    np.savetxt(folder / "dataset" / "beat" / "00001.txt", beats)
    song = only_song(folder)
    assert song.n_beats == 96 and (np.flatnonzero(song.downbeat) == np.arange(0, 96, 3)).all()


def test_spellings() -> None:
    assert parse_symmv_chord("B-m7") == parse_chord("Bb:min7")
    assert parse_symmv_chord("F#o7") == parse_chord("F#:dim7")
    assert parse_symmv_chord("E+") == parse_chord("E:aug") and parse_symmv_chord("N") is None
    assert parse_tonality("E- major") == parse_key("Eb:maj") and parse_tonality("c# minor") == parse_key("C#:min")
    for bad in ("H", "Cwhat", ""):
        with pytest.raises(InputError):
            parse_symmv_chord(bad)
    with pytest.raises(InputError):
        parse_tonality("C")


def test_both_datasets_lie_in_one_corpus(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pop, sym = write_songs(tmp_path / "pop", n_songs=4, n_bars=10), write_symmv(tmp_path / "sym", 10)
    assert is_symmv(sym) and not is_symmv(pop)
    assert diffbgm_train(["prepare", str(pop), str(sym), "-o", str(tmp_path / "both.npz")]) == 0
    said = capsys.readouterr().out
    assert "songs      14" in said and "data hash" in said
    corpus = load_corpus(tmp_path / "both.npz")
    parts = [song_indices(corpus, split) for split in ("train", "validation", "test")]
    assert sorted(i for part in parts for i in part) == list(range(14))
    assert all(any(str(corpus.names[i]).startswith("symmv-") for i in part) for part in parts)


def test_damaged_files_are_named(tmp_path: Path) -> None:
    folder = write_symmv(tmp_path)
    chords = folder / "dataset" / "chord" / "00001.txt"
    chords.write_text("0 100\n")
    with pytest.raises(InputError, match="line 1"):
        only_song(folder)
    (folder / "dataset" / "midi" / "00001.mid").write_bytes(b"no midi")
    with pytest.raises(InputError, match="MIDI"):
        only_song(folder)
    chords.unlink()
    with pytest.raises(InputError, match="both MIDI and chords"):
        symmv_songs(folder)


def test_too_few_notes_have_no_beats() -> None:
    assert not len(track_beats(np.arange(3.0), np.full(3, 60), np.full(3, 80)))
