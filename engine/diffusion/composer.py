"""What a model must offer so that sampling, previews, locks and forks work with it, whatever its architecture.

The canvas is `[T, D]`: T beats, D numbers a beat. For `compact` these are latents, for `unet` the cells of the paper's
piano roll. Predictions are handed over as v (Salimans & Ho 2022), from which x0 and epsilon both follow.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Protocol, TypeAlias

import torch
from torch import Tensor

from engine.cancel import NEVER, CancelToken
from engine.music.controls import Conditions
from engine.music.encoded import EncodedRows
from engine.music.notes import NoteTable, PianoRoll
from engine.settings import GenerationSettings
from engine.timebase import BEATS_PER_WINDOW

Rows: TypeAlias = Conditions | EncodedRows
"""Condition rows of a piece: those of the `studio` profile, or those of the `paper` profile."""


Profile: TypeAlias = Literal["studio", "paper"]


class Predictor(Protocol):
    """Predicts v of a whole canvas; made for one piece and its settings."""

    def predict_v(self, x_t: Tensor, timestep: int, previous: Tensor | None) -> Tensor:
        """Guided v of the canvas `[T, D]`; `previous` is the last step's estimate."""
        ...


class Scheduler(Protocol):
    """What `sample` asks of a diffusers scheduler for v-prediction, or of one that stands in for it."""

    @property
    def timesteps(self) -> Any: ...

    @property
    def alphas_cumprod(self) -> Any: ...

    @property
    def init_noise_sigma(self) -> Any: ...

    def step(self, model_output: Any, timestep: Any, sample: Any, **options: Any) -> Any: ...


class ComposerConfig(Protocol):
    """What every bundle's configuration holds.

    Attributes:
        schedule: name in `engine.diffusion.schedule.SCHEDULES`.
        settled: share of final notes already settled at timesteps 0..999, non-increasing, `[1000]`.
        quantiles: per control, its 101 percentiles over the corpus.
        version: of the weights, as shown to users.
    """

    @property
    def schedule(self) -> str: ...

    @property
    def settled(self) -> tuple[float, ...]: ...

    @property
    def quantiles(self) -> Mapping[str, tuple[float, ...]]: ...

    @property
    def version(self) -> str: ...


class Composer(Protocol):
    """A loaded model of any architecture."""

    @property
    def config(self) -> ComposerConfig: ...

    @property
    def device(self) -> torch.device: ...

    @property
    def width(self) -> int:
        """D, numbers a beat of the canvas."""
        ...

    @property
    def profile(self) -> Profile:
        """Which rows the model follows."""
        ...

    @property
    def stride_beats(self) -> int:
        """Distance of windows that suits the model best."""
        ...

    def encode(self, notes: NoteTable, n_beats: int) -> Tensor:
        """Notes -> the clean canvas f32 `[T, D]` on the CPU."""
        ...

    def decode(self, z: Tensor) -> PianoRoll:
        """The canvas `[T, D]` -> the roll that it stands for."""
        ...

    def predictor(
        self, rows: Rows, settings: GenerationSettings, *, stride_beats: int, cancel: CancelToken = NEVER
    ) -> Predictor:
        """A predictor for a piece with these condition rows.

        Raises:
            TypeError: the rows are of another profile than the model's.
        """
        ...

    def scheduler(self, settings: GenerationSettings) -> Scheduler:
        """The sampler that the settings name, on the model's own schedule, with timesteps set."""
        ...


def stride_for(model: Composer, settings: GenerationSettings) -> int:
    """Distance of windows in beats: half a window where they are sampled jointly, a whole one where apart."""
    strides = {"joint": BEATS_PER_WINDOW // 2, "separate": BEATS_PER_WINDOW}
    return strides.get(settings.windows, model.stride_beats)
