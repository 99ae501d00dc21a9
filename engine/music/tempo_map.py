"""A tempo map locked to the picture: starred hits exact, the others as near as tempo bends, all within limits.

Three steps. A graph of all ways from hit to hit (`engine.music.tempo_graph`), the cheapest walk through it
(`engine.music.tempo_walk`), and the smoothest tempo along that walk (`engine.music.tempo_curve`). Where the last finds
that a walk cannot be played, its worst turns are made dearer and another walk is tried. When none can be played the
smallest wish is given up, and said.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, Final

import numpy as np

from engine.errors import InputError
from engine.music.hits import HitPoint
from engine.music.tempo import beats_of_seconds, bpm_at, choose_tempo, seconds_of_steps
from engine.music.tempo_course import Route, course_of, map_of, route_of
from engine.music.tempo_curve import Array, Course, Curve, Ints, fit_curve, judge_curve, refit_curve
from engine.music.tempo_graph import (
    SOFT_FRAMES,
    TASTES,
    WALL,
    Limits,
    Nodes,
    Task,
    limits_of,
    make_arcs,
    make_turns,
    range_us,
)
from engine.music.tempo_walk import Walk, Walker
from engine.settings import Strictness
from engine.timebase import BEATS_PER_BAR, SHORT_BAR_BEATS, STEPS_PER_BAR, STEPS_PER_BEAT, TempoMap

NODE_DISTANCE_S: Final = 0.7
"""Unstarred hits nearer than this to a weightier one take no part in the choice of tempo."""

WIDEST: Final = 1.5
"""Under "strict" the largest change may be widened up to this factor to save a star."""

MOST_TAKING_PART: Final = 300
"""Unstarred hits beyond this number take no part, the lightest first; nor, where not all stars can be met, do stars
within a beat of a weightier one in so long a list."""

MOST_SAVED: Final = 8
"""Where more stars than this are lost, a wider change would not be the smaller thing to give up."""

FREE_CHANGE: Final = 0.25
"""Under "free" this share of the largest change is used."""

EXACT_MS: Final = 0.05
"""A star that is met is met to this; whole microseconds leave it less."""

_TRIES: Final = 4
_GIVE_UPS: Final = 14
_PENALTY: Final = 1.0
_KEPT_BACK: Final = 4
_FEW: Final = 6
_AROUND_BEATS: Final = 12
_STEADY_CHANGE: Final = 0.002
_STIFFNESS: Final[Mapping[Strictness, float]] = {"strict": 0.6, "balanced": 1.0, "free": 8.0}
_EPSILON_S: Final = 1e-6


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

    def star_steps(self) -> tuple[int, ...]:
        """The 16ths of the stars that are met."""
        return tuple(sorted({placement.step for placement in self.placements if placement.starred}))


def solve_tempo(
    hits: Sequence[HitPoint],
    *,
    duration_s: Fraction,
    bpm_min: float,
    bpm_max: float,
    preferred_bpm: float,
    max_change: float = 0.08,
    strictness: Strictness = "balanced",
    short_bars: bool = False,
    may_widen: bool = True,
    frame_s: float = 1 / 24,
    entry_bpm: float | None = None,
    exit_bpm: float | None = None,
) -> TempoSolution:
    """A tempo map that lands on the hits.

    Args:
        hits: any order. One of kind "end" is the end of what is solved: nothing follows it.
        duration_s: length of the film; the last downbeat is wanted 1.5 to 4 s before its end.
        bpm_min, bpm_max: the tempo never leaves this range.
        preferred_bpm: gently preferred.
        max_change: the tempo at two instants less than a bar apart differs by at most this share of the earlier one.
        strictness: "strict" lets tempo move freely for hits, "free" keeps it nearly constant.
        short_bars: whether bars of 2/4 may occur.
        may_widen: whether, under "strict", the largest change may be widened (up to 1.5 times) to save stars.
        frame_s: length of a video frame; an unstarred hit counts as met within one.
        entry_bpm, exit_bpm: tempo before and after, when only a stretch is solved; it then begins without a rest.

    Raises:
        InputError: when the range is empty or not positive.
    """
    if not 0 < bpm_min <= bpm_max:
        raise InputError(f"The tempo range {bpm_min:g}:{bpm_max:g} is empty.", "Give MIN:MAX, as in 80:110.")
    change = max_change * FREE_CHANGE if strictness == "free" else max_change
    limits = limits_of(bpm_min, bpm_max, change)
    duration_s = max([duration_s, *(hit.time_s for hit in hits if hit.kind == "end")])
    inside = sorted((hit for hit in hits if 0 <= hit.time_s <= duration_s), key=lambda hit: hit.time_s)
    request = _Request(
        hits=tuple(inside),
        duration_s=duration_s,
        limits=limits,
        range_us=range_us(bpm_min, bpm_max),
        preferred=_log_quarter(min(max(preferred_bpm, bpm_min), bpm_max)),
        entry=None if entry_bpm is None else _log_quarter(entry_bpm),
        exit=None if exit_bpm is None else _log_quarter(exit_bpm),
        strictness=strictness,
        short_bars=short_bars,
        frame_s=frame_s,
        times_s=[float(hit.time_s) for hit in inside],
    )
    if change < _STEADY_CHANGE or limits.longest_s < limits.shortest_s * (1 + _STEADY_CHANGE):
        return _told(request, _steady(request, bpm_min, bpm_max, preferred_bpm), _Attempt.none())
    attempt = _attempt(request)
    if 0 < len(attempt.lost) <= MOST_SAVED and strictness == "strict" and may_widen:
        wider = replace(request, limits=replace(limits, change=min(0.9, change * WIDEST)))
        second = _attempt(wider)
        if len(second.lost) < len(attempt.lost):
            return _told(wider, second.tempo, second, widened_from=change)
    return _told(request, attempt.tempo, attempt)


def _log_quarter(bpm: float) -> float:
    return math.log(60 / bpm)


@dataclass(frozen=True, slots=True)
class _Request:
    hits: tuple[HitPoint, ...]
    duration_s: Fraction
    limits: Limits
    range_us: tuple[int, int]
    preferred: float
    entry: float | None
    exit: float | None
    strictness: Strictness
    short_bars: bool
    frame_s: float
    times_s: list[float]

    def weightier_near(self, hit: HitPoint) -> float | None:
        """The time of a hit that counts as much and lies nearer than hits that take part, None if there is none."""
        time_s = float(hit.time_s)
        first, last = (
            bisect_left(self.times_s, time_s - NODE_DISTANCE_S),
            bisect_left(self.times_s, time_s + NODE_DISTANCE_S),
        )
        rivals = zip(self.times_s[first:last], self.hits[first:last], strict=True)
        return next((at for at, other in rivals if at != time_s and other.salience >= hit.salience), None)


@dataclass(frozen=True, slots=True, eq=False)
class _Attempt:
    """A map, the stars that it does not meet exactly (by time), and those that were too near to others to be tried."""

    tempo: TempoMap
    lost: frozenset[Fraction] = frozenset()
    crowded: Mapping[Fraction, Fraction] = field(default_factory=dict)

    @classmethod
    def none(cls) -> _Attempt:
        return cls(TempoMap.constant(120))


def _attempt(request: _Request) -> _Attempt:
    """Solve once within the limits of a request."""
    eighth_s = request.limits.shortest_s / 2 * (1 - 1e-4)
    chosen, crowded = _participants(request, eighth_s)
    search = _Search(_task(request, chosen), request)
    if len(chosen) > MOST_TAKING_PART and search.leaves_stars:
        chosen, crowded = _participants(request, 2 * eighth_s)
        search = _Search(_task(request, chosen), request)
    found = search.best()
    lost = {chosen[node - 1].time_s for node in found.lost} | set(crowded)
    tempo = map_of(found.course, found.curve, found.route, range_us=request.range_us, until_s=float(request.duration_s))
    return _Attempt(tempo, frozenset(lost), crowded)


def _task(request: _Request, chosen: Sequence[HitPoint]) -> Task:
    taste = TASTES[request.strictness]
    return Task(
        nodes=Nodes.of(chosen, float(request.duration_s), frame_s=request.frame_s, taste=taste),
        limits=request.limits,
        taste=taste,
        preferred=request.preferred,
        entry=request.entry,
        exit=request.exit,
        short_bars=request.short_bars,
    )


def _participants(request: _Request, star_s: float) -> tuple[list[HitPoint], dict[Fraction, Fraction]]:
    """Stars at least so far apart and well-spaced others; and the stars that lie nearer to a weightier one."""
    kept: dict[float, HitPoint] = {}
    taken_s: list[float] = []
    crowded: dict[Fraction, Fraction] = {}
    for hit in sorted(request.hits, key=_first_served):
        time_s = float(hit.time_s)
        least_s = star_s if hit.starred else NODE_DISTANCE_S
        place = bisect_left(taken_s, time_s)
        rival_s = min(taken_s[max(0, place - 1) : place + 1], key=lambda s: abs(s - time_s), default=math.inf)
        if abs(rival_s - time_s) >= least_s and (hit.starred or len(taken_s) < MOST_TAKING_PART):
            kept[time_s] = hit
            taken_s.insert(place, time_s)
        elif hit.starred:
            crowded[hit.time_s] = kept[rival_s].time_s
    return [kept[time_s] for time_s in taken_s], crowded


def _first_served(hit: HitPoint) -> tuple[bool, bool, float, float]:
    return hit.kind != "end", not hit.starred, -hit.salience, float(hit.time_s)


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    course: Course
    curve: Curve
    route: Route
    lost: frozenset[int]
    fine: bool


class _Search:
    """Walks, curves, and what is given up when they do not fit."""

    def __init__(self, task: Task, request: _Request) -> None:
        self.task, self.request = task, request
        self.fine = False
        self.first = self._first_walk()
        self._manner = {"preferred_s": math.exp(task.preferred), "stiffness": _STIFFNESS[request.strictness]}

    @property
    def leaves_stars(self) -> bool:
        """Whether no walk meets all stars."""
        return self.task.leave_stars

    def best(self) -> _Found:
        """The first course that can be played, of walks first to the user's taste, then for ease alone."""
        tries: list[_Found] = []
        self._try(tries)
        firm = bool(self.task.nodes.starred.any()) and not self.leaves_stars
        if firm and not tries[-1].curve.is_legal:
            self.task, self.fine = _for_ease(self.task), True
            self.first = self._first_walk()
            self._try(tries)
        if tries[-1].curve.is_legal:
            return tries[-1]
        best = min(tries, key=lambda found: found.curve.excess)
        self.fine = best.fine
        return self._give_up(best)

    def _try(self, tries: list[_Found]) -> None:
        """Add courses to the list until one is legal, or there is no reason to try another."""
        walker, walk = self.first
        firm = bool(self.task.nodes.starred.any()) and not self.leaves_stars
        for i in range(_TRIES if firm else 1):
            route = route_of(walk, walker.arcs, self.task.nodes)
            tries.append(self._fit(route, self._missed(walk, walker), frozenset()))
            if tries[-1].curve.is_legal or not firm:
                break
            walk = self._another(walker, walk, tries[-1], i)
            if not walk.is_playable:
                break

    def _first_walk(self) -> tuple[Walker, Walk]:
        """With all stars if there is such a walk, else with those that cost least left out."""
        for leave_stars in (False, True):
            self.task = replace(self.task, leave_stars=leave_stars)
            arcs = make_arcs(self.task)
            walker = Walker(arcs, make_turns(arcs, self.task), self.task)
            walk = walker.walk()
            if walk is not None and (walk.is_playable or leave_stars):
                return walker, walk
        raise AssertionError("a walk that leaves out every hit always leads to the end")

    def _another(self, walker: Walker, walk: Walk, found: _Found, tries: int) -> Walk:
        """A walk around the strained stretches."""
        groups = [[place for place in group if place < len(walk.turns)] for group in self._strained_turns(found)]
        return walker.make_dearer(walk, groups, _PENALTY * 4**tries, keep=_KEPT_BACK * 2**tries)

    def _strained_turns(self, found: _Found) -> list[list[int]]:
        """For each strained stretch that lies apart from worse ones, the turns of the walk in it."""
        beats = found.route.beats
        if len(beats) == 0:
            return []
        first = np.searchsorted(beats, found.curve.strained[:, 0] - 1e-6)
        last = np.searchsorted(beats, found.curve.strained[:, 1] + 1e-6) - 1
        between = last < first
        first, last = np.maximum(0, first - between), np.where(between, np.minimum(first, len(beats) - 1), last)
        return _apart(first + 1, last + 1)

    def _missed(self, walk: Walk, walker: Walker) -> frozenset[int]:
        """Starred nodes whose turn asks for more than the largest change."""
        arcs, turns = list(walk.arcs), list(walk.turns[1:])
        targets = walker.arcs.target[arcs]
        over = (walker.turns.strain[turns] > 1 + 1e-6) & self.task.nodes.starred[targets]
        return frozenset(targets[over].tolist())

    def _fit(self, route: Route, loose: frozenset[int], free: frozenset[int]) -> _Found:
        course = course_of(route, self.task, loose=loose, free=free, fine=self.fine)
        curve = fit_curve(course, self.task.limits, **self._manner)
        return _Found(course, curve, route, self._lost(route, loose, free), self.fine)

    def _lost(self, route: Route, loose: frozenset[int], free: frozenset[int]) -> frozenset[int]:
        met = set(route.nodes.tolist()) - loose - free
        return frozenset(int(node) for node in np.flatnonzero(self.task.nodes.starred) if int(node) not in met)

    def _give_up(self, found: _Found) -> _Found:
        """Let go of the lightest hit in each strained stretch: a star first becomes near, then is left out."""
        met = set(found.route.nodes.tolist())
        loose = frozenset(found.lost & met)
        free: frozenset[int] = frozenset()
        for turn in range(_GIVE_UPS):
            groups = self._strained_nodes(found, free)
            if found.curve.is_legal or not groups:
                break
            for group in groups:
                for _ in range(1 + turn // 2):  # more at a time when one was not enough
                    loosened, freed = self._let_go([n for n in group if n not in free], loose)
                    loose, free = loose | loosened, free | freed
            found = self._mend(found, groups, loose, free)
        return found if found.curve.is_legal else self._fit(found.route, loose, frozenset(met))

    def _mend(self, found: _Found, groups: list[list[int]], loose: frozenset[int], free: frozenset[int]) -> _Found:
        """The curve solved again around some hits where they are few, else everywhere."""
        if len(groups) > _FEW:
            return self._fit(found.route, loose, free)
        course = course_of(found.route, self.task, loose=loose, free=free, fine=self.fine)
        places = dict(zip(found.route.nodes.tolist(), found.route.beats.tolist(), strict=True))
        curve = found.curve
        for group in groups:
            span = places[group[0]] - _AROUND_BEATS, places[group[-1]] + _AROUND_BEATS
            curve = refit_curve(course, curve, self.task.limits, span=span, **self._manner)
        curve = judge_curve(course, curve, self.task.limits, preferred_s=self._manner["preferred_s"])
        return _Found(course, curve, found.route, self._lost(found.route, loose, free), self.fine)

    def _let_go(self, group: list[int], loose: frozenset[int]) -> tuple[frozenset[int], frozenset[int]]:
        """Of hits of which one must go: stars that become near, hits that are left out."""
        nodes = self.task.nodes
        if not group:
            return frozenset(), frozenset()
        lightest = min(group, key=lambda n: (bool(nodes.starred[n]), n not in loose, float(nodes.weights[n])))
        exact = [n for n in group if nodes.starred[n] and n not in loose]
        if exact and (self.request.strictness != "strict" or lightest in exact):
            return frozenset((min(exact, key=lambda n: float(nodes.weights[n])),)), frozenset()
        return frozenset(), frozenset((lightest,))

    def _strained_nodes(self, found: _Found, free: frozenset[int]) -> list[list[int]]:
        """For each strained stretch that lies apart from worse ones, the hits in or next to it."""
        beats, nodes = found.route.beats, found.route.nodes.tolist()
        first = np.maximum(0, np.searchsorted(beats, found.curve.strained[:, 0] - 1e-6) - 1)
        last = np.minimum(len(beats) - 1, np.searchsorted(beats, found.curve.strained[:, 1] + 1e-6))
        groups = ([nodes[i] for i in group if nodes[i] not in free] for group in _apart(first, last))
        return [group for group in groups if group]


def _apart(first: Ints, last: Ints) -> list[list[int]]:
    """Of ranges with both ends in them, those that share nothing with an earlier one, written out."""
    groups: list[list[int]] = []
    taken: set[int] = set()
    for low, high in zip(first.tolist(), last.tolist(), strict=True):
        group = list(range(low, high + 1))
        if group and low not in taken and high not in taken and taken.isdisjoint(group):
            groups.append(group)
        taken.update(group)
    return groups


def _for_ease(task: Task) -> Task:
    """A task that cares for metre and the preferred tempo a tenth as much."""
    place = np.where(task.nodes.place < WALL, task.nodes.place / 10, task.nodes.place)
    taste = replace(task.taste, place=task.taste.place / 10, prefer=task.taste.prefer / 10)
    return replace(task, nodes=replace(task.nodes, place=place), taste=taste)


def _steady(request: _Request, bpm_min: float, bpm_max: float, preferred_bpm: float) -> TempoMap:
    """One tempo throughout, for limits that allow no other."""
    return choose_tempo(
        [hit.time_s for hit in request.hits],
        weights=[hit.salience * (4 if hit.starred else 1) for hit in request.hits],
        duration_s=request.duration_s,
        bpm_min=bpm_min,
        bpm_max=bpm_max,
        preferred_bpm=preferred_bpm,
        tolerance_s=request.frame_s,
    )


def place_hits(hits: Sequence[HitPoint], tempo: TempoMap, *, frame_s: float) -> tuple[Placement, ...]:
    """Where hits fall on a map: on the nearest eighth when that is within a frame, else on the nearest 16th."""
    if not hits:
        return ()
    times_s = np.array([float(hit.time_s) for hit in hits])
    exact = beats_of_seconds(tempo, times_s)
    eighths = _sounding(tempo, 2 * np.maximum(0, np.rint(2 * exact)))
    sixteenths = _sounding(tempo, np.maximum(0, np.rint(4 * exact)))
    on_grid = np.abs(seconds_of_steps(tempo, eighths) - times_s) <= frame_s + _EPSILON_S
    steps = np.where(on_grid, eighths, sixteenths)
    errors_ms = 1000 * (seconds_of_steps(tempo, steps) - times_s)
    bpm = bpm_at(tempo, exact)
    rows = zip(hits, steps, errors_ms, bpm, on_grid, strict=True)
    return tuple(Placement(hit, int(s), float(e), float(b), bool(g)) for hit, s, e, b, g in rows)


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
        if not placement.on_grid or (placement.starred and not exact):
            dropped.append(Dropped(placement.hit, why))
        placements.append(placement if exact else replace(placement, hit=replace(placement.hit, starred=False)))
    lost = [drop.hit for drop in dropped if drop.hit.starred]
    sentences = [f"The star at {float(hit.time_s):.3f} s is not met exactly: {why}." for hit in lost]
    return TempoSolution(tempo, tuple(placements), tuple(dropped), tuple(sentences))


def _sounding(tempo: TempoMap, steps: Array) -> Array:
    """Steps, or the downbeats after them where they are elided."""
    bars = np.floor(steps / STEPS_PER_BAR)
    silent = np.isin(bars, tempo.elided) & (steps % STEPS_PER_BAR >= SHORT_BAR_BEATS * STEPS_PER_BEAT)
    return np.where(silent, (bars + 1) * STEPS_PER_BAR, steps)


def _told(request: _Request, tempo: TempoMap, attempt: _Attempt, *, widened_from: float | None = None) -> TempoSolution:
    """The solution with its hits placed and its losses named."""
    placements = place_hits(request.hits, tempo, frame_s=request.frame_s)
    sentences: list[str] = []
    if widened_from is not None:
        now = largest_change(tempo, request.duration_s)
        sentences.append(f"Tempo changes by up to {now:.1%} within a bar instead of {widened_from:.1%}.")
    told: list[Placement] = []
    dropped: list[Dropped] = []
    for placement in placements:
        exact = abs(placement.error_ms) <= EXACT_MS
        if placement.starred and not exact:
            reason = _reason(placement, request, attempt)
            dropped.append(Dropped(placement.hit, reason))
            sentences.append(f"The star at {float(placement.time_s):.3f} s is not met exactly: {reason}.")
            placement = replace(placement, hit=replace(placement.hit, starred=False))
        elif not placement.on_grid and not _is_near_enough(placement, request.frame_s):
            dropped.append(Dropped(placement.hit, _reason(placement, request, attempt)))
        told.append(placement)
    return TempoSolution(tempo, tuple(told), tuple(dropped), tuple(sentences))


def _is_near_enough(placement: Placement, frame_s: float) -> bool:
    return placement.hit.soft and abs(placement.error_ms) <= 1000 * SOFT_FRAMES * frame_s


def _reason(placement: Placement, request: _Request, attempt: _Attempt) -> str:
    rival = attempt.crowded.get(placement.time_s)
    if rival is not None:
        return f"it lies less than an eighth note from the star at {float(rival):.3f} s"
    low, high = 60 / request.limits.longest_s, 60 / request.limits.shortest_s
    bounds = f"within {low:.4g} to {high:.4g} BPM that changes by up to {request.limits.change:.1%} a bar"
    if placement.on_grid:
        return f"no tempo {bounds} comes nearer than {abs(placement.error_ms):.0f} ms"
    near = request.weightier_near(placement.hit)
    if near is not None and not placement.starred:
        return f"it lies too near to the hit at {near:.3f} s"
    return f"no tempo {bounds} brings an eighth note here and to the weightier hits"


def largest_change(tempo: TempoMap, until_s: Fraction) -> float:
    """The largest change of tempo between instants less than a bar apart, as a share of the earlier tempo."""
    places = [(tempo.played_beats(change.beat), change) for change in tempo.changes]
    kept = [(float(beat), change.us_per_quarter) for beat, change in places if tempo.seconds(change.beat) < until_s]
    worst = 0.0
    for i, (_, tempo_us) in enumerate(kept):
        end = kept[i + 1][0] if i + 1 < len(kept) else math.inf
        for beat, later_us in kept[i + 1 :]:
            if beat - end >= BEATS_PER_BAR - 1e-9:
                break
            worst = max(worst, abs(tempo_us / later_us - 1))
    return worst


def tempo_points(tempo: TempoMap, until_s: Fraction) -> list[tuple[float, float]]:
    """(second, BPM) of every change of tempo up to a time."""
    rows = [(float(tempo.seconds(change.beat)), tempo.bpm(change.beat)) for change in tempo.changes]
    return [row for row in rows if row[0] < until_s] or rows[:1]
