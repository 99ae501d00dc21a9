"""Loudness, true peak, the limiter."""

from __future__ import annotations

import numpy as np
import pyloudnorm
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.audio.clip import AudioClip
from engine.audio.loudness import SILENCE, levelling, loudness_lufs, true_peak_db
from engine.cancel import CancelToken
from engine.errors import RunCancelled

RATE = 48000


def _noise(seconds: float = 3.0, level: float = 0.1, rate: int = RATE, seed: int = 1) -> AudioClip:
    """Brownish noise that comes and goes."""
    rng = np.random.default_rng(seed)
    wave = np.cumsum(rng.standard_normal((2, round(seconds * rate))), axis=1)
    wave -= np.linspace(wave[:, 0], wave[:, -1], wave.shape[1]).T
    wave = np.diff(wave, prepend=0) + 0.02 * wave / np.abs(wave).max()
    wave *= 0.3 + np.abs(np.sin(np.arange(wave.shape[1]) / rate * 3))
    return AudioClip((level * wave / np.abs(wave).max()).astype(np.float32), rate)


def _sine(hz: float, level: float, seconds: float = 2.0, rate: int = RATE) -> AudioClip:
    wave = level * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)
    return AudioClip(np.stack([wave, wave]).astype(np.float32), rate)


def _levelled(clip: AudioClip, target_lufs: float | None = -16.0, ceiling_db: float = -1.0) -> AudioClip:
    return levelling(clip, target_lufs=target_lufs, ceiling_db=ceiling_db).applied(clip)


@pytest.mark.parametrize("rate", [44100, 48000])
@pytest.mark.parametrize("level", [0.9, 0.05])
def test_the_meter_agrees_with_pyloudnorm(rate: int, level: float) -> None:
    clip = _noise(level=level, rate=rate)
    reference = pyloudnorm.Meter(rate).integrated_loudness(clip.samples.T.astype(np.float64))
    assert loudness_lufs(clip) == pytest.approx(reference, abs=0.05)


def test_the_standards_own_figure() -> None:
    """BS.1770-5: a 997 Hz sine at full scale in one channel reads -3.01 LKFS; in both, 0.0."""
    both = _sine(997, 1.0)
    assert loudness_lufs(both) == pytest.approx(0.0, abs=0.05)
    one = AudioClip(both.samples * np.array([[1], [0]], np.float32), RATE)
    assert loudness_lufs(one) == pytest.approx(-3.01, abs=0.05)


def test_rests_do_not_count() -> None:
    clip = _sine(400, 0.3)
    rests = AudioClip(np.concatenate([clip.samples, np.zeros_like(clip.samples)], axis=1), RATE)
    assert loudness_lufs(rests) == pytest.approx(loudness_lufs(clip), abs=0.5)


def test_silence_and_short_clips_have_no_loudness() -> None:
    assert loudness_lufs(AudioClip(np.zeros((2, RATE), np.float32), RATE)) == SILENCE
    assert loudness_lufs(_sine(400, 0.3, seconds=0.3)) == SILENCE
    assert true_peak_db(AudioClip(np.zeros((2, 100), np.float32), RATE)) == SILENCE
    assert true_peak_db(AudioClip(np.zeros((2, 0), np.float32), RATE)) == SILENCE


def test_a_true_peak_lies_between_the_samples() -> None:
    wave = np.sin(np.pi / 2 * np.arange(RATE) + np.pi / 4)  # samples at 0.707 of the crest
    clip = AudioClip(np.stack([wave, wave]).astype(np.float32), RATE)
    assert 20 * np.log10(clip.peak) == pytest.approx(-3.01, abs=0.01)
    assert true_peak_db(clip) == pytest.approx(0.0, abs=0.3)


@settings(max_examples=15)
@given(st.floats(0.001, 3.0), st.floats(-30, -10), st.integers(0, 1000))
def test_normalised_clips_keep_below_the_ceiling(level: float, target: float, seed: int) -> None:
    out = _levelled(_noise(1.0, level, seed=seed), target)
    assert true_peak_db(out) <= -1.0
    if true_peak_db(out) < -3:  # nearer to it the limiter works, and takes loudness
        assert loudness_lufs(out) == pytest.approx(target, abs=0.3)


def test_a_short_clip_is_brought_to_the_ceiling_by_its_peak() -> None:
    out = _levelled(_sine(400, 0.01, seconds=0.2))
    assert true_peak_db(out) == pytest.approx(-1.0, abs=0.05)


def test_silence_stays_silence() -> None:
    clip = AudioClip(np.zeros((2, RATE), np.float32), RATE)
    assert not _levelled(clip).samples.any()


def test_the_limiter_touches_only_what_is_too_loud() -> None:
    quiet, loud = _sine(300, 0.2, 1.0), _sine(300, 1.6, 0.02)
    wave = np.concatenate([quiet.samples, loud.samples, quiet.samples], axis=1)
    out = _levelled(AudioClip(wave, RATE), None)
    assert true_peak_db(out) <= -1.0
    assert np.allclose(out.samples[:, : RATE - 600], wave[:, : RATE - 600], atol=1e-6)
    assert np.allclose(out.samples[:, -RATE // 10 :], wave[:, -RATE // 10 :], atol=2e-3)
    assert _levelled(quiet, None).samples is quiet.samples


def test_the_limiter_moves_smoothly() -> None:
    wave = np.full((2, RATE), 0.5, np.float32)
    wave[:, RATE // 2 : RATE // 2 + 20] = 1.5
    out = _levelled(AudioClip(wave, RATE), None).samples[0]
    gain = out / wave[0]
    assert np.abs(np.diff(gain)).max() < 0.01


def test_measuring_can_be_cancelled() -> None:
    cancel = CancelToken()
    cancel.cancel()
    for measure in (loudness_lufs, true_peak_db):
        with pytest.raises(RunCancelled):
            measure(_sine(300, 1.0), cancel=cancel)
    with pytest.raises(RunCancelled):
        levelling(_sine(300, 1.0), target_lufs=-16, ceiling_db=-1, cancel=cancel)
