"""The whole way, small: a dataset's folder -> corpus -> both stages, interrupted -> bundle -> a scored video."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from engine.cli.main import main as diffbgm
from engine.diffusion.model import load_bundle
from tests.helpers.features import write_features
from tests.helpers.songs import write_songs
from tests.helpers.video import TinyVideo
from training.__main__ import main as diffbgm_train
from training.config import CONFIG_FOLDER
from training.loop import Loop


def test_prepare_train_resume_export_evaluate_score(
    tmp_path: Path,
    tiny_video: Callable[..., TinyVideo],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    songs = write_songs(tmp_path / "songs", n_songs=10, n_bars=12)
    corpus, run, bundle = tmp_path / "corpus.npz", tmp_path / "run", tmp_path / "bundle"
    where = ["--data", str(corpus), "--run", str(run)]
    assert diffbgm_train(["prepare", str(songs), "-o", str(corpus)]) == 0
    assert "data hash" in capsys.readouterr().out
    assert diffbgm_train(["train", "debug", *where, "--stage", "autoencoder", "--threads", "1"]) == 0
    monkeypatch.setattr("training.loop.Loop._steps", stopping_at(5))
    assert diffbgm_train(["train", "debug", *where, "--threads", "1"]) == 0
    monkeypatch.undo()
    assert "stopped; run the same command" in capsys.readouterr().err
    assert diffbgm_train(["train", "debug", *where, "--threads", "1"]) == 0
    with (run / "denoiser" / "log.csv").open() as file:
        assert [row["step"] for row in csv.DictReader(file)] == ["5", "10", "15", "20"]
    assert diffbgm_train(["export", "debug", *where, "-o", str(bundle)]) == 0
    card = (bundle / "card.md").read_text()
    for said in ("data hash", "denoiser hours", "denoiser seed | 1", "denoiser hardware", "torch ", "## Curves"):
        assert said in card
    assert "not recorded" not in card and "diffbgm-train train debug" in card
    assert "mse_unconditional" in (bundle / "curves.csv").read_text() and "mse_unconditional" in card
    assert (run / "denoiser" / "samples" / "0000020.png").is_file()
    report = tmp_path / "report"
    asked = ["--data", str(corpus), "--windows", "4", "--steps", "2", "-o", str(report)]
    assert diffbgm_train(["evaluate", str(bundle), *asked]) == 0
    assert (report / "report.json").is_file() and (report / "rolls.png").is_file()
    video, out = tiny_video(shots_s=(1.5, 1.0, 2.0)), tmp_path / "scored.mp4"
    assert diffbgm(["score", str(video.path), "-o", str(out), "--bundle", str(bundle), "--steps", "2", "-q"]) == 0
    assert out.stat().st_size > 1000
    _goes_on_from_its_weights(bundle, corpus, tmp_path / "further", capsys)


def _goes_on_from_its_weights(bundle: Path, corpus: Path, run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A new run that starts from a bundle has its denoiser's weights, keeps its autoencoder, and says so."""
    before = load_bundle(bundle).model.state_dict()
    again = ["train", "debug", "--data", str(corpus), "--run", str(run), "--start", str(bundle), "--threads", "1"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("training.loop.Loop._steps", stopping_at(0))
        assert diffbgm_train(again) == 0
    first = torch.load(run / "denoiser" / "checkpoint.pt", weights_only=True)["model"]
    assert all(torch.equal(value, before[f"denoiser.{name}"]) for name, value in first.items())
    assert diffbgm_train(again) == 0
    out = run / "bundle"
    assert diffbgm_train(["export", "debug", "--data", str(corpus), "--run", str(run), "-o", str(out)]) == 0
    after = load_bundle(out).model.state_dict()
    changed = {name.split(".")[0] for name, value in after.items() if not torch.equal(value, before[name])}
    assert changed == {"denoiser"}
    assert load_bundle(bundle).hash in (out / "card.md").read_text()
    capsys.readouterr()
    other = ["train", "compact", *again[2:4], "--run", str(run / "other"), "--start", str(bundle)]
    assert diffbgm_train(other) == 1
    assert "other widths" in capsys.readouterr().err


def stopping_at(step: int) -> Callable[[Loop], Iterator[int]]:
    """In place of a loop's own steps: leave after `step`, as a signal would."""

    def steps(loop: Loop) -> Iterator[int]:
        while loop.step < min(step, loop.config.steps):
            yield loop.step

    return steps


def test_the_papers_network_from_features_to_a_bundle(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    songs = write_songs(tmp_path / "songs", n_songs=10, n_bars=10)
    names = [folder.name for folder in sorted(songs.iterdir())]
    features = write_features(tmp_path / "bgm909", names[:-1], frames=40, captions=5, duration_s=20.5)
    corpus, run, bundle = tmp_path / "corpus.npz", tmp_path / "run", tmp_path / "bundle"
    where = ["--data", str(corpus), "--run", str(run)]
    config = tmp_path / "paper.yaml"
    text = (CONFIG_FOLDER / "debug-paper.yaml").read_text()
    config.write_text(
        text.replace("steps: 4", "steps: 2").replace("evaluate_every: 4, sample_every: 4", "sample_every: 0")
    )
    assert diffbgm_train(["prepare", str(songs), "-o", str(corpus)]) == 0
    assert diffbgm_train(["train", str(config), *where]) == 1
    assert "--features" in capsys.readouterr().err
    assert diffbgm_train(["train", str(config), *where, "--features", str(features), "--threads", "1"]) == 0
    said = capsys.readouterr().err
    assert "features   " in said and "data " in said and "finished" in said
    assert diffbgm_train(["export", str(config), *where, "-o", str(bundle)]) == 0
    card = (bundle / "card.md").read_text()
    assert "paper hardware" in card and "--features" in card and "data hash" in card
    loaded = load_bundle(bundle)
    assert loaded.model.config.version == "debug"


@pytest.mark.parametrize(
    "arguments",
    [
        ["prepare", "nowhere"],
        ["train", "unknown"],
        ["train", "debug", "--data", "nowhere.npz"],
        ["export", "debug", "--data", "nowhere.npz", "-o", "b"],
        ["export", "paper", "--data", "nowhere.npz", "-o", "b"],
        ["train", "paper"],
        ["train", "paper", "--features", "nowhere", "--data", "nowhere.npz"],
        ["build-dataset", "nowhere", "nowhere", "-o", "b"],
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
