"""The stages of training, built from a configuration: the compact model's two, and the paper's one."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch

from engine.errors import InputError
from training.autoencoder_task import AutoencoderTask
from training.config import PaperRun, TrainConfig
from training.data.bgm909 import ReadingReport, read_all
from training.data.corpus import Corpus, load_corpus, song_indices
from training.data.rolls import RollWindows
from training.data.windows import WindowSet
from training.denoiser_task import DenoiserTask
from training.export import control_statistics, load_autoencoder
from training.loop import Loop
from training.paper_task import PaperTask
from training.scale import OneProcess, Scale, runtime_of
from training.start import read_start

AUTOENCODER = "autoencoder"
DENOISER = "denoiser"
PAPER = "paper"


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


@dataclass(frozen=True, slots=True, eq=False)
class PaperData:
    """The corpus, its windows with features, and what was found."""

    corpus: Corpus
    train: RollWindows
    validation: RollWindows
    report: ReadingReport


def load_paper_data(file: Path, features: Path, *, songs: int = 0, frame_rate: float = 0.0) -> PaperData:
    """Windows of the training and validation songs that have features in the folder `features`.

    Raises:
        InputError: as `read_all`; also when no window is left in one of them.
    """
    corpus = load_corpus(file)
    parts = [song_indices(corpus, split) for split in ("train", "validation")]
    parts = [part[:songs] if songs else part for part in parts]
    beats = {
        str(corpus.names[s]): corpus.beat_s[corpus.beat_start[s] : corpus.beat_start[s + 1]].astype(np.float64)
        for part in parts
        for s in part
    }
    found, report = read_all(features, beats, frame_rate=frame_rate or None)
    train, validation = (RollWindows(corpus, part, found) for part in parts)
    if not len(train) or not len(validation):
        raise InputError("No window of eight bars with features is left in training or validation.")
    return PaperData(corpus, train, validation, report)


def autoencoder_loop(config: TrainConfig, data: Data, run: Path, scale: Scale | None = None) -> Loop:
    """Stage 1 in `run/autoencoder`."""
    stage, scale = config.autoencoder, scale or OneProcess()
    torch.manual_seed(stage.loop.seed)
    runtime = runtime_of(scale, stage.loop.precision)
    task = AutoencoderTask(stage.task, stage.model, data.train, data.validation, runtime)
    return Loop(task, stage.loop, run / AUTOENCODER, asdict(stage), scale)


def denoiser_task(config: TrainConfig, data: Data, run: Path, scale: Scale | None = None) -> DenoiserTask:
    """Stage 2's task, on the autoencoder of `run/autoencoder`, with the weights that the run starts from, if any."""
    stage = config.denoiser
    torch.manual_seed(stage.loop.seed)
    autoencoder = load_autoencoder(run / AUTOENCODER)
    widths = stage.model
    if widths.latent != autoencoder.config.width:
        raise InputError(
            f"The denoiser expects {widths.latent} latents, the autoencoder has {autoencoder.config.width}."
        )
    runtime = runtime_of(scale or OneProcess(), stage.loop.precision)
    start = read_start(run)
    stats = start.model.config.statistics if start else control_statistics(data.corpus)
    task = DenoiserTask(stage.task, widths, autoencoder, stats, data.train, data.validation, runtime)
    if start:
        task.model.load_state_dict(start.model.denoiser.state_dict())
    return task


def denoiser_loop(config: TrainConfig, data: Data, run: Path, scale: Scale | None = None) -> Loop:
    """Stage 2 in `run/denoiser`."""
    task = denoiser_task(config, data, run, scale)
    return Loop(task, config.denoiser.loop, run / DENOISER, asdict(config.denoiser), scale)


def paper_loop(config: PaperRun, data: PaperData, run: Path, scale: Scale | None = None) -> Loop:
    """The paper's network in `run/paper`."""
    scale = scale or OneProcess()
    torch.manual_seed(config.loop.seed)
    runtime = runtime_of(scale, config.loop.precision)
    task = PaperTask(config.task, config.model, data.train, data.validation, runtime)
    return Loop(task, config.loop, run / PAPER, config.to_json(), scale)
