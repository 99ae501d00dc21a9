"""Gradients and short runs of every training task, in one process or under torchrun: what a test compares.

As a program, under `python -m torch.distributed.run --nproc-per-node 2`: gradients.py CORPUS FEATURES FROZEN OUT.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from training.config import PaperRun, TrainConfig, load_compact_config, load_config
from training.loop import Loop, LoopConfig
from training.scale import Scale, open_scale
from training.stages import autoencoder_loop, denoiser_task, load_data, load_paper_data, paper_loop

STEPS = 3
LOOP = LoopConfig(
    steps=STEPS, warmup_steps=1, decay_steps=1, precision="fp32", log_every=1, evaluate_every=99, sample_every=0,
    tensorboard=False, clip_norm=1e9,
)  # fmt: skip


def debug_configs() -> tuple[TrainConfig, PaperRun]:
    """The debug configurations in full precision, three steps each."""
    compact, paper = load_compact_config("debug"), load_config("debug-paper")
    assert isinstance(paper, PaperRun)
    stages = (replace(stage, loop=LOOP) for stage in (compact.autoencoder, compact.denoiser))
    autoencoder, denoiser = stages
    adam = replace(LOOP, optimizer="adam", learning_rate=5e-4)
    return replace(compact, autoencoder=autoencoder, denoiser=denoiser), replace(paper, loop=adam)


def train_autoencoder(corpus: Path, folder: Path) -> Path:
    """A run whose autoencoder the denoiser's task freezes."""
    compact, _ = debug_configs()
    autoencoder_loop(compact, load_data(corpus, compact.songs), folder).run(say=lambda text: None)
    return folder


def record(corpus: Path, features: Path, frozen: Path, out: Path, scale: Scale) -> None:
    """Write `NAME.pt`, the gradients of the first step, for each task, and run a few steps of each."""
    compact, paper = debug_configs()
    data = load_data(corpus, compact.songs)
    paper_data = load_paper_data(corpus, features, songs=paper.songs)
    task = denoiser_task(compact, data, frozen, scale)
    denoiser = Loop(task, compact.denoiser.loop, out / "denoiser", {}, scale)
    for loop in (autoencoder_loop(compact, data, out, scale), denoiser, paper_loop(paper, paper_data, out, scale)):
        _record(loop, out)


def _record(loop: Loop, out: Path) -> None:
    found: dict[str, torch.Tensor] = {}
    descend = loop._descend

    def watched(loss: torch.Tensor) -> torch.Tensor:
        for optimizer in loop.optimizers:
            optimizer.register_step_pre_hook(keep)
        loop._descend = descend  # type: ignore[method-assign]
        return descend(loss)

    def keep(*_: object) -> None:
        if not found:
            parameters = loop.task.model.named_parameters()
            found.update({k: p.grad.clone() for k, p in parameters if p.grad is not None})

    loop._descend = watched  # type: ignore[method-assign]
    loop.run(say=lambda text: None)
    if loop.scale.share.rank == 0:
        torch.save(found, out / f"{loop.folder.name}.pt")


if __name__ == "__main__":
    torch.set_num_threads(1)
    group = open_scale("cpu")
    record(*(Path(argument) for argument in sys.argv[1:5]), group)
    group.close()
