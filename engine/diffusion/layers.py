"""Small layers shared by the autoencoder and the denoiser."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional


class RMSNorm(nn.Module):
    """Root-mean-square norm over the last dimension (Zhang & Sennrich 2019), in the input's own precision."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        return functional.rms_norm(x, (x.shape[-1],)) * self.weight.to(x.dtype)


class BeatConv(nn.Module):
    """Convolution of width 3 over beats, written as one matrix product (faster than conv1d on a CPU).

    `[B, T, in]` -> `[B, T, out]`, zero padding.
    """

    def __init__(self, width_in: int, width_out: int) -> None:
        super().__init__()
        self.linear = nn.Linear(3 * width_in, width_out)

    def forward(self, x: Tensor) -> Tensor:
        before = functional.pad(x[:, :-1], (0, 0, 1, 0))
        after = functional.pad(x[:, 1:], (0, 0, 0, 1))
        out: Tensor = self.linear(torch.cat((before, x, after), -1))
        return out


class ResidualBeatBlock(nn.Module):
    """Pre-norm residual block: RMS norm, convolution over beats, GELU, linear. `[B, T, W]` -> the same."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = RMSNorm(width)
        self.mix = BeatConv(width, width)
        self.out = nn.Linear(width, width)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, x: Tensor) -> Tensor:
        h: Tensor = self.out(functional.gelu(self.mix(self.norm(x))))
        return x + h


def timestep_embedding(t: Tensor, width: int, *, max_period: float = 10_000.0) -> Tensor:
    """Sinusoidal embedding of timesteps (Ho et al. 2020): `[B]` -> f32 `[B, width]`."""
    half = width // 2
    frequency = torch.exp(-math.log(max_period) * torch.arange(half, device=t.device, dtype=torch.float32) / half)
    angle = t.float()[:, None] * frequency
    return torch.cat((angle.cos(), angle.sin()), -1)
