"""Music of a bundle beside held-out real music: figures, shape distances, pictures of rolls."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.diffusion.model import load_bundle
from engine.music.controls import DYNAMIC, measure_dynamic
from engine.music.notes import Note, NoteTable
from engine.settings import GenerationSettings
from engine.timebase import BEATS_PER_WINDOW, STEPS_PER_WINDOW
from training.data.corpus import load_corpus, song_indices
from training.data.windows import WindowSet
from training.generate import GeneratedWindow, generate, spread
from training.metrics import quality
from training.metrics.bootstrap import mean_interval
from training.metrics.control import spearman
from training.metrics.piece import Piece
from training.metrics.shape import ShapeDistance, shape_report
from training.metrics.structure import structureness

PER_PIECE: Final[dict[str, Callable[[Piece], float]]] = {
    "PCHE": quality.pitch_class_entropy,
    "GPS": quality.grooving_similarity,
    "in scale": quality.scale_consistency,
    "notes": quality.note_count,
    "notes a beat": quality.note_density,
    "note length": quality.mean_note_length,
    "polyphony": quality.polyphony,
    "pitch range": quality.pitch_range,
    "mean pitch": quality.mean_pitch,
    "silent bars": quality.silent_bars,
    "bass mud": quality.low_mud,
    "repetition, 1 bar": lambda piece: quality.repetition(piece, 1),
    "repetition, 2 bars": lambda piece: quality.repetition(piece, 2),
    "repetition, 4 bars": lambda piece: quality.repetition(piece, 4),
}


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """Figures of a bundle: per measure the mean of generated and of real music with 95 % intervals; shape distances;
    Spearman of the asked density curve and the written one, per window."""

    table: dict[str, dict[str, dict[str, float]]]
    shape: tuple[ShapeDistance, ...]
    density_spearman: float
    n_windows: int
    settings: GenerationSettings

    def to_json(self) -> dict[str, Any]:
        return {
            "windows": self.n_windows,
            "settings": self.settings.to_json(),
            "measures": self.table,
            "shape": {s.name: {"distance": s.distance, "floor": s.floor, "ratio": s.ratio} for s in self.shape},
            "density_spearman": self.density_spearman,
        }


def as_pieces(windows: Sequence[GeneratedWindow], groups: Sequence[str], *, real: bool) -> list[Piece]:
    """Windows as pieces for the measures; windows of one song form a group."""
    return [
        Piece.from_notes(w.real if real else w.notes, STEPS_PER_WINDOW, group=group)
        for w, group in zip(windows, groups, strict=True)
    ]


def evaluate_windows(
    windows: Sequence[GeneratedWindow], groups: Sequence[str], settings: GenerationSettings
) -> Evaluation:
    """All figures of generated windows."""
    ours, real = as_pieces(windows, groups, real=False), as_pieces(windows, groups, real=True)
    table = {}
    for name, measure in PER_PIECE.items():
        table[name] = _compare([measure(p) for p in ours], [measure(p) for p in real], groups)
    table["SI"] = _compare(list(structureness(ours)), list(structureness(real)), groups)
    agreement = [spearman(w.conditions.dynamic[:, 0], written_density(w.notes)) for w in windows]
    followed = mean_interval(agreement, groups).value
    return Evaluation(table, shape_report(ours, real), followed, len(windows), settings)


def _compare(ours: Sequence[float], real: Sequence[float], groups: Sequence[str]) -> dict[str, dict[str, float]]:
    return {
        "generated": asdict(mean_interval(ours, groups)),
        "real": asdict(mean_interval(real, groups)),
    }


def written_density(notes: Sequence[Note]) -> NDArray[np.float32]:
    """The density row of written music, f32 `[32]`."""
    rows = measure_dynamic(NoteTable.from_notes(notes), BEATS_PER_WINDOW)
    density: NDArray[np.float32] = rows[:, DYNAMIC.index("density")]
    return density


def evaluate_bundle(
    bundle: Path, data: Path, *, n_windows: int, steps: int | None, seed: int, output: Path | None, split: str = "test"
) -> int:
    """Generate for held-out windows, print the table, write JSON and pictures; returns the exit code."""
    loaded = load_bundle(bundle)
    corpus = load_corpus(data)
    windows = WindowSet(corpus, song_indices(corpus, split))
    settings = replace(GenerationSettings(), seed=seed)
    if steps is not None:
        settings = replace(settings, steps=steps)
    index = spread(windows, n_windows)
    groups = [str(corpus.names[song]) for song in windows.windows[index, 0]]

    def progress(done: int, total: int) -> None:
        print(f"written {done}/{total} windows", file=sys.stderr)

    made = generate(loaded.model, windows, index, settings, progress=progress)
    evaluation = evaluate_windows(made, groups, settings)
    print(as_text(evaluation))
    if output is not None:
        output.mkdir(parents=True, exist_ok=True)
        (output / "evaluation.json").write_text(json.dumps(evaluation.to_json(), indent=1) + "\n", encoding="utf-8")
        draw_pairs(made[:: max(1, len(made) // 6)][:6], output / "rolls.png")
    return 0


def as_text(evaluation: Evaluation) -> str:
    """The figures as a table for a terminal."""
    rows = [f"{'measure':<20}{'generated':>12}{'real':>12}{'difference':>12}   95 % of real"]
    for name, pair in evaluation.table.items():
        ours, real = pair["generated"]["value"], pair["real"]["value"]
        rows.append(
            f"{name:<20}{ours:>12.3f}{real:>12.3f}{ours - real:>+12.3f}"
            f"   {pair['real']['low']:.3f} .. {pair['real']['high']:.3f}"
        )
    rows.append(f"\n{'shape':<26}{'distance':>10}{'floor':>10}{'ratio':>8}")
    rows += [f"{s.name:<26}{s.distance:>10.3f}{s.floor:>10.3f}{s.ratio:>8.1f}" for s in evaluation.shape]
    rows.append(f"\ndensity, asked against written (Spearman, mean of windows): {evaluation.density_spearman:.3f}")
    rows.append(f"{evaluation.n_windows} windows, {evaluation.settings.steps} steps of {evaluation.settings.sampler}")
    return "\n".join(rows)


def draw_pairs(windows: Sequence[GeneratedWindow], file: Path) -> None:
    """Generated and real rolls side by side, one pair a row."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    colours = ("tab:red", "tab:blue", "tab:green")
    figure, axes = pyplot.subplots(len(windows), 2, figsize=(20, 3.2 * len(windows)), squeeze=False)
    for row, window in zip(axes, windows, strict=True):
        for axis, notes, title in zip(row, (window.notes, window.real), ("generated", "real"), strict=True):
            for note in notes:
                axis.barh(note.pitch, note.duration - 0.15, left=note.onset, height=0.9, color=colours[note.voice])
            axis.set_xlim(0, STEPS_PER_WINDOW)
            axis.set_ylim(28, 96)
            axis.set_xticks(range(0, STEPS_PER_WINDOW + 1, 16))
            axis.grid(axis="x", alpha=0.4)
            axis.set_title(title, fontsize=8)
    figure.tight_layout()
    figure.savefig(file, dpi=60)
    pyplot.close(figure)
