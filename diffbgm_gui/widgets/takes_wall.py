"""The wall of takes: candidates side by side, each to be heard over the picture at the same moment."""

from __future__ import annotations

from functools import partial
from operator import is_not
from typing import Any, Final

import numpy as np
from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QSize, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QAction, QDrag, QGuiApplication, QWheelEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from diffbgm_gui.document import Document, TakeEntry, change_take, delete_take, select_take, swap_takes
from diffbgm_gui.icons import icon
from diffbgm_gui.run_state import Phase
from diffbgm_gui.studio import Studio
from diffbgm_gui.studio_events import Shown, TakeAudible, TakeDrawn
from diffbgm_gui.widgets.fields import with_minus
from diffbgm_gui.widgets.roll.model import RollModel
from diffbgm_gui.widgets.roll.shapes import Shapes
from diffbgm_gui.widgets.takes.card import SHORT_PX, TALL_PX, FormingCard, Hold, TakeCard
from diffbgm_gui.widgets.takes.files import TakeFiles
from diffbgm_gui.widgets.takes.history import HistoryPopover
from diffbgm_gui.widgets.takes.thumb import NO_SHARES, Shares, Thumb
from diffbgm_gui.widgets.takes.words import hit_words, origin_words, seed_of, whole_words
from diffbgm_gui.words import time_left
from engine.music.take import Take
from engine.timebase import STEPS_PER_BEAT

SEVERAL: Final = 4
"""Takes that the wall's own button asks for, where the panel asks for one."""
_GAP_PX: Final = 8
_AROUND_PX: Final = 10
_BARE_PX: Final = 34
_FORMING_EVERY_MS: Final = 250
_MOST_THUMBS: Final = 64


class TakesWall(QWidget):
    """Cards of all takes, the forming one last. `play_asked` when a take shall be played from where the playhead is.

    Args:
        roll: draws the other take as a ghost when two are compared.
    """

    play_asked = Signal()

    def __init__(self, studio: Studio, roll: RollModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.studio, self.roll = studio, roll
        self.files = TakeFiles(studio, self)
        self.cards: list[TakeCard] = []
        self.forming = FormingCard()
        self.history = HistoryPopover(self)
        self._thumbs: dict[tuple[str, float], Thumb] = {}
        self._ticked: tuple[tuple[Any, ...], tuple[Shares, Shares]] | None = None
        self._drag: tuple[str, str, TakeCard] | None = None
        self._last: tuple[Any, ...] = ()
        self._is_low = self._is_bare = False
        self._timer = QTimer(self, interval=_FORMING_EVERY_MS)
        self._timer.timeout.connect(self._draw_forming)
        self._build()
        studio.document_changed.connect(self._render)
        studio.state_changed.connect(self._state_changed)
        studio.event.connect(self._heard)
        studio.preparations.append(self._prepare_thumb)
        roll.mode_changed.connect(self._render_buttons)
        self.forming.stopped.connect(studio.cancel)
        self.history.chosen.connect(self.choose)
        self.files.ready.connect(self._file_ready)
        self._render()

    # -- building --------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        inside = QWidget()
        inside.setObjectName("panel")
        self._row = QHBoxLayout(inside)
        self._row.setContentsMargins(0, 3, 0, 3)
        self._row.setSpacing(_GAP_PX)
        self.hint = QLabel(self.tr("Takes hang here side by side: generate one, or several to choose from."))
        self.hint.setObjectName("dim")
        self._row.addWidget(self.hint)
        self._row.addWidget(self.forming)
        self._row.addStretch(1)
        self.area = QScrollArea()
        self.area.setWidget(inside)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.area.viewport().installEventFilter(self)
        name = QLabel(self.tr("Takes"))
        name.setObjectName("dim")
        name.setFixedWidth(66)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 2, 8, 0)
        row.setSpacing(6)
        row.addWidget(name)
        row.addWidget(self.area, 1)
        row.addLayout(self._buttons())
        self.setAccessibleName(self.tr("Takes"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def _buttons(self) -> QGridLayout:
        grid = self._grid = QGridLayout()
        grid.setSpacing(2)
        self.several = self._button("wall", self.tr("{} takes").format(SEVERAL), self._generate_several)
        self.swap_button = self._button("compare", "A/B", self.swap)
        self.swap_button.setToolTip(self.tr("Turn to the other take at the same moment (X)"))
        self.compare_button = self._button("eye", self.tr("Compare"), self._compare)
        self.compare_button.setCheckable(True)
        self.compare_button.setToolTip(self.tr("Draw the other take beneath this one in the roll"))
        self.history_button = self._button("more", self.tr("History"), self.show_history)
        self.history_button.setToolTip(self.tr("How the takes descend from each other, and their settings"))
        self._tools = (self.several, self.swap_button, self.compare_button, self.history_button)
        for i, button in enumerate(self._tools):
            grid.addWidget(button, *divmod(i, 2))
        return grid

    # -- height ----------------------------------------------------------------------------------------------------

    @property
    def full_px(self) -> int:
        """Height of the wall with cards on it."""
        return (SHORT_PX if self._is_low else TALL_PX) + _AROUND_PX

    def set_low(self, is_low: bool) -> None:
        """Small cards for a low window, or cards of the usual height."""
        if is_low != self._is_low:
            self._is_low = is_low
            self._fit_height()

    def _fit_height(self) -> None:
        """As high as the cards; without any, one line."""
        is_bare = not self.cards and self.forming.isHidden()
        if is_bare != self._is_bare:
            self._is_bare = is_bare
            for i, button in enumerate(self._tools):
                self._grid.addWidget(button, *((0, i) if is_bare else divmod(i, 2)))
        self.setFixedHeight(_BARE_PX if is_bare else self.full_px)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(600, self.height())

    def _button(self, image: str, text: str, does: Any) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(image))
        button.setIconSize(QSize(15, 15))
        button.setText(f" {text}")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setAutoRaise(True)
        button.setAccessibleName(text)
        button.setMinimumWidth(86)
        button.setFixedHeight(25)
        button.clicked.connect(lambda _on=False: does())
        return button

    # -- what the user does ----------------------------------------------------------------------------------------

    def choose(self, take_id: str) -> None:
        """Turn to a take."""
        self.studio.edit(self.tr("Choose take"), lambda document: select_take(document, take_id), merge="select")

    def swap(self) -> None:
        """A/B."""
        self.studio.edit(self.tr("A/B"), swap_takes, merge="select")

    def star(self, take_id: str) -> None:
        """Star a take, or take its star away."""
        entry = self.studio.document.entry(take_id)
        if entry is not None:
            on = not entry.starred
            self.studio.edit(self.tr("Star take"), lambda document: change_take(document, take_id, starred=on))

    def rename(self, take_id: str, name: str) -> None:
        """Give a take another name."""
        self.studio.edit(self.tr("Rename take"), lambda document: change_take(document, take_id, name=name))

    def delete(self, take_id: str) -> None:
        """Take a take off the wall; undo hangs it up again."""
        place = next((i for i, card in enumerate(self.cards) if card.entry and card.entry.id == take_id), 0)
        had_focus = any(card.hasFocus() for card in self.cards)
        self.studio.edit(self.tr("Delete take"), lambda document: delete_take(document, take_id))
        if had_focus and self.cards:
            self.cards[min(place, len(self.cards) - 1)].setFocus()

    def _generate_several(self) -> None:
        self.studio.generate(takes=self._n_several)

    @property
    def _n_several(self) -> int:
        """As many as the panel asks for, if that is more than one."""
        asked = self.studio.document.n_takes
        return asked if asked > 1 else SEVERAL

    def _compare(self) -> None:
        self.roll.show_ghost(self.compare_button.isChecked())

    def show_history(self) -> None:
        """Show how the takes descend from each other."""
        heard = {entry.id: self.studio.audible(entry.id) for entry in self.studio.document.takes}
        levels = {
            take: audible.loudness_lufs
            for take, audible in heard.items()
            if audible is not None and audible.loudness_lufs is not None
        }
        corner = self.history_button.mapToGlobal(QPoint(self.history_button.width(), self.history_button.height() + 4))
        self.history.open_for(self.studio.document, levels, corner)

    def _play(self, take_id: str) -> None:
        self.choose(take_id)
        self.play_asked.emit()

    def _step(self, card: TakeCard, way: int) -> None:
        """From one card to the next, which is heard at once."""
        place = self.cards.index(card) + way
        if 0 <= place < len(self.cards):
            target = self.cards[place]
            assert target.entry is not None
            self.choose(target.entry.id)
            target.setFocus()

    def _menu(self, card: TakeCard, at: QPoint) -> None:
        entry = card.entry
        if entry is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        star = self.tr("Remove the &star") if entry.starred else self.tr("&Star")
        for image, text, keys, does in (
            ("play", self.tr("&Play"), "", partial(self._play, entry.id)),
            ("star", star, "S", partial(self.star, entry.id)),
            ("pencil", self.tr("&Rename"), "F2", card.rename),
            ("copy", self.tr("Copy as &MIDI file"), "", partial(self._copy_file, entry, ".mid")),
            ("copy", self.tr("Copy as &WAV file"), "", partial(self._copy_file, entry, ".wav")),
            ("more", self.tr("&History and settings"), "", self.show_history),
            ("trash", self.tr("&Delete"), "Del", partial(self.delete, entry.id)),
        ):
            action = QAction(icon(image), f"{text}\t{keys}" if keys else text, menu)
            action.triggered.connect(lambda _on=False, does=does: does())
            menu.addAction(action)
        menu.popup(at)

    # -- files -----------------------------------------------------------------------------------------------------

    def _prepare(self, entry: TakeEntry | None, hold: Hold) -> None:
        if entry is not None:
            self.files.prepare(entry.take, entry.name, f".{hold.value}")

    def _dragged(self, card: TakeCard, hold: Hold) -> None:
        """A drag begins as soon as the file is there, if the button is still held then."""
        if card.entry is None:
            return
        self._drag = (card.entry.id, f".{hold.value}", card)
        self._prepare(card.entry, hold)
        self._start_drag()

    def _start_drag(self) -> None:
        if self._drag is None:
            return
        take_id, suffix, card = self._drag
        path = self.files.path(take_id, suffix)
        if path is None:
            return
        self._drag = None
        drag = QDrag(card)
        drag.setMimeData(_file_data(str(path)))
        drag.setPixmap(card.grab().scaledToWidth(140, Qt.TransformationMode.SmoothTransformation))
        self._exec_drag(drag)

    def _exec_drag(self, drag: QDrag) -> None:
        drag.exec(Qt.DropAction.CopyAction)

    def _copy_file(self, entry: TakeEntry, suffix: str) -> None:
        """Put a file of a take on the clipboard, to be pasted where files go."""
        path = self.files.path(entry.id, suffix)
        if path is None:
            self._copies = (entry.id, suffix)
            self.files.prepare(entry.take, entry.name, suffix)
            return
        QGuiApplication.clipboard().setMimeData(_file_data(str(path)))
        self.studio.notice("good", self.tr("{} is on the clipboard.").format(path.name))

    _copies: tuple[str, str] | None = None

    def _file_ready(self, take_id: str, suffix: str) -> None:
        if self._copies == (take_id, suffix):
            self._copies = None
            entry = self.studio.document.entry(take_id)
            if entry is not None:
                self._copy_file(entry, suffix)
        if self._drag is not None and self._drag[:2] == (take_id, suffix):
            if QGuiApplication.mouseButtons() & Qt.MouseButton.LeftButton:
                self._start_drag()
            else:
                self._drag = None

    # -- drawing ---------------------------------------------------------------------------------------------------

    def _heard(self, event: object) -> None:
        if isinstance(event, TakeDrawn) or (isinstance(event, TakeAudible) and "@" not in event.take_id):
            self._render()

    def _state_changed(self, _state: Any) -> None:
        state = self.studio.state
        seen = (state.phase, self.studio.shots, state.can_generate)
        if len(seen) != len(self._last) or any(map(is_not, seen, self._last)):
            self._last = seen
            self._render()
        is_forming = state.phase in (Phase.RUNNING, Phase.CANCELLING)
        if is_forming != self._timer.isActive():
            if is_forming:
                self._timer.start()
                self._draw_forming()
            else:
                self._timer.stop()
        if is_forming:
            self._draw_progress()

    def _render(self, _document: Document | None = None) -> None:
        studio, document = self.studio, self.studio.document
        while len(self.cards) < len(document.takes):
            self.cards.append(self._new_card())
        while len(self.cards) > len(document.takes):
            card = self.cards.pop()
            self._row.removeWidget(card)
            card.hide()
            card.deleteLater()
        cuts, stars = self._ticks()
        for card, entry in zip(self.cards, document.takes, strict=True):
            self._show(card, entry, cuts, stars)
        is_forming = studio.state.phase in (Phase.RUNNING, Phase.CANCELLING)
        if is_forming and self.forming.isHidden():
            self.forming.show_thumb(None)
            QTimer.singleShot(0, self._reveal_forming)
        self.forming.setVisible(is_forming)
        self.hint.setVisible(not document.takes and not is_forming)
        self._fit_height()
        self._render_buttons()
        self._reveal_chosen()

    def _render_buttons(self) -> None:
        document = self.studio.document
        has_other = document.entry(document.other) is not None
        self.several.setEnabled(self.studio.state.can_generate)
        self.several.setText(f" {self.tr('{} takes').format(self._n_several)}")
        self.several.setAccessibleName(self.several.text().strip())
        told = self.tr("Compose {} takes one after the other, each with a seed of its own")
        self.several.setToolTip(told.format(self._n_several))
        self.swap_button.setEnabled(has_other)
        self.compare_button.setEnabled(has_other)
        self.compare_button.setChecked(has_other and self.roll.shows_ghost)
        self.history_button.setEnabled(bool(document.takes))

    def _new_card(self) -> TakeCard:
        card = TakeCard()
        card.chosen.connect(lambda: card.entry and self.choose(card.entry.id))
        card.played.connect(lambda: card.entry and self._play(card.entry.id))
        card.star_asked.connect(lambda: card.entry and self.star(card.entry.id))
        card.deleted.connect(lambda: card.entry and self.delete(card.entry.id))
        card.renamed.connect(lambda name: card.entry and self.rename(card.entry.id, name))
        card.moved.connect(lambda way: self._step(card, way))
        card.menu_asked.connect(lambda at: self._menu(card, at))
        card.pressed.connect(lambda hold: self._prepare(card.entry, hold))
        card.dragged.connect(lambda hold: self._dragged(card, hold))
        self._row.insertWidget(self._row.indexOf(self.forming), card)
        return card

    def _show(self, card: TakeCard, entry: TakeEntry, cuts: Shares, stars: Shares) -> None:
        document = self.studio.document
        heard = self.studio.audible(entry.id)
        loudness = None if heard is None else heard.loudness_lufs
        facts = [] if loudness is None else [with_minus(f"{loudness:.1f} LUFS")]
        facts.append(self.tr("seed {}").format(seed_of(entry.take)))
        letter = "A" if entry.id == document.current else "B" if entry.id == document.other else ""
        card.show_entry(
            entry,
            chosen=entry.id == document.current,
            letter=letter if document.entry(document.other) is not None else "",
            origin=origin_words(document, entry.take),
            hits=hit_words(entry),
            facts="  ".join(facts),
            words=whole_words(document, entry, loudness),
        )
        card.show_thumb(self._thumb(entry.take), cuts, stars)

    def _thumb(self, take: Take) -> Thumb | None:
        """The small picture of a take, worked out once; None until a long one is ready."""
        key = self._thumb_key(take)
        if key not in self._thumbs and self.studio.is_ready(take):
            self._prepare_thumb(take, self.studio.finished(take))
        return self._thumbs.get(key)

    def _thumb_key(self, take: Take) -> tuple[str, float]:
        return take.id, self.studio.state.duration_s or float(take.plan.info.duration_s)

    def _prepare_thumb(self, take: Take, shown: Shown) -> None:
        """Work a small picture out; of a long take on a worker."""
        key, shapes = self._thumb_key(take), Shapes.of_notes(take.notes)
        assert shown.roll is not None
        made = Thumb.of(shown.roll, shown.beat_s, shapes, key[1])
        while len(self._thumbs) >= _MOST_THUMBS:
            self._thumbs.pop(next(iter(self._thumbs)), None)
        self._thumbs[key] = made

    def _ticks(self) -> tuple[Shares, Shares]:
        """Cuts and stars as shares of the film."""
        duration_s = self.studio.state.duration_s
        if not duration_s:
            return NO_SHARES, NO_SHARES
        key = (duration_s, self.studio.shots, self.studio.stars)
        if self._ticked is None or key[0] != self._ticked[0][0] or any(map(is_not, key[1:], self._ticked[0][1:])):
            cuts_s, stars_s = np.array(self.studio.starts_s[1:]), np.array(self.studio.stars_s)
            self._ticked = (key, (cuts_s / duration_s, stars_s / duration_s))
        return self._ticked[1]

    def _draw_forming(self) -> None:
        """What forms, a few times a second."""
        shown = self.studio.shown
        if not shown.is_live or shown.roll is None or not shown.beat_s:
            return
        if shown.roll.shape[1] != STEPS_PER_BEAT * (len(shown.beat_s) - 1):
            return
        duration_s = self.studio.state.duration_s or shown.beat_s[-1]
        self.forming.show_thumb(Thumb.of(shown.roll, shown.beat_s, None, duration_s), *self._ticks())

    def _draw_progress(self) -> None:
        state = self.studio.state
        share, words = state.progress, self.tr("Starting…")
        if state.n_steps:
            share = state.progress if state.progress is not None else state.step / state.n_steps
            words = self.tr("step {} of {}").format(state.step, state.n_steps)
            if state.eta_s is not None:
                words += f"  ·  {time_left(state.eta_s)}"
        if state.phase is Phase.CANCELLING:
            words = self.tr("Stopping…")
        self.forming.show_progress(self.tr("Forming"), words, share)

    def _reveal_forming(self) -> None:
        if self.forming.isVisible():
            self.area.ensureWidgetVisible(self.forming, _GAP_PX, 0)

    def _reveal_chosen(self) -> None:
        for card in self.cards:
            if card.is_chosen and not self._timer.isActive():
                QTimer.singleShot(0, card, lambda card=card: self.area.ensureWidgetVisible(card, _GAP_PX, 0))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """The wheel scrolls sideways."""
        if event.type() == QEvent.Type.Wheel and isinstance(event, QWheelEvent):
            bar, turn = self.area.horizontalScrollBar(), event.angleDelta()
            if bar.maximum() > 0 and not turn.x():
                bar.setValue(bar.value() - turn.y())
                return True
        return super().eventFilter(watched, event)


def _file_data(path: str) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(path)])
    return data
