"""Between the window's thread and the engine: one worker thread, one signal, and a mailbox that keeps up with neither.

Whatever the engine does happens on the worker. What it says is put into a mailbox, and the window's thread empties it
about fifteen times a second: of progress and previews only the latest of a row is kept, everything else arrives, all in
the order in which it was said.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, Protocol

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from diffbgm_gui.run_state import ExportProgressed, LookProgressed, OpenProgressed, StudioEvent
from engine import CancelToken, PreviewReady, RunCancelled, StageProgressed

logger = logging.getLogger(__name__)

INTERVAL_MS: Final = 66
_LATEST_WINS: Final = (StageProgressed, PreviewReady, LookProgressed, OpenProgressed, ExportProgressed)

Emit = Callable[[StudioEvent], None]
Task = Callable[[Emit, CancelToken], None]


class Engine(Protocol):
    """What the studio needs of `engine.GenerationRunner`."""

    def compose(self, request: Any, observer: Emit, cancel: CancelToken) -> Any: ...

    def revise(
        self, take: Any, change: Any, observer: Emit, cancel: CancelToken, *, bundle: Path | None = None
    ) -> Any: ...

    def export(self, take: Any, outputs: Any, observer: Emit, cancel: CancelToken) -> Any: ...

    def ready_bundle(self, bundle: Path | None, settings: Any) -> Any: ...


def _default_engine() -> Engine:
    from engine import GenerationRunner

    return GenerationRunner()


@dataclass(eq=False, slots=True)
class _Job:
    task: Task
    token: CancelToken
    is_begun: bool = False
    is_forgotten: bool = False


class EngineBridge(QObject):
    """Runs work on its own thread and tells of it by `event_arrived`, on the thread that made the bridge.

    Args:
        make_engine: makes the engine; called on the worker, so that its imports hold up nobody.
        interval_ms: shortest time between two deliveries.
        name: of the thread.
    """

    event_arrived = Signal(object)
    _filled = Signal()

    def __init__(
        self,
        make_engine: Callable[[], Engine] = _default_engine,
        *,
        interval_ms: int = INTERVAL_MS,
        name: str = "diffbgm-engine",
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._make_engine = make_engine
        self._engine: Engine | None = None
        self._lock = threading.Lock()
        self._mail: deque[StudioEvent] = deque()
        self._going_out: deque[StudioEvent] = deque()
        self._tasks: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._jobs: dict[CancelToken, _Job] = {}
        self._timer = QTimer(self, interval=interval_ms)
        self._timer.timeout.connect(self._deliver)
        self._filled.connect(self._wake, Qt.ConnectionType.QueuedConnection)
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def warm_up(self) -> None:
        """Make the engine now, on the worker, so that the first run does not wait for it."""

        def make(_emit: Emit, _cancel: CancelToken) -> None:
            self.engine()

        self.submit(make)

    def engine(self) -> Engine:
        """The engine, made when first asked for; for tasks on the worker only."""
        if self._engine is None:
            self._engine = self._make_engine()
        return self._engine

    def submit(self, task: Task) -> CancelToken:
        """Do a task on the worker, after those before it. The token stops it."""
        job = _Job(task, CancelToken())
        with self._lock:
            self._jobs[job.token] = job
        self._tasks.put(job)
        return job.token

    def withdraw(self, token: CancelToken) -> bool:
        """Cancel a task; True when it had not begun, so that it never will and says nothing."""
        token.cancel()
        with self._lock:
            job = self._jobs.get(token)
            if job is None or job.is_begun:
                return False
            job.is_forgotten = True
            return True

    def cancel(self) -> None:
        """Ask everything under way or waiting to stop. Returns at once."""
        with self._lock:
            for token in self._jobs:
                token.cancel()

    def forget(self) -> None:
        """Cancel everything, and hear no more of it: what it said, or will say, is thrown away."""
        self.cancel()
        with self._lock:
            for job in self._jobs.values():
                job.is_forgotten = True
            self._mail.clear()
        self._going_out.clear()

    def close(self, timeout_s: float = 5.0) -> None:
        """Cancel everything and end the worker; waits for it at most so long."""
        self.cancel()
        self._tasks.put(None)
        self._thread.join(timeout_s)
        self._timer.stop()

    def _post(self, job: _Job, event: StudioEvent) -> None:
        with self._lock:
            if job.is_forgotten:
                return
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
            self._going_out.extend(self._mail)
            self._mail.clear()
        if not self._going_out:
            self._timer.stop()
        while self._going_out:
            self.event_arrived.emit(self._going_out.popleft())

    def _work(self) -> None:
        while (job := self._tasks.get()) is not None:
            with self._lock:
                job.is_begun = True
            try:
                if not job.is_forgotten:
                    job.task(partial(self._post, job), job.token)
            except RunCancelled:
                pass
            except Exception:
                logger.exception("a task of the window failed")
            finally:
                with self._lock:
                    del self._jobs[job.token]
