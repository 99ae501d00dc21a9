"""`diffbgm features`: rows are printed, drawn and exported as they are."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from engine.cli import main as cli
from engine.cli.features import read_quantiles, sparkline
from engine.errors import BundleError
from engine.music.controls import DYNAMIC, SEMANTIC
from tests.helpers.video import TinyVideo

NAN = float("nan")


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """The part of a bundle that holds the corpus percentiles: each control spread evenly over 0..1."""
    folder = tmp_path / "bundle"
    folder.mkdir()
    even = [i / 100 for i in range(101)]
    (folder / "config.json").write_text(json.dumps({"quantiles": dict.fromkeys((*DYNAMIC, *SEMANTIC), even)}))
    return folder


def test_rows_have_one_value_a_beat(
    bundle: Path, tiny_video: Callable[..., TinyVideo], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    film, plot = tiny_video(shots_s=(2.0, 2.0, 2.0)), tmp_path / "rows.png"
    argv = ["features", str(film.path), "--bundle", str(bundle), "--plot", str(plot), "--tempo", "90:110", "--json"]
    assert cli.main(argv) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is True
    assert 90 <= answer["bpm"] <= 110
    assert len(answer["shots"]) == 3
    assert set(answer["dynamic"]) == set(DYNAMIC)
    assert set(answer["semantic"]) == set(SEMANTIC)
    for values in (*answer["dynamic"].values(), *answer["semantic"].values()):
        assert len(values) == answer["n_beats"] == len(answer["beat_s"]) - 1
    with Image.open(plot) as image:
        assert image.width == 1400


def test_rows_are_readable_without_json(
    bundle: Path, tiny_video: Callable[..., TinyVideo], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["features", str(tiny_video().path), "--bundle", str(bundle)]) == 0
    shown = capsys.readouterr().out
    assert "BPM" in shown
    assert all(name in shown for name in (*DYNAMIC, *SEMANTIC))


@pytest.mark.parametrize("text", [None, "{", "[]", "{}", '{"quantiles": {"density": "x"}}'])
def test_a_foreign_bundle_is_refused(text: str | None, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "config.json").write_text(text)
    with pytest.raises(BundleError):
        read_quantiles(tmp_path)


def test_sparklines_follow_the_curve() -> None:
    assert sparkline([0.0, 1.0]) == "▁█  0.00 .. 1.00"
    assert sparkline([NAN, NAN]) == "left to the model"
    assert sparkline([0.0, NAN, 1.0])[1] == " "
    assert len(sparkline([float(i) for i in range(1000)]).split("  ")[0]) == 64
    assert sparkline([2.0, 2.0]) == "▁▁  2.00 .. 2.00"
