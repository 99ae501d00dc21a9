"""Editors' timelines in the place of a film, and another cut of a film that the music follows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from diffbgm_gui.document import Document, add_take, moved_locks
from diffbgm_gui.keeping import working_folder
from diffbgm_gui.languages import in_words
from diffbgm_gui.look import find_shots, look_task
from diffbgm_gui.run_state import (
    CancelAsked,
    OpenEnded,
    OpenProgressed,
    OpenStarted,
    Phase,
    PictureMeasured,
    StudioEvent,
    VideoChosen,
)
from diffbgm_gui.studio_events import TimelineFailed, TimelineOpened
from diffbgm_gui.studio_making import Run
from diffbgm_gui.studio_study import StudioStudy
from engine import CancelToken, EngineError, RunCancelled, Stage
from engine.music.take import Take
from engine.settings import resolve_seed
from engine.wording import Told

if TYPE_CHECKING:
    from engine.signals import FrameSignals, VideoInfo
    from engine.timelines import OpenedTimeline

Emit = Callable[[StudioEvent], None]

TIMELINES: Final = (".otio", ".fcpxml", ".fcpxmld", ".xml", ".edl")
"""Suffixes of editors' timelines, as `engine.timelines` reads them."""


@dataclass(slots=True, eq=False)
class Recut:
    """Another cut that a take follows. `after` is what the worker measured of it."""

    after: FrameSignals | None = None


def is_timeline(path: Path) -> bool:
    """Whether a file is an editor's timeline, by its name."""
    return path.suffix.lower() in TIMELINES


def pictures_folder() -> Path:
    """Where pictures of timelines lie: projects refer to them, so nothing clears it."""
    return working_folder().with_name("pictures")


def is_of_cut(take: Take, info: VideoInfo | None) -> bool:
    """Whether a take was made for a film as it is cut now."""
    return info is None or replace(take.plan.info, path=info.path) == info


class StudioRecut(StudioStudy):
    """Opens timelines, and lets a take follow another cut; the film that is open changes with it, and back by undo."""

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        self._opening: CancelToken | None = None
        self._cuts: Mapping[Path, FrameSignals] = {}

    # -- timelines -------------------------------------------------------------------------------------------------

    def open_timeline(self, path: Path, *, folders: Sequence[Path] = (), rendered: Path | None = None) -> None:
        """Begin a new project of an editor's timeline; `TimelineOpened` or `TimelineFailed` tells.

        Args:
            folders: where its clips are looked for, beside where it says.
            rendered: the film that the editor rendered of it.
        """
        self.cancel()
        path = path.absolute()

        def task(emit: Emit, cancel: CancelToken) -> None:
            told: list[Any] = []
            emit(OpenStarted(path))
            try:
                opened = read_timeline(path, folders, rendered, lambda a, b: emit(OpenProgressed(a, b)), cancel)
                told.append(TimelineOpened(path, opened))
            except RunCancelled:
                pass
            except EngineError as error:
                told.append(TimelineFailed(path, error.message, error.hint))
            except Exception as error:
                told.append(
                    TimelineFailed(
                        path, Told("The timeline '{name}' could not be read: {error}.", name=path.name, error=error)
                    )
                )
                raise
            finally:
                emit(OpenEnded())
                for event in told:
                    emit(event)

        self._opening = self.bridge.submit(task)

    def cancel(self) -> None:
        """Stop what is under way, and what waits to be made."""
        if self._opening is not None:
            opening, self._opening = self._opening, None
            if self.state.phase is Phase.OPENING:
                self.take_event(CancelAsked())
            self.bridge.withdraw(opening)
        super().cancel()

    # -- another cut -----------------------------------------------------------------------------------------------

    @property
    def can_reconform(self) -> bool:
        """Whether the current take can follow another cut now."""
        return self.document.take is not None and self.state.signals is not None and not self.state.is_busy

    def reconform(self, path: Path, *, folders: Sequence[Path] = (), rendered: Path | None = None) -> None:
        """Let the current take follow its film into another cut: a video, or an editor's timeline.

        The take that comes of it hangs beside the one before, and the document goes over to the new cut, as one step
        of history. Where a timeline cannot be read, `TimelineFailed` tells.
        """
        take, before = self.document.take, self.state.signals
        if take is None or before is None or self.state.is_busy:
            return
        if not is_of_cut(take, before.info):
            self.notice(
                "error",
                self.tr("“{}” was made for an earlier cut.").format(take.name),
                self.tr("Turn to a take that was made for the film as it is now."),
            )
            return
        path, found = path.absolute(), Recut()
        fresh = resolve_seed(replace(take.settings, seed=None))
        settings = replace(take.settings, device=self.document.settings.device)
        source = replace(take, direction=self.document.direction)
        bundle = self.bundle

        def work(engine: Any, emit: Emit, cancel: CancelToken) -> None:
            from engine.reconform import Reconform

            with _on_trial(path, folders, rendered, emit, cancel) as (video, opened):
                found.after = _watched(video, emit, cancel)
                edit = None if opened is None else opened.direction()
                assert fresh.seed is not None
                change = Reconform(before, found.after, fresh.seed, settings, "", edit)
                engine.revise(source, change, emit, cancel, bundle=bundle)

        self._waiting.append(lambda: self._begin(work, found=found))
        self._start_next()

    def _hang(self, run: Run, take: Take) -> None:
        if not isinstance(run.found, Recut) or run.found.after is None:
            super()._hang(run, take)
            return
        after, before, old = run.found.after, self.state.signals, self.document.video
        assert old is not None
        video = Path(after.info.path)
        self._cuts = {**self._cuts, old: before, video: after}
        self._known = None
        self._know_cuts()
        self._keep(take)
        entry = self._entry(take)

        def follow(document: Document) -> Document:
            hung = add_take(document, entry)
            locks = moved_locks(document.locks, take)
            return replace(hung, video=video, direction=take.direction, locks=locks)

        self.edit(self.tr("Re-conform"), follow)
        self._tell_recut(take)

    def _know_cuts(self) -> None:
        """Tell the disk what is known of the cuts that the document may go over to."""

    def _tell_recut(self, take: Take) -> None:
        details = take.details
        counts = details["difference"]
        told = self.tr("The music follows the new cut: {} of {} bars as they were.").format(
            details["kept_bars"], details["bars"]
        )
        notes = self.tr("Notes: {} kept, {} removed, {} new.").format(counts["kept"], counts["removed"], counts["new"])
        missed = list(details["relaxations"])
        self.notice("warning" if missed else "good", told, " ".join((notes, *map(in_words, missed))))

    def _show(self, document: Document) -> None:
        before = self.document.video
        super()._show(document)
        if document.video != before and document.video in self._cuts and before in self._cuts:
            self._go_over_to(document.video)

    def _go_over_to(self, video: Path) -> None:
        """Look at another cut, of which all is known but its pictures."""
        if self.state.is_busy:
            self.bridge.forget()
            self._waiting.clear()
            self._run = None
        known, sensitivity = self._cuts[video], self.document.settings.sensitivity
        self._known = None
        self.take_event(VideoChosen(video))
        self.take_event(PictureMeasured(video, known, find_shots(known, sensitivity)))
        self.bridge.submit(look_task(video, sensitivity, known=known))

    def _turn_to(self, document: Document) -> None:
        self._cuts = {}
        self._opening = None
        super()._turn_to(document)


def read_timeline(
    path: Path,
    folders: Sequence[Path],
    rendered: Path | None,
    report: Callable[[float, float], None],
    cancel: CancelToken,
) -> OpenedTimeline:
    """An editor's timeline with its picture, which stays.

    Raises:
        EngineError, RunCancelled: as `engine.timelines.open_timeline`.
    """
    from engine.timelines import open_timeline

    return open_timeline(
        path, folders=folders, rendered=rendered, keep_in=pictures_folder(), report=report, cancel=cancel
    )


@contextmanager
def _on_trial(
    path: Path, folders: Sequence[Path], rendered: Path | None, emit: Emit, cancel: CancelToken
) -> Iterator[tuple[Path, OpenedTimeline | None]]:
    """The video of another cut, and its timeline where it is one; a picture that was put together for it goes again
    when the block fails."""
    if not is_timeline(path):
        yield path, None
        return
    try:
        with _stages(emit, cancel).stage(Stage.PROBE, 1, "frames") as report:
            opened = read_timeline(path, folders, rendered, report, cancel)
    except EngineError as error:
        emit(TimelineFailed(path, error.message, error.hint, for_recut=True))
        raise RunCancelled from error
    try:
        yield opened.video, opened
    except BaseException:
        if opened.is_new:
            with suppress(OSError):
                opened.video.unlink(missing_ok=True)
        raise


def _stages(emit: Emit, cancel: CancelToken) -> Any:
    from engine.stages import Reporter, Stages

    return Stages(Reporter(emit), cancel)


def _watched(video: Path, emit: Emit, cancel: CancelToken) -> FrameSignals:
    from engine.artifacts import AnalysisCache
    from engine.pipeline import analyse_video

    with _stages(emit, cancel).stage(Stage.ANALYSE, 1, "seconds of video") as report:
        return analyse_video(video, cache=AnalysisCache(), report=report, cancel=cancel)
