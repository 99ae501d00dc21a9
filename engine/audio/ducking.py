"""Music that gives way to speech: a gain curve from the spans in which someone speaks.

Times after DaVinci Resolve's ducker: the gain is on its way down 15 ms before a word, needs 10 ms for it, stays down
150 ms after the last word and comes back within 750 ms. The depth is a constant, so that nothing pumps with the
loudness of the voice, and it comes behind every measurement of the music's loudness, so that none undoes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.audio.clip import AudioClip
from engine.audio.curve import CELL, Array, GainCurve
from engine.timebase import Span


@dataclass(frozen=True, slots=True)
class DuckShape:
    """How the music gives way. All in seconds."""

    look_ahead_s: float = 0.015
    rise_s: float = 0.010
    hold_s: float = 0.150
    recovery_s: float = 0.750


SHAPE: Final = DuckShape()
_QUIETEST: Final = 1e-12
_BLOCK: Final = 1 << 16


def duck_curve(
    spans: Sequence[Span], *, points: int, sample_rate: int, depth_db: float, shape: DuckShape = SHAPE
) -> GainCurve:
    """Gain of music under speech: `depth_db` (at most 0) in every span, 0 dB far from any, straight in dB between.

    Where spans lie closer together than hold and recovery last, the music comes back only as far as there is time for.
    """
    cells = -(-points // CELL)
    depth = np.zeros(cells)
    times_s = (np.arange(cells) + 0.5) * CELL / sample_rate
    for span in spans:
        begin, full = span.start_s - shape.look_ahead_s, span.start_s - shape.look_ahead_s + shape.rise_s
        release = span.end_s + shape.hold_s
        knots = (begin, max(full, begin + 1e-6), release, release + shape.recovery_s)
        low, high = np.searchsorted(times_s, (knots[0], knots[-1]))
        part = np.interp(times_s[low:high], knots, (0.0, 1.0, 1.0, 0.0))
        depth[low:high] = np.maximum(depth[low:high], part)
    return GainCurve(np.asarray(10 ** (depth * depth_db / 20), np.float64), points)


def ducked_by_db(music: AudioClip, curve: GainCurve, spans: Sequence[Span]) -> float | None:
    """By how much the music is softer in the spans than it would be, by its energy; None where it is silent there."""
    before, after = 0.0, 0.0
    for span in spans:
        first, last = (min(music.n, max(0, round(edge * music.sample_rate))) for edge in (span.start_s, span.end_s))
        for low in range(first, last, _BLOCK):
            high = min(low + _BLOCK, last)
            wave: Array = music.samples[:, low:high].astype(np.float64)
            before += float((wave**2).sum())
            after += float(((wave * curve.between(low, high)) ** 2).sum())
    return float(10 * np.log10(after / before)) if before > _QUIETEST and after > 0 else None
