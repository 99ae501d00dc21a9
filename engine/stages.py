"""Telling an observer how a run goes: its stages, their progress, the time left; and what each stage took."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from engine.cancel import NEVER, CancelToken
from engine.errors import RunCancelled
from engine.events import Event, Observer, Report, Stage, StageFinished, StageProgressed, StageStarted, ignore

logger = logging.getLogger(__name__)

_PROGRESS_INTERVAL_S: Final = 0.05
_USUAL_STEPS: Final = 24

STAGE_COST_S: Final = {
    Stage.PROBE: 0.1,
    Stage.ANALYSE: 0.04,
    Stage.CONDITIONS: 0.5,
    Stage.DENOISE: 0.08,
    Stage.SCORE: 0.2,
    Stage.SYNTH: 0.05,
    Stage.MUX: 0.03,
}
"""Rough seconds of each stage: of ANALYSE, DENOISE, SYNTH and MUX per second of video, of the others once. Only the
estimate of the time left uses them, scaled by what the run has shown so far."""

_PER_SECOND: Final = (Stage.ANALYSE, Stage.DENOISE, Stage.SYNTH, Stage.MUX)


class Reporter:
    """Passes events on; an observer that raises is logged and heard no more."""

    def __init__(self, observer: Observer = ignore) -> None:
        self._observer = observer

    def __call__(self, event: Event) -> None:
        """Send one event."""
        try:
            self._observer(event)
        except RunCancelled:
            raise
        except Exception:
            logger.exception("the observer failed and is disconnected")
            self._observer = ignore


class Stages:
    """The stages of one run.

    Attributes:
        tell: sends events; cancel: checked at every report.
        duration_s: length of the film, once it is known; until then no time left is told.
        timings: seconds that each finished stage took.

    Args:
        denoise_steps: steps of the sampler, for the estimate of the time left.
    """

    def __init__(self, tell: Reporter, cancel: CancelToken = NEVER, *, denoise_steps: int = _USUAL_STEPS) -> None:
        self.tell, self.cancel = tell, cancel
        self.duration_s = 0.0
        self.timings: dict[str, float] = {}
        self._denoise_steps = denoise_steps

    @contextmanager
    def stage(self, stage: Stage, total: float, unit: str) -> Iterator[Report]:
        """Begin a stage; the block gets the function that reports its progress."""
        self.cancel.raise_if_cancelled()
        self.tell(StageStarted(stage, total, unit))
        began = time.monotonic()
        last = [0.0]

        def report(done: float, of: float) -> None:
            self.cancel.raise_if_cancelled()
            now = time.monotonic()
            if now - last[0] >= _PROGRESS_INTERVAL_S or done >= of:
                last[0] = now
                self.tell(StageProgressed(stage, done, of, self._eta(stage, done / of if of else 1.0, now - began)))

        yield report
        seconds = time.monotonic() - began
        self.timings[stage.value] = seconds
        self.tell(StageFinished(stage, seconds))

    def _cost(self, stage: Stage) -> float:
        scale = self.duration_s if stage in _PER_SECOND else 1.0
        steps = self._denoise_steps / _USUAL_STEPS if stage is Stage.DENOISE else 1.0
        return STAGE_COST_S[stage] * scale * steps

    def _eta(self, stage: Stage, share: float, spent: float) -> float | None:
        """Seconds left in the run: this stage by its own pace, later ones by the table scaled to that pace."""
        if share <= 0.02 or self.duration_s <= 0:
            return None
        here = spent / share
        pace = min(4.0, max(0.25, here / max(1e-3, self._cost(stage))))
        order = list(Stage)
        later = sum(self._cost(s) for s in order[order.index(stage) + 1 :])
        return max(0.0, here - spent) + later * pace
