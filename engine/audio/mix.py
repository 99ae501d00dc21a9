"""What happens to rendered music on its way to a file: length, fades, writing it."""

from __future__ import annotations

import struct
import wave
from fractions import Fraction
from pathlib import Path
from typing import Final

import numpy as np

from engine.audio.clip import AudioClip, Wave, points_of
from engine.cancel import NEVER, CancelToken
from engine.errors import OutputError
from engine.events import Report, no_report
from engine.wording import reason_of

_CLICK_FREE_S: Final = 0.01
_FULL_SCALE: Final = 32767
_BLOCK: Final = 1 << 16
_IEEE_FLOAT: Final = 3


def fit_length(clip: AudioClip, duration_s: Fraction) -> AudioClip:
    """Cut, or add silence, so that the clip has exactly `round(duration_s * sample_rate)` points."""
    points = points_of(duration_s, clip.sample_rate)
    if clip.n >= points:
        return AudioClip(clip.samples[:, :points], clip.sample_rate)
    return AudioClip(np.pad(clip.samples, ((0, 0), (0, points - clip.n))), clip.sample_rate)


def fold_over(clip: AudioClip, duration_s: Fraction) -> AudioClip:
    """Exactly so long, with what sounds after the end laid over the beginning, as when a loop comes round."""
    fitted = fit_length(clip, duration_s)
    samples = fitted.samples.copy()
    for first in range(fitted.n, clip.n, max(fitted.n, 1)):
        over = clip.samples[:, first : first + fitted.n]
        samples[:, : over.shape[1]] += over
    return AudioClip(samples, clip.sample_rate)


def fade_out(clip: AudioClip, seconds: float) -> AudioClip:
    """Fade at the end along a quarter cosine (equal power); the last point is exactly 0.

    A fade of 0 s still takes a hundredth, so that nothing clicks.
    """
    return AudioClip(_faded(clip.samples, clip.sample_rate, seconds), clip.sample_rate)


def fade_in(clip: AudioClip, seconds: float) -> AudioClip:
    """Fade at the start, the mirror of `fade_out`."""
    return AudioClip(_faded(clip.samples[:, ::-1], clip.sample_rate, seconds)[:, ::-1], clip.sample_rate)


def _faded(samples: Wave, sample_rate: int, seconds: float) -> Wave:
    points = min(samples.shape[1], round(max(seconds, _CLICK_FREE_S) * sample_rate))
    if points == 0:
        return samples
    curve = np.cos(np.linspace(0, np.pi / 2, points)).astype(np.float32)
    curve[-1] = 0
    out = samples.copy()
    out[:, -points:] *= curve
    return out


def write_wav(clip: AudioClip, path: Path, *, report: Report = no_report, cancel: CancelToken = NEVER) -> None:
    """Write 16-bit PCM, aside and renamed; rounded to the nearest step, so that silence stays zeros.

    Raises:
        OutputError: when the file cannot be written.
        RunCancelled: when cancelled; nothing is left behind.
    """
    aside = path.with_name(f".{path.name}.part")
    try:
        with aside.open("wb") as raw, wave.open(raw, "wb") as file:
            file.setnchannels(2)
            file.setsampwidth(2)
            file.setframerate(clip.sample_rate)
            for low in range(0, clip.n, _BLOCK):
                cancel.raise_if_cancelled()
                file.writeframesraw(_pcm(clip.samples[:, low : low + _BLOCK]))
                report(min(low + _BLOCK, clip.n), clip.n)
        aside.replace(path)
    except OSError as error:
        raise OutputError(
            "The sound file {name} cannot be written: {reason}.",
            "Choose another place.",
            name=path.name,
            reason=reason_of(error),
        ) from error
    finally:
        aside.unlink(missing_ok=True)


def write_float_wav(clip: AudioClip, path: Path, *, cancel: CancelToken = NEVER) -> None:
    """Write 32-bit float WAV in place: nothing is rounded and nothing clipped, as parts of a mix need it.

    Raises:
        OSError: when the file cannot be written.
        RunCancelled: when cancelled; what was written is left to the caller.
    """
    size = clip.n * 8
    form = struct.pack("<HHIIHHH", _IEEE_FLOAT, 2, clip.sample_rate, clip.sample_rate * 8, 8, 32, 0)
    chunks = b"fmt " + struct.pack("<I", len(form)) + form + b"fact" + struct.pack("<II", 4, clip.n)
    with path.open("wb") as file:
        file.write(b"RIFF" + struct.pack("<I", 4 + len(chunks) + 8 + size) + b"WAVE" + chunks)
        file.write(b"data" + struct.pack("<I", size))
        for low in range(0, clip.n, _BLOCK):
            cancel.raise_if_cancelled()
            file.write(clip.samples[:, low : low + _BLOCK].T.astype("<f4").tobytes())


def _pcm(samples: Wave) -> bytes:
    steps = np.rint(np.clip(samples, -1, 1) * np.float32(_FULL_SCALE))
    return bytes(steps.T.astype("<i2").tobytes())
