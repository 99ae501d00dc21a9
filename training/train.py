"""`diffbgm-train train CONFIG`: any configuration, in one process or, under `torchrun`, in several."""

from __future__ import annotations

import argparse
import sys

from engine.errors import InputError
from training.config import PaperRun, TrainConfig, load_config
from training.loop import CHECKPOINT
from training.scale import Scale, has_bf16_units, open_scale
from training.stages import AUTOENCODER, autoencoder_loop, denoiser_loop, load_data, load_paper_data, paper_loop
from training.start import begin, read_start


def run(arguments: argparse.Namespace) -> int:
    """Train until the end or until a signal; returns the exit status 0.

    Args:
        arguments: config, data, features, run, start, stage, threads and device, see `training.__main__`.
    """
    import torch

    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    config = load_config(arguments.config)
    if isinstance(config, PaperRun) and arguments.features is None:
        raise InputError(
            "The paper's network is trained on BGM909's features.",
            "Name their folder with --features; `diffbgm-train build-dataset` makes one from videos.",
        )
    if isinstance(config, PaperRun) and arguments.start is not None:
        raise InputError("The paper's network cannot start from a bundle.", "Leave --start out.")
    scale = open_scale(arguments.device)
    _warn_of_slow_bf16(config, scale)
    try:
        if isinstance(config, PaperRun):
            done = _train_paper(config, arguments, scale)
        else:
            done = _train_compact(config, arguments, scale)
    finally:
        scale.close()
    if scale.share.rank == 0:
        print("finished" if done else "stopped; run the same command to go on", file=sys.stderr)
    return 0


def _train_compact(config: TrainConfig, arguments: argparse.Namespace, scale: Scale) -> bool:
    data = load_data(arguments.data, config.songs)
    if arguments.start is not None and scale.share.rank == 0:
        begin(arguments.run, arguments.start, config, arguments.run / AUTOENCODER / CHECKPOINT)
    scale.wait()
    done = True
    if arguments.stage in ("all", "autoencoder") and read_start(arguments.run) is None:
        done = autoencoder_loop(config, data, arguments.run, scale).run()
    if done and arguments.stage in ("all", "denoiser"):
        done = denoiser_loop(config, data, arguments.run, scale).run()
    return done


def _train_paper(config: PaperRun, arguments: argparse.Namespace, scale: Scale) -> bool:
    data = load_paper_data(arguments.data, arguments.features, songs=config.songs, frame_rate=config.frame_rate)
    if scale.share.rank == 0:
        print("\n".join(data.report.lines()), file=sys.stderr)
        print(f"windows    {len(data.train)} to train, {len(data.validation)} to validate", file=sys.stderr)
    return paper_loop(config, data, arguments.run, scale).run()


def _warn_of_slow_bf16(config: TrainConfig | PaperRun, scale: Scale) -> None:
    """Say what helps where a processor has no units for bfloat16: it emulates each product."""
    loop = config.loop if isinstance(config, PaperRun) else config.denoiser.loop
    slow = scale.device.type == "cpu" and not (has_bf16_units() or (loop.optimizer, loop.precision) == ("adam", "fp32"))
    if slow and scale.share.rank == 0:
        print(
            "This processor has no units for bfloat16: training here is about ten times slower than it could be.\n"
            "Set `precision: fp32` and `optimizer: adam` in a copy of the configuration, or use a GPU.",
            file=sys.stderr,
        )
