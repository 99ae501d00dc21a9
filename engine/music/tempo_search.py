"""Which course a piece takes through its hits: walks, curves along them, and what is given up when none can be played.

A walk comes from a graph that knows necessary conditions only; the curve has the last word. Where it finds that a walk
cannot be played, the worst turns are made dearer and another walk is tried: first to the user's taste, then for ease
alone. When none can be played the lightest hits in the strained stretches are let go.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Final

import numpy as np

from engine.music.hits import HitPoint
from engine.music.tempo_course import Route, course_of, map_of, route_of
from engine.music.tempo_curve import Course, Curve, Ints, fit_curve, judge_curve, refit_curve
from engine.music.tempo_graph import TASTES, WALL, Limits, Nodes, Task, make_arcs, make_turns
from engine.music.tempo_walk import Walk, Walker
from engine.settings import Strictness
from engine.timebase import TempoMap

NODE_DISTANCE_S: Final = 0.7
"""Unstarred hits nearer than this to a weightier one take no part in the choice of tempo."""

MOST_TAKING_PART: Final = 300
"""Unstarred hits beyond this number take no part, the lightest first; nor, where not all stars can be met, do stars
within a beat of a weightier one in so long a list."""

_TRIES: Final = 4
_GIVE_UPS: Final = 14
_PENALTY: Final = 1.0
_KEPT_BACK: Final = 4
_FEW: Final = 6
_AROUND_BEATS: Final = 12
_STIFFNESS: Final[Mapping[Strictness, float]] = {"strict": 0.6, "balanced": 1.0, "free": 8.0}


@dataclass(frozen=True, slots=True)
class Request:
    """What a tempo map is searched for: hits in the order of time, limits. Tempi are logarithms of quarters (s)."""

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
class Attempt:
    """A map, the stars that it does not meet exactly (by time), and those that were too near to others to be tried."""

    tempo: TempoMap
    lost: frozenset[Fraction] = frozenset()
    crowded: Mapping[Fraction, Fraction] = field(default_factory=dict)


class NoWalkError(Exception):
    """Between the tempi before and after a short stretch no walk leads to its end, even past every hit."""


def search_tempo(request: Request) -> Attempt:
    """A map within the limits of a request; stars that it cannot meet are let go.

    Raises:
        NoWalkError: only where `entry` and `exit` bind both ends.
    """
    eighth_s = request.limits.shortest_s / 2 * (1 - 1e-4)
    chosen, crowded = _participants(request, eighth_s)
    search = _Search(_task(request, chosen), request)
    if len(chosen) > MOST_TAKING_PART and search.leaves_stars:
        chosen, crowded = _participants(request, 2 * eighth_s)
        search = _Search(_task(request, chosen), request)
    found = search.best()
    lost = {chosen[node - 1].time_s for node in found.lost} | set(crowded)
    tempo = map_of(found.course, found.curve, found.route, range_us=request.range_us, until_s=float(request.duration_s))
    return Attempt(tempo, frozenset(lost), crowded)


def _task(request: Request, chosen: Sequence[HitPoint]) -> Task:
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


def _participants(request: Request, star_s: float) -> tuple[list[HitPoint], dict[Fraction, Fraction]]:
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

    def __init__(self, task: Task, request: Request) -> None:
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
        raise NoWalkError

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
