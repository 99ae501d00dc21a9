"""A timeline of clips one after the other as OTIO, which is plain JSON: so an add-on needs no library for it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Piece:
    """A stretch of a timeline.

    Attributes:
        name: of the clip; file: what it shows, None for black; first: the frame of the file with which it begins.
        frames: its length.
    """

    name: str
    file: Path | None
    first: int
    frames: int


def otio_text(name: str, pieces: Sequence[Piece], rate: Fraction) -> str:
    """The timeline as an OTIO file holds it; all frames count at its own rate."""

    def time(value: int) -> dict[str, Any]:
        return {"OTIO_SCHEMA": "RationalTime.1", "rate": float(rate), "value": float(value)}

    def span(first: int, frames: int) -> dict[str, Any]:
        return {"OTIO_SCHEMA": "TimeRange.1", "start_time": time(first), "duration": time(frames)}

    def item(piece: Piece) -> dict[str, Any]:
        if piece.file is None:
            return {"OTIO_SCHEMA": "Gap.1", "name": piece.name, "source_range": span(0, piece.frames)}
        media = {
            "OTIO_SCHEMA": "ExternalReference.1",
            "target_url": str(piece.file),
            "available_range": span(0, piece.first + piece.frames),  # frames count from 0, whatever timecode it bears
        }
        return {
            "OTIO_SCHEMA": "Clip.2",
            "name": piece.name,
            "source_range": span(piece.first, piece.frames),
            "media_references": {"DEFAULT_MEDIA": media},
            "active_media_reference_key": "DEFAULT_MEDIA",
        }

    track = {"OTIO_SCHEMA": "Track.1", "name": "Video", "kind": "Video", "children": [item(piece) for piece in pieces]}
    stack = {"OTIO_SCHEMA": "Stack.1", "name": "tracks", "children": [track]}
    timeline = {"OTIO_SCHEMA": "Timeline.1", "name": name, "global_start_time": time(0), "tracks": stack}
    return json.dumps(timeline, ensure_ascii=False, indent=1)
