"""Cooperative cancellation."""

from __future__ import annotations

import threading

from engine.errors import RunCancelled


class CancelToken:
    """A one-way flag shared by the caller of a run and its stages. Thread-safe."""

    def __init__(self) -> None:
        self._event = threading.Event()

    @property
    def is_cancelled(self) -> bool:
        return self._event.is_set()

    def cancel(self) -> None:
        """Ask the run to stop at its next check. Calling it twice, or when nothing runs, is harmless."""
        self._event.set()

    def raise_if_cancelled(self) -> None:
        """Raise `RunCancelled` once `cancel()` was called."""
        if self._event.is_set():
            raise RunCancelled


NEVER = CancelToken()
"""A token that nobody cancels: the default of stage functions that are called alone."""
