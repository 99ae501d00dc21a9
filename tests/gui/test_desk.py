"""The mixing desk alone: what is heard when, without a click. No device, no Qt."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffbgm_gui.sound.desk import FADE_FRAMES, RAMP_FRAMES, Duck, Levels, Material, MixDesk
from diffbgm_gui.sound.recordings import RATE_HZ, Recording, mapped, open_wav, to_int16

SECOND = RATE_HZ


def level(value: float, seconds: float = 4.0) -> Recording:
    """Sound that never moves: whatever changes in the mix is the mixer's doing."""
    return Recording(to_int16(np.full((round(seconds * SECOND), 2), value, np.float32)))


def ramp(seconds: float = 4.0) -> Recording:
    """Sound whose every sample says where it lies: frame / 200,000."""
    n = round(seconds * SECOND)
    return Recording(to_int16(np.repeat(np.arange(n, dtype=np.float32)[:, None] / 200_000, 2, 1)))


def desk(material: Material, **levels: float) -> MixDesk:
    made = MixDesk()
    made.duration = 4 * SECOND
    made.set_material(material)
    made.set_levels(Levels(**levels))
    made.render(RAMP_FRAMES)
    return made


def rendered(made: MixDesk, frames: int, block: int = 480) -> np.ndarray:
    return np.concatenate([made.render(min(block, frames - at)) for at in range(0, frames, block)])


def place(wave_: np.ndarray) -> np.ndarray:
    """Frames of the film from the samples of `ramp`."""
    return wave_[:, 0] * 200_000


def test_original_and_music_sound_together_with_their_gains() -> None:
    made = desk(Material(level(0.2), {0: level(0.1), 2: level(0.3)}), music=0.5, original=2.0)
    made.play(0, 1.0)
    out = rendered(made, SECOND)
    assert out.shape == (SECOND, 2) and out.dtype == np.float32
    assert out[FADE_FRAMES:] == pytest.approx(0.4 + 0.5 * (0.1 + 0.3), abs=1e-3)


def test_it_is_silent_until_it_plays_and_after_it_pauses() -> None:
    made = desk(Material(level(0.5)))
    assert not made.render(960).any()
    made.play(SECOND, 1.0)
    rendered(made, 4800)
    at = made.pause()
    assert at == SECOND + 4800
    tail = rendered(made, 4800)
    assert tail[0, 0] == pytest.approx(0.5, abs=0.01) and not tail[FADE_FRAMES:].any()


@pytest.mark.parametrize("block", [64, 480, 1000])
def test_nothing_clicks(block: int) -> None:
    """On sound that stands still at 0.5, no two samples may differ by more than the steepest ramp."""
    made = desk(Material(level(0.5), {0: level(0.25)}))
    pieces = [made.render(block)]
    steps = (
        lambda: made.play(0, 1.0),
        lambda: made.set_levels(Levels(music=0.0)),
        lambda: made.set_levels(Levels(music=1.0, original=0.1)),
        lambda: made.play(SECOND, 1.0),
        lambda: made.set_material(Material(level(0.5), {1: level(-0.25)})),
        lambda: made.set_levels(Levels(voices=(1.0, 0.0, 1.0))),
        lambda: made.play(2 * SECOND, -1.0),
        lambda: made.pause(),
    )
    for step in steps:
        step()
        pieces += [made.render(block) for _ in range(2500 // block)]
    jumps = np.abs(np.diff(np.concatenate(pieces)[:, 0]))
    assert jumps.max() <= 1.2 / RAMP_FRAMES


def test_a_gain_is_there_ten_milliseconds_later() -> None:
    made = desk(Material(level(0.5)))
    made.play(0, 1.0)
    rendered(made, 4800)
    made.set_levels(Levels(original=0.5))
    out = made.render(960)
    assert out[RAMP_FRAMES - 1, 0] == pytest.approx(0.25, abs=1e-3)


def test_another_take_goes_on_at_the_same_moment_within_a_crossfade() -> None:
    one, other = Material(None, {0: ramp()}), Material(None, {0: ramp()})
    made = desk(one)
    made.play(SECOND, 1.0)
    rendered(made, 9600)
    made.set_material(other)
    out = rendered(made, 9600)
    # Both takes are the same sound, so the crossfade cannot be heard: not a sample is missing or moved.
    assert place(out) == pytest.approx(np.arange(SECOND + 9600, SECOND + 19200), abs=8)


def test_a_seek_changes_the_place_within_a_crossfade() -> None:
    made = desk(Material(ramp()))
    made.play(0, 1.0)
    rendered(made, 4800)
    made.play(2 * SECOND, 1.0)
    begun = made.written
    out = rendered(made, 4800)
    assert place(out)[FADE_FRAMES:] == pytest.approx(2 * SECOND + np.arange(FADE_FRAMES, 4800), abs=8)
    assert made.place_at(begun + 1000) == 2 * SECOND + 1000
    assert made.place_at(begun - 1000) == 3800, "what was written before is known still"


def test_a_loop_goes_round_without_a_gap() -> None:
    made = desk(Material(ramp()))
    made.set_loop((0.5 * SECOND, 0.75 * SECOND))
    made.play(0.6 * SECOND, 1.0)
    rendered(made, SECOND, block=700)
    stream = np.arange(made.written - SECOND, made.written)
    places = np.array([made.place_at(frame) for frame in stream[::100]])
    assert places.min() >= 0.5 * SECOND - 1 and places.max() < 0.75 * SECOND + 1
    turn = np.flatnonzero(np.diff(places) < 0)
    assert len(turn) >= 3 and np.all(np.diff(turn) * 100 == pytest.approx(0.25 * SECOND, abs=100))


def test_it_ends_with_the_film_and_stands_there() -> None:
    made = desk(Material(level(0.5)))
    made.play(4 * SECOND - 1000, 1.0)
    out = rendered(made, 4800)
    assert made.has_ended and not made.is_playing
    assert made.ended_at == made.written - 4800 + 1000
    assert not out[1000 + FADE_FRAMES :].any()
    assert made.pause() == 4 * SECOND


def test_backwards_it_ends_at_the_beginning() -> None:
    made = desk(Material(ramp()))
    made.play(3000, -1.0)
    out = rendered(made, 4800)
    assert place(out)[FADE_FRAMES:2900] == pytest.approx(3000 - 1 - np.arange(FADE_FRAMES, 2900), abs=8)
    assert made.has_ended and made.pause() == 0


@pytest.mark.parametrize("rate", [2.0, 4.0, 0.5, -2.0, 1.25])
def test_other_speeds_read_on_at_theirs(rate: float) -> None:
    made = desk(Material(ramp()))
    made.play(2 * SECOND, rate)
    out = place(rendered(made, 4800))[FADE_FRAMES:]
    assert np.diff(out).mean() == pytest.approx(rate, rel=0.02)
    assert made.place_at(made.written) == pytest.approx(2 * SECOND + rate * 4800)


def test_faster_than_one_can_hear_it_is_silent_but_goes_on() -> None:
    made = desk(Material(level(0.5)))
    made.play(0, 8.0)
    assert not rendered(made, 4800).any()
    assert made.place_at(made.written) == 8 * 4800


def test_the_music_gives_way_where_someone_speaks_and_the_film_does_not() -> None:
    gains = np.ones(4 * SECOND // 128, np.float32)
    gains[SECOND // 128 : 2 * SECOND // 128] = 0.25
    made = MixDesk()
    made.duration = 4 * SECOND
    made.set_material(Material(level(0.2), {0: level(0.4)}))
    made.set_levels(Levels(duck=Duck(gains, 128)))
    made.play(0, 1.0)
    out = rendered(made, 3 * SECOND)
    assert out[SECOND // 2, 0] == pytest.approx(0.6, abs=1e-3)
    assert out[3 * SECOND // 2, 0] == pytest.approx(0.2 + 0.1, abs=1e-3)
    assert out[5 * SECOND // 2, 0] == pytest.approx(0.6, abs=1e-3)


def test_nothing_is_louder_than_full_scale() -> None:
    made = desk(Material(level(0.9), {0: level(0.9), 1: level(-0.2), 2: level(0.9)}), music=2.0)
    made.play(0, 1.0)
    out = rendered(made, 4800)
    assert 0.95 < out.max() <= 1.0
    quiet = desk(Material(level(0.6)))
    quiet.play(0, 1.0)
    assert rendered(quiet, 4800)[FADE_FRAMES:] == pytest.approx(0.6, abs=1e-3), "below the knee nothing is bent"


def test_silent_rendering_goes_through_the_same_places() -> None:
    heard, silent = desk(Material(ramp())), desk(Material(ramp()))
    for made in (heard, silent):
        made.set_loop((1000.0, 9000.0))
        made.play(0, 1.0)
    rendered(heard, 30_000)
    for _ in range(30):
        assert not silent.render(1000, silent=True).any()
    assert heard.written == silent.written
    assert heard.place_at(heard.written) == silent.place_at(silent.written)


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.sampled_from(["play", "pause", "take", "gain", "loop"]), st.floats(0, 4), st.integers(1, 3000)),
        max_size=12,
    )
)
def test_whatever_is_done_the_clock_and_the_sound_stay_sound(steps: list[tuple[str, float, int]]) -> None:
    made = desk(Material(level(0.5), {0: level(0.3)}))
    written = made.written
    for what, value, frames in steps:
        match what:
            case "play":
                made.play(value * SECOND, 1.0 if value < 3 else -1.0)
            case "pause":
                made.pause()
            case "take":
                made.set_material(Material(level(0.5), {1: level(value / 8)}))
            case "gain":
                made.set_levels(Levels(music=value, original=value / 4))
            case "loop":
                made.set_loop((value / 2 * SECOND, (value / 2 + 0.1) * SECOND))
        out = made.render(frames)
        written += frames
        assert made.written == written and np.isfinite(out).all() and np.abs(out).max(initial=0) <= 1.0
        assert 0 <= made.place_at(made.written) <= made.duration + 1


# -- recordings ----------------------------------------------------------------------------------------------------


def test_a_recording_is_silent_outside_itself() -> None:
    recording = ramp(0.01)
    part = recording.between(-3, recording.n + 2)
    assert part.shape == (recording.n + 5, 2)
    assert not part[:3].any() and not part[-2:].any() and part[300, 0] > 0


def test_wav_files_are_read_where_they_lie(tmp_path: Path) -> None:
    samples = (np.arange(2000).reshape(1000, 2) * 7).astype(np.int16)
    path = tmp_path / "voice.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(samples.tobytes())
    recording = open_wav(path)
    assert isinstance(recording.samples, np.memmap) and np.array_equal(recording.samples, samples)


def test_other_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "voice.wav"
    path.write_bytes(b"nothing")
    with pytest.raises(ValueError):
        open_wav(path)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(44_100)
        file.writeframes(bytes(100))
    with pytest.raises(ValueError):
        open_wav(path)


def test_a_growing_file_is_silent_where_nothing_was_written(tmp_path: Path) -> None:
    recording = mapped(tmp_path / "film.pcm", 0, 1000, mode="w+")
    assert not recording.between(0, 1000).any()
    recording.samples[100:200] = 16384
    assert recording.between(150, 151)[0, 0] == 0.5
