"""The sound of the demo film: sea, wind, a train, a city and rain, made of filtered noise and a few sine waves."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyloudnorm
from numpy.typing import NDArray

from resources.demo import train
from resources.demo.draw import FPS
from resources.demo.scenes import N_FRAMES, SCENES

SAMPLE_RATE = 44100
LOUDNESS_LUFS = -30.0
"""Integrated loudness: soft, so that music can lie over it."""
_BLEND_S = 0.12

Samples = NDArray[np.float64]
"""Stereo sound, [2, n]."""


def _noise(n: int, seed: int, low_hz: float, high_hz: float, tilt: float = 0.0) -> Samples:
    """Stereo noise between two frequencies, unit variance; `tilt` in powers of frequency (-1 is brownish)."""
    rng = np.random.default_rng(seed)
    spectrum = np.fft.rfft(rng.standard_normal((2, n)), axis=1)
    hz = np.fft.rfftfreq(n, 1 / SAMPLE_RATE)
    shape = 1 / np.sqrt((1 + (low_hz / np.maximum(hz, 1)) ** 4) * (1 + (hz / high_hz) ** 4))
    shape *= (np.maximum(hz, 20) / 1000) ** tilt
    sound = np.fft.irfft(spectrum * shape, n, axis=1)
    return np.asarray(sound / sound.std())


def _swell(n: int, seed: int, rate_hz: float) -> NDArray[np.float64]:
    """A slow random movement between 0 and 1, about `rate_hz` times a second."""
    knots = np.random.default_rng(seed).random(int(n / SAMPLE_RATE * rate_hz * 2) + 4)
    place = np.linspace(0, len(knots) - 1.001, n)
    whole = place.astype(np.int64)
    part = 0.5 - 0.5 * np.cos(np.pi * (place - whole))
    return np.asarray(knots[whole] * (1 - part) + knots[whole + 1] * part)


def _time(n: int) -> NDArray[np.float64]:
    return np.arange(n) / SAMPLE_RATE


def _pluck(sound: Samples, at_s: float, tone: NDArray[np.float64], pan: float) -> None:
    """Add a short mono tone at a moment, in place; pan -1 (left) to 1 (right)."""
    start = round(at_s * SAMPLE_RATE)
    stop = min(start + len(tone), sound.shape[1])
    if 0 <= start < stop:
        gains = np.sqrt(np.array([1 - pan, 1 + pan]) / 2)
        sound[:, start:stop] += gains[:, None] * tone[: stop - start]


def _harbour(n: int) -> Samples:
    """Small waves on a quay, and a halyard that rings against a mast."""
    wash = 0.35 + 0.65 * _swell(n, 601, 0.35) ** 2
    sound = _noise(n, 602, 60, 420, -0.5) * wash + 0.22 * _noise(n, 603, 700, 3200) * wash**3
    t = _time(int(0.9 * SAMPLE_RATE))
    for at, pan, hz in ((0.9, 0.5, 1870), (1.32, 0.5, 1905), (2.9, 0.3, 1650)):
        ring = np.sin(2 * np.pi * hz * t) + 0.5 * np.sin(2 * np.pi * hz * 2.76 * t)
        _pluck(sound, at, 0.13 * ring * np.exp(-t / 0.16) * (1 - np.exp(-t / 0.002)), pan)
    return sound


def _dawn(n: int) -> Samples:
    """A breath of wind and a few birds."""
    sound = 0.55 * _noise(n, 611, 150, 900, -0.6) * (0.4 + 0.6 * _swell(n, 612, 0.5))
    rng = np.random.default_rng(613)
    at = 0.7
    while at < n / SAMPLE_RATE - 0.2:
        length, base, pan = rng.uniform(0.06, 0.13), rng.uniform(2600, 4300), rng.uniform(-0.7, 0.7)
        for _ in range(int(rng.integers(1, 4))):
            t = _time(int(length * SAMPLE_RATE))
            sweep = base * (t + rng.uniform(-0.9, 1.1) * t * t / (2 * length) * 0.4)
            _pluck(sound, at, 0.20 * np.sin(2 * np.pi * sweep) * np.sin(np.pi * t / length) ** 2, float(pan))
            at += length + 0.035
        at += rng.uniform(0.10, 0.40)
    return sound


def _train(n: int) -> Samples:
    """A rumble that grows with the speed of the picture, and rail joints that come ever faster."""
    t = _time(n)
    pace = np.array([train.speed(s) for s in t[::441]])
    drive = np.interp(t, t[::441], pace) / train.speed(train.LENGTH_S)
    sound: Samples = 1.3 * _noise(n, 621, 35, 160, -0.4) * (0.25 + drive)
    sound += 0.55 * _noise(n, 622, 300, 1500, -0.5) * (0.08 + drive**1.3)
    way = np.interp(t, t[::441], [train.travelled(s) for s in t[::441]])
    knock = _time(int(0.12 * SAMPLE_RATE))
    body = (np.sin(2 * np.pi * 95 * knock) + 0.5 * np.sin(2 * np.pi * 210 * knock)) * np.exp(-knock / 0.022)
    for joint in np.arange(0.15, way[-1], 0.85):
        at = float(np.interp(joint, way, t))
        for lag in (0.0, 0.16 / train.speed(at) ** 0.7):
            _pluck(sound, at + lag, 1.5 * body * (0.5 + 0.5 * train.speed(at) / train.speed(train.LENGTH_S)), 0.0)
    return sound


def _wind(n: int) -> Samples:
    """Wind over a hill, and the flutter of paper."""
    gust = 0.35 + 0.65 * _swell(n, 631, 0.9)
    flutter = 0.5 + 0.5 * np.sign(np.sin(2 * np.pi * 17 * _time(n) + 3 * _swell(n, 633, 3.0)))
    return 0.9 * _noise(n, 632, 200, 1100, -0.4) * gust + 0.12 * _noise(n, 634, 1500, 6000) * flutter * gust


def _paper(n: int) -> Samples:
    """A card that is slid and turned: a short rush of air that rises."""
    t = np.linspace(0, 1, n)
    rush = np.sin(np.pi * t**0.6) ** 2
    soft, bright = _noise(n, 641 + n, 250, 900, -0.3), _noise(n, 642 + n, 1500, 5000)
    sound: Samples = 0.75 * soft * (0.35 + 0.65 * rush) + 0.20 * bright * rush
    tick = _time(int(0.05 * SAMPLE_RATE))
    _pluck(sound, 0.004, 0.9 * np.sin(2 * np.pi * 320 * tick) * np.exp(-tick / 0.010), 0.0)
    return sound


def _city(n: int) -> Samples:
    """Traffic on a wet street, cars that pass on the left and on the right."""
    sound = 0.9 * _noise(n, 651, 40, 260, -0.4) + 0.18 * _noise(n, 652, 1200, 5000)
    t = _time(n)
    hiss = _noise(n, 653, 600, 2600, -0.2)
    for moment, pan in ((0.5, -0.7), (1.2, 0.6), (1.75, -0.6), (2.35, -0.75), (2.8, 0.5)):
        passing = np.exp(-np.square((t - moment) / 0.24))
        sound += 0.60 * hiss * passing * np.sqrt(np.array([[1 - pan], [1 + pan]]) / 2)
    return sound


def _rain(n: int) -> Samples:
    """Rain outside and single drops on the pane."""
    sound = 0.42 * _noise(n, 661, 900, 7000, -0.35) + 0.35 * _noise(n, 662, 60, 300, -0.5)
    rng = np.random.default_rng(663)
    tick = _time(int(0.03 * SAMPLE_RATE))
    for at in np.sort(rng.uniform(0, n / SAMPLE_RATE, 90)):
        hz, fall = rng.uniform(900, 3200), rng.uniform(0.002, 0.007)
        _pluck(
            sound,
            float(at),
            0.55 * rng.random() ** 2 * np.sin(2 * np.pi * hz * tick) * np.exp(-tick / fall),
            float(rng.uniform(-0.9, 0.9)),
        )
    return sound


def _calm(n: int) -> Samples:
    """Almost nothing: far air, dying away."""
    return 0.45 * _noise(n, 671, 120, 700, -0.5) * (1 - 0.6 * np.linspace(0, 1, n))


_SOUNDS: dict[str, Callable[[int], Samples]] = {
    "harbour": _harbour,
    "dawn": _dawn,
    "train": _train,
    "kites": _wind,
    "kite close": _wind,
    "city": _city,
    "rain": _rain,
    "end card": _calm,
}


def render_sound() -> NDArray[np.float32]:
    """The whole sound track, float32 [2, n], as long as the picture; scenes blend over a tenth of a second."""
    n = round(N_FRAMES / FPS * SAMPLE_RATE)
    track = np.zeros((2, n))
    blend = round(_BLEND_S * SAMPLE_RATE)
    for scene in SCENES:
        start = round(scene.first_frame / FPS * SAMPLE_RATE)
        stop = min(n, round(scene.end_frame / FPS * SAMPLE_RATE) + blend)
        sound = _SOUNDS.get(scene.name, _paper)(stop - start)
        into = round(scene.dissolve_frames / FPS * SAMPLE_RATE) or (blend if start else 1)
        after = blend if scene.name != "harbour" else SAMPLE_RATE + blend
        fade_in = np.sin(0.5 * np.pi * np.minimum(1, np.arange(sound.shape[1]) / into))
        fade_out = np.sin(0.5 * np.pi * np.minimum(1, np.arange(sound.shape[1])[::-1] / after))
        track[:, start:stop] += sound * fade_in * fade_out
    tail = round(0.8 * SAMPLE_RATE)
    track[:, -tail:] *= np.cos(0.5 * np.pi * np.linspace(0, 1, tail)) ** 2
    loudness = pyloudnorm.Meter(SAMPLE_RATE).integrated_loudness(track.T)
    track *= 10 ** ((LOUDNESS_LUFS - loudness) / 20)
    return track.astype(np.float32)
