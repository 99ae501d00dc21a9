"""Pictures of piano rolls during training: what the model writes, beside the real windows.

Averages hide long empty stretches, machine-gun repeats and mud in the bass; a look does not.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from engine.diffusion.autoencoder import LOWEST_KEY, N_KEYS
from engine.music.notes import HIGHEST_PITCH, LOWEST_PITCH
from engine.timebase import N_PITCHES, STEPS_PER_BAR

N_PAIRS: Final = 4
SAMPLE_STEPS: Final = 20
"""Timesteps of a sample picture."""

_COLOURS: Final = np.array([[196, 60, 60], [60, 120, 190], [70, 150, 80]], np.float64)
"""Melody, inner, bass."""

_PAPER: Final = 252.0
_BAR_LINE: Final = 225.0
_WIDTH_PX, _HEIGHT_PX, _GAP_PX = 4, 3, 12

Rolls = NDArray[np.bool_]
"""`[B, V, 2, N, P]`: windows, voices, onset and sustain, steps, pitches."""


def voice_rolls(onset: Tensor, sustain: Tensor) -> Rolls:
    """Planes over each voice's own keys, bool `[B, V, N, 52]` each, over all pitches."""
    planes = np.stack([onset.cpu().numpy(), sustain.cpu().numpy()], 2).astype(bool)
    b, voices, _, steps, _ = planes.shape
    rolls = np.zeros((b, voices, 2, steps, N_PITCHES), bool)
    for voice in range(voices):
        rolls[:, voice, :, :, LOWEST_KEY[voice] : LOWEST_KEY[voice] + N_KEYS] = planes[:, voice]
    return rolls


def draw_pairs(written: Rolls, real: Rolls, file: Path) -> None:
    """Draw each written window (left) beside the real one (right) into a PNG; it appears when it is whole.

    Where Pillow is not installed, nothing is drawn.
    """
    try:
        from PIL import Image, ImageDraw
    except ImportError:
        return

    rows = [np.concatenate([_picture(w), _gap(), _picture(r)], 1) for w, r in zip(written, real, strict=True)]
    sheet = np.concatenate([part for row in rows for part in (_line(row.shape[1]), row)])
    image = Image.fromarray(sheet)
    draw = ImageDraw.Draw(image)
    half = (sheet.shape[1] + _GAP_PX) // 2
    for i, row in enumerate(rows):
        top = i * (_GAP_PX + row.shape[0])
        draw.text((2, top), f"written {i + 1}", fill=(60, 60, 60))
        draw.text((half + 2, top), f"real {i + 1}", fill=(60, 60, 60))
    aside = file.with_name(file.name + ".part")
    image.save(aside, format="PNG")
    aside.replace(file)


def _picture(roll: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """One window as pixels: time to the right, pitch upwards, onsets dark, held notes light."""
    steps = roll.shape[2]
    canvas = np.full((steps, HIGHEST_PITCH - LOWEST_PITCH + 1, 3), _PAPER)
    canvas[::STEPS_PER_BAR] = _BAR_LINE
    for voice, (onset, sustain) in enumerate(roll[..., LOWEST_PITCH : HIGHEST_PITCH + 1]):
        colour = _COLOURS[voice % len(_COLOURS)]
        canvas[sustain] = (colour + 2 * _PAPER) / 3
        canvas[onset] = colour
    pixels = canvas.astype(np.uint8).transpose(1, 0, 2)[::-1]
    return pixels.repeat(_HEIGHT_PX, 0).repeat(_WIDTH_PX, 1)


def _gap() -> NDArray[np.uint8]:
    height = (HIGHEST_PITCH - LOWEST_PITCH + 1) * _HEIGHT_PX
    return np.full((height, _GAP_PX, 3), 255, np.uint8)


def _line(width: int) -> NDArray[np.uint8]:
    return np.full((_GAP_PX, width, 3), 255, np.uint8)
