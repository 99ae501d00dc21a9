"""Checks before work, JSON, writing aside."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from engine.cli import common
from engine.errors import InputError, OutputError


def test_json_knows_no_nan_path_or_fraction(capsys: pytest.CaptureFixture[str]) -> None:
    common.print_json(
        {
            "time": Fraction(1, 4),
            "path": Path("a"),
            "rows": np.array([[1.0, np.nan]], np.float32),
            "count": np.int64(3),
            "list": (True, None, float("inf")),
        }
    )
    assert json.loads(capsys.readouterr().out) == {
        "time": 0.25,
        "path": "a",
        "rows": [[1.0, None]],
        "count": 3,
        "list": [True, None, None],
    }


def test_inputs_are_files(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    film.touch()
    assert common.existing_video(str(film)) == film
    with pytest.raises(InputError, match="is a folder"):
        common.existing_video(str(tmp_path))
    with pytest.raises(InputError, match="no file"):
        common.existing_video(str(tmp_path / "none.mp4"))


def test_outputs_are_checked_before_work(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    film.touch()
    assert common.checked_output(str(tmp_path / "out.MP4"), (".mp4",)) == tmp_path / "out.MP4"
    cases = {
        "out.avi": "'.avi' as its kind of file",
        "out": "no ending as its kind of file",
        "none/out.mp4": "does not exist",
        "film.mp4": "is the input itself",
    }
    for name, said in cases.items():
        with pytest.raises(OutputError, match=said):
            common.checked_output(str(tmp_path / name), (".mp4",), inputs=[film])
    (tmp_path / "folder.mp4").mkdir()
    with pytest.raises(OutputError, match="is a folder"):
        common.checked_output(str(tmp_path / "folder.mp4"), (".mp4",))


def test_a_link_to_the_input_is_the_input(tmp_path: Path) -> None:
    film, link = tmp_path / "film.mp4", tmp_path / "link.mp4"
    film.touch()
    link.hardlink_to(film)
    with pytest.raises(OutputError, match="is the input itself"):
        common.checked_output(str(link), (".mp4",), inputs=[film])


def test_an_unwritable_folder_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(common.tempfile, "TemporaryFile", refuse)
    with pytest.raises(OutputError, match="cannot be written: permission denied"):
        common.checked_output(str(tmp_path / "out.mp4"), (".mp4",))


def test_two_outputs_need_two_names(tmp_path: Path) -> None:
    name = str(tmp_path / "out.mid")
    with pytest.raises(OutputError, match="--output and --midi name the same file"):
        common.checked_outputs({"--output": (name, (".mid",)), "--midi": (name, (".mid",))}, inputs=[])
    found = common.checked_outputs({"--output": (name, (".mid",)), "--midi": (None, (".mid",))}, inputs=[])
    assert found == [Path(name), None]


def test_a_failed_write_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "picture.png"

    def fail() -> None:
        with common.written_aside(target) as aside:
            aside.write_bytes(b"half")
            raise ValueError("broke")

    with pytest.raises(ValueError, match="broke"):
        fail()
    assert list(tmp_path.iterdir()) == []
    with common.written_aside(target) as aside:
        assert aside.suffix == ".png"
        aside.write_bytes(b"whole")
    assert [path.name for path in tmp_path.iterdir()] == ["picture.png"]


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00.000"), (Fraction(125, 2), "1:02.500"), (3599.9996, "60:00.000")]
)
def test_clock(seconds: float, text: str) -> None:
    assert common.clock(seconds) == text
