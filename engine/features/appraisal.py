"""How lively, pleasant, tense, high or thick a picture is: absolute judgements 0..1 a beat, from its measures.

Directions and their sources; where a source gives numbers, they are used, else the numbers are ours:

- **pleasantness** rises with brightness and saturation: pleasure = 0.69 B + 0.22 S in standardised units (Valdez and
  Mehrabian 1994, "Effects of color on emotions", J. Exp. Psychol. Gen. 123); that bright is pleasant holds for short
  films too (Tarvainen, Westman and Oittinen 2015, "The way films feel"). Warmth adds little: film lights joy warm, yet
  single colours are liked best when blue (Wilms and Oberfeld 2018, "Color and emotion"), so that its weight is 0.1.
- **arousal** rises with saturation and falls with brightness: 0.60 S - 0.31 B (Valdez and Mehrabian 1994), and rises
  with motion and cutting rate, which makers of films use as pace (Cutting, Brunick and Candan 2012, "Perceiving event
  dynamics and parsing Hollywood films"). It has no row of its own to choose: in the control space it is the mean of
  flow, loudness and tempo, so it acts through density (motion, cutting) and intensity (motion, contrast, colour).
- **register** rises with brightness and fineness: high tones are matched with bright and small things (Spence 2011,
  "Crossmodal correspondences: a tutorial review").
- **tension** rises as the picture darkens, quickens and loses colour: the opposite of pleasure, times pace.
- **polyphony** rises with how much there is to see (colourfulness, detail), **articulation** (length of notes) with
  how little happens and how long a shot lasts. Ours; in music both go with density, and here they do as well.

Colour is standardised by the mean and deviation over one value a second of sixteen clips (adverts, animation, news,
street scenes, trailers; each clip weighted by the root of its length).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.features.picture import MOTION, Picture
from engine.features.transfer import Scale, either
from engine.music.controls import SEMANTIC_SPAN_BEATS

FloatArray = NDArray[np.float32]

CUTTING: Final = Scale(half=0.35, power=1.5)
"""Cuts per second: feature films cut every 4 to 5 s (0.3), adverts every 1 to 2 s (0.6 to 0.8)."""

CONTRAST: Final = Scale(half=0.45, power=3.0)
SHOT_LENGTH: Final = Scale(half=6.0)

_BRIGHTNESS: Final = (0.42, 0.22)
_SATURATION: Final = (0.29, 0.18)
_WARMTH: Final = (0.10, 0.15)
_COLOURFULNESS: Final = (0.32, 0.24)
_DETAIL: Final = (0.11, 0.08)
_ACTIVITY: Final = (0.40, 0.20)

_LIGHT_KERNEL: Final = (0.15, 0.7, 0.15)


@dataclass(frozen=True, slots=True, eq=False)
class Appraisal:
    """Absolute judgements of T beats, f32 `[T]` each, 0..1, NaN where unknown.

    Attributes:
        density, rhythm, intensity: smoothed over three beats, so that a bar keeps its shape.
        pleasantness, register, tension, richness, shot_length: smoothed over two bars.
    """

    density: FloatArray
    rhythm: FloatArray
    intensity: FloatArray
    pleasantness: FloatArray
    register: FloatArray
    tension: FloatArray
    richness: FloatArray
    shot_length: FloatArray


def appraise(picture: Picture) -> Appraisal:
    """Judge a picture. All judgements are non-decreasing in what the module's text says they rise with."""
    motion, cutting = MOTION(picture.motion), CUTTING(picture.cut_rate)
    density = lightly(either(0.85 * motion, 0.4 * picture.onset, 0.5 * cutting))
    rhythm = lightly(either(0.7 * motion, 0.6 * picture.onset, 0.45 * cutting))
    bright, colour = _standard(picture.brightness, _BRIGHTNESS), _standard(picture.saturation, _SATURATION)
    vivid = _share(0.60 * colour - 0.31 * bright, np.hypot(0.60, 0.31))
    contrast = CONTRAST(picture.contrast)
    intensity = either(0.6 * motion, 0.3 * contrast, 0.25 * vivid, 0.3 * cutting, 0.3 * picture.flash)
    slow_bright, slow_colour = smooth_known(bright), smooth_known(colour)
    warm = smooth_known(_standard(picture.warmth, _WARMTH))
    detail, colourful = (
        smooth_known(_standard(picture.detail, _DETAIL)),
        smooth_known(_standard(picture.colourfulness, _COLOURFULNESS)),
    )
    pace = _standard(smooth_known(density), _ACTIVITY)
    return Appraisal(
        density=density,
        rhythm=rhythm,
        intensity=lightly(intensity),
        pleasantness=_share(0.69 * slow_bright + 0.22 * slow_colour + 0.10 * warm, 0.73),
        register=_share(0.7 * slow_bright + 0.5 * detail, np.hypot(0.7, 0.5)),
        tension=_share(0.6 * pace - 0.6 * slow_bright - 0.35 * slow_colour, 0.92),
        richness=_share(0.6 * colourful + 0.6 * detail, 0.85),
        shot_length=smooth_known(SHOT_LENGTH(picture.shot_length)),
    )


def smooth_known(values: FloatArray, span_beats: int = SEMANTIC_SPAN_BEATS) -> FloatArray:
    """Centred moving average over what is known, as `engine.music.controls.smooth`; also for less than two bars."""
    n = len(values)
    padded = np.concatenate([values, np.full(max(0, span_beats - n), np.nan, np.float32)])
    known = np.isfinite(padded)
    kernel = np.ones(span_beats)
    total = np.convolve(np.where(known, padded, 0), kernel, "same")[:n]
    count = np.convolve(known, kernel, "same")[:n]
    return np.where(count > 0.5, total / np.maximum(count, 1), np.nan).astype(np.float32)


def lightly(values: FloatArray) -> FloatArray:
    """Smoothed over three beats, over what is known; what is unknown stays so."""
    known = np.isfinite(values)
    padded, there = np.pad(np.where(known, values, 0), 1), np.pad(known, 1)
    total = np.convolve(padded, _LIGHT_KERNEL, "valid")
    weight = np.convolve(there, _LIGHT_KERNEL, "valid")
    return np.where(known, total / np.maximum(weight, 1e-6), np.nan).astype(np.float32)


def _standard(values: FloatArray, reference: tuple[float, float]) -> FloatArray:
    mean, deviation = reference
    return ((values - mean) / deviation).astype(np.float32)


def _share(scores: FloatArray, deviation: float) -> FloatArray:
    """The share of a normal population that scores lower, by the logistic approximation."""
    return (1 / (1 + np.exp(-1.702 / deviation * scores.astype(np.float64)))).astype(np.float32)
