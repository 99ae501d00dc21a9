"""Attention as matrix products and a softmax, and the paper's segment mask.

Written out because on a CPU the fused kernel's backward takes a third of a training step; for 32 beats the scores
are small.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


def segment_mask(n_beats: int, k: Tensor) -> Tensor:
    """Mask of eq. 8: True where beats i and j lie in the same block of k adjacent beats.

    Args:
        k: int `[B]`.

    Returns:
        bool `[B, T, T]`.
    """
    block = torch.arange(n_beats, device=k.device)[None] // k[:, None]
    mask: Tensor = block[:, :, None] == block[:, None, :]
    return mask


class Attention(nn.Module):
    """Multi-head attention with an additive bias or mask on the scores (eq. 7, 9).

    `queries [B, T, W]`, `rows [B, S, W]` -> `[B, T, W]`.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width, bias=False)
        self.key_value = nn.Linear(width, 2 * width, bias=False)
        self.out = nn.Linear(width, width)

    def forward(self, queries: Tensor, rows: Tensor, bias: Tensor) -> Tensor:
        """`bias` broadcasts to `[B, heads, T, S]`; -inf forbids."""
        q = self._split(self.query(queries))
        k, v = self.key_value(rows).chunk(2, -1)
        scores = q @ self._split(k).transpose(-1, -2) * (q.shape[-1] ** -0.5)
        weights = (scores.float() + bias).softmax(-1).to(v.dtype)
        mixed = (weights @ self._split(v)).transpose(1, 2).flatten(2)
        out: Tensor = self.out(mixed)
        return out

    def _split(self, x: Tensor) -> Tensor:
        heads: Tensor = x.unflatten(-1, (self.heads, -1)).transpose(1, 2)
        return heads


class SegmentAwareCrossAttention(nn.Module):
    """Cross-attention from beats to condition rows within blocks of k (section 4.4).

    The paper's published code masks with two windows whatever k is, and masks self-attention too; as the paper's text
    has it, this masks cross-attention only, with blocks of k rows.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.attention = Attention(width, heads)

    def forward(self, queries: Tensor, rows: Tensor, mask: Tensor) -> Tensor:
        """`mask` is bool `[B, T, T]` of `segment_mask`."""
        bias = torch.zeros(mask.shape, device=mask.device).masked_fill(~mask, float("-inf"))[:, None]
        out: Tensor = self.attention(queries, rows, bias)
        return out
