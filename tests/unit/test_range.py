"""A part of a video by itself: its measurements and its direction."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest

from engine.direction import Curve, Direction, Marker
from engine.errors import InputError
from engine.signals import FrameSignals, trim_signals
from engine.timebase import Shot, Span, spans_within
from engine.video.analyse import analyse
from tests.helpers.video import TinyVideo

SHOTS = (
    Shot(0, Fraction(0), Fraction(2), "start"),
    Shot(1, Fraction(2), Fraction(5), "cut", 0.8),
    Shot(2, Fraction(5), Fraction(9), "fade", 0.5),
)


@pytest.fixture(scope="module")
def signals(tiny_video: Callable[..., TinyVideo]) -> FrameSignals:
    return analyse(tiny_video(shots_s=(1.5, 1.0, 2.0), audio_hz=None).path)


def test_a_part_is_in_whole_frames_and_exact(signals: FrameSignals) -> None:
    part, (start_s, end_s) = trim_signals(signals, (Fraction("0.99"), Fraction("3.02")))
    assert (start_s, end_s) == (Fraction(24, 24), Fraction(72, 24))
    assert part.info.duration_s == end_s - start_s
    assert part.info.start_s == signals.info.start_s + start_s
    assert len(part.pts) == 48 and part.times_s[0] == 0
    assert part.exact_time_s(12) == signals.exact_time_s(36) - start_s
    assert all(len(curve) == 48 for curve in part.curves.values())
    assert np.array_equal(part.curves["brightness"], signals.curves["brightness"][24:72])


def test_the_first_frame_of_a_part_differs_from_nothing(signals: FrameSignals) -> None:
    part, _ = trim_signals(signals, (Fraction(3, 2), Fraction(4)))  # the cut itself
    assert signals.curves["content"][36] > 10
    assert part.curves["content"][0] == 0 and part.curves["change"][0] == 0


def test_an_end_behind_the_video_is_its_end(signals: FrameSignals) -> None:
    part, (start_s, end_s) = trim_signals(signals, (Fraction(0), Fraction(99)))
    assert (start_s, end_s) == (0, signals.info.duration_s)
    assert len(part.pts) == len(signals.pts)


@pytest.mark.parametrize("range_s", [(Fraction(50), Fraction(60)), (Fraction(1), Fraction("1.001"))])
def test_a_part_without_a_frame_is_refused(signals: FrameSignals, range_s: tuple[Fraction, Fraction]) -> None:
    with pytest.raises(InputError, match="No picture"):
        trim_signals(signals, range_s)


def test_the_direction_of_a_part_counts_from_its_beginning() -> None:
    whole = Direction(
        markers=(Marker(Fraction(1), "a"), Marker(Fraction(4), "b"), Marker(Fraction(8), "c")),
        stars=(Fraction(2), Fraction(5)),
        curves=(Curve("energy", ((Fraction(0), 0.1), (Fraction(6), 0.9))),),
        moods=((Fraction(0), "calm"), (Fraction(2), "tense"), (Fraction(6), "bright")),
        key="A minor",
        chords=("Am", None),
        range_s=(Fraction(3), Fraction(8)),
    )
    part = whole.within(Fraction(3), Fraction(8), shots=SHOTS)
    assert part.shots == (
        Shot(0, Fraction(0), Fraction(2), "start"),
        Shot(1, Fraction(2), Fraction(5), "fade", 0.5),
    )
    assert part.markers == (Marker(Fraction(1), "b"),)
    assert part.stars == (Fraction(2),)
    assert part.curves[0].points == ((Fraction(-3), 0.1), (Fraction(3), 0.9))
    assert part.moods == ((Fraction(0), "tense"), (Fraction(2), "bright"))
    assert (part.key, part.chords, part.range_s) == ("A minor", ("Am", None), None)


def test_stars_left_to_the_program_stay_so() -> None:
    assert Direction().within(Fraction(0), Fraction(5), shots=SHOTS).stars is None


def test_spans_within_a_part() -> None:
    spans = (Span(0.5, 1.5), Span(2.0, 3.0), Span(7.0, 9.0))
    assert spans_within(spans, 1.0, 8.0) == (Span(0.0, 0.5), Span(1.0, 2.0), Span(6.0, 7.0))
    assert spans_within(spans, 3.0, 7.0) == ()
    with pytest.raises(ValueError):
        Span(2.0, 2.0)
