"""Training of the paper's network on POP909 rolls with BGM909's features.

As the paper: noise prediction on rolls in {0, 1}, the scaled-linear schedule, the feature selection of eq. 6 at t0, the
blocks of eq. 8 (attention mode "paper"). Departures, each on purpose and each with a switch:

- conditions are dropped per signal, so that guidance has a null it knows; the published training never shows the null
  that its sampler guides against (`drop_semantic`, `drop_dynamic` = 0 gives that back);
- a share of windows sees another t0 and k than the paper's 200 and 8, so that both sliders lie within what the network
  has seen (`vary` = 0 gives the paper's).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from engine.diffusion.schedule import N_TIMESTEPS, SCHEDULES
from engine.diffusion.unet import PAPER_K, PUBLISHED_T0, EpsilonUNet, UNetConfig
from training.data.rolls import MAX_SHIFT, RollBatch, RollWindows
from training.samples import N_PAIRS, SAMPLE_STEPS, Rolls, draw_pairs
from training.scale import Runtime

BLOCK_SIZES: Final = (1, 2, 4, 8, 16, 32)


@dataclass(frozen=True, slots=True)
class PaperTaskConfig:
    """Probabilities are per window.

    Attributes:
        batch: windows a step.
        drop_semantic, drop_dynamic: the signal is null.
        vary: t0 is drawn from 0..1000, and k from 1..32; each on its own.
        transpose: windows are moved by -6..5 semitones.
        sample_steps: timesteps of a sample picture.
    """

    batch: int = 32
    drop_semantic: float = 0.1
    drop_dynamic: float = 0.1
    vary: float = 0.25
    transpose: bool = True
    evaluation_windows: int = 64
    sample_steps: int = SAMPLE_STEPS


@dataclass(frozen=True, slots=True, eq=False)
class PaperBatch:
    """Rolls, rows and what is drawn with them.

    Attributes:
        rolls, semantic, dynamic: see `RollBatch`.
        t: timesteps `[B]`; t0, k: of each window `[B]`.
        null: whether F_l, F_v are left out, `[B, 2]`.
    """

    rolls: Tensor
    semantic: Tensor
    dynamic: Tensor
    t: Tensor
    t0: Tensor
    k: Tensor
    null: Tensor


class PaperTask:
    """Mean squared error of the predicted noise (the paper's section 4.1, eq. 2)."""

    def __init__(
        self,
        config: PaperTaskConfig,
        model: UNetConfig,
        train: RollWindows,
        validation: RollWindows,
        runtime: Runtime | None = None,
    ) -> None:
        self.config, self.train, self.validation = config, train, validation
        self.runtime = runtime or Runtime()
        self.alphas = torch.from_numpy(SCHEDULES["scaled_linear"]()).float()
        self.model: nn.Module = EpsilonUNet(model).to(self.runtime.device)
        self.partial = model.order == "dynamic"  # then nothing reaches the projection of F_l

    def prepare(self, rng: np.random.Generator) -> PaperBatch:
        """Random windows, transposed, with timesteps, t0, k and left-out signals."""
        config, n = self.config, self.config.batch
        part = self.runtime.share.of(n)
        index = rng.integers(len(self.train), size=n)
        shift = rng.integers(-MAX_SHIFT, MAX_SHIFT, size=n) * int(config.transpose)
        t = rng.integers(0, N_TIMESTEPS, n)
        drawn = rng.random((2, n)) < config.vary
        t0 = np.where(drawn[0], rng.uniform(0, N_TIMESTEPS, n), PUBLISHED_T0)
        k = np.where(drawn[1], rng.choice(BLOCK_SIZES, n), PAPER_K)
        null = rng.random((n, 2)) < np.array([config.drop_semantic, config.drop_dynamic])
        batch = self.train.batch(index[part], shift[part])
        return _batch(batch, t[part], t0[part], k[part], null[part])

    def loss(self, prepared: PaperBatch) -> tuple[Tensor, dict[str, Tensor]]:
        """Mean over windows, channels, steps and pitches."""
        noise = self.runtime.normal(self.config.batch, *prepared.rolls.shape[1:])
        return self._errors(self.model, prepared, noise).mean(), {}

    def _errors(self, model: nn.Module, batch: PaperBatch, noise: Tensor) -> Tensor:
        """Squared error of the noise per window, `[B]`."""
        placed = self._put(batch)
        alpha = self.runtime.put(self.alphas[batch.t])[:, None, None, None]
        x_t = alpha.sqrt() * placed.rolls + (1 - alpha).sqrt() * noise
        with self.runtime.autocast():
            predicted = _predict(model, x_t, placed.t, placed)
        return functional.mse_loss(predicted.float(), noise, reduction="none").mean((1, 2, 3))

    def _put(self, batch: PaperBatch) -> PaperBatch:
        return PaperBatch(**{f.name: self.runtime.put(getattr(batch, f.name)) for f in fields(batch)})

    def evaluate(self, averaged: nn.Module) -> dict[str, float]:
        """Squared error on validation windows at fixed noise, by thirds of the timesteps, with and without conditions.

        t0 and k are the paper's.
        """
        n = min(self.config.evaluation_windows, len(self.validation))
        batch = self._validation(n)
        noise = self._fixed_noise(batch.rolls)
        error = torch.cat([e.cpu() for e in self._in_parts(averaged, batch, noise)])
        third = batch.t * 3 // N_TIMESTEPS
        parts = {f"mse_{name}": float(error[third == i].mean()) for i, name in enumerate(("late", "middle", "early"))}
        nothing = replace(batch, null=torch.ones_like(batch.null))
        free = torch.cat([e.cpu() for e in self._in_parts(averaged, nothing, noise)])
        return {"mse": float(error.mean()), **parts, "mse_unconditional": float(free.mean())}

    def _in_parts(self, model: nn.Module, batch: PaperBatch, noise: Tensor) -> list[Tensor]:
        """`_errors`, a training batch at a time."""
        size, n = self.config.batch, len(batch.t)
        return [self._errors(model, _sliced(batch, slice(i, i + size)), noise[i : i + size]) for i in range(0, n, size)]

    def draw_samples(self, averaged: nn.Module, file: Path) -> None:
        """Windows written under the features of validation windows, from fixed noise (DDIM), beside those windows."""
        batch = self._validation(min(N_PAIRS, self.config.evaluation_windows, len(self.validation)))
        placed = self._put(batch)
        x_t = self._fixed_noise(batch.rolls)
        x0 = x_t
        times = np.linspace(N_TIMESTEPS - 1, 0, self.config.sample_steps).astype(np.int64)
        for time, following in zip(times, [*times[1:], -1], strict=True):
            alpha = float(self.alphas[time])
            t = torch.full((len(x_t),), int(time), device=x_t.device)
            with self.runtime.autocast():
                noise = _predict(averaged, x_t, t, placed).float()
            x0 = (x_t - (1 - alpha) ** 0.5 * noise) / alpha**0.5
            if following >= 0:
                after = float(self.alphas[following])
                x_t = after**0.5 * x0 + (1 - after) ** 0.5 * noise
        draw_pairs(_as_rolls(x0 > 0.5), _as_rolls(batch.rolls > 0.5), file)

    def _validation(self, n: int) -> PaperBatch:
        index = np.linspace(0, len(self.validation) - 1, n).astype(np.int64)
        batch = self.validation.batch(index, np.zeros(n, np.int64))
        t = ((np.arange(n) * 7919 % n + 0.5) / n * N_TIMESTEPS).astype(np.int64)
        return _batch(batch, t, np.full(n, PUBLISHED_T0), np.full(n, PAPER_K), np.zeros((n, 2), bool))

    def _fixed_noise(self, like: Tensor) -> Tensor:
        return self.runtime.put(torch.randn(like.shape, generator=torch.Generator().manual_seed(0)))


def _predict(model: nn.Module, x_t: Tensor, t: Tensor, batch: PaperBatch) -> Tensor:
    noise: Tensor = model(x_t, t, batch.semantic, batch.dynamic, t0=batch.t0, k=batch.k, null_mask=batch.null)
    return noise


def _batch(
    batch: RollBatch,
    t: NDArray[np.int64],
    t0: NDArray[np.float64],
    k: NDArray[np.int64],
    null: NDArray[np.bool_],
) -> PaperBatch:
    return PaperBatch(
        rolls=batch.rolls,
        semantic=batch.semantic,
        dynamic=batch.dynamic,
        t=torch.from_numpy(t),
        t0=torch.from_numpy(t0).float(),
        k=torch.from_numpy(k.astype(np.int64)),
        null=torch.from_numpy(null),
    )


def _sliced(batch: PaperBatch, part: slice) -> PaperBatch:
    return PaperBatch(**{f.name: getattr(batch, f.name)[part] for f in fields(batch)})


def _as_rolls(cells: Tensor) -> Rolls:
    rolls: Rolls = cells[:, None].cpu().numpy()
    return rolls
