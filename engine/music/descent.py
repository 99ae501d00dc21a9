"""Takes that descend from takes: what they inherit, and edits by hand, which need no network."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from engine.errors import InputError
from engine.music.music_plan import MusicPlan
from engine.music.notes import Note
from engine.music.region import Difference
from engine.music.take import Origin, Take, Trajectory
from engine.settings import GenerationSettings
from engine.timebase import STEPS_PER_BAR, STEPS_PER_BEAT

MOVED_BARS: Final = "moved_bars"
"""Detail of a take that followed a re-cut: pairs of a bar and the old take's bar that it was."""


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """What sampling gave: notes, what it followed, and the way there."""

    notes: tuple[Note, ...]
    plan: MusicPlan
    trajectory: Trajectory | None


def child_of(
    parent: Take,
    origin: Origin,
    written: Written,
    *,
    settings: GenerationSettings,
    name: str,
    details: Mapping[str, Any],
    model: str,
) -> Take:
    """A take that descends from another."""
    counts = Difference.between(parent.notes, written.notes).counts()
    return replace(
        parent,
        id=new_id(),
        name=name or f"{parent.name} {origin}",
        origin=origin,
        parent=parent.id,
        settings=settings,
        plan=written.plan,
        notes=written.notes,
        hand=tuple(note for note in parent.hand if note in set(written.notes)),
        trajectory=written.trajectory,
        model=model,
        created_s=time.time(),
        starred=False,
        details={**details, "difference": counts},
    )


def difference(parent: Take, take: Take) -> Difference:
    """How a take differs from the one it was made from. Notes that moved along with their bar in a re-cut are kept, as
    they lie in the new take; removed ones lie as they did in the old."""
    bars = dict(take.details.get(MOVED_BARS, ()))
    if not bars:
        return Difference.between(parent.notes, take.notes)
    shifts: dict[int, list[int]] = {}
    for new_bar, old_bar in bars.items():
        shifts.setdefault(old_bar, []).append(STEPS_PER_BAR * (new_bar - old_bar))
    now = set(take.notes)
    kept, removed = set(), []
    for note in parent.notes:
        there = (replace(note, onset=note.onset + by) for by in shifts.get(note.onset // STEPS_PER_BAR, ()))
        found = [moved for moved in there if moved in now]
        kept.update(found)
        if not found:
            removed.append(note)
    return Difference(tuple(sorted(kept)), tuple(sorted(removed)), tuple(sorted(now - kept)))


def new_id() -> str:
    """A name that no other take has."""
    return uuid.uuid4().hex


def edit(take: Take, notes: Iterable[Note], *, name: str = "") -> Take:
    """The take with these notes instead; those that it had not become locks.

    Raises:
        InputError: when a note begins outside the piece.
    """
    wanted = tuple(sorted(set(notes)))
    n_steps = take.plan.n_beats * STEPS_PER_BEAT
    if any(not 0 <= note.onset < n_steps for note in wanted):
        raise InputError("A note begins outside the piece.", "The piece has {n_steps} sixteenths.", n_steps=n_steps)
    change = Difference.between(take.notes, wanted)
    hand = tuple(sorted({*take.hand, *change.new} & set(wanted)))
    written = Written(wanted, take.plan, None)
    child = child_of(take, "edit", written, settings=take.settings, name=name, details={}, model=take.model)
    return replace(child, hand=hand)
