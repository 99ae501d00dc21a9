"""`diffbgm batch`: music for many films in one go."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

from engine.cancel import CancelToken
from engine.cli.common import EXIT_CANCELLED, EXIT_FAILED, EXIT_OK, Parser, clock, failure, print_json
from engine.cli.directing import add_direction_options, direction_from
from engine.cli.encoders import given_captions, given_folder
from engine.cli.landing import add_landing_options, with_landings
from engine.cli.mixing import time_range
from engine.cli.progress import STAGE_LABELS, add_progress_option, eta_text
from engine.cli.score import add_music_options, add_sound_options, settings_from
from engine.errors import OutputError
from engine.events import Stage

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    from engine.batch.record import FilmResult, Record
    from engine.batch.run import BatchOrder, Progress
    from engine.batch.sources import Film, Gathered
    from engine.runner import GenerationRequest

_KINDS: Final = ("same", "mp4", "mov", "mkv", "webm", "wav", "mid")
_EXTRAS: Final = {
    "midi": "also write NAME.mid: the score",
    "wav": "also write NAME.wav: the music alone",
    "manifest": "also write NAME.manifest.json: how it was made",
    "project": "also write NAME.dbgm: a project with the take",
    "stems": "also write NAME.stems/: one WAV per part",
}
_MOST_JOBS: Final = 64
_LEFT_OUT_SHOWN: Final = 5


def add_parser(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "batch",
        help="compose music for many videos",
        description="Compose music for all videos of a folder, of a list (a text file with one path a line; - reads it "
        "from stdin), or named one by one. Folders keep their tree. Called again, it does what is not done yet, or was "
        "done from another video or with other settings. One bad file never stops the rest.",
        epilog="Exit status 1 if any video failed, 0 otherwise. The table of results is kept in the output folder as "
        "results.json and results.csv.",
    )
    parser.add_argument("sources", nargs="+", metavar="DIR|LIST|VIDEO", help="folders, lists of videos, or videos")
    parser.add_argument("-o", "--output", metavar="DIR", required=True, help="folder of the results; made if missing")
    parser.add_argument(
        "--to",
        choices=_KINDS,
        default="same",
        help="what each video becomes; same: .mp4, .mov, .mkv and .webm stay what they are, others become .mp4. What "
        "cannot hold a picture as it is gives way to .mkv (same)",
    )
    for name, told in _EXTRAS.items():
        parser.add_argument(f"--{name}", action="store_true", help=told)
    parser.add_argument(
        "--jobs", type=_count, metavar="N", help="videos at once (default: as cores and free memory allow)"
    )
    parser.add_argument(
        "--every-file", action="store_true", help="try all files of folders, whatever their names end in"
    )
    parser.add_argument("--anew", action="store_true", help="do again what is done already")
    parser.add_argument("--overwrite", action="store_true", help="write over files that no earlier batch wrote")
    parser.add_argument(
        "--give-up-after", type=_minutes, default=30.0, metavar="MINUTES", help="without a sign of progress (30)"
    )
    parser.add_argument("--range", type=time_range, metavar="IN:OUT", help="music between these seconds only")
    add_music_options(parser)
    add_direction_options(parser)
    for action in parser._actions:
        if action.dest == "shot_mood":  # it names a shot of one video; see `_template`
            action.help = argparse.SUPPRESS
    add_landing_options(parser)
    add_sound_options(parser)
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress on stderr")
    add_progress_option(parser)
    parser.add_argument("--json", action="store_true", help="silent; the table as one JSON object on stdout")
    parser.set_defaults(run=run, parser=parser)


def _count(text: str) -> int:
    count = int(text) if text.isdecimal() else 0
    if not 1 <= count <= _MOST_JOBS:
        raise argparse.ArgumentTypeError(f"'{text}' is no number of jobs; give 1 to {_MOST_JOBS}")
    return count


def _minutes(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e6:
        raise argparse.ArgumentTypeError(f"'{text}' is no number of minutes")
    return value


def run(args: argparse.Namespace, cancel: CancelToken) -> int:
    """Score them all, and show the table."""
    from engine.batch.record import Record, only_one
    from engine.batch.run import Batch
    from engine.batch.sources import apart, gather

    template = _template(args, cancel)
    folder = Path(args.output).absolute()
    _check_folder(folder)
    gathered = gather(args.sources, folder, every_file=args.every_file)
    _made(folder)
    with only_one(folder):
        record = Record(folder)
        gathered = replace(gathered, films=apart(gathered.films, record.places()))
        order = _order(args, template, folder, len(gathered.films))
        with BatchTalk(args, gathered) as talk:
            results = Batch(order, gathered.films, record, talk).run(cancel)
    _show(args, gathered, record, results)
    if cancel.is_cancelled:
        return EXIT_CANCELLED
    return EXIT_FAILED if any(result.status == "failed" for result in results) else EXIT_OK


def _template(args: argparse.Namespace, cancel: CancelToken) -> GenerationRequest:
    """The request that all films share; without a film and an output yet."""
    parser: Parser = args.parser
    if args.shot_mood:
        parser.error("--shot-mood names a shot of one video; a batch has many")
    settings = settings_from(args)
    from engine.music.moods import AUTO, mood_of
    from engine.music.palettes import palette_of
    from engine.runner import GenerationRequest

    palette_of(settings.palette)  # what is unknown is told once, before the work
    if settings.mood != AUTO:
        mood_of(settings.mood)
    nowhere = Path()
    return GenerationRequest(
        video=nowhere,
        output=None,
        settings=settings,
        direction=replace(with_landings(args, direction_from(args, nowhere, cancel)), range_s=args.range),
        bundle=Path(args.bundle).absolute() if args.bundle else None,
        encoders=given_folder(args),
        captions=given_captions(args),
        previews=False,
    )


def _order(args: argparse.Namespace, template: GenerationRequest, folder: Path, n_films: int) -> BatchOrder:
    from engine.batch.memory import jobs_for
    from engine.batch.run import BatchOrder

    return BatchOrder(
        template=template,
        folder=folder,
        kind=args.to,
        extras=frozenset(name for name in _EXTRAS if getattr(args, name)),
        jobs=min(args.jobs, n_films) if args.jobs else jobs_for(n_films),
        anew=args.anew,
        overwrite=args.overwrite,
        silence_s=args.give_up_after * 60,
    )


def _check_folder(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"'{folder}' is a file, not a folder.", "Name a folder for the results.")


def _made(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise OutputError(f"The folder '{folder}' cannot be made: {reason}.", "Choose another.") from error


class BatchTalk:
    """Tells on stderr how a batch goes: bars on a terminal, a line a film elsewhere, JSON lines for programs."""

    def __init__(self, args: argparse.Namespace, gathered: Gathered) -> None:
        self._json = args.progress == "json"
        self._silent = not self._json and (args.json or args.quiet)
        self._width = len(str(len(gathered.films)))
        self._bars: Bars | None = None
        self._total: TaskID | None = None
        self._tasks: dict[Film, TaskID] = {}

    def __enter__(self) -> BatchTalk:
        if not self._silent and not self._json and sys.stderr.isatty():
            self._bars = _make_bars()
            self._bars.start()
            self._total = self._bars.add_task("All", total=None, left="")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bars is not None:
            self._bars.stop()

    def __call__(self, progress: Progress) -> None:
        """Take how the batch stands."""
        if self._json:
            self._tell_program(progress)
        if progress.ended is not None and not self._json:
            self._say(self._line(progress, progress.ended))
        if self._bars is not None:
            self._draw(progress, self._bars)

    def _tell_program(self, progress: Progress) -> None:
        if progress.told is not None:
            film, data = progress.told
            self._write({**data, "film": film.name})
        if progress.ended is not None:
            counts = {"done": progress.n_done, "total": progress.n_films}
            eta = None if progress.eta_s is None else round(progress.eta_s, 1)
            self._write({"event": "film", **counts, "eta_s": eta, "result": progress.ended.to_json()})

    def _write(self, data: dict[str, Any]) -> None:
        sys.stderr.write(json.dumps(data, allow_nan=False) + "\n")
        sys.stderr.flush()

    def _line(self, progress: Progress, result: FilmResult) -> str:
        count = f"[{progress.n_done:>{self._width}}/{progress.n_films}]"
        took = "" if result.seconds is None or result.status == "kept" else f"  {result.seconds:.1f} s"
        left = ""
        if progress.eta_s is not None and progress.n_done < progress.n_films and result.status != "kept":
            left = f"  (about {eta_text(progress.eta_s)} left)"
        told = f"  {result.message}" if result.message else ""
        return f"{count} {result.status:<9} {result.film}{took}{told}{left}"

    def _say(self, text: str) -> None:
        if self._bars is not None:
            self._bars.console.print(text, markup=False, highlight=False)
        elif not self._silent:
            sys.stderr.write(text + "\n")
            sys.stderr.flush()

    def _draw(self, progress: Progress, bars: Bars) -> None:
        left = "" if progress.eta_s is None else f"about {eta_text(progress.eta_s)} left"
        assert self._total is not None
        bars.update(self._total, completed=progress.n_done, total=progress.n_films, left=left)
        running = {one.film: one for one in progress.running}
        for film in [film for film in self._tasks if film not in running]:
            bars.remove_task(self._tasks.pop(film))
        for film, one in running.items():
            label = STAGE_LABELS[Stage(one.stage)] if one.stage else "Starting"
            if film not in self._tasks:
                self._tasks[film] = bars.add_task(film.name, total=1.0, left=label)
            bars.update(self._tasks[film], completed=one.share, left=label)


def _make_bars() -> Bars:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[left]}", markup=False),
    )
    return Progress(*columns, console=Console(stderr=True), transient=True)


def _totals(results: tuple[FilmResult, ...]) -> dict[str, int]:
    statuses = [result.status for result in results]
    return {"films": len(results), **{name: statuses.count(name) for name in ("done", "kept", "failed", "cancelled")}}


def _show(args: argparse.Namespace, gathered: Gathered, record: Record, results: tuple[FilmResult, ...]) -> None:
    totals = _totals(results)
    if args.json:
        print_json(_as_json(gathered, record, results, totals))
        return
    _print_table(results)
    counts = ", ".join(f"{count} {name}" for name, count in totals.items() if name != "films" and count)
    films = "1 film" if len(results) == 1 else f"{len(results)} films"
    print(f"{films}: {counts}. The table is kept in {record.folder}")
    if gathered.left_out:
        names = ", ".join(path.name for path in gathered.left_out[:_LEFT_OUT_SHOWN])
        more = "" if len(gathered.left_out) <= _LEFT_OUT_SHOWN else " and more"
        print(f"Left out, as their names are not those of videos: {len(gathered.left_out)} files ({names}{more}).")


def _as_json(
    gathered: Gathered, record: Record, results: tuple[FilmResult, ...], totals: dict[str, int]
) -> dict[str, Any]:
    answer: dict[str, Any] = {"ok": True}
    if totals["cancelled"]:
        answer = failure("Cancelled.", "The same command goes on from here.")
    elif totals["failed"]:
        answer = failure(f"{totals['failed']} of {totals['films']} films failed.", "See `message` and `hint` of each.")
    return {
        **answer,
        "output": record.folder,
        "totals": totals,
        "films": [result.to_json() for result in results],
        "left_out": list(gathered.left_out),
    }


def _print_table(results: tuple[FilmResult, ...]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    if not console.is_terminal:
        console = Console(width=150)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("film", ratio=3, overflow="fold")
    for title in ("result", "length", "BPM", "took"):
        table.add_column(title, no_wrap=True)
    table.add_column("written, or why not", ratio=5, overflow="fold")
    colours = {"done": "green", "kept": "cyan", "failed": "red", "cancelled": "yellow"}
    for result in results:
        length = "" if result.duration_s is None else clock(result.duration_s)[:-2]
        took = "" if result.seconds is None or result.status == "kept" else f"{result.seconds:.1f} s"
        table.add_row(
            Text(result.film),
            Text(result.status, colours[result.status]),
            length,
            "" if result.bpm is None else f"{result.bpm:.0f}",
            took,
            Text(_told(result)),
        )
    console.print(table)


def _told(result: FilmResult) -> str:
    if result.status in ("failed", "cancelled"):
        return f"{result.message} {result.hint}".strip()
    return "  ".join([result.files.get("output", ""), *result.remarks])
