"""Scores as sound: synthesisers and the mixing desk."""

from __future__ import annotations

import threading
import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.audio import synth
from engine.audio.clip import AudioClip
from engine.audio.desk import Desk, channel_strip, reverberated, room_response
from engine.audio.finishing import Place, finish
from engine.audio.fluid import FluidPlayer, load_fluidsynth
from engine.audio.loudness import loudness_lufs
from engine.audio.synth import TAIL_S, choose_synthesizer, default_soundfont
from engine.cancel import CancelToken
from engine.errors import InputError, RunCancelled
from engine.music.notes import Note, Voice
from engine.music.palettes import PALETTES
from engine.music.score import Part, Score, ScoreNote, perform
from engine.settings import GenerationSettings
from engine.timebase import TempoMap
from tests.helpers.soundfont import TinyZone, write_soundfont

RATE = 22050
TEMPO = TempoMap.constant(120)
RELEASE = 38
needs_fluidsynth = pytest.mark.skipif(load_fluidsynth() is None, reason="FluidSynth is not installed")


def _song(bars: int = 2) -> list[Note]:
    notes = []
    for bar in range(bars):
        start = 16 * bar
        notes += [Note(start + 8 * i, Voice.BASS, 40, 8) for i in range(2)]
        notes += [Note(start + 4 * i, Voice.INNER, pitch, 4) for i in range(4) for pitch in (55, 60, 64)]
        notes += [Note(start + 4 * i, Voice.MELODY, 72 + 2 * i, 4, 90) for i in range(4)]
    return notes


def _score(palette: str = "piano", bars: int = 2, **options: object) -> Score:
    given_options: dict[str, object] = {"end_s": Fraction(2 * bars), "seed": 1, **options}
    return perform(_song(bars), TEMPO, palette=palette, **given_options)  # type: ignore[arg-type]


def _sparse(onsets_s: list[float], end_s: Fraction = Fraction(4)) -> Score:
    notes = tuple(ScoreNote(at, 72, at + 0.15, 100) for at in onsets_s)
    return Score((Part("Melody: Piano", Voice.MELODY, 0, notes, reverb=0.0),), TEMPO, end_s)


def _onsets(clip: AudioClip, hop_s: float = 0.002) -> NDArray[np.float64]:
    """Times at which the energy of 8 ms rises by more than 12 dB over the 40 ms before."""
    hop = round(hop_s * clip.sample_rate)
    mono = clip.samples.mean(0)[: clip.n // hop * hop].reshape(-1, hop)
    energy = 10 * np.log10(np.convolve((mono**2).mean(1), np.ones(4) / 4, "same") + 1e-10)
    before = np.array([energy[max(0, i - 20) : max(1, i - 3)].max() for i in range(len(energy))])
    rises = np.flatnonzero(energy - before > 12)
    starts = rises[np.diff(rises, prepend=-1000) > 40]
    return starts * hop_s


@pytest.fixture(scope="module")
def built_in() -> synth.Synthesizer:
    return choose_synthesizer("built-in")


@pytest.mark.parametrize("palette", PALETTES)
def test_every_palette_sounds_and_keeps_within_bounds(built_in: synth.Synthesizer, palette: str) -> None:
    score = _score(palette)
    clip = built_in.render(score, sample_rate=RATE)
    assert clip.n == round((score.end_s + TAIL_S) * RATE)
    out = finish(clip, Place.whole(score.end_s), GenerationSettings()).sound
    assert out.n == 4 * RATE
    assert out.peak <= 10 ** (-0.95 / 20)
    assert loudness_lufs(out) > -20
    assert not out.samples[:, -1].any()


@pytest.mark.parametrize("palette", PALETTES)
def test_no_voice_drowns(built_in: synth.Synthesizer, palette: str) -> None:
    stems = tuple(built_in.render_stems(_score(palette), sample_rate=RATE))
    voices = {voice: sum(stem.clip.samples for stem in stems if stem.part.voice is voice) for voice in Voice}
    level = {voice: loudness_lufs(AudioClip(np.asarray(wave), RATE)) for voice, wave in voices.items()}
    assert level[Voice.MELODY] == max(level.values())
    assert 1.5 < level[Voice.MELODY] - level[Voice.INNER] < 8
    assert 1.5 < level[Voice.MELODY] - level[Voice.BASS] < 8


def test_stems_add_up_to_the_mix(built_in: synth.Synthesizer) -> None:
    score = _score("strings-and-piano")
    whole = built_in.render(score, sample_rate=RATE)
    stems = tuple(built_in.render_stems(score, sample_rate=RATE))
    assert [stem.part.name for stem in stems] == [part.name for part in score.parts]
    assert np.abs(sum(stem.clip.samples for stem in stems) - whole.samples).max() < 1e-3


def test_notes_sound_where_the_score_has_them(built_in: synth.Synthesizer) -> None:
    written = [0.25, 0.9, 1.5, 2.125, 3.0]
    heard = _onsets(built_in.render(_sparse(written), sample_rate=RATE))
    assert len(heard) == len(written)
    assert np.abs(heard - written).max() < 0.015


def test_nothing_sounds_before_the_first_note(built_in: synth.Synthesizer) -> None:
    clip = built_in.render(_sparse([1.0]), sample_rate=RATE)
    assert not clip.samples[:, : RATE - 50].any()


def test_the_same_score_is_the_same_sound(built_in: synth.Synthesizer) -> None:
    score = _score("orchestral", bars=1)
    first = built_in.render(score, sample_rate=RATE)
    assert np.array_equal(first.samples, built_in.render(score, sample_rate=RATE).samples)


def test_progress_is_told_in_seconds_of_music(built_in: synth.Synthesizer) -> None:
    told: list[tuple[float, float]] = []
    built_in.render(_score(), sample_rate=RATE, report=lambda done, total: told.append((done, total)))
    assert told[-1] == (4.0, 4.0)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def _render_for_ever(synthesizer: synth.Synthesizer, score: Score, cancel: CancelToken) -> None:
    while True:
        synthesizer.render(score, sample_rate=44100, cancel=cancel)


@pytest.mark.parametrize("palette", ["piano", "orchestral"])
def test_a_cancel_is_honoured_soon(built_in: synth.Synthesizer, palette: str) -> None:
    cancel = CancelToken()
    score = _score(palette, bars=30)
    cancelled_at: list[float] = []

    def stop() -> None:
        cancelled_at.append(time.monotonic())
        cancel.cancel()

    timer = threading.Timer(0.3, stop)
    timer.start()
    with pytest.raises(RunCancelled):
        _render_for_ever(built_in, score, cancel)
    assert time.monotonic() - cancelled_at[0] < 2.0  # 0.1 s where nothing else runs
    timer.join()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("synth")]


def test_a_failing_part_stops_the_others(built_in: synth.Synthesizer) -> None:
    class Broken:
        def play(self, part: Part, **_: object) -> NDArray[np.float32]:
            if part.voice is Voice.MELODY:
                raise ValueError("broken")
            return np.zeros((2, RATE * 10), np.float32)

    with pytest.raises(ValueError, match="broken"):
        synth.DeskSynthesizer("broken", Broken()).render(_score(), sample_rate=RATE)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("synth")]


def test_an_empty_score_is_silence(built_in: synth.Synthesizer) -> None:
    clip = built_in.render(Score((), TEMPO, Fraction(1)), sample_rate=RATE)
    assert clip.n == (1 + TAIL_S) * RATE
    assert not clip.samples.any()


def test_a_soundfont_of_ones_own_is_played(tmp_path: Path) -> None:
    font = write_soundfont(tmp_path / "mine.sf2", [TinyZone({RELEASE: -6000})])
    player = choose_synthesizer("built-in", font)
    assert "mine.sf2" in player.name
    assert player.render(_score(bars=1), sample_rate=RATE).samples.any()


@pytest.mark.parametrize("preferred", [None, "built-in"])
def test_a_bad_soundfont_is_refused_in_a_sentence(tmp_path: Path, preferred: synth.SynthesizerName | None) -> None:
    bad = tmp_path / "bad.sf2"
    bad.write_bytes(b"nothing")
    for path in (bad, tmp_path / "none.sf2"):
        with pytest.raises(InputError) as error:
            choose_synthesizer(preferred, path)
        assert path.name in error.value.message


def test_without_fluidsynth_the_built_in_player_takes_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(synth, "load_fluidsynth", lambda: None)
    assert choose_synthesizer().name == "built-in, TimGM6mb.sf2"
    monkeypatch.setattr("engine.audio.fluid.load_fluidsynth", lambda: None)
    with pytest.raises(InputError, match="FluidSynth"):
        choose_synthesizer("fluidsynth")


@needs_fluidsynth
def test_fluidsynth_and_the_built_in_player_agree() -> None:
    score = _score("felt-piano")
    one, other = (choose_synthesizer(name).render(score, sample_rate=44100) for name in ("built-in", "fluidsynth"))
    assert one.n == other.n
    assert loudness_lufs(one) == pytest.approx(loudness_lufs(other), abs=0.7)
    window = 4410
    envelopes = [
        np.sqrt((clip.samples.mean(0)[: clip.n // window * window].reshape(-1, window) ** 2).mean(1))
        for clip in (one, other)
    ]
    assert np.corrcoef(envelopes)[0, 1] > 0.97


@needs_fluidsynth
def test_fluidsynth_can_be_cancelled_and_repeats_itself() -> None:
    player = FluidPlayer(default_soundfont())
    part = _score().parts[0]
    first, second = (player.play(part, points=RATE * 2, sample_rate=RATE) for _ in range(2))
    assert np.array_equal(first, second)
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(RunCancelled):
        player.play(part, points=RATE * 2, sample_rate=RATE, cancel=cancel)


def _wave(seconds: float = 2.0, level: float = 0.1) -> NDArray[np.float32]:
    rng = np.random.default_rng(0)
    return (level * rng.standard_normal((2, round(seconds * RATE)))).astype(np.float32)


@pytest.mark.parametrize("level", [1e-3, 0.1, 3.0])
def test_the_desk_sets_levels_by_what_is_heard(level: float) -> None:
    part = Part("Test", Voice.INNER, 0, (), level_lu=-6)
    heard = loudness_lufs(AudioClip(channel_strip(part, _wave(level=level), RATE), RATE))
    assert heard == pytest.approx(-26, abs=0.1)


def test_the_desk_places_and_mellows() -> None:
    left = channel_strip(Part("Test", Voice.INNER, 0, (), pan=-1.0), _wave(), RATE)
    assert np.abs(left[1]).max() < 1e-5 < np.abs(left[0]).max()
    middle = channel_strip(Part("Test", Voice.INNER, 0, ()), _wave(), RATE)
    dull = channel_strip(Part("Test", Voice.INNER, 0, (), lowpass_hz=1000), _wave(), RATE)
    bright = channel_strip(Part("Test", Voice.INNER, 0, ()), _wave(), RATE, presence={0: 9.0})

    def top(wave: NDArray[np.float32]) -> float:
        spectrum = np.abs(np.fft.rfft(wave[0])) ** 2
        return float(spectrum[len(spectrum) // 2 :].sum() / spectrum.sum())

    assert top(dull) < 0.05 * top(middle)
    assert top(bright) > 1.2 * top(middle)


def test_a_chorus_widens() -> None:
    tone = np.sin(2 * np.pi * 300 * np.arange(2 * RATE) / RATE).astype(np.float32) * 0.1
    mono = np.stack([tone, tone])
    plain = channel_strip(Part("Test", Voice.INNER, 0, ()), mono, RATE)
    wide = channel_strip(Part("Test", Voice.INNER, 0, (), chorus=0.5), mono, RATE)
    assert np.corrcoef(plain)[0, 1] > 0.999 > 0.99 > np.corrcoef(wide)[0, 1]


def test_a_room_rings_as_long_as_it_says() -> None:
    response = room_response(1.5, RATE)
    assert np.allclose((response**2).sum(1), 1, atol=1e-4)
    energy = np.cumsum((response**2).sum(0)[::-1])[::-1]
    decay_db = 10 * np.log10(energy / energy[0] + 1e-12)
    first, last = np.argmax(decay_db < -5), np.argmax(decay_db < -25)
    assert 3 * (last - first) / RATE == pytest.approx(1.5, rel=0.25)
    click = np.zeros((2, 3 * RATE), np.float32)
    click[:, 100] = 1
    wet = reverberated(click, 1.5, RATE)
    assert np.allclose(wet[:, 100 : 100 + response.shape[1]], response, atol=1e-5)
    assert not wet[:, :100].any() or np.abs(wet[:, :100]).max() < 1e-6
    assert not reverberated(np.zeros_like(click), 1.5, RATE).any()
    assert not reverberated(click, 0.0, RATE).any()


def test_a_short_blip_and_silence_pass_the_desk() -> None:
    desk = Desk(points=RATE // 4, sample_rate=RATE, room_s=1.0)
    desk.add(Part("Test", Voice.INNER, 0, ()), np.zeros((2, RATE // 4), np.float32))
    desk.add(Part("Test", Voice.INNER, 0, ()), _wave(0.25))
    clip = desk.mixed()
    assert 0.05 < clip.peak < 2


def test_the_environment_names_a_soundfont(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    font = tmp_path / "own.sf2"
    font.write_bytes(default_soundfont().read_bytes())
    monkeypatch.setenv("DIFFBGM_SOUNDFONT", str(font))
    assert choose_synthesizer("built-in").name == "built-in, own.sf2"
    monkeypatch.setenv("DIFFBGM_SOUNDFONT", str(tmp_path / "gone.sf2"))
    with pytest.raises(InputError, match=r"gone\.sf2"):
        choose_synthesizer()
