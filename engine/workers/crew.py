"""Worker processes as their owner sees them: give a job to a free one, hear what happens, replace those that die."""

from __future__ import annotations

import glob
import itertools
import logging
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import connection, get_context
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from engine.asides import aside_name
from engine.workers.bench import Job
from engine.workers.process import CANCELLED, FAILED, work

logger = logging.getLogger(__name__)

_QUIT_GRACE_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Told:
    """A running job told an event; `data` is what `engine.event_json` makes of it."""

    number: int
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ended:
    """A job is over: "done" (data is its result), "failed" or "cancelled" (data has message and hint).

    Attributes:
        crashed: whether its process died with it.
    """

    number: int
    status: str
    data: dict[str, Any]
    crashed: bool = False


@dataclass(slots=True)
class _Worker:
    process: Any
    pipe: Connection
    scratch: Path
    number: int | None = None
    job: Job | None = None
    stage: str = ""
    heard_s: float = 0.0
    cancelled_s: float | None = None
    why: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a crew waits, in seconds, before it ends a process by force.

    Attributes:
        cancel_s: for a cancelled job to stop.
        silence_s: for any sign of a running job.
    """

    cancel_s: float = 3.0
    silence_s: float = 1800.0


@dataclass(slots=True, eq=False)
class Crew:
    """A number of worker processes. They are started when first needed, and keep their model from job to job.

    Not thread-safe, but for `wake`. Use it as a context: leaving it cancels what runs and ends all processes.

    Args:
        size: how many jobs may run at once.
        threads: of each process, for the processor's work.
    """

    size: int = 1
    threads: int = 1
    patience: Patience = field(default_factory=Patience)
    _workers: list[_Worker] = field(default_factory=list, init=False)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1), init=False)
    _scratch: Path | None = field(default=None, init=False)
    _bell: tuple[Connection, Connection] | None = field(default=None, init=False)

    def __enter__(self) -> Crew:
        self._scratch = Path(tempfile.mkdtemp(prefix="diffbgm-"))
        self._bell = get_context("spawn").Pipe(duplex=False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def n_running(self) -> int:
        """How many jobs run."""
        return sum(worker.number is not None for worker in self._workers)

    @property
    def has_room(self) -> bool:
        """Whether another job can be started."""
        return self.n_running < self.size

    def pids(self) -> dict[int, int]:
        """Running jobs' numbers -> ids of the processes that run them."""
        return {worker.number: worker.process.pid for worker in self._workers if worker.number is not None}

    def warm_up(self) -> None:
        """Start a process beforehand, so that the first job need not wait for it."""
        if not self._workers:
            self._workers.append(self._hired())

    def rest(self) -> None:
        """End idle processes; the memory of their models is free again."""
        for worker in [one for one in self._workers if one.number is None]:
            self._dismiss(worker)

    def start(self, job: Job) -> int:
        """Give a job to a free process; returns the job's number.

        Raises:
            RuntimeError: when there is no room.
        """
        if not self.has_room:
            raise RuntimeError("all processes are busy")
        number = next(self._numbers)
        while True:
            worker = next((one for one in self._workers if one.number is None), None)
            if worker is None:
                worker = self._hired()
                self._workers.append(worker)
            try:
                worker.pipe.send(("run", number, job))
            except OSError:  # it died while it was idle
                self._dismiss(worker)
                continue
            worker.number, worker.job, worker.stage = number, job, ""
            worker.heard_s, worker.cancelled_s, worker.why = time.monotonic(), None, None
            return number

    def cancel(self, number: int) -> None:
        """Ask a job to stop; harmless when it is over. It ends as cancelled, by force if it does not stop soon."""
        for worker in self._workers:
            if worker.number == number and worker.cancelled_s is None:
                worker.cancelled_s = time.monotonic()
                with suppress(OSError):
                    worker.pipe.send(("cancel", number))

    def wake(self) -> None:
        """Make a `hear` that waits in another thread return."""
        if self._bell is not None:
            with suppress(OSError):
                self._bell[1].send(None)

    def hear(self, timeout_s: float) -> list[Told | Ended]:
        """What happened, waiting for it at most so long."""
        ears: list[Any] = [worker.pipe for worker in self._workers]
        assert self._bell is not None
        ready = connection.wait([*ears, self._bell[0]], timeout_s)
        if self._bell[0] in ready:
            self._bell[0].recv()
        heard: list[Told | Ended] = []
        for worker in [one for one in self._workers if one.pipe in ready]:
            heard += self._messages_of(worker)
        for worker in list(self._workers):
            heard += self._overdue(worker)
        return heard

    def close(self) -> None:
        """Cancel what runs, and end all processes; nothing half-written stays."""
        for worker in self._workers:
            if worker.number is not None:
                self.cancel(worker.number)
        while self.n_running:
            self.hear(0.1)
        for worker in self._workers:
            with suppress(OSError):
                worker.pipe.send(("quit",))
        for worker in list(self._workers):
            worker.process.join(_QUIT_GRACE_S)
            self._dismiss(worker)
        if self._bell is not None:
            for end in self._bell:
                end.close()
            self._bell = None
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)
            self._scratch = None

    def _hired(self) -> _Worker:
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        scratch = Path(tempfile.mkdtemp(dir=self._scratch))
        process = context.Process(target=work, args=(theirs, self.threads, str(scratch)), daemon=True)
        process.start()
        theirs.close()
        return _Worker(process, ours, scratch)

    def _dismiss(self, worker: _Worker) -> None:
        """End a process that is not needed any more, or is dead."""
        if worker.process.is_alive():
            worker.process.kill()
        worker.process.join()
        worker.pipe.close()
        worker.process.close()
        shutil.rmtree(worker.scratch, ignore_errors=True)
        self._workers.remove(worker)

    def _messages_of(self, worker: _Worker) -> list[Told | Ended]:
        heard: list[Told | Ended] = []
        try:
            while worker.pipe.poll():
                match worker.pipe.recv():
                    case ("told", int(number), data):
                        worker.heard_s = time.monotonic()
                        worker.stage = data.get("stage", worker.stage)
                        heard.append(Told(number, data))
                    case ("ended", int(number), str(status), data):
                        worker.number = worker.job = None
                        heard.append(Ended(number, status, data))
        except (EOFError, OSError):
            heard += self._crashed(worker)
        return heard

    def _overdue(self, worker: _Worker) -> list[Told | Ended]:
        """End by force what does not stop, or gives no sign of life."""
        now = time.monotonic()
        if worker.number is None:
            return []
        if worker.cancelled_s is not None and now - worker.cancelled_s > self.patience.cancel_s:
            worker.process.kill()
            return self._crashed(worker)
        if now - worker.heard_s > self.patience.silence_s:
            minutes = round(self.patience.silence_s / 60)
            worker.why = (
                f"There was no sign of progress for {minutes} minutes, so it was given up.",
                "Score this file by itself to see where it stands.",
            )
            worker.process.kill()
            return self._crashed(worker)
        return []

    def _crashed(self, worker: _Worker) -> list[Told | Ended]:
        """A process is gone: clear away what it left, and say why."""
        worker.process.join()
        number, job, cancelled = worker.number, worker.job, worker.cancelled_s is not None
        message, hint = worker.why or death_of(worker.process.exitcode, worker.stage)
        self._dismiss(worker)
        if number is None or job is None:
            return []
        clear_asides(job.outputs)
        if cancelled:
            return [Ended(number, CANCELLED, {"message": "Cancelled.", "hint": ""})]
        logger.warning("a worker process ended with status %s", message)
        return [Ended(number, FAILED, {"message": message, "hint": hint}, crashed=True)]


def death_of(status: int | None, stage: str) -> tuple[str, str]:
    """A sentence and a hint on a process that died.

    Args:
        status: exit status; -N for signal N.
        stage: the stage of the run that it was in, or "".
    """
    where = f" during the stage '{stage}'" if stage else ""
    if status is None or status >= 0:
        return f"The process that worked on it ended{where} (status {status}).", "This is a fault of the program."
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = f"signal {-status}"
    hint = "The file may be damaged; the others are not affected."
    if name == "SIGKILL":
        hint = "Most likely the memory ran out: close other programs, or let fewer jobs run at once."
    return f"The process that worked on it was ended by {name}{where}.", hint


def clear_asides(outputs: Sequence[Path]) -> None:
    """Remove what a killed run left beside its outputs, or in a folder among them."""
    for path in outputs:
        aside = aside_name(path)
        rests = [aside, aside.with_name(f"{aside.name}-journal")]
        if path.is_dir():
            rests += path.glob(".*.part.*")
        rests += path.parent.glob(f".{glob.escape(aside.stem)}.*.part*")  # a project that was being made
        for rest in rests:
            with suppress(OSError):
                rest.unlink(missing_ok=True)
