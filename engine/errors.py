"""Errors that people are meant to read: one sentence and a hint. Anything else that escapes is a bug."""

from __future__ import annotations

from typing import Any

from engine.wording import Told


class EngineError(Exception):
    """Base of all expected failures.

    Args:
        message: one sentence that says what is wrong, for the person at the keyboard.
        hint: what to do about it; may be empty.
        values: what is set into both, by name, where they are templates as `Told` takes them.
    """

    def __init__(self, message: str, hint: str = "", /, **values: Any) -> None:
        self.message = _told(message, values)
        self.hint = _told(hint, values)
        super().__init__(self.message)

    def __reduce__(self) -> tuple[type[EngineError], tuple[str, str]]:
        return type(self), (self.message, self.hint)


def _told(text: str, values: dict[str, Any]) -> Told:
    return text if isinstance(text, Told) else Told(text, **values)


class InputError(EngineError):
    """The given file or value cannot be used (missing, not a video, no picture, out of range)."""


class OutputError(EngineError):
    """The result cannot be written (unwritable folder, disk full, unknown container)."""


class BundleError(EngineError):
    """The model bundle is missing, damaged or of a kind that this engine cannot serve."""


class EncoderError(EngineError):
    """An image or text encoder is not installed, or its weights cannot be had or used."""


class DeviceError(EngineError):
    """The asked-for compute device is missing or out of memory."""


class RunCancelled(Exception):  # noqa: N818 - a request that was honoured, not an error
    """Raised at the next check after `CancelToken.cancel()`; only the runner handles it."""
