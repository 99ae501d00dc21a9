"""What is delivered: its loudness and peaks by independent meters, its parts, its place in the film."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pyloudnorm
import pytest
from numpy.typing import NDArray
from scipy.signal import resample_poly

from engine.audio.clip import AudioClip
from engine.audio.finishing import FinishedSound, Place, finish, placed_music
from engine.audio.synth import choose_synthesizer
from engine.cancel import CancelToken
from engine.errors import RunCancelled
from engine.settings import GenerationSettings
from engine.timebase import Span
from tests.unit.audio.test_synth import _score

RATE = 48000
FILM_S = Fraction(12)
SPEECH = (Span(3.0, 5.0), Span(6.5, 8.0))


def _lufs(clip: AudioClip) -> float:
    return float(pyloudnorm.Meter(clip.sample_rate).integrated_loudness(clip.samples.T.astype(np.float64)))


def _true_peak_db(clip: AudioClip) -> float:
    return float(20 * np.log10(np.abs(resample_poly(clip.samples.astype(np.float64), 4, 1, axis=1)).max()))


def _db(wave: NDArray[np.float64] | NDArray[np.float32]) -> float:
    return float(10 * np.log10((np.asarray(wave, np.float64) ** 2).mean() + 1e-30))


@pytest.fixture(scope="module")
def stems() -> tuple[AudioClip, ...]:
    """The parts of a piece of 12 s, with three percussive beats that a limiter must meet."""
    score = _score("strings-and-piano", bars=6)
    parts = [stem.clip.samples for stem in choose_synthesizer("built-in").render_stems(score, sample_rate=RATE)]
    rng = np.random.default_rng(2)
    beats = np.zeros_like(parts[0])
    for second in (2, 4, 7):
        blow = 0.25 * rng.standard_normal((2, RATE // 10)) * np.exp(-np.arange(RATE // 10) / 800)
        beats[:, second * RATE : second * RATE + RATE // 10] = blow
    return tuple(AudioClip(np.asarray(wave, np.float32), RATE) for wave in (*parts, beats))


@pytest.fixture(scope="module")
def music(stems: tuple[AudioClip, ...]) -> AudioClip:
    return AudioClip(np.sum([stem.samples for stem in stems], axis=0, dtype=np.float32), RATE)


@pytest.fixture(scope="module")
def original() -> AudioClip:
    """A film's own sound: a voice-like buzz while someone speaks, hiss otherwise."""
    rng = np.random.default_rng(3)
    t = np.arange(12 * RATE) / RATE
    buzz = 0.2 * np.sign(np.sin(2 * np.pi * 120 * t)) * (0.5 + 0.5 * np.sin(2 * np.pi * 4 * t))
    said = np.any([(t >= span.start_s) & (t < span.end_s) for span in SPEECH], axis=0)
    wave = buzz * said + 0.003 * rng.standard_normal(len(t))
    return AudioClip(np.stack([wave, wave]).astype(np.float32), RATE)


def _finish(music: AudioClip, original: AudioClip | None = None, **options: object) -> FinishedSound:
    settings = GenerationSettings(**options)  # type: ignore[arg-type]
    speech = SPEECH if original is not None else ()
    return finish(music, Place.whole(FILM_S), settings, original=original, speech=speech)


@pytest.mark.parametrize("target", [-14.0, -16.0, -23.0])
@pytest.mark.parametrize("true_peak_db", [-1.0, -3.0])
@pytest.mark.parametrize("mixed", [False, True])
def test_loudness_and_true_peak_are_as_asked(
    music: AudioClip, original: AudioClip, target: float, true_peak_db: float, mixed: bool
) -> None:
    done = _finish(music, original if mixed else None, loudness_lufs=target, true_peak_db=true_peak_db)
    assert _lufs(done.sound) == pytest.approx(target, abs=0.2)
    assert _true_peak_db(done.sound) <= true_peak_db
    assert done.facts.loudness_lufs == pytest.approx(_lufs(done.sound), abs=0.1)
    assert done.facts.true_peak_db == pytest.approx(_true_peak_db(done.sound), abs=0.1)
    assert done.facts.measured == ("mixture" if mixed else "music")
    assert done.facts.is_met
    assert done.sound.n == 12 * RATE
    if target == -14 and not mixed:
        assert done.facts.limiting_db < -0.5


@pytest.mark.parametrize("mixed", [False, True])
@pytest.mark.parametrize("loudness", [-14.0, None])
def test_stems_add_up_to_what_is_written(
    stems: tuple[AudioClip, ...], music: AudioClip, original: AudioClip, mixed: bool, loudness: float | None
) -> None:
    done = _finish(
        music, original if mixed else None, loudness_lufs=loudness, fade_in_s=0.5, fade_out_s=2.0, music_gain_db=3.0
    )
    total = np.sum([done.share_of(stem).samples for stem in stems], axis=0, dtype=np.float64)
    if mixed:
        share = done.share_of_original(original)
        assert share is not None
        total += share.samples
    else:
        assert done.share_of_original(original) is None
    assert _db(total - done.sound.samples) - _db(done.sound.samples) < -100


def test_the_music_is_softer_by_the_depth_while_someone_speaks(music: AudioClip, original: AudioClip) -> None:
    for depth_db in (-4.0, -8.0, -14.0):
        ducked = _finish(music, original, duck_db=depth_db)
        level = _finish(music, original, duck=False)
        assert ducked.facts.ducking_db == pytest.approx(depth_db, abs=0.1)
        assert level.facts.ducking_db is None
        ours, theirs = (done.share_of(music).samples for done in (ducked, level))
        original_share = [done.share_of_original(original) for done in (ducked, level)]
        assert original_share[0] is not None and original_share[1] is not None
        for span in SPEECH:
            said = slice(round(span.start_s * RATE), round(span.end_s * RATE))
            # Against the film's own sound, as the gain of the whole mixture differs.
            balance = [
                _db(share[:, said]) - _db(other.samples[:, said])
                for share, other in zip((ours, theirs), original_share, strict=True)
                if other is not None
            ]
            assert balance[0] - balance[1] == pytest.approx(depth_db, abs=0.3)


def test_the_normaliser_does_not_undo_the_ducking(music: AudioClip, original: AudioClip) -> None:
    """Outside speech the balance of music and film is the same with and without ducking."""
    alone = slice(round(9.5 * RATE), 11 * RATE)
    balances = []
    for duck in (True, False):
        done = _finish(music, original, duck=duck, duck_db=-14.0)
        other = done.share_of_original(original)
        assert other is not None
        balances.append(_db(done.share_of(music).samples[:, alone]) - _db(other.samples[:, alone]))
    assert balances[0] == pytest.approx(balances[1], abs=0.1)


def test_gains(music: AudioClip, original: AudioClip) -> None:
    """Alone the music's gain moves it from the target; in a mixture it shifts the balance, and the target stays."""
    soft = _finish(music, music_gain_db=-6.0)
    assert _lufs(soft.sound) == pytest.approx(-20, abs=0.2)
    assert soft.facts.target_lufs == -20
    mixed = _finish(music, original, music_gain_db=-6.0)
    assert _lufs(mixed.sound) == pytest.approx(-14, abs=0.2)


def test_loudness_off_leaves_the_level_under_the_limiter(music: AudioClip) -> None:
    quiet = AudioClip(music.samples * np.float32(0.05), RATE)
    done = _finish(quiet, loudness_lufs=None, music_gain_db=2.0)
    expected = placed_music(quiet, Place.whole(FILM_S), fade_in_s=0, fade_out_s=1.5).samples * 10 ** (2 / 20)
    assert np.abs(done.sound.samples - expected).max() < 1e-6
    loud = _finish(AudioClip(music.samples * np.float32(8), RATE), loudness_lufs=None)
    assert _true_peak_db(loud.sound) <= -1.0
    assert loud.facts.target_lufs is None and loud.facts.is_met


def test_a_range_is_all_that_sounds(music: AudioClip) -> None:
    place = Place(Fraction(101, 30), Fraction(5), Fraction(31, 3))
    done = finish(music, place, GenerationSettings())
    assert done.sound.n == round(Fraction(31, 3) * RATE)
    first, last = round(place.start_s * RATE), round((place.start_s + 5) * RATE)
    assert not done.sound.samples[:, :first].any() and not done.sound.samples[:, last - 1 :].any()
    assert done.sound.samples[:, first : first + RATE].any()
    assert _lufs(AudioClip(done.sound.samples[:, first:last], RATE)) == pytest.approx(-14, abs=0.3)


def test_silence_and_moments_go_through() -> None:
    silent = AudioClip(np.zeros((2, 13 * RATE), np.float32), RATE)
    done = _finish(silent)
    assert not done.sound.samples.any() and done.facts.loudness_lufs is None and done.facts.is_met
    tone = np.sin(2 * np.pi * 300 * np.arange(RATE) / RATE).astype(np.float32) * 0.1
    short = finish(
        AudioClip(np.stack([tone, tone]), RATE), Place.whole(Fraction(1, 5)), GenerationSettings(fade_out_s=0)
    )
    assert short.facts.loudness_lufs is None
    assert _true_peak_db(short.sound) == pytest.approx(-1.0, abs=0.1)


def test_a_loudness_that_the_peaks_do_not_allow_is_told() -> None:
    clicks = np.zeros((2, 12 * RATE), np.float32)
    clicks[:, ::RATE] = 1.0
    done = _finish(AudioClip(clicks, RATE))
    assert not done.facts.is_met
    assert _true_peak_db(done.sound) <= -1.0


def test_headroom_lowers_the_ceiling_and_keeps_the_loudness(music: AudioClip) -> None:
    done = finish(music, Place.whole(FILM_S), GenerationSettings(), headroom_db=0.8)
    assert _true_peak_db(done.sound) <= -1.8
    assert _lufs(done.sound) == pytest.approx(-14, abs=0.2)


def test_rates_must_agree_and_cancelling_stops(music: AudioClip, original: AudioClip) -> None:
    with pytest.raises(ValueError):
        _finish(music, replace(original, sample_rate=44100))
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(RunCancelled):
        finish(music, Place.whole(FILM_S), GenerationSettings(), cancel=cancel)
