"""What a user lays on the timeline of a video: cuts, markers, stars, curves, moods, harmony, range.

`GenerationSettings` says how one take is made; a `Direction` says what it must respect. Both are kept with the take.
All times are exact seconds from the first frame shown.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from fractions import Fraction
from itertools import pairwise
from typing import Any, Final

from engine.errors import InputError
from engine.timebase import Shot

SCHEMA_VERSION: Final = 1

CURVES: Final = ("density", "energy", "register", "tension")
"""Curves a user can draw, each 0..1 of what the corpus knows: onsets, loudness, pitch height, dissonance."""


@dataclass(frozen=True, slots=True)
class Marker:
    """An instant that the user named; music should land on it as on a cut."""

    time_s: Fraction
    label: str = ""


@dataclass(frozen=True, slots=True)
class Curve:
    """A control drawn as breakpoints, straight between them, level before the first and after the last.

    Attributes:
        name: one of `CURVES`.
        points: (time in seconds, value 0..1), times strictly increasing, at least one.

    Raises:
        InputError: for an unknown name, no points, values out of range or times out of order.
    """

    name: str
    points: tuple[tuple[Fraction, float], ...]

    def __post_init__(self) -> None:
        if self.name not in CURVES:
            raise InputError(
                "There is no curve '{name}'.", "Choose one of: {known}.", name=self.name, known=", ".join(CURVES)
            )
        if not self.points:
            raise InputError("The {name} curve has no points.", "Give TIME=VALUE, as in 0=0.2.", name=self.name)
        if any(b[0] <= a[0] for a, b in pairwise(self.points)):
            raise InputError("The points of the {name} curve are not in the order of time.", name=self.name)
        if any(not 0 <= value <= 1 for _, value in self.points):
            raise InputError("The {name} curve leaves the range 0..1.", name=self.name)


@dataclass(frozen=True, slots=True)
class Words:
    """What a stretch `[start_s, end_s)` of the film shows, in one sentence or several.

    Raises:
        InputError: for a stretch that ends before it begins, or no sentence.
    """

    start_s: Fraction
    end_s: Fraction
    texts: tuple[str, ...]

    def __post_init__(self) -> None:
        if not 0 <= self.start_s < self.end_s:
            raise InputError("A caption ends before it begins.")
        if not self.texts or not all(text.strip() for text in self.texts):
            raise InputError("A caption is empty.", "Write what the picture shows, in a sentence.")


@dataclass(frozen=True, slots=True)
class Direction:
    """What the user laid on the timeline; the empty direction leaves everything to the picture.

    Attributes:
        shots: the shots as edited; None to detect them.
        markers: instants to land on, in the order of time.
        stars: times of the cuts and markers that music must hit; None lets the program choose.
        curves: at most one of each name.
        moods: (start of a shot, mood) where a shot's mood differs from the settings'.
        key: as "A minor"; None leaves it to the program.
        chords: one a beat, as "Am7" or None for no chord; empty leaves them to the program.
        range_s: [in, out) of the video that gets music; None for all of it.
        captions: what the picture shows in words, as edited, for a model that follows captions; empty leaves them to
            the caption model. Times are the film's, also in a part of it.
    """

    shots: tuple[Shot, ...] | None = None
    markers: tuple[Marker, ...] = ()
    stars: tuple[Fraction, ...] | None = None
    curves: tuple[Curve, ...] = ()
    moods: tuple[tuple[Fraction, str], ...] = ()
    key: str | None = None
    chords: tuple[str | None, ...] = ()
    range_s: tuple[Fraction, Fraction] | None = None
    captions: tuple[Words, ...] = ()

    def __post_init__(self) -> None:
        names = [curve.name for curve in self.curves]
        if len(set(names)) < len(names):
            raise InputError("A curve was given twice.")
        if self.range_s is not None and not 0 <= self.range_s[0] < self.range_s[1]:
            raise InputError("The range ends before it begins.", "Give IN:OUT in seconds, as in 4:20.5.")

    def curve(self, name: str) -> Curve | None:
        """The curve of a name, None where none was drawn."""
        return next((curve for curve in self.curves if curve.name == name), None)

    def within(self, start_s: Fraction, end_s: Fraction, *, shots: tuple[Shot, ...]) -> Direction:
        """The direction of a part of the video by itself: what lies in `[start_s, end_s)`, counted from its beginning.

        Chords and key stay: they belong to beats of the music.

        Args:
            shots: of the whole video, as edited or detected; those of the part become the result's.
        """
        shown = [shot for shot in shots if shot.start_s < end_s and shot.end_s > start_s]
        return Direction(
            shots=tuple(_shot_within(shot, index, start_s, end_s) for index, shot in enumerate(shown)),
            markers=tuple(
                Marker(marker.time_s - start_s, marker.label)
                for marker in self.markers
                if start_s <= marker.time_s < end_s
            ),
            stars=None
            if self.stars is None
            else tuple(time_s - start_s for time_s in self.stars if start_s <= time_s < end_s),
            curves=tuple(
                Curve(curve.name, tuple((time_s - start_s, value) for time_s, value in curve.points))
                for curve in self.curves
            ),
            moods=tuple(
                (max(shot.start_s, start_s) - start_s, mood)
                for time_s, mood in self.moods
                for shot in shown
                if shot.start_s <= time_s < shot.end_s
            ),
            key=self.key,
            chords=self.chords,
            captions=self.captions,
        )

    def to_json(self) -> dict[str, Any]:
        """Plain data with a schema version; exact times as "numerator/denominator"."""
        return {
            "schema_version": SCHEMA_VERSION,
            "shots": None if self.shots is None else [_shot_json(shot) for shot in self.shots],
            "markers": [[str(marker.time_s), marker.label] for marker in self.markers],
            "stars": None if self.stars is None else [str(time_s) for time_s in self.stars],
            "curves": {curve.name: [[str(t), value] for t, value in curve.points] for curve in self.curves},
            "moods": [[str(time_s), mood] for time_s, mood in self.moods],
            "key": self.key,
            "chords": list(self.chords),
            "range_s": None if self.range_s is None else [str(time_s) for time_s in self.range_s],
            "captions": [[str(words.start_s), str(words.end_s), list(words.texts)] for words in self.captions],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | str) -> Direction:
        """Read a direction; unknown names and newer schemas are refused.

        Raises:
            InputError: if the data is not a direction.
        """
        values = dict(json.loads(data)) if isinstance(data, str) else dict(data)
        version = values.pop("schema_version", SCHEMA_VERSION)
        if not isinstance(version, int) or version > SCHEMA_VERSION:
            raise InputError(
                "This direction has schema version {version}; this program knows {schema_version}.",
                version=version,
                schema_version=SCHEMA_VERSION,
            )
        unknown = sorted(set(values) - {field.name for field in fields(cls)})
        if unknown:
            raise InputError("Unknown entries of a direction: {unknown}.", unknown=", ".join(unknown))
        try:
            return cls(**{name: _READERS[name](value) for name, value in values.items() if value is not None})
        except (TypeError, ValueError, KeyError, AttributeError, ZeroDivisionError) as error:
            raise InputError("The direction cannot be read: {error}.", error=error) from error


OPEN: Final = Direction()
"""Nothing laid down: everything is left to the picture."""


def _shot_within(shot: Shot, index: int, start_s: Fraction, end_s: Fraction) -> Shot:
    """A shot's share of a part; the first one begins with it."""
    begin_s, stop_s = max(shot.start_s, start_s) - start_s, min(shot.end_s, end_s) - start_s
    return Shot(index, begin_s, stop_s, shot.transition, shot.salience) if index else Shot(0, begin_s, stop_s, "start")


def _shot_json(shot: Shot) -> list[Any]:
    return [str(shot.start_s), str(shot.end_s), shot.transition, shot.salience]


def _read_shots(rows: Any) -> tuple[Shot, ...]:
    return tuple(
        Shot(index, Fraction(start), Fraction(end), transition, float(salience))
        for index, (start, end, transition, salience) in enumerate(rows)
    )


def _read_curves(table: Any) -> tuple[Curve, ...]:
    return tuple(
        Curve(name, tuple((Fraction(t), float(value)) for t, value in points)) for name, points in table.items()
    )


_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "shots": _read_shots,
    "markers": lambda rows: tuple(Marker(Fraction(t), str(label)) for t, label in rows),
    "stars": lambda rows: tuple(Fraction(t) for t in rows),
    "curves": _read_curves,
    "moods": lambda rows: tuple((Fraction(t), str(mood)) for t, mood in rows),
    "key": str,
    "chords": lambda rows: tuple(None if chord is None else str(chord) for chord in rows),
    "range_s": lambda pair: (Fraction(pair[0]), Fraction(pair[1])),
    "captions": lambda rows: tuple(Words(Fraction(a), Fraction(b), tuple(map(str, texts))) for a, b, texts in rows),
}
