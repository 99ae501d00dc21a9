"""What the commands share about editors' timelines: as input in the place of a video, and as files to write."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final

from engine.cancel import CancelToken
from engine.cli.common import existing_video
from engine.cli.progress import RunProgress, progress_of
from engine.direction import OPEN, Direction
from engine.errors import InputError
from engine.events import Stage

if TYPE_CHECKING:
    from engine.interchange.export import TimelineFile
    from engine.timelines import OpenedTimeline

IN_SUFFIXES: Final = (".otio", ".xml", ".fcpxml", ".fcpxmld", ".edl")
OUT_SUFFIXES: Final = (".otio", ".xml", ".fcpxml", ".edl", ".mlt")
SOURCE_HELP: Final = "any video file, or an editor's timeline: .otio, .fcpxml, FCP7 .xml, .edl"
_OPTIONS: Final = {
    "--otio": ("otio", (".otio",), "an OTIO timeline"),
    "--fcp7": ("fcp7", (".xml",), "FCP7 XML, for Premiere"),
    "--fcpxml": ("fcpxml", (".fcpxml",), "FCPXML, for Final Cut"),
    "--edl": ("edl", (".edl",), "an edit decision list with locators"),
    "--mlt": ("mlt", (".mlt", ".xml"), "MLT XML, for Shotcut and melt"),
    "--marker-csv": ("marker_csv", (".csv",), "the hits as a table"),
    "--marker-edl": ("marker_edl", (".edl",), "the hits as markers for Resolve"),
    "--audacity": ("audacity", (".txt",), "the hits as Audacity labels"),
}


def add_source_options(parser: argparse.ArgumentParser) -> None:
    """What a timeline may need beside itself."""
    group = parser.add_argument_group("an editor's timeline instead of a video")
    group.add_argument("--rendered", metavar="FILE", help="the video that the editor rendered of the timeline")
    group.add_argument(
        "--media",
        action="append",
        default=[],
        metavar="DIR",
        help="where to look for clips that are not where the timeline says (repeatable)",
    )
    group.add_argument(
        "--fps",
        type=frame_rate,
        metavar="RATE",
        help="frames per second of an EDL, as 25 (default: its video's)",
    )


def frame_rate(text: str) -> Fraction:
    """ "29.97", "25" or "30000/1001" as the exact rate that is meant."""
    from engine.rates import exact_rate

    try:
        return exact_rate(Fraction(text))
    except (ValueError, ZeroDivisionError):
        raise argparse.ArgumentTypeError(f"'{text}' is no frame rate; give 25, 29.97 or 30000/1001") from None


def add_timeline_outputs(parser: argparse.ArgumentParser) -> None:
    """Files for editors."""
    group = parser.add_argument_group("files for editors")
    for option, (_, suffixes, what) in _OPTIONS.items():
        group.add_argument(option, metavar=f"OUT{suffixes[0]}", help=what)


def timeline_options(args: argparse.Namespace) -> dict[str, tuple[str | None, Sequence[str]]]:
    """The options of `add_timeline_outputs` as `checked_outputs` wants them."""
    return {option: (_given(args, option), suffixes) for option, (_, suffixes, _) in _OPTIONS.items()}


def _given(args: argparse.Namespace, option: str) -> str | None:
    text: str | None = getattr(args, option.lstrip("-").replace("-", "_"))
    return text


def timeline_files(paths: Sequence[Path | None], main: Path | None = None) -> tuple[TimelineFile, ...]:
    """The timelines to write.

    Args:
        paths: one for each of `timeline_options`, in that order.
        main: a timeline that was named as the main output.
    """
    from engine.interchange.export import SUFFIXES, TimelineFile

    kinds = [kind for kind, _, _ in _OPTIONS.values()]
    files = [TimelineFile(kind, path) for kind, path in zip(kinds, paths, strict=True) if path is not None]  # type: ignore[arg-type]
    if main is not None:
        files.insert(0, TimelineFile(SUFFIXES[main.suffix.lower()], main))
    return tuple(files)


def timeline_or_other(text: str | None) -> tuple[str | None, str | None]:
    """A main output as (timeline, None) or (None, film or music)."""
    return (text, None) if is_timeline_name(text) else (None, text)


def wav_beside(timeline: str | None, wav: str | None) -> str | None:
    """The WAV to write: the one that was named, else the one beside a timeline that is the main output."""
    return wav if wav is not None or timeline is None else str(Path(timeline).with_suffix(".wav"))


def is_timeline_name(text: str | None, suffixes: Sequence[str] = OUT_SUFFIXES) -> bool:
    """Whether a name is that of a timeline."""
    return text is not None and Path(text).suffix.lower() in suffixes


@dataclass(frozen=True, slots=True)
class Source:
    """What a command works on: a video, and the timeline that it came from, if any."""

    video: Path
    timeline: OpenedTimeline | None = None

    @contextmanager
    def kept(self) -> Iterator[None]:
        """While the block runs, a picture that was put together just now is on trial: it goes when the block fails."""
        try:
            yield
        except BaseException:
            if self.timeline is not None and self.timeline.is_new:
                self.video.unlink(missing_ok=True)
            raise

    def direction(self, base: Direction = OPEN) -> Direction:
        """A direction with the timeline's cuts and markers, where there is one."""
        return base if self.timeline is None else self.timeline.direction(base)


def existing_source(args: argparse.Namespace, text: str) -> list[Path]:
    """The input file, and the rendered video where one was named.

    Raises:
        InputError: if one is not there; options of timelines are refused for a video.
    """
    if not is_timeline_name(text, IN_SUFFIXES):
        for option, value in (("--rendered", args.rendered), ("--media", args.media), ("--fps", args.fps)):
            if value:
                raise InputError(f"{option} belongs to a timeline; '{Path(text).name}' is none.", "Leave it out.")
        return [existing_video(text)]
    path = Path(text).absolute()
    if path.suffix.lower() != ".fcpxmld" or not path.is_dir():
        path = existing_video(text)
    return [path] if args.rendered is None else [path, existing_video(args.rendered)]


def open_source(
    args: argparse.Namespace,
    text: str,
    cancel: CancelToken,
    *,
    keep_in: Path | None = None,
    needs_film: bool = False,
) -> Source:
    """The video of a name, which may be a timeline.

    Args:
        keep_in: folder for a picture that is put together from a timeline's clips and must stay; a cache when None.
        needs_film: whether such a picture is of no use, because a film is to be written.

    Raises:
        InputError: if it is not there or cannot be used.
        OutputError: if a film is needed and there is none.
    """
    path, *rest = existing_source(args, text)
    if not is_timeline_name(text, IN_SUFFIXES):
        return Source(path)
    folders = [_folder(name) for name in args.media]
    from engine.timelines import open_timeline

    with _progress(args) as progress:
        report = progress.report(Stage.ANALYSE)
        opened = open_timeline(
            path,
            folders=folders,
            rendered=rest[0] if rest else None,
            keep_in=keep_in,
            needs_film=needs_film,
            rate=args.fps,
            report=report,
            cancel=cancel,
        )
        if path.suffix.lower() == ".edl" and args.fps is None:
            progress.say(f"Note: The EDL is read at {float(opened.cuts.frame_rate):.5g} frames a second (--fps).")
        if keep_in is not None and not opened.is_film:
            progress.say(f"Note: The picture of the timeline's clips, for watching only, is in {opened.video}.")
    return Source(opened.video, opened)


def _progress(args: argparse.Namespace) -> RunProgress:
    """As the command talks."""
    return progress_of(args) if hasattr(args, "progress") else RunProgress(silent=args.json)


def _folder(text: str) -> Path:
    path = Path(text)
    if not path.is_dir():
        raise InputError(f"There is no folder '{text}'.", "Give the folder that holds the clips.")
    return path.absolute()
