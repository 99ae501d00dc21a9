"""Pictures of piano rolls and condition curves, drawn with Pillow: no display, no plotting library.

A roll that is long is broken into rows from top to bottom, as written music is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from engine.timebase import STEPS_PER_BAR

Rgb: TypeAlias = tuple[int, int, int]

BACKGROUND: Final[Rgb] = (18, 20, 26)
WHITE_LANE: Final[Rgb] = (30, 33, 41)
BLACK_LANE: Final[Rgb] = (24, 27, 34)
OCTAVE_LINE: Final[Rgb] = (52, 57, 70)
BEAT_LINE: Final[Rgb] = (40, 44, 54)
BAR_LINE: Final[Rgb] = (74, 80, 97)
TEXT: Final[Rgb] = (214, 218, 228)
FAINT_TEXT: Final[Rgb] = (132, 139, 156)
CUT: Final[Rgb] = (255, 84, 112)
ACCENT: Final[Rgb] = (94, 214, 160)
VOICE_COLOURS: Final[tuple[Rgb, ...]] = (
    (255, 184, 84),
    (92, 190, 250),
    (188, 140, 255),
    (120, 220, 150),
    (250, 128, 190),
    (200, 205, 120),
)

_BLACK_KEYS: Final = frozenset((1, 3, 6, 8, 10))
_MARGIN_LEFT: Final = 46
_MARGIN_RIGHT: Final = 16
_MARGIN_TOP: Final = 52
_ROW_GAP: Final = 34
_LANE_PX: Final = 6
_LOWEST_SPAN: Final = 24
_MIN_PX_PER_S: Final = 48


@dataclass(frozen=True, slots=True)
class DrawnNote:
    """One bar of colour: MIDI pitch, index into the voices, seconds, velocity 1..127."""

    pitch: int
    voice: int
    start_s: float
    end_s: float
    velocity: int = 80


@dataclass(frozen=True, slots=True)
class RollPicture:
    """What a picture of a roll shows. Times in seconds.

    Attributes:
        length_s: from 0 to here.
        beats_s, bars_s: grid lines; cuts_s: instants at which a new shot shows.
        voices: their names, in the order of `DrawnNote.voice`.
    """

    title: str
    notes: Sequence[DrawnNote]
    length_s: float
    beats_s: Sequence[float]
    bars_s: Sequence[float]
    cuts_s: Sequence[float]
    voices: Sequence[str]


@cache
def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own typeface, which is on every system."""
    return ImageFont.load_default(size)


def blend(colour: Rgb, towards: Rgb, share: float) -> Rgb:
    """A colour moved by a share of the way towards another."""
    mixed = [round(a + (b - a) * share) for a, b in zip(colour, towards, strict=True)]
    return mixed[0], mixed[1], mixed[2]


def voice_colour(voice: int) -> Rgb:
    """The colour of a voice."""
    return VOICE_COLOURS[voice % len(VOICE_COLOURS)]


def draw_roll(picture: RollPicture, *, width: int = 1600) -> Image.Image:
    """Draw a piano roll: lanes as a keyboard's keys, bars and beats, notes by voice and loudness, cuts."""
    low, high = pitch_range([note.pitch for note in picture.notes])
    rows = _row_spans(picture, width)
    lanes_px = (high - low + 1) * _LANE_PX
    height = _MARGIN_TOP + len(rows) * (lanes_px + _ROW_GAP)
    image = Image.new("RGB", (width, height), BACKGROUND)
    canvas = ImageDraw.Draw(image)
    _draw_heading(canvas, picture.title, [(name, voice_colour(i)) for i, name in enumerate(picture.voices)], width)
    for index, (start_s, end_s) in enumerate(rows):
        top = _MARGIN_TOP + index * (lanes_px + _ROW_GAP)
        _draw_row(canvas, picture, _Row(start_s, end_s, top, low, high, width))
    return image


def pitch_range(pitches: Sequence[int]) -> tuple[int, int]:
    """Lowest and highest lane to show: what is played and two lanes around it, at least two octaves."""
    low, high = (min(pitches), max(pitches)) if pitches else (48, 72)
    spare = max(4, _LOWEST_SPAN - (high - low))
    return max(0, low - spare // 2), min(127, high + spare - spare // 2)


def _row_spans(picture: RollPicture, width: int) -> list[tuple[float, float]]:
    """Equal stretches of time that fill rows, broken at bars where there are any."""
    length_s = max(picture.length_s, 1.0)
    longest_s = (width - _MARGIN_LEFT - _MARGIN_RIGHT) / _MIN_PX_PER_S
    count = max(1, int(np.ceil(length_s / longest_s)))
    edges = [0.0]
    for i in range(1, count):
        ideal = length_s * i / count
        bars = np.array([bar for bar in picture.bars_s if edges[-1] < bar < length_s])
        edges.append(float(bars[np.abs(bars - ideal).argmin()]) if bars.size else ideal)
    edges.append(length_s)
    return list(pairwise(edges))


@dataclass(frozen=True, slots=True)
class _Row:
    start_s: float
    end_s: float
    top: int
    low: int
    high: int
    width: int

    @property
    def bottom(self) -> int:
        return self.top + (self.high - self.low + 1) * _LANE_PX

    @property
    def right(self) -> int:
        return self.width - _MARGIN_RIGHT

    def x(self, time_s: float) -> float:
        share = (time_s - self.start_s) / max(1e-9, self.end_s - self.start_s)
        return _MARGIN_LEFT + share * (self.right - _MARGIN_LEFT)

    def y(self, pitch: int) -> int:
        return self.top + (self.high - pitch) * _LANE_PX

    def holds(self, time_s: float) -> bool:
        return self.start_s - 1e-6 <= time_s <= self.end_s + 1e-6


def _draw_heading(canvas: ImageDraw.ImageDraw, title: str, legend: Sequence[tuple[str, Rgb]], width: int) -> None:
    canvas.text((_MARGIN_LEFT, 12), title, fill=TEXT, font=font(18))
    x = float(width - _MARGIN_RIGHT)
    for name, colour in reversed([*legend, ("cut", CUT)]):
        x -= canvas.textlength(name, font=font(13))
        canvas.text((x, 15), name, fill=FAINT_TEXT, font=font(13))
        x -= 18
        canvas.rounded_rectangle((x, 18, x + 12, 28), 3, fill=colour)
        x -= 16


def _draw_row(canvas: ImageDraw.ImageDraw, picture: RollPicture, row: _Row) -> None:
    _draw_lanes(canvas, row)
    for beat in filter(row.holds, picture.beats_s):
        canvas.line((row.x(beat), row.top, row.x(beat), row.bottom), fill=BEAT_LINE)
    for number, bar in enumerate(picture.bars_s, 1):
        if row.holds(bar):
            canvas.line((row.x(bar), row.top, row.x(bar), row.bottom), fill=BAR_LINE)
            if bar < row.end_s - 0.2:
                canvas.text((row.x(bar) + 3, row.bottom + 2), str(number), fill=FAINT_TEXT, font=font(13))
    for note in sorted(picture.notes, key=lambda note: -note.voice):
        _draw_note(canvas, row, note)
    for cut in filter(row.holds, picture.cuts_s):
        x = row.x(cut)
        canvas.line((x, row.top, x, row.bottom), fill=CUT, width=2)
        canvas.polygon(((x - 5, row.top - 7), (x + 5, row.top - 7), (x, row.top)), fill=CUT)


def _draw_lanes(canvas: ImageDraw.ImageDraw, row: _Row) -> None:
    for pitch in range(row.low, row.high + 1):
        y = row.y(pitch)
        lane = BLACK_LANE if pitch % 12 in _BLACK_KEYS else WHITE_LANE
        canvas.rectangle((_MARGIN_LEFT, y, row.right, y + _LANE_PX - 1), fill=lane)
        if pitch % 12 == 0:
            canvas.line((_MARGIN_LEFT, y + _LANE_PX, row.right, y + _LANE_PX), fill=OCTAVE_LINE)
            canvas.text((12, y - 4), f"C{pitch // 12 - 1}", fill=FAINT_TEXT, font=font(13))


def _draw_note(canvas: ImageDraw.ImageDraw, row: _Row, note: DrawnNote) -> None:
    if note.end_s <= row.start_s or note.start_s >= row.end_s:
        return
    left, right = row.x(max(note.start_s, row.start_s)), row.x(min(note.end_s, row.end_s))
    y = row.y(note.pitch)
    loudness = 0.35 + 0.65 * min(1.0, note.velocity / 110)
    fill = blend(BACKGROUND, voice_colour(note.voice), loudness)
    canvas.rounded_rectangle((left, y, max(left + 2, right - 1), y + _LANE_PX - 1), 2, fill=fill)
    if note.start_s >= row.start_s:
        canvas.rectangle((left, y, left + 1, y + _LANE_PX - 1), fill=blend(fill, (255, 255, 255), 0.55))


# ---- curves --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """One curve: its name, f32 `[n]` values (NaN where unknown) and their times in seconds, and a colour."""

    name: str
    times_s: NDArray[np.float64]
    values: NDArray[np.float32]
    colour: Rgb = ACCENT


_STRIP_PX: Final = 58
_STRIP_GAP: Final = 10
_STRIP_LEFT: Final = 150
_SMOOTH: Final = 2


def draw_strips(
    title: str, strips: Sequence[Strip], *, length_s: float, cuts_s: Sequence[float], width: int = 1400
) -> Image.Image:
    """Draw curves below each other over one time axis, each scaled to its own range (printed at its side)."""
    height = _MARGIN_TOP + len(strips) * (_STRIP_PX + _STRIP_GAP) + 30
    big = Image.new("RGB", (width * _SMOOTH, height * _SMOOTH), BACKGROUND)
    canvas = ImageDraw.Draw(big)
    span = (width - _STRIP_LEFT - _MARGIN_RIGHT) * _SMOOTH

    def x_of(time_s: float) -> float:
        return _STRIP_LEFT * _SMOOTH + time_s / max(length_s, 1e-9) * span

    for index, strip in enumerate(strips):
        top = (_MARGIN_TOP + index * (_STRIP_PX + _STRIP_GAP)) * _SMOOTH
        bottom = top + _STRIP_PX * _SMOOTH
        canvas.rectangle((x_of(0), top, x_of(length_s), bottom), fill=WHITE_LANE)
        for cut in cuts_s:
            canvas.line((x_of(cut), top, x_of(cut), bottom), fill=blend(WHITE_LANE, CUT, 0.55), width=_SMOOTH)
        _draw_curve(canvas, strip, x_of, top + 4 * _SMOOTH, bottom - 4 * _SMOOTH)
    image = big.resize((width, height), Image.Resampling.LANCZOS)
    _label_strips(ImageDraw.Draw(image), title, strips, length_s, width)
    return image


def _draw_curve(
    canvas: ImageDraw.ImageDraw, strip: Strip, x_of: Callable[[float], float], top: float, bottom: float
) -> None:
    low, high = _bounds(strip.values)
    run: list[tuple[float, float]] = []
    for time_s, value in zip([*strip.times_s, 0.0], [*strip.values, np.nan], strict=True):
        if np.isfinite(value):
            share = (float(value) - low) / max(high - low, 1e-9)
            run.append((x_of(float(time_s)), bottom - share * (bottom - top)))
            continue
        if len(run) == 1:
            x, y = run[0]
            canvas.ellipse((x - 3, y - 3, x + 3, y + 3), fill=strip.colour)
        elif run:
            area = [(run[0][0], bottom), *run, (run[-1][0], bottom)]
            canvas.polygon(area, fill=blend(WHITE_LANE, strip.colour, 0.22))
            canvas.line(run, fill=strip.colour, width=2 * _SMOOTH, joint="curve")
        run = []


def _bounds(values: NDArray[np.float32]) -> tuple[float, float]:
    known = values[np.isfinite(values)]
    return (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)


def _label_strips(
    canvas: ImageDraw.ImageDraw, title: str, strips: Sequence[Strip], length_s: float, width: int
) -> None:
    canvas.text((16, 12), title, fill=TEXT, font=font(18))
    for index, strip in enumerate(strips):
        top = _MARGIN_TOP + index * (_STRIP_PX + _STRIP_GAP)
        canvas.text((16, top + 8), strip.name, fill=TEXT, font=font(14))
        low, high = _bounds(strip.values)
        known = bool(np.isfinite(strip.values).any())
        told = f"{low:.2f} .. {high:.2f}" if known else "left to the model"
        canvas.text((16, top + 28), told, fill=FAINT_TEXT, font=font(13))
    bottom = _MARGIN_TOP + len(strips) * (_STRIP_PX + _STRIP_GAP)
    for second in _ticks(length_s):
        x = _STRIP_LEFT + second / max(length_s, 1e-9) * (width - _STRIP_LEFT - _MARGIN_RIGHT)
        canvas.text((x - 6, bottom), f"{second:g} s", fill=FAINT_TEXT, font=font(13))


def _ticks(length_s: float) -> list[float]:
    step = next((step for step in (0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600) if length_s / step <= 14), 1800)
    return [float(value) for value in np.arange(0, length_s, step)]


# ---- denoising steps -----------------------------------------------------------------------------------------------

_GIF_WIDTH: Final = 1100
_GIF_TOP: Final = 84
_GIF_LANE_PX: Final = 5


def draw_step(roll: NDArray[np.uint8], *, title: str, paper_t: float, t0: int, pitches: tuple[int, int]) -> Image.Image:
    """Draw one denoising step: the roll that the model believes in, and where it is on the way from noise.

    Args:
        roll: uint8 `[V, N, 128]`, 0 silent, 1 sustained, 2 onset.
        paper_t, t0: noise level of this step and of the switch of conditions, 1000 (noise) to 0 (done).
        pitches: lowest and highest lane.
    """
    cells = roll_colours(roll, pitches)
    steps_per_row = 384 if cells.shape[1] <= 4 * 384 else 1024
    scale = max(1, (_GIF_WIDTH - 2 * _MARGIN_RIGHT) // min(steps_per_row, cells.shape[1]))
    scale = min(scale, 16)
    rows = [cells[:, i : i + steps_per_row] for i in range(0, cells.shape[1], steps_per_row)]
    row_px = cells.shape[0] * _GIF_LANE_PX
    image = Image.new("RGB", (_GIF_WIDTH, _GIF_TOP + len(rows) * (row_px + 12)), BACKGROUND)
    for index, row in enumerate(rows):
        block = np.repeat(np.repeat(row, _GIF_LANE_PX, axis=0), scale, axis=1)
        image.paste(Image.fromarray(block), (_MARGIN_RIGHT, _GIF_TOP + index * (row_px + 12)))
    _draw_noise_scale(ImageDraw.Draw(image), title, paper_t, t0)
    return image


def roll_colours(roll: NDArray[np.uint8], pitches: tuple[int, int]) -> NDArray[np.uint8]:
    """A roll as RGB cells `[lanes, N, 3]`, highest pitch first; upper voices drawn over lower ones."""
    low, high = pitches
    lanes = np.arange(high, low - 1, -1)
    cells = np.empty((len(lanes), roll.shape[1], 3), np.uint8)
    black = np.isin(lanes % 12, list(_BLACK_KEYS))
    cells[:] = np.where(black[:, None, None], np.array(BLACK_LANE), np.array(WHITE_LANE))
    cells[:, ::STEPS_PER_BAR] = BEAT_LINE
    for voice in reversed(range(roll.shape[0])):
        plane = roll[voice][:, lanes].T
        cells[plane == 1] = blend(BACKGROUND, voice_colour(voice), 0.6)
        cells[plane == 2] = blend(voice_colour(voice), (255, 255, 255), 0.25)
    return cells


def _draw_noise_scale(canvas: ImageDraw.ImageDraw, title: str, paper_t: float, t0: int) -> None:
    canvas.text((_MARGIN_RIGHT, 10), title, fill=TEXT, font=font(18))
    left, right, y = _MARGIN_RIGHT, _GIF_WIDTH - _MARGIN_RIGHT, 50

    def x_of(t: float) -> float:
        return left + (1000 - t) / 1000 * (right - left)

    canvas.rounded_rectangle((left, y - 4, x_of(t0), y + 4), 3, fill=blend(BACKGROUND, VOICE_COLOURS[0], 0.4))
    canvas.rounded_rectangle((x_of(t0), y - 4, right, y + 4), 3, fill=blend(BACKGROUND, VOICE_COLOURS[1], 0.4))
    canvas.line((x_of(t0), y - 10, x_of(t0), y + 10), fill=CUT, width=2)
    canvas.text((left, y + 8), "t = 1000, noise: what it feels like leads", fill=FAINT_TEXT, font=font(13))
    end = "what happens leads, t = 0"
    canvas.text((right - canvas.textlength(end, font=font(13)), y + 8), end, fill=FAINT_TEXT, font=font(13))
    middle = x_of(t0) - canvas.textlength(f"t0 = {t0}", font=font(13)) / 2
    canvas.text((min(max(left, middle), right - 50), y - 26), f"t0 = {t0}", fill=CUT, font=font(13))
    x = x_of(min(max(paper_t, 0.0), 1000.0))
    canvas.ellipse((x - 7, y - 7, x + 7, y + 7), fill=TEXT)
