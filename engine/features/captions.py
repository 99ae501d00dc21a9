"""Captions of a video as a file that people can read and edit."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from engine.errors import InputError
from engine.music.encoded import Caption
from engine.wording import Told, reason_of

SCHEMA: Final = "diffbgm captions"
VERSION: Final = 1
MAX_TEXT: Final = 500
"""Characters of a sentence."""


def captions_to_json(captions: Sequence[Caption], *, video: str) -> dict[str, Any]:
    """A table with one entry a caption; a single sentence stands as `text`, several as a list."""
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "video": video,
        "captions": [
            {
                "start_s": round(caption.start_s, 6),
                "end_s": round(caption.end_s, 6),
                "text": caption.texts[0] if len(caption.texts) == 1 else list(caption.texts),
            }
            for caption in captions
        ],
    }


def captions_from_json(data: Any) -> tuple[Caption, ...]:
    """Read what `captions_to_json` wrote, perhaps edited since; in order of time.

    Raises:
        InputError: it is no such table; the sentence names the entry.
    """
    if not isinstance(data, dict) or data.get("schema") != SCHEMA or not isinstance(data.get("captions"), list):
        raise InputError("This is not a file of captions.", "Write one with: diffbgm captions VIDEO -o captions.json")
    if data.get("version") != VERSION:
        raise InputError(
            "These captions have version {found}; this program reads {version}.",
            found=repr(data.get("version")),
            version=VERSION,
        )
    if not data["captions"]:
        raise InputError("The file of captions holds none.")
    found = sorted(_caption(entry, i) for i, entry in enumerate(data["captions"]))
    return tuple(Caption(*parts) for parts in found)


def read_captions(path: Path) -> tuple[Caption, ...]:
    """Captions from a file.

    Raises:
        InputError: it cannot be read, or holds something else.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(
            "The captions in '{path}' cannot be read: {reason}.", path=path, reason=reason_of(error)
        ) from error
    except ValueError as error:
        raise InputError(
            "'{name}' is not a JSON file: {error}.", "Mend it, or write it anew.", name=path.name, error=error
        ) from error
    return captions_from_json(data)


def _caption(entry: Any, i: int) -> tuple[float, float, tuple[str, ...]]:
    def refuse(what: Told) -> InputError:
        return InputError("captions[{i}]: {what}.", i=i, what=what)

    if not isinstance(entry, dict):
        raise refuse(Told("must be a table with start_s, end_s and text"))
    times = [entry.get("start_s"), entry.get("end_s")]
    for time_s in times:
        if isinstance(time_s, bool) or not isinstance(time_s, int | float) or not math.isfinite(time_s):
            raise refuse(Told("start_s and end_s must be numbers of seconds"))
    start_s, end_s = float(times[0] or 0), float(times[1] or 0)
    if not 0 <= start_s < end_s:
        raise refuse(Told("start_s must not be below 0 and must lie before end_s"))
    text = entry.get("text")
    given = text if isinstance(text, list) else [text]
    texts = tuple(" ".join(t.split()) for t in given if isinstance(t, str) and len(t) <= MAX_TEXT)
    if not texts or len(texts) < len(given) or not all(texts):
        raise refuse(Told("text must be a sentence of at most {most} characters, or a list of such", most=MAX_TEXT))
    return start_s, end_s, texts
