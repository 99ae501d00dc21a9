"""The frame that is shown at a time, exactly, again and again: for paused pictures and stepping through frames."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final

import numpy as np
from av.video.reformatter import Colorspace, VideoReformatter
from numpy.typing import NDArray

from engine.cancel import CancelToken
from engine.errors import InputError
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

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

Picture = NDArray[np.uint8]

_AHEAD_S: Final = 1.0
"""What lies further ahead than this is looked for from its keyframe."""
_KEPT_BYTES: Final = 150_000_000
_HD_LINES: Final = 720
_UNSPECIFIED: Final = 2
"""FFmpeg's AVCOL_SPC_UNSPECIFIED."""


class FrameReader:
    """Frames of one file by their time. Going on from one frame to the next, or a few back, decodes little.

    Not thread-safe. Use as a context manager, or call `close`.

    Args:
        start_s: the file's time of its first frame (`VideoInfo.start_s`).
        largest_px: no side of a picture is longer.

    Raises:
        InputError: if the file cannot be opened or has no picture.
    """

    def __init__(self, path: Path, *, start_s: Fraction | None = None, largest_px: int = 1920) -> None:
        self._path, self._largest = path, largest_px
        self._exit, self._token = ExitStack(), CancelToken()
        self._container = self._exit.enter_context(open_media(path))
        try:
            self._stream = picture_stream(self._container, path)
        except InputError:
            self._exit.close()
            raise
        self._base = time_base_of(self._stream)
        self._scaler = VideoReformatter()
        self._coming: Iterator[VideoFrame] | None = None
        self._kept: list[tuple[Fraction, VideoFrame]] = []
        self._at_end = False
        self._start_s = start_s if start_s is not None else self._first_time()

    def __enter__(self) -> FrameReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._coming = None
        self._kept.clear()
        self._exit.close()

    def cancel(self) -> None:
        """From another thread: let `at` give up."""
        self._token.cancel()

    def at(self, time_s: float) -> tuple[float, Picture]:
        """The frame shown at a time, RGB uint8 `[h, w, 3]`, turned and with square pixels, and when it begins.

        Before the first frame it is the first, behind the last the last.

        Raises:
            InputError: if nothing decodes there.
            RunCancelled: soon after `cancel`.
        """
        wanted = Fraction(max(time_s, 0.0)).limit_denominator(1_000_000)
        if not self._can_go_on_to(wanted):
            self._seek(wanted)
        self._decode_past(wanted)
        shown = next(
            (pair for pair in reversed(self._kept) if pair[0] <= wanted), self._kept[0] if self._kept else None
        )
        if shown is None:
            raise no_frame_error(self._path)
        return float(shown[0]), self._picture(shown[1])

    def _first_time(self) -> Fraction:
        self._coming = iter(self._decoder())
        frame = self._next()
        if frame is None:
            self._exit.close()
            raise no_frame_error(self._path)
        first = (frame.pts or 0) * self._base
        self._kept.append((Fraction(0), frame))
        return first

    def _decoder(self) -> PictureDecoder:
        return PictureDecoder(self._container, self._stream, self._token, threads="SLICE")

    def _next(self) -> VideoFrame | None:
        return None if self._coming is None else next(self._coming, None)

    def _can_go_on_to(self, wanted: Fraction) -> bool:
        if self._coming is None or not self._kept:
            return False
        return self._kept[0][0] <= wanted <= self._kept[-1][0] + Fraction(_AHEAD_S) or (
            self._at_end and wanted >= self._kept[0][0]
        )

    def _seek(self, wanted: Fraction) -> None:
        self._kept.clear()
        self._at_end = False
        stamp = round((wanted + self._start_s) / self._base)
        try:
            self._container.seek(stamp, stream=self._stream)
        except MEDIA_ERRORS:
            self._container.seek(0)
        self._coming = iter(self._decoder())

    def _decode_past(self, wanted: Fraction) -> None:
        """Decode until the frame behind the wanted one is there too."""
        while not self._at_end and (not self._kept or self._kept[-1][0] <= wanted):
            frame = self._next()
            if frame is None:
                self._at_end = True
                return
            self._kept.append(((frame.pts or 0) * self._base - self._start_s, frame))
            room = max(3, _KEPT_BYTES // max(1, frame.width * frame.height * 2))
            if len(self._kept) > room:
                del self._kept[0]

    def _picture(self, frame: VideoFrame) -> Picture:
        turn = rotation_cw(frame)
        width, height = shown_size(frame, self._stream, turn)
        scale = min(1.0, self._largest / max(width, height))
        shown = max(1, round(width * scale)), max(1, round(height * scale))
        sides = shown if turn in (0, 180) else shown[::-1]
        # Untagged pictures of HD size are BT.709, as every player takes them.
        untagged = int(frame.colorspace) == _UNSPECIFIED and frame.height >= _HD_LINES
        matrix = Colorspace.ITU709 if untagged else None
        small = self._scaler.reformat(frame, *sides, format="rgb24", src_colorspace=matrix, interpolation="BILINEAR")
        return np.ascontiguousarray(np.rot90(np.asarray(small.to_ndarray(), np.uint8), k=-turn // 90))
