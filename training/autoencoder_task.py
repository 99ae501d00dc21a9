"""Training of the autoencoder."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.diffusion.autoencoder import CELLS, Autoencoder, AutoencoderConfig
from training.data.windows import MAX_SHIFT, WindowSet


@dataclass(frozen=True, slots=True)
class AutoencoderTaskConfig:
    """batch: windows a step; latent_noise: largest standard deviation of the noise added to unit-variance latents."""

    batch: int = 96
    latent_noise: float = 0.35
    velocity_weight: float = 4.0
    evaluation_windows: int = 256


class AutoencoderTask:
    """Reconstruction of onset and sustain cells (binary cross-entropy, summed over a beat) and of velocities."""

    def __init__(
        self, config: AutoencoderTaskConfig, model: AutoencoderConfig, train: WindowSet, validation: WindowSet
    ) -> None:
        self.config, self.train, self.validation = config, train, validation
        self.model: nn.Module = Autoencoder(model)

    def loss(self, step: int, rng: np.random.Generator) -> tuple[Tensor, dict[str, float]]:
        began = time.monotonic()
        index = rng.integers(len(self.train), size=self.config.batch)
        cells = self.train.batch(index, rng.integers(-MAX_SHIFT, MAX_SHIFT, size=len(index))).cells
        data_s = time.monotonic() - began
        assert isinstance(self.model, Autoencoder)
        with torch.autocast("cpu", torch.bfloat16):
            z = self.model.encode(cells)
            scale = self.config.latent_noise * torch.rand(len(index), 1, 1) ** 2
            packed = self.model.decode_packed(z + scale * torch.randn_like(z))
        loss = reconstruction_loss(packed, cells, self.config.velocity_weight)
        return loss / (len(index) * cells.shape[2]), {"data_s": data_s}

    def evaluate(self, averaged: nn.Module, step: int, folder: Path) -> dict[str, float]:
        """F1 of cells on validation windows, clean and with latent noise of 0.2 and 0.4."""
        assert isinstance(averaged, Autoencoder)
        n = min(self.config.evaluation_windows, len(self.validation))
        index = np.linspace(0, len(self.validation) - 1, n).astype(np.int64)
        cells = self.validation.batch(index, np.zeros(n, np.int64)).cells
        generator = torch.Generator().manual_seed(0)
        with torch.autocast("cpu", torch.bfloat16):
            z = averaged.encode(cells)
        figures = {}
        for noise in (0.0, 0.2, 0.4):
            shaken = z + noise * torch.randn(z.shape, generator=generator)
            with torch.autocast("cpu", torch.bfloat16):
                packed = averaged.decode_packed(shaken).float()
            name = f"_{noise:g}" if noise else ""
            figures[f"onset_f1{name}"] = f1(packed[..., :CELLS] > 0, cells[..., :CELLS] > 0)
            figures[f"sustain_f1{name}"] = f1(packed[..., CELLS : 2 * CELLS] > 0, cells[..., CELLS : 2 * CELLS] > 0)
        return figures


class _Reconstruction(torch.autograd.Function):
    """Binary cross-entropy with logits, summed; the gradient is kept in the logits' own precision, which halves the
    memory traffic that dominates this loss on a CPU. Velocity columns count only where a note starts."""

    @staticmethod
    def forward(ctx: Any, logits: Tensor, targets: Tensor, velocity_weight: float) -> Tensor:
        velocity = slice(2 * CELLS, None)
        mask = (targets[..., velocity] > 0) * velocity_weight
        grad = logits.sigmoid().sub_(targets)
        grad[..., velocity] *= mask
        ctx.save_for_backward(grad)
        parts = functional.softplus(logits).addcmul_(logits, targets, value=-1)
        parts[..., velocity] *= mask
        return parts.sum(dtype=torch.float32)

    @staticmethod
    def backward(ctx: Any, *outer: Any) -> tuple[Tensor, None, None]:
        (grad,) = ctx.saved_tensors
        return grad * outer[0].to(grad.dtype), None, None


def reconstruction_loss(logits: Tensor, targets: Tensor, velocity_weight: float) -> Tensor:
    """Summed cross-entropy of packed logits against packed cells, both `[V, B, T, 2 * CELLS + 4]`."""
    loss: Tensor = _Reconstruction.apply(logits, targets, velocity_weight)  # type: ignore[no-untyped-call]
    return loss


def f1(found: Tensor, true: Tensor) -> float:
    """Harmonic mean of precision and recall of two boolean tensors."""
    hits = float((found & true).sum())
    return 2 * hits / max(1.0, float(found.sum() + true.sum()))
