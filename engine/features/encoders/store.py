"""What encoders gave before, kept by content: nothing is encoded twice by the same weights."""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.artifacts import cache_folder

MAX_BYTES: Final = 256_000_000

logger = logging.getLogger(__name__)


class FeatureStore:
    """Arrays and lists of texts in small files, by a key of any text.

    An entry that does not read back is taken as absent, one that cannot be written is not kept.

    Args:
        folder: where entries lie; None for `features` in the cache folder.
        enabled: False keeps and gives nothing.
    """

    def __init__(self, folder: Path | None = None, *, enabled: bool = True) -> None:
        self._folder = folder if folder is not None else cache_folder() / "features"
        self._enabled = enabled

    def rows(self, key: str) -> NDArray[np.float32] | None:
        """The array kept under a key."""
        entry = self._entry(key, ".npy")
        if not self._enabled or not entry.is_file():
            return None
        try:
            found = np.load(entry, allow_pickle=False)
            entry.touch()
        except (OSError, ValueError, EOFError) as error:
            logger.info("the stored features %s do not read back: %s", entry.name, error)
            return None
        return np.asarray(found, np.float32) if np.isfinite(found).all() else None

    def keep_rows(self, key: str, rows: NDArray[np.float32]) -> None:
        """Keep an array."""
        self._write(self._entry(key, ".npy"), rows)

    def texts(self, key: str) -> list[list[str]] | None:
        """The texts kept under a key."""
        entry = self._entry(key, ".json")
        if not self._enabled or not entry.is_file():
            return None
        try:
            found = json.loads(entry.read_text(encoding="utf-8"))
            entry.touch()
            return [[str(text) for text in texts] for texts in found]
        except (OSError, ValueError, TypeError) as error:
            logger.info("the stored captions %s do not read back: %s", entry.name, error)
            return None

    def keep_texts(self, key: str, texts: Sequence[Sequence[str]]) -> None:
        """Keep texts."""
        self._write(self._entry(key, ".json"), [list(some) for some in texts])

    def _entry(self, key: str, suffix: str) -> Path:
        return self._folder / f"{hashlib.sha256(key.encode()).hexdigest()}{suffix}"

    def _write(self, entry: Path, data: NDArray[np.float32] | list[list[str]]) -> None:
        if not self._enabled:
            return
        aside = entry.with_name(f".{secrets.token_hex(8)}{entry.suffix}")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            if isinstance(data, list):
                aside.write_text(json.dumps(data), encoding="utf-8")
            else:
                np.save(aside, data, allow_pickle=False)
            aside.replace(entry)
            self._shrink(keep=entry)
        except OSError as error:
            logger.info("features are not kept: %s", error)
        finally:
            with suppress(OSError):
                aside.unlink(missing_ok=True)

    def _shrink(self, *, keep: Path) -> None:
        """Let those go that were not used for longest."""
        sizes = {entry: entry.stat() for entry in self._folder.iterdir() if not entry.name.startswith(".")}
        total = sum(status.st_size for status in sizes.values())
        for entry in sorted(sizes, key=lambda e: sizes[e].st_mtime_ns):
            if total <= MAX_BYTES:
                return
            if entry != keep:
                entry.unlink(missing_ok=True)
                total -= sizes[entry].st_size
