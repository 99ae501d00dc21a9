"""The exact frame at a time, decoded on a thread of its own: the picture whenever nothing plays, whoever plays.

Players jump to the nearest frame that suits them (libVLC lands up to four frames early while paused). What stands
still is looked at closely, so it is decoded here.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QImage

if TYPE_CHECKING:
    from engine.video.reader import FrameReader

logger = logging.getLogger(__name__)


class ExactFrames(QObject):
    """Frames by time; asked faster than they decode, only the latest is given.

    Signals: `ready(path, asked_s, QImage)`, `failed(path, sentence)`. The thread starts with the first question.
    """

    ready = Signal(object, float, QImage)
    failed = Signal(object, object)
    _decoded = Signal(object, float, object)
    _broke = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bell = threading.Condition()
        self._wanted: tuple[Path, float] | None = None
        self._ends = False
        self._hopeless: Path | None = None
        self._thread: threading.Thread | None = None
        self._reader: FrameReader | None = None
        self._decoded.connect(self._tell, Qt.ConnectionType.QueuedConnection)
        self._broke.connect(self.failed, Qt.ConnectionType.QueuedConnection)

    def ask(self, path: Path, time_s: float) -> None:
        """Decode the frame at a time, soon; forgets what was asked before."""
        with self._bell:
            if self._ends or path == self._hopeless:
                return
            self._wanted = (path, time_s)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="diffbgm-frames", daemon=True)
                self._thread.start()
            self._bell.notify()

    def forget(self) -> None:
        """Nothing is wanted any more; the next question is about another file, or the same one once more."""
        with self._bell:
            self._wanted = self._hopeless = None

    def close(self, timeout_s: float = 2.0) -> None:
        """End the thread."""
        with self._bell:
            self._ends, self._wanted = True, None
            if self._reader is not None:
                self._reader.cancel()
            self._bell.notify()
        if self._thread is not None:
            self._thread.join(timeout_s)

    @Slot(object, float, object)
    def _tell(self, path: Path, asked_s: float, image: QImage) -> None:
        self.ready.emit(path, asked_s, image)

    def _work(self) -> None:
        opened: Path | None = None
        while True:
            with self._bell:
                while self._wanted is None and not self._ends:
                    self._bell.wait()
                if self._ends or self._wanted is None:
                    break
                (path, time_s), self._wanted = self._wanted, None
            try:
                if path != opened or self._reader is None:
                    self._open(path)
                    opened = path
                image = self._decode(time_s)
            except RuntimeError:
                break  # the object is gone: the window closed
            except Exception as error:  # noqa: BLE001 - whatever a file does, the window goes on
                opened = None
                self._emit(self._broke, path, getattr(error, "message", str(error)))
                continue
            self._emit(self._decoded, path, time_s, image)
        if self._reader is not None:
            self._reader.close()

    def _emit(self, signal: object, *values: object) -> None:
        try:
            signal.emit(*values)  # type: ignore[attr-defined]
        except RuntimeError:  # the object is gone: the window closed
            self._ends = True

    def _open(self, path: Path) -> None:
        from engine.video.reader import FrameReader

        old, self._reader = self._reader, None
        if old is not None:
            old.close()
        try:
            self._reader = FrameReader(path)
        except Exception:
            self._hopeless = path  # asking again would open it again, in vain
            raise

    def _decode(self, time_s: float) -> QImage:
        assert self._reader is not None
        picture = self._reader.at(time_s)[1]
        height, width = picture.shape[:2]
        image = QImage(picture.data, width, height, 3 * width, QImage.Format.Format_RGB888)
        return image.convertToFormat(QImage.Format.Format_RGB32)
