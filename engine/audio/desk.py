"""The mixing desk: parts come in dry, each gets its level, tone and place; together they stand in a room.

Levels are set by ear, that is by measurement: soundfonts differ by more than 20 dB between programs, so each part's
fader is set such that its own loudness (BS.1770, gated, so that rests do not count) is the palette's level for it. The
room is a convolution with noise that dies away faster at high frequencies, made here, the same every time.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, fftconvolve, lfilter, sosfilt

from engine.audio.clip import AudioClip, Wave, db_to_gain
from engine.audio.loudness import SILENCE, loudness_lufs
from engine.cancel import NEVER, CancelToken
from engine.music.score import Part

Array = NDArray[np.float64]

REFERENCE_LUFS: Final = -20.0
"""Loudness of a part at level 0 LU before mastering."""
HIGHEST_GAIN_DB: Final = 40.0
_ROOM_SEED: Final = 20240229
_PREDELAY_S: Final = 0.012
_EARLY: Final = ((0.0043, 0.55), (0.0097, -0.48), (0.0163, 0.42), (0.0234, -0.35), (0.0331, 0.28), (0.0467, -0.22))
_BANDS_HZ: Final = (250.0, 2000.0, 6000.0)
_BAND_DECAY: Final = (1.05, 1.0, 0.6, 0.35)
"""Reverberation time of each band against the room's."""
_ROOM_CUT_HZ: Final = 160.0
_CHORUS_VOICES: Final = ((0.011, 0.0021, 0.57, 0.0), (0.017, 0.0027, 0.41, 0.33))
"""Delay and depth in seconds, rate in Hz, phase in turns."""
PRESENCE: Final[Mapping[str, Mapping[int, float]]] = MappingProxyType(
    {"TimGM6mb.sf2": MappingProxyType({0: 7.0, 4: 3.0, 24: 4.0, 46: 3.0, 73: 4.0})}
)
"""High shelf in dB by soundfont and program, for programs that were recorded dull: with TimGM6mb a piano's middle C has
0.1 % of its energy above 2.5 kHz, against about 1 % in recordings of pianos."""
_PRESENCE_HZ: Final = 1800.0
_CHUNK: Final = 1 << 16


class Desk:
    """Adds parts one by one; `mixed` gives the whole.

    Args:
        points: length of the mix. room_s: reverberation time. presence: see `PRESENCE`.
    """

    def __init__(
        self, *, points: int, sample_rate: int, room_s: float, presence: Mapping[int, float] | None = None
    ) -> None:
        self._rate = sample_rate
        self._presence = presence or {}
        self._room_s = room_s
        self._dry = np.zeros((2, points), np.float32)
        self._send = np.zeros((2, points), np.float32)

    def add(self, part: Part, wave: Wave, *, cancel: CancelToken = NEVER) -> None:
        """Take a dry part `[2, points]` in. Its samples are used up."""
        channel = channel_strip(part, wave, self._rate, presence=self._presence, cancel=cancel)
        self._dry += channel
        cancel.raise_if_cancelled()
        if part.reverb > 0:
            channel *= np.float32(part.reverb)
            self._send += channel

    def mixed(self, *, cancel: CancelToken = NEVER) -> AudioClip:
        """All parts and the room."""
        wet = reverberated(self._send, self._room_s, self._rate, cancel=cancel)
        wet += self._dry
        return AudioClip(wet, self._rate)


def channel_strip(
    part: Part,
    wave: Wave,
    sample_rate: int,
    *,
    presence: Mapping[int, float] | None = None,
    cancel: CancelToken = NEVER,
) -> Wave:
    """One part at its level, tone and place, f32 `[2, n]`; its samples are used up: long films have large parts."""
    shelf_db = (presence or {}).get(part.program, 0.0)
    if shelf_db:
        wave = _through(_high_shelf(shelf_db, sample_rate), wave, cancel)
    if part.lowpass_hz is not None:
        wave = _through(butter(2, min(part.lowpass_hz / (sample_rate / 2), 0.95)), wave, cancel)
    if part.chorus > 0:
        wave = _with_chorus(wave, part.chorus, sample_rate, cancel)
    loudness = loudness_lufs(AudioClip(wave, sample_rate), cancel=cancel)
    gain = 0.0
    if loudness != SILENCE:
        gain = db_to_gain(min(REFERENCE_LUFS + part.level_lu - loudness, HIGHEST_GAIN_DB))
    elif wave.any():  # too short to have a loudness: by its peak
        gain = db_to_gain(part.level_lu) * 0.25 / float(np.abs(wave).max())
    left, right = _balance(part.pan)
    wave *= np.array([[gain * left], [gain * right]], np.float32)
    return wave


def _balance(pan: float) -> tuple[float, float]:
    """Equal-power balance, 1 and 1 in the middle."""
    angle = (pan + 1) * np.pi / 4
    return float(np.cos(angle) * np.sqrt(2)), float(np.sin(angle) * np.sqrt(2))


def _through(coefficients: tuple[Array, Array], wave: Wave, cancel: CancelToken) -> Wave:
    """A second-order filter, in chunks."""
    b, a = coefficients
    out = np.empty_like(wave)
    state = np.zeros((2, 2))
    for low in range(0, wave.shape[1], _CHUNK):
        cancel.raise_if_cancelled()
        out[:, low : low + _CHUNK], state = lfilter(b, a, wave[:, low : low + _CHUNK], axis=1, zi=state)
    return out


def _high_shelf(gain_db: float, sample_rate: int) -> tuple[Array, Array]:
    """Bristow-Johnson's high shelf, slope 1."""
    level = 10 ** (gain_db / 40)
    w = 2 * np.pi * _PRESENCE_HZ / sample_rate
    cos, slope = np.cos(w), np.sin(w) * np.sqrt(2 * level)
    b = level * np.array(
        [
            level + 1 + (level - 1) * cos + slope,
            -2 * (level - 1 + (level + 1) * cos),
            level + 1 + (level - 1) * cos - slope,
        ]
    )
    a = np.array(
        [
            level + 1 - (level - 1) * cos + slope,
            2 * (level - 1 - (level + 1) * cos),
            level + 1 - (level - 1) * cos - slope,
        ]
    )
    return b / a[0], a / a[0]


def _with_chorus(wave: Wave, amount: float, sample_rate: int, cancel: CancelToken) -> Wave:
    """Two slowly wandering copies, one to each side."""
    out = wave.copy()
    points = wave.shape[1]
    middle = wave.mean(0)
    for channel, (delay_s, depth_s, rate_hz, phase) in zip(out, _CHORUS_VOICES, strict=True):
        for low in range(0, points, _CHUNK):
            cancel.raise_if_cancelled()
            index = np.arange(low, min(low + _CHUNK, points), dtype=np.float64)
            wander_s = delay_s + depth_s * np.sin(2 * np.pi * (rate_hz * index / sample_rate + phase))
            first = max(0, low - round(0.05 * sample_rate))
            known = np.arange(first, index[-1] + 1)
            copy = np.interp(index - wander_s * sample_rate, known, middle[first : int(index[-1]) + 1], left=0.0)
            channel[low : low + len(index)] += np.float32(amount) * copy.astype(np.float32)
    return out


def reverberated(send: Wave, room_s: float, sample_rate: int, *, cancel: CancelToken = NEVER) -> Wave:
    """The room's answer to what is sent into it, f32 of the same length."""
    if room_s <= 0 or not send.any():
        return np.zeros_like(send)
    response = room_response(room_s, sample_rate)
    out = np.zeros((2, send.shape[1] + response.shape[1]), np.float32)
    chunk = 1 << int(np.ceil(np.log2(response.shape[1])))
    for low in range(0, send.shape[1], chunk):
        for channel in range(2):
            cancel.raise_if_cancelled()
            wet = fftconvolve(send[channel, low : low + chunk], response[channel])
            out[channel, low : low + len(wet)] += wet
    return out[:, : send.shape[1]]


@lru_cache(maxsize=8)
def room_response(room_s: float, sample_rate: int) -> Wave:
    """Impulse response of a room, f32 `[2, n]`, unit energy a side: a few early echoes, then decaying noise."""
    points = int((room_s * 1.1 + _PREDELAY_S) * sample_rate)
    generator = np.random.Generator(np.random.PCG64(_ROOM_SEED))
    t = np.arange(points) / sample_rate
    response = np.zeros((2, points))
    for side in response:
        noise = generator.standard_normal(points)
        for band, decay in zip(_split_bands(noise, sample_rate), _BAND_DECAY, strict=True):
            side += band * 10 ** (-3 * t / (room_s * decay))
    response *= np.clip((t - _PREDELAY_S) / 0.02, 0, 1)
    response *= np.cos(np.clip((t - 0.8 * t[-1]) / (0.2 * t[-1]), 0, 1) * np.pi / 2)
    for echo, (time_s, level) in enumerate(_EARLY):
        for i, side in enumerate(response):
            at = int((_PREDELAY_S * 0.5 + time_s * (1 + 0.07 * (i if echo % 2 else 1 - i))) * sample_rate)
            side[at] += 6 * level
    response = sosfilt(butter(2, _ROOM_CUT_HZ, "high", fs=sample_rate, output="sos"), response, axis=1)
    response /= np.sqrt((response**2).sum(1, keepdims=True))
    return np.asarray(response, np.float32)


def _split_bands(noise: Array, sample_rate: int) -> list[Array]:
    """The noise in four bands that add up to it."""
    edges = [edge for edge in _BANDS_HZ if edge < 0.45 * sample_rate]
    lows = [sosfilt(butter(2, edge, fs=sample_rate, output="sos"), noise) for edge in edges]
    lows += [noise] * (len(_BAND_DECAY) - len(lows))
    return [lows[0], *(high - low for low, high in pairwise(lows))]
