"""Which picture and sound codecs the output containers take, asked of FFmpeg itself before any long work."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import av
from av.audio.stream import AudioStream

from engine.errors import OutputError
from engine.signals import VideoInfo
from engine.video.reading import MEDIA_ERRORS, open_media, packets_of, picture_stream
from engine.video.tracks import CopiedTrack

if TYPE_CHECKING:
    from av.packet import Packet
    from av.video.stream import VideoStream


@dataclass(frozen=True, slots=True)
class Container:
    """An output container.

    Attributes:
        suffix: of the file name.
        format: FFmpeg's name of the muxer.
        music_codec, music_rate, music_bit_rate: how the music is encoded.
        sound_codecs: codecs of an original sound track that players expect in it; empty for any that FFmpeg takes.
        options: muxer options.
    """

    suffix: str
    format: str
    music_codec: str
    sound_codecs: frozenset[str]
    options: dict[str, str]
    music_rate: int = 48_000
    music_bit_rate: int = 192_000


_FASTSTART: Final = {"movflags": "+faststart"}
CONTAINERS: Final = {
    container.suffix: container
    for container in (
        Container(".mp4", "mp4", "aac", frozenset({"aac", "mp3", "ac3", "eac3", "alac", "opus", "flac"}), _FASTSTART),
        Container(".mov", "mov", "aac", frozenset({"aac", "mp3", "ac3", "alac", "pcm_s16le", "pcm_s24le"}), _FASTSTART),
        Container(".mkv", "matroska", "aac", frozenset(), {}),
        Container(".webm", "webm", "libopus", frozenset({"opus", "vorbis"}), {}),
    )
}

_NEEDS_STARTCODES: Final = frozenset({"vc1", "wmv3"})
"""FFmpeg writes these into MP4 and MOV, but as packets of an ASF file they lack the start codes that readers need."""

_TRIAL_PACKETS: Final = 4
_SPARE_BYTES: Final = 4_000_000


def container_of(output: Path) -> Container:
    """The container that a file name asks for.

    Raises:
        OutputError: if it is none that we write.
    """
    container = CONTAINERS.get(output.suffix.lower())
    if container is None:
        raise OutputError(
            "'{name}' names no video container that can be written.",
            "Let the name end in one of: {containers}.",
            name=output.name,
            containers=", ".join(CONTAINERS),
        )
    return container


def check_container(info: VideoInfo, output: Path) -> None:
    """Make sure, before any long work, that this video can be written to that file.

    Raises:
        OutputError: if the folder is missing or not writable, the disk too full, the output the input itself, the
            container unknown, or one that cannot hold the picture while another can.
    """
    container = container_of(output)
    check_place(output, n_bytes=_size_of(Path(info.path)), source=Path(info.path))
    picture_is_copied(info, container)


def picture_is_copied(info: VideoInfo, container: Container) -> bool:
    """Whether the picture's packets go into the container as they are; False where it must be encoded anew.

    It is encoded anew only where no container of ours takes it.

    Raises:
        OutputError: if another container takes it, or if it must be encoded and the container is WebM.
    """
    name = Path(info.path).name
    takers = takers_of(info)
    if container.suffix in takers:
        return True
    if takers:
        raise OutputError(
            "{container} cannot hold the picture of '{name}', which is {codec}.",
            "Let the output end in {takers}; the picture is then copied as it is.",
            container=container.suffix[1:].upper(),
            name=name,
            codec=info.codec.upper(),
            takers=" or ".join(takers),
        )
    if container.format == "webm":
        raise OutputError(
            "The picture of '{name}' is {codec} and must be encoded anew, which is not done for WebM.",
            "Let the output end in .mp4, .mov or .mkv.",
            name=name,
            codec=info.codec.upper(),
        )
    return False


def takers_of(info: VideoInfo) -> tuple[str, ...]:
    """Suffixes of the containers into which the picture can be copied; empty when it must be encoded anew."""
    path = Path(info.path)
    with open_media(path) as source:
        stream = picture_stream(source, path)
        if stream.codec_context.codec.canonical_name in _NEEDS_STARTCODES:
            return ()
        return tuple(suffix for suffix, container in CONTAINERS.items() if _takes(container, stream, info))


def takes_sound(container: Container, info: VideoInfo, index: int) -> bool:
    """Whether a sound track of the video can be copied into a container."""
    with open_media(Path(info.path)) as source:
        stream = source.streams[index]
        if not isinstance(stream, AudioStream) or stream.codec_context is None:
            return False
        if container.sound_codecs and stream.codec_context.codec.canonical_name not in container.sound_codecs:
            return False
        # Some codecs are refused only when their packets come, as AAC of unusual channels from a transport stream.
        packets = islice(packets_of(source, [stream]), _TRIAL_PACKETS)
        return _takes(container, stream, info, packets)


def _takes(
    container: Container, stream: VideoStream | AudioStream, info: VideoInfo, packets: Iterable[Packet[Any]] = ()
) -> bool:
    """Whether FFmpeg writes the header of a container with such a stream, and some packets; to memory."""
    trial: Any = av.open(io.BytesIO(), "w", format=container.format)
    try:
        track = CopiedTrack(trial, stream, info)
        trial.start_encoding()
        for packet in packets:
            trial.mux(track.take(packet))
    except MEDIA_ERRORS:
        return False
    finally:
        discard(trial)
    return True


def discard(trial: Any) -> None:
    """Close a container whose contents nobody needs."""
    with suppress(*MEDIA_ERRORS):
        trial.close()


def check_place(output: Path, *, n_bytes: int = 0, source: Path | None = None) -> None:
    """Make sure that a file of about `n_bytes` can be written at `output`.

    Raises:
        OutputError: if not.
    """
    folder = output.absolute().parent
    if not folder.is_dir():
        raise OutputError("The folder '{folder}' does not exist.", "Make it first, or choose another.", folder=folder)
    if output.is_dir():
        raise OutputError("'{path}' is a folder.", "Give the name of a file in it.", path=output)
    if source is not None and output.exists() and source.exists() and output.samefile(source):
        raise OutputError(
            "'{name}' is the video itself.", "Choose another name; the original stays untouched.", name=output.name
        )
    if not os.access(folder, os.W_OK) or (output.exists() and not os.access(output, os.W_OK)):
        raise OutputError(
            "'{path}' may not be written: permission denied.", "Choose a folder of your own.", path=output
        )
    free = shutil.disk_usage(folder).free
    if free < n_bytes + _SPARE_BYTES:
        raise OutputError(
            "The disk of '{folder}' is nearly full: {free_mb:.0f} MB free, about {needed_mb:.0f} MB needed.",
            "Free some space or choose another disk.",
            folder=folder,
            free_mb=free / 1e6,
            needed_mb=n_bytes / 1e6,
        )


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
