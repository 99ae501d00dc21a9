"""Events of a run as plain JSON objects, for programs: lines of `--progress json`, events of the service."""

from __future__ import annotations

from typing import Any, Final

from engine.events import (
    Event,
    RunFinished,
    RunStarted,
    Stage,
    StageFinished,
    StageProgressed,
    StageStarted,
    Warned,
)

_SHARES: Final = {
    Stage.PROBE: 0.01,
    Stage.ANALYSE: 0.18,
    Stage.CONDITIONS: 0.07,
    Stage.DENOISE: 0.35,
    Stage.SCORE: 0.03,
    Stage.SYNTH: 0.22,
    Stage.MUX: 0.14,
}
"""About how much of a run each stage is."""


class EventWriter:
    """Turns the events of one run, or of several in turn, into JSON objects.

    Every object has "event": "started" (seed), "stage" (stage, total, unit), "progress" (stage, done, total, eta_s,
    share), "stage_finished" (stage, seconds), "warning" (message) or "finished" (reason, message, hint). `eta_s` are
    the seconds left in the run, null while unknown; `share` is about how much of the run is done, 0..1, by its stages.
    It never falls, also where a run that writes files follows one that composed.
    """

    def __init__(self) -> None:
        self._share = 0.0

    def __call__(self, event: Event) -> dict[str, Any] | None:
        """An event's object; None for what is not told (previews, condition rows)."""
        match event:
            case RunStarted(seed=seed):
                if self._share > 1 - _SHARES[Stage.MUX]:  # the last one was complete
                    self._share = 0.0
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
        order = list(Stage)
        before = sum(_SHARES[stage] for stage in order[: order.index(event.stage)])
        here = min(1.0, event.done / event.total) if event.total else 0.0
        self._share = max(self._share, before + _SHARES[event.stage] * here)
        return {
            "event": "progress",
            "stage": event.stage.value,
            "done": float(event.done),
            "total": float(event.total),
            "eta_s": None if event.eta_s is None else round(event.eta_s, 2),
            "share": round(self._share, 4),
        }
