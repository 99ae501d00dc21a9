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
class BarIdentity:
    """Which bar of which shot this is: `shot` names the shot, `bar` counts from its first bar."""

    shot: str
    bar: int


@dataclass(frozen=True, slots=True)
class NoiseSource:
    """Gaussian noise for a piece whose bars have the given identities."""

    seed: int
    bars: tuple[BarIdentity, ...]

    @classmethod
    def for_bars(cls, seed: int, n_bars: int, shots: Sequence[BarIdentity] = ()) -> NoiseSource:
        """Bars with the given identities, continued by bars of no shot up to `n_bars`."""
        rest = (BarIdentity("", i) for i in range(len(shots), n_bars))
        return cls(seed, (*shots[:n_bars], *rest))

    def draw(self, step: int, width: int) -> Tensor:
        """Standard normal f32 `[4 * bars, width]` of one step (`INITIAL` for the start)."""
        rows = [self._bar(identity, step, width) for identity in self.bars]
        return torch.from_numpy(np.concatenate(rows))

    def _bar(self, identity: BarIdentity, step: int, width: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        text = f"{self.seed}/{identity.shot}/{identity.bar}/{step}"
        key = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=16).digest(), "little")
        generator = np.random.Generator(np.random.Philox(key=key))
        return generator.standard_normal((BEATS_PER_BAR, width), np.float32)
