"""Musical and physical time: the grid of the model, shots, and the only converter between seconds and beats.

Times are exact rationals of a second (`fractions.Fraction`), as video gives them (pts x time base), or `float`
where a curve is sampled. Tempo is held as whole microseconds per quarter note, as MIDI stores it, so that a score
written to MIDI lands where this module says.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STEPS_PER_BEAT: Final = 4
BEATS_PER_BAR: Final = 4
SHORT_BAR_BEATS: Final = 2
STEPS_PER_BAR: Final = STEPS_PER_BEAT * BEATS_PER_BAR
BARS_PER_WINDOW: Final = 8
BEATS_PER_WINDOW: Final = BARS_PER_WINDOW * BEATS_PER_BAR
STEPS_PER_WINDOW: Final = BEATS_PER_WINDOW * STEPS_PER_BEAT
N_PITCHES: Final = 128

MICROSECONDS: Final = 1_000_000

Transition = Literal["start", "cut", "dissolve", "fade", "flash", "user"]


def as_float(seconds: Fraction) -> float:
    """`float(seconds)`, but three times as quick: lists of shots and hits are long."""
    return seconds.numerator / seconds.denominator


@dataclass(frozen=True, slots=True)
class Shot:
    """A half-open interval of the video, `[start_s, end_s)`; shots cover the whole duration without gaps.

    Attributes:
        index: position in the list, from 0.
        start_s, end_s: seconds from the first frame shown.
        transition: how the shot begins; "start" for the first.
        salience: 0..1, how strongly its beginning is seen (1 for the hardest cut).
    """

    index: int
    start_s: Fraction
    end_s: Fraction
    transition: Transition = "cut"
    salience: float = 1.0

    @property
    def duration_s(self) -> Fraction:
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of time, `[start_s, end_s)`, in seconds as they were measured.

    Raises:
        ValueError: if it ends before it begins.
    """

    start_s: float
    end_s: float

    def __post_init__(self) -> None:
        if not self.start_s < self.end_s:
            raise ValueError(f"a span that ends ({self.end_s}) before it begins ({self.start_s})")

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s


def spans_within(spans: Sequence[Span], start_s: float, end_s: float) -> tuple[Span, ...]:
    """What lies in `[start_s, end_s)`, counted from its beginning."""
    cut = [(max(span.start_s, start_s) - start_s, min(span.end_s, end_s) - start_s) for span in spans]
    return tuple(Span(start, end) for start, end in cut if start < end)


@dataclass(frozen=True, slots=True)
class TempoChange:
    """From `beat` on, one quarter note lasts `us_per_quarter` microseconds."""

    beat: Fraction
    us_per_quarter: int


class Piece(NamedTuple):
    """A stretch of one tempo: where and when it begins, and how long a quarter note lasts in it (0 where elided)."""

    beat: Fraction
    onset_s: Fraction
    us_per_quarter: int


@dataclass(frozen=True, slots=True)
class TempoMap:
    """Piecewise-constant tempo: the only converter between seconds and beats.

    Bars have four beats. In a short bar the last two take no time: the grid of beats stays even, the music skips them.

    Attributes:
        start_s: the time of beat 0 (>= 0; the music may begin with a short rest).
        changes: at least one, the first at beat 0, beats strictly increasing.
        elided: short bars, numbered from 0, increasing: their beats 3 and 4 take no time.

    Raises:
        ValueError: if the changes are empty, unordered, do not begin at beat 0, a tempo is not positive, or the short
            bars are unordered.
    """

    start_s: Fraction
    changes: tuple[TempoChange, ...]
    elided: tuple[int, ...] = ()
    _pieces: tuple[Piece, ...] | None = field(default=None, init=False, repr=False, compare=False)
    _knots: Any = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        beats = _ratios(self)
        if not beats or beats[0][0] != 0:
            raise ValueError("a tempo map begins at beat 0")
        if not all(a * d < c * b for (a, b), (c, d) in pairwise(beats)):
            raise ValueError("tempo changes must come in increasing order")
        if any(change.us_per_quarter <= 0 for change in self.changes):
            raise ValueError("a quarter note must last longer than nothing")
        if any(bar < 0 for bar in self.elided) or any(b <= a for a, b in pairwise(self.elided)):
            raise ValueError("short bars must come in increasing order")

    @classmethod
    def constant(cls, bpm: float | Fraction, start_s: Fraction = Fraction(0)) -> TempoMap:
        """One tempo throughout, rounded to whole microseconds per quarter (never to a whole BPM)."""
        us_per_quarter = round(Fraction(60 * MICROSECONDS) / Fraction(bpm))
        return cls(start_s, (TempoChange(Fraction(0), us_per_quarter),))

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The stretches of one tempo, elided ones among them, in order; worked out once."""
        if self._pieces is None:
            parts, per_second, rows = _layout(self)
            made = tuple(Piece(Fraction(beat, parts), Fraction(at, per_second), us) for beat, at, us in rows)
            object.__setattr__(self, "_pieces", made)
        assert self._pieces is not None
        return self._pieces

    @property
    def knots(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """The pieces as f64 arrays, for many conversions at once: beats, seconds, seconds a beat."""
        if self._knots is None:
            import numpy as np  # late: commands that only look at their arguments start without it

            parts, per_second, rows = _layout(self)
            beats = np.array([beat / parts for beat, _, _ in rows])
            seconds = np.array([at / per_second for _, at, _ in rows])
            slopes = np.array([us for _, _, us in rows], np.float64) / MICROSECONDS
            object.__setattr__(self, "_knots", (beats, seconds, slopes))
        beats, seconds, slopes = self._knots
        return beats, seconds, slopes

    def seconds(self, beat: Fraction | int) -> Fraction:
        """The time of a beat (negative beats extend the first tempo backwards)."""
        pieces = self.pieces
        piece = pieces[max(0, bisect_right(pieces, beat, key=_beat_of) - 1)]
        return piece.onset_s + (beat - piece.beat) * Fraction(piece.us_per_quarter, MICROSECONDS)

    def beat(self, seconds: Fraction) -> Fraction:
        """The beat at a time; inverse of `seconds`. Where beats are elided it is the one after them."""
        pieces = self.pieces
        piece = pieces[max(0, bisect_right(pieces, seconds, key=_onset_of) - 1)]
        return piece.beat + (seconds - piece.onset_s) / Fraction(piece.us_per_quarter, MICROSECONDS)

    def bpm(self, beat: Fraction | int = 0) -> float:
        """Quarter notes per minute at a beat."""
        change = max(0, bisect_right(self.changes, beat, key=lambda change: change.beat) - 1)
        return 60 * MICROSECONDS / self.changes[change].us_per_quarter

    def sounds(self, beat: Fraction | int) -> bool:
        """Whether a beat takes time: it is not one that a short bar leaves out."""
        bar, place = divmod(beat, BEATS_PER_BAR)
        return place < SHORT_BAR_BEATS or int(bar) not in self.elided

    def played_beats(self, beat: Fraction | int) -> Fraction:
        """Beats from beat 0 to a beat without the elided ones, as a sequencer counts them."""
        before = bisect_left(self.elided, beat // BEATS_PER_BAR)
        skipped = Fraction(before * (BEATS_PER_BAR - SHORT_BAR_BEATS))
        if not self.sounds(beat):
            skipped += beat % BEATS_PER_BAR - SHORT_BAR_BEATS
        return beat - skipped


def _beat_of(piece: Piece) -> Fraction:
    return piece.beat


def _onset_of(piece: Piece) -> Fraction:
    return piece.onset_s


def _ratios(tempo: TempoMap) -> list[tuple[int, int]]:
    """The beats of the changes as numerator and denominator: a map is made of many, and fractions are slow."""
    return [change.beat.as_integer_ratio() for change in tempo.changes]


def _layout(tempo: TempoMap) -> tuple[int, int, list[tuple[int, int, int]]]:
    """The pieces in whole numbers, which is much quicker than in fractions.

    Returns:
        Parts of a beat and of a second, and for each piece where it begins in the former, when in the latter, and its
        microseconds a quarter.
    """
    ratios = _ratios(tempo)
    parts = math.lcm(*{bottom for _, bottom in ratios})
    places = [
        (top * (parts // bottom), change.us_per_quarter)
        for (top, bottom), change in zip(ratios, tempo.changes, strict=True)
    ]
    if tempo.elided:
        for bar in tempo.elided:
            edge = (bar * BEATS_PER_BAR + SHORT_BAR_BEATS) * parts
            places += [(edge, 0), (edge + (BEATS_PER_BAR - SHORT_BAR_BEATS) * parts, -1)]
        places.sort(key=itemgetter(0))
    start, per_start = tempo.start_s.as_integer_ratio()
    per_second = parts * MICROSECONDS * per_start
    now, last, tempo_us, pace_us = start * parts * MICROSECONDS, 0, 0, 0
    is_elided = False
    pieces: dict[int, tuple[int, int, int]] = {}
    for place, change_us in places:
        now += (place - last) * pace_us * per_start
        last = place
        if change_us > 0:
            tempo_us = change_us
        is_elided = change_us == 0 or (is_elided and change_us > 0)
        pace_us = 0 if is_elided else tempo_us
        pieces[place] = place, now, pace_us
    return parts, per_second, list(pieces.values())
