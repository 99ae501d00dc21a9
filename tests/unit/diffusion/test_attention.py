"""The segment mask of eq. 8, and what it lets through."""

from __future__ import annotations

import pytest
import torch

from engine.diffusion.attention import SegmentAwareCrossAttention, segment_mask


@pytest.mark.parametrize("k", [1, 4, 8, 32])
def test_mask_is_blocks_of_k(k: int) -> None:
    mask = segment_mask(32, torch.tensor([k]))[0]
    for i in range(32):
        for j in range(32):
            assert bool(mask[i, j]) == (i // k == j // k)


@pytest.mark.parametrize("k", [1, 4, 8])
def test_rows_of_other_blocks_do_not_reach_a_beat(k: int) -> None:
    torch.manual_seed(0)
    attention = SegmentAwareCrossAttention(16, 2)
    queries, rows = torch.randn(1, 32, 16), torch.randn(1, 32, 16)
    mask = segment_mask(32, torch.tensor([k]))
    before = attention(queries, rows, mask)
    rows[:, 12] += 1
    changed = (attention(queries, rows, mask) - before).abs().sum(-1)[0] > 1e-6
    assert changed.nonzero().flatten().tolist() == [i for i in range(32) if i // k == 12 // k]


def test_each_window_has_its_own_k() -> None:
    mask = segment_mask(32, torch.tensor([1, 32]))
    assert mask[0].sum() == 32
    assert mask[1].all()
