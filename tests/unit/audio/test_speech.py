"""Finding speech: what is none, what is, and how verdicts become spans."""

from __future__ import annotations

import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.audio import speech
from engine.audio.decode import read_audio
from engine.audio.speech import BLOCK_S, SHORTEST_PAUSE_S, SHORTEST_SPEECH_S, find_speech, spans_of, speech_chances
from engine.audio.synth import choose_synthesizer
from engine.cancel import CancelToken
from engine.errors import InputError, RunCancelled
from tests.unit.audio.test_synth import _score

RATE = 48000
Samples = NDArray[np.float32]


def _noise(seconds: float, level: float = 0.1) -> Samples:
    rng = np.random.default_rng(1)
    return (level * rng.standard_normal((2, round(seconds * RATE)))).astype(np.float32)


def _energetic(voice: Samples) -> NDArray[np.bool_]:
    """Which hundredths of a second hold speech, for a recording of nothing else; pauses below 0.3 s count."""
    frames = voice[: len(voice) // 480 * 480].reshape(-1, 480)
    level = np.sqrt((frames**2).mean(1))
    loud = level > level.max() * 10 ** (-35 / 20)
    edges = np.flatnonzero(loud)
    for a, b in pairwise(edges):
        if b - a < 30:
            loud[a:b] = True
    return loud


def _scores(found: tuple[speech.Span, ...], truth: NDArray[np.bool_]) -> tuple[float, float]:
    """Precision (150 ms around speech count as speech) and recall, in hundredths of a second."""
    said = np.zeros(len(truth), bool)
    for span in found:
        said[round(span.start_s * 100) : round(span.end_s * 100)] = True
    near = np.convolve(truth, np.ones(31), "same") > 0
    right = int((said & truth).sum())
    return right / max(1, right + int((said & ~near).sum())), right / int(truth.sum())


def _in_background(voice: Samples, background: Samples, snr_db: float) -> tuple[Samples, NDArray[np.bool_]]:
    """Speech from 3 s on in a background that goes on for 3 s more; and where it is."""
    total = len(voice) + 6 * RATE
    around = np.resize(background, total)
    around = around * np.sqrt((voice**2).mean() / (around**2).mean()) * 10 ** (-snr_db / 20)
    mixed = around.copy()
    mixed[3 * RATE : 3 * RATE + len(voice)] += voice
    truth = np.zeros(total // 480 + 1, bool)
    active = _energetic(voice)
    truth[300 : 300 + len(active)] = active
    return mixed.astype(np.float32), truth


def test_silence_tones_and_noise_are_no_speech() -> None:
    t = np.arange(5 * RATE) / RATE
    chord = sum(np.sin(2 * np.pi * hz * t) for hz in (220, 277, 330)) * 0.1
    for sound in (np.zeros((2, 3 * RATE), np.float32), _noise(5), np.stack([chord, chord]).astype(np.float32)):
        assert find_speech(sound, RATE) == ()
    assert find_speech(np.zeros((2, 0), np.float32), RATE) == ()


def test_our_own_music_is_no_speech() -> None:
    for palette in ("piano", "strings-and-piano"):
        clip = choose_synthesizer("built-in").render(_score(palette, bars=4), sample_rate=RATE)
        assert find_speech(clip.samples, clip.sample_rate) == ()


def test_real_speech_is_found_in_music_and_in_noise(shared_media: Path) -> None:
    voice = read_audio(shared_media / "awkward/audioonly_speech_mono16k.m4a", sample_rate=RATE).samples.mean(0)
    score = read_audio(shared_media / "edited/bbb_first60s.mp4", sample_rate=RATE).samples.mean(0)[5 * RATE :]
    for background, snr_db in ((score, 10), (score, 5), (_noise(20)[0], 10)):
        mixed, truth = _in_background(voice, background, snr_db)
        precision, recall = _scores(find_speech(mixed, RATE), truth)
        assert precision >= 0.93 and recall >= 0.97, (snr_db, precision, recall)


def test_film_scores_without_a_word_hold_none(shared_media: Path) -> None:
    for name in ("edited/bbb_first60s.mp4", "edited/chaplin_1shot.mp4", "edited/toasttv_retro8s.mp4"):
        clip = read_audio(shared_media / name, sample_rate=RATE)
        assert find_speech(clip.samples, RATE) == (), name


def test_the_dialogue_of_a_trailer_is_found(shared_media: Path) -> None:
    clip = read_audio(shared_media / "edited/sintel_trailer52s.mp4", sample_rate=RATE)
    spans = find_speech(clip.samples, RATE)
    assert [round(span.start_s) for span in spans] == [12, 19]
    assert all(span.duration_s < 3 for span in spans)


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
@pytest.mark.parametrize("voice", ["en", "de"])
def test_a_synthetic_voice_is_found(tmp_path: Path, voice: str) -> None:
    text = "The harbour lay quiet in the morning, and then the boats came back."
    subprocess.run(["espeak-ng", "-v", voice, "-w", str(tmp_path / "v.wav"), text], check=True)
    said = read_audio(tmp_path / "v.wav", sample_rate=RATE).samples.mean(0)
    mixed, truth = _in_background(said, _noise(20)[0], 15)
    precision, recall = _scores(find_speech(mixed, RATE), truth)
    assert precision >= 0.95 and recall >= 0.95


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 44100, 48000])
def test_every_rate_gives_one_verdict_a_block(rate: int) -> None:
    chances = speech_chances(np.zeros(9 * rate + 7, np.float32), rate)
    assert abs(len(chances) - 9 / BLOCK_S) <= 1


def test_resampling_in_pieces_is_seamless() -> None:
    for rate in (44100, 48000, 8000):
        t = np.arange(20 * rate) / rate
        tone = np.sin(2 * np.pi * 440 * t).astype(np.float32)
        joined = np.concatenate(list(speech._at_16k(tone, rate)))
        expected = np.sin(2 * np.pi * 440 * np.arange(len(joined)) / 16000)
        assert abs(len(joined) - 20 * 16000) <= 1
        assert np.abs(joined - expected)[200:-200].max() < 0.01


@given(st.lists(st.floats(0, 1), max_size=200))
def test_spans_are_apart_long_enough_and_inside(chances: list[float]) -> None:
    duration_s = len(chances) * BLOCK_S
    spans = spans_of(chances, duration_s=duration_s)
    assert all(0 <= span.start_s < span.end_s <= duration_s for span in spans)
    assert all(span.duration_s >= SHORTEST_SPEECH_S - 1e-9 for span in spans)
    gaps = [b.start_s - a.end_s for a, b in pairwise(spans)]
    assert all(gap > SHORTEST_PAUSE_S - 2 * speech.PAD_S - 1e-9 for gap in gaps)


def test_two_thresholds_and_short_pauses() -> None:
    blocks = [0.1] * 5 + [0.9] * 10 + [0.4] * 5 + [0.2] * 5 + [0.8] * 10 + [0.1] * 20 + [0.9] * 3 + [0.1] * 5
    (span,) = spans_of(blocks, duration_s=len(blocks) * BLOCK_S)  # 3 blocks alone are too short
    assert span.start_s == pytest.approx(5 * BLOCK_S - speech.PAD_S)
    assert span.end_s == pytest.approx(35 * BLOCK_S + speech.PAD_S)


def test_cancelling_stops_at_once() -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(RunCancelled):
        find_speech(_noise(5), RATE, cancel=cancel)


def test_an_old_processor_is_told_kindly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speech, "_has_vector_unit", lambda: False)
    with pytest.raises(InputError) as error:
        find_speech(_noise(1), RATE)
    assert "ducking" in error.value.hint
