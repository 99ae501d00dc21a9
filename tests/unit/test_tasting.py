"""A palette is heard before music is composed with it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.audio.decode import read_audio
from engine.audio.loudness import loudness_lufs
from engine.cancel import CancelToken
from engine.errors import InputError, RunCancelled
from engine.music.notes import Note, Voice
from engine.tasting import LUFS, SAMPLE_RATE_HZ, own_phrase, taste
from tests.helpers.takes import take_of


def heard(path: Path) -> np.ndarray:
    return np.asarray(read_audio(path, sample_rate=SAMPLE_RATE_HZ).samples)


def test_a_phrase_of_four_bars_in_three_voices() -> None:
    phrase = own_phrase()
    assert {note.voice for note in phrase} == set(Voice) and phrase == tuple(sorted(phrase))
    assert max(note.onset + note.duration for note in phrase) == 64


def test_palettes_sound_unlike_each_other_and_equally_loud(tmp_path: Path) -> None:
    waves = []
    for palette in ("piano", "chamber"):
        path = tmp_path / f"{palette}.wav"
        taste(palette, path)
        clip = read_audio(path, sample_rate=SAMPLE_RATE_HZ)
        assert loudness_lufs(clip) == pytest.approx(LUFS, abs=1.5)
        assert 8 < clip.n / clip.sample_rate < 16
        waves.append(np.asarray(clip.samples))
    n = min(wave.shape[1] for wave in waves)
    assert np.abs(waves[0][:, :n] - waves[1][:, :n]).mean() > 0.005


def test_a_take_is_tasted_from_its_first_notes_on(tmp_path: Path) -> None:
    late = (Note(80, Voice.MELODY, 72, 16, 90), Note(80, Voice.BASS, 40, 16, 80))
    take = replace(take_of(tmp_path / "film.mp4"), notes=late)
    taste("piano", tmp_path / "late.wav", take=take)
    wave = heard(tmp_path / "late.wav")
    assert np.abs(wave[:, : SAMPLE_RATE_HZ // 2]).max() > 0.02, "the rest before the first note is left out"


def test_an_unknown_palette_and_cancelling_leave_no_file(tmp_path: Path) -> None:
    path = tmp_path / "out.wav"
    with pytest.raises(InputError):
        taste("kazoo", path)
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(RunCancelled):
        taste("piano", path, cancel=cancel)
    assert list(tmp_path.iterdir()) == []
