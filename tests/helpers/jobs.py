"""Jobs for worker processes that need no engine: they end well, badly, never, or take their process with them."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.asides import aside_name
from engine.errors import InputError
from engine.events import Stage, StageProgressed, StageStarted
from engine.workers.bench import Bench


@dataclass(frozen=True)
class FakeJob:
    """What it does is named by `how`; it begins by writing half a file beside its output."""

    how: str
    output: Path
    gate: Path | None = None

    @property
    def outputs(self) -> tuple[Path, ...]:
        return (self.output,)

    def run(self, bench: Bench) -> dict[str, Any]:
        aside = aside_name(self.output)
        aside.write_text("half")
        bench.tell(StageStarted(Stage.ANALYSE, 2, "files"))
        bench.tell(StageProgressed(Stage.ANALYSE, 1, 2, 1.0))
        getattr(self, f"_{self.how}")(bench)
        aside.replace(self.output)
        return {"pid": os.getpid(), "threads": os.environ["DIFFBGM_THREADS"]}

    def _end(self, bench: Bench) -> None:
        pass

    def _wait(self, bench: Bench) -> None:
        """Until the gate is there or it is cancelled."""
        while not (self.gate is not None and self.gate.exists()):
            if bench.cancel.is_cancelled:
                aside_name(self.output).unlink()
            bench.cancel.raise_if_cancelled()
            time.sleep(0.01)

    def _refuse(self, bench: Bench) -> None:
        raise InputError("It is not a film.", "Take another.")

    def _break(self, bench: Bench) -> None:
        raise ValueError("inside")

    def _hang(self, bench: Bench) -> None:
        time.sleep(600)

    def _crash(self, bench: Bench) -> None:
        os.kill(os.getpid(), signal.SIGSEGV)

    def _vanish(self, bench: Bench) -> None:
        os._exit(3)
