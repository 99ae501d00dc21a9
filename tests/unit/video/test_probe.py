"""A quick look at good files, and one true sentence for each bad one."""

from __future__ import annotations

import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from engine.errors import InputError
from engine.video.probe import probe
from tests.unit.video.conftest import slide, texture, write_clicks, write_frames

PICTURES = [slide(texture(1), i) for i in range(30)]


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        probe(path)
    assert caught.value.message.count(".") - path.name.count(".") * caught.value.message.count(path.name) == 1
    assert caught.value.hint
    return caught.value.message


def test_a_plain_video(tiny_video) -> None:
    tiny = tiny_video(shots_s=(1.0, 0.5), audio_hz=300.0)
    info = probe(tiny.path)
    assert info.path == str(tiny.path)
    assert "mp4" in info.container
    assert info.codec == "h264"
    assert (info.width, info.height, info.rotation) == (tiny.width, tiny.height, 0)
    assert (info.frame_rate, info.duration_s, info.start_s) == (24, Fraction(3, 2), 0)
    assert not info.is_vfr
    assert [(t.codec, t.sample_rate, t.channels, t.decodable) for t in info.audio] == [("aac", 44100, 2, True)]


@pytest.mark.parametrize(("turned", "rotation", "size"), [(-90, 90, (90, 160)), (180, 180, (160, 90))])
def test_rotation_counts_clockwise(tmp_path: Path, turned: int, rotation: int, size: tuple[int, int]) -> None:
    info = probe(write_frames(tmp_path / "turned.mp4", PICTURES[:5], rotation=turned))
    assert info.rotation == rotation
    assert (info.width, info.height) == size


def test_pixels_are_made_square(tmp_path: Path) -> None:
    info = probe(write_frames(tmp_path / "wide.mp4", PICTURES[:5], aspect=Fraction(2, 1)))
    assert (info.width, info.height) == (320, 90)


def test_a_late_start_and_a_variable_rate(tmp_path: Path) -> None:
    stamps = [5000 + 40 * i + (i % 3) * 15 for i in range(30)]
    path = write_frames(tmp_path / "late.mkv", PICTURES, stamps=stamps, time_base=Fraction(1, 1000))
    info = probe(path)
    assert info.start_s == 5
    assert info.is_vfr
    assert float(info.frame_rate) == pytest.approx(25, rel=0.1)


def test_no_duration_in_the_header_is_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / "live.mkv"
    with av.open(str(path), "w", options={"live": "1"}) as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 160, 90, "yuv420p"
        for picture in PICTURES:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode())
    with av.open(str(path)) as container:
        assert container.duration is None
    assert probe(path).duration_s == Fraction(30, 25)


def test_missing_folder_empty_and_text(tmp_path: Path) -> None:
    assert "does not exist" in refusal(tmp_path / "nothing.mp4")
    assert "is a folder" in refusal(tmp_path)
    (tmp_path / "empty.mp4").touch()
    assert "0 bytes" in refusal(tmp_path / "empty.mp4")
    for name in ("text.mp4", "text.txt", "text.nfo"):
        (tmp_path / name).write_text("Dear diary, no film today.\n" * 40)
        assert "not a video" in refusal(tmp_path / name)


def test_sound_without_picture(tmp_path: Path) -> None:
    path = write_clicks(tmp_path / "sound.wav", seconds=0.5, at_s=[0.1])
    assert "has sound but no picture" in refusal(path)


def test_a_cover_is_no_picture(tmp_path: Path) -> None:
    path = tmp_path / "song.mp4"
    with av.open(str(path), "w") as container:
        sound = container.add_stream("aac", rate=44100, layout="stereo")
        cover = container.add_stream("png")
        cover.width, cover.height, cover.pix_fmt = 160, 90, "rgb24"
        cover.disposition = av.stream.Disposition.attached_pic
        frame = av.AudioFrame.from_ndarray(np.zeros((2, 44100), np.float32), format="fltp", layout="stereo")
        frame.sample_rate = 44100
        for packet in [*sound.encode(frame), *sound.encode(None)]:
            container.mux(packet)
        container.mux(cover.encode(av.VideoFrame.from_ndarray(PICTURES[0], format="bgr24").reformat(format="rgb24")))
        container.mux(cover.encode(None))
    assert "has sound but no picture" in refusal(path)


def test_a_still_picture_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "still.png"
    write_frames(path, PICTURES[:1], codec="png", pixels="rgb24")
    assert "not a video" in refusal(path)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("list.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:1.6,\n{path}\n"),
        ("list.mp4", "ffconcat version 1.0\nfile '{path}'\n"),
    ],
)
def test_playlists_stay_closed(tmp_path: Path, two_shots: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text.format(path=two_shots))
    began = time.monotonic()
    assert "not a video" in refusal(tmp_path / name)
    assert time.monotonic() - began < 5


def test_nothing_that_decodes(tmp_path: Path, two_shots: Path) -> None:
    data = bytearray(two_shots.read_bytes())
    at = data.index(b"mdat") + 4
    end = data.index(b"moov")
    data[at:end] = bytes(end - at)
    (tmp_path / "hollow.mp4").write_bytes(data)
    assert "No frame" in refusal(tmp_path / "hollow.mp4")


@pytest.mark.parametrize("name", ["-dash.mp4", "a b'c\"d.mp4", "what?&x=%20%03d.mp4", "colon:name.mp4", "ünï.mp4"])
def test_odd_names_are_only_names(tmp_path: Path, two_shots: Path, name: str) -> None:
    (tmp_path / name).write_bytes(two_shots.read_bytes())
    assert probe(tmp_path / name).duration_s == Fraction(40, 25)


def test_a_path_from_here_works(tmp_path: Path, two_shots: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here.mp4").write_bytes(two_shots.read_bytes())
    monkeypatch.chdir(tmp_path)
    assert probe(Path("here.mp4")).path == str(tmp_path / "here.mp4")
