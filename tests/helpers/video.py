"""Small videos made for tests, whose cuts, frame rate and sound are known."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 44100
_AAC_FRAME = 1024


@dataclass(frozen=True, slots=True)
class TinyVideo:
    """A generated file and the truth about it. `cuts_s` are the exact times at which a new shot shows."""

    path: Path
    frame_rate: Fraction
    width: int
    height: int
    n_frames: int
    cuts_s: tuple[Fraction, ...]
    audio_hz: float | None

    @property
    def duration_s(self) -> Fraction:
        return self.n_frames / self.frame_rate


def write_video(
    path: Path,
    *,
    shots_s: tuple[float, ...] = (1.0, 1.5, 1.0),
    frame_rate: Fraction = Fraction(24),
    width: int = 160,
    height: int = 96,
    audio_hz: float | None = 440.0,
    codec: str = "libx264",
    audio_codec: str = "aac",
) -> TinyVideo:
    """Write shots of plain, clearly different colours in which a block moves, one hard cut between each two.

    Args:
        shots_s: length of each shot in seconds, rounded to whole frames.
        audio_hz: pitch of a sine tone at a fifth of full scale; None leaves the sound track out.
    """
    counts = [max(1, round(seconds * frame_rate)) for seconds in shots_s]
    starts = np.cumsum([0, *counts])
    with av.open(str(path), "w") as container:
        picture = container.add_stream(codec, rate=frame_rate)
        picture.width, picture.height, picture.pix_fmt = width, height, "yuv420p"
        sound = None
        if audio_hz is not None:
            sound = container.add_stream(audio_codec, rate=SAMPLE_RATE, layout="stereo")
        for shot, count in enumerate(counts):
            for frame in range(count):
                image = av.VideoFrame.from_ndarray(_image(shot, frame, width=width, height=height), format="rgb24")
                image.pts = int(starts[shot]) + frame
                image.time_base = 1 / frame_rate
                container.mux(picture.encode(image))
        container.mux(picture.encode())
        if sound is not None and audio_hz is not None:
            _write_tone(container, sound, hz=audio_hz, seconds=float(starts[-1] / frame_rate))
    cuts = tuple(Fraction(int(start)) / frame_rate for start in starts[1:-1])
    return TinyVideo(path, frame_rate, width, height, int(starts[-1]), cuts, audio_hz)


def _image(shot: int, frame: int, *, width: int, height: int) -> NDArray[np.uint8]:
    """One picture `[height, width, 3]`: neighbouring shots differ strongly in hue and lightness."""
    palette = ((200, 40, 40), (30, 60, 160), (230, 220, 90), (20, 120, 60), (240, 240, 240), (40, 20, 60))
    image = np.empty((height, width, 3), np.uint8)
    image[:] = palette[shot % len(palette)]
    side = height // 3
    left = (frame * (2 + shot)) % (width - side)
    top = (shot * 7) % (height - side)
    image[top : top + side, left : left + side] = palette[(shot + 3) % len(palette)]
    return image


def _write_tone(container: av.container.OutputContainer, stream: av.AudioStream, *, hz: float, seconds: float) -> None:
    total = round(seconds * SAMPLE_RATE)
    tone = (0.2 * np.sin(2 * np.pi * hz * np.arange(total) / SAMPLE_RATE)).astype(np.float32)
    for start in range(0, total, _AAC_FRAME):
        block = np.stack([tone[start : start + _AAC_FRAME]] * 2)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block), format="fltp", layout="stereo")
        frame.sample_rate = SAMPLE_RATE
        frame.pts = start
        frame.time_base = Fraction(1, SAMPLE_RATE)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))
