"""The rain scene of the demo film: drops on a dark window pane, the lights of a street out of focus behind it."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from resources.demo import draw
from resources.demo.draw import Floats, Frame, Size

_LIGHTS = ("#ffb765", "#ff8a3d", "#ff4438", "#ffd9a0", "#59c9ff", "#8f7bff", "#3fe0b0", "#ffb765")


@lru_cache(maxsize=2)
def _dusk(size: Size) -> Floats:
    """The street without its lights: dark blue, a little lighter where it is lit."""
    x, y = draw.grid(size)
    glow = np.exp(-np.square((y - 0.06) / 0.20)) * (0.7 + 0.3 * np.cos(x * 2.2 + 0.6))
    return draw.mix(draw.colour("#060b18"), draw.colour("#243a5c"), glow.astype(np.float32))


def _street(t: float, size: Size) -> Floats:
    """The street through clear glass: windows above, lamps and cars, and their long reflections on the wet road."""
    image = _dusk(size).copy()
    rng = np.random.default_rng(501)
    for index in range(84):
        x, height, radius, shine, kind = rng.uniform([-1.0, 0, 0.014, 0.15, 0], [1.0, 1.0, 0.034, 1.0, 1]).tolist()
        ink = draw.colour(_LIGHTS[(5 * index + index // 4) % len(_LIGHTS)])
        pulse = 1 + 0.18 * float(np.sin(1.7 * t + 9 * kind))
        if index % 4 == 1:
            # Cars: red ones go, white ones come.
            way = 1 if index % 8 == 1 else -1
            x = (x + way * (0.10 + 0.10 * kind) * t + 1.1) % 2.2 - 1.1
            y, ink, shine = 0.14 + 0.05 * kind, draw.colour("#ff3020" if way > 0 else "#fff0d8"), 0.5 + 0.5 * shine
        elif index % 4 == 2:
            y = 0.06 - 0.03 * height
            shine = 0.5 + 0.6 * shine
        else:
            y, radius, shine = 0.04 - 0.46 * height**1.5, 0.7 * radius, 0.45 * shine
        light = ink * np.float32(1.4 * shine * pulse)
        draw.disc(image, x, y, radius, light, alpha=0.70, soft=0.15 * radius)
        if y > 0:
            draw.glow(image, x, 0.34 - 0.6 * (y - 0.05), 0.022, light * np.float32(0.22), stretch=4.5)
    return image


def _fogged(street: Floats) -> Floats:
    """The street through a misted pane: the same light, spread wide, under a thin grey veil."""
    height = street.shape[1]
    planes = []
    for plane, veil in zip(street, draw.colour("#43597c"), strict=True):
        near, wide = cv2.GaussianBlur(plane, (0, 0), 0.016 * height), cv2.GaussianBlur(plane, (0, 0), 0.055 * height)
        planes.append(0.55 * near + 0.55 * wide + 0.10 * veil)
    return np.stack(planes)


@lru_cache(maxsize=1)
def _paths() -> list[tuple[float, float, float, float, int]]:
    """The drops that run: x, start height, radius, moment of letting go, seed of their way."""
    rng = np.random.default_rng(511)
    paths = []
    for index in range(11):
        x = -0.84 + 1.68 * (index + 0.5) / 11 + rng.normal(0, 0.05)
        early = index % 3 == 0
        start = rng.uniform(-0.60, -0.2)
        paths.append(
            (
                float(x),
                float(start),
                float(rng.uniform(0.013, 0.023)),
                float(rng.uniform(-1.8, 0.0) if early else rng.uniform(0.1, 2.4)),
                520 + index,
            )
        )
    return paths


def _fallen(t: float, seed: int) -> float:
    """How far a running drop came in t seconds, in picture heights: it sticks, lets go, gathers speed, sticks again."""
    rng = np.random.default_rng(seed)
    total, moment = 0.0, 0.0
    while moment < t:
        run, rest, length = rng.uniform(0.45, 0.8), rng.uniform(0.1, 0.4), rng.uniform(0.22, 0.5)
        part = min(1.0, (t - moment) / run)
        total += length * part * part * (1.6 - 0.6 * part)
        moment += run + rest
    return float(total)


def _bend(height: Floats, seed: int, radius: float) -> Floats:
    """Sideways wander of a drop's way, by height."""
    return np.asarray(draw.noise_line(height * 5.0 + seed, seed, 3) * (1.1 * radius), dtype=np.float32)


@lru_cache(maxsize=1)
def _beads() -> Floats:
    """Drops that sit still: x, y, radius, slimness, [n, 4]; many small ones, few large."""
    rng = np.random.default_rng(531)
    count = 760
    radius = 0.0020 + 0.0240 * rng.random(count) ** 7 + 0.0030 * rng.random(count)
    return np.stack(
        [rng.uniform(-0.9, 0.9, count), rng.uniform(-0.52, 0.52, count), radius, rng.uniform(0.82, 1.0, count)], axis=1
    ).astype(np.float32)


class _Pane:
    """Water on the glass: how far each pixel is from a drop's middle (in radii, both ways), and the coverage."""

    def __init__(self, size: Size) -> None:
        self.size = size
        shape = (size[1], size[0])
        self.across = np.zeros(shape, dtype=np.float32)
        self.down = np.zeros(shape, dtype=np.float32)
        self.cover = np.zeros(shape, dtype=np.float32)

    def drop(self, x: float, y: float, radius: float, slim: float, tail: float = 0.0) -> None:
        """Put one drop on the pane; `tail` makes its upper half longer."""
        width, height = self.size
        middle_x, middle_y, reach = x * height + width / 2, (y + 0.5) * height, radius * height
        left, right = max(0, int(middle_x - reach - 1)), min(width, int(middle_x + reach + 2))
        top, bottom = max(0, int(middle_y - reach * (1 + tail) - 1)), min(height, int(middle_y + reach + 2))
        if left >= right or top >= bottom:
            return
        dx = (np.arange(left, right, dtype=np.float32)[None, :] + np.float32(0.5 - middle_x)) / np.float32(reach * slim)
        dy = (np.arange(top, bottom, dtype=np.float32)[:, None] + np.float32(0.5 - middle_y)) / np.float32(reach)
        dy = np.where(dy < 0, dy / np.float32(1 + tail), dy)
        dx = dx * (1 + np.float32(0.9 * tail / (1 + tail)) * np.maximum(-dy, 0))
        distance = np.sqrt(dx * dx + dy * dy)
        alpha = np.clip((1 - distance) * np.float32(reach) + 0.5, 0, 1)
        part = (slice(top, bottom), slice(left, right))
        nearer = alpha > 0.02
        self.across[part] = np.where(nearer, dx, self.across[part])
        self.down[part] = np.where(nearer, dy, self.down[part])
        self.cover[part] = np.maximum(self.cover[part], alpha)


def _wiped(t: float, size: Size) -> tuple[Floats, list[tuple[float, float, float]]]:
    """Where running drops cleared the mist, 0..1, and where they are now: x, y, radius."""
    width, height = size
    half = (width // 2, height // 2)
    clear = np.zeros((half[1], half[0]), dtype=np.uint8)
    heads = []
    for x, start, radius, moment, seed in _paths():
        if t <= moment:
            heads.append((x + float(_bend(np.array([start], dtype=np.float32), seed, radius)[0]), start, radius * 0.9))
            continue
        end = start + _fallen(t - moment, seed)
        line = np.arange(start, min(end, 0.6) + 1e-3, 0.008, dtype=np.float32)
        path = np.stack([x + _bend(line, seed, radius), line], axis=1)
        cv2.polylines(
            clear,
            [draw.to_pixels(path, half)],
            False,
            235,
            max(1, round(1.15 * radius * half[1])),
            lineType=cv2.LINE_AA,
            shift=4,
        )
        heads.append((x + float(_bend(np.array([end], dtype=np.float32), seed, radius)[0]), end, radius))
    soft = cv2.GaussianBlur(clear, (0, 0), half[1] / 260)
    return cv2.resize(soft, size, interpolation=cv2.INTER_LINEAR).astype(np.float32) / 255.0, heads


def _left_behind(t: float) -> list[tuple[float, float, float]]:
    """Small beads that running drops leave on their way: x, y, radius."""
    beads = []
    for x, start, radius, moment, seed in _paths():
        rng = np.random.default_rng(seed + 100)
        end = start + _fallen(max(0.0, t - moment), seed)
        place = start + 0.02
        while place < min(end - 0.035, 0.55):
            wander = float(_bend(np.array([place], dtype=np.float32), seed, radius)[0])
            beads.append(
                (x + wander + float(rng.normal(0, 0.12 * radius)), place, float(radius * rng.uniform(0.16, 0.42)))
            )
            place += float(rng.uniform(0.018, 0.055))
    return beads


def rain(t: float, size: Size) -> Frame:
    """Rain on a window pane at night; drops gather, let go and run. Dark and calm."""
    half = (size[0] // 2, size[1] // 2)
    street = _street(t, half)
    image = np.stack([cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR) for plane in _fogged(street)])
    image *= 0.90 + 0.20 * draw.noise((size[1], size[0]), (180, 320), 2, 541)
    clear, heads = _wiped(t, size)
    draw.over(image, np.stack([cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR) for plane in street]), clear)
    pane = _Pane(size)
    for x, y, radius, slim in _beads().tolist():
        column, row = int(x * size[1] + size[0] / 2), int((y + 0.5) * size[1])
        wiped = 0 <= column < size[0] and 0 <= row < size[1] and clear[row, column] > 0.3
        if not wiped:
            pane.drop(x, y, radius, slim)
    for x, y, radius in _left_behind(t):
        pane.drop(x, y, radius, 0.9)
    for x, y, radius in heads:
        pane.drop(x, y, radius, 0.86, tail=0.7)
    _refract(image, pane, street)
    draw.bloom(image, above=0.55, strength=0.25, radius=0.03)
    return draw.finish(image, t, vignette=0.40, gain=1.15)


def _refract(image: Floats, pane: _Pane, beyond: Floats) -> None:
    """Show the street upside down in every drop, dark at its rim, with a spark of light; in place."""
    size = pane.size
    rows, columns = np.nonzero(pane.cover > 0)
    across, down, cover = pane.across[rows, columns], pane.down[rows, columns], pane.cover[rows, columns]
    distance = np.minimum(np.sqrt(across * across + down * down), 1)
    lens = 0.25 + 0.75 * distance * distance
    x = (columns.astype(np.float32) - size[0] / 2) / size[1] - 0.30 * across * lens
    y = 0.05 - 0.36 * down * lens
    map_x = np.asarray((np.clip(x, -0.88, 0.88) * size[1] + size[0] / 2) / 2, dtype=np.float32)
    map_y = np.asarray((np.clip(y, -0.49, 0.49) + 0.5) * size[1] / 2, dtype=np.float32)
    shade = (1.15 - 0.95 * distance**3) * (0.80 + 0.35 * down)
    spark = np.exp(-(np.square(across + 0.35) + np.square(down + 0.42)) / 0.030)
    rim = 0.10 * draw.smooth(0.55, 0.95, distance) * np.maximum(down, 0)
    sky = draw.colour("#9fc0ee")
    # OpenCV reads at most 32767 places in a row, so the wet pixels are laid out in rows of 1024.
    block = (-(-len(rows) // 1024), 1024)
    seen_through = cv2.remap(
        cv2.merge(list(beyond)), np.resize(map_x, block), np.resize(map_y, block), cv2.INTER_LINEAR
    )
    for plane, seen, tone in zip(image, seen_through.reshape(-1, 3)[: len(rows)].T, sky, strict=True):
        lit = seen * shade * 1.5 + tone * (0.35 * spark + rim + 0.012)
        plane[rows, columns] += (lit - plane[rows, columns]) * cover
