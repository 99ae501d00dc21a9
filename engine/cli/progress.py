"""Telling how a run goes, on stderr: a bar on a terminal, plain lines elsewhere, JSON lines for programs."""

from __future__ import annotations

import argparse
import json
import sys
from types import TracebackType
from typing import TYPE_CHECKING, Final

from engine.event_json import EventWriter
from engine.events import Event, Report, RunStarted, Stage, StageFinished, StageProgressed, StageStarted, Warned

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

STAGE_LABELS = {
    Stage.PROBE: "Opening the video",
    Stage.ANALYSE: "Watching the picture",
    Stage.CONDITIONS: "Planning the music",
    Stage.DENOISE: "Composing",
    Stage.SCORE: "Writing the score",
    Stage.SYNTH: "Playing the instruments",
    Stage.MUX: "Joining picture and music",
}


FORMS: Final = ("text", "json")


def add_progress_option(parser: argparse.ArgumentParser) -> None:
    """`--progress`, for commands that run the engine."""
    parser.add_argument(
        "--progress",
        choices=FORMS,
        default="text",
        help="how progress is told on stderr: text, or json: one object a line, also beside --json (text)",
    )


def progress_of(args: argparse.Namespace) -> RunProgress:
    """The progress that a command's options ask for: `--progress json` talks beside --json and --quiet as well."""
    if getattr(args, "progress", "text") == "json":
        return RunProgress(json_lines=True)
    return RunProgress(silent=args.json or args.quiet)


class RunProgress:
    """An observer of runs that talks on stderr; also a `Report` for commands that run a single stage.

    Args:
        silent: say nothing at all, only collect warnings.
        json_lines: write each event as a JSON object on a line of its own instead; see `engine.event_json`.
    """

    def __init__(self, *, silent: bool = False, json_lines: bool = False) -> None:
        self.warnings: list[str] = []
        self.seed: int | None = None
        self._writer = EventWriter() if json_lines else None
        self._silent = silent or json_lines
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> RunProgress:
        if not self._silent and sys.stderr.isatty():
            self._bar = _make_bar()
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def __call__(self, event: Event) -> None:
        """Take one event of a run."""
        if self._writer is not None and (data := self._writer(event)) is not None:
            sys.stderr.write(json.dumps(data, allow_nan=False) + "\n")
            sys.stderr.flush()
        match event:
            case RunStarted(seed=seed):
                self.seed = seed
            case StageStarted(stage=stage, total=total):
                self._begin(STAGE_LABELS[stage], total)
            case StageProgressed(done=done, total=total, eta_s=eta_s):
                self._advance(done, total, eta_s)
            case StageFinished(stage=stage, seconds=seconds):
                self._line(f"{STAGE_LABELS[stage]}: {seconds:.1f} s")
            case Warned(message=message):
                self.warnings.append(message)
                self.say(f"Note: {message}")
            case _:
                pass

    def report(self, stage: Stage) -> Report:
        """A report function for one stage that is run by itself."""
        self._begin(STAGE_LABELS[stage], 0)
        if self._writer is not None:
            return lambda done, total: self(StageProgressed(stage, done, total))
        return lambda done, total: self._advance(done, total, None)

    def say(self, text: str) -> None:
        """Print a line for the person, above the bar if there is one."""
        if self._bar is not None:
            self._bar.console.print(text, markup=False, highlight=False)
        else:
            self._line(text)

    def _line(self, text: str) -> None:
        if not self._silent and self._bar is None:
            sys.stderr.write(text + "\n")
            sys.stderr.flush()

    def _begin(self, label: str, total: float) -> None:
        if self._bar is None:
            return
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._task = self._bar.add_task(label, total=total or None, left="")

    def _advance(self, done: float, total: float, eta_s: float | None) -> None:
        if self._bar is None or self._task is None:
            return
        left = "" if eta_s is None else f"about {eta_text(eta_s)} left"
        self._bar.update(self._task, completed=done, total=total or None, left=left)


def _make_bar() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description:<26}"),
        BarColumn(bar_width=32),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[left]}"),
    )
    return Progress(*columns, console=Console(stderr=True), transient=True)


def eta_text(seconds: float) -> str:
    """A rough time left, as "8 s" or "2 min"."""
    return f"{max(1, round(seconds))} s" if seconds < 90 else f"{round(seconds / 60)} min"
