"""Moods: what a person asks for in one word, as targets for the semantic controls.

A target is a **quantile position** in the corpus, 0..1: 0.9 for "flow" asks for as many notes as the busiest tenth of
real music has. Positions instead of raw values keep every request inside what the model has seen, whatever the units of
a control are (`engine.music.controls.SEMANTIC`). A control that a mood does not name is left to the picture.

The directions follow what listening studies agree on (Gabrielsson and Lindstroem 2010, "The role of structure in the
musical expression of emotions"): happiness goes with major, fast, high and detached; sadness with minor, slow, low and
joined; tension with dissonance and minor; tenderness with slow, soft and consonant. The numbers are ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from engine.errors import InputError
from engine.music.controls import SEMANTIC

AUTO: Final = "auto"
_EDGE: Final = 0.05


@dataclass(frozen=True, slots=True)
class Mood:
    """One mood.

    Attributes:
        name: as it is typed; title: as it is shown.
        semantic: control of `SEMANTIC` -> quantile position 0..1; empty for "auto".
        bpm: suggested range of tempo.
        palette: suggested palette.
    """

    name: str
    title: str
    semantic: Mapping[str, float] = field(default_factory=dict)
    bpm: tuple[float, float] = (70.0, 120.0)
    palette: str = "piano"

    def __post_init__(self) -> None:
        unknown = set(self.semantic) - set(SEMANTIC)
        if unknown:
            raise ValueError(f"mood {self.name}: unknown controls {sorted(unknown)}")
        if any(not _EDGE <= position <= 1 - _EDGE for position in self.semantic.values()):
            raise ValueError(f"mood {self.name}: positions must lie within {_EDGE}..{1 - _EDGE}")


def _mood(name: str, *, bpm: tuple[float, float], palette: str, **semantic: float) -> Mood:
    return Mood(name, name.capitalize(), MappingProxyType(semantic), bpm, palette)


_ALL: Final = (
    Mood(AUTO, "Auto"),
    _mood(
        "calm",
        bpm=(60, 84),
        palette="felt-piano",
        valence=0.65,
        arousal=0.12,
        register=0.5,
        polyphony=0.35,
        articulation=0.8,
        tension=0.15,
        flow=0.2,
        loudness=0.2,
    ),
    _mood(
        "happy",
        bpm=(100, 132),
        palette="piano",
        valence=0.92,
        arousal=0.75,
        register=0.7,
        polyphony=0.55,
        articulation=0.35,
        tension=0.3,
        flow=0.75,
        loudness=0.65,
    ),
    _mood(
        "sad",
        bpm=(56, 78),
        palette="felt-piano",
        valence=0.08,
        arousal=0.12,
        register=0.3,
        polyphony=0.4,
        articulation=0.8,
        tension=0.4,
        flow=0.2,
        loudness=0.25,
    ),
    _mood(
        "tense",
        bpm=(84, 120),
        palette="strings-and-piano",
        valence=0.08,
        arousal=0.7,
        register=0.3,
        polyphony=0.6,
        articulation=0.3,
        tension=0.92,
        flow=0.65,
        loudness=0.6,
    ),
    _mood(
        "epic",
        bpm=(84, 120),
        palette="orchestral",
        valence=0.4,
        arousal=0.92,
        register=0.5,
        polyphony=0.92,
        articulation=0.6,
        tension=0.45,
        flow=0.85,
        loudness=0.93,
    ),
    _mood(
        "romantic",
        bpm=(64, 88),
        palette="strings-and-piano",
        valence=0.7,
        arousal=0.35,
        register=0.55,
        polyphony=0.65,
        articulation=0.8,
        tension=0.5,
        melody=0.8,
        flow=0.4,
        loudness=0.45,
    ),
    _mood(
        "playful",
        bpm=(104, 138),
        palette="chamber",
        valence=0.85,
        arousal=0.6,
        register=0.85,
        polyphony=0.25,
        articulation=0.08,
        tension=0.4,
        flow=0.6,
        loudness=0.45,
    ),
    _mood(
        "dreamy",
        bpm=(60, 88),
        palette="synth-pads",
        valence=0.6,
        arousal=0.2,
        register=0.75,
        polyphony=0.6,
        articulation=0.92,
        tension=0.35,
        flow=0.35,
        loudness=0.15,
    ),
    _mood(
        "dark",
        bpm=(56, 88),
        palette="orchestral",
        valence=0.06,
        arousal=0.35,
        register=0.08,
        polyphony=0.55,
        articulation=0.7,
        tension=0.75,
        melody=0.2,
        flow=0.3,
        loudness=0.5,
    ),
    _mood(
        "energetic",
        bpm=(112, 144),
        palette="guitar",
        valence=0.7,
        arousal=0.95,
        register=0.6,
        polyphony=0.6,
        articulation=0.2,
        tension=0.4,
        flow=0.94,
        loudness=0.9,
    ),
)

MOODS: Final[Mapping[str, Mood]] = MappingProxyType({mood.name: mood for mood in _ALL})


def mood_of(name: str) -> Mood:
    """A mood by its name.

    Raises:
        InputError: when there is none.
    """
    try:
        return MOODS[name]
    except KeyError:
        raise InputError(
            "Unknown mood '{name}'.", "Choose one of: {known}.", name=name, known=", ".join(MOODS)
        ) from None
