"""What goes wrong on the way to the engine, in a sentence that an editor can show."""

from __future__ import annotations


class Fault(Exception):
    """One sentence for the user, and a hint what to do about it."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()
