"""The time of a piece after its video was cut anew: bars whose picture is unchanged move along, gaps get new bars.

Kept bars keep their tempi, so they last as long as before. Between two kept stretches lies a gap of a length that
nobody chose; a whole number of bars is fitted into it within the bounds of tempo, and where that cannot be, bars at
its edges are given up until it can.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final, Protocol, TypeAlias

from engine.timebase import BEATS_PER_BAR, MICROSECONDS, TempoChange, TempoMap

MOST_GIVEN_UP: Final = 3
"""Bars that a gap may take from the kept stretches around it in search of a tempo that fits."""
EASY_STRAIN: Final = 0.08
"""A jump of tempo by this share is heard but borne."""
STRAIN_COST: Final = 60.0
RELAXATION_COST: Final = 0.5
FEWEST_BARS: Final = 2
"""Fewer bars than this between two joins are not worth keeping: the joins on both sides need their room."""


@dataclass(frozen=True, slots=True)
class KeptBars:
    """Bars `[old_bar, old_bar + count)` of the earlier piece, which begin at `new_s` in the new video."""

    old_bar: int
    count: int
    new_s: Fraction


class Stretch(Protocol):
    """A stretch of the new video known from the old one (`engine.video.matching.KeptSpan`)."""

    @property
    def old_start_s(self) -> Fraction: ...
    @property
    def old_end_s(self) -> Fraction: ...
    @property
    def shift_s(self) -> Fraction: ...


@dataclass(frozen=True, slots=True)
class Gap:
    """Music to be written between kept bars.

    Attributes:
        start_s, end_s: in the new video.
        entry_bpm, exit_bpm: tempo of the kept bars on either side; None at the ends of the video.
    """

    start_s: Fraction
    end_s: Fraction
    entry_bpm: float | None
    exit_bpm: float | None


@dataclass(frozen=True, slots=True)
class Filling:
    """Time of a gap.

    Attributes:
        tempo: from the gap's beat 0 on; `start_s` counts from the gap's start.
        n_bars: its whole bars; where the gap ends the video, all of what is left, rounded up.
        relaxations: limits that had to be widened, in words.
        lost: how many stars it misses.
        fits: whether the bars end where the gap does; what follows would be shifted otherwise.
        strain: how far a tempo of its own is from those around it, as a logarithm.
    """

    tempo: TempoMap
    n_bars: int
    relaxations: tuple[str, ...] = ()
    lost: int = 0
    fits: bool = True
    strain: float = 0.0


FillGap: TypeAlias = Callable[[Gap], Filling]


@dataclass(frozen=True, slots=True)
class Conformed:
    """The new time of a piece.

    Attributes:
        tempo: of the new video.
        bars: for each kept bar of the new piece, the bar of the old one.
        relaxations: what had to be relaxed, in words.
    """

    tempo: TempoMap
    bars: dict[int, int]
    relaxations: tuple[str, ...]


def kept_bars(stretches: Sequence[Stretch], tempo: TempoMap, *, n_bars: int, slack_s: Fraction) -> list[KeptBars]:
    """Whole bars of a piece whose picture is unchanged.

    Args:
        slack_s: a bar may reach beyond its stretch by this much, a frame or so.
        n_bars: bars of the earlier piece, the last perhaps cut short by the end of the video.
    """
    found = []
    for stretch in stretches:
        inside = [
            bar
            for bar in range(n_bars)
            if _start(tempo, bar) >= stretch.old_start_s - slack_s
            and _start(tempo, bar + 1) <= stretch.old_end_s + slack_s
        ]
        if len(inside) >= FEWEST_BARS:
            found.append(KeptBars(inside[0], len(inside), _start(tempo, inside[0]) + stretch.shift_s))
    return _without_overlap(found, tempo)


def _start(tempo: TempoMap, bar: int) -> Fraction:
    return tempo.seconds(bar * BEATS_PER_BAR)


def _length(tempo: TempoMap, kept: KeptBars) -> Fraction:
    return _start(tempo, kept.old_bar + kept.count) - _start(tempo, kept.old_bar)


def _without_overlap(found: Sequence[KeptBars], tempo: TempoMap) -> list[KeptBars]:
    """Kept bars in the order of the new video, where slack made two overlap the later ones give way."""
    result: list[KeptBars] = []
    for kept in sorted(found, key=lambda kept: kept.new_s):
        while result and kept.count and kept.new_s < result[-1].new_s + _length(tempo, result[-1]):
            kept = _shortened(kept, tempo, front=1)
        if kept.count and kept.new_s >= 0:
            result.append(kept)
    return result


def _shortened(kept: KeptBars, tempo: TempoMap, *, front: int = 0, back: int = 0) -> KeptBars:
    later_s = _start(tempo, kept.old_bar + front) - _start(tempo, kept.old_bar)
    return KeptBars(kept.old_bar + front, kept.count - front - back, kept.new_s + later_s)


def conform(kept: Sequence[KeptBars], tempo: TempoMap, *, duration_s: Fraction, fill: FillGap) -> Conformed:
    """Lay kept bars and gaps end to end.

    Args:
        kept: in the order of the new video, without overlap.
        tempo: of the earlier piece.
        duration_s: of the new video.
        fill: finds the time of a gap.
    """
    kept = list(kept)
    if not kept:
        filling = fill(Gap(Fraction(0), duration_s, None, None))
        return Conformed(filling.tempo, {}, filling.relaxations)
    layout = _Layout(tempo)
    if kept[0].new_s > 0 and not (kept[0].old_bar == 0 and kept[0].new_s == tempo.start_s):
        opening = _fitted(None, kept[0], tempo, fill)
        kept[0] = opening.after or kept[0]
        layout.add_gap(opening.filling)
    else:
        layout.start_s = kept[0].new_s
    for i, here in enumerate(kept):
        following = kept[i + 1] if i + 1 < len(kept) else None
        if following is None:
            layout.add_kept(here)
            end_s = here.new_s + _length(tempo, here)
            if end_s < duration_s:
                layout.add_gap(fill(Gap(end_s, duration_s, _bpm_out(tempo, here), None)))
            break
        join = _fitted(here, following, tempo, fill)
        layout.add_kept(join.before or here)
        kept[i + 1] = join.after or following
        layout.add_gap(join.filling)
    return layout.result()


@dataclass(frozen=True, slots=True)
class _Join:
    before: KeptBars | None
    after: KeptBars | None
    filling: Filling | None


def _bpm_out(tempo: TempoMap, kept: KeptBars) -> float:
    return tempo.bpm(Fraction((kept.old_bar + kept.count) * BEATS_PER_BAR) - Fraction(1, 1000))


def _fitted(before: KeptBars | None, after: KeptBars, tempo: TempoMap, fill: FillGap) -> _Join:
    """Fill the gap between kept bars, giving up as few bars at its edges as let it be filled without relaxation.

    A way that costs less in bars given up, things relaxed and tempo strained is better; one steady tempo fits always.
    """
    best: tuple[float, _Join] | None = None
    for given_up in sorted(_ways(before, after), key=lambda way: (sum(way), abs(way[0] - way[1]))):
        lost = sum(given_up)
        if best is not None and best[0] <= lost:
            break
        left = None if before is None else _shortened(before, tempo, back=given_up[0])
        right = _shortened(after, tempo, front=given_up[1])
        start_s = Fraction(0) if left is None else left.new_s + _length(tempo, left)
        if start_s == right.new_s:
            return _Join(left, right, None)
        entry = None if left is None else _bpm_out(tempo, left)
        gap = Gap(start_s, right.new_s, entry, tempo.bpm(right.old_bar * BEATS_PER_BAR))
        for filling in (fill(gap), _steady(gap)):
            cost = lost + _cost(filling)
            if filling.fits and (best is None or cost < best[0]):
                best = (cost, _Join(left, right, filling))
    assert best is not None
    return best[1]


def _cost(filling: Filling) -> float:
    """What a filling costs, in bars given up."""
    return (
        RELAXATION_COST * (len(filling.relaxations) + filling.lost)
        + max(0.0, filling.strain - EASY_STRAIN) * STRAIN_COST
    )


def _steady(gap: Gap) -> Filling:
    """Bars of one tempo that fill a gap exactly, as near to its neighbours' as whole bars allow.

    At the beginning of a video, where nothing comes before, a rest takes up what is no whole bar.
    """
    length_s = gap.end_s - gap.start_s
    around = [bpm for bpm in (gap.entry_bpm, gap.exit_bpm) if bpm is not None]
    bar_s = Fraction(60 * BEATS_PER_BAR) / Fraction(sum(around) / len(around))
    if gap.entry_bpm is None:
        n_bars = int(length_s // bar_s)
        us = round(bar_s / BEATS_PER_BAR * MICROSECONDS)
        rest_s = length_s - n_bars * BEATS_PER_BAR * Fraction(us, MICROSECONDS)
        return Filling(TempoMap(rest_s, (TempoChange(Fraction(0), us),)), n_bars)
    n_bars = max(1, round(length_s / bar_s))
    us = round(length_s / (n_bars * BEATS_PER_BAR) * MICROSECONDS)
    bpm = 60 * MICROSECONDS / us
    sentence = f"The tempo goes to {bpm:.1f} BPM for {n_bars} bar{'s' if n_bars > 1 else ''}: no tempo in range fits."
    strain = max(abs(math.log(bpm / other)) for other in around)
    return Filling(TempoMap(Fraction(0), (TempoChange(Fraction(0), us),)), n_bars, (sentence,), strain=strain)


def _ways(before: KeptBars | None, after: KeptBars) -> list[tuple[int, int]]:
    left = range(1 if before is None else min(MOST_GIVEN_UP, before.count - 1) + 1)
    return [(a, b) for a in left for b in range(min(MOST_GIVEN_UP, after.count - 1) + 1)]


class _Layout:
    """Collects stretches of bars into one tempo map."""

    def __init__(self, tempo: TempoMap) -> None:
        self.old = tempo
        self.start_s = Fraction(0)
        self.bar = 0
        self.changes: list[TempoChange] = []
        self.elided: list[int] = []
        self.bars: dict[int, int] = {}
        self.relaxations: list[str] = []

    def add_kept(self, kept: KeptBars) -> None:
        """Bars of the old piece with their tempi."""
        self._add(self.old, kept.old_bar, kept.count)
        self.bars |= {self.bar + i: kept.old_bar + i for i in range(kept.count)}
        self.bar += kept.count

    def add_gap(self, filling: Filling | None) -> None:
        """New bars."""
        if filling is None:
            return
        if self.bar == 0:
            self.start_s = filling.tempo.start_s
        self._add(filling.tempo, 0, filling.n_bars)
        self.bar += filling.n_bars
        self.relaxations += filling.relaxations

    def _add(self, tempo: TempoMap, first_bar: int, count: int) -> None:
        first, end = first_bar * BEATS_PER_BAR, (first_bar + count) * BEATS_PER_BAR
        shift = self.bar * BEATS_PER_BAR - first
        inside = [change for change in tempo.changes if first < change.beat < end]
        at_start = [change for change in tempo.changes if change.beat <= first][-1]
        for change in (replace(at_start, beat=Fraction(first)), *inside):
            if not self.changes or self.changes[-1].us_per_quarter != change.us_per_quarter:
                self.changes.append(TempoChange(change.beat + shift, change.us_per_quarter))
        self.elided += [bar - first_bar + self.bar for bar in tempo.elided if first_bar <= bar < first_bar + count]

    def result(self) -> Conformed:
        tempo = TempoMap(self.start_s, tuple(self.changes), tuple(self.elided))
        return Conformed(tempo, self.bars, tuple(self.relaxations))
