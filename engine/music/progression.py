"""Writes the plan of a piece: its form from the cuts, its chords from the model of progressions.

Sections are written in units of four bars. Within a section a unit may take up an earlier one; a returning letter
brings its chords back; a primed letter brings them back with another ending. Each section closes: on the dominant (half
cadence) or on the tonic (authentic, sometimes plagal); the piece ends with dominant or subdominant, then one bar of
tonic.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

import numpy as np

from engine.music.chords import Chord, Key
from engine.music.controls import FloatArray
from engine.music.form import bar_salience, name_sections, split_phrases, split_sections
from engine.music.keys import RELATIVE_MINOR, estimate_key
from engine.music.plan import Plan, Section
from engine.music.progression_model import ProgressionModel, load_progression_model
from engine.music.section_writer import HALF_BAR_BEATS, Draft, Ending, Frame, SectionWriter, Written, unit_lengths
from engine.timebase import BEATS_PER_BAR

_MINOR_BELOW: Final = -0.1
"""Mean valence under which a piece is in minor: a neutral picture is in major, as most of the corpus is."""
_CLEAR_VALENCE: Final = 0.2
_CLEAR_CONTRAST: Final = 0.4
"""A section whose mean valence lies this far beyond `_MINOR_BELOW` on the other side, and this far from the piece's
mean, stands in the relative key."""
__all__ = ["ProgressionModel", "load_progression_model", "write_plan"]


def write_plan(
    n_beats: int,
    *,
    seed: int,
    valence: FloatArray | None = None,
    tension: FloatArray | None = None,
    cut_beats: Sequence[tuple[int, float] | int] = (),
    key: Key | None = None,
    chords: Sequence[Chord | None] | None = None,
    closing_beats: int | None = None,
    loops: bool = False,
    marked_beats: Collection[int] = (),
    looks: FloatArray | None = None,
    model: ProgressionModel | None = None,
) -> Plan:
    """Write the plan of a piece of `n_beats` beats of 4/4, which begins with a bar.

    The same arguments give the same plan. What is drawn for a section depends on the seed, its letter and its place
    within the section only, so that a cut moved in one place changes little elsewhere.

    Args:
        seed: any integer.
        valence: -1..1 a beat, NaN unknown, `[T]`; its mean decides the mode, its course the colour, and a section that
            clearly contradicts the mode stands in the relative key.
        tension: 0..1 a beat, the quantile in real music, NaN unknown, `[T]`.
        cut_beats: beats on which shots begin, with a weight 0..1; a bare beat weighs 1.
        key: keeps the piece in this key.
        chords: one a beat, kept exactly; fewer than `n_beats` are repeated from the first on.
        closing_beats: where the piece closes, when that is bars before its end: its last chord is held from there.
        loops: whether the end leads back to the beginning (on the dominant) instead of closing.
        marked_beats: beats on which a new chord is wanted, as hits are: the half bars that begin there change.
        looks: what each beat looks like, in units of a clear difference, f32 `[T, F]`; NaN unknown. Sections that look
            alike tend to share a letter.
        model: by default the one that comes with the program.

    Raises:
        ValueError: if there is no beat, or curves have another length.
    """
    _check(n_beats, chords, valence, tension)
    if chords is not None:
        return _given_plan(n_beats, chords, key, cut_beats)
    n_written = _written_beats(n_beats, closing_beats)
    phrases, section_bars = _form(n_written, cut_beats)
    writer = _Writer(
        model or load_progression_model(),
        seed=seed,
        valence=None if valence is None else valence[:n_written],
        tension=None if tension is None else tension[:n_written],
        n_beats=n_written,
        marked_beats=marked_beats,
    )
    main = key or writer.choose_key()
    alike = None if looks is None else _likeness(looks, section_bars)
    frames = writer.frames(phrases, section_bars, main, modulate=key is None, loops=loops, likeness=alike)
    sections = [_section(frame, main, n_written) for frame in frames]
    sections[-1] = replace(sections[-1], end_beat=n_beats)
    written = writer.write(frames)[:n_written]
    return Plan(main, (*written, *[written[-1]] * (n_beats - n_written)), _marks(phrases, n_beats), tuple(sections))


def _given_plan(
    n_beats: int, chords: Sequence[Chord | None], key: Key | None, cut_beats: Sequence[tuple[int, float] | int]
) -> Plan:
    phrases, section_bars = _form(n_beats, cut_beats)
    given = tuple(chords[i % len(chords)] for i in range(n_beats))
    return Plan(key or estimate_key(given), given, _marks(phrases, n_beats), _sections_of(given, section_bars))


def _written_beats(n_beats: int, closing_beats: int | None) -> int:
    """Beats that get chords of their own: all, unless the piece closes in an earlier bar than its last."""
    if closing_beats is None or -(-closing_beats // BEATS_PER_BAR) >= -(-n_beats // BEATS_PER_BAR):
        return n_beats
    return max(1, closing_beats)


def _marks(phrases: Sequence[int], n_beats: int) -> tuple[bool, ...]:
    starts = {bar * BEATS_PER_BAR for bar in phrases[:-1]}
    return tuple(beat in starts for beat in range(n_beats))


def _likeness(looks: FloatArray, section_bars: Sequence[int]) -> FloatArray:
    """How alike sections look, -1/2 (nothing in common) .. 1/2 (the same), f32 `[n, n]`."""
    means = []
    for first, end in pairwise(section_bars):
        part = np.asarray(looks[first * BEATS_PER_BAR : end * BEATS_PER_BAR], np.float64)
        known = np.isfinite(part)
        means.append(np.where(known, part, 0).sum(0) / np.maximum(known.sum(0), 1))
    table = np.array(means)
    square = ((table[:, None] - table[None]) ** 2).mean(-1)
    return np.asarray(np.exp(-square / 2) - 0.5, np.float32)


def _check(n_beats: int, chords: Sequence[Chord | None] | None, *curves: FloatArray | None) -> None:
    if n_beats < 1 or (chords is not None and not len(chords)):
        raise ValueError("a plan needs at least one beat, and chords where they are given")
    for curve in curves:
        if curve is not None and np.shape(curve) != (n_beats,):
            raise ValueError(f"a curve of shape {np.shape(curve)} for {n_beats} beats")


def _form(n_beats: int, cut_beats: Sequence[tuple[int, float] | int]) -> tuple[list[int], list[int]]:
    """Bars on which phrases and sections begin, each with the end of the piece."""
    n_bars = -(-n_beats // BEATS_PER_BAR)
    salience = bar_salience(n_bars, [cut if isinstance(cut, tuple) else (int(cut), 1.0) for cut in cut_beats])
    phrases = split_phrases(n_bars, salience)
    return phrases, split_sections(phrases, salience)


def _section(frame: Frame, main: Key, n_beats: int) -> Section:
    start, end = (bar * BEATS_PER_BAR for bar in frame.bars)
    return Section(start, min(end, n_beats), frame.letter, None if frame.key == main else frame.key)


def _sections_of(chords: Sequence[Chord | None], section_bars: Sequence[int]) -> tuple[Section, ...]:
    """Sections of given chords: those with the same chords share a letter, those with nearly the same a primed one."""
    models: list[Sequence[Chord | None]] = []
    sections = []
    for first, end in pairwise(section_bars):
        start, stop = first * BEATS_PER_BAR, min(end * BEATS_PER_BAR, len(chords))
        part = chords[start:stop]
        likeness = [sum(a == b for a, b in zip(part, m, strict=False)) / min(len(part), len(m)) for m in models]
        best = int(np.argmax(likeness)) if likeness else -1
        if best < 0 or likeness[best] < 0.7:
            best = len(models)
            models.append(part)
            likeness.append(1.0)
        letter = chr(ord("A") + best % 26) + ("" if likeness[best] == 1 else "'")
        sections.append(Section(start, stop, letter))
    return tuple(sections)


def _by_bar(curve: FloatArray | None, n_bars: int, unknown: float) -> list[float]:
    """Mean of each bar's known values, `unknown` where there is none."""
    if curve is None:
        return [unknown] * n_bars
    means = (_mean(curve, bar * BEATS_PER_BAR, (bar + 1) * BEATS_PER_BAR) for bar in range(n_bars))
    return [unknown if math.isnan(mean) else mean for mean in means]


def _mean(curve: FloatArray | None, start: int, end: int) -> float:
    """Mean of the known values, NaN when there is none."""
    if curve is None:
        return float("nan")
    part = curve[start:end]
    known = part[np.isfinite(part)]
    return float(known.mean()) if len(known) else float("nan")


def _half_bars(beats: Collection[int]) -> frozenset[int]:
    """Half bars, counted from the beginning, that begin on one of the beats."""
    return frozenset(beat // HALF_BAR_BEATS for beat in beats if beat % HALF_BAR_BEATS == 0)


class _Writer:
    """Writes one piece; holds what all its parts share."""

    def __init__(
        self,
        model: ProgressionModel,
        *,
        seed: int,
        valence: FloatArray | None,
        tension: FloatArray | None,
        n_beats: int,
        marked_beats: Collection[int] = (),
    ) -> None:
        self.valence, self.n_beats = valence, n_beats
        n_bars = -(-n_beats // BEATS_PER_BAR)
        self.draft = Draft(
            model, seed, _by_bar(valence, n_bars, 0.0), _by_bar(tension, n_bars, 0.5), _half_bars(marked_beats)
        )

    def choose_key(self) -> Key:
        """Any tonic; the mode of the mean valence, or at random as often as in the corpus."""
        tonic, mode = self.draft.uniforms(2, "key")
        mean = _mean(self.valence, 0, self.n_beats)
        minor = bool(mode < self.draft.model.minor_share) if np.isnan(mean) else mean < _MINOR_BELOW
        return Key(int(tonic * 12), minor)

    def frames(
        self,
        phrases: Sequence[int],
        section_bars: Sequence[int],
        main: Key,
        *,
        modulate: bool,
        loops: bool = False,
        likeness: FloatArray | None = None,
    ) -> list[Frame]:
        """The sections, with letters, keys and endings."""
        spans = list(pairwise(section_bars))
        keys = [self._section_key(span, main) if modulate else main for span in spans]
        letters = name_sections([int(k.minor) for k in keys], self.draft.uniforms(1, "form")[0], likeness)
        frames = []
        for i, (span, letter) in enumerate(zip(spans, letters, strict=True)):
            ending: Ending = "half" if self.draft.uniforms(1, "ending", letter[0])[0] < 0.5 else "authentic"
            if f"{letter[0]}'" in letters:
                ending = "authentic" if letter.endswith("'") else "half"
            if i == len(spans) - 1:
                ending = "half" if loops else "final"
            inside = [bar for bar in phrases if span[0] <= bar <= span[1]]
            frames.append(Frame(span, unit_lengths(inside), letter, keys[i], ending))
        return frames

    def _section_key(self, bars: tuple[int, int], main: Key) -> Key:
        here = _mean(self.valence, bars[0] * BEATS_PER_BAR, bars[1] * BEATS_PER_BAR)
        overall = _mean(self.valence, 0, self.n_beats)
        clear = abs(here - _MINOR_BELOW) >= _CLEAR_VALENCE and abs(here - overall) >= _CLEAR_CONTRAST
        if math.isnan(here) or not clear or (here < _MINOR_BELOW) == main.minor:
            return main
        shift = -RELATIVE_MINOR if main.minor else RELATIVE_MINOR
        return Key((main.tonic + shift) % 12, not main.minor)

    def write(self, frames: Sequence[Frame]) -> list[Chord]:
        """One chord a beat for all sections."""
        known: dict[str, Written] = {}
        openings: set[tuple[bool, int]] = set()
        chords: list[Chord] = []
        last: tuple[int, str] | None = None
        for frame in frames:
            base = known.get(frame.letter) or known.get(frame.letter[0])
            avoid = {token for minor, token in openings if minor == frame.key.minor and base is None}
            section = SectionWriter(self.draft, frame, last=last, avoid=frozenset(avoid))
            written = section.write(base)
            known.setdefault(frame.letter, written)
            openings.add((frame.key.minor, written.units[0][0]))
            cells = [token for unit in written.units for token in unit]
            chords.extend(section.colour(cells))
            token = section.mode.tokens[cells[-1]]
            last = ((frame.key.tonic + token.degree) % 12, token.triad)
        return chords
