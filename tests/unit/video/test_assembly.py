"""A picture put together from clips shows, frame for frame, what the timeline shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from engine.cancel import CancelToken
from engine.cutlist import CutList, CutMarker, Segment, whole_file
from engine.errors import InputError, RunCancelled
from engine.video.analyse import analyse
from engine.video.assembly import PICTURE_SUFFIX, assemble, cuts_of_picture, first_timecode_s
from tests.helpers.video import TinyVideo

RATE = Fraction(30000, 1001)


def frames(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="gray").astype(np.float32) for frame in container.decode(video=0)]


def level(frame: int) -> int:
    """The grey of a frame of `steps`: no two that are near each other look alike."""
    return 40 + frame * 37 % 180


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film of 120 plain frames."""
    path = tmp_path_factory.mktemp("steps") / "steps.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(120):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64), level(number), np.uint8), format="gray")
            frame.pts, frame.time_base = number, 1 / RATE
            container.mux(stream.encode(frame.reformat(format="yuv420p")))
        container.mux(stream.encode(None))
    return path


@pytest.fixture(scope="module")
def films(tiny_video: Callable[..., TinyVideo]) -> tuple[TinyVideo, TinyVideo]:
    return (
        tiny_video(shots_s=(2.0, 2.0), frame_rate=RATE, audio_hz=None),
        tiny_video(shots_s=(3.0,), frame_rate=Fraction(25), width=96, height=160, audio_hz=None),
    )


def put_together(cuts: CutList, folder: Path, films: tuple[TinyVideo, ...]) -> Path:
    target = folder / f"cut{PICTURE_SUFFIX}"
    assemble(cuts, target, durations_s={film.path: film.duration_s for film in films})
    return target


def test_each_frame_is_that_of_its_clip(steps: Path, tmp_path: Path) -> None:
    spans = ((0, 20, 70, 1), (20, 30, None, 1), (30, 50, 10, 2), (50, 60, 40, 0), (60, 80, 100, -1))
    segments = tuple(
        Segment(a / RATE, b / RATE, None if at is None else steps, Fraction(at or 0) / RATE, Fraction(speed))
        for a, b, at, speed in spans
    )
    cuts = CutList("mixed", RATE, segments, (CutMarker(Fraction(1), "x", True),))
    made = frames(put_together(cuts, tmp_path, ()))
    assert len(made) == 80
    for a, b, at, speed in spans:
        for i in range(a, b):
            if at is None:
                assert made[i].mean() < 20  # black, as video levels have it
                continue
            wanted = at + (i - a) * speed - (1 if speed < 0 else 0)
            assert made[i].mean() == pytest.approx(level(wanted), abs=6), (i, wanted)


def test_its_times_are_the_timelines_and_it_carries_the_cuts(
    films: tuple[TinyVideo, TinyVideo], tmp_path: Path
) -> None:
    a, b = films
    segments = (
        Segment(Fraction(0), 40 / RATE, a.path, Fraction(0), name="one", begins="start"),
        Segment(40 / RATE, 100 / RATE, b.path, Fraction(1, 2), name="two"),
    )
    cuts = CutList("two films", RATE, segments, (CutMarker(10 / RATE, "here"),), 107_892, True)
    picture = put_together(cuts, tmp_path, films)
    signals = analyse(picture)
    assert signals.info.duration_s == cuts.duration_s == 100 / RATE
    assert signals.exact_time_s(40) == 40 / RATE
    assert signals.curves["change"][40] > 5 * np.median(signals.curves["change"][1:40])
    assert (signals.info.width, signals.info.height) == (a.width, a.height)
    assert cuts_of_picture(picture) == cuts
    assert cuts_of_picture(a.path) is None
    assert CutList.from_json(cuts.to_json()) == cuts


def test_a_clip_beyond_its_file_is_a_sentence(films: tuple[TinyVideo, TinyVideo], tmp_path: Path) -> None:
    cuts = CutList("far", RATE, (Segment(Fraction(0), Fraction(1), films[0].path, Fraction(3600)),))
    with pytest.raises(InputError, match=r"the file is 4\.00 s long"):
        put_together(cuts, tmp_path, films)
    assert list(tmp_path.iterdir()) == []


def test_cancelling_leaves_nothing(films: tuple[TinyVideo, TinyVideo], tmp_path: Path) -> None:
    token = CancelToken()
    cuts = CutList("long", RATE, (Segment(Fraction(0), Fraction(3), films[0].path),))
    with pytest.raises(RunCancelled):
        assemble(
            cuts,
            tmp_path / "x.picture.mp4",
            durations_s={},
            report=lambda done, total: token.cancel() if done == 5 else None,
            cancel=token,
        )
    assert list(tmp_path.iterdir()) == []


def test_a_timeline_of_one_whole_file_is_that_file(films: tuple[TinyVideo, TinyVideo]) -> None:
    film = films[0]
    lengths = {film.path: film.duration_s}
    parts = (
        Segment(Fraction(0), 30 / RATE, film.path, Fraction(0), begins="start"),
        Segment(30 / RATE, film.duration_s, film.path, 30 / RATE),
    )
    whole = CutList("whole", RATE, parts)
    assert whole_file(whole, lengths) == film.path
    assert whole_file(replace(whole, segments=parts[:1]), lengths) is None
    swapped = (parts[0], replace(parts[1], source_s=Fraction(0)))
    assert whole_file(replace(whole, segments=swapped), lengths) is None
    assert whole_file(replace(whole, segments=(parts[0], replace(parts[1], speed=Fraction(2)))), lengths) is None


def test_the_cameras_timecode_is_read(tmp_path: Path, films: tuple[TinyVideo, TinyVideo]) -> None:
    stamped = tmp_path / "stamped.mov"
    with av.open(str(films[0].path)) as source, av.open(str(stamped), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        target.metadata["timecode"] = "01:00:00;00"
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    assert first_timecode_s(stamped) == 107_892 / RATE
    assert first_timecode_s(films[0].path) == 0
