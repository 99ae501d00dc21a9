"""Pictures by libVLC, in a widget of their own."""

from __future__ import annotations

import logging
import sys
import time
from pathlib import Path
from typing import Any, ClassVar, Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QWidget

from diffbgm_gui.player.base import Player

logger = logging.getLogger(__name__)

_OPTIONS: Final = (
    "--no-audio", "--no-xlib", "--quiet", "--no-video-title-show", "--no-osd", "--no-spu", "--no-stats",
    "--no-snapshot-preview", "--no-metadata-network-access", "--no-lua", "--play-and-pause",
)  # fmt: skip
_SETTERS: Final = {"xcb": "set_xwindow", "windows": "set_hwnd", "cocoa": "set_nsobject"}
"""How the window is named, by Qt's platform; Wayland's windows cannot be lent."""
_STARTS_S: Final = 0.04
"""What libVLC needs from a jump to the moving picture; asked for so much later, it arrives in time."""


def load_vlc() -> Any:
    """An instance of libVLC without sound, None where it is not there or cannot show a picture on this platform."""
    if QGuiApplication.platformName() not in _SETTERS:
        return None
    try:
        import vlc
    except (ImportError, OSError) as error:  # the module looks for the library, and on Windows fails when there is none
        logger.info("python-vlc does not load: %s", error)
        return None
    try:
        return vlc.Instance(*_OPTIONS)
    except (NameError, OSError) as error:  # python-vlc without libVLC
        logger.info("libVLC is not there: %s", error)
        return None


class VlcPlayer(Player):
    """libVLC. Its time comes in steps of up to half a second, each exact when it comes, and is reckoned on in between.

    Args:
        instance: of libVLC, from `load_vlc`.
    """

    name: ClassVar[str] = "VLC"
    fastest: ClassVar[float] = 4.0
    tolerance_s: ClassVar[float] = 0.025
    _broke = Signal()
    _moved = Signal()

    def __init__(self, instance: Any, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._vlc = instance
        self._surface = _Surface()
        self._player = instance.media_player_new()
        getattr(self._player, _SETTERS[QGuiApplication.platformName()])(int(self._surface.winId()))
        self._player.video_set_mouse_input(False)
        self._player.video_set_key_input(False)
        self._told: tuple[float, float] | None = None
        self._n_told = 0
        self._asked_s = 0.0
        self._speed = 1.0
        self._begun = False
        self._listen()

    def _listen(self) -> None:
        """Events come on libVLC's threads: they are noted there, and acted upon here."""
        import vlc

        events = self._player.event_manager()
        events.event_attach(vlc.EventType.MediaPlayerTimeChanged, self._time_told)
        events.event_attach(vlc.EventType.MediaPlayerEncounteredError, lambda _event: self._broke.emit())
        self._broke.connect(self._breaks, Qt.ConnectionType.QueuedConnection)
        self._moved.connect(self._moves, Qt.ConnectionType.QueuedConnection)

    @property
    def surface(self) -> QWidget | None:
        return self._surface

    def _load(self, path: Path | None) -> None:
        self._told, self._n_told, self._begun = None, 0, False
        if path is None:
            self._player.stop()
            return
        media = self._vlc.media_new_path(str(path))
        media.add_option(":start-paused")
        media.add_option(":no-sub-autodetect-file")
        self._player.set_media(media)

    def _run(self, seconds: float, speed: float) -> None:
        self._told, self._n_told, self._asked_s = None, 0, seconds
        if not self._begun:
            self._begun = True
            self._player.play()
        self._set_speed(speed)
        self._player.set_time(round((seconds + _STARTS_S * speed) * 1000))
        self._player.set_pause(0)

    def _halt(self) -> None:
        self._player.set_pause(1)

    def _set_speed(self, speed: float) -> None:
        if abs(speed - self._speed) > 1e-3:
            here = self._measured_s()
            self._speed = speed
            if here is not None:
                self._told = (here, time.monotonic())
            self._player.set_rate(speed)

    def _time_told(self, event: Any) -> None:
        self._n_told += 1
        seconds = event.u.new_time / 1000
        if self._n_told <= 1 and abs(seconds - self._asked_s) < 0.2:
            return  # an echo of the jump; the picture is not there yet
        first = self._told is None
        self._told = (seconds, time.monotonic())
        if first:
            self._moved.emit()

    def _measured_s(self) -> float | None:
        if self._told is None:
            return None
        seconds, at = self._told
        return seconds + (time.monotonic() - at) * self._speed

    def _moves(self) -> None:
        if self._is_running():
            self.surface_wanted.emit(True)

    def _breaks(self) -> None:
        if self.path is not None:
            self._fail(self.tr("VLC cannot play this video."))

    def shut_down(self) -> None:
        super().shut_down()
        self._player.release()
        self._surface.deleteLater()


class _Surface(QWidget):
    """A native window that libVLC draws in."""

    def __init__(self) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_DontCreateNativeAncestors, sys.platform != "darwin")
        self.setAttribute(Qt.WidgetAttribute.WA_NativeWindow)
        self.setAutoFillBackground(True)
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Window, QColor("black"))
        self.setPalette(palette)
        self.setAccessibleName("Picture")
