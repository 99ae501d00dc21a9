"""Small pictures of a video at given times, quickly: for filmstrips."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from engine.cancel import NEVER, CancelToken
from engine.video.reading import (
    MEDIA_ERRORS,
    PictureDecoder,
    open_media,
    picture_stream,
    rotation_cw,
    shown_size,
    time_base_of,
)

if TYPE_CHECKING:
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

Picture = NDArray[np.uint8]


def thumbnails(
    path: Path,
    times_s: Sequence[float],
    *,
    height_px: int,
    exact: bool = False,
    start_s: Fraction = Fraction(0),
    cancel: CancelToken = NEVER,
) -> Iterator[tuple[float, Picture]]:
    """Yield `(time, picture)` for each asked time that can be shown, in the order asked.

    The picture is the keyframe at or before the time, so that a filmstrip of an hour costs as little as one of a
    minute; it is turned and its pixels are square.

    Args:
        times_s: seconds from the first frame shown.
        exact: decode on from the keyframe to the frame that is shown at the time; slower.
        height_px: height of the pictures, RGB uint8 `[height_px, w, 3]`.
        start_s: the file's time of its first frame (`VideoInfo.start_s`).

    Raises:
        InputError: if the file cannot be opened or has no picture.
        RunCancelled: soon after `cancel` asks.
    """
    with open_media(path) as container:
        stream = picture_stream(container, path)
        scaler = VideoReformatter()
        for time_s in times_s:
            cancel.raise_if_cancelled()
            stamp = round((Fraction(time_s) + start_s) / time_base_of(stream))
            frame = _frame_at(PictureDecoder(container, stream, cancel, threads="SLICE"), stamp, exact=exact)
            if frame is not None:
                yield time_s, _picture(frame, stream, scaler, height_px)


def _frame_at(decoder: PictureDecoder, stamp: int, *, exact: bool) -> VideoFrame | None:
    """The keyframe before a stamp, or the last frame that is not behind it."""
    try:
        decoder.container.seek(stamp, stream=decoder.stream)
    except MEDIA_ERRORS:
        return None
    shown: VideoFrame | None = None
    for frame in decoder:
        if shown is not None and (frame.pts or 0) > stamp:
            break
        shown = frame
        if not exact:
            break
    return shown


def _picture(frame: VideoFrame, stream: VideoStream, scaler: VideoReformatter, height_px: int) -> Picture:
    turn = rotation_cw(frame)
    width, height = shown_size(frame, stream, turn)
    shown = max(1, round(width * height_px / height)), height_px
    sides = shown if turn in (0, 180) else shown[::-1]
    small = scaler.reformat(frame, *sides, format="rgb24", interpolation="AREA").to_ndarray()
    return np.ascontiguousarray(np.rot90(np.asarray(small, np.uint8), k=-turn // 90))
