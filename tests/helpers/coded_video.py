"""Videos whose every frame says its number, in black and white fields: what was shown can be read off a picture."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

N_BITS = 12
WIDTH, HEIGHT = 384, 216
_FIELD = WIDTH // N_BITS
_TOP = HEIGHT // 2


def write_coded_video(
    path: Path,
    *,
    seconds: float,
    rate_hz: Fraction = Fraction(24),
    keyframe_every: int = 48,
    sound: NDArray[np.float32] | None = None,
) -> Path:
    """Frames numbered from 0, with B-frames between keyframes.

    Args:
        sound: f32 `[n]` at 48 kHz, kept without loss; a sine tone in AAC where there is none.
    """
    with av.open(str(path), "w") as container:
        picture: Any = container.add_stream("libx264", rate=rate_hz)
        picture.width, picture.height, picture.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        picture.options = {"g": str(keyframe_every), "preset": "veryfast"}
        picture.codec_context.thread_count = 1
        codec = "aac" if sound is None else "flac"
        track: Any = container.add_stream(codec, rate=48_000, layout="stereo")
        for number in range(int(seconds * rate_hz)):
            frame = av.VideoFrame.from_ndarray(_image(number), format="rgb24")
            frame.pts, frame.time_base = number, 1 / rate_hz
            container.mux(picture.encode(frame))
        container.mux(picture.encode())
        if sound is None:
            sound = (0.2 * np.sin(2 * np.pi * 330 * np.arange(int(seconds * 48_000)) / 48_000)).astype(np.float32)
        for start in range(0, len(sound), 1024):
            container.mux(track.encode(_sound_frame(sound[start : start + 1024], start, lossless=codec == "flac")))
        container.mux(track.encode(None))
    return path


def _sound_frame(block: NDArray[np.float32], start: int, *, lossless: bool) -> av.AudioFrame:
    if lossless:
        samples = np.ascontiguousarray(np.repeat(np.rint(block * 32767).astype(np.int16), 2)[None])
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="stereo")
    else:
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(np.stack([block] * 2)), format="fltp", layout="stereo")
    frame.sample_rate, frame.pts = 48_000, start
    return frame


def _image(number: int) -> NDArray[np.uint8]:
    image = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    for bit in range(N_BITS):
        image[_TOP:, bit * _FIELD : (bit + 1) * _FIELD] = 235 if number >> bit & 1 else 16
    return image


def read_number(image: Any) -> int | None:
    """The number of the frame in a QImage of any size that shows the whole picture; None where it shows none."""
    if image.isNull() or image.width() < N_BITS:
        return None
    bits = [
        image.pixelColor(int((bit + 0.5) * image.width() / N_BITS), int(0.75 * image.height())).red()
        for bit in range(N_BITS)
    ]
    if any(80 < value < 170 for value in bits):
        return None
    return sum(1 << bit for bit, value in enumerate(bits) if value >= 170)
