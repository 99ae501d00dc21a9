"""Errors that people are meant to read: one sentence and a hint. Anything else that escapes is a bug."""

from __future__ import annotations


class EngineError(Exception):
    """Base of all expected failures.

    Args:
        message: one sentence that says what is wrong, for the person at the keyboard.
        hint: what to do about it; may be empty.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[type[EngineError], tuple[str, str]]:
        return type(self), (self.message, self.hint)


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
