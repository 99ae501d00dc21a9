"""Noise schedules, and the paper's timestep scale on which t0 is given.

t0 of the user is always on the paper's scale: 0..1000 on the scaled-linear schedule over {0, 1} rolls. There, a note
and no note are 1 apart, so at timestep t the noise is r(t) = sqrt(1 - abar) / sqrt(abar) of that distance, and a single
cell can be told from its opposite with a probability of Phi(1 / (2 r)). We call s(t) = 2 Phi(1 / (2 r)) - 1 the
**settled share**: 0 for pure noise, 1 when all is decided; t0 = 200 has 0.62. A bundle holds a measured table of the
share of final notes that are already in the decoded estimate at each timestep of its own schedule; the engine
converts by equal settled share.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

N_TIMESTEPS: Final = 1000
PAPER_BETA_START: Final = 0.00085
PAPER_BETA_END: Final = 0.012

F64 = NDArray[np.float64]


def scaled_linear_alphas_cumprod() -> F64:
    """abar of the paper's schedule (section 4.1; diffusers' `scaled_linear`), `[1000]`."""
    betas = np.linspace(math.sqrt(PAPER_BETA_START), math.sqrt(PAPER_BETA_END), N_TIMESTEPS) ** 2
    return np.asarray(np.cumprod(1 - betas))


def cosine_alphas_cumprod() -> F64:
    """abar of the cosine schedule (Nichol & Dhariwal 2021, eq. 17; diffusers' `squaredcos_cap_v2`), `[1000]`."""
    edges = np.cos((np.arange(N_TIMESTEPS + 1) / N_TIMESTEPS + 0.008) / 1.008 * math.pi / 2) ** 2
    betas = np.minimum(1 - edges[1:] / edges[:-1], 0.999)
    return np.asarray(np.cumprod(1 - betas))


SCHEDULES: Final = {"scaled_linear": scaled_linear_alphas_cumprod, "squaredcos_cap_v2": cosine_alphas_cumprod}


def paper_settled_share() -> F64:
    """s(t) of the paper's schedule for t = 0..1000, non-increasing, `[1001]`.

    t is the published code's index of a timestep; 0 is clean data here, and 1000 the last index once more.
    """
    abar = scaled_linear_alphas_cumprod()
    abar = np.concatenate([[1.0], abar[1:], abar[-1:]])
    ratio = np.sqrt(np.maximum(1 - abar, 1e-12) / abar)
    return np.array([math.erf(1 / (2 * math.sqrt(2) * r)) for r in ratio])


def paper_t_to_timestep(paper_t: float, settled: Sequence[float]) -> float:
    """The bundle's timestep at which as much is settled as at `paper_t` on the paper's scale.

    Args:
        paper_t: 0..1000.
        settled: share of final notes settled at timesteps 0..999 of the bundle, non-increasing, `[1000]`.

    Returns:
        -1 for paper_t = 0 (the dynamic condition is never used), up to 999.
    """
    if paper_t <= 0:
        return -1.0
    if paper_t >= N_TIMESTEPS:
        return float(N_TIMESTEPS - 1)
    share = float(np.interp(paper_t, np.arange(N_TIMESTEPS + 1), paper_settled_share()))
    rising = np.asarray(settled, np.float64)[::-1]
    return float(np.interp(share, rising, np.arange(N_TIMESTEPS)[::-1]))


def timestep_to_paper_t(timestep: float, settled: Sequence[float]) -> float:
    """Inverse of `paper_t_to_timestep`, for drawing steps on the paper's scale."""
    share = float(np.interp(timestep, np.arange(N_TIMESTEPS), settled))
    return float(np.interp(share, paper_settled_share()[::-1], np.arange(N_TIMESTEPS + 1)[::-1]))
