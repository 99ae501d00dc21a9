"""`diffbgm-train respond`: what each control does, asked against measured."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.music.controls import DYNAMIC, measure_dynamic
from engine.music.notes import NoteTable
from training.controls_sweep import NOT_IN_USE, SWEEPS, Sweep, measure_level
from training.generate import GeneratedWindow, Recipe, Writer
from training.metrics.bootstrap import Interval, mean_interval
from training.metrics.control import SweepResponse, spearman, sweep_response
from training.metrics.report import Row
from training.metrics.tables import Cell, Table

RESPONSE_BAR: Final = 0.8
FOLLOWED_BAR: Final = 0.6
FOLLOWED: Final = ("density", "rhythm", "intensity", "novelty")
NO_INTERVAL: Final = Interval(math.nan, math.nan, math.nan, 0)


def sweep_controls(
    writer: Writer, index: NDArray[np.int64], recipe: Recipe, sweeps: Sequence[Sweep] = SWEEPS
) -> dict[str, tuple[SweepResponse, Interval, Sweep]]:
    """Sweep controls on windows `index`: attribute -> its response, the interval of the response, and the sweep."""
    quantiles = writer.bundle.config.quantiles
    found: dict[str, tuple[SweepResponse, Interval, Sweep]] = {}
    for sweep in sweeps:
        levels = []
        for level in sweep.levels:
            written = writer.write(index, replace(recipe, change=sweep.at(level, quantiles)))
            songs = [window.song for window in written]
            levels.append(measure_level(sweep, written))
        for attribute in sweep.measured:
            response = sweep_response(sweep.levels, np.stack([level[attribute] for level in levels], axis=1))
            found[attribute] = (response, mean_interval(np.nan_to_num(response.per_piece), songs), sweep)
    return found


def counts_for_bar(attribute: str) -> bool:
    """Whether an attribute's response is held against the bar."""
    return attribute not in NOT_IN_USE


def response_table(found: dict[str, tuple[SweepResponse, Interval, Sweep]], n_windows: int) -> Table:
    """One line an attribute: its mean at each of the five levels, and the rank correlation of level and attribute."""
    rows: list[tuple[Cell, ...]] = []
    for attribute, (response, interval, sweep) in found.items():
        met = response.response >= RESPONSE_BAR if counts_for_bar(attribute) else None
        means = (float(value) for value in response.mean)
        rows.append(
            (
                attribute,
                sweep.name,
                *means,
                interval,
                response.of_means,
                response.rising,
                met,
                sweep.about,
            )
        )
    return Table(
        "control-response",
        "Control response",
        f"Each control asked for at five places in the corpus (0.1, 0.3, 0.5, 0.7, 0.9; hits: 0 to 16 of them), all "
        f"else and the noise held, {n_windows} windows. Response: Spearman of asked and measured over the levels, mean "
        f"of windows with 95 % interval, a window that did not move counting 0; chance 0, bar >= {RESPONSE_BAR}. "
        "Of means: the same for the five means. Rising: share of steps between neighbouring levels on which a window's "
        "value grew. Tempo is not swept: the tempo map plays it exactly. Tied rows move together, as in use.",
        (
            *("attribute", "swept", "level 1", "level 2", "level 3", "level 4", "level 5"),
            *("response", "of means", "rising", f">= {RESPONSE_BAR}", "note"),
        ),
        tuple(rows),
    )


def followed_rows(windows: Sequence[GeneratedWindow]) -> tuple[Row, ...]:
    """Spearman of each dynamic curve that was asked for and the one written, a value a beat, mean of windows."""
    groups = [window.song for window in windows]
    written = [measure_dynamic(NoteTable.from_notes(w.notes), w.conditions.n_beats) for w in windows]
    rows = []
    for name in FOLLOWED:
        column = DYNAMIC.index(name)
        values = [
            spearman(window.conditions.dynamic[:, column], rows_written[:, column])
            for window, rows_written in zip(windows, written, strict=True)
        ]
        found = mean_interval(values, groups)
        barred = name == "density"
        rows.append(
            Row(
                name=f"{name} followed",
                unit="",
                about=f"Spearman of the asked {name} curve and the written one, a value a beat; mean of pieces",
                generated=found,
                real=NO_INTERVAL,
                delta=NO_INTERVAL,
                chance=0.0,
                bar=f">= {FOLLOWED_BAR}" if barred else "",
                met=found.value >= FOLLOWED_BAR if barred else None,
            )
        )
    return tuple(rows)
