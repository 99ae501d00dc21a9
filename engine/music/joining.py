"""Puts newly written notes among locked ones, so that the locked ones stay as they are and the edges join."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from engine.music.notes import Note
from engine.music.plan import Plan
from engine.music.region import Selection
from engine.timebase import STEPS_PER_BEAT


def join_notes(
    locked: Iterable[Note], written: Iterable[Note], selection: Selection, harmony: Plan, *, n_steps: int
) -> tuple[Note, ...]:
    """Locked notes, unchanged, and those written ones that have a place among them.

    A written note must begin in the selection and not while a locked note of its pitch and voice sounds. It stops at
    the next locked note of its pitch and voice, and at the end of the piece. Where it reaches beyond the selection it
    rings on only while it belongs to the chord and its voice rests there, so that nothing clashes behind the edge.
    """
    kept = tuple(sorted(set(locked)))
    inside = (note for note in sorted(set(written)) if 0 <= note.onset < n_steps and selection.holds(note))
    new = [_placed(note, kept, selection, harmony, n_steps) for note in inside]
    return tuple(sorted({*kept, *(note for note in new if note is not None)}))


def _placed(note: Note, locked: Sequence[Note], selection: Selection, harmony: Plan, n_steps: int) -> Note | None:
    end = min(note.end, n_steps)
    for other in locked:
        if other.voice is not note.voice or other.end <= note.onset:
            continue
        if other.onset >= end:
            break
        if other.pitch == note.pitch:
            if other.onset <= note.onset:
                return None
            end = min(end, other.onset)
        elif other.onset > note.onset and not _is_free(note, other.onset, selection):
            end = min(end, other.onset)
    return replace(note, duration=_ringing_until(note, end, selection, harmony) - note.onset)


def _is_free(note: Note, step: int, selection: Selection) -> bool:
    return any(region.holds(note.voice, step, note.pitch) for region in selection.regions)


def _ringing_until(note: Note, end: int, selection: Selection, harmony: Plan) -> int:
    for step in range(note.onset + 1, end):
        if _is_free(note, step, selection):
            continue
        chord = harmony.chord_at(step / STEPS_PER_BEAT)
        if chord is None or note.pitch % 12 not in chord.chroma:
            return step
    return end
