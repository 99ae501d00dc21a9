"""The training loop: any task, exact resume, checkpoints written aside, logs, ETA.

Everything random in a step comes from generators keyed by (seed, step), so a run that was killed and resumed goes
through the same steps as one that was not.
"""

from __future__ import annotations

import csv
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from training.ema import ExponentialMovingAverage

CHECKPOINT: Final = "checkpoint.pt"
LOG: Final = "log.csv"


@dataclass(frozen=True, slots=True)
class LoopConfig:
    """How long and how fast.

    Attributes:
        steps: optimizer steps of the whole run.
        warmup_steps: linear rise of the learning rate.
        decay_steps: linear fall to zero at the end; in between it is constant, so that a run can be extended by
            raising `steps` before the fall begins.
        learning_rate: for AdamW and, scaled to match its step size, Muon (hidden matrices).
        clip_norm: gradients are scaled down to this norm.
        ema_decay: of the averaged weights, which are the ones exported.
        log_every, save_every, evaluate_every: steps.
    """

    steps: int = 20_000
    warmup_steps: int = 200
    decay_steps: int = 4_000
    learning_rate: float = 1e-3
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    ema_decay: float = 0.999
    seed: int = 1
    log_every: int = 50
    save_every: int = 500
    evaluate_every: int = 1_000

    def rate(self, step: int) -> float:
        """Learning rate as a share of the full one."""
        rise = min(1.0, (step + 1) / max(1, self.warmup_steps))
        fall = min(1.0, (self.steps - step) / max(1, self.decay_steps))
        return max(0.0, min(rise, fall))


class Task(Protocol):
    """What is trained."""

    model: nn.Module

    def loss(self, step: int, rng: np.random.Generator) -> tuple[Tensor, dict[str, float]]:
        """Loss of one step, and figures for the log. `rng` is keyed by (seed, step)."""
        ...

    def evaluate(self, averaged: nn.Module, step: int, folder: Path) -> dict[str, float]:
        """Figures of the averaged model on held-out data; may draw pictures into `folder`."""
        ...


def step_rng(seed: int, step: int) -> np.random.Generator:
    """The generator of one step."""
    return np.random.Generator(np.random.Philox(key=[seed, step]))


def make_optimizers(model: nn.Module, config: LoopConfig) -> list[torch.optim.Optimizer]:
    """Muon for hidden matrices, AdamW for the rest (inlets, outlets, norms, biases, embeddings)."""
    hidden: list[nn.Parameter] = []
    rest: list[nn.Parameter] = []
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        outer = any(part in name for part in ("inlet", "outlet", "embed", "position", "null", "gate"))
        (hidden if parameter.ndim == 2 and not outer else rest).append(parameter)
    adam = torch.optim.AdamW(
        rest, lr=config.learning_rate, betas=(0.9, 0.99), weight_decay=config.weight_decay, eps=1e-10
    )
    muon = torch.optim.Muon(
        hidden, lr=config.learning_rate, weight_decay=config.weight_decay, adjust_lr_fn="match_rms_adamw"
    )
    return [adam, muon]


class Loop:
    """One run in a folder: create it, `run()` it, again after any interruption."""

    def __init__(self, task: Task, config: LoopConfig, folder: Path, settings: dict[str, Any]) -> None:
        self.task, self.config, self.folder, self.settings = task, config, folder, settings
        self.optimizers = make_optimizers(task.model, config)
        self.ema = ExponentialMovingAverage(task.model, config.ema_decay)
        self.step = 0
        self.seconds = 0.0
        self._stop = False
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / CHECKPOINT).is_file():
            self._load()

    def run(self, say: Callable[[str], None] = lambda text: print(text, file=sys.stderr, flush=True)) -> bool:
        """Train until the end (True) or until SIGTERM / SIGINT (False); the checkpoint is saved in both cases."""
        began, first = time.monotonic(), self.step
        data_s = 0.0
        with self._stoppable():
            for _ in self._steps():
                rate = self._train_step()
                data_s += rate.pop("data_s", 0.0)
                if self.step % self.config.log_every == 0 or self.step == self.config.steps:
                    spent = time.monotonic() - began
                    self._log(rate, spent, spent / (self.step - first), data_s / spent, say)
                if self.step % self.config.evaluate_every == 0 or self.step == self.config.steps:
                    self._evaluate(say)
                if self.step % self.config.save_every == 0:
                    self.save()
        self.seconds += time.monotonic() - began
        self.save()
        return self.step >= self.config.steps

    def _steps(self) -> Iterator[int]:
        while self.step < self.config.steps and not self._stop:
            yield self.step

    def _train_step(self) -> dict[str, float]:
        factor = self.config.rate(self.step)
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = self.config.learning_rate * factor
        self.task.model.train()
        torch.manual_seed(self.config.seed * 1_000_003 + self.step)
        loss, figures = self.task.loss(self.step, step_rng(self.config.seed, self.step))
        loss.backward()
        norm = nn.utils.clip_grad_norm_(self.task.model.parameters(), self.config.clip_norm)
        for optimizer in self.optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        self.step += 1
        self.ema.update(self.task.model, self.step)
        return {"loss": float(loss.detach()), "grad_norm": float(norm), **figures}

    def _log(
        self, figures: dict[str, float], spent: float, per_step: float, waiting: float, say: Callable[[str], None]
    ) -> None:
        left = (self.config.steps - self.step) * per_step
        row = {"step": self.step, "seconds": round(self.seconds + spent, 1), **figures, "waiting": waiting}
        _append_csv(self.folder / LOG, row)
        shown = "  ".join(f"{k} {v:.4g}" for k, v in figures.items())
        eta = time.strftime("%H:%M:%S", time.gmtime(left))
        say(f"step {self.step}/{self.config.steps}  {shown}  {per_step:.2f} s/step  data {waiting:.0%}  left {eta}")

    def _evaluate(self, say: Callable[[str], None]) -> None:
        with self.ema.averaged(self.task.model) as model, torch.no_grad():
            model.eval()
            figures = self.task.evaluate(model, self.step, self.folder)
        if figures:
            _append_csv(self.folder / "evaluation.csv", {"step": self.step, **figures})
            say(f"  evaluation at {self.step}: " + "  ".join(f"{k} {v:.4g}" for k, v in figures.items()))

    def save(self) -> None:
        """Write the checkpoint aside, then rename: a kill leaves the old or the new one, never half of one."""
        state = {
            "step": self.step,
            "seconds": self.seconds,
            "settings": self.settings,
            "model": self.task.model.state_dict(),
            "ema": self.ema.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
        }
        aside = self.folder / (CHECKPOINT + ".part")
        torch.save(state, aside)
        aside.replace(self.folder / CHECKPOINT)

    def _load(self) -> None:
        state = torch.load(self.folder / CHECKPOINT, map_location="cpu", weights_only=True)
        self.step, self.seconds = state["step"], state["seconds"]
        self.task.model.load_state_dict(state["model"])
        self.ema.load_state_dict(state["ema"])
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)

    @contextmanager
    def _stoppable(self) -> Iterator[None]:
        def stop(_number: int, _frame: object) -> None:
            self._stop = True

        before = {s: signal.signal(s, stop) for s in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _append_csv(file: Path, row: dict[str, float]) -> None:
    fresh = not file.exists()
    with file.open("a", newline="") as out:
        writer = csv.DictWriter(out, fieldnames=list(row))
        if fresh:
            writer.writeheader()
        writer.writerow(row)
