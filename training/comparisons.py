"""Further questions to a model: few steps against many, with and without the plan, given chords, long pieces, size."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.flop_counter import FlopCounterMode

from engine.diffusion.denoiser import WindowConditions
from engine.diffusion.model import Bundle, CompactModel
from engine.errors import InputError
from engine.music.chords import Key, parse_chord
from engine.music.controls import Conditions
from engine.music.notes import Note
from engine.music.plan import plan_rows
from engine.music.progression import write_plan
from engine.timebase import BARS_PER_WINDOW, BEATS_PER_BAR, BEATS_PER_WINDOW, STEPS_PER_BEAT
from training.controls_sweep import CHROMA, HARMONY
from training.generate import Change, GeneratedWindow, Recipe, Writer, spread_spans, with_settings
from training.metrics.bootstrap import Interval, mean_interval
from training.metrics.extractors import Extractor, comparable
from training.metrics.piece import Piece, groups_of
from training.metrics.report import MEASURES
from training.metrics.retrieval import POOL, diversity, retrieval
from training.metrics.seams import SeamDifference, seam_report
from training.metrics.shape import shape_report
from training.metrics.tables import Cell, Table
from training.variants import Variant

FEW_STEPS: Final = 20
MANY_STEPS: Final = 250
COMPARED: Final = ("PCHE", "GPS", "SI", "SC", "density", "note length", "polyphony", "repetition, lag 4")
NO_PLAN: Final = Variant("without the plan", "key, chords and form are the null condition", plan=False)
WEAK_PLAN: Final = Variant("plan without guidance", "plan guidance 1", settings={"plan_guidance": 1.0})
_STRONG_STEPS: Final = 2 * STEPS_PER_BEAT
_USER_CHORDS: Final = (
    ("C:maj", "G:maj", "A:min", "F:maj"),
    ("A:min", "F:maj", "C:maj", "G:maj"),
    ("C:maj", "A:min", "F:maj", "G:maj"),
    ("D:min", "G:maj", "C:maj", "A:min"),
)


def pieces_of(windows: Sequence[GeneratedWindow], *, real: bool = False) -> list[Piece]:
    """Windows as pieces for the measures; those of one song form a group."""
    return [Piece.from_notes(w.real if real else w.notes, w.n_steps, name=w.name, group=w.song) for w in windows]


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """The figures of a set in the paper's columns, and a few more.

    Attributes:
        by_name: a measure's name, "Diversity", "P@5", ... -> value with interval.
        shape: mean ratio of shape distance and floor over the aspects that are defined.
    """

    by_name: dict[str, Interval]
    shape: float


def figures(
    windows: Sequence[GeneratedWindow],
    extractor: Extractor,
    *,
    names: Sequence[str] = COMPARED,
    pairs: bool = True,
    seed: int = 0,
) -> Figures:
    """Measure a set beside its real windows."""
    ours, theirs = pieces_of(windows), pieces_of(windows, real=True)
    groups = groups_of(ours)
    found = {m.name: mean_interval(m.of(ours), groups, seed=seed) for m in MEASURES if m.name in names}
    features, real_features = comparable(extractor, ours, theirs)
    found["Diversity"] = diversity(features, groups, resamples=200, seed=seed)
    if pairs and len(ours) >= POOL:
        result = retrieval(features, real_features, extractor=extractor.name, groups=groups, seed=seed)
        found |= {f"P@{k}": value for k, value in result.precision.items()}
        found["average rank"] = result.average_rank
    ratios = [s.ratio for s in shape_report(ours, theirs, seed=seed) if not math.isnan(s.ratio)]
    return Figures(found, float(np.mean(ratios)) if ratios else math.nan)


def steps_table(
    writer: Writer,
    index: NDArray[np.int64],
    recipe: Recipe,
    extractor: Extractor,
    *,
    few: int = FEW_STEPS,
    many: int = MANY_STEPS,
) -> Table:
    """Few steps beside many: does each figure of few lie within the confidence interval of many?"""
    found = {}
    for steps in (few, many):
        variant = Variant(f"{steps} steps", settings={"steps": steps})
        found[steps] = figures(writer.write(index, with_settings(recipe, variant)), extractor).by_name
    rows: list[tuple[Cell, ...]] = [
        (name, found[few][name], found[many][name], found[many][name].contains(found[few][name].value))
        for name in found[many]
    ]
    return Table(
        "steps",
        f"{few} steps against {many}",
        f"The same {len(index)} windows and noise, sampler {recipe.settings.sampler}; figures with 95 % intervals. "
        f"Within: the mean of {few} steps lies in the interval of {many}.",
        ("figure", f"{few} steps", f"{many} steps", "within"),
        tuple(rows),
    )


def chord_tone_rate(notes: Sequence[Note], plan: NDArray[np.float32]) -> float:
    """Share of the notes that start on the first and third beat whose pitch class is in the chord of that beat.

    Beats without a chord do not count. NaN where no such note is.
    """
    chroma = plan[:, CHROMA] > 0
    strong = [n for n in notes if n.onset % _STRONG_STEPS == 0 and n.onset < len(plan) * STEPS_PER_BEAT]
    hits = [bool(chroma[n.onset // STEPS_PER_BEAT, n.pitch % 12]) for n in strong if chroma[n.onset // 4].any()]
    return sum(hits) / len(hits) if hits else math.nan


def give_chords(conditions: Conditions, window: str) -> Conditions:
    """Conditions with chords that a user might give, one a bar, in a key that the window's name picks."""
    pick = sum(ord(letter) * (i + 7) for i, letter in enumerate(window))
    labels = _USER_CHORDS[pick % len(_USER_CHORDS)]
    up = pick // len(_USER_CHORDS) % 12
    chords = [parse_chord(label) for label in labels]
    moved = [replace(c, root=(c.root + up) % 12, bass=(c.bass + up) % 12) for c in chords if c is not None]
    beats = [moved[beat // BEATS_PER_BAR % len(moved)] for beat in range(conditions.n_beats)]
    rows = conditions.plan.copy()
    plan = write_plan(conditions.n_beats, seed=0, chords=beats, key=Key(up, False))
    rows[:, HARMONY] = plan_rows(plan)[:, HARMONY]
    return replace(conditions, plan=rows)


GIVEN_CHORDS: Final = Change("given chords", give_chords)


def plan_table(writer: Writer, index: NDArray[np.int64], recipe: Recipe, extractor: Extractor) -> Table:
    """With and without the plan, and chords given by a user: the paper's figures and chord tones on strong beats."""
    sets = {
        "with the plan": writer.write(index, recipe),
        WEAK_PLAN.name: writer.write(index, with_settings(recipe, WEAK_PLAN)),
        NO_PLAN.name: writer.write(index, with_settings(recipe, NO_PLAN)),
    }
    given = writer.write(index, replace(recipe, change=GIVEN_CHORDS))
    groups = [w.song for w in given]
    own = sets["with the plan"]
    names = ("PCHE", "GPS", "SI", "SC", "P@20", "average rank", "Diversity")
    rows: list[tuple[Cell, ...]] = []
    for name, windows in {**sets, "chords given by a user": given}.items():
        found = figures(windows, extractor)
        rate = mean_interval([chord_tone_rate(w.notes, w.conditions.plan) for w in windows], groups)
        rows.append((name, *(_value(found.by_name.get(column)) for column in names), found.shape, rate))
    asked = [w.conditions.plan for w in given]
    blind = [chord_tone_rate(w.notes, plan) for w, plan in zip(own, asked, strict=True)]
    real = [chord_tone_rate(w.real, w.conditions.plan) for w in own]
    empty = [None] * (len(names) + 1)
    rows.append(("music for other chords, against the given ones (chance)", *empty, mean_interval(blind, groups)))
    rows.append(("real music, against its own chords", *empty, mean_interval(real, groups)))
    return Table(
        "plan",
        "With and without the plan",
        f"{len(index)} windows, the same noise. Shape: mean ratio of distance and floor. Chord tones: share of the "
        "notes on the first and third beat that belong to the chord asked for there, mean of windows, 95 % interval. "
        "Given chords: four common progressions, a chord a bar, in keys that have nothing to do with the window.",
        ("set", *names, "shape", "chord tones"),
        tuple(rows),
    )


def _value(found: Interval | None) -> float:
    return math.nan if found is None else found.value


@dataclass(frozen=True, slots=True, eq=False)
class LongPieces:
    """Pieces longer than a window, sampled jointly, beside real ones of that length."""

    generated: list[Piece]
    real: list[Piece]
    bars: int
    seams: tuple[SeamDifference, ...]


def long_pieces(writer: Writer, recipe: Recipe, *, n: int, n_windows: int = 3) -> LongPieces | None:
    """Write `n` pieces of several windows each; None where no song of the corpus is long enough."""
    try:
        spans = spread_spans(writer.windows, n, n_windows)
    except InputError:
        return None
    written = writer.write_spans(spans, recipe)
    ours, theirs = pieces_of(written), pieces_of(written, real=True)
    return LongPieces(ours, theirs, n_windows * BARS_PER_WINDOW, seam_report(ours, theirs))


def seams_table(found: LongPieces) -> Table:
    """Borders of windows against other bar lines."""
    rows: list[tuple[Cell, ...]] = []
    for seam in found.seams:
        overlap = not (seam.generated.high < seam.real.low or seam.generated.low > seam.real.high)
        rows.append((seam.name, seam.generated, seam.real, overlap))
    return Table(
        "seams",
        "Seams",
        f"{len(found.generated)} pieces of {found.bars} bars, windows half overlapping: mean at the bar lines where "
        "windows begin or end (every fourth) minus mean at the other bar lines, with 95 % intervals. Real music has "
        "phrases of four bars, so its own lines differ, too; a seam is where the intervals do not overlap.",
        ("measure", "generated", "real", "overlap"),
        tuple(rows),
    )


def bundle_size_mb(folder: Path) -> float:
    """All files of a bundle, in MiB."""
    return sum(file.stat().st_size for file in folder.iterdir() if file.is_file()) / 2**20


def forward_gflop(bundle: Bundle) -> float:
    """GFLOP of one forward pass over one window (a multiply and an add are two), as torch counts matrix products.

    NaN for another architecture than the compact one.
    """
    model = bundle.model
    if not isinstance(model, CompactModel):
        return math.nan
    config = model.config.denoiser
    x = torch.zeros(1, BEATS_PER_WINDOW, config.latent)
    widths = (config.dynamic, config.semantic, config.plan)
    dynamic, semantic, plan = (torch.zeros(1, BEATS_PER_WINDOW, width) for width in widths)
    known = torch.ones(1, dtype=torch.bool)
    conditions = WindowConditions(
        dynamic=dynamic,
        semantic=semantic,
        plan=plan,
        picture_known=known,
        plan_known=known,
        t0=torch.zeros(1),
        k=torch.full((1,), 8, dtype=torch.int64),
    )
    counter = FlopCounterMode(display=False)
    with torch.no_grad(), counter:
        model.denoiser(x, torch.zeros(1, dtype=torch.int64), conditions, x)
    return float(counter.get_total_flops()) / 1e9
