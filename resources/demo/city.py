"""The city scene of the demo film: a drive down a wet avenue at night."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from resources.demo import draw
from resources.demo.draw import Floats, Frame, Size

_EYE = 0.55
"""Height of the camera above the road; the street is two units from wall to wall and more."""
_STREET = 1.35
_LENS = 0.95
_LEVEL = 0.13
"""Height of the horizon in the picture."""
_FOG = draw.colour("#3a3560")
_PAINTS = tuple(draw.colour(code) for code in ("#141a2e", "#2b2638", "#ffb765", "#cfe4ff"))
"""Two kinds of wall, warm and cold window light."""


def _drive(t: float) -> float:
    """Way of the camera down the avenue: starts slowly, gathers speed."""
    return 0.9 * t + 0.55 * t * t


@dataclass(frozen=True, slots=True)
class _Wall:
    """What the camera sees of the two walls of a street; far, side and pixel [1, width], rise [height, width]."""

    far: Floats
    """Distance."""
    rise: Floats
    """Height on the wall."""
    side: NDArray[np.int32]
    """0 on the left, 1 on the right."""
    pixel: Floats
    """Length of street that one pixel covers."""


@lru_cache(maxsize=4)
def _wall(size: Size, half_street: float) -> _Wall:
    x, y = draw.grid(size)
    far = np.float32(half_street * _LENS) / np.maximum(np.abs(x), 1e-3)
    rise = _EYE - (y - _LEVEL) * far / np.float32(_LENS)
    return _Wall(far, rise, (x > 0).astype(np.int32), far * far / np.float32(half_street * _LENS * size[1]))


def _windows(wall: _Wall, along: Floats, seed: int) -> tuple[Floats, Floats]:
    """Light of the windows on a wall and how cold it is, both 0..1; windows too small to draw become their average."""
    column, row = along / np.float32(0.17), wall.rise * np.float32(1 / 0.23)
    whole_column, whole_row = np.floor(column), np.floor(row)
    number = whole_column.astype(np.int32) * 31 + wall.side * 1999 + whole_row.astype(np.int32) * 131
    lit = draw.scatter(number, seed)
    lit = (lit > 0.56) * (2.27 * lit - 1.07)
    blur = wall.pixel / np.float32(0.17)
    across, up = np.abs(column - whole_column - 0.5), row - whole_row - 0.5
    pane = np.clip((0.30 - across) / (blur + 0.02) + 0.5, 0, 1) * np.clip(
        20 * (across - 0.012) / (1 + 20 * blur), 0.45, 1
    )
    drawn = draw.smooth(0.9, 0.35, blur)
    light = np.clip((0.32 - np.abs(up)) * (1 / (0.6 * blur + 0.02)) + 0.5, 0, 1)
    # Ceilings are brighter than floors, seen from the street.
    light *= 1 + 0.9 * up
    light *= lit
    light *= pane * drawn
    light += 0.075 * (1 - drawn)
    return light, draw.scatter(number + 501, seed)


def _shops(wall: _Wall, along: Floats, seed: int) -> tuple[Floats, Floats]:
    """Light of the shop fronts at street level, 0..1, and a number for the colour of each, [1, width]."""
    front = along * np.float32(1.15)
    whole = np.floor(front)
    number = whole.astype(np.int32) * 2 + wall.side + 60
    inside = np.abs(front - whole - 0.5)
    blur = wall.pixel * np.float32(1.15)
    panes = np.clip((0.44 - inside) / (blur + 0.01), 0, 1) * np.clip(np.abs(np.abs(inside - 0.15) - 0.0) * 60, 0.5, 1)
    open_late = (draw.scatter(number, seed) > 0.25) * (0.45 + 0.55 * draw.scatter(number + 7, seed))
    band = draw.smooth(0.045, 0.055, wall.rise) * draw.smooth(0.285, 0.275, wall.rise) * (0.30 + 3.0 * wall.rise)
    sign = np.exp(-np.square((wall.rise - 0.325) / 0.016)) * (inside < 0.36)
    spill = 0.16 * np.exp(-np.abs(wall.rise - 0.16) * 5.5)
    return (band * panes + 1.2 * sign + spill) * open_late, draw.scatter(number + 19, seed)


def _facades(image: Floats, t: float, half_street: float, tall: tuple[float, float], seed: int) -> Floats:
    """Paint both rows of buildings of one street on the image, in place; returns where they are."""
    size = (image.shape[2], image.shape[1])
    wall = _wall(size, half_street)
    along = wall.far + np.float32(_drive(t))
    block = along / np.float32(1.7)
    number = np.floor(block).astype(np.int32) * 2 + wall.side + 40
    height = tall[0] + tall[1] * draw.scatter(number, seed) ** 1.5
    gap = np.clip((0.465 - np.abs(block - np.floor(block) - 0.5)) * 1.7 / wall.pixel + 0.5, 0, 1)
    cover = np.clip((height - wall.rise) * (_LENS * size[1] / wall.far) + 0.5, 0, 1)
    cover *= np.where(wall.rise < 0.8 * height, 1, gap)
    light, cold = _windows(wall, along, seed + 1)
    light *= wall.rise > 0.46
    shop, shade = _shops(wall, along, seed + 2)
    tint = draw.scatter(number + 900, seed)[0]
    near_street = 0.35 + 0.9 * np.exp(-np.maximum(wall.rise, 0) / 0.8)
    cold = draw.smooth(0.62, 0.8, cold)
    signs = draw.gradient(
        [(0.0, "#ffb46b"), (0.45, "#ffd9a3"), (0.6, "#ff5f7e"), (0.75, "#57d6ff"), (0.9, "#8dffc8")], shade[0]
    )
    away = np.exp(-wall.far * np.float32(0.085))
    for plane, stone, brick, warm, white, neon, fog in zip(image, *_PAINTS, signs, _FOG, strict=True):
        seen = light * (1.25 * warm + cold * (1.25 * (white - warm)))
        seen += shop * (1.1 * neon)
        seen += near_street * (stone + (brick - stone) * tint)
        seen -= fog
        seen *= away
        seen += fog - plane
        seen *= cover
        plane += seen
    return np.asarray(cover, dtype=np.float32)


def _behind(image: Floats, t: float) -> None:
    """Taller buildings of the next street, drawn at half size because haze hides what that loses, in place."""
    _, height, width = image.shape
    small = draw.canvas((width // 2, height // 2))
    where = _facades(small, t, 2.6, (2.2, 5.5), 421)
    cover = cv2.resize(where, (width, height), interpolation=cv2.INTER_LINEAR)
    for plane, part, fog in zip(image, small, _FOG, strict=True):
        # Half of it is haze; the small picture is black where there is no building.
        plane *= 1 - cover
        plane += 0.55 * cv2.resize(part, (width, height), interpolation=cv2.INTER_LINEAR) + (0.45 * fog) * cover


@lru_cache(maxsize=2)
def _road_places(size: Size) -> tuple[int, Floats, Floats, Floats, Floats]:
    """First row of the road; for the rows from there: distance, x, the row that the wet road mirrors, coverage."""
    x, y = draw.grid(size)
    top = int((0.5 + _LEVEL) * size[1]) + 1
    below = y[top:] - _LEVEL
    far = _EYE * _LENS / below
    up = _LEVEL - below + 2 * _EYE * np.abs(x) / _STREET
    rows = (np.clip(up, -0.499, 0.499) + 0.5) * size[1] - 0.5
    edge = below * _STREET / _EYE
    cover = np.clip((edge - np.abs(x)) * size[1] + 0.5, 0, 1)
    return (
        top,
        np.asarray(far, dtype=np.float32),
        x * np.ones_like(below),
        np.asarray(rows, dtype=np.float32),
        np.asarray(cover, dtype=np.float32),
    )


def _road(image: Floats, t: float) -> None:
    """Wet asphalt: a broken mirror of the walls, lane marks, in place."""
    size = (image.shape[2], image.shape[1])
    top, far, across, rows, cover = _road_places(size)
    texture = draw.noise((512, 512), (64, 64), 3, 401)
    along = far + np.float32(_drive(t) % 16)
    wet = draw.sample(texture, across * far * 60 + 100, np.broadcast_to(along * 32, across.shape))
    puddle = draw.sample(
        draw.noise((512, 512), (10, 10), 3, 402), across * far * 40, np.broadcast_to(along * 32, across.shape)
    )
    rough = (wet - 0.5) * np.minimum(26.0 / far, 26) * size[1] / 720
    columns = across * size[1] + (size[0] / 2 - 0.5) + 0.35 * rough
    smear = [cv2.blur(plane, (1, max(1, size[1] // 24))) for plane in image]
    thrown = cv2.split(
        cv2.remap(
            cv2.merge(smear),
            columns.astype(np.float32),
            np.clip(rows - 2.2 * rough, 0, size[1] - 1).astype(np.float32),
            cv2.INTER_LINEAR,
        )
    )
    strength = 0.28 + 0.60 * draw.smooth(0.42, 0.60, puddle)
    dash = (
        np.clip((0.022 - np.abs(np.abs(across * far / _LENS) - 0.36)) * size[1] * _LENS / far + 0.5, 0, 1)
        * ((along % 1.2) < 0.6)
        * draw.smooth(18, 8, far)
    )
    asphalt = draw.colour("#12131f")
    away = np.exp(-far * np.float32(0.085))
    for plane, mirrored, tone, mist in zip(image, thrown, asphalt, _FOG, strict=True):
        part = plane[top:]
        lit = tone * (0.6 + 0.5 * wet) + mirrored * strength + 0.16 * dash
        part += (lit * away + mist * (1 - away) - part) * cover


def _cars(image: Floats, t: float) -> None:
    """Head lights that come, tail lights that are overtaken, and their paths on the wet road, in place."""
    rng = np.random.default_rng(411)
    lights = []
    for index in range(34):
        coming = index % 2 == 0
        lane = float(rng.choice([0.20, 0.54])) + rng.normal(0, 0.015)
        start, pace = rng.uniform(0, 26), rng.uniform(3.2, 4.2) if coming else rng.uniform(0.4, 1.0)
        far = (start + (-pace * t if coming else pace * t) - _drive(t)) % 26 + 0.55
        lights.append((float(far), -lane if coming else lane, coming))
    for far, lane, coming in sorted(lights, reverse=True):
        scale = _LENS / far
        away = float(np.exp(-0.07 * far)) * min(1.0, (26.5 - far) / 3)
        ink = draw.colour("#fff0cf") * 2.0 if coming else draw.colour("#ff2a1c") * 1.25
        for side in (-0.075, 0.075):
            x, y = (lane + side) * scale, _LEVEL + (_EYE - 0.13) * scale
            draw.glow(image, x, y, 0.020 * scale + 0.0012, ink * np.float32(away))
            draw.glow(image, x, y, 0.085 * scale, ink * np.float32(0.10 * away))
            foot = _LEVEL + (_EYE + 0.14) * scale
            draw.glow(image, x, foot, 0.024 * scale + 0.001, ink * np.float32(0.22 * away), stretch=5.0)


def _lamps(image: Floats, t: float) -> None:
    """Street lamps on both sides, their posts and their light on the wet road, in place."""
    _, height, width = image.shape
    way = _drive(t)
    warm = draw.colour("#ffc27a")
    first = int(way / 1.7)
    places = [(index * 1.7 + 0.85 - way, side) for index in range(first, first + 15) for side in (-1, 1)]
    places = [(far, side) for far, side in places if far > 0.5]
    posts = np.zeros((height, width), dtype=np.uint8)
    for far, side in places[::-1]:
        scale = _LENS / far
        head = _LEVEL - (1.02 - _EYE) * scale
        bend = [
            (1.14, _LEVEL + _EYE * scale),
            (1.14, head + 0.03 * scale),
            (1.10, head - 0.02 * scale),
            (0.98, head - 0.02 * scale),
        ]
        points = draw.to_pixels(np.array([(side * a * scale, y) for a, y in bend], dtype=np.float32), (width, height))
        thick = max(1, round(0.016 * scale * height))
        cv2.polylines(posts, [points], False, round(255 * np.exp(-0.09 * far)), thick, lineType=cv2.LINE_AA, shift=4)
    draw.over(image, draw.colour("#0c0d16"), posts.astype(np.float32) / 255.0)
    for far, side in places:
        scale, away = _LENS / far, np.float32(np.exp(-0.09 * far))
        x, y = side * 0.98 * scale, _LEVEL - (1.02 - _EYE) * scale
        draw.glow(image, x, y, 0.028 * scale, warm * (1.8 * away))
        draw.glow(image, x, y, 0.15 * scale, warm * (0.13 * away))
        draw.glow(image, x, _LEVEL + (_EYE + 0.5) * scale, 0.05 * scale, warm * (0.10 * away), stretch=4.5)


def city(t: float, size: Size) -> Frame:
    """A drive down a wet avenue at night; traffic, lit windows. Dark with many lights, lively."""
    x, y = draw.grid(size)
    stops = [(-0.5, "#0d1130"), (-0.1, "#2a2450"), (_LEVEL, "#7a4a5e")]
    image = np.repeat(draw.gradient(stops, y[:, 0])[:, :, None], size[0], axis=2)
    _behind(image, t)
    _facades(image, t, _STREET, (1.1, 2.6), 431)
    reach = np.sqrt(np.square(x) + np.square(1.3 * (y - _LEVEL)))
    _road(image, t)
    draw.add(
        image,
        draw.colour("#ff9d5c"),
        0.50 * np.exp(reach * np.float32(-1 / 0.07)) + 0.10 * np.exp(reach * np.float32(-1 / 0.3)),
    )
    _lamps(image, t)
    _cars(image, t)
    draw.bloom(image, above=0.5, strength=0.30, radius=0.03)
    return draw.finish(image, t, vignette=0.30, gain=1.1)
