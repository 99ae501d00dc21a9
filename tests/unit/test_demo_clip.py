"""The demo film in resources/demo: it is what its list of cuts says, small, and drawn the same way every time."""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from resources.demo import scenes, sound, train

SMALL = (160, 90)
MAX_BYTES = 3_000_000


@pytest.fixture(scope="module")
def demo(repository: Path) -> Path:
    return repository / "resources" / "demo"


@pytest.fixture(scope="module")
def listed(demo: Path) -> dict[str, Any]:
    """What demo.json says."""
    return json.loads((demo / "demo.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def frames(demo: Path) -> tuple[NDArray[np.float32], list[Fraction]]:
    """Every frame of the film, reduced to [n, 45, 80, 3] in 0..1, and the time it starts to show."""
    pictures, times = [], []
    with av.open(str(demo / "demo.mp4")) as container:
        for frame in container.decode(video=0):
            picture = frame.to_ndarray(format="rgb24", width=160, height=90)
            pictures.append(cv2.resize(picture, (80, 45), interpolation=cv2.INTER_AREA))
            assert frame.pts is not None and frame.time_base is not None
            times.append(frame.pts * frame.time_base)
    return np.stack(pictures).astype(np.float32) / 255, times


@pytest.fixture(scope="module")
def changes(frames: tuple[NDArray[np.float32], list[Fraction]]) -> NDArray[np.float32]:
    """Mean difference of each frame from the one before it; [n], the first is 0."""
    pictures, _ = frames
    return np.concatenate([[0.0], np.abs(np.diff(pictures, axis=0)).mean(axis=(1, 2, 3))]).astype(np.float32)


def test_is_small_and_lasts_as_promised(demo: Path, listed: dict[str, Any]) -> None:
    assert (demo / "demo.mp4").stat().st_size < MAX_BYTES
    assert 20 <= listed["duration_s"] <= 30
    assert len(listed["cuts"]) >= 8
    assert [t["kind"] for t in listed["transitions"]].count("dissolve") >= 1
    characters = {word for scene in listed["scenes"] for word in scene["character"]}
    assert {"calm", "dark", "bright", "fast"} <= characters
    assert any(scene["accelerates"] for scene in listed["scenes"])


def test_list_is_the_one_that_the_script_writes(listed: dict[str, Any]) -> None:
    written = {"video": "demo.mp4", "width": 1280, "height": 720, **scenes.describe()}
    assert listed == json.loads(json.dumps(written))


def test_shots_are_of_irregular_length() -> None:
    cuts = [0, *scenes.hard_cuts(), scenes.N_FRAMES]
    lengths_s = [(b - a) / scenes.FPS for a, b in pairwise(cuts)]
    assert sum(length <= 1.0 for length in lengths_s) >= 4
    assert sum(length >= 3.0 for length in lengths_s) >= 3
    assert len(set(lengths_s)) >= len(lengths_s) - 2


def test_every_frame_is_there_at_its_time(
    frames: tuple[NDArray[np.float32], list[Fraction]], listed: dict[str, Any]
) -> None:
    _, times = frames
    assert times == [scenes.seconds(number) for number in range(listed["frames"])]


def test_every_listed_cut_is_a_peak_of_change(changes: NDArray[np.float32], listed: dict[str, Any]) -> None:
    for cut in listed["cuts"]:
        frame = cut["frame"]
        around = np.concatenate([changes[frame - 4 : frame], changes[frame + 1 : frame + 5]])
        assert changes[frame] > 0.06, f"hardly any change at the cut in frame {frame}"
        assert changes[frame] > 1.8 * around.max(), f"the cut in frame {frame} does not stand out"


def test_nothing_else_jumps_like_a_cut(changes: NDArray[np.float32], listed: dict[str, Any]) -> None:
    cuts = [cut["frame"] for cut in listed["cuts"]]
    others = np.delete(changes, cuts)
    assert others.max() < np.median(changes[cuts])


def test_dissolve_mixes_its_two_scenes(
    frames: tuple[NDArray[np.float32], list[Fraction]], changes: NDArray[np.float32], listed: dict[str, Any]
) -> None:
    pictures, _ = frames
    (dissolve,) = [t for t in listed["transitions"] if t["kind"] == "dissolve"]
    start, end = dissolve["frame"], dissolve["end_frame"]
    assert 0.7 <= (end - start) / scenes.FPS <= 1.5
    assert changes[start : end + 1].max() < 0.05
    before, middle, after = pictures[start - 1], pictures[(start + end) // 2], pictures[end]
    assert np.abs(before - after).mean() > 0.15
    assert np.abs(middle - (before + after) / 2).mean() < 0.03


def test_film_ends_in_black(frames: tuple[NDArray[np.float32], list[Fraction]]) -> None:
    pictures, _ = frames
    assert pictures[-1].mean() < 0.03


def test_bright_and_dark_scenes_look_it(
    frames: tuple[NDArray[np.float32], list[Fraction]], listed: dict[str, Any]
) -> None:
    pictures, _ = frames
    for scene in listed["scenes"]:
        light = pictures[scene["first_frame"] + 24 if scene["name"] == "dawn" else scene["first_frame"]].mean()
        if "bright" in scene["character"]:
            assert light > 0.5, scene["name"]
        if "dark" in scene["character"]:
            assert light < 0.35, scene["name"]


def test_train_gathers_speed(demo: Path) -> None:
    """The landscape's shift between frames, measured in the film on the far trees, grows several times over."""
    shot = next(scene for scene in scenes.SCENES if scene.name == "train")
    rows, columns = slice(365, 420), slice(120, 560)
    shifts = {}
    previous: NDArray[np.float32] | None = None
    with av.open(str(demo / "demo.mp4")) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number >= shot.end_frame:
                break
            if number >= shot.first_frame:
                strip = frame.to_ndarray(format="gray")[rows, columns].astype(np.float32)
                if previous is not None:
                    window = cv2.createHanningWindow(strip.shape[::-1], cv2.CV_32F)
                    (shift, _), _ = cv2.phaseCorrelate(previous, strip, window)
                    shifts[number - shot.first_frame] = -shift
                previous = strip
    early = np.median([shifts[n] for n in range(10, 20)])
    late = np.median([shifts[n] for n in range(48, 58)])
    assert early > 0.5
    assert late > 2.5 * early


def test_sound_is_soft_and_as_long_as_the_picture(demo: Path, listed: dict[str, Any]) -> None:
    with av.open(str(demo / "demo.mp4")) as container:
        parts = [frame.to_ndarray() for frame in container.decode(audio=0)]
        rate = container.streams.audio[0].rate
    samples = np.concatenate(parts, axis=1)
    assert rate == sound.SAMPLE_RATE
    assert abs(samples.shape[1] / rate - listed["duration_s"]) < 1 / scenes.FPS
    assert np.abs(samples).max() < 0.7
    level_db = 10 * np.log10(np.mean(np.square(samples)))
    assert -40 < level_db < -25


@pytest.mark.parametrize("scene", scenes.SCENES, ids=lambda scene: scene.name)
def test_scene_is_a_pure_function_of_time(scene: scenes.Scene) -> None:
    first, second = scene.paint(0.5, SMALL), scene.paint(0.5, SMALL)
    assert first.shape == (SMALL[1], SMALL[0], 3) and first.dtype == np.uint8
    assert np.array_equal(first, second)
    assert not np.array_equal(first, scene.paint(0.6, SMALL))


def test_film_shows_what_the_script_draws(
    frames: tuple[NDArray[np.float32], list[Fraction]], listed: dict[str, Any]
) -> None:
    """The committed film was made by the committed script."""
    pictures, _ = frames
    for scene in listed["scenes"]:
        number = (scene["first_frame"] + scene["end_frame"]) // 2
        drawn = cv2.resize(scenes.render_frame(number, (640, 360)), (80, 45), interpolation=cv2.INTER_AREA) / 255
        assert np.abs(drawn - pictures[number]).mean() < 0.05, scene["name"]


def test_speed_of_the_train_is_the_derivative_of_its_way() -> None:
    for t in (0.3, 1.5, 3.2):
        slope = (train.travelled(t + 1e-4) - train.travelled(t - 1e-4)) / 2e-4
        assert slope == pytest.approx(train.speed(t), rel=1e-5)
