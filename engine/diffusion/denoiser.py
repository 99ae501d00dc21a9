"""The compact backbone: a transformer over the 32 beats of a window, in latent space.

Each beat is one token. Picture conditions enter by segment-aware cross-attention (eq. 7-9), switched at t0 (eq. 6); the
plan is added to the tokens, since harmony belongs to its own beat. The previous estimate of x0 is a second input
(self-conditioning, Chen et al. 2022), zero when there is none.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.diffusion.attention import Attention, SegmentAwareCrossAttention, segment_mask
from engine.diffusion.layers import BeatConv, RMSNorm, timestep_embedding
from engine.timebase import BEATS_PER_WINDOW


@dataclass(frozen=True, slots=True)
class DenoiserConfig:
    """Widths of the backbone, of its latents and of its condition rows."""

    latent: int = 68
    width: int = 320
    heads: int = 5
    layers: int = 6
    dynamic: int = 8
    semantic: int = 10
    plan: int = 54


@dataclass(frozen=True, slots=True, eq=False)
class WindowConditions:
    """Condition rows of B windows, standardised; NaN marks single unknown values.

    Attributes:
        dynamic, semantic, plan: f32 `[B, T, ...]`.
        picture_known, plan_known: bool `[B]`; False is the null condition of that signal.
        t0: f32 `[B]`, on the model's own timesteps: dynamic rows are used where t <= t0.
        k: int64 `[B]`, beats per attention block.
    """

    dynamic: Tensor
    semantic: Tensor
    plan: Tensor
    picture_known: Tensor
    plan_known: Tensor
    t0: Tensor
    k: Tensor


class RowEmbedding(nn.Module):
    """Rows with unknown values -> `[B, T, W]`: each value comes with a flag that says whether it is known."""

    def __init__(self, columns: int, width: int) -> None:
        super().__init__()
        self.inlet = nn.Linear(2 * columns, width)
        self.out = nn.Linear(width, width)

    def forward(self, rows: Tensor) -> Tensor:
        known = ~rows.isnan()
        values = torch.cat((rows.nan_to_num(0.0), known.to(rows.dtype)), -1)
        out: Tensor = self.out(functional.silu(self.inlet(values)))
        return out


class Block(nn.Module):
    """Self-attention, segment-aware cross-attention, feed-forward; the first and the last are modulated by the timestep
    (adaptive norm with one shared table and per-layer offsets, Chen et al. 2023)."""

    def __init__(self, config: DenoiserConfig) -> None:
        super().__init__()
        w = config.width
        self.norms = nn.ModuleList(RMSNorm(w) for _ in range(3))
        self.attend = Attention(w, config.heads)
        self.cross = SegmentAwareCrossAttention(w, config.heads)
        self.widen = nn.Linear(w, 4 * w)
        self.narrow = nn.Linear(4 * w, w)
        self.gates = nn.Parameter(torch.zeros(6, w))
        self.position_bias = nn.Parameter(torch.zeros(config.heads, 2 * BEATS_PER_WINDOW - 1))
        for layer in (self.attend.out, self.cross.attention.out, self.narrow):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x: Tensor, rows: Tensor, mask: Tensor, modulation: Tensor) -> Tensor:
        """`modulation [B, 6, W]`: scale, shift, gate of attention, then of the feed-forward."""
        a_scale, a_shift, a_gate, f_scale, f_shift, f_gate = (
            (modulation + self.gates.to(modulation.dtype)).unsqueeze(2).unbind(1)
        )
        h = self.norms[0](x) * (1 + a_scale) + a_shift
        x = x + (1 + a_gate) * self.attend(h, h, self._relative_bias(x.shape[1]))
        x = x + self.cross(self.norms[1](x), rows, mask)
        h = self.norms[2](x) * (1 + f_scale) + f_shift
        out: Tensor = x + (1 + f_gate) * self.narrow(functional.gelu(self.widen(h)))
        return out

    def _relative_bias(self, n_beats: int) -> Tensor:
        index = torch.arange(n_beats, device=self.position_bias.device)
        return self.position_bias[:, index[:, None] - index[None] + BEATS_PER_WINDOW - 1]


class Denoiser(nn.Module):
    """Predicts v (Salimans & Ho 2022) for noisy latents of windows: `[B, T, D]` -> f32 `[B, T, D]`."""

    def __init__(self, config: DenoiserConfig) -> None:
        super().__init__()
        self.config = config
        w = config.width
        self.inlet = BeatConv(2 * config.latent, w)
        self.position = nn.Parameter(torch.randn(BEATS_PER_WINDOW, w) * 0.02)
        self.plan_embed = RowEmbedding(config.plan, w)
        self.plan_mix = BeatConv(w, w)
        self.dynamic_embed = RowEmbedding(config.dynamic, w)
        self.semantic_embed = RowEmbedding(config.semantic, w)
        self.row_position = nn.Parameter(torch.randn(BEATS_PER_WINDOW, w) * 0.02)
        self.null_picture = nn.Parameter(torch.randn(w) * 0.02)
        self.null_plan = nn.Parameter(torch.randn(w) * 0.02)
        self.time_embed = nn.Sequential(nn.Linear(256, w), nn.SiLU(), nn.Linear(w, w))
        self.modulate_embed = nn.Sequential(nn.SiLU(), nn.Linear(w, 6 * w))
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.norm = RMSNorm(w)
        self.outlet = nn.Linear(w, config.latent)
        nn.init.zeros_(self.outlet.weight)
        nn.init.zeros_(self.outlet.bias)

    def forward(self, x_t: Tensor, t: Tensor, conditions: WindowConditions, previous: Tensor | None = None) -> Tensor:
        """Predict v.

        Args:
            x_t: `[B, T, D]`.
            t: timesteps 0..999, `[B]`.
            previous: the last estimate of x0 `[B, T, D]`, for self-conditioning.
        """
        seen = torch.zeros_like(x_t) if previous is None else previous
        x = self.inlet(torch.cat((x_t, seen), -1)) + self._plan(conditions)
        x = x + self.position.to(x.dtype)
        rows = self._picture_rows(t, conditions)
        mask = segment_mask(x_t.shape[1], conditions.k)
        time = self.time_embed(timestep_embedding(t, 256))
        modulation = self.modulate_embed(time).unflatten(-1, (6, -1))
        for block in self.blocks:
            x = block(x, rows, mask, modulation)
        v: Tensor = self.outlet(self.norm(x)).float()
        return v

    def _plan(self, conditions: WindowConditions) -> Tensor:
        rows = self.plan_embed(conditions.plan)
        known = conditions.plan_known[:, None, None]
        out: Tensor = self.plan_mix(torch.where(known, rows, self.null_plan.to(rows.dtype)))
        return out

    def _picture_rows(self, t: Tensor, conditions: WindowConditions) -> Tensor:
        """Feature selection, eq. 6: semantic rows while t > t0, dynamic rows once t <= t0."""
        late = (t <= conditions.t0)[:, None, None]
        rows = torch.where(late, self.dynamic_embed(conditions.dynamic), self.semantic_embed(conditions.semantic))
        known = conditions.picture_known[:, None, None]
        return torch.where(known, rows, self.null_picture.to(rows.dtype)) + self.row_position.to(rows.dtype)
