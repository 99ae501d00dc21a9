"""A take: one generated result with everything that made it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from engine.direction import Direction
from engine.music.music_plan import MusicPlan
from engine.music.notes import Note
from engine.settings import GenerationSettings

Origin = Literal["score", "reroll", "fork", "reconform", "edit"]

NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class Trajectory:
    """What the network answered at each denoising step: enough to repeat a run exactly, or to leave it at any step.

    Attributes:
        first_beat: the beat of the piece on which the canvas begins (a bar line).
        seed: of the noise; bars: per bar of the canvas, the name that its noise is keyed by.
        timesteps: where each prediction was made, 0..999, `S`.
        v: the guided, constrained predictions, f32 `[S, T, D]`.
    """

    first_beat: int
    seed: int
    bars: tuple[tuple[str, int], ...]
    timesteps: tuple[int, ...]
    v: NDArray[np.float32]

    @property
    def n_steps(self) -> int:
        return len(self.timesteps)


@dataclass(frozen=True, slots=True, eq=False)
class Take:
    """One result.

    Attributes:
        id: unique name, never changed.
        name: as shown to people.
        origin: how it came to be; parent: the id of the take it was made from.
        settings: with the seed resolved; direction: what was laid on the timeline then.
        plan: what it followed.
        notes: on the 16th grid.
        hand: notes that a person wrote or changed; they are locked everywhere.
        trajectory: of the sampling, None where there was none (edits).
        model: SHA-256 of the weights.
        created_s: seconds since 1970.
        starred: a favourite.
        details: plain JSON data on the origin: region, step of a fork, difference to the parent.
    """

    id: str
    name: str
    origin: Origin
    parent: str | None
    settings: GenerationSettings
    direction: Direction
    plan: MusicPlan
    notes: tuple[Note, ...]
    hand: tuple[Note, ...] = ()
    trajectory: Trajectory | None = None
    model: str = ""
    created_s: float = 0.0
    starred: bool = False
    details: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
