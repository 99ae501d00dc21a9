"""The plan of a piece: key, one chord a beat, phrases, sections; written by `engine.music.progression` or by hand."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.music.chords import Chord, Key, chord_rows, parse_chord, parse_key
from engine.music.controls import FloatArray, form_rows, key_rows

PLAN_SCHEMA: Final = 1


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the form, `[start_beat, end_beat)`.

    Attributes:
        letter: "A", "B", ...; "A'" is A with another ending.
        key: its own key where it differs from the plan's; else None.
    """

    start_beat: int
    end_beat: int
    letter: str
    key: Key | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of T beats.

    Attributes:
        key: the main key.
        chords: one a beat, None for no chord, `T`.
        phrase_starts: whether a phrase begins on the beat, `T`.
        sections: cover `[0, T)` without gaps.

    Raises:
        ValueError: if the lengths differ or the sections do not cover the piece.
    """

    key: Key
    chords: tuple[Chord | None, ...]
    phrase_starts: tuple[bool, ...]
    sections: tuple[Section, ...]

    def __post_init__(self) -> None:
        if len(self.chords) != len(self.phrase_starts):
            raise ValueError(f"{len(self.chords)} chords but {len(self.phrase_starts)} phrase marks")
        edges = [0, *(section.end_beat for section in self.sections)]
        starts = [section.start_beat for section in self.sections]
        rising = all(a < b for a, b in zip(starts, edges[1:], strict=True))
        if starts != edges[:-1] or edges[-1] != self.n_beats or not rising:
            raise ValueError("sections must cover the piece in order, without gaps")

    @property
    def n_beats(self) -> int:
        return len(self.chords)

    def chord_at(self, beat: float) -> Chord | None:
        """The chord that sounds at a beat, which may be fractional; the outer chords hold beyond the ends."""
        return self.chords[min(max(int(np.floor(beat)), 0), self.n_beats - 1)] if self.chords else None

    def section_at(self, beat: float) -> Section | None:
        """The section of a beat; the outer sections hold beyond the ends. None in an empty plan."""
        if not self.sections:
            return None
        return self.sections[max(bisect_right([s.start_beat for s in self.sections], beat) - 1, 0)]

    def key_at(self, beat: float) -> Key:
        """The key in force at a beat."""
        section = self.section_at(beat)
        return self.key if section is None or section.key is None else section.key

    def to_json(self) -> dict[str, Any]:
        """As plain lists: chords as `[label, beats]` runs, phrases as the beats on which they start."""
        runs: list[list[Any]] = []
        previous: Chord | None = None
        for chord in self.chords:
            if not runs or chord != previous:
                runs.append(["N" if chord is None else chord.label, 0])
            runs[-1][1] += 1
            previous = chord
        return {
            "schema": PLAN_SCHEMA,
            "key": self.key.label,
            "chords": runs,
            "phrases": [i for i, start in enumerate(self.phrase_starts) if start],
            "sections": [
                {"start": s.start_beat, "end": s.end_beat, "letter": s.letter}
                | ({} if s.key is None else {"key": s.key.label})
                for s in self.sections
            ],
        }


def plan_from_json(data: Mapping[str, Any]) -> Plan:
    """The plan that `Plan.to_json` wrote.

    Raises:
        InputError: if it is no plan, or one of a later version.
    """
    if data.get("schema") != PLAN_SCHEMA:
        raise InputError("This is not a plan that this version reads.", "Write the plan again with this version.")
    try:
        chords = [parse_chord(label) for label, beats in data["chords"] for _ in range(int(beats))]
        starts = {int(beat) for beat in data["phrases"]}
        sections = [
            Section(int(s["start"]), int(s["end"]), str(s["letter"]), parse_key(s["key"]) if "key" in s else None)
            for s in data["sections"]
        ]
        marks = tuple(i in starts for i in range(len(chords)))
        return Plan(parse_key(data["key"]), tuple(chords), marks, tuple(sections))
    except (KeyError, TypeError, ValueError) as error:
        raise InputError("This plan is damaged.", "Write the plan again.") from error


def dumps_plan(plan: Plan) -> str:
    """The plan as JSON text."""
    return json.dumps(plan.to_json(), indent=1, ensure_ascii=True)


def plan_rows(plan: Plan, *, loops: bool = False) -> FloatArray:
    """Plan rows of a piece, f32 `[T, PLAN_WIDTH]`: key, chord and form (see `engine.music.controls`).

    Args:
        loops: whether the piece has neither beginning nor end: every beat then lies far from both.
    """
    t = plan.n_beats
    keys = [plan.key_at(beat) for beat in range(t)]
    roots = np.array([-1 if c is None else c.root for c in plan.chords], np.int64)
    basses = np.array([-1 if c is None else c.bass for c in plan.chords], np.int64)
    chroma: NDArray[np.uint8] = np.zeros((t, 12), np.uint8)
    for beat, chord in enumerate(plan.chords):
        if chord is not None:
            chroma[beat, list(chord.chroma)] = 1
    key = key_rows(np.array([k.tonic for k in keys], np.int64), np.array([k.minor for k in keys], bool))
    form = form_rows(t, np.array(plan.phrase_starts, bool))
    if loops:
        form[:, 1:] = 1.0
    return np.hstack([key, chord_rows(roots, chroma, basses), form])
