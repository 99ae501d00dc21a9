"""Music for given windows: what evaluation listens to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.diffusion.composer import Composer
from engine.diffusion.noise import NoiseSource
from engine.diffusion.sampling import sample
from engine.music.controls import HIT_COLUMNS, Conditions
from engine.music.notes import Note, NoteTable, roll_to_notes
from engine.settings import GenerationSettings
from engine.timebase import BARS_PER_WINDOW, BEATS_PER_WINDOW, STEPS_PER_WINDOW
from training.data.windows import WindowSet

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, eq=False)
class GeneratedWindow:
    """Notes written for a window's conditions, and the window's own."""

    notes: tuple[Note, ...]
    real: tuple[Note, ...]
    conditions: Conditions


def real_notes(windows: WindowSet, number: int) -> tuple[Note, ...]:
    """Notes that start in a window, cut at its end."""
    corpus = windows.corpus
    song, beat = windows.windows[number]
    table = corpus.notes(int(song))
    onset = table.onset - int(beat) * 4
    inside = (onset >= 0) & (onset < STEPS_PER_WINDOW)
    length = np.minimum(table.duration, STEPS_PER_WINDOW - onset)
    columns = (onset, table.voice, table.pitch, length, table.velocity)
    return NoteTable(*(c[inside].astype(np.int32) for c in columns)).to_notes()


def window_conditions(windows: WindowSet, index: NDArray[np.int64]) -> Conditions:
    """Rows of several windows, end to end, without hit requests."""
    batch = windows.batch(index, np.zeros(len(index), np.int64))
    dynamic = batch.dynamic.clone()
    dynamic[..., HIT_COLUMNS] = 0
    flat = (rows.flatten(0, 1).numpy() for rows in (dynamic, batch.semantic, batch.plan))
    return Conditions(*flat)


def generate(
    model: Composer,
    windows: WindowSet,
    index: NDArray[np.int64],
    settings: GenerationSettings,
    *,
    change: Callable[[Conditions], Conditions] = lambda conditions: conditions,
    progress: Progress = lambda done, total: None,
    at_once: int = 32,
) -> list[GeneratedWindow]:
    """Write each window independently, from its own conditions (through `change`) and its own noise.

    `settings.seed` must be set; window i of the list draws the noise of (seed, "window i").
    """
    assert settings.seed is not None
    out: list[GeneratedWindow] = []
    for first in range(0, len(index), at_once):
        part = index[first : first + at_once]
        conditions = change(window_conditions(windows, part))
        names = [(f"window {first + i}", bar) for i in range(len(part)) for bar in range(BARS_PER_WINDOW)]
        noise = NoiseSource.for_bars(settings.seed, names)
        *_, last = sample(model, conditions, settings, noise, stride_beats=BEATS_PER_WINDOW)
        for i, latents in enumerate(last.x0_hat.split(BEATS_PER_WINDOW)):
            rows = slice(i * BEATS_PER_WINDOW, (i + 1) * BEATS_PER_WINDOW)
            own = Conditions(conditions.dynamic[rows], conditions.semantic[rows], conditions.plan[rows])
            notes = roll_to_notes(model.decode(latents))
            out.append(GeneratedWindow(notes, real_notes(windows, int(part[i])), own))
        progress(len(out), len(index))
    return out


def spread(windows: WindowSet, n: int) -> NDArray[np.int64]:
    """`n` windows spread evenly over the songs."""
    return np.linspace(0, len(windows) - 1, min(n, len(windows))).astype(np.int64)
