"""The paper's network at a fraction of its size, with formula weights: three levels would do, one is fast."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from engine.diffusion.paper_model import PaperConfig, PaperModel
from engine.diffusion.unet import UNetConfig
from engine.music.encoded import EncodedRows
from tests.helpers.formula_weights import formula_weight

TINY_NETWORK = UNetConfig(channels=32, multipliers=(1, 1, 1, 1), residual_blocks=1, attention_levels=(3,), heads=2)
"""Attention on an eighth of the grid, as in the published network, so that a window takes milliseconds."""


def published_params() -> dict[str, object]:
    """The `params.json` that a training run of the authors' code with this network would leave."""
    network = TINY_NETWORK
    return {
        "channels": network.channels,
        "channel_multipliers": list(network.multipliers),
        "n_res_blocks": network.residual_blocks,
        "attention_levels": list(network.attention_levels),
        "n_heads": network.heads,
        "tf_layers": network.transformer_layers,
        "d_cond": network.condition_width,
        "cond_type": "c_v",
    }


def tiny_paper_model(**options: object) -> PaperModel:
    model = PaperModel(PaperConfig(network=replace(TINY_NETWORK, **options), version="tiny paper"))  # type: ignore[arg-type]
    with torch.no_grad():
        for name, parameter in model.network.named_parameters():
            parameter.copy_(formula_weight(name, tuple(parameter.shape)))
    return model.eval().requires_grad_(False)


def random_rows(n_beats: int, seed: int = 0) -> EncodedRows:
    rng = np.random.default_rng(seed)
    return EncodedRows(
        rng.standard_normal((n_beats, TINY_NETWORK.semantic_width)).astype(np.float32),
        rng.standard_normal((n_beats, TINY_NETWORK.dynamic_width)).astype(np.float32),
    )
