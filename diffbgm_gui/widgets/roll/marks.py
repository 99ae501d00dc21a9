"""What stands above, below and through the notes of the roll: cuts, numbers of bars, sections, chords, settledness."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter

from diffbgm_gui import icons, theme
from diffbgm_gui.widgets.axis_row import small_font
from diffbgm_gui.widgets.columns import paint_columns
from diffbgm_gui.widgets.roll.geometry import Plane, thinned
from diffbgm_gui.widgets.roll.painting import chord_name, clear, mixed
from engine.timebase import BEATS_PER_BAR, STEPS_PER_BAR, STEPS_PER_BEAT

Array = NDArray[np.float64]

_LEAST_PX: Final = 3.0
"""Cuts that lie nearer than this on the screen are one line."""
_STAR_PX: Final = 11.0
_NUMBER_PX: Final = 34
_MARGIN_PX: Final = 90
"""What is written begins at most so far to the left of where it ends."""


def paint_cuts(painter: QPainter, plane: Plane, part: QRectF, cuts_s: Array, starred: NDArray[np.bool_]) -> None:
    """Cuts as lines through the notes; starred ones stronger, with a star. Of many in a place one is drawn."""
    c, axis = theme.colours(), plane.axis
    seconds = [axis.seconds(part.left() - 8), axis.seconds(part.right() + 8)]
    first, end = np.searchsorted(cuts_s, seconds)
    places = np.asarray(axis.xs(cuts_s[first : end + 1]), np.float64)
    starred = starred[first : end + 1]
    stars = _spaced(places[starred], _LEAST_PX)
    others = _spaced(places[~starred], _LEAST_PX)
    others = others[~_are_near(stars, others)]
    strip = plane.area.intersected(part)
    top, tall = round(strip.top()), round(strip.height())
    paint_columns(painter, np.rint(others), clear(c.cut, 90), strip, top, tall, dashed=True)
    paint_columns(painter, np.rint(stars), clear(c.star, 165), strip, top, tall)
    image = icons.image("star-on", round(_STAR_PX * painter.device().devicePixelRatioF()), c.star)
    for x in _spaced(stars, _STAR_PX).tolist():
        painter.drawImage(QRectF(x - _STAR_PX / 2, top + 1, _STAR_PX, _STAR_PX), image)


def _spaced(places: Array, least_px: float) -> Array:
    """One place of each stretch of so many pixels, in order."""
    return places[np.unique(np.floor(places / least_px), return_index=True)[1]]


def _are_near(places: Array, xs: Array) -> NDArray[np.bool_]:
    """For each of some places whether one of others lies in its pixels; both rise."""
    if not len(places):
        return np.zeros(len(xs), np.bool_)
    at = np.searchsorted(places, xs)
    before, after = places[np.maximum(at - 1, 0)], places[np.minimum(at, len(places) - 1)]
    near: NDArray[np.bool_] = np.minimum(np.abs(xs - before), np.abs(xs - after)) < _LEAST_PX
    return near


# -- bars ----------------------------------------------------------------------------------------------------------


def paint_bars(
    painter: QPainter, plane: Plane, strip: QRectF, part: QRectF, sections: Sequence[tuple[int, int, str]]
) -> None:
    """Numbers of the bars, and where sections begin their letters, as far as there is room."""
    c = theme.colours()
    first, end = plane.steps_in(part)
    bar_px = plane.step_px * STEPS_PER_BAR
    every = thinned(bar_px, _NUMBER_PX)
    first_bar = max(0, first // STEPS_PER_BAR - 2 * every)
    end_bar = (min(end, plane.grid.n_steps) - 1) // STEPS_PER_BAR + 1
    letters = _letters(sections, first_bar, end_bar)
    bars = sorted({*range(-(-first_bar // every) * every, end_bar, every), *letters})
    places = plane.xs(np.array(bars, np.float64) * STEPS_PER_BAR)
    ticks = strip.intersected(part)
    paint_columns(painter, places, QColor(c.outline), ticks, round(strip.bottom()) - 5, 5)
    small_font(painter)
    taken = -1e9
    for bar, x in zip(bars, places.tolist(), strict=True):
        letter = letters.get(bar)
        if letter is not None and x >= taken - 2:
            taken = _paint_letter(painter, x, strip, letter)
        if bar % every == 0 and x + 3 >= taken:
            painter.setPen(QColor(c.dim))
            where = QRectF(max(x + 3, taken), strip.top(), bar_px * every, strip.height())
            painter.drawText(where, int(Qt.AlignmentFlag.AlignVCenter), str(bar + 1))
    if bar_px / BEATS_PER_BAR >= 52:
        _paint_beats(painter, plane, strip, (first, end))


def _letters(sections: Sequence[tuple[int, int, str]], first: int, end: int) -> dict[int, str]:
    """The letters of sections by the bars in which they begin, as far as they begin in some bars."""
    begin = ((int(start) // BEATS_PER_BAR, letter) for start, _, letter in sections)
    return {bar: letter for bar, letter in begin if first <= bar < end}


def _paint_beats(painter: QPainter, plane: Plane, strip: QRectF, span: tuple[int, int]) -> None:
    """Beats within the bars, where there is room: 5.2 is the second of bar 5."""
    painter.setPen(QColor(theme.colours().dim))
    for beat in range(span[0] // STEPS_PER_BEAT, min(span[1] // STEPS_PER_BEAT + 1, plane.grid.n_beats)):
        bar, place = divmod(beat, BEATS_PER_BAR)
        if place:
            x = plane.x(beat * STEPS_PER_BEAT)
            painter.drawLine(QPointF(x, strip.bottom() - 3), QPointF(x, strip.bottom()))
            where = QRectF(x + 3, strip.top(), 60, strip.height())
            painter.drawText(where, int(Qt.AlignmentFlag.AlignVCenter), f"{bar + 1}.{place + 1}")


def _paint_letter(painter: QPainter, x: float, strip: QRectF, letter: str) -> float:
    """A section's letter on a plate; where it ends."""
    c = theme.colours()
    font = QFont(painter.font())
    small_font(painter, bold=True)
    wide = painter.fontMetrics().horizontalAdvance(letter) + 8
    plate = QRectF(x + 2, strip.top() + 2, wide, strip.height() - 4)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(mixed(c.raised, c.accent, 0.25))
    painter.drawRoundedRect(plate, 3, 3)
    painter.setPen(QColor(c.text))
    painter.drawText(plate, int(Qt.AlignmentFlag.AlignCenter), letter)
    painter.setFont(font)
    return plate.right() + 4


# -- chords --------------------------------------------------------------------------------------------------------


class ChordBegins:
    """Where in a row of chords, one a beat, another begins: looked for once, an hour has thousands of beats."""

    def __init__(self) -> None:
        self._chords: Sequence[str | None] = ()
        self._begins = np.zeros(0, np.int64)

    def of(self, chords: Sequence[str | None]) -> NDArray[np.int64]:
        """The beats on which a chord differs from the one before; silence begins nothing."""
        if chords is not self._chords:
            self._chords = chords
            pairs = enumerate(zip(chords, (None, *chords), strict=False))
            begins = [beat for beat, (chord, before) in pairs if chord is not None and chord != before]
            self._begins = np.array(begins, np.int64)
        return self._begins


def paint_chords(
    painter: QPainter, plane: Plane, strip: QRectF, part: QRectF, chords: Sequence[str | None], begins: ChordBegins
) -> None:
    """The names of the chords where they begin, as far as there is room."""
    small_font(painter)
    first, end = (step // STEPS_PER_BEAT for step in plane.steps_in(part))
    first, end = max(0, first - _beats_of_px(plane, _MARGIN_PX)), min(end + 1, len(chords))
    own = begins.of(chords)
    beats = own[np.searchsorted(own, first) : np.searchsorted(own, end)]
    repeats = plane.step_px * STEPS_PER_BEAT >= 52  # zoomed in, the beginning of a chord is often out of sight
    shown = np.arange(first, max(first, end)) if repeats else beats
    xs = plane.xs(shown.astype(np.float64) * STEPS_PER_BEAT)
    _paint_names(painter, strip, chords, shown, xs, set(beats.tolist()))


def _paint_names(
    painter: QPainter, strip: QRectF, chords: Sequence[str | None], beats: NDArray[np.int64], xs: Array, begin: set[int]
) -> None:
    """The names on some beats, those that begin a chord stronger; what has no room is left out."""
    c, metrics = theme.colours(), painter.fontMetrics()
    at, baseline = 0, strip.top() + (strip.height() + metrics.ascent() - metrics.descent()) / 2
    places, on = xs.tolist(), beats.tolist()
    wide: dict[str, int] = {}
    while at < len(on):
        beat, x = on[at], places[at]
        chord = chords[beat]
        at += 1
        if chord is None:
            continue
        label = chord_name(chord)
        if label not in wide:
            wide[label] = metrics.horizontalAdvance(label)
        painter.setPen(QColor(c.text if beat in begin else c.dim))
        painter.drawText(QPointF(x + 3, baseline), label)
        at = bisect_left(places, x + wide[label] + 9, at)


def _beats_of_px(plane: Plane, pixels: float) -> int:
    beat_px = max(0.05, plane.step_px * STEPS_PER_BEAT)
    return int(pixels / beat_px) + 1


def paint_heat(painter: QPainter, plane: Plane, strip: QRectF, shares: NDArray[np.float32]) -> None:
    """How much of each bar still changes: warm where it does, quiet where it is settled."""
    c = theme.colours()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    edges = plane.xs(np.arange(len(shares) + 1, dtype=np.float64) * STEPS_PER_BAR)
    for share, left, right in zip(shares.tolist(), edges[:-1], edges[1:], strict=True):
        if right < strip.left() or left > strip.right():
            continue
        colour = mixed(c.warning, c.good, min(1.0, max(0.0, share)))
        wide = right - left - (1 if right - left > 4 else 0)
        painter.fillRect(QRectF(left, strip.top(), wide, strip.height()), clear(colour, round(235 - 150 * share)))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
