"""The evaluation of systems beside real music, put together: what is measured, and where the bars are.

`assess` measures one system; `pages.write_report` writes JSON, CSV, Markdown and plots of any number of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

import numpy as np

from training.metrics import quality
from training.metrics.bootstrap import Interval, difference_interval, mean_interval
from training.metrics.copying import CopyIndex, CopyReport, copy_report
from training.metrics.extractors import Extractor, SymbolicExtractor, comparable
from training.metrics.piece import FloatArray, Piece, groups_of
from training.metrics.retrieval import POOL, Retrieval, diversity, retrieval
from training.metrics.shape import ShapeDistance, shape_report
from training.metrics.structure import structureness

FLOOR_MULTIPLE: Final = 3.0
"""A shape distance should not be more than so many floors."""


@dataclass(frozen=True, slots=True)
class Bar:
    """What a figure is held against: both ends included.

    `delta` bounds generated - real, `ratio` generated / real, `value` the figure itself.
    """

    kind: Literal["delta", "ratio", "value"]
    low: float = -math.inf
    high: float = math.inf

    def met(self, generated: float, real: float) -> bool | None:
        """Whether the bar is reached; None where it is not defined."""
        if self.kind == "ratio":
            figure = generated / real if real else math.nan
        else:
            figure = generated - real if self.kind == "delta" else generated
        return None if math.isnan(figure) else self.low <= figure <= self.high

    def __str__(self) -> str:
        if self.kind == "delta" and self.low == -self.high:
            return f"|delta| <= {self.high:g}"
        parts = [f">= {self.low:g}" if math.isfinite(self.low) else "", f"<= {self.high:g}"]
        return f"{self.kind} {' and '.join(p for p in parts if p and 'inf' not in p)}"


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure of sets of pieces: a figure for each piece, and what is known about it.

    Attributes:
        name, unit: as printed.
        of: figures of pieces, float64 `[W]`, NaN where undefined.
        about: the definition in a line, with its source; the docstring of the function says more.
        bar: what the shipped weights are held against.
        paper_real, paper_model: the paper's Table 2: real music, and Diff-BGM.
    """

    name: str
    unit: str
    of: Callable[[Sequence[Piece]], FloatArray]
    about: str
    bar: Bar | None = None
    paper_real: float = math.nan
    paper_model: float = math.nan


def _each(measure: Callable[[Piece], float]) -> Callable[[Sequence[Piece]], FloatArray]:
    return lambda pieces: np.array([measure(piece) for piece in pieces], np.float64)


def _plus_minus(size: float) -> Bar:
    return Bar("delta", -size, size)


MEASURES: Final = (
    Measure(
        "PCHE",
        "bits",
        _each(quality.pitch_class_entropy),
        "pitch class histogram entropy over the whole piece (Wu and Yang 2020; MusPy)",
        _plus_minus(0.10),
        2.717,
        2.840,
    ),
    Measure(
        "PCHE, 1 bar",
        "bits",
        _each(lambda piece: quality.pitch_class_entropy(piece, bars=1)),
        "the same over every bar (H1 of Wu and Yang 2020)",
    ),
    Measure(
        "PCHE, 4 bars",
        "bits",
        _each(lambda piece: quality.pitch_class_entropy(piece, bars=4)),
        "the same over every 4 bars (H4)",
    ),
    Measure(
        "GPS",
        "",
        _each(quality.grooving_similarity),
        "grooving pattern similarity of all pairs of bars, 16 positions (Wu and Yang 2020: 64)",
        _plus_minus(0.05),
        0.708,
        0.601,
    ),
    Measure(
        "SI",
        "",
        structureness,
        "structureness indicator, segments of 6-16 beats, from notes (Wu and Yang 2020: 3-8 s, from audio)",
        _plus_minus(0.05),
        0.486,
        0.521,
    ),
    Measure(
        "SC",
        "",
        _each(quality.scale_consistency),
        "share of notes in the best of 24 scales (MusPy); the in-scale rate",
        _plus_minus(0.02),
    ),
    Measure("notes", "", _each(quality.note_count), "notes in the piece"),
    Measure("density", "/beat", _each(quality.note_density), "notes that start, per beat", Bar("ratio", 0.8, 1.25)),
    Measure("density spread", "/beat", _each(quality.density_spread), "deviation of the onsets per beat"),
    Measure("polyphony", "", _each(quality.polyphony), "pitches at once where any sounds (MusPy)"),
    Measure("onset polyphony", "", _each(quality.onset_polyphony), "notes that start at once"),
    Measure("pitch range", "semitones", _each(quality.pitch_range), "lowest to highest note (MusPy)"),
    Measure("mean pitch", "MIDI", _each(quality.mean_pitch), "mean of the notes"),
    Measure(
        "note length", "steps", _each(quality.mean_note_length), "mean duration in 16ths", Bar("ratio", 0.85, 1.15)
    ),
    Measure("short notes", "", _each(quality.short_note_share), "share of notes of one 16th"),
    Measure("low mud", "", _each(quality.low_mud), "share of steps with a third or less below C3"),
    Measure("longest silence", "steps", _each(quality.longest_silence), "the longest span without sound"),
    Measure("silent bars", "", _each(quality.silent_bars), "spans without sound of a bar or more"),
    *(
        Measure(
            f"repetition, lag {lag}",
            "",
            _each(partial(quality.repetition, lag=lag)),
            f"shared onsets of bars {lag} apart (Jaccard)",
        )
        for lag in quality.REPETITION_LAGS
    ),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of a system beside real music.

    Attributes:
        name, unit, about: see `Measure`.
        generated, real: means with intervals (songs drawn again); NaN where there is none.
        delta: generated - real with its interval; for pairs, of the differences of pairs.
        chance: what blind luck reaches; NaN where that has no meaning.
        bar, met: the bar in words ("" for none) and whether it is reached (None where undefined).
        paper_real, paper_model: the paper's figures; NaN where it has none.
    """

    name: str
    unit: str
    about: str
    generated: Interval
    real: Interval
    delta: Interval
    chance: float = math.nan
    bar: str = ""
    met: bool | None = None
    paper_real: float = math.nan
    paper_model: float = math.nan


NO_INTERVAL: Final = Interval(math.nan, math.nan, math.nan, 0)


@dataclass(frozen=True, slots=True, eq=False)
class SystemReport:
    """All figures of one system.

    Attributes:
        name: of the system.
        n_generated, n_real: pieces.
        paired: whether piece i was made from the conditions of real piece i.
        extractor: what made the features of Diversity and retrieval.
        rows: the figures.
        shape: the distances.
        copying: near copies; None without a corpus.
        notes: sentences about what could not be measured.
    """

    name: str
    n_generated: int
    n_real: int
    paired: bool
    extractor: str
    rows: tuple[Row, ...]
    shape: tuple[ShapeDistance, ...]
    copying: CopyReport | None
    notes: tuple[str, ...]


def assess(
    generated: Sequence[Piece],
    real: Sequence[Piece],
    *,
    name: str,
    paired: bool,
    corpus: CopyIndex | None = None,
    extractor: Extractor | None = None,
    extra: Sequence[Row] = (),
    seed: int = 0,
) -> SystemReport:
    """Measure a system.

    Args:
        generated, real: pieces of one length. `real` must not be in `corpus`: near copies are held against it, too.
        name: of the system.
        paired: piece i of `generated` was made from the conditions of piece i of `real`. Needed for retrieval.
        corpus: index of the training songs.
        extractor: makes the features of Diversity and retrieval; None: our symbolic ones.
        extra: further rows, such as control responses.
        seed: of everything drawn.

    Raises:
        ValueError: if a set is empty, or `paired` sets differ in size.
    """
    if not generated or not real or (paired and len(generated) != len(real)):
        raise ValueError(f"{len(generated)} generated and {len(real)} real pieces")
    rows = [_measure_row(measure, generated, real, paired, seed) for measure in MEASURES]
    maker = extractor or SymbolicExtractor()
    ours, theirs = comparable(maker, generated, real)
    rows.append(_diversity_row((ours, groups_of(generated)), (theirs, groups_of(real)), maker.name, seed))
    if paired and len(real) >= POOL:
        rows += _retrieval_rows(retrieval(ours, theirs, extractor=maker.name, groups=groups_of(real), seed=seed))
    copying = copy_report(generated, real, corpus, seed=seed) if corpus else None
    return SystemReport(
        name=name,
        n_generated=len(generated),
        n_real=len(real),
        paired=paired,
        extractor=maker.name,
        rows=(*rows, *(_copy_rows(copying) if copying else ()), *extra),
        shape=shape_report(generated, real, seed=seed),
        copying=copying,
        notes=_left_out(retrieval_made=paired and len(real) >= POOL, copying_made=copying is not None),
    )


def _left_out(*, retrieval_made: bool, copying_made: bool) -> tuple[str, ...]:
    notes = []
    if not retrieval_made:
        notes.append(f"Retrieval needs pairs, and at least {POOL} of them.")
    if not copying_made:
        notes.append("Near copies were not looked for: no training songs were given.")
    return tuple(notes)


def _measure_row(measure: Measure, generated: Sequence[Piece], real: Sequence[Piece], paired: bool, seed: int) -> Row:
    ours, theirs = measure.of(generated), measure.of(real)
    our_groups, their_groups = groups_of(generated), groups_of(real)
    if paired:
        delta = mean_interval(ours - theirs, their_groups, seed=seed)
    else:
        delta = difference_interval(ours, theirs, our_groups, their_groups, seed=seed)
    a, b = mean_interval(ours, our_groups, seed=seed), mean_interval(theirs, their_groups, seed=seed)
    return Row(
        name=measure.name,
        unit=measure.unit,
        about=measure.about,
        generated=a,
        real=b,
        delta=delta,
        bar=str(measure.bar) if measure.bar else "",
        met=measure.bar.met(a.value, b.value) if measure.bar else None,
        paper_real=measure.paper_real,
        paper_model=measure.paper_model,
    )


def _diversity_row(
    ours: tuple[FloatArray, Sequence[str]], theirs: tuple[FloatArray, Sequence[str]], extractor: str, seed: int
) -> Row:
    a, b = diversity(*ours, seed=seed), diversity(*theirs, seed=seed)
    delta = Interval(a.value - b.value, math.nan, math.nan, min(a.n, b.n))
    about = f"mean distance of two pieces (eq. 11), features: {extractor}; the paper's scale is musicnn's"
    return Row("Diversity", "", about, a, b, delta, paper_real=6.664, paper_model=5.153)


_PAPER_PRECISION: Final = {5: 0.1328, 10: 0.2391, 20: 0.4410}
_PRECISION_BARS: Final = {20: Bar("value", 0.60)}


def _retrieval_rows(found: Retrieval) -> list[Row]:
    rows = []
    for k, precision in found.precision.items():
        bar = _PRECISION_BARS.get(k)
        rows.append(
            Row(
                name=f"P@{k}",
                unit="",
                about=f"the right piece among the {k} nearest of {found.pool}, features: {found.extractor}",
                generated=precision,
                real=NO_INTERVAL,
                delta=NO_INTERVAL,
                chance=found.chance[k],
                bar=str(bar) if bar else "",
                met=bar.met(precision.value, math.nan) if bar else None,
                paper_model=_PAPER_PRECISION.get(k, math.nan),
            )
        )
    about = f"mean rank of the right piece among {found.pool}, features: {found.extractor}"
    rows.append(Row("average rank", "", about, found.average_rank, NO_INTERVAL, NO_INTERVAL, chance=found.chance_rank))
    return rows


def _copy_rows(found: CopyReport) -> list[Row]:
    delta = found.delta
    above = None if math.isnan(delta.value) else delta.value > 0 and not delta.low <= 0
    about = f"share of pieces with a run of {found.near_copy_notes} notes of a training song's tune, in any key"
    return [
        Row(
            name="near copies",
            unit="",
            about=f"{about}; above held-out music only if the interval of the difference is",
            generated=found.rate,
            real=found.heldout_rate,
            delta=delta,
            bar="not above real",
            met=None if above is None else not above,
        ),
        Row(
            "longest shared run",
            "notes",
            "mean length of the longest run of a training song's tune",
            found.notes,
            found.heldout_notes,
            Interval(found.notes.value - found.heldout_notes.value, math.nan, math.nan, found.notes.n),
        ),
    ]
