"""Options that say what the music must land on, and how far its tempo may bend for it."""

from __future__ import annotations

import argparse
from dataclasses import replace
from fractions import Fraction
from typing import Final

from engine.direction import Direction, Marker
from engine.settings import STRICTNESS, GenerationSettings

_DEFAULTS: Final = GenerationSettings()
_TIME_FORM: Final = "give seconds, or minutes:seconds, as in 12.48 or 1:02.5"
NO_STARS: Final = "none"


def add_landing_options(parser: argparse.ArgumentParser) -> None:
    """The options of hits and of the tempo map."""
    d = _DEFAULTS
    group = parser.add_argument_group("hits")
    group.add_argument(
        "--strictness",
        choices=STRICTNESS,
        default=d.strictness,
        help=f"how far tempo bends for cuts: freely, some, hardly ({d.strictness})",
    )
    group.add_argument(
        "--max-tempo-change",
        type=share,
        default=d.max_tempo_change,
        metavar="SHARE",
        help=f"largest change of tempo within a bar, as 0.08 or 8%% ({d.max_tempo_change:g})",
    )
    group.add_argument("--short-bars", action="store_true", help="bars of 2/4 may be put in where they help hits")
    group.add_argument(
        "--star",
        type=star_time,
        action="append",
        metavar="TIME",
        help=f"music must land here: a cut, a marker or any time (repeatable; '{NO_STARS}': nowhere; "
        "default: the program chooses)",
    )
    group.add_argument(
        "--marker",
        type=marker,
        action="append",
        default=[],
        metavar="TIME[=LABEL]",
        help="a moment to land on as on a cut (repeatable)",
    )


def with_landings(args: argparse.Namespace, direction: Direction) -> Direction:
    """A direction with the stars and markers of the options."""
    markers = sorted((*direction.markers, *args.marker), key=lambda marker: marker.time_s)
    direction = replace(direction, markers=tuple(markers))
    if args.star is None:
        return direction
    stars = sorted(time_s for time_s in args.star if time_s is not None)
    return replace(direction, stars=tuple(stars))


def share(text: str) -> float:
    """ "0.08" or "8%" as a share of 1."""
    number = text.strip()
    scale = 100 if number.endswith("%") else 1
    try:
        value = float(number.rstrip("% ")) / scale
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a share; give 0.08 or 8%")
    return value


def time_of(text: str) -> Fraction:
    """ "62.5" or "1:02.5" as exact seconds."""
    try:
        parts = [Fraction(part.strip()) for part in text.split(":")]
    except (ValueError, ZeroDivisionError):
        parts = [Fraction(-1)]
    if min(parts) < 0:
        raise argparse.ArgumentTypeError(f"'{text}' is not a time; {_TIME_FORM}")
    seconds = Fraction(0)
    for part in parts:
        seconds = seconds * 60 + part
    return seconds


def star_time(text: str) -> Fraction | None:
    """A time, or None for no stars at all."""
    return None if text == NO_STARS else time_of(text)


def marker(text: str) -> Marker:
    """ "12.5=the door" as a marker."""
    time, _, label = text.partition("=")
    return Marker(time_of(time), label.strip())
