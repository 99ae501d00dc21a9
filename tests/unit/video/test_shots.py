"""Shots from curves: what counts as a cut, when it is, and what the sensitivity does."""

from __future__ import annotations

import itertools
import time
from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.signals import FrameSignals, VideoInfo
from engine.timebase import Shot
from engine.video.measure import FrameMeter
from engine.video.shots import MIN_SHOT_S, detect_shots
from tests.unit.video.conftest import mix, slide, texture

RATE = Fraction(30000, 1001)
A, B, C = (texture(seed, width=128, height=72) for seed in (1, 2, 3))
BLACK, WHITE = np.zeros_like(A), np.full_like(A, 255)


def signals_of(pictures: list[NDArray[np.uint8]], rate: Fraction = RATE) -> FrameSignals:
    meter = FrameMeter()
    times_s = np.arange(len(pictures)) / float(rate)
    for picture, time_s in zip(pictures, times_s, strict=True):
        meter.add(picture, float(time_s))
    return as_signals(meter.curves(times_s), rate)


def as_signals(curves: dict[str, NDArray[np.float32]], rate: Fraction) -> FrameSignals:
    n = len(curves["change"])
    info = VideoInfo("x.mp4", "mov", "h264", n / rate, Fraction(0), rate, 128, 72, 0, is_vfr=False)
    return FrameSignals(info, np.arange(n, dtype=np.int64), 1 / rate, curves)


def starts(shots: tuple[Shot, ...]) -> list[int]:
    """Frames at which shots begin, the first left out."""
    assert shots[0].start_s == 0
    assert [shot.index for shot in shots] == list(range(len(shots)))
    assert all(a.end_s == b.start_s for a, b in itertools.pairwise(shots))
    assert all(0 <= shot.salience <= 1 and shot.duration_s > 0 for shot in shots)
    frames = [shot.start_s * RATE for shot in shots[1:]]
    assert all(frame.denominator == 1 for frame in frames), "times are exact"
    return [int(frame) for frame in frames]


def moving(picture: NDArray[np.uint8], n: int, speed: float = 0.7) -> list[NDArray[np.uint8]]:
    return [slide(picture, speed * i) for i in range(n)]


def test_hard_cuts_are_found_to_the_frame() -> None:
    signals = signals_of(moving(A, 40) + moving(B, 20, 3.0) + moving(C, 33))
    shots = detect_shots(signals)
    assert starts(shots) == [40, 60]
    assert [shot.transition for shot in shots] == ["start", "cut", "cut"]
    assert shots[-1].end_s == signals.info.duration_s


def test_a_single_shot_and_a_single_frame_are_one_shot() -> None:
    assert len(detect_shots(signals_of(moving(A, 60, 2.0)))) == 1
    assert len(detect_shots(signals_of([A]))) == 1


def test_fast_montage_is_found() -> None:
    pictures = []
    for i in range(12):
        pictures += moving(texture(20 + i, width=128, height=72), 9)
    assert starts(detect_shots(signals_of(pictures))) == [9 * i for i in range(1, 12)]


def test_shots_are_never_shorter_than_promised() -> None:
    pictures = []
    for i in range(40):
        pictures += [texture(20 + i, width=128, height=72)] * 3
    shots = detect_shots(signals_of([A] * 20 + pictures), sensitivity=1.0)
    assert len(shots) > 5
    assert min(float(shot.duration_s) for shot in shots[:-1]) >= MIN_SHOT_S - 1e-6


@pytest.mark.parametrize("frames", [1, 2, 5])
def test_a_flash_is_no_cut(frames: int) -> None:
    assert len(detect_shots(signals_of(moving(A, 40, 0.2) + [WHITE] * frames + moving(A, 40, 0.2)))) == 1


def test_a_cut_behind_a_flash_is_one_cut() -> None:
    shots = detect_shots(signals_of([A] * 40 + [WHITE] * 2 + [B] * 40))
    assert len(shots) == 2
    assert shots[1].transition == "flash"


def test_cuts_to_and_from_black_are_found() -> None:
    assert starts(detect_shots(signals_of(moving(A, 30) + [BLACK] * 20 + moving(B, 30)))) == [30, 50]


def test_a_cut_in_the_dark_is_found_and_its_noise_is_not() -> None:
    grain = np.random.default_rng(2)

    def dark(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return np.clip(picture // 4 + grain.integers(0, 3, picture.shape), 0, 255).astype(np.uint8)

    night = np.zeros_like(A)
    pictures = [dark(night) for _ in range(30)] + [dark(A) for _ in range(30)] + [dark(B) for _ in range(30)]
    assert starts(detect_shots(signals_of(pictures))) == [30, 60]


@pytest.mark.parametrize("frames", [12, 24, 45])
def test_a_dissolve_is_dated_by_its_middle(frames: int) -> None:
    middle = [mix(slide(A, 0.2 * i), B, (i + 1) / (frames + 1)) for i in range(frames)]
    shots = detect_shots(signals_of([A] * 45 + middle + [B] * 45))
    assert len(shots) == 2
    assert shots[1].transition == "dissolve"
    assert starts(shots)[0] == pytest.approx(45 + frames / 2, abs=0.15 * frames + 1)


def test_fades_through_black_are_two_transitions() -> None:
    out = [mix(A, BLACK, i / 20) for i in range(21)]
    back = [mix(BLACK, B, i / 20) for i in range(21)]
    shots = detect_shots(signals_of([A] * 40 + out + [BLACK] * 20 + back + [B] * 40))
    assert [shot.transition for shot in shots] == ["start", "fade", "fade"]
    assert starts(shots) == pytest.approx([50, 91], abs=4)


def test_a_poster_frame_is_cut_off() -> None:
    shots = detect_shots(signals_of([C, *moving(A, 60)]))
    assert starts(shots) == [1]
    assert shots[1].salience < 0.3


def test_harder_cuts_are_more_salient() -> None:
    near = np.clip(A.astype(int) + 40, 0, 255).astype(np.uint8)
    shots = detect_shots(signals_of([A] * 30 + [near] * 30 + [255 - near] * 30), sensitivity=0.8)
    assert len(shots) == 3
    assert shots[1].salience < shots[2].salience


def test_higher_sensitivity_finds_all_that_a_lower_one_finds() -> None:
    noise = np.random.default_rng(7)
    pictures: list[NDArray[np.uint8]] = []
    for seed in range(30):
        shot = texture(100 + seed // 2, width=128, height=72, level=float(noise.uniform(0.1, 0.9)))
        pictures += moving(shot, int(noise.integers(4, 40)), float(noise.uniform(0, 6)))
        if seed % 4 == 0:
            pictures += [mix(pictures[-1], A, i / 15) for i in range(15)]
    signals = signals_of(pictures)
    found = [set(starts(detect_shots(signals, sensitivity=s))) for s in np.linspace(0, 1, 21)]
    assert all(low <= high for low, high in itertools.pairwise(found))
    assert 0 < len(found[0]) < len(found[10]) < len(found[-1])


def test_ten_minutes_are_cut_in_a_blink() -> None:
    n = 18_000
    noise = np.random.default_rng(1)
    curves = {
        "content": noise.gamma(2, 3, n).astype(np.float32),
        "change": noise.gamma(2, 0.008, n).astype(np.float32),
        "lasting": np.ones(n, np.float32),
        "gradual": np.zeros(n, np.float32),
        "flash": np.zeros(n, np.float32),
        "contrast": np.full(n, 0.3, np.float32),
    }
    for frame in noise.choice(n, 200, replace=False):
        curves["content"][frame], curves["change"][frame] = 60, 0.3
    for frame in range(100, n, 300):
        curves["gradual"][frame : frame + 20] = np.hanning(20) * noise.uniform(0, 0.3)
    signals = as_signals(curves, RATE)
    spent_s = []
    for _ in range(5):
        began = time.process_time()
        shots = detect_shots(signals)
        spent_s.append(time.process_time() - began)
    assert len(shots) > 150
    # 20 ms on a free core; the bar leaves room for a busy one.
    assert min(spent_s) < 0.06
