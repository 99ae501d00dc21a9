"""Locks in latent space: what is given of a canvas, and a pull towards locked cells that are finer than a latent.

The canvas of the paper's network holds the cells themselves, so that its locks are exact.

A latent holds one voice of one beat. Where the whole of it is locked its encoding is put back at every step (`Known`);
where only some of its cells are locked (a pitch band, a lasso) the estimate is moved down the gradient of the decoder's
cross-entropy on those cells.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from engine.diffusion.autoencoder import CELLS, LOWEST_KEY, N_KEYS, pack_notes
from engine.diffusion.composer import Composer
from engine.diffusion.model import CompactModel
from engine.diffusion.paper_model import PaperModel
from engine.diffusion.sampling import Known, Shaper
from engine.errors import InputError
from engine.music.notes import N_VOICES, NoteTable
from engine.timebase import STEPS_PER_BEAT

PULL_STEPS: Final = 3
PULL_RATE: Final = 0.35
"""Length of one step of the pull, per latent that is pulled, in the latents' unit of deviation."""
SILENT_WEIGHT: Final = 0.05
"""A locked cell without a note counts this much against one with a note: notes there are taken out afterwards."""


def constraints(model: Composer, locked: NoteTable, free: NDArray[np.bool_]) -> tuple[Known | None, Shaper | None]:
    """What locked notes give of a canvas, and the pull towards those that share a latent with free cells.

    Both are None where nothing is locked.

    Args:
        locked: notes that stay, onsets from the canvas' beginning.
        free: cells that may change, bool `[V, N, 128]`; N a whole number of beats.

    Raises:
        InputError: for a model whose canvas cannot be locked.
    """
    if free.all():
        return None, None
    if isinstance(model, PaperModel):
        return Known(*model.known_cells(locked, free)), None
    if not isinstance(model, CompactModel):
        raise InputError("This model writes whole pieces only.", "Re-roll with the model that comes with the program.")
    known = known_canvas(model, locked, free)
    return known if bool(known.mask.any()) else None, lock_shaper(model, locked, free)


def known_canvas(model: CompactModel, locked: NoteTable, free: NDArray[np.bool_]) -> Known:
    """What locked notes give of a canvas.

    Args:
        locked: notes that stay, onsets from the canvas' beginning.
        free: cells that may change, bool `[V, N, 128]`; N a whole number of beats.
    """
    n_beats = free.shape[1] // STEPS_PER_BEAT
    by_latent: NDArray[np.bool_] = np.any(free.reshape(N_VOICES, n_beats, -1), axis=2)
    mask = torch.zeros(n_beats, model.width, dtype=torch.bool)
    for voice, part in enumerate(model.config.autoencoder.voice_slices()):
        mask[:, part] = torch.from_numpy(~by_latent[voice])[:, None]
    return Known(model.encode(locked, n_beats), mask)


def lock_shaper(model: CompactModel, locked: NoteTable, free: NDArray[np.bool_]) -> Shaper | None:
    """A pull towards locked notes in latents that are only partly locked; None where there is no such latent."""
    weights = _weights(locked, free)
    if not bool(weights.any()):
        return None
    target = pack_notes(locked, free.shape[1] // STEPS_PER_BEAT).float()[..., : 2 * CELLS].to(model.device)
    weights = weights.to(model.device)

    def shape(x0_hat: Tensor, _timestep: int) -> Tensor:
        z = x0_hat.clone().to(model.device)
        for _ in range(PULL_STEPS):
            z = z - PULL_RATE * _direction(model, z, target, weights)
        return z.cpu()

    return shape


def _direction(model: CompactModel, z: Tensor, target: Tensor, weights: Tensor) -> Tensor:
    """The gradient of the locked cells' cross-entropy, each beat's at most of unit length."""
    with torch.enable_grad():
        moving = z.detach().requires_grad_(True)
        logits = model.autoencoder.decode_packed(moving[None])[:, 0, :, : 2 * CELLS]
        loss = (binary_cross_entropy_with_logits(logits, target, reduction="none") * weights).sum()
        (gradient,) = torch.autograd.grad(loss, moving)
    step: Tensor = gradient / gradient.norm(dim=1, keepdim=True).clamp_min(1.0)
    return step


def _weights(locked: NoteTable, free: NDArray[np.bool_]) -> Tensor:
    """How much each packed cell counts, f32 `[V, T, 2 * CELLS]`: 0 in free cells and in wholly locked latents."""
    n_beats = free.shape[1] // STEPS_PER_BEAT
    partly: NDArray[np.bool_] = np.any(free.reshape(N_VOICES, n_beats, -1), axis=2)
    weights = torch.zeros(N_VOICES, n_beats, 2, STEPS_PER_BEAT, N_KEYS)
    for voice in range(N_VOICES):
        low = LOWEST_KEY[voice]
        closed = ~free[voice, :, low : low + N_KEYS].reshape(n_beats, 1, STEPS_PER_BEAT, N_KEYS)
        weights[voice] = torch.from_numpy(closed & partly[voice][:, None, None, None]).float()
    packed = pack_notes(locked, n_beats).float()[..., : 2 * CELLS]
    weights = weights.reshape(N_VOICES, n_beats, 2 * CELLS)
    return torch.where(packed > 0, weights, weights * SILENT_WEIGHT)
