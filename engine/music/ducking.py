"""Music that leaves room for speech: fewer onsets while someone speaks, no melody, what supports is held.

Two sides of one wish. Before composing, the condition rows of the beats ask for fewer onsets and for no melody; after
it the notes are thinned, so that the wish is met whatever the network made of it. A gain is another matter
(`engine.audio.ducking`): this one changes what is played.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from engine.music.controls import DYNAMIC, SEMANTIC, Conditions, FloatArray, smooth
from engine.music.notes import Note, Voice
from engine.timebase import STEPS_PER_BAR, STEPS_PER_BEAT

KEPT_SHARE: Final = 0.5
"""Onsets left under speech, at most, of those that would be there."""
COMPOSED_SHARE: Final = 0.42
"""The same of what the rows ask for without speech. Less than a half, as the network plays a little less than they ask
(measured: with a half here, up to 55 % of what the same seed plays without speech were left)."""
ASKED_SHARE: Final = 0.75
"""What the rows ask for: more than is left, as the network takes the melody's onsets away besides (measured: asked for
a half it plays less than a third)."""
SPEECH_REGISTER: Final = (55, 79)
"""G3 to G5: where a tune would be heard as another voice. Hits that only a melody played go below."""
_ONSETS_AT_ONE: Final = 16
"""The number of onsets in a beat at which the density row is 1 (`engine.music.controls`)."""

_DENSITY, _RHYTHM = DYNAMIC.index("density"), DYNAMIC.index("rhythm")
_AROUSAL, _MELODY, _FLOW = (SEMANTIC.index(name) for name in ("arousal", "melody", "flow"))

StepSpan = tuple[int, int]


def thin_under_speech(
    notes: Sequence[Note],
    spans: Sequence[StepSpan],
    *,
    hits: Collection[int] = (),
    changes: Collection[int] = (),
    fixed: Collection[Note] = (),
    allowed: FloatArray | None = None,
) -> tuple[Note, ...]:
    """Leave room in spans of speech.

    The melody is silent in each span: what begins there goes, what sounds into it stops at its edge. Of all onsets that
    the span had, at most half remain, in this order: hits, changes of harmony, then by the weight of their place in the
    bar, the bass before the inner voice. What lay between two that remain is held through, within the bar and the
    harmony, so that the support does not become holes. A hit that only the melody played is kept, put below the speech
    register, as an inner note.

    Args:
        spans: [first, end) in steps; those that overlap are taken as one.
        hits: steps on which something must start.
        changes: steps on which the harmony changes.
        fixed: notes that stay as they are.
        allowed: onsets that may remain, one number a beat, f32 `[T]`, for notes that were composed with speech in mind
            (`allowed_onsets`); by default half of those that are there.

    Returns:
        Sorted notes; those outside the spans, and the fixed ones, are untouched.
    """
    result = list(notes)
    locked = set(fixed)
    for first, end in _merged(spans):
        most = None if allowed is None else _sum_of_beats(allowed, first, end)
        result = _thinned(result, first, end, hits=set(hits), changes=set(changes), fixed=locked, most=most)
    return tuple(sorted(result))


def allowed_onsets(conditions: Conditions) -> FloatArray:
    """Onsets that may remain in each beat under speech, f32 `[T]`, from rows that `leave_room` made."""
    asked = np.expm1(conditions.dynamic[:, _DENSITY] * np.log1p(_ONSETS_AT_ONE))
    return np.asarray(asked * (COMPOSED_SHARE / ASKED_SHARE), np.float32)


def leave_room(conditions: Conditions, spans: Sequence[StepSpan]) -> Conditions:
    """Condition rows that ask for fewer onsets and no melody in beats that are mostly speech; hits stay.

    Flow and arousal follow density, as their definitions have it.
    """
    spoken = _spoken_beats(conditions.n_beats, spans)
    if not spoken.any():
        return conditions
    dynamic, semantic = conditions.dynamic.copy(), conditions.semantic.copy()
    count = np.expm1(dynamic[:, _DENSITY] * np.log1p(_ONSETS_AT_ONE))
    fewer = np.log1p(count * ASKED_SHARE) / np.log1p(_ONSETS_AT_ONE)
    before = smooth(dynamic[:, _DENSITY])
    dynamic[spoken, _DENSITY] = fewer[spoken]
    dynamic[spoken, _RHYTHM] *= ASKED_SHARE
    change = smooth(dynamic[:, _DENSITY]) - before
    semantic[:, _FLOW] = np.maximum(semantic[:, _FLOW] + change, 0)
    semantic[:, _AROUSAL] += change / 3
    semantic[spoken, _MELODY] = 0
    return Conditions(dynamic, semantic, conditions.plan)


def _spoken_beats(n_beats: int, spans: Sequence[StepSpan]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Beats of which at least half is speech, bool `[n_beats]`."""
    steps = np.zeros(n_beats * STEPS_PER_BEAT, bool)
    for first, end in spans:
        steps[max(0, first) : max(0, end)] = True
    return np.asarray(steps.reshape(-1, STEPS_PER_BEAT).mean(axis=1) >= 0.5)


def _sum_of_beats(values: FloatArray, first: int, end: int) -> float:
    """The sum over the steps of a span of what each beat holds."""
    steps = np.repeat(np.asarray(values, np.float64) / STEPS_PER_BEAT, STEPS_PER_BEAT)
    return float(np.nansum(steps[max(0, first) : max(0, end)]))


def _merged(spans: Sequence[StepSpan]) -> list[StepSpan]:
    result: list[StepSpan] = []
    for first, end in sorted(spans):
        if result and first <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], end))
        elif first < end:
            result.append((first, end))
    return result


def _thinned(
    notes: Sequence[Note],
    first: int,
    end: int,
    *,
    hits: set[int],
    changes: set[int],
    fixed: set[Note],
    most: float | None,
) -> list[Note]:
    """The notes with one span thinned."""
    outside = [note for note in notes if note in fixed or not first <= note.onset < end]
    inside = [note for note in notes if note not in fixed and first <= note.onset < end]
    outside = [note if note in fixed else _stopped(note, first) for note in outside]
    budget = int(len(inside) * KEPT_SHARE if most is None else most)
    support = [note for note in inside if note.voice is not Voice.MELODY]
    support += _saved_hits(inside, support, hits, fixed)
    ranked = sorted(support, key=lambda note: _rank(note, hits, changes))
    kept = ranked[:budget] or [note for note in ranked[:1] if note.onset in hits]
    return [*outside, *_held(kept, inside, end, changes)]


def _stopped(note: Note, first: int) -> Note:
    """A melody note that sounds into the span, ended at its edge."""
    if note.voice is Voice.MELODY and note.onset < first < note.end:
        return replace(note, duration=first - note.onset)
    return note


def _saved_hits(inside: Sequence[Note], support: Sequence[Note], hits: set[int], fixed: set[Note]) -> list[Note]:
    """For hits that only the melody played, its lowest note there, below the speech register."""
    played = {note.onset for note in support} | {note.onset for note in fixed}
    lone: dict[int, Note] = {}
    for note in sorted(inside):
        if note.onset in hits and note.onset not in played and note.voice is Voice.MELODY:
            lone.setdefault(note.onset, note)
    return [replace(note, voice=Voice.INNER, pitch=_below_speech(note.pitch)) for note in lone.values()]


def _below_speech(pitch: int) -> int:
    """The same note name, by whole octaves below the speech register."""
    return pitch if pitch < SPEECH_REGISTER[0] else pitch - 12 * ((pitch - SPEECH_REGISTER[0]) // 12 + 1)


def _rank(note: Note, hits: set[int], changes: set[int]) -> tuple[int, ...]:
    """What remains comes first."""
    place = note.onset % STEPS_PER_BAR
    weight = next(i for i, unit in enumerate((16, 8, 4, 2, 1)) if place % unit == 0)
    return (note.onset not in hits, note.onset not in changes, weight, -int(note.voice), note.onset, note.pitch)


def _held(kept: Sequence[Note], inside: Sequence[Note], end: int, changes: set[int]) -> list[Note]:
    """The notes that remain, each held through what was left out behind it in its voice."""
    bounds = sorted({*changes, end})
    result = []
    for voice in {note.voice for note in kept}:
        mine = sorted(note.onset for note in kept if note.voice is voice)
        before = sorted((note for note in inside if note.voice is voice), key=lambda note: note.onset)
        onsets = [note.onset for note in before]
        for note in (note for note in kept if note.voice is voice):
            bar_end = (note.onset // STEPS_PER_BAR + 1) * STEPS_PER_BAR
            limit = min(bar_end, end, _after(mine, note.onset, end), _after(bounds, note.onset, end))
            span = slice(bisect_left(onsets, note.onset), bisect_left(onsets, limit))
            sounded = max((other.end for other in before[span]), default=note.end)
            result.append(replace(note, duration=max(note.end, min(limit, sounded)) - note.onset))
    return result


def _after(steps: Sequence[int], step: int, otherwise: int) -> int:
    """The first of sorted steps behind a step."""
    at = bisect_right(steps, step)
    return steps[at] if at < len(steps) else otherwise
