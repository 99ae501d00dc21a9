"""The mixer beside the picture: faders of the film's own sound and of the music, mute and solo of the voices."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QSlider, QToolButton, QVBoxLayout, QWidget

from diffbgm_gui import theme
from diffbgm_gui.playback import Playback
from diffbgm_gui.sound.mixer import LOWEST_DB
from diffbgm_gui.sound.studio_mix import StudioMix
from diffbgm_gui.studio import Studio
from diffbgm_gui.widgets.transport import tool
from engine.settings import GenerationSettings

HIGHEST_DB: Final = 12.0
_BEND_DB: Final = -24.0
_BEND: Final = 250
_TOP: Final = 1000
WIDE_PX: Final = 248
_LOW_PX: Final = 142
_CHANNEL_PX: Final = 28
_VOICE_PX: Final = 23


class Fader(QSlider):
    """A fader in dB: its upper three quarters reach from -24 to +12 dB, below lies the rest down to silence.

    Signals: `moved_db(level)` when the user moves it.

    Args:
        default_db: where a double click puts it.
    """

    moved_db = Signal(float)

    def __init__(self, *, default_db: float, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._default_db = default_db
        self.setRange(0, _TOP)
        self.setMinimumWidth(40)
        self.setMaximumWidth(150)
        self.setSingleStep(14)
        self.setPageStep(83)
        self.setValue(place_of(default_db))
        self.valueChanged.connect(self._moved)
        self._showing = False

    def show_db(self, level_db: float) -> None:
        """Stand at a level, without telling of it."""
        self._showing = True
        self.setValue(place_of(level_db))
        self._showing = False

    def _moved(self, place: int) -> None:
        if not self._showing:
            self.moved_db.emit(level_at(place))

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        self.moved_db.emit(self._default_db)

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802 - Qt's name
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()  # a panel that scrolls must not turn what lies under the pointer


def level_at(place: int) -> float:
    """dB of a place of a fader, to the half decibel."""
    if place >= _BEND:
        level = _BEND_DB + (place - _BEND) / (_TOP - _BEND) * (HIGHEST_DB - _BEND_DB)
    else:
        level = LOWEST_DB + place / _BEND * (_BEND_DB - LOWEST_DB)
    return round(level * 2) / 2


def place_of(level_db: float) -> int:
    """The place of a fader at a level."""
    if level_db >= _BEND_DB:
        return min(_TOP, round(_BEND + (level_db - _BEND_DB) / (HIGHEST_DB - _BEND_DB) * (_TOP - _BEND)))
    return max(0, round((level_db - LOWEST_DB) / (_BEND_DB - LOWEST_DB) * _BEND))


def level_words(level_db: float) -> str:
    """A level for people."""
    if level_db <= LOWEST_DB:
        return "−∞ dB"
    sign = "−" if level_db < 0 else "+" if level_db > 0 else ""
    return f"{sign}{abs(level_db):.1f} dB"


class Channel(QWidget):
    """A switch, a name, a fader and its level."""

    def __init__(self, name: str, *, on_tip: str, fader_tip: str, default_db: float) -> None:
        super().__init__()
        self.switch = tool("sound", on_tip, None)
        self.switch.setCheckable(True)
        self.switch.setChecked(True)
        self.switch.setIcon(_sound_icon(True))
        self.switch.toggled.connect(lambda on: self.switch.setIcon(_sound_icon(on)))
        self.name = QLabel(name)
        self.name.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.fader = Fader(default_db=default_db)
        self.fader.setToolTip(fader_tip)
        self.fader.setAccessibleName(self.tr("Level of {}").format(name))
        self.level = QLabel()
        self.level.setObjectName("dim")
        self.level.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.level.setMinimumWidth(self.level.fontMetrics().horizontalAdvance("−60.0 dB"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(5)
        self.setFixedHeight(_CHANNEL_PX)
        row.addWidget(self.switch)
        row.addWidget(self.name)
        row.addWidget(self.fader, 1)
        row.addWidget(self.level)

    def show_level(self, level_db: float, on: bool) -> None:
        """Draw a level, and whether it is heard."""
        self.fader.show_db(level_db)
        self.level.setText(level_words(level_db))
        blocked = self.switch.blockSignals(True)
        self.switch.setChecked(on)
        self.switch.blockSignals(blocked)
        self.switch.setIcon(_sound_icon(on))


class VoiceButtons(QWidget):
    """Solo and mute of one voice, beside a dot in its colour."""

    def __init__(self, voice: int, name: str, solo: Callable[[bool], None], mute: Callable[[bool], None]) -> None:
        super().__init__()
        self.name = QLabel(name)
        self.dot = _Dot(voice)
        self.dot.setToolTip(name)
        self.solo = _letter(self.tr("S"), self.tr("Hear only the {} of the music").format(name.lower()))
        self.mute = _letter(
            self.tr("M"), self.tr("Silence the {} here; what is exported keeps it").format(name.lower())
        )
        self.solo.toggled.connect(solo)
        self.mute.toggled.connect(mute)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(3)
        self.setFixedHeight(_VOICE_PX)
        row.addWidget(self.dot)
        row.addSpacing(4)
        row.addWidget(self.name)
        row.addStretch(1)
        row.addWidget(self.solo)
        row.addWidget(self.mute)

    def show_name(self, is_shown: bool) -> None:
        """Where there is little room the dot says which voice it is."""
        self.name.setVisible(is_shown)


class _Dot(QWidget):
    def __init__(self, voice: int) -> None:
        super().__init__()
        self._voice = voice
        self.setFixedSize(12, 12)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        colours = theme.colours()
        painter.setBrush(QColor(colours.voices[self._voice] if self.isEnabled() else colours.faint))
        painter.drawEllipse(QPointF(6, 6), 4.5, 4.5)


class MixerStrip(QWidget):
    """What is heard, and how loud. Faders are part of the project; switches, solo and mute are for listening only.

    Args:
        studio: holds the levels.
        playback: its mixer plays them.
        mix: turns faders into edits.
    """

    def __init__(self, studio: Studio, playback: Playback, mix: StudioMix, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._studio, self._mixer = studio, playback.mixer
        self.setObjectName("panel")
        self.setAccessibleName(self.tr("Mixer"))
        defaults = GenerationSettings()
        self.music = Channel(
            self.tr("Music"),
            on_tip=self.tr("Hear the music, or not"),
            fader_tip=self.tr("How loud the music is, here and in what you export; double click: 0 dB"),
            default_db=defaults.music_gain_db,
        )
        self.original = Channel(
            self.tr("Original"),
            on_tip=self.tr("Hear the video's own sound, or not"),
            fader_tip=self.tr("How loud the video's own sound is, here and in a mix; double click: −6 dB"),
            default_db=defaults.original_gain_db,
        )
        self.music.fader.moved_db.connect(mix.set_music_db)
        self.music.switch.toggled.connect(mix.set_music_on)
        self.original.fader.moved_db.connect(mix.set_original_db)
        self.original.switch.toggled.connect(mix.set_original_on)
        self.voices = tuple(
            VoiceButtons(i, name, partial(self._mixer.set_soloed, i), partial(self._mixer.set_muted, i))
            for i, name in enumerate(theme.voice_names())
        )
        self._lay_out()
        self._mixer.changed.connect(self.show_levels)
        studio.document_changed.connect(lambda _document: self.show_levels())
        self.show_levels()

    def _lay_out(self) -> None:
        self.setFixedWidth(WIDE_PX)
        wide = max(channel.name.sizeHint().width() for channel in (self.music, self.original))
        for channel in (self.music, self.original):
            channel.name.setFixedWidth(wide)
        self._voices = QGridLayout()
        self._voices.setContentsMargins(8, 0, 0, 0)
        self._voices.setVerticalSpacing(0)
        self._voices.setHorizontalSpacing(8)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 6, 12, 6)
        column.setSpacing(2)
        column.addWidget(self.music)
        column.addWidget(self.original)
        column.addSpacing(4)
        column.addLayout(self._voices)
        column.addStretch(1)
        self._place_voices(is_low=False)

    def _place_voices(self, *, is_low: bool) -> None:
        """One below the other, or where it is low side by side."""
        self._is_low = is_low
        for i, buttons in enumerate(self.voices):
            buttons.show_name(not is_low)
            self._voices.addWidget(buttons, *((0, i) if is_low else (i, 0)))
            self._voices.setColumnStretch(i, int(not is_low and i == 0))
        self._voices.setColumnStretch(len(self.voices), int(is_low))

    def show_levels(self) -> None:
        """Draw faders, switches and which voices there are."""
        settings, mixer = self._studio.document.settings, self._mixer
        self.music.show_level(settings.music_gain_db, mixer.music_on)
        self.original.show_level(settings.original_gain_db, mixer.original_on)
        self.music.setEnabled(mixer.take_id is not None)
        self.original.setEnabled(mixer.has_original)
        for voice, buttons in enumerate(self.voices):
            buttons.setEnabled(voice in mixer.voices)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        is_low = event.size().height() < _LOW_PX
        if is_low != self._is_low:
            self._place_voices(is_low=is_low)
        super().resizeEvent(event)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(WIDE_PX, 2 * _CHANNEL_PX + _VOICE_PX + 20)


def _letter(text: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setObjectName("letter")
    button.setCheckable(True)
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setFixedSize(22, _VOICE_PX - 3)
    return button


def _sound_icon(on: bool):  # noqa: ANN202 - QIcon, of the theme
    from diffbgm_gui.icons import icon

    return icon("sound" if on else "mute", checked="text")
