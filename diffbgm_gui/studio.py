"""The studio without its window: the user's document, its history, and the work done for it.

Widgets read `document`, `state`, `shots`, `stars`, `shown`, and call the methods of `Studio`; they never touch the
engine. `edit` is the only way to change the document, so everything can be undone. The engine works on one thread, the
disk on another, sound on a third; all speak by events on the window's thread.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from diffbgm_gui.document import Document
from diffbgm_gui.keeping import Keeper, Leftover, Opened, leftovers
from diffbgm_gui.look import look_task
from diffbgm_gui.run_state import (
    LookFailed,
    PictureMeasured,
    StudioEvent,
    VideoChosen,
)
from diffbgm_gui.studio_events import (
    LeftoversFound,
    MediaRelinked,
    ProjectOpened,
    ProjectSaved,
    SaveFailed,
    TaskFailed,
    TimelineOpened,
)
from diffbgm_gui.studio_exporting import StudioExporting
from engine import CancelToken, EngineError, InputError
from engine.direction import OPEN, Direction
from engine.music.take import Take, Trajectory

if TYPE_CHECKING:
    from engine.timelines import OpenedTimeline

Emit = Callable[[StudioEvent], None]


class Studio(StudioExporting):
    """One project and what is done for it. See `StudioCore` for its signals."""

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        self.origin: Path | None = None
        self.keeper = Keeper()
        self._opened: Opened | None = None
        self._write_waits = self._is_closed = False
        self._unwritten: deque[tuple[object, Take]] = deque()
        self._key = object()
        self._present = (self.document, self._key)
        self.document_changed.connect(self._write_soon)

    # -- video and project -----------------------------------------------------------------------------------------

    def open_video(self, path: Path, *, direction: Direction = OPEN) -> None:
        """Begin a new project of a video. What is under way is stopped.

        Args:
            direction: what is laid on it from the beginning, as the cuts of an editor's timeline.
        """
        path = path.absolute()
        self.on_disk(self.keeper.close)
        self.origin = self._opened = None
        self._turn_to(replace(self._empty(path), direction=direction))
        self.saved = self.document
        self.take_event(VideoChosen(path))
        self.bridge.submit(look_task(path, self.document.settings.sensitivity))

    def _empty(self, video: Path | None = None) -> Document:
        """A document without work, made with the settings that are there."""
        asked = self.document
        return Document(video=video, settings=asked.settings, n_takes=asked.n_takes, draft_first=asked.draft_first)

    def open_project(self, path: Path) -> None:
        """Open a project file; `ProjectOpened` tells when it is there."""
        self.on_disk(lambda: ProjectOpened(self.keeper.open(path)))

    def recover(self, leftover: Leftover) -> None:
        """Go on with what a session that did not end well left behind."""
        self.on_disk(lambda: ProjectOpened(self.keeper.recover(leftover)))

    def find_leftovers(self) -> None:
        """Look for what sessions left behind; `LeftoversFound` tells, also when there is nothing."""
        self.on_disk(lambda: LeftoversFound(leftovers()))

    def discard(self, leftover: Leftover) -> None:
        """Remove what a session left behind."""
        self.on_disk(lambda: leftover.path.unlink(missing_ok=True))

    def relink(self, video: Path) -> None:
        """Say where the film of the project that is being opened lies."""

        def work() -> MediaRelinked:
            self.keeper.relink(video)
            return MediaRelinked(video.absolute())

        self.on_disk(work)

    def close_project(self) -> None:
        """An empty studio."""
        self.on_disk(self.keeper.close)
        self.origin = self._opened = None
        self._turn_to(self._empty())
        self.saved = self.document
        self.take_event(VideoChosen(None))

    def save(self, path: Path | None = None) -> None:
        """Write the project to the user's file, or to another one; `ProjectSaved` or `SaveFailed` tells."""
        target, (document, key) = path or self.origin, self._present
        if target is None:
            return

        def task(emit: Callable[[Any], None], _cancel: CancelToken) -> None:
            try:
                self._write_now()
                if self.keeper.owner is not key:
                    raise InputError("The video is still being watched.", "Save when its shots are shown.")
                self.keeper.save(target, document)
            except EngineError as error:
                emit(SaveFailed(target, error.message, error.hint))
            else:
                emit(ProjectSaved(target.absolute(), document))

        self.disk.submit(task)

    # -- events ----------------------------------------------------------------------------------------------------

    def _take(self, event: Any) -> None:
        match event:
            case ProjectOpened(opened=opened):
                self._opened = opened
                if not opened.missing:
                    self._take_up(opened)
            case MediaRelinked(video=video):
                if self._opened is not None:
                    self._take_up(replace(self._opened, document=replace(self._opened.document, video=video)))
            case ProjectSaved(path=path, document=document):
                self.origin, self.saved = path, document
                if document is self.document:
                    self.undo_stack.setClean()
            case SaveFailed(message=message, hint=hint):
                self.notice("error", message, hint)
            case TimelineOpened(opened=opened):
                self.open_video(opened.video, direction=opened.direction())
                self._tell_timeline(opened)
            case LookFailed(path=path) if path in self._cuts:
                self.notice("error", event.message, event.hint)
            case LookFailed(path=path) if path == self.document.video and self.state.signals is None:
                self.close_project()
                self.notice("error", event.message, event.hint)
            case _:
                super()._take(event)
                if isinstance(event, PictureMeasured) and event.path == self.document.video:
                    self._begin_working_copy()

    def _tell_timeline(self, opened: OpenedTimeline) -> None:
        cuts = opened.cuts
        told = self.tr("The timeline “{}”: its {} cuts and {} markers stand for those of the picture.").format(
            cuts.name, len(cuts.segments) - 1, len(cuts.markers)
        )
        hint = "" if opened.is_film else self.tr(
            "Its clips are put together for watching only: export music or a timeline, and render in the editor."
        )  # fmt: skip
        self.notice("good", told, hint)

    def _know_cuts(self) -> None:
        cuts = self._cuts
        self.on_disk(lambda: self.keeper.know_cuts(cuts))

    def _take_up(self, opened: Opened) -> None:
        """Show a project that was read."""
        video = opened.document.video
        assert video is not None
        self._opened, self.origin = None, opened.origin
        self._turn_to(opened.document)
        key = self._key
        self.on_disk(lambda: self.keeper.adopt(key))
        self.saved = Document() if opened.is_recovered else self.document
        self.take_event(VideoChosen(video))
        self.bridge.submit(look_task(video, self.document.settings.sensitivity, known=opened.signals))
        if self.document.take is not None:
            self.make_audible(self.document.take)

    # -- the working copy ------------------------------------------------------------------------------------------

    def _begin_working_copy(self) -> None:
        signals, (document, key) = self.state.signals, self._present

        def begin() -> None:
            if self.keeper.owner is key:
                self.keeper.keep_signals(signals)
            elif not self.keeper.is_open:
                self.keeper.begin(signals, document)
                self.keeper.adopt(key)
                self._write_now()

        self.on_disk(begin)

    def _keep(self, take: Take) -> None:
        self._unwritten.append((self._key, take))
        self.make_audible(take)

    def _entry(self, take: Take) -> Any:
        """An entry without the steps: those of an hour take up hundreds of megabytes, and lie in the working copy."""
        return super()._entry(replace(take, trajectory=None))

    def _turn_to(self, document: Document) -> None:
        self._key = object()
        super()._turn_to(document)

    def _write_soon(self) -> None:
        """Bring the working copy to the document; edits in a row are written once."""
        self._present = (self._settled(), self._key)
        if self._write_waits:
            return
        self._write_waits = True
        self.on_disk(self._write_now)

    def _write_now(self) -> None:
        """From the disk's thread. What belongs to another project than the keeper's is not written: it is closed, or
        not begun."""
        self._write_waits = False
        document, key = self._present
        if self.keeper.owner is not key:
            return
        takes = []
        while self._unwritten:
            owner, take = self._unwritten.popleft()
            if owner is key:
                takes.append(take)
        self.keeper.write(document, takes)

    def _trajectory_of(self, take_id: str) -> Trajectory | None:
        answer: Future[Trajectory | None] = Future()

        def read(_emit: Any, _cancel: CancelToken) -> None:
            try:
                self._write_now()
                answer.set_result(self.keeper.trajectory(take_id))
            except EngineError as error:
                answer.set_exception(error)

        self.disk.submit(read)
        return answer.result(timeout=60)

    def on_disk(self, work: Callable[[], Any]) -> None:
        """Do something on the disk's thread; what it returns is told."""

        def task(emit: Callable[[Any], None], _cancel: CancelToken) -> None:
            try:
                told = work()
            except EngineError as error:
                emit(TaskFailed(error.message, error.hint))
            else:
                if told is not None:
                    emit(told)

        self.disk.submit(task)

    def close(self) -> None:
        """End the session well: the working copy goes. Closing twice is harmless."""
        if self._is_closed:
            return
        self._is_closed = True
        self.undo_stack.blockSignals(True)  # it tells of its own end when little is left of the window
        for worker in self.workers:
            worker.event_arrived.disconnect(self.take_event)
        self.on_disk(self.keeper.close)
        for worker in self.workers:
            worker.close()
        self._folder.cleanup()
