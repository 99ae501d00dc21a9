"""Shots of a re-cut video are found again by what they show."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.resources import resource_path
from engine.signals import FrameSignals
from engine.timebase import Shot
from engine.video.analyse import analyse
from engine.video.matching import KeptSpan, match_videos
from engine.video.shots import detect_shots
from tests.helpers.recut import recut
from tests.helpers.video import write_video

DEMO = resource_path("demo", "demo.mp4")


@pytest.fixture(scope="module")
def demo() -> tuple[FrameSignals, tuple[Shot, ...]]:
    signals = analyse(DEMO)
    return signals, detect_shots(signals)


def spans_of(demo: tuple[FrameSignals, tuple[Shot, ...]], video: Path) -> tuple[KeptSpan, ...]:
    new = analyse(video)
    return match_videos(*demo, new, detect_shots(new))


def rounded(spans: tuple[KeptSpan, ...]) -> list[tuple[float, float, float]]:
    return [(float(s.old_start_s), float(s.new_start_s), float(s.new_end_s)) for s in spans]


def test_an_unchanged_video_is_one_span(demo: tuple[FrameSignals, tuple[Shot, ...]]) -> None:
    signals, shots = demo
    assert match_videos(signals, shots, signals, shots) == (KeptSpan(0, 0, signals.info.duration_s),)  # type: ignore[arg-type]


def test_a_removed_a_trimmed_and_a_moved_shot_are_followed(
    demo: tuple[FrameSignals, tuple[Shot, ...]], tmp_path: Path
) -> None:
    edges = [float(shot.start_s) for shot in demo[1]] + [float(demo[0].info.duration_s)]
    frame_s = float(1 / demo[0].info.frame_rate)
    cut = [(edges[1], edges[2]), (edges[0], edges[1]), (edges[3], edges[5] - 0.5), (edges[6], edges[-1])]
    found = rounded(spans_of(demo, recut([(DEMO, *span) for span in cut], tmp_path / "cut.mp4")))
    starts_s = [0.0]
    for a, b in cut:
        starts_s.append(starts_s[-1] + b - a)
    wanted = [(a, start, end) for (a, _), start, end in zip(cut, starts_s, starts_s[1:], strict=False)]
    assert len(found) == len(wanted)
    for span, truth in zip(found, wanted, strict=True):
        assert span == pytest.approx(truth, abs=1.5 * frame_s)


def test_what_was_put_in_is_new(demo: tuple[FrameSignals, tuple[Shot, ...]], tmp_path: Path) -> None:
    other = write_video(tmp_path / "other.mp4", shots_s=(2.0,), width=320, height=180).path
    middle = float(demo[1][5].start_s)
    end = float(demo[0].info.duration_s)
    video = recut([(DEMO, 0, middle), (other, 0, 2.0), (DEMO, middle, end)], tmp_path / "cut.mp4")
    found = rounded(spans_of(demo, video))
    assert found == [
        pytest.approx((0, 0, middle), abs=0.08),
        pytest.approx((middle, middle + 2.0, end + 2.0), abs=0.08),
    ]


def test_another_video_has_nothing_in_common(demo: tuple[FrameSignals, tuple[Shot, ...]], tmp_path: Path) -> None:
    assert spans_of(demo, write_video(tmp_path / "other.mp4", shots_s=(2.0, 3.0)).path) == ()
