"""Random encoders of a few thousand parameters, saved to folders as the hub would have them."""

from __future__ import annotations

import json
from pathlib import Path

import torch

WORDS = "[PAD] [UNK] [CLS] [SEP] [MASK] a the man dog on in red blue boat sea city night running".split()
SIDE = 32


def write_encoders(root: Path, *, frame_width: int = 512, text_width: int = 768, video: bool = False) -> Path:
    """Folders clip, blip and bert in `root`, with features of the given widths."""
    import transformers
    from transformers.utils import logging as chatter

    chatter.set_verbosity_error()
    chatter.disable_progress_bar()
    torch.manual_seed(0)
    _frames(root / "clip", frame_width, video=video)
    _captions(root / "blip")
    bert = transformers.BertConfig(
        vocab_size=len(WORDS),
        hidden_size=text_width,
        num_hidden_layers=1,
        num_attention_heads=4,
        intermediate_size=16,
        max_position_embeddings=64,
    )
    transformers.BertModel(bert).save_pretrained(root / "bert")
    _vocabulary(root / "bert")
    return root


def _vision(**more: object) -> dict[str, object]:
    small = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    return {**small, "image_size": SIDE, "patch_size": 16, **more}


def _frames(folder: Path, width: int, *, video: bool) -> None:
    import transformers

    text = {"vocab_size": 16, "hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1}
    text |= {"num_attention_heads": 2, "bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 1}
    if video:
        more = {"num_frames": 4, "mit_hidden_size": 16, "mit_intermediate_size": 16, "mit_num_hidden_layers": 1}
        vision = _vision(**more, mit_num_attention_heads=2)
        config = transformers.XCLIPConfig(text_config=text, vision_config=vision, projection_dim=width)
        config.vision_config.mit_hidden_size = width
        transformers.XCLIPModel(config).save_pretrained(folder)
    else:
        config = transformers.CLIPConfig(text_config=text, vision_config=_vision(), projection_dim=width)
        transformers.CLIPModel(config).save_pretrained(folder)
    _preparation(folder, "CLIPImageProcessor", {"shortest_edge": SIDE}, crop=True)


def _captions(folder: Path) -> None:
    import transformers

    text = {"vocab_size": len(WORDS), "hidden_size": 16, "encoder_hidden_size": 16, "intermediate_size": 16}
    text |= {"num_hidden_layers": 1, "num_attention_heads": 2, "projection_dim": 16, "max_position_embeddings": 64}
    text |= {"bos_token_id": 2, "eos_token_id": 3, "sep_token_id": 3, "pad_token_id": 0}
    config = transformers.BlipConfig(text_config=text, vision_config=_vision(), projection_dim=16)
    transformers.BlipForConditionalGeneration(config).save_pretrained(folder)
    _preparation(folder, "BlipImageProcessor", {"height": SIDE, "width": SIDE}, crop=False)
    _vocabulary(folder)


def _preparation(folder: Path, kind: str, size: dict[str, int], *, crop: bool) -> None:
    settings = {
        "image_processor_type": kind,
        "size": size,
        "do_resize": True,
        "do_center_crop": crop,
        "crop_size": {"height": SIDE, "width": SIDE},
        "do_rescale": True,
        "rescale_factor": 1 / 255,
        "do_normalize": True,
        "image_mean": [0.48, 0.46, 0.41],
        "image_std": [0.27, 0.26, 0.28],
        "do_convert_rgb": True,
        "resample": 3,
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(settings))


def _vocabulary(folder: Path) -> None:
    (folder / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "BertTokenizer"}))
