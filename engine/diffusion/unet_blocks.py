"""Blocks of the paper's U-Net: residual blocks, segment-aware attention, resampling.

Shape legend: B batch, C channels, R rows (time) and W columns (pitch) of a feature map, T condition rows (one a beat),
D condition width. Feature maps are `[B, C, R, W]`; attention sees them as R * W tokens, time first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

NORM_GROUPS: Final = 32
FEED_FORWARD_FACTOR: Final = 4


@dataclass(frozen=True, slots=True, eq=False)
class AttentionScope:
    """Who may see whom in the attention of one forward pass.

    Attributes:
        windows: both attentions stay inside each of this many equal parts of the time axis (1: no limit).
        k: where given, int64 `[B]`: cross-attention stays inside blocks of k adjacent beats (eq. 8).
    """

    windows: int = 1
    k: Tensor | None = None


def segment_mask(k: Tensor, rows: int, beats: int) -> Tensor:
    """Eq. 8 for feature maps of any time resolution: which condition rows each row of the map may see.

    The paper has one query for each condition row. In the U-Net a row may span several beats (two at the deepest
    level); it then sees the blocks of all beats it spans, and one of several rows of a beat sees that beat's block.
    The last block is shorter where k does not divide `beats`.

    Args:
        k: int64 `[B]`, beats a block, at least 1.
        rows: rows of the feature map over the same time as the `beats` condition rows.

    Returns:
        bool `[B, rows, beats]`, true where seen.
    """
    row = torch.arange(rows, device=k.device)
    first = row * beats // rows
    last = ((row + 1) * beats - 1) // rows
    blocks_first, blocks_last = (beat[None, :, None] // k[:, None, None] for beat in (first, last))
    block = torch.arange(beats, device=k.device)[None, None, :] // k[:, None, None]
    return (blocks_first <= block) & (block <= blocks_last)


class ResidualBlock(nn.Module):
    """Two normalised convolutions with the time embedding added between them, and a shortcut.

    `[B, C_in, R, W]`, embedding `[B, E]` -> `[B, C_out, R, W]`.
    """

    def __init__(self, channels_in: int, channels_out: int, embedding_width: int) -> None:
        super().__init__()
        self.norm_in = nn.GroupNorm(NORM_GROUPS, channels_in)
        self.conv_in = nn.Conv2d(channels_in, channels_out, 3, padding=1)
        self.time = nn.Linear(embedding_width, channels_out)
        self.norm_out = nn.GroupNorm(NORM_GROUPS, channels_out)
        self.conv_out = nn.Conv2d(channels_out, channels_out, 3, padding=1)
        self.skip = nn.Identity() if channels_in == channels_out else nn.Conv2d(channels_in, channels_out, 1)

    def forward(self, x: Tensor, embedding: Tensor) -> Tensor:
        h: Tensor = self.conv_in(functional.silu(self.norm_in(x)))
        h = h + self.time(functional.silu(embedding))[:, :, None, None]
        h = self.conv_out(functional.silu(self.norm_out(h)))
        shortcut: Tensor = self.skip(x)
        return shortcut + h


class Attention(nn.Module):
    """Multi-head attention (eq. 7 and 9; scaled by the width of a head, not of the condition as the paper prints).

    `[B, L, C]`, context `[B, S, D]` -> `[B, L, C]`.
    """

    def __init__(self, width: int, context_width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width, bias=False)
        self.key = nn.Linear(context_width, width, bias=False)
        self.value = nn.Linear(context_width, width, bias=False)
        self.out = nn.Linear(width, width)

    def forward(self, x: Tensor, context: Tensor, *, windows: int = 1, mask: Tensor | None = None) -> Tensor:
        """Attend from `x` to `context`.

        Args:
            windows: both sequences are cut into this many equal parts; each part attends to its own only. The parts
                become a batch, which gives the published block mask without computing what it hides.
            mask: bool `[B, 1, L, S]`, true where seen; only with `windows` = 1.
        """
        b, length, width = x.shape
        x = x.reshape(b * windows, length // windows, width)
        context = context.reshape(b * windows, context.shape[1] // windows, context.shape[2])
        query, key, value = (
            part.unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for part in (self.query(x), self.key(context), self.value(context))
        )
        seen = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        out: Tensor = self.out(seen.transpose(1, 2).reshape(b, length, width))
        return out


class GatedFeedForward(nn.Module):
    """Feed-forward layer with a GELU gate (Shazeer 2020): `[B, L, C]` -> the same."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.inlet = nn.Linear(width, 2 * FEED_FORWARD_FACTOR * width)
        self.out = nn.Linear(FEED_FORWARD_FACTOR * width, width)

    def forward(self, x: Tensor) -> Tensor:
        value, gate = self.inlet(x).chunk(2, -1)
        out: Tensor = self.out(value * functional.gelu(gate))
        return out


class TransformerLayer(nn.Module):
    """Self-attention, cross-attention on the condition, feed-forward; each pre-normed and residual (section 4.4)."""

    def __init__(self, width: int, condition_width: int, heads: int) -> None:
        super().__init__()
        self.self_norm = nn.LayerNorm(width)
        self.self_attention = Attention(width, width, heads)
        self.cross_norm = nn.LayerNorm(width)
        self.cross_attention = Attention(width, condition_width, heads)
        self.feed_norm = nn.LayerNorm(width)
        self.feed = GatedFeedForward(width)

    def forward(self, x: Tensor, condition: Tensor, *, windows: int, mask: Tensor | None) -> Tensor:
        """`[B, L, C]`, condition `[B, T, D]`, mask bool `[B, 1, L, T]` of the cross-attention -> `[B, L, C]`."""
        h = self.self_norm(x)
        x = x + self.self_attention(h, h, windows=windows)
        x = x + self.cross_attention(self.cross_norm(x), condition, windows=windows, mask=mask)
        out: Tensor = x + self.feed(self.feed_norm(x))
        return out


class SegmentTransformer(nn.Module):
    """Transformer layers over all cells of a feature map: `[B, C, R, W]`, condition `[B, T, D]` -> `[B, C, R, W]`."""

    def __init__(self, channels: int, *, condition_width: int, heads: int, layers: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(NORM_GROUPS, channels, eps=1e-6)
        self.inlet = nn.Conv2d(channels, channels, 1)
        self.layers = nn.ModuleList(TransformerLayer(channels, condition_width, heads) for _ in range(layers))
        self.outlet = nn.Conv2d(channels, channels, 1)

    def forward(self, x: Tensor, condition: Tensor, scope: AttentionScope) -> Tensor:
        rows, columns = x.shape[2:]
        mask = None
        if scope.k is not None:
            mask = segment_mask(scope.k, rows, condition.shape[1]).repeat_interleave(columns, 1)[:, None]
        tokens = self.inlet(self.norm(x)).flatten(2).transpose(1, 2)
        for layer in self.layers:
            tokens = layer(tokens, condition, windows=scope.windows, mask=mask)
        out: Tensor = self.outlet(tokens.transpose(1, 2).unflatten(2, (rows, columns)))
        return x + out


class Stage(nn.Module):
    """A residual block, followed by attention on the levels that have it."""

    def __init__(self, residual: ResidualBlock, attention: SegmentTransformer | None) -> None:
        super().__init__()
        self.residual = residual
        self.attention = attention

    def forward(self, x: Tensor, embedding: Tensor, condition: Tensor, scope: AttentionScope) -> Tensor:
        x = self.residual(x, embedding)
        return x if self.attention is None else self.attention(x, condition, scope)


class Downsample(nn.Module):
    """Strided convolution that halves both axes: `[B, C, R, W]` -> `[B, C, R / 2, W / 2]`."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, stride=2, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.conv(x)
        return out


class Upsample(nn.Module):
    """Nearest neighbour and a convolution, doubling both axes: `[B, C, R, W]` -> `[B, C, 2 R, 2 W]`."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.conv(functional.interpolate(x, scale_factor=2.0, mode="nearest"))
        return out
