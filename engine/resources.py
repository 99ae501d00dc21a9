"""Where the data files of the project lie: the only module that knows.

They lie in `resources/` beside the package `engine`, in a checkout as in an installed wheel, and in a frozen program
inside its bundle folder.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from engine.errors import EngineError

REQUIRED: Final = (
    "model/compact/config.json",
    "model/compact/model.safetensors",
    "model/compact/reference.json",
    "model/progression.json",
    "demo/demo.mp4",
    "app/diffbgm.svg",
    "icons/play.svg",
    "translations/diffbgm_zh_CN.qm",
    "licences/MIT.txt",
    "licences/README.md",
)
"""What no copy of the program may lack: asked for when it is built, and by `diffbgm --self-check`."""


def resource_root() -> Path:
    """The folder `resources`; it may be absent in a damaged installation."""
    bundle: str | None = getattr(sys, "_MEIPASS", None)
    above = Path(bundle) if bundle is not None else Path(__file__).resolve().parents[1]
    return above / "resources"


def find_resource(*parts: str) -> Path | None:
    """The path of a resource, as `find_resource("demo", "demo.mp4")`; None when it is not there."""
    path = resource_root().joinpath(*parts)
    return path if path.exists() else None


def resource_path(*parts: str) -> Path:
    """The path of a resource that must be there.

    Raises:
        EngineError: when it is missing.
    """
    path = find_resource(*parts)
    if path is None:
        raise EngineError(
            "The file {path} is missing from this installation.",
            "Install it again, or in a checkout restore it with: git checkout resources",
            path="/".join(("resources", *parts)),
        )
    return path
