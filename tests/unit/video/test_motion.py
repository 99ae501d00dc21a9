"""Motion is the real speed, whatever the frame rate."""

from __future__ import annotations

import itertools

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.video.motion import MotionMeter
from tests.unit.video.conftest import texture

WIDE = cv2.cvtColor(texture(5, width=520, height=160, finest=120), cv2.COLOR_BGR2GRAY)
NO_CUTS = np.zeros(0)


def view(left_px: float, top_px: float = 40, *, zoom: float = 1.0) -> NDArray[np.uint8]:
    """A window of 128 x 72 on a large texture."""
    matrix = np.array([[zoom, 0, -left_px], [0, zoom, -top_px]], np.float32)
    return np.asarray(cv2.warpAffine(WIDE, matrix, (128, 72), borderMode=cv2.BORDER_REFLECT), np.uint8)


def measured(pictures: list[NDArray[np.uint8]], rate: float, cuts_s: NDArray[np.float64] = NO_CUTS):
    meter = MotionMeter()
    times_s = np.arange(len(pictures)) / rate
    for picture, time_s in zip(pictures, times_s, strict=True):
        meter.add(picture, float(time_s))
    return meter.curves(times_s, cuts_s)


def pan(speed: float, rate: float, *, noise: float = 0.0) -> tuple[float, float]:
    """Mean motion and camera of a second's pan at `speed` widths a second."""
    grain = np.random.default_rng(3)
    pictures = [view(20 + speed * 128 * i / rate) for i in range(round(rate))]
    if noise:
        pictures = [np.clip(p + grain.normal(0, noise, p.shape), 0, 255).astype(np.uint8) for p in pictures]
    motion, camera = measured(pictures, rate)
    return float(motion.mean()), float(camera.mean())


@pytest.mark.parametrize("rate", [24, 25, 30, 60, 120])
@pytest.mark.parametrize("noise", [0.0, 1.0])
def test_pans_measure_their_speed_at_any_rate(rate: int, noise: float) -> None:
    for speed in (0.1, 0.3, 1.0, 2.0):
        motion, camera = pan(speed, rate, noise=noise)
        assert motion == pytest.approx(speed, rel=0.15)
        assert camera == pytest.approx(motion, rel=0.1)


def test_faster_is_more_and_rest_is_nothing() -> None:
    speeds = [pan(speed, 30)[0] for speed in (0.0, 0.03, 0.1, 0.2, 0.5, 1.0, 1.5, 2.0, 2.5)]
    assert speeds[0] == 0
    assert all(b > a for a, b in itertools.pairwise(speeds))


def test_noise_alone_hardly_moves() -> None:
    assert pan(0.0, 30, noise=2.0)[0] < 0.02


def test_an_object_on_still_ground_is_motion_without_camera() -> None:
    ground, thing = view(20), view(300)[20:54, :34]
    pictures = []
    for i in range(30):
        picture = ground.copy()
        left = 5 + 2 * i
        picture[20:54, left : left + 34] = thing
        pictures.append(picture)
    motion, camera = measured(pictures, 30)
    assert motion.mean() > 0.02
    assert camera.mean() < 0.005


def test_a_zoom_is_motion_with_little_camera() -> None:
    pictures = [view(40 + 1.04 * i, 10 + 0.46 * i, zoom=1 + 0.01 * i) for i in range(30)]
    motion, camera = measured(pictures, 30)
    assert motion.mean() > 0.02
    assert camera.mean() < motion.mean() / 2


def test_a_cut_is_no_motion() -> None:
    pictures = [view(20)] * 20 + [view(330)] * 20
    motion, _ = measured(pictures, 25, np.array([20 / 25]))
    assert motion.max() == 0
    careless, _ = measured(pictures, 25)
    assert careless.max() > 0.01


def test_nothing_to_compare_is_no_motion() -> None:
    motion, camera = measured([view(0)], 25)
    assert motion.tolist() == camera.tolist() == [0]
    assert measured([np.zeros((1, 1), np.uint8)] * 9, 25)[0].max() == 0
