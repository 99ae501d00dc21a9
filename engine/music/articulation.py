"""When each note begins and ends: a hand's looseness, legato, ringing strings, pedal, and ranges of instruments."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.music.dynamics import hand
from engine.music.notes import Note, Voice
from engine.music.palettes import Articulation, Layer
from engine.timebase import STEPS_PER_BAR, STEPS_PER_BEAT

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

SHORTEST_S: Final = 0.06
LOOSEST_S: Final = 0.012
"""No note strays further than this from the grid, strum apart."""
_TIMING_STREAM: Final = 1 << 20
_LONGEST_PEDAL_STEPS: Final = 2 * STEPS_PER_BAR


def played_onsets(
    written_s: Array, notes: Sequence[Note], articulation: Articulation, *, accents: Collection[int], seed: int
) -> Array:
    """Onsets as played: the grid, a few milliseconds of looseness per attack, chords spread from the bottom.

    Notes on accented steps stay exactly where they are written: a hit is a hit.

    Args:
        written_s: times of the notes' steps, f64 `[n]`.
        notes: of one voice, in time order.

    Returns:
        f64 `[n]`, seconds.
    """
    onset = np.array([note.onset for note in notes], np.int64)
    voice = np.array([int(note.voice) for note in notes], np.int64)
    stray = articulation.looseness_s * hand(seed, onset, voice, np.full_like(onset, _TIMING_STREAM))
    played = written_s + np.clip(stray - articulation.lead_s, -LOOSEST_S, LOOSEST_S)
    played += articulation.strum_s * _place_in_chord(notes)
    exact = np.isin(onset, np.asarray(sorted(accents), np.int64))
    return np.where(exact, written_s, np.maximum(played, 0.0))


def _place_in_chord(notes: Sequence[Note]) -> Array:
    """0 for the lowest note of an attack, 1 for the next, ...; at most 4."""
    place = np.zeros(len(notes))
    count: dict[int, int] = {}
    for i in sorted(range(len(notes)), key=lambda i: (notes[i].onset, notes[i].pitch)):
        place[i] = min(count.get(notes[i].onset, 0), 4)
        count[notes[i].onset] = count.get(notes[i].onset, 0) + 1
    return place


def held_ends(
    notes: Sequence[Note], articulation: Articulation, *, times_s: Array, starts_s: Array, changes: Sequence[int]
) -> Array:
    """When each note is let go.

    Args:
        notes: of one voice, in time order.
        times_s: time of every step of the piece and one beyond, f64.
        starts_s: onsets as played.
        changes: steps where the harmony changes (for ringing strings).

    Returns:
        f64 `[n]`, seconds; at least `SHORTEST_S` after each start.
    """
    onset = np.array([note.onset for note in notes], np.int64)
    end = np.array([note.end for note in notes], np.int64)
    last = len(times_s) - 1
    end = np.minimum(end, last)
    until = _ring(onset, end, articulation, changes, last) if articulation.ring_steps else end
    written_s = times_s[onset]
    ends_s = written_s + (times_s[until] - written_s) * articulation.gate
    if articulation.join_steps:
        attacks, first = np.unique(onset, return_index=True)
        after = np.searchsorted(attacks, onset, side="right")
        follows = after < len(attacks)
        following = attacks[np.minimum(after, len(attacks) - 1)]
        starts_next = starts_s[first][np.minimum(after, len(attacks) - 1)]
        gap = following - end
        joined = follows & (gap >= 0) & (gap <= articulation.join_steps)
        ends_s = np.where(joined, starts_next + articulation.overlap_s, ends_s)
    return np.maximum(ends_s, starts_s + SHORTEST_S)


def _ring(onset: Ints, end: Ints, articulation: Articulation, changes: Sequence[int], last: int) -> Ints:
    """Let ring until the harmony changes, at most `ring_steps` from the onset, never shorter than written."""
    steps = np.asarray([*changes, last], np.int64)
    change = steps[np.minimum(np.searchsorted(steps, onset, side="right"), len(steps) - 1)]
    return np.asarray(np.minimum(np.maximum(end, np.minimum(change, onset + articulation.ring_steps)), last))


def harmony_changes(notes: Sequence[Note]) -> tuple[int, ...]:
    """Steps where a pianist would change the pedal: new harmony, or a clash with what is held.

    On a step where inner or bass notes begin: when a bass note brings a pitch class that is not held yet, when a new
    note lies a semitone from a held one, at every bar line, and at the latest after two bars.
    """
    attacks: dict[int, list[Note]] = {}
    for note in notes:
        if note.voice is not Voice.MELODY:
            attacks.setdefault(note.onset, []).append(note)
    changes: list[int] = []
    held: set[int] = set()
    for step in sorted(attacks):
        new = {note.pitch % 12 for note in attacks[step]}
        bass = {note.pitch % 12 for note in attacks[step] if note.voice is Voice.BASS}
        crossed_bar = bool(changes) and step // STEPS_PER_BAR != changes[-1] // STEPS_PER_BAR
        clash = any((a - b) % 12 in (1, 11) for a in new for b in held)
        on_beat = step % (STEPS_PER_BEAT // 2) == 0
        stale = not changes or step - changes[-1] >= _LONGEST_PEDAL_STEPS
        if stale or (on_beat and (bool(bass - held) or clash or (crossed_bar and step % STEPS_PER_BEAT == 0))):
            changes.append(step)
            held = set()
        held |= new
    return tuple(changes)


def fold(pitch: int, low: int, high: int) -> int:
    """The pitch moved by octaves into `low..high` (at least an octave wide), as little as possible."""
    if pitch < low:
        return pitch + 12 * -(-(low - pitch) // 12)
    if pitch > high:
        return pitch - 12 * -(-(pitch - high) // 12)
    return pitch


def fit_range(
    notes: Sequence[Note], layer: Layer, *, ceiling: Mapping[int, tuple[int, int]] | None = None
) -> tuple[int, ...]:
    """Pitches of one voice within an instrument's range, lines kept whole where they can be.

    Four-bar phrases move together by the octave that leaves fewest notes outside, then single notes are folded; in an
    attack the order of the notes stays as written where the range allows.

    Args:
        ceiling: for steps on which a voice above begins: its pitch as written, and as played; a note written no higher
            is not played higher, where the range allows.
    """
    phrases: dict[int, list[int]] = {}
    for i, note in enumerate(notes):
        phrases.setdefault(note.onset // (4 * STEPS_PER_BAR), []).append(i)
    result = [0] * len(notes)
    for members in phrases.values():
        pitches = [notes[i].pitch + 12 * layer.octave for i in members]
        shift = 12 * min(range(-4, 5), key=lambda k: (_outside(pitches, 12 * k, layer), abs(k), k))
        for i, pitch in zip(members, pitches, strict=True):
            result[i] = fold(pitch + shift, layer.low, layer.high)
    _keep_chord_order(notes, result, layer)
    for i, note in enumerate(notes):
        written, played = (ceiling or {}).get(note.onset, (-1, -1))
        if note.pitch <= written and played < result[i] and result[i] - 12 >= layer.low:
            result[i] -= 12
    return tuple(result)


def _outside(pitches: Sequence[int], shift: int, layer: Layer) -> int:
    return sum(not layer.low <= pitch + shift <= layer.high for pitch in pitches)


def _keep_chord_order(notes: Sequence[Note], pitches: list[int], layer: Layer) -> None:
    """Where folding turned a chord upside down, raise (or lower) its notes by octaves until it stands again."""
    attacks: dict[int, list[int]] = {}
    for i, note in enumerate(notes):
        attacks.setdefault(note.onset, []).append(i)
    for members in attacks.values():
        members.sort(key=lambda i: notes[i].pitch)
        for below, above in pairwise(members):
            while pitches[above] < pitches[below] and pitches[above] + 12 <= layer.high:
                pitches[above] += 12
        for below, above in zip(members[-2::-1], members[:0:-1], strict=True):
            while pitches[below] > pitches[above] and pitches[below] - 12 >= layer.low:
                pitches[below] -= 12
