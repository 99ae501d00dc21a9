"""Inside a worker process: take jobs from a pipe, run one at a time, tell events and the outcome through the pipe.

Messages in: ("run", number, job), ("cancel", number), ("quit",). Messages out: ("told", number, event as JSON data),
("ended", number, status, data). When the other end of the pipe is gone, the job is cancelled and the process ends.
"""

from __future__ import annotations

import os
import queue
import signal
import tempfile
import threading
import traceback
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, Final

from engine.cancel import CancelToken
from engine.errors import EngineError, RunCancelled
from engine.event_json import EventWriter
from engine.events import Event

_ORPHAN_GRACE_S: Final = 10.0
"""How long a job may take to end once nobody listens any more."""

DONE: Final = "done"
FAILED: Final = "failed"
CANCELLED: Final = "cancelled"


def work(pipe: Connection, threads: int, scratch: str) -> None:
    """The life of a worker process.

    Args:
        threads: for the processor's work.
        scratch: folder for temporary files.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent tells what to do
    with suppress(OSError):
        os.dup2(2, 1)  # stdout belongs to the owner's answers
    os.environ["DIFFBGM_THREADS"] = os.environ["OMP_NUM_THREADS"] = str(threads)
    tempfile.tempdir = scratch
    inbox = _Inbox(pipe)
    threading.Thread(target=inbox.read, name="diffbgm-inbox", daemon=True).start()
    from engine.workers.bench import Tools

    tools = Tools()
    while (order := inbox.orders.get()) is not None:
        number, job, token = order
        inbox.send("ended", number, *_outcome(job, number, token, inbox, tools))
    os._exit(0)  # a model that is still loading is not waited for


class _Inbox:
    """The worker's end of the pipe."""

    def __init__(self, pipe: Connection) -> None:
        self.orders: queue.Queue[tuple[int, Any, CancelToken] | None] = queue.Queue()
        self._pipe, self._sending = pipe, threading.Lock()
        self._tokens: dict[int, CancelToken] = {}

    def read(self) -> None:
        """Take messages until the other end is gone."""
        while True:
            try:
                message = self._pipe.recv()
            except (EOFError, OSError):
                return self._leave()
            match message:
                case ("run", int(number), job):
                    self._tokens[number] = token = CancelToken()
                    self.orders.put((number, job, token))
                case ("cancel", int(number)):
                    if number in self._tokens:
                        self._tokens[number].cancel()
                case _:
                    self.orders.put(None)

    def _leave(self) -> None:
        for token in list(self._tokens.values()):
            token.cancel()
        self.orders.put(None)
        threading.Event().wait(_ORPHAN_GRACE_S)
        os._exit(1)

    def send(self, *message: Any) -> None:
        """Send a message, to nobody where nobody listens any more."""
        with self._sending, suppress(OSError):
            self._pipe.send(message)

    def forget(self, number: int) -> None:
        """A job is over."""
        self._tokens.pop(number, None)


def _outcome(job: Any, number: int, token: CancelToken, inbox: _Inbox, tools: Any) -> tuple[str, dict[str, Any]]:
    """Run a job; whatever happens becomes a status and plain data."""
    from engine.workers.bench import Bench

    writer = EventWriter()

    def tell(event: Event) -> None:
        data = writer(event)
        if data is not None:
            inbox.send("told", number, data)

    try:
        token.raise_if_cancelled()
        return DONE, job.run(Bench(tools, tell, token))
    except RunCancelled:
        return CANCELLED, {"message": "Cancelled.", "hint": ""}
    except EngineError as error:
        return FAILED, {"message": error.message, "hint": error.hint}
    except MemoryError:
        return FAILED, {"message": "The memory ran out.", "hint": "Close other programs, or score a shorter video."}
    except Exception as error:  # noqa: BLE001 - the last resort: a sentence, and the details for a log
        told = " ".join(str(error).split())[:200]
        message = f"Something unexpected went wrong ({type(error).__name__}: {told})."
        details = "".join(traceback.format_exception(error))
        return FAILED, {"message": message, "hint": "This is a fault of the program.", "details": details}
    finally:
        inbox.forget(number)
