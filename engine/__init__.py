"""Diff-BGM Studio's engine: from a video to music that follows it. No Qt anywhere in it.

The public names below are loaded when first used, so that `import engine` costs nothing and brings neither torch nor
numpy along.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from engine.version import __version__

if TYPE_CHECKING:
    from engine.cancel import CancelToken
    from engine.errors import BundleError, DeviceError, EngineError, InputError, OutputError, RunCancelled
    from engine.events import (
        ConditionsReady,
        Event,
        FinishReason,
        Observer,
        PreviewReady,
        RunFinished,
        RunStarted,
        Stage,
        StageFinished,
        StageProgressed,
        StageStarted,
        Warned,
    )
    from engine.runner import GenerationRequest, GenerationResult, GenerationRunner
    from engine.settings import GenerationSettings

__all__ = [
    "BundleError",
    "CancelToken",
    "ConditionsReady",
    "DeviceError",
    "EngineError",
    "Event",
    "FinishReason",
    "GenerationRequest",
    "GenerationResult",
    "GenerationRunner",
    "GenerationSettings",
    "InputError",
    "Observer",
    "OutputError",
    "PreviewReady",
    "RunCancelled",
    "RunFinished",
    "RunStarted",
    "Stage",
    "StageFinished",
    "StageProgressed",
    "StageStarted",
    "Warned",
    "__version__",
]

_ERRORS = ("BundleError", "DeviceError", "EngineError", "InputError", "OutputError", "RunCancelled")
_RUNNER = ("GenerationRequest", "GenerationResult", "GenerationRunner")


def _home_of(name: str) -> str:
    if name in _ERRORS:
        return "engine.errors"
    if name in _RUNNER:
        return "engine.runner"
    return {"CancelToken": "engine.cancel", "GenerationSettings": "engine.settings"}.get(name, "engine.events")


def __getattr__(name: str) -> Any:
    """Load a public name from the module that defines it (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module 'engine' has no attribute {name!r}")
    value = getattr(import_module(_home_of(name)), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
