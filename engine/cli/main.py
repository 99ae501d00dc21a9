"""`diffbgm`: builds the parser, runs one command, and turns whatever happens into an exit status and a sentence."""

from __future__ import annotations

import argparse
import errno
import io
import logging
import os
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from engine.cancel import CancelToken
from engine.cli import (
    batch,
    captions,
    doctor,
    export,
    features,
    fork,
    hits,
    notes,
    reconform,
    reroll,
    roll,
    score,
    self_check,
    serve,
    shots,
    steps,
    takes,
)
from engine.cli.common import EXIT_CANCELLED, EXIT_FAILED, Parser, cancelled_by_signals, failure, print_json
from engine.errors import EngineError, RunCancelled
from engine.version import __version__

_COMMANDS = (
    score, batch, export, takes, reroll, fork, reconform, notes, shots, hits, features, captions, roll, steps,
    serve, doctor,
)  # fmt: skip


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands; each sets `run`, a function of the parsed arguments and a cancel token."""
    parser = Parser(prog="diffbgm", description="Compose background music for a video, from its picture.")
    parser.add_argument("--version", action="version", version=f"diffbgm {__version__}")
    parser.add_argument("-v", "--verbose", action="store_true", help="print the log on stderr")
    parser.add_argument("--self-check", action="store_true", help="use every part of the program once, and end")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    for module in _COMMANDS:
        module.add_parser(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status (2 for wrong usage leaves through SystemExit)."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a console of few characters is no reason to fail
    args = _parsed(argv)
    _set_up_logging(verbose=args.verbose)
    try:
        with cancelled_by_signals() as cancel:
            return _run_guarded(args, cancel)
    except BrokenPipeError:
        # whoever read our output has left; keep Python from complaining about it once more at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FAILED


def _parsed(argv: Sequence[str] | None) -> argparse.Namespace:
    """The arguments; `run` is what to do. Leaves with status 2 when they make no sense."""
    parser = build_parser()
    args = parser.parse_args(argv)
    if args.self_check and args.command is not None:
        parser.error("--self-check stands alone")
    if args.self_check:
        args.run = lambda _args, cancel: self_check.run(cancel)
    elif args.command is None:
        parser.error("the following arguments are required: COMMAND")
    return args


def entry() -> NoReturn:
    """The program: run the command line and leave. A cancelled run does not wait for a model that is still loading."""
    if getattr(sys, "frozen", False):
        import multiprocessing

        multiprocessing.freeze_support()  # a worker process of a built program begins here, and ends here
    status = main()
    if status == EXIT_CANCELLED:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    sys.exit(status)


def _set_up_logging(*, verbose: bool) -> None:
    logging.captureWarnings(True)
    handler = logging.StreamHandler() if verbose else logging.NullHandler()
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.WARNING,
        format="%(levelname)s %(name)s: %(message)s",
        handlers=[handler],
    )


def _run_guarded(args: argparse.Namespace, cancel: CancelToken) -> int:
    try:
        status: int = args.run(args, cancel)
    except EngineError as error:
        return _fail(args, error.message, error.hint)
    except (RunCancelled, KeyboardInterrupt):
        return _fail(args, "Cancelled.", status=EXIT_CANCELLED)
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 - the last resort: a sentence and a log instead of a traceback
        return _fail_unexpectedly(args, error)
    return status


def _fail(args: argparse.Namespace, message: str, hint: str = "", *, status: int = EXIT_FAILED) -> int:
    if getattr(args, "json", False):
        print_json(failure(message, hint))
    else:
        sys.stderr.write(f"diffbgm: {message}\n" + (f"  {hint}\n" if hint else ""))
    return status


def _fail_unexpectedly(args: argparse.Namespace, error: Exception) -> int:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _fail(args, "The disk is full.", "Free some space, or write to another disk.")
    if isinstance(error, MemoryError):
        return _fail(args, "The memory ran out.", "Close other programs, or score a shorter video.")
    try:
        hint = f"This is a fault of the program; what happened is written in {_write_log(error)}"
    except OSError as problem:
        hint = f"This is a fault of the program; its log could not be written ({problem.strerror})."
    told = " ".join(str(error).split())[:200]
    return _fail(args, f"Something unexpected went wrong ({type(error).__name__}: {told}).", hint)


def _write_log(error: Exception) -> Path:
    folder = log_folder()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"diffbgm-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.log"
    lines = [f"diffbgm {__version__}, Python {sys.version}, {sys.platform}\n", f"arguments: {sys.argv[1:]}\n\n"]
    path.write_text("".join(lines + traceback.format_exception(error)), encoding="utf-8")
    return path


def log_folder() -> Path:
    """Where logs go: DIFFBGM_LOG_DIR, else the user's log folder."""
    override = os.environ.get("DIFFBGM_LOG_DIR")
    if override:
        return Path(override)
    import platformdirs

    return Path(platformdirs.user_log_dir("diffbgm", appauthor=False))
