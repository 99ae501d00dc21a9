"""Size of project files and time to write and read a take, for 60 s and 10 minutes of music.

    python benchmarks/project_size.py [FILE.dbgm]

Uses the first take of a project for the real statistics of predictions, repeated to the length asked for; without one,
standard normal values, which compress worst. One take with its denoising steps, 24 of them, in each file.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from engine.project import Project
from tests.helpers.takes import signals_of, take_of

_WIDTH = 68
_STEPS = 24


def _predictions(source: Path | None, n_beats: int) -> np.ndarray:
    if source is None:
        return np.random.default_rng(0).standard_normal((_STEPS, n_beats, _WIDTH)).astype(np.float32)
    with Project.open(source, read_only=True) as project:
        way = project.take(project.takes()[0].id).trajectory
    assert way is not None
    tiled = np.tile(way.v, (1, -(-n_beats // way.v.shape[1]), 1))[:, :n_beats]
    nudge = np.random.default_rng(0).standard_normal(tiled.shape).astype(np.float32)
    return tiled * (1 + np.float32(1e-3) * nudge)  # repeats would compress better than music does


def main() -> None:
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    for seconds in (60, 600):
        n_beats = seconds * 96 // 60 // 16 * 16 + 16
        with tempfile.TemporaryDirectory() as folder:
            film = Path(folder) / "film.mp4"
            film.write_bytes(b"film")
            take = take_of(film, n_beats=n_beats, steps=_STEPS, width=_WIDTH)
            assert take.trajectory is not None
            way = replace(take.trajectory, v=_predictions(source, n_beats))
            path = Path(folder) / "piece.dbgm"
            with Project.create(path, signals_of(film, n_frames=seconds * 25)) as project:
                empty = path.stat().st_size
                began = time.perf_counter()
                project.add_take(replace(take, trajectory=way))
                wrote = time.perf_counter() - began
            began = time.perf_counter()
            with Project.open(path, read_only=True) as project:
                project.take(take.id)
            read = time.perf_counter() - began
            size, raw = path.stat().st_size, way.v.nbytes
        print(
            f"{seconds:>4} s: {size / 1e6:.2f} MB with one take ({empty / 1e6:.2f} MB without), steps raw"
            f" {raw / 1e6:.2f} MB; written in {wrote * 1000:.0f} ms, opened and read in {read * 1000:.0f} ms"
        )


if __name__ == "__main__":
    main()
