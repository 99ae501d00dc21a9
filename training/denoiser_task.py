"""Training of the denoiser on latents of a frozen autoencoder.

Departures from the paper, each on purpose: v-prediction on latents instead of noise prediction on rolls; t0 and k are
drawn for every window, so that the network has seen every position of both sliders; conditions are dropped per
signal and per value, so that guidance has a null it knows (the published code samples against one it never saw).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.diffusion.autoencoder import Autoencoder, unpack
from engine.diffusion.conditioning import ControlStatistics
from engine.diffusion.denoiser import Denoiser, DenoiserConfig, WindowConditions
from engine.diffusion.schedule import N_TIMESTEPS, SCHEDULES
from engine.music.controls import CHORD_ROWS, HIT_COLUMNS, KEY_ROWS
from training.data.windows import MAX_SHIFT, Batch, Rows, WindowSet
from training.samples import N_PAIRS, SAMPLE_STEPS, draw_pairs, voice_rolls
from training.scale import Runtime

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


@dataclass(frozen=True, slots=True, eq=False)
class DenoiserBatch:
    """This process's part of a batch, on the CPU.

    Attributes:
        cells: see `Batch`; t: timesteps `[B]`.
        see: whether the step sees its own first estimate.
    """

    cells: Tensor
    conditions: WindowConditions
    t: Tensor
    see: bool


class DenoiserTask:
    """v-prediction, mean squared error over latents."""

    partial = False

    def __init__(
        self,
        config: DenoiserTaskConfig,
        model: DenoiserConfig,
        autoencoder: Autoencoder,
        stats: ControlStatistics,
        train: WindowSet,
        validation: WindowSet,
        runtime: Runtime | None = None,
    ) -> None:
        self.config, self.train, self.validation, self.stats = config, train, validation, stats
        self.runtime = runtime or Runtime()
        self.autoencoder = autoencoder.eval().requires_grad_(False).to(self.runtime.device)
        self.alphas = torch.from_numpy(SCHEDULES[config.schedule]()).float()
        self.model: nn.Module = Denoiser(model).to(self.runtime.device)

    def prepare(self, rng: np.random.Generator) -> DenoiserBatch:
        """Random windows, transposed, with conditions of which some are left out, and timesteps.

        Everything is drawn for the whole batch; only this process's part is laid out as cells.
        """
        n = self.config.batch
        part = self.runtime.share.of(n)
        index = rng.integers(len(self.train), size=n)
        shift = rng.integers(-MAX_SHIFT, MAX_SHIFT, size=n)
        conditions = _part(self.conditions(self.train.rows(index, shift), rng), part)
        t = torch.from_numpy(_stratified(rng, n)[part])
        see = bool(rng.random() < self.config.self_condition)
        return DenoiserBatch(self.train.cells(index[part], shift[part]), conditions, t, see)

    def loss(self, prepared: DenoiserBatch) -> tuple[Tensor, dict[str, Tensor]]:
        """Mean squared error of v."""
        x0 = self._encode(prepared.cells)
        noise = self.runtime.normal(self.config.batch, *x0.shape[1:])
        conditions = self._put(prepared.conditions)
        error = self._errors(self.model, x0, noise, prepared.t, conditions, see=prepared.see)
        return error.mean(), {}

    def _encode(self, cells: Tensor) -> Tensor:
        cells = self.runtime.put(cells)
        with torch.no_grad(), self.runtime.autocast():
            return self.autoencoder.encode(cells.float() if self.runtime.precision == "fp32" else cells)

    def _put(self, conditions: WindowConditions) -> WindowConditions:
        return WindowConditions(**{f.name: self.runtime.put(getattr(conditions, f.name)) for f in fields(conditions)})

    def _errors(
        self, model: nn.Module, x0: Tensor, noise: Tensor, t: Tensor, conditions: WindowConditions, *, see: bool
    ) -> Tensor:
        """Squared error of v per window, `[B]`; `t` is on the CPU."""
        alpha = self.runtime.put(self.alphas[t].sqrt()[:, None, None])
        sigma = self.runtime.put((1 - self.alphas[t]).sqrt()[:, None, None])
        t = self.runtime.put(t)
        x_t, v = alpha * x0 + sigma * noise, alpha * noise - sigma * x0
        with self.runtime.autocast():
            previous = None
            if see:
                with torch.no_grad():
                    previous = alpha * x_t - sigma * model(x_t, t, conditions)
            predicted = model(x_t, t, conditions, previous)
        return functional.mse_loss(predicted, v, reduction="none").mean((1, 2))

    def conditions(self, batch: Rows, rng: np.random.Generator, *, drop: bool = True) -> WindowConditions:
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

    def evaluate(self, averaged: nn.Module) -> dict[str, float]:
        """Mean squared error on validation windows at fixed noise, all conditions known, by thirds of the timesteps."""
        n = min(self.config.evaluation_windows, len(self.validation))
        rng = np.random.Generator(np.random.PCG64(0))
        batch = self._validation(n)
        conditions = self._put(self.conditions(batch, rng, drop=False))
        t = torch.from_numpy(_stratified(rng, n))
        x0 = self._encode(batch.cells)
        noise = self._fixed_noise(x0)
        error = self._errors(averaged, x0, noise, t, conditions, see=True).cpu()
        third = t * 3 // N_TIMESTEPS
        names = ("early", "middle", "late")
        parts = {f"mse_{names[2 - i]}": float(error[third == i].mean()) for i in (2, 1, 0)}
        none = self.runtime.put(torch.zeros(n, dtype=torch.bool))
        nothing = replace(conditions, picture_known=none, plan_known=none)
        free = self._errors(averaged, x0, noise, t, nothing, see=True)
        return {"mse": float(error.mean()), **parts, "mse_unconditional": float(free.mean())}

    def draw_samples(self, averaged: nn.Module, file: Path) -> None:
        """Windows written under the conditions of validation windows, from fixed noise (DDIM), beside those windows."""
        batch = self._validation(min(N_PAIRS, len(self.validation)))
        rng = np.random.Generator(np.random.PCG64(0))
        conditions = self._put(self.conditions(batch, rng, drop=False))
        x_t = self._fixed_noise(self._encode(batch.cells))
        x0 = x_t
        times = np.linspace(N_TIMESTEPS - 1, 0, SAMPLE_STEPS).astype(np.int64)
        for time, following in zip(times, [*times[1:], -1], strict=True):
            alpha, sigma = float(self.alphas[time]) ** 0.5, float(1 - self.alphas[time]) ** 0.5
            t = torch.full((len(x_t),), int(time), device=x_t.device)
            with self.runtime.autocast():
                v = averaged(x_t, t, conditions, x0 if time != times[0] else None)
            x0, noise = alpha * x_t - sigma * v, sigma * x_t + alpha * v
            if following >= 0:
                x_t = float(self.alphas[following]) ** 0.5 * x0 + float(1 - self.alphas[following]) ** 0.5 * noise
        written, real = self.autoencoder.decode(x0), unpack(batch.cells.float())
        planes = [voice_rolls(part.onset > 0, part.sustain > 0) for part in (written, real)]
        draw_pairs(planes[0], planes[1], file)

    def _validation(self, n: int) -> Batch:
        index = np.linspace(0, len(self.validation) - 1, n).astype(np.int64)
        return self.validation.batch(index, np.zeros(n, np.int64))

    def _fixed_noise(self, like: Tensor) -> Tensor:
        return self.runtime.put(torch.randn(like.shape, generator=torch.Generator().manual_seed(0)))


def _part(conditions: WindowConditions, part: slice) -> WindowConditions:
    return WindowConditions(**{f.name: getattr(conditions, f.name)[part] for f in fields(conditions)})


def _stratified(rng: np.random.Generator, n: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Timesteps spread evenly over the range, in random order."""
    return (rng.permutation((np.arange(n) + rng.random()) / n) * N_TIMESTEPS).astype(np.int64)
