"""What a picture does on each beat: motion, onsets, cutting, light, colour, novelty, as plain measures with units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.features.beats import SAMPLE_HZ, Clock, held, is_gradual, nearest_step, speed
from engine.features.transfer import Scale
from engine.signals import FrameSignals
from engine.timebase import BEATS_PER_BAR, STEPS_PER_BEAT, Shot, TempoMap

FloatArray = NDArray[np.float32]

UNITS: Final = MappingProxyType(
    {
        "motion": "picture widths/s",
        "camera": "picture widths/s",
        "onset": "0..1",
        "cut_rate": "cuts/s",
        "shot_length": "s",
        "novelty": "typical changes",
        "cut": "0..1",
        "flash": "0..1",
        "brightness": "0..1",
        "contrast": "0..1",
        "saturation": "0..1",
        "colourfulness": "0..1",
        "warmth": "-1 blue .. +1 orange",
        "detail": "0..1",
    }
)
"""Measures of a beat and their units; see `Picture`."""

MOTION: Final = Scale(half=0.05, power=0.7)
"""Speeds span decades: a talking head makes 0.01 widths/s (activity 0.24), a walk past the camera 0.05, a pan 0.2
(0.73), a chase 0.8 (0.87)."""

_LOOKS: Final = ("brightness", "contrast", "saturation", "colourfulness", "warmth", "detail")
_RISE_S: Final = 0.25
_CUT_RATE_REACH_S: Final = 2.5
_FULL_SALIENCE: Final = 0.66
_CUT_ONSET: Final = 0.7

_NOVELTY_BINS: Final = 16
_TYPICAL_CHANGE: Final = MappingProxyType(
    {
        "brightness": (0.0, 1.0, 0.15),
        "contrast": (0.0, 1.0, 0.12),
        "saturation": (0.0, 1.0, 0.12),
        "colourfulness": (0.0, 1.0, 0.15),
        "warmth": (-1.0, 1.0, 0.15),
        "detail": (0.0, 0.5, 0.06),
        "motion": (0.0, 1.0, 0.3),
    }
)
"""Lowest and highest value of a histogram, and the shift of it that a change of scene typically makes."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """Measures of T beats, f32 `[T]` each, NaN where unknown. Units in `UNITS`.

    Attributes:
        motion, camera: mean speed of the picture, and of its common translation.
        onset: 0..1, the largest rise of motion activity within the beat, or the salience of a hard cut on it.
        cut_rate: cuts per second around the beat (Gaussian window of 2.5 s), faint ones counting less.
        shot_length: length of the shot that shows, in seconds.
        novelty: how far the histograms of colour, light and motion move from the four beats before to the four from
            here on (first Wasserstein distance, root mean square over the histograms), in units of a typical change.
        cut: salience of a cut nearby, falling off over a bar either way, shared where cuts are dense.
        flash: brightest flash within the beat, 0..1.
        brightness .. detail: means, as in `engine.signals.FrameSignals`.
    """

    motion: FloatArray
    camera: FloatArray
    onset: FloatArray
    cut_rate: FloatArray
    shot_length: FloatArray
    novelty: FloatArray
    cut: FloatArray
    flash: FloatArray
    brightness: FloatArray
    contrast: FloatArray
    saturation: FloatArray
    colourfulness: FloatArray
    warmth: FloatArray
    detail: FloatArray

    def by_name(self) -> dict[str, FloatArray]:
        """All measures by name, in the order of `UNITS`."""
        return {name: getattr(self, name) for name in UNITS}


def measure_picture(signals: FrameSignals, shots: Sequence[Shot], tempo: TempoMap, n_beats: int) -> Picture:
    """Cut the curves of a video into beats. Beats beyond its end go on as it ended."""
    clock = Clock.of(tempo, n_beats)
    times_s = signals.times_s
    looks = {name: held(curve_of(signals, name), times_s, clock) for name in _LOOKS}
    motion, camera = (speed(curve_of(signals, name), times_s, shots, clock) for name in ("motion", "camera"))
    activity = MOTION(motion)
    cuts = _cut_beats(shots[1:], tempo, n_beats)
    sudden = _cut_beats([shot for shot in shots[1:] if not is_gradual(shot)], tempo, n_beats)
    return Picture(
        motion=clock.means(motion),
        camera=clock.means(camera),
        onset=_onsets(activity, sudden, clock),
        cut_rate=_cut_rate(shots, clock, duration_s=float(signals.info.duration_s)),
        shot_length=_shot_lengths(shots, clock),
        novelty=_novelty({**looks, "motion": activity}, clock),
        cut=_cut_nearness(cuts, n_beats),
        flash=clock.peaks(held(curve_of(signals, "flash"), times_s, clock)),
        **{name: clock.means(samples) for name, samples in looks.items()},
    )


def curve_of(signals: FrameSignals, name: str) -> FloatArray:
    """A curve of the frames, f32 `[F]`; unknown throughout where the analysis lacks it."""
    curve = signals.curves.get(name)
    return np.full(len(signals.pts), np.nan, np.float32) if curve is None else np.asarray(curve, np.float32)


def rises(activity: FloatArray) -> FloatArray:
    """How much motion activity grew within the last quarter of a second, 0..1, f32 `[n_samples]`."""
    lag = round(_RISE_S * SAMPLE_HZ)
    before = np.concatenate([np.full(lag, activity[0], np.float32), activity])[: len(activity)]
    return np.asarray(np.maximum(activity - before, 0), np.float32)


def _cut_beats(begun: Sequence[Shot], tempo: TempoMap, n_beats: int) -> list[tuple[int, float]]:
    """(beat on whose 16ths it falls, salience) of the beginning of each shot that the music covers."""
    found = [(nearest_step(tempo, shot.start_s) // STEPS_PER_BEAT, float(shot.salience)) for shot in begun]
    return [(beat, salience) for beat, salience in found if 0 <= beat < n_beats]


def _onsets(activity: FloatArray, cuts: Sequence[tuple[int, float]], clock: Clock) -> FloatArray:
    onset = clock.peaks(rises(activity))
    for beat, salience in cuts:
        onset[beat] = np.fmax(onset[beat], _CUT_ONSET * salience)
    return onset


def _cut_rate(shots: Sequence[Shot], clock: Clock, *, duration_s: float) -> FloatArray:
    """Weighted cuts per second; near the ends over the part of the window that the video fills."""
    centres_s = (clock.edges_s[:-1] + clock.edges_s[1:]) / 2
    centres_s = np.minimum(centres_s, duration_s)
    grid_s = np.linspace(0, max(duration_s, 1e-3), 2 + int(duration_s * 4))
    rate = np.zeros(clock.n_beats)
    for shot in shots[1:]:
        rate += _bell(centres_s - float(shot.start_s)) * min(1.0, shot.salience / _FULL_SALIENCE)
    filled = np.array([_bell(grid_s - centre).sum() for centre in centres_s]) * (grid_s[1] - grid_s[0])
    return np.asarray(rate / np.maximum(filled, 0.25), np.float32)


def _bell(distance_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Gaussian of unit area."""
    scaled = distance_s / _CUT_RATE_REACH_S
    return np.asarray(np.exp(-(scaled**2) / 2) / (_CUT_RATE_REACH_S * np.sqrt(2 * np.pi)))


def _shot_lengths(shots: Sequence[Shot], clock: Clock) -> FloatArray:
    starts_s = np.array([float(shot.start_s) for shot in shots])
    lengths_s = np.array([float(shot.duration_s) for shot in shots], np.float32)
    centres_s = (clock.edges_s[:-1] + clock.edges_s[1:]) / 2
    shot = np.maximum(np.searchsorted(starts_s, centres_s, "right") - 1, 0)
    return np.asarray(lengths_s[shot], np.float32)


def _cut_nearness(cuts: Sequence[tuple[int, float]], n_beats: int) -> FloatArray:
    """Triangles of one bar either way around the cuts, as `engine.music.controls.measure_novelty` answers a change.

    Where cuts follow each other within a bar, each says less: another of the same is nothing new.
    """
    nearness = np.zeros(n_beats)
    places = np.array([beat for beat, _ in cuts])
    for beat, salience in cuts:
        crowd = np.maximum(1 - np.abs(places - beat) / BEATS_PER_BAR, 0).sum()
        triangle = np.maximum(1 - np.abs(np.arange(n_beats) - beat) / BEATS_PER_BAR, 0)
        nearness = np.maximum(nearness, salience / np.sqrt(crowd) * triangle)
    return nearness.astype(np.float32)


def _novelty(curves: dict[str, FloatArray], clock: Clock) -> FloatArray:
    """See `Picture.novelty`."""
    total, count = np.zeros(clock.n_beats), np.zeros(clock.n_beats)
    for name, (low, high, typical) in _TYPICAL_CHANGE.items():
        samples = curves[name]
        distance = np.zeros(clock.n_beats)
        for threshold in np.linspace(low, high, _NOVELTY_BINS + 1)[:-1] + (high - low) / _NOVELTY_BINS / 2:
            # Cumulative histograms, each step softened over a bin so that small shifts count.
            share = np.clip((threshold - samples) / (high - low) * _NOVELTY_BINS + 0.5, 0, 1)
            distance += np.abs(_step_of_bars(clock.means(share.astype(np.float32))))
        distance *= (high - low) / _NOVELTY_BINS / typical
        known = np.isfinite(distance)
        total += np.where(known, distance, 0) ** 2
        count += known
    return np.where(count > 0, np.sqrt(total / np.maximum(count, 1)), np.nan).astype(np.float32)


def _step_of_bars(values: FloatArray) -> NDArray[np.float64]:
    """Mean of the four beats from here on minus that of the four before; the ends are held."""
    padded = np.pad(values.astype(np.float64), BEATS_PER_BAR, "edge")
    means = np.convolve(padded, np.full(BEATS_PER_BAR, 1 / BEATS_PER_BAR), "valid")
    return means[BEATS_PER_BAR : BEATS_PER_BAR + len(values)] - means[: len(values)]
