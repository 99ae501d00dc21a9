"""`diffbgm export`: a take of a project as files, without composing again."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from engine.cancel import CancelToken
from engine.cli.common import EXIT_OK, Parser, print_json
from engine.cli.mixing import loudness_level, time_range
from engine.cli.projects import add_outputs, add_project, add_talk, at_desk, named_outputs
from engine.errors import InputError
from engine.settings import ORIGINAL_AUDIO

if TYPE_CHECKING:
    from engine.music.take import Take


def add_parser(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "export",
        help="write a take of a project",
        description="Write a take of a project as a video with its music, WAV or MIDI. Nothing is composed again.",
    )
    add_project(parser)
    add_outputs(parser, may_copy=False)
    parser.add_argument(
        "--range",
        type=time_range,
        metavar="IN:OUT",
        help="of the film, in seconds: film, sound, stems and notes of this part alone (default: all of it)",
    )
    add_sound(parser)
    add_talk(parser)
    parser.set_defaults(run=run, parser=parser)


def add_sound(parser: argparse.ArgumentParser) -> None:
    """How it sounds, where that is to differ from the take; only what is given ends up among the arguments."""
    group = parser.add_argument_group("sound that differs from the take's")
    as_is: Any = argparse.SUPPRESS
    group.add_argument("--palette", default=as_is, metavar="NAME", help="other instruments")
    group.add_argument(
        "--original-audio", choices=ORIGINAL_AUDIO, default=as_is, help="what becomes of the video's own sound"
    )
    group.add_argument("--loudness", type=loudness_level, default=as_is, metavar="web|broadcast|off|LUFS")
    group.add_argument("--duck", action=argparse.BooleanOptionalAction, default=as_is, help="under speech, in a mix")
    for option, metavar in _NUMBERS.items():
        group.add_argument(option, type=float, default=as_is, metavar=metavar)


_NUMBERS: Final = {
    "--true-peak": "DB",
    "--duck-db": "DB",
    "--music-gain": "DB",
    "--original-gain": "DB",
    "--fade-in": "SECONDS",
    "--fade-out": "SECONDS",
}
_FIELDS: Final = {
    "palette": "palette",
    "original_audio": "original_audio",
    "loudness": "loudness_lufs",
    "duck": "duck",
    "true_peak": "true_peak_db",
    "duck_db": "duck_db",
    "music_gain": "music_gain_db",
    "original_gain": "original_gain_db",
    "fade_in": "fade_in_s",
    "fade_out": "fade_out_s",
}


def sounding(args: argparse.Namespace, take: Take) -> Take:
    """The take with the sound that was asked for; a value out of range is wrong usage (exit 2)."""
    from engine.music.palettes import palette_of

    parser: Parser = args.parser
    given = {field: getattr(args, name) for name, field in _FIELDS.items() if hasattr(args, name)}
    try:
        settings = replace(take.settings, **given)
        palette_of(settings.palette)
    except InputError as error:
        parser.error(f"{error.message} {error.hint}".strip())
    return replace(take, settings=settings)


def run(args: argparse.Namespace, cancel: CancelToken) -> int:
    """Write the files, and tell which."""
    if not any(text for text, _ in named_outputs(args).values()):
        args.parser.error("name a file to write: -o OUT, --midi, --wav, or a timeline, as --otio")
    with at_desk(args, cancel, read_only=True) as desk:
        head, take = desk.head(), sounding(args, desk.take(with_steps=False))
        manifest = desk.write(take, args.range)
        files = desk.files()
        if args.json:
            told = {"take": head.to_json(), "warnings": desk.progress.warnings, **files, "manifest": manifest}
            print_json({"ok": True, "project": desk.project.path, **told})
            return EXIT_OK
    desk.say_files()
    return EXIT_OK
