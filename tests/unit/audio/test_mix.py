"""Lengths, fades, mixes and WAV files."""

from __future__ import annotations

import wave
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.io import wavfile

from engine.audio.clip import AudioClip, points_of
from engine.audio.decode import read_audio
from engine.audio.mix import fade_in, fade_out, fit_length, write_float_wav, write_wav
from engine.cancel import CancelToken
from engine.errors import InputError, OutputError, RunCancelled
from tests.helpers.video import TinyVideo

RATE = 44100


def _clip(seconds: float = 1.0, level: float = 0.5, hz: float = 330.0) -> AudioClip:
    wave = level * np.cos(2 * np.pi * hz * np.arange(round(seconds * RATE)) / RATE)
    return AudioClip(np.stack([wave, 0.7 * wave]).astype(np.float32), RATE)


@given(st.fractions(0, 3, max_denominator=100_000), st.integers(0, 70_000), st.sampled_from([44100, 48000]))
def test_lengths_are_exact(duration_s: Fraction, points: int, rate: int) -> None:
    clip = AudioClip(np.ones((2, points), np.float32), rate)
    fitted = fit_length(clip, duration_s)
    assert fitted.n == round(duration_s * rate) == points_of(duration_s, rate)
    assert fitted.samples[:, : min(points, fitted.n)].all()
    assert not fitted.samples[:, points:].any()


def test_a_fade_ends_in_true_silence_and_starts_unheard() -> None:
    clip = _clip(2.0)
    faded = fade_out(clip, 0.5)
    assert np.array_equal(faded.samples[:, : round(1.5 * RATE)], clip.samples[:, : round(1.5 * RATE)])
    assert not faded.samples[:, -1].any()
    assert np.abs(faded.samples[:, -50:]).max() < 0.002
    middle = round(1.75 * RATE)
    share = np.abs(faded.samples[0, middle - 200 : middle + 200]).max() / 0.5
    assert share == pytest.approx(np.sqrt(0.5), abs=0.02)
    assert np.array_equal(
        fade_in(clip, 0.5).samples, fade_out(AudioClip(clip.samples[:, ::-1], RATE), 0.5).samples[:, ::-1]
    )


@pytest.mark.parametrize("seconds", [0.0, 0.1, 5.0])
def test_any_fade_length_will_do(seconds: float) -> None:
    faded = fade_out(_clip(0.3), seconds)
    assert not faded.samples[:, -1].any()
    assert fade_out(AudioClip(np.zeros((2, 0), np.float32), RATE), seconds).n == 0


def test_a_wav_reads_back_to_the_last_bit(tmp_path: Path) -> None:
    clip = _clip(1.0)
    write_wav(clip, tmp_path / "a.wav")
    with wave.open(str(tmp_path / "a.wav")) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, RATE)
        assert file.getnframes() == clip.n
        steps = np.frombuffer(file.readframes(clip.n), "<i2").reshape(-1, 2).T
    assert np.abs(steps / 32767 - clip.samples).max() <= 0.5 / 32767 + 1e-7
    write_wav(clip, tmp_path / "b.wav")
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()


def test_silence_is_written_as_zeros_and_overload_is_clipped_not_wrapped(tmp_path: Path) -> None:
    samples = np.concatenate([np.zeros((2, 100)), np.full((2, 100), 1.7), np.full((2, 100), -1.7)], axis=1)
    write_wav(AudioClip(samples.astype(np.float32), RATE), tmp_path / "a.wav")
    with wave.open(str(tmp_path / "a.wav")) as file:
        steps = np.frombuffer(file.readframes(300), "<i2").reshape(-1, 2)
    assert not steps[:100].any()
    assert np.all(steps[100:200] == 32767)
    assert np.all(steps[200:] == -32767)


def test_a_float_wav_keeps_every_bit_also_beyond_full_scale(tmp_path: Path) -> None:
    clip = AudioClip(_clip(1.0).samples * np.float32(3.3), RATE)
    write_float_wav(clip, tmp_path / "a.wav")
    rate, samples = wavfile.read(tmp_path / "a.wav")
    assert rate == RATE and np.array_equal(samples.T, clip.samples)
    assert np.array_equal(read_audio(tmp_path / "a.wav", sample_rate=RATE).samples, clip.samples)
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(RunCancelled):
        write_float_wav(clip, tmp_path / "b.wav", cancel=cancel)


def test_a_cancelled_or_failed_wav_leaves_nothing(tmp_path: Path) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(RunCancelled):
        write_wav(_clip(), tmp_path / "a.wav", cancel=cancel)
    with pytest.raises(OutputError):
        write_wav(_clip(), tmp_path / "none" / "a.wav")
    assert list(tmp_path.iterdir()) == []


def test_a_wav_is_read_as_it_was_written(tmp_path: Path) -> None:
    clip = _clip(1.0)
    write_wav(clip, tmp_path / "a.wav")
    back = read_audio(tmp_path / "a.wav", sample_rate=RATE)
    assert back.n == clip.n
    assert np.abs(back.samples - clip.samples).max() < 1e-4
    slower = read_audio(tmp_path / "a.wav", sample_rate=48000)
    assert abs(slower.n - 48000) <= 64
    part = read_audio(tmp_path / "a.wav", sample_rate=RATE, start_s=Fraction(1, 4), duration_s=Fraction(1, 2))
    assert part.n == RATE // 2
    assert np.abs(part.samples - clip.samples[:, RATE // 4 : RATE // 4 + RATE // 2]).max() < 1e-4
    late = read_audio(tmp_path / "a.wav", sample_rate=RATE, start_s=Fraction(-1, 2), duration_s=Fraction(1))
    assert not late.samples[:, : RATE // 2].any()
    assert np.abs(late.samples[:, RATE // 2 :] - clip.samples[:, : RATE // 2]).max() < 1e-4


def test_the_sound_of_a_video_is_read(tiny_video: Callable[..., TinyVideo]) -> None:
    video = tiny_video(audio_hz=440.0)
    clip = read_audio(video.path, sample_rate=RATE, duration_s=video.duration_s)
    assert clip.n == round(video.duration_s * RATE)
    spectrum = np.abs(np.fft.rfft(clip.samples[0, RATE : 2 * RATE]))
    assert np.argmax(spectrum) == 440
    with pytest.raises(InputError):
        read_audio(tiny_video(audio_hz=None).path)


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"nothing")
    for name in ("a.wav", "none.wav"):
        with pytest.raises(InputError) as error:
            read_audio(tmp_path / name)
        assert name in error.value.message


def test_every_shared_file_is_read_or_refused(shared_media: Path) -> None:
    """One of each kind of trouble; the walk over all files is the run's own test."""
    for name in ("awkward", "broken", "edited"):
        for path in sorted((shared_media / name).iterdir())[:12]:
            try:
                clip = read_audio(path, sample_rate=22050, duration_s=Fraction(2))
            except InputError:
                continue
            assert clip.n == 44100
            assert np.isfinite(clip.samples).all()
