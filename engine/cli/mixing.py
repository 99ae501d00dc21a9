"""Options of delivery that `score` and `export` share: loudness, ducking, fades, range, stems, several takes."""

from __future__ import annotations

import argparse
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final

from engine.errors import OutputError
from engine.settings import MAX_SEED, GenerationSettings

if TYPE_CHECKING:
    from engine.runner import GenerationRequest

LOUDNESS: Final[dict[str, float | None]] = {"web": -14.0, "broadcast": -23.0, "off": None}
"""Presets of integrated loudness in LUFS."""
MOST_TAKES: Final = 99

_DEFAULTS = GenerationSettings()


def add_delivery_options(group: argparse._ArgumentGroup) -> None:
    """Loudness, true peak, ducking and the fade at the beginning."""
    d = _DEFAULTS
    group.add_argument(
        "--loudness",
        type=loudness_level,
        default=d.loudness_lufs,
        metavar="web|broadcast|off|LUFS",
        help="loudness of what is delivered: web is -14 LUFS, broadcast -23, off leaves it as played (web)",
    )
    group.add_argument(
        "--true-peak", type=float, default=d.true_peak_db, metavar="DB", help=f"highest true peak ({d.true_peak_db:g})"
    )
    group.add_argument(
        "--duck",
        action=argparse.BooleanOptionalAction,
        default=d.duck,
        help="in a mix, turn the music down while someone speaks (yes)",
    )
    group.add_argument("--duck-db", type=float, default=d.duck_db, metavar="DB", help=f"by how much ({d.duck_db:g})")
    group.add_argument(
        "--duck-notes",
        action=argparse.BooleanOptionalAction,
        default=d.duck_notes,
        help="play less there, and no melody (no)",
    )
    group.add_argument(
        "--fade-in", type=float, default=d.fade_in_s, metavar="SECONDS", help=f"at the start ({d.fade_in_s:g} s)"
    )


DELIVERY_NAMES: Final = {
    "loudness": "loudness_lufs",
    "true_peak": "true_peak_db",
    "duck": "duck",
    "duck_db": "duck_db",
    "duck_notes": "duck_notes",
    "fade_in": "fade_in_s",
}
"""Options by the settings that they set."""


def loudness_level(text: str) -> float | None:
    """A preset's or a number's loudness in LUFS; None for "off"."""
    if text in LOUDNESS:
        return LOUDNESS[text]
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"'{text}' is no loudness; give {', '.join(LOUDNESS)}, or LUFS, as in -16"
        ) from None


def time_range(text: str) -> tuple[Fraction, Fraction]:
    """ "4:20.5" as [in, out) in exact seconds."""
    begin, _, end = text.partition(":")
    try:
        pair = Fraction(begin), Fraction(end)  # no end is no number
    except (ValueError, ZeroDivisionError):
        raise argparse.ArgumentTypeError(f"'{text}' is no range; give IN:OUT in seconds, as in 4:20.5") from None
    if not 0 <= pair[0] < pair[1]:
        raise argparse.ArgumentTypeError(f"the range '{text}' ends before it begins")
    return pair


def take_count(text: str) -> int:
    """A number of takes."""
    count = int(text) if text.isdecimal() else 0
    if not 1 <= count <= MOST_TAKES:
        raise argparse.ArgumentTypeError(f"'{text}' is no number of takes; give 1 to {MOST_TAKES}")
    return count


def checked_stems(text: str | None) -> Path | None:
    """The folder for stems, which may be there or not.

    Raises:
        OutputError: if it is a file, or the folder that it shall lie in is missing.
    """
    if text is None:
        return None
    path = Path(text).absolute()
    if path.exists() and not path.is_dir():
        raise OutputError(f"'{path}' is a file, not a folder.", "Name a folder for the stems.")
    if not path.parent.is_dir():
        raise OutputError(f"The folder '{path.parent}' does not exist.", "Make it first, or choose another.")
    return path


def numbered(path: Path | None, number: int) -> Path | None:
    """The name of one of several: out.mp4 as out.2.mp4, a folder stems as stems.2."""
    return None if path is None else _numbered(path, number)


def _numbered(path: Path, number: int) -> Path:
    return path.with_name(f"{path.stem}.{number}{path.suffix}")


def takes_of(request: GenerationRequest, count: int) -> tuple[GenerationRequest, ...]:
    """One request for each take: seeds that follow each other, names with numbers. One take keeps its names."""
    if count == 1:
        return (request,)
    seed = request.settings.seed
    assert seed is not None
    return tuple(
        replace(
            request,
            settings=replace(request.settings, seed=(seed + i) % (MAX_SEED + 1)),
            output=numbered(request.output, i + 1),
            midi=numbered(request.midi, i + 1),
            wav=numbered(request.wav, i + 1),
            manifest=numbered(request.manifest, i + 1),
            stems=numbered(request.stems, i + 1),
            timelines=tuple(replace(file, path=_numbered(file.path, i + 1)) for file in request.timelines),
        )
        for i in range(count)
    )
