"""Joint sampling: determinism, sliders, windows, cancel."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.cancel import CancelToken
from engine.diffusion.noise import INITIAL, NoiseSource
from engine.diffusion.sampling import JointPredictor, blend_weights, padded_beats, sample, window_starts
from engine.errors import RunCancelled
from engine.settings import GenerationSettings
from tests.helpers.tiny_model import random_conditions, tiny_model

SETTINGS = GenerationSettings(seed=3, steps=4)
BARS = [("a", i) for i in range(12)]


def last_canvas(settings: GenerationSettings, n_beats: int = 48, seed: int = 3) -> torch.Tensor:
    noise = NoiseSource.for_bars(seed, BARS[: padded_beats(n_beats) // 4])
    *_, last = sample(tiny_model(), random_conditions(n_beats), settings, noise)
    return last.x0_hat


@pytest.mark.parametrize("sampler", ["ddpm", "ddim", "dpm++"])
def test_same_seed_same_canvas_other_seed_other(sampler: str) -> None:
    settings = replace(SETTINGS, sampler=sampler)
    first = last_canvas(settings)
    assert torch.equal(first, last_canvas(settings))
    assert not torch.allclose(first, last_canvas(settings, seed=4), atol=1e-3)
    assert torch.isfinite(first).all()


@pytest.mark.parametrize(
    ("name", "values"), [("t0", (0, 200, 500, 1000)), ("k", (1, 4, 8, 32)), ("guidance", (0, 1, 3))]
)
def test_every_position_of_a_slider_gives_another_result(name: str, values: tuple[int, ...]) -> None:
    canvases = [last_canvas(replace(SETTINGS, **{name: value})) for value in values]
    for i, one in enumerate(canvases):
        for other in canvases[:i]:
            assert not torch.allclose(one, other, atol=1e-4)


def test_dynamic_rows_act_only_once_t_is_at_most_t0() -> None:
    conditions = random_conditions(32)
    louder = replace(conditions, dynamic=conditions.dynamic + 1)
    noise = NoiseSource.for_bars(0, BARS[:8]).draw(INITIAL, 12)
    settings = replace(SETTINGS, t0=500)
    predictors = [JointPredictor(tiny_model(), c, settings) for c in (conditions, louder)]
    switch = predictors[0].t0
    late, early = int(switch) - 1, int(switch) + 2
    assert torch.equal(*(p.predict_v(noise, early, None) for p in predictors))
    assert not torch.allclose(*(p.predict_v(noise, late, None) for p in predictors), atol=1e-4)


def test_windows_cover_the_canvas_and_weights_sum_to_one() -> None:
    for n_beats in (1, 31, 32, 33, 48, 100, 400):
        canvas = padded_beats(n_beats)
        assert canvas >= max(32, n_beats)
        weights = blend_weights(canvas)
        assert len(weights) == len(window_starts(canvas))
        assert torch.allclose(weights.sum(0), torch.ones(canvas))


def test_independent_windows_do_not_hear_each_other() -> None:
    conditions = random_conditions(64)
    changed = replace(conditions, plan=np.concatenate([conditions.plan[:32], conditions.plan[32:] * 0]))
    noise = NoiseSource.for_bars(0, [("w", i) for i in range(16)])
    settings = replace(SETTINGS, steps=2)
    a, b = ([*sample(tiny_model(), c, settings, noise, stride_beats=32)][-1].x0_hat for c in (conditions, changed))
    assert torch.allclose(a[:32], b[:32], atol=1e-6)
    assert not torch.allclose(a[32:], b[32:], atol=1e-3)


def test_noise_belongs_to_its_bar() -> None:
    source = NoiseSource.for_bars(7, [("a", 0), ("b", 0), ("a", 1)])
    moved = NoiseSource.for_bars(7, [("b", 0), ("a", 1), ("a", 0)])
    x, y = source.draw(2, 5), moved.draw(2, 5)
    assert torch.equal(x[:4], y[8:]) and torch.equal(x[4:8], y[:4])
    assert not torch.equal(x, source.draw(3, 5))
    assert abs(float(NoiseSource.for_bars(1, [("z", i) for i in range(200)]).draw(0, 40).std()) - 1) < 0.02


def test_cancel_stops_between_forward_passes() -> None:
    token = CancelToken()
    steps = sample(tiny_model(), random_conditions(40), SETTINGS, NoiseSource.for_bars(0, BARS), cancel=token)
    next(steps)
    token.cancel()
    with pytest.raises(RunCancelled):
        next(steps)


def test_ddpm_is_the_ancestral_step() -> None:
    """Against the posterior of Ho et al. 2020, eq. 7, written out."""
    from engine.diffusion.sampling import make_scheduler

    scheduler = make_scheduler("ddpm", 1000, "squaredcos_cap_v2")
    abar = scheduler.alphas_cumprod.double()
    torch.manual_seed(0)
    x_t, v, z = (torch.randn(4, 6) for _ in range(3))
    t = 400
    x0 = abar[t].sqrt() * x_t - (1 - abar[t]).sqrt() * v
    alpha = abar[t] / abar[t - 1]
    mean = abar[t - 1].sqrt() * (1 - alpha) / (1 - abar[t]) * x0
    mean = mean + alpha.sqrt() * (1 - abar[t - 1]) / (1 - abar[t]) * x_t
    std = ((1 - abar[t - 1]) / (1 - abar[t]) * (1 - alpha)).sqrt()
    ours = scheduler.step(v, t, x_t, eta=1.0, variance_noise=z, return_dict=False)[0]
    assert torch.allclose(ours, mean + std * z, atol=1e-4)
