"""Frames at a steady rate: those that a player shows."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from engine.cancel import CancelToken
from engine.errors import InputError, RunCancelled
from engine.video.analyse import analyse
from engine.video.frames import frame_times, sampled_frames
from engine.video.probe import probe
from tests.helpers.video import TinyVideo
from tests.unit.video.conftest import write_frames


def grey(level: int) -> np.ndarray:
    return np.full((90, 160, 3), level, np.uint8)


@pytest.mark.parametrize(("duration", "n"), [("0.4", 1), ("0.5", 1), ("0.51", 2), ("4", 8), ("4.2", 9)])
def test_times_lie_before_the_end(duration: str, n: int) -> None:
    times = frame_times(Fraction(duration), Fraction(2))
    assert times == [Fraction(i, 2) for i in range(n)]


def test_the_frame_shown_at_each_time(tmp_path: Path) -> None:
    path = write_frames(tmp_path / "video.mp4", [grey(3 * i) for i in range(60)])
    info = analyse(path).info
    told: list[float] = []
    pictures = list(
        sampled_frames(path, info, rate_hz=Fraction(4), report=lambda done, total: told.append(done / total))
    )
    assert len(pictures) == 10
    for i, picture in enumerate(pictures):
        assert picture.mean() == pytest.approx(3 * int(i / 4 * 25), abs=4)
        assert picture.shape == (90, 160, 3) and picture.dtype == np.uint8
    assert told == sorted(told) and told[-1] == 1.0


def test_more_frames_than_the_file_has_repeat(tmp_path: Path) -> None:
    path = write_frames(tmp_path / "video.mp4", [grey(80 * i) for i in range(3)])
    levels = [round(p.mean() / 80) for p in sampled_frames(path, analyse(path).info, rate_hz=Fraction(50))]
    assert levels == [0, 0, 1, 1, 2, 2]


def test_large_pictures_are_made_smaller_and_stand_upright(tmp_path: Path) -> None:
    picture = np.zeros((450, 800, 3), np.uint8)
    picture[:, :400] = 255
    path = write_frames(tmp_path / "turned.mp4", [picture] * 5, rotation=-90)
    (shown,) = sampled_frames(path, analyse(path).info, rate_hz=Fraction(2))
    assert shown.shape == (683, 384, 3)
    assert shown[60].mean() > 200 > 50 > shown[600].mean()


def test_a_file_that_begins_late_is_timed_from_its_first_frame(tiny_video: Callable[..., TinyVideo]) -> None:
    video = tiny_video(shots_s=(1.0, 1.0), audio_hz=None, suffix=".mkv")
    info = probe(video.path)
    pictures = list(sampled_frames(video.path, info, rate_hz=Fraction(2)))
    red = [float(p[..., 0].mean()) > float(p[..., 2].mean()) for p in pictures]
    assert red == [True, True, False, False]


def test_a_file_without_frames_is_refused(tmp_path: Path) -> None:
    path = write_frames(tmp_path / "video.mp4", [grey(50)] * 5)
    info = analyse(path).info
    (tmp_path / "bad.mp4").write_bytes(b"nothing")
    with pytest.raises(InputError):
        next(sampled_frames(tmp_path / "bad.mp4", info, rate_hz=Fraction(2)))


def test_it_can_be_stopped(tmp_path: Path) -> None:
    path = write_frames(tmp_path / "video.mp4", [grey(50)] * 50)
    cancel = CancelToken()
    frames = sampled_frames(path, analyse(path).info, rate_hz=Fraction(2), cancel=cancel)
    next(frames)
    cancel.cancel()
    with pytest.raises(RunCancelled):
        next(frames)
