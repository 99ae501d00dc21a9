"""The control space shared by music and picture: what each condition row holds, and how it is measured on music.

Training measures these rows on notes; generation estimates the same rows from the picture
(`engine.features`). One row per beat. A value may be unknown (NaN): the network was trained with rows, and single
values of rows, left out at random, so whatever is unknown is left to the model.

Three groups, after the paper's two signals (section 4.2, eq. 6) and our plan:

- **dynamic** (F_v, used once t <= t0): what happens on each beat.
- **semantic** (F_l, used while t > t0): what it feels like, smoothed over two bars.
- **plan** (both): key, chord, phrase starts and the place in the piece.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.music.notes import NoteTable, Voice
from engine.timebase import STEPS_PER_BEAT

FloatArray = NDArray[np.float32]

DYNAMIC: Final = ("density", "rhythm", "intensity", "novelty", "hit_0", "hit_1", "hit_2", "hit_3")
"""density: log-scaled number of onsets in the beat; rhythm: share of the beat's 16ths on which something starts;
intensity: mean velocity / 127; novelty: how much the bar differs from the one before; hit_i: 1 asks for a marked
onset on the beat's i-th 16th, 0 says nothing."""

SEMANTIC: Final = (
    "valence",
    "arousal",
    "register",
    "polyphony",
    "articulation",
    "tension",
    "tempo",
    "melody",
    "flow",
    "loudness",
)
"""valence: +1 major .. -1 minor colour; arousal: mean of flow, loudness and tempo; register: mean pitch; polyphony:
notes sounding at once; articulation: mean note length; tension: notes outside the chord; tempo; melody: share of time
in which the melody voice sounds; flow: smoothed density; loudness: smoothed intensity."""

HIT_COLUMNS: Final = slice(4, 8)

KEY_ROWS: Final = 14
CHORD_ROWS: Final = 37
FORM_ROWS: Final = 3
PLAN_WIDTH: Final = KEY_ROWS + CHORD_ROWS + FORM_ROWS
"""plan row: key = tonic one-hot 12 + minor, major; chord = root one-hot 12 + no chord, chroma 12, bass 12;
form = phrase start 0/1, beats since the start and beats to the end, both as min(beats, 64) / 64."""

FORM_HORIZON_BEATS: Final = 64
SEMANTIC_SPAN_BEATS: Final = 8


@dataclass(frozen=True, slots=True, eq=False)
class Conditions:
    """Condition rows of a piece of T beats; NaN marks the unknown.

    Attributes:
        dynamic: f32 `[T, len(DYNAMIC)]`.
        semantic: f32 `[T, len(SEMANTIC)]`.
        plan: f32 `[T, PLAN_WIDTH]`.
    """

    dynamic: FloatArray
    semantic: FloatArray
    plan: FloatArray

    def __post_init__(self) -> None:
        t = len(self.dynamic)
        widths = (len(DYNAMIC), len(SEMANTIC), PLAN_WIDTH)
        for rows, width in zip((self.dynamic, self.semantic, self.plan), widths, strict=True):
            if rows.shape != (t, width):
                raise ValueError(f"condition rows of shape {rows.shape}, expected {(t, width)}")

    @property
    def n_beats(self) -> int:
        return len(self.dynamic)


_BEAT_FEATURES: Final = 12 + STEPS_PER_BEAT + 8
_MAX_ONSETS: Final = 16


def _per_step(notes: NoteTable, n_steps: int) -> tuple[FloatArray, FloatArray]:
    """Number of onsets and sum of their velocities at each step, f32 `[n_steps]` each."""
    inside = (notes.onset >= 0) & (notes.onset < n_steps)
    onsets = np.bincount(notes.onset[inside], minlength=n_steps).astype(np.float32)
    loudness = np.bincount(notes.onset[inside], weights=notes.velocity[inside], minlength=n_steps)
    return onsets, loudness.astype(np.float32)


def _sounding(notes: NoteTable, n_steps: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(note number, step) of every step in which a note sounds."""
    starts = np.clip(notes.onset, 0, n_steps)
    lengths = np.clip(notes.onset + notes.duration, 0, n_steps) - starts
    which = np.repeat(np.arange(len(notes)), lengths)
    first = np.repeat(np.cumsum(lengths) - lengths, lengths)
    return which, np.repeat(starts, lengths).astype(np.int64) + np.arange(len(which)) - first


def _by_beat(values: FloatArray) -> FloatArray:
    """Mean of each beat's steps."""
    mean: FloatArray = values.reshape(-1, STEPS_PER_BEAT).mean(1)
    return mean


def smooth(values: NDArray[np.floating[Any]], span_beats: int = SEMANTIC_SPAN_BEATS) -> FloatArray:
    """Centred moving average; at the edges over what there is."""
    kernel = np.ones(span_beats)
    here = slice((span_beats - 1) // 2, (span_beats - 1) // 2 + len(values))
    total = np.convolve(values, kernel)[here]
    count = np.convolve(np.ones(len(values)), kernel)[here]
    return (total / count).astype(np.float32)


def _hold(values: FloatArray, known: NDArray[np.bool_]) -> FloatArray:
    """Values, with the unknown ones taken from the last known before (or the first after)."""
    if not known.any():
        return np.zeros_like(values)
    last = np.maximum.accumulate(np.where(known, np.arange(len(values)), -1))
    last[last < 0] = int(np.flatnonzero(known)[0])
    return values[last]


def measure_novelty(notes: NoteTable, n_beats: int) -> FloatArray:
    """How much the four beats from here differ from the four before, 0..1, f32 `[n_beats]`.

    One minus the cosine between mean vectors of chroma, onset pattern and register, a checkerboard of one bar
    (Foote 2000) on beats.
    """
    n_steps = n_beats * STEPS_PER_BEAT
    features = np.zeros((n_beats, _BEAT_FEATURES), np.float32)
    which, step = _sounding(notes, n_steps)
    np.add.at(features, (step // STEPS_PER_BEAT, notes.pitch[which] % 12), 0.25)
    np.add.at(features, (step // STEPS_PER_BEAT, 16 + np.clip((notes.pitch[which] - 24) // 10, 0, 7)), 0.25)
    onsets, _ = _per_step(notes, n_steps)
    features[:, 12:16] = onsets.reshape(-1, STEPS_PER_BEAT)
    padded = np.pad(features, ((4, 4), (0, 0)), "edge")
    sums = np.cumsum(np.vstack([np.zeros((1, _BEAT_FEATURES), np.float32), padded]), 0)
    before, after = sums[4 : 4 + n_beats] - sums[:n_beats], sums[8 : 8 + n_beats] - sums[4 : 4 + n_beats]
    norm = np.linalg.norm(before, axis=1) * np.linalg.norm(after, axis=1)
    cosine = np.where(norm > 0, (before * after).sum(1) / np.maximum(norm, 1e-9), 1.0)
    novelty: FloatArray = np.clip(1 - cosine, 0, 1).astype(np.float32)
    return novelty


def measure_accents(notes: NoteTable, n_beats: int) -> FloatArray:
    """Steps on which something marked starts: 1 where the summed velocity of the onsets is the largest within a beat
    on either side, f32 `[n_beats, 4]`. Training reveals a random part of them as hit requests."""
    _, loudness = _per_step(notes, n_beats * STEPS_PER_BEAT)
    padded = np.pad(loudness, STEPS_PER_BEAT)
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * STEPS_PER_BEAT + 1).max(1)
    marked = (loudness > 0) & (loudness >= around)
    accents: FloatArray = marked.reshape(n_beats, STEPS_PER_BEAT).astype(np.float32)
    return accents


def measure_dynamic(notes: NoteTable, n_beats: int) -> FloatArray:
    """Dynamic rows of a piece, f32 `[n_beats, len(DYNAMIC)]`; the hit columns hold every accent."""
    n_steps = n_beats * STEPS_PER_BEAT
    onsets, loudness = _per_step(notes, n_steps)
    count = onsets.reshape(-1, STEPS_PER_BEAT).sum(1)
    rows = np.zeros((n_beats, len(DYNAMIC)), np.float32)
    rows[:, 0] = np.log1p(count) / np.log1p(_MAX_ONSETS)
    rows[:, 1] = (onsets.reshape(-1, STEPS_PER_BEAT) > 0).mean(1)
    mean_velocity = loudness.reshape(-1, STEPS_PER_BEAT).sum(1) / np.maximum(count, 1)
    rows[:, 2] = _hold(mean_velocity.astype(np.float32), count > 0) / 127
    rows[:, 3] = measure_novelty(notes, n_beats)
    rows[:, HIT_COLUMNS] = measure_accents(notes, n_beats)
    return rows


def measure_semantic(
    notes: NoteTable,
    n_beats: int,
    *,
    bpm: float,
    chroma: NDArray[np.uint8] | None = None,
    colour: FloatArray | None = None,
) -> FloatArray:
    """Semantic rows of a piece, f32 `[n_beats, len(SEMANTIC)]`, smoothed over two bars.

    Args:
        bpm: tempo of the piece.
        chroma: chord tones per beat, 0/1 `[n_beats, 12]`; without it tension is unknown (NaN).
        colour: +1 major .. -1 minor per beat `[n_beats]`; without it valence is unknown (NaN).
    """
    n_steps = n_beats * STEPS_PER_BEAT
    dynamic = measure_dynamic(notes, n_beats)
    which, step = _sounding(notes, n_steps)
    active = np.bincount(step, minlength=n_steps).astype(np.float32)
    pitch_sum = np.bincount(step, weights=notes.pitch[which], minlength=n_steps).astype(np.float32)
    by_beat = active.reshape(-1, STEPS_PER_BEAT).sum(1)
    mean_pitch = pitch_sum.reshape(-1, STEPS_PER_BEAT).sum(1) / np.maximum(by_beat, 1)
    melodic = np.zeros(n_steps, np.float32)
    melodic[step[notes.voice[which] == Voice.MELODY]] = 1
    rows = np.full((n_beats, len(SEMANTIC)), np.nan, np.float32)
    flow, loudness = smooth(dynamic[:, 0]), smooth(dynamic[:, 2])
    tempo = float(np.log2(bpm / 80))
    if colour is not None:
        rows[:, 0] = smooth(colour)
    rows[:, 1] = (flow + loudness + np.clip(0.5 + tempo / 2, 0, 1)) / 3
    rows[:, 2] = smooth((_hold(mean_pitch, by_beat > 0) - 60) / 12)
    rows[:, 3] = smooth(_by_beat(active) / 6)
    rows[:, 4] = _articulation(notes, n_beats)
    if chroma is not None:
        outside = 1 - chroma[step // STEPS_PER_BEAT, notes.pitch[which] % 12].astype(np.float32)
        total = np.bincount(step // STEPS_PER_BEAT, weights=outside, minlength=n_beats)
        rows[:, 5] = smooth((total / np.maximum(by_beat, 1)).astype(np.float32))
    rows[:, 6] = tempo
    rows[:, 7] = smooth(_by_beat(melodic))
    rows[:, 8], rows[:, 9] = flow, loudness
    return rows


def _articulation(notes: NoteTable, n_beats: int) -> FloatArray:
    """log2 of the mean note length in steps, over 4, smoothed."""
    inside = (notes.onset >= 0) & (notes.onset < n_beats * STEPS_PER_BEAT)
    beat = notes.onset[inside] // STEPS_PER_BEAT
    count = np.bincount(beat, minlength=n_beats)
    length = np.bincount(beat, weights=np.minimum(notes.duration[inside], 16), minlength=n_beats)
    mean = _hold((length / np.maximum(count, 1)).astype(np.float32), count > 0)
    return smooth(np.log2(np.maximum(mean, 1)) / 4)


def form_rows(n_beats: int, phrase_starts: NDArray[np.bool_] | None = None) -> FloatArray:
    """Form part of plan rows, f32 `[n_beats, 3]`: phrase start, beats since the start, beats to the end."""
    index = np.arange(n_beats, dtype=np.float32)
    rows = np.empty((n_beats, FORM_ROWS), np.float32)
    rows[:, 0] = np.nan if phrase_starts is None else phrase_starts
    rows[:, 1] = np.minimum(index, FORM_HORIZON_BEATS) / FORM_HORIZON_BEATS
    rows[:, 2] = np.minimum(n_beats - 1 - index, FORM_HORIZON_BEATS) / FORM_HORIZON_BEATS
    return rows


def key_rows(tonics: NDArray[np.int_], minor: NDArray[np.bool_]) -> FloatArray:
    """Key part of plan rows, f32 `[T, 14]`: tonic one-hot 12, minor, major; all zero where the tonic is -1."""
    rows = np.zeros((len(tonics), KEY_ROWS), np.float32)
    index = np.flatnonzero(tonics >= 0)
    rows[index, tonics[index]] = 1
    rows[index, np.where(minor[index], 12, 13)] = 1
    return rows
