"""Turns a checkpoint of the authors' code into a bundle: `diffbgm-train import-checkpoint FILE.pt -o BUNDLE`.

Their file is a pickle with the state dict of everything under `model`: the network under `ldm.eps_model.*`, the
projection of the captions under `caption_enc.*`, and the noise schedule under `ldm.*`. It is read without running code
from it. Each entry finds its place under our names, or the import stops and names it; nothing is left out silently.

The user brings the file. Neither the authors' weights nor their code have a licence, so neither is shipped here.
"""

from __future__ import annotations

import argparse
import json
import pickle
import shutil
import uuid
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor

from engine.diffusion.model import CARD, CONFIG, WEIGHTS
from engine.diffusion.paper_model import PUBLISHED_GUIDANCE, PaperConfig
from engine.diffusion.schedule import N_TIMESTEPS, PAPER_BETA_END, PAPER_BETA_START
from engine.diffusion.unet import PUBLISHED_T0, AttentionMode, ConditionOrder, UNetConfig
from engine.errors import BundleError, InputError, OutputError
from training.published_names import published_layout

SCHEDULE_PREFIX: Final = "ldm."

ORDERS: Final[Mapping[str, ConditionOrder]] = {
    "c_v": "semantic-dynamic",
    "v_c": "dynamic-semantic",
    "caption": "semantic",
    "visual": "dynamic",
}
"""`cond_type` in the authors' `params.json` -> ours."""

_UNREADABLE: Final = (
    pickle.UnpicklingError,
    RuntimeError,
    EOFError,
    ValueError,
    LookupError,
    AttributeError,
    TypeError,
)
"""What `torch.load` raises on a file that is damaged, of another kind, or holds more than numbers."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of a checkpoint.

    Attributes:
        bundle: the folder written.
        source_sha256: of the checkpoint.
        config: the network's.
        n_parameters: numbers that the bundle holds.
        n_entries: entries of the checkpoint that were brought over.
        checked: entries that hold the noise schedule, equal to ours and therefore not kept.
        ignored: unknown entries that the caller asked to leave out.
    """

    bundle: Path
    source_sha256: str
    config: UNetConfig
    n_parameters: int
    n_entries: int
    checked: tuple[str, ...]
    ignored: tuple[str, ...]


def import_checkpoint(
    file: Path,
    output: Path,
    *,
    params: Path | None = None,
    attention: AttentionMode = "published",
    windows: int = 2,
    ignore: Sequence[str] = (),
) -> ImportReport:
    """Convert the authors' checkpoint `file` to a bundle in the new folder `output`.

    The checkpoint does not say which signal it was trained with first; the `params.json` of its training run does. It
    is looked for beside the file and one folder up, where their training leaves it; without one, captions come first
    (eq. 6).

    Args:
        params: that file, where it lies elsewhere.
        attention: the mode to run in; weights serve best in the one they were trained in.
        windows: of mode "published"; 1 for the authors' weights without segment-aware attention.
        ignore: beginnings of entry names to leave out if they are unknown.

    Raises:
        InputError: a file is missing or unreadable.
        BundleError: the file is no such checkpoint, or an entry is unknown, missing or of another shape.
        OutputError: `output` exists or cannot be written.
    """
    if output.exists():
        raise OutputError(f"{output} exists already.", "Choose another folder, or delete this one.")
    if windows not in (1, 2, 4, 8, 16):
        raise InputError(f"A window of 32 beats cannot be cut into {windows} attention windows.", "Give 1 or 2.")
    params = params or _find_params(file)
    config = replace(_config_of(params) if params else UNetConfig(), attention=attention, windows=windows)
    entries = read_checkpoint(file)
    checked = check_schedule(entries)
    rest = {name: tensor for name, tensor in entries.items() if name not in checked}
    weights, ignored = map_entries(rest, config, ignore=ignore)
    report = ImportReport(
        bundle=output,
        source_sha256=_hash(file),
        config=config,
        n_parameters=sum(tensor.numel() for tensor in weights.values()),
        n_entries=len(weights),
        checked=checked,
        ignored=ignored,
    )
    _write_bundle(report, weights, source_name=file.name)
    return report


def read_checkpoint(file: Path) -> dict[str, Tensor]:
    """The state dict of the authors' whole model, as it lies in `file`; no code from the file is run.

    Raises:
        InputError, BundleError: see `import_checkpoint`.
    """
    if not file.is_file():
        raise InputError(f"There is no file {file}.", "Give the .pt file of the authors' training.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about odd pickles, which end in our own error or load well
            content = torch.load(file, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(file))
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror or error}.") from error
    except (
        pickle.UnpicklingError,
        RuntimeError,
        EOFError,
        ValueError,
        LookupError,
        AttributeError,
        TypeError,
    ) as error:
        raise BundleError(
            f"{file.name} is damaged, or not a PyTorch checkpoint that holds nothing but numbers.",
            "Download it again. A file that can only be opened by running code from it is refused.",
        ) from error
    model = content.get("model") if isinstance(content, dict) else None
    if not isinstance(model, dict) or not all(isinstance(tensor, Tensor) for tensor in model.values()):
        raise BundleError(
            f"{file.name} is not a checkpoint of the authors' training: it has no state dict under 'model'."
        )
    return {str(name): tensor for name, tensor in model.items()}


def check_schedule(entries: Mapping[str, Tensor]) -> tuple[str, ...]:
    """Names of the entries that hold the noise schedule, which must be the published one.

    Raises:
        BundleError: an entry of the schedule has other values.
    """
    beta = np.linspace(PAPER_BETA_START**0.5, PAPER_BETA_END**0.5, N_TIMESTEPS) ** 2
    expected = {"beta": beta, "sigma2": beta, "alpha": 1 - beta, "alpha_bar": np.cumprod(1 - beta)}
    found = []
    for name, values in expected.items():
        entry = entries.get(SCHEDULE_PREFIX + name)
        if entry is None:
            continue
        if entry.shape != (N_TIMESTEPS,) or not np.allclose(entry.double().numpy(), values, rtol=1e-4, atol=1e-7):
            raise BundleError(
                f"The checkpoint was trained on another noise schedule: {SCHEDULE_PREFIX}{name} differs from the "
                f"published one.",
                "Only the published schedule of 1000 steps can be imported.",
            )
        found.append(SCHEDULE_PREFIX + name)
    return tuple(found)


def map_entries(
    entries: Mapping[str, Tensor], config: UNetConfig, *, ignore: Sequence[str] = ()
) -> tuple[dict[str, Tensor], tuple[str, ...]]:
    """Entries under their published names -> f32 weights under ours, and the ignored names.

    Raises:
        BundleError: entries are missing, unknown and not ignored, of another shape, or not finite.
    """
    layout = published_layout(config)
    missing = sorted(entry.name for entry in layout.values() if entry.name not in entries)
    unknown = sorted(set(entries) - {entry.name for entry in layout.values()})
    ignored = tuple(name for name in unknown if any(name.startswith(beginning) for beginning in ignore))
    _refuse("lacks", missing, "It may be of another version or size of the network, or cut short.")
    _refuse(
        "holds entries that the network has no place for,",
        [name for name in unknown if name not in ignored],
        "If they belong to a part that is not needed, name their beginning with --ignore.",
    )
    _refuse(
        "has entries of another shape than the network,",
        [
            f"{entry.name} {tuple(entries[entry.name].shape)} instead of {entry.shape}"
            for entry in layout.values()
            if entries[entry.name].shape != entry.shape
        ],
        "Give the params.json of the training run with --params.",
    )
    weights = {name: entries[entry.name].to(torch.float32).contiguous() for name, entry in layout.items()}
    broken = [layout[name].name for name, weight in weights.items() if not bool(weight.isfinite().all())]
    _refuse("has values that are not finite in", broken, "The training run that made it failed.")
    return weights, ignored


def _refuse(what: str, entries: list[str], hint: str) -> None:
    if entries:
        shown = ", ".join(entries[:3]) + (f" and {len(entries) - 3} more" if len(entries) > 3 else "")
        raise BundleError(f"The checkpoint {what} {shown}.", hint)


def _find_params(file: Path) -> Path | None:
    candidates = (file.parent / "params.json", file.parent.parent / "params.json")
    return next((path for path in candidates if path.is_file()), None)


def _config_of(params: Path) -> UNetConfig:
    """The network's sizes and order of conditions from the `params.json` of the authors' training run."""
    try:
        data = json.loads(params.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{params} cannot be read: {error.strerror or error}.") from error
    except ValueError as error:
        raise BundleError(f"{params} is not a JSON file.") from error
    if not isinstance(data, dict) or data.get("cond_type") not in ORDERS:
        raise BundleError(
            f"{params} is not from a training run of the authors' code: cond_type is none of {', '.join(ORDERS)}."
        )
    fields = {
        "channels": "channels",
        "channel_multipliers": "multipliers",
        "n_res_blocks": "residual_blocks",
        "attention_levels": "attention_levels",
        "n_heads": "heads",
        "tf_layers": "transformer_layers",
        "d_cond": "condition_width",
    }
    found = {ours: data[theirs] for theirs, ours in fields.items() if theirs in data}
    return UNetConfig.from_json({**found, "order": ORDERS[data["cond_type"]]})


def bundle_config(report: ImportReport, *, weights_sha256: str, source_name: str) -> dict[str, Any]:
    """What `config.json` of the bundle says."""
    config = PaperConfig(network=report.config, version=f"imported {report.source_sha256[:8]}")
    return {
        **config.to_json(),
        "weights": {"file": WEIGHTS, "sha256": weights_sha256, "parameters": report.n_parameters},
        "source": {"file": source_name, "sha256": report.source_sha256},
    }


_CARD = """# Diff-BGM, imported from a checkpoint

The network of Li, Qin, Zheng, Jin and Liu, "Diff-BGM: A Diffusion Model for Video Background Music Generation"
(CVPR 2024), with weights from `{source_name}` (SHA-256 `{source}`).

- {parameters:,} parameters from {entries} entries; f32. Left out: {ignored}.
- Attention mode: {attention} ({windows}). Conditions: {order}, switching at t0 = {t0:g} of 1000.
- Noise schedule: scaled linear, {start} to {end}, 1000 steps; the network predicts the noise of a 0/1 piano roll of
  8 bars. The published command samples every timestep from 998 down to 0 with guidance {guidance:g}; the published
  training never showed the network the null condition that this guidance compares with.
- Expects BERT features of BLIP captions ({semantic} wide) and CLIP video features ({dynamic} wide), one row a beat.

Licence: the authors published their weights without one. This bundle is for the use of whoever obtained the
checkpoint; do not pass it on without the authors' consent.
"""


def _card(report: ImportReport, source_name: str) -> str:
    config = report.config
    return _CARD.format(
        source_name=source_name,
        source=report.source_sha256,
        parameters=report.n_parameters,
        entries=report.n_entries,
        ignored=", ".join(report.ignored) or "nothing but the noise schedule, which is the published one",
        attention=config.attention,
        windows=f"{config.windows} windows" if config.attention == "published" else "blocks of k beats",
        order=config.order,
        t0=PUBLISHED_T0,
        start=PAPER_BETA_START,
        end=PAPER_BETA_END,
        guidance=PUBLISHED_GUIDANCE,
        semantic=config.semantic_width,
        dynamic=config.dynamic_width,
    )


def _write_bundle(report: ImportReport, weights: dict[str, Tensor], *, source_name: str) -> None:
    """Write aside, then rename; leave nothing behind on failure."""
    output = report.bundle
    aside = output.with_name(f".{output.name}.{uuid.uuid4().hex[:8]}")
    try:
        aside.mkdir(parents=True)
        file = aside / WEIGHTS
        save_file(weights, file)
        config = bundle_config(report, weights_sha256=_hash(file), source_name=source_name)
        (aside / CONFIG).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
        (aside / CARD).write_text(_card(report, source_name), encoding="utf-8")
        aside.rename(output)
    except (OSError, SafetensorError) as error:
        reason = getattr(error, "strerror", None) or error
        raise OutputError(f"The bundle {output} cannot be written: {reason}.") from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _hash(file: Path) -> str:
    digest = sha256()
    with file.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `diffbgm-train import-checkpoint`."""
    parser.add_argument("file", type=Path, metavar="FILE.pt", help="the authors' checkpoint")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="BUNDLE", help="the folder to make")
    parser.add_argument("--params", type=Path, metavar="FILE.json", help="params.json of its training run")
    parser.add_argument("--attention", choices=("published", "paper"), default="published")
    parser.add_argument("--windows", type=int, default=2, help="1 for weights without segment-aware attention")
    parser.add_argument(
        "--ignore", action="append", default=[], metavar="PREFIX", help="leave out unknown entries that begin so"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Import as the command line says, and tell what was done. Returns the exit status 0."""
    report = import_checkpoint(
        arguments.file,
        arguments.output,
        params=arguments.params,
        attention=arguments.attention,
        windows=arguments.windows,
        ignore=arguments.ignore,
    )
    print(f"{report.bundle}: {report.n_parameters:,} parameters from {report.n_entries} entries")
    print(f"noise schedule checked: {', '.join(report.checked) or 'not in the checkpoint'}")
    print(f"left out as asked: {', '.join(report.ignored) or 'nothing'}")
    print(f"conditions {report.config.order}, attention {report.config.attention}")
    return 0
