"""Which picture a timeline gets, and at what rate an EDL is read."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from engine.errors import InputError, OutputError
from engine.timelines import open_timeline
from engine.video.assembly import PICTURE_SUFFIX
from tests.helpers.cuts import save_timeline
from tests.helpers.video import TinyVideo

EDL = """TITLE: cut
FCM: NON-DROP FRAME

001  AX       V     C        00:00:00:00 00:00:01:00 01:00:00:00 01:00:01:00
* FROM CLIP NAME: film
002  AX       V     C        00:00:{begin}:00 00:00:02:00 01:00:01:00 01:00:{end}:00
* FROM CLIP NAME: film
"""


@pytest.fixture
def folder(tiny_video: Callable[..., TinyVideo], tmp_path: Path) -> Path:
    """A folder with a film of two seconds at 25 frames a second."""
    film = tiny_video(shots_s=(1.0, 1.0), frame_rate=Fraction(25), audio_hz=None)
    shutil.copy(film.path, tmp_path / "film.mp4")
    return tmp_path


def test_an_edl_of_a_whole_film_is_that_film_at_its_rate(folder: Path) -> None:
    (folder / "cut.edl").write_text(EDL.format(begin="01", end="02"))
    opened = open_timeline(folder / "cut.edl")
    assert (opened.video, opened.is_film) == (folder / "film.mp4", True)
    assert opened.cuts.frame_rate == 25
    shots = opened.direction().shots
    assert shots is not None and [shot.end_s for shot in shots] == [1, 2]
    assert open_timeline(folder / "cut.edl", rate=Fraction(30), rendered=folder / "film.mp4").cuts.frame_rate == 30


def test_anything_else_is_put_together_once_and_kept_where_it_was_asked_for(folder: Path) -> None:
    path = save_timeline(folder / "cut.otio", folder / "film.mp4", [(1.0, 2.0), (0.0, 1.0)], rate=Fraction(25))
    opened = open_timeline(path, keep_in=folder)
    assert not opened.is_film and opened.is_new
    assert opened.video.parent == folder and opened.video.name.endswith(PICTURE_SUFFIX)
    again = open_timeline(path, keep_in=folder)
    assert again.video == opened.video and not again.is_new
    elsewhere = open_timeline(path)
    assert elsewhere.video.parent != folder and elsewhere.video.name == opened.video.name
    with pytest.raises(OutputError, match="is not rendered here"):
        open_timeline(path, needs_film=True)


def test_a_rendering_of_another_length_is_refused(folder: Path) -> None:
    path = save_timeline(folder / "cut.otio", folder / "gone.mp4", [(0.0, 5.0)], rate=Fraction(25))
    with pytest.raises(InputError, match=r"lasts 2\.00 s, the timeline 'cut\.otio' 5\.00 s"):
        open_timeline(path, rendered=folder / "film.mp4")
