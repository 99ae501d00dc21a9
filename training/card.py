"""The model card: how weights were made, for whoever holds them, with the curves of the run."""

from __future__ import annotations

import csv
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from training.logs import EVALUATION, LOG

CURVES: Final = "curves.csv"
CURVES_PICTURE: Final = "curves.png"
MACHINES: Final = "machines"
"""Entry of a checkpoint: the machines that trained it."""

_TABLE_ROWS: Final = 12
_FILE_ROWS: Final = 250

Row = dict[str, float]


def machine(device: str, processes: int) -> str:
    """This machine, in words: processor or accelerator, how many processes, and torch's version."""
    import torch

    where = torch.cuda.get_device_name() if device.startswith("cuda") else _processor()
    threads = f"{torch.get_num_threads()} threads" if device == "cpu" else device
    several = f", {processes} processes" if processes > 1 else ""
    return f"{where}, {threads}{several}; torch {torch.__version__}, Python {platform.python_version()}"


def _processor() -> str:
    """The processor's name, as far as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return next((name for name in names if name and name != "unknown"), platform.processor() or platform.machine())


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a run: its name, its checkpoint's facts, and the rows of its logs.

    Attributes:
        seed: of the loop; machines: that trained it, empty for checkpoints that do not tell.
    """

    name: str
    step: int
    hours: float
    seed: int
    machines: tuple[str, ...]
    log: tuple[Row, ...]
    evaluation: tuple[Row, ...]

    def facts(self) -> dict[str, str]:
        """Rows of the card's table."""
        return {
            f"{self.name} steps": str(self.step),
            f"{self.name} hours": f"{self.hours:.2f}",
            f"{self.name} seed": str(self.seed),
            f"{self.name} hardware": "; ".join(self.machines) or "not recorded",
        }


def read_stage(name: str, folder: Path, state: Mapping[str, Any], seed: int, hardware: str = "") -> Stage:
    """A stage from its folder and checkpoint.

    Args:
        hardware: for checkpoints that do not tell.
    """
    machines = tuple(state.get(MACHINES, ())) or ((hardware,) if hardware else ())
    hours = state["seconds"] / 3600
    return Stage(name, state["step"], hours, seed, machines, _rows(folder / LOG), _rows(folder / EVALUATION))


def _rows(file: Path) -> tuple[Row, ...]:
    if not file.is_file():
        return ()
    with file.open(newline="") as lines:
        found = [{k: float(v) for k, v in row.items() if k and v} for row in csv.DictReader(lines)]
    return tuple(row for row in found if "step" in row)


def curves_markdown(stages: Sequence[Stage]) -> str:
    """The curves as tables: training loss, and the figures on held-out songs."""
    parts = []
    for stage in stages:
        for what, rows in (("training", stage.log), ("held-out songs", stage.evaluation)):
            if rows:
                names = [n for n in rows[-1] if n not in ("seconds", "waiting")]
                head = f"{stage.name.capitalize()}, {what}:\n\n| {' | '.join(names)} |\n|{'---|' * len(names)}\n"
                lines = (_cells(row, names) for row in thinned(rows, _TABLE_ROWS))
                parts.append(head + "\n".join(f"| {' | '.join(cells)} |" for cells in lines))
    return "\n\n".join(parts)


def _cells(row: Row, names: Sequence[str]) -> list[str]:
    return [f"{row[n]:.0f}" if n == "step" else f"{row[n]:.4g}" if n in row else "" for n in names]


def thinned(rows: Sequence[Row], n: int) -> list[Row]:
    """At most `n` rows, spread evenly, the first and the last among them."""
    if len(rows) <= n:
        return list(rows)
    return [rows[round(i * (len(rows) - 1) / (n - 1))] for i in range(n)]


def write_curves(stages: Sequence[Stage], folder: Path) -> list[str]:
    """`curves.csv` (stage, curve, step, figure, value), and `curves.png` where matplotlib is installed; their names."""
    with (folder / CURVES).open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["stage", "curve", "step", "figure", "value"])
        for stage in stages:
            for curve, rows in (("training", stage.log), ("held-out", stage.evaluation)):
                for row in thinned(rows, _FILE_ROWS):
                    writer.writerows(
                        [stage.name, curve, int(row["step"]), name, f"{value:.6g}"]
                        for name, value in row.items()
                        if name != "step"
                    )
    return [CURVES, CURVES_PICTURE] if _draw(stages, folder / CURVES_PICTURE) else [CURVES]


def _draw(stages: Sequence[Stage], file: Path) -> bool:
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        return False
    figure = Figure(figsize=(10, 3.2 * len(stages)), dpi=80, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(len(stages), 2, squeeze=False)
    for row, stage in zip(axes, stages, strict=True):
        for axis, rows, left_out in (
            (row[0], thinned(stage.log, _FILE_ROWS), {"step", "seconds", "waiting", "grad_norm"}),
            (row[1], stage.evaluation, {"step"}),
        ):
            for name in [n for n in (rows[-1] if rows else ()) if n not in left_out]:
                known = [r for r in rows if name in r]
                axis.plot([r["step"] for r in known], [r[name] for r in known], label=name, linewidth=1)
            axis.set_xlabel("step")
            if rows:
                axis.legend(fontsize=7)
        row[0].set_title(f"{stage.name}: training loss", fontsize=9)
        row[1].set_title(f"{stage.name}: held-out songs", fontsize=9)
    figure.savefig(file)
    return True


def model_card(
    *,
    title: str,
    about: str,
    facts: Mapping[str, str],
    stages: Sequence[Stage],
    commands: Sequence[str],
    settings: Mapping[str, Any],
    files: Sequence[str],
) -> str:
    """The card, in Markdown."""
    table = "\n".join(f"| {name} | {value} |" for name, value in facts.items())
    picture = f"![Curves]({CURVES_PICTURE})\n\n" if CURVES_PICTURE in files else ""
    made = "\n".join(commands)
    return (
        f"# {title}\n\n{about}\n\n| | |\n|---|---|\n{table}\n\n"
        f"## How it was made\n\n```\n{made}\n```\n\n"
        "Everything random is keyed by the seeds in this configuration; the same command, on the same kind of machine\n"
        "and versions, goes through the same steps, also when it is interrupted and given again.\n\n"
        f"```json\n{json.dumps(settings, indent=1)}\n```\n\n"
        f"## Curves\n\nAll points are in `{CURVES}`.\n\n{picture}{curves_markdown(stages)}\n"
    )
