"""Drawing tools of the demo film: light, shapes, noise and the last step to 8 bits.

Pictures are float32 arrays [3, height, width] in linear light (display value = square root), so that glows add
like light; planes first, because numpy works on whole planes several times faster. Points are given in picture
heights: x to the right from the centre, y downwards from the centre, which makes every scene independent of the size
that it is drawn at.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
"""Float32 wherever whole pictures are meant."""
Frame = NDArray[np.uint8]
Size = tuple[int, int]
"""Width and height in pixels."""

FPS = 24
_SUBPIXEL_BITS = 4


def colour(code: str) -> Floats:
    """Linear light of a display colour such as "#ff8800"; shape [3]."""
    values = [int(code[i : i + 2], 16) / 255.0 for i in (1, 3, 5)]
    return np.square(np.array(values, dtype=np.float32))


@lru_cache(maxsize=4)
def grid(size: Size) -> tuple[Floats, Floats]:
    """Coordinates of the pixel centres in picture heights: x [1, width], y [height, 1]."""
    width, height = size
    x = (np.arange(width, dtype=np.float32) + 0.5 - width / 2) / height
    y = (np.arange(height, dtype=np.float32) + 0.5 - height / 2) / height
    return x[None, :], y[:, None]


def canvas(size: Size, fill: Floats | None = None) -> Floats:
    """A new picture, black or of one linear colour."""
    image = np.zeros((3, size[1], size[0]), dtype=np.float32)
    if fill is not None:
        image += fill[:, None, None]
    return image


def smooth(low: float, high: float, value: Floats | float) -> Floats:
    """Smoothstep: 0 below `low`, 1 above `high`, no corner between (also with low > high)."""
    s = np.clip((np.asarray(value, dtype=np.float32) - low) / np.float32(high - low), 0, 1)
    return np.asarray(s * s * (3 - 2 * s), dtype=np.float32)


def ease(value: float) -> float:
    """Smoothstep of one number between 0 and 1."""
    return float(smooth(0.0, 1.0, value))


def over(image: Floats, ink: Floats, alpha: Floats) -> None:
    """Lay `ink` (colour [3] or picture [3, height, width]) over the image, in place; alpha [height, width]."""
    for plane, tone in zip(image, ink, strict=True):
        change = tone - plane
        change *= alpha
        plane += change


def add(image: Floats, light: Floats, amount: Floats) -> None:
    """Add light of one colour [3] to the image, in place; amount [height, width]."""
    for plane, tone in zip(image, light, strict=True):
        plane += amount * tone


def mix(first: Floats, second: Floats, amount: Floats) -> Floats:
    """A picture between two colours [3]; amount [height, width], 0 gives the first."""
    return np.stack([a + amount * (b - a) for a, b in zip(first, second, strict=True)])


def gradient(stops: Sequence[tuple[float, str]], position: Floats) -> Floats:
    """Colours along stops (position, code), mixed in display values as a painter would; shape [3] + position's."""
    places = [place for place, _ in stops]
    table = np.sqrt(np.stack([colour(code) for _, code in stops]))
    channels = [np.interp(position, places, table[:, c]) for c in range(3)]
    return np.square(np.stack(channels)).astype(np.float32)


@lru_cache(maxsize=64)
def noise(shape: tuple[int, int], cells: tuple[int, int], octaves: int, seed: int) -> Floats:
    """Smooth noise in about 0..1 that repeats at its edges; `cells` rows and columns in the first octave."""
    rng = np.random.default_rng(seed)
    height, width = shape
    total = np.zeros(shape, dtype=np.float32)
    weight = 0.0
    for octave in range(octaves):
        rows, columns = cells[0] << octave, cells[1] << octave
        if octave and (rows > height or columns > width):
            break
        lattice = np.pad(rng.random((rows, columns), dtype=np.float32), 2, mode="wrap")
        step_y, step_x = height / rows, width / columns
        # Affine sampling keeps the period exact, which resizing would not.
        matrix = np.array([[1 / step_x, 0, 2], [0, 1 / step_y, 2]], dtype=np.float64)
        flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
        total += cv2.warpAffine(lattice, matrix, (width, height), flags=flags) * 0.5**octave
        weight += 0.5**octave
    return total / np.float32(weight)


def noise_line(x: Floats, seed: int, octaves: int = 4) -> Floats:
    """Smooth noise along a line, in about -1..1; one lattice point at every whole x of the first octave."""
    table = np.random.default_rng(seed).random(1024, dtype=np.float32) * 2 - 1
    total = np.zeros_like(x, dtype=np.float32)
    for octave in range(octaves):
        place = x * 2.0**octave + 37.0 * octave
        whole = np.floor(place).astype(np.int64)
        part = (place - whole).astype(np.float32)
        part = part * part * (3 - 2 * part)
        total += (table[whole % 1024] * (1 - part) + table[(whole + 1) % 1024] * part) * np.float32(0.5**octave)
    return total


@lru_cache(maxsize=64)
def _scatter_table(seed: int) -> Floats:
    return np.random.default_rng(seed).random(4096, dtype=np.float32)


def scatter(index: NDArray[np.integer], seed: int) -> Floats:
    """A repeatable number in 0..1 for every whole index."""
    return np.take(_scatter_table(seed), index & 4095)


def to_pixels(points: Floats, size: Size) -> NDArray[np.int32]:
    """Points [n, 2] in picture heights as fixed-point pixels for OpenCV's anti-aliased drawing."""
    width, height = size
    pixels = np.asarray(points, dtype=np.float64) * height + np.array([width / 2 - 0.5, height / 2 - 0.5])
    return np.asarray(np.round(pixels * (1 << _SUBPIXEL_BITS)), dtype=np.int32)


def polygons(size: Size, shapes: Sequence[Floats]) -> Floats:
    """Anti-aliased coverage 0..1 of filled polygons, each [n, 2] in picture heights."""
    mask = np.zeros((size[1], size[0]), dtype=np.uint8)
    for shape in shapes:
        cv2.fillPoly(mask, [to_pixels(shape, size)], 255, lineType=cv2.LINE_AA, shift=_SUBPIXEL_BITS)
    return mask.astype(np.float32) / 255.0


def _around(shapes: Sequence[Floats], size: Size, margin: int) -> tuple[slice, slice]:
    """The rows and columns of the picture that shapes can touch; empty where they lie outside."""
    points = np.concatenate(list(shapes)) * size[1] + np.array([size[0] / 2, size[1] / 2])
    limits = np.array([size[0], size[1]])
    left, top = np.clip(np.floor(points.min(axis=0)) - margin, 0, limits).astype(int).tolist()
    right, bottom = np.clip(np.ceil(points.max(axis=0)) + margin, 0, limits).astype(int).tolist()
    return slice(top, bottom), slice(left, right)


def fill(image: Floats, shapes: Sequence[Floats], ink: Floats) -> None:
    """Paint filled polygons, each [n, 2], in place; touches only the part of the picture around them."""
    size = (image.shape[2], image.shape[1])
    rows, columns = _around(shapes, size, 2)
    mask = np.zeros((rows.stop - rows.start, columns.stop - columns.start), dtype=np.uint8)
    if mask.size:
        corner = np.array([columns.start, rows.start]) << _SUBPIXEL_BITS
        for shape in shapes:
            points = (to_pixels(shape, size) - corner).astype(np.int32)
            cv2.fillPoly(mask, [points], 255, lineType=cv2.LINE_AA, shift=_SUBPIXEL_BITS)
        over(image[:, rows, columns], ink, mask * np.float32(1 / 255))


def stroke(image: Floats, paths: Sequence[Floats], width: float, ink: Floats, alpha: float = 1.0) -> None:
    """Paint open lines of a width in picture heights, in place; touches only the part around them."""
    size = (image.shape[2], image.shape[1])
    thick = max(1, round(width * size[1]))
    rows, columns = _around(paths, size, thick + 2)
    mask = np.zeros((rows.stop - rows.start, columns.stop - columns.start), dtype=np.uint8)
    if mask.size:
        corner = np.array([columns.start, rows.start]) << _SUBPIXEL_BITS
        for path in paths:
            points = (to_pixels(path, size) - corner).astype(np.int32)
            cv2.polylines(mask, [points], False, 255, thick, lineType=cv2.LINE_AA, shift=_SUBPIXEL_BITS)
        # A line thinner than a pixel is drawn a pixel wide and paler.
        over(image[:, rows, columns], ink, mask * np.float32(alpha * min(1.0, width * size[1]) / 255))


def _patch(image: Floats, x: float, y: float, reach: float) -> tuple[Floats, Floats, Floats] | None:
    """The part of the picture within `reach` of a point, with offsets from it; None when out of the picture."""
    height, width = image.shape[1:]
    centre_x, centre_y = x * height + width / 2, (y + 0.5) * height
    pixels = reach * height + 1
    left, right = max(0, int(centre_x - pixels)), min(width, int(centre_x + pixels) + 1)
    top, bottom = max(0, int(centre_y - pixels)), min(height, int(centre_y + pixels) + 1)
    if left >= right or top >= bottom:
        return None
    dx = (np.arange(left, right, dtype=np.float32) + 0.5 - centre_x) / height
    dy = (np.arange(top, bottom, dtype=np.float32) + 0.5 - centre_y) / height
    return image[:, top:bottom, left:right], dx[None, :], dy[:, None]


def glow(image: Floats, x: float, y: float, radius: float, light: Floats, stretch: float = 1.0) -> None:
    """Add a soft round light in place; `stretch` makes it taller than wide."""
    found = _patch(image, x, y, 3.2 * radius * max(1.0, stretch))
    if found is not None:
        part, dx, dy = found
        add(part, light, np.exp(-np.square(dy / (radius * stretch))) * np.exp(-np.square(dx / radius)))


def disc(
    image: Floats, x: float, y: float, radius: float, ink: Floats, *, alpha: float = 1.0, soft: float = 0.0
) -> None:
    """Lay an anti-aliased disc over the picture in place; `soft` widens its edge."""
    found = _patch(image, x, y, radius + soft)
    if found is not None:
        part, dx, dy = found
        edge = soft + 0.75 / image.shape[1]
        over(part, ink, smooth(radius + edge, radius - edge, np.sqrt(dx * dx + dy * dy)) * np.float32(alpha))


def ball(image: Floats, x: float, y: float, radius: float, ink: Floats) -> None:
    """A shaded sphere lit from the upper left, in place."""
    found = _patch(image, x, y, radius)
    if found is None:
        return
    part, dx, dy = found
    distance = np.sqrt(dx * dx + dy * dy) / radius
    edge = 0.8 / (image.shape[1] * radius)
    height = np.sqrt(np.clip(1 - distance * distance, 0, 1))
    facing = np.clip((-0.5 * dx - 0.62 * dy) / radius + 0.6 * height, 0, 1)
    shaded = mix(0.25 * ink, 1.15 * ink, facing) + np.float32(0.5) * facing**24
    over(part, shaded, smooth(1 + edge, 1 - edge, distance))


def shifted(texture: Floats, dx: float, dy: float, size: Size) -> Floats:
    """A repeating texture moved by (dx, dy) pixels with sub-pixel precision, cut to size."""
    matrix = np.array([[1, 0, dx % texture.shape[1]], [0, 1, dy % texture.shape[0]]], dtype=np.float64)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(texture, matrix, size, flags=flags, borderMode=cv2.BORDER_WRAP), dtype=np.float32)


def sample(texture: Floats, columns: Floats, rows: Floats) -> Floats:
    """A repeating texture read at fractional pixel places of any shape."""
    places_x, places_y = np.broadcast_arrays(columns, rows)
    return np.asarray(
        cv2.remap(
            texture,
            np.ascontiguousarray(places_x, dtype=np.float32),
            np.ascontiguousarray(places_y, dtype=np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_WRAP,
        ),
        dtype=np.float32,
    )


def bloom(image: Floats, *, above: float, strength: float, radius: float) -> None:
    """Let bright parts spill over their surroundings as a lens does, in place; `radius` in picture heights."""
    height, width = image.shape[1:]
    for plane in image:
        small = cv2.resize(plane, (width // 4, height // 4), interpolation=cv2.INTER_AREA)
        small = np.maximum(small - np.float32(above), 0)
        wide = cv2.GaussianBlur(small, (0, 0), radius * height / 4) + cv2.GaussianBlur(
            small, (0, 0), radius * height / 16
        )
        plane += cv2.resize(wide, (width, height), interpolation=cv2.INTER_LINEAR) * np.float32(strength)


@lru_cache(maxsize=4)
def _dither(size: Size) -> Floats:
    """Triangular noise of one 8-bit step that stays the same in all frames, so that it costs bits only once."""
    rng = np.random.default_rng(7)
    shape = (size[1], size[0])
    return (rng.random(shape, dtype=np.float32) + rng.random(shape, dtype=np.float32) - 1) / 255.0


@lru_cache(maxsize=4)
def _grain(size: Size) -> Floats:
    """Film grain, unit variance, a little larger than the picture so that each frame takes another part."""
    rng = np.random.default_rng(11)
    field = rng.standard_normal((size[1] + 64, size[0] + 64)).astype(np.float32)
    soft = np.asarray(cv2.GaussianBlur(field, (0, 0), 0.8), dtype=np.float32)
    return np.asarray(soft / soft.std(), dtype=np.float32)


@lru_cache(maxsize=8)
def _corners(size: Size, vignette: float) -> Floats:
    x, y = grid(size)
    return np.asarray(1 - vignette * smooth(0.35, 1.15, np.sqrt(x * x + y * y)), dtype=np.float32)


def finish(image: Floats, t: float, *, grain: float = 0.005, vignette: float = 0.25, gain: float = 1.0) -> Frame:
    """Linear light to an 8-bit RGB frame: vignette, soft shoulder, display curve, grain and dither."""
    _, height, width = image.shape
    size = (width, height)
    step = round(t * FPS)
    row, column = (step * 29) % 61, (step * 47) % 59
    film = _grain(size)[row : row + height, column : column + width]
    shade, dither = _corners(size, vignette), _dither(size)
    knee = np.float32(0.6)
    frame = np.empty((height, width, 3), dtype=np.uint8)
    # Bands of rows stay in the processor's cache through all these steps: several times faster than whole planes.
    for top in range(0, height, 32):
        rows = slice(top, top + 32)
        texture = film[rows] * np.float32(grain) + dither[rows]
        light = np.maximum(image[:, rows] * (shade[rows] * np.float32(gain)), 0)
        rest = np.maximum(light - knee, 0)
        light = np.minimum(light, knee) + rest / (1 + rest * (1 / (1 - knee)))
        shown = (np.sqrt(light) + texture) * np.float32(255) + np.float32(0.5)
        frame[rows] = np.clip(shown, 0, 255).astype(np.uint8).transpose(1, 2, 0)
    return frame
