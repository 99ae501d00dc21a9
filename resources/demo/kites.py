"""The kite scenes of the demo film: a hill in bright sun, and one kite close by."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from resources.demo import draw
from resources.demo.draw import Floats, Frame, Size

_RED, _YELLOW, _BLUE = "#f2453d", "#ffc93c", "#2f6fed"
_CREAM, _GREEN, _PINK, _VIOLET = "#fff4dc", "#17a673", "#ff7aa8", "#7b4bd6"
_SETS = ((_RED, _YELLOW), (_BLUE, _CREAM), (_GREEN, _YELLOW), (_PINK, _VIOLET), (_YELLOW, _BLUE), (_CREAM, _RED))


def _sun(image: Floats, place: tuple[float, float], reach: float) -> None:
    """A white sun with a wide glow, in place."""
    x, y = draw.grid((image.shape[2], image.shape[1]))
    distance = np.sqrt((x - place[0]) ** 2 + (y - place[1]) ** 2)
    light = 1.6 * np.exp(np.float32(-1 / (0.22 * reach)) * distance) + 0.45 * np.exp(np.float32(-1 / reach) * distance)
    draw.add(image, draw.colour("#fff3cf"), light)


@lru_cache(maxsize=4)
def _cloud_field(size: Size, seed: int, cells: tuple[int, int], sky: float) -> Floats:
    """Heaped clouds, twice as wide as the picture: [height, 2 width, 2] of coverage and of sunlight on them.

    `sky` is how much of it stays clear, 0..1 of the noise.
    """
    shape = (size[1], 2 * size[0])
    heap = draw.noise(shape, cells, 7, seed)
    cover = draw.smooth(sky, sky + 0.09, heap)
    # A cloud is bright where it thins out towards the light (up and left) and grey where it is thick.
    step = max(1, size[1] // 24)
    toward = np.roll(heap, (step, step), axis=(0, 1))
    light = np.clip(0.80 + 2.4 * (heap - toward) - 1.6 * np.maximum(heap - sky - 0.10, 0), 0.25, 1.0)
    return np.ascontiguousarray(np.dstack([cover, light]).astype(np.float32))


def _clouds(image: Floats, t: float, *, seed: int, cells: tuple[int, int], sky: float, drift: float) -> None:
    """Clouds that drift to the right and thin out near the ground, in place."""
    size = (image.shape[2], image.shape[1])
    _, y = draw.grid(size)
    moved = draw.shifted(_cloud_field(size, seed, cells, sky), -drift * t * size[1], 0, size)
    alpha = moved[..., 0] * draw.smooth(0.30, 0.02, y) * 0.92
    draw.over(image, draw.mix(draw.colour("#7ea6d6"), draw.colour("#fffdf6") * 1.7, moved[..., 1]), alpha)


def _place(points: np.ndarray, centre: tuple[float, float], size: float, tilt: float, squeeze: float) -> Floats:
    """Points of a kite's own frame put in the picture: squeezed to the side, turned, scaled, moved."""
    turn = np.array([[np.cos(tilt), np.sin(tilt)], [-np.sin(tilt), np.cos(tilt)]])
    return np.asarray((points * [squeeze, 1.0]) @ turn * size + np.array(centre), dtype=np.float32)


def _tail(start: Floats, t: float, length: float, wind: float, phase: float) -> Floats:
    """A tail of 60 points that trails downwind from a kite's foot and ripples towards its end."""
    s = np.linspace(0, 1, 60)
    ripple = length * (0.10 * np.sin(7.5 * s - 7 * t + phase) + 0.05 * np.sin(15 * s - 11 * t + 2 * phase)) * s**0.7
    along = np.array([np.sin(wind), np.cos(wind)])
    across = np.array([along[1], -along[0]])
    return np.asarray(start + (s * length)[:, None] * along + ripple[:, None] * across, dtype=np.float32)


def _bows(tail: Floats, size: float) -> list[Floats]:
    """Little paper bows tied along a tail."""
    bows: list[Floats] = []
    for at in range(9, 60, 10):
        way = tail[at] - tail[at - 3]
        way = way / np.linalg.norm(way)
        across = np.array([way[1], -way[0]])
        corners = [(0.0, 0.0), (1.0, 0.45), (1.0, -0.45), (0.0, 0.0), (-1.0, 0.45), (-1.0, -0.45)]
        bows.append(np.array([tail[at] + size * (a * across + b * way) for a, b in corners], dtype=np.float32))
    return bows


def _kite(image: Floats, t: float, centre: tuple[float, float], size: float, look: tuple[int, float, float]) -> Floats:
    """Draw one kite and its tail, in place; `look`: colour set, tilt, squeeze. Returns where its string is tied."""
    number, tilt, squeeze = look
    first, second = (draw.colour(code) for code in _SETS[number % len(_SETS)])
    top, left, right, foot, cross = (0.0, -0.62), (-0.48, -0.14), (0.48, -0.14), (0.0, 0.78), (0.0, -0.14)
    base = _place(np.array([foot]), centre, size, tilt, squeeze)[0]
    tail = _tail(base, t + 0.3 * number, 2.1 * size, tilt * 0.9 + 0.25, number * 1.3)
    draw.stroke(image, [tail], 0.016 * size + 0.0012, second * 0.9)
    draw.fill(image, _bows(tail, 0.10 * size), first)
    panels = (
        (top, left, cross, first, 1.10),
        (top, cross, right, second, 0.92),
        (left, foot, cross, second, 1.0),
        (cross, foot, right, first, 0.78),
    )
    for a, b, c, ink, light in panels:
        draw.fill(image, [_place(np.array([a, b, c]), centre, size, tilt, squeeze)], ink * np.float32(light))
    spars = [
        _place(np.array([top, foot]), centre, size, tilt, squeeze),
        _place(np.array([left, right]), centre, size, tilt, squeeze),
    ]
    draw.stroke(image, spars, 0.012 * size + 0.0006, draw.colour("#5a3d2b"), alpha=0.8)
    return np.asarray(_place(np.array([(0.0, 0.05)]), centre, size, tilt, squeeze)[0], dtype=np.float32)


def _grass(image: Floats, t: float, base: float, codes: tuple[str, str], seed: int) -> Floats:
    """A grassy hill with gusts running over it, in place; returns the height of its edge along x."""
    size = (image.shape[2], image.shape[1])
    x, y = draw.grid(size)
    ridge = base + 0.10 * np.square(x + 0.25) - 0.012 * draw.noise_line(x * 2 + seed, seed, 3)
    fur = 0.004 * draw.noise_line(x * 90 + 3 * np.sin(2.5 * t + 4 * x), seed + 1, 2)
    below = y - (ridge + fur)
    blades = draw.noise((size[1], size[0]), (36, 320), 2, seed + 2)
    gust = draw.shifted(draw.noise((512, 1024), (6, 5), 2, seed + 3), -0.75 * t * size[1], 0, size)
    light = np.clip(0.55 + 1.1 * (blades - 0.5) + 0.9 * (gust - 0.45) - 0.9 * below, 0, 1)
    draw.over(image, draw.mix(draw.colour(codes[0]), draw.colour(codes[1]), light), draw.smooth(-0.0009, 0.0009, below))
    return np.asarray(ridge[0], dtype=np.float32)


def _child(
    t: float, foot: tuple[float, float], tall: float, phase: float
) -> tuple[list[Floats], list[Floats], tuple[float, float]]:
    """A running child: filled shapes, limbs as lines, and the hand that holds the string."""
    beat = np.sin(2 * np.pi * 2.4 * t + phase)
    x, y = foot[0], foot[1] - abs(beat) * 0.06 * tall
    angle = np.linspace(0, 2 * np.pi, 18)
    head = np.stack(
        [x + 0.04 * tall + 0.095 * tall * np.cos(angle), y - 0.90 * tall + 0.105 * tall * np.sin(angle)], axis=1
    )
    body = [
        (x - 0.07 * tall, y - 0.78 * tall),
        (x + 0.10 * tall, y - 0.78 * tall),
        (x + 0.13 * tall, y - 0.38 * tall),
        (x - 0.14 * tall, y - 0.38 * tall),
    ]
    limbs = []
    for side in (1, -1):
        knee = (x + side * beat * 0.17 * tall + 0.04 * tall, y - 0.22 * tall)
        shoe = (knee[0] + (side * beat * 0.12 - 0.05) * tall, y - (0.10 if side * beat < -0.3 else 0.0) * tall)
        limbs.append([(x, y - 0.42 * tall), knee, shoe])
    hand = (x - 0.26 * tall, y - 0.98 * tall)
    limbs.append([(x, y - 0.72 * tall), (x - 0.18 * tall, y - 0.80 * tall), hand])
    limbs.append(
        [
            (x + 0.02 * tall, y - 0.70 * tall),
            (x + 0.16 * tall, y - 0.58 * tall),
            (x + (0.20 + 0.08 * beat) * tall, y - 0.66 * tall),
        ]
    )
    return (
        [head.astype(np.float32), np.array(body, dtype=np.float32)],
        [np.array(limb, dtype=np.float32) for limb in limbs],
        (float(hand[0]), float(hand[1])),
    )


def _string(hand: tuple[float, float], tied: Floats) -> Floats:
    """A kite's string, which sags a little."""
    s = np.linspace(0, 1, 24)[:, None]
    sag = np.array([0.0, 1.0]) * 0.10 * s * (1 - s) * float(np.linalg.norm(tied - np.array(hand)))
    return np.asarray(np.array(hand) * (1 - s) + tied * s + sag, dtype=np.float32)


_FLOCK = (
    # x, y, size, colour set, swing, speed; the first three are held by the children
    (-0.42, -0.19, 0.125, 0, 0.060, 1.9),
    (0.22, -0.27, 0.105, 1, 0.050, 2.3),
    (-0.05, -0.02, 0.085, 3, 0.045, 2.7),
    (0.60, -0.10, 0.055, 2, 0.030, 2.2),
    (0.44, 0.00, 0.036, 4, 0.020, 2.9),
    (-0.68, -0.02, 0.042, 5, 0.022, 2.5),
)
_CHILDREN = ((-0.12, 0.105, "#d8433b", 0.0), (0.30, 0.090, "#2a56b8", 2.0), (0.10, 0.080, "#f0a52e", 4.1))


def kites(t: float, size: Size) -> Frame:
    """Children run up a hill with kites, in bright sun. Bright and lively."""
    _, y = draw.grid(size)
    stops = [(-0.5, "#1e7fe0"), (-0.1, "#5cb3f2"), (0.2, "#bfe6fb"), (0.35, "#e8f7fd")]
    image = np.repeat(draw.gradient(stops, y[:, 0])[:, :, None], size[0], axis=2)
    _clouds(image, t, seed=204, cells=(5, 16), sky=0.56, drift=0.030)
    _sun(image, (0.78, -0.47), 0.34)
    _grass(image, t, 0.255, ("#6fae62", "#b9dc7e"), 212)
    flying = []
    for x, place_y, big, number, swing, rate in _FLOCK:
        sway = np.sin(rate * t + number)
        centre = (x + swing * float(sway), place_y + 0.6 * swing * float(np.sin(2 * rate * t + number)))
        squeeze = 0.86 + 0.14 * float(np.cos(1.7 * rate * t + number))
        flying.append((centre, big, (number, -0.25 + 0.35 * float(np.cos(rate * t + number)), squeeze)))
    edge = _grass(image, t, 0.345, ("#2f7d3b", "#8fce4e"), 222)
    x_along = draw.grid(size)[0][0]
    children = []
    for x, tall, _, phase in _CHILDREN:
        run = x + 0.085 * t
        children.append(_child(t, (run, float(np.interp(run, x_along, edge)) + 0.012), tall, phase))
    for (centre, big, look), index in zip(flying[::-1], range(len(flying))[::-1], strict=True):
        tied = _kite(image, t, centre, big, look)
        if index < len(children):
            draw.stroke(image, [_string(children[index][2], tied)], 0.0012, draw.colour("#ffffff"), alpha=0.75)
    for (shapes, limbs, _), (_, tall, code, _) in zip(children, _CHILDREN, strict=True):
        draw.stroke(image, limbs, 0.075 * tall, draw.colour("#3a2a2a"))
        draw.fill(image, shapes[1:], draw.colour(code))
        draw.fill(image, shapes[:1], draw.colour("#6b4431"))
    draw.bloom(image, above=0.95, strength=0.18, radius=0.06)
    return draw.finish(image, t, vignette=0.10, gain=1.08)


def kite_close(t: float, size: Size) -> Frame:
    """One kite sweeps across the sun, its tail behind it. Bright, quick."""
    _, y = draw.grid(size)
    stops = [(-0.5, "#0f66cf"), (0.0, "#3f9bec"), (0.5, "#9fd8f8")]
    image = np.repeat(draw.gradient(stops, y[:, 0])[:, :, None], size[0], axis=2)
    _clouds(image, t, seed=236, cells=(3, 8), sky=0.51, drift=0.10)
    _sun(image, (0.42, -0.26), 0.27)
    way = t / (28 / 24)
    for index, (x0, y0, big, number) in enumerate(((-0.72, -0.30, 0.08, 3), (0.66, 0.10, 0.11, 2))):
        sway = float(np.sin(3.1 * t + 2 * index))
        _kite(image, t, (x0 + 0.14 * t + 0.03 * sway, y0 - 0.05 * t), big, (number, -0.2 + 0.3 * sway, 0.9))
    centre = (
        -0.62 + 1.02 * way + 0.05 * float(np.sin(5 * t)),
        0.20 - 0.42 * float(np.sin(0.5 * np.pi * way)) + 0.05 * float(np.sin(7 * t)),
    )
    tied = _kite(
        image, t, centre, 0.33, (0, 0.55 - 0.55 * way + 0.15 * float(np.sin(6 * t)), 0.90 + 0.10 * float(np.sin(4 * t)))
    )
    draw.stroke(image, [_string((-0.30 + 0.3 * way, 0.62), tied)], 0.0022, draw.colour("#ffffff"), alpha=0.8)
    _sun(image, (0.42, -0.26), 0.16)
    draw.bloom(image, above=1.0, strength=0.2, radius=0.07)
    return draw.finish(image, t, vignette=0.12, gain=1.05)
