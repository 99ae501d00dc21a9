"""What became of hits in a tempo map: where each falls, which were dropped and why, what was relaxed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.music.hits import HitPoint
from engine.music.tempo import beats_of_seconds, bpm_at, seconds_of_steps
from engine.timebase import BEATS_PER_BAR, SHORT_BAR_BEATS, STEPS_PER_BAR, STEPS_PER_BEAT, TempoMap, as_float
from engine.wording import Told

Array = NDArray[np.float64]

EXACT_MS: Final = 0.05
"""A star that is met is met to this; whole microseconds leave it less."""

SOFT_FRAMES: Final = 4.0
"""A hit without a sharp instant, as a dissolve, is met within so many frames."""

_EPSILON_S: Final = 1e-6
_LOST: Final = "The star at "


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a hit falls in the music.

    Attributes:
        hit: what is hit.
        step: its 16th on the grid; bar, beat, sixteenth: as musicians count it, each from 1.
        error_ms: when the 16th sounds minus when the hit shows; positive is late music.
        bpm: tempo there.
        on_grid: whether an eighth lies within one frame of it.
    """

    hit: HitPoint
    step: int
    error_ms: float
    bpm: float
    on_grid: bool

    @property
    def time_s(self) -> Fraction:
        return self.hit.time_s

    @property
    def starred(self) -> bool:
        return self.hit.starred

    def unstarred(self) -> Placement:
        """The same without the star."""
        hit = self.hit
        plain = HitPoint(hit.time_s, hit.salience, False, hit.kind, hit.label, hit.place, hit.soft)
        return Placement(plain, self.step, self.error_ms, self.bpm, self.on_grid)

    @property
    def bar(self) -> int:
        return self.step // STEPS_PER_BAR + 1

    @property
    def beat(self) -> int:
        return self.step % STEPS_PER_BAR // STEPS_PER_BEAT + 1

    @property
    def sixteenth(self) -> int:
        return self.step % STEPS_PER_BEAT + 1

    def describe(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "time_s": float(self.time_s),
            "kind": self.hit.kind,
            "label": self.hit.label,
            "salience": round(self.hit.salience, 4),
            "starred": self.starred,
            "step": self.step,
            "bar": self.bar,
            "beat": self.beat,
            "sixteenth": self.sixteenth,
            "error_ms": round(self.error_ms, 4),
            "bpm": self.bpm,
            "on_grid": self.on_grid,
        }


@dataclass(frozen=True, slots=True)
class Dropped:
    """A hit that the music does not land on, and why."""

    hit: HitPoint
    reason: str

    def describe(self) -> dict[str, Any]:
        """As plain data."""
        return {"time_s": float(self.hit.time_s), "starred": self.hit.starred, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class TempoSolution:
    """A tempo map and what it does with the hits.

    Attributes:
        tempo: the map.
        placements: all hits, in the order of time; `starred` says which are met exactly.
        dropped: hits that are not met, with the reason.
        relaxations: sentences: which star was given up, or which limit was widened to what.
    """

    tempo: TempoMap
    placements: tuple[Placement, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    relaxations: tuple[str, ...] = ()

    @property
    def widenings(self) -> tuple[str, ...]:
        """The relaxations that name no star."""
        return tuple(sentence for sentence in self.relaxations if not sentence.startswith(_LOST))

    def star_steps(self) -> tuple[int, ...]:
        """The 16ths of the stars that are met."""
        return tuple(sorted({placement.step for placement in self.placements if placement.starred}))


def place_hits(hits: Sequence[HitPoint], tempo: TempoMap, *, frame_s: float) -> tuple[Placement, ...]:
    """Where hits fall on a map: on the nearest eighth when that is within a frame, else on the nearest 16th."""
    if not hits:
        return ()
    times_s = np.array([as_float(hit.time_s) for hit in hits])
    exact = beats_of_seconds(tempo, times_s)
    eighths = _sounding(tempo, 2 * np.maximum(0, np.rint(2 * exact)))
    sixteenths = _sounding(tempo, np.maximum(0, np.rint(4 * exact)))
    on_grid = np.abs(seconds_of_steps(tempo, eighths) - times_s) <= frame_s + _EPSILON_S
    steps = np.where(on_grid, eighths, sixteenths)
    errors_ms = 1000 * (seconds_of_steps(tempo, steps) - times_s)
    bpm = bpm_at(tempo, exact)
    rows = zip(hits, steps.astype(np.int64).tolist(), errors_ms.tolist(), bpm.tolist(), on_grid.tolist(), strict=True)
    return tuple(Placement(*row) for row in rows)


def judge_tempo(
    tempo: TempoMap, hits: Sequence[HitPoint], *, duration_s: Fraction, frame_s: float, why: str
) -> TempoSolution:
    """What a map that was chosen otherwise does with hits.

    Args:
        why: why a hit may be missed, as "the loop has a steady tempo".
    """
    placements, dropped = [], []
    for placement in place_hits([hit for hit in hits if 0 <= hit.time_s <= duration_s], tempo, frame_s=frame_s):
        exact = abs(placement.error_ms) <= EXACT_MS
        near = placement.on_grid or is_near_enough(placement, frame_s)
        if not near or (placement.starred and not exact):
            dropped.append(Dropped(placement.hit, why))
        placements.append(placement if exact else placement.unstarred())
    sentences = [told_of_lost(drop) for drop in dropped if drop.hit.starred]
    return TempoSolution(tempo, tuple(placements), tuple(dropped), tuple(sentences))


def told_of_lost(drop: Dropped) -> Told:
    """The sentence that names a star which is not met."""
    time_s = as_float(drop.hit.time_s)
    return Told("The star at {time_s:.3f} s is not met exactly: {reason}.", time_s=time_s, reason=drop.reason)


def is_near_enough(placement: Placement, frame_s: float) -> bool:
    """Whether a hit without a sharp instant is met."""
    return placement.hit.soft and abs(placement.error_ms) <= 1000 * SOFT_FRAMES * frame_s


def _sounding(tempo: TempoMap, steps: Array) -> Array:
    """Steps, or the downbeats after them where they are elided."""
    bars = np.floor(steps / STEPS_PER_BAR)
    silent = np.isin(bars, tempo.elided) & (steps % STEPS_PER_BAR >= SHORT_BAR_BEATS * STEPS_PER_BEAT)
    return np.where(silent, (bars + 1) * STEPS_PER_BAR, steps)


def largest_change(tempo: TempoMap, until_s: Fraction) -> float:
    """The largest change of tempo between instants less than a bar apart, as a share of the earlier tempo."""
    beats = np.array([change.beat.numerator / change.beat.denominator for change in tempo.changes])
    tempi_us = [change.us_per_quarter for change in tempo.changes]
    n = max(1, int(np.searchsorted(seconds_of_steps(tempo, STEPS_PER_BEAT * beats), float(until_s))))
    middles = BEATS_PER_BAR * np.array(tempo.elided, np.float64) + SHORT_BAR_BEATS
    played: list[float] = (beats - (BEATS_PER_BAR - SHORT_BAR_BEATS) * np.searchsorted(middles, beats)).tolist()
    worst = 0.0
    for i in range(n - 1):
        later = i + 1
        while later < n and played[later] - played[i + 1] < BEATS_PER_BAR - 1e-9:
            worst = max(worst, abs(tempi_us[i] / tempi_us[later] - 1))
            later += 1
    return worst


def tempo_points(tempo: TempoMap, until_s: Fraction) -> list[tuple[float, float]]:
    """(second, BPM) of every change of tempo up to a time."""
    rows = [(float(tempo.seconds(change.beat)), tempo.bpm(change.beat)) for change in tempo.changes]
    return [row for row in rows if row[0] < until_s] or rows[:1]
