"""Completes by rule what the model left open: an onset at each hit, and an ending that resolves.

The model writes the music; guides bend it towards hits and the plan towards a cadence. What is still missing after that
is filled from the harmony, in the voice that lies nearest, and nothing else is touched.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final, TypeAlias

from engine.music.chords import Chord
from engine.music.music_plan import MusicPlan
from engine.music.notes import Note, Voice
from engine.music.plan import Plan
from engine.settings import GenerationSettings
from engine.timebase import BEATS_PER_BAR, STEPS_PER_BAR, STEPS_PER_BEAT, TempoMap

May: TypeAlias = Callable[[Note], bool]
"""Whether a note may be added, changed or taken out."""

SHORTEST_RING_S: Final = 1.0
"""The last chord rings at least this long; what is shorter is heard as cut off."""
HALF_BAR_STEPS: Final = STEPS_PER_BAR // 2

HIT_VELOCITY: Final = 88
FULL_HIT: Final = 2
"""A hit of fewer notes gets a bass under it."""
_HIT_STEPS: Final = STEPS_PER_BEAT
_HOME: Final = {Voice.MELODY: 72, Voice.INNER: 60, Voice.BASS: 40}
"""Pitch near which a voice is taken up when it has not sounded yet."""
_RANGE: Final = {Voice.MELODY: (55, 91), Voice.INNER: (45, 79), Voice.BASS: (28, 55)}
_FINAL_VELOCITY: Final = 70


def anyone(_note: Note) -> bool:
    """Every note may change."""
    return True


def final_step(tempo: TempoMap, end_s: Fraction) -> int:
    """The step of the last chord: the last downbeat or third beat that leaves it time to ring; 0 in a tiny film."""
    last = int(tempo.beat(end_s - Fraction(SHORTEST_RING_S)) * STEPS_PER_BEAT // HALF_BAR_STEPS) * HALF_BAR_STEPS
    return max(0, last)


def closing_beats(tempo: TempoMap, end_s: Fraction) -> int:
    """Beats from the beginning to the end of the bar in which the last chord stands."""
    return (final_step(tempo, end_s) // STEPS_PER_BAR + 1) * BEATS_PER_BAR


def complete_hits(
    notes: Sequence[Note], harmony: Plan, hits: Sequence[int], *, n_steps: int, may: May = anyone
) -> tuple[Note, ...]:
    """Notes of which at least one begins on each hit.

    A hit without an onset takes over what begins a 16th beside it; where nothing does, a chord tone begins there, near
    to where its voice was, and the chord's bass. A hit of one note without a bass gets one.
    """
    piece = set(notes)
    for step in sorted(set(hits)):
        if not 0 <= step < n_steps:
            continue
        if not _begins(piece, step):
            _move_neighbour(piece, step, may, hits=frozenset(hits))
        struck = _begins(piece, step)
        chord = harmony.chord_at(step / STEPS_PER_BEAT)
        if not struck:
            _strike(piece, step, Voice.INNER, chord, n_steps, may)
        if len(struck) < FULL_HIT and not any(note.voice is Voice.BASS for note in struck):
            _strike(piece, step, Voice.BASS, chord, n_steps, may)
    return tuple(sorted(piece))


def _begins(notes: set[Note], step: int) -> list[Note]:
    return [note for note in notes if note.onset == step]


def _move_neighbour(notes: set[Note], step: int, may: May, *, hits: frozenset[int]) -> None:
    """Move an attack from the 16th after or before a hit onto it: the deepest voice that has one. What begins on
    another hit stays there."""
    for beside in (place for place in (step + 1, step - 1) if place not in hits):
        for voice in (Voice.BASS, Voice.INNER, Voice.MELODY):
            group = [note for note in notes if note.onset == beside and note.voice is voice]
            moved = [replace(note, onset=step, duration=note.end - step) for note in group if note.end > step]
            free = all(may(note) for note in (*group, *moved)) and beside % STEPS_PER_BAR != 0
            if group and len(moved) == len(group) and free:
                notes.difference_update(group)
                for note in moved:
                    _clear(notes, note, may)
                notes.update(moved)
                return


def _strike(notes: set[Note], step: int, voice: Voice, chord: Chord | None, n_steps: int, may: May) -> None:
    """A chord tone of a voice begins at a step and lasts until the voice goes on, a beat at most."""
    line = sorted(note for note in notes if note.voice is voice)
    before = [note for note in line if note.onset < step]
    after = next((note.onset for note in line if note.onset > step), n_steps)
    near = before[-1].pitch if before else (line[0].pitch if line else _HOME[voice])
    classes = None if chord is None else ((chord.bass,) if voice is Voice.BASS else chord.chroma)
    length = max(1, min(after - step, _HIT_STEPS, n_steps - step))
    note = Note(step, voice, nearest_pitch(near, classes, voice), length, HIT_VELOCITY)
    if may(note) and _clear(notes, note, may):
        notes.add(note)


def nearest_pitch(near: int, classes: Sequence[int] | None, voice: Voice) -> int:
    """The pitch of one of the classes nearest to another, within what suits the voice."""
    low, high = _RANGE[voice]
    fitting = [pitch for pitch in range(low, high + 1) if classes is None or pitch % 12 in classes]
    return min(fitting, key=lambda pitch: (abs(pitch - near), pitch))


def _clear(notes: set[Note], new: Note, may: May) -> bool:
    """End what sounds on a new note's pitch in its voice; False where that may not be ended."""
    same = [
        n for n in notes if n.voice is new.voice and n.pitch == new.pitch and n.onset < new.end and n.end > new.onset
    ]
    if not all(may(note) for note in same):
        return False
    for note in same:
        notes.discard(note)
        if note.onset < new.onset:
            notes.add(replace(note, duration=new.onset - note.onset))
    return True


def complete_ending(
    notes: Sequence[Note], harmony: Plan, final: int, *, n_steps: int, may: May = anyone
) -> tuple[Note, ...]:
    """Notes that end with one chord: the plan's last, from `final` to the end of the piece.

    What begins later goes; what the model begins there stays where it belongs to the chord, and moves to the nearest
    chord tone where it does not; bass, two inner notes and a melody note are there in any case.
    """
    chord = harmony.chord_at(final / STEPS_PER_BEAT)
    kept = {note for note in notes if note.onset < final or not may(note)}
    begun = [note for note in notes if note.onset == final and may(note)]
    for note in [note for note in kept if note.onset < final < note.end and may(note)]:
        kept.discard(note)
        kept.add(replace(note, duration=final - note.onset))
    if chord is None or final >= n_steps or not notes:
        return tuple(sorted(kept | set(begun)))
    for note in _final_chord(sorted(kept), begun, chord, final, n_steps):
        if may(note) and _clear(kept, note, may):
            kept.add(note)
    return tuple(sorted(kept))


def _final_chord(before: Sequence[Note], begun: Sequence[Note], chord: Chord, final: int, n_steps: int) -> list[Note]:
    """The notes of the last chord, bass first."""
    root = chord.root
    level = round(sum(note.velocity for note in begun) / len(begun)) if begun else _FINAL_VELOCITY
    pitches: dict[Voice, set[int]] = {voice: set() for voice in Voice}
    pitches[Voice.BASS] = {nearest_pitch(_last_pitch(before, begun, Voice.BASS), (root,), Voice.BASS)}
    for note in begun:
        if note.voice is not Voice.BASS and len(pitches[note.voice]) < 3:
            pitches[note.voice].add(nearest_pitch(note.pitch, chord.chroma, note.voice))
    third = (root + chord.intervals[1]) % 12
    if not pitches[Voice.MELODY] and any(note.voice is Voice.MELODY for note in before[-48:]):
        near = _last_pitch(before, begun, Voice.MELODY)
        pitches[Voice.MELODY] = {nearest_pitch(near, (root, third), Voice.MELODY)}
    near = _last_pitch(before, begun, Voice.INNER)
    for wanted in (third, (root + chord.intervals[2]) % 12, root):
        if len(pitches[Voice.INNER]) < 2 or not any(p % 12 == third for voice in Voice for p in pitches[voice]):
            pitches[Voice.INNER].add(nearest_pitch(near, (wanted,), Voice.INNER))
    return [
        Note(final, voice, pitch, n_steps - final, min(max(level, 40), 100))
        for voice in (Voice.BASS, Voice.INNER, Voice.MELODY)
        for pitch in sorted(pitches[voice])
    ]


def _last_pitch(before: Sequence[Note], begun: Sequence[Note], voice: Voice) -> int:
    here = [note.pitch for note in begun if note.voice is voice]
    line = [note.pitch for note in before if note.voice is voice]
    return here[0] if here else line[-1] if line else _HOME[voice]


def complete(
    notes: Sequence[Note], plan: MusicPlan, settings: GenerationSettings, *, may: May = anyone
) -> tuple[Note, ...]:
    """The notes of a piece with an ending that resolves (unless it loops), and something on every hit.

    Args:
        may: what must not change, as locked notes and what lies outside a region, is refused.
    """
    n_steps = plan.n_beats * STEPS_PER_BEAT
    done = tuple(sorted(notes))
    if settings.ending == "ring":
        done = complete_ending(done, plan.harmony, final_step(plan.tempo, plan.duration_s), n_steps=n_steps, may=may)
    if settings.hit_onsets and notes:
        done = complete_hits(done, plan.harmony, _hits_to_complete(plan, settings), n_steps=n_steps, may=may)
    return done


def _hits_to_complete(plan: MusicPlan, settings: GenerationSettings) -> list[int]:
    """The hits on which something must begin: while the last chord rings only the starred ones."""
    if settings.ending == "loop":
        return list(plan.accent_steps())
    final = final_step(plan.tempo, plan.duration_s)
    starred = () if plan.solution is None else plan.solution.star_steps()
    return [step for step in plan.accent_steps() if step <= final or step in starred]
