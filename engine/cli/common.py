"""What the commands share: the parser, checks before work, JSON, cancelling by signals."""

from __future__ import annotations

import argparse
import json
import math
import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path
from types import FrameType
from typing import Any, Final, NoReturn

from engine.cancel import CancelToken
from engine.errors import InputError, OutputError

EXIT_OK: Final = 0
EXIT_FAILED: Final = 1
EXIT_USAGE: Final = 2
EXIT_CANCELLED: Final = 130

VIDEO_SUFFIXES: Final = (".mp4", ".mov", ".mkv", ".webm")
WAV_SUFFIXES: Final = (".wav",)
MIDI_SUFFIXES: Final = (".mid", ".midi")
PROJECT_SUFFIXES: Final = (".dbgm",)


class Parser(argparse.ArgumentParser):
    """A parser that takes no abbreviations and, under --json, answers wrong usage with a JSON object as well."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("allow_abbrev", False)
        super().__init__(**options)
        self.wants_json = False

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As the base class; notes whether the caller wants JSON before anything can go wrong."""
        self.wants_json = "--json" in (sys.argv[1:] if args is None else args)
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        """Report wrong usage and leave with status 2."""
        if self.wants_json:
            print_json(failure(message, f"See: {self.prog} --help"))
        self.print_usage(sys.stderr)
        self.exit(EXIT_USAGE, f"{self.prog}: {message}\n")


def failure(message: str, hint: str = "") -> dict[str, Any]:
    """The JSON object of a failure."""
    return {"ok": False, "error": {"message": message, "hint": hint}}


def print_json(data: dict[str, Any]) -> None:
    """Print one JSON object on stdout. Paths and exact times become strings and numbers, unknown values null."""
    sys.stdout.write(json.dumps(plain(data), allow_nan=False) + "\n")
    sys.stdout.flush()


def plain(value: Any) -> Any:
    """A value as JSON knows it: NaN and infinity become null, arrays lists, fractions floats, paths strings."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Fraction):
        return float(value)
    if hasattr(value, "tolist"):  # a numpy array or scalar
        return plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, str | bool | int):
        return value
    return str(value)


def existing_video(text: str) -> Path:
    """The path of an input file that is there.

    Raises:
        InputError: if it is missing or not a file.
    """
    path = Path(text)
    if path.is_dir():
        raise InputError(f"'{path}' is a folder, not a file.", "Name the video file in it.")
    if not path.exists():
        raise InputError(f"There is no file '{path}'.", "Check the name; quote it if it holds spaces.")
    return path.absolute()


def checked_output(text: str, suffixes: Sequence[str], *, inputs: Sequence[Path] = ()) -> Path:
    """The path of a file that can be written, checked before hours of work go into it.

    Raises:
        OutputError: for an ending that is not among `suffixes`, an input's own path, a missing or unwritable folder.
    """
    path = Path(text).absolute()
    if suffixes and path.suffix.lower() not in suffixes:
        what = f"'{path.suffix}'" if path.suffix else "no ending"
        raise OutputError(f"'{path.name}' has {what} as its kind of file.", f"Use one of: {', '.join(suffixes)}.")
    if path.is_dir():
        raise OutputError(f"'{path}' is a folder.", "Name a file to write.")
    if not path.parent.is_dir():
        raise OutputError(f"The folder '{path.parent}' does not exist.", "Make it first, or choose another.")
    if any(_same_file(path, other) for other in inputs):
        raise OutputError(f"'{path.name}' is the input itself.", "Choose another name: the input is never written to.")
    try:
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise OutputError(f"The folder '{path.parent}' cannot be written: {reason}.", "Choose another.") from error
    return path


def checked_outputs(named: dict[str, tuple[str | None, Sequence[str]]], *, inputs: Sequence[Path]) -> list[Path | None]:
    """Check several outputs at once; no two may be the same file.

    Args:
        named: option -> (text or None, allowed suffixes).

    Raises:
        OutputError: as `checked_output`, or for two outputs with one name.
    """
    paths: dict[str, Path | None] = {}
    for option, (text, suffixes) in named.items():
        path = checked_output(text, suffixes, inputs=inputs) if text is not None else None
        for other, taken in paths.items():
            if path is not None and taken is not None and _same_file(path, taken):
                raise OutputError(f"{other} and {option} name the same file '{path.name}'.", "Give them two names.")
        paths[option] = path
    return list(paths.values())


def _same_file(a: Path, b: Path) -> bool:
    with suppress(OSError):
        if a.exists() and b.exists():
            return a.samefile(b)
    return os.path.normcase(a.absolute()) == os.path.normcase(b.absolute())


@contextmanager
def cancelled_by_signals() -> Iterator[CancelToken]:
    """A token that Ctrl-C and SIGTERM (on Windows also Ctrl-Break) set; a second Ctrl-C interrupts at once."""
    token = CancelToken()

    def on_signal(number: int, _frame: FrameType | None) -> None:
        if token.is_cancelled and number == signal.SIGINT:
            raise KeyboardInterrupt
        token.cancel()

    before: dict[signal.Signals, Any] = {}
    numbers = (signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGBREAK", signal.SIGTERM))
    for number in dict.fromkeys(numbers):
        with suppress(ValueError):  # not in the main thread: the caller has its own ways
            before[number] = signal.signal(number, on_signal)
    try:
        yield token
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def written_aside(path: Path) -> Iterator[Path]:
    """A name in the same folder to write to; it becomes `path` when the block ends well, and vanishes otherwise."""
    aside = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    try:
        yield aside
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def clock(seconds: float | Fraction) -> str:
    """Seconds as m:ss.mmm."""
    milliseconds = round(float(seconds) * 1000)
    return f"{milliseconds // 60000}:{milliseconds // 1000 % 60:02d}.{milliseconds % 1000:03d}"
