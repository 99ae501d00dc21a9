"""The project on disk: a working copy that follows every edit, and the user's file, written when they save.

All of it happens on the keeper's own thread, so that neither the window nor the engine waits for a disk. The working
copy is a project file of its own; after a crash it holds everything but, at most, the last edit.
"""

from __future__ import annotations

import logging
import os
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from platformdirs import user_data_path

from diffbgm_gui.document import Document, TakeEntry, hit_share
from engine.errors import EngineError, InputError, OutputError
from engine.music.region import Selection
from engine.music.take import Take, Trajectory
from engine.project import Project
from engine.signals import FrameSignals
from engine.wording import reason_of

logger = logging.getLogger(__name__)

SUFFIX: Final = ".dbgm"
NO_CUTS: Final[Mapping[Path, FrameSignals]] = {}


def working_folder() -> Path:
    """Where working copies lie; the environment variable DIFFBGM_STATE_DIR moves it."""
    named = os.environ.get("DIFFBGM_STATE_DIR")
    return (Path(named) if named else user_data_path("diffbgm", appauthor=False)) / "working"


@dataclass(frozen=True, slots=True)
class Leftover:
    """A working copy of a session that did not end well. `origin`: the user's file it belongs to, None if unsaved."""

    path: Path
    origin: Path | None
    video: str
    changed_s: float


def leftovers() -> tuple[Leftover, ...]:
    """Working copies that nobody has open, the newest first."""
    found = []
    for path in working_folder().glob(f"*{SUFFIX}"):
        try:
            with Project.open(path) as project:
                note = project.view
                origin = note.get("origin")
                changed_s = path.stat().st_mtime
                found.append(Leftover(path, Path(origin) if origin else None, project.video.name, changed_s))
        except (EngineError, OSError):  # open in another window, or beyond repair
            continue
    return tuple(sorted(found, key=lambda leftover: -leftover.changed_s))


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A project as it was read.

    Attributes:
        document: without its video where that was not found.
        signals: what was measured of the picture, None where it must be watched again.
        origin: the user's file, None for a project that was never saved.
        missing: name of the video that was not found; `problem` and `hint` say more of it.
        is_recovered: whether it is what an earlier session left behind.
    """

    document: Document
    signals: FrameSignals | None
    origin: Path | None
    missing: str = ""
    problem: str = ""
    hint: str = ""
    is_recovered: bool = False


class Keeper:
    """One working copy. All methods run on the keeper's thread.

    Attributes:
        owner: whose work is in it, as told by `adopt`; None until then.
    """

    def __init__(self) -> None:
        self._project: Project | None = None
        self._origin: Path | None = None
        self._written = Document()
        self._cuts: Mapping[Path, FrameSignals] = {}
        self.owner: object = None

    @property
    def is_open(self) -> bool:
        return self._project is not None

    def begin(self, signals: FrameSignals, document: Document) -> None:
        """A new, unsaved project of a video."""
        self._release()
        path = _new_path()
        self._project = Project.create(path, signals, direction=document.direction, settings=document.settings)
        self._origin, self._written = None, Document(video=document.video)
        self.write(document)

    def open(self, path: Path) -> Opened:
        """Open the user's file through a working copy.

        Raises:
            InputError, OutputError: as `Project.open`; then the project before is as it was.
        """
        copy = _new_path()
        try:
            with Project.open(path, read_only=True) as project:
                project.save_copy(copy)
            return self._take_up(copy, path.absolute())
        except EngineError:
            copy.unlink(missing_ok=True)
            raise

    def recover(self, leftover: Leftover) -> Opened:
        """Go on with the working copy of a session that did not end well."""
        return replace(self._take_up(leftover.path, leftover.origin), is_recovered=True)

    def _take_up(self, copy: Path, origin: Path | None) -> Opened:
        project = Project.open(copy)
        try:
            opened = _read(project, origin)
        except EngineError:
            project.close()
            raise
        self._release()
        self._project, self._origin, self._written = project, origin, opened.document
        project.set_view(_view(opened.document, origin))
        return opened

    def adopt(self, owner: object) -> None:
        """Say whose work is kept here: nobody's, from the moment that another project is opened."""
        self.owner = owner

    def keep_signals(self, signals: FrameSignals) -> None:
        """New measurements of the picture, where those kept were of an older analysis."""
        if self._project is not None and self._project.signals() is None:
            self._project.set_signals(signals)

    def know_cuts(self, cuts: Mapping[Path, FrameSignals]) -> None:
        """What was measured of the cuts of the film that a document may go over to."""
        self._cuts = cuts

    def relink(self, video: Path) -> None:
        """The film lies elsewhere now.

        Raises:
            InputError: if that is another video.
        """
        if self._project is not None:
            self._project.relink(video)

    def write(self, document: Document, new_takes: Sequence[Take] = ()) -> None:
        """Bring the working copy to a document. Takes off the wall stay in the file until it is saved.

        Args:
            new_takes: takes with their denoising steps, which the document's entries lack.
        """
        if self._project is None:
            return
        _bring(self._project, self._written, document, new_takes, origin=self._origin, cuts=self._cuts)
        self._written = document

    def save(self, path: Path, document: Document) -> None:
        """Write the user's file: whole, or not at all. Takes off the wall are left out of it.

        Raises:
            OutputError: when it cannot be written.
        """
        project = self._project
        if project is None:
            raise InputError("There is no project to save.", "Open a video first.")
        aside = path.with_name(f".{path.stem}.part{SUFFIX}")
        try:
            aside.unlink(missing_ok=True)
            project.save_copy(aside)
            with Project.open(aside) as copy:
                _bring(copy, None, document, cuts=self._cuts)  # the working copy may be further on
                _tidy(copy, document)
                copy.save_copy(path)
        except OSError as error:
            raise OutputError(
                "'{name}' cannot be written: {reason}.",
                "Choose another folder.",
                name=path.name,
                reason=reason_of(error),
            ) from error
        finally:
            with suppress(OSError):
                aside.unlink(missing_ok=True)
        self._origin = path.absolute()
        project.set_view(_view(self._written, self._origin))

    def trajectory(self, take_id: str) -> Trajectory | None:
        """The denoising steps of a take."""
        return None if self._project is None else self._project.trajectory(take_id)

    def close(self) -> None:
        """Let go of the working copy, and remove it: the session ended well, or its work is not wanted."""
        self._release()
        self._origin, self._written = None, Document()

    def _release(self) -> None:
        self.owner = None
        self._cuts = {}
        if self._project is not None:
            path = self._project.path
            self._project.close()
            self._project = None
            path.unlink(missing_ok=True)


def _new_path() -> Path:
    folder = working_folder()
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{uuid.uuid4().hex}{SUFFIX}"


def _bring(
    project: Project,
    before: Document | None,
    document: Document,
    new_takes: Sequence[Take] = (),
    *,
    origin: Path | None = None,
    cuts: Mapping[Path, FrameSignals] = NO_CUTS,
) -> None:
    """Bring a project file to a document, from the one that it held where that is known.

    Args:
        cuts: what was measured of the films that the document may have gone over to.
    """
    with project.transaction():
        signals = None if document.video is None else cuts.get(document.video)
        if signals is not None and Path(project.video.path) != document.video:
            project.set_signals(signals, new_video=True)
        if before is None or document.direction is not before.direction:
            project.set_direction(document.direction)
        if before is None or document.settings is not before.settings:
            project.set_settings(document.settings)
        stored = {header.id: header.starred for header in project.takes()}
        for take in (*new_takes, *(entry.take for entry in document.takes)):
            if take.id not in stored:
                project.add_take(take)
                stored[take.id] = take.starred
        for entry in document.takes:
            if stored[entry.id] != entry.starred:
                project.star_take(entry.id, entry.starred)
        project.set_view(_view(document, origin))


def _view(document: Document, origin: Path | None) -> dict[str, Any]:
    """What a project file has no place for. Names are among it: in the file no two takes may share one, be they on the
    wall or off it."""
    return {
        "origin": None if origin is None else str(origin),
        "takes": [entry.id for entry in document.takes],
        "names": {entry.id: entry.name for entry in document.takes},
        "current": document.current,
        "other": document.other,
        "locks": document.locked.to_json(),
        "n_takes": document.n_takes,
        "draft_first": document.draft_first,
    }


def _tidy(copy: Project, document: Document) -> None:
    """Make a copy of the working copy what the user's file shall be."""
    wanted = {entry.id: entry.name for entry in document.takes}
    for header in copy.takes():
        if header.id not in wanted:
            copy.delete_take(header.id)
    with copy.transaction():
        for take in wanted:
            copy.rename_take(take, take)  # ids are free: so two takes may change their names
        given: set[str] = set()
        for take, name in wanted.items():
            own = name.strip() or take[:8]
            while own in given:
                own = f"{own} *"
            copy.rename_take(take, own)
            given.add(own)
        copy.set_view({**copy.view, "origin": None})


def _read(project: Project, origin: Path | None) -> Opened:
    view = project.view
    stored = {header.id: header for header in project.takes()}
    order = [take for take in view.get("takes", stored) if take in stored]
    names = view.get("names", {})
    entries = []
    for take_id in order:
        take = project.take(take_id, with_steps=False)
        entries.append(
            TakeEntry(take, names.get(take_id, take.name), stored[take_id].starred, hit_share=hit_share(take))
        )
    current = view.get("current")
    document = Document(
        direction=project.direction,
        settings=project.settings,
        takes=tuple(entries),
        current=current if current in order else (order[-1] if order else None),
        other=view.get("other") if view.get("other") in order else None,
        locks=Selection.from_json(view.get("locks", ())).regions,
        n_takes=int(view.get("n_takes", 1)),
        draft_first=bool(view.get("draft_first", False)),
    )
    try:
        video = project.find_video()
    except InputError as error:
        name = project.video.name
        return Opened(document, project.signals(), origin, missing=name, problem=error.message, hint=error.hint)
    return Opened(replace(document, video=video), project.signals(), origin)
