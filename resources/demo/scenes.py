"""The cut of the demo film: which scene shows when, and how one gives way to the next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np

from resources.demo import city, kites, nature, rain, shapes, train
from resources.demo.draw import FPS, Frame, Size

Painter = Callable[[float, Size], Frame]
"""A scene: seconds since its start, (width, height) -> RGB [height, width, 3]. Pure: the same in, the same out."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One shot of the film, frames [first, end); `dissolve_frames` of its start overlap the shot before it."""

    name: str
    paint: Painter
    first_frame: int
    end_frame: int
    character: str
    accelerates: bool = False
    dissolve_frames: int = 0


SCENES: tuple[Scene, ...] = (
    Scene("harbour", nature.harbour, 0, 96, "calm dark"),
    Scene("dawn", nature.dawn, 72, 164, "calm", dissolve_frames=24),
    Scene("train", train.train, 164, 252, "fast", accelerates=True),
    Scene("kites", kites.kites, 252, 300, "bright"),
    Scene("kite close", kites.kite_close, 300, 328, "bright fast"),
    Scene("rings", shapes.rings, 328, 350, "fast"),
    Scene("tiles", shapes.tiles, 350, 369, "fast"),
    Scene("stripes", shapes.stripes, 369, 386, "fast"),
    Scene("balls", shapes.balls, 386, 404, "bright fast"),
    Scene("sunburst", shapes.sunburst, 404, 421, "bright fast"),
    Scene("tunnel", shapes.tunnel, 421, 445, "fast", accelerates=True),
    Scene("city", city.city, 445, 517, "dark fast", accelerates=True),
    Scene("rain", rain.rain, 517, 590, "calm dark"),
    Scene("end card", shapes.end_card, 590, 666, "calm dark"),
)
N_FRAMES = SCENES[-1].end_frame
FADE_OUT_FRAMES = 15
"""Frames of the last scene's fade to black."""


def seconds(frame: int) -> Fraction:
    """Time at which a frame starts to show, in seconds, exact."""
    return Fraction(frame, FPS)


def hard_cuts() -> tuple[int, ...]:
    """First frames of the scenes that follow a hard cut."""
    return tuple(scene.first_frame for scene in SCENES[1:] if not scene.dissolve_frames)


def render_frame(number: int, size: Size) -> Frame:
    """One frame of the film; in a dissolve both scenes go on moving."""
    showing = [scene for scene in SCENES if scene.first_frame <= number < scene.end_frame]
    pictures = [scene.paint((number - scene.first_frame) / FPS, size) for scene in showing]
    if len(pictures) == 1:
        return pictures[0]
    into = showing[1]
    # The first frame of the overlap already holds a little of the new scene, the frame after it nothing of the old.
    share = np.float32((number - into.first_frame + 1) / (into.dissolve_frames + 1))
    mixed = pictures[0].astype(np.float32) * (1 - share) + pictures[1].astype(np.float32) * share
    return np.asarray(mixed + 0.5, dtype=np.uint8)


def _seconds(frame: int) -> float:
    return round(float(seconds(frame)), 6)


def _transitions() -> list[dict[str, object]]:
    """How each scene gives way to the next; what lasts longer than an instant has an end."""
    listed: list[dict[str, object]] = []
    for before, scene in pairwise(SCENES):
        kind = "dissolve" if scene.dissolve_frames else "cut"
        start, end = scene.first_frame, scene.first_frame + scene.dissolve_frames
        entry: dict[str, object] = {
            "kind": kind,
            "from": before.name,
            "to": scene.name,
            "frame": start,
            "time_s": _seconds(start),
        }
        listed.append(entry | ({"end_frame": end, "end_time_s": _seconds(end)} if scene.dissolve_frames else {}))
    fade: dict[str, object] = {"kind": "fade-out", "from": SCENES[-1].name, "to": "black"}
    start, end = N_FRAMES - FADE_OUT_FRAMES, N_FRAMES
    times: dict[str, object] = {
        "frame": start,
        "time_s": _seconds(start),
        "end_frame": end,
        "end_time_s": _seconds(end),
    }
    return [*listed, fade | times]


def describe() -> dict[str, object]:
    """The film's true structure, as written to demo.json: times in seconds, frames counted from 0."""
    scenes = [
        {
            "name": scene.name,
            "first_frame": scene.first_frame,
            "end_frame": scene.end_frame,
            "start_s": _seconds(scene.first_frame),
            "character": scene.character.split(),
            "accelerates": scene.accelerates,
        }
        for scene in SCENES
    ]
    return {
        "frames": N_FRAMES,
        "frame_rate": f"{FPS}/1",
        "duration_s": _seconds(N_FRAMES),
        "cuts": [{"frame": frame, "time_s": _seconds(frame)} for frame in hard_cuts()],
        "transitions": _transitions(),
        "scenes": scenes,
    }
