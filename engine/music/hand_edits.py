"""What a person changed in a take's MIDI file, found by comparing it with the take as it was played.

A performance moves notes off the grid, gives them other lengths and loudness, folds them into an instrument's range.
So an edited file is compared with the file that was exported, note for note; what is the same there is the same note
of the take, and what differs moves that note by the difference.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.music.midi import PlayedFile, PlayedNote, midi_bytes, read_played, ticks_of_steps, voice_of_track
from engine.music.notes import HIGHEST_PITCH, LOWEST_PITCH, Note, Voice
from engine.music.score import Score
from engine.timebase import STEPS_PER_BAR, STEPS_PER_BEAT

_NEAR_TICKS: Final = 119.0
"""Half a 16th: an onset moved by less is the same onset."""
_LINK_TICKS: Final = 360.0
"""How far a performance may move an onset."""
_FAR_TICKS: Final = 16 * 960.0
"""A note of one pitch, length and loudness within four bars is taken for the same note, moved."""
_SLACK_TICKS: Final = 1.0
_KNOWN_SHARE: Final = 0.05
"""A file in which fewer of a take's notes are found is one of another take."""


def read_edits(path: Path, score: Score, notes: Sequence[Note]) -> tuple[Note, ...]:
    """The notes of a take after the edits in a MIDI file.

    Lengths and onsets are those of the 16th grid: smaller changes are not seen. Parts that double another are left
    out, as are drums.

    Args:
        path: the edited file.
        score: the take as played, as it was exported.
        notes: of the take.

    Returns:
        Sorted, each once; those not edited as they are in `notes`.

    Raises:
        InputError: when it is no MIDI file, or not one of this take.
    """
    last = ceil(score.tempo.beat(score.end_s) * STEPS_PER_BEAT)
    n_steps = max(last, *(note.end for note in notes)) if notes else last
    played = _Played.of(score, notes, ticks_of_steps(score.tempo, n_steps + STEPS_PER_BAR))
    pairs = _matched(played, read_played(path))
    if pairs.known < _KNOWN_SHARE * sum(len(line.notes) for line in played.lines):
        raise InputError("'{name}' is not this take as it was played.", "Name the take it came from.", name=path.name)
    return _edited(played, pairs, notes)


@dataclass(frozen=True, slots=True)
class _Line:
    """A part of the score as its MIDI file has it."""

    voice: Voice
    doubles: bool
    notes: tuple[PlayedNote, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Played:
    """A take and its MIDI file.

    Attributes:
        lines: the parts.
        origin_ticks: where the first bar of 4/4 begins.
        links: (line, number) of a played note -> the note of the take that it plays.
        steps: ticks of the 16ths.
    """

    lines: tuple[_Line, ...]
    origin_ticks: float
    links: dict[tuple[int, int], Note]
    steps: NDArray[np.float64]

    @classmethod
    def of(cls, score: Score, notes: Sequence[Note], steps: NDArray[np.float64]) -> _Played:
        file = read_played(midi_bytes(score))
        parts = [part for part in score.parts if part.notes]
        lines = tuple(_Line(part.voice, part.doubles, line) for part, (_, line) in zip(parts, file.lines, strict=True))
        links: dict[tuple[int, int], Note] = {}
        for number, line in enumerate(lines):
            if not line.doubles:
                mine = [note for note in notes if note.voice is line.voice]
                links |= {(number, i): note for i, note in _linked(line.notes, mine, steps)}
        return cls(lines, file.origin_ticks, links, steps)

    def step_at(self, ticks: float) -> int:
        """The 16th nearest to a tick; of several that take no time the last."""
        after = int(np.searchsorted(self.steps, ticks + 1e-6, side="right"))
        if after == 0:
            return 0
        nearer = after < len(self.steps) and self.steps[after] - ticks < ticks - self.steps[after - 1]
        return after if nearer else after - 1


def _linked(
    played: Sequence[PlayedNote], notes: Sequence[Note], steps: NDArray[np.float64]
) -> Iterator[tuple[int, Note]]:
    """Pairs of a played note's number and the note that it plays: of one pitch class, the nearest ones first."""
    by_class: dict[int, list[int]] = {}
    for j, note in enumerate(notes):
        by_class.setdefault(note.pitch % 12, []).append(j)
    costs = []
    for i, sound in enumerate(played):
        for j in by_class.get(sound.pitch % 12, []):
            away = abs(float(steps[notes[j].onset]) - sound.start_ticks)
            if away <= _LINK_TICKS:
                costs.append((round(away), abs(notes[j].pitch - sound.pitch), i, j))
    used: tuple[set[int], set[int]] = set(), set()
    for _, _, i, j in sorted(costs):
        if i not in used[0] and j not in used[1]:
            used[0].add(i)
            used[1].add(j)
            yield i, notes[j]


_Spot = tuple[int, int]
"""Line and number of a played note."""


@dataclass(frozen=True, slots=True, eq=False)
class _Pairs:
    """What became of the played notes.

    Attributes:
        same: those that are in the edited file as they were.
        changed: those that are in it otherwise.
        new: notes of no earlier one, with the voice that they belong to.
        known: how many are in it as they were, or transposed only.
    """

    same: frozenset[_Spot]
    changed: dict[_Spot, PlayedNote]
    new: tuple[tuple[Voice, PlayedNote], ...]
    known: int


def _matched(played: _Played, file: PlayedFile) -> _Pairs:
    slack = file.rounding_ticks + _SLACK_TICKS
    shifts = sorted({0.0, played.origin_ticks, played.origin_ticks - file.origin_ticks}, key=abs)
    best = max((_Matcher(played, file, shift, slack) for shift in shifts), key=lambda m: len(m.same))
    return best.finish()


_Alike: TypeAlias = Callable[[PlayedNote, PlayedNote], bool]
_Keep: TypeAlias = Callable[[_Spot, _Spot], None]


class _Matcher:
    """Pairs the notes of an edited file with those that were exported: first the same, then the likeliest changes."""

    def __init__(self, played: _Played, file: PlayedFile, shift_ticks: float, slack_ticks: float) -> None:
        self.played, self.slack = played, slack_ticks
        self.names = [name for name, _ in file.lines]
        self.edited: dict[_Spot, PlayedNote] = {
            (number, i): _moved(note, shift_ticks)
            for number, (_, line) in enumerate(file.lines)
            for i, note in enumerate(line)
        }
        self.before = {
            (number, i): note for number, line in enumerate(played.lines) for i, note in enumerate(line.notes)
        }
        self.homes: dict[int, dict[int, int]] = {}
        self.same: dict[_Spot, _Spot] = {}
        self.changed: dict[_Spot, PlayedNote] = {}
        self._pair(slack_ticks, lambda a, b: self._ends(a, b) and a.velocity == b.velocity, self._note_same)

    def _ends(self, a: PlayedNote, b: PlayedNote) -> bool:
        return abs(a.end_ticks - b.end_ticks) <= self.slack

    def _note_same(self, before: _Spot, edited: _Spot) -> None:
        self.same[before] = edited
        count = self.homes.setdefault(edited[0], {})
        count[before[0]] = count.get(before[0], 0) + 1
        del self.before[before], self.edited[edited]

    def _note_changed(self, before: _Spot, edited: _Spot) -> None:
        self.changed[before] = self.edited.pop(edited)
        del self.before[before]

    def _pair(self, reach_ticks: float, alike: _Alike, keep: _Keep, *, one_pitch: bool = True) -> None:
        """Pair what begins within reach and is alike, each note once; the nearest, and of the same part, first."""
        index: dict[int, list[tuple[float, _Spot]]] = {}
        for spot, note in self.before.items():
            index.setdefault(note.pitch if one_pitch else 0, []).append((note.start_ticks, spot))
        for row in index.values():
            row.sort()
        costs = []
        for edited, b in self.edited.items():
            row = index.get(b.pitch if one_pitch else 0, [])
            first = bisect_left(row, (b.start_ticks - reach_ticks, (-1, -1)))
            for start, spot in row[first:]:
                if start > b.start_ticks + reach_ticks:
                    break
                if alike(self.before[spot], b):
                    costs.append((*self._cost(spot, edited), spot, edited))
        for *_, spot, edited in sorted(costs):
            if spot in self.before and edited in self.edited:
                keep(spot, edited)

    def _cost(self, spot: _Spot, edited: _Spot) -> tuple[bool, float, int]:
        a, b = self.before[spot], self.edited[edited]
        other_home = edited[0] in self.homes and self._home(edited[0]) != spot[0]
        away = abs(a.start_ticks - b.start_ticks) + 4 * abs(a.pitch - b.pitch)
        return other_home, away, abs(spot[0] - edited[0])

    def _home(self, line: int) -> int | None:
        """The part that most notes of an edited line come from."""
        count = self.homes.get(line, {})
        return max(count, key=lambda number: (count[number], -number)) if count else None

    def finish(self) -> _Pairs:
        """Pair the rest: moved in pitch, moved in time, made longer, shorter, louder or softer."""

        keep, slack = self._note_changed, 2 * self.slack
        self._pair(self.slack, lambda a, b: self._ends(a, b) and a.velocity == b.velocity, keep, one_pitch=False)
        known = len(self.same) + len(self.changed)
        self._pair(_NEAR_TICKS, lambda _a, _b: True, keep)
        self._pair(_FAR_TICKS, lambda a, b: a.velocity == b.velocity and abs(_length(a) - _length(b)) <= slack, keep)
        new = [(self._line_of(spot), note) for spot, note in self.edited.items()]
        kept = tuple((voice, note) for voice, note in new if voice is not None)
        return _Pairs(frozenset(self.same), self.changed, kept, known)

    def _line_of(self, spot: _Spot) -> Voice | None:
        """The voice of a new note, None in a part that doubles another."""
        home = self._home(spot[0])
        if home is not None:
            line = self.played.lines[home]
            return None if line.doubles else line.voice
        if " + " in self.names[spot[0]]:
            return None
        named = voice_of_track(self.names[spot[0]])
        return named if named is not None else self._voice_near(self.edited[spot].pitch)

    def _voice_near(self, pitch: int) -> Voice:
        """The voice whose notes lie nearest to a pitch."""
        heights = {
            line.voice: float(np.mean([note.pitch for note in line.notes]))
            for line in self.played.lines
            if not line.doubles
        }
        return min(heights, key=lambda voice: abs(heights[voice] - pitch), default=Voice.MELODY)


def _moved(note: PlayedNote, ticks: float) -> PlayedNote:
    return replace(note, start_ticks=note.start_ticks + ticks, end_ticks=note.end_ticks + ticks)


def _length(note: PlayedNote) -> float:
    return note.end_ticks - note.start_ticks


def _edited(played: _Played, pairs: _Pairs, notes: Sequence[Note]) -> tuple[Note, ...]:
    """The take's notes with what became of them."""
    linked = {note: spot for spot, note in played.links.items()}
    result: dict[tuple[int, Voice, int], Note] = {}
    for note in notes:
        spot = linked.get(note)
        if spot is None or spot in pairs.same:
            result[note.onset, note.voice, note.pitch] = note  # as it was, or never heard
    changed = [
        _changed(played, note, spot, pairs.changed[spot]) for note, spot in linked.items() if spot in pairs.changed
    ]
    fresh = [_fresh(played, voice, note) for voice, note in pairs.new]
    for note in (*changed, *fresh):
        result[note.onset, note.voice, note.pitch] = note
    return tuple(sorted(result.values()))


def _changed(played: _Played, note: Note, spot: _Spot, after: PlayedNote) -> Note:
    """A note of the take, moved by what the played one was moved by."""
    before = played.lines[spot[0]].notes[spot[1]]
    onset, end = note.onset, note.end
    if abs(after.start_ticks - before.start_ticks) > _SLACK_TICKS:
        onset = played.step_at(float(played.steps[note.onset]) + after.start_ticks - before.start_ticks)
    if abs(after.end_ticks - before.end_ticks) > _SLACK_TICKS:
        last = float(played.steps[min(note.end, len(played.steps) - 1)])
        end = played.step_at(last + after.end_ticks - before.end_ticks)
    return Note(
        onset,
        note.voice,
        _in_reach(note.pitch + after.pitch - before.pitch),
        max(1, end - onset),
        _loudness(note.velocity + after.velocity - before.velocity),
    )


def _fresh(played: _Played, voice: Voice, sound: PlayedNote) -> Note:
    """A new note on the grid; where its part plays in another octave or louder than written, so is it."""
    near = [
        (abs(played.lines[line].notes[i].start_ticks - sound.start_ticks), line, i, note)
        for (line, i), note in played.links.items()
        if note.voice is voice
    ]
    octaves = louder = 0
    if near:
        _, line, i, note = min(near)
        octaves = played.lines[line].notes[i].pitch - note.pitch
        louder = played.lines[line].notes[i].velocity - note.velocity
    onset = played.step_at(sound.start_ticks)
    length = max(1, played.step_at(sound.end_ticks) - onset)
    return Note(onset, voice, _in_reach(sound.pitch - octaves), length, _loudness(sound.velocity - louder))


def _in_reach(pitch: int) -> int:
    """The pitch, by octaves within a piano's."""
    while pitch < LOWEST_PITCH:
        pitch += 12
    while pitch > HIGHEST_PITCH:
        pitch -= 12
    return pitch


def _loudness(velocity: int) -> int:
    return min(127, max(1, velocity))
