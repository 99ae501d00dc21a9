"""What a picture asks of the music: rows of controls with the reasons for them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.features.hits import Event
from engine.features.picture import Picture
from engine.music.controls import DYNAMIC, HIT_COLUMNS, SEMANTIC

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class PictureRows:
    """Condition rows of T beats, estimated from a picture; NaN is unknown and left to the model.

    Attributes:
        dynamic: f32 `[T, len(DYNAMIC)]`; the hit columns are 0 or 1.
        semantic: f32 `[T, len(SEMANTIC)]`.
        activity: how much happens, absolute, 0..1, f32 `[T]`.
        valence: -1 unpleasant .. +1 pleasant, f32 `[T]`: the asked valence by its place in the corpus, for a plan of
            harmony.
        tension: 0..1, f32 `[T]`: the same for tension.
        cut_beats: (beat nearest to the beginning of a shot, salience), rising, each beat once.
        hits: events that ask for a marked note, in order; the hit columns hold them.
        picture: the measures that all this was estimated from.

    Raises:
        ValueError: if shapes disagree.
    """

    dynamic: FloatArray
    semantic: FloatArray
    activity: FloatArray
    valence: FloatArray
    tension: FloatArray
    cut_beats: tuple[tuple[int, float], ...]
    hits: tuple[Event, ...]
    picture: Picture

    def __post_init__(self) -> None:
        t = len(self.dynamic)
        shapes = (self.dynamic.shape, self.semantic.shape, self.activity.shape, self.valence.shape, self.tension.shape)
        wanted = ((t, len(DYNAMIC)), (t, len(SEMANTIC)), (t,), (t,), (t,))
        if shapes != wanted:
            raise ValueError(f"picture rows of shapes {shapes}, expected {wanted}")

    @property
    def n_beats(self) -> int:
        return len(self.dynamic)

    def asked(self) -> dict[str, FloatArray]:
        """Every control's curve by name, f32 `[T]` each: dynamic, then semantic; hits apart."""
        curves = {name: self.dynamic[:, i] for i, name in enumerate(DYNAMIC) if name not in DYNAMIC[HIT_COLUMNS]}
        return curves | {name: self.semantic[:, i] for i, name in enumerate(SEMANTIC)}
