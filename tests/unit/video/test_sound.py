"""The video's own sound, on the clock of its picture."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.cancel import CancelToken
from engine.errors import RunCancelled
from engine.video.analyse import analyse
from engine.video.probe import probe
from engine.video.sound import n_samples, original_track, read_original_sound
from tests.unit.video.conftest import slide, texture


def write_with_sound(
    path: Path,
    samples: NDArray[np.float32],
    *,
    rate: int,
    picture_at_s: Fraction = Fraction(0),
    sound_at_s: Fraction = Fraction(0),
    codec: str = "flac",
    layout: str = "stereo",
) -> Path:
    """A video of 2 s at 25 frames a second with given samples `[channels, n]`, each track starting when told."""
    with av.open(str(path), "w") as container:
        picture = container.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
        picture.width, picture.height, picture.pix_fmt = 160, 90, "yuv420p"
        picture.codec_context.time_base = Fraction(1, 1000)
        sound = container.add_stream(codec, rate=rate, layout=layout)
        for i in range(50):
            frame = av.VideoFrame.from_ndarray(slide(texture(1), i), format="bgr24")
            frame.pts, frame.time_base = round(picture_at_s * 1000) + 40 * i, Fraction(1, 1000)
            container.mux(picture.encode(frame))
        container.mux(picture.encode())
        for begin in range(0, samples.shape[1], 1024):
            block = np.clip(samples[:, begin : begin + 1024] * 32767, -32768, 32767).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(block.T.reshape(1, -1).copy(), format="s16", layout=layout)
            frame.sample_rate, frame.pts, frame.time_base = rate, begin + round(sound_at_s * rate), Fraction(1, rate)
            container.mux(sound.encode(frame))
        container.mux(sound.encode(None))
    return path


def click(rate: int, at_s: float, *, seconds: float, channels: int = 2) -> NDArray[np.float32]:
    samples = np.zeros((channels, round(seconds * rate)), np.float32)
    samples[:, round(at_s * rate) : round(at_s * rate) + rate // 500] = 0.8
    return samples


def heard_at_s(sound: NDArray[np.float32], rate: int) -> float:
    return float(np.flatnonzero(np.abs(sound).max(axis=0) > 0.3)[0] / rate)


@pytest.mark.parametrize("rate", [48000, 44100])
def test_sound_is_as_long_as_the_picture(tiny_video, rate: int) -> None:
    tiny = tiny_video(shots_s=(0.5, 1.25), audio_hz=440.0)
    told: list[tuple[float, float]] = []
    sound = read_original_sound(probe(tiny.path), sample_rate=rate, report=lambda d, t: told.append((d, t)))
    assert sound is not None
    assert sound.dtype == np.float32
    assert sound.shape == (2, n_samples(tiny.duration_s, rate)) == (2, round(1.75 * rate))
    loud = np.sqrt((sound[:, rate // 4 : -rate // 4] ** 2).mean())
    assert loud == pytest.approx(0.2 / np.sqrt(2), rel=0.05)
    assert told[-1][0] <= told[-1][1] == sound.shape[1]


@pytest.mark.parametrize(
    ("picture_at_s", "sound_at_s"),
    [
        (Fraction(0), Fraction(0)),
        (Fraction(1), Fraction(1, 2)),
        (Fraction(1, 2), Fraction(1)),
        (Fraction(5), Fraction(5)),
    ],
)
def test_sound_stays_in_sync_whatever_starts_first(
    tmp_path: Path, picture_at_s: Fraction, sound_at_s: Fraction
) -> None:
    path = write_with_sound(
        tmp_path / "video.mkv",
        click(44100, 1.0, seconds=2.5),
        rate=44100,
        picture_at_s=picture_at_s,
        sound_at_s=sound_at_s,
    )
    sound = read_original_sound(analyse(path).info, sample_rate=48000)
    assert sound is not None
    assert sound.shape[1] == 96000
    assert heard_at_s(sound, 48000) == pytest.approx(float(1 + sound_at_s - picture_at_s), abs=0.002)


def test_a_gap_is_silent_and_shifts_nothing(tmp_path: Path) -> None:
    rate = 44100
    path = tmp_path / "gap.mkv"
    samples = click(rate, 0.1, seconds=2.0) + click(rate, 1.6, seconds=2.0)
    with av.open(str(path), "w") as container:
        picture = container.add_stream("libx264", rate=25)
        picture.width, picture.height, picture.pix_fmt = 160, 90, "yuv420p"
        sound = container.add_stream("pcm_s16le", rate=rate, layout="stereo")
        for i in range(50):
            container.mux(picture.encode(av.VideoFrame.from_ndarray(slide(texture(1), i), format="bgr24")))
        container.mux(picture.encode())
        for begin in range(0, samples.shape[1], 1024):
            if 0.5 * rate < begin < 1.5 * rate:
                continue
            block = (samples[:, begin : begin + 1024] * 32767).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(block.T.reshape(1, -1).copy(), format="s16", layout="stereo")
            frame.sample_rate, frame.pts, frame.time_base = rate, begin, Fraction(1, rate)
            container.mux(sound.encode(frame))
        container.mux(sound.encode(None))
    heard = read_original_sound(probe(path), sample_rate=rate)
    assert heard is not None
    loud = np.flatnonzero(np.abs(heard).max(axis=0) > 0.3) / rate
    assert loud[0] == pytest.approx(0.1, abs=0.002)
    assert loud[-1] == pytest.approx(1.602, abs=0.003)


def test_mono_and_surround_become_stereo(tmp_path: Path) -> None:
    mono = write_with_sound(tmp_path / "mono.mkv", click(16000, 0.5, seconds=2, channels=1), rate=16000, layout="mono")
    six = write_with_sound(tmp_path / "six.mkv", click(48000, 0.5, seconds=2, channels=6), rate=48000, layout="5.1")
    for path in (mono, six):
        sound = read_original_sound(probe(path), sample_rate=48000)
        assert sound is not None
        assert sound.shape == (2, 96000)
        assert heard_at_s(sound, 48000) == pytest.approx(0.5, abs=0.003)


def test_no_sound_is_none(two_shots: Path) -> None:
    info = probe(two_shots)
    assert original_track(info) is None
    assert read_original_sound(info, sample_rate=48000) is None


def test_reading_stops_when_asked(tiny_video) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(RunCancelled):
        read_original_sound(probe(tiny_video(audio_hz=440.0).path), sample_rate=48000, cancel=cancel)


def test_a_damaged_track_gives_what_it_has(shared_media: Path) -> None:
    info = probe(shared_media / "broken" / "audio_fails.mp4")
    sound = read_original_sound(info, sample_rate=48000)
    assert sound is not None
    assert sound.shape[1] == n_samples(info.duration_s, 48000)
    assert np.abs(sound).max() > 0.01
    silent = probe(shared_media / "broken" / "missing_stsd.mp4")
    assert read_original_sound(silent, sample_rate=48000) is None
