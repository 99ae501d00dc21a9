"""What the parts of the roll share: tool, snapping, selection, what is shown besides the notes; and the edits.

Nothing here is the user's work: that is the document's. Every gesture ends in one call of the studio.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from enum import Enum
from operator import is_not
from typing import Any, Final

from PySide6.QtCore import QMimeData, QObject, Signal
from PySide6.QtGui import QGuiApplication

from diffbgm_gui.document import Document, lock
from diffbgm_gui.regions import without
from diffbgm_gui.studio import Studio
from diffbgm_gui.widgets.roll import editing
from diffbgm_gui.widgets.roll.selecting import ALL_VOICES, Limits, RollSelection, notes_in
from engine.errors import EngineError
from engine.events import FinishReason, RunFinished
from engine.music.descent import difference
from engine.music.notes import Note, Voice
from engine.music.region import Difference, Selection
from engine.music.take import Take
from engine.timebase import STEPS_PER_BAR, STEPS_PER_BEAT

MIME: Final = "application/x-diffbgm-notes"
SNAPS: Final = (1, 2, STEPS_PER_BEAT, STEPS_PER_BAR)
"""16th, 8th, beat, bar."""
SHORT_NOTE: Final = 2


class Tool(Enum):
    """What the pointer does."""

    SELECT = "select"
    LASSO = "lasso"
    DRAW = "draw"
    ERASE = "erase"


class RollModel(QObject):
    """State of the roll that is not the user's work.

    `changed` asks for drawing anew; `selection_changed` tells of another selection, `mode_changed` of another tool,
    snapping or of what is shown.
    """

    changed = Signal()
    selection_changed = Signal()
    mode_changed = Signal()

    def __init__(self, studio: Studio, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.studio = studio
        self.tool, self.snap = Tool.SELECT, 1
        self.limits = Limits()
        self.selection = RollSelection()
        self.lifted: frozenset[Note] = frozenset()
        self.shows_ghost = self.shows_noise = self.shows_velocities = False
        self._diff_of: str | None = None
        self._diff: tuple[tuple[str | None, str], Difference] | None = None
        self._take: Take | None = None
        self._drawn: tuple[Any, ...] = (None,) * 5
        self._gesture = 0
        studio.document_changed.connect(self._document_changed)
        studio.event.connect(self._heard)

    # -- what there is ---------------------------------------------------------------------------------------------

    @property
    def take(self) -> Take | None:
        return self.studio.document.take

    @property
    def n_steps(self) -> int:
        take = self.take
        return 0 if take is None else take.plan.n_beats * STEPS_PER_BEAT

    @property
    def can_edit(self) -> bool:
        """Whether what is shown is a finished take's notes, which a hand may change."""
        shown, take = self.studio.shown, self.take
        return take is not None and shown.take_id == take.id and shown.step is None

    @property
    def notes(self) -> tuple[Note, ...]:
        take = self.take
        return () if take is None else take.notes

    @property
    def hand(self) -> frozenset[Note]:
        take = self.take
        return frozenset() if take is None else frozenset(take.hand)

    @property
    def ghost(self) -> Take | None:
        """The take that is drawn beneath the current one."""
        document = self.studio.document
        entry = document.entry(document.other) if self.shows_ghost else None
        return None if entry is None else entry.take

    @property
    def asked(self) -> Selection:
        """The cells that a re-roll would write anew."""
        return self.selection.asked(self.limits)

    @property
    def draws_into(self) -> Voice:
        """The voice that the pencil writes: the uppermost that is switched on."""
        return min(self.limits.voices, default=Voice.MELODY)

    # -- what changed since the parent -----------------------------------------------------------------------------

    @property
    def difference(self) -> Difference | None:
        """How the current take differs from the one it was made from, while that is shown."""
        take = self.take
        parent = self._parent()
        if take is None or parent is None or self._diff_of != take.id or not self.can_edit:
            return None
        key = (parent.id, take.id)
        if self._diff is None or self._diff[0] != key:
            self._diff = (key, difference(parent, take))
        return self._diff[1]

    @property
    def can_compare(self) -> bool:
        """Whether the take that the current one was made from still hangs on the wall."""
        return self._parent() is not None

    def _parent(self) -> Take | None:
        take = self.take
        entry = None if take is None else self.studio.document.entry(take.parent)
        return None if entry is None else entry.take

    def show_difference(self, on: bool) -> None:
        """Draw what the current take changed, or no longer."""
        take = self.take
        self._diff_of = take.id if on and take is not None else None
        self.changed.emit()
        self.mode_changed.emit()

    # -- modes -----------------------------------------------------------------------------------------------------

    def set_tool(self, tool: Tool) -> None:
        """What the pointer does from now on."""
        self.tool = tool
        self.mode_changed.emit()

    def set_snap(self, steps: int) -> None:
        """To how many steps gestures stick."""
        self.snap = steps
        self.mode_changed.emit()

    def set_voices(self, voices: Iterable[Voice]) -> None:
        """Limit gestures to some voices; none at all means all."""
        self._set_limits(replace(self.limits, voices=frozenset(voices) or ALL_VOICES))

    def set_band(self, band: tuple[int, int] | None) -> None:
        """Limit gestures to a band of pitches."""
        self._set_limits(replace(self.limits, band=band))

    def _set_limits(self, limits: Limits) -> None:
        if limits == self.limits:
            return
        self.limits = limits
        self._select_again()
        self.changed.emit()
        self.mode_changed.emit()

    def show_ghost(self, on: bool) -> None:
        """Draw the other take of A/B beneath."""
        self.shows_ghost = on
        self.changed.emit()
        self.mode_changed.emit()

    def show_velocities(self, on: bool) -> None:
        """Open or close the lane of velocities."""
        self.shows_velocities = on
        self.mode_changed.emit()

    def show_noise(self, on: bool) -> None:
        """Draw steps as the canvas itself instead of the estimate of what it becomes."""
        if on == self.shows_noise:
            return
        self.shows_noise = on
        step = self.studio.shown.step
        if not self.studio.shown.is_live and step is not None:
            self.studio.load_steps(noisy=on)
            self.studio.show_step(step, noisy=on)
        self.changed.emit()
        self.mode_changed.emit()

    def snapped(self, step: float, *, down: bool = False, free: bool = False) -> int:
        """A step that gestures stick to: the nearest one, or the one before; with `free` every 16th."""
        unit = 1 if free else self.snap
        return int(step // unit * unit) if down else round(step / unit) * unit

    # -- selecting -------------------------------------------------------------------------------------------------

    def select(self, selection: RollSelection) -> None:
        """Select something else."""
        if selection != self.selection:
            self.selection = selection
            self._gesture += 1  # edits of another selection are another step of history
            self.selection_changed.emit()

    def select_regions(self, regions: Iterable, *, more: bool = False) -> None:
        """Select regions and the notes in them; with `more` beside what is selected."""
        made = (*self.selection.regions, *regions) if more else tuple(regions)
        self.select(self._with_notes(RollSelection(made)))

    def select_notes(self, notes: Collection[Note], *, more: bool = False) -> None:
        """Select notes; with `more` those selected already are let go, the others join."""
        chosen = frozenset(notes)
        self.select(RollSelection((), self.selection.notes ^ chosen if more else chosen))

    def select_all(self) -> None:
        """Select every note of the voices that are switched on."""
        inside = self.limits
        low, high = inside.band or (0, 127)
        self.select_notes([n for n in self.notes if n.voice in inside.voices and low <= n.pitch <= high])

    def select_none(self) -> None:
        """Let go of everything; the band of pitches, too, when nothing else is selected."""
        if not self.selection and self.limits.band is not None:
            self.set_band(None)
        self.select(RollSelection())

    def _with_notes(self, selection: RollSelection) -> RollSelection:
        if not selection.regions:
            return selection
        return replace(selection, notes=notes_in(self.notes, selection.asked(self.limits)))

    def _select_again(self) -> None:
        """After the notes or the limits changed."""
        if self.selection.regions:
            self.select(self._with_notes(self.selection))
        elif self.selection.notes and not self.selection.notes <= (there := frozenset(self.notes)):
            self.select(RollSelection((), self.selection.notes & there))

    def lift(self, notes: Collection[Note]) -> None:
        """Leave notes out of the drawing while they are in somebody's hand."""
        lifted = frozenset(notes)
        if lifted != self.lifted:
            self.lifted = lifted
            self.changed.emit()

    # -- editing ---------------------------------------------------------------------------------------------------

    def change(self, text: str, removed: Collection[Note], added: Collection[Note], *, merge: str = "") -> None:
        """Put notes in place of others, as one step of history; they become what is selected."""
        self.lifted = frozenset()
        if not self.can_edit or frozenset(removed) == frozenset(added):
            self.changed.emit()
            return
        regions = self.selection.regions
        self.selection = RollSelection()  # so that nothing is looked up in between
        self.studio.write_notes(text, editing.put(self.notes, removed, added), merge=merge)
        self.selection = RollSelection(regions if not added else (), frozenset(added) & frozenset(self.notes))
        self.selection_changed.emit()
        self.changed.emit()

    def alter(self, text: str, how: Callable[[frozenset[Note]], frozenset[Note]], *, merge: str = "") -> None:
        """Change the selected notes."""
        chosen = self.selection.notes
        if chosen:
            self.change(text, chosen, how(chosen), merge=merge and f"{merge} {self._gesture}")

    def nudge(self, steps: int = 0, pitches: int = 0) -> None:
        """Move the selected notes in time or pitch."""
        text = self.tr("Transpose notes") if pitches else self.tr("Move notes")
        n_steps = self.n_steps
        self.alter(text, lambda ns: editing.moved(ns, steps=steps, pitches=pitches, n_steps=n_steps), merge="nudge")

    def lengthen(self, steps: int) -> None:
        """Move the ends of the selected notes."""
        n_steps = self.n_steps
        self.alter(
            self.tr("Stretch notes"), lambda ns: editing.stretched(ns, end=steps, n_steps=n_steps), merge="lengthen"
        )

    def strengthen(self, by: int) -> None:
        """Make the selected notes louder or softer."""
        self.alter(self.tr("Change velocities"), lambda ns: editing.louder(ns, by), merge="strengthen")

    def give_to(self, voice: Voice) -> None:
        """Put the selected notes into another voice."""
        self.alter(self.tr("Change voice"), lambda ns: editing.given_to(ns, voice))

    def delete(self) -> None:
        """Delete the selected notes."""
        self.change(self.tr("Delete notes"), self.selection.notes, ())

    def duplicate(self) -> None:
        """Repeat the selected notes right after themselves."""
        chosen = self.selection.notes
        if not chosen:
            return
        unit = max(self.snap, STEPS_PER_BEAT)
        first = min(note.onset for note in chosen)
        long = -(-(max(note.end for note in chosen) - first) // unit) * unit
        self.change(self.tr("Duplicate notes"), (), editing.placed(chosen, first + long, self.n_steps))

    def copy(self) -> None:
        """Put the selected notes on the clipboard."""
        rows = [[n.onset, int(n.voice), n.pitch, n.duration, n.velocity] for n in self.selection.notes]
        if rows:
            data = QMimeData()
            data.setData(MIME, json.dumps(sorted(rows)).encode())
            QGuiApplication.clipboard().setMimeData(data)

    def cut(self) -> None:
        """Put the selected notes on the clipboard and delete them."""
        self.copy()
        self.change(self.tr("Cut notes"), self.selection.notes, ())

    def paste(self, step: int) -> None:
        """Put the notes of the clipboard where a step begins."""
        notes = clipboard_notes()
        if notes:
            self.change(self.tr("Paste notes"), (), editing.placed(notes, step, self.n_steps))

    def release(self) -> None:
        """Let re-rolls change the selected notes again that were written by hand."""
        freed = self.selection.notes & self.hand
        if freed:
            self.studio.free_notes(self.tr("Release notes"), freed)

    # -- locks and re-rolls ----------------------------------------------------------------------------------------

    def lock(self) -> None:
        """Keep the selection from re-rolls."""
        regions = self.selection.held(self.limits).regions
        if not regions:
            return

        def locked(document: Document) -> Document:
            for region in regions:
                document = lock(document, region)
            return document

        self.studio.edit(self.tr("Lock"), locked)

    def unlock(self) -> None:
        """Free the selection, or with nothing selected everything."""
        held, n_steps = self.selection.held(self.limits), self.n_steps

        def freed(document: Document) -> Document:
            left = without(document.locked, held, n_steps=n_steps).regions if held.regions else ()
            return replace(document, locks=tuple(left))

        self.studio.edit(self.tr("Unlock"), freed)

    @property
    def can_reroll(self) -> bool:
        return self.can_edit and not self.studio.state.is_busy and bool(self.asked.regions)

    def reroll(self, *, same_seed: bool = False) -> None:
        """Write the selection anew; with the seed of the last time, or a fresh one."""
        take = self.take
        if take is None or not self.can_reroll:
            return
        seed = int(take.details.get("seed", take.settings.seed or 0)) if same_seed else None
        try:
            self.studio.reroll(self.asked, seed=seed)
        except EngineError as error:
            self.studio.notice("error", error.message, error.hint)

    # -- what happens ----------------------------------------------------------------------------------------------

    def _heard(self, event: object) -> None:
        """A re-roll, or a take that followed another cut, shows what changed when it is done."""
        if isinstance(event, RunFinished) and event.reason is FinishReason.COMPLETED:
            take = self.take
            if take is not None and take.origin in ("reroll", "reconform"):
                self.show_difference(True)

    def _document_changed(self, document: Document) -> None:
        take = document.take
        if take is not self._take:
            self._take, self.lifted = take, frozenset()
            self._select_again()
        drawn = (take, document.other, document.locks, self.studio.shots, self.studio.stars)
        if any(map(is_not, drawn, self._drawn)):
            self._drawn = drawn
            self.changed.emit()
        self.mode_changed.emit()


def clipboard_notes() -> frozenset[Note]:
    """The notes on the clipboard, none where there is something else."""
    data = QGuiApplication.clipboard().mimeData()
    if data is None or not data.hasFormat(MIME):
        return frozenset()
    try:
        rows = json.loads(bytes(data.data(MIME).data()))
        return frozenset(Note(int(o), Voice(int(v)), int(p), int(d), int(s)) for o, v, p, d, s in rows)
    except (ValueError, TypeError):
        return frozenset()
