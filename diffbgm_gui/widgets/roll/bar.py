"""The tools above the roll."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QMenu, QSizePolicy, QToolButton, QWidget

from diffbgm_gui import theme
from diffbgm_gui.widgets.fields import Drop
from diffbgm_gui.widgets.roll.actions import RollActions
from diffbgm_gui.widgets.roll.model import SNAPS, RollModel, Tool
from diffbgm_gui.widgets.roll.selecting import ALL_VOICES
from engine.music.notes import Voice

_ICON = QSize(16, 16)


class RollBar(QWidget):
    """Tools, snapping, voices, what is shown, and what is done to the selection."""

    def __init__(self, model: RollModel, actions: RollActions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.model, self._actions = model, actions
        self.voice_buttons: dict[Voice, QToolButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 1, 12, 1)
        row.setSpacing(3)
        for tool in Tool:
            row.addWidget(self._button(tool.value))
        row.addWidget(_line())
        row.addWidget(self._snap_box())
        row.addWidget(_line())
        for voice in Voice:
            row.addWidget(self._voice_button(voice))
        row.addWidget(_line())
        for name in ("ghost", "changes", "velocities"):
            row.addWidget(self._button(name))
        row.addStretch(1)
        for name in ("lock", "unlock"):
            row.addWidget(self._button(name))
        row.addWidget(self._reroll_button())
        row.addWidget(_line())
        for name in ("fit-pitches", "flatter", "taller"):
            row.addWidget(self._button(name))
        model.mode_changed.connect(self._show)
        self._show()

    def _button(self, name: str) -> QToolButton:
        button = QToolButton()
        button.setDefaultAction(self._actions[name])
        button.setIconSize(_ICON)
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAccessibleName(self._actions[name].text().replace("&", ""))
        return button

    def _snap_box(self) -> QComboBox:
        self.snap_box = Drop()
        self.snap_box.setMinimumContentsLength(4)
        for steps, name in zip(SNAPS, (self.tr("16th"), self.tr("8th"), self.tr("Beat"), self.tr("Bar")), strict=True):
            self.snap_box.addItem(name, steps)
        self.snap_box.setAccessibleName(self.tr("Snapping"))
        self.snap_box.setToolTip(
            self.tr("What notes stick to when they are drawn, moved or stretched. Alt lets go of it.")
        )
        self.snap_box.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.snap_box.activated.connect(lambda i: self.model.set_snap(int(self.snap_box.itemData(i))))
        return self.snap_box

    def _voice_button(self, voice: Voice) -> QToolButton:
        button = QToolButton()
        button.setCheckable(True)
        button.setAutoRaise(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setIconSize(QSize(10, 10))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        name = theme.voice_names()[voice]
        button.setText(name)
        button.setAccessibleName(name)
        button.setToolTip(
            self.tr("Whether gestures, re-rolls and locks take in this voice. Ctrl+click leaves only this one.")
        )
        button.clicked.connect(lambda _on=False: self._voice_clicked(voice))
        self.voice_buttons[voice] = button
        return button

    def _voice_clicked(self, voice: Voice) -> None:
        from PySide6.QtWidgets import QApplication

        voices = self.model.limits.voices
        if QApplication.keyboardModifiers() & Qt.KeyboardModifier.ControlModifier:
            chosen = ALL_VOICES if voices == {voice} else frozenset((voice,))
        else:
            chosen = voices ^ {voice}
        self.model.set_voices(chosen)
        self._show()

    def _reroll_button(self) -> QToolButton:
        button = self._button("reroll")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        menu = QMenu(button)
        menu.addAction(self._actions["reroll"])
        menu.addAction(self._actions["reroll-same"])
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        self.reroll_button = button
        return button

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self.voice_buttons:
            self._show()

    def _show(self) -> None:
        self.snap_box.setCurrentIndex(SNAPS.index(self.model.snap))
        for voice, button in self.voice_buttons.items():
            on = voice in self.model.limits.voices
            button.setChecked(on)
            button.setIcon(_swatch(theme.colours().voices[voice], filled=on, scale=self.devicePixelRatioF()))


def _line() -> QFrame:
    """A thin line between groups."""
    line = QFrame()
    line.setFrameShape(QFrame.Shape.VLine)
    line.setFixedWidth(9)
    line.setFixedHeight(18)
    line.setEnabled(False)
    return line


def _swatch(colour: str, *, filled: bool, scale: float) -> QIcon:
    """A dot in the colour of a voice, hollow where it is switched off."""
    pixmap = QPixmap(round(10 * scale), round(10 * scale))
    pixmap.setDevicePixelRatio(scale)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QColor(colour))
    painter.setBrush(QColor(colour) if filled else Qt.GlobalColor.transparent)
    painter.drawRoundedRect(1, 1, 8, 8, 2, 2)
    painter.end()
    return QIcon(pixmap)
