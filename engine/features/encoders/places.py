"""Where the weights of an encoder lie: a local folder, our cache, the hub's cache, or the hub."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from engine.artifacts import cache_folder
from engine.cancel import NEVER, CancelToken
from engine.errors import EncoderError, InputError
from engine.events import Report, no_report
from engine.wording import Told

ENCODERS_VARIABLE: Final = "DIFFBGM_ENCODERS"
CONFIG: Final = "config.json"
WEIGHTS: Final = ("model.safetensors", "pytorch_model.bin")
"""Kinds of weights file, the preferred one first."""

_BLOCK: Final = 65_536
_N_BLOCKS: Final = 16

Notice = Callable[[str], None]
"""Told what a person should know while it lasts, such as a download of a gigabyte."""


def no_notice(_text: str) -> None:
    """A notice that goes nowhere."""


@dataclass(frozen=True, slots=True)
class EncoderKind:
    """One of the encoders.

    Attributes:
        folder: the name of its folder beside those of the others.
        hub: its name on the hub.
        megabytes: what is downloaded, about.
        purpose: what it does, in words for people.
    """

    folder: str
    hub: str
    megabytes: int
    purpose: str


FRAMES: Final = EncoderKind("clip", "openai/clip-vit-base-patch32", 605, "frames -> F_v")
CAPTIONS: Final = EncoderKind("blip", "Salesforce/blip-image-captioning-base", 990, "frames -> captions")
SENTENCES: Final = EncoderKind("bert", "google-bert/bert-base-uncased", 440, "captions -> F_l")
KINDS: Final = (FRAMES, CAPTIONS, SENTENCES)


def require_transformers() -> None:
    """Raise a sentence where the library is missing.

    Raises:
        EncoderError: transformers is not installed.
    """
    if find_spec("transformers") is None:
        raise EncoderError(
            "This bundle follows image and text encoders, and the package transformers is not installed.",
            "Install it with: pip install 'diffbgm-studio[paper]', or use the bundle that comes with the program.",
        )


def find_encoder(kind: EncoderKind, encoders: Path | None = None) -> Path | None:
    """The folder of an encoder that is on this machine, without asking the hub; None where there is none.

    Args:
        encoders: a folder with the folders clip, blip and bert in it; None for the one that DIFFBGM_ENCODERS names.

    Raises:
        InputError: `encoders` is no folder, or its part holds no weights.
    """
    named = encoders or (Path(os.environ[ENCODERS_VARIABLE]) if os.environ.get(ENCODERS_VARIABLE) else None)
    if named is not None:
        if not named.is_dir():
            raise InputError(
                "There is no folder of encoders '{folder}'.", "Name one that holds clip, blip and bert.", folder=named
            )
        if (named / kind.folder).exists():
            if not is_complete(named / kind.folder):
                raise InputError(
                    "The encoder in '{folder}' is incomplete: {config} or its weights are missing.",
                    "Copy the files of {hub} there.",
                    folder=named / kind.folder,
                    config=CONFIG,
                    hub=kind.hub,
                )
            return named / kind.folder
    for folder in (own_folder(kind), _in_hub_cache(kind)):
        if folder is not None and is_complete(folder):
            return folder
    return None


def is_complete(folder: Path) -> bool:
    """Whether a folder holds a configuration and weights; they are written last."""
    return (folder / CONFIG).is_file() and weights_of(folder) is not None


def weights_of(folder: Path) -> Path | None:
    """The weights file in a folder."""
    return next((folder / name for name in WEIGHTS if (folder / name).is_file()), None)


def own_folder(kind: EncoderKind) -> Path:
    """Where a downloaded encoder is kept."""
    return cache_folder() / "encoders" / kind.folder


def _in_hub_cache(kind: EncoderKind) -> Path | None:
    if find_spec("huggingface_hub") is None:
        return None
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(kind.hub, CONFIG)
    return Path(found).parent if isinstance(found, str) else None


def get_encoder(
    kind: EncoderKind,
    encoders: Path | None = None,
    *,
    notice: Notice = no_notice,
    report: Report = no_report,
    cancel: CancelToken = NEVER,
) -> Path:
    """The folder of an encoder, downloaded where it is not on this machine yet.

    Args:
        report: bytes downloaded of bytes.

    Raises:
        EncoderError: it is not here and cannot be had.
        InputError: see `find_encoder`.
    """
    require_transformers()
    found = find_encoder(kind, encoders)
    if found is not None:
        return found
    from engine.features.encoders.download import download

    notice(
        Told(
            "{hub} ({megabytes} MB, {purpose}) is being downloaded, once.",
            hub=kind.hub,
            megabytes=kind.megabytes,
            purpose=kind.purpose,
        )
    )
    return download(kind, own_folder(kind), report=report, cancel=cancel)


def identity(folder: Path) -> str:
    """A name for the weights in a folder that changes when they do: hash of the configuration and of parts of the file.

    Raises:
        OSError: a file cannot be read.
    """
    weights = weights_of(folder)
    assert weights is not None
    size = weights.stat().st_size
    digest = hashlib.sha256((folder / CONFIG).read_bytes() + str(size).encode())
    with weights.open("rb") as file:
        for i in range(_N_BLOCKS):
            file.seek(max(0, size - _BLOCK) * i // (_N_BLOCKS - 1))
            digest.update(file.read(_BLOCK))
    return digest.hexdigest()[:32]
