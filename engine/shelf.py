"""Where a run's take goes when a project was named: into the project, with the run's files or not at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import TracebackType

from engine.errors import InputError
from engine.music.take import Take
from engine.outputs import Aside
from engine.project import Project
from engine.signals import FrameSignals
from engine.stages import Stages


class Shelf:
    """The project of a run, held from its beginning on, so that nothing comes between.

    A project that is not there is made, when there is a take to put into it. Without a path nothing is kept.

    Args:
        path: the project file.
        video: the video of the run.

    Raises:
        InputError: on entering, when the project cannot be used or belongs to another video.
    """

    def __init__(self, path: Path | None, video: Path, stages: Stages) -> None:
        self._path, self._video, self._stages = path, video, stages
        self._project: Project | None = None

    def __enter__(self) -> Shelf:
        if self._path is not None and self._path.exists():
            project = Project.open(self._path)
            if not project.video.is_content_of(self._video):
                name = project.video.name
                project.close()
                raise InputError(
                    "The project '{name}' belongs to another video, '{other}'.",
                    "Name a new project, or take a changed edit in with `diffbgm reconform`.",
                    name=self._path.name,
                    other=name,
                )
            self._project = project
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._project is not None:
            self._project.close()

    def signals(self) -> FrameSignals | None:
        """What the project knows of the picture, None where it must be watched."""
        signals = None if self._project is None else self._project.signals()
        return None if signals is None else replace(signals, info=replace(signals.info, path=str(self._video)))

    def put(self, take: Take, signals: FrameSignals, aside: Aside) -> Take:
        """Add a take, under its name in the project. It is there for good once the run's files are complete."""
        if self._path is None:
            return take
        project = self._project
        if project is None:
            settings = replace(take.settings, seed=None)
            made = Project.create(
                aside(self._path), signals, direction=take.direction, settings=settings, overwrite=True
            )
            project = aside.held.enter_context(made)
        aside.held.enter_context(project.transaction())
        head = project.add_take(take, cancel=self._stages.cancel)
        return replace(take, name=head.name)


def check_edit(project: Project, take: Take) -> None:
    """Whether a take was made for the video as it is now.

    Raises:
        InputError: if it was made for an earlier edit.
    """
    signals = project.signals()
    now, then = (None if signals is None else signals.info), take.plan.info
    same = project.video.duration_s == then.duration_s if now is None else replace(now, path=then.path) == then
    if not same:
        raise InputError(
            "The take '{name}' was made for an earlier edit of the video.",
            "Take the new edit in with `diffbgm reconform`, or write the music alone: .wav or .mid.",
            name=take.name,
        )
