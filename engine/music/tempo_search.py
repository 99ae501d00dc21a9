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
from engine.music.tempo_course import Layout, course_of, layout_of, map_of, refined, route_of, splice
from engine.music.tempo_curve import Bools, Course, Curve, Ints, fit_curve, refit_curve
from engine.music.tempo_graph import TASTES, WALL, Arcs, Limits, Nodes, Task, Turns, make_arcs, make_turns
from engine.music.tempo_walk import Walk, Walker, breaks
from engine.settings import Strictness
from engine.timebase import TempoMap

NODE_DISTANCE_S: Final = 0.7
"""Unstarred hits nearer than this to a weightier one take no part in the choice of tempo."""

MOST_TAKING_PART: Final = 220
"""Unstarred hits beyond this number take no part, the lightest first."""

HOPELESS_STARS: Final = 24
STARS_A_BREAK: Final = 12
"""In a list of more stars than the first that breaks off oftener than once in the second, some go beforehand."""

ROOM: Final[Mapping[Strictness, float]] = {"strict": 4.0, "balanced": 4.0, "free": 8.0}
"""So many of the shortest eighths the stars of such a list are apart: more are met than where each is fought for."""
_DENSE: Final = 5.0
"""Where stars are that many eighths apart on average, or fewer, they need half as much room again."""

_TRIES: Final = 4
_ENOUGH_CELLS: Final = 900
"""When the curves that were tried have so many cells, no other walk is tried to taste: of a long film, but one."""

_GIVE_UPS: Final = 14
_AROUND: Final = np.array([-12.0, 12.0])
"""Beats before and after a change that are solved again."""

_FAR: Final = 0.1
_MANY: Final = 60
"""Where limits are exceeded by more than this share, or in so many places, hits are let go nearer to each other."""

_HOPELESS: Final = 8
"""Where a walk is strained in more places than this, others will hardly be better."""

_PENALTY: Final = 1.0
_KEPT_BACK: Final = 4
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

    def weightier_near(self, index: int) -> float | None:
        """The time of a hit that counts as much and lies nearer than hits that take part, None if there is none."""
        time_s, least = self.times_s[index], self.hits[index].salience
        first = bisect_left(self.times_s, time_s - NODE_DISTANCE_S)
        for other in range(first, len(self.hits)):
            at = self.times_s[other]
            if at >= time_s + NODE_DISTANCE_S:
                break
            if at != time_s and self.hits[other].salience >= least:
                return at
        return None


@dataclass(frozen=True, slots=True, eq=False)
class Attempt:
    """A map, how many stars it does not meet exactly, and which are too near to which weightier ones (by index)."""

    tempo: TempoMap
    n_lost: int = 0
    crowded: Mapping[int, int] = field(default_factory=dict)


class NoWalkError(Exception):
    """Between the tempi before and after a short stretch no walk leads to its end, even past every hit."""


def search_tempo(request: Request) -> Attempt:
    """A map within the limits of a request; stars that it cannot meet are let go.

    Raises:
        NoWalkError: only where `entry` and `exit` bind both ends.
    """
    eighth_s = request.limits.shortest_s / 2 * (1 - 1e-4)
    order = _first_served(request)
    chosen = _Chosen(request)
    chosen.take_stars(order, eighth_s)
    graph = _star_graph(_task(request, chosen.hits))
    dead_ends = 0 if graph is None else len(breaks(*graph))
    if dead_ends:
        graph = None
    if _is_hopeless(len(chosen.kept), dead_ends):
        n_stars = len(chosen.kept) + len(chosen.crowded)
        chosen = _Chosen(request)
        is_dense = float(request.duration_s) <= _DENSE * eighth_s * n_stars
        chosen.take_stars(order, ROOM[request.strictness] * eighth_s * (1.5 if is_dense else 1.0))
    chosen.take_others(order)
    task, crowded = replace(_task(request, chosen.hits), leave_stars=dead_ends > 0), chosen.crowded
    found = _Search(task, request.strictness, graph).best()
    tempo = map_of(
        found.course, found.curve, found.layout.route, range_us=request.range_us, until_s=float(request.duration_s)
    )
    return Attempt(tempo, int(found.lost.sum()) + len(crowded), crowded)


def _task(request: Request, chosen: Sequence[HitPoint]) -> Task:
    """The task of meeting some hits, all stars among them."""
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


def _star_graph(task: Task) -> tuple[Arcs, Turns] | None:
    """The ways from star to star, all else left out."""
    if not task.nodes.starred.any():
        return None
    alone = replace(task, nodes=task.nodes.stars())
    return _graph_of(alone)


def _graph_of(task: Task) -> tuple[Arcs, Turns]:
    arcs = make_arcs(task)
    return arcs, make_turns(arcs, task)


def _is_hopeless(n_stars: int, dead_ends: int) -> bool:
    """Whether ways from star to star break off so often that many stars are in each other's way."""
    return n_stars > HOPELESS_STARS and dead_ends * STARS_A_BREAK > n_stars


class _Chosen:
    """The hits that take part, and which stars lie too near to which weightier ones (by index)."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.kept: dict[float, int] = {}
        self.crowded: dict[int, int] = {}
        self._taken_s = [-math.inf, math.inf]

    @property
    def hits(self) -> list[HitPoint]:
        """In the order of time."""
        return [self.request.hits[self.kept[time_s]] for time_s in self._taken_s[1:-1]]

    def take_stars(self, order: Sequence[int], star_s: float) -> None:
        """The end and stars at least so far apart, the weightiest first."""
        for i in order:
            hit = self.request.hits[i]
            if hit.starred:
                rival_s = self._take(i, star_s)
                if rival_s is not None:
                    self.crowded[i] = self.kept[rival_s]
            elif hit.kind == "end":
                self._take(i, NODE_DISTANCE_S)

    def take_others(self, order: Sequence[int]) -> None:
        """Well-spaced others, the weightiest first, while there is room."""
        for i in order:
            if len(self.kept) >= MOST_TAKING_PART:
                break
            hit = self.request.hits[i]
            if not hit.starred and hit.kind != "end":
                self._take(i, NODE_DISTANCE_S)

    def _take(self, index: int, least_s: float) -> float | None:
        """Let a hit take part; the time of the one that is nearer than that, if there is one, and it does not."""
        time_s = self.request.times_s[index]
        place = bisect_left(self._taken_s, time_s)
        before_s, after_s = self._taken_s[place - 1], self._taken_s[place]
        if time_s - before_s >= least_s and after_s - time_s >= least_s:
            self.kept[time_s] = index
            self._taken_s.insert(place, time_s)
            return None
        return before_s if time_s - before_s <= after_s - time_s else after_s


def _first_served(request: Request) -> list[int]:
    """The hits by index: the end, stars, others, each the weightiest first."""
    hits = request.hits
    times_s, weights = np.array(request.times_s), np.array([hit.salience for hit in hits], np.float64)
    is_other = np.array([not hit.starred for hit in hits], np.bool_)
    is_inside = np.array([hit.kind != "end" for hit in hits], np.bool_)
    order: list[int] = np.lexsort((times_s, -weights, is_other, is_inside)).tolist()
    return order


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """A curve along a walk: `loose` stars are not met exactly, `free` hits not at all; both bool `[J + 2]`."""

    layout: Layout
    course: Course
    curve: Curve
    loose: Bools
    free: Bools
    lost: Bools


class _Search:
    """Walks, curves, and what is given up when they do not fit."""

    def __init__(self, task: Task, strictness: Strictness, star_graph: tuple[Arcs, Turns] | None) -> None:
        """The graph of the stars is that of all hits where all are stars."""
        self.task, self.strictness = task, strictness
        self._graph = star_graph if task.nodes.starred[1:-1].all() else None
        self._manner = {"preferred_s": math.exp(task.preferred), "stiffness": _STIFFNESS[strictness]}

    @property
    def is_firm(self) -> bool:
        """Whether there are stars and some walk meets them all."""
        return bool(self.task.nodes.starred.any()) and not self.task.leave_stars

    def best(self) -> _Found:
        """The first course that can be played, of walks first to the user's taste, then for ease alone."""
        walker, walk = self._first_walk()
        tries = self._try(walker, walk, fine=False)
        if self.is_firm and not tries[-1].curve.is_legal:
            self.task = _for_ease(self.task)
            walker = Walker(make_arcs(self.task), walker.turns, self.task)
            easier = walker.walk() or walk
            tries += self._try(walker, easier, fine=True, coarse=tries[0] if easier.arcs == walk.arcs else None)
        if tries[-1].curve.is_legal:
            return tries[-1]
        return self._give_up(min(tries, key=lambda found: found.curve.excess))

    def _first_walk(self) -> tuple[Walker, Walk]:
        """With all stars if there is such a walk, else with those that cost least left out."""
        while True:
            arcs, turns = self._graph or _graph_of(self.task)
            walker = Walker(arcs, turns, self.task)
            walk = walker.walk()
            if walk is not None and (walk.is_playable or self.task.leave_stars):
                return walker, walk
            if self.task.leave_stars:
                raise NoWalkError
            self.task, self._graph = replace(self.task, leave_stars=True), None

    def _try(self, walker: Walker, walk: Walk, *, fine: bool, coarse: _Found | None = None) -> list[_Found]:
        """Courses, the last of them legal, or there is no reason to try another; `coarse` is that of the first walk."""
        first = coarse or self._fit_walk(walker, walk)
        tries = [self._refine(first) if fine and self._has_hope(first, walk) else first]
        groups = self._strained_turns(tries[-1], len(walk.turns))
        for i in range(_TRIES - 1 if self.is_firm else 0):
            n_cells = sum(len(found.layout.cells.lengths) for found in tries)
            if tries[-1].curve.is_legal or len(groups) > _HOPELESS or (n_cells > _ENOUGH_CELLS and not fine):
                break
            before = walk.arcs
            walk = walker.make_dearer(walk, groups, _PENALTY * 4**i, keep=_KEPT_BACK * 2**i)
            if not walk.is_playable:
                break
            if walk.arcs != before:
                tries.append(self._fit_walk(walker, walk, fine=fine, before=tries[-1]))
                groups = self._strained_turns(tries[-1], len(walk.turns))
        return tries

    def _strained_turns(self, found: _Found, n_turns: int) -> list[list[int]]:
        """For each strained stretch that lies apart from worse ones, the turns of the walk in it."""
        beats = found.layout.route.beats
        if len(beats) == 0:
            return []
        first = np.searchsorted(beats, found.curve.strained[:, 0] - 1e-6)
        last = np.searchsorted(beats, found.curve.strained[:, 1] + 1e-6) - 1
        between = last < first
        first, last = (np.maximum(0, first - between), np.where(between, np.minimum(first, len(beats) - 1), last))
        groups = _apart(first + 1, last + 1)
        return [[place for place in group if place < n_turns] for group in groups]

    def _missed(self, walk: Walk, walker: Walker) -> Bools:
        """Starred nodes whose turn asks for more than the largest change."""
        targets = walker.arcs.target[list(walk.arcs)]
        over = np.zeros(len(self.task.nodes.starred), np.bool_)
        over[targets] = walker.turns.strain[list(walk.turns[1:])] > 1 + 1e-6
        return over & self.task.nodes.starred

    def _fit_walk(self, walker: Walker, walk: Walk, *, fine: bool = False, before: _Found | None = None) -> _Found:
        """The curve along a walk; where that is in part as it was before, only the rest is solved."""
        route, loose = route_of(walk, walker.arcs, self.task.nodes), self._missed(walk, walker)
        free = np.zeros_like(loose)
        new = None if before is None else splice(route, before.layout, fine=fine)
        if before is None or new is None:
            return self._fit(layout_of(route, self.task), loose, free)
        course = course_of(new.layout, self.task, loose=loose, free=free)
        curve = refit_curve(
            course,
            self.task.limits,
            start_s=new.times_of(before.layout.cells.edges, before.curve.times_s),
            spans=new.spans_of(before.curve.strained) + _AROUND,
            anew=True,
            **self._manner,
        )
        return self._found(new.layout, course, curve, loose, free)

    def _fit(self, layout: Layout, loose: Bools, free: Bools) -> _Found:
        course = course_of(layout, self.task, loose=loose, free=free)
        curve = fit_curve(course, self.task.limits, rough=self.task.leave_stars, **self._manner)
        return self._found(layout, course, curve, loose, free)

    def _has_hope(self, found: _Found, walk: Walk) -> bool:
        """Whether a curve that cannot be played may be mended without giving anything up."""
        return not found.curve.is_legal and len(self._strained_turns(found, len(walk.turns))) <= _HOPELESS

    def _refine(self, found: _Found) -> _Found:
        """The curve solved again on every eighth where it is strained."""
        spans = found.curve.strained + _AROUND
        layout = refined(found.layout, spans)
        course = course_of(layout, self.task, loose=found.loose, free=found.free)
        start_s = np.interp(layout.cells.edges, found.layout.cells.edges, found.curve.times_s)
        curve = refit_curve(course, self.task.limits, start_s=start_s, spans=spans, anew=True, **self._manner)
        return self._found(layout, course, curve, found.loose, found.free)

    def _mend(self, found: _Found, groups: list[list[int]], loose: Bools, free: Bools) -> _Found:
        """The curve solved again around some hits."""
        course = course_of(found.layout, self.task, loose=loose, free=free)
        beats = np.zeros(len(loose))
        beats[found.layout.route.nodes] = found.layout.route.beats
        let_go = np.array([(beats[group[0]], beats[group[-1]]) for group in groups])
        spans = np.concatenate([let_go, found.curve.strained]) + _AROUND
        curve = refit_curve(
            course, self.task.limits, start_s=found.curve.times_s, spans=spans, anew=False, **self._manner
        )
        return self._found(found.layout, course, curve, loose, free)

    def _found(self, layout: Layout, course: Course, curve: Curve, loose: Bools, free: Bools) -> _Found:
        met = np.zeros_like(loose)
        met[layout.route.nodes] = True
        return _Found(layout, course, curve, loose, free, self.task.nodes.starred & ~(met & ~loose & ~free))

    def _give_up(self, found: _Found) -> _Found:
        """Let go of the lightest hit in each strained stretch: a star first becomes near, then is left out."""
        for turn in range(_GIVE_UPS):
            loose, free = found.loose.copy(), found.free.copy()
            groups = self._strained_nodes(found)
            if found.curve.is_legal or not groups:
                break
            at_once = 1 + (turn if len(groups) > _HOPELESS else turn // 2)  # more when one was not enough
            for group in groups:
                for _ in range(at_once):
                    self._let_go([n for n in group if not free[n]], loose, free)
            found = self._mend(found, groups, loose, free)
        return found if found.curve.is_legal else self._fit(found.layout, found.loose, np.ones_like(found.free))

    def _let_go(self, group: list[int], loose: Bools, free: Bools) -> None:
        """Of hits of which one must go, note that a star need only be near, or that a hit is left out."""
        if not group:
            return
        starred, weights = self.task.nodes.starred, self.task.nodes.weights
        lightest = min(group, key=lambda n: (bool(starred[n]), not loose[n], float(weights[n])))
        exact = [n for n in group if starred[n] and not loose[n]]
        if exact and (self.strictness != "strict" or lightest in exact):
            loose[min(exact, key=lambda n: float(weights[n]))] = True
        else:
            free[lightest] = True

    def _strained_nodes(self, found: _Found) -> list[list[int]]:
        """For each strained stretch that lies apart from worse ones, the hits in or beside it that are still met."""
        kept = ~found.free[found.layout.route.nodes]
        beats, nodes = found.layout.route.beats[kept], found.layout.route.nodes[kept].tolist()
        if not nodes:
            return []
        first = np.maximum(0, np.searchsorted(beats, found.curve.strained[:, 0] - 1e-6) - 1)
        last = np.minimum(len(beats) - 1, np.searchsorted(beats, found.curve.strained[:, 1] + 1e-6))
        crowded = found.curve.excess > _FAR or len(first) > _MANY
        return [[nodes[i] for i in group] for group in _apart(first, last, crowded=crowded)]


def _apart(first: Ints, last: Ints, *, crowded: bool = False) -> list[list[int]]:
    """Of ranges with both ends in them, those that share nothing with an earlier one, written out.

    Where it is `crowded`, an earlier one that is left out itself does not count.
    """
    _, worst = np.unique(first * (int(last.max(initial=0)) + 1) + last, return_index=True)
    worst.sort()
    groups: list[list[int]] = []
    taken: set[int] = set()
    for low, high in zip(first[worst].tolist(), last[worst].tolist(), strict=True):
        group = list(range(low, high + 1))
        if group and low not in taken and high not in taken and taken.isdisjoint(group):
            groups.append(group)
        elif crowded:
            continue
        taken.update(group)
    return groups


def _for_ease(task: Task) -> Task:
    """A task that cares for metre and the preferred tempo a tenth as much."""
    place = np.where(task.nodes.place < WALL, task.nodes.place / 10, task.nodes.place)
    taste = replace(task.taste, place=task.taste.place / 10, prefer=task.taste.prefer / 10)
    return replace(task, nodes=replace(task.nodes, place=place), taste=taste)
