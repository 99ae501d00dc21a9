"""The model bundle: weights, configuration and card in one folder, loaded strictly.

`config.json` names the architecture and the condition profile; the engine refuses what it cannot serve and says why.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from engine.cancel import NEVER, CancelToken
from engine.diffusion.autoencoder import LOWEST_KEY, N_KEYS, Autoencoder, AutoencoderConfig, pack_notes
from engine.diffusion.composer import Composer, ComposerConfig, Predictor, Profile, Rows, Scheduler
from engine.diffusion.conditioning import ControlStatistics
from engine.diffusion.denoiser import Denoiser, DenoiserConfig
from engine.diffusion.paper_model import ARCHITECTURE as PAPER_ARCHITECTURE
from engine.diffusion.paper_model import load_paper_model, require
from engine.diffusion.schedule import SCHEDULES
from engine.errors import BundleError
from engine.music.controls import DYNAMIC, SEMANTIC, Conditions
from engine.music.notes import N_VOICES, NoteTable, PianoRoll
from engine.settings import GenerationSettings
from engine.timebase import BEATS_PER_WINDOW, N_PITCHES

FORMAT: Final = 1
ARCHITECTURE: Final = "compact"
PROFILE: Final = "studio"
WEIGHTS: Final = "model.safetensors"
CONFIG: Final = "config.json"
CARD: Final = "card.md"


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """Everything besides weights that generation needs.

    Attributes:
        schedule: name in `engine.diffusion.schedule.SCHEDULES`.
        settled: share of final notes already settled at timesteps 0..999, non-increasing, `[1000]`.
        quantiles: per control, its 101 percentiles over the corpus.
        version: of the weights, as shown to users.
    """

    autoencoder: AutoencoderConfig
    denoiser: DenoiserConfig
    statistics: ControlStatistics
    schedule: str
    settled: tuple[float, ...]
    quantiles: dict[str, tuple[float, ...]]
    version: str

    def to_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "architecture": ARCHITECTURE,
            "profile": PROFILE,
            "controls": {"dynamic": DYNAMIC, "semantic": SEMANTIC},
            **asdict(self),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> ModelConfig:
        """Read a configuration.

        Raises:
            BundleError: for another format, architecture, profile or control space, or missing entries.
        """
        require(data, {"format": FORMAT, "architecture": ARCHITECTURE, "profile": PROFILE}, _GET_ANOTHER)
        require(data, {"controls": {"dynamic": list(DYNAMIC), "semantic": list(SEMANTIC)}}, _GET_ANOTHER)
        try:
            ae, stats = data["autoencoder"], data["statistics"]
            return cls(
                autoencoder=AutoencoderConfig(**{**ae, "latent": tuple(ae["latent"])}),
                denoiser=DenoiserConfig(**data["denoiser"]),
                statistics=ControlStatistics(**{name: tuple(values) for name, values in stats.items()}),
                schedule=_known_schedule(data["schedule"]),
                settled=tuple(data["settled"]),
                quantiles={name: tuple(values) for name, values in data["quantiles"].items()},
                version=str(data["version"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise BundleError(
                "The bundle's {file} is incomplete: {error}.", _GET_ANOTHER, file=CONFIG, error=error
            ) from error


_GET_ANOTHER: Final = "Use the bundle that came with the program, or export one with: diffbgm-train export"


def _known_schedule(name: str) -> str:
    if name not in SCHEDULES:
        raise ValueError(f"unknown schedule {name!r}")
    return name


class CompactModel(nn.Module):
    """Autoencoder and denoiser with their configuration."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.autoencoder = Autoencoder(config.autoencoder)
        self.denoiser = Denoiser(config.denoiser)

    @property
    def device(self) -> torch.device:
        return next(self.parameters()).device

    @property
    def width(self) -> int:
        return self.config.denoiser.latent

    @property
    def stride_beats(self) -> int:
        return BEATS_PER_WINDOW // 2

    @property
    def profile(self) -> Profile:
        return "studio"

    def predictor(
        self, rows: Rows, settings: GenerationSettings, *, stride_beats: int, cancel: CancelToken = NEVER
    ) -> Predictor:
        """See `engine.diffusion.composer.Composer`."""
        from engine.diffusion.sampling import JointPredictor

        if not isinstance(rows, Conditions):
            raise TypeError("this model follows rows of the studio profile")
        return JointPredictor(self, rows, settings, stride_beats=stride_beats, cancel=cancel)

    def scheduler(self, settings: GenerationSettings) -> Scheduler:
        """See `engine.diffusion.composer.Composer`."""
        from engine.diffusion.sampling import make_scheduler

        scheduler: Scheduler = make_scheduler(settings.sampler, settings.steps, self.config.schedule)
        return scheduler

    @torch.inference_mode()
    def encode(self, notes: NoteTable, n_beats: int) -> Tensor:
        """Notes -> latents f32 `[T, D]` on the CPU."""
        cells = pack_notes(notes, n_beats).float()[:, None].to(self.device)
        return self.autoencoder.encode(cells)[0].cpu()

    @torch.inference_mode()
    def decode(self, z: Tensor) -> PianoRoll:
        """Latents `[T, D]` -> the roll they stand for: cells whose probability is above one half."""
        decoded = self.autoencoder.decode(z[None].to(self.device))
        onset = (decoded.onset[0] > 0).cpu().numpy()
        sustain = (decoded.sustain[0] > 0).cpu().numpy() & ~onset
        velocity = (decoded.velocity[0] * 127).round().clamp(1, 127).cpu().numpy().astype(np.uint8)
        return PianoRoll(_to_pitches(onset), _to_pitches(sustain), velocity)


def _to_pitches(cells: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """bool `[V, N, 52]` -> uint8 `[V, N, 128]`."""
    out = np.zeros((*cells.shape[:2], N_PITCHES), np.uint8)
    for voice in range(N_VOICES):
        out[voice, :, LOWEST_KEY[voice] : LOWEST_KEY[voice] + N_KEYS] = cells[voice]
    return out


@dataclass(frozen=True, slots=True, eq=False)
class Bundle:
    """A loaded bundle. `hash` is the SHA-256 of its weights file, for manifests."""

    model: Composer
    hash: str
    folder: Path

    @property
    def config(self) -> ComposerConfig:
        return self.model.config


def load_bundle(folder: Path, device: str = "cpu") -> Bundle:
    """Load a bundle, every tensor by name and shape.

    Raises:
        BundleError: if it is missing, damaged, or of a kind that this engine cannot serve.
    """
    data = read_config(folder)
    if data.get("architecture") == PAPER_ARCHITECTURE:
        paper, digest = load_paper_model(folder, data, device)
        return Bundle(paper, digest, folder)
    if data.get("architecture") != ARCHITECTURE:
        raise BundleError(
            "The bundle's architecture is {found}; this engine serves {architecture} and {paper_architecture}.",
            _GET_ANOTHER,
            found=repr(data.get("architecture")),
            architecture=repr(ARCHITECTURE),
            paper_architecture=repr(PAPER_ARCHITECTURE),
        )
    config = ModelConfig.from_json(data)
    file = folder / WEIGHTS
    if not file.is_file():
        raise BundleError("The bundle '{folder}' has no {file}.", _GET_ANOTHER, folder=folder, file=WEIGHTS)
    try:
        tensors = {name: tensor.float() for name, tensor in load_file(file).items()}
    except Exception as error:  # safetensors raises its own kinds for a truncated or foreign file
        raise BundleError(
            "The weights in '{file}' cannot be read: {error}.", _GET_ANOTHER, file=file, error=error
        ) from error
    model = CompactModel(config)
    try:
        model.load_state_dict(tensors, strict=True)
    except RuntimeError as error:
        raise BundleError(
            "The weights in '{file}' do not fit its {config}.", _GET_ANOTHER, file=file, config=CONFIG
        ) from error
    model.eval().requires_grad_(False).to(device)
    return Bundle(model, hashlib.sha256(file.read_bytes()).hexdigest(), folder)


def read_config(folder: Path) -> dict[str, Any]:
    """The table in a bundle's configuration file, as it is.

    Raises:
        BundleError: if there is none that can be read.
    """
    try:
        data = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BundleError("There is no model bundle in '{folder}'.", _GET_ANOTHER, folder=folder) from None
    except (OSError, ValueError) as error:
        raise BundleError(
            "The bundle's {file} in '{folder}' cannot be read.", _GET_ANOTHER, file=CONFIG, folder=folder
        ) from error
    if not isinstance(data, dict):
        raise BundleError("The bundle's {file} in '{folder}' is not a table.", _GET_ANOTHER, file=CONFIG, folder=folder)
    return data


def save_bundle(model: CompactModel, folder: Path, card: str) -> None:
    """Write a bundle in half precision."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: tensor.detach().cpu().half().contiguous() for name, tensor in model.state_dict().items()}
    save_file(tensors, folder / WEIGHTS)
    (folder / CONFIG).write_text(json.dumps(model.config.to_json(), indent=1) + "\n", encoding="utf-8")
    (folder / CARD).write_text(card, encoding="utf-8")
