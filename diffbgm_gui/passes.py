"""A quick pass and the full one as one run: what the engine says of both, as of one task."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from diffbgm_gui.run_state import DraftBegun, StudioEvent
from engine import FinishReason, RunFinished, RunStarted, Stage, StageProgressed, StageStarted
from engine.events import StageFinished

Emit = Callable[[StudioEvent], None]


@dataclass(slots=True)
class Passes:
    """Passes events on, with the denoising steps of both passes counted together; the bar never goes back.

    Attributes:
        n_draft, n_full: denoising steps of either.
    """

    emit: Emit
    n_draft: int
    n_full: int
    began_s: float = 0.0

    def draft(self, event: StudioEvent) -> None:
        """What is said of the quick pass; that it is done is no end."""
        match event:
            case RunFinished(reason=FinishReason.COMPLETED) | StageFinished(stage=Stage.DENOISE):
                return
            case StageStarted(stage=Stage.DENOISE):
                self.began_s = time.monotonic()
                self.emit(replace(event, total=float(self.n_draft + self.n_full)))
                self.emit(DraftBegun())
            case StageProgressed(stage=Stage.DENOISE):
                self._progress(event.done)
            case _:
                self.emit(event)

    def full(self, event: StudioEvent) -> None:
        """What is said of the full pass; its beginnings are repeats."""
        match event:
            case RunStarted() | StageStarted() | StageFinished():
                return
            case StageProgressed(stage=Stage.DENOISE):
                self._progress(self.n_draft + event.done)
            case StageProgressed():
                return
            case _:
                self.emit(event)

    def _progress(self, done: float) -> None:
        total = float(self.n_draft + self.n_full)
        spent_s = time.monotonic() - self.began_s
        self.emit(StageProgressed(Stage.DENOISE, done, total, spent_s * (total - done) / done if done else None))
