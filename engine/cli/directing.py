"""Options that lay something on the timeline: curves, moods of shots, key, chords."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Final

from engine.cancel import CancelToken
from engine.direction import CURVES, OPEN, Curve, Direction
from engine.errors import InputError
from engine.timebase import Shot

CURVE_FORM: Final = "Give NAME:TIME=VALUE,TIME=VALUE with seconds and values 0..1, as in density:0=0.2,10=0.9."


def add_direction_options(parser: argparse.ArgumentParser) -> None:
    """The options that say what the music must respect."""
    group = parser.add_argument_group("direction")
    group.add_argument(
        "--curve",
        action="append",
        default=[],
        metavar="NAME:T=V,...",
        help=f"draw {', '.join(CURVES)} as points: seconds = 0..1 of what real music has (repeatable)",
    )
    group.add_argument("--curves", metavar="FILE", help='curves as JSON: {"density": [[0, 0.2], [10, 0.9]]}')
    group.add_argument(
        "--shot-mood",
        action="append",
        default=[],
        metavar="N=MOOD",
        help="a mood for one shot, counted from 1 as `diffbgm shots` lists them (repeatable)",
    )
    group.add_argument("--key", metavar="KEY", help='the key, as "A minor"')
    group.add_argument(
        "--chords", metavar="FILE", help='chords: bars as "C | Am | F G", or one chord a beat without bar lines'
    )


def direction_from(args: argparse.Namespace, video: Path, cancel: CancelToken, base: Direction = OPEN) -> Direction:
    """What the options lay on the timeline, beside what is there already.

    Raises:
        InputError: for a curve, mood, key or chord that cannot be read.
    """
    from engine.music.chords import parse_key

    if args.key is not None:
        parse_key(args.key)
    return replace(
        base,
        curves=base.curves + read_curves(args.curve, args.curves),
        moods=base.moods + _shot_moods(args, video, cancel, base.shots),
        key=args.key if args.key is not None else base.key,
        chords=read_chords(Path(args.chords)) if args.chords else base.chords,
    )


def read_curves(texts: Sequence[str], file: str | None) -> tuple[Curve, ...]:
    """Curves from the command line and from a file.

    Raises:
        InputError: if one cannot be read, or the file is missing.
    """
    curves = [read_curve(text) for text in texts]
    if file is not None:
        try:
            table = json.loads(_text_of(Path(file)))
            curves += [
                Curve(str(name), tuple((Fraction(str(t)), float(value)) for t, value in points))
                for name, points in table.items()
            ]
        except (ValueError, TypeError, AttributeError) as error:
            raise InputError(f"The curves in '{file}' cannot be read.", 'Write {"density": [[0, 0.2]]}.') from error
    return tuple(curves)


def read_curve(text: str) -> Curve:
    """ "density:0=0.2,10=0.9" as a curve.

    Raises:
        InputError: if it is none.
    """
    name, _, points = text.partition(":")
    try:
        pairs = [point.split("=") for point in points.split(",")]
        return Curve(name.strip(), tuple((Fraction(time_s.strip()), float(value)) for time_s, value in pairs))
    except (ValueError, ZeroDivisionError) as error:
        raise InputError(f"'{text}' is not a curve.", CURVE_FORM) from error


def read_chords(path: Path) -> tuple[str | None, ...]:
    """Chords of a file, one a beat; see `engine.music.chords.read_progression`.

    Raises:
        InputError: if there is no file, no chord, or something that is no chord.
    """
    from engine.music.chords import read_progression

    beats = read_progression(_text_of(path))
    if not beats:
        raise InputError(f"'{path.name}' holds no chords.", 'Write bars, as in "C | Am | F G".')
    return beats


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"The file '{path}' cannot be read as text.", "Check the name.") from error


def _shot_moods(
    args: argparse.Namespace, video: Path, cancel: CancelToken, shots: tuple[Shot, ...] | None
) -> tuple[tuple[Fraction, str], ...]:
    """(start of the shot, mood) of each `--shot-mood`; the shots are those that the run will have."""
    if not args.shot_mood:
        return ()
    from engine.cli.progress import RunProgress
    from engine.cli.shots import find_shots, look_at
    from engine.music.moods import mood_of

    asked = [_read_shot_mood(text) for text in args.shot_mood]
    for _, mood in asked:
        mood_of(mood)
    if shots is None:
        with RunProgress(silent=args.json or args.quiet) as progress:
            shots = find_shots(look_at(video, progress, cancel), args.sensitivity)
    for number, _ in asked:
        if not 1 <= number <= len(shots):
            raise InputError(f"There is no shot {number}.", f"The video has shots 1 to {len(shots)}.")
    return tuple((shots[number - 1].start_s, mood) for number, mood in asked)


def _read_shot_mood(text: str) -> tuple[int, str]:
    number, equals, mood = text.partition("=")
    if not equals or not number.strip().isdigit():
        raise InputError(f"'{text}' is not a shot's mood.", "Give N=MOOD, as in 3=calm.")
    return int(number), mood.strip()
