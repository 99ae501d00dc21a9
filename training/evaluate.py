"""`diffbgm-train evaluate`: systems beside real music: figures, shape distances, pages, pictures of rolls.

A system is a bundle, which writes music for held-out windows, or a folder of MIDI files from anywhere.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.diffusion.model import load_bundle
from engine.errors import InputError
from engine.settings import GenerationSettings
from engine.timebase import STEPS_PER_BEAT, STEPS_PER_WINDOW
from training.comparisons import pieces_of
from training.data.corpus import Corpus, load_corpus, song_indices
from training.data.windows import WindowSet
from training.generate import GeneratedWindow, Precision, Recipe, Writer, real_notes, song_of, spread, window_name
from training.kept_sets import KeptSets
from training.metrics.copying import CopyIndex, build_index
from training.metrics.extractors import Extractor, choose_extractor
from training.metrics.pages import write_report
from training.metrics.piece import Piece
from training.metrics.report import SystemReport, assess
from training.metrics.tables import Table
from training.midi_folder import MidiSystem, pair_up, read_system
from training.respond import followed_rows

N_PICTURES: Final = 8
OFF_GRID_NOTED: Final = 0.02


@dataclass(frozen=True, slots=True)
class Asked:
    """What an evaluation is asked for, whatever the command.

    Attributes:
        data: corpus file.
        windows: how many held-out windows; split: of which songs.
        settings: how they are written; the seed is set.
        precision: of the sampling.
        device: for the sampling.
        jobs: sets sampled side by side, each on one thread.
        keep: whether generated sets are kept on disk and read again.
        extractor: "auto", "symbolic" or "musicnn"; musicnn: its interpreter.
    """

    data: Path
    windows: int = 64
    split: str = "test"
    settings: GenerationSettings = field(default_factory=lambda: GenerationSettings(seed=0))
    precision: Precision = "fp32"
    device: str = "cpu"
    jobs: int = 1
    keep: bool = True
    extractor: str = "auto"
    musicnn: Path | None = None

    @property
    def recipe(self) -> Recipe:
        return Recipe(self.settings, precision=self.precision)

    def choose_extractor(self) -> Extractor:
        """The extractor asked for."""
        return choose_extractor(self.extractor, self.musicnn)


@dataclass(frozen=True, slots=True)
class MidiFolder:
    """A folder of MIDI files that stands in the table as a system.

    Attributes:
        bpm: lay its seconds on a steady beat of this tempo; None trusts its ticks.
    """

    folder: Path
    name: str
    bpm: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """Held-out windows of a corpus."""

    corpus: Corpus
    windows: WindowSet
    index: NDArray[np.int64]

    def real(self) -> list[Piece]:
        """The windows' own music."""
        return [
            Piece.from_notes(
                real_notes(self.windows, int(i)),
                STEPS_PER_WINDOW,
                name=window_name(self.windows, int(i)),
                group=song_of(self.windows, int(i)),
            )
            for i in self.index
        ]


def hold_out(asked: Asked) -> Held:
    """Windows of the split, spread over its songs.

    Raises:
        InputError: if the corpus is missing, or has no window in the split.
    """
    corpus = load_corpus(asked.data)
    windows = WindowSet(corpus, song_indices(corpus, asked.split))
    if not len(windows):
        raise InputError(f"The corpus has no window of eight bars in its {asked.split} songs.")
    return Held(corpus, windows, spread(windows, asked.windows))


def open_writer(bundle: Path, asked: Asked, held: Held) -> Writer:
    """The bundle, ready to write for the held-out windows.

    Raises:
        BundleError: if it cannot be loaded.
        InputError: for a bundle of the paper's network, whose conditions no POP909 window has.
    """
    loaded = load_bundle(bundle, asked.device)
    if loaded.model.profile != "studio":
        raise InputError(
            "This bundle follows features of video, which the corpus does not have.",
            "Write music with it for videos (diffbgm score), and evaluate the folder of MIDI files: evaluate --midi.",
        )
    kept = KeptSets() if asked.keep else None
    return Writer(loaded, held.windows, data=held.corpus.data_hash(), kept=kept, jobs=asked.jobs)


def training_tunes(corpus: Corpus) -> CopyIndex:
    """Index of the training songs, for near copies."""
    songs = song_indices(corpus, "train")
    return build_index(
        Piece.from_notes(
            corpus.notes(song).to_notes(), corpus.n_beats(song) * STEPS_PER_BEAT, name=str(corpus.names[song])
        )
        for song in songs
    )


def assess_windows(
    name: str,
    written: Sequence[GeneratedWindow],
    extractor: Extractor,
    tunes: CopyIndex | None,
    *,
    followed: bool = True,
) -> SystemReport:
    """A bundle's windows beside the real ones they were written for."""
    ours, theirs = pieces_of(written), pieces_of(written, real=True)
    return assess(
        ours,
        theirs,
        name=name,
        paired=True,
        corpus=tunes,
        extractor=extractor,
        extra=followed_rows(written) if followed else (),
    )


def assess_midi(
    system: MidiSystem, real: Sequence[Piece], extractor: Extractor, tunes: CopyIndex | None
) -> SystemReport:
    """A folder's pieces beside real ones; pairs where files of both have the same names."""
    pairs = pair_up(system.pieces, real)
    ours, theirs = pairs if pairs else (list(system.pieces), list(real))
    report = assess(ours, theirs, name=system.name, paired=pairs is not None, corpus=tunes, extractor=extractor)
    notes = list(system.skipped)
    if system.off_grid > OFF_GRID_NOTED:
        notes.append(
            f"{system.off_grid:.0%} of the notes begin off the grid of 16ths, so rhythm figures are coarse: the ticks"
            " of these files may not follow the beat (see --midi-bpm)."
        )
    lengths = {piece.n_steps for piece in (*ours, *theirs)}
    if len(lengths) > 1:
        notes.append("Pieces differ in length, and GPS, SI and repetition depend on it.")
    return replace(report, notes=(*report.notes, *notes))


def evaluate(
    asked: Asked,
    *,
    bundle: Path | None,
    midi: Sequence[MidiFolder] = (),
    reference: Path | None = None,
    output: Path | None = None,
    tables: Sequence[Table] = (),
) -> list[SystemReport]:
    """Measure systems, print their tables, write the report and pictures.

    Args:
        bundle: writes music for held-out windows, beside those windows.
        midi: further systems, beside the reference.
        reference: folder of real MIDI files; None: the held-out windows.
        output: folder for JSON, CSV, the page and pictures; None writes nothing.

    Raises:
        InputError: if there is nothing to evaluate, or something cannot be read.
    """
    if bundle is None and not midi:
        raise InputError("There is nothing to evaluate.", "Name a bundle, or a folder with --midi.")
    extractor = asked.choose_extractor()
    systems = [read_system(one.folder, one.name, bpm=one.bpm) for one in midi]
    real = list(read_system(reference).pieces) if reference else None
    held = hold_out(asked) if bundle or real is None or asked.data.is_file() else None
    writer = open_writer(bundle, asked, held) if bundle and held else None
    tunes = training_tunes(held.corpus) if held else None
    reports: list[SystemReport] = []
    written: list[GeneratedWindow] = []
    if writer and held:
        written = writer.write(held.index, asked.recipe)
        reports.append(assess_windows(system_name(writer), written, extractor, tunes))
    beside = real if real is not None else (held.real() if held else [])
    reports += [assess_midi(system, beside, extractor, tunes) for system in systems]
    for report in reports:
        print(as_text(report))
    if output is not None:
        facts = facts_of(asked, held, writer, reference)
        write_report(reports, output, title="Music beside real music", facts=facts, tables=tables)
        if written:
            draw_pairs(written[:: max(1, len(written) // N_PICTURES)][:N_PICTURES], output / "rolls.png")
    return reports


def system_name(writer: Writer) -> str:
    """A bundle's name in tables."""
    return f"compact {writer.bundle.config.version}"


def facts_of(
    asked: Asked, held: Held | None, writer: Writer | None, reference: Path | None = None
) -> Mapping[str, str]:
    """What was done, for the top of the page."""
    settings = asked.settings
    facts: dict[str, str] = {}
    if held and not reference:
        facts["windows"] = f"{len(held.index)} of the {asked.split} songs, their own conditions, no hits asked for"
    if reference:
        facts["reference"] = f"the MIDI files of {reference.name}"
    if writer:
        facts["sampling"] = (
            f"{settings.steps} steps of {settings.sampler}, guidance {settings.guidance:g} (picture) and "
            f"{settings.plan_guidance:g} (plan), t0 {settings.t0}, k {settings.k}, seed {settings.seed}, "
            f"{asked.precision}"
        )
        facts["weights"] = f"sha256 {writer.bundle.hash}"
        if writer.counts["seconds"]:
            pace = writer.counts["windows"] / writer.counts["seconds"]
            facts["pace"] = f"{writer.counts['windows']:.0f} windows sampled at {pace:.2f} a second"
    if held:
        facts["data"] = f"hash {held.corpus.data_hash()}"
    return facts


def as_text(report: SystemReport) -> str:
    """The figures as a table for a terminal."""
    rows = [f"{report.name}", f"{'measure':<28}{'generated':>11}{'real':>10}{'difference':>12}  bar"]
    for row in report.rows:
        met = {True: "met", False: "missed", None: ""}[row.met]
        figures = f"{row.generated.value:>11.3f}{row.real.value:>10.3f}{row.delta.value:>+12.3f}"
        rows.append(f"{row.name:<28}{figures}  {row.bar} {met}".rstrip())
    rows.append(f"\n{'shape':<28}{'distance':>11}{'floor':>10}{'ratio':>12}")
    rows += [f"{s.name:<28}{s.distance:>11.3f}{s.floor:>10.3f}{s.ratio:>12.1f}" for s in report.shape]
    return "\n".join([*rows, f"\n{report.n_generated} windows, features: {report.extractor}", *report.notes])


def draw_pairs(windows: Sequence[GeneratedWindow], file: Path) -> None:
    """Generated and real rolls side by side, one pair a row."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    colours = ("tab:red", "tab:blue", "tab:green")
    figure = Figure(figsize=(20, 3.2 * len(windows)), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(len(windows), 2, squeeze=False)
    for row, window in zip(axes, windows, strict=True):
        for axis, notes, title in zip(row, (window.notes, window.real), ("generated", "real"), strict=True):
            for voice, colour in enumerate(colours):
                mine = [n for n in notes if n.voice == voice]
                axis.barh(
                    [n.pitch for n in mine],
                    [n.duration - 0.15 for n in mine],
                    left=[n.onset for n in mine],
                    height=0.9,
                    color=colour,
                )
            axis.set_xlim(0, window.n_steps)
            axis.set_ylim(28, 96)
            axis.set_xticks(range(0, window.n_steps + 1, 16))
            axis.grid(axis="x", alpha=0.4)
            axis.set_title(f"{title}, {window.name}", fontsize=8)
    figure.savefig(file, dpi=60, metadata={"Software": None})


def say(text: str) -> None:
    """A line of progress."""
    print(text, file=sys.stderr, flush=True)
