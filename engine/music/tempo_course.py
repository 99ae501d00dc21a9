"""From a walk through the hits to a course for the tempo curve, and from the curve to a map in whole microseconds."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Final

import numpy as np

from engine.music.tempo_curve import Array, Bools, Cells, Course, Curve, Ints, within
from engine.music.tempo_graph import EIGHTHS_PER_BAR, END_FARTHEST_S, END_NEAREST_S, Arcs, Nodes, Task
from engine.music.tempo_walk import Walk
from engine.timebase import BEATS_PER_BAR, MICROSECONDS, SHORT_BAR_BEATS, TempoChange, TempoMap

_LANDING_BARS: Final = 0.96
_DRIFT_US: Final = 4.0
"""Between hits a tempo is kept while it is this near to the curve's, and the beat this near to its time."""


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """A walk laid out on beats.

    Attributes:
        nodes: the nodes that it meets, in order.
        beats: their places in played beats from beat 0 (elided beats not counted), f64.
        lead: sixteenths of rest before beat 0.
        middles: played beats at which short bars end; elided: the bars, numbered from 0 on the grid.
        landing: played beat of the last downbeat, None where the walk has none; landing_bar_s: about a bar there.
    """

    nodes: Ints
    beats: Array
    lead: int
    middles: tuple[int, ...]
    elided: tuple[int, ...]
    landing: float | None
    landing_bar_s: float = 0.0


def route_of(walk: Walk, arcs: Arcs, nodes: Nodes) -> Route:
    """Lay a walk out."""
    index = np.array(walk.arcs, np.int64)
    played = np.cumsum(arcs.eighths[index])
    targets = arcs.target[index]
    middles, elided = [], []
    skipped = 0
    for arc, short, end in zip(walk.arcs, walk.shorts, played, strict=True):
        if short:
            start = int(end - arcs.eighths[arc]) + skipped
            middle = start + (EIGHTHS_PER_BAR // 2 - start - 1) % EIGHTHS_PER_BAR + 1
            middles.append((middle - skipped) // 2)
            elided.append(middle // EIGHTHS_PER_BAR)
            skipped += EIGHTHS_PER_BAR // 2
    inside = targets <= nodes.n_hits
    landing = float(played[-1] / 2) if len(index) and arcs.lands[index[-1]] else None
    lead = int(arcs.lead[index[0]]) if len(index) else 0
    bar_s = BEATS_PER_BAR * float(np.exp(0.5 * (arcs.low[index[-1]] + arcs.high[index[-1]]))) if len(index) else 0.0
    return Route(targets[inside], played[inside] / 2, lead, tuple(middles), tuple(elided), landing, bar_s)


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """A route on the cells of a curve.

    Attributes:
        route: what is laid out.
        cells: a beat or an eighth long, and bordered by every hit.
        at: the borders at which the route's nodes lie; landing: that of a last downbeat after them, None without one.
    """

    route: Route
    cells: Cells
    at: Ints
    landing: int | None


def layout_of(route: Route, task: Task) -> Layout:
    """Lay a route out in cells of a beat."""
    nodes = task.nodes
    end_s = float(nodes.times_s[-1])
    last_s, last_beat = 0.0, 0.0
    if len(route.nodes):
        last_s, last_beat = (float(nodes.times_s[route.nodes[-1]]), float(route.beats[-1]))
    tail = 0 if nodes.closes else max(1, int(np.ceil((end_s - last_s) / np.exp(task.preferred))))
    reach = max(np.ceil(last_beat) + tail, np.ceil(route.landing or 0.0) + 1 - nodes.closes, 1)
    edges = np.union1d(np.arange(0, reach + 1), route.beats)
    if nodes.closes:
        edges = edges[edges <= max(last_beat, 1.0)]
    if route.lead:
        edges = np.concatenate([[-route.lead / 4], edges])
    landing = None
    if route.landing is not None and route.landing > last_beat:
        landing = int(np.searchsorted(edges, route.landing))
    return Layout(route, Cells.of(edges), np.searchsorted(edges, route.beats), landing)


def refined(layout: Layout, spans: Array) -> Layout:
    """The layout with cells of at most an eighth in some stretches in beats, `[X, 2]`."""
    edges, route = layout.cells.edges, layout.route
    halves = np.arange(0.5, edges[-1], 0.5)
    fine = np.union1d(edges, halves[within(halves, spans, 0.0)])
    landing = None if layout.landing is None else int(np.searchsorted(fine, edges[layout.landing]))
    return Layout(route, Cells.of(fine), np.searchsorted(fine, route.beats), landing)


@dataclass(frozen=True, slots=True, eq=False)
class Splice:
    """A layout that is like another but for a stretch.

    Attributes:
        layout: the new one.
        low, high: beats of the new one between which it is not like the other.
        ended: where that stretch ended in the other; what follows is only moved.
    """

    layout: Layout
    low: float
    high: float
    ended: float

    def times_of(self, edges: Array, times_s: Array) -> Array:
        """Times of the new borders from the other's; in the new stretch evenly spaced."""
        kept = (edges <= self.low) | (edges >= self.ended)
        return np.interp(self.layout.cells.edges, self._moved(edges[kept]), times_s[kept])

    def spans_of(self, strained: Array) -> Array:
        """The new stretch, and those of the other that were strained, `[X, 2]`."""
        kept = (strained[:, 1] <= self.low) | (strained[:, 0] >= self.ended)
        return np.concatenate([[(self.low, self.high)], self._moved(strained[kept])])

    def _moved(self, beats: Array) -> Array:
        return beats + np.where(beats >= self.ended, self.high - self.ended, 0.0)


def splice(route: Route, before: Layout, *, fine: bool) -> Splice | None:
    """A route laid out like another but where the two differ; None unless they have both ends in common."""
    old, n = before.route, min(len(route.nodes), len(before.route.nodes))
    if n == 0 or route.lead != old.lead:
        return None
    shift = float(route.beats[-1] - old.beats[-1])
    if route.landing != (None if old.landing is None else old.landing + shift):
        return None
    same = (route.nodes[:n] == old.nodes[:n]) & (route.beats[:n] == old.beats[:n])
    same_end = (route.nodes[-n:] == old.nodes[-n:]) & (route.beats[-n:] == old.beats[-n:] + shift)
    n_first = n if same.all() else int(same.argmin())
    n_last = min(n - n_first, n if same_end.all() else int(same_end[::-1].argmin()))
    if n_first == 0 or n_last == 0:
        return None
    low, high, ended = float(route.beats[n_first - 1]), float(route.beats[-n_last]), float(old.beats[-n_last])
    edges = before.cells.edges
    inner = np.arange(np.ceil(low), high, 0.5 if fine else 1.0)
    between = route.beats[n_first : len(route.beats) - n_last]
    edges = np.unique(np.concatenate([edges[edges <= low], inner, between, edges[edges >= ended] + high - ended]))
    landing = None if before.landing is None else before.landing + len(edges) - len(before.cells.edges)
    return Splice(Layout(route, Cells.of(edges), np.searchsorted(edges, route.beats), landing), low, high, ended)


def course_of(layout: Layout, task: Task, *, loose: Bools, free: Bools) -> Course:
    """What the curve must pass through.

    Args:
        loose: of all nodes, the starred ones that need only be near; free: those that are not met at all.
    """
    route, nodes, at = layout.route, task.nodes, layout.at
    n_edges = len(layout.cells.edges)
    is_exact = (nodes.starred & ~loose & ~free)[route.nodes]
    is_near = ~is_exact & ~free[route.nodes] & (at > 0)
    fixed, times_s = np.zeros(n_edges, bool), np.zeros(n_edges)
    fixed[at[is_exact]], times_s[at[is_exact]] = (True, nodes.times_s[route.nodes[is_exact]])
    fixed[0] = True
    near = route.nodes[is_near]
    aims_s, slack_s = nodes.times_s[near], nodes.slack_s[near]
    pinned, low_s, high_s = at[is_near], aims_s - slack_s, aims_s + slack_s
    if layout.landing is not None:
        end_s = nodes.times_s[-1]
        farthest_s = max(min(END_FARTHEST_S, _LANDING_BARS * route.landing_bar_s), END_NEAREST_S + 0.05)
        pinned = np.append(pinned, layout.landing)
        low_s, high_s = (np.append(low_s, end_s - farthest_s), np.append(high_s, end_s - END_NEAREST_S))
        aims_s = np.append(aims_s, end_s - 0.5 * (END_NEAREST_S + farthest_s))
    return Course(
        cells=layout.cells,
        fixed=fixed,
        times_s=times_s,
        pinned=pinned,
        low_s=low_s,
        high_s=high_s,
        aim_s=aims_s,
        entry_s=None if task.entry is None else float(np.exp(task.entry)),
        exit_s=None if task.exit is None else float(np.exp(task.exit)),
    )


def map_of(course: Course, curve: Curve, route: Route, *, range_us: tuple[int, int], until_s: float) -> TempoMap:
    """The map of a curve in whole microseconds a quarter; fixed times are met to half a microsecond.

    Args:
        range_us: shortest and longest quarter.
        until_s: changes of tempo after this are left out.
    """
    tempi_us = np.array(_whole_tempi(course, curve.times_s, range_us), np.int64)
    edges, times_s = course.cells.edges[:-1], curve.times_s[:-1]
    start_s = Fraction(0)
    if route.lead:
        start_s = Fraction(route.lead * int(tempi_us[0]), 4 * MICROSECONDS)
        tempi_us, edges, times_s = tempi_us[1:], edges[1:], times_s[1:]
    is_change = times_s < until_s
    is_change[1:] &= tempi_us[1:] != tempi_us[:-1]
    is_change[0] = True
    skipped = np.searchsorted(route.middles, edges[is_change], side="right") * (BEATS_PER_BAR - SHORT_BAR_BEATS)
    halves = np.rint(2 * (edges[is_change] + skipped)).astype(np.int64)
    changes = map(TempoChange, map(_half_beats, halves.tolist()), tempi_us[is_change].tolist())
    return TempoMap(start_s, tuple(changes), route.elided)


@lru_cache(maxsize=8192)
def _half_beats(count: int) -> Fraction:
    """So many half beats; kept, as fractions are slow to make."""
    return Fraction(count, 2)


def _whole_tempi(course: Course, times_s: Array, range_us: tuple[int, int]) -> list[int]:
    """A whole tempo for each cell; what one cell is off, the next takes up. Times are counted in quarters of 1 us."""
    lengths: list[int] = np.rint(4 * course.cells.lengths).astype(np.int64).tolist()
    is_firm = course.fixed.copy()
    is_firm[course.pinned] = True
    aims: list[float] = (4 * MICROSECONDS * times_s).tolist()
    own_us: list[float] = (np.diff(times_s) * MICROSECONDS / course.cells.lengths).tolist()
    shortest_us, longest_us = range_us
    position, tempo_us = 0, 0
    tempi: list[int] = []
    for length, firm, aim, own in zip(lengths, is_firm[1:].tolist(), aims[1:], own_us, strict=True):
        if (
            firm
            or not -_DRIFT_US <= tempo_us - own <= _DRIFT_US
            or abs(position + tempo_us * length - aim) > 4 * _DRIFT_US
        ):
            tempo_us = min(max(round((aim - position) / length), shortest_us), longest_us)
        tempi.append(tempo_us)
        position += tempo_us * length
    return tempi
