"""The training loop: any task, exact resume, checkpoints written aside, logs, sample pictures, ETA.

Everything random in a step comes from generators keyed by (seed, step), so a run that was killed and resumed goes
through the same steps as one that was not. Batches are prepared ahead in a thread of their own; the share of time
spent waiting for them is printed. Several processes share each batch, see `training.scale`.
"""

from __future__ import annotations

import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from training.card import MACHINES, machine
from training.ema import ExponentialMovingAverage
from training.logs import LOG, Curves
from training.scale import PRECISIONS, OneProcess, Precision, Runtime, Scale

CHECKPOINT: Final = "checkpoint.pt"
SAMPLES: Final = "samples"

__all__ = ["CHECKPOINT", "LOG", "SAMPLES", "Loop", "LoopConfig", "Task", "make_optimizers", "step_rng"]


@dataclass(frozen=True, slots=True)
class LoopConfig:
    """How long and how fast.

    Attributes:
        steps: optimizer steps of the whole run.
        warmup_steps: linear rise of the learning rate.
        decay_steps: linear fall to zero at the end; in between it is constant, so that a run can be extended by
            raising `steps` before the fall begins.
        optimizer: "muon" for hidden matrices and AdamW for the rest, or "adam" for all, as the paper.
        learning_rate: for AdamW and, scaled to match its step size, Muon (hidden matrices).
        clip_norm: gradients are scaled down to this norm.
        ema_decay: of the averaged weights, which are the ones exported.
        precision: "bf16" or "fp16" autocast (the latter with scaled gradients), or "fp32".
        log_every, save_every, evaluate_every, sample_every: steps; 0 draws no samples.
        tensorboard: write TensorBoard files too, where it is installed.
        prefetch: batches that are prepared ahead.
    """

    steps: int = 20_000
    warmup_steps: int = 200
    decay_steps: int = 4_000
    optimizer: Literal["muon", "adam"] = "muon"
    learning_rate: float = 1e-3
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    ema_decay: float = 0.999
    seed: int = 1
    precision: Precision = "bf16"
    log_every: int = 50
    save_every: int = 500
    evaluate_every: int = 1_000
    sample_every: int = 1_000
    tensorboard: bool = True
    prefetch: int = 2

    def __post_init__(self) -> None:
        if self.optimizer not in ("muon", "adam"):
            raise ValueError(f"unknown optimizer {self.optimizer!r}")
        if self.precision not in PRECISIONS:
            raise ValueError(f"unknown precision {self.precision!r}")

    def rate(self, step: int) -> float:
        """Learning rate as a share of the full one."""
        rise = min(1.0, (step + 1) / max(1, self.warmup_steps))
        fall = min(1.0, (self.steps - step) / max(1, self.decay_steps))
        return max(0.0, min(rise, fall))


class Task(Protocol):
    """What is trained.

    Attributes:
        model: the module whose parameters are trained.
        partial: whether a step may leave parameters without a gradient.
        runtime: where it computes.
    """

    model: nn.Module
    partial: bool
    runtime: Runtime

    def prepare(self, rng: np.random.Generator) -> Any:
        """This process's part of a step's batch, on the CPU. `rng` is keyed by (seed, step), and everything drawn here
        is drawn for the whole batch. Called in a thread: nothing here may draw from torch's global generator."""
        ...

    def loss(self, prepared: Any) -> tuple[Tensor, dict[str, Tensor]]:
        """Mean loss over this process's part, and figures for the log."""
        ...

    def evaluate(self, averaged: nn.Module) -> dict[str, float]:
        """Figures of the averaged model on held-out data."""
        ...

    def draw_samples(self, averaged: nn.Module, file: Path) -> None:
        """A picture of what the averaged model writes from fixed seeds, beside the real windows."""
        ...


def step_rng(seed: int, step: int) -> np.random.Generator:
    """The generator of one step."""
    return np.random.Generator(np.random.Philox(key=[seed, step]))


def make_optimizers(model: nn.Module, config: LoopConfig) -> list[torch.optim.Optimizer]:
    """Muon for hidden matrices and AdamW for the rest (inlets, outlets, norms, biases, embeddings), or Adam for all."""
    if config.optimizer == "adam":
        return [torch.optim.Adam(model.parameters(), lr=config.learning_rate)]
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


def clock(seconds: float) -> str:
    """As `12:03:45`; hours count on beyond a day."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}"


class _Step(nn.Module):
    """The loss as a module's forward pass, so that gradients of whatever it calls are averaged over processes."""

    def __init__(self, task: Task) -> None:
        super().__init__()
        self.model = task.model
        self._task = (task,)

    def forward(self, prepared: Any) -> tuple[Tensor, dict[str, Tensor]]:
        return self._task[0].loss(prepared)


class _Ahead:
    """Batches of the coming steps, made in a thread while the present one computes."""

    def __init__(self, make: Callable[[int], Any], *, first: int, last: int, depth: int) -> None:
        self._make, self._next, self._last, self._depth = make, first, last, max(1, depth)
        self._pool = ThreadPoolExecutor(1)
        self._waiting: deque[Future[Any]] = deque()

    def take(self) -> tuple[Any, float]:
        """The next batch, and the seconds spent waiting for it."""
        began = time.monotonic()
        self._fill()
        batch = self._waiting.popleft().result()
        self._fill()
        return batch, time.monotonic() - began

    def _fill(self) -> None:
        while len(self._waiting) < self._depth and self._next < self._last:
            self._waiting.append(self._pool.submit(self._make, self._next))
            self._next += 1

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)


class Loop:
    """One run in a folder: create it, `run()` it, again after any interruption."""

    def __init__(
        self, task: Task, config: LoopConfig, folder: Path, settings: dict[str, Any], scale: Scale | None = None
    ) -> None:
        self.task, self.config, self.folder, self.settings = task, config, folder, settings
        self.scale = scale or OneProcess()
        self.optimizers = make_optimizers(task.model, config)
        self.scaler = task.runtime.grad_scaler()
        self.ema = ExponentialMovingAverage(task.model, config.ema_decay)
        self.step = 0
        self.seconds = 0.0
        self._began: float | None = None
        self._stop = False
        self.machines: tuple[str, ...] = (machine(str(self.scale.device), self.scale.share.size),)
        self._leads = self.scale.share.rank == 0
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / CHECKPOINT).is_file():
            self._load()
        self._forward = self.scale.wrap(_Step(task), partial=task.partial)

    def run(self, say: Callable[[str], None] = lambda text: print(text, file=sys.stderr, flush=True)) -> bool:
        """Train until the end (True) or until SIGTERM / SIGINT (False); the checkpoint is saved in both cases."""
        self._say = say if self._leads else lambda text: None
        self._began, self._first, self._waited_s = time.monotonic(), self.step, 0.0
        self._curves = Curves(self.folder, step=self.step, tensorboard=self.config.tensorboard) if self._leads else None
        last = self.config.steps
        self._ahead = _Ahead(self._prepare, first=self.step, last=last, depth=self.config.prefetch)
        try:
            with self._stoppable():
                for _ in self._steps():
                    figures = self._train_step()
                    self._after(figures)
        finally:
            self._ahead.close()
            if self._curves is not None:
                self._curves.close()
        self.seconds, self._began = self.seconds + self._spent_s(), None
        self.save()
        self.scale.wait()
        return self.step >= self.config.steps

    def _spent_s(self) -> float:
        return 0.0 if self._began is None else time.monotonic() - self._began

    def _steps(self) -> Iterator[int]:
        while self.step < self.config.steps and not self.scale.any(self._stop):
            yield self.step

    def _prepare(self, step: int) -> Any:
        return self.task.prepare(step_rng(self.config.seed, step))

    def _train_step(self) -> dict[str, Tensor]:
        factor = self.config.rate(self.step)
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = self.config.learning_rate * factor
        prepared, waited_s = self._ahead.take()
        self._waited_s += waited_s
        self.task.model.train()
        torch.manual_seed(self.config.seed * 1_000_003 + self.step)
        loss, figures = self._forward(prepared)
        norm = self._descend(loss)
        self.step += 1
        self.ema.update(self.task.model, self.step)
        return {"loss": loss.detach(), "grad_norm": norm.detach(), **figures}

    def _descend(self, loss: Tensor) -> Tensor:
        """Gradients, clipped, and one step of each optimizer; none where scaled gradients overflowed."""
        scaler = self.scaler
        (loss if scaler is None else scaler.scale(loss)).backward()
        if scaler is not None:
            for optimizer in self.optimizers:
                scaler.unscale_(optimizer)
        norm = nn.utils.clip_grad_norm_(self.task.model.parameters(), self.config.clip_norm)
        if scaler is None or bool(norm.isfinite()):
            for optimizer in self.optimizers:
                optimizer.step()
        if scaler is not None:
            scaler.update()
        for optimizer in self.optimizers:
            optimizer.zero_grad(set_to_none=True)
        return norm

    def _after(self, figures: dict[str, Tensor]) -> None:
        """What is due after a step: log, evaluation, samples, checkpoint."""
        config, at_end = self.config, self.step == self.config.steps
        if self.step % config.log_every == 0 or at_end:
            self._log(figures)
        if self.step % config.evaluate_every == 0 or at_end:
            self._evaluate()
        if config.sample_every and (self.step % config.sample_every == 0 or at_end):
            self._draw()
        if self.step % config.save_every == 0:
            self.save()

    def _log(self, figures: dict[str, Tensor]) -> None:
        values = {name: float(value) for name, value in figures.items()}
        values["loss"] = self.scale.mean(values["loss"])
        if self._curves is None:
            return
        spent = self._spent_s()
        per_step, waiting = spent / (self.step - self._first), self._waited_s / spent
        total_s = round(self.seconds + spent, 1)
        self._curves.train({"step": self.step, "seconds": total_s, **values, "waiting": waiting})
        shown = "  ".join(f"{k} {v:.4g}" for k, v in values.items())
        left = clock((self.config.steps - self.step) * per_step)
        self._say(
            f"step {self.step}/{self.config.steps}  {shown}  {per_step:.2f} s/step  data {waiting:.0%}  left {left}"
        )

    def _evaluate(self) -> None:
        if self._curves is not None:
            with self._averaged() as model:
                figures = self.task.evaluate(model)
            if figures:
                self._curves.evaluation({"step": self.step, **figures})
                shown = "  ".join(f"{k} {v:.4g}" for k, v in figures.items())
                self._say(f"  evaluation at {self.step}: {shown}")
        self.scale.wait()

    def _draw(self) -> None:
        if self._curves is not None:
            file = self.folder / SAMPLES / f"{self.step:07d}.png"
            file.parent.mkdir(exist_ok=True)
            with self._averaged() as model:
                self.task.draw_samples(model, file)
            self._curves.picture(SAMPLES, self.step, file)
        self.scale.wait()

    @contextmanager
    def _averaged(self) -> Iterator[nn.Module]:
        with self.ema.averaged(self.task.model) as model, torch.no_grad():
            model.eval()
            yield model

    def save(self) -> None:
        """Write the checkpoint aside, then rename: a kill leaves the old or the new one, never half of one."""
        if not self._leads:
            return
        state = {
            "step": self.step,
            "seconds": self.seconds + self._spent_s(),
            "settings": self.settings,
            "model": self.task.model.state_dict(),
            "ema": self.ema.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
        }
        state[MACHINES] = list(self.machines)
        if self.scaler is not None:
            state["scaler"] = self.scaler.state_dict()
        aside = self.folder / (CHECKPOINT + ".part")
        torch.save(state, aside)
        aside.replace(self.folder / CHECKPOINT)

    def _load(self) -> None:
        state = torch.load(self.folder / CHECKPOINT, map_location="cpu", weights_only=True)
        self.step, self.seconds = state["step"], state["seconds"]
        self.machines = tuple(dict.fromkeys((*state.get(MACHINES, ()), *self.machines)))
        self.task.model.load_state_dict(state["model"])
        self.ema.load_state_dict(state["ema"])
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        if self.scaler is not None and "scaler" in state:
            self.scaler.load_state_dict(state["scaler"])

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
