"""The key of a piece, found from its chords.

Annotated keys are noisy: a song in one key throughout may be called by its relative for a few bars. So the scale is
found first, as the path of major scales that leaves the fewest chord tones outside and changes rarely (Viterbi; real
modulations stay), and then one mode for the whole piece: major, or the relative minor, whichever tonic the chords lean
on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.music.chords import Chord, Key

MAJOR_SCALE: Final = (0, 2, 4, 5, 7, 9, 11)
RELATIVE_MINOR: Final = 9
_CHANGE_COST: Final = 20.0
"""Chord tones outside the scale, counted once a beat, that a change of scale must save; chosen on POP909's training
songs, where 97 % of beats then agree with the annotated key signature."""
_LAST_CHORD_WEIGHT: Final = 0.1
_VOTE_WEIGHT: Final = 0.2

IntArray = NDArray[np.int64]


def scale_path(chroma: NDArray[np.uint8]) -> IntArray:
    """Tonic of the major scale in force on each beat, int64 `[T]`.

    Args:
        chroma: chord tones per beat, 0/1 `[T, 12]`; a beat without a chord fits every scale.
    """
    steps = (np.arange(12)[:, None] + np.array(MAJOR_SCALE)) % 12
    outside = np.ones((12, 12))
    np.put_along_axis(outside, steps, 0.0, axis=1)
    cost = chroma @ outside.T
    n = len(cost)
    path = np.zeros(n, np.int64)
    if not n:
        return path
    came_from = np.tile(np.arange(12), (n, 1))
    best = cost[0].copy()
    for t in range(1, n):
        cheapest = int(best.argmin())
        switch = best[cheapest] + _CHANGE_COST
        came_from[t, best > switch] = cheapest
        best = np.minimum(best, switch) + cost[t]
    path[-1] = best.argmin()
    for t in range(n - 1, 0, -1):
        path[t - 1] = came_from[t, path[t]]
    return path


def triad_thirds(roots: NDArray[np.int_], chroma: NDArray[np.uint8]) -> IntArray:
    """+1 where the chord has a major third, -1 a minor one, 0 neither, int64 `[T]`."""
    beat, root = np.arange(len(roots)), np.maximum(roots, 0)
    major, minor = chroma[beat, (root + 4) % 12] > 0, chroma[beat, (root + 3) % 12] > 0
    return np.where(roots < 0, 0, np.where(major, 1, np.where(minor, -1, 0))).astype(np.int64)


def leans_minor(relative_roots: NDArray[np.int_], thirds: IntArray, vote: float = 0.0) -> bool:
    """Whether chords of one major scale lean on its relative minor.

    Tonic and dominant shares of beats are compared, the dominant of the minor counting double for the note that it
    borrows, and the last chord counts a little. This alone agrees with 90 % of the modes annotated in POP909.

    Args:
        relative_roots: semitones above the tonic of the major scale, -1 for no chord, `[T]`.
        thirds: see `triad_thirds`.
        vote: another opinion, -1 major .. +1 minor, which decides the close ones.
    """
    chord = relative_roots >= 0
    if not chord.any():
        return vote > 0

    def share(degree: int, allowed: NDArray[np.bool_]) -> float:
        return float((allowed & (relative_roots == degree)).mean())

    last = int(relative_roots[np.flatnonzero(chord)[-1]])
    major = share(0, thirds >= 0) + share(7, chord) / 2 + _LAST_CHORD_WEIGHT * (last == 0)
    minor = share(RELATIVE_MINOR, thirds <= 0) + share(4, thirds > 0) + _LAST_CHORD_WEIGHT * (last == RELATIVE_MINOR)
    return minor - major + _VOTE_WEIGHT / 2 * vote > 0


def key_path(roots: NDArray[np.int_], chroma: NDArray[np.uint8], vote: float = 0.0) -> tuple[IntArray, bool]:
    """Tonic of each beat, int64 `[T]`, and whether the piece is in minor.

    Args:
        roots: pitch classes, -1 for no chord, `[T]`.
        chroma: chord tones, 0/1 `[T, 12]`.
        vote: see `leans_minor`.
    """
    scale = scale_path(chroma)
    relative = np.where(roots >= 0, (roots - scale) % 12, -1)
    minor = leans_minor(relative, triad_thirds(roots, chroma), vote)
    return (scale + RELATIVE_MINOR * minor) % 12, minor


def estimate_key(chords: Sequence[Chord | None]) -> Key:
    """The key of most of a piece, from one chord a beat; C major when there is none."""
    roots = np.array([-1 if c is None else c.root for c in chords], np.int64)
    chroma = np.zeros((len(chords), 12), np.uint8)
    for i, chord in enumerate(chords):
        if chord is not None:
            chroma[i, list(chord.chroma)] = 1
    tonics, minor = key_path(roots, chroma)
    sounding = tonics[roots >= 0]
    return Key(int(np.bincount(sounding).argmax()), minor) if len(sounding) else Key(0, False)
