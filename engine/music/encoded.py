"""Condition rows of the `paper` profile: what pre-trained encoders see in the picture, one row a beat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Caption:
    """What a stretch of the video shows, in words.

    Attributes:
        start_s, end_s: seconds from the first frame shown, half-open.
        texts: one sentence, or several of the same stretch; the paper's data has ten.
    """

    start_s: float
    end_s: float
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class EncodedRows:
    """Features of a piece of T beats (section 4.2).

    Attributes:
        semantic: F_l, features of the captions, f32 `[T, d_2]`; 768 as published.
        dynamic: F_v, features of the frames, f32 `[T, d_1]`; 512 as published.
        captions: what the semantic rows say, over the whole video.

    Raises:
        ValueError: the two differ in length, are empty or hold values that are not finite.
    """

    semantic: FloatArray
    dynamic: FloatArray
    captions: tuple[Caption, ...] = ()

    def __post_init__(self) -> None:
        if self.semantic.ndim != 2 or self.dynamic.ndim != 2 or len(self.semantic) != len(self.dynamic):
            raise ValueError(f"encoded rows of shapes {self.semantic.shape} and {self.dynamic.shape}")
        if not len(self.semantic) or not np.isfinite(self.semantic).all() or not np.isfinite(self.dynamic).all():
            raise ValueError("encoded rows that are empty or not finite")

    @property
    def n_beats(self) -> int:
        return len(self.semantic)
