"""What can be done in the roll by key, menu or button."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QMenu

from diffbgm_gui.icons import icon as icon_of
from diffbgm_gui.theme import voice_names
from diffbgm_gui.widgets.roll.model import RollModel, Tool, clipboard_notes
from engine.music.notes import Note, Voice

if TYPE_CHECKING:
    from diffbgm_gui.widgets.roll.view import RollView

Rule = Callable[[RollModel], bool]


def tr(text: str) -> str:
    """A text of this module in the user's language."""
    return QCoreApplication.translate("RollActions", text)


def has_notes(model: RollModel) -> bool:
    return model.can_edit and bool(model.selection.notes)


def has_selection(model: RollModel) -> bool:
    return model.can_edit and bool(model.selection or model.limits.band)


def is_editable(model: RollModel) -> bool:
    return model.can_edit


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    action: QAction
    when: Rule | None
    checked: Rule | None


class RollActions(QObject):
    """The roll's actions by name. Their keys work while the roll has the focus, wherever else they mean something."""

    def __init__(self, model: RollModel, view: RollView) -> None:
        super().__init__(view)
        self.model, self.view = model, view
        self._entries: dict[str, _Entry] = {}
        self._fill_tools()
        self._fill_edits()
        self._fill_moves()
        self._fill_regions()
        self._fill_views()
        view.keys_asked.connect(self._asked)
        for signal in (model.changed, model.selection_changed, model.mode_changed):
            signal.connect(self.refresh)
        model.studio.state_changed.connect(self.refresh)
        model.studio.shown_changed.connect(self.refresh)
        self.refresh()

    def __getitem__(self, name: str) -> QAction:
        return self._entries[name].action

    def add(
        self,
        name: str,
        text: str,
        does: Callable[[], object],
        keys: str | tuple[str, ...] = (),
        *,
        tip: str = "",
        icon: str = "",
        when: Rule | None = None,
        checked: Rule | None = None,
    ) -> None:
        """Make an action. `when`: whether it can be done; `checked` makes it a switch, and says whether it is on."""
        action = QAction(text, self)
        if icon:
            action.setIcon(icon_of(icon))
        action.setShortcuts([QKeySequence(key) for key in ((keys,) if isinstance(keys, str) else keys)])
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        said = tip or text.replace("&", "")
        shown = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(f"{said} ({shown})" if shown else said)
        action.setStatusTip(said)
        action.setCheckable(checked is not None)
        action.triggered.connect(lambda _checked=False: does())
        self._entries[name] = _Entry(name, action, when, checked)

    # -- what there is ---------------------------------------------------------------------------------------------

    def _fill_tools(self) -> None:
        model = self.model
        for tool, text, key, icon, tip in (
            (Tool.SELECT, tr("Select"), "1", "pointer", tr("Select, move and stretch notes; drag around several")),
            (Tool.LASSO, tr("Lasso"), "2", "lasso", tr("Draw a free line around what shall be re-rolled or locked")),
            (Tool.DRAW, tr("Draw"), "3", "pencil",
             tr("Draw notes into the uppermost voice that is switched on; re-rolls keep them")),
            (Tool.ERASE, tr("Erase"), "4", "eraser", tr("Wipe notes away")),
        ):  # fmt: skip
            self.add(
                tool.value, text, lambda tool=tool: model.set_tool(tool), key, tip=tip, icon=icon,
                checked=lambda m, tool=tool: m.tool is tool,
            )  # fmt: skip

    def _fill_edits(self) -> None:
        add, model = self.add, self.model
        add("cut", tr("Cu&t notes"), model.cut, "Ctrl+X", icon="scissors", when=has_notes)
        add("copy", tr("&Copy notes"), model.copy, "Ctrl+C", icon="copy", when=has_notes)
        add("paste", tr("&Paste notes"), self._paste, "Ctrl+V", tip=tr("Paste notes at the playhead"),
            when=lambda m: m.can_edit and bool(clipboard_notes()))  # fmt: skip
        add("duplicate", tr("&Duplicate notes"), model.duplicate, "Ctrl+D",
            tip=tr("Repeat the selected notes right after themselves"), when=has_notes)  # fmt: skip
        add("delete", tr("D&elete notes"), model.delete, ("Del", "Backspace"), icon="trash", when=has_notes)
        add("insert", tr("&Insert a note"), self._insert, "Ins", tip=tr("A note at the playhead, in the drawing voice"),
            icon="note", when=is_editable)  # fmt: skip
        add("select-all", tr("Select &all notes"), model.select_all, "Ctrl+A", when=is_editable)
        add("select-none", tr("Select nothin&g"), self._let_go, "Esc",
            when=lambda m: bool(m.selection or m.limits.band or m.difference))  # fmt: skip
        for voice, name in zip(Voice, voice_names(), strict=True):
            add(f"give-{voice.name.lower()}", name, lambda voice=voice: model.give_to(voice), f"Ctrl+{voice + 1}",
                tip=tr("Give the selected notes to this voice"), when=has_notes)  # fmt: skip
        add("release", tr("Let re-rolls &change these again"), model.release,
            tip=tr("Notes by hand are kept by every re-roll; this lets the selected ones go"),
            when=lambda m: m.can_edit and bool(m.selection.notes & m.hand))  # fmt: skip

    def _fill_moves(self) -> None:
        add, model = self.add, self.model
        for name, text, keys, does in (
            ("up", tr("A semitone up"), "Up", lambda: model.nudge(pitches=1)),
            ("down", tr("A semitone down"), "Down", lambda: model.nudge(pitches=-1)),
            ("octave-up", tr("An octave up"), "Shift+Up", lambda: model.nudge(pitches=12)),
            ("octave-down", tr("An octave down"), "Shift+Down", lambda: model.nudge(pitches=-12)),
            ("earlier", tr("Earlier"), "Left", lambda: model.nudge(steps=-model.snap)),
            ("later", tr("Later"), "Right", lambda: model.nudge(steps=model.snap)),
            ("shorter", tr("Shorter"), "Shift+Left", lambda: model.lengthen(-model.snap)),
            ("longer", tr("Longer"), "Shift+Right", lambda: model.lengthen(model.snap)),
            ("louder", tr("Louder"), "Ctrl+Up", lambda: model.strengthen(4)),
            ("softer", tr("Softer"), "Ctrl+Down", lambda: model.strengthen(-4)),
        ):
            add(name, text, lambda does=does: self._then_reveal(does), keys, when=has_notes)
        add("next-note", tr("Select the next note"), lambda: self._step(1), "Alt+Right", when=is_editable)
        add("previous-note", tr("Select the note before"), lambda: self._step(-1), "Alt+Left", when=is_editable)
        add("more-bars", tr("Select one bar more"), lambda: self._bars(1), "Ctrl+Shift+Right", when=is_editable)
        add("fewer-bars", tr("Select one bar less"), lambda: self._bars(-1), "Ctrl+Shift+Left", when=is_editable)

    def _fill_regions(self) -> None:
        add, model = self.add, self.model
        add("reroll", tr("&Re-roll"), model.reroll, "Ctrl+R", icon="reroll", when=lambda m: m.can_reroll,
            tip=tr("Write the selection anew; everything else stays note for note"))  # fmt: skip
        add("reroll-same", tr("Re-roll with the &same seed"), lambda: model.reroll(same_seed=True), "Ctrl+Shift+R",
            tip=tr("Write the selection anew with the seed of the last time"), when=lambda m: m.can_reroll)  # fmt: skip
        add("lock", tr("&Lock"), model.lock, "Ctrl+L", icon="lock", when=has_selection,
            tip=tr("No re-roll ever touches what is locked"))  # fmt: skip
        add("unlock", tr("&Unlock"), model.unlock, "Ctrl+U", icon="unlock",
            when=lambda m: bool(m.studio.document.locks),
            tip=tr("Unlock the selection; with nothing selected, everything"))  # fmt: skip

    def _fill_views(self) -> None:
        add, model, view = self.add, self.model, self.view
        add("ghost", tr("&Ghost of the other take"), lambda: model.show_ghost(not model.shows_ghost), "G",
            icon="compare", tip=tr("Draw the other take of A/B beneath this one"), checked=lambda m: m.shows_ghost,
            when=lambda m: m.studio.document.entry(m.studio.document.other) is not None)  # fmt: skip
        add("changes", tr("&What changed"), lambda: model.show_difference(model.difference is None), "D", icon="eye",
            tip=tr("Colour what this take kept, lost and gained against the one it was made from"),
            checked=lambda m: m.difference is not None, when=lambda m: m.can_edit and m.can_compare)  # fmt: skip
        add("velocities", tr("&Velocities"), lambda: model.show_velocities(not model.shows_velocities), "V",
            icon="chart", tip=tr("Show how hard notes are struck"), checked=lambda m: m.shows_velocities)  # fmt: skip
        add("fit-pitches", tr("&Fit pitches"), view.fit_pitches, "F", icon="zoom-fit",
            tip=tr("Show just the pitches that sound"))  # fmt: skip
        add("taller", tr("Taller notes"), lambda: view.zoom_pitches(1.25), "+", icon="zoom-in")
        add("flatter", tr("Flatter notes"), lambda: view.zoom_pitches(0.8), "-", icon="zoom-out")
        add("higher", tr("Show higher pitches"), lambda: view.scroll_pitches(12), "PgUp")
        add("lower", tr("Show lower pitches"), lambda: view.scroll_pitches(-12), "PgDown")

    # -- doing -----------------------------------------------------------------------------------------------------

    def _then_reveal(self, does: Callable[[], None]) -> None:
        does()
        self.view.reveal(self.model.selection.notes)

    def _here(self) -> int:
        """The step at the playhead, on the snapping grid."""
        step = self.view.plane.grid.step(self.view.axis.playhead_s) if self.view.plane.grid else 0.0
        return min(self.model.snapped(step), max(0, self.model.n_steps - 1))

    def _paste(self) -> None:
        self.model.paste(self._here())

    def _insert(self) -> None:
        model, step = self.model, self._here()
        near = min(model.selection.notes or model.notes, key=lambda n: abs(n.onset - step), default=None)
        pitch = 60 if near is None else near.pitch
        long = min(max(2, model.snap), model.n_steps - step)
        model.change(tr("Insert a note"), (), frozenset((Note(step, model.draws_into, pitch, long),)))

    def _let_go(self) -> None:
        """First of the selection, then of the colours of what changed."""
        model = self.model
        if model.selection or model.limits.band is not None:
            model.select_none()
        else:
            model.show_difference(False)

    def _step(self, way: int) -> None:
        """Select the next note in time, of the voices that are switched on."""
        model = self.model
        notes = sorted(n for n in model.notes if n.voice in model.limits.voices)
        if not notes:
            return
        chosen = sorted(model.selection.notes)
        here = (chosen[-1] if way > 0 else chosen[0]) if chosen else None
        if here is None:
            step = self._here()
            after = [n for n in notes if n.onset >= step] or notes[-1:]
            before = [n for n in notes if n.onset < step] or notes[:1]
            target = after[0] if way > 0 else before[-1]
        else:
            place = notes.index(here) + way if here in notes else 0
            target = notes[min(max(0, place), len(notes) - 1)]
        model.select_notes((target,))
        self.view.reveal((target,))

    def _bars(self, way: int) -> None:
        """Grow or shrink the selected bars at their end; without any, begin with the bar at the playhead."""
        from diffbgm_gui.widgets.roll.selecting import bars
        from engine.timebase import STEPS_PER_BAR

        model = self.model
        spans = [r.steps for r in model.selection.regions if r.steps is not None and r.pitches is None]
        if spans:
            first, last = spans[0][0] // STEPS_PER_BAR, (spans[-1][1] - 1) // STEPS_PER_BAR + way
        else:
            first = last = self._here() // STEPS_PER_BAR
        if last < first:
            model.select_none()
        elif last * STEPS_PER_BAR < model.n_steps:
            model.select_regions((bars(first, last, model.n_steps),))

    # -- keys and menus --------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Ask every rule again."""
        for entry in self._entries.values():
            if entry.when is not None:
                entry.action.setEnabled(entry.when(self.model))
            if entry.checked is not None:
                entry.action.setChecked(entry.checked(self.model))

    def _asked(self, what: tuple[QKeyEvent, bool]) -> None:
        """A key in the roll: whether it is one of these, and if so what belongs to it."""
        event, now = what
        pressed = QKeySequence(event.keyCombination())
        for entry in self._entries.values():
            if entry.action.isEnabled() and any(key == pressed for key in entry.action.shortcuts()):
                event.accept()
                if now:
                    entry.action.trigger()
                return

    def fill(self, menu: QMenu) -> None:
        """Put everything that is done to notes into a menu."""
        for group in (
            ("reroll", "reroll-same", "lock", "unlock"),
            ("cut", "copy", "paste", "duplicate", "delete", "insert"),
            ("select-all", "select-none", "more-bars", "fewer-bars", "next-note", "previous-note"),
        ):
            for name in group:
                menu.addAction(self[name])
            menu.addSeparator()
        moves = menu.addMenu(tr("&Move"))
        for name in (
            "up",
            "down",
            "octave-up",
            "octave-down",
            "earlier",
            "later",
            "shorter",
            "longer",
            "louder",
            "softer",
        ):
            moves.addAction(self[name])
        voices = menu.addMenu(tr("Give to &voice"))
        for voice in Voice:
            voices.addAction(self[f"give-{voice.name.lower()}"])
        menu.addAction(self["release"])

    def fill_view(self, menu: QMenu) -> None:
        """Put what changes the view of the roll into a menu."""
        for name in ("ghost", "changes", "velocities"):
            menu.addAction(self[name])
        menu.addSeparator()
        for name in ("fit-pitches", "taller", "flatter", "higher", "lower"):
            menu.addAction(self[name])

    def fill_tools(self, menu: QMenu) -> None:
        """Put the tools into a menu."""
        for tool in Tool:
            menu.addAction(self[tool.value])
