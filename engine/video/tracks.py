"""The tracks of a file that is being written: picture copied or encoded, sound copied or encoded."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, Protocol

import av
import numpy as np
from av.stream import Disposition
from av.video.stream import VideoStream

from engine.signals import VideoInfo
from engine.video.encoders import picture_encoder
from engine.video.excerpts import PartGate
from engine.video.reading import MEDIA_ERRORS, time_base_of
from engine.video.sound import Samples
from engine.video.stamps import RunningClock

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import OutputContainer
    from av.packet import Packet

    from engine.video.containers import Container

_BLOCK: Final = 1024


class Track(Protocol):
    """What turns packets of the source into packets of the output."""

    def take(self, packet: Packet[Any]) -> list[Packet[Any]]:
        """Packets to write for one packet read; an empty one says nothing."""

    @property
    def is_over(self) -> bool:
        """Whether no packet is wanted any more."""

    def finish(self) -> list[Packet[Any]]:
        """Packets to write once all are read."""


class CopiedTrack:
    """Packets as they are, moved in time so that the first frame shown is at 0; of a part, those that it needs.

    Stamps that a muxer would refuse (missing, not growing) are mended; payloads are never touched here. (Where the
    source marks NAL units by start codes, as TS does, FFmpeg's muxer writes their lengths instead.)
    """

    def __init__(
        self, target: OutputContainer, source: VideoStream | AudioStream, info: VideoInfo, *, is_part: bool = False
    ) -> None:
        self._base = time_base_of(source)
        self._begin = round(info.start_s / self._base)
        self._end = self._begin + round(info.duration_s / self._base)
        self._gate = PartGate(self._begin, self._end) if is_part and source.type == "video" else None
        self._is_sound = source.type == "audio"
        self._least_duration = 0 if self._is_sound else round(Fraction(1, 2) / info.frame_rate / self._base)
        self._usual_duration = round(1 / info.frame_rate / self._base)
        self._last_dts: int | None = None
        self.stream: Any = target.add_stream_from_template(source, opaque=True)
        self.stream.time_base = self._base
        self.stream.metadata.update(source.metadata)
        if isinstance(source, VideoStream):
            self.stream.disposition = Disposition.default
            if source.sample_aspect_ratio:
                context: Any = self.stream.codec_context
                context.sample_aspect_ratio = source.sample_aspect_ratio

    def take(self, packet: Packet[Any]) -> list[Packet[Any]]:
        """See `Track`."""
        if packet.size == 0 or (self._is_sound and not self._is_heard(packet)):
            return []
        if self._gate is not None:
            return [self._placed(needed) for needed in self._gate.take(packet)]
        return [self._placed(packet)]

    @property
    def is_over(self) -> bool:
        """Whether no packet is wanted any more."""
        return self._gate is not None and self._gate.is_over

    def _placed(self, packet: Packet[Any]) -> Packet[Any]:
        known = packet.dts if packet.dts is not None else packet.pts
        dts = (self._last_dts or 0) + 1 if known is None else known - self._begin
        if self._last_dts is not None and dts <= self._last_dts:
            dts = self._last_dts + 1
        self._last_dts = dts
        pts = dts if packet.pts is None else packet.pts - self._begin
        if (packet.duration or 0) < self._least_duration:
            packet.duration = self._usual_duration
        packet.pts, packet.dts = max(pts, dts), dts
        packet.stream = self.stream
        return packet

    def finish(self) -> list[Packet[Any]]:
        """See `Track`."""
        return []

    def _is_heard(self, packet: Packet[Any]) -> bool:
        if packet.pts is None:
            return True
        return packet.pts + (packet.duration or 0) > self._begin and packet.pts < self._end


class EncodedPicture:
    """The picture as H.264 (see `engine.video.encoders`), for codecs that none of our containers takes."""

    def __init__(self, target: OutputContainer, source: VideoStream, info: VideoInfo, *, is_part: bool = False) -> None:
        self._source = source
        self._clock = RunningClock()
        begin = round(info.start_s / time_base_of(source))
        self._shown = (begin, begin + round(info.duration_s / time_base_of(source))) if is_part else None
        encoder = picture_encoder()
        writer: Any = target
        self.stream: Any = writer.add_stream(encoder.name, rate=info.frame_rate, options=dict(encoder.options))
        # Chroma of every second pixel asks for even sides.
        self._width = max(2, source.codec_context.width // 2 * 2)
        self._height = max(2, source.codec_context.height // 2 * 2)
        self.stream.width, self.stream.height = self._width, self._height
        self.stream.pix_fmt = "yuv420p"
        self.stream.codec_context.time_base = encoder.time_base(time_base_of(source))
        if source.sample_aspect_ratio:
            self.stream.codec_context.sample_aspect_ratio = source.sample_aspect_ratio
        self.stream.metadata.update(source.metadata)

    def take(self, packet: Packet[Any]) -> list[Packet[Any]]:
        """See `Track`."""
        return [] if packet.size == 0 else self._encoded(packet)

    @property
    def is_over(self) -> bool:
        """See `Track`."""
        return False

    def finish(self) -> list[Packet[Any]]:
        """See `Track`."""
        return [*self._encoded(None), *self.stream.encode(None)]

    def _is_shown(self, pts: int | None, dts: int | None) -> bool:
        stamp = pts if pts is not None else dts
        return self._shown is None or stamp is None or self._shown[0] <= stamp < self._shown[1]

    def _encoded(self, packet: Packet[Any] | None) -> list[Packet[Any]]:
        try:
            frames = self._source.decode(packet)
        except MEDIA_ERRORS:
            frames = []
        made: list[Packet[Any]] = []
        for frame in frames:
            if not self._is_shown(frame.pts, frame.dts):
                continue
            stamp = self._clock.follow(frame.pts, frame.dts)
            even = frame.reformat(self._width, self._height, format="yuv420p")
            even.pts, even.time_base = stamp, time_base_of(self._source)
            made.extend(self.stream.encode(even))
        return made


class EncodedSound:
    """Samples encoded as they are needed, cut or filled with silence to an exact number."""

    def __init__(self, target: OutputContainer, container: Container, blocks: Iterator[Samples], total: int) -> None:
        self._blocks = blocks
        self._total = total
        self._rate = container.music_rate
        self._waiting: list[Samples] = []
        self._n_waiting = 0
        self._at = 0
        self._is_done = False
        stream: Any = target.add_stream(container.music_codec, rate=self._rate, layout="stereo")
        stream.bit_rate = container.music_bit_rate
        self.stream = stream

    def until(self, time_s: float | None) -> Iterator[Packet[Any]]:
        """Packets up to a time in seconds; None for all that are left."""
        while not self._is_done and (time_s is None or self._at < time_s * self._rate):
            size = min(self.stream.codec_context.frame_size or _BLOCK, self._total - self._at)
            if size <= 0:
                self._is_done = True
                yield from self.stream.encode(None)
                return
            frame = av.AudioFrame.from_ndarray(self._next(size), format="fltp", layout="stereo")
            frame.sample_rate, frame.pts, frame.time_base = self._rate, self._at, Fraction(1, self._rate)
            self._at += size
            yield from self.stream.encode(frame)

    def _next(self, size: int) -> Samples:
        """The next samples, f32 `[2, size]`; silence behind the last block."""
        while self._n_waiting < size:
            block = next(self._blocks, None)
            if block is None:
                block = np.zeros((2, size), np.float32)
            self._waiting.append(block)
            self._n_waiting += block.shape[1]
        joined = np.concatenate(self._waiting, axis=1)
        self._waiting = [joined[:, size:]]
        self._n_waiting -= size
        return np.ascontiguousarray(joined[:, :size])
