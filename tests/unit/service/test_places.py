"""Paths are taken for what they are once all links are followed."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import InputError, OutputError
from engine.service.places import ForbiddenError, OccupiedError, Places


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """One allowed folder beside one that is not."""
    for name in ("inside", "outside", "inside-too"):
        (tmp_path / name).mkdir()
    (tmp_path / "outside" / "film.mp4").touch()
    (tmp_path / "inside" / "film.mp4").touch()
    return Places.within([str(tmp_path / "inside")])


def test_relative_and_absolute_paths_inside(places: Places, tmp_path: Path) -> None:
    film = tmp_path.resolve() / "inside" / "film.mp4"
    assert places.existing("film.mp4") == film == places.existing(str(film)) == places.existing("./x/../film.mp4")


@pytest.mark.parametrize(
    "text", ["../outside/film.mp4", "/etc/hostname", "../inside-too/x.mp4", "..", "~/../../x", "/"]
)
def test_paths_that_leave(places: Places, text: str) -> None:
    if text.startswith("~"):
        text = "x/../../outside/film.mp4"
    with pytest.raises(ForbiddenError, match="lies outside"):
        places.existing(text)


def test_links_are_followed(places: Places, tmp_path: Path) -> None:
    (tmp_path / "inside" / "link.mp4").symlink_to(tmp_path / "outside" / "film.mp4")
    (tmp_path / "inside" / "folder").symlink_to(tmp_path / "outside", target_is_directory=True)
    (tmp_path / "inside" / "dangling.mp4").symlink_to(tmp_path / "outside" / "new.mp4")
    for text in ("link.mp4", "folder/film.mp4"):
        with pytest.raises(ForbiddenError):
            places.existing(text)
    for text in ("folder/new.mp4", "dangling.mp4"):
        with pytest.raises(ForbiddenError):
            places.output(text, (".mp4",), overwrite=True)


def test_paths_that_are_none(places: Places) -> None:
    with pytest.raises(InputError, match="not a path"):
        places.resolve("a\0b")
    with pytest.raises(InputError, match="no file"):
        places.existing("missing.mp4")
    with pytest.raises(InputError, match="no folder"):
        Places.within(["/nowhere/at/all"])


def test_outputs(places: Places, tmp_path: Path) -> None:
    film = places.existing("film.mp4")
    assert places.output("new.mp4", (".mp4",), overwrite=False) == tmp_path.resolve() / "inside" / "new.mp4"
    assert places.output("stems", (), overwrite=False).name == "stems"
    with pytest.raises(OccupiedError):
        places.output("film.mp4", (".mp4",), overwrite=False)
    assert places.output("film.mp4", (".mp4",), overwrite=True) == film
    for text, part in (("new.exe", "wrong ending"), ("sub/new.mp4", "does not exist")):
        with pytest.raises(OutputError, match=part):
            places.output(text, (".mp4",), overwrite=False)
    with pytest.raises(OutputError, match="input itself"):
        places.output("film.mp4", (".mp4",), inputs=[film], overwrite=True)
