"""`diffbgm-train report`: everything that decides whether weights ship, with the bars, on one page."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from engine.errors import InputError
from training.ablate import STUDIES, Study, run_study
from training.comparisons import (
    LongPieces,
    bundle_size_mb,
    forward_gflop,
    long_pieces,
    plan_table,
    seams_table,
    steps_table,
)
from training.evaluate import (
    N_PICTURES,
    Asked,
    Held,
    as_text,
    assess_windows,
    draw_pairs,
    facts_of,
    hold_out,
    open_writer,
    say,
    system_name,
    training_tunes,
)
from training.export import MAX_BUNDLE_BYTES
from training.generate import Writer, spread
from training.metrics import tables as forms
from training.metrics.pages import response_plot, write_file, write_report
from training.metrics.report import FLOOR_MULTIPLE, SystemReport, assess
from training.metrics.tables import Cell, Table
from training.respond import RESPONSE_BAR, counts_for_bar, response_table, sweep_controls

MAX_GFLOP: Final = 4.0
WINDOWS_FOR_THE_BAR: Final = 200
_LAG_8: Final = "repetition, lag 8"
_MEASURED: Final = ("PCHE", "GPS", "SI", "SC", "density", "note length", "density followed", "near copies", "P@20")


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is done for each part; 0 leaves a part out.

    Attributes:
        sweep: windows a level of the control sweeps.
        steps: windows of the comparison of 20 and 250 steps.
        plan: windows of the comparison with and without the plan.
        long: pieces of 24 bars.
        ablate: windows a line of the ablations.
    """

    sweep: int = 32
    steps: int = 200
    plan: int = 64
    long: int = 40
    ablate: int = 0


def full_report(bundle: Path, asked: Asked, sizes: Sizes, output: Path) -> bool:
    """Measure a bundle against every bar, print the bars, write the page; returns whether all are reached."""
    began = time.monotonic()
    held = hold_out(asked)
    writer, extractor = open_writer(bundle, asked, held), asked.choose_extractor()
    tunes = training_tunes(held.corpus)
    written = writer.write(held.index, asked.recipe)
    main = assess_windows(system_name(writer), written, extractor, tunes)
    say("measured the windows")
    parts: list[Table] = []
    long = long_pieces(writer, asked.recipe, n=sizes.long) if sizes.long else None
    systems = [main]
    if long:
        systems.append(_long_report(main.name, long))
        parts.append(seams_table(long))
    if sizes.sweep:
        index = spread(held.windows, sizes.sweep)
        parts.append(response_table(sweep_controls(writer, index, asked.recipe), len(index)))
    if sizes.steps:
        parts.append(steps_table(writer, spread(held.windows, sizes.steps), asked.recipe, extractor))
    if sizes.plan:
        parts.append(plan_table(writer, spread(held.windows, sizes.plan), asked.recipe, extractor))
    if sizes.ablate:
        index = spread(held.windows, sizes.ablate)
        parts += [run_study(study, writer, index, asked.recipe, extractor) for study in STUDIES]
    bars = bars_table(systems, parts, bundle_size_mb(bundle), forward_gflop(writer.bundle))
    facts = {**facts_of(asked, held, writer), "time": f"{(time.monotonic() - began) / 60:.1f} minutes"}
    _write(output, systems, [bars, *parts], facts)
    draw_pairs(written[:: max(1, len(written) // N_PICTURES)][:N_PICTURES], output / "rolls.png")
    print(as_text(main))
    print(forms.text(bars))
    return all(met is not False for met in bars.column("met"))


def _long_report(name: str, long: LongPieces) -> SystemReport:
    report = assess(long.generated, long.real, name=f"{name}, {long.bars} bars", paired=True)
    return replace(report, notes=("Sampled jointly, as in use; the bars are for windows of 8 bars and lag 8.",))


def bars_table(systems: Sequence[SystemReport], parts: Sequence[Table], size_mb: float, gflop: float) -> Table:
    """Every bar with what was reached; "" where it was not measured.

    Args:
        systems: the windows of 8 bars, then, if made, the longer pieces.
        parts: what else was measured.
    """
    main = systems[0]
    by_name = {row.name: row for row in main.rows}
    rows: list[tuple[Cell, ...]] = []
    for name in _MEASURED:
        row = by_name.get(name)
        found: Cell = None
        if row:
            found = row.delta if "delta" in row.bar or name == "near copies" else row.generated
            if "ratio" in row.bar:
                found = row.generated.value / row.real.value if row.real.value else math.nan
        rows.append((name, row.bar if row else "", found, row.met if row else None))
    shapes = {shape.name: shape for shape in main.shape}
    if len(systems) > 1:
        shapes[_LAG_8] = next(shape for shape in systems[1].shape if shape.name == _LAG_8)
    for name, shape in shapes.items():
        met = None if math.isnan(shape.ratio) else shape.ratio <= FLOOR_MULTIPLE
        rows.append((f"shape: {name}", f"<= {FLOOR_MULTIPLE:g} floors", shape.ratio, met))
    rows += _response_bars(parts)
    rows += _step_bars(parts)
    limit = MAX_BUNDLE_BYTES / 2**20
    rows.append(("bundle, MiB", f"<= {limit:g}", size_mb, size_mb <= limit))
    rows.append(
        ("GFLOP a window-forward", f"<= {MAX_GFLOP:g}", gflop, None if math.isnan(gflop) else gflop <= MAX_GFLOP)
    )
    enough = main.n_generated >= WINDOWS_FOR_THE_BAR
    rows.append(("windows", f">= {WINDOWS_FOR_THE_BAR}", main.n_generated, enough))
    reached = sum(row[-1] is True for row in rows)
    judged = sum(row[-1] is not None for row in rows)
    return Table(
        "bars",
        "The bars",
        f"{reached} of {judged} reached. Differences are generated minus real, of pairs made from the same conditions.",
        ("figure", "bar", "found", "met"),
        tuple(rows),
    )


def _response_bars(parts: Sequence[Table]) -> list[tuple[Cell, ...]]:
    table = next((part for part in parts if part.name == "control-response"), None)
    if table is None:
        return []
    return [
        (f"response: {name}", f">= {RESPONSE_BAR}", response, met)
        for name, response, met in zip(
            table.column("attribute"), table.column("response"), table.column(f">= {RESPONSE_BAR}"), strict=True
        )
        if counts_for_bar(str(name))
    ]


def _step_bars(parts: Sequence[Table]) -> list[tuple[Cell, ...]]:
    table = next((part for part in parts if part.name == "steps"), None)
    if table is None:
        return []
    within = [bool(cell) for cell in table.column("within")]
    outside = [str(name) for name, inside in zip(table.column("figure"), within, strict=True) if not inside]
    found = f"{sum(within)} of {len(within)} within" + (f"; outside: {', '.join(outside)}" if outside else "")
    return [(table.title, "within the interval", found, not outside)]


def _write(output: Path, systems: Sequence[SystemReport], tables: Sequence[Table], facts: dict[str, str]) -> None:
    pictures = {"rolls.png": "Generated and real rolls side by side"}
    response = next((table for table in tables if table.name == "control-response"), None)
    if response is not None:
        pictures["control-response.png"] = "What was measured at the five levels of each control"
    write_report(
        systems,
        output,
        title="Music of the bundle beside held-out real music",
        facts=facts,
        tables=tables,
        pictures=pictures,
    )
    if response is not None:
        write_file(output / "control-response.png", response_plot(response))


def ablation_report(
    bundle: Path, asked: Asked, output: Path | None, *, only: Sequence[str] = ()
) -> tuple[Held, Writer, list[Table]]:
    """Ablations of a trained model at inference; prints the tables and writes `ablation.md` and its files.

    Raises:
        InputError: for a study that does not exist.
    """
    held = hold_out(asked)
    writer, extractor = open_writer(bundle, asked, held), asked.choose_extractor()
    tables = []
    for study in choose_studies(only):
        tables.append(run_study(study, writer, held.index, asked.recipe, extractor))
        print(forms.text(tables[-1]), end="\n\n")
    if output is not None:
        facts = {
            **facts_of(asked, held, writer),
            "budget": "none of these was trained for: one trained model, in which each signal was dropped at random in "
            "training, is given less, or other settings. See its card for steps, hours and windows seen.",
        }
        write_report([], output, title="Ablations at inference", facts=facts, tables=tables, stem="ablation")
    return held, writer, tables


def choose_studies(only: Sequence[str], *, trainable: bool = False) -> list[Study]:
    """Studies by name; all when none is named."""
    known = {study.name: study for study in STUDIES if study.trainable or not trainable}
    unknown = sorted(set(only) - set(known))
    if unknown:
        raise InputError(f"There is no ablation '{unknown[0]}'.", f"Choose among: {', '.join(known)}.")
    return [known[name] for name in only] if only else list(known.values())
