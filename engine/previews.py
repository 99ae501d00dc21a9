"""What an observer sees of a revision: rolls of the whole piece, with what is being written in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.cancel import NEVER, CancelToken
from engine.events import Event, PreviewReady, Report
from engine.music.notes import Note, notes_to_roll
from engine.music.take import Take
from engine.revise import Canvas, Watcher, replay
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


def step_rolls(
    bundle: Bundle, take: Take, *, noisy: bool = False, cancel: CancelToken = NEVER
) -> Iterator[PreviewReady]:
    """The steps of a take once more, as it showed them while it was made.

    Args:
        noisy: the canvas itself (x_t) instead of the estimate of what it becomes (x0).

    Raises:
        InputError: for a take without a trajectory, or of another model.
    """
    before = drawn_roll(take.notes, take.plan.n_beats)
    for step, canvas in replay(bundle, take, cancel=cancel):
        yield _preview(bundle, before, replace(step, x0_hat=step.x_t) if noisy else step, canvas)


def _preview(bundle: Bundle, before: NDArray[np.uint8], step: DenoiseStep, canvas: Canvas) -> PreviewReady:
    from engine.diffusion.schedule import timestep_to_paper_t
    from engine.pipeline import preview_roll

    roll = before.copy()
    part = preview_roll(bundle, step, canvas.n_beats)
    first = canvas.first_step
    roll[:, first : first + part.shape[1]] = part[:, : roll.shape[1] - first]
    paper_t = timestep_to_paper_t(step.timestep, bundle.config.settled)
    return PreviewReady(step.index, step.total, step.timestep, paper_t, roll)


def previewing(bundle: Bundle, take: Take, tell: Callable[[Event], None], report: Report) -> Watcher:
    """Counts steps, and tells of each as a roll of the take with the stretch that is being sampled in its place."""
    before = drawn_roll(take.notes, take.plan.n_beats)

    def watch(step: DenoiseStep, canvas: Canvas) -> None:
        tell(_preview(bundle, before, step, canvas))
        report(step.index + 1, step.total)

    return watch
