"""What is asked of the notes themselves, beyond the condition rows: hits that must be heard, curves that were drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.direction import Direction
from engine.music.controls import smooth
from engine.music.curves import drawn
from engine.music.music_plan import MusicPlan
from engine.music.plan import Plan, Section
from engine.settings import GenerationSettings
from engine.timebase import BEATS_PER_BAR, STEPS_PER_BEAT

FloatArray = NDArray[np.float32]

_REGISTER_PITCHES: Final = (50.0, 72.0)
"""Mean pitch of what sounds where the register curve is 0 and 1: what three voices on a piano can bear."""
_TENSION_ROUGHNESS: Final = (0.05, 0.3)
"""Dissonance of a beat (`engine.music.curves.dissonance`) where the tension curve is 0 and 1."""
_MAX_ONSETS: Final = 16
RECALL: Final = 0.5
VARIED_RECALL: Final = 0.35
"""How far the estimate of a returning section is moved to that of its first showing while the music takes shape: it
recalls the theme and does not copy it."""


@dataclass(frozen=True, slots=True, eq=False)
class Wishes:
    """Wishes of T beats; a curve that is None asks for nothing.

    Attributes:
        n_beats: T.
        hits: steps on which something must start.
        chroma: chord tones of each beat, 0/1 f32 `[T, 12]`; all 1 where there is no chord.
        bass: the chord's bass, one-hot f32 `[T, 12]`; all 1 where there is no chord.
        density: notes that begin in a beat, f32 `[T]`, smoothed over a bar, as the others.
        register: mean MIDI pitch of what sounds, f32 `[T]`.
        tension: dissonance as `engine.music.curves.dissonance` measures it, f32 `[T]`.
        recalls: (beat of a returning section, the beat of the earlier one that it recalls, how strongly 0..1).
    """

    n_beats: int
    hits: tuple[int, ...]
    chroma: FloatArray
    bass: FloatArray
    density: FloatArray | None = None
    register: FloatArray | None = None
    tension: FloatArray | None = None
    recalls: tuple[tuple[int, int, float], ...] = ()

    @property
    def is_empty(self) -> bool:
        curves = (self.density, self.register, self.tension)
        return not self.hits and not self.recalls and all(curve is None for curve in curves)

    def since(self, first_beat: int) -> Wishes:
        """The wishes of what begins at a beat, counted from there."""
        curves = (self.density, self.register, self.tension)
        density, register, tension = (None if curve is None else curve[first_beat:] for curve in curves)
        steps = tuple(step - first_beat * STEPS_PER_BEAT for step in self.hits)
        hits = tuple(step for step in steps if step >= 0)
        recalls = tuple((beat - first_beat, source - first_beat, much) for beat, source, much in self.recalls)
        return Wishes(
            self.n_beats - first_beat,
            hits,
            self.chroma[first_beat:],
            self.bass[first_beat:],
            density=density,
            register=register,
            tension=tension,
            recalls=tuple(recall for recall in recalls if min(recall[:2]) >= 0),
        )


def wishes_of(
    plan: MusicPlan, settings: GenerationSettings, direction: Direction, quantiles: Mapping[str, Sequence[float]]
) -> Wishes:
    """What the notes of a plan must do.

    Args:
        quantiles: percentiles of the controls, as the bundle holds them; density is read off them.
    """
    curves = {
        name: smooth(values, BEATS_PER_BAR) for name, values in drawn(direction, plan.tempo, plan.n_beats).items()
    }
    chroma, bass = chord_classes(plan.harmony, plan.n_beats)
    return Wishes(
        n_beats=plan.n_beats,
        hits=plan.accent_steps() if settings.hit_onsets else (),
        chroma=chroma,
        bass=bass,
        density=_onsets(curves["density"], quantiles["density"]) if "density" in curves else None,
        register=_between(curves.get("register"), _REGISTER_PITCHES),
        tension=_between(curves.get("tension"), _TENSION_ROUGHNESS),
        recalls=recalled_beats(plan.harmony),
    )


def recalled_beats(harmony: Plan) -> tuple[tuple[int, int, float], ...]:
    """Which beats recall which: a section whose letter was there before, in the same key, recalls its first showing."""
    shown: dict[str, Section] = {}
    recalls: list[tuple[int, int, float]] = []
    for section in harmony.sections:
        model = shown.setdefault(section.letter[0], section)
        if model is section or model.key != section.key:
            continue
        much = VARIED_RECALL if section.letter.endswith("'") else RECALL
        length = min(section.end_beat - section.start_beat, model.end_beat - model.start_beat)
        recalls.extend((section.start_beat + i, model.start_beat + i, much) for i in range(length))
    return tuple(recalls)


def chord_classes(harmony: Plan, n_beats: int) -> tuple[FloatArray, FloatArray]:
    """Chord tones and bass of each beat, 0/1 f32 `[T, 12]` each; all 1 where there is no chord."""
    chroma, bass = np.ones((n_beats, 12), np.float32), np.ones((n_beats, 12), np.float32)
    for beat in range(n_beats):
        chord = harmony.chord_at(beat)
        if chord is not None:
            chroma[beat], bass[beat] = 0, 0
            chroma[beat, list(chord.chroma)] = 1
            bass[beat, chord.bass] = 1
    return chroma, bass


def _onsets(position: FloatArray, percentiles: Sequence[float]) -> FloatArray:
    """Notes a beat at positions 0..1 of the corpus' density, which is log-scaled."""
    density = np.interp(position, np.linspace(0.05, 0.95, 91), np.asarray(percentiles)[5:96])
    return np.asarray(np.expm1(density * np.log1p(_MAX_ONSETS)), np.float32)


def _between(position: FloatArray | None, ends: tuple[float, float]) -> FloatArray | None:
    return None if position is None else (ends[0] + (ends[1] - ends[0]) * position).astype(np.float32)
