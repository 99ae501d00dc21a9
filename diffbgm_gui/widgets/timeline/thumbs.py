"""Pictures for the filmstrip: asked for where they are seen, taken in the background, kept while there is room."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QPixmap

from diffbgm_gui.run_state import ThumbReady, VideoChosen
from diffbgm_gui.studio import Studio
from diffbgm_gui.widgets.timeline.clock import picture_image
from engine import CancelToken, EngineError, RunCancelled

MOST: Final = 600
"""Pictures kept: some 40 MB."""


@dataclass(frozen=True, slots=True, eq=False)
class StripPicture:
    """A picture for the filmstrip, RGB uint8 `[h, w, 3]`, of the frame asked for at `time_s`."""

    path: Path
    time_s: float
    picture: Any


class ThumbStore(QObject):
    """The pictures of the present film. `changed` tells when there is another one.

    Args:
        height_px: of the pictures, in pixels of the screen.
    """

    changed = Signal()

    def __init__(self, studio: Studio, *, height_px: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.height_px = height_px
        self._studio = studio
        self._known: OrderedDict[int, QPixmap] = OrderedDict()
        self._times: list[int] = []
        self._tried: set[int] = set()
        self._rough: set[int] = set()
        self._asked: tuple[int, ...] = ()
        self._token: CancelToken | None = None
        self.aspect = 16 / 9
        studio.event.connect(self._heard)
        for thumb in studio.state.thumbs:
            self._keep(thumb.time_s, thumb.picture, is_rough=True)

    def best(self, time_s: float, first_s: float, end_s: float) -> QPixmap | None:
        """The picture nearest to a time, of the same stretch where there is one.

        Rough pictures, those of the first look, are of a key frame that may lie in the shot before: others go first.
        """
        key = round(1000 * time_s)
        if key in self._known and key not in self._rough:
            self._known.move_to_end(key)
            return self._known[key]
        if not self._times:
            return None
        at = bisect_left(self._times, key)
        near = self._times[max(0, at - 2) : at + 2]
        same = [time for time in near if 1000 * first_s <= time <= 1000 * end_s]
        sure = [time for time in same if time not in self._rough]
        return self._known[min(sure or same or near, key=lambda time: abs(time - key))]

    def want(self, times_s: Sequence[float], *, exact: bool) -> None:
        """Ask for the pictures that are seen now, in order of importance. What was asked for before is left."""
        path, info = self._studio.state.path, self._studio.state.info
        missing = tuple(key for key in (round(1000 * time) for time in times_s) if key not in self._tried)
        if path is None or info is None or missing == self._asked:
            return
        if self._token is not None:
            self._worker.withdraw(self._token)
        self._asked = missing
        self._token = None
        if missing:
            times = [key / 1000 for key in missing]
            self._token = self._worker.submit(_take(path, times, self.height_px, info.start_s, exact=exact))

    @property
    def _worker(self) -> Any:
        return self._studio.pictures

    def _heard(self, event: Any) -> None:
        match event:
            case VideoChosen():
                self._known.clear()
                self._times.clear()
                self._tried.clear()
                self._rough.clear()
                self._asked, self._token = (), None
            case StripPicture() | ThumbReady() if event.path == self._studio.state.path:
                self._keep(event.time_s, event.picture, is_rough=isinstance(event, ThumbReady))
            case _:
                return
        self.changed.emit()

    def _keep(self, time_s: float, picture: Any, *, is_rough: bool) -> None:
        key = round(1000 * time_s)
        if picture is not None:
            (self._rough.add if is_rough else self._rough.discard)(key)
            image = picture_image(picture)
            if image.height() != self.height_px:
                image = image.scaledToHeight(self.height_px, Qt.TransformationMode.SmoothTransformation)
            self.aspect = image.width() / image.height()
            if key not in self._known:
                insort(self._times, key)
            self._known[key] = QPixmap.fromImage(image)
        if not is_rough:
            self._tried.add(key)
        while len(self._known) > MOST:
            oldest, _ = self._known.popitem(last=False)
            self._tried.discard(oldest)
            self._rough.discard(oldest)
            del self._times[bisect_left(self._times, oldest)]


def _take(
    path: Path, times_s: Sequence[float], height_px: int, start_s: Fraction, *, exact: bool
) -> Callable[[Callable[[Any], None], CancelToken], None]:
    """A task that takes pictures one after the other. What cannot be had is not asked for again."""

    def take(emit: Callable[[Any], None], cancel: CancelToken) -> None:
        from engine.video.thumbs import thumbnails

        left = list(times_s)
        try:
            for time_s, picture in thumbnails(
                path, times_s, height_px=height_px, exact=exact, start_s=start_s, cancel=cancel
            ):
                while left and left[0] != time_s:
                    emit(StripPicture(path, left.pop(0), None))
                left.pop(0)
                emit(StripPicture(path, time_s, picture))
        except RunCancelled:
            return
        except EngineError:
            pass  # the file is gone; who opens it tells
        for time_s in left:
            emit(StripPicture(path, time_s, None))

    return take
