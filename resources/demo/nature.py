"""Open-air scenes of the demo film: the night harbour and the dawn. Each is a pure function (t, size) -> frame."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from resources.demo import draw
from resources.demo.draw import Floats, Frame, Size

_SHORE = 0.10
"""Height of the harbour's horizon, in picture heights below the centre."""
_MOON = (0.33, -0.26)
_LAMP = (-0.60, -0.055)
_BOATS = ((0.62, 0.185, 0.17, 0.4), (0.06, 0.150, 0.105, 2.1), (-0.21, 0.128, 0.06, 4.0), (0.215, 0.121, 0.045, 5.2))
"""x and y of the waterline, length, phase of the roll; the nearest first."""


def _rows_below(size: Size) -> slice:
    """The rows of water."""
    return slice(int((_SHORE + 0.5) * size[1]), size[1])


@lru_cache(maxsize=2)
def _night_sky(size: Size) -> Floats:
    """The still part of the night: sky, moon and its halo."""
    x, y = draw.grid(size)
    stops = [(-0.5, "#070b1d"), (-0.2, "#0e1a3a"), (_SHORE - 0.05, "#2b4468"), (_SHORE + 0.02, "#4a6785")]
    sky = np.repeat(draw.gradient(stops, y[:, 0])[:, :, None], size[0], axis=2)
    radius = 0.058
    distance = np.sqrt((x - _MOON[0]) ** 2 + (y - _MOON[1]) ** 2)
    draw.add(sky, draw.colour("#cfdcff"), 0.12 * np.exp(-distance / 0.06) + 0.045 * np.exp(-distance / 0.25))
    face = draw.noise((size[1], size[0]), (27, 48), 4, 29)
    marks = 1 - 0.42 * draw.smooth(0.42, 0.66, face)
    limb = np.sqrt(np.clip(1 - (distance / radius) ** 2, 0, 1)) * 0.45 + 0.55
    disc = draw.smooth(radius + 0.0012, radius - 0.0012, distance)
    draw.over(sky, np.stack([tone * marks * limb for tone in draw.colour("#fff1d2") * 0.95]), disc)
    return sky


def _stars(sky: Floats, t: float) -> None:
    """Stars that twinkle a little, in place."""
    rng = np.random.default_rng(3)
    for _ in range(170):
        x, y, shine, phase = rng.uniform([-0.9, -0.5, 0, 0], [0.9, _SHORE - 0.08, 1, 6.28]).tolist()
        if (x - _MOON[0]) ** 2 + (y - _MOON[1]) ** 2 < 0.09**2:
            continue
        light = (0.5 * shine**5 + 0.03) * (1 + 0.35 * float(np.sin(5 * t + phase)))
        draw.glow(sky, x, y, 0.0013 + 0.0006 * shine, draw.colour("#dfe8ff") * np.float32(light))


@lru_cache(maxsize=2)
def _coast(size: Size) -> tuple[Floats, Floats]:
    """Far hills with the lights of a small town: picture and its coverage."""
    x, y = draw.grid(size)
    image = draw.canvas(size)
    cover = np.zeros((size[1], size[0]), dtype=np.float32)
    rng = np.random.default_rng(5)
    for base, rise, seed, ink in ((0.012, 0.062, 31, "#2b4164"), (0.0, 0.034, 32, "#15233f")):
        ridge = _SHORE - base - rise * (0.75 + draw.noise_line(x * 2.3 + seed, seed, 5))
        mask = draw.smooth(-0.0008, 0.0008, y - ridge) * (y < _SHORE)
        draw.over(image, draw.colour(ink), mask)
        cover = np.maximum(cover, mask)
    for _ in range(58):
        place_x = float(np.clip(rng.normal(-0.18, 0.27), -0.88, 0.88))
        place_y = _SHORE - 0.004 - 0.016 * rng.random() ** 2
        light = draw.colour(str(rng.choice(["#ffb45c", "#ffd9a0", "#ff9a4a", "#e8f0ff"])))
        draw.glow(image, place_x, place_y, 0.0020, light * np.float32(0.5 + 1.2 * rng.random()))
        draw.glow(image, place_x, place_y, 0.012, light * np.float32(0.035))
    return image, np.maximum(cover, np.clip(image.max(axis=0) * 4, 0, 1))


def _boat(t: float, place: tuple[float, float], length: float, phase: float) -> list[Floats]:
    """Hull, cabin, mast, boom and stays of a moored sailing boat that rolls slowly; points in picture heights."""
    parts = [
        [(-0.52, -0.10), (0.56, -0.13), (0.44, 0.03), (-0.42, 0.03)],
        [(-0.2, -0.2), (0.12, -0.19), (0.2, -0.1), (-0.24, -0.1)],
        [(0.03, -1.45), (0.048, -1.45), (0.058, -0.1), (0.02, -0.1)],
        [(-0.46, -0.30), (-0.3, -0.35), (0.05, -0.36), (0.05, -0.27), (-0.46, -0.26)],
        [(0.040, -1.43), (0.045, -1.43), (0.562, -0.13), (0.552, -0.13)],
        [(0.045, -1.42), (0.040, -1.42), (-0.505, -0.1), (-0.515, -0.1)],
    ]
    roll = 0.030 * np.sin(0.9 * t + phase)
    turn = np.array([[np.cos(roll), np.sin(roll)], [-np.sin(roll), np.cos(roll)]])
    move = np.array([place[0], place[1] + 0.0022 * np.sin(1.15 * t + 1.7 * phase)])
    return [np.asarray(np.array(part) @ turn * length + move, dtype=np.float32) for part in parts]


@lru_cache(maxsize=2)
def _wave_places(size: Size) -> tuple[Floats, Floats, Floats, Floats]:
    """Where water reads the wave texture (columns, rows), how far it throws light, and its depth below the shore."""
    x, y = draw.grid(size)
    depth = np.maximum(y[_rows_below(size)] - _SHORE, 1e-4)
    columns = x / (depth + 0.05) ** 0.75 * 44
    rows = np.broadcast_to(215 * np.log(depth + 0.022), columns.shape)
    return columns, np.ascontiguousarray(rows), 0.006 + 0.42 * depth, depth


def _waves(t: float, size: Size) -> tuple[Floats, Floats]:
    """Slopes of the water rows, towards the viewer and sideways, about -1..1; zero mean."""
    columns, rows, _, _ = _wave_places(size)
    swell = draw.noise((512, 512), (24, 10), 2, 41)
    ripple = draw.noise((512, 512), (48, 24), 3, 42)
    long = draw.sample(swell, columns * 0.8 + 9 * t, rows * 0.9 - 13 * t) - 0.5
    short = draw.sample(ripple, columns - 14 * t, rows - 22 * t) - 0.5
    side = draw.sample(ripple, columns * 1.3 + 17 * t + 200, rows * 1.2 - 15 * t + 90) - 0.5
    return 1.3 * long + 1.5 * short, side


def _mirror(air: Floats, slope: Floats, side: Floats, size: Size) -> Floats:
    """The water rows: the air above thrown back by moving slopes, darker towards the viewer."""
    x, _ = draw.grid(size)
    _, _, throw, depth = _wave_places(size)
    up = np.clip(_SHORE - depth * 0.92 - (slope + 0.10) * throw * 0.62, -0.499, _SHORE - 0.001)
    across = np.clip(x + side * throw * 0.10, -0.88, 0.88)
    columns = np.asarray(across * size[1] + (size[0] / 2 - 0.5), dtype=np.float32)
    thrown = cv2.split(cv2.remap(cv2.merge(list(air)), columns, (up + 0.5) * size[1] - 0.5, cv2.INTER_LINEAR))
    strength = np.clip(0.80 - 0.9 * depth + 0.25 * slope, 0.2, 1)
    deep = draw.colour("#0a1730") * np.float32(0.55)
    return np.stack([plane * strength + tone for plane, tone in zip(thrown, deep, strict=True)])


def _path(slope: Floats, t: float, x0: float, widths: tuple[float, float], size: Size) -> Floats:
    """The broken path of a light on the water rows, widening towards the viewer, 0..1."""
    x, _ = draw.grid(size)
    depth = _wave_places(size)[3]
    column = np.exp(-np.square((x - x0 + 0.03 * slope) / (widths[0] + widths[1] * depth)))
    columns, rows, _, _ = _wave_places(size)
    sparkle = draw.sample(draw.noise((512, 512), (96, 40), 3, 43), columns * 1.2 + 31 * t, rows * 1.5 - 37 * t) - 0.5
    crest = draw.smooth(0.0, 0.42, 0.8 * slope + 1.1 * sparkle - 0.22 * (1 - column))
    return np.asarray(column * (0.05 + crest), dtype=np.float32)


def _jetty() -> list[Floats]:
    """A jetty with a lamp post at the left edge."""
    shapes = [
        [(-0.95, 0.195), (-0.44, 0.178), (-0.42, 0.184), (-0.44, 0.190), (-0.95, 0.222)],
        [(-0.604, -0.03), (-0.596, -0.03), (-0.593, 0.19), (-0.607, 0.19)],
        [(-0.622, -0.068), (-0.601, -0.090), (-0.580, -0.068), (-0.583, -0.064), (-0.619, -0.064)],
        [(-0.614, -0.042), (-0.588, -0.042), (-0.592, -0.028), (-0.610, -0.028)],
    ]
    for place in (-0.83, -0.68, -0.555, -0.455):
        thick = 0.0055 - 0.004 * (place + 0.455)
        low = 0.232 - 0.16 * (place + 0.455)
        shapes.append([(place - thick, 0.17), (place + thick, 0.17), (place + thick, low), (place - thick, low)])
    return [np.array(shape, dtype=np.float32) for shape in shapes]


def _lamplight(image: Floats, t: float, size: Size) -> None:
    """The jetty, its lamp and a riding light on the nearest boat, in place."""
    x, y = draw.grid(size)
    warm = draw.colour("#ffb057")
    jetty = draw.polygons(size, _jetty())
    near = np.exp(-np.square((x - _LAMP[0]) / 0.14)) * draw.smooth(0.198, 0.180, y - 0.03 * (-0.44 - x))
    draw.over(image, draw.mix(draw.colour("#05070d"), draw.colour("#6b4a2c"), near * (y > 0.17)), jetty)
    flicker = np.float32(1 + 0.04 * np.sin(9 * t) * np.sin(5.3 * t))
    draw.glow(image, *_LAMP, 0.011, warm * 2.6 * flicker, stretch=1.2)
    draw.glow(image, *_LAMP, 0.045, warm * 0.35 * flicker)
    draw.glow(image, *_LAMP, 0.16, warm * 0.06 * flicker)
    top_x, top_y = _boat(t, _BOATS[0][:2], _BOATS[0][2], _BOATS[0][3])[2][0].tolist()
    draw.glow(image, top_x, top_y, 0.004, draw.colour("#fff0d0") * 1.6)
    draw.glow(image, top_x, top_y, 0.022, draw.colour("#fff0d0") * 0.08)


def harbour(t: float, size: Size) -> Frame:
    """Night: a full moon over slow water, boats at their moorings, a lamp on a jetty. Calm and dark."""
    x, y = draw.grid(size)
    image = _night_sky(size).copy()
    clouds = draw.shifted(draw.noise((512, 2048), (5, 5), 6, 51), -9 * t + 300, 40, size)
    veil = draw.smooth(0.50, 0.80, clouds) * draw.smooth(0.06, -0.2, y) * 0.55
    lit = 0.08 + 0.9 * np.exp(-np.sqrt((x - _MOON[0]) ** 2 + (y - _MOON[1]) ** 2) / 0.13)
    draw.over(image, draw.mix(draw.canvas(size)[:, 0, 0], draw.colour("#8fa3c9"), lit), veil)
    draw.over(image, *_coast(size))
    boats = [_boat(t, (bx, by), length, phase) for bx, by, length, phase in _BOATS]
    mirrored = np.minimum(image, np.float32(0.22))
    for (_, line, _, _), parts in zip(_BOATS, boats, strict=True):
        # A mirror image hangs below its own waterline, not below the horizon.
        lift = np.array([0, 2 * (line - _SHORE)], dtype=np.float32)
        draw.fill(mirrored, [part - lift for part in parts], draw.colour("#050912"))
    _stars(image, t)
    water = image[:, _rows_below(size)]
    slope, side = _waves(t, size)
    water[:] = _mirror(mirrored, slope, side, size)
    draw.add(water, draw.colour("#f3e6c4"), 0.75 * _path(slope, t, _MOON[0], (0.030, 0.30), size))
    below_jetty = draw.smooth(0.09, 0.14, _wave_places(size)[3])
    draw.add(water, draw.colour("#ffb057"), 0.60 * _path(slope, t, _LAMP[0], (0.010, 0.17), size) * below_jetty)
    mist = np.broadcast_to(np.exp(-np.square((y - _SHORE) / 0.03)) * 0.30, image.shape[1:])
    draw.add(image, draw.colour("#4a6785"), mist)
    for (_, line, _, _), parts in list(zip(_BOATS, boats, strict=True))[::-1]:
        haze = np.float32(np.clip(1.4 - (line - _SHORE) / 0.045, 0, 0.8))
        draw.fill(image, parts, draw.colour("#04070f") * (1 - haze) + draw.colour("#20314d") * haze)
    _lamplight(image, t, size)
    draw.bloom(image, above=0.6, strength=0.22, radius=0.03)
    return draw.finish(image, t, vignette=0.35)


_HILLS = (
    # speed, height of the ridge, its swing, waves a picture height, display colour
    (0.006, 0.100, 0.050, 1.6, "#d98f86"),
    (0.011, 0.165, 0.055, 1.9, "#b06a78"),
    (0.020, 0.235, 0.060, 1.7, "#7d4a68"),
    (0.034, 0.320, 0.055, 1.5, "#4c3053"),
    (0.060, 0.425, 0.045, 1.2, "#23183a"),
)


@lru_cache(maxsize=2)
def _dawn_gradient(size: Size) -> Floats:
    _, y = draw.grid(size)
    stops = [
        (-0.5, "#2b3a6b"),
        (-0.3, "#5c5a8e"),
        (-0.13, "#a8718f"),
        (0.0, "#ee9a7d"),
        (0.09, "#ffc98a"),
        (0.2, "#ffe3b0"),
    ]
    return np.repeat(draw.gradient(stops, y[:, 0])[:, :, None], size[0], axis=2)


def _pines(shift: float, ridge: Floats, along: Floats) -> list[Floats]:
    """Fir trees along the nearest ridge, in clumps with gaps; each a saw-toothed triangle."""
    trees: list[Floats] = []
    side = [
        (0.0, 1.0),
        (0.07, 0.74),
        (0.045, 0.74),
        (0.13, 0.46),
        (0.08, 0.46),
        (0.18, 0.16),
        (0.03, 0.16),
        (0.03, 0.0),
    ]
    for index in range(int((shift - 1.0) * 26), int((shift + 1.0) * 26)):
        keep, growth, off = draw.scatter(np.array([index, index + 900, index + 1900]), 61).tolist()
        clump = float(draw.noise_line(np.array([index / 9.0], dtype=np.float32), 62, 2)[0])
        if clump < -0.1 or keep < 0.15:
            continue
        foot_x = (index + 0.8 * off) / 26 - shift
        foot_y = float(np.interp(foot_x, along, ridge)) + 0.012
        tall = 0.045 + 0.075 * growth * (0.6 + clump)
        outline = [(foot_x + a * tall, foot_y - b * tall) for a, b in side]
        outline += [(foot_x - a * tall, foot_y - b * tall) for a, b in reversed(side)]
        trees.append(np.array(outline, dtype=np.float32))
    return trees


def _birds(t: float) -> list[Floats]:
    """A loose flock that crosses the sky; each bird one bent line whose wings beat."""
    rng = np.random.default_rng(71)
    flock: list[Floats] = []
    for index in range(11):
        lag = (index + 1) // 2
        side = 1 if index % 2 else -1
        x = -0.42 + 0.085 * t - 0.034 * lag + rng.normal(0, 0.007)
        y = -0.15 - 0.012 * t + side * 0.016 * lag + rng.normal(0, 0.006) + 0.003 * np.sin(2.1 * t + index)
        span = 0.017 * rng.uniform(0.85, 1.15)
        beat = np.sin(2 * np.pi * 2.1 * t + 0.9 * index)
        tip, bend = 0.5 * span * beat, 0.22 * span * beat + 0.18 * span
        wing = [(-span, -tip), (-0.5 * span, -bend), (0, 0), (0.5 * span, -bend), (span, -tip)]
        flock.append(np.array(wing, dtype=np.float32) + np.array([x, y], dtype=np.float32))
    return flock


def _hills(image: Floats, t: float, from_sun: Floats) -> None:
    """Five ridges, each in front of the last, with mist in the valleys, in place."""
    size = (image.shape[2], image.shape[1])
    x, y = draw.grid(size)
    for speed, base, swing, waves, code in _HILLS:
        shift = 3.1 * base + 2.2 * speed * t
        near = speed > 0.05
        line = draw.noise_line((x + shift) * waves, round(base * 1000), 6)
        ridge = base - swing * line * (0.8 if near else 0.65) + 10 * speed * t * 0.01
        top = max(0, int((float(ridge.min()) + 0.5) * size[1]) - 2)
        below = y[top:] - ridge
        shine = np.exp(from_sun[top:] * np.float32(-1 / 0.30)) * np.float32(0.55 - 5 * speed)
        fog = np.clip(below * (5.2 - 50 * speed) + shine, 0, 0.82 - 6 * speed)
        part = image[:, top:]
        draw.over(part, draw.mix(draw.colour(code), draw.colour("#ffcf9e"), fog), draw.smooth(-0.0009, 0.0009, below))
        if near:
            draw.fill(image, _pines(shift, ridge[0], x[0]), draw.colour(code))


def dawn(t: float, size: Size) -> Frame:
    """Dawn: the sun clears misty hills while birds cross. Calm, getting brighter."""
    x, y = draw.grid(size)
    image = _dawn_gradient(size).copy()
    sun_x, sun_y = 0.24, 0.135 - 0.125 * draw.ease(t / 4.4)
    from_sun = np.sqrt((x - sun_x) ** 2 + (y - sun_y) ** 2)
    warm = draw.colour("#ffd28a")
    draw.add(
        image, warm, 0.50 * np.exp(from_sun * np.float32(-1 / 0.10)) + 0.22 * np.exp(from_sun * np.float32(-1 / 0.38))
    )
    bands = draw.shifted(draw.noise((1024, 2048), (18, 5), 5, 81), 12 * t, 0, size)
    cloud = draw.smooth(0.50, 0.72, bands) * draw.smooth(0.10, -0.12, y) * 0.75
    under = np.clip(1.15 - from_sun * 1.1, 0.15, 1)
    draw.over(image, draw.mix(draw.colour("#5a4a78"), draw.colour("#ffae8c"), under), cloud)
    draw.disc(image, sun_x, sun_y, 0.05, draw.colour("#fff6dc") * 2.2)
    draw.stroke(image, _birds(t), 0.0026, draw.colour("#3a2647"))
    _hills(image, t, from_sun)
    draw.add(image, warm, 0.06 * np.exp(from_sun * np.float32(-1 / 0.22)))
    draw.bloom(image, above=0.95, strength=0.16, radius=0.05)
    return draw.finish(image, t, vignette=0.22)
