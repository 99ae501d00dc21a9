"""Control response: each control is swept over five levels while all else (noise too) is held; does its attribute move?

A level is a place in the corpus (0.1 asks for what the lowest tenth of real music has). The rows of a window are moved
as a mood or a drawn curve moves them in use (`engine.features.transfer.shift`): their median goes to the level and they
keep their own variation. Rows that the control space ties to others follow (`engine.features.conditions`): flow and
loudness are the smoothed density and intensity, arousal is the mean of flow, loudness and tempo; density takes rhythm
along, as a drawn curve does (`engine.music.curves.CONTROLS_OF`). So those are swept with what they are tied to.

Not swept: **tempo**, which the tempo map plays exactly and notes on a grid cannot show.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.diffusion.noise import NoiseSource
from engine.features.conditions import arousal_of
from engine.features.transfer import shift, to_positions, to_values
from engine.music.controls import (
    CHORD_ROWS,
    DYNAMIC,
    HIT_COLUMNS,
    KEY_ROWS,
    SEMANTIC,
    Conditions,
    measure_accents,
    measure_dynamic,
    measure_semantic,
    smooth,
)
from engine.music.notes import NoteTable
from engine.music.plan import plan_rows
from engine.music.progression import write_plan
from engine.music.wishes import Wishes
from engine.timebase import STEPS_PER_BEAT
from training.generate import Change, GeneratedWindow
from training.metrics.piece import FloatArray

Quantiles = Mapping[str, Sequence[float]]
Rows = dict[str, NDArray[np.float32]]

LEVELS: Final = (0.1, 0.3, 0.5, 0.7, 0.9)
HIT_SHARES: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
N_HITS: Final = 16
CHROMA: Final = slice(KEY_ROWS + 13, KEY_ROWS + 25)
BASS: Final = slice(KEY_ROWS + 25, KEY_ROWS + CHORD_ROWS)
HARMONY: Final = slice(0, KEY_ROWS + CHORD_ROWS)
REFERENCE_BPM: Final = 80.0

_MAJOR: Final = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
_MINOR: Final = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
"""Key profiles of Krumhansl and Kessler 1982."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """One control, or several that go together.

    Attributes:
        name: of the control that is asked.
        moves: rows that are moved to the level; what follows from them is computed.
        measured: attribute -> how it is measured on a written window.
        about: what is held and what follows.
        levels: what is asked, increasing.
        guided: whether notes are pulled towards hits, as in use.
        plan: "kept" (the window's own), "written" (by the progression model for the level) or "unknown".
    """

    name: str
    moves: tuple[str, ...]
    measured: Mapping[str, Callable[[GeneratedWindow], float]]
    about: str = ""
    levels: tuple[float, ...] = LEVELS
    plan: str = "kept"
    guided: bool = False

    def at(self, level: float, quantiles: Quantiles) -> Change:
        """The change of conditions that asks for a level."""

        def apply(conditions: Conditions, window: str) -> Conditions:
            if self.levels is HIT_SHARES:
                return ask_hits(conditions, window, share=level)
            moved = move_rows(conditions, self.moves, level, quantiles)
            if self.plan == "kept":
                return moved
            return replace(moved, plan=_plan_for(conditions, window, level, written=self.plan == "written"))

        def wishes(conditions: Conditions, _window: str) -> Wishes:
            return wished_hits(conditions)

        return Change(f"{self.name} {level:g}", apply, wishes if self.guided else None)


def move_rows(conditions: Conditions, names: Sequence[str], level: float, quantiles: Quantiles) -> Conditions:
    """Conditions of a window whose rows `names` have their median at a place 0..1 in the corpus; tied rows follow."""
    rows = _named(conditions)
    for name in names:
        table = np.asarray(quantiles[name], np.float32)
        positions = shift(to_positions(rows[name], table), level, 1.0)
        rows[name] = to_values(positions, table)
    if "density" in names:
        rows["flow"] = smooth(rows["density"])
    if "intensity" in names:
        rows["loudness"] = smooth(rows["intensity"])
    if {"density", "intensity"} & set(names):
        rows["arousal"] = arousal_of(rows["flow"], rows["loudness"], rows["tempo"])
    dynamic = np.stack([rows[name] for name in DYNAMIC], axis=1)
    semantic = np.stack([rows[name] for name in SEMANTIC], axis=1)
    return Conditions(dynamic.astype(np.float32), semantic.astype(np.float32), conditions.plan)


def _named(conditions: Conditions) -> Rows:
    dynamic = {name: conditions.dynamic[:, i].copy() for i, name in enumerate(DYNAMIC)}
    return dynamic | {name: conditions.semantic[:, i].copy() for i, name in enumerate(SEMANTIC)}


def hit_places(window: str, n_beats: int) -> NDArray[np.int64]:
    """Steps on which hits may be asked of a window: one on each of 16 beats, in an order of their own, int64 `[16]`."""
    draw = NoiseSource.for_bars(0, [(f"hits {window}", 0)]).draw(0, 2 * n_beats).numpy().ravel()
    beats = np.argsort(draw[:n_beats])[: min(N_HITS, n_beats)]
    within = np.argsort(draw[n_beats : n_beats + 4 * len(beats)].reshape(len(beats), 4), axis=1)[:, 0]
    return np.asarray(beats * STEPS_PER_BEAT + within, np.int64)


def ask_hits(conditions: Conditions, window: str, *, share: float) -> Conditions:
    """Conditions that ask for the first `share` of a window's hit places."""
    dynamic = conditions.dynamic.copy()
    dynamic[:, HIT_COLUMNS] = 0
    places = hit_places(window, conditions.n_beats)
    for step in places[: round(share * len(places))].tolist():
        dynamic[step // STEPS_PER_BEAT, HIT_COLUMNS.start + step % STEPS_PER_BEAT] = 1
    return replace(conditions, dynamic=dynamic)


def wished_hits(conditions: Conditions) -> Wishes:
    """The hits that conditions ask for, as what notes are pulled towards, with the chords of the plan."""
    chroma = (conditions.plan[:, CHROMA] > 0).astype(np.float32)
    bass = (conditions.plan[:, BASS] > 0).astype(np.float32)
    for classes in (chroma, bass):
        classes[~classes.any(axis=1)] = 1
    hits = np.flatnonzero(conditions.dynamic[:, HIT_COLUMNS].ravel() > 0).tolist()
    return Wishes(conditions.n_beats, tuple(hits), chroma, bass)


def _plan_for(conditions: Conditions, window: str, level: float, *, written: bool) -> NDArray[np.float32]:
    """Plan rows whose harmony the progression model writes for a valence, or whose harmony is unknown."""
    rows = conditions.plan.copy()
    rows[:, HARMONY] = 0
    if written:
        seed = sum(ord(letter) * 31**i for i, letter in enumerate(window)) % 2**31
        valence = np.full(conditions.n_beats, 2 * level - 1, np.float32)
        rows[:, HARMONY] = plan_rows(write_plan(conditions.n_beats, seed=seed, valence=valence))[:, HARMONY]
    return rows


def dynamic_mean(name: str) -> Callable[[GeneratedWindow], float]:
    """Mean over the window of a dynamic row as training measures it."""
    column = DYNAMIC.index(name)
    return lambda window: _mean(measure_dynamic(_table(window), window.conditions.n_beats)[:, column])


def semantic_mean(name: str) -> Callable[[GeneratedWindow], float]:
    """Mean over the window of a semantic row as training measures it, against the chords that were asked for."""
    column = SEMANTIC.index(name)

    def measure(window: GeneratedWindow) -> float:
        chroma = (window.conditions.plan[:, CHROMA] > 0).astype(np.uint8)
        n_beats = window.conditions.n_beats
        return _mean(measure_semantic(_table(window), n_beats, bpm=REFERENCE_BPM, chroma=chroma)[:, column])

    return measure


def mean_arousal(window: GeneratedWindow) -> float:
    """Mean of the written flow and loudness: arousal without the tempo."""
    return (semantic_mean("flow")(window) + semantic_mean("loudness")(window)) / 2


def hits_taken(window: GeneratedWindow) -> float:
    """Marked onsets on the window's 16 hit places, whether asked for or not."""
    accents = measure_accents(_table(window), window.conditions.n_beats).ravel()
    return float(accents[hit_places(window.name, window.conditions.n_beats)].sum())


def hits_heard(window: GeneratedWindow) -> float:
    """How many of the window's 16 hit places have an onset, whether asked for or not."""
    onsets = {note.onset for note in window.notes}
    return float(sum(step in onsets for step in hit_places(window.name, window.conditions.n_beats).tolist()))


def mode_colour(window: GeneratedWindow) -> float:
    """How much better the best major key explains the sounding pitch classes than the best minor one, -2..2.

    Difference of Krumhansl and Schmuckler's correlations with the profiles of Krumhansl and Kessler (1982).
    """
    table = _table(window)
    profile = np.bincount(table.pitch % 12, weights=table.duration, minlength=12).astype(np.float64)
    if not profile.any() or np.ptp(profile) == 0:
        return float("nan")
    best = [max(float(np.corrcoef(profile, np.roll(key, t))[0, 1]) for t in range(12)) for key in (_MAJOR, _MINOR)]
    return best[0] - best[1]


def _table(window: GeneratedWindow) -> NoteTable:
    return NoteTable.from_notes(window.notes)


def _mean(values: NDArray[np.float32]) -> float:
    return float(values.mean())


SWEEPS: Final = (
    Sweep(
        "density",
        ("density", "rhythm"),
        {"density": dynamic_mean("density"), "rhythm": dynamic_mean("rhythm"), "flow": semantic_mean("flow")},
        "density and rhythm move together; flow and arousal follow",
    ),
    Sweep(
        "intensity",
        ("intensity",),
        {"intensity": dynamic_mean("intensity"), "loudness": semantic_mean("loudness")},
        "loudness and arousal follow",
    ),
    Sweep(
        "arousal",
        ("density", "rhythm", "intensity"),
        {"arousal": mean_arousal},
        "as a mood: density, rhythm and intensity move; flow, loudness and arousal follow",
    ),
    Sweep("novelty", ("novelty",), {"novelty": dynamic_mean("novelty")}, "not in use: left to the model, see training"),
    Sweep(
        "hits",
        (),
        {"hits": hits_heard},
        "as in use, with the pull towards hits: onsets on 16 places, of which a share is asked for",
        HIT_SHARES,
        guided=True,
    ),
    Sweep(
        "hits, rows alone",
        (),
        {"hits, rows alone": hits_heard, "marked hits, rows alone": hits_taken},
        "without the pull, not how it is used",
        HIT_SHARES,
    ),
    Sweep(
        "valence",
        ("valence",),
        {"valence": mode_colour},
        "as in use: the progression model writes key and chords for it; major against minor colour",
        plan="written",
    ),
    Sweep(
        "valence, rows alone",
        ("valence",),
        {"valence, rows alone": mode_colour},
        "key and chords unknown, not how it is used: what the row does by itself",
        plan="unknown",
    ),
    *(Sweep(name, (name,), {name: semantic_mean(name)}) for name in ("register", "polyphony", "articulation")),
    Sweep("tension", ("tension",), {"tension": semantic_mean("tension")}, "share of what sounds outside the chord"),
    Sweep("melody", ("melody",), {"melody": semantic_mean("melody")}, "share of time in which the melody sounds"),
)

NOT_IN_USE: Final = ("novelty", "valence, rows alone", "hits, rows alone", "marked hits, rows alone")
"""Sweeps that explain and do not count: the control is not used, or not that way."""


def measure_level(sweep: Sweep, windows: Sequence[GeneratedWindow]) -> dict[str, FloatArray]:
    """Each attribute of a sweep on the windows of one level, float64 `[W]`."""
    return {name: np.array([measure(window) for window in windows]) for name, measure in sweep.measured.items()}
