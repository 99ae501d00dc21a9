"""The whole way, small: a dataset's folder -> corpus -> both stages, interrupted -> bundle -> a scored video."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.cli.main import main as diffbgm
from tests.helpers.songs import write_songs
from tests.helpers.video import TinyVideo
from training.__main__ import main as diffbgm_train


def test_prepare_train_resume_export_evaluate_score(
    tmp_path: Path, tiny_video: Callable[..., TinyVideo], capsys: pytest.CaptureFixture[str]
) -> None:
    songs = write_songs(tmp_path / "songs", n_songs=10, n_bars=12)
    corpus, run, bundle = tmp_path / "corpus.npz", tmp_path / "run", tmp_path / "bundle"
    where = ["--data", str(corpus), "--run", str(run)]
    assert diffbgm_train(["prepare", str(songs), "-o", str(corpus)]) == 0
    assert "data hash" in capsys.readouterr().out
    assert diffbgm_train(["train", "debug", *where, "--stage", "autoencoder", "--threads", "1"]) == 0
    assert diffbgm_train(["train", "debug", *where, "--threads", "1"]) == 0
    assert diffbgm_train(["export", "debug", *where, "-o", str(bundle)]) == 0
    assert "data hash" in (bundle / "card.md").read_text()
    report = tmp_path / "report"
    asked = ["--data", str(corpus), "--windows", "4", "--steps", "2", "-o", str(report)]
    assert diffbgm_train(["evaluate", str(bundle), *asked]) == 0
    assert (report / "report.json").is_file() and (report / "rolls.png").is_file()
    video, out = tiny_video(shots_s=(1.5, 1.0, 2.0)), tmp_path / "scored.mp4"
    assert diffbgm(["score", str(video.path), "-o", str(out), "--bundle", str(bundle), "--steps", "2", "-q"]) == 0
    assert out.stat().st_size > 1000


@pytest.mark.parametrize(
    "arguments",
    [
        ["prepare", "nowhere"],
        ["train", "unknown"],
        ["train", "debug", "--data", "nowhere.npz"],
        ["export", "debug", "--data", "nowhere.npz", "-o", "b"],
        ["evaluate", "nowhere"],
        ["follow", "nowhere", "video.mp4"],
    ],
)
def test_bad_input_is_one_sentence(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert diffbgm_train(arguments) == 1
    said = capsys.readouterr().err.strip()
    assert said and "Traceback" not in said
    assert list(tmp_path.iterdir()) == []
