"""Guides: pulls on the estimate of each denoising step, through the decoder, towards what notes must do.

A guide is a `Shaper`: it moves the estimate down the gradient of a few losses on the decoder's logits. The network then
goes on from the moved estimate, so that what was asked for is composed into its surroundings, not stamped on them.
Differs from classifier guidance (Dhariwal & Nichol 2021) in that the classifier is the decoder itself, and from
reconstruction guidance (Ho et al. 2022) in that the gradient does not pass the denoiser: it costs a decode, not a step.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor
from torch.nn.functional import avg_pool1d, one_hot, pad

from engine.diffusion.autoencoder import LOWEST_KEY, N_KEYS, Decoded
from engine.diffusion.model import CompactModel
from engine.diffusion.sampling import Shaper
from engine.music.curves import ROUGHNESS
from engine.music.notes import Voice
from engine.music.wishes import FloatArray, Wishes
from engine.timebase import BEATS_PER_BAR, STEPS_PER_BEAT

FIRST_TIMESTEP: Final = 900
"""Before this there is no music yet to be pulled at."""
LAST_RECALL: Final = 300
"""From here on a returning section goes its own way: its theme is there, its details are new."""
PULLS: Final = 5
RATE: Final = 0.5
"""Length of one pull on a beat, in the latents' unit of deviation."""
HIT_MARGIN: Final = 2.0
"""Logit that the likeliest onset of a hit must reach; 0 is as likely as not."""
BASS_SHARE: Final = 0.5
_DENSITY_SLACK: Final = 0.04
_REGISTER_SLACK: Final = 0.03
_TENSION_SLACK: Final = 0.02


def guide(model: CompactModel, wishes: Wishes) -> Shaper | None:
    """A pull towards the wishes, None where nothing is wished for. Canvas and wishes begin at the same beat."""
    if wishes.is_empty:
        return None
    made: list[_Losses] = []

    def shape(x0_hat: Tensor, timestep: int) -> Tensor:
        if timestep > LAST_RECALL:
            x0_hat = _recalled(x0_hat, wishes)
        if timestep > FIRST_TIMESTEP:
            return x0_hat
        if not made:
            made.append(_Losses(model, wishes, len(x0_hat)))
        losses = made[0]
        z = x0_hat.detach().clone().to(model.device)
        for _ in range(PULLS):
            pulled = losses.pull(z)
            if pulled is None:
                break
            z = z - RATE * pulled
        return z.cpu()

    return shape


def _recalled(x0_hat: Tensor, wishes: Wishes) -> Tensor:
    """The estimate with returning sections moved towards their first showing."""
    recalls = [recall for recall in wishes.recalls if max(recall[:2]) < len(x0_hat)]
    if not recalls:
        return x0_hat
    beats, sources = (torch.tensor([recall[i] for recall in recalls]) for i in (0, 1))
    much = torch.tensor([recall[2] for recall in recalls])[:, None]
    moved = x0_hat.clone()
    moved[beats] = torch.lerp(x0_hat[beats], x0_hat[sources], much)
    return moved


def chain(*shapers: Shaper | None) -> Shaper | None:
    """Several pulls, one after the other; None where there is none."""
    there = [shaper for shaper in shapers if shaper is not None]
    if not there:
        return None

    def shape(x0_hat: Tensor, timestep: int) -> Tensor:
        for shaper in there:
            x0_hat = shaper(x0_hat, timestep)
        return x0_hat

    return shape


class _Losses:
    """Losses of one piece and their gradient."""

    def __init__(self, model: CompactModel, wishes: Wishes, n_beats: int) -> None:
        self.model, self.wishes, self.n_beats = model, wishes, n_beats
        device = model.device
        keys = torch.arange(N_KEYS)[None] + torch.tensor(LOWEST_KEY)[:, None]
        self.pitches = keys.float().to(device)
        self.classes = one_hot(keys % 12, 12).float().to(device)
        self.density, self.register, self.tension = (
            self._curve(curve) for curve in (wishes.density, wishes.register, wishes.tension)
        )
        self.hits = [step for step in wishes.hits if step < n_beats * STEPS_PER_BEAT]
        steps = torch.tensor(self.hits, dtype=torch.int64)
        beats = (steps // STEPS_PER_BEAT).clamp(max=wishes.n_beats - 1)
        self.hit_steps = steps.to(device)
        self.chord_keys = self._keys(wishes.chroma, beats)
        self.bass_keys = self._keys(wishes.bass, beats)[:, Voice.BASS]
        rough = torch.tensor(ROUGHNESS)
        apart = (torch.arange(12)[:, None] - torch.arange(12)[None]).abs()
        self.rough = rough[torch.minimum(apart, 12 - apart)].to(device)

    def _curve(self, values: FloatArray | None) -> Tensor | None:
        """A curve on the canvas, f32 `[T]`; beyond the piece it goes on as it ended."""
        if values is None:
            return None
        curve = torch.from_numpy(values).to(self.model.device)
        return torch.cat((curve, curve[-1:].expand(max(0, self.n_beats - len(curve)))))[: self.n_beats]

    def _keys(self, classes: FloatArray, beats: Tensor) -> Tensor:
        """Which keys belong to the classes of beats, bool `[hits, V, 52]`."""
        wanted = torch.from_numpy(classes)[beats].to(self.model.device)
        return torch.einsum("hc,vkc->hvk", wanted, self.classes) > 0

    def pull(self, z: Tensor) -> Tensor | None:
        """Where each beat of the estimate must go; None when all is well.

        The beat that needs it most moves by sqrt(D) / 4, the others by the root of their share of its need.
        """
        with torch.enable_grad():
            moving = z.requires_grad_(True)
            decoded = self.model.autoencoder.decode(moving[None])
            loss = self._hit_loss(decoded) + self._curve_loss(decoded)
            if loss.item() <= 0:
                z.requires_grad_(False)
                return None
            (gradient,) = torch.autograd.grad(loss, moving)
        z.requires_grad_(False)
        length = gradient.norm(dim=1, keepdim=True)
        need = (length / length.max().clamp_min(1e-9)).sqrt()
        moved: Tensor = gradient / length.clamp_min(1e-3) * need * (z.shape[1] ** 0.5 / 4)
        return moved

    def _hit_loss(self, decoded: Decoded) -> Tensor:
        """How far each hit is from an onset of a chord tone, and a little from one in the bass."""
        if not self.hits:
            return decoded.onset.new_zeros(())
        logits = decoded.onset[0][:, self.hit_steps].transpose(0, 1)
        best = logits.masked_fill(~self.chord_keys, -30.0).flatten(1).amax(1)
        bass = logits[:, Voice.BASS].masked_fill(~self.bass_keys, -30.0).amax(1)
        short = (HIT_MARGIN - best).clamp_min(0) + BASS_SHARE * (HIT_MARGIN - bass).clamp_min(0)
        return short.sum()

    def _curve_loss(self, decoded: Decoded) -> Tensor:
        onset = decoded.onset[0].sigmoid()
        loss = onset.new_zeros(())
        if self.density is not None:
            count = _by_bar(onset.sum((0, 2)).unflatten(0, (-1, STEPS_PER_BEAT)).sum(1))
            loss = loss + _outside(count.log1p() - self.density.log1p(), _DENSITY_SLACK)
        if self.register is None and self.tension is None:
            return loss
        sounding = (onset + decoded.sustain[0].sigmoid()).unflatten(1, (-1, STEPS_PER_BEAT)).sum(2)
        if self.register is not None:
            total = _by_bar(sounding.sum((0, 2)))
            pitch = _by_bar(torch.einsum("vtk,vk->t", sounding, self.pitches)) / total.clamp_min(0.1)
            loss = loss + 4 * _outside((pitch - self.register) / 12, _REGISTER_SLACK)
        if self.tension is not None:
            classes = torch.einsum("vtk,vkc->tc", sounding, self.classes)
            share = classes / classes.sum(1, keepdim=True).clamp_min(0.1)
            rough = _by_bar(torch.einsum("ti,ij,tj->t", share, self.rough, share))
            loss = loss + 8 * _outside(rough - self.tension, _TENSION_SLACK)
        return loss


def _by_bar(values: Tensor) -> Tensor:
    """Centred mean over a bar's beats, `[T]`."""
    padded = pad(values[None], (1, 2), mode="replicate")
    return avg_pool1d(padded, BEATS_PER_BAR, 1)[0]


def _outside(difference: Tensor, slack: float) -> Tensor:
    return (difference.abs() - slack).clamp_min(0).sum()
