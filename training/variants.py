"""What a model is given while it samples: all of its conditions, or fewer, or in another order.

With a trained model these are ablations at inference: the network has seen each signal left out in training (it was
dropped at random), so leaving it out asks for what it learnt without it. Training each variant from the start is in
`training.ablate_train`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final, Literal

import torch
from torch import Tensor

from engine.cancel import NEVER, CancelToken
from engine.diffusion.composer import Composer, ComposerConfig, Predictor, Profile, Rows, Scheduler
from engine.diffusion.model import CompactModel
from engine.diffusion.sampling import STRIDE_BEATS, JointPredictor
from engine.diffusion.schedule import N_TIMESTEPS
from engine.errors import InputError
from engine.music.controls import Conditions
from engine.music.notes import NoteTable, PianoRoll
from engine.settings import GenerationSettings

Picture = Literal["semantic-dynamic", "dynamic-semantic", "dynamic", "semantic", "none"]

_ALWAYS: Final = float(N_TIMESTEPS - 1)
_NEVER: Final = -1.0


@dataclass(frozen=True, slots=True)
class Variant:
    """Which signals condition the sampling.

    Attributes:
        name: in tables.
        about: a clause on what it is.
        picture: "semantic-dynamic" is eq. 6 (semantic rows while t > t0, then dynamic ones),
            "dynamic-semantic" the other order, "dynamic" and "semantic" one of them at all t, "none" the null
            condition.
        plan: whether the plan (key, chords, form) is given.
        settings: what differs from the settings asked for (t0, k, steps, sampler, guidance, plan_guidance).
    """

    name: str
    about: str = ""
    picture: Picture = "semantic-dynamic"
    plan: bool = True
    settings: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def plain(self) -> bool:
        """Whether all signals are given as the product gives them."""
        return self.picture == "semantic-dynamic" and self.plan

    def applied(self, settings: GenerationSettings) -> GenerationSettings:
        """Settings with this variant's own."""
        return replace(settings, **self.settings)

    def to_json(self) -> dict[str, Any]:
        """What decides the music, for keys and reports; names and explanations do not."""
        return {"picture": self.picture, "plan": self.plan}


FULL: Final = Variant("default", "all conditions, default settings")


class VariantModel:
    """A compact model that is given a variant's signals; see `engine.diffusion.composer.Composer`."""

    def __init__(self, model: CompactModel, variant: Variant) -> None:
        self._model, self._variant = model, variant

    @property
    def config(self) -> ComposerConfig:
        return self._model.config

    @property
    def width(self) -> int:
        return self._model.width

    @property
    def device(self) -> torch.device:
        return self._model.device

    @property
    def profile(self) -> Profile:
        return self._model.profile

    @property
    def stride_beats(self) -> int:
        return self._model.stride_beats

    def encode(self, notes: NoteTable, n_beats: int) -> Tensor:
        return self._model.encode(notes, n_beats)

    def decode(self, z: Tensor) -> PianoRoll:
        return self._model.decode(z)

    def scheduler(self, settings: GenerationSettings) -> Scheduler:
        return self._model.scheduler(settings)

    def predictor(
        self, rows: Rows, settings: GenerationSettings, *, stride_beats: int, cancel: CancelToken = NEVER
    ) -> Predictor:
        if not isinstance(rows, Conditions):
            raise TypeError("this model follows rows of the studio profile")
        return _VariantPredictor(
            self._model, rows, settings, variant=self._variant, stride_beats=stride_beats, cancel=cancel
        )


def with_variant(model: Composer, variant: Variant) -> Composer:
    """The model as it is for the whole of its conditions, else one that is given fewer.

    Raises:
        InputError: if the model is not a compact one.
    """
    if variant.plain:
        return model
    if not isinstance(model, CompactModel):
        raise InputError("Signals can be left out of the compact model only.", "Give a bundle of that architecture.")
    return VariantModel(model, variant)


class _VariantPredictor(JointPredictor):
    """Guidance over the signals that are there: `v_0 + g (v - v_0)` where there is one, `v_0` where there is none."""

    def __init__(
        self,
        model: CompactModel,
        conditions: Conditions,
        settings: GenerationSettings,
        *,
        variant: Variant,
        stride_beats: int = STRIDE_BEATS,
        cancel: CancelToken = NEVER,
    ) -> None:
        super().__init__(model, conditions, settings, stride_beats=stride_beats, cancel=cancel)
        self._variant = variant
        self._switch = self.t0

    def _branches(self) -> list[tuple[bool, bool, float]]:
        picture, plan = self._variant.picture != "none", self._variant.plan
        if picture and plan:
            return super()._branches()
        if not picture and not plan:
            return [(False, False, 1.0)]
        strength = self.settings.guidance if picture else self.settings.plan_guidance
        branches = [(False, False, 1 - strength), (picture, plan, strength)]
        return [branch for branch in branches if abs(branch[2]) > 1e-9]

    @torch.inference_mode()
    def predict_v(self, x_t: Tensor, timestep: int, previous: Tensor | None) -> Tensor:
        """Guided v of the canvas `[T, D]`; see `JointPredictor`."""
        self.t0 = self._t0_at(timestep)
        return super().predict_v(x_t, timestep, previous)

    def _t0_at(self, timestep: int) -> float:
        """The t0 that makes the network use the rows that the variant has at this timestep."""
        picture = self._variant.picture
        if picture == "dynamic":
            return _ALWAYS
        if picture == "semantic":
            return _NEVER
        if picture == "dynamic-semantic":
            return _NEVER if timestep <= self._switch else _ALWAYS
        return self._switch


def describe(variant: Variant) -> dict[str, Any]:
    """A variant for a report's JSON."""
    return {**asdict(replace(variant, settings={})), "settings": dict(variant.settings)}
