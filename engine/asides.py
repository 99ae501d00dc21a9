"""The name under which a file is written before it takes its place."""

from __future__ import annotations

from pathlib import Path


def aside_name(path: Path) -> Path:
    """The temporary neighbour of a file: hidden, with the same ending."""
    return path.with_name(f".{path.stem}.part{path.suffix}")
