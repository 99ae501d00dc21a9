"""Edits of notes by hand, as pure functions. A group of notes keeps its shape: it stops as a whole where one of them
would leave the piece or the piano."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Final

from engine.music.notes import HIGHEST_PITCH, LOWEST_PITCH, Note, Voice

LOUDEST: Final = 127
SOFTEST: Final = 1


def in_order(notes: Iterable[Note]) -> tuple[Note, ...]:
    """Notes as the engine orders them, in less time than comparing them takes."""
    return tuple(sorted(notes, key=lambda n: (n.onset, n.voice, n.pitch, n.duration, n.velocity)))


def moved(chosen: Collection[Note], *, steps: int = 0, pitches: int = 0, n_steps: int) -> frozenset[Note]:
    """Notes moved in time and pitch, as far as they can."""
    if not chosen:
        return frozenset()
    steps = min(max(steps, -min(n.onset for n in chosen)), max(0, n_steps - max(n.end for n in chosen)))
    up = max(0, HIGHEST_PITCH - max(n.pitch for n in chosen))
    down = min(0, LOWEST_PITCH - min(n.pitch for n in chosen))
    pitches = min(max(pitches, down), up)
    return frozenset(replace(n, onset=n.onset + steps, pitch=n.pitch + pitches) for n in chosen)


def stretched(chosen: Collection[Note], *, start: int = 0, end: int = 0, n_steps: int) -> frozenset[Note]:
    """Notes whose beginnings or ends are moved by so many steps; each keeps a step of length at least."""
    made = []
    for note in chosen:
        first = min(max(0, note.onset + start), note.end - 1)
        last = max(min(max(n_steps, note.end), note.end + end), first + 1)
        made.append(replace(note, onset=first, duration=last - first))
    return frozenset(made)


def louder(chosen: Collection[Note], by: int) -> frozenset[Note]:
    """Notes with another velocity each, within what MIDI has."""
    return frozenset(replace(n, velocity=min(max(SOFTEST, n.velocity + by), LOUDEST)) for n in chosen)


def at_velocity(chosen: Collection[Note], velocity: int) -> frozenset[Note]:
    """Notes of one velocity."""
    velocity = min(max(SOFTEST, velocity), LOUDEST)
    return frozenset(replace(n, velocity=velocity) for n in chosen)


def given_to(chosen: Collection[Note], voice: Voice) -> frozenset[Note]:
    """Notes in another voice."""
    return frozenset(replace(n, voice=voice) for n in chosen)


def placed(chosen: Collection[Note], step: int, n_steps: int) -> frozenset[Note]:
    """Notes shifted so that the first begins at a step; those that would begin outside of the piece are left out."""
    if not chosen:
        return frozenset()
    shift = step - min(n.onset for n in chosen)
    there = (replace(n, onset=n.onset + shift) for n in chosen)
    return frozenset(replace(n, duration=min(n.duration, n_steps - n.onset)) for n in there if 0 <= n.onset < n_steps)


def put(notes: Iterable[Note], removed: Collection[Note], added: Collection[Note]) -> tuple[Note, ...]:
    """A piece with some notes in place of others. Two notes of a voice never sound at one pitch: what is put wins,
    a note before it ends where it begins."""
    gone = frozenset(removed)
    taken: dict[tuple[int, int], list[Note]] = defaultdict(list)
    for note in added:
        taken[note.voice, note.pitch].append(note)
    kept: set[Note] = set(added)
    for note in notes:
        if note in gone:
            continue
        here: Note | None = note
        for other in taken.get((note.voice, note.pitch), ()):
            if here is not None and here.onset < other.end and other.onset < here.end:
                here = replace(here, duration=other.onset - here.onset) if here.onset < other.onset else None
        if here is not None:
            kept.add(here)
    return in_order(kept)
