"""The paper-cut shapes of the demo film's fast part, and its end card. Pure functions (t, size) -> frame."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from resources.demo import draw
from resources.demo.draw import Floats, Frame, Size

_INK, _CREAM, _CORAL, _MUSTARD = "#1b1b3a", "#fff1da", "#ff5a4f", "#ffbf3c"
_TEAL, _SKY, _VIOLET, _ROSE = "#12a594", "#3fb8f0", "#6b3fc4", "#ff8fb1"


def _spring(value: float) -> float:
    """From 0 to 1 with one soft overshoot, for movements that snap into place."""
    v = min(max(value, 0.0), 1.0)
    return float(1 - np.exp(-6 * v) * np.cos(7.5 * v) * (1 - v))


def _fine(size: Size) -> tuple[Floats, Floats]:
    """Grid of one and a half times the size: shapes are cut hard there and averaged down, which smooths every edge."""
    return draw.grid((size[0] * 3 // 2, size[1] * 3 // 2))


def _paper(index: NDArray[np.integer], codes: tuple[str, ...]) -> NDArray[np.uint8]:
    """Display colours of numbered papers: [height, width, 3]."""
    table = np.array([[int(code[i : i + 2], 16) for i in (1, 3, 5)] for code in codes], dtype=np.uint8)
    return np.asarray(table[index], dtype=np.uint8)


def _reduce(field: Floats, size: Size) -> Floats:
    """A field on the fine grid, averaged down to size."""
    return np.asarray(cv2.resize(field.astype(np.float32), size, interpolation=cv2.INTER_AREA), dtype=np.float32)


def _print(paper: NDArray[np.uint8], t: float, size: Size, shade: Floats | None = None) -> Frame:
    """Average down to size, multiply by a shadow, add grain; flat colours are kept as they were chosen."""
    small = cv2.resize(paper, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255.0
    if shade is not None:
        small *= shade[..., None]
    fibre = draw.noise((size[1], size[0]), (180, 320), 2, 301) - 0.5
    rng = np.random.default_rng(round(t * draw.FPS) + 5)
    grain = rng.standard_normal((size[1] // 2, size[0] // 2), dtype=np.float32)
    texture = 0.030 * fibre + 0.004 * cv2.resize(grain, size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.clip((small + texture[..., None]) * 255 + 0.5, 0, 255), dtype=np.uint8)


def _shadow(mask: NDArray[np.uint8], size: Size, reach: float, depth: float) -> Floats:
    """The soft shadow of a mask on the fine grid, thrown down and to the right; 1 where there is none."""
    small = cv2.resize(mask, (size[0] // 2, size[1] // 2), interpolation=cv2.INTER_AREA).astype(np.float32)
    step = reach * size[1] / 2
    moved = cv2.warpAffine(
        small, np.array([[1, 0, step], [0, 1, step]], dtype=np.float64), (size[0] // 2, size[1] // 2)
    )
    soft = cv2.resize(cv2.GaussianBlur(moved, (0, 0), step * 0.8), size, interpolation=cv2.INTER_LINEAR)
    own = cv2.resize(mask, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    return np.asarray(1 - depth * soft * (1 - own), dtype=np.float32)


def rings(t: float, size: Size) -> Frame:
    """Rings of cut paper that grow out of the middle, every other one turning."""
    x, y = _fine(size)
    x, y = x - 0.10 * np.float32(np.cos(2.2 * t)), y - 0.05 * np.float32(np.sin(2.2 * t))
    distance = np.sqrt(x * x + y * y)
    place = distance * 8.5 - 3.2 * t
    ring = np.floor(place).astype(np.int32)
    angle = np.arctan2(y, x)
    turn = np.where(ring % 2 == 0, 1.0, -1.0).astype(np.float32) * (1.6 * t) + ring * np.float32(0.9)
    half = (np.sin(angle + turn) > 0).astype(np.int32)
    paper = _paper((ring * 2 + half) % 6, (_CORAL, _CREAM, _TEAL, _MUSTARD, _INK, _ROSE))
    inner = place - ring
    shade = 1 - 0.22 * np.exp(-inner / 0.16)
    return _print(paper, t, size, _reduce(shade, size))


def tiles(t: float, size: Size) -> Frame:
    """A wall of quarter circles that flip over in a wave."""
    x, y = _fine(size)
    cell = 0.25
    column, row = np.floor(x / cell).astype(np.int32), np.floor(y / cell).astype(np.int32)
    across, down = np.broadcast_arrays(column, row)
    number = (across * 7 + down * 13 + 1000).astype(np.int64)
    orient = np.floor(draw.scatter(number, 311) * 4)
    delay = 0.09 * (across + 4) / 2 + 0.05 * (down + 2)
    steps = np.clip((t * 1.7 - delay) / 0.32, 0, 1)
    turn = (orient + steps * steps * (3 - 2 * steps)) * np.float32(np.pi / 2)
    local_x, local_y = (x / cell - column - 0.5), (y / cell - row - 0.5)
    turned_x, turned_y = (
        local_x * np.cos(turn) - local_y * np.sin(turn),
        local_x * np.sin(turn) + local_y * np.cos(turn),
    )
    radius = np.sqrt(np.square(turned_x + 0.5) + np.square(turned_y + 0.5))
    scheme = np.floor(draw.scatter(number + 500, 312) * 4).astype(np.int32)
    layer = (radius < 1).astype(np.int32) + (radius < 0.62) + (radius < 0.30)
    codes = (
        _CREAM,
        _CORAL,
        _INK,
        _MUSTARD,
        _MUSTARD,
        _TEAL,
        _CREAM,
        _CORAL,
        _TEAL,
        _CREAM,
        _VIOLET,
        _ROSE,
        _SKY,
        _INK,
        _MUSTARD,
        _CREAM,
    )
    paper = _paper(scheme * 4 + layer, codes)
    return _print(paper, t, size, _shadow((layer > 0).astype(np.uint8), size, 0.010, 0.22))


def stripes(t: float, size: Size) -> Frame:
    """Stripes sweep one way; a disc that crosses them carries stripes that sweep the other way."""
    x, y = _fine(size)
    first = np.floor((x * 0.8 + y * 0.6) * 9 - 7.5 * t).astype(np.int32)
    second = np.floor((x * 0.8 - y * 0.6) * 9 + 7.5 * t).astype(np.int32)
    centre_x = np.float32(-0.50 + 1.45 * draw.ease(t / 0.71))
    centre_y = np.float32(0.16 * np.sin(5 * t) - 0.02)
    inside = (np.square(x - centre_x) + np.square(y - centre_y)) < 0.30**2
    index = np.where(inside, 3 + second % 3, first % 3)
    paper = _paper(index, (_INK, _VIOLET, _SKY, _MUSTARD, _CORAL, _CREAM))
    return _print(paper, t, size, _shadow(inside.astype(np.uint8), size, 0.030, 0.55))


def balls(t: float, size: Size) -> Frame:
    """A ring of shining balls that spins and breathes on warm paper."""
    x, y = draw.grid(size)
    image = draw.mix(
        draw.colour("#ffcf56"), draw.colour("#ff7a4d"), draw.smooth(0.0, 0.95, np.sqrt(x * x + np.square(y + 0.1)))
    )
    codes = (_VIOLET, _TEAL, _CREAM, _CORAL, _SKY, _INK)
    spots = []
    for index in range(30):
        angle = 2 * np.pi * index / 30 + 3.4 * t + 0.5 * t * t
        wave, depth = float(np.sin(3 * angle - 6 * t)), float(np.sin(angle))
        near = 1.4 / (1.55 - 0.65 * depth)
        place_x = float(np.cos(angle)) * (0.44 + 0.10 * wave) * 1.34 * near
        spots.append((depth, place_x, (0.13 * depth + 0.19 * wave) * near, 0.062 * near, index))
    shadow = draw.colour("#c4421f")
    for _, place_x, _, radius, _ in spots:
        draw.disc(image, place_x, 0.36 + 0.12 * radius, 0.9 * radius, shadow, alpha=0.10, soft=0.6 * radius)
    for _, place_x, place_y, radius, index in sorted(spots):
        draw.ball(image, place_x, place_y, radius, draw.colour(codes[index % 6]))
    return draw.finish(image, t, vignette=0.1, gain=1.15)


def sunburst(t: float, size: Size) -> Frame:
    """A paper sun with turning rays bounces behind paper waves."""
    x, y = _fine(size)
    bounce = np.float32(0.10 - 0.20 * _spring(t / 0.5) + 0.02 * np.sin(9 * t))
    dx, dy = x, y - bounce
    distance = np.sqrt(dx * dx + dy * dy)
    rays = (np.floor((np.arctan2(dy, dx) / np.float32(2 * np.pi) + 0.22 * t) * 22).astype(np.int32)) % 2
    index = np.where(distance < 0.235, 3, np.where(distance < 0.27, 2, rays))
    lift = np.zeros(index.shape, dtype=np.float32)
    for number, (base, drift, code) in enumerate(((0.14, 0.34, 4), (0.25, -0.46, 5), (0.37, 0.60, 6))):
        phase = (x + drift * t * 1.6) * 3.6 + number * 0.37
        edge = base - 0.045 * np.abs(np.sin(np.pi * phase)) - 0.012 * np.float32(np.sin(7 * t + number))
        under = y > edge
        index = np.where(under, code, index)
        lift = np.where(under, (y - edge), lift)
    paper = _paper(index, (_CREAM, _ROSE, _MUSTARD, _CORAL, _SKY, _TEAL, _INK))
    shade = 1 - 0.20 * np.exp(-lift / 0.012) * (lift > 0)
    return _print(paper, t, size, _reduce(shade, size))


def _spiral(t: float, size: Size) -> Floats:
    """The walls of the tunnel at one instant, linear light."""
    x, y = _fine(size)
    depth = np.log(np.sqrt(x * x + y * y) + 1e-4) * 2.6 - (1.2 * t + 1.9 * t**3)
    sector = (np.arctan2(y, x) / np.float32(2 * np.pi)) * 15 + depth * 0.55 + 0.8 * t
    index = (np.floor(depth).astype(np.int32) * 3 + np.floor(sector).astype(np.int32) * 2) % 5
    paper = _paper(index, (_INK, _VIOLET, _CORAL, _MUSTARD, _TEAL))
    small = cv2.resize(paper, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255.0
    return np.asarray(np.square(small).transpose(2, 0, 1), dtype=np.float32)


def tunnel(t: float, size: Size) -> Frame:
    """A spiral tunnel of tiles, faster and faster towards a light. Accelerates."""
    # Four instants while the shutter is half open: at this speed a single one would flicker.
    instants = [_spiral(t + part / draw.FPS, size) for part in (0.0, 0.13, 0.26, 0.39)]
    image = np.asarray(np.stack(instants).mean(axis=0), dtype=np.float32)
    x1, y1 = draw.grid(size)
    reach = np.sqrt(x1 * x1 + y1 * y1)
    image *= draw.smooth(-0.15, 0.55, reach)
    light = 0.020 + 0.11 * t * t
    draw.add(image, draw.colour("#fff2cf"), 2.2 * np.exp(-reach / np.float32(light)))
    return draw.finish(image, t, vignette=0.25, gain=1.15)


_NOTES = (
    # start and length in sixteenths, row (0 is the lowest), one phrase of an imagined piano roll
    (0, 6, 2), (6, 2, 4), (8, 4, 5), (12, 4, 7), (16, 6, 9), (22, 2, 7), (24, 8, 8),
    (0, 8, 0), (8, 8, 1), (16, 8, 3), (24, 8, 2), (4, 4, 6), (14, 2, 10), (20, 4, 11), (28, 4, 5),
)  # fmt: skip


@lru_cache(maxsize=2)
def _end_backdrop(size: Size) -> Floats:
    x, y = draw.grid(size)
    distance = np.sqrt(np.square(x * 0.8) + np.square(y + 0.02))
    return draw.gradient([(0.0, "#232a5c"), (0.35, "#171a40"), (0.9, "#080a1c")], distance)


@lru_cache(maxsize=1)
def _particles() -> Floats:
    """Where every particle starts, where it settles, how long it waits, its size and shade: [n, 7]."""
    rng = np.random.default_rng(331)
    rows: list[list[float]] = []
    for start, length, row in _NOTES:
        for step in np.arange(start + 0.25, start + length, 0.5):
            target = (-0.62 + 1.24 * step / 32, 0.19 - 0.38 * row / 11)
            origin = np.array(target) + rng.normal(0, [0.34, 0.22])
            rows.append(
                [*origin, *target, 0.25 + 0.9 * step / 32 + 0.25 * rng.random(), rng.uniform(0.6, 1.2), rng.random()]
            )
    return np.array(rows, dtype=np.float32)


def _haze(image: Floats, t: float) -> None:
    """Large soft lights out of focus that drift upwards, in place."""
    rng = np.random.default_rng(341)
    for index in range(46):
        x, y, radius, pace, shine = rng.uniform([-0.9, -0.55, 0.008, 0.01, 0.2], [0.9, 0.6, 0.034, 0.05, 1.0]).tolist()
        place_x = x + 0.03 * float(np.sin(0.6 * t + index))
        place_y = (y - pace * t + 0.6) % 1.2 - 0.6
        ink = draw.colour("#ffd9a0" if index % 3 else "#8fb8ff")
        twinkle = 0.6 + 0.4 * float(np.sin(1.1 * t + 2.1 * index))
        draw.disc(image, place_x, place_y, radius, ink, alpha=0.085 * shine * twinkle, soft=radius * 0.35)


def end_card(t: float, size: Size) -> Frame:
    """Drifting lights settle into the notes of a piano roll and fade out. Calm."""
    image = _end_backdrop(size).copy()
    _haze(image, t)
    x, y = draw.grid(size)
    for start, length, row in _NOTES:
        shown = draw.ease((t - 0.55 - 0.9 * (start + length) / 32) / 0.9)
        if shown <= 0:
            continue
        left, right, middle = (
            -0.62 + 1.24 * start / 32 + 0.006,
            -0.62 + 1.24 * (start + length) / 32 - 0.006,
            0.19 - 0.38 * row / 11,
        )
        radius = 0.0105
        reach = np.maximum(np.abs(x - (left + right) / 2) - (right - left) / 2 + radius, 0)
        edge = np.sqrt(np.square(reach) + np.square(y - middle)) - radius
        warm = draw.colour("#ffcf8a" if row > 3 else "#9cc2ff")
        rows = slice(max(0, int((middle + 0.42) * size[1])), int((middle + 0.58) * size[1]))
        part = edge[rows]
        draw.add(
            image[:, rows],
            warm,
            np.float32(shown)
            * (0.62 * draw.smooth(0.0010, -0.0010, part) + 0.10 * np.exp(-np.maximum(part, 0) / 0.014)),
        )
    for from_x, from_y, to_x, to_y, wait, big, shade in _particles().tolist():
        settle = draw.ease((t - wait) / 1.05)
        loose = 1 - settle
        place_x = to_x * settle + (from_x + 0.05 * float(np.sin(0.9 * t + 9 * shade))) * loose
        place_y = to_y * settle + (from_y + 0.04 * float(np.cos(0.8 * t + 7 * shade)) - 0.02 * t) * loose
        light = draw.colour("#ffe2b0" if shade > 0.35 else "#b9d2ff") * np.float32(0.05 + 1.0 * loose)
        draw.glow(image, place_x, place_y, 0.0032 * big, light)
        draw.glow(image, place_x, place_y, 0.014 * big, light * np.float32(0.07))
    draw.bloom(image, above=0.4, strength=0.35, radius=0.04)
    fade = 1 - draw.ease((t - 2.55) / 0.58)
    return draw.finish(image, t, vignette=0.35, gain=fade**1.6)
