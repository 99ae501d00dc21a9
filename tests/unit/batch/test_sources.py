"""Which films a batch takes, and the places that their results get."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from engine.batch.sources import gather
from engine.errors import InputError


@pytest.fixture
def films(tmp_path: Path) -> Path:
    """A folder with films and other files, some of one name."""
    folder = tmp_path / "films"
    for name in (
        "a.mp4",
        "a.AVI",
        "b.mov",
        "sub/a.mp4",
        "sub/B.Mkv",
        "notes.txt",
        ".hidden.mp4",
        ".git/x.mp4",
        "out/r.mp4",
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


def places(texts: list[str], output: Path, **options: object) -> dict[str, str]:
    gathered = gather(texts, output, **options)  # type: ignore[arg-type]
    return {
        film.path.name if film.path.parent.name != "sub" else f"sub/{film.path.name}": film.place
        for film in gathered.films
    }


def test_a_folder_keeps_its_tree_and_names_stay_apart(films: Path) -> None:
    assert places([str(films)], films / "out") == {
        "a.AVI": "a.AVI", "a.mp4": "a.mp4", "b.mov": "b", "sub/B.Mkv": "sub/B", "sub/a.mp4": "sub/a",
    }  # fmt: skip
    gathered = gather([str(films)], films / "out")
    assert [path.name for path in gathered.left_out] == ["notes.txt"]
    assert "notes" in places([str(films)], films / "out", every_file=True).values()


def test_a_list_counts_from_its_folder(films: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = films / "list.m3u"
    wanted.write_text("#EXTM3U\nsub/a.mp4\n\nb.mov\nmissing.mp4\n", encoding="utf-8")
    expected = {"sub/a.mp4": "sub/a", "b.mov": "b", "missing.mp4": "missing"}
    assert places([str(wanted)], films / "out") == expected
    monkeypatch.chdir(films / "sub")
    monkeypatch.setattr("sys.stdin", io.StringIO("a.mp4\nB.Mkv\n"))
    assert places(["-"], films / "out") == {"sub/a.mp4": "a", "sub/B.Mkv": "B"}


def test_films_and_folders_can_be_named_together(films: Path) -> None:
    texts = [str(films / "sub"), str(films / "b.mov"), str(films / "sub" / "a.mp4")]
    assert places(texts, films / "out") == {"sub/a.mp4": "sub/a", "sub/B.Mkv": "sub/B", "b.mov": "b"}


def test_a_place_of_another_film_is_left_to_it(films: Path) -> None:
    taken = {("b", Path("/elsewhere/b.mov"))}
    assert places([str(films / "b.mov")], films / "out", taken=taken) == {"b.mov": "b.mov"}
    taken |= {("b.mov", Path("/elsewhere/c.mov"))}
    assert places([str(films / "b.mov")], films / "out", taken=taken) == {"b.mov": "b.mov (2)"}
    assert places([str(films / "b.mov")], films / "out", taken={("b", films / "b.mov")}) == {"b.mov": "b"}


@pytest.mark.parametrize(
    ("text", "part"),
    [("none", "no folder"), ("none.txt", "cannot be read"), ("empty.txt", "no film"), ("bad.txt", "not text")],
)
def test_nothing_to_do_is_a_sentence(films: Path, text: str, part: str) -> None:
    (films / "empty.txt").write_text("# nothing\n")
    (films / "bad.txt").write_bytes(b"\xff\xfe\x00a")
    with pytest.raises(InputError, match=part):
        gather([str(films / text)], films / "out")


def test_results_do_not_lie_among_the_films(films: Path) -> None:
    with pytest.raises(InputError, match="among the films"):
        gather([str(films)], films)
