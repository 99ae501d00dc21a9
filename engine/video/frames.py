"""Frames of a video at a steady rate, in order, in one decode pass: what image encoders look at."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from engine.cancel import NEVER, CancelToken
from engine.events import Report, no_report
from engine.signals import VideoInfo
from engine.video.reading import (
    PictureDecoder,
    no_frame_error,
    open_media,
    picture_stream,
    rotation_cw,
    shown_size,
    time_base_of,
)

if TYPE_CHECKING:
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

SHORT_SIDE_PX: Final = 384
"""Height or width, whichever is smaller: as much as the encoders look at."""

Picture = NDArray[np.uint8]


def frame_times(duration_s: Fraction, rate_hz: Fraction) -> list[Fraction]:
    """Times 0, 1 / rate, 2 / rate, ... before the end; at least one."""
    return [i / rate_hz for i in range(max(1, -((-duration_s * rate_hz) // 1)))]


def sampled_frames(
    path: Path,
    info: VideoInfo,
    *,
    rate_hz: Fraction,
    report: Report = no_report,
    cancel: CancelToken = NEVER,
) -> Iterator[Picture]:
    """Yield the frame shown at each of `frame_times(info.duration_s, rate_hz)`, none left out.

    Args:
        info: of the same file.
        report: seconds of seconds.

    Yields:
        RGB uint8 `[h, w, 3]`, the shorter side `SHORT_SIDE_PX` at most, turned and with square pixels. Where a file
        ends before the duration that was measured, the last frame is repeated.

    Raises:
        InputError: if the file cannot be opened or holds no frame.
        RunCancelled: soon after `cancel` asks.
    """
    times = frame_times(info.duration_s, rate_hz)
    with open_media(path) as container:
        stream = picture_stream(container, path)
        scaler, base = VideoReformatter(), time_base_of(stream)
        shown: VideoFrame | None = None
        picture: Picture | None = None
        sent = 0
        for frame in PictureDecoder(container, stream, cancel):
            at_s = (frame.pts or 0) * base - info.start_s
            while shown is not None and sent < len(times) and times[sent] < at_s:
                picture = _picture(shown, stream, scaler) if picture is None else picture
                yield picture
                sent += 1
                report(float(times[sent - 1]), float(info.duration_s))
            shown, picture = frame, None
            if sent == len(times):
                break
        if shown is None:
            raise no_frame_error(path)
        if sent < len(times):
            last = _picture(shown, stream, scaler)
            for _ in range(sent, len(times)):
                yield last
    report(float(info.duration_s), float(info.duration_s))


def _picture(frame: VideoFrame, stream: VideoStream, scaler: VideoReformatter) -> Picture:
    turn = rotation_cw(frame)
    width, height = shown_size(frame, stream, turn)
    scale = min(1.0, SHORT_SIDE_PX / min(width, height))
    shown = max(1, round(width * scale)), max(1, round(height * scale))
    sides = shown if turn in (0, 180) else shown[::-1]
    small = scaler.reformat(frame, *sides, format="rgb24", interpolation="AREA").to_ndarray()
    return np.ascontiguousarray(np.rot90(np.asarray(small, np.uint8), k=-turn // 90))
