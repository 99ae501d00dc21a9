"""`diffbgm fork`: a take's denoising left at one of its steps and gone on with otherwise."""

from __future__ import annotations

import argparse
from typing import Any

from engine.cancel import CancelToken
from engine.cli.projects import add_outputs, add_project, add_talk, at_desk
from engine.cli.reroll import add_overrides, changed_settings


def add_parser(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "fork",
        help="leave a take's denoising at a step and go on otherwise",
        description="Repeat a take's denoising up to a step, and go on from there with other settings. With the same "
        "settings the same take comes out. The result is a further take of the project.",
    )
    add_project(parser)
    parser.add_argument("--step", type=int, required=True, metavar="N", help="the last step to keep, counted from 1")
    parser.add_argument("--seed", type=int, help="new details at the noise level of that step")
    parser.add_argument("--mood", metavar="NAME", help="another mood from there on")
    add_overrides(parser)
    parser.add_argument("--name", default="", help="of the new take")
    add_outputs(parser)
    add_talk(parser)
    parser.set_defaults(run=run, parser=parser)


def run(args: argparse.Namespace, cancel: CancelToken) -> int:
    """Fork, and tell what changed."""
    with at_desk(args, cancel) as desk:
        take = desk.take(with_steps=True)
        more = {name: getattr(args, name) for name in ("seed", "mood") if getattr(args, name) is not None}
        settings = changed_settings(args, take.settings, **more)
        signals = None
        if settings.mood != take.settings.mood:
            from engine.music.moods import AUTO, mood_of

            if settings.mood != AUTO:
                mood_of(settings.mood)  # an unknown one is told before the work
            signals = desk.picture()
        from engine.revise import Fork

        return desk.keep(take, desk.revised(take, Fork(args.step - 1, settings, signals, args.name)))
