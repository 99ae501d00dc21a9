"""Our content scores are PySceneDetect's, number for number."""

from __future__ import annotations

import numpy as np
import pytest
from scenedetect import ContentDetector, FrameTimecode, StatsManager

from engine.video.content import NAMES, ContentMeter
from tests.unit.video.conftest import mix, slide, texture

THEIRS = ("content_val", "delta_hue", "delta_sat", "delta_lum", "delta_edges")


@pytest.mark.parametrize(("width", "height"), [(128, 72), (72, 128), (33, 17)])
def test_scores_equal_those_of_content_detector(width: int, height: int) -> None:
    a, b = (texture(seed, width=width, height=height) for seed in (1, 2))
    dark = (a // 12).astype(np.uint8)
    pictures = [a, a, slide(a, 3), mix(a, b, 0.3), b, dark, np.zeros_like(a), np.full_like(a, 255)]

    detector, statistics, meter = ContentDetector(), StatsManager(), ContentMeter()
    detector.stats_manager = statistics
    expected = []
    for i, picture in enumerate(pictures):
        at = FrameTimecode(i, 25.0)
        detector.process_frame(at, picture)
        expected.append(statistics.get_metrics(at, THEIRS) if i else [0.0] * 5)
        meter.add(picture)

    ours = meter.curves()
    np.testing.assert_allclose(np.stack([ours[name] for name in NAMES], axis=1), expected, rtol=1e-5, atol=1e-4)
    assert ours["content"][4] > 15
