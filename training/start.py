"""Going on from a bundle: its autoencoder as it is, its denoiser's weights as the first ones of a new run.

The bundle is copied into the run, so that the run can be resumed and exported when the bundle is gone. Averaged weights
are what a bundle holds; the optimizer begins anew.
"""

from __future__ import annotations

import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import torch

from engine.diffusion.model import CompactModel, load_bundle
from engine.errors import InputError
from training.config import TrainConfig

FOLDER: Final = "start"
NOTE: Final = "started from"
"""The row of the model card that names the bundle."""


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """The bundle that a run began with: its model, and what the card says of it."""

    model: CompactModel
    named: str


def begin(run: Path, bundle: Path, config: TrainConfig, checkpoint: Path) -> None:
    """Copy a bundle into a run that has not begun, and lay its autoencoder where stage 1 would have left one.

    Args:
        checkpoint: of stage 1, in `run`. Nothing is done where there is one of the same bundle.

    Raises:
        BundleError: if the bundle cannot be loaded.
        InputError: if it has other widths than the configuration, or the run began otherwise.
    """
    start = _load(bundle)
    _refuse_other_widths(start.model, config)
    if checkpoint.is_file():
        begun = read_start(run)
        if begun is None or begun.named != start.named:
            raise InputError(f"The run in '{run}' began otherwise.", "Give another folder with --run.")
        return
    shutil.copytree(bundle, run / FOLDER, dirs_exist_ok=True)
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    state = {
        "step": 0,
        "seconds": 0.0,
        "settings": asdict(config.autoencoder),
        "ema": start.model.autoencoder.state_dict(),
    }
    aside = checkpoint.with_suffix(".part")
    torch.save(state, aside)
    aside.replace(checkpoint)


def read_start(run: Path) -> Start | None:
    """What a run began with; None where it began from nothing."""
    folder = run / FOLDER
    return _load(folder) if folder.is_dir() else None


def _load(folder: Path) -> Start:
    bundle = load_bundle(folder)
    if not isinstance(bundle.model, CompactModel):
        raise InputError(f"'{folder}' holds the paper's network.", "Training goes on from a compact bundle.")
    return Start(bundle.model, f"weights {bundle.model.config.version}, sha256 `{bundle.hash}`")


def _refuse_other_widths(model: CompactModel, config: TrainConfig) -> None:
    asked = (config.autoencoder.model, config.denoiser.model)
    if (model.config.autoencoder, model.config.denoiser) != asked:
        raise InputError(
            "The bundle has other widths than the configuration.", "Start from a bundle that was trained with it."
        )
