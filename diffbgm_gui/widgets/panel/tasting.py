"""Hearing a palette before music is composed with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QUrl

from engine import CancelToken, EngineError

if TYPE_CHECKING:
    from diffbgm_gui.studio import Studio


@dataclass(frozen=True, slots=True)
class PaletteTasted:
    """A palette can be heard; a message instead where it cannot."""

    palette: str
    path: Path
    message: str = ""
    hint: str = ""


class Taster(QObject):
    """Makes a few bars with a palette on the sound's thread, and plays them. A second press begins anew."""

    def __init__(self, studio: Studio, parent: QObject) -> None:
        super().__init__(parent)
        self._studio = studio
        self._token: CancelToken | None = None
        self._effect: Any = None
        self._n = 0
        studio.event.connect(self._heard)

    def taste(self, palette: str) -> None:
        """Play it as soon as it is made."""
        if self._token is not None:
            self._studio.sound.withdraw(self._token)
        self._n += 1
        take, path = self._studio.document.take, self._studio.folder / f"taste-{self._n}.wav"

        def work(emit: Any, cancel: CancelToken) -> None:
            from engine.tasting import taste

            try:
                taste(palette, path, take=take, cancel=cancel)
            except EngineError as error:
                emit(PaletteTasted(palette, path, error.message, error.hint))
            else:
                emit(PaletteTasted(palette, path))

        self._token = self._studio.sound.submit(work)

    def _heard(self, event: Any) -> None:
        if not isinstance(event, PaletteTasted):
            return
        self._token = None
        if event.message:
            self._studio.notice("error", event.message, event.hint)
        else:
            self.play(event.path)

    def play(self, path: Path) -> None:
        """Play a short file once."""
        try:
            from PySide6.QtMultimedia import QMediaDevices, QSoundEffect
        except ImportError:
            self._studio.notice("warning", self.tr("There is no sound here: Qt Multimedia cannot be loaded."))
            return
        if not QMediaDevices.audioOutputs():
            self._studio.notice("warning", self.tr("There is no sound device to play on."))
            return
        self._effect = QSoundEffect(self)
        self._effect.setSource(QUrl.fromLocalFile(str(path)))
        self._effect.play()
