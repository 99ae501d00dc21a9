"""The jobs of the service, as the process that runs them sees them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.delivery import with_video
from engine.errors import OutputError
from engine.events import Event, Stage, Warned
from engine.outputs import Outputs
from engine.project import Project
from engine.revise import Change, Fork, Reroll
from engine.runner import GenerationRequest
from engine.settings import MAX_SEED
from engine.shelf import check_edit
from engine.workers.bench import Bench

if TYPE_CHECKING:
    from engine.music.take import Take


def _paths_of(outputs: Outputs | None) -> tuple[Path, ...]:
    if outputs is None:
        return ()
    named = (outputs.output, outputs.midi, *outputs.wav_files(), outputs.manifest, outputs.stems)
    return tuple(path for path in (*named, *(file.path for file in outputs.timelines)) if path is not None)


def _files(outputs: Outputs | None) -> dict[str, Any]:
    """The files by kind, as the answer names them."""
    if outputs is None:
        return {**dict.fromkeys(("output", "midi", "wav", "stems", "manifest_file")), "timelines": {}}
    wav = outputs.wav or (outputs.timeline_wav if outputs.timeline_wav != outputs.output else None)
    named = {"output": outputs.output, "midi": outputs.midi, "wav": wav, "stems": outputs.stems}
    files: dict[str, Any] = {
        kind: None if path is None else str(path) for kind, path in {**named, "manifest_file": outputs.manifest}.items()
    }
    return {**files, "timelines": {file.kind: str(file.path) for file in outputs.timelines}}


class _Ears:
    """Passes events on and keeps the warnings."""

    def __init__(self, bench: Bench) -> None:
        self.warnings: list[str] = []
        self._bench = bench

    def __call__(self, event: Event) -> None:
        if isinstance(event, Warned):
            self.warnings.append(event.message)
        self._bench.tell(event)


@dataclass(frozen=True, slots=True)
class ScoreWork:
    """Compose for a video."""

    request: GenerationRequest

    @property
    def outputs(self) -> tuple[Path, ...]:
        """The files that it writes."""
        project = self.request.project
        return (*_paths_of(self.request.outputs), *(() if project is None else (project,)))

    def run(self, bench: Bench) -> dict[str, Any]:
        """Compose and write."""
        ears, request = _Ears(bench), self.request
        made = bench.tools.runner.run(request, ears, bench.cancel)
        return {
            **_files(request.outputs),
            "project": None if request.project is None else str(request.project),
            "take": made.take.id,
            "seed": made.take.settings.seed,
            "warnings": ears.warnings,
            "manifest": made.manifest,
        }


@dataclass(frozen=True, slots=True)
class TakeWork:
    """Work on a take of a project.

    Attributes:
        video: where the video is now, if it has moved.
        files: to write of the result.
    """

    project: Path
    take: str | None
    video: Path | None
    files: Outputs | None

    @property
    def outputs(self) -> tuple[Path, ...]:
        """The files that it writes."""
        return _paths_of(self.files)

    def _read(self, *, with_steps: bool) -> Take:
        """The take; the project is not held while music is composed."""
        if self.video is not None:
            with Project.open(self.project) as project:
                project.relink(self.video)
        with Project.open(self.project, read_only=True) as project:
            if self.files is not None and (self.files.is_video or self.files.timelines):
                project.find_video()
                if project.video.is_content_of(self.files.output):
                    name = self.files.output.name
                    raise OutputError(f"'{name}' is the video itself.", "Choose another name.")
            return project.take(project.find_take(self.take).id, with_steps=with_steps)

    def _write(self, take: Take, bench: Bench, ears: _Ears) -> dict[str, Any] | None:
        if self.files is None:
            return None
        if self.files.is_video or self.files.timelines:
            with Project.open(self.project, read_only=True) as project:
                check_edit(project, take)
                take = with_video(take, project.find_video())
        return bench.tools.runner.export(take, self.files, ears, bench.cancel).manifest


@dataclass(frozen=True, slots=True)
class ExportWork(TakeWork):
    """Write a take; `sound` are settings that differ from its own."""

    sound: Mapping[str, Any] = field(default_factory=dict)

    def run(self, bench: Bench) -> dict[str, Any]:
        """Write the files."""
        ears, take = _Ears(bench), self._read(with_steps=False)
        take = replace(take, settings=replace(take.settings, **self.sound))
        manifest = self._write(take, bench, ears)
        told = {"project": str(self.project), "take": take.id, "warnings": ears.warnings, "manifest": manifest}
        return {**_files(self.files), **told}


@dataclass(frozen=True, slots=True)
class ReviseWork(TakeWork):
    """A new take from an old one; `changes` are settings that differ from its own."""

    changes: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    bundle: Path | None = None

    def _change(self, take: Take, bench: Bench) -> Change:
        raise NotImplementedError

    def _revised(self, bench: Bench, *, with_steps: bool) -> dict[str, Any]:
        from engine.music.descent import difference

        ears, parent = _Ears(bench), self._read(with_steps=with_steps)
        change = self._change(parent, bench)
        take = bench.tools.runner.revise(parent, change, ears, bench.cancel, bundle=self.bundle, previews=False)
        with Project.open(self.project) as project:
            head = project.add_take(take, cancel=bench.cancel)
        manifest = self._write(take, bench, ears)
        counts = difference(parent, take).counts()
        told = {"project": str(self.project), "take": head.id, "name": head.name, "number": head.number}
        more = {"parent": parent.id, "counts": counts, "seed": head.settings.seed, "warnings": ears.warnings}
        return {**_files(self.files), **told, **more, "manifest": manifest}


@dataclass(frozen=True, slots=True)
class RerollWork(ReviseWork):
    """Regions of a take written anew."""

    regions: tuple[str, ...] = ()
    seed: int | None = None

    def run(self, bench: Bench) -> dict[str, Any]:
        """Re-roll, keep the take, write its files."""
        return self._revised(bench, with_steps=False)

    def _change(self, take: Take, bench: Bench) -> Change:
        from engine.music.region import Selection, parse_region

        selection = Selection(tuple(parse_region(text, take.plan) for text in self.regions))
        seed = secrets.randbelow(MAX_SEED + 1) if self.seed is None else self.seed
        return Reroll(selection, seed, replace(take.settings, **self.changes), self.name)


@dataclass(frozen=True, slots=True)
class ForkWork(ReviseWork):
    """A take's denoising left after a step, counted from 1."""

    step: int = 1

    def run(self, bench: Bench) -> dict[str, Any]:
        """Fork, keep the take, write its files."""
        return self._revised(bench, with_steps=True)

    def _change(self, take: Take, bench: Bench) -> Change:
        settings = replace(take.settings, **self.changes)
        signals = None
        if settings.mood != take.settings.mood:
            with Project.open(self.project, read_only=True) as project:
                signals, video = project.signals(), project.find_video()
            if signals is None:
                from engine.artifacts import AnalysisCache
                from engine.pipeline import analyse_video
                from engine.stages import Reporter, Stages

                with Stages(Reporter(bench.tell), bench.cancel).stage(Stage.ANALYSE, 0, "seconds of video") as report:
                    signals = analyse_video(video, cache=AnalysisCache(), report=report, cancel=bench.cancel)
        return Fork(self.step - 1, settings, signals, self.name)
