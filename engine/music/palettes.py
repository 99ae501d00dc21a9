"""Palettes: which instruments play the three voices, and how.

A `Layer` is one instrument on one voice: its General MIDI program, the range in which it sounds well, its level in the
mix, its place in the stereo picture and its way of playing. A voice may have several layers; the first is the voice
itself, the others double it.

Levels are what a listener should hear (loudness relative to the melody, in LU), not fader positions: soundfonts differ
by more than 20 dB from program to program, so the mixing desk measures each part and sets the fader.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from engine.errors import InputError
from engine.music.notes import Voice


@dataclass(frozen=True, slots=True)
class Articulation:
    """How an instrument turns written lengths into sounding ones.

    Attributes:
        gate: share of the written length that is held, where nothing joins it to the next note.
        join_steps: a gap up to this many steps before the line's next note is closed (legato); 0 never.
        overlap_s: how far a joined note reaches into the next one.
        ring_steps: plucked strings and bells ring on, up to so many steps or the next change of harmony.
        strum_s: time between neighbouring notes of a chord.
        looseness_s: spread of the onsets around the grid.
        lead_s: how much earlier than the grid the part is played (the melody leads a little).
        pedal: sustain pedal (CC64), changed with the harmony.
        expression: swell with the phrase (CC11); for instruments that can.
    """

    gate: float = 1.0
    join_steps: int = 0
    overlap_s: float = 0.0
    ring_steps: int = 0
    strum_s: float = 0.0
    looseness_s: float = 0.005
    lead_s: float = 0.0
    pedal: bool = False
    expression: bool = False


SINGING: Final = Articulation(join_steps=1, overlap_s=0.03, looseness_s=0.005, lead_s=0.002)
PEDALLED: Final = Articulation(join_steps=1, overlap_s=0.0, strum_s=0.005, looseness_s=0.004, pedal=True)
BOWED: Final = Articulation(join_steps=2, overlap_s=0.05, looseness_s=0.006, expression=True)
PLUCKED: Final = Articulation(ring_steps=16, strum_s=0.012, looseness_s=0.005)
PAD: Final = Articulation(join_steps=4, overlap_s=0.12, looseness_s=0.003, pedal=True, expression=True)
DETACHED: Final = Articulation(gate=0.6, looseness_s=0.004)


@dataclass(frozen=True, slots=True)
class Layer:
    """One instrument on one voice.

    Attributes:
        name: shown to people, and the MIDI track's name beside the voice's.
        program: General MIDI program, 0..127.
        low, high: MIDI pitches between which the part is folded by octaves; at least two octaves apart.
        level_lu: loudness against the melody.
        pan: -1 left .. +1 right.
        articulation: see `Articulation`.
        octave: octaves added to the written pitch before folding.
        velocity_scale, velocity_shift: the instrument's own reading of velocity.
        reverb, chorus: send levels, 0..1.
        lowpass_hz: a gentle low-pass on the part; None leaves it open.
        lowest_velocity: a doubling layer plays only what is at least this loud; 0 plays all.
        hits_only: a doubling layer plays only what begins on a hit: a quick attack beside slow instruments.
    """

    name: str
    program: int
    low: int
    high: int
    level_lu: float = 0.0
    pan: float = 0.0
    articulation: Articulation = SINGING
    octave: int = 0
    velocity_scale: float = 1.0
    velocity_shift: float = 0.0
    reverb: float = 0.25
    chorus: float = 0.0
    lowpass_hz: float | None = None
    lowest_velocity: int = 0
    hits_only: bool = False


@dataclass(frozen=True, slots=True)
class Palette:
    """Instruments for the three voices.

    Attributes:
        name: as it is typed; title: as it is shown.
        description: one line for people.
        layers: at least one per voice, the first is the voice itself.
        room_s: reverberation time of the room.
    """

    name: str
    title: str
    description: str
    room_s: float
    layers: Mapping[Voice, tuple[Layer, ...]] = field(default_factory=dict)


def _palette(
    name: str,
    title: str,
    description: str,
    *,
    room_s: float,
    melody: tuple[Layer, ...],
    inner: tuple[Layer, ...],
    bass: tuple[Layer, ...],
) -> Palette:
    layers = MappingProxyType({Voice.MELODY: melody, Voice.INNER: inner, Voice.BASS: bass})
    return Palette(name, title, description, room_s, layers)


_ALL: Final = (
    _palette(
        "piano",
        "Piano",
        "One concert grand, melody in front, pedal with the harmony.",
        room_s=1.5,
        melody=(Layer("Piano", 0, 45, 103, pan=0.08, velocity_shift=8, reverb=0.22),),
        inner=(Layer("Piano", 0, 33, 96, -5, -0.05, PEDALLED, velocity_shift=-6, reverb=0.22),),
        bass=(Layer("Piano", 0, 24, 67, -3.5, -0.12, PEDALLED, reverb=0.16),),
    ),
    _palette(
        "felt-piano",
        "Felt piano",
        "A soft, close upright for quiet pictures.",
        room_s=1.1,
        melody=(
            Layer("Felt piano", 0, 45, 96, 0, 0.1, velocity_scale=0.6, velocity_shift=14, reverb=0.3, lowpass_hz=2600),
        ),
        inner=(
            Layer(
                "Felt piano",
                0,
                33,
                91,
                -6,
                -0.08,
                PEDALLED,
                velocity_scale=0.55,
                velocity_shift=8,
                reverb=0.3,
                lowpass_hz=2200,
            ),
        ),
        bass=(
            Layer(
                "Felt piano",
                0,
                26,
                64,
                -5,
                -0.1,
                PEDALLED,
                velocity_scale=0.55,
                velocity_shift=12,
                reverb=0.2,
                lowpass_hz=1800,
            ),
        ),
    ),
    _palette(
        "strings-and-piano",
        "Strings and piano",
        "Piano in front of a string section.",
        room_s=1.9,
        melody=(
            Layer("Piano", 0, 48, 103, 0, 0.1, velocity_shift=8, reverb=0.25),
            Layer("Violins", 48, 55, 96, -9, -0.25, BOWED, reverb=0.4, velocity_scale=0.8),
        ),
        inner=(
            Layer("Strings", 48, 43, 88, -7, 0.15, BOWED, velocity_shift=-4, reverb=0.4),
            Layer("Piano", 0, 40, 91, -9, -0.1, PEDALLED, velocity_shift=-8, reverb=0.25),
        ),
        bass=(
            Layer("Cellos and basses", 48, 28, 60, -6, 0.25, BOWED, reverb=0.3),
            Layer("Piano", 0, 26, 64, -8, -0.1, PEDALLED, reverb=0.2),
        ),
    ),
    _palette(
        "chamber",
        "Chamber",
        "Flute, harp and cello.",
        room_s=1.6,
        melody=(Layer("Flute", 73, 60, 96, 0, 0.12, BOWED, reverb=0.3),),
        inner=(Layer("Harp", 46, 40, 98, -4, -0.25, PLUCKED, velocity_shift=4, reverb=0.3),),
        bass=(
            Layer("Cello", 42, 36, 69, -4, 0.2, BOWED, reverb=0.25),
            Layer("Harp", 46, 36, 72, -4.5, -0.2, PLUCKED, velocity_shift=12, reverb=0.3, hits_only=True),
        ),
    ),
    _palette(
        "guitar",
        "Guitar",
        "Steel strings over nylon chords and an upright bass.",
        room_s=1.0,
        melody=(Layer("Steel guitar", 25, 50, 91, 0, 0.15, PLUCKED, velocity_shift=6, reverb=0.22),),
        inner=(Layer("Nylon guitar", 24, 40, 84, -5, -0.25, PLUCKED, velocity_shift=-2, reverb=0.2),),
        bass=(Layer("Acoustic bass", 32, 28, 60, -4, 0.0, Articulation(join_steps=1, looseness_s=0.004), reverb=0.08),),
    ),
    _palette(
        "synth-pads",
        "Synth pads",
        "Warm pads under a glassy lead.",
        room_s=2.4,
        melody=(
            Layer("Crystal", 98, 52, 96, 0, 0.1, SINGING, reverb=0.4, chorus=0.2, velocity_scale=0.85),
            Layer("Halo pad", 94, 52, 88, -11, -0.2, PAD, reverb=0.45),
        ),
        inner=(
            Layer("Warm pad", 89, 43, 88, -4, -0.1, PAD, reverb=0.4, chorus=0.35),
            Layer("Crystal", 98, 52, 96, -4.5, 0.1, SINGING, velocity_shift=12, reverb=0.4, hits_only=True),
        ),
        bass=(
            Layer(
                "Synth bass", 39, 26, 57, -5, 0.0, Articulation(gate=0.95, join_steps=2, overlap_s=0.01), reverb=0.05
            ),
        ),
    ),
    _palette(
        "lo-fi-keys",
        "Lo-fi keys",
        "Worn electric piano, vibraphone touches and a round bass.",
        room_s=0.9,
        melody=(
            Layer("Electric piano", 4, 48, 91, 0, 0.1, SINGING, reverb=0.2, chorus=0.3, lowpass_hz=4200),
            Layer("Vibraphone", 11, 60, 91, -10, -0.3, PLUCKED, reverb=0.3, lowpass_hz=5000, lowest_velocity=74),
        ),
        inner=(Layer("Electric piano", 5, 43, 84, -6, -0.15, PEDALLED, reverb=0.2, chorus=0.4, lowpass_hz=2800),),
        bass=(Layer("Fretless bass", 35, 28, 57, -4, 0.0, SINGING, reverb=0.05, lowpass_hz=1600),),
    ),
    _palette(
        "orchestral",
        "Orchestral",
        "Strings, horns and woodwind for large pictures.",
        room_s=2.2,
        melody=(
            Layer("Violins", 48, 55, 98, 0, -0.25, BOWED, velocity_shift=6, reverb=0.4),
            Layer("Flute", 73, 60, 96, -8, 0.1, BOWED, octave=1, reverb=0.4),
            Layer("Horns", 60, 41, 77, -9, 0.3, BOWED, octave=-1, reverb=0.45, lowest_velocity=78),
        ),
        inner=(
            Layer("Strings", 48, 43, 84, -6, 0.15, BOWED, velocity_shift=-4, reverb=0.4),
            Layer("Harp", 46, 40, 96, -9, -0.35, PLUCKED, reverb=0.35),
        ),
        bass=(
            Layer("Cellos and basses", 48, 28, 60, -5, 0.3, BOWED, reverb=0.3),
            Layer("Timpani", 47, 38, 62, -9, 0.0, Articulation(ring_steps=8), reverb=0.35, lowest_velocity=92),
        ),
    ),
)

PALETTES: Final[Mapping[str, Palette]] = MappingProxyType({palette.name: palette for palette in _ALL})


def palette_of(name: str) -> Palette:
    """A palette by its name.

    Raises:
        InputError: when there is none.
    """
    try:
        return PALETTES[name]
    except KeyError:
        raise InputError(
            "Unknown palette '{name}'.", "Choose one of: {known}.", name=name, known=", ".join(PALETTES)
        ) from None
