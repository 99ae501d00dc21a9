"""A part of a score by itself, as when a region of a sequencer is cut out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from engine.music.score import PEDAL, Control, Part, Score, ScoreNote
from engine.timebase import BEATS_PER_BAR, TempoChange, TempoMap

SHORTEST_REST_S: Final = 0.03
"""What is left of a note that was cut off must last longer than this: less is heard as a click."""


def excerpt(score: Score, start_s: Fraction, end_s: Fraction) -> Score:
    """What a score plays in `[start_s, end_s)`, counted from `start_s`.

    Notes that sound already are struck at the beginning, those that go on are let go at the end; pedal and expression
    begin as they stand. Bar lines stay where the music has them: what comes before the first is a short bar.

    Args:
        start_s: in seconds of the score; before its beginning there is a rest.
    """
    parts = [_part(part, float(start_s), float(end_s)) for part in score.parts]
    markers = tuple(
        replace(marker, time_s=marker.time_s - start_s) for marker in score.markers if start_s <= marker.time_s < end_s
    )
    return replace(
        score,
        parts=tuple(part for part in parts if part.notes),
        tempo=tempo_within(score.tempo, start_s, end_s),
        end_s=end_s - start_s,
        markers=markers,
    )


def tempo_within(tempo: TempoMap, start_s: Fraction, end_s: Fraction) -> TempoMap:
    """A tempo map whose second 0 is another's `start_s`, and whose beat 0 is the first bar line from there on; nothing
    changes in it after `end_s`."""
    bar = math.ceil(tempo.beat(start_s) / BEATS_PER_BAR)
    first, last = bar * BEATS_PER_BAR, tempo.beat(end_s)
    inside = [change for change in tempo.changes if first < change.beat < last]
    standing = [change for change in tempo.changes if change.beat <= first] or [tempo.changes[0]]
    changes = (
        TempoChange(Fraction(0), standing[-1].us_per_quarter),
        *(TempoChange(change.beat - first, change.us_per_quarter) for change in inside),
    )
    elided = tuple(short - bar for short in tempo.elided if bar <= short and short * BEATS_PER_BAR < last)
    return TempoMap(tempo.seconds(first) - start_s, changes, elided)


def _part(part: Part, start_s: float, end_s: float) -> Part:
    heard = (_clipped(note, start_s, end_s) for note in part.notes)
    notes = tuple(note for note in heard if note is not None)
    return replace(part, notes=notes, controls=_controls(part.controls, start_s, end_s))


def _clipped(note: ScoreNote, start_s: float, end_s: float) -> ScoreNote | None:
    first, last = max(note.start_s, start_s), min(note.end_s, end_s)
    least_s = SHORTEST_REST_S if note.start_s < start_s else 0.0
    if last - first <= least_s:
        return None
    return replace(note, start_s=first - start_s, end_s=last - start_s)


def _controls(controls: Sequence[Control], start_s: float, end_s: float) -> tuple[Control, ...]:
    standing = {control.number: control for control in controls if control.time_s < start_s}
    within = [control for control in controls if start_s <= control.time_s < end_s]
    found = [replace(control, time_s=0.0) for control in standing.values()]
    found += [replace(control, time_s=control.time_s - start_s) for control in within]
    pedal = [control for control in sorted(found) if control.number == PEDAL]
    if pedal and pedal[-1].value >= 64:
        found.append(Control(end_s - start_s, PEDAL, 0))
    return tuple(sorted(found))
