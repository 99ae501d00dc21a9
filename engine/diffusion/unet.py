"""The paper's network: a U-Net on the piano roll that predicts the noise (sections 4.1, 4.3, 4.4).

Numerically equal to the network that the authors published, for weights brought over by
`training.import_checkpoint`, in attention mode "published". Where paper and published code part:

- **Attention.** The paper masks cross-attention with blocks of k adjacent beats (eq. 8). The published code cuts the
  time axis into two windows whatever k is, and cuts self-attention too. Mode "paper" is the former, "published" the
  latter; weights serve best in the mode they were trained in.
- **Time encoding.** The paper says that it was applied to both modalities (section 4.4); the published network has
  none beside the timestep's, and neither has this one: place comes from the convolutions and the blocks.
- **Counting.** The paper counts timesteps 1..N, the published code 0..N-1, and compares the latter with t0 = 200.
  So do we.

Shape legend: B batch, N = 4 T steps, P pitches, T beats, E embedding width, D condition width.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Literal, get_args

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.diffusion.layers import timestep_embedding
from engine.diffusion.unet_blocks import (
    NORM_GROUPS,
    AttentionScope,
    Downsample,
    ResidualBlock,
    SegmentTransformer,
    Stage,
    Upsample,
)
from engine.errors import BundleError
from engine.timebase import STEPS_PER_BEAT

AttentionMode = Literal["published", "paper"]
ConditionOrder = Literal["semantic-dynamic", "dynamic-semantic", "semantic", "dynamic"]
"""Which signal is used while t > t0, and which once t <= t0. The first is eq. 6; the others are the paper's Table 6 and
its single-signal ablations."""

ROLL_CHANNELS: Final = 2
"""Onset and sustain."""

PUBLISHED_T0: Final = 200.0
PAPER_K: Final = 8
NULL_CONDITION: Final = -1.0
"""Every value of a row that stands for "no condition", after projection, as the published sampler has it."""


@dataclass(frozen=True, slots=True)
class UNetConfig:
    """Sizes and modes of `EpsilonUNet`; the defaults are the published network, 41.08 M parameters without F_l's
    projection.

    Attributes:
        channels: width of the first level; a multiple of 32.
        multipliers: width of each level in units of `channels`; each further level halves time and pitch.
        residual_blocks: residual blocks a level on the way down; one more on the way up.
        attention_levels: levels with attention, from 0; the middle always has it.
        heads, transformer_layers: of each attention.
        condition_width: D, width of a row that the attention sees.
        semantic_width: width of F_l, which is always projected to D.
        dynamic_width: width of F_v, which is projected to D only where it differs.
        attention: see the module's text.
        windows: in mode "published", the number of windows; 2 as published, 1 attends to everything.
        order: which signal comes first.
    """

    channels: int = 64
    multipliers: tuple[int, ...] = (1, 2, 4, 4)
    residual_blocks: int = 2
    attention_levels: tuple[int, ...] = (2, 3)
    heads: int = 4
    transformer_layers: int = 1
    condition_width: int = 512
    semantic_width: int = 768
    dynamic_width: int = 512
    attention: AttentionMode = "published"
    windows: int = 2
    order: ConditionOrder = "semantic-dynamic"

    def __post_init__(self) -> None:
        sizes = (self.residual_blocks, self.heads, self.transformer_layers, self.windows, *self.multipliers)
        widths = (self.channels, self.condition_width, self.semantic_width, self.dynamic_width)
        if not self.multipliers or min(sizes + widths) < 1:
            raise ValueError("sizes of the network must be at least 1")
        if self.channels % NORM_GROUPS or self.channels % self.heads:
            raise ValueError(f"channels must be a multiple of {NORM_GROUPS} and of heads, not {self.channels}")
        if not set(self.attention_levels) <= set(range(len(self.multipliers))):
            raise ValueError(f"attention_levels {self.attention_levels} of {len(self.multipliers)} levels")
        if self.attention not in get_args(AttentionMode) or self.order not in get_args(ConditionOrder):
            raise ValueError(f"unknown mode: attention {self.attention!r}, order {self.order!r}")

    @property
    def embedding_width(self) -> int:
        return 4 * self.channels

    def to_json(self) -> dict[str, Any]:
        """All fields as JSON has them: what `from_json` reads."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> UNetConfig:
        """Read what `to_json` wrote. Absent fields take their defaults.

        Raises:
            BundleError: a field is unknown, or of a wrong type or value.
        """
        defaults = {field.name: field.default for field in fields(cls)}
        if unknown := sorted(set(data) - set(defaults)):
            raise BundleError(
                "The network's configuration holds unknown entries: {unknown}.", unknown=", ".join(unknown)
            )
        values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
        for name, value in values.items():
            parts = value if isinstance(value, tuple) else (value,)
            part_type = str if name in {"attention", "order"} else int
            if isinstance(value, tuple) != isinstance(defaults[name], tuple) or any(
                type(part) is not part_type for part in parts
            ):
                raise BundleError(
                    "The network's configuration has an entry of the wrong type: {name} = {value}.",
                    name=name,
                    value=repr(value),
                )
        try:
            return cls(**values)
        except ValueError as error:
            raise BundleError("The network's configuration cannot be used: {error}.", error=error) from error


def select_condition(
    t: Tensor, semantic: Tensor, dynamic: Tensor, *, t0: float | Tensor = PUBLISHED_T0, order: ConditionOrder
) -> Tensor:
    """Eq. 6, sample by sample: the first signal of `order` while t > t0, the second once t <= t0.

    Args:
        t: `[B]`, timesteps 0..999.
        semantic, dynamic: `[B, T, D]`, both at the condition's width.
        t0: on the paper's scale of 1000 timesteps; a number or `[B]`.

    Returns:
        `[B, T, D]`.
    """
    if order == "semantic":
        return semantic
    if order == "dynamic":
        return dynamic
    first, second = (semantic, dynamic) if order == "semantic-dynamic" else (dynamic, semantic)
    return torch.where((t > t0)[:, None, None], first, second)


class TimeEmbedding(nn.Module):
    """Timesteps `[B]` -> `[B, E]`: sinusoids of the first level's width through two linear layers."""

    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        self.channels = channels
        self.inlet = nn.Linear(channels, width)
        self.out = nn.Linear(width, width)

    def forward(self, t: Tensor) -> Tensor:
        h = timestep_embedding(t, self.channels).to(self.inlet.weight.dtype)
        out: Tensor = self.out(functional.silu(self.inlet(h)))
        return out


class EncoderLevel(nn.Module):
    """Stages of one resolution on the way down, and the step to the next."""

    def __init__(self, stages: list[Stage], down: Downsample | None) -> None:
        super().__init__()
        self.stages = nn.ModuleList(stages)
        self.down = down

    def forward(
        self, h: Tensor, embedding: Tensor, condition: Tensor, scope: AttentionScope
    ) -> tuple[Tensor, list[Tensor]]:
        """The level's result, and each of its feature maps for the decoder."""
        skips = []
        for stage in self.stages:
            h = stage(h, embedding, condition, scope)
            skips.append(h)
        if self.down is not None:
            h = self.down(h)
            skips.append(h)
        return h, skips


class DecoderLevel(nn.Module):
    """Stages of one resolution on the way up, and the step to the next."""

    def __init__(self, stages: list[Stage], up: Upsample | None) -> None:
        super().__init__()
        self.stages = nn.ModuleList(stages)
        self.up = up

    def forward(
        self, h: Tensor, skips: list[Tensor], embedding: Tensor, condition: Tensor, scope: AttentionScope
    ) -> Tensor:
        """The level's result; takes its feature maps off the end of `skips`."""
        for stage in self.stages:
            h = stage(torch.cat((h, skips.pop()), 1), embedding, condition, scope)
        return h if self.up is None else self.up(h)


class EpsilonUNet(nn.Module):
    """Predicts the noise of a noisy roll under one of two conditions. Works on any whole number of beats that the
    levels and windows divide; it was made for 32.
    """

    def __init__(self, config: UNetConfig | None = None) -> None:
        super().__init__()
        config = config or UNetConfig()
        self.config = config
        widths = [config.channels * m for m in config.multipliers]
        self.semantic_projection = nn.Linear(config.semantic_width, config.condition_width)
        self.dynamic_projection = (
            nn.Identity()
            if config.dynamic_width == config.condition_width
            else nn.Linear(config.dynamic_width, config.condition_width)
        )
        self.time_embedding = TimeEmbedding(config.channels, config.embedding_width)
        self.stem = nn.Conv2d(ROLL_CHANNELS, config.channels, 3, padding=1)
        skips = self._build_encoder(widths)
        middle = widths[-1]
        self.middle = nn.ModuleList([self._stage(middle, middle, True), self._stage(middle, middle, False)])
        self._build_decoder(widths, skips)
        self.head_norm = nn.GroupNorm(NORM_GROUPS, widths[0])
        self.head = nn.Conv2d(widths[0], ROLL_CHANNELS, 3, padding=1)

    def forward(
        self,
        x_t: Tensor,
        t: Tensor,
        semantic: Tensor,
        dynamic: Tensor,
        *,
        t0: float | Tensor = PUBLISHED_T0,
        k: int | Tensor = PAPER_K,
        null_mask: Tensor | None = None,
    ) -> Tensor:
        """Predict the noise, epsilon_theta(x_t, t, F_c).

        Args:
            x_t: noisy roll `[B, 2, N, P]`: onset and sustain, clean values 0 and 1.
            t: timesteps `[B]`, 0..999, the paper's scale less one.
            semantic: F_l `[B, T, semantic_width]`.
            dynamic: F_v `[B, T, dynamic_width]`.
            t0: where the condition switches (eq. 6); a number or `[B]`.
            k: beats a block in mode "paper"; a number or `[B]`. Mode "published" knows no k.
            null_mask: bool `[B, 2]`: true where F_l, F_v are to be taken as absent (all -1 after projection).

        Returns:
            `[B, 2, N, P]`.

        Raises:
            ValueError: the shapes do not fit each other or the levels.
        """
        self._check(x_t, semantic, dynamic)
        condition = self._condition(t, semantic, dynamic, t0, null_mask)
        scope = self._scope(k, len(x_t), x_t.device)
        embedding = self.time_embedding(t)
        h = self.stem(x_t)
        skips = [h]
        for level in self.encoder:
            h, left = level(h, embedding, condition, scope)
            skips += left
        for stage in self.middle:
            h = stage(h, embedding, condition, scope)
        for level in self.decoder:
            h = level(h, skips, embedding, condition, scope)
        noise: Tensor = self.head(functional.silu(self.head_norm(h)))
        return noise

    def _stage(self, channels_in: int, channels_out: int, attends: bool) -> Stage:
        config = self.config
        attention = SegmentTransformer(
            channels_out,
            condition_width=config.condition_width,
            heads=config.heads,
            layers=config.transformer_layers,
        )
        residual = ResidualBlock(channels_in, channels_out, config.embedding_width)
        return Stage(residual, attention if attends else None)

    def _build_encoder(self, widths: list[int]) -> list[int]:
        """Make `self.encoder`; return the width of every feature map that it leaves for the decoder."""
        width = self.config.channels
        skips, levels = [width], []
        for i, level_width in enumerate(widths):
            stages = []
            for _ in range(self.config.residual_blocks):
                stages.append(self._stage(width, level_width, i in self.config.attention_levels))
                width = level_width
                skips.append(width)
            down = Downsample(width) if i + 1 < len(widths) else None
            if down is not None:
                skips.append(width)
            levels.append(EncoderLevel(stages, down))
        self.encoder = nn.ModuleList(levels)
        return skips

    def _build_decoder(self, widths: list[int], skips: list[int]) -> None:
        """Make `self.decoder`, deepest level first; `skips` is used up."""
        width, levels = widths[-1], []
        for i, level_width in reversed(list(enumerate(widths))):
            stages = []
            for _ in range(self.config.residual_blocks + 1):
                stages.append(self._stage(width + skips.pop(), level_width, i in self.config.attention_levels))
                width = level_width
            levels.append(DecoderLevel(stages, Upsample(width) if i > 0 else None))
        self.decoder = nn.ModuleList(levels)

    def _condition(
        self, t: Tensor, semantic: Tensor, dynamic: Tensor, t0: float | Tensor, null_mask: Tensor | None
    ) -> Tensor:
        semantic = self.semantic_projection(semantic)
        dynamic = self.dynamic_projection(dynamic)
        if null_mask is not None:
            semantic = semantic.masked_fill(null_mask[:, 0, None, None], NULL_CONDITION)
            dynamic = dynamic.masked_fill(null_mask[:, 1, None, None], NULL_CONDITION)
        return select_condition(t, semantic, dynamic, t0=t0, order=self.config.order)

    def _scope(self, k: int | Tensor, batch: int, device: torch.device) -> AttentionScope:
        if self.config.attention == "published":
            return AttentionScope(windows=self.config.windows)
        if isinstance(k, int) and k < 1:
            raise ValueError(f"blocks of {k} beats")
        return AttentionScope(k=torch.as_tensor(k, device=device).expand(batch))

    def _check(self, x_t: Tensor, semantic: Tensor, dynamic: Tensor) -> None:
        batch, channels, steps, pitches = x_t.shape
        shrink = 2 ** (len(self.config.multipliers) - 1)
        windows = self.config.windows if self.config.attention == "published" else 1
        beats = steps // STEPS_PER_BEAT
        if channels != ROLL_CHANNELS or steps % STEPS_PER_BEAT or steps % (shrink * windows) or pitches % shrink:
            raise ValueError(f"a roll of shape {tuple(x_t.shape)} does not fit {shrink}-fold levels, {windows} windows")
        for rows, width in ((semantic, self.config.semantic_width), (dynamic, self.config.dynamic_width)):
            if rows.shape != (batch, beats, width) or beats % windows:
                raise ValueError(f"condition rows of shape {tuple(rows.shape)}, expected {(batch, beats, width)}")
