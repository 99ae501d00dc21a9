"""The control space shared by music and picture: what each condition row holds, and how it is measured on music.

Training measures these rows on notes; generation estimates the same rows from the picture
(`engine.features`). One row per beat. A value may be unknown (NaN): the network was trained with rows, and single
values of rows, left out at random, so whatever is unknown is left to the model.

Three groups, after the paper's two signals (section 4.2, eq. 6) and our plan:

- **dynamic** (F_v, used once t <= t0): what happens on each beat.
- **semantic** (F_l, used while t > t0): what it feels like, smoothed over two bars.
- **plan** (both): key, chord, phrase starts and the place in the piece.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.music.notes import Note, Voice
from engine.timebase import STEPS_PER_BEAT

FloatArray = NDArray[np.float32]

DYNAMIC: Final = ("density", "rhythm", "intensity", "novelty", "hit_0", "hit_1", "hit_2", "hit_3")
"""density: log-scaled number of onsets in the beat; rhythm: share of the beat's 16ths on which something starts;
intensity: mean velocity / 127; novelty: how much the bar differs from the one before; hit_i: 1 asks for a marked
onset on the beat's i-th 16th, 0 says nothing."""

SEMANTIC: Final = (
    "valence",
    "arousal",
    "register",
    "polyphony",
    "articulation",
    "tension",
    "tempo",
    "melody",
    "flow",
    "loudness",
)
"""valence: +1 major .. -1 minor colour; arousal: density x loudness x tempo; register: mean pitch; polyphony: notes
sounding at once; articulation: mean note length; tension: notes outside the chord; tempo; melody: share of time in which
the melody voice sounds; flow: smoothed density; loudness: smoothed intensity."""

HIT_COLUMNS: Final = slice(4, 8)

KEY_ROWS: Final = 14
CHORD_ROWS: Final = 37
FORM_ROWS: Final = 3
PLAN_WIDTH: Final = KEY_ROWS + CHORD_ROWS + FORM_ROWS
"""plan row: key = tonic one-hot 12 + minor, major; chord = root one-hot 12 + no chord, chroma 12, bass 12;
form = phrase start 0/1, beats since the start and beats to the end, both as min(beats, 64) / 64."""

FORM_HORIZON_BEATS: Final = 64
SEMANTIC_SPAN_BEATS: Final = 8


@dataclass(frozen=True, slots=True, eq=False)
class Conditions:
    """Condition rows of a piece of T beats; NaN marks the unknown.

    Attributes:
        dynamic: f32 `[T, len(DYNAMIC)]`.
        semantic: f32 `[T, len(SEMANTIC)]`.
        plan: f32 `[T, PLAN_WIDTH]`.
    """

    dynamic: FloatArray
    semantic: FloatArray
    plan: FloatArray

    def __post_init__(self) -> None:
        t = len(self.dynamic)
        widths = (len(DYNAMIC), len(SEMANTIC), PLAN_WIDTH)
        for rows, width in zip((self.dynamic, self.semantic, self.plan), widths, strict=True):
            if rows.shape != (t, width):
                raise ValueError(f"condition rows of shape {rows.shape}, expected {(t, width)}")

    @property
    def n_beats(self) -> int:
        return len(self.dynamic)
