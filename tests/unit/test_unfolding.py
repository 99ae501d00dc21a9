"""Steps of a denoising run as figures and as files."""

from __future__ import annotations

import csv
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from engine.cancel import CancelToken
from engine.errors import EngineError, InputError, RunCancelled
from engine.events import PreviewReady
from engine.unfolding import MOST_FRAMES, is_kept, step_figures, write_steps


def steps_of(*places: tuple[tuple[int, int], ...]) -> list[PreviewReady]:
    """One preview for each set of (step, pitch) that begins in it, in the first voice."""
    previews = []
    for index, struck in enumerate(places):
        roll = np.zeros((3, 32, 128), np.uint8)
        for step, pitch in struck:
            roll[0, step, pitch] = 2
            roll[0, step + 1, pitch] = 1
        previews.append(PreviewReady(index, len(places), 900 - index, 900.0 - 400 * index, roll))
    return previews


@pytest.fixture
def steps() -> list[PreviewReady]:
    return steps_of(((0, 60), (8, 64)), ((0, 60), (4, 62)), ((0, 60), (4, 62), (8, 67)))


def test_births_deaths_and_what_is_settled_are_counted(steps: list[PreviewReady]) -> None:
    figures = step_figures(steps)
    assert [f.notes for f in figures] == [2, 2, 3]
    assert [(f.births, f.deaths) for f in figures] == [(2, 0), (1, 1), (1, 0)]
    assert [f.settled for f in figures] == [pytest.approx(1 / 3), pytest.approx(2 / 3), 1.0]
    assert step_figures(()) == ()


def test_every_form_is_written_and_holds_the_steps(steps: list[PreviewReady], tmp_path: Path) -> None:
    for suffix in (".gif", ".mp4", ".npz", ".csv"):
        write_steps(steps, tmp_path / f"steps{suffix}", t0=300, name="film.mp4")
    with Image.open(tmp_path / "steps.gif") as image:
        assert image.n_frames == 3
    with av.open(str(tmp_path / "steps.mp4")) as film:
        assert film.streams.video[0].frames == 5 + 5 + 62
    with np.load(tmp_path / "steps.npz") as data:
        assert data["rolls"].shape == (3, 3, 32, 128) and (data["rolls"][2] == steps[2].roll).all()
        assert data["t0"] == 300 and data["paper_t"].tolist() == [900.0, 500.0, 100.0]
    with (tmp_path / "steps.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["births"] for row in rows] == ["2", "1", "1"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"steps.{s}" for s in ("csv", "gif", "mp4", "npz")]


def test_a_cancelled_file_leaves_nothing(steps: list[PreviewReady], tmp_path: Path) -> None:
    token = CancelToken()
    token.cancel()
    for suffix in (".gif", ".mp4", ".csv"):
        with pytest.raises(RunCancelled):
            write_steps(steps, tmp_path / f"steps{suffix}", t0=300, name="film", cancel=token)
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_written_is_said(steps: list[PreviewReady], tmp_path: Path) -> None:
    with pytest.raises(InputError):
        write_steps(steps, tmp_path / "steps.txt", t0=300, name="film")
    with pytest.raises(EngineError):
        write_steps((), tmp_path / "steps.gif", t0=300, name="film")
    with pytest.raises(EngineError, match="cannot be written"):
        write_steps(steps, tmp_path / "none" / "steps.npz", t0=300, name="film")


def test_many_steps_are_thinned_out_evenly() -> None:
    kept = [index for index in range(1000) if is_kept(index, 1000)]
    assert kept[0] == 0
    assert kept[-1] == 999
    assert MOST_FRAMES <= len(kept) <= MOST_FRAMES + 1
    assert max(np.diff(kept)) <= 9
    assert [index for index in range(24) if is_kept(index, 24)] == list(range(24))
