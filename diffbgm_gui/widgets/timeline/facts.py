"""What the rows of the timeline draw, worked out once for all of them whenever it changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from diffbgm_gui.axis import TimeAxis
from diffbgm_gui.languages import in_words
from diffbgm_gui.studio import Studio
from engine.direction import Marker
from engine.timebase import BEATS_PER_BAR, Shot

Array = NDArray[np.float64]

SAME_S: Final = 0.02
_NOTHING: Final[Array] = np.empty(0)


@dataclass(frozen=True, slots=True, eq=False)
class Hit:
    """Where the music lands beside a cut or marker, for people: lateness in ms, and why it gave up."""

    time_s: float
    error_ms: float
    starred: bool
    reason: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Film:
    """The picture's side. Times in seconds of the film, as f64 arrays for searching.

    Attributes:
        starts_s: beginnings of all shots; starred: for each, whether a star lies there.
        lone_stars_s: stars that lie neither on a cut nor on a marker.
        own_stars: whether the stars are the user's.
        own_shots: whether the shots are the user's.
    """

    shots: tuple[Shot, ...] = ()
    starts_s: Array = field(default_factory=lambda: _NOTHING)
    starred: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, bool))
    markers: tuple[Marker, ...] = ()
    marker_s: Array = field(default_factory=lambda: _NOTHING)
    marker_starred: tuple[bool, ...] = ()
    lone_stars_s: tuple[float, ...] = ()
    own_stars: bool = False
    own_shots: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Music:
    """The music's side, in seconds of the film.

    Attributes:
        beat_s: of all beats and the end; bar_s: of all bars.
        sections: (start, end, letter).
        tempo_s, tempo_bpm: where the tempo changes, and to what.
        hit_s: times of the hits; hits: what became of them.
        speech_s: where people speak, `[N, 2]`.
    """

    beat_s: Array = field(default_factory=lambda: _NOTHING)
    bar_s: Array = field(default_factory=lambda: _NOTHING)
    sections: tuple[tuple[float, float, str], ...] = ()
    tempo_s: Array = field(default_factory=lambda: _NOTHING)
    tempo_bpm: Array = field(default_factory=lambda: _NOTHING)
    hit_s: Array = field(default_factory=lambda: _NOTHING)
    hits: tuple[Hit, ...] = ()
    speech_s: Array = field(default_factory=lambda: np.empty((0, 2)))


class Facts(QObject):
    """Film and music as the rows need them; `film_changed` and `music_changed` tell of others.

    Attributes:
        selected: index of the selected shot, None for none.
    """

    film_changed = Signal()
    music_changed = Signal()
    selection_changed = Signal()

    def __init__(self, studio: Studio, axis: TimeAxis, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.studio, self.axis = studio, axis
        self.film, self.music = Film(), Music()
        self.selected: int | None = None
        self._film_key: tuple[Any, ...] = ()
        self._music_key: Any = None
        self._frames: tuple[Any, Array] = (None, _NOTHING)
        studio.document_changed.connect(self.update)
        studio.state_changed.connect(self.update)
        studio.shown_changed.connect(self.update)
        self.update()

    # -- bringing up to date ---------------------------------------------------------------------------------------

    def update(self, *_: Any) -> None:
        """Work out what changed, and tell."""
        studio = self.studio
        direction, settings = studio.document.direction, studio.document.settings
        self.axis.range_s = (
            None if direction.range_s is None else (float(direction.range_s[0]), float(direction.range_s[1]))
        )
        key = (
            studio.shots,
            direction.markers,
            direction.stars,
            settings.strictness,
            direction.moods,
            direction.range_s,
        )
        changes = []
        if len(key) != len(self._film_key) or any(a is not b for a, b in zip(key, self._film_key, strict=True)):
            self._film_key = key
            self.film = _film(studio)
            if self.selected is not None and self.selected >= len(self.film.shots):
                self.selected = None
            changes.append(self.film_changed)
        if studio.shown.plan is not self._music_key:
            self._music_key = studio.shown.plan
            self.music = _music(studio.shown.beat_s, studio.shown.plan)
            changes.append(self.music_changed)
        if changes:
            self.axis.magnets = self._magnets()
        for change in changes:
            change.emit()

    def _magnets(self) -> Sequence[float]:
        film = self.film
        times = [film.starts_s[1:], self.music.bar_s, film.marker_s]
        if self.axis.range_s is not None:
            times.append(np.array(self.axis.range_s))
        return list(np.unique(np.concatenate(times)))

    def select(self, shot: int | None) -> None:
        """Turn to a shot; its cut is the one at its beginning."""
        if shot != self.selected:
            self.selected = shot
            self.selection_changed.emit()

    # -- frames ----------------------------------------------------------------------------------------------------

    @property
    def frame_s(self) -> float:
        """Length of a frame."""
        info = self.studio.state.info
        rate = float(info.frame_rate) if info is not None else 0.0
        return 1 / rate if rate > 0 else 0.04

    @property
    def frame_rate(self) -> float:
        return 1 / self.frame_s

    def frame_times(self) -> Array:
        """Times of all frames, f64; empty before the picture was measured."""
        signals = self.studio.state.signals
        if self._frames[0] is not signals:
            self._frames = (signals, _NOTHING if signals is None else signals.times_s)
        return self._frames[1]

    def on_frame(self, seconds: float) -> Fraction:
        """The exact time of the frame nearest to a time."""
        signals, times_s = self.studio.state.signals, self.frame_times()
        if signals is None or not len(times_s):
            frame_s = Fraction(self.frame_s).limit_denominator(100_000)
            return round(Fraction(seconds) / frame_s) * frame_s
        return Fraction(signals.exact_time_s(nearest(times_s, seconds)))

    def frames_on(self, time_s: Fraction, frames: int) -> Fraction:
        """The exact time so many frames later."""
        signals, times_s = self.studio.state.signals, self.frame_times()
        if signals is None or not len(times_s):
            return self.on_frame(float(time_s) + frames * self.frame_s)
        at = nearest(times_s, float(time_s)) + frames
        return Fraction(signals.exact_time_s(min(max(0, at), len(times_s) - 1)))

    # -- looking up ------------------------------------------------------------------------------------------------

    def shot_at(self, seconds: float) -> int | None:
        """Index of the shot that shows at a time."""
        if not len(self.film.starts_s):
            return None
        return max(0, int(np.searchsorted(self.film.starts_s, seconds + 1e-6, "right")) - 1)

    def cut_near(self, seconds: float, within_s: float) -> int | None:
        """Index of the shot whose cut lies nearest to a time."""
        starts = self.film.starts_s
        if len(starts) < 2:
            return None
        at = max(1, nearest(starts, seconds))
        return at if abs(starts[at] - seconds) <= within_s else None

    def hit_at(self, seconds: float) -> Hit | None:
        """What became of the hit at a time."""
        times = self.music.hit_s
        if not len(times):
            return None
        at = nearest(times, seconds)
        return self.music.hits[at] if abs(times[at] - seconds) <= SAME_S / 2 else None


def nearest(times_s: Array, seconds: float) -> int:
    """Index of the nearest of rising times; at least one is there."""
    at = int(np.searchsorted(times_s, seconds))
    if at == 0:
        return 0
    if at == len(times_s) or seconds - times_s[at - 1] <= times_s[at] - seconds:
        return at - 1
    return at


def _film(studio: Studio) -> Film:
    direction, shots = studio.document.direction, studio.shots
    starts, stars = np.array(studio.starts_s), np.array(studio.stars_s)
    marked = np.array([float(marker.time_s) for marker in direction.markers])
    return Film(
        shots=shots,
        starts_s=starts,
        starred=_lie_on(starts, stars),
        markers=direction.markers,
        marker_s=marked,
        marker_starred=tuple(_lie_on(marked, stars)),
        lone_stars_s=tuple(stars[~(_lie_on(stars, starts) | _lie_on(stars, np.sort(marked)))]),
        own_stars=direction.stars is not None,
        own_shots=direction.shots is not None,
    )


def _lie_on(times_s: Array, others_s: Array) -> NDArray[np.bool_]:
    """For each time, whether one of the others (rising) is the same instant."""
    if not len(others_s):
        return np.zeros(len(times_s), bool)
    at = np.searchsorted(others_s, times_s)
    before, after = others_s[np.maximum(at - 1, 0)], others_s[np.minimum(at, len(others_s) - 1)]
    return np.minimum(np.abs(times_s - before), np.abs(times_s - after)) <= SAME_S


def _music(beat_s: tuple[float, ...], plan: Mapping[str, Any]) -> Music:
    if not beat_s:
        return Music()
    offset = float(plan.get("offset_s", 0.0))
    beats = np.array(beat_s)
    tempo = np.array(plan.get("tempo") or [(0.0, plan.get("bpm", 0.0))], np.float64).reshape(-1, 2)
    reasons = {round(row["time_s"], 3): in_words(row["reason"]) for row in plan.get("dropped", ())}
    hits = tuple(
        Hit(offset + row["time_s"], row["error_ms"], row["starred"], reasons.get(round(row["time_s"], 3), ""))
        for row in plan.get("hits", ())
    )
    return Music(
        beat_s=beats,
        bar_s=beats[:-1:BEATS_PER_BAR],
        sections=tuple(
            (float(beats[a]), float(beats[min(b, len(beats) - 1)]), str(letter))
            for a, b, letter in plan.get("sections", ())
        ),
        tempo_s=tempo[:, 0] + offset,
        tempo_bpm=tempo[:, 1],
        hit_s=np.array([hit.time_s for hit in hits]),
        hits=hits,
        speech_s=np.array(plan.get("speech") or np.empty((0, 2)), np.float64).reshape(-1, 2),
    )
