"""One decode pass over a video: exact frame times and the curves that shots, features and drawing live on."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from engine.cancel import NEVER, CancelToken
from engine.errors import InputError
from engine.events import Report, no_report
from engine.signals import FrameSignals
from engine.video.measure import CANVAS_PX, FrameMeter
from engine.video.probe import build_info, claimed_end_s, container_end_s
from engine.video.reading import (
    MEDIA_ERRORS,
    PictureDecoder,
    no_frame_error,
    open_media,
    picture_stream,
    rotation_cw,
    shown_size,
    time_base_of,
)
from engine.video.stamps import FrameTimes, RunningClock, frame_times
from engine.wording import Told

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

_REPORT_EVERY_S: Final = 0.1
_TRUNCATED_SHARE: Final = 0.1
_TRUNCATED_CLAIM_S: Final = 10.0
_TURNS: Final = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}

logger = logging.getLogger(__name__)


def analyse(path: Path, *, report: Report = no_report, cancel: CancelToken = NEVER) -> FrameSignals:
    """Decode the picture of a video once, at reduced size, and measure every frame.

    Damaged files give what decodes of them. `report` counts seconds of video.

    Raises:
        InputError: as `probe`; also when the file breaks off before a tenth of what it claims to hold.
        RunCancelled: soon after `cancel` asks.
    """
    with open_media(path) as container:
        stream = picture_stream(container, path)
        look = _Look(container, stream, report=report)
        decoder = PictureDecoder(container, stream, cancel)
        for frame in decoder:
            look.take(frame)
        if look.first is None:
            raise no_frame_error(path)
        _refuse_truncated(path, container, decoder)
        if decoder.n_errors:
            logger.info("%s: %d damaged packets were stepped over", path.name, decoder.n_errors)
        times = look.times()
        info = build_info(path, container=container, stream=stream, frame=look.first, times=times)
    times_s = (times.pts - times.pts[0]).astype(np.float64) * float(times.time_base)
    curves = look.meter.curves(times_s)
    report(float(info.duration_s), float(info.duration_s))
    return FrameSignals(info=info, pts=times.pts, time_base=times.time_base, curves=curves)


class _Look:
    """What has been seen of one picture stream so far."""

    def __init__(self, container: InputContainer, stream: VideoStream, *, report: Report) -> None:
        self.meter = FrameMeter()
        self.first: VideoFrame | None = None
        self._stream = stream
        self._end_s = claimed_end_s(container, stream)
        self._base = time_base_of(stream)
        self._base_s = float(self._base)
        self._report = report
        self._reported_at = 0.0
        self._scaler = VideoReformatter()
        self._canvas = (1, 1)
        self._turn: int | None = None
        self._pts: list[int | None] = []
        self._dts: list[int | None] = []
        self._last_duration: int | None = None
        self._clock = RunningClock()

    def take(self, frame: VideoFrame) -> None:
        """Measure one frame and let it go."""
        if self.first is None:
            self._begin(frame)
        try:
            picture = self._small(frame)
        except MEDIA_ERRORS:
            return  # a frame of an absurd size or format, after damage
        self._pts.append(frame.pts)
        self._dts.append(frame.dts)
        self._last_duration = frame.duration
        self.meter.add(picture, self._advance(frame))

    def _begin(self, frame: VideoFrame) -> None:
        self.first = frame
        turn = rotation_cw(frame)
        width, height = shown_size(frame, self._stream, 0)
        scale = min(1.0, CANVAS_PX / max(width, height))
        self._canvas = (max(1, round(width * scale)), max(1, round(height * scale)))
        self._turn = _TURNS.get(turn)

    def _small(self, frame: VideoFrame) -> NDArray[np.uint8]:
        width, height = self._canvas
        small = self._scaler.reformat(frame, width, height, format="bgr24", interpolation="AREA")
        picture = np.asarray(small.to_ndarray(), np.uint8)
        return picture if self._turn is None else np.asarray(cv2.rotate(picture, self._turn), np.uint8)

    def _advance(self, frame: VideoFrame) -> float:
        """Seconds since the first frame, always growing; mended stamps replace these once all frames are known."""
        stamp = self._clock.follow(frame.pts, frame.dts)
        seconds = stamp * self._base_s
        now = time.monotonic()
        if self._end_s is not None and now - self._reported_at > _REPORT_EVERY_S:
            self._reported_at = now
            total = max(float(self._end_s) - self._clock.first * self._base_s, seconds)
            self._report(seconds, total)
        return seconds

    def times(self) -> FrameTimes:
        """The mended times of the frames taken; there must be one at least."""
        return frame_times(
            self._pts,
            self._dts,
            time_base=self._base,
            last_duration=self._last_duration,
            claimed_rate=self._stream.average_rate,
            claimed_end_s=self._end_s,
        )


def _refuse_truncated(path: Path, container: InputContainer, decoder: PictureDecoder) -> None:
    """Refuse a file that breaks off far before its own end, in all its streams.

    A short picture beside long sound is fine: then the packets of the sound reach the end.
    """
    begun_s = (container.start_time or 0) / 1_000_000
    claimed_s = float(container_end_s(container) or 0) - begun_s
    reached_s = decoder.reached_s() - begun_s
    if claimed_s >= _TRUNCATED_CLAIM_S and reached_s < _TRUNCATED_SHARE * claimed_s:
        raise InputError(
            "'{name}' breaks off: {reached_s} of the {claimed_s} that it claims are there.",
            "Copy or download it again; it was cut short.",
            name=path.name,
            reached_s=_seconds(reached_s),
            claimed_s=_seconds(claimed_s),
        )


def _seconds(value: float) -> Told:
    return Told("{s:.1f} s", s=value) if value < 120 else Told("{min:.0f} min", min=value / 60)
