"""Schedules, and t0 on the paper's scale."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.diffusion.schedule import (
    cosine_alphas_cumprod,
    paper_settled_share,
    paper_t_to_timestep,
    scaled_linear_alphas_cumprod,
    timestep_to_paper_t,
)


@pytest.mark.parametrize(
    ("name", "ours"),
    [("scaled_linear", scaled_linear_alphas_cumprod), ("squaredcos_cap_v2", cosine_alphas_cumprod)],
)
def test_schedules_equal_diffusers(name: str, ours: object) -> None:
    from diffusers import DDPMScheduler

    theirs = DDPMScheduler(beta_schedule=name, beta_start=0.00085, beta_end=0.012).alphas_cumprod
    assert callable(ours)
    assert torch.allclose(torch.from_numpy(ours()).float(), theirs, atol=2e-6)


def test_paper_scale_at_its_known_point() -> None:
    abar = scaled_linear_alphas_cumprod()[200]
    assert np.sqrt((1 - abar) / abar) == pytest.approx(0.572, abs=0.002)
    assert paper_settled_share()[200] == pytest.approx(0.618, abs=0.001)
    assert abar > scaled_linear_alphas_cumprod()[-1] == pytest.approx(0.00466, abs=1e-4)


def test_t0_converts_by_settled_share_and_back() -> None:
    settled = np.linspace(1, 0, 1000).tolist()
    assert paper_t_to_timestep(0, settled) == -1
    assert paper_t_to_timestep(1000, settled) == 999
    timesteps = [paper_t_to_timestep(t, settled) for t in range(0, 1001, 50)]
    assert timesteps == sorted(timesteps)
    assert timestep_to_paper_t(paper_t_to_timestep(200, settled), settled) == pytest.approx(200, abs=3)
