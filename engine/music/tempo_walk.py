"""The cheapest walk through the arcs and turns of `engine.music.tempo_graph`: dynamic programming over hits.

The state is (arc, eighth of the bar on which it arrives), so that metre and change of tempo are both known to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.music.tempo_graph import EIGHTHS_PER_BAR, WALL, Arcs, Array, Ints, Task, Turns

_MIDDLE: Final = EIGHTHS_PER_BAR // 2
_PHASES: Final = np.arange(EIGHTHS_PER_BAR)
_BEFORE: Final = (_PHASES[None, :] - _PHASES[:, None]) % EIGHTHS_PER_BAR
"""`_BEFORE[n, p]`: the eighth from which n eighths lead to p."""

_NOT_THERE: Final = np.where(_PHASES == 0, 0.0, WALL)


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """A walk from the start to the end.

    Attributes:
        arcs: indices of its arcs, without the two outside the film.
        phases: eighth of the bar on which each arrives.
        turns: indices of its turns, one more than arcs.
        cost: of all of it.
    """

    arcs: tuple[int, ...]
    phases: tuple[int, ...]
    turns: tuple[int, ...]
    cost: float


def cheapest_walk(arcs: Arcs, turns: Turns, task: Task, extra: Array | None = None) -> Walk:
    """The cheapest walk.

    Args:
        extra: added to the cost of each turn.

    Raises:
        ValueError: if no walk leads from the start to the end.
    """
    costs = turns.cost if extra is None else turns.cost + extra
    arrival = _arrivals(arcs, task)
    shift = arcs.eighths % EIGHTHS_PER_BAR
    if task.short_bars:
        shift = (shift + _MIDDLE * arcs.short) % EIGHTHS_PER_BAR
    before = _BEFORE[shift]
    value = np.full((len(arcs.source), EIGHTHS_PER_BAR), np.inf)
    value[0, 0] = 0.0
    choice: list[Ints] = []
    for node, (into, (first, last)) in enumerate(zip(turns.arriving, turns.leaving, strict=True)):
        if len(into) == 0 or first == last:
            choice.append(np.zeros((last - first, EIGHTHS_PER_BAR), np.int64))
            continue
        block = costs[turns.offsets[node] : turns.offsets[node + 1]].reshape(len(into), last - first)
        total = value[into][:, None, :] + block[:, :, None]
        choice.append(total.argmin(0))
        best = total.min(0)
        rows = np.arange(last - first)[:, None]
        value[first:last] = best[rows, before[first:last]] + arrival[first:last]
    if not np.isfinite(value[-1]).any():
        raise ValueError("no walk leads to the end")
    return _walked_back(arcs, turns, choice, value, before)


def _arrivals(arcs: Arcs, task: Task) -> Array:
    """Cost of arriving on each eighth, f64 `[arcs, 8]`: of the arc, of the place of its target, of its own demands."""
    n_nodes = len(task.nodes.times_s)
    cost = arcs.cost[:, None] + task.nodes.place[np.minimum(arcs.target, n_nodes - 1)]
    cost[arcs.lands] += _NOT_THERE
    if arcs.short.any():
        start = _BEFORE[(arcs.eighths + _MIDDLE) % EIGHTHS_PER_BAR]  # the eighth of the bar from which each came
        until_middle = (_MIDDLE - start - 1) % EIGHTHS_PER_BAR + 1
        cost += np.where(arcs.short[:, None] & (until_middle > arcs.eighths[:, None]), WALL, 0.0)
    return cost


def _walked_back(arcs: Arcs, turns: Turns, choice: list[Ints], value: Array, before: Ints) -> Walk:
    arc = len(arcs.source) - 1
    phase = int(value[arc].argmin())
    cost = float(value[arc, phase])
    taken: list[int] = []
    phases: list[int] = []
    turned: list[int] = []
    while True:
        node = int(arcs.source[arc])
        first, last = turns.leaving[node]
        phase = int(before[arc, phase])
        row = int(choice[node][arc - first, phase])
        turned.append(int(turns.offsets[node]) + row * (last - first) + arc - first)
        arc = int(turns.arriving[node][row])
        if arc == 0:
            break
        taken.append(arc)
        phases.append(phase)
    return Walk(tuple(reversed(taken)), tuple(reversed(phases)), tuple(reversed(turned)), cost)
