"""Videos whose frames, times and sound are known exactly."""

from __future__ import annotations

import wave
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

Pictures = Sequence[NDArray[np.uint8]]


def texture(
    seed: int, *, width: int = 160, height: int = 90, level: float = 0.5, finest: int = 40
) -> NDArray[np.uint8]:
    """A picture with detail of several sizes, uint8 `[h, w, 3]`.

    `level` is its mean brightness, `finest` the number of its finest spots from side to side.
    """
    noise = np.random.default_rng(seed)
    total = np.zeros((height, width, 3), np.float32)
    for cells, weight in ((5, 1.0), (16, 0.5), (finest, 0.25)):
        coarse = noise.random((max(2, cells * height // width), cells, 3), np.float32) - 0.5
        total += weight * cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    total /= np.abs(total).max()
    return np.clip(255 * (level + total * min(level, 1 - level)), 0, 255).astype(np.uint8)


def slide(picture: NDArray[np.uint8], shift_px: float) -> NDArray[np.uint8]:
    """The picture moved to the left by some pixels, what leaves it coming in again mirrored."""
    matrix = np.array([[1, 0, -shift_px], [0, 1, 0]], np.float32)
    moved = cv2.warpAffine(picture, matrix, picture.shape[1::-1], borderMode=cv2.BORDER_REFLECT)
    return np.asarray(moved, np.uint8)


def mix(a: NDArray[np.uint8], b: NDArray[np.uint8], share: float) -> NDArray[np.uint8]:
    """A frame of a dissolve: `share` of b."""
    return np.asarray(cv2.addWeighted(a, 1 - share, b, share, 0), np.uint8)


def write_frames(
    path: Path,
    pictures: Pictures,
    *,
    rate: Fraction | int = 25,
    stamps: Sequence[int] | None = None,
    time_base: Fraction | None = None,
    codec: str = "libx264",
    pixels: str = "yuv420p",
    rotation: int = 0,
    aspect: Fraction | None = None,
    metadata: dict[str, str] | None = None,
    keyframe_every: int = 250,
    chapters: Sequence[tuple[str, int, int]] = (),
) -> Path:
    """Write pictures (BGR) without sound; `stamps` in units of `time_base` (a frame) make the rate variable.

    Chapters are (title, start, end) in milliseconds.
    """
    base = time_base or 1 / Fraction(rate)
    options = {"preset": "ultrafast", "crf": "16"} if codec == "libx264" else {}
    with av.open(str(path), "w") as container:
        container.metadata.update(metadata or {})
        if chapters:
            container.set_chapters(
                [
                    {"id": i, "start": a, "end": b, "time_base": Fraction(1, 1000), "metadata": {"title": title}}
                    for i, (title, a, b) in enumerate(chapters)
                ]
            )
        stream = container.add_stream(codec, rate=Fraction(rate), options=options)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = pixels
        stream.gop_size = keyframe_every
        stream.codec_context.time_base = base
        if aspect is not None:
            stream.codec_context.sample_aspect_ratio = aspect
        if rotation:
            stream.set_display_rotation(rotation)
        for i, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts = i if stamps is None else stamps[i]
            frame.time_base = base
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def write_clicks(path: Path, *, seconds: float, at_s: Sequence[float], rate: int = 44100) -> Path:
    """A stereo WAV, silent but for clicks of a millisecond."""
    samples = np.zeros((round(seconds * rate), 2), np.int16)
    for second in at_s:
        begin = round(second * rate)
        samples[begin : begin + rate // 1000] = 24000
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return path


@pytest.fixture(scope="session")
def two_shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """40 frames at 25 a second, 160 x 90: a cut at frame 15 (0.6 s), no sound."""
    a, b = texture(1), texture(2)
    pictures = [slide(a, i) for i in range(15)] + [slide(b, i) for i in range(25)]
    return write_frames(tmp_path_factory.mktemp("two_shots") / "two_shots.mp4", pictures)


@pytest.fixture(scope="session")
def make_sound(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """`make_sound(seconds=1.6, at_s=(0.5,))`: a WAV with clicks."""

    def make(*, seconds: float, at_s: Sequence[float] = (), rate: int = 44100) -> Path:
        return write_clicks(tmp_path_factory.mktemp("sound") / "music.wav", seconds=seconds, at_s=at_s, rate=rate)

    return make
