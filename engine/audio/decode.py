"""Sound out of any media file, at a given rate, aligned to the picture."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import numpy as np

from engine.audio.clip import AudioClip, Wave, points_of
from engine.cancel import NEVER, CancelToken
from engine.errors import InputError
from engine.events import Report, no_report

_RESYNC_S: Final = 0.05
"""A stamp this far from where the sound has got to is believed: a gap is filled, an overlap replaced."""
_LONGEST_GAP_S: Final = 600
"""... unless it is so far off that it cannot mean the picture's clock."""


def read_audio(
    path: Path,
    *,
    sample_rate: int = 44100,
    stream_index: int | None = None,
    start_s: Fraction = Fraction(0),
    duration_s: Fraction | None = None,
    report: Report = no_report,
    cancel: CancelToken = NEVER,
) -> AudioClip:
    """Decode one audio track to stereo.

    Args:
        path: any file that FFmpeg reads.
        stream_index: number of the stream in the file; the first audio track when None.
        start_s: file time that becomes point 0 (the first picture's time); sound before it is cut, a later start
            becomes silence.
        duration_s: exact length of the result; what the track gives when None.

    Returns:
        Decoding stops at the first damaged packet and keeps what came before.

    Raises:
        InputError: when the file cannot be opened or has no such audio track.
    """
    try:
        with av.open(str(path), mode="r") as container:
            stream = _audio_stream(container, stream_index, path)
            samples = _decoded(container, stream, sample_rate, start_s, duration_s, report, cancel)
    except (av.FFmpegError, OSError, ValueError) as error:
        raise InputError(
            "The sound of {name} cannot be read.", "Choose to replace it by the music.", name=path.name
        ) from error
    if duration_s is not None:
        points = points_of(duration_s, sample_rate)
        samples = np.pad(samples, ((0, 0), (0, max(0, points - samples.shape[1]))))[:, :points]
    return AudioClip(samples, sample_rate)


def _audio_stream(container: Any, stream_index: int | None, path: Path) -> Any:
    streams = [s for s in container.streams.audio if s.codec_context is not None]
    wanted = [s for s in streams if stream_index is None or s.index == stream_index]
    if not wanted:
        raise InputError(
            "{name} has no sound that can be decoded.", "Choose to replace it by the music.", name=path.name
        )
    return wanted[0]


def _decoded(
    container: Any,
    stream: Any,
    sample_rate: int,
    start_s: Fraction,
    duration_s: Fraction | None,
    report: Report,
    cancel: CancelToken,
) -> Wave:
    """All frames resampled and laid at their times, f32 `[2, n]`."""
    resampler = av.AudioResampler(format="fltp", layout="stereo", rate=sample_rate)
    end_s = None if duration_s is None else start_s + duration_s
    tape = _Tape(sample_rate)
    try:
        for frame in container.decode(stream):
            cancel.raise_if_cancelled()
            time_s = None if frame.pts is None or frame.time_base is None else frame.pts * frame.time_base - start_s
            for block in resampler.resample(frame):
                tape.lay(np.asarray(block.to_ndarray(), np.float32), time_s)
                time_s = None
            if duration_s is not None and tape.end_s > duration_s:
                break
            report(min(float(tape.end_s), float(end_s or tape.end_s)), float(duration_s or tape.end_s))
        for block in resampler.resample(None):
            tape.lay(np.asarray(block.to_ndarray(), np.float32), None)
    except av.FFmpegError:
        pass  # damaged from here on: what was heard so far is kept
    return tape.samples()


class _Tape:
    """Blocks of sound laid one after another, or at their stamps where these disagree."""

    def __init__(self, sample_rate: int) -> None:
        self._rate = sample_rate
        self._blocks: list[Wave] = []
        self._end = 0

    @property
    def end_s(self) -> Fraction:
        return Fraction(self._end, self._rate)

    def lay(self, block: Wave, time_s: Fraction | None) -> None:
        """Add `[2, n]`; a stamp before 0 cuts what lies before the picture."""
        if time_s is not None and abs(time_s - self.end_s) <= _LONGEST_GAP_S:
            at = round(time_s * self._rate)
            if not self._blocks or abs(at - self._end) > _RESYNC_S * self._rate:
                if at > self._end:
                    self._append(np.zeros((2, at - self._end), np.float32))
                else:
                    block = block[:, self._end - at :]
        self._append(block)

    def _append(self, block: Wave) -> None:
        if block.shape[1]:
            self._blocks.append(block)
            self._end += block.shape[1]

    def samples(self) -> Wave:
        if not self._blocks:
            return np.zeros((2, 0), np.float32)
        return np.ascontiguousarray(np.concatenate(self._blocks, axis=1), np.float32)
