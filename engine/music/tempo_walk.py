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
        phases: eighth of the bar on which each arrives; shorts: whether it holds a bar of 2/4.
        turns: indices of its turns, one more than arcs.
        cost: of all of it.
    """

    arcs: tuple[int, ...]
    phases: tuple[int, ...]
    shorts: tuple[bool, ...]
    turns: tuple[int, ...]
    cost: float

    @property
    def is_playable(self) -> bool:
        """Whether no turn or place is walled off."""
        return self.cost < WALL


_NO_WALK: Final = Walk((), (), (), (), 0.0)


class Walker:
    """Finds walks, and others when turns become dearer.

    What it costs from an arc on, to the end, is kept by the eighth on which the arc arrives and by arc, the arcs in the
    order in which they arrive: `value`, f64 `[8, arcs]`; what it costs with an arc, by the eighth on which it begins:
    `onward`, f64 `[arcs, 8]`. Where bars may be short each arc can be taken with such a bar; `cells` and `arrival` are
    those of each manner, `[manners, arcs, 8]`.
    """

    def __init__(self, arcs: Arcs, turns: Turns, task: Task) -> None:
        self.arcs, self.turns = arcs, turns
        self.costs = turns.cost.copy()
        n = len(arcs.source)
        rank = np.empty(n, np.int64)
        rank[turns.order] = np.arange(n)
        self.ranks: list[int] = rank.tolist()
        self.manners = [_manner(arcs, task, rank, short=short) for short in (False, True)[: 1 + task.short_bars]]
        self.cells = np.stack([manner.cells for manner in self.manners])
        self.arrival = np.stack([manner.arrival for manner in self.manners])
        self.value = np.full((EIGHTHS_PER_BAR, n), np.inf)
        self.value[:, rank[-1]] = 0.0
        self.onward = np.empty((n, EIGHTHS_PER_BAR))
        self.safe_after = 0
        self.targets: list[int] = arcs.target.tolist()
        self._work_out(turns.n_nodes - 1, 0)

    def walk(self) -> Walk | None:
        """The cheapest walk, None when none leads from the start to the end."""
        if not np.isfinite(self.value[0, self.ranks[0]]):
            return None
        return self._follow(0, 0, _NO_WALK, 0)

    def make_dearer(self, walk: Walk, places: Sequence[Sequence[int]], penalty: float, *, keep: int) -> Walk:
        """Raise the cost of some turns of a walk, and find another walk.

        Args:
            places: groups of indices into `walk.turns`; each group is made dearer by the penalty.
            keep: so many arcs before each group may change; arcs before those stay.
        """
        groups = sorted((sorted(group) for group in places if group), reverse=True)
        for group in groups:
            self.costs[[walk.turns[place] for place in group]] += penalty / len(group)
        for group in groups:
            walk = self._around(walk, group, keep)
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
        """Values of the arcs that arrive at nodes from `last` down to `first`, and what it costs onward from those."""
        turns, value = self.turns, self.value
        for node in range(last, first - 1, -1):
            begin, end = turns.into[node], turns.into[node + 1]
            low, high = turns.out[node], turns.out[node + 1]
            if begin == end or low == high:
                continue
            ways = value.take(self.cells[:, low:high])
            ways += self.arrival[:, low:high]
            onward = np.minimum.reduce(ways, axis=0, out=self.onward[low:high])
            block = self.costs[turns.offsets[node] : turns.offsets[node + 1]].reshape(high - low, 1, end - begin)
            np.minimum.reduce(block + onward[:, :, None], axis=0, out=value[:, begin:end])

    def _follow(self, arc: int, phase: int, old: Walk, kept: int) -> Walk:
        """Go on from an arc, always where it is cheapest, until the end or until the old walk is met again."""
        arcs, phases, shorts = (list(old.arcs[:kept]), list(old.phases[:kept]), list(old.shorts[:kept]))
        turned = list(old.turns[:kept])
        met = {state: i for i, state in enumerate(zip(old.arcs, old.phases, strict=True)) if i > self.safe_after}
        end = len(self.targets) - 1
        while True:
            turn, arc, short = self._cheapest(arc, phase)
            turned.append(turn)
            if arc == end:
                break
            phase = int(self.manners[short].after[arc, phase])
            arcs.append(arc)
            phases.append(phase)
            shorts.append(short)
            again = met.get((arc, phase))
            if again is not None:
                arcs += old.arcs[again + 1 :]
                phases += old.phases[again + 1 :]
                shorts += old.shorts[again + 1 :]
                turned += old.turns[again + 1 :]
                break
        return Walk(tuple(arcs), tuple(phases), tuple(shorts), tuple(turned), self._cost(arcs, phases, shorts, turned))

    def _cheapest(self, arc: int, phase: int) -> tuple[int, int, bool]:
        """The turn after an arc, the arc to which it leads, and whether that is taken with a short bar."""
        turns, node = self.turns, self.targets[arc]
        low, high = turns.out[node], turns.out[node + 1]
        width = turns.into[node + 1] - turns.into[node]
        begin = turns.offsets[node] + self.ranks[arc] - turns.into[node]
        costs = self.costs[begin : turns.offsets[node + 1] : width]
        best = int((costs + self.onward[low:high, phase]).argmin())
        return begin + best * width, low + best, self._is_short(low + best, phase)

    def _is_short(self, arc: int, phase: int) -> bool:
        """Whether an arc is cheaper with a short bar."""
        if len(self.manners) == 1:
            return False
        plain, short = (
            self.value.item(manner.cells[arc, phase]) + manner.arrival[arc, phase] for manner in self.manners
        )
        return bool(short < plain)

    def _cost(self, arcs: list[int], phases: list[int], shorts: list[bool], turned: list[int]) -> float:
        starts = [0, *phases[:-1]]
        cost = self.manners[0].arrival[arcs, starts]
        if any(shorts):
            cost = np.where(shorts, self.manners[1].arrival[arcs, starts], cost)
        return float(self.costs[turned].sum() + cost.sum())


@dataclass(frozen=True, slots=True, eq=False)
class _Manner:
    """How arcs may be taken: as they are, or with a bar of 2/4; each of `[arcs, 8]`, by the eighth on which they begin.

    Attributes:
        after: eighth on which an arc arrives; cells: place of its value.
        arrival: its cost: its own, of its target's place, of its demands; inf where it cannot be taken so.
    """

    after: Ints
    cells: Ints
    arrival: Array


def _manner(arcs: Arcs, task: Task, rank: Ints, *, short: bool) -> _Manner:
    """One manner. The first bar is never short: readers would take it for an upbeat."""
    after = _AFTER[(arcs.eighths + _MIDDLE * short) % EIGHTHS_PER_BAR]
    cost = arcs.cost[:, None] + task.nodes.place[np.minimum(arcs.target, task.nodes.n_hits + 1)[:, None], after]
    cost[arcs.lands] += _NOT_THERE[after[arcs.lands]]
    if short:
        until_middle = (_MIDDLE - _PHASES - 1) % EIGHTHS_PER_BAR + 1
        cost += task.taste.short
        cost += np.where(until_middle > arcs.eighths[:, None], WALL, 0.0)
        cost[(arcs.eighths < 1) | (arcs.source < 1) | (arcs.target > task.nodes.n_hits + 1)] = np.inf
    return _Manner(after, after * len(rank) + rank[:, None], cost)


def breaks(arcs: Arcs, turns: Turns) -> list[int]:
    """The nodes that no way over playable turns gets to or past, metre aside; behind each, ways begin anew."""
    playable = turns.cost < WALL
    rank = np.empty(len(turns.order), np.int64)
    rank[turns.order] = np.arange(len(rank))
    arrives = np.zeros(len(rank), np.bool_)
    arrives[rank[0]] = True
    targets: list[int] = arcs.target.tolist()
    farthest, found = 0, []
    for node in range(turns.n_nodes):
        begin, end = turns.into[node], turns.into[node + 1]
        low, high = turns.out[node], turns.out[node + 1]
        block = playable[turns.offsets[node] : turns.offsets[node + 1]].reshape(high - low, end - begin)
        onward = block @ arrives[begin:end]
        if farthest < node:
            found.append(node)
            onward[:] = True
        arrives[rank[low:high]] = onward
        last = onward.tobytes().rfind(1)  # of the arcs that leave a node the last lead farthest
        if last >= 0:
            farthest = max(farthest, targets[low + last])
    return found
