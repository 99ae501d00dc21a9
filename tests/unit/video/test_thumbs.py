"""Pictures for filmstrips."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.cancel import CancelToken
from engine.errors import RunCancelled
from engine.video.thumbs import thumbnails
from tests.unit.video.conftest import write_frames


def plain(blue: int, green: int, red: int) -> np.ndarray:
    return np.full((90, 160, 3), (blue, green, red), np.uint8)


def test_pictures_come_in_the_order_asked(tmp_path: Path) -> None:
    path = write_frames(tmp_path / "video.mp4", [plain(250, 0, 0)] * 60 + [plain(0, 0, 250)] * 60, keyframe_every=20)
    strip = list(thumbnails(path, [4.0, 0.1, 3.0], height_px=36))
    assert [time_s for time_s, _ in strip] == [4.0, 0.1, 3.0]
    for _, picture in strip:
        assert picture.shape == (36, 64, 3)
        assert picture.dtype == np.uint8
    is_red = [bool(picture[18, 32, 0] > 128) for _, picture in strip]
    assert is_red == [True, False, True]


def test_exact_pictures_are_those_shown(tmp_path: Path) -> None:
    path = write_frames(tmp_path / "video.mp4", [plain(8 * i, 8 * i, 8 * i) for i in range(30)])
    times_s = [0.0, 0.41, 0.99, 1.18]
    for time_s, picture in thumbnails(path, times_s, height_px=20, exact=True):
        assert picture.mean() == pytest.approx(8 * int(time_s * 25), abs=4)
    assert all(picture.mean() < 4 for _, picture in thumbnails(path, times_s, height_px=20))


def test_pictures_stand_upright(tmp_path: Path) -> None:
    picture = np.zeros((90, 160, 3), np.uint8)
    picture[:, :80] = 255  # the left half is white; turned clockwise it is the upper one
    path = write_frames(tmp_path / "turned.mp4", [picture] * 5, rotation=-90)
    ((_, shown),) = thumbnails(path, [0.0], height_px=80)
    assert shown.shape == (80, 45, 3)
    assert shown[10].mean() > 200 > 50 > shown[70].mean()


def test_a_strip_can_be_stopped(two_shots: Path) -> None:
    cancel = CancelToken()
    strip = thumbnails(two_shots, [0.0, 0.5, 1.0], height_px=20, cancel=cancel)
    next(strip)
    cancel.cancel()
    with pytest.raises(RunCancelled):
        next(strip)
