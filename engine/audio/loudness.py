"""Loudness and true peak after ITU-R BS.1770-5, a limiter that keeps below a ceiling, and both brought to a target.

Everything goes through in blocks, so that a long piece can be cancelled; the meter agrees with pyloudnorm to 0.05 LU
(tested). The limiter looks ahead: its gain is down before the peak arrives, and comes back slowly. What it does is a
gain over time, so that the same can be done to every part of a mix.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import minimum_filter1d, uniform_filter1d
from scipy.signal import lfilter, resample_poly

from engine.audio.clip import AudioClip, db_to_gain
from engine.audio.curve import CELL, GainCurve
from engine.cancel import NEVER, CancelToken

Array = NDArray[np.float64]

SILENCE: Final = float("-inf")
_ABSOLUTE_GATE_LUFS: Final = -70.0
_RELATIVE_GATE_LU: Final = -10.0
_HOP_S: Final = 0.1
_HOPS_PER_BLOCK: Final = 4
_OVERSAMPLING: Final = 4
_CHUNK: Final = 1 << 16
_ATTACK_S: Final = 0.005
_RELEASE_S: Final = 0.15
_MARGIN_DB: Final = 0.05
"""The moving gain itself makes tiny new peaks: the limiter aims so far below its ceiling."""
_CLOSE_LU: Final = 0.05
_TRIES: Final = 6
MOST_LIMITING_DB: Final = 12.0
"""Beyond this a limiter is heard as distortion; then the target is missed, and that is said."""


def loudness_lufs(clip: AudioClip, *, curve: GainCurve | None = None, cancel: CancelToken = NEVER) -> float:
    """Integrated loudness with both gates; `SILENCE` for silence and for clips shorter than 0.4 s.

    Args:
        curve: a gain under which the clip is measured.
    """
    energy = _hop_energies(clip, curve, cancel)
    if len(energy) < _HOPS_PER_BLOCK:
        return SILENCE
    blocks = np.convolve(energy, np.full(_HOPS_PER_BLOCK, 1 / _HOPS_PER_BLOCK), "valid")
    kept = blocks[blocks > _energy(_ABSOLUTE_GATE_LUFS)]
    if len(kept) == 0:
        return SILENCE
    kept = kept[kept > kept.mean() * 10 ** (_RELATIVE_GATE_LU / 10)]
    return float(-0.691 + 10 * np.log10(kept.mean()))


def true_peak_db(clip: AudioClip, *, curve: GainCurve | None = None, cancel: CancelToken = NEVER) -> float:
    """Largest value between the samples too, by 4x oversampling, in dB of full scale; `SILENCE` for silence."""
    peaks = [envelope.max(initial=0.0) for envelope in _oversampled_peaks(clip, cancel, cell=_CHUNK, curve=curve)]
    peak = max(peaks, default=0.0)
    return float(20 * np.log10(peak)) if peak > 0 else SILENCE


def levelling(
    clip: AudioClip,
    *,
    target_lufs: float | None,
    ceiling_db: float,
    most_limiting_db: float = MOST_LIMITING_DB,
    cancel: CancelToken = NEVER,
) -> GainCurve:
    """The gain over time that brings a clip to a loudness below a true-peak ceiling.

    One gain throughout, then a limiter on what passes the ceiling. As the limiter takes loudness away, the gain is
    found by trying. Where more than `most_limiting_db` of limiting would be needed, the clip stays softer than asked.
    Clips too short to have a loudness are brought to the ceiling by their peak, silence stays silence.

    Args:
        target_lufs: None leaves the level as it is, under the limiter.
    """
    peaks = np.concatenate(list(_oversampled_peaks(clip, cancel, cell=CELL)) or [np.zeros(0)])
    peak = float(peaks.max(initial=0.0))
    if peak == 0:
        return GainCurve.flat(clip.n)
    room_db = ceiling_db - float(20 * np.log10(peak))
    if target_lufs is None:
        return _safe(clip, peaks, 0.0, ceiling_db, cancel)
    loudness = loudness_lufs(clip, cancel=cancel)
    gain_db = room_db if loudness == SILENCE else min(target_lufs - loudness, room_db + most_limiting_db)
    tried: list[tuple[float, float]] = []
    for _ in range(_TRIES):
        if gain_db <= room_db:
            break
        curve = _limited(peaks, gain_db, ceiling_db - _MARGIN_DB, clip)
        tried.append((gain_db, loudness_lufs(clip, curve=curve, cancel=cancel)))
        wanted_db = min(_next_gain_db(tried, target_lufs), room_db + most_limiting_db)
        if abs(target_lufs - tried[-1][1]) <= _CLOSE_LU or abs(wanted_db - gain_db) < 0.01:
            break
        gain_db = wanted_db
    return _safe(clip, peaks, gain_db, ceiling_db, cancel)


def _next_gain_db(tried: list[tuple[float, float]], target_lufs: float) -> float:
    """Where the line through the last two tries meets the target; after one try, as if nothing were lost."""
    gain_db, reached = tried[-1]
    slope = 1.0
    if len(tried) > 1 and abs(tried[-1][0] - tried[-2][0]) > 1e-6:
        slope = (reached - tried[-2][1]) / (gain_db - tried[-2][0])
    return gain_db + (target_lufs - reached) / min(1.0, max(slope, 0.2))


def _limited(peaks: Array, gain_db: float, ceiling_db: float, clip: AudioClip) -> GainCurve:
    """A gain and the limiter behind it. `peaks`: of each cell of the clip, between the samples too."""
    gain = db_to_gain(gain_db)
    needed = np.minimum(1.0, db_to_gain(ceiling_db) / np.maximum(peaks * gain, 1e-9))
    if np.all(needed == 1):
        return GainCurve.flat(clip.n, gain)
    return GainCurve(_smoothed(needed, clip.sample_rate) * gain, clip.n)


def _safe(clip: AudioClip, peaks: Array, gain_db: float, ceiling_db: float, cancel: CancelToken) -> GainCurve:
    """A gain and the limiter behind it, measured to stay below the ceiling."""
    if float(peaks.max(initial=0.0)) * db_to_gain(gain_db) <= db_to_gain(ceiling_db):
        return GainCurve.flat(clip.n, db_to_gain(gain_db))
    margin_db = _MARGIN_DB
    while True:
        curve = _limited(peaks, gain_db, ceiling_db - margin_db, clip)
        over_db = true_peak_db(clip, curve=curve, cancel=cancel) - ceiling_db
        if over_db <= 0:
            return curve
        margin_db += over_db + 0.01


def _smoothed(needed: Array, sample_rate: int) -> Array:
    """Gain per cell, nowhere above what is needed: held around each dip, eased into it, slowly back."""
    cells = sample_rate / CELL
    attack = max(1, round(_ATTACK_S * cells))
    held = minimum_filter1d(needed, 2 * attack + 3, mode="nearest")
    recover = 1 - np.exp(-1 / (_RELEASE_S * cells))
    gain = np.empty_like(held)
    level = 1.0
    for i, target in enumerate(held.tolist()):
        level = target if target < level else level + recover * (target - level)
        gain[i] = level
    return np.asarray(np.minimum(uniform_filter1d(gain, 2 * attack + 1, mode="nearest"), 1.0), np.float64)


def _hop_energies(clip: AudioClip, curve: GainCurve | None, cancel: CancelToken) -> Array:
    """Mean square of the K-weighted channels, summed, of each whole 0.1 s."""
    hop = round(_HOP_S * clip.sample_rate)
    stages = _k_weighting(clip.sample_rate)
    states = [np.zeros((2, 2)) for _ in stages]
    hops_a_chunk = max(1, _CHUNK // hop)
    energies = []
    for low in range(0, clip.n - hop + 1, hop * hops_a_chunk):
        cancel.raise_if_cancelled()
        wave = clip.samples[:, low : low + hop * hops_a_chunk].astype(np.float64)
        if curve is not None:
            wave *= curve.between(low, low + wave.shape[1])
        for i, (b, a) in enumerate(stages):
            wave, states[i] = lfilter(b, a, wave, axis=1, zi=states[i])
        count = wave.shape[1] // hop
        energies.append((wave[:, : count * hop].reshape(2, count, hop) ** 2).mean(2).sum(0))
    return np.concatenate(energies) if energies else np.zeros(0)


def _energy(lufs: float) -> float:
    return float(10 ** ((lufs + 0.691) / 10))


def _k_weighting(sample_rate: int) -> list[tuple[Array, Array]]:
    """The two filters of BS.1770 annex 1 at any rate: a high shelf, then a high-pass (bilinear, as the standard's)."""
    shelf_hz, shelf_db, shelf_q = 1681.974450955533, 3.999843853973347, 0.7071752369554196
    k = np.tan(np.pi * shelf_hz / sample_rate)
    v_high = 10 ** (shelf_db / 20)
    v_band = v_high**0.4996667741545416
    scale = 1 + k / shelf_q + k * k
    shelf_b = np.array(
        [v_high + v_band * k / shelf_q + k * k, 2 * (k * k - v_high), v_high - v_band * k / shelf_q + k * k]
    )
    shelf_a = np.array([scale, 2 * (k * k - 1), 1 - k / shelf_q + k * k])
    pass_hz, pass_q = 38.13547087602444, 0.5003270373238773
    k = np.tan(np.pi * pass_hz / sample_rate)
    pass_a = np.array(
        [1.0, 2 * (k * k - 1) / (1 + k / pass_q + k * k), (1 - k / pass_q + k * k) / (1 + k / pass_q + k * k)]
    )
    return [(shelf_b / scale, shelf_a / scale), (np.array([1.0, -2.0, 1.0]), pass_a)]


def _oversampled_peaks(
    clip: AudioClip, cancel: CancelToken, *, cell: int, curve: GainCurve | None = None
) -> list[Array]:
    """Largest 4x oversampled magnitude of both channels in each cell of points, chunk by chunk."""
    margin = 64
    result = []
    for low in range(0, clip.n, _CHUNK):
        cancel.raise_if_cancelled()
        first, last = max(0, low - margin), min(clip.n, low + _CHUNK + margin)
        wave = clip.samples[:, first:last]
        if curve is not None:
            wave = wave * curve.between(first, last).astype(np.float32)
        fine = np.abs(resample_poly(wave, _OVERSAMPLING, 1, axis=1)).max(0)
        count = min(_CHUNK, clip.n - low)
        fine = fine[(low - first) * _OVERSAMPLING : (low - first + count) * _OVERSAMPLING]
        cells = -(-count // cell)
        padded = np.pad(fine, (0, cells * cell * _OVERSAMPLING - len(fine)))
        result.append(padded.reshape(cells, -1).max(1).astype(np.float64))
    return result
