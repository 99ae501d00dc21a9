"""A compact model with small random weights, built from configuration."""

from __future__ import annotations

import numpy as np
import torch

from engine.diffusion.autoencoder import AutoencoderConfig
from engine.diffusion.conditioning import ControlStatistics
from engine.diffusion.denoiser import DenoiserConfig
from engine.diffusion.model import CompactModel, ModelConfig
from engine.music.controls import DYNAMIC, PLAN_WIDTH, SEMANTIC, Conditions


def tiny_config() -> ModelConfig:
    return ModelConfig(
        autoencoder=AutoencoderConfig(
            latent=(4, 4, 4), encoder_width=16, encoder_blocks=1, decoder_width=16, decoder_blocks=1
        ),
        denoiser=DenoiserConfig(latent=12, width=32, heads=2, layers=2),
        statistics=ControlStatistics(
            (0.0,) * len(DYNAMIC), (1.0,) * len(DYNAMIC), (0.0,) * len(SEMANTIC), (1.0,) * len(SEMANTIC)
        ),
        schedule="squaredcos_cap_v2",
        settled=tuple(float(x) for x in np.linspace(1, 0, 1000)),
        quantiles={
            name: tuple(float(x) for x in np.linspace(0, 1, 101))
            for name in (*(n for n in DYNAMIC if not n.startswith("hit_")), *SEMANTIC)
        },
        version="tiny",
    )


def tiny_model(seed: int = 0) -> CompactModel:
    """Every weight random, also those that start at zero, so that each input matters; the decoder writes some notes."""
    model = CompactModel(tiny_config())
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.3)
        for outlet in model.autoencoder.outlets:
            outlet.bias.copy_(torch.randn(outlet.bias.shape, generator=generator) - 1.5)  # type: ignore[union-attr, operator]
    return model.eval().requires_grad_(False)


def random_conditions(n_beats: int, seed: int = 0) -> Conditions:
    rng = np.random.default_rng(seed)
    return Conditions(
        rng.standard_normal((n_beats, len(DYNAMIC))).astype(np.float32),
        rng.standard_normal((n_beats, len(SEMANTIC))).astype(np.float32),
        rng.random((n_beats, PLAN_WIDTH)).astype(np.float32),
    )
