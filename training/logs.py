"""What a run leaves behind to be read: curves as CSV, and for TensorBoard where it is installed."""

from __future__ import annotations

import csv
import importlib
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

LOG: Final = "log.csv"
EVALUATION: Final = "evaluation.csv"
TENSORBOARD: Final = "tensorboard"


class Curves:
    """`log.csv`, `evaluation.csv` and a `tensorboard` folder of one run.

    Args:
        step: the run goes on after this step. Rows beyond it are from a process that was killed before it saved; they
            are taken out, or the curve would hold these steps twice.
        tensorboard: also write for TensorBoard; nothing is written where it is not installed.
    """

    def __init__(self, folder: Path, *, step: int = 0, tensorboard: bool = True) -> None:
        self.folder = folder
        for name in (LOG, EVALUATION):
            _cut_back(folder / name, step)
        self._board = _open_board(folder / TENSORBOARD, step) if tensorboard else None

    def train(self, row: Mapping[str, float]) -> None:
        """One row of training figures; `step` is among them."""
        self._write(LOG, "train", row)

    def evaluation(self, row: Mapping[str, float]) -> None:
        """One row of figures on held-out data."""
        self._write(EVALUATION, "evaluation", row)

    def picture(self, name: str, step: int, file: Path) -> None:
        """A picture that was drawn at `step`."""
        if self._board is None or not file.is_file():
            return
        import numpy as np
        from PIL import Image

        with Image.open(file) as image:
            self._board.add_image(name, np.asarray(image.convert("RGB")), step, dataformats="HWC")

    def close(self) -> None:
        if self._board is not None:
            self._board.close()

    def _write(self, name: str, group: str, row: Mapping[str, float]) -> None:
        _append_csv(self.folder / name, row)
        if self._board is None:
            return
        for key, value in row.items():
            if key != "step":
                self._board.add_scalar(f"{group}/{key}", value, int(row["step"]))


def _open_board(folder: Path, step: int) -> Any | None:
    try:
        module = importlib.import_module("torch.utils.tensorboard")
    except ImportError:
        return None
    return module.SummaryWriter(str(folder), purge_step=step + 1)


def _append_csv(file: Path, row: Mapping[str, float]) -> None:
    fresh = not file.exists()
    with file.open("a", newline="") as out:
        writer = csv.DictWriter(out, fieldnames=list(row))
        if fresh:
            writer.writeheader()
        writer.writerow(row)


def _cut_back(file: Path, step: int) -> None:
    """Take out rows beyond `step`, and one that a kill left unfinished."""
    if not file.is_file():
        return
    if not step:
        file.unlink()
        return
    rows = list(csv.reader(io.StringIO(file.read_text())))
    head, body = rows[0], rows[1:]
    kept = [row for row in body if len(row) == len(head) and row[0].isdigit() and int(row[0]) <= step]
    if len(kept) == len(body):
        return
    aside = file.with_name(file.name + ".part")
    with aside.open("w", newline="") as out:
        csv.writer(out).writerows([head, *kept])
    aside.replace(file)
