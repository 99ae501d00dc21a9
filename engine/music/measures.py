"""Measures of a piece, and how they compare with real music.

Pitch class entropy and grooving similarity are the paper's (section 5.2), which takes them from Wu and Yang, "The Jazz
Transformer on the Front Line" (ISMIR 2020, section 5; their code is MusDr); scale consistency and polyphony are MusPy's
(Dong et al. 2020). Nearness to real music counts, not height. Where a definition leaves a choice, ours is stated at the
function. A measure that a piece does not define (no note, one bar) is NaN, and is left out of means.

Several measures depend on the length of the music. So a take is compared window by window, eight bars each, with
windows of real music of the same length: `reference.json` of a bundle holds the percentiles of those, made by
`diffbgm-train reference`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np

from engine.errors import BundleError
from engine.music.notes import Note
from engine.music.piece import BoolArray, FloatArray, Piece, onset_grid, sounding
from engine.timebase import STEPS_PER_BAR, STEPS_PER_BEAT, STEPS_PER_WINDOW

PITCH_CLASSES: Final = 12
REFERENCE: Final = "reference.json"
_SCHEMA: Final = 1
_MAJOR: Final = (0, 2, 4, 5, 7, 9, 11)
_NATURAL_MINOR: Final = (0, 2, 3, 5, 7, 8, 10)


def pitch_class_entropy(piece: Piece, *, bars: int | None = None) -> float:
    """PCHE: entropy in bits of the pitch class histogram of note beginnings; 0 for one class, log2(12) = 3.58 for all.

    Wu and Yang 2020, section 5.1: H = -sum h_i log2 h_i over spans of 1 or 4 bars (their H1, H4), every bar a start,
    averaged. The paper names no span; real windows of 8 bars, each one span, give 2.70 to 2.71, and the paper's real
    music 2.717, so the whole piece is our default, as in MusPy's `pitch_class_entropy`.

    Args:
        piece: the music.
        bars: length of a span; None for the whole piece. Longer than the piece: the whole piece.

    Returns:
        Bits; NaN without notes. Spans without notes are skipped.
    """
    counts = np.zeros((piece.n_bars, PITCH_CLASSES))
    np.add.at(counts, (piece.onset // STEPS_PER_BAR, piece.pitch % PITCH_CLASSES), 1.0)
    span = piece.n_bars if bars is None else min(bars, piece.n_bars)
    running = np.concatenate([np.zeros((1, PITCH_CLASSES)), np.cumsum(counts, axis=0)])
    spans: FloatArray = running[span:] - running[:-span]
    spans = spans[spans.sum(axis=1) > 0]
    if not len(spans):
        return float("nan")
    return float(np.mean([_entropy_bits(row) for row in spans]))


def _entropy_bits(counts: FloatArray) -> float:
    share = counts[counts > 0] / counts.sum()
    return float(-(share * np.log2(share)).sum()) + 0.0  # no -0.0


def grooving_similarity(piece: Piece, *, positions: int = STEPS_PER_BAR) -> float:
    """GPS: how alike the onset patterns of all pairs of bars are; 1 where every bar has the same rhythm.

    Wu and Yang 2020, section 5.2: 1 - (1/Q) sum_i XOR(g_i^a, g_i^b), g_i telling whether a note starts at position i
    of the bar, averaged over pairs of bars. They have Q = 64 positions; our grid has Q = 16. A larger Q on the same
    grid only adds positions at which both bars are silent, which raises the value: pass `positions` to compare with
    them. All pairs are taken (MusDr draws 1,000 of them where there are more).

    The paper gives 0.708 for real music and states no span. Real POP909 music on its own beats has about 0.84 over 8
    bars and 0.75 to 0.77 over whole songs; on a grid of 120 BPM that ignores its beats, 0.56. So compare with real
    music of one length and one grid only.

    Returns:
        0..1; NaN with fewer than two bars.
    """
    pattern = np.asarray(onset_grid(piece).any(axis=2), np.float64)
    if len(pattern) < 2:
        return float("nan")
    both = pattern @ pattern.T
    own = np.diag(both)
    differing: FloatArray = own[:, None] + own[None, :] - 2 * both
    pairs = np.triu_indices(len(pattern), 1)
    return float(1.0 - differing[pairs].mean() / positions)


def scale_consistency(piece: Piece) -> float:
    """SC, and the in-scale rate: the largest share of notes that one of the 24 major and minor scales holds.

    As MusPy's `scale_consistency` (Dong et al. 2020), after Mogren 2016. Natural minor is meant, so the 24 scales are
    12 sets of pitch classes. Notes are counted, not weighted by length.

    Returns:
        0..1; NaN without notes.
    """
    if not len(piece):
        return float("nan")
    counts = np.bincount(piece.pitch % PITCH_CLASSES, minlength=PITCH_CLASSES)
    return float((_scales() @ counts).max() / counts.sum())


def _scales() -> FloatArray:
    """The 24 scales as pitch class masks, float64 `[24, 12]`."""
    masks = np.zeros((2, PITCH_CLASSES))
    masks[0, list(_MAJOR)] = 1.0
    masks[1, list(_NATURAL_MINOR)] = 1.0
    return np.array([np.roll(mask, tonic) for mask in masks for tonic in range(PITCH_CLASSES)])


def note_density(piece: Piece) -> float:
    """Notes that start, per beat."""
    return len(piece) * STEPS_PER_BEAT / piece.n_steps


def polyphony(piece: Piece) -> float:
    """Mean number of pitches sounding, over the steps on which one sounds (MusPy's `polyphony`). NaN if none."""
    at_once = sounding(piece).sum(axis=1)
    heard = at_once[at_once > 0]
    return float(heard.mean()) if len(heard) else float("nan")


def mean_note_length(piece: Piece) -> float:
    """Mean duration in steps (16ths). NaN without notes."""
    return float(piece.duration.mean()) if len(piece) else float("nan")


def silent_bars(piece: Piece) -> float:
    """How many spans of silence last a bar or more (anywhere, not only from bar line to bar line)."""
    return float(sum(end - start >= STEPS_PER_BAR for start, end in silent_spans(piece)))


def silent_spans(piece: Piece) -> list[tuple[int, int]]:
    """Half-open spans of steps on which nothing sounds, in order."""
    quiet: BoolArray = np.concatenate([[False], ~sounding(piece).any(axis=1), [False]])
    edges = np.flatnonzero(quiet[1:] != quiet[:-1]).tolist()
    return list(zip(edges[::2], edges[1::2], strict=True))


# -- beside real music ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure of a window: `name` as it stands in files, `unit` as printed, `decimals` that mean something."""

    name: str
    unit: str
    of: Callable[[Piece], float]
    decimals: int = 2


MEASURES: Final = (
    Measure("pitch class entropy", "bits", pitch_class_entropy),
    Measure("scale consistency", "", scale_consistency),
    Measure("grooving similarity", "", grooving_similarity),
    Measure("density", "notes/beat", note_density),
    Measure("polyphony", "notes", polyphony),
    Measure("note length", "16ths", mean_note_length, 1),
    Measure("silent bars", "", silent_bars, 1),
)


@dataclass(frozen=True, slots=True)
class Range:
    """What windows of real music measure: the 5th, 50th and 95th percentile."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True, slots=True)
class Reference:
    """Real music, measured.

    Attributes:
        source: what it is, for people.
        n_windows: how many windows were measured.
        ranges: by the names of `MEASURES`.
    """

    source: str
    n_windows: int
    ranges: Mapping[str, Range]


@dataclass(frozen=True, slots=True)
class Finding:
    """One measure of a take.

    Attributes:
        value: median of its windows; NaN where none defines it.
        real: what real music measures, None where that is not known.
        place: where the value lies against nine tenths of real windows; None where either is not known.
    """

    name: str
    unit: str
    value: float
    decimals: int
    real: Range | None
    place: Literal["below", "within", "above"] | None


def windows_of(notes: Sequence[Note], n_steps: int) -> Iterator[Piece]:
    """The music as windows of eight bars; a rest of less than half a window belongs to the one before it."""
    n = max(1, round(n_steps / STEPS_PER_WINDOW))
    for i in range(n):
        first = i * STEPS_PER_WINDOW
        end = (i + 1) * STEPS_PER_WINDOW if i + 1 < n else max(n_steps, first + 1)
        moved = (
            Note(max(0, note.onset - first), note.voice, note.pitch, note.end - max(note.onset, first), note.velocity)
            for note in notes
            if first <= note.onset < end
        )
        yield Piece.from_notes(moved, end - first)


def findings(notes: Sequence[Note], n_steps: int, reference: Reference | None = None) -> tuple[Finding, ...]:
    """Every measure of a take, beside real music where that is known.

    Args:
        n_steps: length of the take in steps.
    """
    windows = list(windows_of(notes, n_steps))
    found = []
    for measure in MEASURES:
        values = [value for value in map(measure.of, windows) if not math.isnan(value)]
        value = float(np.median(values)) if values else math.nan
        real = None if reference is None else reference.ranges.get(measure.name)
        found.append(Finding(measure.name, measure.unit, value, measure.decimals, real, _place(value, real)))
    return tuple(found)


def _place(value: float, real: Range | None) -> Literal["below", "within", "above"] | None:
    if real is None or math.isnan(value):
        return None
    return "below" if value < real.low else "above" if value > real.high else "within"


def measure_reference(windows: Sequence[Piece], *, source: str) -> Reference:
    """Percentiles of every measure over windows of real music.

    Raises:
        ValueError: when there is no window.
    """
    if not windows:
        raise ValueError("no window to measure")
    ranges = {}
    for measure in MEASURES:
        values = np.array([measure.of(window) for window in windows])
        ranges[measure.name] = Range(*(float(x) for x in np.nanpercentile(values, (5, 50, 95))))
    return Reference(source, len(windows), ranges)


def reference_to_json(reference: Reference) -> dict[str, Any]:
    """A table that `read_reference` reads back."""
    return {
        "schema_version": _SCHEMA,
        "source": reference.source,
        "windows": reference.n_windows,
        "percentiles": [5, 50, 95],
        "measures": {
            name: [round(x, 5) for x in (real.low, real.middle, real.high)] for name, real in reference.ranges.items()
        },
    }


def read_reference(folder: Path) -> Reference | None:
    """What a bundle knows of real music; None where it holds no such file.

    Raises:
        BundleError: if the file is damaged or of a newer kind.
    """
    path = folder / REFERENCE
    if not path.is_file():
        return None
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["schema_version"] > _SCHEMA:
            raise BundleError(
                "The bundle's {file} is of a newer kind.",
                "Use a newer version of the program.",
                file=REFERENCE,
            )
        ranges = {name: Range(*(float(x) for x in row)) for name, row in data["measures"].items()}
        return Reference(str(data["source"]), int(data["windows"]), ranges)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise BundleError("The bundle's {file} in '{folder}' cannot be read.", file=REFERENCE, folder=folder) from error
