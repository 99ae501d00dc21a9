"""Training configurations: YAML files into frozen dataclasses."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml

from engine.diffusion.autoencoder import AutoencoderConfig
from engine.diffusion.denoiser import DenoiserConfig
from engine.errors import InputError
from training.autoencoder_task import AutoencoderTaskConfig
from training.denoiser_task import DenoiserTaskConfig
from training.loop import LoopConfig

CONFIG_FOLDER: Final = Path(__file__).with_name("configs")
Section = TypeVar("Section")


@dataclass(frozen=True, slots=True)
class AutoencoderRun:
    """Stage 1."""

    model: AutoencoderConfig = field(default_factory=AutoencoderConfig)
    task: AutoencoderTaskConfig = field(default_factory=AutoencoderTaskConfig)
    loop: LoopConfig = field(default_factory=LoopConfig)


@dataclass(frozen=True, slots=True)
class DenoiserRun:
    """Stage 2."""

    model: DenoiserConfig = field(default_factory=DenoiserConfig)
    task: DenoiserTaskConfig = field(default_factory=DenoiserTaskConfig)
    loop: LoopConfig = field(default_factory=LoopConfig)


@dataclass(frozen=True, slots=True)
class TrainConfig:
    """One model: an autoencoder, then a denoiser on its latents.

    Attributes:
        version: of the weights, as the bundle carries it.
        songs: use only the first so many songs of each split (0: all), for trials.
    """

    version: str
    autoencoder: AutoencoderRun
    denoiser: DenoiserRun
    songs: int = 0

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def load_config(name_or_file: str) -> TrainConfig:
    """A configuration by name (`compact`, `debug`) or file.

    Raises:
        InputError: if it does not exist or holds an unknown entry.
    """
    file = Path(name_or_file)
    if not file.suffix:
        file = CONFIG_FOLDER / f"{name_or_file}.yaml"
    if not file.is_file():
        known = ", ".join(sorted(p.stem for p in CONFIG_FOLDER.glob("*.yaml")))
        raise InputError(f"There is no training configuration '{name_or_file}'.", f"Known: {known}; or give a file.")
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    return TrainConfig(
        version=str(data["version"]),
        songs=int(data.get("songs", 0)),
        autoencoder=AutoencoderRun(**_stage(data, "autoencoder", AutoencoderConfig, AutoencoderTaskConfig, file)),
        denoiser=DenoiserRun(**_stage(data, "denoiser", DenoiserConfig, DenoiserTaskConfig, file)),
    )


def _stage(data: dict[str, Any], name: str, model: type[Any], task: type[Any], file: Path) -> dict[str, Any]:
    stage = data.get(name) or {}
    return {
        "model": _section(model, stage.get("model"), file),
        "task": _section(task, stage.get("task"), file),
        "loop": _section(LoopConfig, stage.get("loop"), file),
    }


def _section(kind: type[Section], values: dict[str, Any] | None, file: Path) -> Section:
    values = dict(values or {})
    known = {f.name for f in fields(kind)}  # type: ignore[arg-type]
    unknown = sorted(set(values) - known)
    if unknown:
        raise InputError(f"{file.name}: unknown entries {', '.join(unknown)}.", f"Known: {', '.join(sorted(known))}.")
    return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in values.items()})
