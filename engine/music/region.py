"""Which cells of a piece may change: regions by bars, beats, time, shot, voice, pitch band, or free sets of cells.

A region is the intersection of its limits; a selection is the union of its regions. A note belongs to the region in
which it begins. What lies outside a selection is locked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.music.music_plan import MusicPlan
from engine.music.notes import N_VOICES, Note, Voice
from engine.timebase import N_PITCHES, STEPS_PER_BAR, STEPS_PER_BEAT
from engine.wording import Told

Cell = tuple[int, int, int]
"""Voice, step, pitch."""


@dataclass(frozen=True, slots=True)
class Region:
    """Cells that lie within all limits given; None limits nothing.

    Attributes:
        steps: [first, end) in 16ths.
        voices: those that may change.
        pitches: [lowest, highest], both included.
        cells: exactly these.
    """

    steps: tuple[int, int] | None = None
    voices: frozenset[Voice] | None = None
    pitches: tuple[int, int] | None = None
    cells: frozenset[Cell] | None = None

    def holds(self, voice: int, step: int, pitch: int) -> bool:
        """Whether a cell lies in the region."""
        return (
            (self.steps is None or self.steps[0] <= step < self.steps[1])
            and (self.voices is None or voice in self.voices)
            and (self.pitches is None or self.pitches[0] <= pitch <= self.pitches[1])
            and (self.cells is None or (voice, step, pitch) in self.cells)
        )

    def to_json(self) -> dict[str, Any]:
        """Plain data; limits that are not given are left out."""
        data: dict[str, Any] = {}
        if self.steps is not None:
            data["steps"] = list(self.steps)
        if self.voices is not None:
            data["voices"] = sorted(voice.name.lower() for voice in self.voices)
        if self.pitches is not None:
            data["pitches"] = list(self.pitches)
        if self.cells is not None:
            data["cells"] = sorted(list(cell) for cell in self.cells)
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Region:
        """Read a region.

        Raises:
            InputError: for unknown limits or malformed ones.
        """
        unknown = sorted(set(data) - {"steps", "voices", "pitches", "cells"})
        if unknown:
            raise InputError("Unknown limits of a region: {unknown}.", unknown=", ".join(unknown))
        try:
            return cls(
                steps=_pair(data.get("steps")),
                voices=None if "voices" not in data else frozenset(Voice[str(v).upper()] for v in data["voices"]),
                pitches=_pair(data.get("pitches")),
                cells=None if "cells" not in data else frozenset(_cell(*cell) for cell in data["cells"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise InputError("The region cannot be read: {error}.", _REGION_FORM, error=error) from error


_REGION_FORM: Final = (
    "steps and pitches are pairs of numbers, voices are melody, inner and bass, cells are [voice 0..2, 16th, pitch]."
)


def _pair(values: Sequence[int] | None) -> tuple[int, int] | None:
    if values is None:
        return None
    first, last = values
    return int(first), int(last)


def _cell(voice: int, step: int, pitch: int) -> Cell:
    cell = int(voice), int(step), int(pitch)
    if not (0 <= cell[0] < N_VOICES and cell[1] >= 0 and 0 <= cell[2] < N_PITCHES):
        raise ValueError(f"there is no cell {list(cell)}")
    return cell


@dataclass(frozen=True, slots=True)
class Selection:
    """The union of regions: what may change."""

    regions: tuple[Region, ...]

    def holds(self, note: Note) -> bool:
        """Whether a note begins in the selection."""
        return any(region.holds(note.voice, note.onset, note.pitch) for region in self.regions)

    def mask(self, n_steps: int) -> NDArray[np.bool_]:
        """The cells of a piece that may change, bool `[V, n_steps, 128]`."""
        free = np.zeros((N_VOICES, n_steps, N_PITCHES), np.bool_)
        for region in self.regions:
            free |= _mask(region, n_steps)
        return free

    def to_json(self) -> list[dict[str, Any]]:
        """Plain data; `from_json` reads it back."""
        return [region.to_json() for region in self.regions]

    @classmethod
    def from_json(cls, rows: Iterable[Mapping[str, Any]]) -> Selection:
        return cls(tuple(Region.from_json(row) for row in rows))


def _mask(region: Region, n_steps: int) -> NDArray[np.bool_]:
    free = np.zeros((N_VOICES, n_steps, N_PITCHES), np.bool_)
    first, end = region.steps or (0, n_steps)
    low, high = region.pitches or (0, N_PITCHES - 1)
    for voice in region.voices if region.voices is not None else Voice:
        free[voice, max(first, 0) : max(end, 0), low : high + 1] = True
    if region.cells is not None:
        picked = np.zeros_like(free)
        inside = [cell for cell in region.cells if cell[1] < n_steps]
        if inside:
            picked[tuple(np.array(inside).T)] = True
        free &= picked
    return free


_FORM: Final = "Give limits such as bars=5:8, beats=17:20, time=12.5:20, shot=3, voice=melody or pitch=60:72."


def parse_region(text: str, plan: MusicPlan) -> Region:
    """A region from text: limits joined by commas, as "bars=5:8,voice=melody".

    bars and beats count from 1 and include both ends; time is [from, to) in seconds of the video; shot counts from 1
    and covers the 16ths that begin in it; voices may be joined by +; pitch gives MIDI pitches, both ends included.

    Raises:
        InputError: for unknown limits, malformed numbers, or a region that lies outside the piece.
    """
    limits: dict[str, Any] = {}
    spans: list[tuple[int, int]] = []
    for item in text.split(","):
        name, sign, value = item.strip().partition("=")
        if not sign or not value:
            raise InputError("'{item}' is not a limit of a region.", _FORM, item=item.strip())
        if name in ("bars", "beats", "time", "shot"):
            spans.append(_steps_of(name, value, plan))
        elif name == "voice":
            limits["voices"] = frozenset(_voice(part) for part in value.split("+"))
        elif name == "pitch":
            limits["pitches"] = _numbers(name, value, int)
        else:
            raise InputError("A region has no limit '{name}'.", _FORM, name=name)
    if spans:
        first, end = max(a for a, _ in spans), min(b for _, b in spans)
        if first >= end or first >= plan.n_beats * STEPS_PER_BEAT or end <= 0:
            raise InputError("The region '{text}' holds nothing of this piece.", _extent(plan), text=text)
        limits["steps"] = (max(first, 0), min(end, plan.n_beats * STEPS_PER_BEAT))
    return Region(**limits)


def _extent(plan: MusicPlan) -> Told:
    return Told(
        "It has {bars} bars, {beats} beats, {shots} shots, {duration_s:.2f} s.",
        bars=-(-plan.n_beats * STEPS_PER_BEAT // STEPS_PER_BAR),
        beats=plan.n_beats,
        shots=len(plan.shots),
        duration_s=float(plan.duration_s),
    )


def _voice(name: str) -> Voice:
    try:
        return Voice[name.strip().upper()]
    except KeyError:
        raise InputError("There is no voice '{name}'.", "Choose among: melody, inner, bass.", name=name) from None


def _numbers(name: str, value: str, kind: Any) -> tuple[Any, Any]:
    parts = value.split(":")
    try:
        numbers = [kind(part) for part in parts]
    except ValueError:
        numbers = []
    if len(numbers) not in (1, 2) or numbers[-1] < numbers[0]:
        raise InputError("'{name}={value}' is not a range.", _FORM, name=name, value=value)
    return numbers[0], numbers[-1]


def _steps_of(name: str, value: str, plan: MusicPlan) -> tuple[int, int]:
    if name == "time":
        start_s, end_s = _numbers(name, value, Fraction)
        return _first_step(start_s - plan.offset_s, plan), _first_step(end_s - plan.offset_s, plan)
    first, last = _numbers(name, value, int)
    if name == "shot":
        if not 1 <= first <= last <= len(plan.shots):
            raise InputError("There is no shot {value}.", _extent(plan), value=value)
        return _first_step(plan.shots[first - 1].start_s, plan), _first_step(plan.shots[last - 1].end_s, plan)
    size = STEPS_PER_BAR if name == "bars" else STEPS_PER_BEAT
    if first < 1:
        raise InputError("'{name}={value}': {name} count from 1.", _extent(plan), name=name, value=value)
    return (first - 1) * size, last * size


def _first_step(time_s: Fraction, plan: MusicPlan) -> int:
    """The first 16th that begins at a time or after it (a hundredth of a 16th early counts as there)."""
    return int(np.ceil(float(plan.tempo.beat(time_s)) * STEPS_PER_BEAT - 0.01))


@dataclass(frozen=True, slots=True)
class Difference:
    """How a take differs from the one it was made from."""

    kept: tuple[Note, ...]
    removed: tuple[Note, ...]
    new: tuple[Note, ...]

    @classmethod
    def between(cls, before: Iterable[Note], after: Iterable[Note]) -> Difference:
        """Notes of both, of the first alone, of the second alone, each in order."""
        old, fresh = set(before), set(after)
        return cls(tuple(sorted(old & fresh)), tuple(sorted(old - fresh)), tuple(sorted(fresh - old)))

    def counts(self) -> dict[str, int]:
        """How many notes of each kind."""
        return {"kept": len(self.kept), "removed": len(self.removed), "new": len(self.new)}

    def to_json(self) -> dict[str, Any]:
        """Notes as [onset, voice, pitch, duration, velocity]."""
        return {
            name: [[n.onset, int(n.voice), n.pitch, n.duration, n.velocity] for n in notes]
            for name, notes in (("kept", self.kept), ("removed", self.removed), ("new", self.new))
        }
