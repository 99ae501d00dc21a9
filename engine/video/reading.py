"""Opening media files through PyAV, and decoding their picture whatever its state.

All that real files do wrong is met here once: files that do not open, covers that pose as video streams, packets that
do not decode, empty packets that PyAV would take for the end of the stream (Theora writes them for repeated frames),
stamps that are missing. FFmpeg's log level is never touched: with PyAV 18 a decoding error after `av.logging.set_level`
can deadlock when the file is closed.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import av
import av.error
from av.stream import Disposition

from engine.cancel import NEVER, CancelToken
from engine.errors import InputError
from engine.signals import AudioTrack

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

MEDIA_ERRORS: Final = (av.error.FFmpegError, OSError, ValueError)
"""What PyAV raises for a file that is not as it should be."""

STALL_S: Final = 15.0
"""A file that yields no frame for so long is given up."""

_MAX_DEMUX_ERRORS: Final = 100
_NOT_SHOWN: Final = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image
_VIDEO_FORMATS: Final = (
    "mov,mp4,matroska,webm,avi,flv,live_flv,asf,asf_o,mpeg,mpegts,mpegvideo,mxf,ogg,ivf,nut,rm,dv,gxf,wtv,avs,amv,vob,"
    "yuv4mpegpipe,gif,apng,webp_anim,h264,hevc,vvc,evc,m4v,obu,av1,vc1,vc1test,mjpeg,dirac,cavsvideo,dhav,viv,roq,smk,"
    "bink,film_cpk,flic,h261,h263,mv,nsv,nuv,ogv,r3d,swf,thp,wc3movie,xmv,iv8,ivr,cine,ismv,usm,kux,ipmovie"
)
_SOUND_FORMATS: Final = "wav,w64,mp3,aac,flac,ac3,eac3,ac4,amr,aiff,caf,au,ape,wv,tta,dts,dtshd,truehd,mlp,mpc,mpc8"
_PICTURE_FORMATS: Final = (
    "image2,png_pipe,jpeg_pipe,jpegxl_pipe,webp_pipe,webp,bmp_pipe,tiff_pipe,psd_pipe,svg_pipe,gif_pipe,exr_pipe"
)
_FORMATS: Final = ",".join((_VIDEO_FORMATS, _SOUND_FORMATS, _PICTURE_FORMATS))
"""What is opened at all. Playlists (HLS, DASH, concat) stay closed: they would fetch what they name and wait for it; so
do text files, which FFmpeg would play as films of letters."""

_OPEN_OPTIONS: Final = {"protocol_whitelist": "file", "format_whitelist": _FORMATS}

logger = logging.getLogger(__name__)

_HINT_CONVERT: Final = "If it plays elsewhere, convert it to MP4 with H.264 and try again."


def file_url(path: Path) -> str:
    """What FFmpeg is given, so that it never takes a file's name for an option, a pattern or another protocol."""
    return f"file:{path.absolute()}"


@contextmanager
def open_media(path: Path) -> Iterator[InputContainer]:
    """Open a local media file for reading.

    Raises:
        InputError: if the file is missing, a folder, empty, not readable or not media.
    """
    _check_file(path)
    try:
        container = av.open(file_url(path), metadata_errors="replace", options=dict(_OPEN_OPTIONS))
    except MEDIA_ERRORS as error:
        raise _open_error(path, error) from error
    try:
        yield container
    finally:
        container.close()


def _check_file(path: Path) -> None:
    name = path.name
    try:
        if path.is_dir():
            raise InputError("'{name}' is a folder, not a video file.", "Give one video file.", name=name)
        if not path.exists():
            raise InputError("'{path}' does not exist.", "Check the name and the folder.", path=path)
        if path.is_file() and path.stat().st_size == 0:
            raise InputError("'{name}' is empty: it holds 0 bytes.", "Copy or export it again.", name=name)
    except (OSError, ValueError) as error:
        raise _open_error(path, error) from error


def _open_error(path: Path, error: Exception) -> InputError:
    if isinstance(error, PermissionError):
        return InputError(
            "'{name}' may not be read: permission denied.", "Check who may read the file.", name=path.name
        )
    if isinstance(error, FileNotFoundError):
        return InputError("'{path}' does not exist.", "Check the name and the folder.", path=path)
    return InputError("'{name}' is not a video file that can be read, or it is damaged.", _HINT_CONVERT, name=path.name)


def picture_stream(container: InputContainer, path: Path) -> VideoStream:
    """The stream that players show: no cover, no thumbnails; the default one, else the first with frames.

    Raises:
        InputError: if there is none, or no decoder for it.
    """
    shown = [stream for stream in container.streams.video if not stream.disposition & _NOT_SHOWN]
    if not shown or container.format.name in _PICTURE_FORMATS.split(","):
        raise _no_picture(container, path)
    filled = [stream for stream in shown if not _claims_nothing(stream)] or shown
    first = next((stream for stream in filled if stream.disposition & Disposition.default), filled[0])
    if first.codec_context is None:
        raise InputError(
            "The picture of '{name}' uses a codec that cannot be decoded here.", _HINT_CONVERT, name=path.name
        )
    return first


def _claims_nothing(stream: VideoStream) -> bool:
    return stream.frames == 0 and stream.duration == 0


def _no_picture(container: InputContainer, path: Path) -> InputError:
    if container.streams.video and not container.streams.audio:
        return InputError("'{name}' is a still picture, not a video.", "Give a video file.", name=path.name)
    if container.streams.audio:
        return InputError("'{name}' has sound but no picture.", "Give a file with a video track.", name=path.name)
    return InputError("'{name}' holds neither picture nor sound.", "Give a video file.", name=path.name)


def no_frame_error(path: Path) -> InputError:
    """The sentence for a file whose picture track yields no frame."""
    return InputError(
        "No frame of '{name}' can be decoded.",
        "Its picture may be encrypted, missing or damaged; copy or export the file again.",
        name=path.name,
    )


def audio_tracks(container: InputContainer) -> tuple[AudioTrack, ...]:
    """The sound tracks in order; one without a decoder is listed as not decodable."""
    return tuple(_audio_track(stream) for stream in container.streams.audio)


def _audio_track(stream: AudioStream) -> AudioTrack:
    context = stream.codec_context
    if context is None:
        return AudioTrack(stream.index, "unknown", 0, 0, decodable=False)
    layout = context.layout
    channels = layout.nb_channels if layout is not None else 0
    usable = bool(context.sample_rate) and channels > 0
    return AudioTrack(stream.index, context.codec.canonical_name, context.sample_rate or 0, channels, decodable=usable)


def time_base_of(stream: VideoStream | AudioStream) -> Fraction:
    """Seconds per stamp of a stream; a file without one gets milliseconds."""
    return stream.time_base or Fraction(1, 1000)


def rotation_cw(frame: VideoFrame) -> int:
    """Degrees clockwise by which a player turns this frame: 0, 90, 180 or 270; an absurd matrix counts as none."""
    counterclockwise = frame.rotation
    if not -360 <= counterclockwise <= 360:
        return 0
    return round(-counterclockwise / 90) % 4 * 90


def shown_size(frame: VideoFrame, stream: VideoStream, rotation: int) -> tuple[int, int]:
    """Width and height as shown: pixels made square, then turned."""
    aspect = stream.sample_aspect_ratio
    width = frame.width
    if aspect is not None and Fraction(1, 20) <= aspect <= 20:
        width = max(1, round(width * aspect))
    return (frame.height, width) if rotation in (90, 270) else (width, frame.height)


def packets_of(
    container: InputContainer, streams: Sequence[Stream], cancel: CancelToken = NEVER
) -> Iterator[Packet[Any]]:
    """The packets of some streams as far as the file can be read, and an empty one for each at the end."""
    try:
        for packet in container.demux(list(streams)):
            cancel.raise_if_cancelled()
            yield packet
    except MEDIA_ERRORS as error:
        logger.info("reading broke off: %s", error)


@dataclass(slots=True)
class PictureDecoder:
    """Decodes one picture stream packet by packet and goes on behind what is damaged.

    Iterating yields the frames in the order in which they are shown.

    Attributes:
        cancel: looked at before every packet.
        threads: "AUTO" for throughput; "SLICE" where one frame is wanted soon.
        n_errors: packets that did not decode or could not be read, so far.
    """

    container: InputContainer
    stream: VideoStream
    cancel: CancelToken = NEVER
    threads: Literal["AUTO", "SLICE"] = "AUTO"
    n_errors: int = 0
    _reached: dict[int, int] = field(default_factory=dict)
    _last_frame_at: float = field(default=0.0)

    def __iter__(self) -> Iterator[VideoFrame]:
        if not self.stream.codec_context.is_open:
            self.stream.thread_type = self.threads
        self._last_frame_at = time.monotonic()
        for packet in self._packets():
            if time.monotonic() - self._last_frame_at > STALL_S:
                return
            if packet.stream.index != self.stream.index or is_repeat(packet):
                continue
            for frame in self._decode(packet):
                yield frame
                self._last_frame_at = time.monotonic()

    def reached_s(self) -> float:
        """The latest time on the file's own clock that any packet of any stream has named, so far."""
        ends = ((self.container.streams[index].time_base, end) for index, end in self._reached.items())
        return max((float(base * end) for base, end in ends if base is not None), default=0.0)

    def _packets(self) -> Iterator[Packet[Any]]:
        """All packets of all streams; a reading error is stepped over as long as reading goes on."""
        failed_in_a_row = 0
        while failed_in_a_row < _MAX_DEMUX_ERRORS:
            try:
                for packet in self.container.demux():
                    failed_in_a_row = 0
                    self.cancel.raise_if_cancelled()
                    self._note_reach(packet)
                    yield packet
                return
            except MEDIA_ERRORS:
                failed_in_a_row += 1
                self.n_errors += 1

    def _note_reach(self, packet: Packet[Any]) -> None:
        if packet.pts is not None:
            end = packet.pts + (packet.duration or 0)
            index = packet.stream.index
            self._reached[index] = max(self._reached.get(index, end), end)

    def _decode(self, packet: Packet[Any]) -> list[VideoFrame]:
        try:
            return self.stream.decode(packet)
        except MEDIA_ERRORS:
            self.n_errors += 1
            return []


def is_repeat(packet: Packet[Any]) -> bool:
    """Whether this is an empty packet that stands for a repeated frame, not the one that flushes the decoder."""
    return packet.size == 0 and (packet.dts is not None or packet.pts is not None)
