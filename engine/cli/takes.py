"""`diffbgm takes`: the takes of a project; names, stars, deletion."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING, Any

from engine.cancel import CancelToken
from engine.cli.common import EXIT_OK, print_json
from engine.cli.projects import opened

if TYPE_CHECKING:
    from engine.project import Project, TakeHeader


def add_parser(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "takes",
        help="list and tidy the takes of a project",
        description="List the takes of a project. A TAKE is named by its name, number or id.",
    )
    parser.add_argument("project", metavar="FILE.dbgm", help="a project file, as `score --project` writes it")
    parser.add_argument("--rename", nargs=2, metavar=("TAKE", "NAME"), help="give a take another name")
    parser.add_argument("--star", action="append", default=[], metavar="TAKE", help="mark a take as a favourite")
    parser.add_argument("--unstar", action="append", default=[], metavar="TAKE", help="take the mark away")
    parser.add_argument("--delete", action="append", default=[], metavar="TAKE", help="remove a take")
    parser.add_argument(
        "--forget-steps",
        type=_megabytes,
        metavar="MB",
        help="forget denoising steps of the oldest takes without a star until all take up no more than this",
    )
    parser.add_argument("--video", metavar="FILE", help="where the video is now, if it has moved")
    parser.add_argument("--json", action="store_true", help="silent; one JSON object on stdout")
    parser.set_defaults(run=run, parser=parser)


def _megabytes(text: str) -> int:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e9:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of megabytes")
    return round(value * 1e6)


def run(args: argparse.Namespace, _cancel: CancelToken) -> int:
    """Change what is asked for, all or nothing, and list the takes."""
    changes = bool(args.rename or args.star or args.unstar or args.delete or args.forget_steps is not None)
    with opened(args, read_only=not changes) as project:
        if changes:
            with project.transaction():
                _change(project, args)
        takes = project.takes()
        if args.json:
            print_json({"ok": True, "project": project.path, "takes": [take.to_json() for take in takes]})
            return EXIT_OK
    _show(takes)
    return EXIT_OK


def _change(project: Project, args: argparse.Namespace) -> None:
    if args.rename:
        project.rename_take(project.find_take(args.rename[0]).id, args.rename[1])
    for texts, starred in ((args.star, True), (args.unstar, False)):
        for text in texts:
            project.star_take(project.find_take(text).id, starred)
    for head in [project.find_take(text) for text in args.delete]:
        project.delete_take(head.id)
    if args.forget_steps is not None:
        project.prune_steps(args.forget_steps)


def _show(takes: tuple[TakeHeader, ...]) -> None:
    numbers = {take.id: take.number for take in takes}
    print(f"{'take':>4}    {'made':<16}  {'how':<18} {'seed':>10}  {'notes':>5}  {'steps':>5}  {'size':>9}  name")
    for take in takes:
        how = take.origin if take.parent is None else f"{take.origin} of {numbers.get(take.parent, '?')}"
        made = time.strftime("%Y-%m-%d %H:%M", time.localtime(take.created_s))
        star = "*" if take.starred else " "
        size = f"{take.size_bytes / 1e6:.2f} MB"
        print(
            f"{take.number:>4} {star}  {made:<16}  {how:<18} {take.settings.seed!s:>10}  {take.n_notes:>5}"
            f"  {take.n_steps:>5}  {size:>9}  {take.name}"
        )
