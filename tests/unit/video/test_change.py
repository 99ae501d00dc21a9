"""What lasts, what is gradual and what only flashes."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.video.change import REACH_S, ChangeMeter
from engine.video.cuts import abruptness, flash_curve
from engine.video.measure import FrameMeter
from tests.unit.video.conftest import mix, slide, texture

RATE = 25
A, B = texture(1, width=32, height=18), texture(2, width=32, height=18)


def measured(pictures: list[NDArray[np.uint8]], rate: float = RATE) -> dict[str, NDArray[np.float32]]:
    meter = ChangeMeter()
    for i, picture in enumerate(pictures):
        meter.add(picture.reshape(-1).astype(np.float32) / 255, i / rate)
    return meter.curves()


def test_a_cut_lasts_and_is_not_gradual() -> None:
    curves = measured([A] * 40 + [B] * 40)
    assert curves["change"][40] == pytest.approx(float(np.abs(A / 255 - B / 255).mean()), abs=1e-5)
    assert curves["lasting"][40] == pytest.approx(1)
    assert curves["gradual"].max() == 0


@pytest.mark.parametrize("frames", [1, 3, 5])
def test_a_flash_does_not_last(frames: int) -> None:
    white = np.full_like(A, 250)
    curves = measured([A] * 30 + [white] * frames + [A] * 30)
    assert curves["lasting"][30] < 0.01
    assert curves["lasting"][30 + frames] < 0.01


def test_a_short_shot_lasts() -> None:
    curves = measured([A] * 30 + [B] * 6 + [A] * 30)
    assert curves["lasting"][30] == pytest.approx(1)


@pytest.mark.parametrize("frames", [6, 12, 25, 40])
def test_a_dissolve_is_gradual_around_its_middle(frames: int) -> None:
    pictures = [A] * 40 + [mix(A, B, (i + 1) / (frames + 1)) for i in range(frames)] + [B] * 40
    gradual = measured(pictures)["gradual"]
    middle = 40 + (frames - 1) / 2
    assert gradual.max() > 0.1
    assert abs(int(gradual.argmax()) - middle) <= 0.15 * frames + 1
    assert gradual[:20].max() == gradual[-20:].max() == 0


def test_pans_titles_and_rest_are_not_gradual() -> None:
    wide = texture(3, width=200, height=18, finest=90)
    pan = [wide[:, i : i + 32] for i in range(100)]
    assert measured(pan)["gradual"].max() < 0.03
    lettered = A.copy()
    lettered[6:10, 4:20] = 255
    title = [A] * 40 + [mix(A, lettered, i / 20) for i in range(20)] + [lettered] * 40
    assert measured(title)["gradual"].max() < 0.03
    assert measured([A] * 100)["gradual"].max() == 0


def test_curves_do_not_depend_on_what_is_kept_in_memory() -> None:
    pictures = [slide(A, 0.1 * i) for i in range(150)] + [mix(A, B, i / 30) for i in range(30)] + [B] * 200
    whole = measured(pictures)
    # The same place later in a longer film falls into other batches.
    lead = [texture(9, width=32, height=18)] * 77
    shifted = measured(lead + pictures)
    reach = int(REACH_S[-1] * RATE) + 1
    for name, curve in whole.items():
        np.testing.assert_allclose(shifted[name][77 + reach :], curve[reach:], atol=2e-3)


def test_flash_curve_sees_pulses_not_steps() -> None:
    times_s = np.arange(100) / RATE
    pulse, step = np.full(100, 0.3, np.float32), np.full(100, 0.3, np.float32)
    pulse[50:53] = 0.9
    step[50:] = 0.9
    assert flash_curve(pulse, times_s).argmax() == 50
    assert flash_curve(pulse, times_s).max() == 1
    assert flash_curve(step, times_s).max() == 0


def test_repeated_frames_do_not_look_like_cuts() -> None:
    """24 pictures a second shown at 60: three frames, two frames, in turn."""
    wide = texture(4, width=900, height=72, finest=300)
    pictures = [wide[:, 8 * i : 8 * i + 128] for i in range(60)]
    shown = [picture for i, picture in enumerate(pictures) for _ in range(3 if i % 2 else 2)]
    meter = FrameMeter()
    times_s = np.arange(len(shown)) / 60
    for picture, time_s in zip(shown, times_s, strict=True):
        meter.add(picture, float(time_s))
    curves = meter.curves(times_s)
    assert curves["change"].max() > 0.03
    assert abruptness(curves, times_s).max() < 1
