"""A quick look at a video: what its header claims, checked against its first frames."""

from __future__ import annotations

import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from engine.signals import VideoInfo
from engine.video.reading import (
    PictureDecoder,
    audio_tracks,
    no_frame_error,
    open_media,
    packets_of,
    picture_stream,
    rotation_cw,
    shown_size,
    time_base_of,
)
from engine.video.stamps import FrameTimes, average_rate, frame_times, is_variable

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

_N_FRAMES: Final = 12
_LOOK_S: Final = 10.0
_RATE_TOLERANCE: Final = 0.02


def probe(path: Path) -> VideoInfo:
    """Look at a video file without decoding more than its first frames.

    Size, rotation, start and frame rate are seen, not believed; the duration is the header's claim, or where the header
    has none, what the packets' stamps say. `analyse` replaces the claim by what decodes.

    Raises:
        InputError: if the file is missing, a folder, empty, not media, without a picture, in an unknown codec, or if
            no frame of it decodes.
    """
    with open_media(path) as container:
        stream = picture_stream(container, path)
        frames = _first_frames(container, stream)
        if not frames:
            raise no_frame_error(path)
        times = frame_times(
            [frame.pts for frame in frames],
            [frame.dts for frame in frames],
            time_base=time_base_of(stream),
            last_duration=frames[-1].duration,
            claimed_rate=stream.average_rate,
            claimed_end_s=claimed_end_s(container, stream),
        )
        info = build_info(path, container=container, stream=stream, frame=frames[0], times=times)
        end_s = claimed_end_s(container, stream)
        claimed_rate = stream.average_rate
    if end_s is None:
        end_s = _scan_end_s(path)
    # A look may end before the file does, but the file is not shorter than what was seen.
    return replace(
        info,
        duration_s=max(end_s - times.start_s, times.duration_s),
        frame_rate=_checked_rate(claimed_rate, times, average=info.frame_rate),
    )


def build_info(
    path: Path, *, container: InputContainer, stream: VideoStream, frame: VideoFrame, times: FrameTimes
) -> VideoInfo:
    """What is known of a file from one of its frames and the times of those that were decoded."""
    rotation = rotation_cw(frame)
    width, height = shown_size(frame, stream, rotation)
    return VideoInfo(
        path=str(path.absolute()),
        container=container.format.name,
        codec=stream.codec_context.codec.canonical_name,
        duration_s=times.duration_s,
        start_s=times.start_s,
        frame_rate=average_rate(times),
        width=width,
        height=height,
        rotation=rotation,
        is_vfr=is_variable(times),
        audio=audio_tracks(container),
    )


def _first_frames(container: InputContainer, stream: VideoStream) -> list[VideoFrame]:
    frames: list[VideoFrame] = []
    started = time.monotonic()
    for frame in PictureDecoder(container, stream):
        frames.append(frame)
        if len(frames) == _N_FRAMES or time.monotonic() - started > _LOOK_S:
            break
    return frames


def claimed_end_s(container: InputContainer, stream: VideoStream) -> Fraction | None:
    """The end of the picture on the file's clock, as the header claims it; None where it claims nothing."""
    base = time_base_of(stream)
    if stream.duration:
        return ((stream.start_time or 0) + stream.duration) * base
    return container_end_s(container)


def container_end_s(container: InputContainer) -> Fraction | None:
    """The end of the file on its own clock, as the header claims it."""
    if not container.duration:
        return None
    # Matroska counts from 0, others from their first packet.
    begin = 0 if "matroska" in container.format.name else container.start_time or 0
    return Fraction(begin + container.duration, 1_000_000)


def _scan_end_s(path: Path) -> Fraction:
    """The end of the picture by the stamps of all its packets, without decoding."""
    end_s = Fraction(0)
    with open_media(path) as container:
        stream = picture_stream(container, path)
        base = time_base_of(stream)
        for packet in packets_of(container, [stream]):
            if packet.pts is not None:
                end_s = max(end_s, (packet.pts + (packet.duration or 0)) * base)
    return end_s


def _checked_rate(claimed: Fraction | None, times: FrameTimes, *, average: Fraction) -> Fraction:
    """The header's rate where the first frames agree with it, since it averages over more of them."""
    if claimed is None or claimed <= 0:
        return average
    seen = [float(average)]
    if len(times.pts) > 1:
        # A frame that is missing near the start upsets the mean, not the median.
        seen.append(1 / float(np.median(np.diff(times.pts)) * times.time_base))
    return claimed if any(abs(float(claimed) / rate - 1) < _RATE_TOLERANCE for rate in seen) else average
