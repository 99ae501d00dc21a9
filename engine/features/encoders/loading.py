"""Loading a transformers model from a local folder, quietly and from nowhere else."""

from __future__ import annotations

import json
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from engine.errors import EncoderError
from engine.features.encoders.places import CONFIG, require_transformers
from engine.wording import Told

_LOCK = threading.Lock()


@contextmanager
def loading(folder: Path, what: Told) -> Iterator[None]:
    """Turn what transformers says of a damaged or foreign folder into one sentence, and silence its advice.

    Raises:
        EncoderError: the folder cannot be used.
    """
    require_transformers()
    from transformers.utils import logging as chatter

    with _LOCK, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # advice to the library's developers
        before = chatter.get_verbosity()
        bars = chatter.is_progress_bar_enabled()
        chatter.set_verbosity_error()
        chatter.disable_progress_bar()
        try:
            yield
        except EncoderError:
            raise
        except Exception as error:  # its libraries raise kinds of their own for each way a file can be wrong
            reason = " ".join(str(error).split())[:200]
            raise EncoderError(
                "The {what} in '{folder}' cannot be loaded: {reason}",
                "Remove the folder, and it is fetched again.",
                what=what,
                folder=folder,
                reason=reason,
            ) from error
        finally:
            chatter.set_verbosity(before)
            if bars:
                chatter.enable_progress_bar()


def model_type(folder: Path) -> str:
    """What kind of model the folder's configuration names, as "clip"."""
    data: dict[str, Any] = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    return str(data.get("model_type"))


def refuse_type(folder: Path, what: Told, known: tuple[str, ...]) -> str:
    """The folder's model type.

    Raises:
        EncoderError: it is none of `known`.
    """
    found = model_type(folder)
    if found not in known:
        raise EncoderError(
            "The model in '{folder}' is of type {found}, not a {what}.",
            "Use one of: {known}.",
            folder=folder,
            found=repr(found),
            what=what,
            known=", ".join(known),
        )
    return found
