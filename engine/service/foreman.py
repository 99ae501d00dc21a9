"""The queue of jobs, and the thread that gives them to worker processes and keeps what they tell."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from engine.errors import EngineError
from engine.workers.bench import Job
from engine.workers.crew import Crew, Ended, Told

logger = logging.getLogger(__name__)

QUEUED: Final = "queued"
RUNNING: Final = "running"
OVER: Final = ("done", "failed", "cancelled")

MOST_WAITING: Final = 100
MOST_REMEMBERED: Final = 200
"""So many jobs that are over are remembered; older ones are forgotten."""
IDLE_S: Final = 600.0
"""After so long without a job the worker processes end, and free the model's memory."""
UNHEARD_S: Final = 10.0
"""So long a job that is bound to its listeners waits for the first one."""
RECONNECT_S: Final = 2.0
"""And so long for one to come back."""
_TICK_S: Final = 0.5
_SLEEP_S: Final = 30.0


class BusyError(EngineError):
    """Too many jobs wait."""


@dataclass(slots=True, eq=False)
class Task:
    """A job of the service. Its members change under the foreman's lock only.

    Attributes:
        events: what it told, each with "seq"; of the progress of a stage only the newest is kept.
        bound: whether it is cancelled when nobody listens to its event stream any more.
    """

    id: str
    kind: str
    job: Job
    bound: bool
    created_s: float
    status: str = QUEUED
    started_s: float | None = None
    ended_s: float | None = None
    stage: str | None = None
    share: float = 0.0
    eta_s: float | None = None
    last_seq: int = 0
    result: dict[str, Any] | None = None
    error: dict[str, str] | None = None
    events: list[dict[str, Any]] = field(default_factory=list)
    number: int | None = None
    listeners: int = 0
    alone_since_s: float = 0.0
    is_cancelled: bool = False

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self.status in OVER


Wake = Callable[[Task], None]


class Foreman:
    """Runs jobs in the order in which they came, `jobs` at once.

    Args:
        jobs: how many at once.
        threads: of each worker process.
        wake: called, in any thread, when a task told something.
    """

    def __init__(self, jobs: int, threads: int, wake: Wake = lambda _task: None) -> None:
        self.jobs, self._threads, self.wake = jobs, threads, wake
        self._lock = threading.RLock()
        self._tasks: dict[str, Task] = {}
        self._waiting: deque[Task] = deque()
        self._running: dict[int, Task] = {}
        self._crew: Crew | None = None
        self._is_stopping = False
        self._thread = threading.Thread(target=self._live, name="diffbgm-foreman")

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self) -> None:
        """Cancel everything, and wait until all processes have ended."""
        with self._lock:
            self._is_stopping = True
        self._nudge()
        self._thread.join()

    def submit(self, kind: str, job: Job, *, bound: bool = False) -> Task:
        """Put a job at the end of the queue.

        Raises:
            BusyError: when too many wait.
        """
        with self._lock:
            if len(self._waiting) >= MOST_WAITING:
                raise BusyError(f"{MOST_WAITING} jobs wait already.", "Try again when some are done.")
            task = Task(secrets.token_hex(8), kind, job, bound, time.time())
            task.alone_since_s = time.monotonic() + UNHEARD_S - RECONNECT_S
            self._tasks[task.id] = task
            self._waiting.append(task)
            self._tell(task, {"event": QUEUED, "position": len(self._waiting)})
            self._forget()
        self._nudge()
        return task

    def cancel(self, task: Task) -> bool:
        """Cancel a job; False when it is over already."""
        with self._lock:
            if task.is_over:
                return False
            task.is_cancelled = True
            if task.status == QUEUED:
                self._waiting.remove(task)
                self._end(task, "cancelled", {"message": "Cancelled.", "hint": ""})
        self._nudge()
        return True

    def task(self, task_id: str) -> Task | None:
        """A job by its id."""
        with self._lock:
            return self._tasks.get(task_id)

    def tasks(self) -> tuple[Task, ...]:
        """All jobs that are remembered, oldest first."""
        with self._lock:
            return tuple(self._tasks.values())

    def counts(self) -> tuple[int, int]:
        """How many run and how many wait."""
        with self._lock:
            return len(self._running), len(self._waiting)

    def state(self, task: Task) -> dict[str, Any]:
        """A job as `JobAnswer` has it."""
        with self._lock:
            names = ("id", "kind", "status", "created_s", "started_s", "ended_s", "stage", "share", "eta_s", "last_seq")
            position = self._waiting.index(task) + 1 if task.status == QUEUED else None
            state = {name: getattr(task, name) for name in (*names, "result", "error")}
            return {**state, "position": position, "cancel_on_disconnect": task.bound}

    def events_after(self, task: Task, seq: int) -> tuple[list[dict[str, Any]], bool]:
        """Events with higher numbers, and whether they are the last."""
        with self._lock:
            return [event for event in task.events if event["seq"] > seq], task.is_over

    def listen(self, task: Task, change: int) -> None:
        """Count a listener of a job in (1) or out (-1)."""
        with self._lock:
            task.listeners += change
            task.alone_since_s = time.monotonic()
        self._nudge()

    # ---- the thread ------------------------------------------------------------------------------------------------

    def _nudge(self) -> None:
        crew = self._crew
        if crew is not None:
            crew.wake()

    def _live(self) -> None:
        try:
            with Crew(self.jobs, self._threads) as crew:
                self._crew = crew
                while not self._is_stopping:
                    self._turn(crew)
                self._wind_up(crew)
        except Exception:
            logger.exception("the foreman of the service failed")
            raise
        finally:
            self._crew = None

    def _turn(self, crew: Crew) -> None:
        with self._lock:
            self._drop_unheard()
            while self._waiting and crew.has_room:
                self._give(self._waiting.popleft(), crew)
            for number, task in self._running.items():
                if task.is_cancelled:
                    crew.cancel(number)
            busy = bool(self._running) or any(task.bound for task in self._waiting)
            idle_since = max((task.ended_s or 0.0 for task in self._tasks.values()), default=0.0)
            if not busy and time.time() - idle_since > IDLE_S:
                crew.rest()
        for message in crew.hear(_TICK_S if busy else _SLEEP_S):
            with self._lock:
                self._take(message)

    def _give(self, task: Task, crew: Crew) -> None:
        task.status, task.started_s = RUNNING, time.time()
        try:
            number = crew.start(task.job)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            hint = "Close other programs, then start the job again."
            self._end(task, "failed", {"message": f"No process can be started: {reason}.", "hint": hint})
            return
        self._running[number] = task
        self._tell(task, {"event": RUNNING})

    def _drop_unheard(self) -> None:
        """Cancel jobs that are bound to listeners who are gone."""
        now = time.monotonic()
        for task in [one for one in self._tasks.values() if one.bound and not one.is_over]:
            if task.listeners == 0 and now - task.alone_since_s > RECONNECT_S:
                self.cancel(task)

    def _take(self, message: Told | Ended) -> None:
        if isinstance(message, Ended):
            task = self._running.pop(message.number)
            self._end(task, message.status, message.data)
            return
        task, data = self._running[message.number], message.data
        if data["event"] == "finished":  # of one run; the job's own end is told below
            return
        task.stage = data.get("stage", task.stage)
        if data["event"] == "progress":
            task.share, task.eta_s = max(task.share, data["share"]), data["eta_s"]
        self._tell(task, data)

    def _end(self, task: Task, status: str, data: dict[str, Any]) -> None:
        task.status, task.ended_s, task.eta_s = status, time.time(), None
        if status == "done":
            task.result, task.share = data, 1.0
        else:
            task.error = {"message": data["message"], "hint": data["hint"]}
            if "details" in data:
                logger.error("job %s failed: %s", task.id, data["details"])
        self._tell(task, {"event": "ended", "status": status, "result": task.result, "error": task.error})

    def _tell(self, task: Task, data: dict[str, Any]) -> None:
        task.last_seq += 1
        last = task.events[-1] if task.events else {}
        if data["event"] == "progress" == last.get("event") and data["stage"] == last["stage"]:
            task.events.pop()
        task.events.append({**data, "seq": task.last_seq})
        self.wake(task)

    def _forget(self) -> None:
        over = [task.id for task in self._tasks.values() if task.is_over]
        for task_id in over[: max(0, len(over) - MOST_REMEMBERED)]:
            del self._tasks[task_id]

    def _wind_up(self, crew: Crew) -> None:
        with self._lock:
            for task in list(self._waiting):
                self.cancel(task)
            for number in self._running:
                crew.cancel(number)
        while self._running:
            for message in crew.hear(0.1):
                with self._lock:
                    self._take(message)
