"""Pictures decoded one by one: the player where no library for playing is there."""

from __future__ import annotations

import bisect
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage

from diffbgm_gui.player.base import Player
from engine.wording import Told


class StillsPlayer(Player):
    """Runs by decoding frame after frame as fast as this machine does, always the one for the time.

    Small pictures of the film (`add_still`) stand in until the first one is decoded.

    Args:
        reason: why there is no better player, for people.
    """

    name: ClassVar[str] = "stills"
    fastest: ClassVar[float] = 0.0

    def __init__(self, reason: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.explanation = Told("The picture may not run smoothly: {reason}", reason=reason)
        self._stills: list[tuple[float, QImage]] = []
        self._shown: QImage | None = None
        self._decodes = False
        self._exact.ready.connect(self._is_shown)
        self.position_changed.connect(self._show_still)

    def add_still(self, time_s: float, picture: QImage) -> None:
        bisect.insort(self._stills, (time_s, picture), key=lambda still: still[0])
        self._show_still(self.position_s)

    def _show_still(self, seconds: float) -> None:
        if self._decodes or not self._stills:
            return
        at = bisect.bisect_right(self._stills, seconds, key=lambda still: still[0])
        picture = self._stills[max(0, at - 1)][1]
        if picture is not self._shown:
            self._shown = picture
            self.frame_ready.emit(picture)

    def _load(self, path: Path | None) -> None:
        self._decodes, self._shown = False, None
        if path is None:
            self._stills.clear()

    def _is_shown(self, _path: Path, _asked_s: float, _image: QImage) -> None:
        self._decodes = True

    def _exact_failed(self, path: Path, sentence: str) -> None:
        if not self._stills:
            super()._exact_failed(path, sentence)
