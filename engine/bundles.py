"""What a model bundle says of itself, read from its configuration alone: no torch, no weights."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.errors import BundleError
from engine.resources import resource_path

CONFIG: Final = "config.json"
WEIGHTS: Final = "model.safetensors"
PROFILES: Final = ("studio", "paper")
_HINT: Final = "Choose a folder that holds config.json and model.safetensors."


@dataclass(frozen=True, slots=True)
class BundleFacts:
    """A bundle, for people.

    Attributes:
        folder: where it lies.
        profile: "studio" (rows that picture and music share) or "paper" (image and text encoders).
        architecture, version: as its configuration names them.
        guidance: what it was published with; None where it names nothing.
        megabytes: size of the weights.
    """

    folder: Path
    profile: str
    architecture: str
    version: str
    guidance: float | None
    megabytes: float


def describe_bundle(folder: Path | None = None) -> BundleFacts:
    """Read a bundle's configuration; None for the one that comes with the program.

    Raises:
        BundleError: if there is none, or one that this engine cannot serve.
        EngineError: if the program's own is missing.
    """
    folder = folder if folder is not None else resource_path("model", "compact")
    try:
        data = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        profile = str(data["profile"])
        named = data.get("guidance")
        size = (folder / WEIGHTS).stat().st_size
        guidance = None if named is None else float(named)
        facts = BundleFacts(
            folder, profile, str(data["architecture"]), str(data["version"]), guidance, round(size / 1e6, 1)
        )
    except FileNotFoundError as error:
        missing = Path(error.filename or "").name or CONFIG
        raise BundleError(
            "There is no model bundle in '{folder}': {missing} is missing.", _HINT, folder=folder, missing=missing
        ) from None
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise BundleError(
            "The bundle's {file} in '{folder}' cannot be read.", _HINT, file=CONFIG, folder=folder
        ) from error
    if profile not in PROFILES:
        raise BundleError(
            "The bundle's profile is '{profile}'; this engine serves: {profiles}.",
            _HINT,
            profile=profile,
            profiles=", ".join(PROFILES),
        )
    return facts
