"""The studio's core: the document and its history, the state of what goes on, and what is drawn of both."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import fields
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from diffbgm_gui.bridge import EngineBridge
from diffbgm_gui.document import Document, with_asked, with_settings
from diffbgm_gui.rolls import draw_notes
from diffbgm_gui.run_state import (
    Notice,
    NoticeAsked,
    NoticeClosed,
    RunViewState,
    ShotsFound,
    reduce,
)
from diffbgm_gui.studio_events import Shown, StepPicture, TakeDrawn, TaskFailed
from engine import CancelToken, EngineError
from engine.music.take import Take
from engine.timebase import STEPS_PER_BEAT, Shot, as_float

logger = logging.getLogger(__name__)

Change = Callable[[Document], Document]
Preparation = Callable[[Take, Shown], None]
_MOST_DRAWN: Final = 8
LONG_TAKE: Final = 3000
"""A take of more notes and beats than this takes longer to draw than anybody should wait for."""


class _Edit(QUndoCommand):
    """One step of history: the document before and after."""

    def __init__(self, core: StudioCore, text: str, before: Document, after: Document, merge: str) -> None:
        super().__init__(text)
        self._core, self.before, self.after, self.merge = core, before, after, merge

    def redo(self) -> None:
        self._core._show(self.after)

    def undo(self) -> None:
        self._core._show(self.before)

    def id(self) -> int:
        return 1 if self.merge else -1

    def mergeWith(self, other: QUndoCommand) -> bool:  # noqa: N802 - Qt's name
        """Dragging a slider or a handle is one step of history."""
        if not isinstance(other, _Edit) or other.merge != self.merge:
            return False
        self.after = other.after
        return True


class StudioCore(QObject):
    """Document, history and state.

    `preparations` are what widgets want worked out of a long take before it is shown; they run on a worker.

    Signals: `document_changed(Document)`; `state_changed(RunViewState)`; `shown_changed()` when `shown` is another;
    `event(object)` for every single happening (events of the engine, of `run_state` and of `studio_events`).
    """

    document_changed = Signal(object)
    state_changed = Signal(object)
    shown_changed = Signal()
    event = Signal(object)

    def __init__(
        self,
        *,
        bridge: EngineBridge | None = None,
        disk: EngineBridge | None = None,
        sound: EngineBridge | None = None,
        study: EngineBridge | None = None,
        pictures: EngineBridge | None = None,
        drawing: EngineBridge | None = None,
        bundle: Path | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.bridge = bridge if bridge is not None else EngineBridge()
        self.disk = disk if disk is not None else EngineBridge(name="diffbgm-disk")
        self.sound = sound if sound is not None else EngineBridge(name="diffbgm-sound")
        self.study = study if study is not None else EngineBridge(name="diffbgm-study")
        self.pictures = pictures if pictures is not None else EngineBridge(name="diffbgm-pictures")
        self.drawing = drawing if drawing is not None else EngineBridge(name="diffbgm-drawing")
        self.bundle = bundle
        self.encoders: Path | None = None
        self.document, self.state = Document(), RunViewState()
        self.saved = self.document
        self.undo_stack = QUndoStack(self)
        self._shown = Shown(None, {})
        self._drawn: dict[str, Shown] = {}
        self._being_drawn: set[str] = set()
        self.preparations: list[Preparation] = []
        self._steps: dict[tuple[str, bool], tuple[StepPicture, ...]] = {}
        self._step: tuple[str, int, bool] | None = None
        self._stars: tuple[tuple[Any, ...], tuple[Fraction, ...]] | None = None
        self._starts: tuple[tuple[Shot, ...], tuple[float, ...]] | None = None
        self._star_times: tuple[tuple[Fraction, ...], tuple[float, ...]] | None = None
        for worker in self.workers:
            worker.event_arrived.connect(self.take_event)

    @property
    def workers(self) -> tuple[EngineBridge, ...]:
        """The threads: engine, disk, sound, what is only looked at, the timeline's pictures and curves, long takes."""
        return self.bridge, self.disk, self.sound, self.study, self.pictures, self.drawing

    # -- the document ----------------------------------------------------------------------------------------------

    def edit(self, text: str, change: Change, *, merge: str = "", before: Document | None = None) -> None:
        """Change the document, as one step of history named `text`. Edits in a row with one `merge` key are one step.

        Args:
            before: what undo goes back to; the document as it is when None.

        A change that is refused is told in the message bar; one that changes nothing leaves no trace.
        """
        try:
            after = change(self.document)
        except EngineError as error:
            self.notice("error", error.message, error.hint)
            return
        if not _are_same(after, self.document):
            self.undo_stack.push(_Edit(self, text, self.document if before is None else before, after, merge))

    def prefer(self, *, device: str, draft_first: bool) -> None:
        """What the user prefers for all projects; for one that is open it is an edit as any other."""

        def change(document: Document) -> Document:
            return with_asked(with_settings(document, device=device), draft_first=draft_first)

        if self.document.video is not None:
            self.edit(self.tr("Preferences"), change)
        else:
            self._show(change(self.document))
            self.saved = self.document

    def undo(self) -> None:
        """Take the last edit back."""
        self.undo_stack.undo()

    def redo(self) -> None:
        """Do again what was taken back."""
        self.undo_stack.redo()

    def _show(self, document: Document) -> None:
        """Turn to a document: an edit, its undoing, a project."""
        before, self.document = self.document, document
        if document.current != before.current:
            self._step = None
        if document.settings.sensitivity != before.settings.sensitivity:
            self._find_shots()
        self.document_changed.emit(document)
        if document.take is not before.take:
            self._draw_anew()

    @property
    def is_dirty(self) -> bool:
        """Whether there is work that the user's file lacks."""
        return self.document.video is not None and self.document is not self.saved

    # -- the film --------------------------------------------------------------------------------------------------

    @property
    def shots(self) -> tuple[Shot, ...]:
        """The shots in force: the user's, or those that were detected."""
        return self.document.direction.shots or self.state.shots

    @property
    def stars(self) -> tuple[Fraction, ...]:
        """Times of the starred hits in force: the user's, or those that the program would choose."""
        direction, settings, shots = self.document.direction, self.document.settings, self.shots
        if direction.stars is not None:
            return direction.stars
        if not shots:
            return ()
        key = (shots, direction.markers, settings.strictness)
        if self._stars is None or self._stars[0] != key:
            from engine.music.hits import playable_times

            length_s, starts_s = shots[-1].end_s, self.starts_s
            stars = playable_times(
                shots, direction.markers, settings.strictness, duration_s=length_s, starts_s=starts_s
            )
            self._stars = (key, stars)
        return self._stars[1]

    @property
    def starts_s(self) -> tuple[float, ...]:
        """When each of the shots in force begins; worked out once."""
        shots = self.shots
        if self._starts is None or self._starts[0] is not shots:
            known = self._starts if self._starts is not None and len(self._starts[0]) == len(shots) else None
            if known is None:
                self._starts = (shots, tuple(as_float(shot.start_s) for shot in shots))
            else:  # a cut was moved: the others lie where they lay
                rows = zip(shots, *known, strict=True)
                starts_s = (at_s if shot is before else as_float(shot.start_s) for shot, before, at_s in rows)
                self._starts = (shots, tuple(starts_s))
        return self._starts[1]

    @property
    def stars_s(self) -> tuple[float, ...]:
        """Times of the stars in force; worked out once."""
        stars = self.stars
        if self._star_times is None or self._star_times[0] is not stars:
            known = (
                {}
                if self._star_times is None
                else dict(zip(map(id, self._star_times[0]), self._star_times[1], strict=True))
            )
            self._star_times = (stars, tuple(known.get(id(star)) or as_float(star) for star in stars))
        return self._star_times[1]

    def _find_shots(self) -> None:
        """Other shots from what is known of the picture, at once."""
        if self.state.signals is not None:
            from diffbgm_gui.look import find_shots

            self.take_event(ShotsFound(find_shots(self.state.signals, self.document.settings.sensitivity)))

    # -- what is drawn ---------------------------------------------------------------------------------------------

    @property
    def shown(self) -> Shown:
        """What the roll draws: what forms now, the step that was scrubbed to, or the take."""
        return self._shown

    def _draw_anew(self) -> None:
        state, take = self.state, self.document.take
        if state.roll is not None or state.plan:
            step = state.step - 1 if state.roll is not None else None
            roll = state.roll if state.roll is not None or take is None else self.finished(take).roll
            self._shown = Shown(roll, state.plan, is_live=True, step=step)
        elif take is None:
            self._shown = Shown(None, {})
        elif self.is_ready(take):
            self._shown = self._of_step(take) or self.finished(take)
        elif not self._shown.is_live and self.document.entry(self._shown.take_id) is None:
            self._shown = Shown(None, {})
        else:
            return  # what was shown stays until the long take is ready
        self.shown_changed.emit()

    def _of_step(self, take: Take) -> Shown | None:
        """The denoising step of a take that was scrubbed to, None where none was."""
        if self._step is None or self._step[0] != take.id:
            return None
        _, step, noisy = self._step
        steps = self._steps.get((take.id, noisy), ())
        if step >= len(steps):
            return None
        return Shown(steps[step].roll, self.finished(take).plan, step=step, take_id=take.id)

    def finished(self, take: Take) -> Shown:
        """A take as its notes are; kept for the last few."""
        if take.id not in self._drawn:
            self._keep_drawn(take, _drawn(take))
        return self._drawn[take.id]

    def _keep_drawn(self, take: Take, shown: Shown) -> None:
        if len(self._drawn) >= _MOST_DRAWN:
            del self._drawn[next(iter(self._drawn))]
        self._drawn[take.id] = shown

    def is_ready(self, take: Take) -> bool:
        """Whether a take can be shown at once. One that is long is drawn on a worker; `TakeDrawn` tells when it is."""
        if take.id in self._drawn or len(take.notes) + take.plan.n_beats <= LONG_TAKE:
            return True
        if take.id not in self._being_drawn:
            self._being_drawn.add(take.id)
            self.drawing.submit(partial(_draw, take, tuple(self.preparations)))
        return False

    def _take_drawn(self, event: TakeDrawn) -> None:
        take = event.take
        if take.id in self._being_drawn:
            self._being_drawn.discard(take.id)
            self._keep_drawn(take, event.shown)
            if self.document.take is not None and self.document.take.id == take.id:
                self._draw_anew()

    # -- events ----------------------------------------------------------------------------------------------------

    def notice(self, kind: str, message: str, hint: str = "") -> None:
        """Say something in the message bar: kind "error", "warning" or "good"."""
        self.take_event(NoticeAsked(Notice(kind, message, hint)))

    def close_notice(self) -> None:
        """Close the message bar."""
        self.take_event(NoticeClosed())

    def take_event(self, event: Any) -> None:
        """Everything that happens, on the window's thread."""
        self._take(event)
        self.event.emit(event)

    def _take(self, event: Any) -> None:
        """What an event means. Each layer of the studio adds what it knows of."""
        if isinstance(event, TaskFailed):
            self.notice("error", event.message, event.hint)
            return
        if isinstance(event, TakeDrawn):
            self._take_drawn(event)
            return
        before, self.state = self.state, reduce(self.state, event)
        if self.state is before:
            return
        self.state_changed.emit(self.state)
        if self.state.roll is not before.roll or self.state.plan is not before.plan:
            self._draw_anew()


def _drawn(take: Take) -> Shown:
    roll = draw_notes(take.notes, take.plan.n_beats * STEPS_PER_BEAT)
    return Shown(roll, take.plan.describe(), take_id=take.id)


def _draw(take: Take, preparations: tuple[Preparation, ...], emit: Callable[[Any], None], cancel: CancelToken) -> None:
    """A task that draws a take, and works out what the widgets need of it."""
    shown = _drawn(take)
    assert shown.beat_s is not None  # worked out here, and kept
    for prepare in preparations:
        cancel.raise_if_cancelled()
        prepare(take, shown)
    emit(TakeDrawn(take, shown))


def _are_same(one: Document, other: Document) -> bool:
    """Whether two documents differ in nothing."""
    return one is other or all(getattr(one, field.name) == getattr(other, field.name) for field in fields(Document))
