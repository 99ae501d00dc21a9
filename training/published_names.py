"""Where each parameter of our U-Net lies in a checkpoint of the authors' code: facts of their file format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

import torch

from engine.diffusion.unet import EpsilonUNet, UNetConfig

NETWORK_PREFIX: Final = "ldm.eps_model."
PROJECTION_PREFIX: Final = "caption_enc."

_RESIDUAL: Final = {
    "norm_in": "in_layers.0",
    "conv_in": "in_layers.2",
    "time": "emb_layers.1",
    "norm_out": "out_layers.0",
    "conv_out": "out_layers.3",
    "skip": "skip_connection",
}
_TRANSFORMER: Final = {"norm": "norm", "inlet": "proj_in", "outlet": "proj_out"}
_LAYER: Final = {
    "self_norm": "norm1",
    "cross_norm": "norm2",
    "feed_norm": "norm3",
    "feed.inlet": "ff.net.0.proj",
    "feed.out": "ff.net.2",
}
_ATTENTION: Final = {"query": "to_q", "key": "to_k", "value": "to_v", "out": "to_out.0"}
_ATTENTIONS: Final = {"self_attention": "attn1", "cross_attention": "attn2"}


@dataclass(frozen=True, slots=True)
class PublishedEntry:
    """Name and shape of a parameter in the authors' state dict."""

    name: str
    shape: tuple[int, ...]


@cache
def published_layout(config: UNetConfig) -> Mapping[str, PublishedEntry]:
    """Every parameter of `EpsilonUNet(config)`, under our names in our order, and its entry in their checkpoint."""
    modules = _published_modules(config)
    with torch.device("meta"):
        ours = EpsilonUNet(config).state_dict()
    layout = {}
    for name, weight in ours.items():
        module, _, leaf = name.rpartition(".")
        layout[name] = PublishedEntry(f"{modules[module]}.{leaf}", tuple(weight.shape))
    return MappingProxyType(layout)


def _published_modules(config: UNetConfig) -> dict[str, str]:
    """Our leaf modules -> theirs. Their blocks are numbered through all levels; a block's parts are numbered too."""
    names = {
        "semantic_projection": PROJECTION_PREFIX.rstrip("."),
        "time_embedding.inlet": f"{NETWORK_PREFIX}time_embed.0",
        "time_embedding.out": f"{NETWORK_PREFIX}time_embed.2",
        "stem": f"{NETWORK_PREFIX}input_blocks.0.0",
        "head_norm": f"{NETWORK_PREFIX}out.0",
        "head": f"{NETWORK_PREFIX}out.2",
    }
    levels = range(len(config.multipliers))
    block = 1
    for level in levels:
        for stage in range(config.residual_blocks):
            names |= _stage_names(f"encoder.{level}.stages.{stage}", f"input_blocks.{block}", 0, config)
            block += 1
        names[f"encoder.{level}.down.conv"] = f"{NETWORK_PREFIX}input_blocks.{block}.0.op"
        block += 1
    names |= _stage_names("middle.0", "middle_block", 0, config)
    names |= _stage_names("middle.1", "middle_block", 2, config)
    block = 0
    for depth, level in enumerate(reversed(levels)):
        for stage in range(config.residual_blocks + 1):
            names |= _stage_names(f"decoder.{depth}.stages.{stage}", f"output_blocks.{block}", 0, config)
            block += 1
        part = 2 if level in config.attention_levels else 1
        names[f"decoder.{depth}.up.conv"] = f"{NETWORK_PREFIX}output_blocks.{block - 1}.{part}.conv"
    return names


def _stage_names(ours: str, theirs: str, part: int, config: UNetConfig) -> dict[str, str]:
    """A `Stage`: the residual block is number `part` of their block, its attention, if any, the next number."""
    theirs = NETWORK_PREFIX + theirs
    names = {f"{ours}.residual.{a}": f"{theirs}.{part}.{b}" for a, b in _RESIDUAL.items()}
    names |= {f"{ours}.attention.{a}": f"{theirs}.{part + 1}.{b}" for a, b in _TRANSFORMER.items()}
    for i in range(config.transformer_layers):
        layer, their_layer = f"{ours}.attention.layers.{i}", f"{theirs}.{part + 1}.transformer_blocks.{i}"
        names |= {f"{layer}.{a}": f"{their_layer}.{b}" for a, b in _LAYER.items()}
        for kind, their_kind in _ATTENTIONS.items():
            names |= {f"{layer}.{kind}.{a}": f"{their_layer}.{their_kind}.{b}" for a, b in _ATTENTION.items()}
    return names
