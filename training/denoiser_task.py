"""Training of the denoiser on latents of a frozen autoencoder.

Departures from the paper, each on purpose: v-prediction on latents instead of noise prediction on rolls; t0 and k are
drawn for every window, so that the network has seen every position of both sliders; conditions are dropped per
signal and per value, so that guidance has a null it knows (the published code samples against one it never saw).
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.diffusion.autoencoder import Autoencoder
from engine.diffusion.conditioning import ControlStatistics
from engine.diffusion.denoiser import Denoiser, DenoiserConfig, WindowConditions
from engine.diffusion.schedule import N_TIMESTEPS, SCHEDULES
from engine.music.controls import CHORD_ROWS, HIT_COLUMNS, KEY_ROWS
from training.data.windows import MAX_SHIFT, Batch, WindowSet

BLOCK_SIZES: Final = (1, 2, 4, 8, 8, 8, 16, 32)
_KEY: Final = slice(0, KEY_ROWS)
_CHORD: Final = slice(KEY_ROWS, KEY_ROWS + CHORD_ROWS)
_FORM: Final = slice(KEY_ROWS + CHORD_ROWS, None)


@dataclass(frozen=True, slots=True)
class DenoiserTaskConfig:
    """Probabilities are per window.

    Attributes:
        batch: windows a step.
        drop_picture, drop_plan: the whole signal is null.
        drop_part: key, chords and form are unknown, each on its own.
        drop_values: a window loses single control columns, each with probability 1/3.
        drop_hits: no hit is asked for; else a random share of the accents is.
        self_condition: the step sees its own first estimate.
    """

    batch: int = 96
    drop_picture: float = 0.15
    drop_plan: float = 0.15
    drop_part: float = 0.1
    drop_values: float = 0.3
    drop_hits: float = 0.4
    self_condition: float = 0.5
    schedule: str = "squaredcos_cap_v2"
    evaluation_windows: int = 256


class DenoiserTask:
    """v-prediction, mean squared error over latents."""

    def __init__(
        self,
        config: DenoiserTaskConfig,
        model: DenoiserConfig,
        autoencoder: Autoencoder,
        stats: ControlStatistics,
        train: WindowSet,
        validation: WindowSet,
    ) -> None:
        self.config, self.train, self.validation, self.stats = config, train, validation, stats
        self.autoencoder = autoencoder.eval().requires_grad_(False)
        self.alphas = torch.from_numpy(SCHEDULES[config.schedule]()).float()
        self.model: nn.Module = Denoiser(model)

    def loss(self, step: int, rng: np.random.Generator) -> tuple[Tensor, dict[str, float]]:
        began = time.monotonic()
        index = rng.integers(len(self.train), size=self.config.batch)
        batch = self.train.batch(index, rng.integers(-MAX_SHIFT, MAX_SHIFT, size=len(index)))
        conditions = self.conditions(batch, rng)
        data_s = time.monotonic() - began
        t = torch.from_numpy(_stratified(rng, len(index)))
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            x0 = self.autoencoder.encode(batch.cells)
        error = self._errors(self.model, x0, t, conditions, see=bool(rng.random() < self.config.self_condition))
        return error.mean(), {"data_s": data_s}

    def _errors(self, model: nn.Module, x0: Tensor, t: Tensor, conditions: WindowConditions, *, see: bool) -> Tensor:
        """Squared error of v per window, `[B]`."""
        alpha = self.alphas[t].sqrt()[:, None, None]
        sigma = (1 - self.alphas[t]).sqrt()[:, None, None]
        noise = torch.randn_like(x0)
        x_t, v = alpha * x0 + sigma * noise, alpha * noise - sigma * x0
        with torch.autocast("cpu", torch.bfloat16):
            previous = None
            if see:
                with torch.no_grad():
                    previous = alpha * x_t - sigma * model(x_t, t, conditions)
            predicted = model(x_t, t, conditions, previous)
        return functional.mse_loss(predicted, v, reduction="none").mean((1, 2))

    def conditions(self, batch: Batch, rng: np.random.Generator, *, drop: bool = True) -> WindowConditions:
        """Rows of a batch as the network sees them, with what training leaves out."""
        n = len(batch.dynamic)
        dynamic, semantic = self.stats.standardise(batch.dynamic, batch.semantic)
        plan = batch.plan.clone()
        if drop:
            dynamic, semantic = self._drop_values(dynamic, rng), self._drop_values(semantic, rng)
            self._drop_parts(plan, rng)
            t0 = rng.uniform(0, N_TIMESTEPS, n)
        else:
            t0 = np.full(n, N_TIMESTEPS / 2)
        dynamic[..., HIT_COLUMNS] = self._hits(batch.dynamic[..., HIT_COLUMNS], rng, drop=drop)
        keep = rng.random((2, n)) >= np.array([[self.config.drop_picture], [self.config.drop_plan]]) * drop
        k = rng.choice(BLOCK_SIZES, n) if drop else np.full(n, 8)
        return WindowConditions(
            dynamic=dynamic,
            semantic=semantic,
            plan=plan,
            picture_known=torch.from_numpy(keep[0]),
            plan_known=torch.from_numpy(keep[1]),
            t0=torch.from_numpy(t0).float(),
            k=torch.from_numpy(k.astype(np.int64)),
        )

    def _drop_values(self, rows: Tensor, rng: np.random.Generator) -> Tensor:
        n, _, columns = rows.shape
        lost = (rng.random((n, 1)) < self.config.drop_values) & (rng.random((n, columns)) < 1 / 3)
        return rows.masked_fill(torch.from_numpy(lost)[:, None], float("nan"))

    def _drop_parts(self, plan: Tensor, rng: np.random.Generator) -> None:
        lost = torch.from_numpy(rng.random((3, len(plan))) < self.config.drop_part)
        plan[lost[0], :, _KEY] = 0
        plan[lost[1], :, _CHORD] = 0
        plan[lost[2], :, _FORM] = float("nan")

    def _hits(self, accents: Tensor, rng: np.random.Generator, *, drop: bool) -> Tensor:
        n = len(accents)
        share = rng.random((n, 1, 1)) ** 2 * (rng.random((n, 1, 1)) >= self.config.drop_hits)
        shown = rng.random(accents.shape) < (share if drop else 0.1)
        return accents * torch.from_numpy(shown)

    def evaluate(self, averaged: nn.Module, step: int, folder: Path) -> dict[str, float]:
        """Mean squared error on validation windows at fixed noise, all conditions known, by thirds of the timesteps."""
        rng = np.random.Generator(np.random.PCG64(0))
        n = min(self.config.evaluation_windows, len(self.validation))
        index = np.linspace(0, len(self.validation) - 1, n).astype(np.int64)
        batch = self.validation.batch(index, np.zeros(n, np.int64))
        conditions = self.conditions(batch, rng, drop=False)
        torch.manual_seed(0)
        t = torch.from_numpy(_stratified(rng, n))
        with torch.autocast("cpu", torch.bfloat16):
            x0 = self.autoencoder.encode(batch.cells)
        error = self._errors(averaged, x0, t, conditions, see=True)
        third = t * 3 // N_TIMESTEPS
        names = ("early", "middle", "late")
        parts = {f"mse_{names[2 - i]}": float(error[third == i].mean()) for i in (2, 1, 0)}
        none = torch.zeros(n, dtype=torch.bool)
        nothing = replace(conditions, picture_known=none, plan_known=none)
        torch.manual_seed(0)
        free = self._errors(averaged, x0, t, nothing, see=True)
        return {"mse": float(error.mean()), **parts, "mse_unconditional": float(free.mean())}


def _stratified(rng: np.random.Generator, n: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Timesteps spread evenly over the range, in random order."""
    return (rng.permutation((np.arange(n) + rng.random()) / n) * N_TIMESTEPS).astype(np.int64)
