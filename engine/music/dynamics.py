"""How loudly each note is played: no two alike, none without a reason.

A velocity is the model's own, moved by metre, phrase, the picture's intensity, accents at hits, the line's contour and
the note's place in its chord, and by a little unevenness of the hand. The unevenness is a pure function of the note and
the seed, so that notes which a new take does not touch keep theirs.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.music.notes import Note, Voice
from engine.timebase import BEATS_PER_BAR, STEPS_PER_BAR, STEPS_PER_BEAT

FloatArray = NDArray[np.float32]
Array = NDArray[np.float64]

LOUDEST: Final = 122
SOFTEST: Final = 14

PHRASE_BARS: Final = 4
PHRASE_DEPTH: Final = 5.0
INTENSITY_DEPTH: Final = 50.0
INTENSITY_LIMIT: Final = 18.0
ACCENT: Final = 20.0
BREATH_BEFORE_ACCENT: Final = 4.0
UNEVENNESS: Final = 2.2
_MIDDLE: Final = 68.0
_REACH: Final = 54.0

_METRE: Final = (8.0, -3.0, 0.5, -4.0, 2.5, -3.0, 0.0, -4.0, 5.0, -3.0, 0.5, -4.0, 2.0, -3.0, 0.0, -3.0)
"""Velocity of each 16th of a 4/4 bar against the mean: strong beats, then weaker beats, then what lies between."""


def hand(seed: int, *keys: NDArray[np.int64]) -> Array:
    """Unevenness of a hand: standard normal values that depend on nothing but the seed and the keys, f64 `[n]`.

    A counter-based generator (splitmix64's mixing), so that a note's value does not depend on the notes around it.
    """
    with np.errstate(over="ignore"):
        state = np.full(keys[0].shape, seed, np.uint64)
        for key in keys:
            state = _mixed(state + np.uint64(0x9E3779B97F4A7C15) + key.astype(np.uint64))
        first = (_mixed(state + np.uint64(1)) >> np.uint64(11)).astype(np.float64) * 2.0**-53
        second = (_mixed(state + np.uint64(2)) >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return np.asarray(np.sqrt(-2 * np.log1p(-first)) * np.cos(2 * np.pi * second))


def _mixed(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))


def shape_velocities(
    notes: Sequence[Note], *, accents: Collection[int], seed: int, intensity: FloatArray | None = None
) -> NDArray[np.int64]:
    """Velocities of notes as played.

    Args:
        notes: in time order.
        accents: steps of hits; what starts there is marked, what starts just before holds back.
        seed: of the unevenness.
        intensity: one value per beat of the piece; only its movement around its own mean counts.

    Returns:
        int64 `[len(notes)]`, within `SOFTEST`..`LOUDEST`; successive attacks of a voice differ.
    """
    if not notes:
        return np.zeros(0, np.int64)
    onset, voice, pitch, given = _columns(notes)
    velocity = _MIDDLE + 0.75 * (given - _MIDDLE)
    velocity += np.asarray(_METRE)[onset % STEPS_PER_BAR]
    velocity += phrase_arch(onset)
    velocity += _intensity_at(onset, intensity)
    velocity += _accents_at(onset, accents)
    velocity += _contour(onset, voice, pitch)
    velocity += _chord_place(onset, voice, pitch)
    velocity += UNEVENNESS * np.clip(hand(seed, onset, voice, pitch), -2.5, 2.5)
    velocity = _MIDDLE + _REACH * np.tanh((velocity - _MIDDLE) / _REACH)  # loud passages keep their relief
    played = np.clip(np.rint(velocity), SOFTEST, LOUDEST).astype(np.int64)
    return no_two_alike(played, onset, voice)


def phrase_arch(onset: NDArray[np.int64]) -> Array:
    """Rise to two thirds of a four-bar phrase, fall to its end; mean near 0."""
    place = (onset % (PHRASE_BARS * STEPS_PER_BAR)) / (PHRASE_BARS * STEPS_PER_BAR)
    rising = np.sin(np.pi * np.clip(place / 0.65, 0, 1) / 2)
    falling = np.cos(np.pi * np.clip((place - 0.65) / 0.35, 0, 1) / 2)
    return np.asarray(PHRASE_DEPTH * (2 * np.minimum(rising, falling) - 1.2))


def _columns(notes: Sequence[Note]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], Array]:
    table = np.array([(note.onset, int(note.voice), note.pitch, note.velocity) for note in notes], np.int64)
    return table[:, 0], table[:, 1], table[:, 2], table[:, 3].astype(np.float64)


def _intensity_at(onset: NDArray[np.int64], intensity: FloatArray | None) -> Array | float:
    if intensity is None or len(intensity) == 0 or not np.isfinite(intensity).any():
        return 0.0
    curve = intensity.astype(np.float64)
    curve = np.where(np.isfinite(curve), curve, np.nanmean(curve))
    centres = (np.arange(len(curve)) + 0.5) * STEPS_PER_BEAT
    moved = INTENSITY_DEPTH * (np.interp(onset, centres, curve) - curve.mean())
    return np.asarray(np.clip(moved, -INTENSITY_LIMIT, INTENSITY_LIMIT))


def _accents_at(onset: NDArray[np.int64], accents: Collection[int]) -> Array:
    steps = np.asarray(sorted(accents), np.int64)
    lift = np.where(np.isin(onset, steps), ACCENT, 0.0)
    for ahead in range(1, STEPS_PER_BEAT):
        before = np.isin(onset + ahead, steps) & (lift == 0)
        lift[before] = -BREATH_BEFORE_ACCENT
    return lift


def _contour(onset: NDArray[np.int64], voice: NDArray[np.int64], pitch: NDArray[np.int64]) -> Array:
    """A line swells a little as it rises: half a unit a semitone against the bars around it, the melody most."""
    moved = np.zeros(len(onset))
    for name in Voice:
        mine = np.flatnonzero(voice == name)
        if len(mine) < 3:
            continue
        weight = 0.7 if name is Voice.MELODY else 0.25
        bar = onset[mine] // STEPS_PER_BAR
        local = np.array([pitch[mine][np.abs(bar - here) <= 1].mean() for here in np.unique(bar)])
        moved[mine] = np.clip(weight * (pitch[mine] - local[np.searchsorted(np.unique(bar), bar)]), -7, 7)
    return moved


def _chord_place(onset: NDArray[np.int64], voice: NDArray[np.int64], pitch: NDArray[np.int64]) -> Array:
    """The top of a chord sings, its inside steps back."""
    moved = np.zeros(len(onset))
    order = np.lexsort((pitch, voice, onset))
    edges = np.flatnonzero((np.diff(onset[order]) != 0) | (np.diff(voice[order]) != 0)) + 1
    for chord in np.split(order, edges):
        if len(chord) > 1:
            moved[chord] = np.linspace(-2.5, -4.5, len(chord))
            moved[chord[-1]] = 1.5
    return moved


def no_two_alike(velocity: NDArray[np.int64], onset: NDArray[np.int64], voice: NDArray[np.int64]) -> NDArray[np.int64]:
    """Move a note that repeats the velocity before it in its voice by one or two units, the stronger place upwards.

    Args:
        velocity, onset, voice: int64 `[n]` each, any order.
    """
    result = velocity.copy()
    last: dict[int, int] = {}
    for i in np.lexsort((onset, voice)):
        here = int(voice[i])
        if result[i] == last.get(here, -1):
            strong = onset[i] % STEPS_PER_BEAT == 0
            step = 2 if onset[i] % (STEPS_PER_BEAT * BEATS_PER_BAR) == 0 else 1
            up = (strong or result[i] - step < SOFTEST) and result[i] + step <= LOUDEST
            result[i] += step if up else -step
        last[here] = int(result[i])
    return result
