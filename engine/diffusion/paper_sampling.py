"""Sampling with the paper's network: conditions, windows and guidance, and the published loop over all timesteps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import torch
from torch import Tensor

from engine.cancel import NEVER, CancelToken
from engine.diffusion.paper_model import PaperModel, canvas_to_roll, roll_to_canvas
from engine.diffusion.sampling import blend_weights, padded_beats, window_starts
from engine.diffusion.schedule import N_TIMESTEPS, scaled_linear_alphas_cumprod
from engine.diffusion.unet_blocks import Stage
from engine.errors import InputError
from engine.music.encoded import EncodedRows
from engine.settings import GenerationSettings
from engine.timebase import BEATS_PER_WINDOW

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WINDOWS_AT_ONCE: Final = {"cpu": 2}
_WINDOWS_AT_ONCE_ELSEWHERE: Final = 16


class PaperPredictor:
    """Predicts v of a canvas: windows, feature selection (eq. 6) and guidance in one place.

    Guidance is the published one: `e_0 + g (e - e_0)` with e_0 for a condition whose every value is -1; g = 1 asks
    once, g = 0 without the condition. The network was not trained on the null condition (design of the published code),
    so a large g amplifies a difference that it never learnt; it is what the published command does.

    Beats after the end of the piece have rows of zeros, as the published data has them.
    """

    def __init__(
        self,
        model: PaperModel,
        rows: EncodedRows,
        settings: GenerationSettings,
        *,
        stride_beats: int = BEATS_PER_WINDOW,
        cancel: CancelToken = NEVER,
    ) -> None:
        network = model.config.network
        found, expected = (
            (rows.semantic.shape[1], rows.dynamic.shape[1]),
            (network.semantic_width, network.dynamic_width),
        )
        if found != expected:
            raise InputError(
                "The encoders give rows of {dynamic} and {semantic} numbers, the bundle expects {asked_dynamic} and "
                "{asked_semantic}.",
                "Use encoders of the kind that the bundle names in its config.json.",
                dynamic=found[0],
                semantic=found[1],
                asked_dynamic=expected[0],
                asked_semantic=expected[1],
            )
        self.model, self.settings, self.cancel = model, settings, cancel
        self.n_beats = padded_beats(rows.n_beats, stride_beats)
        self.starts = window_starts(self.n_beats, stride_beats)
        self.weights = blend_weights(self.n_beats, stride_beats)
        self.semantic = self._windows(_padded(rows.semantic, self.n_beats))
        self.dynamic = self._windows(_padded(rows.dynamic, self.n_beats))
        self.abar = scaled_linear_alphas_cumprod()

    def _windows(self, canvas: Tensor) -> Tensor:
        """`[T, W]` -> `[windows, 32, W]`."""
        return torch.stack([canvas[s : s + BEATS_PER_WINDOW] for s in self.starts])

    @torch.inference_mode()
    def predict_v(self, x_t: Tensor, timestep: int, previous: Tensor | None) -> Tensor:
        """Guided v of the canvas `[T, 1024]`. `previous` is not used: the network looks at x_t alone."""
        noise = self.predict_noise(x_t, timestep)
        alpha, sigma = self.abar[timestep] ** 0.5, (1 - self.abar[timestep]) ** 0.5
        v: Tensor = (noise - sigma * x_t) / alpha
        return v

    @torch.inference_mode()
    def predict_noise(self, x_t: Tensor, timestep: int) -> Tensor:
        """Guided epsilon of the canvas `[T, 1024]`, overlaps averaged."""
        windows = canvas_to_roll(self._windows(x_t))
        noise = torch.zeros_like(windows)
        at_once = _WINDOWS_AT_ONCE.get(self.model.device.type, _WINDOWS_AT_ONCE_ELSEWHERE)
        with self._noticing_cancel():
            for null, weight in self._branches():
                for first in range(0, len(windows), at_once):
                    part = slice(first, first + at_once)
                    noise[part] += weight * self._forward(windows[part], timestep, part, null=null)
        out = torch.zeros_like(x_t)
        for row, (start, rows) in enumerate(zip(self.starts, roll_to_canvas(noise), strict=True)):
            span = slice(start, start + BEATS_PER_WINDOW)
            out[span] += self.weights[row, span, None] * rows
        return out

    def _branches(self) -> list[tuple[bool, float]]:
        """(whether the condition is null, weight) of each prediction that counts."""
        g = self.settings.guidance
        return [branch for branch in ((True, 1 - g), (False, g)) if abs(branch[1]) > 1e-9]

    def _forward(self, roll: Tensor, timestep: int, part: slice, *, null: bool) -> Tensor:
        device = self.model.device
        noise: Tensor = self.model.network(
            roll.to(device),
            torch.full((len(roll),), timestep, device=device, dtype=torch.int64),
            self.semantic[part].to(device),
            self.dynamic[part].to(device),
            t0=float(self.settings.t0),
            k=self.settings.k,
            null_mask=torch.full((len(roll), 2), null, device=device),
        )
        return noise.cpu()

    @contextmanager
    def _noticing_cancel(self) -> Iterator[None]:
        """Look at `cancel` before each block of the network: a forward pass on a processor takes seconds."""

        def check(*_: Any) -> None:
            self.cancel.raise_if_cancelled()

        stages = [module for module in self.model.network.modules() if isinstance(module, Stage)]
        handles = [stage.register_forward_pre_hook(check) for stage in stages]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()


def _padded(rows: NDArray[np.float32], n_beats: int) -> Tensor:
    out = torch.zeros(n_beats, rows.shape[1])
    out[: len(rows)] = torch.from_numpy(rows)
    return out


class PublishedLoop:
    """The published sampling: every timestep from 998 down to 0 with the posterior of Ho et al. 2020, eq. 6 and 7.

    As the authors' command has it, the starting noise is an empty roll diffused to timestep 999, sqrt(1 - abar_999) z,
    and the first prediction is made for timestep 998. The variance is the posterior's; the last step adds no noise.
    It takes the place of a diffusers scheduler for v-prediction.
    """

    config: Final = SimpleNamespace(prediction_type="v_prediction", num_train_timesteps=N_TIMESTEPS)

    def __init__(self) -> None:
        abar = scaled_linear_alphas_cumprod()
        before = np.concatenate([[1.0], abar[:-1]])
        alpha = abar / before
        self.alphas_cumprod = torch.from_numpy(abar).float()
        self.timesteps = torch.arange(N_TIMESTEPS - 2, -1, -1)
        self.init_noise_sigma = float((1 - abar[-1]) ** 0.5)
        self._abar = abar
        self._of_x0 = before**0.5 * (1 - alpha) / (1 - abar)
        self._of_x_t = alpha**0.5 * (1 - before) / (1 - abar)
        self._deviation = ((1 - before) / (1 - abar) * (1 - alpha)) ** 0.5

    def step(self, model_output: Any, timestep: Any, sample: Any, **options: Any) -> Any:
        """x_{t-1}, in a tuple, from v and x_t with the noise `variance_noise`; other options are those of diffusers'
        schedulers and change nothing here.
        """
        t = int(timestep)
        x0 = self._abar[t] ** 0.5 * sample - (1 - self._abar[t]) ** 0.5 * model_output
        mean = self._of_x0[t] * x0 + self._of_x_t[t] * sample
        return (mean + self._deviation[t] * options["variance_noise"],)
