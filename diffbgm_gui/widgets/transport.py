"""The transport: play, shuttle, time code, loop, and the change between two takes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from diffbgm_gui.document import Document, swap_takes
from diffbgm_gui.icons import icon
from diffbgm_gui.playback import Playback
from diffbgm_gui.player import timecode
from diffbgm_gui.studio import Studio

_ICON_PX = 20


class TransportBar(QWidget):
    """Buttons and time code beneath the picture.

    Args:
        studio: tells of takes and of the range.
        playback: plays; this widget only draws and passes on.
    """

    def __init__(self, studio: Studio, playback: Playback, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._studio, self._playback = studio, playback
        self.setObjectName("panel")
        self.setAccessibleName(self.tr("Transport"))
        self._make_buttons()
        self._make_labels()
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(2)
        for button in (self.start_button, self.back_button, self.play_button, self.forward_button, self.end_button):
            row.addWidget(button)
        row.addSpacing(10)
        row.addWidget(self.time_label)
        row.addWidget(self.whole_label)
        row.addWidget(self.rate_label)
        row.addStretch(1)
        row.addWidget(self.loop_button)
        row.addWidget(self.swap_button)
        playback.position_changed.connect(self.show_time)
        playback.playing_changed.connect(self._show_playing)
        playback.rate_changed.connect(self._show_rate)
        playback.loop_changed.connect(self.loop_button.setChecked)
        studio.document_changed.connect(self._show_document)
        studio.state_changed.connect(lambda _state: self._show_film())
        self._show_film()
        self._show_document(studio.document)

    def _make_buttons(self) -> None:
        playback = self._playback
        self.start_button = tool("start", self.tr("To the start (Home)"), lambda: playback.seek(0.0))
        self.back_button = tool("rewind", self.tr("Play backwards; again: faster (J)"), lambda: playback.shuttle(-1))
        self.play_button = tool("play", self.tr("Play or pause (Space)"), playback.toggle)
        self.forward_button = tool("forward", self.tr("Play; again: faster (L)"), lambda: playback.shuttle(1))
        self.end_button = tool("end", self.tr("To the end (End)"), lambda: playback.seek(playback.duration_s))
        self.loop_button = tool(
            "loop", self.tr("Go round from In to Out, or all of the film, until this is switched off"), None
        )
        self.loop_button.setCheckable(True)
        self.loop_button.toggled.connect(playback.set_loop)
        self.swap_button = tool("compare", "", self._swap)
        self.swap_button.setText(self.tr("A/B"))
        self.swap_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.swap_button.setAccessibleName(self.tr("Hear the other take at the same moment"))

    def _make_labels(self) -> None:
        self.time_label, self.whole_label, self.rate_label = QLabel(), QLabel(), QLabel()
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        fixed.setPixelSize(15)
        self.time_label.setFont(fixed)
        self.time_label.setToolTip(self.tr("Hours, minutes, seconds and frame of the film"))
        self.time_label.setAccessibleName(self.tr("Time code"))
        small = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        small.setPixelSize(12)
        self.whole_label.setFont(small)
        self.whole_label.setObjectName("dim")
        self.rate_label.setObjectName("value")
        self.rate_label.setContentsMargins(8, 0, 0, 0)

    def show_time(self, seconds: float) -> None:
        """Draw the time code."""
        self.time_label.setText(timecode(seconds, self._playback.frames.rate_hz))

    def _show_film(self) -> None:
        playback = self._playback
        self.setEnabled(self._studio.state.info is not None)
        self.whole_label.setText(f"/ {timecode(playback.duration_s, playback.frames.rate_hz)}")
        self.show_time(playback.position_s)

    def _show_playing(self, playing: bool) -> None:
        self.play_button.setIcon(icon("pause" if playing else "play"))
        self._show_rate(self._playback.rate)

    def _show_rate(self, rate: float) -> None:
        is_odd = rate != 1.0 and self._playback.is_playing
        self.rate_label.setText(f"{'◀ ' if rate < 0 else ''}{abs(rate):g}×" if is_odd else "")

    def _show_document(self, document: Document) -> None:
        other = document.entry(document.other)
        self.swap_button.setEnabled(other is not None)
        if other is None:
            self.swap_button.setToolTip(self.tr("With two takes: hear the other one at the same moment (X)"))
        else:
            self.swap_button.setToolTip(self.tr("Hear “{}” at the same moment (X)").format(other.name))

    def _swap(self) -> None:
        self._studio.edit(self.tr("A/B"), swap_takes, merge="select")


def tool(name: str, tip: str, does: Callable[[], object] | None) -> QToolButton:
    """A flat button with an icon."""
    button = QToolButton()
    button.setIcon(icon(name))
    button.setIconSize(QSize(_ICON_PX, _ICON_PX))
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    if does is not None:
        button.clicked.connect(lambda: does())
    return button
