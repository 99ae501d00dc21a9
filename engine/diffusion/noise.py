"""Noise with an identity: every bar draws its own from a counter-based generator keyed by (seed, shot, bar, step).

Window order, batch size and device do not matter, and a re-cut leaves the noise of untouched bars as it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch import Tensor

from engine.timebase import BEATS_PER_BAR

INITIAL: Final = -1
"""The step number under which the starting noise is drawn."""


@dataclass(frozen=True, slots=True)
class NoiseSource:
    """Gaussian noise of a piece.

    Attributes:
        bars: per bar, the name of its shot and its number within that shot.
        n_beats: beats in all, where the last bar is cut short; None for whole bars.
    """

    seed: int
    bars: tuple[tuple[str, int], ...]
    n_beats: int | None = None

    @classmethod
    def for_bars(cls, seed: int, bars: Sequence[tuple[str, int]], *, n_beats: int | None = None) -> NoiseSource:
        return cls(seed, tuple(bars), n_beats)

    def draw(self, step: int, width: int) -> Tensor:
        """Standard normal f32 `[4 * bars, width]` of one step (`INITIAL` for the start)."""
        rows = [self._bar(shot, bar, step, width) for shot, bar in self.bars]
        return torch.from_numpy(np.concatenate(rows)[: self.n_beats])

    def _bar(self, shot: str, bar: int, step: int, width: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        text = f"{self.seed}/{shot}/{bar}/{step}"
        key = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=16).digest(), "little")
        generator = np.random.Generator(np.random.Philox(key=key))
        return generator.standard_normal((BEATS_PER_BAR, width), np.float32)
