"""Which files the service may touch: those within the allowed folders, with all links resolved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import InputError, OutputError


class ForbiddenError(InputError):
    """A path that leaves the allowed folders."""


class OccupiedError(OutputError):
    """A file is there already and may not be written over."""


@dataclass(frozen=True, slots=True)
class Places:
    """The allowed folders, absolute and without links; relative paths count from the first."""

    folders: tuple[Path, ...]

    @classmethod
    def within(cls, texts: Sequence[str]) -> Places:
        """Places for folders that were named.

        Raises:
            InputError: if one is no folder.
        """
        folders = []
        for text in texts:
            folder = Path(text).resolve()
            if not folder.is_dir():
                raise InputError(f"There is no folder '{text}'.", "Name a folder that is there with --allow.")
            folders.append(folder)
        return cls(tuple(folders))

    def resolve(self, text: str) -> Path:
        """A path with all its links resolved.

        Raises:
            ForbiddenError: if it leads out of the allowed folders.
            InputError: if it is no path.
        """
        try:
            path = (self.folders[0] / text).resolve()
        except (ValueError, OSError, RuntimeError) as error:
            raise InputError(f"{text!r} is not a path.", "Give a path as this machine writes it.") from error
        if not any(path.is_relative_to(folder) for folder in self.folders):
            allowed = ", ".join(str(folder) for folder in self.folders)
            raise ForbiddenError(
                f"'{text}' lies outside the folders that the service may touch.",
                f"Allowed: {allowed}. Others with: diffbgm serve --allow DIR",
            )
        return path

    def existing(self, text: str) -> Path:
        """A file that is there.

        Raises:
            ForbiddenError, InputError: if it is not, or not allowed.
        """
        path = self.resolve(text)
        if not path.exists():
            raise InputError(f"There is no file '{path}'.", "Check the name.")
        return path

    def output(self, text: str, suffixes: Sequence[str], *, inputs: Sequence[Path] = (), overwrite: bool) -> Path:
        """A file that can be written.

        Args:
            suffixes: allowed endings; none for a folder.
            inputs: files that it must not be.

        Raises:
            ForbiddenError: if it is not allowed.
            OccupiedError: if it is there and must not be written over.
            OutputError: for another ending, a missing folder, an input.
        """
        path = self.resolve(text)
        if suffixes and path.suffix.lower() not in suffixes:
            raise OutputError(f"'{path.name}' has the wrong ending.", f"Use one of: {', '.join(suffixes)}.")
        if suffixes and path.is_dir():
            raise OutputError(f"'{path}' is a folder.", "Name a file to write.")
        if not path.parent.is_dir():
            raise OutputError(f"The folder '{path.parent}' does not exist.", "Make it first, or choose another.")
        if any(path == other or (path.exists() and path.samefile(other)) for other in inputs):
            raise OutputError(
                f"'{path.name}' is the input itself.", "Choose another name: inputs are never written to."
            )
        if path.exists() and not overwrite and suffixes:
            raise OccupiedError(
                f"There is a file '{path.name}' already.", 'Choose another name, or say "overwrite": true.'
            )
        return path
