"""One process or several, and where and in which precision each computes.

The one-process path needs torch alone. Under `torchrun`, `open_scale` hands over to Accelerate, which starts the
process group, chooses each process's device and wraps the step in torch's DistributedDataParallel.

What is synchronised, so that N processes on the parts of a batch do what one does on the whole:

- **gradients**: averaged over the processes during the backward pass; each process holds an equal part of the batch;
- **random draws**: every process draws for the whole batch from generators keyed by (seed, step) and keeps its part
  (`Share`), so windows, transpositions, timesteps, noise and dropped conditions are those of one process;
- **batch statistics** of the autoencoder's latent norm: mean and variance over the whole batch, through the backward
  pass too (`SharedLatentNorm`); so its running statistics are equal everywhere;
- **weights**: drawn from the seed, and sent from process 0 before the first step;
- **stopping**: a signal to any process stops all after the same step.

Averaged weights follow from these and are kept by each process; process 0 alone evaluates, draws, logs and saves.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, Protocol, get_args

import torch
from torch import Tensor, nn

from engine.device import choose_device
from engine.diffusion.autoencoder import LatentNorm
from engine.errors import InputError

Precision = Literal["bf16", "fp16", "fp32"]
PRECISIONS: Final = get_args(Precision)
_DTYPES: Final = {"bf16": torch.bfloat16, "fp16": torch.float16}


@dataclass(frozen=True, slots=True)
class Share:
    """Which part of every batch this process holds: part `rank` of `size`."""

    rank: int = 0
    size: int = 1

    def of(self, n: int) -> slice:
        """This process's part of `n` windows.

        Raises:
            InputError: if `n` cannot be cut into equal parts.
        """
        if n % self.size:
            raise InputError(f"A batch of {n} windows cannot be shared by {self.size} processes.")
        part = n // self.size
        return slice(self.rank * part, (self.rank + 1) * part)


@dataclass(frozen=True, slots=True)
class Runtime:
    """Where a task computes, how precisely, and which part of the batch."""

    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    precision: Precision = "bf16"
    share: Share = field(default_factory=Share)

    def __post_init__(self) -> None:
        if self.precision not in PRECISIONS:
            raise InputError(f"Unknown precision '{self.precision}'.", f"Choose one of: {', '.join(PRECISIONS)}.")

    def autocast(self) -> AbstractContextManager[Any]:
        """The context of forward passes."""
        if self.precision == "fp32":
            return nullcontext()
        return torch.autocast(self.device.type, _DTYPES[self.precision])

    def put(self, tensor: Tensor) -> Tensor:
        """On the device, without waiting for the copy."""
        return tensor.to(self.device, non_blocking=True)

    def grad_scaler(self) -> torch.amp.GradScaler | None:
        """Scaling of the loss, which half precision's narrow range needs; None for the others."""
        return torch.amp.GradScaler(self.device.type) if self.precision == "fp16" else None

    def normal(self, n: int, *shape: int) -> Tensor:
        """Standard normal values for `n` windows `[n, *shape]`, this process's part of them, on the device.

        Drawn on the CPU, so that every device trains on the same noise.
        """
        return self.put(torch.randn(n, *shape)[self.share.of(n)])


def has_bf16_units() -> bool:
    """Whether this processor multiplies bfloat16 in hardware; without, each product is emulated, slower than fp32."""
    found = torch.cpu.get_capabilities()
    return any(found.get(name, False) for name in ("avx512_bf16", "amx_bf16", "bf16"))


class Scale(Protocol):
    """The other processes, as the loop sees them."""

    share: Share
    device: torch.device

    def wrap(self, step: nn.Module, *, partial: bool) -> nn.Module:
        """`step` with gradients averaged over the processes; `partial` when a step may leave weights unused."""
        ...

    def any(self, flag: bool) -> bool:
        """Whether it is true in any process."""
        ...

    def mean(self, value: float) -> float:
        """Over the processes."""
        ...

    def wait(self) -> None:
        """Until every process is here."""
        ...

    def close(self) -> None:
        """Leave the group."""
        ...


class OneProcess:
    """No others."""

    def __init__(self, device: str = "cpu") -> None:
        self.share = Share()
        self.device = torch.device(device)

    def wrap(self, step: nn.Module, *, partial: bool) -> nn.Module:
        return step

    def any(self, flag: bool) -> bool:
        return flag

    def mean(self, value: float) -> float:
        return value

    def wait(self) -> None:
        return None

    def close(self) -> None:
        return None


class Accelerated:
    """Several processes under `torchrun`, through Accelerate."""

    def __init__(self, device: str = "auto") -> None:
        try:
            from accelerate import Accelerator
            from accelerate.utils import DistributedDataParallelKwargs
        except ImportError as error:
            raise InputError(
                "Training in several processes needs Accelerate.", "Install it: pip install 'diffbgm-studio[scale]'"
            ) from error
        # precision stays ours, so that one process and several compute alike
        self._wrapping = DistributedDataParallelKwargs()
        self._accelerator = Accelerator(cpu=device == "cpu", mixed_precision="no", kwargs_handlers=[self._wrapping])
        self.share = Share(self._accelerator.process_index, self._accelerator.num_processes)
        self.device = self._accelerator.device

    def wrap(self, step: nn.Module, *, partial: bool) -> nn.Module:
        share_norms(step, self._sum)
        self._wrapping.find_unused_parameters = partial
        wrapped: nn.Module = self._accelerator.prepare_model(step)
        return wrapped

    def any(self, flag: bool) -> bool:
        return self._reduced(float(flag)) > 0

    def mean(self, value: float) -> float:
        return self._reduced(value) / self.share.size

    def wait(self) -> None:
        self._accelerator.wait_for_everyone()

    def close(self) -> None:
        self._accelerator.end_training()

    def _reduced(self, value: float) -> float:
        return float(self._sum(torch.tensor(value, device=self.device, dtype=torch.float64)))

    def _sum(self, tensor: Tensor) -> Tensor:
        total: Tensor = self._accelerator.reduce(tensor, reduction="sum")
        return total


def open_scale(device: str = "auto") -> Scale:
    """The scale that the environment asks for: `torchrun` sets WORLD_SIZE.

    Args:
        device: "auto", "cpu", "cuda" or "mps".
    """
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        return Accelerated(device)
    return OneProcess(choose_device(device)[0])


def runtime_of(scale: Scale, precision: Precision) -> Runtime:
    """What tasks need to know of a scale."""
    return replace(Runtime(device=scale.device, precision=precision), share=scale.share)


SumOver = Callable[[Tensor], Tensor]


class _SharedSum(torch.autograd.Function):
    """Sum over processes; the gradient of a sum over processes is the sum of their gradients."""

    @staticmethod
    def forward(ctx: Any, tensor: Tensor, total: SumOver) -> Tensor:
        ctx.total = total
        return total(tensor.detach().clone())

    @staticmethod
    def backward(ctx: Any, *outer: Any) -> tuple[Tensor, None]:
        return ctx.total(outer[0].contiguous().clone()), None


class SharedLatentNorm(LatentNorm):
    """The autoencoder's norm with the statistics of the whole batch. Same buffers, under the same names."""

    def __init__(self, norm: LatentNorm, total: SumOver) -> None:
        super().__init__(len(norm.mean), norm.momentum)
        self.mean, self.var = norm.mean, norm.var
        self._total = total

    def forward(self, z: Tensor) -> Tensor:
        if not self.training:
            return super().forward(z)
        z = z.float()
        n = self._shared(z.new_tensor(float(z[..., 0].numel())))
        mean = self._shared(z.sum((0, 1))) / n
        var = self._shared((z - mean).square().sum((0, 1))) / n
        with torch.no_grad():
            self.mean.lerp_(mean, self.momentum)
            self.var.lerp_(var, self.momentum)
        return (z - mean) * (var + 1e-5).rsqrt()

    def _shared(self, tensor: Tensor) -> Tensor:
        total: Tensor = _SharedSum.apply(tensor, self._total)  # type: ignore[no-untyped-call]
        return total


def share_norms(module: nn.Module, total: SumOver) -> None:
    """Replace every latent norm inside `module` by one that sums over processes with `total`."""
    for parent in list(module.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, LatentNorm) and not isinstance(child, SharedLatentNorm):
                setattr(parent, name, SharedLatentNorm(child, total))
