"""What the commands on project files share: opening, choosing a take, the files to write, telling what changed."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from engine.cancel import CancelToken
from engine.cli.common import (
    EXIT_OK,
    MIDI_SUFFIXES,
    PROJECT_SUFFIXES,
    VIDEO_SUFFIXES,
    WAV_SUFFIXES,
    checked_output,
    checked_outputs,
    print_json,
)
from engine.cli.editors import (
    OUT_SUFFIXES,
    add_timeline_outputs,
    timeline_files,
    timeline_options,
    timeline_or_other,
    wav_beside,
)
from engine.cli.mixing import checked_stems
from engine.cli.progress import RunProgress, add_progress_option, progress_of
from engine.errors import OutputError
from engine.events import Stage

if TYPE_CHECKING:
    from engine.interchange.export import TimelineFile
    from engine.music.take import Take
    from engine.outputs import Outputs
    from engine.project import Project, TakeHeader
    from engine.revise import Change
    from engine.runner import GenerationRunner
    from engine.signals import FrameSignals

_SOUNDS: Final = VIDEO_SUFFIXES + WAV_SUFFIXES + MIDI_SUFFIXES


def add_project(parser: argparse.ArgumentParser) -> None:
    """The project, and which of its takes."""
    parser.add_argument("project", metavar="FILE.dbgm", help="a project file, as `score --project` writes it")
    parser.add_argument("--take", metavar="NAME", help="name, number or id of a take (default: the newest)")
    parser.add_argument("--video", metavar="FILE", help="where the video is now, if it has moved")


def add_outputs(parser: argparse.ArgumentParser, *, may_copy: bool = True) -> None:
    """The files to write.

    Args:
        may_copy: whether the main one may be another project, which gets the new take.
    """
    kinds = ".mp4, .mov, .mkv, .webm, .wav, .mid, or a timeline beside its WAV: " + ", ".join(OUT_SUFFIXES)
    if may_copy:
        kinds += "; .dbgm leaves the project as it is, and writes it with the new take"
    parser.add_argument("-o", "--output", metavar="OUT", help=kinds)
    parser.add_argument("--midi", metavar="FILE", help="also write the score as MIDI")
    parser.add_argument("--wav", metavar="FILE", help="also write the music as WAV")
    parser.add_argument("--stems", metavar="DIR", help="also write one WAV per part into this folder")
    parser.add_argument("--manifest", metavar="FILE", help="also write how it was made, as JSON")
    add_timeline_outputs(parser)


def named_outputs(args: argparse.Namespace) -> dict[str, tuple[str | None, Sequence[str]]]:
    """What the options of `add_outputs` name, with the endings that each takes."""
    timeline, film_or_music = timeline_or_other(args.output)
    return {
        "--output": (film_or_music, _SOUNDS + OUT_SUFFIXES),
        "--output, a timeline": (timeline, OUT_SUFFIXES),
        "--midi": (args.midi, MIDI_SUFFIXES),
        "--wav": (wav_beside(timeline, args.wav), WAV_SUFFIXES),
        "--manifest": (args.manifest, (".json",)),
        **timeline_options(args),
    }


def add_talk(parser: argparse.ArgumentParser) -> None:
    """How the command talks."""
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress on stderr")
    add_progress_option(parser)
    parser.add_argument("--json", action="store_true", help="silent; the result as one JSON object on stdout")


@dataclass(frozen=True, slots=True)
class Places:
    """Where results go: files of the take, and another project file instead of the one at hand."""

    outputs: Outputs | None
    copy: Path | None


def places_from(args: argparse.Namespace, *, read_only: bool, inputs: Sequence[Path] = ()) -> Places:
    """Where results go, checked before any work. A project can only be the result of a command that changes it.

    Args:
        inputs: files that must not be written, beside the project.

    Raises:
        OutputError: for a place that cannot be written.
    """
    from engine.outputs import Outputs

    source = Path(args.project).absolute()
    copy = None
    if not read_only and args.output is not None and Path(args.output).suffix.lower() in PROJECT_SUFFIXES:
        copy = checked_output(args.output, PROJECT_SUFFIXES, inputs=[source])
        if copy.exists():
            raise OutputError(f"There is a project '{copy.name}' already.", "Choose another name.")
    named = named_outputs(args)
    if copy is not None:
        named["--output"] = (None, ())
    output, edit, midi, wav, manifest, *edits = checked_outputs(named, inputs=[source, *inputs])
    stems = checked_stems(args.stems)
    timelines = timeline_files(edits, edit)
    main = output or wav or midi
    if main is None and timelines:
        main = _main_of(timelines, [source, *inputs])
    if main is None:
        if stems is not None or manifest is not None:
            raise OutputError("There is no file for the music itself.", "Name one: -o OUT.wav, --midi or --wav.")
        return Places(None, copy)
    rest = (midi if main != midi else None, wav if main != wav else None)
    return Places(Outputs(main, *rest, manifest, stems, timelines), copy)


def _main_of(timelines: Sequence[TimelineFile], inputs: Sequence[Path]) -> Path:
    """The main output where only timelines were named: the WAV beside the first that has sound, else the first list."""
    from engine.interchange.export import WITH_SOUND

    first = next((file.path for file in timelines if file.kind in WITH_SOUND), None)
    if first is None:
        return timelines[0].path
    return checked_output(str(first.with_suffix(".wav")), WAV_SUFFIXES, inputs=inputs)


@contextmanager
def opened(args: argparse.Namespace, *, read_only: bool, copy: Path | None = None) -> Iterator[Project]:
    """The project, or a copy of it, which vanishes when the block fails; with --video, the video is looked for there
    from now on.

    Raises:
        InputError: if it cannot be opened, or the video is another one.
    """
    from engine.project import Project

    source = Path(args.project).absolute()
    try:
        if copy is not None:
            with Project.open(source, read_only=True) as original:
                original.save_copy(copy)
        with Project.open(copy or source, read_only=read_only and args.video is None) as project:
            if args.video is not None:
                project.relink(Path(args.video))
            yield project
    except BaseException:
        if copy is not None:
            copy.unlink(missing_ok=True)
        raise


@dataclass(frozen=True, slots=True, eq=False)
class Desk:
    """Everything that a command on one take works with."""

    args: argparse.Namespace
    project: Project
    places: Places
    progress: RunProgress
    cancel: CancelToken
    runner: GenerationRunner

    def head(self) -> TakeHeader:
        """The take that was asked for, without its notes."""
        return self.project.find_take(self.args.take)

    def take(self, *, with_steps: bool) -> Take:
        """The take that was asked for."""
        return self.project.take(self.head().id, with_steps=with_steps)

    def picture(self) -> FrameSignals:
        """What was measured of the picture: from the project, or by watching the video again."""
        known = self.project.signals()
        if known is not None:
            return known
        from engine.artifacts import AnalysisCache
        from engine.pipeline import analyse_video

        video, report = self.project.find_video(), self.progress.report(Stage.ANALYSE)
        signals = analyse_video(video, cache=AnalysisCache(), report=report, cancel=self.cancel)
        self.project.set_signals(signals)
        return signals

    def revised(self, take: Take, change: Change) -> Take:
        """A new take from an old one."""
        bundle = Path(self.args.bundle) if self.args.bundle else None
        return self.runner.revise(take, change, self.progress, self.cancel, bundle=bundle, previews=False)

    def write(self, take: Take, part_s: tuple[Fraction, Fraction] | None = None) -> dict[str, Any] | None:
        """Write the files of a take that were asked for, of the whole film or a part of it; returns the manifest."""
        from engine.delivery import with_video
        from engine.shelf import check_edit

        outputs = self.places.outputs
        if outputs is None:
            return None
        if outputs.is_video or outputs.timelines:
            check_edit(self.project, take)
            take = with_video(take, self.project.find_video())
        return self.runner.export(take, replace(outputs, part_s=part_s), self.progress, self.cancel).manifest

    def files(self) -> dict[str, Any]:
        """The files that were asked for, by kind; timelines as a dict of their own."""
        outputs = self.places.outputs
        kinds = ("output", "midi", "wav", "stems", "manifest")
        named: dict[str, Any] = {kind: None if outputs is None else getattr(outputs, kind) for kind in kinds}
        timelines = () if outputs is None else outputs.timelines
        return named | {"timelines": {file.kind: file.path for file in timelines}}

    def say_files(self) -> None:
        """Print the files, one a line."""
        files = self.files()
        paths = (*files.pop("timelines").values(), *files.values())
        for path in dict.fromkeys(path for path in paths if path is not None):
            print(path)

    def keep(self, parent: Take, take: Take, **more: Any) -> int:
        """Add a new take to the project, write its files, and tell what changed. The take stays if its files fail."""
        from engine.music.descent import difference

        head = self.project.add_take(take, cancel=self.cancel)
        self.write(take)
        change = difference(parent, take)
        counts = change.counts()
        if self.args.json:
            told = {"take": head.to_json(), "parent": parent.id, "counts": counts, "difference": change.to_json()}
            files = {"project": self.project.path, "warnings": self.progress.warnings, **self.files()}
            print_json({"ok": True, **files, **told, **more})
            return EXIT_OK
        if not self.args.quiet:
            numbers = f"{counts['kept']} notes kept, {counts['removed']} removed, {counts['new']} new"
            print(f"Take {head.number} '{head.name}', from '{parent.name}': {numbers}.")
        if self.places.copy is not None:
            print(self.places.copy)
        self.say_files()
        return EXIT_OK


@contextmanager
def at_desk(
    args: argparse.Namespace, cancel: CancelToken, *, read_only: bool = False, inputs: Sequence[Path] = ()
) -> Iterator[Desk]:
    """Open the project after all places were checked, and hold it while the command works.

    Raises:
        EngineError: for places that cannot be written, a project that cannot be opened, a film that is not found.
    """
    places = places_from(args, read_only=read_only, inputs=inputs)
    with (
        opened(args, read_only=read_only, copy=places.copy) as project,
        progress_of(args) as progress,
    ):
        _check_film(project, places.outputs)
        from engine.runner import GenerationRunner

        yield Desk(args, project, places, progress, cancel, GenerationRunner())


def _check_film(project: Project, outputs: Outputs | None) -> None:
    """Find the film beforehand where it is needed, and never write over it or a copy of it."""
    if outputs is None or not (outputs.is_video or outputs.timelines):
        return
    project.find_video()
    if project.video.is_content_of(outputs.output):
        name = outputs.output.name
        raise OutputError(f"'{name}' is the video itself.", "Choose another name: the video is never written to.")
