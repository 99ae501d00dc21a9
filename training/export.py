"""From checkpoints to a bundle that the engine loads."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import torch
from torch import Tensor

from engine.diffusion.autoencoder import Autoencoder, AutoencoderConfig
from engine.diffusion.conditioning import ControlStatistics
from engine.diffusion.denoiser import DenoiserConfig
from engine.diffusion.model import CompactModel, ModelConfig, load_bundle, save_bundle
from engine.diffusion.schedule import N_TIMESTEPS
from engine.errors import InputError
from engine.music.controls import DYNAMIC, HIT_COLUMNS, SEMANTIC
from training.card import model_card, read_stage, write_curves
from training.data.corpus import Corpus
from training.data.symmv import PREFIX as SYMMV_PREFIX
from training.denoiser_task import DenoiserTask
from training.loop import CHECKPOINT
from training.start import NOTE, read_start

if TYPE_CHECKING:
    from training.config import TrainConfig

MAX_BUNDLE_BYTES: Final = 32 * 2**20
_GRID: Final = 26


def read_checkpoint(folder: Path) -> dict[str, Any]:
    """A stage's checkpoint.

    Raises:
        InputError: if there is none.
    """
    file = folder / CHECKPOINT
    if not file.is_file():
        raise InputError(f"There is no checkpoint in '{folder}'.", "Train first: diffbgm-train train compact")
    state: dict[str, Any] = torch.load(file, map_location="cpu", weights_only=True)
    return state


def load_autoencoder(folder: Path) -> Autoencoder:
    """The averaged autoencoder of a stage-1 run."""
    state = read_checkpoint(folder)
    values = state["settings"]["model"]
    model = Autoencoder(AutoencoderConfig(**{**values, "latent": tuple(values["latent"])}))
    model.load_state_dict(state["ema"])
    return model.eval().requires_grad_(False)


def control_quantiles(corpus: Corpus) -> dict[str, tuple[float, ...]]:
    """101 percentiles of every control but the hits."""
    columns = {n: corpus.dynamic[:, i] for i, n in enumerate(DYNAMIC) if i not in range(*HIT_COLUMNS.indices(8))}
    columns |= {n: corpus.semantic[:, i] for i, n in enumerate(SEMANTIC)}
    grid = np.arange(101)
    return {
        name: tuple(round(float(q), 5) for q in np.nanpercentile(values.astype(np.float64), grid))
        for name, values in columns.items()
    }


@torch.no_grad()
def measure_settled(task: DenoiserTask, n_windows: int = 64) -> tuple[float, ...]:
    """Share of a window's onsets that the decoded estimate of x0 already holds, at each timestep, `[1000]`.

    Real windows are noised to a grid of timesteps and estimated with their own conditions; the curve is made
    non-increasing and interpolated. This is the table by which t0 is converted (see `engine.diffusion.schedule`).
    """
    rng = np.random.Generator(np.random.PCG64(0))
    index = np.linspace(0, len(task.validation) - 1, n_windows).astype(np.int64)
    batch = task.validation.batch(index, np.zeros(n_windows, np.int64))
    conditions = task.conditions(batch, rng, drop=False)
    generator = torch.Generator().manual_seed(0)
    x0 = task.autoencoder.encode(batch.cells.float())
    true = task.autoencoder.decode(x0).onset > 0
    grid = np.linspace(0, N_TIMESTEPS - 1, _GRID).astype(np.int64)
    shares = []
    for timestep in grid:
        t = torch.full((n_windows,), int(timestep))
        alpha, sigma = task.alphas[timestep].sqrt(), (1 - task.alphas[timestep]).sqrt()
        x_t = alpha * x0 + sigma * torch.randn(x0.shape, generator=generator)
        estimate = alpha * x_t - sigma * task.model(x_t, t, conditions)
        found = task.autoencoder.decode(estimate).onset > 0
        shares.append(float((found & true).sum() / true.sum()))
    falling = np.minimum.accumulate(np.clip(shares, 0, 1))
    return tuple(round(float(s), 5) for s in np.interp(np.arange(N_TIMESTEPS), grid, falling))


def build_model(task: DenoiserTask, corpus: Corpus, version: str, ema: dict[str, Tensor]) -> CompactModel:
    """Averaged weights and measured tables as one model."""
    task.model.load_state_dict(ema)
    task.model.eval()
    denoiser = getattr(task.model, "config", None)
    assert isinstance(denoiser, DenoiserConfig)
    config = ModelConfig(
        autoencoder=task.autoencoder.config,
        denoiser=denoiser,
        statistics=task.stats,
        schedule=task.config.schedule,
        settled=measure_settled(task),
        quantiles=control_quantiles(corpus),
        version=version,
    )
    model = CompactModel(config)
    model.autoencoder.load_state_dict(task.autoencoder.state_dict())
    model.denoiser.load_state_dict(task.model.state_dict())
    return model


def export_bundle(model: CompactModel, folder: Path, card: str) -> None:
    """Save, load again strictly, and check the size.

    Raises:
        InputError: if the bundle would be too large to ship.
    """
    save_bundle(model, folder, card)
    load_bundle(folder)
    size = sum(file.stat().st_size for file in folder.iterdir())
    if size > MAX_BUNDLE_BYTES:
        raise InputError(f"The bundle is {size / 2**20:.1f} MiB; the limit is {MAX_BUNDLE_BYTES / 2**20:.0f}.")


def control_statistics(corpus: Corpus) -> ControlStatistics:
    """Mean and deviation of every control over the corpus."""
    return ControlStatistics.measure(
        torch.from_numpy(corpus.dynamic.astype(np.float32)), torch.from_numpy(corpus.semantic.astype(np.float32))
    )


def run(arguments: argparse.Namespace) -> int:
    """Export what `arguments.config` trained; returns the exit status 0."""
    from training.config import PaperRun, load_config
    from training.paper_export import export_paper

    config = load_config(arguments.config)
    if isinstance(config, PaperRun):
        export_paper(config, arguments)
    else:
        _export_compact(config, arguments)
    print(f"written {arguments.output}")
    return 0


def _export_compact(config: TrainConfig, arguments: argparse.Namespace) -> None:
    from training.stages import AUTOENCODER, DENOISER, denoiser_task, load_data

    data = load_data(arguments.data, config.songs)
    states = {name: read_checkpoint(arguments.run / name) for name in (AUTOENCODER, DENOISER)}
    seeds = {AUTOENCODER: config.autoencoder.loop.seed, DENOISER: config.denoiser.loop.seed}
    model = build_model(
        denoiser_task(config, data, arguments.run), data.corpus, config.version, states[DENOISER]["ema"]
    )
    start = read_start(arguments.run)
    stages = [
        read_stage(name, arguments.run / name, state, seeds[name], arguments.hardware) for name, state in states.items()
    ]
    arguments.output.mkdir(parents=True, exist_ok=True)
    card = model_card(
        title="Diff-BGM Studio, compact model",
        about=_ABOUT,
        facts={
            "version": config.version,
            "parameters": f"{sum(p.numel() for p in model.parameters()) / 1e6:.2f} M",
            **data_facts(data.corpus),
            **({NOTE: start.named} if start else {}),
            **{name: value for stage in stages for name, value in stage.facts().items()},
        },
        stages=stages,
        commands=[
            "diffbgm-train prepare POP909_FOLDER",
            f"diffbgm-train train {arguments.config}" + (" --start BUNDLE" if start else ""),
            f"diffbgm-train export {arguments.config} -o BUNDLE",
        ],
        settings=config.to_json(),
        files=write_curves(stages, arguments.output),
    )
    export_bundle(model, arguments.output, card)


def data_facts(corpus: Corpus) -> dict[str, str]:
    """What the weights were trained on, for the card."""
    symmv = sum(str(name).startswith(SYMMV_PREFIX) for name in corpus.names)
    parts = {"POP909": corpus.n_songs - symmv, "SymMV": symmv}
    return {
        "data": " and ".join(f"{name}, {n} songs" for name, n in parts.items() if n),
        "data hash": f"`{corpus.data_hash()}`",
    }


_ABOUT: Final = """\
Latent diffusion over piano rolls for video background music, conditioned on rows that are measured on music
in training and estimated from the picture in use. Trained on POP909 (Wang et al., ISMIR 2020; MIT licence):
piano arrangements of Chinese pop songs, so its idiom is theirs."""
