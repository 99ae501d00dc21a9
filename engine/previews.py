"""What an observer sees of a revision: rolls of the whole piece, with what is being written in its place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.events import Event, PreviewReady, Report
from engine.music.notes import Note, notes_to_roll
from engine.music.take import Take
from engine.revise import Canvas, Watcher
from engine.timebase import STEPS_PER_BEAT

if TYPE_CHECKING:
    from engine.diffusion.model import Bundle
    from engine.diffusion.sampling import DenoiseStep


def drawn_roll(notes: Sequence[Note], n_beats: int) -> NDArray[np.uint8]:
    """Notes as previews show them: 0 silent, 1 held, 2 struck, uint8 `[V, 4 * n_beats, 128]`."""
    roll = notes_to_roll(notes, n_beats * STEPS_PER_BEAT)
    drawn: NDArray[np.uint8] = np.maximum(roll.onset * np.uint8(2), roll.sustain)
    return drawn


def reporting(report: Report) -> Watcher:
    """Counts steps only."""

    def watch(step: DenoiseStep, _canvas: Canvas) -> None:
        report(step.index + 1, step.total)

    return watch


def previewing(bundle: Bundle, take: Take, tell: Callable[[Event], None], report: Report) -> Watcher:
    """Counts steps, and tells of each as a roll of the take with the stretch that is being sampled in its place."""
    from engine.diffusion.schedule import timestep_to_paper_t
    from engine.pipeline import preview_roll

    before = drawn_roll(take.notes, take.plan.n_beats)

    def watch(step: DenoiseStep, canvas: Canvas) -> None:
        roll = before.copy()
        part = preview_roll(bundle, step, canvas.n_beats)
        first = canvas.first_step
        roll[:, first : first + part.shape[1]] = part[:, : roll.shape[1] - first]
        paper_t = timestep_to_paper_t(step.timestep, bundle.config.settled)
        tell(PreviewReady(step.index, step.total, step.timestep, paper_t, roll))
        report(step.index + 1, step.total)

    return watch
