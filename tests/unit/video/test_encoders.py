"""A picture that must be encoded anew, with the encoders that a build of FFmpeg may have or lack."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import MappingProxyType

import av
import numpy as np
import pytest

from engine.settings import GenerationSettings
from engine.unfolding import save_mp4
from engine.video import encoders, mux
from engine.video.analyse import analyse
from engine.video.encoders import H264, MPEG4, PictureEncoder, opens, picture_encoder
from engine.video.probe import probe

NO_SUCH = PictureEncoder("no_such_encoder", "nothing", MappingProxyType({}))


@pytest.fixture
def without_h264(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoders, "H264", NO_SUCH)
    picture_encoder.cache_clear()
    yield
    picture_encoder.cache_clear()


def test_what_a_build_lists_is_tried() -> None:
    assert opens(MPEG4)
    assert not opens(NO_SUCH)
    wrong = PictureEncoder("mpeg4", "MPEG-4", MappingProxyType({"qmin": "7", "qmax": "3"}))
    assert not opens(wrong), "an encoder that is there, but does not open"


def test_h264_comes_first() -> None:
    assert picture_encoder() is (H264 if opens(H264) else MPEG4)


@pytest.mark.usefixtures("without_h264")
def test_mpeg4_stands_in() -> None:
    assert picture_encoder() is MPEG4


def test_a_time_base_that_mpeg4_cannot_hold_is_replaced() -> None:
    assert MPEG4.time_base(Fraction(1, 90_000)) == Fraction(1, 60_000)
    assert MPEG4.time_base(Fraction(1001, 30_000)) == Fraction(1001, 30_000)
    assert H264.time_base(Fraction(1, 90_000)) == Fraction(1, 90_000)


@pytest.mark.usefixtures("without_h264")
def test_without_h264_the_picture_is_as_good(shared_media: Path, tmp_path: Path, make_sound) -> None:
    video = shared_media / "natural" / "ladybug.wmv"
    signals = analyse(video)
    music = make_sound(seconds=13, at_s=[1.0])
    for name in ("out.mkv", "out.mov", "out.mp4"):
        mux.mux(video, music, tmp_path / name, info=signals.info, settings=GenerationSettings(), metadata={})
        assert probe(tmp_path / name).codec == "mpeg4"
    again = analyse(tmp_path / "out.mp4")
    assert len(again.pts) == len(signals.pts)
    assert float(again.info.duration_s) == pytest.approx(float(signals.info.duration_s), abs=0.05)
    np.testing.assert_allclose(again.curves["brightness"], signals.curves["brightness"], atol=0.02)


@pytest.mark.usefixtures("without_h264")
def test_films_of_steps_need_no_h264(tmp_path: Path) -> None:
    from PIL import Image

    ramp = np.linspace(0, 255, 120).astype(np.uint8)
    drawn = np.dstack([np.tile(ramp, (80, 1)), np.tile(ramp[::-1], (80, 1)), np.full((80, 120), 90, np.uint8)])
    save_mp4([Image.fromarray(drawn)] * 2, tmp_path / "steps.mp4")
    with av.open(str(tmp_path / "steps.mp4")) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.codec.canonical_name == "mpeg4"
        frame = next(container.decode(stream)).to_ndarray(format="rgb24")
    assert np.abs(frame.astype(int) - drawn).mean() < 3
