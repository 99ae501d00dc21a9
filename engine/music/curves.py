"""Curves that a user draws: from breakpoints in seconds to wishes a beat, and what the music made of them.

A curve says how much, 0..1, as a place in the corpus: 0.9 of density asks for as many notes as the busiest tenth of
real music has. What was achieved is measured on the notes, and compared by rank (Spearman), beat by beat, both sides
smoothed over a bar: the scale is the listener's affair, rise and fall are ours.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from engine.direction import Curve, Direction
from engine.music.controls import DYNAMIC, SEMANTIC, smooth
from engine.music.music_plan import MusicPlan
from engine.music.notes import Note, NoteTable
from engine.music.score import Score
from engine.timebase import BEATS_PER_BAR, STEPS_PER_BEAT, TempoMap

FloatArray = NDArray[np.float32]
Asker = Literal["user", "picture"]

CONTROLS_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "density": ("density", "rhythm"),
    "energy": ("intensity",),
    "register": ("register",),
    "tension": ("tension",),
}
"""The condition rows that a curve speaks to. Flow and loudness follow density and intensity by themselves."""

ROUGHNESS: Final = (0.0, 1.0, 0.7, 0.25, 0.2, 0.1, 0.75)
"""Dissonance of interval classes 0..6: semitone, tritone and whole tone are rough, thirds and fourths are not (the
order of Huron 1994, table 2; the numbers are ours)."""


def per_beat(curve: Curve, tempo: TempoMap, n_beats: int, *, offset_s: Fraction = Fraction(0)) -> FloatArray:
    """A curve's value in the middle of each beat, f32 `[T]`.

    Args:
        offset_s: the time in the video at which the music's own time begins.
    """
    middles_s = [float(tempo.seconds(beat) + tempo.seconds(beat + 1)) / 2 + float(offset_s) for beat in range(n_beats)]
    times_s = [float(time_s) for time_s, _ in curve.points]
    return np.interp(middles_s, times_s, [value for _, value in curve.points]).astype(np.float32)


def drawn(
    direction: Direction, tempo: TempoMap, n_beats: int, *, offset_s: Fraction = Fraction(0)
) -> dict[str, FloatArray]:
    """Every drawn curve, 0..1, f32 `[T]`; see `per_beat`."""
    return {curve.name: per_beat(curve, tempo, n_beats, offset_s=offset_s) for curve in direction.curves}


def measured(notes: Sequence[Note], score: Score, n_beats: int) -> dict[str, FloatArray]:
    """What each curve speaks of, as it came out, f32 `[T]` each.

    density: notes that begin in the beat; energy: mean velocity as played; register: mean pitch of what sounds;
    tension: dissonance of the pitch classes that sound. A beat without notes keeps the value before it.
    """
    table = NoteTable.from_notes(note for note in notes if 0 <= note.onset < n_beats * STEPS_PER_BEAT)
    return {
        "density": np.bincount(table.onset // STEPS_PER_BEAT, minlength=n_beats).astype(np.float32),
        "energy": played_velocity(score, n_beats),
        "register": sounding_pitch(table, n_beats),
        "tension": dissonance(table, n_beats),
    }


def played_velocity(score: Score, n_beats: int) -> FloatArray:
    """Mean velocity of the notes that begin in each beat, doubling parts left out, f32 `[T]`."""
    total, count = np.zeros(n_beats), np.zeros(n_beats)
    edges_s = np.array([float(score.tempo.seconds(beat)) for beat in range(n_beats + 1)])
    for part in score.parts:
        if part.doubles:
            continue
        starts_s = np.array([note.start_s for note in part.notes])
        beat = np.clip(np.searchsorted(edges_s, starts_s + 0.02, "right") - 1, 0, n_beats - 1)
        np.add.at(total, beat, [note.velocity for note in part.notes])
        np.add.at(count, beat, 1)
    return _held(total / np.maximum(count, 1), count > 0)


def sounding_classes(table: NoteTable, n_beats: int) -> NDArray[np.float64]:
    """How long each pitch class sounds in each beat, in steps, f64 `[T, 12]`."""
    classes = np.zeros((n_beats * STEPS_PER_BEAT, 12))
    for onset, pitch, duration in zip(table.onset, table.pitch, table.duration, strict=True):
        classes[onset : onset + duration, pitch % 12] += 1
    return np.asarray(classes.reshape(n_beats, STEPS_PER_BEAT, 12).sum(1))


def dissonance(table: NoteTable, n_beats: int) -> FloatArray:
    """Mean roughness of the pairs of pitch classes that sound in a beat, f32 `[T]`."""
    classes = sounding_classes(table, n_beats)
    steps = np.abs(np.subtract.outer(np.arange(12), np.arange(12)))
    rough = np.asarray(ROUGHNESS)[np.minimum(steps, 12 - steps)]
    total = classes.sum(1)
    share = classes / np.maximum(total, 1)[:, None]
    return _held(np.einsum("ti,ij,tj->t", share, rough, share), total > 0)


def sounding_pitch(table: NoteTable, n_beats: int) -> FloatArray:
    """Mean MIDI pitch of what sounds in each beat, f32 `[T]`."""
    total, count = np.zeros(n_beats * STEPS_PER_BEAT), np.zeros(n_beats * STEPS_PER_BEAT)
    for onset, pitch, duration in zip(table.onset, table.pitch, table.duration, strict=True):
        total[onset : onset + duration] += pitch
        count[onset : onset + duration] += 1
    by_beat = (values.reshape(n_beats, STEPS_PER_BEAT).sum(1) for values in (total, count))
    pitch_sum, sounding = by_beat
    return _held(pitch_sum / np.maximum(sounding, 1), sounding > 0)


def _held(values: NDArray[np.float64], known: NDArray[np.bool_]) -> FloatArray:
    if not known.any():
        return np.zeros(len(values), np.float32)
    last = np.maximum.accumulate(np.where(known, np.arange(len(values)), -1))
    last[last < 0] = int(np.flatnonzero(known)[0])
    return values[last].astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Agreement:
    """One curve, asked and achieved.

    Attributes:
        name: of the curve.
        asked: 0..1, f32 `[T]`; got: in the measure's own unit, f32 `[T]`; both smoothed over a bar.
        rho: Spearman's rank correlation, NaN where the asked curve is flat or there are fewer than three beats.
        asked_by: "user" for a drawn curve, else "picture"; what the picture asks is in the unit of its condition row.
    """

    name: str
    asked: FloatArray
    got: FloatArray
    rho: float
    asked_by: Asker = "user"

    def to_json(self) -> dict[str, Any]:
        return {
            "asked_by": self.asked_by,
            "spearman": None if math.isnan(self.rho) else round(self.rho, 3),
            "asked": [round(float(value), 3) for value in self.asked],
            "achieved": [round(float(value), 3) for value in self.got],
        }


def compare(asked: FloatArray, got: FloatArray, name: str, asked_by: Asker = "user") -> Agreement:
    """Asked against achieved, `[T]` each, as given beat by beat."""
    a, b = smooth(asked, BEATS_PER_BAR), smooth(got, BEATS_PER_BAR)
    return Agreement(name, a, b, rank_correlation(a, b), asked_by)


def rank_correlation(a: FloatArray, b: FloatArray) -> float:
    """Spearman's rank correlation with ties sharing ranks; NaN where it is not defined, 0 for a flat answer."""
    if len(a) < 3 or np.ptp(a) < 1e-6:
        return float("nan")
    if np.ptp(b) < 1e-6:
        return 0.0
    ranks = rankdata(np.round(a, 6)), rankdata(np.round(b, 6))
    return float(np.corrcoef(*ranks)[0, 1])


def agreements(direction: Direction, notes: Sequence[Note], score: Score, plan: MusicPlan) -> tuple[Agreement, ...]:
    """Every drawn curve against what came of it."""
    asked = drawn(direction, plan.tempo, plan.n_beats, offset_s=plan.offset_s)
    if not asked:
        return ()
    got = measured(notes, score, plan.n_beats)
    return tuple(compare(values, got[name], name) for name, values in asked.items())


def all_agreements(direction: Direction, notes: Sequence[Note], score: Score, plan: MusicPlan) -> tuple[Agreement, ...]:
    """Every curve against what came of it: as it was drawn, else as the picture asks for it."""
    by_user = {agreement.name: agreement for agreement in agreements(direction, notes, score, plan)}
    got = measured(notes, score, plan.n_beats)
    rows = plan.conditions
    told = []
    for name, (control, *_) in CONTROLS_OF.items():
        part, names = (rows.dynamic, DYNAMIC) if control in DYNAMIC else (rows.semantic, SEMANTIC)
        asked = part[:, names.index(control)]
        if name in by_user:
            told.append(by_user[name])
        elif np.isfinite(asked).all():
            told.append(compare(asked, got[name], name, "picture"))
    return tuple(told)
