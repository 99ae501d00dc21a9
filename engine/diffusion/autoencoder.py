"""The autoencoder: one latent a beat, in three parts, one for each voice.

The paper's text has a latent diffusion model (section 4); its published code has no autoencoder. Ours holds the local
shape of notes, so that diffusion deals with music rather than with cells. Latents have unit variance in each
dimension (running statistics, no affine part); training adds noise to them, so that the decoder forgives what
diffusion leaves over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.diffusion.layers import ResidualBeatBlock, RMSNorm
from engine.music.notes import N_VOICES, NoteTable
from engine.timebase import STEPS_PER_BEAT

N_KEYS: Final = 52
LOWEST_KEY: Final = (45, 37, 24)
"""Each voice lives on 52 keys, counted up from its lowest pitch (melody, inner, bass): nearly all of POP909's notes
under any transposition; the rest is folded in by octaves."""

CELLS: Final = STEPS_PER_BEAT * N_KEYS
"""Cells of one plane of one voice in one beat, step by step."""

PACKED: Final = 2 * CELLS + STEPS_PER_BEAT
"""Onset plane, sustain plane and velocities (/ 127) of one voice in one beat."""


@dataclass(frozen=True, slots=True)
class AutoencoderConfig:
    """Widths. `latent` gives the latent dimensions of melody, inner and bass."""

    latent: tuple[int, int, int] = (20, 36, 12)
    encoder_width: int = 256
    encoder_blocks: int = 1
    decoder_width: int = 384
    decoder_blocks: int = 2

    @property
    def width(self) -> int:
        return sum(self.latent)

    def voice_slices(self) -> tuple[slice, ...]:
        """Where each voice's part of a latent lies."""
        ends = [sum(self.latent[: i + 1]) for i in range(N_VOICES)]
        return tuple(slice(end - n, end) for end, n in zip(ends, self.latent, strict=True))


def to_key(pitch: NDArray[np.int64], voice: NDArray[np.int64]) -> NDArray[np.int64]:
    """Keys 0..51 of pitches in their voices, folded by octaves where they lie outside."""
    key = pitch - np.array(LOWEST_KEY)[voice]
    key = np.where(key < 0, key % 12, key)
    folded: NDArray[np.int64] = np.where(key >= N_KEYS, N_KEYS - 12 + (key - N_KEYS) % 12, key)
    return folded


class VoiceEncoder(nn.Module):
    """Cells and velocities of one voice `[B, T, PACKED]` -> latent part `[B, T, d]`, not normalised."""

    def __init__(self, config: AutoencoderConfig, latent: int) -> None:
        super().__init__()
        self.inlet = nn.Linear(PACKED, config.encoder_width)
        self.blocks = nn.Sequential(*(ResidualBeatBlock(config.encoder_width) for _ in range(config.encoder_blocks)))
        self.norm = RMSNorm(config.encoder_width)
        self.out = nn.Linear(config.encoder_width, latent)

    def forward(self, x: Tensor) -> Tensor:
        z: Tensor = self.out(self.norm(self.blocks(self.inlet(x))))
        return z


class LatentNorm(nn.Module):
    """Unit variance and zero mean per latent dimension: batch statistics in training, running ones afterwards."""

    mean: Tensor
    var: Tensor

    def __init__(self, width: int, momentum: float = 0.02) -> None:
        super().__init__()
        self.momentum = momentum
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("var", torch.ones(width))

    def forward(self, z: Tensor) -> Tensor:
        z = z.float()
        if not self.training:
            return (z - self.mean) * (self.var + 1e-5).rsqrt()
        mean, var = z.mean((0, 1)), z.var((0, 1), unbiased=False)
        with torch.no_grad():
            self.mean.lerp_(mean, self.momentum)
            self.var.lerp_(var, self.momentum)
        return (z - mean) * (var + 1e-5).rsqrt()


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """Logits of onset and sustain `[B, V, N, 52]` and velocities 0..1 `[B, V, N]`."""

    onset: Tensor
    sustain: Tensor
    velocity: Tensor


class Autoencoder(nn.Module):
    """Rolls to latents and back. Works on any number of beats."""

    def __init__(self, config: AutoencoderConfig) -> None:
        super().__init__()
        self.config = config
        self.encoders = nn.ModuleList(VoiceEncoder(config, d) for d in config.latent)
        self.latent_norm = LatentNorm(config.width)
        self.inlet = nn.Linear(config.width, config.decoder_width)
        self.blocks = nn.Sequential(*(ResidualBeatBlock(config.decoder_width) for _ in range(config.decoder_blocks)))
        self.norm = RMSNorm(config.decoder_width)
        self.outlets = nn.ModuleList(nn.Linear(config.decoder_width, PACKED) for _ in range(N_VOICES))
        with torch.no_grad():
            for outlet in self.outlets:
                assert isinstance(outlet, nn.Linear)
                outlet.weight.normal_(std=0.02)
                outlet.bias[: 2 * CELLS] = -5.0

    def encode(self, cells: Tensor) -> Tensor:
        """Packed cells `[V, B, T, PACKED]` -> latents f32 `[B, T, D]` of unit variance."""
        parts = [encoder(voice) for encoder, voice in zip(self.encoders, cells, strict=True)]
        z: Tensor = self.latent_norm(torch.cat(parts, -1))
        return z

    def decode_packed(self, z: Tensor) -> Tensor:
        """Latents `[B, T, D]` -> packed logits `[V, B, T, PACKED]`."""
        h = self.norm(self.blocks(self.inlet(z)))
        return torch.stack([outlet(h) for outlet in self.outlets])

    def decode(self, z: Tensor) -> Decoded:
        """Latents `[B, T, D]` -> `Decoded`."""
        return unpack(self.decode_packed(z).float())


def unpack(packed: Tensor) -> Decoded:
    """Packed logits `[V, B, T, PACKED]` -> planes; velocities leave as probabilities."""
    v, b, t = packed.shape[:3]
    planes = packed[..., : 2 * CELLS].unflatten(-1, (2, STEPS_PER_BEAT, N_KEYS))
    planes = planes.permute(3, 1, 0, 2, 4, 5).reshape(2, b, v, t * STEPS_PER_BEAT, N_KEYS)
    velocity = packed[..., 2 * CELLS :].sigmoid().transpose(0, 1).reshape(b, v, t * STEPS_PER_BEAT)
    return Decoded(planes[0], planes[1], velocity)


_ONE: Final = int(torch.ones(1, dtype=torch.bfloat16).view(torch.int16))


def pack_windows(notes: NoteTable, window: NDArray[np.int64], n_windows: int, n_beats: int) -> Tensor:
    """Lay notes out as the encoder's cells.

    Args:
        notes: notes of all windows; onsets count from their window's start and may be negative (held from before).
        window: the window of each note, `[M]`.

    Returns:
        bf16 `[V, n_windows, n_beats, PACKED]`: 0/1 cells, velocities / 127.
    """
    n_steps = n_beats * STEPS_PER_BEAT
    cells = torch.zeros(N_VOICES, n_windows, n_beats, PACKED, dtype=torch.bfloat16)
    flat = cells.view(torch.int16).view(-1).numpy()
    onset, voice = notes.onset.astype(np.int64), notes.voice.astype(np.int64)
    key = to_key(notes.pitch.astype(np.int64), voice)

    def address(which: NDArray[np.int64], step: NDArray[np.int64]) -> NDArray[np.int64]:
        return ((voice[which] * n_windows + window[which]) * n_beats + step // STEPS_PER_BEAT) * PACKED

    starts = np.clip(onset + 1, 0, n_steps)
    lengths = np.maximum(np.clip(onset + notes.duration, 0, n_steps) - starts, 0)
    note = np.repeat(np.arange(len(onset)), lengths)
    held = np.repeat(starts - (np.cumsum(lengths) - lengths), lengths) + np.arange(len(note))
    flat[address(note, held) + CELLS + (held % STEPS_PER_BEAT) * N_KEYS + key[note]] = _ONE
    struck = np.flatnonzero((onset >= 0) & (onset < n_steps))
    at = address(struck, onset[struck])
    within = onset[struck] % STEPS_PER_BEAT
    flat[at + within * N_KEYS + key[struck]] = _ONE
    flat[at + CELLS + within * N_KEYS + key[struck]] = 0
    loudness = torch.from_numpy(notes.velocity[struck] / 127).bfloat16().view(torch.int16).numpy()
    flat[at + 2 * CELLS + within] = loudness
    return cells


def pack_notes(notes: NoteTable, n_beats: int) -> Tensor:
    """Cells of one piece, bf16 `[V, T, PACKED]`."""
    return pack_windows(notes, np.zeros(len(notes), np.int64), 1, n_beats)[:, 0]
