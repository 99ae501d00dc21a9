"""Tables of an evaluation: one form for the terminal, Markdown, CSV and JSON."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

from training.metrics.bootstrap import Interval

Cell: TypeAlias = str | float | int | bool | Interval | None


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Rows under a head.

    Attributes:
        name: of its CSV file, without the suffix.
        title: heading on the page.
        about: what the figures mean, in sentences.
        columns: names of the columns; the first one names the row.
        rows: as many cells each. None and NaN are not defined; an `Interval` is a value with its confidence interval.
    """

    name: str
    title: str
    about: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"a row of {len(row)} cells under {len(self.columns)} columns")

    def column(self, name: str) -> tuple[Cell, ...]:
        """The cells of one column."""
        return tuple(row[self.columns.index(name)] for row in self.rows)


def markdown(table: Table) -> str:
    """The table under its heading."""
    cells = [[words(cell).replace("|", "\\|") for cell in row] for row in table.rows]
    return "\n\n".join(part for part in (f"## {table.title}", table.about, grid(table.columns, cells)) if part)


def grid(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table, numbers to the right."""
    rule = ["---"] + ["---:"] * (len(head) - 1)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *rows))


def text(table: Table) -> str:
    """The table for a terminal, columns aligned."""
    cells = [list(table.columns), *([words(cell) for cell in row] for row in table.rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(table.columns))]
    lines = []
    for row in cells:
        first, *rest = (
            cell.ljust(w) if not i else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        lines.append("  ".join([first, *rest]).rstrip())
    return "\n".join([table.title, *lines])


def as_csv(table: Table) -> str:
    """One line a row; an interval takes three columns."""
    spread = [any(isinstance(row[i], Interval) for row in table.rows) for i in range(len(table.columns))]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    head = []
    for name, wide in zip(table.columns, spread, strict=True):
        head += [name, f"{name} low", f"{name} high"] if wide else [name]
    writer.writerow(head)
    for row in table.rows:
        cells: list[str] = []
        for cell, wide in zip(row, spread, strict=True):
            if isinstance(cell, Interval):
                cells += [_exact(cell.value), _exact(cell.low), _exact(cell.high)]
            else:
                cells += [_exact(cell), "", ""] if wide else [_exact(cell)]
        writer.writerow(cells)
    return out.getvalue()


def as_json(table: Table) -> dict[str, Any]:
    """The table as plain values; intervals as tables of their own."""
    rows = [[asdict(cell) if isinstance(cell, Interval) else cell for cell in row] for row in table.rows]
    return {"name": table.name, "title": table.title, "about": table.about, "columns": table.columns, "rows": rows}


def words(cell: Cell) -> str:
    """A cell for people."""
    if isinstance(cell, Interval):
        if math.isnan(cell.low):
            return words(cell.value)
        return f"{words(cell.value)} ({words(cell.low)} .. {words(cell.high)})"
    if isinstance(cell, bool):
        return "yes" if cell else "**no**"
    if isinstance(cell, float):
        return "" if math.isnan(cell) else f"{cell:.3f}"
    return "" if cell is None else str(cell)


def _exact(cell: str | float | int | bool | None) -> str:
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float):
        return "" if math.isnan(cell) else f"{cell:.6g}"
    return "" if cell is None else str(cell)
