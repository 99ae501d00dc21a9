"""One continuous picture of a timeline of many files, small, for everything that watches a video.

It is made for watching only: the editor renders the film. Its file carries the cut list, so that the timeline can be
written again with the music.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from engine.cancel import NEVER, CancelToken
from engine.cutlist import CutList, Segment
from engine.errors import InputError
from engine.events import Report, no_report
from engine.rates import exact_rate, frame_of_timecode
from engine.video.encoders import H264, picture_encoder
from engine.video.mux import write_error, writing_aside
from engine.video.reader import FrameReader
from engine.video.reading import MEDIA_ERRORS, file_url, open_media

if TYPE_CHECKING:
    from av.container import OutputContainer

LONGEST_PX: Final = 640
PICTURE_SUFFIX: Final = ".picture.mp4"
"""How names of assembled pictures end."""
_TAG: Final = "diffbgm_cuts"
_OPEN_FILES: Final = 6
_BEYOND_S: Final = 1.0
_STILLS: Final = frozenset((".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp"))
_CODING: Final = {"bf": "0", "g": "24"}

Picture = NDArray[np.uint8]


def assemble(
    cuts: CutList,
    target: Path,
    *,
    durations_s: dict[Path, Fraction],
    report: Report = no_report,
    cancel: CancelToken = NEVER,
) -> None:
    """Write the picture of a cut list as one file without sound, a frame for each frame of the timeline.

    Retimes show the frame of their moment, gaps are black, pictures of another shape stand in black. The file is as
    large as the first clip's picture, `LONGEST_PX` at most; it is written aside and renamed.

    Args:
        durations_s: how long each file is.
        report: frames of frames.

    Raises:
        InputError: if a file cannot be read, or is asked for where it has ended.
        OutputError: if the target cannot be written.
        RunCancelled: soon after `cancel` asks; nothing is left behind.
    """
    for segment in cuts.segments:
        _refuse_beyond(segment, durations_s)
    total = round(cuts.duration_s * cuts.frame_rate)
    with writing_aside(target) as aside, _Sources() as sources:
        options = {"movflags": "use_metadata_tags+faststart"}
        try:
            with av.open(file_url(aside), "w", format="mp4", container_options=options) as container:
                container.metadata[_TAG] = json.dumps(cuts.to_json(), separators=(",", ":"))
                _encode(container, cuts, sources, total, report, cancel)
        except MEDIA_ERRORS as error:
            raise write_error(target, error) from error


def cuts_of_picture(video: Path) -> CutList | None:
    """The cut list that an assembled picture was made of; None for any other file."""
    if not video.name.endswith(PICTURE_SUFFIX):
        return None
    try:
        with open_media(video) as container:
            text = container.metadata.get(_TAG)
        return None if text is None else CutList.from_json(text)
    except InputError:
        return None


def first_timecode_s(path: Path) -> Fraction:
    """The timecode of a file's first frame in seconds, as cameras write it; 0 where it has none."""
    try:
        with open_media(path) as container:
            found = [container.metadata, *(stream.metadata for stream in container.streams)]
            text = next((tags["timecode"] for tags in found if "timecode" in tags), None)
            rates = [stream.average_rate for stream in container.streams.video if stream.average_rate]
            if text is None or not rates:
                return Fraction(0)
            rate = exact_rate(rates[0])
            return Fraction(frame_of_timecode(text, rate)) / rate
    except (InputError, ValueError):
        return Fraction(0)


def _refuse_beyond(segment: Segment, durations_s: dict[Path, Fraction]) -> None:
    if segment.media is None or segment.media not in durations_s:
        return
    end_s = segment.source_s + segment.duration_s * segment.speed
    low_s, high_s = min(segment.source_s, end_s), max(segment.source_s, end_s)
    if low_s < -_BEYOND_S or high_s > durations_s[segment.media] + Fraction(_BEYOND_S):
        raise InputError(
            "The timeline shows '{name}' from {low_s:.2f} s to {high_s:.2f} s, but the file is {there_s:.2f} s long.",
            "Check that it is the file that was edited, or name the video that the editor rendered with --rendered.",
            name=segment.media.name,
            low_s=float(low_s),
            high_s=float(high_s),
            there_s=float(durations_s[segment.media]),
        )


class _Sources:
    """Open files, the latest few."""

    def __init__(self) -> None:
        self._open: dict[Path, FrameReader] = {}
        self._stills: dict[Path, Picture] = {}
        self._exit = ExitStack()

    def __enter__(self) -> _Sources:
        return self

    def __exit__(self, *_: object) -> None:
        for reader in self._open.values():
            reader.close()

    def at(self, media: Path, time_s: float) -> Picture:
        """The picture of a file at a time, RGB uint8 `[h, w, 3]`."""
        if media.suffix.lower() in _STILLS:
            return self._still(media)
        reader = self._open.pop(media, None)
        if reader is None:
            reader = FrameReader(media, largest_px=LONGEST_PX)
        self._open[media] = reader
        if len(self._open) > _OPEN_FILES:
            self._open.pop(next(iter(self._open))).close()
        return reader.at(time_s)[1]

    def _still(self, media: Path) -> Picture:
        if media not in self._stills:
            data = np.fromfile(media, np.uint8)
            read = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
            if read is None:
                raise InputError(
                    "The picture '{name}' cannot be read.", "Export it again, as PNG or JPEG.", name=media.name
                )
            self._stills[media] = np.asarray(cv2.cvtColor(read, cv2.COLOR_BGR2RGB), np.uint8)
        return self._stills[media]


def _encode(
    container: OutputContainer, cuts: CutList, sources: _Sources, total: int, report: Report, cancel: CancelToken
) -> None:
    stream: Any = None
    writer: Any = container
    size = (0, 0)
    for number, picture in enumerate(_pictures(cuts, sources, cancel)):
        if stream is None:
            size = _size_of(cuts, picture, sources)
            encoder = picture_encoder()
            quick = {"preset": "ultrafast", "crf": "23"} if encoder is H264 else {}
            stream = writer.add_stream(
                encoder.name, rate=cuts.frame_rate, options={**encoder.options, **_CODING, **quick}
            )
            stream.width, stream.height = size
            stream.pix_fmt = "yuv420p"
            stream.codec_context.time_base = encoder.time_base(1 / cuts.frame_rate)
        frame = av.VideoFrame.from_ndarray(_fitted(picture, size), format="rgb24")
        frame.pts, frame.time_base = number, 1 / cuts.frame_rate
        container.mux(stream.encode(frame))
        report(number + 1, total)
    container.mux(stream.encode(None))


def _pictures(cuts: CutList, sources: _Sources, cancel: CancelToken) -> Iterator[Picture | None]:
    """What shows in each frame of the timeline; None for black."""
    rate = cuts.frame_rate
    for segment in cuts.segments:
        first, end = round(segment.start_s * rate), round(segment.end_s * rate)
        for number in range(first, end):
            cancel.raise_if_cancelled()
            if segment.media is None:
                yield None
                continue
            # A quarter of a frame in: stamps are rounded.
            into_s = Fraction(number) / rate - segment.start_s
            nudge_s = Fraction(-1 if segment.speed < 0 else 1, 4) / rate
            yield sources.at(segment.media, float(segment.source_s + into_s * segment.speed + nudge_s))


def _size_of(cuts: CutList, first: Picture | None, sources: _Sources) -> tuple[int, int]:
    """Width and height for all: those of the first picture there is, even numbers."""
    if first is None:
        shown = next(segment for segment in cuts.segments if segment.media is not None)
        assert shown.media is not None
        first = sources.at(shown.media, float(shown.source_s))
    height, width = first.shape[:2]
    scale = min(1.0, LONGEST_PX / max(width, height))
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)


def _fitted(picture: Picture | None, size: tuple[int, int]) -> Picture:
    """A picture of that size, as large as it fits, the rest black."""
    width, height = size
    if picture is None:
        return np.zeros((height, width, 3), np.uint8)
    if picture.shape[:2] == (height, width):
        return picture
    scale = min(width / picture.shape[1], height / picture.shape[0])
    inner = max(1, min(width, round(picture.shape[1] * scale))), max(1, min(height, round(picture.shape[0] * scale)))
    small = np.asarray(cv2.resize(picture, inner, interpolation=cv2.INTER_AREA), np.uint8)
    if inner == size:
        return small
    canvas = np.zeros((height, width, 3), np.uint8)
    top, left = (height - inner[1]) // 2, (width - inner[0]) // 2
    canvas[top : top + inner[1], left : left + inner[0]] = small
    return canvas
