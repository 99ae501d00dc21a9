"""Takes as rows of a project file, and back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast, get_args

from engine.cancel import NEVER, CancelToken
from engine.direction import Direction
from engine.music.music_plan import MusicPlan
from engine.music.take import Origin, Take, Trajectory
from engine.project.codec import (
    Damaged,
    pack,
    pack_array,
    pack_notes,
    unpack,
    unpack_array,
    unpack_notes,
)
from engine.settings import GenerationSettings

_HEAD_COLUMNS: Final = "number, id, name, origin, parent, starred, created_s, model, n_notes, settings, details"


@dataclass(frozen=True, slots=True, eq=False)
class TakeHeader:
    """What a list of takes shows, without notes, plan and steps.

    Attributes:
        number: counts takes in the order in which they were made, from 1; never used twice.
        id, name, origin, parent, settings, starred, created_s, model, details: as in `Take`.
        n_notes: notes; n_steps: stored denoising steps, 0 where there are none to fork from.
        size_bytes: what it takes up in the file, steps included.
    """

    number: int
    id: str
    name: str
    origin: Origin
    parent: str | None
    settings: GenerationSettings
    starred: bool
    created_s: float
    model: str
    details: Mapping[str, Any]
    n_notes: int
    n_steps: int
    size_bytes: int

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "number": self.number,
            "id": self.id,
            "name": self.name,
            "origin": self.origin,
            "parent": self.parent,
            "starred": self.starred,
            "created_s": self.created_s,
            "model": self.model,
            "seed": self.settings.seed,
            "notes": self.n_notes,
            "steps": self.n_steps,
            "size_bytes": self.size_bytes,
            "settings": self.settings.to_json(),
            "details": dict(self.details),
        }


def insert_take(connection: sqlite3.Connection, take: Take, cancel: CancelToken = NEVER) -> None:
    """Write a take, in the caller's transaction."""
    connection.execute(
        "INSERT INTO takes (id, name, origin, parent, starred, created_s, model, n_notes, settings, details, direction,"
        " notes, hand, plan) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            take.id,
            take.name,
            take.origin,
            take.parent,
            take.starred,
            take.created_s,
            take.model,
            len(take.notes),
            json.dumps(take.settings.to_json()),
            json.dumps(dict(take.details)),
            json.dumps(take.direction.to_json()),
            pack_notes(take.notes),
            pack_notes(take.hand),
            pack(take.plan),
        ),
    )
    if take.trajectory is not None:
        _insert_trajectory(connection, take.id, take.trajectory, cancel)


def _insert_trajectory(connection: sqlite3.Connection, take: str, way: Trajectory, cancel: CancelToken) -> None:
    bars, timesteps = json.dumps(way.bars), json.dumps(way.timesteps)
    connection.execute(
        "INSERT INTO trajectories (take, first_beat, seed, bars, timesteps, n_beats, width)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (take, way.first_beat, way.seed, bars, timesteps, way.v.shape[1], way.v.shape[2]),
    )
    for step, v in enumerate(way.v):
        cancel.raise_if_cancelled()
        connection.execute("INSERT INTO previews (take, step, v) VALUES (?, ?, ?)", (take, step, pack_array(v)))


def read_headers(connection: sqlite3.Connection) -> tuple[TakeHeader, ...]:
    """All takes, oldest first."""
    steps = {
        take: (count, size)
        for take, count, size in connection.execute("SELECT take, count(*), sum(length(v)) FROM previews GROUP BY take")
    }
    sizes = "length(notes) + length(hand) + length(plan) + length(direction)"
    rows = connection.execute(f"SELECT {_HEAD_COLUMNS}, {sizes} FROM takes ORDER BY number")
    return tuple(_header(row, steps.get(row[1], (0, 0))) for row in rows)


def _header(row: tuple[Any, ...], steps: tuple[int, int]) -> TakeHeader:
    number, take, name, origin, parent, starred, created_s, model, n_notes, settings, details, size = row
    return TakeHeader(
        number=number,
        id=take,
        name=name,
        origin=_origin(origin),
        parent=parent,
        settings=GenerationSettings.from_json(settings),
        starred=bool(starred),
        created_s=created_s,
        model=model,
        details=json.loads(details),
        n_notes=n_notes,
        n_steps=steps[0],
        size_bytes=size + steps[1],
    )


def read_take(connection: sqlite3.Connection, take: str, *, with_steps: bool) -> Take:
    """One take.

    Raises:
        KeyError: if there is none of that id.
        Damaged: if it cannot be read.
    """
    row = connection.execute(
        f"SELECT {_HEAD_COLUMNS}, direction, notes, hand, plan FROM takes WHERE id = ?", (take,)
    ).fetchone()
    if row is None:
        raise KeyError(take)
    head, (direction, notes, hand, plan) = _header((*row[:-4], 0), (0, 0)), row[-4:]
    return Take(
        id=head.id,
        name=head.name,
        origin=head.origin,
        parent=head.parent,
        settings=head.settings,
        direction=Direction.from_json(direction),
        plan=unpack(MusicPlan, plan),
        notes=unpack_notes(notes),
        hand=unpack_notes(hand),
        trajectory=_read_trajectory(connection, take) if with_steps else None,
        model=head.model,
        created_s=head.created_s,
        starred=head.starred,
        details=head.details,
    )


def _read_trajectory(connection: sqlite3.Connection, take: str) -> Trajectory | None:
    import numpy as np

    row = connection.execute(
        "SELECT first_beat, seed, bars, timesteps, n_beats, width FROM trajectories WHERE take = ?", (take,)
    ).fetchone()
    if row is None:
        return None
    first_beat, seed, bars, timesteps, n_beats, width = row
    steps = connection.execute("SELECT step, v FROM previews WHERE take = ? ORDER BY step", (take,))
    v = [unpack_array(data, (n_beats, width)) for _, data in steps]
    names = tuple((str(shot), int(bar)) for shot, bar in json.loads(bars))
    times = tuple(int(t) for t in json.loads(timesteps))
    if len(v) != len(times):
        raise Damaged(f"{len(v)} steps of {len(times)}")
    stacked = np.stack(v) if v else np.zeros((0, n_beats, width), np.float32)
    return Trajectory(first_beat, seed, names, times, stacked)


def _origin(text: str) -> Origin:
    if text not in get_args(Origin):
        raise Damaged(f"a take of origin '{text}'")
    return cast(Origin, text)
