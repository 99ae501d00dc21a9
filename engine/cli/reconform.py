"""`diffbgm reconform`: the video was cut anew, and the music follows."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cancel import CancelToken
from engine.cli.editors import Source, add_source_options, existing_source, open_source
from engine.cli.projects import Desk, add_outputs, add_project, add_talk, at_desk
from engine.cli.reroll import add_overrides, changed_settings, seed_from
from engine.events import Stage

if TYPE_CHECKING:
    from engine.signals import FrameSignals


def add_parser(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "reconform",
        help="let a take follow its video into another cut",
        description="Match the shots of a re-cut video with those that a take was made for. Bars of unchanged shots "
        "stay as they are, joins and new shots get new music. The result is a further take, and the project goes over "
        "to the new video.",
    )
    add_project(parser)
    parser.add_argument("edit", metavar="NEW_VIDEO", help="the film as it is cut now: a video or an editor's timeline")
    parser.add_argument("--seed", type=int, help="of the new music; repeats it (default: a new one)")
    add_overrides(parser)
    parser.add_argument("--name", default="", help="of the new take")
    add_source_options(parser)
    add_outputs(parser)
    add_talk(parser)
    parser.set_defaults(run=run, parser=parser)


def run(args: argparse.Namespace, cancel: CancelToken) -> int:
    """Follow the new cut, and tell what was kept."""
    seed = seed_from(args)
    inputs = existing_source(args, args.edit)
    with at_desk(args, cancel, inputs=inputs) as desk, opened_for(args, args.edit, desk, cancel) as source:
        take = desk.take(with_steps=False)
        settings = changed_settings(args, take.settings)
        before = desk.picture()
        after = _watched(desk, source.video)
        from engine.reconform import Reconform

        laid = None if source.timeline is None else source.direction()
        made = desk.revised(take, Reconform(before, after, seed, settings, args.name, laid))
        desk.project.set_signals(after, new_video=True)
        desk.project.set_direction(made.direction)
        told = ("kept_bars", "bars", "kept_spans_s", "relaxations")
        return desk.keep(take, made, **{name: made.details[name] for name in told})


@contextmanager
def opened_for(args: argparse.Namespace, text: str, desk: Desk, cancel: CancelToken) -> Iterator[Source]:
    """The new edit; a picture that had to be put together of it lies beside the project, and goes again on failure."""
    outputs = desk.places.outputs
    source = open_source(
        args,
        text,
        cancel,
        keep_in=desk.project.path.parent,
        needs_film=outputs is not None and outputs.is_video,
    )
    with source.kept():
        yield source


def _watched(desk: Desk, video: Path) -> FrameSignals:
    from engine.artifacts import AnalysisCache
    from engine.pipeline import analyse_video

    report = desk.progress.report(Stage.ANALYSE)
    return analyse_video(video, cache=AnalysisCache(), report=report, cancel=desk.cancel)
