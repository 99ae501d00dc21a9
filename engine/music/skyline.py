"""Three voices out of one roll: the top line, the lowest line, and what lies between.

The paper's roll knows no voices (section 4.1), while our score, palettes and ducking act on them.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.music.notes import N_VOICES, PianoRoll, Voice
from engine.timebase import N_PITCHES

MELODY_LOWEST: Final = 55
"""G3: below it the highest note is no tune but part of the accompaniment."""

BASS_HIGHEST: Final = 59
"""B3: above it the lowest note is no bass."""

_NONE: Final = np.uint8(N_VOICES)


def split_voices(onset: NDArray[np.bool_], sustain: NDArray[np.bool_]) -> PianoRoll:
    """Give each note of a roll a voice, at its onset, by its place in what sounds there.

    The highest sounding note is melody where it is not below G3; the lowest is bass where it is not above B3; all
    others are inner. A note keeps its voice. Sustains that follow neither onset nor sustain belong to no note and are
    left out.

    Args:
        onset, sustain: `[N, 128]`; an onset wins over a sustain of the same cell.

    Returns:
        Planes without velocities, `[3, N, 128]`.
    """
    n_steps = len(onset)
    voices = np.full((n_steps, N_PITCHES), _NONE)
    before = np.full(N_PITCHES, _NONE)
    for step in range(n_steps):
        struck = onset[step]
        now = np.where(sustain[step], before, _NONE)
        now[struck] = Voice.INNER
        sounding = np.flatnonzero(now != _NONE)
        if len(sounding):
            lowest, highest = sounding[0], sounding[-1]
            if struck[lowest] and lowest <= BASS_HIGHEST:
                now[lowest] = Voice.BASS
            if struck[highest] and highest >= MELODY_LOWEST:
                now[highest] = Voice.MELODY
        voices[step] = before = now
    planes = np.arange(N_VOICES, dtype=np.uint8)[:, None, None] == voices
    return PianoRoll(
        (planes & onset).astype(np.uint8),
        (planes & ~onset).astype(np.uint8),
        np.zeros((N_VOICES, n_steps), np.uint8),
    )
