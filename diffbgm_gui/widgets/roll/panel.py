"""The roll with its tools, its scroll bar and its lane of velocities."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QMenu, QScrollBar, QVBoxLayout, QWidget

from diffbgm_gui.axis import MARGIN_PX, TimeAxis
from diffbgm_gui.studio import Studio
from diffbgm_gui.widgets.roll.actions import RollActions
from diffbgm_gui.widgets.roll.bar import RollBar
from diffbgm_gui.widgets.roll.geometry import PIANO
from diffbgm_gui.widgets.roll.model import RollModel
from diffbgm_gui.widgets.roll.velocity import VelocityLane
from diffbgm_gui.widgets.roll.view import RollView

_PER_PITCH = 10


class RollPanel(QWidget):
    """Everything of the roll, to be put under the timeline. `seek_asked` moves the playhead."""

    seek_asked = Signal(float)

    def __init__(self, studio: Studio, axis: TimeAxis, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = RollModel(studio, self)
        self.view = RollView(studio, axis, self.model)
        self.actions_ = RollActions(self.model, self.view)
        self.bar = RollBar(self.model, self.actions_)
        self.lane = VelocityLane(axis, self.model, self.view)
        self.scroll_bar = QScrollBar(Qt.Orientation.Vertical, self.view)
        self.scroll_bar.setAccessibleName(self.tr("Pitches in view"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.view, 1)
        column.addWidget(self.lane)
        self.view.seek_asked.connect(self.seek_asked)
        self.lane.seek_asked.connect(self.seek_asked)
        self.view.pitches_changed.connect(self._show_pitches)
        self.view.menu_asked.connect(self._open_menu)
        self.scroll_bar.valueChanged.connect(self._scrolled)
        self.model.mode_changed.connect(self._show_lane)
        self.view.installEventFilter(self)
        self._show_lane()
        self._show_pitches()

    def _show_lane(self) -> None:
        self.lane.setVisible(self.model.shows_velocities)

    def _show_pitches(self) -> None:
        plane, bar = self.view.plane, self.scroll_bar
        span = plane.high - plane.low
        bar.blockSignals(True)
        bar.setRange(0, round((PIANO[1] - PIANO[0] - span) * _PER_PITCH))
        bar.setPageStep(round(span * _PER_PITCH))
        bar.setSingleStep(2 * _PER_PITCH)
        bar.setValue(round((PIANO[1] - plane.high) * _PER_PITCH))
        bar.blockSignals(False)
        bar.setVisible(bar.maximum() > 0)
        area = plane.area
        bar.setGeometry(self.view.width() - MARGIN_PX + 2, round(area.top()), 9, round(area.height()))

    def _scrolled(self, value: int) -> None:
        plane = self.view.plane
        span = plane.high - plane.low
        high = PIANO[1] - value / _PER_PITCH
        plane.low, plane.high = high - span, high
        plane.clamp()
        self.view.refresh()

    def _open_menu(self, at: Any) -> None:
        menu = QMenu(self)
        self.actions_.fill(menu)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if watched is self.view and event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._show_pitches()
        return super().eventFilter(watched, event)
