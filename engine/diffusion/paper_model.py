"""A bundle of architecture `unet`: the paper's network with its configuration, behind the interface of a composer.

The canvas is the paper's roll itself (section 4.1), 2 x 4 x 128 cells a beat: onset and sustain, four 16ths, 128
pitches, clean values 0 and 1.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor, nn

from engine.cancel import NEVER, CancelToken
from engine.diffusion.composer import Predictor, Profile, Rows, Scheduler
from engine.diffusion.schedule import N_TIMESTEPS, paper_settled_share
from engine.diffusion.unet import PAPER_K, PUBLISHED_T0, ROLL_CHANNELS, EpsilonUNet, UNetConfig
from engine.errors import BundleError
from engine.music.encoded import EncodedRows
from engine.music.notes import NoteTable, PianoRoll, notes_to_roll
from engine.music.skyline import split_voices
from engine.resources import resource_path
from engine.settings import GenerationSettings
from engine.timebase import BEATS_PER_WINDOW, N_PITCHES, STEPS_PER_BEAT

FORMAT: Final = 1
ARCHITECTURE: Final = "unet"
PROFILE: Final = "paper"
SCHEDULE: Final = "scaled_linear"
WEIGHTS: Final = "model.safetensors"
CONFIG: Final = "config.json"

PUBLISHED_GUIDANCE: Final = 5.0
ROW_WIDTH: Final = ROLL_CHANNELS * STEPS_PER_BEAT * N_PITCHES
"""Cells of a beat."""

DATA: Final = {
    "space": "roll",
    "range": [0, 1],
    "beats": BEATS_PER_WINDOW,
    "steps_per_beat": STEPS_PER_BEAT,
    "pitches": N_PITCHES,
}
SEMANTIC_KIND: Final = "bert-base-uncased of BLIP captions"
DYNAMIC_KIND: Final = "CLIP video features"

_GET_ANOTHER: Final = "Make the bundle again with: diffbgm-train import-checkpoint FILE.pt -o BUNDLE"


def require(data: Mapping[str, Any], expected: Mapping[str, Any], hint: str) -> None:
    """Refuse a bundle whose description says other than what this engine serves.

    Raises:
        BundleError: naming the first entry that differs.
    """
    for name, value in expected.items():
        if data.get(name) != value:
            raise BundleError(
                "The bundle's {name} is {found}; this engine serves {value}.",
                hint,
                name=name,
                found=repr(data.get(name)),
                value=repr(value),
            )


@dataclass(frozen=True, slots=True)
class PaperConfig:
    """Everything besides weights that generation with the paper's network needs.

    Attributes:
        network: sizes and modes.
        version: of the weights, as shown to users.
        t0, k, guidance: what the weights were published or trained with.
    """

    network: UNetConfig = field(default_factory=UNetConfig)
    version: str = "unnamed"
    t0: float = PUBLISHED_T0
    k: int = PAPER_K
    guidance: float = PUBLISHED_GUIDANCE

    @property
    def schedule(self) -> str:
        return SCHEDULE

    @property
    def settled(self) -> tuple[float, ...]:
        """The paper's own timesteps are the scale of t0: index t is t."""
        return _paper_settled()

    @property
    def quantiles(self) -> Mapping[str, tuple[float, ...]]:
        """Percentiles of the studio profile's controls over its corpus.

        The network does not know them; tempo, harmony and dynamics of the score do.

        Raises:
            EngineError: the bundle that comes with the program is missing.
        """
        return _corpus_quantiles()

    def to_json(self) -> dict[str, Any]:
        """What `config.json` says of generation; `from_json` reads it back."""
        return {
            "format": FORMAT,
            "architecture": ARCHITECTURE,
            "profile": PROFILE,
            "version": self.version,
            "network": self.network.to_json(),
            "data": dict(DATA),
            "prediction": "epsilon",
            "schedule": SCHEDULE,
            "t0": self.t0,
            "k": self.k,
            "guidance": self.guidance,
            "conditions": {
                "semantic": {"kind": SEMANTIC_KIND, "width": self.network.semantic_width},
                "dynamic": {"kind": DYNAMIC_KIND, "width": self.network.dynamic_width},
            },
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> PaperConfig:
        """Read a configuration.

        Raises:
            BundleError: for another format, data space, schedule or condition, or missing entries.
        """
        expected = {"format": FORMAT, "architecture": ARCHITECTURE, "profile": PROFILE, "data": DATA}
        expected |= {"prediction": "epsilon", "schedule": SCHEDULE}
        require(data, expected, _GET_ANOTHER)
        try:
            config = cls(
                network=UNetConfig.from_json(data["network"]),
                version=str(data["version"]),
                t0=float(data["t0"]),
                k=int(data["k"]),
                guidance=float(data["guidance"]),
            )
            conditions = data["conditions"]
        except (KeyError, TypeError, ValueError) as error:
            raise BundleError(
                "The bundle's {file} is incomplete: {error}.", _GET_ANOTHER, file=CONFIG, error=error
            ) from error
        if conditions != config.to_json()["conditions"]:
            raise BundleError(
                "The bundle follows other conditions than this engine can encode: {conditions}.",
                _GET_ANOTHER,
                conditions=repr(conditions),
            )
        return config


@cache
def _paper_settled() -> tuple[float, ...]:
    return tuple(float(share) for share in paper_settled_share()[:N_TIMESTEPS])


@cache
def _corpus_quantiles() -> Mapping[str, tuple[float, ...]]:
    data = json.loads(resource_path("model", "compact", CONFIG).read_text(encoding="utf-8"))
    return {str(name): tuple(float(v) for v in values) for name, values in data["quantiles"].items()}


class PaperModel(nn.Module):
    """The paper's network as a composer; see `engine.diffusion.composer.Composer`."""

    def __init__(self, config: PaperConfig) -> None:
        super().__init__()
        self.config = config
        self.network = EpsilonUNet(config.network)

    @property
    def device(self) -> torch.device:
        return next(self.parameters()).device

    @property
    def width(self) -> int:
        return ROW_WIDTH

    @property
    def profile(self) -> Profile:
        return "paper"

    @property
    def stride_beats(self) -> int:
        """Windows are independent of each other, as published."""
        return BEATS_PER_WINDOW

    def encode(self, notes: NoteTable, n_beats: int) -> Tensor:
        """Notes of all voices drawn into one roll, f32 `[T, 1024]` of 0 and 1."""
        roll = notes_to_roll(notes.to_notes(), n_beats * STEPS_PER_BEAT)
        onset = torch.from_numpy(roll.onset).amax(0).bool()
        sustain = torch.from_numpy(roll.sustain).amax(0).bool() & ~onset
        return roll_to_canvas(torch.stack((onset, sustain)).float())

    def known_cells(self, locked: NoteTable, free: NDArray[np.bool_]) -> tuple[Tensor, Tensor]:
        """What locked notes give of a canvas: their cells, and where cells are given, bool, both `[T, 1024]`.

        A cell is free where it is so in any voice: the roll does not tell them apart.

        Args:
            free: cells that may change, bool `[V, 4 T, 128]`.
        """
        given = torch.from_numpy(~free.any(0)).expand(ROLL_CHANNELS, -1, -1)
        return self.encode(locked, free.shape[1] // STEPS_PER_BEAT), roll_to_canvas(given)

    def decode(self, z: Tensor) -> PianoRoll:
        """The canvas `[T, 1024]` -> the roll that it stands for.

        A cell is on where it rounds to 1, as in the published code's MIDI writer. Voices are told apart by their place;
        the network knows none. A note does not outlive its window unless the next window goes on with it.
        """
        cells = (canvas_to_roll(z) > 0.5).numpy()
        return split_voices(cells[0], cells[1])

    def predictor(
        self, rows: Rows, settings: GenerationSettings, *, stride_beats: int, cancel: CancelToken = NEVER
    ) -> Predictor:
        """See `engine.diffusion.composer.Composer`."""
        from engine.diffusion.paper_sampling import PaperPredictor

        if not isinstance(rows, EncodedRows):
            raise TypeError("this model follows rows of the paper profile")
        return PaperPredictor(self, rows, settings, stride_beats=stride_beats, cancel=cancel)

    def scheduler(self, settings: GenerationSettings) -> Scheduler:
        """The published loop for `ddpm` with 1000 steps, else diffusers' samplers on the same schedule."""
        from engine.diffusion.paper_sampling import PublishedLoop
        from engine.diffusion.sampling import make_scheduler

        if settings.sampler == "ddpm" and settings.steps == N_TIMESTEPS:
            return PublishedLoop()
        scheduler: Scheduler = make_scheduler(settings.sampler, settings.steps, SCHEDULE)
        return scheduler


def canvas_to_roll(canvas: Tensor) -> Tensor:
    """`[..., T, 1024]` -> `[..., 2, 4 T, 128]`."""
    beats = canvas.unflatten(-1, (ROLL_CHANNELS, STEPS_PER_BEAT, N_PITCHES))
    roll: Tensor = beats.movedim(-3, -4).flatten(-3, -2)
    return roll


def roll_to_canvas(roll: Tensor) -> Tensor:
    """`[..., 2, 4 T, 128]` -> `[..., T, 1024]`."""
    beats = roll.unflatten(-2, (-1, STEPS_PER_BEAT))
    canvas: Tensor = beats.movedim(-4, -3).flatten(-3)
    return canvas


def load_paper_model(folder: Path, data: Mapping[str, Any], device: str = "cpu") -> tuple[PaperModel, str]:
    """Load weights for a configuration, every tensor by name and shape.

    Returns:
        The model, and the SHA-256 of its weights file.

    Raises:
        BundleError: the bundle is damaged or of a kind that this engine cannot serve.
    """
    config = PaperConfig.from_json(data)
    file = folder / WEIGHTS
    if not file.is_file():
        raise BundleError("The bundle '{folder}' has no {file}.", _GET_ANOTHER, folder=folder, file=WEIGHTS)
    try:
        tensors = {name: tensor.float() for name, tensor in load_file(file).items()}
    except Exception as error:  # safetensors raises its own kinds for a truncated or foreign file
        raise BundleError(
            "The weights in '{file}' cannot be read: {error}.", _GET_ANOTHER, file=file, error=error
        ) from error
    with torch.device("meta"):
        model = PaperModel(config)
    try:
        model.network.load_state_dict(tensors, strict=True, assign=True)
    except RuntimeError as error:
        raise BundleError(
            "The weights in '{file}' do not fit its {config}.", _GET_ANOTHER, file=file, config=CONFIG
        ) from error
    model.eval().requires_grad_(False).to(device)
    return model, hashlib.sha256(file.read_bytes()).hexdigest()


def with_published_values(settings: GenerationSettings, config: PaperConfig) -> GenerationSettings:
    """Settings with the bundle's own t0, k and guidance."""
    return replace(settings, t0=round(config.t0), k=config.k, guidance=config.guidance)
