"""What the music of a video is to follow: shots, tempo, harmony and condition rows, before a note is written."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from engine.music.controls import DYNAMIC, HIT_COLUMNS, SEMANTIC, Conditions
from engine.music.encoded import EncodedRows
from engine.music.hits import HitPoint
from engine.music.plan import Plan
from engine.music.tempo import beats_of_seconds, seconds_of_steps
from engine.music.tempo_solution import Placement, TempoSolution, place_hits, tempo_points
from engine.signals import VideoInfo
from engine.timebase import STEPS_PER_BEAT, Shot, Span, TempoMap, spans_within


@dataclass(frozen=True, slots=True, eq=False)
class MusicPlan:
    """What the music of a video is to follow, before a note is written.

    All times but those of `range_s` and `speech` count from where the music begins.

    Attributes:
        info: the video.
        shots: its shots, as far as they have music.
        tempo: seconds to beats.
        n_beats: beats of music, the last one perhaps cut short by the end of the video.
        harmony: key, chords, sections.
        conditions: all rows of the studio profile.
        encoded: rows of the paper profile, for a model that follows those.
        range_s: [in, out) of the video that gets music, in whole frames; None for all of it.
        speech: where people speak in the video's own sound, in the video's time; None where that was not asked for.
        solution: how the tempo was found, with the hits and what became of them; None where it was given.
    """

    info: VideoInfo
    shots: tuple[Shot, ...]
    tempo: TempoMap
    n_beats: int
    harmony: Plan
    conditions: Conditions
    encoded: EncodedRows | None = None
    range_s: tuple[Fraction, Fraction] | None = None
    speech: tuple[Span, ...] | None = None
    solution: TempoSolution | None = None

    @property
    def offset_s(self) -> Fraction:
        """Where in the video the music begins."""
        return Fraction(0) if self.range_s is None else self.range_s[0]

    @property
    def duration_s(self) -> Fraction:
        """Length of the music."""
        return self.info.duration_s if self.range_s is None else self.range_s[1] - self.range_s[0]

    def speech_steps(self) -> tuple[tuple[int, int], ...]:
        """The spans of speech as steps of the piece, [first, end), each widened to whole steps."""
        heard = spans_within(self.speech or (), float(self.offset_s), float(self.offset_s + self.duration_s))
        edges = beats_of_seconds(self.tempo, np.array([[span.start_s, span.end_s] for span in heard]).reshape(-1, 2))
        steps = np.clip(edges * STEPS_PER_BEAT, 0, self.n_beats * STEPS_PER_BEAT)
        pairs = zip(np.floor(steps[:, 0] + 1e-6), np.ceil(steps[:, 1] - 1e-6), strict=True)
        return tuple((int(first), int(end)) for first, end in pairs if first < end)

    @property
    def cuts_s(self) -> tuple[Fraction, ...]:
        return tuple(shot.start_s for shot in self.shots[1:])

    @property
    def frame_s(self) -> float:
        """Length of a video frame, or what counts as one where the file's rate makes no sense."""
        return sensible_frame_s(self.info)

    def hits(self) -> tuple[Placement, ...]:
        """Where cuts and markers fall in the music."""
        if self.solution is not None:
            return self.solution.placements
        cuts = [HitPoint(shot.start_s, shot.salience) for shot in self.shots[1:]]
        return place_hits(cuts, self.tempo, frame_s=self.frame_s)

    def accent_steps(self) -> tuple[int, ...]:
        """Steps on which hits are asked for."""
        asked = self.conditions.dynamic[:, HIT_COLUMNS].reshape(-1) > 0
        return tuple(int(step) for step in np.flatnonzero(asked))

    def pulls(self) -> dict[int, float]:
        """Steps of asked-for hits, each with the second at which its cut shows: the nearest cut where several fall."""
        asked = set(self.accent_steps())
        nearest: dict[int, Placement] = {}
        for hit in self.hits():
            known = nearest.get(hit.step)
            if hit.step in asked and (known is None or abs(hit.error_ms) < abs(known.error_ms)):
                nearest[hit.step] = hit
        return {step: float(hit.time_s) for step, hit in nearest.items()}

    def describe_hits(self) -> dict[str, Any]:
        """The hits as plain data: where each falls, what was dropped and why, what was relaxed."""
        solution = self.solution or TempoSolution(self.tempo, self.hits())
        return {
            "hits": [placement.describe() for placement in solution.placements],
            "dropped": [drop.describe() for drop in solution.dropped],
            "relaxations": list(solution.relaxations),
        }

    def describe(self) -> dict[str, Any]:
        """Plain data for drawing: times in seconds from where the music begins, one value per beat for curves."""
        rows = self.conditions
        return {
            "duration_s": float(self.duration_s),
            "offset_s": float(self.offset_s),
            "shots": [(float(shot.start_s), float(shot.end_s), shot.transition, shot.salience) for shot in self.shots],
            "bpm": self.tempo.bpm(),
            "start_s": float(self.tempo.start_s),
            "n_beats": self.n_beats,
            "beat_s": seconds_of_steps(self.tempo, STEPS_PER_BEAT * np.arange(self.n_beats + 1)).tolist(),
            "dynamic": {name: rows.dynamic[:, i].tolist() for i, name in enumerate(DYNAMIC)},
            "semantic": {name: rows.semantic[:, i].tolist() for i, name in enumerate(SEMANTIC)},
            "key": self.harmony.key.label,
            "chords": [None if chord is None else chord.label for chord in self.harmony.chords],
            "sections": [(s.start_beat, s.end_beat, s.letter) for s in self.harmony.sections],
            "tempo": tempo_points(self.tempo, self.duration_s),
            **self.describe_hits(),
            "captions": [(c.start_s, c.end_s, list(c.texts)) for c in self.encoded.captions] if self.encoded else [],
            "speech": [(span.start_s, span.end_s) for span in self.speech or ()],
        }


def sensible_frame_s(info: VideoInfo) -> float:
    """Length of a video frame in seconds, from 0.01 to 0.1: files may claim 1000 frames a second, or none."""
    return min(0.1, max(0.01, float(1 / info.frame_rate))) if info.frame_rate > 0 else 0.04
