"""Events of a run as plain JSON objects, for programs: lines of `--progress json`, events of the service."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from engine.events import (
    Event,
    RunFinished,
    RunStarted,
    StageFinished,
    StageProgressed,
    StageStarted,
    Warned,
)


class EventWriter:
    """Turns the events of one run, or of several in turn, into JSON objects.

    Every object has "event": "started" (seed), "stage" (stage, total, unit), "progress" (stage, done, total, eta_s,
    share), "stage_finished" (stage, seconds), "warning" (message) or "finished" (reason, message, hint). `eta_s` are
    the seconds left in the run, null while unknown; `share` is how much of the run is done, 0..1, and never falls.

    Args:
        clock: seconds that only go forward.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began, self._share = clock(), 0.0

    def __call__(self, event: Event) -> dict[str, Any] | None:
        """An event's object; None for what is not told (previews, condition rows)."""
        match event:
            case RunStarted(seed=seed):
                self._began, self._share = self._clock(), 0.0
                return {"event": "started", "seed": seed}
            case StageStarted(stage=stage, total=total, unit=unit):
                return {"event": "stage", "stage": stage.value, "total": float(total), "unit": unit}
            case StageProgressed():
                return self._progress(event)
            case StageFinished(stage=stage, seconds=seconds):
                return {"event": "stage_finished", "stage": stage.value, "seconds": round(seconds, 3)}
            case Warned(message=message):
                return {"event": "warning", "message": message}
            case RunFinished(reason=reason, message=message, hint=hint):
                return {"event": "finished", "reason": reason.value, "message": message, "hint": hint}
            case _:
                return None

    def _progress(self, event: StageProgressed) -> dict[str, Any]:
        if event.eta_s is not None:
            spent = self._clock() - self._began
            self._share = max(self._share, spent / max(1e-9, spent + event.eta_s))
        return {
            "event": "progress",
            "stage": event.stage.value,
            "done": float(event.done),
            "total": float(event.total),
            "eta_s": None if event.eta_s is None else round(event.eta_s, 2),
            "share": round(self._share, 4),
        }
