"""Reads a song's chords as the model of progressions counts them: above the tonic, on half bars, in units.

The key of each song is found from its chords (`engine.music.keys`), with the annotated mode as a vote. Songs are cut in
units of mostly four bars, where they repeat, change and resolve.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.music.chords import QUALITIES
from engine.music.keys import key_path, triad_thirds
from engine.music.progression_model import LAST_POSITION, Token
from training.data.corpus import Corpus

HALF_BAR_BEATS: Final = 2
UNIT_BARS: Final = 4
_DIATONIC: Final = {
    False: {0: "maj", 2: "min", 4: "min", 5: "maj", 7: "maj", 9: "min", 11: "dim"},
    True: {0: "min", 2: "dim", 3: "maj", 5: "min", 7: "maj", 8: "maj", 10: "maj"},
}
_UNIT_COST: Final = {2: 1.0, 3: 1.2, 4: 0.0, 5: 1.2, 6: 1.2}

_QUALITY_NAMES: Final = {tuple(sorted({i % 12 for i in chord})): name for name, chord in QUALITIES.items()}


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """Half a bar: its token (None: no chord), quality, bass interval, and where it lies."""

    token: Token | None
    quality: str
    bass_interval: int
    bar: int
    half: int


@dataclass(frozen=True, slots=True, eq=False)
class Harmony:
    """A song's chords relative to its key.

    Attributes:
        cells: half bars in order.
        bar_starts: index of each bar's first cell, with the number of cells at the end.
        unit_bars: the bars on which units begin.
        agrees: share of beats whose annotated key is the one found here.
    """

    minor: bool
    cells: tuple[Cell, ...]
    bar_starts: tuple[int, ...]
    unit_bars: tuple[int, ...]
    agrees: float


def read_harmony(corpus: Corpus, song: int) -> Harmony:
    """The harmony of one song."""
    part = slice(int(corpus.beat_start[song]), int(corpus.beat_start[song + 1]))
    roots, chroma = corpus.chord_root[part].astype(np.int64), corpus.chord_chroma[part]
    basses, annotated_minor = corpus.chord_bass[part].astype(np.int64), corpus.minor[part]
    tonics, minor = key_path(roots, chroma, vote=float(2 * annotated_minor.mean() - 1))
    thirds = triad_thirds(roots, chroma)
    downbeats = np.flatnonzero(corpus.downbeat[part])
    cells: list[Cell] = []
    bar_starts = []
    for bar, (start, end) in enumerate(pairwise([*downbeats, len(roots)])):
        bar_starts.append(len(cells))
        for half, beat in enumerate(range(int(start), int(end), HALF_BAR_BEATS)):
            degree = int((roots[beat] - tonics[beat]) % 12)
            token, quality = _read_chord(int(roots[beat]), degree, chroma[beat], int(thirds[beat]), minor)
            cells.append(Cell(token, quality, int((basses[beat] - roots[beat]) % 12), bar, half))
    agrees = float(((tonics == corpus.tonic[part]) & (annotated_minor == minor)).mean())
    starts = (*bar_starts, len(cells))
    marks = corpus.phrase_start[part][downbeats] if len(downbeats) else np.zeros(0, bool)
    return Harmony(minor, tuple(cells), starts, _unit_bars(cells, starts, marks, minor), agrees)


def _read_chord(root: int, degree: int, chroma: NDArray[np.uint8], third: int, minor: bool) -> tuple[Token | None, str]:
    if root < 0:
        return None, ""
    intervals = tuple(sorted((int(p) - root) % 12 for p in np.flatnonzero(chroma)))
    quality = _QUALITY_NAMES.get(intervals, "min" if third < 0 else "maj")
    if third == 0:  # a suspended chord stands for the triad that the scale has there
        triad = _DIATONIC[minor].get(degree, "maj")
        triad = "maj" if triad == "dim" else triad
    elif third < 0:
        triad = "dim" if {3, 6} <= set(intervals) and 7 not in intervals else "min"
    else:
        triad = "maj"
    return Token(degree, triad), quality


def _bar_tokens(cells: Sequence[Cell], bar_starts: Sequence[int]) -> list[tuple[Token | None, ...]]:
    return [tuple(cell.token for cell in cells[a:b]) for a, b in pairwise(bar_starts)]


def _unit_bars(
    cells: Sequence[Cell], bar_starts: Sequence[int], marks: NDArray[np.bool_], minor: bool
) -> tuple[int, ...]:
    """The bars on which units begin: dynamic programming over bars, by length and by `_boundary_scores`."""
    bars = _bar_tokens(cells, bar_starts)
    scores = _boundary_scores(bars, marks, minor)
    n = len(bars)
    best = [0.0] + [math.inf] * n
    came_from = [0] * (n + 1)
    for end in range(1, n + 1):
        for length in range(1, min(end, 6) + 1):
            cost = best[end - length] + _UNIT_COST.get(length, 2.0) - (scores[end] if end < n else 0.0)
            if cost < best[end]:
                best[end], came_from[end] = cost, end - length
    starts = []
    while n:
        n = came_from[n]
        starts.append(n)
    return tuple(reversed(starts))


def _boundary_scores(bars: Sequence[tuple[Token | None, ...]], marks: NDArray[np.bool_], minor: bool) -> list[float]:
    """How much each bar looks like the first of a unit: the music changes there, a repetition of four bars begins, or
    the tonic follows a dominant."""
    tonic = Token(0, "min" if minor else "maj")
    scores = []
    for i in range(len(bars)):
        score = 0.5 * bool(marks[i])
        for j in range(len(bars) - UNIT_BARS + 1):
            if abs(j - i) >= UNIT_BARS and bars[i : i + UNIT_BARS] == bars[j : j + UNIT_BARS]:
                fresh = i == 0 or j == 0 or bars[i - 1] != bars[j - 1]
                score += 1.0 if fresh else 0.0
                if fresh:
                    break
        if i and bars[i][:1] == (tonic,):
            before = bars[i - 1][-1] if bars[i - 1] else None
            score += 0.5 if before is not None and before.degree == 7 else 0.2
        scores.append(score)
    return scores


def units(harmony: Harmony) -> Iterator[list[Cell]]:
    """The cells of each unit of four full bars."""
    for first, end in pairwise([*harmony.unit_bars, len(harmony.bar_starts) - 1]):
        cells = list(harmony.cells[harmony.bar_starts[first] : harmony.bar_starts[end]])
        if end - first == UNIT_BARS and [c.half for c in cells] == [0, 1] * UNIT_BARS:
            yield cells


@dataclass(frozen=True, slots=True)
class Change:
    """A change of chord: token number, position in its unit (None outside full units), cell."""

    token: int
    position: int | None
    cell: int


def changes(harmony: Harmony, vocabulary: Sequence[Token]) -> list[list[Change]]:
    """Runs of changes; a rare or missing chord ends a run."""
    numbers = {token: i for i, token in enumerate(vocabulary)}
    positions = _positions(harmony)
    runs: list[list[Change]] = [[]]
    for i, cell in enumerate(harmony.cells):
        number = None if cell.token is None else numbers.get(cell.token)
        if number is None:
            runs.append([])
        elif not runs[-1] or runs[-1][-1].token != number:
            runs[-1].append(Change(number, positions[i], i))
    return [run for run in runs if run]


def _positions(harmony: Harmony) -> list[int | None]:
    """Half bar of the unit, or LAST_POSITION for the last change in it."""
    positions: list[int | None] = [None] * len(harmony.cells)
    for first, end in pairwise([*harmony.unit_bars, len(harmony.bar_starts) - 1]):
        a, b = harmony.bar_starts[first], harmony.bar_starts[end]
        if end - first != UNIT_BARS or b - a != 2 * UNIT_BARS:
            continue
        positions[a:b] = range(2 * UNIT_BARS)
        new = [i for i in range(a + 1, b) if harmony.cells[i].token != harmony.cells[i - 1].token]
        if new:
            positions[new[-1]] = LAST_POSITION
    return positions
