"""A picture of the tempo over the cuts, drawn with Pillow."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from PIL import Image, ImageDraw

from engine.drawing import (
    ACCENT,
    BACKGROUND,
    BAR_LINE,
    BEAT_LINE,
    CUT,
    FAINT_TEXT,
    TEXT,
    VOICE_COLOURS,
    WHITE_LANE,
    blend,
    font,
)

if TYPE_CHECKING:
    from engine.cli.hits import Landings

_LEFT: Final = 64
_RIGHT: Final = 20
_TOP: Final = 92
_HEIGHT: Final = 300
_BELOW: Final = 64
_SCALE: Final = 2
_STAR: Final = VOICE_COLOURS[0]


def draw_tempo(landings: Landings, *, width: int = 1400) -> Image.Image:
    """The tempo as a line over time; starred hits with their bar and beat, other hits, dropped ones."""
    size = width * _SCALE, (_TOP + _HEIGHT + _BELOW) * _SCALE
    big = Image.new("RGB", size, BACKGROUND)
    canvas = ImageDraw.Draw(big)
    low, high = _range([bpm for _, bpm in landings.tempo])
    length_s = max(landings.duration_s, 1e-6)

    def x_of(time_s: float) -> float:
        return _SCALE * (_LEFT + time_s / length_s * (width - _LEFT - _RIGHT))

    def y_of(bpm: float) -> float:
        return _SCALE * (_TOP + (high - bpm) / (high - low) * _HEIGHT)

    canvas.rectangle((x_of(0), y_of(high), x_of(length_s), y_of(low)), fill=WHITE_LANE)
    for bpm in range(low, high + 1, _step(low, high)):
        canvas.line((x_of(0), y_of(bpm), x_of(length_s), y_of(bpm)), fill=BEAT_LINE, width=_SCALE)
    for hit in landings.hits:
        _draw_hit(canvas, hit, x_of(hit["time_s"]), y_of(high), y_of(low))
    _draw_line(canvas, landings, x_of, y_of, length_s)
    image = big.resize((width, _TOP + _HEIGHT + _BELOW), Image.Resampling.LANCZOS)
    _label(ImageDraw.Draw(image), landings, lambda t: x_of(t) / _SCALE, lambda b: y_of(b) / _SCALE, (low, high))
    return image


def _range(tempi: Sequence[float]) -> tuple[int, int]:
    """Whole tens of BPM around what is played, at least twenty apart."""
    low, high = 10 * math.floor(min(tempi) / 10), 10 * math.ceil(max(tempi) / 10)
    return (low, high) if high - low >= 20 else (low - 10, high + 10)


def _step(low: int, high: int) -> int:
    return 10 if high - low <= 100 else 20


def _draw_hit(canvas: ImageDraw.ImageDraw, hit: dict[str, Any], x: float, top: float, bottom: float) -> None:
    if hit["starred"]:
        canvas.line((x, top - 6 * _SCALE, x, bottom), fill=_STAR, width=_SCALE)
        canvas.polygon(_star(x, top - 14 * _SCALE, 8 * _SCALE), fill=_STAR)
        return
    colour = blend(WHITE_LANE, CUT, 0.75 if hit["on_grid"] else 0.35)
    canvas.line((x, top, x, bottom), fill=colour, width=_SCALE)


def _star(x: float, y: float, radius: float) -> list[tuple[float, float]]:
    corners = []
    for i in range(10):
        reach = radius if i % 2 == 0 else 0.45 * radius
        corners.append((x + reach * math.sin(math.pi * i / 5), y - reach * math.cos(math.pi * i / 5)))
    return corners


def _draw_line(
    canvas: ImageDraw.ImageDraw,
    landings: Landings,
    x_of: Callable[[float], float],
    y_of: Callable[[float], float],
    length_s: float,
) -> None:
    """Stairs: each tempo holds until the next."""
    points: list[tuple[float, float]] = []
    starts = list(landings.tempo)
    for i, (time_s, bpm) in enumerate(starts):
        end_s = starts[i + 1][0] if i + 1 < len(starts) else length_s
        points += [(x_of(max(0.0, time_s)), y_of(bpm)), (x_of(min(end_s, length_s)), y_of(bpm))]
    canvas.line(points, fill=ACCENT, width=3 * _SCALE, joint="curve")


def _label(
    canvas: ImageDraw.ImageDraw,
    landings: Landings,
    x_of: Callable[[float], float],
    y_of: Callable[[float], float],
    span: tuple[int, int],
) -> None:
    tempi = [bpm for _, bpm in landings.tempo]
    stars = sum(bool(hit["starred"]) for hit in landings.hits)
    told = f"{landings.name}   {min(tempi):.1f} to {max(tempi):.1f} BPM, {stars} of {len(landings.hits)} hits starred"
    canvas.text((_LEFT, 12), told, fill=TEXT, font=font(18))
    _legend(canvas, x_of(landings.duration_s))
    for bpm in range(span[0], span[1] + 1, _step(*span)):
        canvas.text((14, y_of(bpm) - 8), str(bpm), fill=FAINT_TEXT, font=font(13))
    last = -1e9
    for hit in landings.hits:
        x = x_of(hit["time_s"])
        if hit["starred"] and x - last > 34:
            canvas.text((x - 10, _TOP - 40), f"{hit['bar']}.{hit['beat']}", fill=_STAR, font=font(13))
            last = x
    bottom = y_of(span[0])
    step_s = next((s for s in (1, 2, 5, 10, 30, 60, 120) if landings.duration_s / s <= 16), 300)
    for second in range(0, int(landings.duration_s) + 1, step_s):
        x = x_of(second)
        canvas.line((x, bottom, x, bottom + 5), fill=BAR_LINE)
        canvas.text((x - 6, bottom + 8), f"{second} s", fill=FAINT_TEXT, font=font(13))


def _legend(canvas: ImageDraw.ImageDraw, right: float) -> None:
    entries = (
        ("tempo", ACCENT),
        ("star, on bar.beat", _STAR),
        ("other hit, on an eighth", blend(WHITE_LANE, CUT, 0.75)),
        ("off the grid", blend(WHITE_LANE, CUT, 0.35)),
    )
    x = right
    for name, colour in reversed(entries):
        x -= canvas.textlength(name, font=font(13))
        canvas.text((x, 15), name, fill=FAINT_TEXT, font=font(13))
        x -= 18
        canvas.rounded_rectangle((x, 18, x + 12, 28), 3, fill=colour)
        x -= 16
