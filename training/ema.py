"""Exponential moving average of weights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn


class ExponentialMovingAverage:
    """Averages every float entry of a model's state, with a decay that starts low: min(decay, (1 + n) / (10 + n))."""

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.decay = decay
        self.values = {k: v.detach().clone() for k, v in model.state_dict().items()}

    @torch.no_grad()
    def update(self, model: nn.Module, step: int) -> None:
        decay = min(self.decay, (1 + step) / (10 + step))
        for name, value in model.state_dict().items():
            if value.dtype.is_floating_point:
                self.values[name].lerp_(value, 1 - decay)
            else:
                self.values[name].copy_(value)

    def state_dict(self) -> dict[str, Tensor]:
        return self.values

    def load_state_dict(self, state: dict[str, Tensor]) -> None:
        self.values = {k: v.clone().to(self.values[k].device) for k, v in state.items()}

    @contextmanager
    def averaged(self, model: nn.Module) -> Iterator[nn.Module]:
        """The model with averaged weights inside the block, its own ones afterwards."""
        own = {k: v.detach().clone() for k, v in model.state_dict().items()}
        training = model.training
        model.load_state_dict(self.values)
        try:
            yield model
        finally:
            model.load_state_dict(own)
            model.train(training)
