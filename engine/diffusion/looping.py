"""Sampling in a circle: the last windows reach into the first bars, so that a piece flows from its end into its
beginning.

The canvas stays as long as the piece. For each prediction it is unrolled with half a window of its end before it and of
its beginning after it; windows then cover both joins with the same beats that lie there, and their middle is taken.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from engine.cancel import NEVER, CancelToken
from engine.diffusion.composer import Composer, ComposerConfig, Predictor, Profile, Rows, Scheduler
from engine.music.loops import LONGEST_OVER_BEATS, rolled_notes, round_trip, unrolled
from engine.music.notes import Note, NoteTable, PianoRoll, roll_to_notes
from engine.settings import GenerationSettings
from engine.timebase import BEATS_PER_WINDOW

REACH_BEATS: Final = BEATS_PER_WINDOW // 2
_DECODED_BEATS: Final = 8
"""Beats beyond either end that are decoded with a loop: more than the decoder sees."""


class LoopedComposer:
    """A model whose pieces go round; see `engine.diffusion.composer.Composer`."""

    def __init__(self, model: Composer, n_beats: int) -> None:
        self.model, self.n_beats = model, n_beats

    @property
    def config(self) -> ComposerConfig:
        return self.model.config

    @property
    def device(self) -> torch.device:
        return self.model.device

    @property
    def profile(self) -> Profile:
        return self.model.profile

    @property
    def width(self) -> int:
        return self.model.width

    @property
    def stride_beats(self) -> int:
        return self.model.stride_beats

    def encode(self, notes: NoteTable, n_beats: int) -> Tensor:
        return self.model.encode(notes, n_beats)

    def decode(self, z: Tensor) -> PianoRoll:
        return self.model.decode(z)

    def scheduler(self, settings: GenerationSettings) -> Scheduler:
        return self.model.scheduler(settings)

    def predictor(
        self, rows: Rows, settings: GenerationSettings, *, stride_beats: int, cancel: CancelToken = NEVER
    ) -> Predictor:
        """A predictor of the loop alone, whose canvas is exactly as long as the piece."""
        over = -self.n_beats % stride_beats
        beats = round_trip(self.n_beats, REACH_BEATS, REACH_BEATS + over)
        inner = self.model.predictor(unrolled(rows, beats), settings, stride_beats=stride_beats, cancel=cancel)
        return _LoopedPredictor(inner, torch.from_numpy(beats), self.n_beats)


class _LoopedPredictor:
    def __init__(self, inner: Predictor, beats: Tensor, n_beats: int) -> None:
        self.inner, self.beats, self.n_beats = inner, beats, n_beats

    def predict_v(self, x_t: Tensor, timestep: int, previous: Tensor | None) -> Tensor:
        """Guided v of the loop `[T, D]`."""
        seen = None if previous is None else previous[self.beats]
        v = self.inner.predict_v(x_t[self.beats], timestep, seen)
        return v[REACH_BEATS : REACH_BEATS + self.n_beats]


def loop_notes(model: Composer, canvas: Tensor, n_beats: int) -> tuple[Note, ...]:
    """Notes of a loop's canvas `[T, D]`; those at its end may be held over it."""
    beats = torch.from_numpy(round_trip(n_beats, _DECODED_BEATS, _DECODED_BEATS))
    notes = roll_to_notes(model.decode(canvas[beats]))
    return rolled_notes(notes, n_beats=n_beats, before=_DECODED_BEATS, longest_beats=LONGEST_OVER_BEATS)
