"""Playing the video: with Qt Multimedia where it loads, else still pictures by an own clock, said plainly."""

from __future__ import annotations

import bisect
import logging
import re
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import Q_ARG, QElapsedTimer, QMetaObject, QObject, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QImage

logger = logging.getLogger(__name__)

_TICK_MS: Final = 33


class Player(QObject):
    """One video at a time. Times are seconds from the first frame.

    Signals: `position_changed(s)`, `playing_changed(bool)`, `frame_ready(QImage)`, `failed(sentence)`.

    Attributes:
        explanation: why there is no sound; empty where there is.
    """

    position_changed = Signal(float)
    playing_changed = Signal(bool)
    frame_ready = Signal(QImage)
    failed = Signal(str)

    explanation = ""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.duration_s = 0.0
        self._timer = QTimer(self, interval=_TICK_MS)
        self._timer.timeout.connect(self._tick)

    @property
    def is_playing(self) -> bool:
        raise NotImplementedError

    @property
    def position_s(self) -> float:
        raise NotImplementedError

    def open(self, path: Path | None, *, at_s: float = 0.0) -> None:
        """Show a video (None: nothing) at a time; a running playback goes on."""
        raise NotImplementedError

    def play(self) -> None:
        raise NotImplementedError

    def pause(self) -> None:
        raise NotImplementedError

    def seek(self, seconds: float) -> None:
        raise NotImplementedError

    def set_volume(self, share: float) -> None:
        """Loudness of the playback, 0..1, as a person hears it."""

    def add_still(self, time_s: float, picture: QImage) -> None:
        """A picture of the video, for players that show stills."""

    def close(self) -> None:
        """Let go of the file."""
        self.open(None)

    def toggle(self) -> None:
        """Play, or pause; from the start when the end is reached."""
        if self.is_playing:
            self.pause()
            return
        if self.duration_s and self.position_s >= self.duration_s - 0.05:
            self.seek(0.0)
        self.play()

    def _tick(self) -> None:
        self.position_changed.emit(self.position_s)


class StillsPlayer(Player):
    """Still pictures that follow a clock."""

    def __init__(self, reason: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.explanation = f"Still pictures without sound: {reason}"
        self._clock = QElapsedTimer()
        self._from_s = 0.0
        self._stills: list[tuple[float, QImage]] = []
        self._path: Path | None = None
        self._shown: QImage | None = None

    @property
    def is_playing(self) -> bool:
        return self._timer.isActive()

    @property
    def position_s(self) -> float:
        running = self._clock.elapsed() / 1000 if self.is_playing else 0.0
        return min(self._from_s + running, self.duration_s)

    def open(self, path: Path | None, *, at_s: float = 0.0) -> None:
        if path is None or self._path is None:
            self._stills.clear()
            self.pause()
        self._path = path
        self.seek(at_s)

    def play(self) -> None:
        if self.is_playing or self.duration_s <= 0:
            return
        self._clock.start()
        self._timer.start()
        self.playing_changed.emit(True)

    def pause(self) -> None:
        if not self.is_playing:
            return
        self._from_s = self.position_s
        self._timer.stop()
        self.playing_changed.emit(False)

    def seek(self, seconds: float) -> None:
        self._from_s = min(max(0.0, seconds), self.duration_s)
        self._clock.start()
        self._show()
        self.position_changed.emit(self.position_s)

    def add_still(self, time_s: float, picture: QImage) -> None:
        bisect.insort(self._stills, (time_s, picture), key=lambda still: still[0])
        self._show()

    def _tick(self) -> None:
        self._show()
        super()._tick()
        if self.position_s >= self.duration_s:
            self.pause()

    def _show(self) -> None:
        if self._stills:
            at = bisect.bisect_right(self._stills, self.position_s, key=lambda still: still[0])
            picture = self._stills[max(0, at - 1)][1]
            if picture is not self._shown:
                self._shown = picture
                self.frame_ready.emit(picture)


class MediaPlayer(Player):
    """Qt Multimedia: picture and sound of one file."""

    def __init__(self, multimedia: Any, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._media = multimedia
        self._player = multimedia.QMediaPlayer(self)
        self._sound = multimedia.QAudioOutput(self)
        self._sink = multimedia.QVideoSink(self)
        self._player.setAudioOutput(self._sound)
        self._player.setVideoSink(self._sink)
        self._player.playbackStateChanged.connect(self._state_changed)
        # Queued: the status may change inside setSource, and play() called from in there leaves the player stuck.
        self._player.mediaStatusChanged.connect(self._status_changed, Qt.ConnectionType.QueuedConnection)
        self._player.errorOccurred.connect(self._error)
        self._sink.videoFrameChanged.connect(self._frame)
        self._ask: tuple[float, bool] | None = None

    @property
    def is_available(self) -> bool:
        """Whether Qt found a backend that plays anything."""
        return bool(self._player.isAvailable())

    @property
    def is_playing(self) -> bool:
        return bool(self._player.playbackState() == self._media.QMediaPlayer.PlaybackState.PlayingState)

    @property
    def position_s(self) -> float:
        return self._ask[0] if self._ask is not None else self._player.position() / 1000

    def open(self, path: Path | None, *, at_s: float = 0.0) -> None:
        if path is None:
            self._ask = None
            QMetaObject.invokeMethod(self._player, "stop", Qt.ConnectionType.QueuedConnection)
            self._set_source(QUrl())
            return
        self._ask = (at_s, self.is_playing)
        self._set_source(QUrl.fromLocalFile(str(path)))

    def _set_source(self, url: QUrl) -> None:
        """Change the file from the event loop. Called from Python, stopping holds the interpreter's lock while it waits
        for the audio thread, which may itself be waiting for that lock: a deadlock (Qt 6.11)."""
        QMetaObject.invokeMethod(self._player, "setSource", Qt.ConnectionType.QueuedConnection, Q_ARG(QUrl, url))

    def play(self) -> None:
        if self._ask is not None:
            self._ask = (self._ask[0], True)
        else:
            self._player.play()

    def pause(self) -> None:
        if self._ask is not None:
            self._ask = (self._ask[0], False)
        self._player.pause()

    def seek(self, seconds: float) -> None:
        seconds = max(0.0, min(seconds, self.duration_s))
        if self._ask is not None:
            self._ask = (seconds, self._ask[1])
        else:
            self._player.setPosition(round(seconds * 1000))
        self.position_changed.emit(seconds)

    def set_volume(self, share: float) -> None:
        scale = self._media.QAudio.VolumeScale
        linear = self._media.QAudio.convertVolume(share, scale.LogarithmicVolumeScale, scale.LinearVolumeScale)
        self._sound.setVolume(linear)

    def _status_changed(self, _status: Any) -> None:
        loaded = self._media.QMediaPlayer.MediaStatus
        if self._ask is None or self._player.mediaStatus() not in (loaded.LoadedMedia, loaded.BufferedMedia):
            return
        (at_s, goes_on), self._ask = self._ask, None
        if goes_on:
            self._player.play()
        else:
            self._player.pause()  # shows the frame there
            self.playing_changed.emit(False)
        if at_s > 0:
            self._player.setPosition(round(at_s * 1000))
        self.position_changed.emit(at_s)

    def _error(self, _code: Any, text: str) -> None:
        self._ask = None
        self._timer.stop()
        self.playing_changed.emit(False)
        self.failed.emit(text)

    def _state_changed(self, _state: Any) -> None:
        if self._ask is not None:
            return  # between two files; what comes after is told then
        if self.is_playing:
            self._timer.start()
        else:
            self._timer.stop()
            self._tick()
        self.playing_changed.emit(self.is_playing)

    def _frame(self, frame: Any) -> None:
        if frame.isValid():
            image = frame.toImage()
            if not image.isNull():
                self.frame_ready.emit(image)


def make_player(parent: QObject | None = None) -> Player:
    """The best player of this machine."""
    try:
        from PySide6 import QtMultimedia
    except ImportError as error:
        logger.info("Qt Multimedia does not load: %s", error)
        return StillsPlayer(_reason(str(error)), parent)
    player = MediaPlayer(QtMultimedia, parent)
    if player.is_available:
        return player
    player.deleteLater()
    return StillsPlayer("Qt Multimedia has no backend on this machine.", parent)


def _reason(said: str) -> str:
    from engine.desktop import debian_package

    library = re.search(r"(lib[\w.+-]+\.so[.\d]*): cannot open shared object", said)
    if library is None:
        return "Qt Multimedia does not load."
    name = library.group(1)
    return f"the system library {name} is missing (Debian, Ubuntu: apt install {debian_package(name)})."
