"""Joint sampling of a whole piece.

The piece is one canvas of latents. At each step all windows (8 bars, half overlapping) are predicted in one batch and
their overlap is averaged with weights that fall towards window edges, so the piece has no seams (MultiDiffusion,
Bar-Tal et al. 2023); the cost is linear in length. Samplers are generators of `DenoiseStep`: preview, progress,
cancel and fork come from that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import torch
from torch import Tensor

from engine.cancel import NEVER, CancelToken
from engine.diffusion.composer import Composer, Rows, stride_for
from engine.diffusion.denoiser import WindowConditions
from engine.diffusion.model import CompactModel
from engine.diffusion.noise import INITIAL, NoiseSource
from engine.diffusion.schedule import N_TIMESTEPS, paper_t_to_timestep
from engine.music.controls import Conditions
from engine.settings import GenerationSettings, SamplerName
from engine.timebase import BEATS_PER_WINDOW

if TYPE_CHECKING:
    from diffusers import SchedulerMixin

STRIDE_BEATS: Final = BEATS_PER_WINDOW // 2
_WINDOWS_AT_ONCE: Final = 16
"""Windows in one forward pass: enough to keep the cores busy, few enough to notice a cancel at once."""


Shaper: TypeAlias = Callable[[Tensor, int], Tensor]
"""`shape(x0_hat [T, D], timestep) -> x0_hat`: moves the estimate of a step before the sampler uses it."""


@dataclass(frozen=True, slots=True, eq=False)
class DenoiseStep:
    """One step of sampling, after it was taken.

    Attributes:
        index, total: number of the step from 0, and how many there are.
        timestep: where the prediction was made, 0..999.
        x_t: the canvas after the step, f32 `[T, D]` on the CPU.
        x0_hat: the estimate of the clean canvas that the step used, `[T, D]`.
        v: the prediction that the step used, `[T, D]`; a list of them repeats the run.
    """

    index: int
    total: int
    timestep: int
    x_t: Tensor
    x0_hat: Tensor
    v: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """Part of a canvas that is given: its estimate is replaced at every step, so what is sampled joins it.

    Attributes:
        latents: f32 `[T, D]`.
        mask: bool `[T, D]`, True where given.
    """

    latents: Tensor
    mask: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Restart:
    """Where a run leaves an earlier one.

    Attributes:
        v: the predictions of the earlier run, one a step, `[T, D]` each; they are used instead of the network's.
        noise: None to go on from there as the earlier run would; else the canvas is renoised once, to the level
            reached, with this source's noise: the estimate so far stays, its details are drawn anew.
    """

    v: Sequence[Tensor] = ()
    noise: NoiseSource | None = None


def padded_beats(n_beats: int, stride_beats: int = STRIDE_BEATS) -> int:
    """The canvas length for a piece: at least a window, and whole strides."""
    over = max(0, n_beats - BEATS_PER_WINDOW)
    return BEATS_PER_WINDOW + -(-over // stride_beats) * stride_beats


def window_starts(n_beats: int, stride_beats: int = STRIDE_BEATS) -> list[int]:
    """First beats of the windows that cover a canvas."""
    return list(range(0, n_beats - BEATS_PER_WINDOW + 1, stride_beats))


def blend_weights(n_beats: int, stride_beats: int = STRIDE_BEATS) -> Tensor:
    """How much each window counts for each beat, `[windows, T]`, columns summing to 1."""
    starts = window_starts(n_beats, stride_beats)
    ramp = torch.arange(1, BEATS_PER_WINDOW // 2 + 1, dtype=torch.float32)
    shape = torch.cat((ramp, ramp.flip(0)))
    weights = torch.zeros(len(starts), n_beats)
    for row, start in enumerate(starts):
        weights[row, start : start + BEATS_PER_WINDOW] = shape
    return weights / weights.sum(0)


class JointPredictor:
    """Predicts x0 of a canvas: conditions, windows and guidance in one place.

    Guidance is per signal (section 4.5 has one): with v_0 for no condition, v_p for the plan alone and v for both,
    `v_0 + plan_guidance (v_p - v_0) + guidance (v - v_p)`.
    """

    def __init__(
        self,
        model: CompactModel,
        conditions: Conditions,
        settings: GenerationSettings,
        *,
        stride_beats: int = STRIDE_BEATS,
        cancel: CancelToken = NEVER,
    ) -> None:
        self.model, self.settings, self.cancel = model, settings, cancel
        self.n_beats = padded_beats(conditions.n_beats, stride_beats)
        self.starts = window_starts(self.n_beats, stride_beats)
        self.weights = blend_weights(self.n_beats, stride_beats)
        self.rows = self._window_rows(conditions)
        self.t0 = paper_t_to_timestep(settings.t0, model.config.settled)

    def _window_rows(self, conditions: Conditions) -> tuple[Tensor, Tensor, Tensor]:
        dynamic, semantic = self.model.config.statistics.standardise(
            torch.from_numpy(conditions.dynamic), torch.from_numpy(conditions.semantic)
        )
        plan = torch.from_numpy(conditions.plan)
        return (
            self._windows(_extend(dynamic, self.n_beats)),
            self._windows(_extend(semantic, self.n_beats)),
            (self._windows(_extend(plan, self.n_beats))),
        )

    def _windows(self, canvas: Tensor) -> Tensor:
        """`[T, ...]` -> `[windows, 32, ...]`."""
        return torch.stack([canvas[s : s + BEATS_PER_WINDOW] for s in self.starts])

    def _branches(self) -> list[tuple[bool, bool, float]]:
        """(picture known, plan known, weight) of each prediction that counts."""
        g, p = self.settings.guidance, self.settings.plan_guidance
        branches = [(False, False, 1 - p), (False, True, p - g), (True, True, g)]
        return [branch for branch in branches if abs(branch[2]) > 1e-9]

    @torch.inference_mode()
    def predict_v(self, x_t: Tensor, timestep: int, previous: Tensor | None) -> Tensor:
        """Guided v of the canvas `[T, D]`."""
        windows = self._windows(x_t)
        seen = None if previous is None else self._windows(previous)
        v = torch.zeros_like(windows)
        for picture, plan, weight in self._branches():
            for first in range(0, len(windows), _WINDOWS_AT_ONCE):
                self.cancel.raise_if_cancelled()
                part = slice(first, first + _WINDOWS_AT_ONCE)
                v[part] += weight * self._forward(windows, timestep, seen, part, picture=picture, plan=plan)
        out = torch.zeros_like(x_t)
        for row, start in enumerate(self.starts):
            span = slice(start, start + BEATS_PER_WINDOW)
            out[span] += self.weights[row, span, None] * v[row]
        return out

    def _forward(
        self, windows: Tensor, timestep: int, seen: Tensor | None, part: slice, *, picture: bool, plan: bool
    ) -> Tensor:
        device = self.model.device
        n = len(windows[part])
        dynamic, semantic, plan_rows = (rows[part].to(device) for rows in self.rows)
        conditions = WindowConditions(
            dynamic=dynamic,
            semantic=semantic,
            plan=plan_rows,
            picture_known=torch.full((n,), picture, device=device),
            plan_known=torch.full((n,), plan, device=device),
            t0=torch.full((n,), self.t0, device=device),
            k=torch.full((n,), self.settings.k, device=device, dtype=torch.int64),
        )
        t = torch.full((n,), timestep, device=device, dtype=torch.int64)
        previous = None if seen is None else seen[part].to(device)
        v: Tensor = self.model.denoiser(windows[part].to(device), t, conditions, previous)
        return v.cpu()


def _extend(rows: Tensor, n_beats: int) -> Tensor:
    """Repeat the last row up to `n_beats`."""
    return torch.cat((rows, rows[-1:].expand(n_beats - len(rows), *rows.shape[1:])))


FROM_NOISE: Final = Restart()


def make_scheduler(name: SamplerName, steps: int, schedule: str) -> SchedulerMixin:
    """diffusers' scheduler for v-prediction on the bundle's schedule, with timesteps set.

    DDPM is DDIM with eta = 1 (Song et al. 2021, section 4.1), which is the ancestral sampler with the posterior's
    variance for any number of steps, and takes our own noise.
    """
    from diffusers import DDIMScheduler, DPMSolverMultistepScheduler

    common: dict[str, Any] = {
        "num_train_timesteps": N_TIMESTEPS,
        "beta_start": 0.00085,
        "beta_end": 0.012,
        "beta_schedule": schedule,
        "prediction_type": "v_prediction",
        "timestep_spacing": "trailing",
    }
    if name == "dpm++":
        scheduler = DPMSolverMultistepScheduler(
            algorithm_type="dpmsolver++", solver_order=2, lower_order_final=True, final_sigmas_type="zero", **common
        )
    else:
        scheduler = DDIMScheduler(clip_sample=False, set_alpha_to_one=True, **common)
    scheduler.set_timesteps(steps)
    return scheduler


def sample(
    model: Composer,
    conditions: Rows,
    settings: GenerationSettings,
    noise: NoiseSource,
    *,
    stride_beats: int | None = None,
    known: Known | None = None,
    shape: Shaper | None = None,
    restart: Restart = FROM_NOISE,
    cancel: CancelToken = NEVER,
) -> Iterator[DenoiseStep]:
    """Denoise a piece from noise, step by step.

    Args:
        conditions: rows of the whole piece, at least one beat.
        settings: t0, k, steps, sampler and guidance are used.
        noise: for `padded_beats(conditions.n_beats, stride_beats) / 4` bars.
        stride_beats: distance of windows; 32 makes them independent of each other; None as settings and model have it.
        known: what is given of the canvas.
        shape: moves the estimate of each step.
        restart: an earlier run to follow for some steps. With its settings unchanged the whole run is repeated exactly.
        cancel: checked between forward passes.
    """
    stride_beats = stride_for(model, settings) if stride_beats is None else stride_beats
    predictor = model.predictor(conditions, settings, stride_beats=stride_beats, cancel=cancel)
    scheduler = model.scheduler(settings)
    width = model.width
    x_t, x0_hat = noise.draw(INITIAL, width) * float(scheduler.init_noise_sigma), None
    timesteps = [int(t) for t in scheduler.timesteps]
    for index, t in enumerate(timesteps):
        alpha, sigma = scheduler.alphas_cumprod[t].sqrt(), (1 - scheduler.alphas_cumprod[t]).sqrt()
        if index < len(restart.v):
            v = restart.v[index]
        else:
            if index == len(restart.v) and restart.noise is not None and x0_hat is not None:
                x_t = alpha * x0_hat + sigma * restart.noise.draw(INITIAL, width)
            v = predictor.predict_v(x_t, t, x0_hat)
            if known is not None or shape is not None:
                wanted = _constrained(alpha * x_t - sigma * v, t, known, shape)
                v = (alpha * x_t - wanted) / sigma
        x0_hat = alpha * x_t - sigma * v
        extra: dict[str, Any] = {}
        if settings.sampler == "ddpm":
            extra = {"eta": 1.0, "variance_noise": noise.draw(index, width)}
        x_t = scheduler.step(v, t, x_t, return_dict=False, **extra)[0]
        yield DenoiseStep(index, len(timesteps), t, x_t, x0_hat, v)


def _constrained(x0_hat: Tensor, timestep: int, known: Known | None, shape: Shaper | None) -> Tensor:
    if shape is not None:
        x0_hat = shape(x0_hat, timestep)
    return x0_hat if known is None else torch.where(known.mask, known.latents, x0_hat)
