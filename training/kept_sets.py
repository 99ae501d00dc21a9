"""Generated sets on disk: what was written once with the same weights, settings and windows is read, not written again.

An entry is one file, named by a hash of its key. Entries that do not read back are ignored and replaced.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from engine.artifacts import cache_folder
from engine.music.notes import Note, NoteTable

_UNREADABLE: Final = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)
_COLUMNS: Final = ("onset", "voice", "pitch", "duration", "velocity")


class KeptSets:
    """A folder of generated sets.

    Args:
        folder: None for `generated` in the cache folder.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = cache_folder() / "generated" if folder is None else folder

    def load(self, key: Mapping[str, Any]) -> list[tuple[Note, ...]] | None:
        """The notes of each piece of a set, or None."""
        try:
            with np.load(self._entry(key), allow_pickle=False) as data:
                if str(data["key"]) != _text(key):
                    return None
                edges = np.cumsum(data["sizes"])[:-1]
                columns = [np.split(data[name].astype(np.int32), edges) for name in _COLUMNS]
        except _UNREADABLE:
            return None
        return [NoteTable(*piece).to_notes() for piece in zip(*columns, strict=True)]

    def store(self, key: Mapping[str, Any], pieces: Sequence[Sequence[Note]]) -> None:
        """Keep a set, written aside and renamed. A folder that cannot be written keeps nothing."""
        tables = [NoteTable.from_notes(piece) for piece in pieces]
        columns = {name: np.concatenate([getattr(table, name) for table in tables]) for name in _COLUMNS}
        sizes = np.array([len(table) for table in tables], np.int64)
        entry = self._entry(key)
        try:
            entry.parent.mkdir(parents=True, exist_ok=True)
            handle, aside = tempfile.mkstemp(dir=entry.parent, prefix=f".{entry.name}.")
        except OSError:
            return
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez_compressed(file, key=np.array(_text(key)), sizes=sizes, **columns)  # type: ignore[arg-type]
            Path(aside).replace(entry)
        except OSError:
            Path(aside).unlink(missing_ok=True)

    def _entry(self, key: Mapping[str, Any]) -> Path:
        return self.folder / f"{hashlib.sha256(_text(key).encode()).hexdigest()[:32]}.npz"


def _text(key: Mapping[str, Any]) -> str:
    return json.dumps(key, sort_keys=True)
