"""A cache of video analyses by content, so that a second run on the same video skips decoding."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import secrets
import zipfile
import zlib
from contextlib import suppress
from dataclasses import asdict, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import numpy as np
import platformdirs

from engine.signals import AudioTrack, FrameSignals, VideoInfo

ANALYSIS_VERSION: Final = 1
"""Raised with every change of the curves, so that a stored analysis is not taken for a new one."""

CACHE_VARIABLE: Final = "DIFFBGM_CACHE_DIR"
LIMIT_VARIABLE: Final = "DIFFBGM_CACHE_MB"
MAX_BYTES: Final = 512_000_000

_BLOCK: Final = 65_536
_N_BLOCKS: Final = 16
_UNREADABLE: Final = (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error)

logger = logging.getLogger(__name__)


def cache_folder() -> Path:
    """The folder of all caches: what the environment names, else the platform's."""
    named = os.environ.get(CACHE_VARIABLE)
    return Path(named) if named else Path(platformdirs.user_cache_dir("diffbgm"))


def cache_limit_bytes() -> int:
    """What kept analyses may take up: what the environment says in megabytes, else `MAX_BYTES`."""
    named = os.environ.get(LIMIT_VARIABLE, "")
    return int(named) * 1_000_000 if named.isdecimal() else MAX_BYTES


def content_key(path: Path, *, version: int = ANALYSIS_VERSION) -> str:
    """A hash of a file's size and of blocks spread over it, with the version of the analysis.

    Reading all of a large video would take longer than the look-up may; two edits of one length that differ only
    between the blocks are told apart by their encoders' output, which differs from the first change on.

    Raises:
        OSError: if the file cannot be read.
    """
    size = path.stat().st_size
    digest = hashlib.sha256(f"analysis {version}, {size} bytes".encode())
    with path.open("rb") as file:
        for i in range(_N_BLOCKS):
            file.seek(max(0, size - _BLOCK) * i // (_N_BLOCKS - 1))
            digest.update(file.read(_BLOCK))
    return digest.hexdigest()


class AnalysisCache:
    """Stored `FrameSignals`, one file each; entries that do not read back are ignored and removed.

    Args:
        folder: where entries lie; None for `analysis` in `cache_folder()`.
        max_bytes: when the entries take more together, those not used for longest go; `cache_limit_bytes()` when None.
    """

    def __init__(self, folder: Path | None = None, *, max_bytes: int | None = None) -> None:
        self._folder = folder if folder is not None else cache_folder() / "analysis"
        self._max_bytes = cache_limit_bytes() if max_bytes is None else max_bytes

    def load(self, path: Path) -> FrameSignals | None:
        """The analysis of a file of this content, wherever it lay when it was analysed; None when there is none."""
        try:
            entry = self._entry(path)
            if not entry.exists():
                return None
        except OSError:
            return None
        try:
            signals = _read(entry)
        except _UNREADABLE as error:
            logger.info("the cached analysis %s does not read back: %s", entry.name, error)
            with suppress(OSError):
                entry.unlink()
            return None
        with suppress(OSError):
            entry.touch()
        info = replace(signals.info, path=str(path.absolute()))
        return FrameSignals(info=info, pts=signals.pts, time_base=signals.time_base, curves=signals.curves)

    def store(self, path: Path, signals: FrameSignals) -> None:
        """Keep an analysis. A cache that cannot be written is no reason to fail: then nothing is kept."""
        aside: Path | None = None
        try:
            entry = self._entry(path)
            self._folder.mkdir(parents=True, exist_ok=True)
            aside = entry.with_name(f".{entry.stem}.{secrets.token_hex(4)}.npz")
            _write(aside, signals)
            aside.replace(entry)
            self._shrink(keep=entry)
        except OSError as error:
            logger.info("the analysis of %s is not cached: %s", path.name, error)
        finally:
            if aside is not None:
                with suppress(OSError):
                    aside.unlink(missing_ok=True)

    def _entry(self, path: Path) -> Path:
        return self._folder / f"{content_key(path)}.npz"

    def _shrink(self, *, keep: Path) -> None:
        sizes = {entry: entry.stat() for entry in self._folder.glob("*.npz")}
        total = sum(status.st_size for status in sizes.values())
        for entry in sorted(sizes, key=lambda e: sizes[e].st_mtime_ns):
            if total <= self._max_bytes:
                return
            if entry != keep:
                entry.unlink(missing_ok=True)
                total -= sizes[entry].st_size


def _write(target: Path, signals: FrameSignals) -> None:
    """One npz: the curves, the stamps, and everything else as JSON in an array of bytes."""
    head = {
        "time_base": str(signals.time_base),
        "info": {**asdict(signals.info), "duration_s": str(signals.info.duration_s)}
        | {"start_s": str(signals.info.start_s), "frame_rate": str(signals.info.frame_rate)},
        "curves": list(signals.curves),
    }
    arrays = {f"curve_{name}": curve for name, curve in signals.curves.items()}
    with target.open("wb") as file:
        header = np.frombuffer(json.dumps(head).encode(), np.uint8)
        np.savez_compressed(file, header=header, pts=signals.pts, **arrays)  # type: ignore[arg-type]


def _read(entry: Path) -> FrameSignals:
    with entry.open("rb") as file, np.load(file, allow_pickle=False) as stored:
        head: dict[str, Any] = json.loads(stored["header"].tobytes())
        pts = stored["pts"].astype(np.int64)
        curves = {name: stored[f"curve_{name}"].astype(np.float32) for name in head["curves"]}
    if len(pts) == 0 or any(curve.shape != pts.shape for curve in curves.values()):
        raise ValueError("curves and stamps differ in length")
    info = dict(head["info"])
    info["audio"] = tuple(AudioTrack(**track) for track in info["audio"])
    for name in ("duration_s", "start_s", "frame_rate"):
        info[name] = Fraction(info[name])
    return FrameSignals(info=VideoInfo(**info), pts=pts, time_base=Fraction(head["time_base"]), curves=curves)
