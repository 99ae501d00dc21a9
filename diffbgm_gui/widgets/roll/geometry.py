"""Where steps and pitches lie on the screen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF

from diffbgm_gui.axis import GUTTER_PX, TimeAxis
from diffbgm_gui.widgets.roll.shapes import Shapes
from engine.music.notes import Note
from engine.timebase import STEPS_PER_BEAT

USUAL_PITCHES: Final = (28.0, 100.0)
"""E1 to E7: what is shown before anybody scrolls."""
PIANO: Final = (20.0, 110.0)
FEWEST_PITCHES: Final = 12.0
EDGE_PX: Final = 6.0
"""How near its end a note is taken hold of to be stretched."""

Part = Literal["body", "start", "end"]


def thinned(unit_px: float, at_least_px: float = 7.0) -> int:
    """Every how manieth of some marks is drawn, so that there is room between them: a power of two."""
    every = 1
    while unit_px * every < at_least_px:
        every *= 2
    return every


@dataclass(frozen=True, slots=True, eq=False)
class StepGrid:
    """Steps to seconds of the film and back.

    Attributes:
        beat_s: times of all beats and of the end, never falling (the beats that a short bar leaves out take no time).
    """

    beat_s: NDArray[np.float64]

    @classmethod
    def of(cls, beat_s: Sequence[float]) -> StepGrid:
        return cls(np.asarray(beat_s, np.float64))

    def __bool__(self) -> bool:
        return len(self.beat_s) > 1

    @property
    def n_beats(self) -> int:
        return max(0, len(self.beat_s) - 1)

    @property
    def n_steps(self) -> int:
        return self.n_beats * STEPS_PER_BEAT

    def seconds(self, steps: NDArray[np.float64]) -> NDArray[np.float64]:
        """Times of steps; beyond the ends they stay there."""
        return np.interp(steps / STEPS_PER_BEAT, np.arange(len(self.beat_s)), self.beat_s)

    def second(self, step: float) -> float:
        """The time of one step."""
        place = min(max(0.0, step / STEPS_PER_BEAT), float(self.n_beats))
        beat = min(int(place), self.n_beats - 1)
        first_s, end_s = float(self.beat_s[beat]), float(self.beat_s[beat + 1])
        return first_s + (place - beat) * (end_s - first_s)

    def steps(self, seconds: NDArray[np.float64]) -> NDArray[np.float64]:
        """Steps (with their fractions) at times; before the first beat and after the end they go on outwards."""
        beats = np.interp(seconds, self.beat_s, np.arange(len(self.beat_s), dtype=np.float64))
        beats = np.where(seconds < self.beat_s[0], -1.0, beats)
        beats = np.where(seconds > self.beat_s[-1], self.n_beats + 1.0, beats)
        inside: NDArray[np.float64] = beats * STEPS_PER_BEAT
        return inside

    def step(self, second: float) -> float:
        """The step at a time, kept within the piece."""
        place = float(self.steps(np.array([second]))[0])
        return min(max(0.0, place), float(self.n_steps))


@dataclass(slots=True, eq=False)
class Plane:
    """The plane on which notes lie: time to the right, pitch upwards.

    Attributes:
        area: where notes are drawn, in pixels of the row.
        low, high: the lower edge of the lowest pitch shown, the upper edge of the highest.
    """

    axis: TimeAxis
    grid: StepGrid
    area: QRectF
    low: float = USUAL_PITCHES[0]
    high: float = USUAL_PITCHES[1]

    @property
    def row_px(self) -> float:
        """Height of a pitch."""
        return self.area.height() / (self.high - self.low)

    @property
    def step_px(self) -> float:
        """Mean width of a step."""
        if not self.grid:
            return 0.0
        beats = self.grid.beat_s
        return float(beats[-1] - beats[0]) / max(1, self.grid.n_steps) / self.axis.shown_s * self.axis.plot_px

    @property
    def visible(self) -> tuple[float, float]:
        """The steps at the left and the right edge."""
        edges = np.array([self.axis.left_s, self.axis.left_s + self.axis.shown_s])
        first, end = self.grid.steps(edges)
        return max(0.0, float(first)), min(float(self.grid.n_steps), float(end))

    def steps_in(self, part: QRectF) -> tuple[int, int]:
        """The steps that a strip shows, a little more on either side."""
        edges = np.array([part.left() - 2, part.right() + 2]) - GUTTER_PX
        first, end = self.grid.steps(self.axis.left_s + edges * self.axis.s_per_px).tolist()
        last = float(self.grid.n_steps)
        return max(0, int(min(first, last)) - 1), math.ceil(min(max(0.0, end), last)) + 1

    def x(self, step: float) -> float:
        return self.axis.x(self.grid.second(step))

    def xs(self, steps: NDArray[np.float64]) -> NDArray[np.float64]:
        """Pixels of many steps."""
        first_px = self.axis.x(0.0)
        px: NDArray[np.float64] = first_px + self.grid.seconds(steps) * (self.axis.plot_px / self.axis.shown_s)
        return px

    def y(self, pitch: float) -> float:
        """The lower edge of a pitch."""
        return self.area.bottom() - (pitch - self.low) * self.row_px

    def step_at(self, x: float) -> float:
        left = self.axis.x(0.0)
        return self.grid.step((x - left) / self.axis.plot_px * self.axis.shown_s)

    def pitch_at(self, y: float) -> int:
        return int(np.floor(self.exact_pitch(y)))

    def exact_pitch(self, y: float) -> float:
        return self.low + (self.area.bottom() - y) / self.row_px

    def box(self, note: Note) -> QRectF:
        """Where a note is drawn."""
        left, right = self.x(note.onset), self.x(note.end)
        return QRectF(left, self.y(note.pitch + 1), max(2.0, right - left), self.row_px)

    def boxes(self, shapes: Shapes) -> NDArray[np.float64]:
        """Left, top, width and height of notes, `[n, 4]`; a hair narrower than their time, so that repeats show."""
        left, right = self.xs(shapes.onset.astype(np.float64)), self.xs(shapes.end.astype(np.float64))
        gap = 1.0 if self.step_px >= 4 else 0.4
        top = self.area.bottom() - (shapes.pitch + 1 - self.low) * self.row_px
        tall = self.row_px - (1.0 if self.row_px >= 5 else 0.3)
        return np.stack([left, top + 0.2, np.maximum(right - left - gap, 1.5), np.full(len(left), tall)], axis=1)

    def clamp(self) -> None:
        """Bring the shown pitches into what can be shown."""
        span = min(max(self.high - self.low, FEWEST_PITCHES), PIANO[1] - PIANO[0])
        self.low = min(max(self.low, PIANO[0]), PIANO[1] - span)
        self.high = self.low + span

    def scroll(self, pitches: float) -> None:
        """Show higher pitches."""
        self.low, self.high = self.low + pitches, self.high + pitches
        self.clamp()

    def zoom(self, factor: float, at_pitch: float) -> None:
        """Show fewer pitches around one."""
        span = min(max((self.high - self.low) / factor, FEWEST_PITCHES), PIANO[1] - PIANO[0])
        share = (at_pitch - self.low) / (self.high - self.low)
        self.low = at_pitch - share * span
        self.high = self.low + span
        self.clamp()

    def fit(self, pitches: tuple[int, int] | None, *, room: float = 2.0) -> None:
        """Show all of some pitches, three octaves at least."""
        low, high = pitches if pitches is not None else (int(USUAL_PITCHES[0]), int(USUAL_PITCHES[1]) - 1)
        low_edge, high_edge = low - room, high + 1 + room
        lacking = max(0.0, 36.0 - (high_edge - low_edge)) / 2
        self.low, self.high = low_edge - lacking, high_edge + lacking
        self.clamp()

    def part_at(self, note: Note, at: QPointF) -> Part:
        """Which part of a note a point lies on."""
        box = self.box(note)
        edge = min(EDGE_PX, box.width() / 3)
        if at.x() >= box.right() - edge:
            return "end"
        return "start" if at.x() <= box.left() + edge and box.width() >= 4 * EDGE_PX else "body"
