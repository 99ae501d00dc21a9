"""Writing videos with new music: the picture untouched, the music in time and as long as the picture."""

from __future__ import annotations

import hashlib
import os
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.cancel import CancelToken
from engine.errors import InputError, OutputError, RunCancelled
from engine.settings import GenerationSettings
from engine.signals import VideoInfo
from engine.video.analyse import analyse
from engine.video.containers import check_container
from engine.video.mux import MARK, mux
from engine.video.probe import probe
from tests.unit.video.conftest import slide, texture, write_frames

REPLACE = GenerationSettings(original_audio="replace")
KEEP = GenerationSettings(original_audio="keep")
CLICKS_S = (0.25, 1.0, 1.5)


def picture_hashes(path: Path) -> list[str]:
    with av.open(str(path)) as container:
        packets = container.demux(container.streams.video[0])
        return [hashlib.sha256(bytes(packet)).hexdigest() for packet in packets if packet.size]


def sound_of(path: Path, track: int = 0) -> tuple[NDArray[np.float32], int]:
    """All samples of a track as players hear it, f32 `[2, n]` from time 0, and the rate."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[track]
        rate = stream.rate
        blocks, at = [], 0
        for frame in container.decode(stream):
            begin = round(frame.pts * frame.time_base * rate)
            if abs(begin - at) < 0.005 * rate:  # stamps in milliseconds are rounded
                begin = at
            samples = av.AudioResampler("fltp", "stereo", rate).resample(frame)[0].to_ndarray()
            blocks.append(np.zeros((2, max(0, begin - at)), np.float32))
            blocks.append(samples[:, max(0, at - begin) :])
            at = max(at, begin) + samples.shape[1]
        return np.concatenate(blocks, axis=1), rate


def clicks_in(path: Path, track: int = 0) -> list[float]:
    samples, rate = sound_of(path, track)
    loud = np.flatnonzero(np.abs(samples).max(axis=0) > 0.3) / rate
    return [float(t) for i, t in enumerate(loud) if i == 0 or t - loud[i - 1] > 0.1]


def frame_times(path: Path) -> list[float]:
    with av.open(str(path)) as container:
        return [float(frame.pts * frame.time_base) for frame in container.decode(container.streams.video[0])]


def mux_simply(video: Path, music: Path, output: Path, info: VideoInfo, settings=REPLACE, **options) -> None:
    mux(video, music, output, info=info, settings=settings, metadata=options.pop("metadata", {}), **options)
    leftovers = {path.name for path in output.parent.iterdir()} - {output.name, video.name, music.name}
    assert not leftovers


@pytest.mark.parametrize(
    ("suffix", "codec"), [(".mp4", "libx264"), (".mov", "libx264"), (".mkv", "libx264"), (".webm", "libvpx-vp9")]
)
def test_round_trip(tmp_path: Path, make_sound, suffix: str, codec: str) -> None:
    a, b = texture(1), texture(2)
    pictures = [slide(a, i) for i in range(20)] + [slide(b, i) for i in range(31)]
    video = write_frames(tmp_path / f"video{suffix}", pictures, codec=codec, rate=25)
    music = make_sound(seconds=2.5, at_s=CLICKS_S)
    output = tmp_path / f"out{suffix}"
    info = probe(video)
    told: list[tuple[float, float]] = []
    mux_simply(video, music, output, info, report=lambda d, t: told.append((d, t)), metadata={"title": "Take 1"})

    assert picture_hashes(output) == picture_hashes(video)
    assert frame_times(output) == pytest.approx(frame_times(video), abs=1e-3)
    samples, rate = sound_of(output)
    assert rate == 48000
    assert samples.shape[1] / rate == pytest.approx(51 / 25, abs=1 / 25)
    assert clicks_in(output) == pytest.approx(CLICKS_S, abs=0.003)
    with av.open(str(output)) as container:
        assert container.duration / 1e6 == pytest.approx(51 / 25, abs=1 / 25)
        assert [stream.type for stream in container.streams] == ["video", "audio"]
        assert container.streams.audio[0].codec_context.name == ("opus" if suffix == ".webm" else "aac")
        tags = {key.lower(): value for key, value in container.metadata.items()}
    assert tags["title"] == "Take 1"
    assert tags["comment"] == MARK
    assert [d for d, _ in told] == sorted(d for d, _ in told)
    assert told[-1] == (51 / 25, 51 / 25)


def test_short_music_is_filled_with_silence(tmp_path: Path, make_sound, two_shots: Path) -> None:
    output = tmp_path / "out.mp4"
    mux_simply(two_shots, make_sound(seconds=0.5, at_s=[0.2]), output, probe(two_shots))
    samples, rate = sound_of(output)
    assert samples.shape[1] / rate == pytest.approx(1.6, abs=0.04)
    assert clicks_in(output) == pytest.approx([0.2], abs=0.003)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_music_begins_with_the_first_frame_of_a_late_picture(tmp_path: Path, make_sound, suffix: str) -> None:
    video = write_frames(
        tmp_path / "late.mkv",
        [slide(texture(1), i) for i in range(40)],
        stamps=[3000 + 40 * i for i in range(40)],
        time_base=Fraction(1, 1000),
    )
    output = tmp_path / f"out{suffix}"
    mux_simply(video, make_sound(seconds=1.6, at_s=[0.2]), output, probe(video))
    first = frame_times(output)[0]
    assert first == pytest.approx(0, abs=0.002)
    assert clicks_in(output)[0] - first == pytest.approx(0.2, abs=0.003)
    assert picture_hashes(output) == picture_hashes(video)


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
def test_rotation_shape_tags_and_chapters_are_kept(tmp_path: Path, make_sound, suffix: str) -> None:
    pictures = [slide(texture(1), i) for i in range(40)]
    tags = {"title": "Harbour", "artist": "A. Nyone"}
    video = write_frames(
        tmp_path / "video.mp4",
        pictures,
        rotation=-90,
        aspect=Fraction(4, 3),
        metadata=tags | {"comment": "old"},
        chapters=(("One", 0, 800), ("Two", 800, 1600)),
    )
    output = tmp_path / f"out{suffix}"
    mux_simply(video, make_sound(seconds=1.6), output, probe(video), metadata={"artist": "B. Nyone"})
    info = probe(output)
    assert (info.rotation, info.width, info.height) == (90, 90, 213)
    with av.open(str(output)) as container:
        kept = {key.lower(): value for key, value in container.metadata.items()}
        chapters = container.chapters()
    assert (kept["title"], kept["artist"], kept["comment"]) == ("Harbour", "B. Nyone", MARK)
    assert [chapter["metadata"]["title"] for chapter in chapters] == ["One", "Two"]
    assert [float(chapter["start"] * chapter["time_base"]) for chapter in chapters] == [0, 0.8]


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".mov"])
def test_keep_adds_the_original_as_a_second_track(tiny_video, tmp_path: Path, make_sound, suffix: str) -> None:
    tiny = tiny_video(shots_s=(1.0, 1.0), audio_hz=500.0)
    output = tmp_path / f"out{suffix}"
    mux_simply(tiny.path, make_sound(seconds=2.0, at_s=[0.5]), output, probe(tiny.path), KEEP)
    assert picture_hashes(output) == picture_hashes(tiny.path)
    assert clicks_in(output, 0) == pytest.approx([0.5], abs=0.003)
    with av.open(str(output)) as container:
        music, original = container.streams.audio
        assert music.disposition & av.stream.Disposition.default
        assert not original.disposition & av.stream.Disposition.default
        assert original.rate == 44100, "copied, not encoded again"
    samples, rate = sound_of(output, 1)
    assert samples.shape[1] / rate == pytest.approx(2.0, abs=0.06)
    assert _pitch_hz(samples[0], rate) == pytest.approx(500, abs=3)


def test_keep_encodes_what_the_container_does_not_take(tmp_path: Path, make_sound) -> None:
    video = tmp_path / "video.mkv"
    tone = (0.3 * np.sin(2 * np.pi * 700 * np.arange(44100 * 2) / 44100)).astype(np.float32)
    with av.open(str(video), "w") as container:
        picture = container.add_stream("libvpx-vp9", rate=25)
        picture.width, picture.height, picture.pix_fmt = 160, 90, "yuv420p"
        sound = container.add_stream("aac", rate=44100, layout="stereo")
        for i in range(50):
            container.mux(picture.encode(av.VideoFrame.from_ndarray(slide(texture(1), i), format="bgr24")))
        container.mux(picture.encode())
        frame = av.AudioFrame.from_ndarray(np.stack([tone, tone]), format="fltp", layout="stereo")
        frame.sample_rate = 44100
        container.mux(sound.encode(frame))
        container.mux(sound.encode(None))
    output = tmp_path / "out.webm"
    mux_simply(video, make_sound(seconds=2.0, at_s=[0.5]), output, probe(video), KEEP)
    samples, rate = sound_of(output, 1)
    assert rate == 48000
    assert _pitch_hz(samples[0], rate) == pytest.approx(700, abs=3)
    assert picture_hashes(output) == picture_hashes(video)


def _pitch_hz(samples: NDArray[np.float32], rate: int) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(spectrum.argmax() * rate / len(samples))


def test_keep_without_sound_is_just_the_music(tmp_path: Path, make_sound, two_shots: Path) -> None:
    output = tmp_path / "out.mp4"
    mux_simply(two_shots, make_sound(seconds=1.6), output, probe(two_shots), KEEP)
    with av.open(str(output)) as container:
        assert len(container.streams.audio) == 1


@pytest.mark.parametrize("name", ["out.webm", "out.avi", "out"])
def test_containers_that_cannot_are_named_beforehand(tmp_path: Path, two_shots: Path, name: str) -> None:
    with pytest.raises(OutputError) as caught:
        check_container(probe(two_shots), tmp_path / name)
    assert ".mp4" in caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_places_that_cannot_are_named_beforehand(tmp_path: Path, two_shots: Path) -> None:
    info = probe(two_shots)
    with pytest.raises(OutputError, match="does not exist"):
        check_container(info, tmp_path / "nowhere" / "out.mp4")
    (tmp_path / "folder.mp4").mkdir()
    with pytest.raises(OutputError, match="is a folder"):
        check_container(info, tmp_path / "folder.mp4")
    with pytest.raises(OutputError, match="is the video itself"):
        check_container(info, two_shots)
    check_container(info, tmp_path / "fine.mp4")


def test_a_closed_folder_is_named_beforehand(tmp_path: Path, two_shots: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The superuser, as whom tests may run, is let in everywhere.
    monkeypatch.setattr("engine.video.containers.os.access", lambda path, mode: mode != os.W_OK)
    with pytest.raises(OutputError, match="permission denied"):
        check_container(probe(two_shots), tmp_path / "out.mp4")


def test_a_full_disk_is_named_beforehand(tmp_path: Path, two_shots: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type("Usage", (), {"free": 1000})
    monkeypatch.setattr("engine.video.containers.shutil.disk_usage", lambda _folder: usage)
    with pytest.raises(OutputError, match="nearly full"):
        check_container(probe(two_shots), tmp_path / "out.mp4")


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_disk_that_fills_up_leaves_nothing_behind(tmp_path: Path, make_sound, two_shots: Path, suffix: str) -> None:
    """A limit on the size of files stands in for the disk."""
    resource = pytest.importorskip("resource", reason="limits on files are set where Unix is")
    music, info = make_sound(seconds=1.6), probe(two_shots)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        with pytest.raises(OutputError) as caught:
            mux_simply(two_shots, music, tmp_path / f"out{suffix}", info)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "could not be written" in caught.value.message or "grew larger" in caught.value.message
    assert list(tmp_path.iterdir()) == []


def test_cancelling_leaves_the_old_file_and_nothing_else(tmp_path: Path, make_sound, two_shots: Path) -> None:
    output = tmp_path / "out.mp4"
    output.write_bytes(b"precious")
    cancel = CancelToken()

    def stop(done: float, _total: float) -> None:
        if done > 0.5:
            cancel.cancel()

    music = make_sound(seconds=1.6)
    with pytest.raises(RunCancelled):
        mux_simply(two_shots, music, output, probe(two_shots), report=stop, cancel=cancel)
    assert [path.name for path in tmp_path.iterdir()] == ["out.mp4"]
    assert output.read_bytes() == b"precious"


def test_music_that_is_no_sound_is_refused(tmp_path: Path, two_shots: Path) -> None:
    wrong = tmp_path / "music.wav"
    wrong.write_bytes(b"la la la" * 100)
    with pytest.raises(InputError):
        mux(two_shots, wrong, tmp_path / "out.mp4", info=probe(two_shots), settings=REPLACE, metadata={})
    assert [path.name for path in tmp_path.iterdir()] == ["music.wav"]


def test_a_codec_that_no_container_takes_is_encoded_anew(shared_media: Path, tmp_path: Path, make_sound) -> None:
    video = shared_media / "natural" / "ladybug.wmv"
    signals = analyse(video)
    output = tmp_path / "out.mp4"
    mux_simply(video, make_sound(seconds=13, at_s=[1.0]), output, signals.info)
    again = analyse(output)
    assert again.info.codec == "h264"
    assert len(again.pts) == len(signals.pts)
    assert float(again.info.duration_s) == pytest.approx(float(signals.info.duration_s), abs=0.05)
    np.testing.assert_allclose(again.curves["brightness"], signals.curves["brightness"], atol=0.02)
    with pytest.raises(OutputError, match=r"encoded anew"):
        check_container(signals.info, tmp_path / "out.webm")
