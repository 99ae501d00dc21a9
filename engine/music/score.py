"""From notes on the grid to a score that can be played: parts, velocities, timing, articulation, pedal, an ending.

`perform` is a pure function of its arguments: the same notes, tempo, palette and seed give the same score.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.music.articulation import fit_range, harmony_changes, held_ends, played_onsets
from engine.music.dynamics import no_two_alike, phrase_arch, shape_velocities
from engine.music.notes import Note, Voice
from engine.music.palettes import Articulation, Layer, palette_of
from engine.music.tempo import seconds_of_steps
from engine.timebase import STEPS_PER_BAR, STEPS_PER_BEAT, TempoMap

FloatArray = NDArray[np.float32]
Array = NDArray[np.float64]

PEDAL: Final = 64
EXPRESSION: Final = 11

PEDAL_LIFT_S: Final = 0.06
"""The pedal goes down again this long after the new harmony: earlier would catch the old one."""
LAST_START_S: Final = 0.15
"""What would begin so close to the end is left out: a click, not a note."""
RETRIGGER_GAP_S: Final = 0.004
LONGEST_PULL_S: Final = 0.06
"""A hand strays no further from the beat for a hit's sake: more is heard as a stumble."""
LOOP_TAIL_S: Final = 2.5
_NO_PULLS: Final[Mapping[int, float]] = {}
_LOUDEST: Final = 126
_SOFTEST: Final = 8


@dataclass(frozen=True, slots=True, order=True)
class ScoreNote:
    """One note as played: MIDI pitch, velocity 1..127, seconds from the start of the film."""

    start_s: float
    pitch: int
    end_s: float
    velocity: int


@dataclass(frozen=True, slots=True, order=True)
class Control:
    """One MIDI control change at a time in seconds."""

    time_s: float
    number: int
    value: int


@dataclass(frozen=True, slots=True, order=True)
class Marker:
    """A named instant, as a cut."""

    time_s: Fraction
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """What one instrument plays.

    Attributes:
        name: as "Melody: Flute"; voice: the voice it plays; doubles: whether another part is that voice itself.
        program: General MIDI program.
        notes: in time order; notes of one pitch never overlap.
        controls: in time order.
        level_lu, pan, reverb, chorus, lowpass_hz: for the mixing desk, see `Layer`.
    """

    name: str
    voice: Voice
    program: int
    notes: tuple[ScoreNote, ...]
    controls: tuple[Control, ...] = ()
    doubles: bool = False
    level_lu: float = 0.0
    pan: float = 0.0
    reverb: float = 0.25
    chorus: float = 0.0
    lowpass_hz: float | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """A piece ready to be written as MIDI or rendered.

    Attributes:
        parts: one or more per voice; a voice without notes has none.
        tempo: the grid that the notes were written on.
        end_s: nothing sounds after this.
        markers: cuts and other named instants, in time order.
        room_s: reverberation time of the palette's room.
        palette: its name.
    """

    parts: tuple[Part, ...]
    tempo: TempoMap
    end_s: Fraction
    markers: tuple[Marker, ...] = ()
    room_s: float = 1.5
    palette: str = "piano"

    @property
    def n_notes(self) -> int:
        return sum(len(part.notes) for part in self.parts)


def perform(
    notes: Sequence[Note],
    tempo: TempoMap,
    *,
    palette: str,
    end_s: Fraction,
    accents: Sequence[int] = (),
    seed: int = 0,
    intensity: FloatArray | None = None,
    markers: Sequence[Marker] = (),
    pulls: Mapping[int, float] = _NO_PULLS,
    loops: bool = False,
) -> Score:
    """Play grid notes with a palette.

    Args:
        notes: on the 16th grid, any order; what begins after `end_s`, or on a beat that is elided, is left out.
        tempo: where the steps lie in time.
        palette: a name of `engine.music.palettes`.
        end_s: end of the film; the last notes ring to it and stop.
        accents: steps of hits; they are played louder and exactly on their step.
        seed: of looseness and unevenness.
        intensity: one value per beat, as the condition row of that name; moves loudness by up to 18 units of velocity.
        markers: carried into the score.
        pulls: step -> the second at which what begins there is played instead, up to `LONGEST_PULL_S` from the step: a
            hit that the tempo cannot reach is met by a hand that waits or hurries.
        loops: whether the end flows into the beginning: nothing is held out, and what sounds at the end rings on
            beyond it, for `LOOP_TAIL_S` at most.

    Raises:
        InputError: for an unknown palette.
    """
    chosen = palette_of(palette)
    lead = chosen.layers[Voice.MELODY][0]
    stage = _Stage.of(lead, notes, tempo, float(end_s), frozenset(accents), seed, intensity, pulls=pulls, loops=loops)
    parts = [
        part
        for voice, layers in chosen.layers.items()
        for i, layer in enumerate(layers)
        if (part := stage.part(voice, layer, doubles=i > 0)) is not None
    ]
    if not loops:
        parts = _ring_to_end(parts, float(end_s))
    return Score(tuple(parts), tempo, end_s, tuple(sorted(markers)), chosen.room_s, palette)


@dataclass(frozen=True, slots=True, eq=False)
class _Stage:
    """What all parts of one performance share. `ceiling`: the melody on each step, as written and as played."""

    notes: tuple[Note, ...]
    velocities: NDArray[np.int64]
    times_s: Array
    changes: tuple[int, ...]
    end_s: float
    accents: frozenset[int]
    seed: int
    intensity: FloatArray | None
    ceiling: dict[int, tuple[int, int]]
    loops: bool = False

    @classmethod
    def of(
        cls,
        lead: Layer,
        notes: Sequence[Note],
        tempo: TempoMap,
        end_s: float,
        accents: frozenset[int],
        seed: int,
        intensity: FloatArray | None,
        *,
        pulls: Mapping[int, float],
        loops: bool,
    ) -> _Stage:
        last = max((note.end for note in notes), default=0)
        times_s = _pulled(seconds_of_steps(tempo, np.arange(last + 1)), pulls)
        latest_s = end_s - (1e-3 if loops else LAST_START_S)
        within = [note for note in notes if note.onset >= 0 and times_s[note.onset] <= latest_s]
        kept = tuple(sorted(note for note in within if tempo.sounds(Fraction(note.onset, STEPS_PER_BEAT))))
        velocities = shape_velocities(kept, accents=accents, seed=seed, intensity=intensity)
        tune = [note for note in kept if note.voice is Voice.MELODY]
        ceiling: dict[int, tuple[int, int]] = {}
        for note, pitch in zip(tune, fit_range(tune, lead), strict=True):
            ceiling.setdefault(note.onset, (note.pitch, pitch))  # the lowest of a melody chord comes first
        changes = harmony_changes(kept)
        return cls(kept, velocities, times_s, changes, end_s, accents, seed, intensity, ceiling, loops)

    @property
    def silent_s(self) -> float:
        """When the last note must be let go."""
        return self.end_s + LOOP_TAIL_S if self.loops else self.end_s

    def part(self, voice: Voice, layer: Layer, *, doubles: bool) -> Part | None:
        """The part of one instrument, None when it has nothing to play."""
        mine = [
            i
            for i, note in enumerate(self.notes)
            if note.voice is voice
            and self.velocities[i] >= layer.lowest_velocity
            and (not layer.hits_only or note.onset in self.accents)
        ]
        if not mine:
            return None
        notes = [self.notes[i] for i in mine]
        how = layer.articulation
        written_s = self.times_s[[note.onset for note in notes]]
        starts_s = played_onsets(written_s, notes, how, accents=self.accents, seed=self.seed)
        ends_s = held_ends(notes, how, times_s=self.times_s, starts_s=starts_s, changes=self.changes)
        pitches = fit_range(notes, layer, ceiling=self.ceiling if voice is Voice.BASS else None)
        onsets = np.array([note.onset for note in notes], np.int64)
        velocities = no_two_alike(_read(self.velocities[mine], layer), onsets, np.zeros_like(onsets))
        played = [
            ScoreNote(float(start), pitch, float(min(end, self.silent_s)), int(velocity))
            for start, pitch, end, velocity in zip(starts_s, pitches, ends_s, velocities, strict=True)
        ]
        title = voice.name.capitalize()
        return Part(
            name=f"{title} + {layer.name}" if doubles else f"{title}: {layer.name}",
            voice=voice,
            program=layer.program,
            notes=without_collisions(played),
            controls=tuple(sorted([*self._pedal(how), *self._expression(how)])),
            doubles=doubles,
            level_lu=layer.level_lu,
            pan=layer.pan,
            reverb=layer.reverb,
            chorus=layer.chorus,
            lowpass_hz=layer.lowpass_hz,
        )

    def _pedal(self, how: Articulation) -> list[Control]:
        """Up on each change of harmony, down again a moment later, up at the end."""
        if not how.pedal or not self.changes:
            return []
        controls = []
        for i, step in enumerate(self.changes):
            time_s = float(self.times_s[step])
            if i:
                controls.append(Control(time_s, PEDAL, 0))
            controls.append(Control(time_s + PEDAL_LIFT_S, PEDAL, 127))
        return [c for c in controls if c.time_s < self.end_s - PEDAL_LIFT_S] + [Control(self.end_s, PEDAL, 0)]

    def _expression(self, how: Articulation) -> list[Control]:
        """CC11 each half beat: the phrase's arch and the picture's intensity, as a bow or a breath follows them."""
        if not how.expression:
            return []
        steps = np.arange(0, len(self.times_s), STEPS_PER_BEAT // 2)
        value = 100 + 1.6 * phrase_arch(steps)
        if self.intensity is not None and np.isfinite(self.intensity).any():
            curve = np.where(np.isfinite(self.intensity), self.intensity, np.nanmean(self.intensity))
            centres = (np.arange(len(curve)) + 0.5) * STEPS_PER_BEAT
            value = value + np.clip(45 * (np.interp(steps, centres, curve) - curve.mean()), -18, 18)
        levels = np.clip(np.rint(value), 60, 127).astype(int)
        times_s = np.maximum(self.times_s[steps], 0.0)
        fresh = np.flatnonzero(np.diff(levels, prepend=-1))
        return [Control(float(times_s[i]), EXPRESSION, int(levels[i])) for i in fresh if times_s[i] < self.end_s]


def _pulled(times_s: Array, pulls: Mapping[int, float]) -> Array:
    """Times of steps, some of them moved; no step passes another."""
    moved = times_s.copy()
    for step, time_s in pulls.items():
        if 0 <= step < len(times_s) and abs(time_s - times_s[step]) <= LONGEST_PULL_S:
            moved[step] = time_s
    return moved if (np.diff(moved) >= np.minimum(np.diff(times_s), 0)).all() else times_s


def _read(velocities: NDArray[np.int64], layer: Layer) -> NDArray[np.int64]:
    """Velocities as this instrument reads them."""
    middle = 64
    read = middle + layer.velocity_scale * (velocities - middle) + layer.velocity_shift
    if layer.velocity_scale < 1:  # a soft instrument is soft at its loudest
        read = read - middle * (1 - layer.velocity_scale) * 0.5
    return np.asarray(np.clip(np.rint(read), _SOFTEST, _LOUDEST), np.int64)


def without_collisions(notes: Sequence[ScoreNote]) -> tuple[ScoreNote, ...]:
    """Notes in time order of which no two of one pitch overlap: the earlier one stops just before the later begins.

    Of two that begin together (within a few milliseconds) the louder and longer stays.
    """
    by_pitch: dict[int, list[ScoreNote]] = {}
    for note in sorted(notes):
        line = by_pitch.setdefault(note.pitch, [])
        if line and note.start_s - line[-1].start_s < 4 * RETRIGGER_GAP_S:
            before = line.pop()
            note = replace(before, end_s=max(before.end_s, note.end_s), velocity=max(before.velocity, note.velocity))
        elif line and line[-1].end_s > note.start_s - RETRIGGER_GAP_S:
            line[-1] = replace(line[-1], end_s=note.start_s - RETRIGGER_GAP_S)
        line.append(note)
    return tuple(sorted(note for line in by_pitch.values() for note in line))


def _ring_to_end(parts: Sequence[Part], end_s: float) -> list[Part]:
    """The last attack of each part that takes part in the ending, and what sounds with it, holds until the end."""
    if not parts:
        return []
    last_s = max(part.notes[-1].start_s for part in parts)
    return [_held_out(part, last_s, end_s) for part in parts]


def _held_out(part: Part, last_s: float, end_s: float) -> Part:
    own_last_s = part.notes[-1].start_s
    if last_s - own_last_s > 4.0:  # it fell silent before the ending
        return part
    final = [note.end_s >= own_last_s + 0.1 or note.start_s > own_last_s - 0.1 for note in part.notes]
    held = [replace(note, end_s=end_s) if rings else note for note, rings in zip(part.notes, final, strict=True)]
    return replace(part, notes=without_collisions(held))


def pedalled_notes(part: Part) -> tuple[ScoreNote, ...]:
    """The part's notes as they sound: what is let go while the pedal is down sounds until it comes up.

    A note also ends when its own pitch is struck again.
    """
    spans = _pedal_spans(part.controls)
    if not spans:
        return part.notes
    downs = np.array([down for down, _ in spans])
    sounding = []
    for note in part.notes:
        i = int(np.searchsorted(downs, note.end_s, side="right")) - 1
        held = i >= 0 and note.end_s < spans[i][1]
        sounding.append(replace(note, end_s=spans[i][1]) if held else note)
    return _stopped_by_repeats(sounding)


def _pedal_spans(controls: Sequence[Control]) -> list[tuple[float, float]]:
    spans: list[tuple[float, float]] = []
    down: float | None = None
    for control in sorted(controls):
        if control.number != PEDAL:
            continue
        if control.value >= 64 and down is None:
            down = control.time_s
        elif control.value < 64 and down is not None:
            spans.append((down, control.time_s))
            down = None
    if down is not None:
        spans.append((down, float("inf")))
    return spans


def _stopped_by_repeats(notes: Sequence[ScoreNote]) -> tuple[ScoreNote, ...]:
    following: dict[int, float] = {}
    result = []
    for note in reversed(notes):
        stop_s = following.get(note.pitch, float("inf"))
        result.append(replace(note, end_s=min(note.end_s, stop_s)))
        following[note.pitch] = note.start_s
    return tuple(reversed(result))


def describe(score: Score) -> Mapping[str, object]:
    """Plain facts of a score for a manifest: parts, notes, bars, end."""
    last_beat = score.tempo.beat(score.end_s)
    return {
        "palette": score.palette,
        "parts": [{"name": part.name, "program": part.program, "notes": len(part.notes)} for part in score.parts],
        "notes": score.n_notes,
        "bars": float(last_beat) * STEPS_PER_BEAT / STEPS_PER_BAR,
        "end_s": float(score.end_s),
    }
