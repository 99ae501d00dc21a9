"""The two stages of training, built from a configuration."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from engine.errors import InputError
from training.autoencoder_task import AutoencoderTask
from training.config import TrainConfig
from training.data.corpus import Corpus, load_corpus, song_indices
from training.data.windows import WindowSet
from training.denoiser_task import DenoiserTask
from training.export import control_statistics, load_autoencoder
from training.loop import Loop

AUTOENCODER = "autoencoder"
DENOISER = "denoiser"


@dataclass(frozen=True, slots=True, eq=False)
class Data:
    """The corpus and its training and validation windows."""

    corpus: Corpus
    train: WindowSet
    validation: WindowSet


def load_data(file: Path, songs: int = 0) -> Data:
    """Windows of the training and validation songs; of the first `songs` of each when not 0."""
    corpus = load_corpus(file)
    parts = [song_indices(corpus, split) for split in ("train", "validation")]
    if songs:
        parts = [part[:songs] for part in parts]
    train, validation = (WindowSet(corpus, part) for part in parts)
    if not len(train) or not len(validation):
        raise InputError("The corpus has too few songs: no window of eight bars in training or validation.")
    return Data(corpus, train, validation)


def autoencoder_loop(config: TrainConfig, data: Data, run: Path) -> Loop:
    """Stage 1 in `run/autoencoder`."""
    stage = config.autoencoder
    torch.manual_seed(stage.loop.seed)
    task = AutoencoderTask(stage.task, stage.model, data.train, data.validation)
    return Loop(task, stage.loop, run / AUTOENCODER, asdict(stage))


def denoiser_task(config: TrainConfig, data: Data, run: Path) -> DenoiserTask:
    """Stage 2's task, on the autoencoder of `run/autoencoder`."""
    stage = config.denoiser
    torch.manual_seed(stage.loop.seed)
    autoencoder = load_autoencoder(run / AUTOENCODER)
    widths = stage.model
    if widths.latent != autoencoder.config.width:
        raise InputError(
            f"The denoiser expects {widths.latent} latents, the autoencoder has {autoencoder.config.width}."
        )
    return DenoiserTask(stage.task, widths, autoencoder, control_statistics(data.corpus), data.train, data.validation)


def denoiser_loop(config: TrainConfig, data: Data, run: Path) -> Loop:
    """Stage 2 in `run/denoiser`."""
    return Loop(denoiser_task(config, data, run), config.denoiser.loop, run / DENOISER, asdict(config.denoiser))
