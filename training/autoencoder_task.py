"""Training of the autoencoder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.diffusion.autoencoder import CELLS, Autoencoder, AutoencoderConfig, unpack
from training.data.windows import MAX_SHIFT, WindowSet
from training.samples import N_PAIRS, draw_pairs, voice_rolls
from training.scale import Runtime


@dataclass(frozen=True, slots=True)
class AutoencoderTaskConfig:
    """batch: windows a step; latent_noise: largest standard deviation of the noise added to unit-variance latents."""

    batch: int = 96
    latent_noise: float = 0.35
    velocity_weight: float = 4.0
    evaluation_windows: int = 256


class AutoencoderTask:
    """Reconstruction of onset and sustain cells (binary cross-entropy, summed over a beat) and of velocities."""

    partial = False

    def __init__(
        self,
        config: AutoencoderTaskConfig,
        model: AutoencoderConfig,
        train: WindowSet,
        validation: WindowSet,
        runtime: Runtime | None = None,
    ) -> None:
        self.config, self.train, self.validation = config, train, validation
        self.runtime = runtime or Runtime()
        self.model: nn.Module = Autoencoder(model).to(self.runtime.device)

    def prepare(self, rng: np.random.Generator) -> Tensor:
        """Packed cells of random windows, each transposed."""
        index = rng.integers(len(self.train), size=self.config.batch)
        shift = rng.integers(-MAX_SHIFT, MAX_SHIFT, size=len(index))
        part = self.runtime.share.of(len(index))
        return self.train.cells(index[part], shift[part])

    def loss(self, prepared: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Mean over windows and beats."""
        model, runtime, n = self.model, self.runtime, self.config.batch
        assert isinstance(model, Autoencoder)
        cells = runtime.put(prepared)
        with runtime.autocast():
            z = model.encode(self._inputs(cells))
            scale = self.config.latent_noise * runtime.put(torch.rand(n, 1, 1)[runtime.share.of(n)]) ** 2
            packed = model.decode_packed(z + scale * runtime.normal(n, *z.shape[1:]))
        loss = reconstruction_loss(packed, cells, self.config.velocity_weight)
        return loss / (cells.shape[1] * cells.shape[2]), {}

    def evaluate(self, averaged: nn.Module) -> dict[str, float]:
        """F1 of cells on validation windows, clean and with latent noise of 0.2 and 0.4."""
        assert isinstance(averaged, Autoencoder)
        cells = self._validation_cells(self.config.evaluation_windows)
        generator = torch.Generator().manual_seed(0)
        with self.runtime.autocast():
            z = averaged.encode(self._inputs(cells))
        figures = {}
        for noise in (0.0, 0.2, 0.4):
            shaken = z + noise * self.runtime.put(torch.randn(z.shape, generator=generator))
            with self.runtime.autocast():
                packed = averaged.decode_packed(shaken).float()
            name = f"_{noise:g}" if noise else ""
            figures[f"onset_f1{name}"] = f1(packed[..., :CELLS] > 0, cells[..., :CELLS] > 0)
            figures[f"sustain_f1{name}"] = f1(packed[..., CELLS : 2 * CELLS] > 0, cells[..., CELLS : 2 * CELLS] > 0)
        return figures

    def draw_samples(self, averaged: nn.Module, file: Path) -> None:
        """Validation windows after encoding and decoding, beside themselves."""
        assert isinstance(averaged, Autoencoder)
        cells = self._validation_cells(N_PAIRS)
        with self.runtime.autocast():
            found = averaged.decode(averaged.encode(self._inputs(cells)))
        real = unpack(cells.float())
        draw_pairs(voice_rolls(found.onset > 0, found.sustain > 0), voice_rolls(real.onset > 0, real.sustain > 0), file)

    def _inputs(self, cells: Tensor) -> Tensor:
        """Cells in the precision of the weights where nothing casts them."""
        return cells.float() if self.runtime.precision == "fp32" else cells

    def _validation_cells(self, n: int) -> Tensor:
        n = min(n, len(self.validation))
        index = np.linspace(0, len(self.validation) - 1, n).astype(np.int64)
        return self.runtime.put(self.validation.cells(index, np.zeros(n, np.int64)))


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
