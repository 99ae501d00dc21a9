"""What the music of a video is to follow: shots, tempo, harmony and condition rows, before a note is written."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from engine.music.controls import DYNAMIC, HIT_COLUMNS, SEMANTIC, Conditions
from engine.music.encoded import EncodedRows
from engine.music.plan import Plan
from engine.music.tempo import Hit, hit_table
from engine.signals import VideoInfo
from engine.timebase import Shot, TempoMap


@dataclass(frozen=True, slots=True, eq=False)
class MusicPlan:
    """What the music of a video is to follow, before a note is written.

    Attributes:
        info: the video.
        shots: its shots.
        tempo: seconds to beats.
        n_beats: beats of music, the last one perhaps cut short by the end of the video.
        harmony: key, chords, sections.
        conditions: all rows of the studio profile.
        encoded: rows of the paper profile, for a model that follows those.
    """

    info: VideoInfo
    shots: tuple[Shot, ...]
    tempo: TempoMap
    n_beats: int
    harmony: Plan
    conditions: Conditions
    encoded: EncodedRows | None = None

    @property
    def cuts_s(self) -> tuple[Fraction, ...]:
        return tuple(shot.start_s for shot in self.shots[1:])

    def hits(self) -> tuple[Hit, ...]:
        return hit_table(self.cuts_s, self.tempo)

    def accent_steps(self) -> tuple[int, ...]:
        """Steps on which hits are asked for."""
        asked = self.conditions.dynamic[:, HIT_COLUMNS].reshape(-1) > 0
        return tuple(int(step) for step in np.flatnonzero(asked))

    def describe(self) -> dict[str, Any]:
        """Plain data for drawing: times in seconds, one value per beat for curves."""
        rows = self.conditions
        return {
            "duration_s": float(self.info.duration_s),
            "shots": [(float(shot.start_s), float(shot.end_s), shot.transition, shot.salience) for shot in self.shots],
            "bpm": self.tempo.bpm(),
            "start_s": float(self.tempo.start_s),
            "n_beats": self.n_beats,
            "beat_s": [float(self.tempo.seconds(beat)) for beat in range(self.n_beats + 1)],
            "dynamic": {name: rows.dynamic[:, i].tolist() for i, name in enumerate(DYNAMIC)},
            "semantic": {name: rows.semantic[:, i].tolist() for i, name in enumerate(SEMANTIC)},
            "key": self.harmony.key.label,
            "chords": [None if chord is None else chord.label for chord in self.harmony.chords],
            "sections": [(s.start_beat, s.end_beat, s.letter) for s in self.harmony.sections],
        }
