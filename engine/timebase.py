"""Musical and physical time: the grid of the model, shots, and the only converter between seconds and beats.

Times are exact rationals of a second (`fractions.Fraction`), as video gives them (pts x time base), or `float`
where a curve is sampled. Tempo is held as whole microseconds per quarter note, as MIDI stores it, so that a score
written to MIDI lands where this module says.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Final, Literal

STEPS_PER_BEAT: Final = 4
BEATS_PER_BAR: Final = 4
STEPS_PER_BAR: Final = STEPS_PER_BEAT * BEATS_PER_BAR
BARS_PER_WINDOW: Final = 8
BEATS_PER_WINDOW: Final = BARS_PER_WINDOW * BEATS_PER_BAR
STEPS_PER_WINDOW: Final = BEATS_PER_WINDOW * STEPS_PER_BEAT
N_PITCHES: Final = 128

MICROSECONDS: Final = 1_000_000

Transition = Literal["start", "cut", "dissolve", "fade", "flash", "user"]


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


@dataclass(frozen=True, slots=True)
class TempoChange:
    """From `beat` on, one quarter note lasts `us_per_quarter` microseconds."""

    beat: Fraction
    us_per_quarter: int


@dataclass(frozen=True, slots=True)
class TempoMap:
    """Piecewise-constant tempo: the only converter between seconds and beats.

    Attributes:
        start_s: the time of beat 0 (>= 0; the music may begin with a short rest).
        changes: at least one, the first at beat 0, beats strictly increasing.

    Raises:
        ValueError: if the changes are empty, unordered, do not begin at beat 0, or a tempo is not positive.
    """

    start_s: Fraction
    changes: tuple[TempoChange, ...]

    def __post_init__(self) -> None:
        beats = [change.beat for change in self.changes]
        if not beats or beats[0] != 0:
            raise ValueError("a tempo map begins at beat 0")
        if any(b <= a for a, b in pairwise(beats)):
            raise ValueError("tempo changes must come in increasing order")
        if any(change.us_per_quarter <= 0 for change in self.changes):
            raise ValueError("a quarter note must last longer than nothing")

    @classmethod
    def constant(cls, bpm: float | Fraction, start_s: Fraction = Fraction(0)) -> TempoMap:
        """One tempo throughout, rounded to whole microseconds per quarter (never to a whole BPM)."""
        us_per_quarter = round(Fraction(60 * MICROSECONDS) / Fraction(bpm))
        return cls(start_s, (TempoChange(Fraction(0), us_per_quarter),))

    def _onsets_s(self) -> list[Fraction]:
        times = [self.start_s]
        for here, after in pairwise(self.changes):
            times.append(times[-1] + (after.beat - here.beat) * Fraction(here.us_per_quarter, MICROSECONDS))
        return times

    def _change_at(self, beat: Fraction) -> int:
        return max(0, bisect_right([change.beat for change in self.changes], beat) - 1)

    def seconds(self, beat: Fraction | int) -> Fraction:
        """The time of a beat (negative beats extend the first tempo backwards)."""
        beat = Fraction(beat)
        i = self._change_at(beat)
        change = self.changes[i]
        return self._onsets_s()[i] + (beat - change.beat) * Fraction(change.us_per_quarter, MICROSECONDS)

    def beat(self, seconds: Fraction) -> Fraction:
        """The beat at a time; inverse of `seconds`."""
        onsets = self._onsets_s()
        i = max(0, bisect_right(onsets, seconds) - 1)
        change = self.changes[i]
        return change.beat + (seconds - onsets[i]) / Fraction(change.us_per_quarter, MICROSECONDS)

    def bpm(self, beat: Fraction | int = 0) -> float:
        """Quarter notes per minute at a beat."""
        return 60 * MICROSECONDS / self.changes[self._change_at(Fraction(beat))].us_per_quarter
