"""What a job finds in the process that runs it, and what a job is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from engine.cancel import NEVER, CancelToken
from engine.events import Event, Observer, ignore

if TYPE_CHECKING:
    from engine.runner import GenerationRunner


class Tools:
    """What stays in a process from job to job: the runner with the model that it loaded."""

    @cached_property
    def runner(self) -> GenerationRunner:
        """The runner; the first use imports the engine."""
        from engine.runner import GenerationRunner

        return GenerationRunner()


@dataclass(frozen=True, slots=True)
class Bench:
    """What one job works with."""

    tools: Tools
    observer: Observer = ignore
    cancel: CancelToken = NEVER

    def tell(self, event: Event) -> None:
        """Send an event of the job."""
        self.observer(event)


class Job(Protocol):
    """Picklable work for a process; `run` gives plain JSON data."""

    @property
    def outputs(self) -> tuple[Path, ...]:
        """The files that it may write; what a killed process leaves of them is cleared away."""

    @property
    def run(self) -> Callable[[Bench], dict[str, Any]]:
        """Do the work.

        Raises:
            EngineError: for what a person can mend.
            RunCancelled: when cancelled.
        """
