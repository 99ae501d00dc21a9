"""The cheapest walk through the arcs and turns of `engine.music.tempo_graph`: dynamic programming over hits.

The state is (arc, eighth of the bar on which it arrives), so that metre and change of tempo are both known to it.
Values are worked out from the end to the start: what it costs from here on. So when turns at some hits become dearer,
only the values at and before those hits change, and the walk before them can be kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.music.tempo_graph import EIGHTHS_PER_BAR, WALL, Arcs, Array, Ints, Task, Turns

_MIDDLE: Final = EIGHTHS_PER_BAR // 2
_PHASES: Final = np.arange(EIGHTHS_PER_BAR)
_AFTER: Final = (_PHASES[None, :] + _PHASES[:, None]) % EIGHTHS_PER_BAR
"""`_AFTER[n, p]`: the eighth to which n eighths lead from p."""

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

    @property
    def is_playable(self) -> bool:
        """Whether no turn or place is walled off."""
        return self.cost < WALL


_NO_WALK: Final = Walk((), (), (), 0.0)
_MANY: Final = 8
"""From so many groups of turns on, all values are worked out anew at once."""


class Walker:
    """Finds walks, and others when turns become dearer."""

    def __init__(self, arcs: Arcs, turns: Turns, task: Task) -> None:
        self.arcs, self.turns = arcs, turns
        self.costs = turns.cost.copy()
        shift = arcs.eighths % EIGHTHS_PER_BAR
        if task.short_bars:
            shift = (shift + _MIDDLE * arcs.short) % EIGHTHS_PER_BAR
        self.after = _AFTER[shift]
        n = len(arcs.source)
        self.cells = np.arange(n)[:, None] * EIGHTHS_PER_BAR + self.after
        self.arrival = _arrivals(arcs, task, self.after)
        self.value = np.full((n, EIGHTHS_PER_BAR), np.inf)
        self.value[-1] = 0.0
        self.safe_after = 0
        self.targets: list[int] = arcs.target.tolist()
        self.rows = np.zeros(n, np.int64)
        for into in turns.arriving:
            self.rows[into] = np.arange(len(into))
        self._work_out(len(turns.leaving) - 1, 0)

    def walk(self) -> Walk | None:
        """The cheapest walk, None when none leads from the start to the end."""
        if not np.isfinite(self.value[0, 0]):
            return None
        return self._follow(0, 0, _NO_WALK, 0)

    def make_dearer(self, walk: Walk, places: Sequence[Sequence[int]], penalty: float, *, keep: int) -> Walk:
        """Raise the cost of some turns of a walk, and find another walk.

        Args:
            places: groups of indices into `walk.turns`; each group is made dearer by the penalty.
            keep: so many arcs before each group may change; arcs before those stay.
        """
        groups = sorted((sorted(group) for group in places if group), reverse=True)
        many = len(groups) > _MANY
        for group in groups:
            self.costs[[walk.turns[place] for place in group]] += penalty / len(group)
            if not many:
                walk = self._around(walk, group, keep)
        if many:
            self._work_out(len(self.turns.leaving) - 1, 0)
            walk = self._follow(0, 0, _NO_WALK, 0)
        return walk

    def _around(self, walk: Walk, places: Sequence[int], keep: int) -> Walk:
        """The cheapest walk that keeps the beginning of another, up to a few arcs before turns that became dearer."""
        kept = max(0, places[0] - keep)
        whole = (0, *walk.arcs)
        self._work_out(self.targets[whole[places[-1]]], self.targets[whole[kept]])
        self.safe_after = places[-1]
        arc, phase = (0, 0) if kept == 0 else (walk.arcs[kept - 1], walk.phases[kept - 1])
        return self._follow(arc, phase, walk, kept)

    def _work_out(self, last: int, first: int) -> None:
        """Values of the arcs that arrive at nodes from `last` down to `first`."""
        flat = self.value.reshape(-1)
        for node in range(last, first - 1, -1):
            into, (low, high) = self.turns.arriving[node], self.turns.leaving[node]
            if len(into) == 0 or low == high:
                continue
            onward = flat[self.cells[low:high]] + self.arrival[low:high]
            block = self.costs[self.turns.offsets[node] : self.turns.offsets[node + 1]].reshape(len(into), high - low)
            self.value[into] = (block.T[:, :, None] + onward[:, None, :]).min(0)

    def _follow(self, arc: int, phase: int, old: Walk, kept: int) -> Walk:
        """Go on from an arc, always where it is cheapest, until the end or until the old walk is met again."""
        arcs, phases, turned = list(old.arcs[:kept]), list(old.phases[:kept]), list(old.turns[:kept])
        met = {state: i for i, state in enumerate(zip(old.arcs, old.phases, strict=True)) if i > self.safe_after}
        end = len(self.arcs.source) - 1
        while True:
            node = self.targets[arc]
            low, high = self.turns.leaving[node]
            begin = int(self.turns.offsets[node]) + self.rows[arc] * (high - low)
            onward = self.costs[begin : begin + high - low] + self.value.reshape(-1)[self.cells[low:high, phase]]
            best = int((onward + self.arrival[low:high, phase]).argmin())
            turned.append(begin + best)
            arc, phase = low + best, int(self.after[low + best, phase])
            if arc == end:
                break
            arcs.append(arc)
            phases.append(phase)
            again = met.get((arc, phase))
            if again is not None:
                arcs += old.arcs[again + 1 :]
                phases += old.phases[again + 1 :]
                turned += old.turns[again + 1 :]
                break
        return Walk(tuple(arcs), tuple(phases), tuple(turned), self._cost(arcs, phases, turned))

    def _cost(self, arcs: list[int], phases: list[int], turned: list[int]) -> float:
        starts = [0, *phases[:-1]]
        return float(self.costs[turned].sum() + self.arrival[arcs, starts].sum())


def _arrivals(arcs: Arcs, task: Task, after: Ints) -> Array:
    """Cost of each arc from each eighth on which it begins: its own, of its target's place, of its demands.

    Returns:
        f64 `[arcs, 8]`.
    """
    n_nodes = len(task.nodes.times_s)
    target = np.minimum(arcs.target, n_nodes - 1)[:, None]
    cost = arcs.cost[:, None] + task.nodes.place[target, after]
    cost += np.where(arcs.lands[:, None], _NOT_THERE[after], 0.0)
    if arcs.short.any():
        until_middle = (_MIDDLE - _PHASES - 1) % EIGHTHS_PER_BAR + 1
        cost += np.where(arcs.short[:, None] & (until_middle[None, :] > arcs.eighths[:, None]), WALL, 0.0)
    return np.asarray(cost)
