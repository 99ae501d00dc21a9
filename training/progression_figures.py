"""Figures of written plans beside the corpus: what a musician would ask of them, counted."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.music.chords import QUALITIES
from engine.music.plan import Plan
from engine.music.progression import write_plan
from engine.music.progression_model import ProgressionModel, Token
from training.progression_reading import Harmony

_LAGS_BARS: Final = (1, 2, 4, 8, 16)
_SCALES: Final = {False: (0, 2, 4, 5, 7, 9, 11), True: (0, 2, 3, 5, 7, 8, 10, 11)}
_HALF_BAR_BEATS: Final = 2
_HALF_BARS: Final = 2
_KNOWN_SONGS: Final = 5

Row = tuple[int, str, int]
"""A half bar: degree of the root, quality, bass interval."""


@dataclass(frozen=True, slots=True, eq=False)
class HalfBars:
    """One piece on the half-bar grid; None for no chord."""

    minor: bool
    rows: tuple[Row | None, ...]


def harmony_rows(harmony: Harmony) -> HalfBars:
    """A song of the corpus."""
    rows = [None if c.token is None else (c.token.degree, c.quality, c.bass_interval) for c in harmony.cells]
    return HalfBars(harmony.minor, tuple(rows))


def plan_half_bars(plan: Plan) -> HalfBars:
    """A written plan, every chord above the tonic in force."""
    rows: list[Row | None] = []
    for beat in range(0, plan.n_beats, _HALF_BAR_BEATS):
        chord = plan.chords[beat]
        tonic = plan.key_at(beat).tonic
        rows.append(
            None if chord is None else ((chord.root - tonic) % 12, chord.quality, (chord.bass - chord.root) % 12)
        )
    return HalfBars(plan.key.minor, tuple(rows))


def describe(pieces: Sequence[HalfBars]) -> dict[str, float]:
    """Shares over all half bars: chords within the scale (in minor with the raised seventh), sevenths, inversions;
    mean length of a root in beats; bars that repeat the roots of the bar so many bars before."""
    rows = [(row, piece.minor) for piece in pieces for row in piece.rows if row is not None]
    inside = [set(_relative(row)) <= set(_SCALES[minor]) for row, minor in rows]
    figures = {
        "diatonic": float(np.mean(inside)),
        "four_notes": float(np.mean([len(QUALITIES[row[1]]) > 3 for row, _ in rows])),
        "inverted": float(np.mean([row[2] != 0 for row, _ in rows])),
        "root_beats": float(np.mean([n for piece in pieces for n in _root_lengths(piece)])),
    }
    for lag in _LAGS_BARS:
        figures[f"repeats_{lag}_bars"] = _repetition(pieces, lag)
    return figures


def _relative(row: Row) -> Iterable[int]:
    return ((row[0] + interval) % 12 for interval in QUALITIES[row[1]])


def _roots(piece: HalfBars) -> list[int]:
    return [-1 if row is None else row[0] for row in piece.rows]


def _root_lengths(piece: HalfBars) -> list[int]:
    return [_HALF_BAR_BEATS * len(list(run)) for _, run in groupby(_roots(piece))]


def _repetition(pieces: Sequence[HalfBars], lag_bars: int) -> float:
    equal = asked = 0
    for piece in pieces:
        roots = _roots(piece)
        bars = [tuple(roots[i : i + _HALF_BARS]) for i in range(0, len(roots) - 1, _HALF_BARS)]
        pairs = list(zip(bars, bars[lag_bars:], strict=False))
        equal += sum(a == b for a, b in pairs)
        asked += len(pairs)
    return equal / max(asked, 1)


def root_sequences(piece: HalfBars) -> set[tuple[bool, tuple[int, ...]]]:
    """Every run of four different successive roots, with the mode."""
    roots = [root for root, _ in groupby(_roots(piece))]
    runs = zip(roots, roots[1:], roots[2:], roots[3:], strict=False)
    return {(piece.minor, run) for run in runs if -1 not in run}


def idiomatic_share(pieces: Sequence[HalfBars], known: Counter[tuple[bool, tuple[int, ...]]]) -> float:
    """Share of the pieces' runs of four roots, each once a piece, that at least five training songs have."""
    runs = [run for piece in pieces for run in root_sequences(piece)]
    return float(np.mean([known[run] >= _KNOWN_SONGS for run in runs]))


def degree_histogram(pieces: Sequence[HalfBars]) -> NDArray[np.float64]:
    """Share of each (mode, degree), `[24]`."""
    counts = np.zeros(24)
    for piece in pieces:
        for row in piece.rows:
            if row is not None:
                counts[12 * piece.minor + row[0]] += 1
    histogram: NDArray[np.float64] = counts / counts.sum()
    return histogram


def divergence(p: NDArray[np.float64], q: NDArray[np.float64]) -> float:
    """Jensen-Shannon divergence in bits."""
    middle = (p + q) / 2

    def to_middle(x: NDArray[np.float64]) -> float:
        some = x > 0
        return float((x[some] * np.log2(x[some] / middle[some])).sum())

    return (to_middle(p) + to_middle(q)) / 2


def cadence_is_right(plan: Plan) -> bool:
    """The last bar is the tonic triad, and a dominant or subdominant comes before it in the bar before."""
    last_bar = (plan.n_beats - 1) // 4 * 4
    end, tonic = plan.chords[last_bar:], plan.key_at(last_bar)
    triad = Token(0, "min" if tonic.minor else "maj").chord(tonic)
    if any(chord != triad for chord in end):
        return False
    before = plan.chords[last_bar - 1] if last_bar else None
    return last_bar == 0 or (before is not None and (before.root - tonic.tonic) % 12 in (5, 7))


def plan_figures(model: ProgressionModel, songs: Mapping[str, Sequence[Harmony]], *, n_plans: int) -> dict[str, object]:
    """Plans of 16 to 400 beats with seeds 0 .., measured beside the validation songs.

    Args:
        songs: "train", "validation" and "test"; the floor of the divergence is that of test from validation.
    """
    lengths = [int(n) for n in np.random.Generator(np.random.PCG64(0)).integers(16, 401, n_plans)]
    began = time.process_time()
    plans = [write_plan(n, seed=seed, model=model) for seed, n in enumerate(lengths)]
    spent_s = time.process_time() - began
    again = [write_plan(n, seed=seed, model=model) for seed, n in enumerate(lengths)]
    pieces = [plan_half_bars(plan) for plan in plans]
    split = {name: [harmony_rows(h) for h in part] for name, part in songs.items()}
    known = Counter(run for song in split["train"] for run in root_sequences(song))
    real = degree_histogram(split["validation"])
    return {
        "plans": describe(pieces) | {"idiomatic": idiomatic_share(pieces, known)},
        "validation": describe(split["validation"]) | {"idiomatic": idiomatic_share(split["validation"], known)},
        "degree_jsd": divergence(_in_proportion(degree_histogram(pieces), real), real),
        "degree_jsd_floor": divergence(_in_proportion(degree_histogram(split["test"]), real), real),
        "cadence_right": float(np.mean([cadence_is_right(plan) for plan in plans])),
        "deterministic": plans == again,
        "phrase_bars": dict(sorted(Counter(n for plan in plans for n in _phrase_bars(plan)).items())),
        "ms_a_plan": round(1000 * spent_s / n_plans, 2),
    }


def _in_proportion(histogram: NDArray[np.float64], real: NDArray[np.float64]) -> NDArray[np.float64]:
    """With the modes as frequent as in `real`, so that only what happens within a mode is compared."""
    scaled = histogram.reshape(2, 12) * (real.reshape(2, 12).sum(1) / histogram.reshape(2, 12).sum(1))[:, None]
    return np.asarray(scaled.reshape(24))


def _phrase_bars(plan: Plan) -> list[int]:
    starts = [beat for beat, start in enumerate(plan.phrase_starts) if start]
    return [-(-(b - a) // 4) for a, b in zip(starts, [*starts[1:], plan.n_beats], strict=True)]
