"""Control rows as the network takes them: standardised by the corpus."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.music.controls import DYNAMIC, HIT_COLUMNS, SEMANTIC


@dataclass(frozen=True, slots=True)
class ControlStatistics:
    """Mean and standard deviation of every control over the corpus; hit columns stay as they are (0 and 1)."""

    dynamic_mean: tuple[float, ...]
    dynamic_std: tuple[float, ...]
    semantic_mean: tuple[float, ...]
    semantic_std: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.dynamic_mean) != len(DYNAMIC) or len(self.semantic_mean) != len(SEMANTIC):
            raise ValueError("control statistics do not fit the control space")

    @classmethod
    def measure(cls, dynamic: Tensor, semantic: Tensor) -> ControlStatistics:
        """From rows `[M, ...]` of a corpus (NaN left out)."""

        def moments(rows: Tensor) -> tuple[tuple[float, ...], tuple[float, ...]]:
            mean = rows.nanmean(0)
            std = (rows - mean).square().nanmean(0).sqrt()
            return tuple(mean.tolist()), tuple(std.clamp(min=1e-3).tolist())

        d_mean, d_std = moments(dynamic.double())
        for i in range(HIT_COLUMNS.start, HIT_COLUMNS.stop):
            d_mean = (*d_mean[:i], 0.0, *d_mean[i + 1 :])
            d_std = (*d_std[:i], 1.0, *d_std[i + 1 :])
        return cls(d_mean, d_std, *moments(semantic.double()))

    def standardise(self, dynamic: Tensor, semantic: Tensor) -> tuple[Tensor, Tensor]:
        """Rows `[..., columns]` with zero mean and unit deviation over the corpus."""
        return (
            (dynamic - torch.tensor(self.dynamic_mean)) / torch.tensor(self.dynamic_std),
            (semantic - torch.tensor(self.semantic_mean)) / torch.tensor(self.semantic_std),
        )
