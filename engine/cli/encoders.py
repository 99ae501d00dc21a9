"""Options of bundles that follow image and text encoders: the paper's network."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from engine.errors import InputError
from engine.settings import WINDOW_MODES, GenerationSettings

_DEFAULTS = GenerationSettings()


def add_encoder_options(parser: argparse.ArgumentParser) -> None:
    """`--encoders`, `--captions` and `--windows`."""
    group = parser.add_argument_group("the paper's network")
    add_encoder_folder(group)
    group.add_argument("--captions", metavar="FILE.json", help="follow these captions; see: diffbgm captions")
    group.add_argument(
        "--windows",
        choices=WINDOW_MODES,
        default=_DEFAULTS.windows,
        help="joint: overlapping, no seams; separate: 8 bars each on its own, as published; auto: as suits the bundle",
    )


def add_encoder_folder(parser: argparse._ActionsContainer) -> None:
    """`--encoders` alone."""
    parser.add_argument(
        "--encoders", metavar="DIR", help="a folder with clip, blip and bert in it (else: downloaded once)"
    )


def given_folder(args: argparse.Namespace) -> Path | None:
    """The folder of encoders, as an absolute path."""
    return Path(args.encoders).absolute() if getattr(args, "encoders", None) else None


def given_captions(args: argparse.Namespace) -> Path | None:
    """The file of captions, read once so that what is wrong with it is told before work begins.

    Raises:
        InputError: it is not there or holds something else.
    """
    text = getattr(args, "captions", None)
    if not text:
        return None
    path = Path(text).absolute()
    if not path.is_file():
        raise InputError(f"There is no file '{path}'.", "Write one with: diffbgm captions VIDEO -o captions.json")
    from engine.features.captions import read_captions

    read_captions(path)
    return path


def usual_guidance(bundle: str | None) -> float:
    """The guidance that a bundle was published with, where it names one; else the engine's."""
    if bundle is None:
        return _DEFAULTS.guidance
    try:
        data = json.loads((Path(bundle) / "config.json").read_text(encoding="utf-8"))
        named = data.get("guidance", _DEFAULTS.guidance)
        return float(named)
    except (OSError, ValueError, TypeError, AttributeError):
        return _DEFAULTS.guidance  # what is wrong with the bundle is told when it is loaded
