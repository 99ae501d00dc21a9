"""Pictures by Qt Multimedia."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, ClassVar

from PySide6.QtCore import Q_ARG, QMetaObject, QObject, Qt, QUrl

from diffbgm_gui.player.base import Player


class QtPlayer(Player):
    """Qt Multimedia. The picture's time is that of the frame itself: the player's own position comes in steps of 50 ms.

    Args:
        multimedia: the module `PySide6.QtMultimedia`.
    """

    name: ClassVar[str] = "Qt Multimedia"
    fastest: ClassVar[float] = 4.0

    def __init__(self, multimedia: Any, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._media = multimedia
        self._player = multimedia.QMediaPlayer(self)
        self._sink = multimedia.QVideoSink(self)
        self._player.setVideoSink(self._sink)
        # Queued: the status may change inside setSource, and play() called from in there leaves the player stuck.
        self._player.mediaStatusChanged.connect(self._status_changed, Qt.ConnectionType.QueuedConnection)
        self._player.errorOccurred.connect(self._error)
        self._sink.videoFrameChanged.connect(self._frame)
        self._loading = False
        self._seen: tuple[float, float] | None = None
        self._speed = 1.0
        self._asked_s = 0.0

    @property
    def is_available(self) -> bool:
        """Whether Qt found a backend that plays anything."""
        return bool(self._player.isAvailable())

    def _load(self, path: Path | None) -> None:
        self._seen = None
        self._loading = path is not None
        if path is None:
            QMetaObject.invokeMethod(self._player, "stop", Qt.ConnectionType.QueuedConnection)
        url = QUrl() if path is None else QUrl.fromLocalFile(str(path))
        # From the event loop: called from Python, stopping holds the interpreter's lock while it waits for a thread
        # that may itself be waiting for that lock: a deadlock (Qt 6.11).
        QMetaObject.invokeMethod(self._player, "setSource", Qt.ConnectionType.QueuedConnection, Q_ARG(QUrl, url))

    def _run(self, seconds: float, speed: float) -> None:
        self._seen, self._asked_s = None, seconds
        if self._loading:
            return  # `_status_changed` goes on
        self._player.setPosition(round(self.frames.middle_s(seconds) * 1000))
        self._set_speed(speed)
        self._player.play()

    def _halt(self) -> None:
        self._player.pause()

    def _set_speed(self, speed: float) -> None:
        if speed != self._speed:
            self._speed = speed
            self._player.setPlaybackRate(speed)

    def _measured_s(self) -> float | None:
        if self._seen is None:
            return None
        shown_s, at = self._seen
        # A frame stays for as long as it lasts; the next one is reckoned with, but no further.
        return shown_s + min((time.monotonic() - at) * self._speed, 3 * self.frames.frame_s + 0.1)

    def _status_changed(self, _status: Any) -> None:
        status = self._media.QMediaPlayer.MediaStatus
        if not self._loading or self._player.mediaStatus() not in (status.LoadedMedia, status.BufferedMedia):
            return
        self._loading = False
        if self._is_running():
            begun_s, at = self._from
            self._run(self._within(begun_s + (time.monotonic() - at) * self._rate), self._rate)
        else:
            self._player.pause()

    def _error(self, _code: Any, text: str) -> None:
        self._loading = False
        if self.path is not None:
            self._fail(text)

    def _frame(self, frame: Any) -> None:
        if not frame.isValid() or not self._is_running():
            return
        shown_s = frame.startTime() / 1e6
        if self._seen is None and abs(shown_s - self._asked_s) > 1.0:
            return  # from before the jump
        self._seen = (shown_s, time.monotonic())
        image = frame.toImage()
        if not image.isNull():
            self.frame_ready.emit(image)
