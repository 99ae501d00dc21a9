"""Sampling in a circle."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from engine.diffusion.looping import LoopedComposer, loop_notes
from engine.diffusion.noise import NoiseSource
from engine.diffusion.sampling import sample
from engine.music.controls import Conditions
from engine.settings import GenerationSettings
from tests.helpers.tiny_model import random_conditions, tiny_model

SETTINGS = GenerationSettings(seed=3, steps=3, ending="loop")


def canvas(rows: Conditions, x: torch.Tensor, n_beats: int) -> torch.Tensor:
    predictor = LoopedComposer(tiny_model(), n_beats).predictor(rows, SETTINGS, stride_beats=16)
    return predictor.predict_v(x, 300, None)


def test_a_loop_turned_round_gives_the_same_turned_round():
    n_beats = 48
    rows, x = random_conditions(n_beats), torch.randn(n_beats, 12)
    turned = Conditions(*(np.roll(part, -16, 0) for part in (rows.dynamic, rows.semantic, rows.plan)))
    here, there = canvas(rows, x, n_beats), canvas(turned, x.roll(-16, 0), n_beats)
    torch.testing.assert_close(here.roll(-16, 0), there, atol=1e-4, rtol=1e-4)


def test_any_number_of_beats_can_loop():
    for n_beats in (1, 4, 20, 37, 64):
        model = LoopedComposer(tiny_model(), n_beats)
        noise = NoiseSource.for_bars(3, [("a", i) for i in range(-(-n_beats // 4))], n_beats=n_beats)
        *_, last = sample(model, random_conditions(n_beats), SETTINGS, noise)
        assert last.x0_hat.shape == (n_beats, 12)
        notes = loop_notes(tiny_model(), last.x0_hat, n_beats)
        assert all(0 <= note.onset < 4 * n_beats for note in notes)


def test_what_the_end_is_like_reaches_the_beginning():
    n_beats = 48
    rows, x = random_conditions(n_beats), torch.randn(n_beats, 12)
    changed = rows.dynamic.copy()
    changed[-1] += 3
    before, after = canvas(rows, x, n_beats), canvas(replace(rows, dynamic=changed), x, n_beats)
    assert not torch.allclose(before[0], after[0], atol=1e-5)
