"""`diffbgm-train build-dataset VIDEOS POP909 -o DIR`: the paper's section 3 for a user's own videos.

One job a song, in processes of their own. A run that was ended at any moment goes on where it was when the same command
is given again: songs that are done are left alone. `report.json` and `report.md` say what was made and what was not.
"""

from __future__ import annotations

import argparse
import csv
import json
import multiprocessing
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from engine.device import choose_device
from engine.errors import EngineError, InputError
from training.data.annotate import Job, annotate, is_done, read_annotation, write_text
from training.data.annotators import Encoders, open_encoders
from training.data.pop909 import song_folders

SUFFIXES: Final = frozenset((".avi", ".flv", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".ts", ".webm", ".wmv"))
ALIGNED_S: Final = 3.0
"""A video this much shorter or longer than its song is named in the report: the paper cuts them to each other."""

INDEX: Final = "index.xlsx"
REPORT: Final = "report"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a song: "made", "kept" from an earlier run, or "failed" with the reason."""

    name: str
    what: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class BuildReport:
    """Everything that the report files tell.

    Attributes:
        outcomes: of the songs with a video.
        unpaired_videos, unpaired_songs: names without a partner.
        left_out: why there are no captions and features, "" when there are.
        annotations: of the songs that are done, by name.
    """

    outcomes: tuple[Outcome, ...]
    unpaired_videos: tuple[str, ...]
    unpaired_songs: tuple[str, ...]
    left_out: str
    annotations: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def run(arguments: argparse.Namespace) -> int:
    """Build, and tell how it went; for the arguments see `training.__main__`.

    Returns:
        0, or 1 when no song could be made.
    """
    if arguments.rate <= 0:
        raise InputError("--rate must be above 0.")
    songs = {folder.name: folder for folder in song_folders(arguments.pop909)}
    videos = find_videos(arguments.videos)
    pairs = read_pairs(arguments.pairs, arguments.videos, songs) if arguments.pairs else pair_by_name(videos, songs)
    if not pairs:
        raise InputError(
            f"No video in '{arguments.videos}' belongs to a song.",
            "Name them after their songs (001.mp4), or give a CSV of video,song with --pairs.",
        )
    metadata = read_index(arguments.pop909)
    jobs = [
        Job(name, songs[name], video, arguments.output, arguments.rate, metadata.get(name, {"song_id": name}))
        for name, video in sorted(pairs.items())
    ]
    for left_behind in arguments.output.rglob(".*.part"):
        left_behind.unlink()  # by a process that was killed while writing
    opening = None if arguments.no_encoders else (arguments.encoders, choose_device(arguments.device)[0])
    n_jobs = arguments.jobs or max(1, (os.cpu_count() or 2) // 2)
    outcomes, left_out = build(jobs, opening, n_jobs=n_jobs, say=lambda text: print(text, file=sys.stderr, flush=True))
    report = BuildReport(
        outcomes=tuple(outcomes),
        unpaired_videos=tuple(sorted(v.name for v in videos if v not in set(pairs.values()))),
        unpaired_songs=tuple(sorted(set(songs) - set(pairs))),
        left_out=left_out,
        annotations={job.name: data for job in jobs if (data := read_annotation(job.annotation)) is not None},
    )
    write_report(report, arguments.output)
    print(summary(report))
    print(f"written    {arguments.output / (REPORT + '.md')}")
    return 0 if report.annotations else 1


def find_videos(folder: Path) -> list[Path]:
    """Video files directly in a folder.

    Raises:
        InputError: if it is no folder or holds none.
    """
    if not folder.is_dir():
        raise InputError(f"There is no folder '{folder}'.")
    found = sorted(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES and p.is_file())
    if not found:
        raise InputError(f"There are no videos in '{folder}'.", f"Known: {', '.join(sorted(SUFFIXES))}.")
    return found


def pair_by_name(videos: Sequence[Path], songs: Mapping[str, Path]) -> dict[str, Path]:
    """Song -> video, where a video is named by the song's number: 001.mp4, 1.mp4.

    Raises:
        InputError: if two videos claim one song.
    """
    pairs: dict[str, Path] = {}
    for video in videos:
        name = f"{int(video.stem):03d}" if video.stem.isdecimal() else video.stem
        if name not in songs:
            continue
        if name in pairs:
            raise InputError(f"Two videos are named after song {name}: {pairs[name].name} and {video.name}.")
        pairs[name] = video
    return pairs


def read_pairs(file: Path, videos: Path, songs: Mapping[str, Path]) -> dict[str, Path]:
    """Song -> video from a CSV with the columns video and song; a heading is not needed.

    Raises:
        InputError: if it cannot be read, or names what is not there, or a song twice.
    """
    try:
        rows = [row for row in csv.reader(file.read_text(encoding="utf-8-sig").splitlines()) if any(row)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"The pairs in '{file}' cannot be read.", "Give a CSV of video,song.") from error
    if rows and [cell.strip().lower() for cell in rows[0]] == ["video", "song"]:
        rows = rows[1:]
    pairs: dict[str, Path] = {}
    for number, row in enumerate(rows, 1):
        if len(row) != 2:
            raise InputError(f"{file.name}, pair {number}: expected video,song.")
        video, name = videos / row[0].strip(), row[1].strip()
        name = f"{int(name):03d}" if name.isdecimal() else name
        if not video.is_file() or name not in songs:
            missing = f"video '{row[0]}'" if not video.is_file() else f"song '{row[1]}'"
            raise InputError(f"{file.name}, pair {number}: there is no {missing}.")
        if name in pairs:
            raise InputError(f"{file.name}, pair {number}: song {name} has a video already.")
        pairs[name] = video
    return pairs


def read_index(pop909: Path) -> dict[str, dict[str, str]]:
    """Title, artist and metre from POP909's index; empty where it is not there or openpyxl is not installed."""
    file = next((f for f in (pop909 / INDEX, pop909.parent / INDEX) if f.is_file()), None)
    if file is None:
        return {}
    try:
        import openpyxl
    except ImportError:
        return {}
    book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    try:
        head, *rows = [tuple(row) for row in book.worksheets[0].iter_rows(values_only=True)]
    finally:
        book.close()
    names = [str(cell) for cell in head]
    tables = [dict(zip(names, ("" if c is None else str(c) for c in row), strict=True)) for row in rows]
    return {table.get("song_id", "").zfill(3): table for table in tables}


Opening = tuple[Path | None, str]
"""Folder of encoders or None for the hub, and the device."""

_worker_encoders: Encoders | str = "none were asked for."


def build(
    jobs: Sequence[Job], opening: Opening | None, *, n_jobs: int, say: Callable[[str], None]
) -> tuple[list[Outcome], str]:
    """Annotate what is not done yet.

    Args:
        opening: of the encoders, None to do without.
        n_jobs: processes.

    Returns:
        What became of each song, and why captions and features were left out ("" when they were not).
    """
    encoders = open_encoders(*opening) if opening else "none were asked for."
    left_out = encoders if isinstance(encoders, str) else ""
    identity = None if isinstance(encoders, str) else encoders.identity
    if left_out:
        say(f"captions and features are left out: {left_out}")
    todo = [job for job in jobs if not is_done(job, identity)]
    outcomes = [Outcome(job.name, "kept") for job in jobs if job not in todo]
    if not todo:
        return outcomes, left_out
    del encoders
    began = time.monotonic()
    context = multiprocessing.get_context("spawn")
    worker_opening = left_out or opening
    with ProcessPoolExecutor(min(n_jobs, len(todo)), context, _start_worker, (worker_opening,)) as pool:
        try:
            waiting = {pool.submit(_work, job) for job in todo}
            while waiting:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    outcomes.append(future.result())
                    n = len(todo) - len(waiting)
                    left_s = (time.monotonic() - began) / n * (len(todo) - n)
                    last = outcomes[-1]
                    say(f"{n}/{len(todo)}  song {last.name} {last.what} {last.reason}  {left_s:.0f} s left")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return sorted(outcomes, key=lambda o: o.name), left_out


def _start_worker(opening: Opening | str | None) -> None:
    """Load the encoders once for each process, and end with the parent, however it ends."""
    global _worker_encoders
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    _worker_encoders = open_encoders(*opening) if isinstance(opening, tuple) else opening or _worker_encoders
    if isinstance(opening, tuple):
        import torch

        torch.set_num_threads(1)  # processes are the parallel ones


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(1)


def _work(job: Job) -> Outcome:
    try:
        annotate(job, _worker_encoders)
    except EngineError as error:
        return Outcome(job.name, "failed", error.message)
    except (OSError, ValueError, IndexError) as error:
        return Outcome(job.name, "failed", f"its files cannot be read: {error}")
    return Outcome(job.name, "made")


def write_report(report: BuildReport, folder: Path) -> None:
    """`report.json` and `report.md`."""
    write_text(folder / f"{REPORT}.json", json.dumps(as_json(report), indent=1, ensure_ascii=False) + "\n")
    write_text(folder / f"{REPORT}.md", as_markdown(report))


def as_json(report: BuildReport) -> dict[str, Any]:
    """The report as plain data."""
    songs = report.annotations.values()
    shots = [len(song["shots"]) for song in songs]
    minutes = sum(song["video"]["duration_s"] for song in songs) / 60
    sampled = [song["sampling"] for song in songs if song["sampling"]]
    return {
        "songs": {what: sum(o.what == what for o in report.outcomes) for what in ("made", "kept", "failed")},
        "failed": {o.name: o.reason for o in report.outcomes if o.what == "failed"},
        "unpaired_videos": list(report.unpaired_videos),
        "unpaired_songs": len(report.unpaired_songs),
        "video_minutes": round(minutes, 2),
        "shots": {"total": sum(shots), "mean": round(sum(shots) / max(1, len(shots)), 2), "paper_mean": 62},
        "captions": {
            "songs": len(sampled),
            "groups": sum(s["captions"] for s in sampled),
            "sentences": sum(s["captions"] * s["sentences_each"] for s in sampled),
        },
        "left_out": report.left_out,
        "styles": dict(Counter(song["style"]["label"] for song in songs).most_common()),
        "style_by": dict(Counter(song["style"]["by"] for song in songs).most_common()),
        "not_aligned": {
            name: song["alignment"]["video_longer_by_s"]
            for name, song in report.annotations.items()
            if abs(song["alignment"]["video_longer_by_s"]) > ALIGNED_S
        },
        "metadata": "title, artist, metre and rhythmic pattern; POP909 holds neither lyrics nor genre",
    }


def summary(report: BuildReport) -> str:
    """A few lines for the terminal."""
    data = as_json(report)
    lines = [
        f"songs      {data['songs']['made']} made, {data['songs']['kept']} kept, {data['songs']['failed']} failed",
        f"video      {data['video_minutes']} minutes, {data['shots']['total']} shots ({data['shots']['mean']} a video)",
        f"captions   {data['captions']['sentences']} sentences in {data['captions']['groups']} groups",
        f"styles     {', '.join(f'{name} {n}' for name, n in data['styles'].items()) or 'none'}",
    ]
    if report.left_out:
        lines.append(f"left out   captions and features: {report.left_out}")
    lines += [f"failed     {name}: {reason}" for name, reason in data["failed"].items()]
    if data["not_aligned"]:
        named = ", ".join(f"{name} {by:+.1f} s" for name, by in list(data["not_aligned"].items())[:8])
        lines.append(f"lengths    {len(data['not_aligned'])} videos are not as long as their song: {named}")
    return "\n".join(lines)


def as_markdown(report: BuildReport) -> str:
    """The report for people."""
    rows = [
        f"| {name} | {song['video']['file']} | {song['video']['duration_s']:.1f} | "
        f"{song['alignment']['video_longer_by_s']:+.1f} | {len(song['shots'])} | "
        f"{(song['sampling'] or {}).get('captions', 0)} | {song['style']['label']} | "
        f"{song['metadata'].get('name', '')} | {song['metadata'].get('artist', '')} |"
        for name, song in report.annotations.items()
    ]
    head = "| song | video | seconds | longer than the song by | shots | captions | style | title | artist |"
    styles = ", ".join(sorted({song["style"]["by"] for song in report.annotations.values()}))
    return "\n".join(
        [
            "# Dataset",
            "",
            "```",
            summary(report),
            "```",
            "",
            f"Videos without a song: {', '.join(report.unpaired_videos) or 'none'}. "
            f"Songs without a video: {len(report.unpaired_songs)}. Styles by: {styles or 'nobody'}.",
            "",
            head,
            "|" + "---|" * 9,
            *rows,
            "",
        ]
    )
