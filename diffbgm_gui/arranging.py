"""How the parts of the window share its room: what can be folded away, where the dividers stand, what a low window
leaves out by itself. What the user makes of it is kept from one start to the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PySide6.QtCore import QByteArray, QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

if TYPE_CHECKING:
    from diffbgm_gui.widgets.takes_wall import TakesWall
    from diffbgm_gui.widgets.timeline import Timeline

LOW_PX: Final = 800
"""A window lower than this has small cards of takes."""
FOLDING: Final = {"panel": 0, "takes": 620, "steps": 680}
"""What can be folded away; a window lower than this leaves it out by itself, until the user asks for it."""
_FRAME_PX: Final = 70
_PANEL_PX: Final = 400
_UPPER_SHARE: Final = (0.31, 0.36)
"""Of a window of 900 px and less, of 1080 px and more."""
_LEAST_PX: Final = 380
_LEAST_UPPER_PX: Final = 176
_ROLL_SHARE: Final = 0.57
_LEAST_ROLL_PX: Final = 200
_SETTLE_MS: Final = 160
_KEY: Final = "arrangement"


@dataclass(frozen=True, slots=True)
class Parts:
    """What is arranged: player and panel above, side by side; below them the others, from above."""

    player: QWidget
    panel: QWidget
    takes: TakesWall
    timeline: Timeline
    roll: QWidget
    steps: QWidget


class Divided(QSplitter):
    """A splitter none of whose parts vanishes. `resized` comes when its parts have their places."""

    resized = Signal()

    def __init__(self, way: Qt.Orientation, *parts: QWidget, stretched: int) -> None:
        super().__init__(way)
        for part in parts:
            self.addWidget(part)
        self.setChildrenCollapsible(False)
        for i in range(len(parts)):
            self.setStretchFactor(i, int(i == stretched))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self.resized.emit()


class Arrangement(Divided):
    """The workspace. `folded` tells that a part came or went.

    Until the user moves a divider the dividers follow the height of the window; from then on they stay.

    Args:
        remember: whether dividers and what is folded are kept.
    """

    folded = Signal()

    def __init__(self, parts: Parts, *, remember: bool) -> None:
        self._parts, self._remember = parts, remember
        self._upper = Divided(Qt.Orientation.Horizontal, parts.player, parts.panel, stretched=0)
        self._rows = Divided(Qt.Orientation.Vertical, parts.timeline, parts.roll, stretched=1)
        lower = QWidget()
        lower.setObjectName("panel")
        column = QVBoxLayout(lower)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(parts.takes)
        column.addWidget(self._rows, 1)
        column.addWidget(parts.steps)
        super().__init__(Qt.Orientation.Vertical, self._upper, lower, stretched=1)
        self.setMinimumHeight(_LEAST_PX)  # less than all parts need: what does not fit is folded
        self._chosen: dict[str, bool] = {}
        self._moved: set[str] = set()
        self._settling = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settling.timeout.connect(self._settle)
        for name, splitter in self._splitters():
            splitter.splitterMoved.connect(lambda _at, _i, name=name: self._moved.add(name))
            splitter.resized.connect(lambda name=name: self._place(name))
        self._rows.splitterMoved.connect(lambda _at, _i: self._settling.start())
        parts.timeline.room_wanted.connect(self._give_rows)
        if remember:
            self._restore()

    def _splitters(self) -> tuple[tuple[str, Divided], ...]:
        return ("workspace", self), ("upper", self._upper), ("rows", self._rows)

    # -- folding ---------------------------------------------------------------------------------------------------

    def is_shown(self, name: str) -> bool:
        """Whether a part of `FOLDING` is there."""
        return not getattr(self._parts, name).isHidden()

    def show_part(self, name: str, is_shown: bool) -> None:
        """Show or fold a part, as the user wants it from now on."""
        self._chosen[name] = is_shown
        self._set(name, is_shown)

    def toggle(self, name: str) -> None:
        """Fold what is shown, show what is folded."""
        self.show_part(name, not self.is_shown(name))

    def back_to_usual(self) -> None:
        """All as it is at first."""
        self._parts.timeline.want_all_rows()
        self._chosen.clear()
        self._moved.clear()
        self.fit(self.window().height())
        for name, _ in self._splitters():
            self._place(name)

    def fit(self, window_px: int) -> None:
        """The window has this height: what suits it, where the user did not say otherwise."""
        self._parts.takes.set_low(window_px < LOW_PX)
        for name, least_px in FOLDING.items():
            self._set(name, self._chosen.get(name, window_px >= least_px))

    def _set(self, name: str, is_shown: bool) -> None:
        if self.is_shown(name) != is_shown:
            getattr(self._parts, name).setVisible(is_shown)
            self.folded.emit()

    # -- dividers --------------------------------------------------------------------------------------------------

    def _place(self, name: str) -> None:
        """Put a divider where it stands at first, unless the user has moved it."""
        if name in self._moved:
            self._settling.start()
        elif name == "upper":
            wide = self._upper.width()
            panel = min(_PANEL_PX, max(self._parts.panel.minimumWidth(), wide // 3))
            self._upper.setSizes([wide - panel, panel])
        elif name == "workspace":
            self.setSizes([self._usual_upper, self.height() - self._usual_upper])
        else:
            self._give(self._parts.timeline.height_for(self._usual_timeline))

    @property
    def _usual_upper(self) -> int:
        """Height of the player. By the window's height: a message that takes room leaves the player as it is."""
        tall = self.window().height()
        share = float(np.interp(tall, (900, 1080), _UPPER_SHARE))
        return max(_LEAST_UPPER_PX, round((tall - _FRAME_PX) * share))

    @property
    def _usual_timeline(self) -> int:
        ends = (self._parts.takes.full_px, self._parts.steps.sizeHint().height())
        room = self.window().height() - _FRAME_PX - self._usual_upper - sum(ends)
        return min(round((1 - _ROLL_SHARE) * room), room - _LEAST_ROLL_PX)

    def _give_rows(self, timeline_px: int) -> None:
        """The user wants a row that needs room."""
        self._moved.add("rows")
        self._give(timeline_px)

    def _give(self, timeline_px: int) -> None:
        self._rows.setSizes([timeline_px, max(0, self._rows.height() - timeline_px)])

    def _settle(self) -> None:
        """No empty strip below the rows: the roll takes it."""
        if self._rows.isVisible():
            self._give(self._parts.timeline.used_px)

    # -- keeping ---------------------------------------------------------------------------------------------------

    def keep(self) -> None:
        """Remember dividers that were moved, rows that are wanted and what was folded."""
        if not self._remember:
            return
        kept = QSettings()
        kept.beginGroup(_KEY)
        kept.remove("")
        for name, splitter in self._splitters():
            if name in self._moved:
                kept.setValue(name, splitter.saveState())
        for name, is_shown in self._chosen.items():
            kept.setValue(f"show-{name}", int(is_shown))
        kept.setValue("hidden-rows", " ".join(sorted(self._parts.timeline.unwanted_rows)))
        kept.endGroup()

    def _restore(self) -> None:
        kept = QSettings()
        for name, splitter in self._splitters():
            state: Any = kept.value(f"{_KEY}/{name}")
            if isinstance(state, QByteArray) and splitter.restoreState(state):
                self._moved.add(name)
        for name in FOLDING:
            is_shown = kept.value(f"{_KEY}/show-{name}")
            if str(is_shown) in ("0", "1"):
                self.show_part(name, str(is_shown) == "1")
        hidden = kept.value(f"{_KEY}/hidden-rows", "")
        self._parts.timeline.hide_rows(set(str(hidden).split()))
