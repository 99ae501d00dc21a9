"""The paper's network of a run into a bundle that the engine loads, beside imported ones."""

from __future__ import annotations

import argparse
import json
from hashlib import sha256
from typing import Final

from safetensors.torch import save_file

from engine.diffusion.model import CARD, CONFIG, WEIGHTS
from engine.diffusion.paper_model import PaperConfig, load_paper_model
from engine.diffusion.unet import EpsilonUNet
from training.card import model_card, read_stage, write_curves
from training.config import PaperRun
from training.data.corpus import load_corpus
from training.export import data_facts, read_checkpoint

_ABOUT: Final = """\
The network of Li, Qin, Zheng, Jin and Liu, "Diff-BGM: A Diffusion Model for Video Background Music Generation"
(CVPR 2024), trained by this project on POP909 and features in BGM909's layout. It predicts the noise of a piano roll of
eight bars, and follows CLIP features of frames and BERT features of BLIP captions."""


def export_paper(config: PaperRun, arguments: argparse.Namespace) -> None:
    """Averaged weights, configuration, card and curves into `arguments.output`.

    Raises:
        InputError: if there is no checkpoint or no corpus.
    """
    from training.stages import PAPER

    state = read_checkpoint(arguments.run / PAPER)
    corpus = load_corpus(arguments.data)
    network = EpsilonUNet(config.model)
    network.load_state_dict(state["ema"])
    stage = read_stage(PAPER, arguments.run / PAPER, state, config.loop.seed, arguments.hardware)
    folder = arguments.output
    folder.mkdir(parents=True, exist_ok=True)
    save_file({name: tensor.contiguous() for name, tensor in network.state_dict().items()}, folder / WEIGHTS)
    parameters = sum(p.numel() for p in network.parameters())
    bundle = {
        **PaperConfig(network=config.model, version=config.version).to_json(),
        "weights": {
            "file": WEIGHTS,
            "sha256": sha256((folder / WEIGHTS).read_bytes()).hexdigest(),
            "parameters": parameters,
        },
    }
    (folder / CONFIG).write_text(json.dumps(bundle, indent=2) + "\n", encoding="utf-8")
    card = model_card(
        title="Diff-BGM, trained from the paper",
        about=_ABOUT,
        facts={
            "version": config.version,
            "parameters": f"{parameters / 1e6:.2f} M",
            **data_facts(corpus),
            **stage.facts(),
        },
        stages=[stage],
        commands=[
            "diffbgm-train prepare POP909_FOLDER",
            f"diffbgm-train train {arguments.config} --features BGM909_FOLDER",
            f"diffbgm-train export {arguments.config} -o BUNDLE",
        ],
        settings=config.to_json(),
        files=write_curves([stage], folder),
    )
    (folder / CARD).write_text(card, encoding="utf-8")
    load_paper_model(folder, bundle)
