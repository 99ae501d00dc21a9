"""Chords and keys: labels as written in annotations and lead sheets, and their plan rows.

Labels follow the usual `root:quality/bass` syntax (Harte et al. 2005), `N` for no chord. Qualities are those of
POP909's annotations; an unknown quality is read by its third.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError
from engine.timebase import BEATS_PER_BAR

PITCH_NAMES: Final = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_LETTERS: Final = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}

QUALITIES: Final[dict[str, tuple[int, ...]]] = {
    "maj": (0, 4, 7),
    "min": (0, 3, 7),
    "dim": (0, 3, 6),
    "aug": (0, 4, 8),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "min7": (0, 3, 7, 10),
    "minmaj7": (0, 3, 7, 11),
    "hdim7": (0, 3, 6, 10),
    "dim7": (0, 3, 6, 9),
    "maj6": (0, 4, 7, 9),
    "min6": (0, 3, 7, 9),
    "sus4(b7)": (0, 5, 7, 10),
}
_DEGREES: Final = {"1": 0, "2": 2, "3": 4, "4": 5, "5": 7, "6": 9, "7": 11}
_CHORD_RE: Final = re.compile(r"^([A-G][#b]*)(?::?([^/]*))?(?:/(.+))?$")
_MODE_WORDS: Final = {"major": "maj", "minor": "min", "maj": "maj", "min": "min"}
_ALIASES: Final = {"": "maj", "m": "min", "M7": "maj7", "m7": "min7", "6": "maj6", "m6": "min6", "+": "aug"}


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord: root and bass as pitch classes, and the semitones above the root."""

    root: int
    intervals: tuple[int, ...]
    bass: int

    @property
    def chroma(self) -> tuple[int, ...]:
        return tuple(sorted({(self.root + i) % 12 for i in self.intervals}))

    @property
    def quality(self) -> str:
        for name, intervals in QUALITIES.items():
            if intervals == self.intervals:
                return name
        return "maj"

    @property
    def label(self) -> str:
        """As `F#:min7/E`, and plain `F#` for a major triad."""
        quality = "" if self.quality == "maj" else f":{self.quality}"
        bass = "" if self.bass == self.root else f"/{PITCH_NAMES[self.bass]}"
        return f"{PITCH_NAMES[self.root]}{quality}{bass}"

    def transposed(self, semitones: int) -> Chord:
        return Chord((self.root + semitones) % 12, self.intervals, (self.bass + semitones) % 12)


@dataclass(frozen=True, slots=True)
class Key:
    """A key: tonic as a pitch class, and its mode."""

    tonic: int
    minor: bool

    @property
    def label(self) -> str:
        return f"{PITCH_NAMES[self.tonic]}:{'min' if self.minor else 'maj'}"

    @property
    def scale(self) -> tuple[int, ...]:
        """Pitch classes of the major or natural minor scale."""
        steps = (0, 2, 3, 5, 7, 8, 10) if self.minor else (0, 2, 4, 5, 7, 9, 11)
        return tuple((self.tonic + s) % 12 for s in steps)


def parse_pitch_class(name: str) -> int:
    """`"Eb"` -> 3.

    Raises:
        InputError: if it is no note name.
    """
    if not name or name[0] not in _LETTERS or name[1:].strip("#b"):
        raise InputError("'{name}' is not a note name.", "Write C, F#, Bb and so on.", name=name)
    return (_LETTERS[name[0]] + name.count("#") - name[1:].count("b")) % 12


def parse_chord(label: str) -> Chord | None:
    """`"Bb:min7/F"` or `"Bbm7/F"` -> Chord; `"N"` -> None.

    Raises:
        InputError: if it is no chord label.
    """
    text = label.strip()
    if text in ("N", "NC", "X"):
        return None
    match = _CHORD_RE.match(text)
    if match is None:
        raise InputError("'{label}' is not a chord.", "Write C, A:min, G:7, F:maj7/A, or N for none.", label=label)
    root = parse_pitch_class(match[1])
    quality = match[2] or ""
    intervals = QUALITIES.get(_ALIASES.get(quality, quality))
    if intervals is None:
        raise InputError(
            "'{label}' has the unknown quality '{quality}'.",
            "Known: {qualities}.",
            label=label,
            quality=quality,
            qualities=", ".join(QUALITIES),
        )
    return Chord(root, intervals, root if match[3] is None else _parse_bass(match[3], root))


def _parse_bass(text: str, root: int) -> int:
    degree = text.lstrip("b#")
    if degree in _DEGREES:
        shift = text.count("#") - text.count("b")
        return (root + _DEGREES[degree] + shift) % 12
    return parse_pitch_class(text)


def parse_key(label: str) -> Key:
    """`"A minor"`, `"Gb:maj"`, `"A:min"`, `"Am"` or `"C"` -> Key.

    Raises:
        InputError: if it is no key.
    """
    words = label.split()
    if len(words) == 2 and words[1].lower() in _MODE_WORDS:
        label = f"{words[0]}:{_MODE_WORDS[words[1].lower()]}"
    chord = parse_chord(label)
    if chord is None or chord.intervals not in (QUALITIES["maj"], QUALITIES["min"]):
        raise InputError("'{label}' is not a key.", "Write A minor, C major and so on.", label=label)
    return Key(chord.root, chord.intervals == QUALITIES["min"])


def read_progression(text: str) -> tuple[str | None, ...]:
    """Chords as people write them, one a beat; None is no chord, and nothing where there is no chord at all.

    With bar lines (`|`) each bar's chords share its four beats, the first ones get what is left over; `%` repeats the
    bar before, `N` is no chord. Without bar lines every chord is one beat. Empty lines do not count.

    Raises:
        InputError: for something that is no chord, or more than four in a bar.
    """
    text = "\n".join(line.strip() for line in text.splitlines() if line.strip())
    bars = [bar.split() for line in text.splitlines() for bar in line.split("|") if bar.split()]
    beats = _beats_of_bars(bars) if "|" in text else text.split()
    return tuple(None if parse_chord(chord) is None else chord for chord in beats)


def _beats_of_bars(bars: Sequence[Sequence[str]]) -> list[str]:
    beats: list[str] = []
    for bar in bars:
        if list(bar) == ["%"]:
            beats.extend(beats[-BEATS_PER_BAR:])
            continue
        if len(bar) > BEATS_PER_BAR:
            raise InputError(
                "The bar '{bar}' has more than {beats_per_bar} chords.", bar=" ".join(bar), beats_per_bar=BEATS_PER_BAR
            )
        share, over = divmod(BEATS_PER_BAR, len(bar))
        for i, chord in enumerate(bar):
            beats.extend([chord] * (share + (i < over)))
    return beats


def write_progression(chords: Sequence[str | None]) -> str:
    """Chords, one a beat, as `read_progression` reads them back: in bars where they fill whole ones."""
    names = ["N" if chord is None else chord for chord in chords]
    if len(names) % BEATS_PER_BAR:
        return " ".join(names)
    bars = [_short_bar(names[i : i + BEATS_PER_BAR]) for i in range(0, len(names), BEATS_PER_BAR)]
    return " | ".join(bars) + (" |" if len(bars) == 1 else "")


def _short_bar(beats: Sequence[str]) -> str:
    """The fewest chords that say the bar."""
    shorter = [[beats[0]], [beats[0], beats[2]], [beats[0], beats[2], beats[3]]]
    for chords in shorter:
        if _beats_of_bars([chords]) == list(beats):
            return " ".join(chords)
    return " ".join(beats)


def chord_rows(roots: NDArray[np.int_], chroma: NDArray[np.uint8], basses: NDArray[np.int_]) -> NDArray[np.float32]:
    """Chord part of plan rows, f32 `[T, 37]`: root one-hot 12 + no chord, chroma 12, bass one-hot 12.

    Args:
        roots, basses: `[T]`, -1 for no chord.
        chroma: 0/1 `[T, 12]`.
    """
    t = len(roots)
    rows = np.zeros((t, 37), np.float32)
    index = np.arange(t)
    rows[index, np.where(roots >= 0, roots, 12)] = 1
    rows[:, 13:25] = chroma
    sounding = basses >= 0
    rows[index[sounding], 25 + basses[sounding]] = 1
    return rows
