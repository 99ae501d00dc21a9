"""Between the window's thread and the engine: one worker thread, one signal, and a mailbox that keeps up with neither.

Whatever the engine does happens on the worker. What it says is put into a mailbox, and the window's thread empties it
about fifteen times a second: of progress and previews only the latest of a row is kept, everything else arrives, all in
the order in which it was said.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, Protocol

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from diffbgm_gui.run_state import ExportProgressed, LookProgressed, StudioEvent
from engine import CancelToken, EngineError, FinishReason, PreviewReady, RunCancelled, RunFinished, StageProgressed

logger = logging.getLogger(__name__)

INTERVAL_MS: Final = 66
_LATEST_WINS: Final = (StageProgressed, PreviewReady, LookProgressed, ExportProgressed)

Emit = Callable[[StudioEvent], None]
Task = Callable[[Emit, CancelToken], None]


class Engine(Protocol):
    """What the bridge needs of `engine.GenerationRunner`."""

    def run(self, request: Any, observer: Emit, cancel: CancelToken) -> Any: ...


def _default_engine() -> Engine:
    from engine import GenerationRunner

    return GenerationRunner()


class EngineBridge(QObject):
    """Runs work on its own thread and tells of it by `event_arrived`, on the thread that made the bridge.

    Args:
        make_engine: makes the engine; called on the worker, so that its imports hold up nobody.
        interval_ms: shortest time between two deliveries.
    """

    event_arrived = Signal(object)
    _filled = Signal()

    def __init__(
        self,
        make_engine: Callable[[], Engine] = _default_engine,
        *,
        interval_ms: int = INTERVAL_MS,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._make_engine = make_engine
        self._engine: Engine | None = None
        self._lock = threading.Lock()
        self._mail: list[StudioEvent] = []
        self._tasks: queue.SimpleQueue[tuple[Task, CancelToken] | None] = queue.SimpleQueue()
        self._tokens: set[CancelToken] = set()
        self._timer = QTimer(self, interval=interval_ms)
        self._timer.timeout.connect(self._deliver)
        self._filled.connect(self._wake, Qt.ConnectionType.QueuedConnection)
        self._thread = threading.Thread(target=self._work, name="diffbgm-engine", daemon=True)
        self._thread.start()

    def warm_up(self) -> None:
        """Make the engine now, on the worker, so that the first run does not wait for it."""

        def make(_emit: Emit, _cancel: CancelToken) -> None:
            self._use_engine()

        self.submit(make)

    def start(self, request: Any) -> CancelToken:
        """Run a request after what is under way; its events arrive by `event_arrived`. The token stops it."""

        def run(emit: Emit, cancel: CancelToken) -> None:
            try:
                engine = self._use_engine()
            except Exception as error:
                emit(RunFinished(FinishReason.FAILED, message=f"The engine could not be started: {error}."))
                raise
            # The engine has told of its own failures by `RunFinished` when these arrive.
            with suppress(EngineError, RunCancelled):
                engine.run(request, emit, cancel)

        return self.submit(run)

    def submit(self, task: Task) -> CancelToken:
        """Do a task on the worker, after those before it."""
        token = CancelToken()
        with self._lock:
            self._tokens.add(token)
        self._tasks.put((task, token))
        return token

    def cancel(self) -> None:
        """Ask everything under way or waiting to stop. Returns at once."""
        with self._lock:
            for token in self._tokens:
                token.cancel()

    def close(self, timeout_s: float = 5.0) -> None:
        """Cancel everything and end the worker; waits for it at most so long."""
        self.cancel()
        self._tasks.put(None)
        self._thread.join(timeout_s)
        self._timer.stop()

    def post(self, event: StudioEvent) -> None:
        """Put an event into the mailbox; may be called from any thread."""
        with self._lock:
            was_empty = not self._mail
            self._replace_or_append(event)
        if was_empty:
            with suppress(RuntimeError):  # the bridge may be gone while the worker ends
                self._filled.emit()

    def _replace_or_append(self, event: StudioEvent) -> None:
        if isinstance(event, _LATEST_WINS):
            for i in range(len(self._mail) - 1, -1, -1):
                if type(self._mail[i]) is type(event):
                    self._mail[i] = event
                    return
                if not isinstance(self._mail[i], _LATEST_WINS):
                    break
        self._mail.append(event)

    @Slot()
    def _wake(self) -> None:
        if not self._timer.isActive():
            self._timer.start()
            self._deliver()

    @Slot()
    def _deliver(self) -> None:
        with self._lock:
            mail, self._mail = self._mail, []
        if not mail:
            self._timer.stop()
        for event in mail:
            self.event_arrived.emit(event)

    def _use_engine(self) -> Engine:
        if self._engine is None:
            self._engine = self._make_engine()
        return self._engine

    def _work(self) -> None:
        while (job := self._tasks.get()) is not None:
            task, token = job
            try:
                task(self.post, token)
            except RunCancelled:
                pass
            except Exception:
                logger.exception("a task of the window failed")
            finally:
                with self._lock:
                    self._tokens.discard(token)
