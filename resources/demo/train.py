"""The train scene of the demo film: a window seat, and a landscape that passes faster and faster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from resources.demo import draw
from resources.demo.draw import Floats, Frame, Size

LENGTH_S = 88 / 24
_SLOW, _GAIN = 0.22, 5.6
_HORIZON = 0.03
_SHUTTER_S = 0.5 / draw.FPS
_GROUND_PIXELS = 96
"""Texture pixels a unit of ground."""


def speed(t: float) -> float:
    """Speed of the train at t seconds, in picture heights a second at unit distance: grows with the square of time."""
    return _SLOW + _GAIN * (t / LENGTH_S) ** 2


def travelled(t: float) -> float:
    """Way made since the start of the scene: the integral of `speed`."""
    return _SLOW * t + _GAIN * t**3 / (3 * LENGTH_S**2)


@dataclass(frozen=True, slots=True)
class _Strip:
    """A painted band of landscape that repeats to the side.

    `paint` is [rows, width, 4] of colour times coverage and coverage, or [rows, width] of coverage alone with `ink`.
    """

    top: int
    paint: Floats
    ink: Floats | None = None


def _strip(canvas: Floats, ink: Floats | None = None) -> _Strip:
    """From a double-size canvas to picture size, which smooths the edges, and only the rows that hold paint."""
    half = cv2.resize(canvas, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    cover = half if half.ndim == 2 else half[..., 3]
    rows = np.flatnonzero(cover.max(axis=1) > 0)
    return _Strip(int(rows[0]), np.ascontiguousarray(half[rows[0] : rows[-1] + 1]), ink)


def _fill(canvas: Floats, points: Sequence[tuple[float, float]], ink: Floats) -> None:
    """Paint a polygon on a canvas [height, width, 4]; points in canvas heights from its upper left corner."""
    pixels = np.round(np.array(points) * canvas.shape[0] * 16).astype(np.int32)
    cv2.fillPoly(canvas, [pixels], (*ink.tolist(), 1.0), shift=4)


def _crown(
    canvas: Floats,
    x: float,
    y: float,
    reach: tuple[float, float],
    inks: tuple[Floats, Floats],
    rng: np.random.Generator,
) -> None:
    """Paint foliage: many small discs, dark ones below and to the right first, light ones last."""
    height = canvas.shape[0]
    count = 150
    angle, far = rng.uniform(0, 2 * np.pi, count), np.sqrt(rng.random(count))
    dx, dy = far * np.cos(angle), far * np.sin(angle)
    light = np.clip(0.42 - 0.42 * dx - 0.38 * dy + rng.normal(0, 0.16, count), 0, 1)
    for i in np.argsort(light):
        ink = inks[0] * (1 - light[i]) + inks[1] * light[i]
        centre = (round((x + dx[i] * reach[0]) * height * 16), round((y + dy[i] * reach[1]) * height * 16))
        radius = max(reach) * rng.uniform(0.07, 0.15)
        cv2.circle(canvas, centre, round(radius * height * 16), (*ink.tolist(), 1.0), -1, shift=4)


def _tree(canvas: Floats, foot: tuple[float, float], tall: float, slim: float, rng: np.random.Generator) -> None:
    """Paint one tree with its trunk, or a bush when it is small."""
    x, y = foot
    inks = (draw.colour("#26392f"), draw.colour("#a9a052"))
    if tall > 0.1:
        wide = 0.022 * tall
        _fill(
            canvas,
            [(x - wide, y), (x - 0.5 * wide, y - 0.5 * tall), (x + 0.5 * wide, y - 0.5 * tall), (x + wide, y)],
            inks[0] * 0.6,
        )
        _crown(canvas, x, y - 0.60 * tall, (slim * tall, 0.36 * tall), inks, rng)
    else:
        _crown(canvas, x, y - 0.3 * tall, (slim * tall, 0.42 * tall), inks, rng)


@lru_cache(maxsize=2)
def _far_strip(size: Size) -> _Strip:
    """Hedges, small woods, barns and a church far off; repeats every 3.2 picture heights."""
    height = size[1] * 2
    canvas = np.zeros((height, round(height * 3.2), 4), dtype=np.float32)
    rng = np.random.default_rng(101)
    foot = 0.5 + _HORIZON + 0.022
    inks = (draw.colour("#5a6b5c"), draw.colour("#a8a97c"))
    for x in rng.uniform(0.05, 3.15, 150).tolist():
        wood = float(draw.noise_line(np.array([x * 2.0], dtype=np.float32), 102, 2)[0])
        tall = (0.022 + 0.02 * rng.random()) * (1.0 if wood > -0.1 else 0.4)
        _crown(canvas, x, foot - 0.5 * tall, (0.6 * tall, 0.5 * tall), inks, rng)
    for x, wide in ((0.42, 0.045), (1.32, 0.06), (2.05, 0.04), (2.13, 0.05)):
        tall = 0.5 * wide
        _fill(canvas, [(x, foot), (x, foot - tall), (x + wide, foot - tall), (x + wide, foot)], draw.colour("#ecd6b6"))
        eaves, ridge = foot - tall, foot - 1.75 * tall
        roof = [(x - 0.12 * wide, eaves), (x + 0.2 * wide, ridge), (x + 0.8 * wide, ridge), (x + 1.12 * wide, eaves)]
        _fill(canvas, roof, draw.colour("#a5614c"))
    _fill(canvas, [(2.27, foot), (2.27, foot - 0.03), (2.36, foot - 0.03), (2.36, foot)], draw.colour("#e2cfb6"))
    _fill(
        canvas,
        [(2.25, foot), (2.25, foot - 0.06), (2.2625, foot - 0.105), (2.275, foot - 0.06), (2.275, foot)],
        draw.colour("#9a8a84"),
    )
    return _strip(canvas)


@lru_cache(maxsize=2)
def _near_strip(size: Size) -> _Strip:
    """Single trees and bushes along the line, poplars among them; repeats every 4 picture heights."""
    height = size[1] * 2
    canvas = np.zeros((height, height * 4, 4), dtype=np.float32)
    rng = np.random.default_rng(111)
    for x in rng.uniform(0.1, 3.9, 26).tolist():
        _tree(canvas, (x, 0.5 + 0.172), float(rng.uniform(0.025, 0.045)), 0.9, rng)
    for x, slim in (
        (0.50, 0.3),
        (0.62, 0.26),
        (1.30, 0.33),
        (1.92, 0.1),
        (2.0, 0.1),
        (2.08, 0.1),
        (2.16, 0.11),
        (3.0, 0.32),
        (3.16, 0.28),
        (3.7, 0.3),
    ):
        tall = rng.uniform(0.24, 0.29) if slim < 0.2 else rng.uniform(0.17, 0.23)
        _tree(canvas, (x, 0.5 + 0.165), float(tall), slim, rng)
    return _strip(canvas)


@lru_cache(maxsize=2)
def _fence_strip(size: Size) -> _Strip:
    """A low fence close to the line; repeats every 1.32 picture heights."""
    height, period = size[1] * 2, 1.32
    canvas = np.zeros((height, round(height * period)), dtype=np.float32)
    for x in np.arange(0.05, period, 0.22):
        cv2.rectangle(
            canvas, (round(x * height), round(0.765 * height)), (round((x + 0.012) * height), height), 1.0, -1
        )
    for y in (0.785, 0.812):
        cv2.rectangle(canvas, (0, round(y * height)), (canvas.shape[1], round((y + 0.006) * height)), 1.0, -1)
    return _strip(canvas, draw.colour("#4a372b"))


@lru_cache(maxsize=2)
def _pole_strip(size: Size) -> _Strip:
    """One telegraph pole and the wires to the next; repeats every 1.7 picture heights."""
    height, period = size[1] * 2, 1.7
    canvas = np.zeros((height, round(height * period)), dtype=np.float32)
    for shape in (
        [(0.841, 1.0), (0.843, 0.06), (0.857, 0.06), (0.859, 1.0)],
        [(0.775, 0.105), (0.925, 0.105), (0.925, 0.118), (0.775, 0.118)],
        [(0.795, 0.165), (0.905, 0.165), (0.905, 0.176), (0.795, 0.176)],
    ):
        cv2.fillPoly(canvas, [np.round(np.array(shape) * height * 16).astype(np.int32)], 1.0, shift=4)
    x = np.arange(canvas.shape[1], dtype=np.float32) / height
    place = ((x - 0.85) / period) % 1
    for top, sag in ((0.095, 0.085), (0.100, 0.10), (0.158, 0.095)):
        line = top + 4 * sag * place * (1 - place)
        points = np.round(np.stack([x, line], axis=1) * height * 16).astype(np.int32)
        cv2.polylines(canvas, [points], False, 0.9, 2, shift=4)
    return _strip(canvas, draw.colour("#2b211d"))


def _pass_by(image: Floats, strip: _Strip, way: float, blur: float) -> None:
    """Lay a strip over the image, moved by `way` and smeared by `blur` (picture heights), in place."""
    _, height, width = image.shape
    reach = max(1, round(blur * height))
    paint = strip.paint
    if reach > 1:
        wrap = ((0, 0), (reach, reach)) + ((0, 0),) * (paint.ndim - 2)
        paint = np.ascontiguousarray(cv2.blur(np.pad(paint, wrap, mode="wrap"), (reach, 1))[:, reach:-reach])
    moved = draw.shifted(paint, way * height, 0, (width, paint.shape[0]))
    band = image[:, strip.top : strip.top + paint.shape[0]]
    if strip.ink is not None:
        draw.over(band, strip.ink, moved)
        return
    *colours, cover = cv2.split(moved)
    for plane, paint_plane in zip(band, colours, strict=True):
        plane *= 1 - cover
        plane += paint_plane


@lru_cache(maxsize=1)
def _field_textures() -> tuple[Floats, Floats]:
    """Patches of crop and the fine rows in them; both repeat every 16 units of ground."""
    wide = 16 * _GROUND_PIXELS
    return draw.noise((256, wide), (4, 16), 2, 121), draw.noise((256, wide), (32, 384), 3, 122)


def _ground(image: Floats, t: float) -> None:
    """Fields in perspective: a row of the picture moves the faster the nearer it is. In place."""
    _, height, width = image.shape
    x, y = draw.grid((width, height))
    top = int((0.5 + _HORIZON + 0.018) * height)
    nearness = np.maximum(y[top:] - _HORIZON, 0.01) * 8.4
    columns = ((x / nearness) + travelled(t) % 16) * _GROUND_PIXELS
    rows = np.broadcast_to(70 * np.log(nearness) + 60, columns.shape)
    reach = max(1, round(speed(t) * _SHUTTER_S * _GROUND_PIXELS))
    patch, fine = (
        cv2.blur(np.pad(tex, ((0, 0), (reach, reach)), mode="wrap"), (reach, 1))[:, reach:-reach]
        for tex in _field_textures()
    )
    patches = draw.sample(np.ascontiguousarray(patch), columns, rows)
    detail = draw.sample(np.ascontiguousarray(fine), columns, rows * 2.2)
    field = draw.mix(draw.colour("#6f8f4a"), draw.colour("#e2b85c"), draw.smooth(0.40, 0.58, patches))
    field += (draw.colour("#7a5340")[:, None, None] - field) * draw.smooth(0.66, 0.72, patches)
    far = np.exp(-nearness * 1.1)
    light = 0.62 + 0.85 * detail + 0.25 * np.exp(-np.square((x + 0.45) / 0.5))
    for channel, haze in enumerate(draw.colour("#f2cfa0")):
        lit = field[channel] * light
        image[channel, top:] = lit + (haze - lit) * far


@lru_cache(maxsize=2)
def _sky(size: Size) -> Floats:
    """Early sun at the left over far mountains' haze."""
    x, y = draw.grid(size)
    stops = [(-0.5, "#5b98d2"), (-0.22, "#a9cbe0"), (_HORIZON - 0.07, "#fbdcae"), (_HORIZON + 0.03, "#ffc98a")]
    sky = np.repeat(draw.gradient(stops, y[:, 0])[:, :, None], size[0], axis=2)
    distance = np.sqrt((x + 0.45) ** 2 + (y + 0.17) ** 2)
    draw.add(sky, draw.colour("#ffe2ab"), 0.9 * np.exp(-distance / 0.07) + 0.38 * np.exp(-distance / 0.30))
    draw.disc(sky, -0.45, -0.17, 0.036, draw.colour("#fffbe8") * 2)
    return sky


def _outside(t: float, size: Size) -> Floats:
    """What passes outside the window, with the blur of a half-open shutter."""
    x, y = draw.grid(size)
    way, smear = travelled(t), speed(t) * _SHUTTER_S
    image = _sky(size).copy()
    puffs = draw.shifted(draw.noise((512, 2048), (7, 8), 6, 131), 0.02 * way * size[1] + 500, 0, size)
    draw.over(image, draw.colour("#fff1dc"), draw.smooth(0.53, 0.76, puffs) * draw.smooth(0.0, -0.2, y) * 0.75)
    for factor, base, swing, waves, code in (
        (0.03, 0.0, 0.10, 1.7, "#b9b4c4"),
        (0.07, 0.025, 0.06, 1.4, "#a3a79c"),
        (0.13, 0.045, 0.035, 1.6, "#93a077"),
    ):
        ridge = (
            _HORIZON
            + base
            - swing * (0.6 + 0.5 * draw.noise_line((x + factor * way + 5) * waves, round(factor * 100) + 140, 6))
        )
        draw.over(image, draw.colour(code), draw.smooth(-0.0009, 0.0009, y - ridge))
    _ground(image, t)
    _pass_by(image, _far_strip(size), 0.24 * way, 0.24 * smear)
    _pass_by(image, _near_strip(size), 1.0 * way, 1.0 * smear)
    _pass_by(image, _pole_strip(size), 1.9 * way - 0.42, 1.9 * smear)
    _pass_by(image, _fence_strip(size), 2.5 * way, 2.5 * smear)
    draw.bloom(image, above=0.85, strength=0.20, radius=0.06)
    return image


@lru_cache(maxsize=2)
def _opening(size: Size) -> Floats:
    """Signed distance to the edge of the window pane, in picture heights; negative inside."""
    x, y = draw.grid(size)
    radius = 0.07
    reach_x, reach_y = np.abs(x + 0.04) - (0.76 - radius), np.abs(y + 0.055) - (0.385 - radius)
    corner = np.sqrt(np.square(np.maximum(reach_x, 0)) + np.square(np.maximum(reach_y, 0)))
    return np.asarray(corner + np.minimum(np.maximum(reach_x, reach_y), 0) - radius, dtype=np.float32)


@lru_cache(maxsize=2)
def _carriage(size: Size) -> tuple[Floats, Floats]:
    """The wall, the table and the curtain, lit from the window; and where they hide the view."""
    x, y = draw.grid(size)
    edge = _opening(size)
    image = draw.canvas(size, draw.colour("#2a1d18"))
    draw.add(image, draw.colour("#a0643c"), 0.30 * np.exp(-np.maximum(edge, 0) / 0.05))
    draw.over(image, draw.colour("#15100e"), draw.smooth(0.022, 0.018, edge))
    lip = np.exp(-np.square((edge - 0.010) / 0.006)) * draw.smooth(0.35, -0.35, y + 0.4 * x)
    draw.add(image, draw.colour("#ffc38a"), 0.35 * lip)
    table = draw.smooth(0.371, 0.375, y + 0.0 * x)
    sheen = 0.35 + 0.65 * np.exp(-np.square((x + 0.45) / 0.55))
    wood = draw.noise((size[1], size[0]), (60, 3), 3, 151)
    draw.over(
        image,
        draw.mix(
            draw.colour("#2b1a12"), draw.colour("#9c6238"), sheen * (0.55 + 0.6 * wood) * draw.smooth(0.62, 0.36, y)
        ),
        table,
    )
    folds = 0.5 + 0.5 * np.sin(x * 95 + 1.2 * np.sin(x * 31) + 0.5 * y)
    cloth = draw.mix(draw.colour("#3a1418"), draw.colour("#a8433c"), (0.25 + 0.75 * folds) * draw.smooth(1.0, 0.62, x))
    hem = 0.645 + 0.012 * np.sin(y * 9) + 0.03 * draw.smooth(0.1, 0.4, y)
    curtain = draw.smooth(-0.0015, 0.0015, x - hem) * draw.smooth(0.362, 0.358, y - 0.004 * folds)
    draw.over(image, cloth, curtain)
    hidden = np.maximum(draw.smooth(-0.0009, 0.0009, edge), np.maximum(curtain, table))
    return image, hidden


_CUP = (0.22, 0.302, 0.425, 0.066)
"""Middle, top, bottom and half width of the cup."""


@lru_cache(maxsize=2)
def _cup(size: Size) -> tuple[slice, slice, Floats]:
    """A cup of coffee: the rows and columns it needs, and [rows, columns, 4] of colour times coverage, and coverage."""
    x, y = draw.grid(size)
    cx, top, bottom, wide = _CUP
    image, cover = draw.canvas(size), np.zeros((size[1], size[0]), dtype=np.float32)

    def lay(ink: Floats, alpha: Floats) -> None:
        draw.over(image, ink, alpha)
        np.add(cover, alpha * (1 - cover), out=cover)

    angle, s = np.linspace(0, 2 * np.pi, 48), np.linspace(0, 1, 20)
    lay(draw.colour("#120a07"), 0.75 * np.exp(-np.square((x - cx - 0.035) / 0.11) - np.square((y - 0.431) / 0.013)))
    ring = np.stack([cx + 0.069 + 0.032 * np.cos(angle), 0.5 * (top + bottom) - 0.012 + 0.034 * np.sin(angle)], axis=1)
    handle = draw.canvas(size)
    draw.stroke(handle, [ring.astype(np.float32)], 0.0105, draw.colour("#ffffff"))
    lay(draw.colour("#b59a84"), handle[0])
    right = np.stack([wide * (1 - 0.10 * s - 2.4 * np.clip(s - 0.72, 0, 1) ** 2), top + (bottom - top) * s], axis=1)
    outline = np.concatenate([right, (right * np.array([-1, 1]))[::-1]]) + np.array([cx, 0])
    body = draw.polygons(size, [outline.astype(np.float32)])
    light = np.clip(0.52 - (x - cx) / wide * 0.52, 0.05, 1) * np.ones_like(y)
    lay(draw.mix(draw.colour("#4a3a35"), draw.colour("#fff0da"), light), body)
    lay(
        draw.mix(draw.colour("#33201c"), draw.colour("#c2523f"), light),
        body * draw.smooth(0.004, 0.003, np.abs(y - top - 0.035)),
    )
    for reach, code in ((1.0, "#f6e4cb"), (0.90, "#3a2016")):
        rim = np.stack([cx + reach * wide * np.cos(angle), top + reach * 0.0125 * np.sin(angle)], axis=1)
        lay(draw.colour(code), draw.polygons(size, [rim.astype(np.float32)]))
    rows = slice(int(0.77 * size[1]), size[1])
    columns = slice(int(size[0] / 2 + (cx - 0.30) * size[1]), int(size[0] / 2 + (cx + 0.36) * size[1]))
    return rows, columns, np.dstack([*image[:, rows, columns], cover[rows, columns]])


def _coffee(image: Floats, t: float, size: Size) -> None:
    """The cup, which trembles with the train, and its steam, in place."""
    rows, columns, paint = _cup(size)
    shake = 0.0014 * float(np.sin(2 * np.pi * 8.3 * t)) * speed(t) / (_SLOW + _GAIN)
    matrix = np.array([[1, 0, 0], [0, 1, shake * size[1]]], dtype=np.float64)
    *colours, cover = cv2.split(cv2.warpAffine(paint, matrix, paint.shape[1::-1]))
    for plane, paint_plane in zip(image[:, rows, columns], colours, strict=True):
        plane *= 1 - cover
        plane += paint_plane
    x, y = draw.grid(size)
    above = slice(int(0.60 * size[1]), int((0.5 + _CUP[1]) * size[1]))
    x, y = x[:, columns], y[above]
    drift = draw.shifted(draw.noise((512, 512), (4, 10), 4, 161), 20 * t, 70 * t, (x.shape[1], y.shape[0]))
    rise = np.clip((_CUP[1] - y) / 0.16, 0, 1)
    plume = np.exp(-np.square((x - _CUP[0] + 0.02 * rise + 0.05 * rise * (drift - 0.5)) / (0.018 + 0.03 * rise)))
    steam = plume * draw.smooth(0.0, 0.2, rise) * draw.smooth(1.0, 0.3, rise) * draw.smooth(0.38, 0.62, drift)
    draw.over(image[:, above, columns], draw.colour("#fff4e6"), 0.28 * steam)


def train(t: float, size: Size) -> Frame:
    """A train window in the morning; the landscape starts to roll and ends in a rush. Accelerates."""
    jolt = 0.0016 * np.sin(2 * np.pi * 6.1 * t) * speed(t) / (_SLOW + _GAIN)
    view = _outside(t, size)
    view = np.roll(view, round(float(jolt) * size[1]), axis=1)
    inside, hidden = _carriage(size)
    draw.over(view, inside, hidden)
    _coffee(view, t, size)
    x, y = draw.grid(size)
    flare = 0.10 * np.exp(-np.sqrt((x + 0.45) ** 2 + (y + 0.17) ** 2) / 0.35)
    draw.add(view, draw.colour("#ffd9a0"), flare)
    return draw.finish(view, t, vignette=0.30)
