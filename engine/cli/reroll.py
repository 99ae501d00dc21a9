"""`diffbgm reroll`: parts of a take written anew, the rest locked."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from engine.cancel import CancelToken
from engine.cli.common import Parser
from engine.cli.projects import add_outputs, add_project, add_talk, at_desk
from engine.device import DEVICES
from engine.errors import InputError
from engine.settings import MAX_SEED, GenerationSettings

if TYPE_CHECKING:
    from engine.music.music_plan import MusicPlan
    from engine.music.region import Selection

LIMITS: Final = ("bars", "beats", "time", "shot", "voice", "pitch")
_HELP: Final = {
    "bars": ("A:B", "bars, counted from 1, both ends included, as 5:8"),
    "beats": ("A:B", "beats, counted from 1, both ends included"),
    "time": ("A:B", "seconds, from A up to B"),
    "shot": ("N", "a shot, counted from 1, or A:B"),
    "voice": ("NAME", "melody, inner or bass; several joined by +"),
    "pitch": ("A:B", "MIDI pitches, both ends included, as 60:72"),
}
_CELLS: Final = "It holds a list of [voice, 16th, pitch], voices and 16ths counted from 0, or of regions."
OVERRIDES: Final = ("t0", "k", "guidance", "plan_guidance")


def add_parser(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "reroll",
        help="write parts of a take anew",
        description="Write parts of a take anew; every other note stays as it is. The result is a further take of the "
        "project. Limits given together narrow the region; --region adds further regions.",
    )
    add_project(parser)
    group = parser.add_argument_group("what may change")
    for name in LIMITS:
        metavar, told = _HELP[name]
        group.add_argument(f"--{name}", metavar=metavar, help=told)
    group.add_argument(
        "--region", action="append", default=[], metavar="LIMITS", help="a region, as bars=5:8,voice=melody; repeatable"
    )
    group.add_argument("--cells", metavar="FILE", help="a JSON file with a list of [voice, 16th, pitch], or of regions")
    parser.add_argument("--seed", type=int, help="of the new notes; repeats them (default: a new one)")
    add_overrides(parser)
    parser.add_argument("--name", default="", help="of the new take")
    add_outputs(parser)
    add_talk(parser)
    parser.set_defaults(run=run, parser=parser)


def add_overrides(parser: argparse.ArgumentParser) -> None:
    """Settings that may differ from the take's."""
    group = parser.add_argument_group("settings that may differ from the take's")
    group.add_argument("--t0", type=int, help="noise level 0..1000 of the switch of conditions")
    group.add_argument("--k", type=int, help="beats per attention block, 1..32")
    group.add_argument("--guidance", type=float, help="how strictly the picture is followed")
    group.add_argument("--plan-guidance", type=float, help="the same for harmony")
    group.add_argument("--device", choices=DEVICES, default="auto", help="(auto)")
    group.add_argument("--bundle", metavar="DIR", help="a model bundle other than the one that comes along")


def changed_settings(args: argparse.Namespace, settings: GenerationSettings, **more: Any) -> GenerationSettings:
    """The take's settings with what was given; a value out of range is wrong usage (exit 2)."""
    parser: Parser = args.parser
    given = {name: getattr(args, name) for name in OVERRIDES if getattr(args, name) is not None}
    try:
        return replace(settings, device=args.device, **given, **more)
    except InputError as error:
        parser.error(f"{error.message} {error.hint}".strip())


def seed_from(args: argparse.Namespace) -> int:
    """The seed given, or a fresh one."""
    import secrets

    parser: Parser = args.parser
    if args.seed is None:
        return secrets.randbelow(MAX_SEED + 1)
    if not 0 <= args.seed <= MAX_SEED:
        parser.error(f"The seed is {args.seed}; it must lie between 0 and {MAX_SEED}.")
    seed: int = args.seed
    return seed


def selection_from(args: argparse.Namespace, plan: MusicPlan) -> Selection:
    """All regions that were given.

    Raises:
        InputError: for none, malformed ones, or ones outside the piece.
    """
    from engine.music.region import Selection, parse_region

    texts = list(args.region)
    limits = [f"{name}={getattr(args, name)}" for name in LIMITS if getattr(args, name) is not None]
    if limits:
        texts.insert(0, ",".join(limits))
    regions = [parse_region(text, plan) for text in texts]
    if args.cells is not None:
        regions += _regions_in(Path(args.cells))
    if not regions:
        raise InputError("Nothing says what may change.", "Give --bars 5:8, --voice melody, --shot 3 and the like.")
    return Selection(tuple(regions))


def _regions_in(path: Path) -> list[Any]:
    from engine.music.region import Region

    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"'{path}' cannot be read: {(error.strerror or str(error)).lower()}.") from error
    except ValueError as error:
        raise InputError(
            f"'{path.name}' is not JSON.", "It holds a list of [voice, 16th, pitch], or regions."
        ) from error
    if not isinstance(data, list) or not data:
        raise InputError(
            f"'{path.name}' holds no list of cells.", "It holds a list of [voice, 16th, pitch], or regions."
        )
    if all(isinstance(row, dict) for row in data):
        return [Region.from_json(row) for row in data]
    return [Region.from_json({"cells": data})]


def run(args: argparse.Namespace, cancel: CancelToken) -> int:
    """Write the region anew, and tell what changed."""
    seed = seed_from(args)
    with at_desk(args, cancel) as desk:
        take = desk.take(with_steps=False)
        selection = selection_from(args, take.plan)
        settings = changed_settings(args, take.settings)
        from engine.revise import Reroll

        return desk.keep(take, desk.revised(take, Reroll(selection, seed, settings, args.name)))
