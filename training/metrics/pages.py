"""Writes an evaluation: JSON and CSV for machines, Markdown and plots for people."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from engine.errors import OutputError
from training.metrics import tables as forms
from training.metrics.bootstrap import Interval
from training.metrics.report import FLOOR_MULTIPLE, Row, SystemReport
from training.metrics.shape import ShapeDistance
from training.metrics.tables import Table

PAPER_TABLE_2: Final = (
    ("Real (BGM909)", 2.717, 0.708, 0.486, math.nan, math.nan, math.nan, 6.664),
    ("CMT", 2.398, 0.594, 0.761, 0.1056, 0.1859, 0.3640, 6.025),
    ("Riffusion", 2.556, 0.509, 0.412, 0.0912, 0.1571, 0.3429, 6.335),
    ("Unconditional", 3.189, 0.595, 0.528, 0.0808, 0.1589, 0.3193, 6.421),
    ("+ Video feature", 2.835, 0.514, 0.396, 0.1344, 0.2354, 0.4320, 5.742),
    ("+ Feature selection", 2.721, 0.789, 0.523, 0.1100, 0.2079, 0.3847, 5.246),
    ("+ SAC-Attn (Diff-BGM)", 2.840, 0.601, 0.521, 0.1328, 0.2391, 0.4410, 5.153),
)
"""The paper's Table 2: PCHE, GPS, SI, P@5, P@10, P@20, Diversity."""

PAPER_TABLE_3: Final = (
    ("Real (official test set)", 2.633, 0.986, math.nan, math.nan, math.nan, math.nan),
    ("CMT", 2.444, 0.990, 0.089, 0.177, 0.310, 33.4),
    ("V-MusProd", 2.607, 0.983, 0.157, 0.246, 0.448, 25.4),
    ("Real (their test set)", 2.538, 0.882, math.nan, math.nan, math.nan, math.nan),
    ("Diff-BGM", 2.738, 0.878, 0.190, 0.286, 0.476, 19.4),
)
"""The paper's Table 3, on SymMV: PCHE, SC, P@5, P@10, P@20, average rank."""

_TABLE_3_ROWS: Final = ("PCHE", "SC", "P@5", "P@10", "P@20", "average rank")
_TABLE_2_ROWS: Final = ("PCHE", "GPS", "SI", "P@5", "P@10", "P@20", "Diversity")


def write_report(
    systems: Sequence[SystemReport],
    folder: Path,
    *,
    title: str,
    facts: Mapping[str, str] | None = None,
    tables: Sequence[Table] = (),
    pictures: Mapping[str, str] | None = None,
    stem: str = "report",
) -> tuple[Path, ...]:
    """Write the page, its JSON and CSV, NAME.csv for each table, shape-NAME.png for each system; returns their paths.

    Each file is written aside and renamed. Without Matplotlib there are no plots, and the page says so.

    Args:
        systems: what `report.assess` returned.
        folder: made when missing.
        title: heading of the page.
        facts: what to state at the top (weights, steps, seed, data hash).
        tables: further tables, which come first on the page.
        pictures: file name -> caption of pictures in the folder that the page shows.
        stem: name of the page, without the suffix.

    Raises:
        OutputError: if the folder cannot be written.
    """
    facts = dict(facts or {})
    plots = {system.name: f"shape-{_slug(system.name)}.png" for system in systems} if _can_plot() else {}
    contents: dict[str, bytes] = {
        f"{stem}.json": as_json(systems, title=title, facts=facts, tables=tables).encode(),
        f"{stem}.md": as_markdown(
            systems, title=title, facts=facts, plots=plots, tables=tables, pictures=pictures or {}
        ).encode(),
        **({f"{stem}.csv": as_csv(systems).encode()} if systems else {}),
        **{f"{table.name}.csv": forms.as_csv(table).encode() for table in tables},
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        contents |= {plots[s.name]: shape_plot(s.shape, s.name) for s in systems if s.name in plots}
        if plots:
            contents[FIGURES] = figures_plot(systems)
        return tuple(write_file(folder / name, content) for name, content in contents.items())
    except OSError as error:
        sentence = f"The report cannot be written to {folder}: {error.strerror}."
        raise OutputError(sentence, "Choose another folder.") from error


FIGURES: Final = "figures.png"


def _can_plot() -> bool:
    return find_spec("matplotlib") is not None


def write_file(path: Path, content: bytes) -> Path:
    """Write aside, then rename; returns the path."""
    handle, aside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(aside).chmod(0o644)
        Path(aside).replace(path)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise
    return path


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "system"


def as_json(
    systems: Sequence[SystemReport], *, title: str, facts: Mapping[str, str], tables: Sequence[Table] = ()
) -> str:
    """The whole report; what is not defined is null."""
    body = {
        "title": title,
        "facts": dict(facts),
        "tables": [forms.as_json(table) for table in tables],
        "systems": [_system_json(system) for system in systems],
    }
    return json.dumps(_plain(body), indent=1, allow_nan=False) + "\n"


def _system_json(system: SystemReport) -> dict[str, Any]:
    copying = system.copying
    return {
        "name": system.name,
        "generated": system.n_generated,
        "real": system.n_real,
        "paired": system.paired,
        "extractor": system.extractor,
        "figures": [asdict(row) for row in system.rows],
        "shape": [
            {
                "name": s.name,
                "distance": s.distance,
                "floor": s.floor,
                "ratio": s.ratio,
                "labels": s.labels,
                "generated": s.generated.tolist(),
                "real": s.real.tolist(),
            }
            for s in system.shape
        ],
        "longest_runs": [{"piece": name, **asdict(match)} for name, match in copying.worst] if copying else [],
        "notes": system.notes,
    }


def _plain(value: Any) -> Any:
    """The same without NaN and infinities, which JSON does not have."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


CSV_COLUMNS: Final = (
    *("system", "figure", "unit", "generated", "generated_low", "generated_high", "real", "real_low", "real_high"),
    *("delta", "delta_low", "delta_high", "chance", "floor", "ratio", "bar", "met", "paper_real", "paper_model"),
)


def as_csv(systems: Sequence[SystemReport]) -> str:
    """One line for each figure and each shape distance of each system."""
    text = io.StringIO()
    writer = csv.DictWriter(text, CSV_COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for system in systems:
        for row in system.rows:
            writer.writerow({"system": system.name} | _csv_row(row))
        for shape in system.shape:
            known = {"generated": shape.distance, "floor": shape.floor, "ratio": shape.ratio}
            cells = {key: _cell(value) for key, value in known.items()}
            met = "" if math.isnan(shape.ratio) else str(shape.ratio <= FLOOR_MULTIPLE).lower()
            writer.writerow(
                {"system": system.name, "figure": f"shape: {shape.name}", "bar": f"ratio <= {FLOOR_MULTIPLE:g}"}
                | {"met": met}
                | cells
            )
    return text.getvalue()


def _csv_row(row: Row) -> dict[str, str]:
    cells = {"figure": row.name, "unit": row.unit, "bar": row.bar}
    cells["met"] = "" if row.met is None else str(row.met).lower()
    for name, interval in (("generated", row.generated), ("real", row.real), ("delta", row.delta)):
        cells[name] = _cell(interval.value)
        cells[f"{name}_low"], cells[f"{name}_high"] = _cell(interval.low), _cell(interval.high)
    numbers = {"chance": row.chance, "paper_real": row.paper_real, "paper_model": row.paper_model}
    return cells | {key: _cell(value) for key, value in numbers.items()}


def _cell(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.6g}"


def as_markdown(
    systems: Sequence[SystemReport],
    *,
    title: str,
    facts: Mapping[str, str],
    plots: Mapping[str, str],
    tables: Sequence[Table] = (),
    pictures: Mapping[str, str] | None = None,
) -> str:
    """The page: tables, all systems in the paper's columns, pictures, then each system's figures and shape."""
    parts = [f"# {title}", "\n".join(f"- {key}: {value}" for key, value in facts.items())]
    parts += [forms.markdown(table) for table in tables]
    parts += [f"![{caption}]({name})" for name, caption in (pictures or {}).items()]
    if systems:
        parts.append(_overview(systems))
        parts.append(f"![Figures with intervals; grey is real music, dotted is chance]({FIGURES})" if plots else "")
    for system in systems:
        parts += [_system_page(system, plots.get(system.name, ""))]
    parts.append(_definitions(systems))
    return "\n\n".join(part for part in parts if part) + "\n"


def _overview(systems: Sequence[SystemReport]) -> str:
    lines = [
        "## In the paper's columns",
        "The paper's rows are its Tables 2 (BGM909) and 3 (SymMV), on musicnn features; it does not state the spans of"
        " its measures. So compare, across tables, the distance from each one's own real music. Chance of P@5, P@10,"
        " P@20 and of the average rank with 64 candidates: 0.078, 0.156, 0.313 and 32.5.",
        _beside_paper(PAPER_TABLE_2, _TABLE_2_ROWS, systems),
        _beside_paper(PAPER_TABLE_3, _TABLE_3_ROWS, systems),
    ]
    return "\n\n".join(lines)


def _beside_paper(paper: Sequence[tuple[Any, ...]], columns: Sequence[str], systems: Sequence[SystemReport]) -> str:
    rows = [[f"{name} (paper)", *(_number(value) for value in values)] for name, *values in paper]
    for system in systems:
        by_name = {row.name: row for row in system.rows}
        found = [by_name.get(name) for name in columns]
        rows.append([f"real, beside {system.name}", *(_number(row.real.value) if row else "" for row in found)])
        rows.append([f"**{system.name}**", *(_number(row.generated.value) if row else "" for row in found)])
    return forms.grid(["", *columns], rows)


def _system_page(system: SystemReport, plot: str) -> str:
    pairs = "pairs made from the same conditions" if system.paired else "not paired"
    head = ["figure", "generated", "95 %", "real", "95 %", "delta", "95 %", "chance", "bar", "met"]
    shape_rows = [
        [s.name, _number(s.distance), _number(s.floor), _number(s.ratio, 1), _yes(_within_floor(s))]
        for s in system.shape
    ]
    parts = [
        f"## {system.name}",
        f"{system.n_generated} generated pieces beside {system.n_real} real ones, {pairs};"
        f" features: {system.extractor}.",
        *system.notes,
        forms.grid(head, [_row_cells(row) for row in system.rows]),
        "### Shape",
        f"Jensen-Shannon distance to real music; the floor is that of two halves of the real set; bar: ratio <="
        f" {FLOOR_MULTIPLE:g}.",
        forms.grid(["histogram", "distance", "floor", "ratio", "met"], shape_rows),
        f"![Histograms of generated and real music]({plot})" if plot else "Plots need Matplotlib, which is not here.",
        _longest_runs(system),
    ]
    return "\n\n".join(part for part in parts if part)


def _within_floor(shape: ShapeDistance) -> bool | None:
    return None if math.isnan(shape.ratio) else shape.ratio <= FLOOR_MULTIPLE


def _row_cells(row: Row) -> list[str]:
    unit = f" ({row.unit})" if row.unit else ""
    cells = [f"{row.name}{unit}"]
    for interval in (row.generated, row.real, row.delta):
        cells += [_number(interval.value), _range(interval)]
    return [*cells, _number(row.chance), row.bar.replace("|", "\\|"), _yes(row.met)]


def _longest_runs(system: SystemReport) -> str:
    if not system.copying or not system.copying.worst:
        return ""
    rows = [
        [name, str(match.notes), match.song, str(match.at_step), _number(match.share, 2)]
        for name, match in system.copying.worst
    ]
    head = ["piece", "notes", "of song", "at step", "share of the tune"]
    return "### Longest runs shared with the training songs\n\n" + forms.grid(head, rows)


def _definitions(systems: Sequence[SystemReport]) -> str:
    about = {row.name: row.about for system in systems for row in system.rows}
    if not about:
        return ""
    return "## What is measured\n\n" + "\n".join(f"- **{name}**: {text}." for name, text in about.items())


def _number(value: float, digits: int = 3) -> str:
    return "" if math.isnan(value) else f"{value:.{digits}f}"


def _range(interval: Interval) -> str:
    return "" if math.isnan(interval.low) else f"{interval.low:.3f} .. {interval.high:.3f}"


def _yes(met: bool | None) -> str:
    return "" if met is None else ("yes" if met else "**no**")


def shape_plot(shape: Sequence[ShapeDistance], name: str) -> bytes:
    """Histograms of generated and real music, one panel an aspect, as PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    columns = 2
    lines = -(-len(shape) // columns)
    figure = Figure(figsize=(12, 2.6 * lines), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(lines, columns, squeeze=False).ravel()
    for panel in panels[len(shape) :]:
        panel.remove()
    for panel, aspect in zip(panels, shape, strict=False):
        places = range(len(aspect.labels))
        panel.bar([p - 0.2 for p in places], aspect.real, 0.4, label="real", color="tab:gray")
        panel.bar([p + 0.2 for p in places], aspect.generated, 0.4, label=name, color="tab:orange")
        panel.set_xticks(list(places), aspect.labels, fontsize=7)
        ratio = "" if math.isnan(aspect.ratio) else f", {aspect.ratio:.1f} floors"
        panel.set_title(f"{aspect.name}: {_number(aspect.distance) or 'not defined'}{ratio}", fontsize=9)
        panel.legend(fontsize=7)
    image = io.BytesIO()
    figure.savefig(image, format="png", dpi=90, metadata={"Software": None})
    return image.getvalue()


FIGURES_PLOTTED: Final = (
    *("PCHE", "GPS", "SI", "SC", "density", "note length", "polyphony", "Diversity"),
    *("P@5", "P@10", "P@20", "average rank"),
)


def figures_plot(systems: Sequence[SystemReport]) -> bytes:
    """Each system's figures with their intervals, beside its real music's (grey) and chance (dotted), as PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    columns = 4
    names = [name for name in FIGURES_PLOTTED if any(row.name == name for s in systems for row in s.rows)]
    lines = max(1, -(-len(names) // columns))
    figure = Figure(figsize=(3.4 * columns, 0.6 + lines * (1.0 + 0.4 * len(systems))), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(lines, columns, squeeze=False).ravel()
    for panel in panels[len(names) :]:
        panel.remove()
    for panel, name in zip(panels, names, strict=False):
        for place, system in enumerate(systems):
            for row in (row for row in system.rows if row.name == name):
                _whisker(panel, row.real, place + 0.15, "tab:gray")
                _whisker(panel, row.generated, place - 0.15, "tab:orange")
                if not math.isnan(row.chance):
                    panel.axvline(row.chance, linestyle=":", color="tab:gray", linewidth=1)
        panel.set_yticks(range(len(systems)), [system.name for system in systems], fontsize=7)
        panel.set_ylim(len(systems) - 0.5, -0.5)
        panel.tick_params(axis="x", labelsize=7)
        panel.set_title(name, fontsize=9)
    image = io.BytesIO()
    figure.savefig(image, format="png", dpi=90, metadata={"Software": None})
    return image.getvalue()


def _whisker(panel: Any, interval: Interval, height: float, colour: str) -> None:
    if not math.isnan(interval.value):
        panel.plot([interval.value], [height], marker="o", markersize=4, color=colour)
    if not math.isnan(interval.low):
        panel.plot([interval.low, interval.high], [height, height], color=colour)


def response_plot(table: Table) -> bytes:
    """What was measured at each of the five levels, one panel an attribute, as PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    columns, levels = 5, [name for name in table.columns if name.startswith("level ")]
    lines = max(1, -(-len(table.rows) // columns))
    figure = Figure(figsize=(2.6 * columns, 2.1 * lines), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(lines, columns, squeeze=False).ravel()
    for panel in panels[len(table.rows) :]:
        panel.remove()
    for panel, row in zip(panels, table.rows, strict=False):
        cells = dict(zip(table.columns, row, strict=True))
        panel.plot(range(1, len(levels) + 1), [cells[level] for level in levels], marker="o", color="tab:orange")
        response = cells["response"]
        figure_of = _number(response.value, 2) if isinstance(response, Interval) else ""
        panel.set_title(f"{row[0]}: {figure_of}", fontsize=8)
        panel.tick_params(labelsize=6)
    image = io.BytesIO()
    figure.savefig(image, format="png", dpi=90, metadata={"Software": None})
    return image.getvalue()
