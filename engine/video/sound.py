"""The sound of media files as samples: decoded, resampled, on the clock of the picture."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from numpy.typing import NDArray

from engine.cancel import NEVER, CancelToken
from engine.errors import InputError
from engine.events import Report, no_report
from engine.signals import VideoInfo
from engine.video.reading import MEDIA_ERRORS, is_repeat, open_media, packets_of, time_base_of

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.container import InputContainer

_JITTER_S: Final = 0.04
"""Stamps that differ less than this from the samples counted so far are rounding, not a gap."""

Samples = NDArray[np.float32]


def n_samples(duration_s: Fraction, sample_rate: int) -> int:
    """Samples that last as long as the picture."""
    return round(duration_s * sample_rate)


def original_track(info: VideoInfo) -> int | None:
    """Index in the file of the sound track that players play; None where none can be decoded."""
    return next((track.index for track in info.audio if track.decodable), None)


def first_sound(path: Path) -> int:
    """Index of the first sound track of a file.

    Raises:
        InputError: if the file cannot be read or has none.
    """
    with open_media(path) as container:
        if not container.streams.audio:
            raise InputError("'{name}' has no sound.", "Give an audio file.", name=path.name)
        return container.streams.audio[0].index


def read_original_sound(
    info: VideoInfo, *, sample_rate: int, report: Report = no_report, cancel: CancelToken = NEVER
) -> Samples | None:
    """Decode the video's own sound, as f32 `[2, n]` from the first frame shown to the end of the last.

    n is exactly the duration times the rate; what is missing or damaged is silent, more channels are mixed down to two.
    None where the video has no sound that decodes.

    Raises:
        InputError: if the file cannot be opened any more.
        RunCancelled: soon after `cancel` asks.
    """
    index = original_track(info)
    if index is None:
        return None
    total = n_samples(info.duration_s, sample_rate)
    sound = np.zeros((2, total), np.float32)
    at, heard = 0, False
    blocks = sound_blocks(Path(info.path), index=index, origin_s=info.start_s, sample_rate=sample_rate, cancel=cancel)
    for block in blocks:
        end = min(total, at + block.shape[1])
        sound[:, at:end] = block[:, : end - at]
        at, heard = end, True
        report(at, total)
        if at == total:
            break
    return sound if heard else None


def sound_blocks(
    path: Path, *, index: int, origin_s: Fraction, sample_rate: int, cancel: CancelToken = NEVER
) -> Iterator[Samples]:
    """Samples of one sound track in blocks, f32 `[2, n]`, the first of them at `origin_s` on the file's clock.

    A track that begins later starts with silence, one that begins earlier is cut; gaps are silent.
    """
    with open_media(path) as container:
        stream = container.streams[index]
        if not isinstance(stream, AudioStream) or stream.codec_context is None:
            return
        base = time_base_of(stream)
        conversion = _Conversion(sample_rate)
        given, position = 0, None
        for frame in _decoded(container, stream, cancel):
            begin = None if frame is None or frame.pts is None else round((frame.pts * base - origin_s) * sample_rate)
            if position is None:
                position = begin or 0
            elif begin is not None and abs(begin - position) > _JITTER_S * sample_rate:
                position = begin
            block = conversion(frame)
            if position > given and block.shape[1]:
                yield np.zeros((2, position - given), np.float32)
                given = position
            late = block[:, max(0, given - position) :]
            position += block.shape[1]
            if late.shape[1]:
                yield late
                given = position


class _Conversion:
    """Turns decoded frames of any kind into f32 stereo blocks at one rate; follows a change of kind on the way."""

    def __init__(self, sample_rate: int) -> None:
        self._rate = sample_rate
        self._resampler = self._fresh()

    def _fresh(self) -> AudioResampler:
        return AudioResampler(format="fltp", layout="stereo", rate=self._rate)

    def __call__(self, frame: AudioFrame | None) -> Samples:
        """The samples ready after this frame; None drains what is still held back."""
        if frame is not None:
            # Gaps are filled outside; the resampler must not fill them again.
            frame.pts = None
        try:
            ready = self._resampler.resample(frame)
        except MEDIA_ERRORS:
            self._resampler = self._fresh()
            ready = self._resampler.resample(frame)
        blocks = [np.asarray(part.to_ndarray(), np.float32) for part in ready if part.samples]
        return np.concatenate([np.zeros((2, 0), np.float32), *blocks], axis=1)


def _decoded(container: InputContainer, stream: AudioStream, cancel: CancelToken) -> Iterator[AudioFrame | None]:
    """The frames of a sound track, damaged packets left out, and None behind the last."""
    for packet in packets_of(container, [stream], cancel):
        if is_repeat(packet):
            continue
        try:
            yield from stream.decode(packet)
        except MEDIA_ERRORS:
            continue
    yield None
