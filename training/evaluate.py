"""Music of a bundle beside held-out real music: figures, shape distances, pictures of rolls."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.diffusion.model import load_bundle
from engine.music.controls import DYNAMIC, measure_dynamic
from engine.music.notes import Note, NoteTable
from engine.settings import GenerationSettings
from engine.timebase import BEATS_PER_WINDOW, STEPS_PER_BEAT, STEPS_PER_WINDOW
from training.data.corpus import Corpus, load_corpus, song_indices
from training.data.windows import WindowSet
from training.generate import GeneratedWindow, generate, spread
from training.metrics.bootstrap import mean_interval
from training.metrics.control import spearman
from training.metrics.copying import CopyIndex, build_index
from training.metrics.pages import write_report
from training.metrics.piece import Piece
from training.metrics.report import NO_INTERVAL, Row, SystemReport, assess

FOLLOWED_BAR = 0.6


def as_pieces(windows: Sequence[GeneratedWindow], groups: Sequence[str], *, real: bool) -> list[Piece]:
    """Windows as pieces for the measures; windows of one song form a group."""
    return [
        Piece.from_notes(w.real if real else w.notes, STEPS_PER_WINDOW, group=group)
        for w, group in zip(windows, groups, strict=True)
    ]


def training_tunes(corpus: Corpus) -> CopyIndex:
    """Index of the training songs, for near copies."""
    songs = song_indices(corpus, "train")
    return build_index(
        Piece.from_notes(
            corpus.notes(song).to_notes(), corpus.n_beats(song) * STEPS_PER_BEAT, name=str(corpus.names[song])
        )
        for song in songs
    )


def followed_row(windows: Sequence[GeneratedWindow], groups: Sequence[str]) -> Row:
    """Spearman of the density that was asked for and the one written, mean of windows."""
    found = mean_interval(
        [spearman(w.conditions.dynamic[:, DYNAMIC.index("density")], written_density(w.notes)) for w in windows], groups
    )
    return Row(
        name="density followed",
        unit="",
        about="Spearman of the asked density curve and the written one, a value a beat; mean of pieces.",
        generated=found,
        real=NO_INTERVAL,
        delta=NO_INTERVAL,
        chance=0.0,
        bar=f">= {FOLLOWED_BAR}",
        met=found.value >= FOLLOWED_BAR,
    )


def written_density(notes: Sequence[Note]) -> NDArray[np.float32]:
    """The density row of written music, f32 `[32]`."""
    rows = measure_dynamic(NoteTable.from_notes(notes), BEATS_PER_WINDOW)
    density: NDArray[np.float32] = rows[:, DYNAMIC.index("density")]
    return density


def evaluate_bundle(
    bundle: Path, data: Path, *, n_windows: int, steps: int | None, seed: int, output: Path | None, split: str = "test"
) -> int:
    """Generate for held-out windows, print the table, write the report and pictures; returns the exit code."""
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
    report = assess(
        as_pieces(made, groups, real=False),
        as_pieces(made, groups, real=True),
        name=f"compact {loaded.config.version}",
        paired=True,
        corpus=training_tunes(corpus),
        extra=(followed_row(made, groups),),
    )
    print(as_text(report))
    if output is not None:
        facts = _facts(settings, split, len(made), loaded.hash, corpus)
        write_report([report], output, title="Music of the bundle beside held-out real music", facts=facts)
        draw_pairs(made[:: max(1, len(made) // 6)][:6], output / "rolls.png")
    return 0


def _facts(settings: GenerationSettings, split: str, n: int, weights: str, corpus: Corpus) -> dict[str, str]:
    return {
        "windows": f"{n} of the {split} songs, their own conditions, no hits asked for",
        "sampling": f"{settings.steps} steps of {settings.sampler}, guidance {settings.guidance:g} (picture) and "
        f"{settings.plan_guidance:g} (plan), t0 {settings.t0}, k {settings.k}, seed {settings.seed}",
        "weights": f"sha256 {weights}",
        "data": f"hash {corpus.data_hash()}",
    }


def as_text(report: SystemReport) -> str:
    """The figures as a table for a terminal."""
    rows = [f"{'measure':<28}{'generated':>11}{'real':>10}{'difference':>12}  bar"]
    for row in report.rows:
        met = {True: "met", False: "missed", None: ""}[row.met]
        figures = f"{row.generated.value:>11.3f}{row.real.value:>10.3f}{row.delta.value:>+12.3f}"
        rows.append(f"{row.name:<28}{figures}  {row.bar} {met}".rstrip())
    rows.append(f"\n{'shape':<28}{'distance':>11}{'floor':>10}{'ratio':>12}")
    rows += [f"{s.name:<28}{s.distance:>11.3f}{s.floor:>10.3f}{s.ratio:>12.1f}" for s in report.shape]
    return "\n".join([*rows, f"\n{report.n_generated} windows", *report.notes])


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
