"""Training configurations: YAML files into frozen dataclasses."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml

from engine.diffusion.autoencoder import AutoencoderConfig
from engine.diffusion.denoiser import DenoiserConfig
from engine.diffusion.unet import UNetConfig
from engine.errors import InputError
from training.autoencoder_task import AutoencoderTaskConfig
from training.denoiser_task import DenoiserTaskConfig
from training.loop import LoopConfig
from training.paper_task import PaperTaskConfig

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


@dataclass(frozen=True, slots=True)
class PaperRun:
    """The paper's network, in one stage on rolls.

    Attributes:
        version: of the weights, as the bundle carries it.
        songs: use only the first so many songs of each split (0: all), for trials.
        frame_rate: of the videos behind the scene lists, frames a second, where no annotation tells it; 0: unknown.
    """

    version: str
    model: UNetConfig = field(default_factory=UNetConfig)
    task: PaperTaskConfig = field(default_factory=PaperTaskConfig)
    loop: LoopConfig = field(default_factory=LoopConfig)
    songs: int = 0
    frame_rate: float = 0.0

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def load_config(name_or_file: str) -> TrainConfig | PaperRun:
    """A configuration by name (`compact`, `paper`, `debug`) or file; one with a section `paper` is the paper's.

    Raises:
        InputError: if it does not exist, is no YAML, or holds an unknown entry.
    """
    file, data = _read(name_or_file)
    _refuse_unknown(data, {"version", "songs", "frame_rate", "autoencoder", "denoiser", "paper"}, file)
    version, songs = str(data.get("version", "unnamed")), int(data.get("songs", 0))
    if "paper" in data:
        stage = _stage(data, "paper", UNetConfig, PaperTaskConfig, file)
        return PaperRun(version=version, songs=songs, frame_rate=float(data.get("frame_rate", 0.0)), **stage)
    return TrainConfig(
        version=version,
        songs=songs,
        autoencoder=AutoencoderRun(**_stage(data, "autoencoder", AutoencoderConfig, AutoencoderTaskConfig, file)),
        denoiser=DenoiserRun(**_stage(data, "denoiser", DenoiserConfig, DenoiserTaskConfig, file)),
    )


def load_compact_config(name_or_file: str) -> TrainConfig:
    """As `load_config`, of the compact model.

    Raises:
        InputError: if it is the paper's.
    """
    config = load_config(name_or_file)
    if not isinstance(config, TrainConfig):
        raise InputError(f"'{name_or_file}' configures the paper's network, not the compact model.")
    return config


def _read(name_or_file: str) -> tuple[Path, dict[str, Any]]:
    file = Path(name_or_file)
    if not file.suffix:
        file = CONFIG_FOLDER / f"{name_or_file}.yaml"
    if not file.is_file():
        known = ", ".join(sorted(p.stem for p in CONFIG_FOLDER.glob("*.yaml")))
        raise InputError(f"There is no training configuration '{name_or_file}'.", f"Known: {known}; or give a file.")
    try:
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{file.name} is not a YAML file: {str(error).splitlines()[0]}.") from error
    if not isinstance(data, dict):
        raise InputError(f"{file.name} is not a training configuration: it is no table.")
    return file, data


def _stage(data: dict[str, Any], name: str, model: type[Any], task: type[Any], file: Path) -> dict[str, Any]:
    stage = data.get(name) or {}
    _refuse_unknown(stage, {"model", "task", "loop"}, file)
    return {
        "model": _section(model, stage.get("model"), file),
        "task": _section(task, stage.get("task"), file),
        "loop": _section(LoopConfig, stage.get("loop"), file),
    }


def _section(kind: type[Section], values: dict[str, Any] | None, file: Path) -> Section:
    values = dict(values or {})
    _refuse_unknown(values, {f.name for f in fields(kind)}, file)  # type: ignore[arg-type]
    try:
        return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in values.items()})
    except (TypeError, ValueError) as error:
        raise InputError(f"{file.name}: {error}.") from error


def _refuse_unknown(values: dict[str, Any], known: set[str], file: Path) -> None:
    if unknown := sorted(set(values) - known):
        raise InputError(f"{file.name}: unknown entries {', '.join(unknown)}.", f"Known: {', '.join(sorted(known))}.")
