"""`diffbgm-train ablate`: what each signal, order, setting and sampler does, in the paper's columns.

Without `--train` these are ablations of one trained model at inference; with it each variant of the first two tables is
trained from the start on the same budget (`training.ablate_train`). Either way the same windows and noise serve every
line, and the budget stands in the output.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.comparisons import figures
from training.generate import GeneratedWindow, Recipe, Writer, with_settings
from training.metrics.bootstrap import Interval
from training.metrics.extractors import Extractor
from training.metrics.tables import Cell, Table
from training.respond import followed_rows
from training.variants import Variant

WHOLE_WINDOW: Final = 32
"""k with one block a window: every beat sees every row, which is plain cross-attention."""

PAPER_COLUMNS: Final = ("PCHE", "GPS", "SI", "P@5", "P@10", "P@20", "Diversity")


@dataclass(frozen=True, slots=True)
class Study:
    """A table of the paper, or a sweep.

    Attributes:
        name: of the table; title, about: on the page.
        variants: its lines.
        paper: the paper's own lines: name, PCHE, GPS, SI and so on, NaN where it has none.
        trainable: whether the lines are made of signals that can be trained for.
    """

    name: str
    title: str
    about: str
    variants: tuple[Variant, ...]
    paper: tuple[tuple[str | float, ...], ...] = ()
    trainable: bool = False


_NO_SAC: Final = {"k": WHOLE_WINDOW}

SIGNALS: Final = Study(
    "signals",
    "Signals (the paper's Table 2)",
    "Unconditional: no condition. + video feature: dynamic rows at all t, whole-window attention. + feature selection: "
    "eq. 6 at t0, whole-window attention. + segment-aware attention: blocks of k, the paper's model. The plan is ours "
    "and left out of these four; the last line adds it.",
    (
        Variant("unconditional", picture="none", plan=False, settings=_NO_SAC),
        Variant("+ video feature", picture="dynamic", plan=False, settings=_NO_SAC),
        Variant("+ feature selection", plan=False, settings=_NO_SAC),
        Variant("+ segment-aware attention", plan=False),
        Variant("+ plan (ours)"),
    ),
    (
        ("Real (BGM909)", 2.717, 0.708, 0.486, math.nan, math.nan, math.nan, 6.664),
        ("Unconditional", 3.189, 0.595, 0.528, 0.0808, 0.1589, 0.3193, 6.421),
        ("+ Video feature", 2.835, 0.514, 0.396, 0.1344, 0.2354, 0.4320, 5.742),
        ("+ Feature selection", 2.721, 0.789, 0.523, 0.1100, 0.2079, 0.3847, 5.246),
        ("+ SAC-Attn (Diff-BGM)", 2.840, 0.601, 0.521, 0.1328, 0.2391, 0.4410, 5.153),
    ),
    trainable=True,
)

_NAN4: Final = (math.nan,) * 4
ORDERS: Final = Study(
    "orders",
    "Feature orders (the paper's Table 6)",
    "Only video: dynamic rows at all t. Only language: semantic rows at all t. Video + language: dynamic rows while "
    "t > t0, then semantic ones. Language + video: eq. 6, the default. Without the plan, like the paper.",
    (
        Variant("only video", picture="dynamic", plan=False),
        Variant("only language", picture="semantic", plan=False),
        Variant("video + language", picture="dynamic-semantic", plan=False),
        Variant("language + video", plan=False),
    ),
    (
        ("Only Video", 2.835, 0.514, 0.396, *_NAN4),
        ("Only Language", 2.849, 0.641, 0.521, *_NAN4),
        ("Video+Language", 2.840, 0.626, 0.536, *_NAN4),
        ("Language+Video", 2.781, 0.601, 0.517, *_NAN4),
    ),
    trainable=True,
)

T0_SWEEP: Final = Study(
    "t0",
    "t0",
    "The timestep of the switch, on the paper's scale.",
    tuple(Variant(f"t0 = {t0}", settings={"t0": t0}) for t0 in (0, 50, 100, 200, 400, 700, 1000)),
)
K_SWEEP: Final = Study(
    "k",
    "k",
    "Beats of an attention block.",
    tuple(Variant(f"k = {k}", settings={"k": k}) for k in (1, 2, 4, 8, 16, 32)),
)
SAMPLERS: Final = Study(
    "samplers",
    "Samplers and steps",
    "The same windows and noise. A line's cost is its steps.",
    tuple(
        Variant(f"{sampler}, {steps} steps", settings={"sampler": sampler, "steps": steps})
        for sampler, counts in (("dpm++", (8, 12, 24, 50)), ("ddim", (24, 50)), ("ddpm", (50, 250)))
        for steps in counts
    ),
)
GUIDANCE: Final = Study(
    "guidance",
    "Guidance",
    "Of the picture's rows; 1 adds nothing to the condition itself.",
    tuple(Variant(f"guidance {g:g}", settings={"guidance": g}) for g in (1.0, 1.75, 2.5, 4.0, 6.0)),
)
STUDIES: Final = (SIGNALS, ORDERS, T0_SWEEP, K_SWEEP, SAMPLERS, GUIDANCE)


def run_study(study: Study, writer: Writer, index: NDArray[np.int64], recipe: Recipe, extractor: Extractor) -> Table:
    """Every variant of a study on the same windows, beside the paper's lines."""
    sets = [(variant.name, writer.write(index, with_settings(recipe, variant))) for variant in study.variants]
    return study_table(study, sets, extractor)


def study_table(study: Study, sets: Sequence[tuple[str, list[GeneratedWindow]]], extractor: Extractor) -> Table:
    """The table of a study from sets already written."""
    rows = [_real_line(sets[0][1], extractor)]
    rows += [_line(name, windows, extractor) for name, windows in sets]
    empty = (None, None)
    rows += [(f"{name} (paper)", *figures_of_paper, *empty) for name, *figures_of_paper in study.paper]
    n = len(sets[0][1])
    return Table(
        f"ablation-{study.name}",
        study.title,
        f"{study.about} {n} windows, the same noise; features of P@K and Diversity: {extractor.name}. Figures with 95 "
        "% intervals. Shape: mean ratio of shape distance and real-against-real floor, 1 is as good as real. Followed: "
        "Spearman of asked and written density by beats.",
        ("variant", *PAPER_COLUMNS, "shape", "followed"),
        tuple(rows),
    )


def _line(name: str, windows: Sequence[GeneratedWindow], extractor: Extractor) -> tuple[Cell, ...]:
    found = figures(windows, extractor, names=("PCHE", "GPS", "SI"))
    followed = next(row.generated for row in followed_rows(windows) if row.name == "density followed")
    return (name, *(_cell(found.by_name.get(column)) for column in PAPER_COLUMNS), found.shape, followed)


def _real_line(windows: Sequence[GeneratedWindow], extractor: Extractor) -> tuple[Cell, ...]:
    real = [GeneratedWindow(w.real, w.real, w.conditions, w.name, w.song) for w in windows]
    found = figures(real, extractor, names=("PCHE", "GPS", "SI"), pairs=False)
    return ("real", *(_cell(found.by_name.get(column)) for column in PAPER_COLUMNS), None, None)


def _cell(found: Interval | None) -> Interval | None:
    return found
