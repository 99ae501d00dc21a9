"""`diffbgm doctor`: which parts are there, what each changes, and how to get what is missing."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from engine.cancel import CancelToken
from engine.cli.common import EXIT_FAILED, EXIT_OK, print_json
from engine.version import __version__

if TYPE_CHECKING:
    from engine.cli.parts import Part


def add_parser(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "doctor",
        help="table what is installed and what is missing",
        description="Table each part: found or not, what it changes, and how to get it. "
        "Exit status 1 if a part is missing without which nothing can be composed.",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    parser.set_defaults(run=run, parser=parser)


def run(args: argparse.Namespace, cancel: CancelToken) -> int:
    """Print the table."""
    from engine.cli.parts import LOOKS

    parts = []
    for look in LOOKS:
        cancel.raise_if_cancelled()
        parts.append(look())
    missing = [part.name for part in parts if part.required and not part.found]
    if args.json:
        print_json(_as_json(parts, missing))
    else:
        _print_table(parts)
        if missing:
            sys.stderr.write(f"diffbgm: Nothing can be composed without: {', '.join(missing)}.\n")
    return EXIT_FAILED if missing else EXIT_OK


def _as_json(parts: list[Part], missing: list[str]) -> dict[str, Any]:
    import platform

    report: dict[str, Any] = {
        "ok": not missing,
        "version": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "parts": [asdict(part) for part in parts],
    }
    if missing:
        message = f"Nothing can be composed without: {', '.join(missing)}."
        report["error"] = {"message": message, "hint": "See `how` of each part."}
    return report


def _print_table(parts: list[Part]) -> None:
    import platform

    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console()
    if not console.is_terminal:
        console = Console(width=150)
    print(f"diffbgm {__version__}, Python {platform.python_version()}, {platform.platform()}")
    table = Table(box=box.SIMPLE_HEAD, show_lines=True, pad_edge=False)
    for title, ratio in (("part", 3), ("found", 1), ("details", 4), ("what it changes", 5), ("how to get it", 5)):
        table.add_column(title, ratio=ratio, overflow="fold")
    for part in parts:
        mark = "[green]yes[/]" if part.found else ("[red]no[/]" if part.required else "[yellow]no[/]")
        table.add_row(part.name, mark, part.detail, part.changes, "" if part.found else part.how)
    console.print(table)
