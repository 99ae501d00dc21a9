"""`diffbgm serve`: the engine as a service for other programs of this machine."""

from __future__ import annotations

import argparse
import os
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from engine.cancel import CancelToken
from engine.cli.common import EXIT_OK, print_json
from engine.errors import OutputError
from engine.version import __version__

_MOST_JOBS: Final = 16


def add_parser(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "serve",
        help="serve other programs of this machine",
        description="Serve other programs of this machine: JSON over HTTP on the loopback interface, behind a random "
        "token. The first line on stdout is a JSON object with url and token. Ctrl-C or SIGTERM ends it; running jobs "
        "are cancelled. See docs/service.md.",
    )
    parser.add_argument("--port", type=_port, default=0, metavar="N", help="(any free one)")
    parser.add_argument(
        "--allow",
        action="append",
        metavar="DIR",
        help="a folder whose files may be read and written (repeatable; default: the current folder)",
    )
    parser.add_argument(
        "--token-file", metavar="FILE", help="write the token there, readable for you alone, and not on stdout"
    )
    parser.add_argument("--jobs", type=_jobs, default=1, metavar="N", help="how many compose at once; others wait (1)")
    parser.add_argument(
        "--origin", action="append", default=[], metavar="ORIGIN", help="a web origin that may ask, too (repeatable)"
    )
    parser.set_defaults(run=run, parser=parser)


def _port(text: str) -> int:
    port = int(text) if text.isdecimal() else -1
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"'{text}' is not a port; give 0 to 65535")
    return port


def _jobs(text: str) -> int:
    count = int(text) if text.isdecimal() else 0
    if not 1 <= count <= _MOST_JOBS:
        raise argparse.ArgumentTypeError(f"'{text}' is no number of jobs; give 1 to {_MOST_JOBS}")
    return count


def run(args: argparse.Namespace, _cancel: CancelToken) -> int:
    """Serve until told to stop."""
    from engine.device import usable_cores
    from engine.service.places import Places
    from engine.service.server import ServiceOptions, fresh_token, serve

    options = ServiceOptions(
        places=Places.within(args.allow or ["."]),
        token=fresh_token(),
        port=args.port,
        jobs=args.jobs,
        threads=max(1, usable_cores() // args.jobs),
        origins=tuple(args.origin),
    )
    token_file = Path(args.token_file).absolute() if args.token_file else None
    if token_file is not None:
        write_token(token_file, options.token)

    def announce(told: dict[str, Any]) -> None:
        if token_file is not None:
            told = {"url": told["url"], "token_file": token_file}
        folders = [str(folder) for folder in options.places.folders]
        print_json({"ok": True, **told, "version": __version__, "pid": os.getpid(), "allow": folders})

    try:
        serve(options, announce)
    finally:
        if token_file is not None:
            with suppress(OSError):
                token_file.unlink(missing_ok=True)
    return EXIT_OK


def write_token(path: Path, token: str) -> None:
    """Write a token into a file that only its owner can read; one that is there is replaced.

    Raises:
        OutputError: if it cannot be written.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with suppress(FileNotFoundError):
            aside.unlink()
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(token + "\n")
        aside.replace(path)
    except OSError as error:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
        reason = (error.strerror or str(error)).lower()
        raise OutputError(f"'{path}' cannot be written: {reason}.", "Choose another place for the token.") from error
