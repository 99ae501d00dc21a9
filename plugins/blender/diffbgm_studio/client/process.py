"""Running command lines one after the other beside an editor: progress, time left, cancelling at once.

A `Job` works in threads of its own and touches nothing of the editor; the editor asks for `progress()` from a timer.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .commands import Command
from .faults import Fault
from .locate import WINDOWS, engine_environment

RUNNING, DONE, FAILED, CANCELLED = "running", "done", "failed", "cancelled"
GRACE_S = 3.0
"""How long a cancelled process may tidy up before it is killed."""

STAGES = {
    "probe": "Opening the video",
    "analyse": "Watching the picture",
    "conditions": "Planning the music",
    "denoise": "Composing",
    "score": "Writing the score",
    "synth": "Playing the instruments",
    "mux": "Writing the files",
    "picture": "Rendering the picture",
}


@dataclass(frozen=True)
class Progress:
    """How a job stands.

    Attributes:
        state: RUNNING, DONE, FAILED or CANCELLED.
        label: what it is doing; share: how much is done, 0..1; eta_s: seconds left, None while unknown.
        message, hint: why it failed. warnings: what the user should know.
    """

    state: str = RUNNING
    label: str = "Starting"
    share: float = 0.0
    eta_s: float | None = None
    elapsed_s: float = 0.0
    message: str = ""
    hint: str = ""
    warnings: tuple[str, ...] = ()

    def text(self) -> str:
        """One line for a status bar."""
        if self.state != RUNNING:
            return {DONE: "Done.", CANCELLED: "Cancelled."}.get(self.state, f"{self.message} {self.hint}".strip())
        left = f", about {eta_text(self.eta_s)} left" if self.eta_s is not None else f", {self.elapsed_s:.0f} s"
        return f"{self.label}: {self.share:.0%}{left}"


def eta_text(seconds: float) -> str:
    """A rough time left, as "8 s" or "2 min"."""
    return f"{max(1, round(seconds))} s" if seconds < 90 else f"{round(seconds / 60)} min"


class Meter:
    """What the lines of one command's progress add up to."""

    def __init__(self, command: Command) -> None:
        self._command = command
        self._run = -1
        self.share, self.eta_s, self.label = 0.0, None, command.label
        self.warnings: list[str] = []

    def take(self, line: str) -> None:
        """Take one line; what is no event, or an unknown one, is skipped."""
        event = read_event(line)
        kind = event.get("event")
        if kind == "started":
            self._run = min(self._run + 1, self._command.runs - 1)
            self._set(0.0, None)
        elif kind in ("stage", "progress"):
            self.label = STAGES.get(str(event.get("stage")), self._command.label)
            if kind == "progress":
                self._set(_number(event.get("share")) or 0.0, _number(event.get("eta_s")))
        elif kind == "warning":
            self.warnings.append(str(event.get("message", "")))

    def _set(self, share: float, eta_s: float | None) -> None:
        runs, run = self._command.runs, max(self._run, 0)
        self.share = max(self.share, min(1.0, (run + min(1.0, share)) / runs))
        self.eta_s = None
        if eta_s is not None:
            whole_s = eta_s / (1 - share) if share < 0.99 else 0.0
            self.eta_s = eta_s + whole_s * (runs - run - 1)

    def told(self) -> str:
        """What it is doing, with the number of the take where there are several."""
        if self._command.runs == 1 or self._run < 0:
            return self.label
        return f"Take {self._run + 1} of {self._command.runs}: {self.label}"


def read_event(line: str) -> dict[str, Any]:
    """The object of a line; empty for anything else."""
    if not line.lstrip().startswith("{"):
        return {}
    try:
        event = json.loads(line)
    except ValueError:
        return {}
    return event if isinstance(event, dict) else {}


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) else None


def answer_of(stdout: Sequence[str], stderr: Sequence[str], status: int) -> dict[str, Any]:
    """The object with which a command answered.

    Raises:
        Fault: if it failed, with its own sentence; or ended without an answer.
    """
    answers = [answer for answer in map(read_event, stdout) if "ok" in answer]
    answer = answers[-1] if answers else {}
    if answer.get("ok") is True and status == 0:
        return answer
    error = answer.get("error") or {}
    if error.get("message"):
        raise Fault(str(error["message"]), str(error.get("hint") or ""))
    said = [line.strip() for line in stderr if line.strip() and not line.lstrip().startswith("{")]
    raise Fault(f"The engine ended with status {status}.", said[-1] if said else "")


class Job:
    """Commands that are run in turn; the first that fails ends the job.

    Args:
        finish: gets the answers when all went well, still beside the editor; what it returns is `product`.
        scratch: folders that vanish when all is over; tentative: files that stay only when all went well.
        project: where the engine writes a project: half of one does not stay, even if the engine had to be killed.
        environ: of the processes.
    """

    def __init__(
        self,
        commands: Sequence[Command],
        *,
        finish: Callable[[list[dict[str, Any]]], Any] = lambda answers: answers,
        scratch: Sequence[Path] = (),
        tentative: Sequence[Path] = (),
        project: Path | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._commands, self._finish, self._scratch = tuple(commands), finish, tuple(scratch)
        self._tentative, self._project = tuple(tentative), project
        self._environ = dict(engine_environment(environ))
        self._lock = threading.Lock()
        self._cancelled = threading.Event()
        self._process: subprocess.Popen[str] | None = None
        self._began = time.monotonic()
        self._progress = Progress()
        self._thread = threading.Thread(target=self._run, name="diffbgm job", daemon=True)
        self.product: Any = None

    def start(self) -> Job:
        """Begin."""
        self._began = time.monotonic()
        self._thread.start()
        return self

    def progress(self) -> Progress:
        """How it stands now."""
        with self._lock:
            state = self._progress
        if state.state != RUNNING:
            return state
        return replace(state, elapsed_s=time.monotonic() - self._began)

    def cancel(self) -> None:
        """Stop. The job counts as cancelled at once; its process has a moment to tidy up, then it is killed."""
        with self._lock:
            if self._progress.state != RUNNING:
                return
            self._progress = replace(self._progress, state=CANCELLED)
            self._cancelled.set()
            process = self._process
        if process is not None:
            interrupt(process)
            threading.Thread(target=_kill_later, args=(process,), daemon=True).start()

    def kill(self) -> None:
        """Stop without any grace: the editor is closing."""
        self.cancel()
        process = self._process
        if process is not None and process.poll() is None:
            kill_group(process)

    def join(self, timeout_s: float | None = None) -> bool:
        """Wait until the last process has gone; returns whether it has."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            answers = [self._one(index, command) for index, command in enumerate(self._commands)]
            product = self._finish(answers)
            with self._lock:
                if self._progress.state == RUNNING:
                    self.product = product
                    self._progress = replace(self._progress, state=DONE, share=1.0, eta_s=0.0)
        except Fault as fault:
            self._fail(fault.message, fault.hint)
        except Exception as error:  # noqa: BLE001 - a sentence in the editor instead of a silent thread
            self._fail(f"Something unexpected went wrong ({type(error).__name__}: {error}).", "")
        finally:
            if self.progress().state != DONE:
                self._take_back()
            for folder in self._scratch:
                shutil.rmtree(folder, ignore_errors=True)

    def _take_back(self) -> None:
        """Remove what was written by halves."""
        halves: list[Path] = []
        if self._project is not None and self._process is not None:
            halves = list(self._project.parent.glob(f".*.{self._process.pid}.part*"))
        for path in (*self._tentative, *halves):
            with contextlib.suppress(OSError):
                path.unlink()

    def _fail(self, message: str, hint: str) -> None:
        with self._lock:
            if self._progress.state == RUNNING:
                self._progress = replace(self._progress, state=FAILED, message=message, hint=hint)

    def _one(self, index: int, command: Command) -> dict[str, Any]:
        process = self._spawn(command)
        out: list[str] = []
        reader = threading.Thread(target=_read_all, args=(process.stdout, out), daemon=True)
        reader.start()
        meter, said = Meter(command), []
        assert process.stderr is not None
        for line in process.stderr:
            said.append(line)
            meter.take(line)
            self._note(index, meter)
        reader.join()
        status = process.wait()
        process.stderr.close()
        if self._cancelled.is_set():
            raise Fault("Cancelled.")
        return answer_of(out, said, status)

    def _spawn(self, command: Command) -> subprocess.Popen[str]:
        with self._lock:
            if self._cancelled.is_set():
                raise Fault("Cancelled.")
            self._progress = replace(self._progress, label=command.label)
            try:
                self._process = subprocess.Popen(
                    command.argv,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                    encoding="utf-8",
                    errors="replace",
                    env=self._environ,
                    **_own_group(),
                )
            except OSError as error:
                reason = (error.strerror or str(error)).lower()
                raise Fault(f"The program '{command.argv[0]}' does not start: {reason}.") from error
            return self._process

    def _note(self, index: int, meter: Meter) -> None:
        whole = len(self._commands)
        with self._lock:
            if self._progress.state != RUNNING:
                return
            last = index == whole - 1
            self._progress = replace(
                self._progress,
                label=meter.told(),
                share=(index + meter.share) / whole,
                eta_s=meter.eta_s if last else None,
                warnings=tuple(meter.warnings),
            )


def _own_group() -> dict[str, Any]:
    """A process group of its own, so that cancelling reaches all that a process started and nothing else."""
    if WINDOWS:
        no_console = 0x08000000  # subprocess.CREATE_NO_WINDOW
        return {"creationflags": 0x00000200 | no_console}  # subprocess.CREATE_NEW_PROCESS_GROUP
    return {"start_new_session": True}


def interrupt(process: subprocess.Popen[str]) -> None:
    """Ask a process and its children to end."""
    with contextlib.suppress(OSError, ValueError):
        if WINDOWS:
            process.send_signal(signal.CTRL_BREAK_EVENT)  # type: ignore[attr-defined, unused-ignore]
        else:
            os.killpg(process.pid, signal.SIGTERM)


def kill_group(process: subprocess.Popen[str]) -> None:
    """End a process and its children."""
    with contextlib.suppress(OSError):
        if WINDOWS:
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)


def _kill_later(process: subprocess.Popen[str]) -> None:
    try:
        process.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        kill_group(process)


def _read_all(stream: Any, into: list[str]) -> None:
    with stream:
        into.extend(stream)
