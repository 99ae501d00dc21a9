"""Weights and inputs by a formula of name and index, the same on any machine: integers hashed, then scaled.

The reference numbers in `tests/golden/unet_parity.json` belong to these weights, so the formula must not change.
"""

from __future__ import annotations

import hashlib
import math
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from engine.diffusion.unet import UNetConfig
from training.published_names import published_layout


def uniform(name: str, shape: tuple[int, ...]) -> np.ndarray:
    """f32 values in [-1, 1): a 32-bit hash (three rounds of shift and multiply) of the flat index and the name."""
    key = np.uint32(int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "little"))
    h = np.arange(math.prod(shape), dtype=np.uint32) * np.uint32(0x9E3779B1) + key
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):
        h ^= h >> np.uint32(shift)
        h *= np.uint32(factor)
    h ^= h >> np.uint32(16)
    return ((h >> np.uint32(8)).astype(np.float32) / np.float32(2**23) - np.float32(1)).reshape(shape)


def formula_weight(name: str, shape: tuple[int, ...]) -> Tensor:
    """A parameter: matrices and kernels of variance 1 / fan-in, norms near 1, biases near 0."""
    values = uniform(name, shape)
    if len(shape) > 1:
        values = values * np.float32(math.sqrt(3 / math.prod(shape[1:])))
    elif name.endswith(".weight"):
        values = np.float32(1) + np.float32(0.2) * values
    else:
        values = np.float32(0.1) * values
    return torch.from_numpy(values)


def formula_input(name: str, shape: tuple[int, ...]) -> Tensor:
    """An input of variance 1."""
    return torch.from_numpy(uniform(name, shape) * np.float32(math.sqrt(3)))


def published_entries(config: UNetConfig) -> dict[str, Tensor]:
    """The state dict that the authors' model of this configuration would have, with formula weights."""
    beta = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2
    schedule = {"alpha": 1 - beta, "beta": beta, "alpha_bar": (1 - beta).cumprod(0), "sigma2": beta}
    entries = {f"ldm.{name}": values.float() for name, values in schedule.items()}
    return entries | {e.name: formula_weight(e.name, e.shape) for e in published_layout(config).values()}


def write_published_checkpoint(path: Path, entries: dict[str, Tensor]) -> Path:
    """A file laid out as the authors' training writes it."""
    torch.save({"step": 7, "epoch": 1, "model": entries, "optimizer": {"state": {}}, "scaler": {"scale": 1.0}}, path)
    return path
