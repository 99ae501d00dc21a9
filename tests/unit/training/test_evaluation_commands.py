"""The commands `evaluate`, `respond`, `ablate` and `report`, small."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from engine.diffusion.model import save_bundle
from tests.helpers.songs import write_songs
from tests.helpers.tiny_model import tiny_model
from training.__main__ import main
from training.config import CONFIG_FOLDER
from training.data.corpus import build_corpus, save_corpus
from training.data.pop909 import read_song, song_folders

Run = Callable[..., int]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with songs, their corpus and a tiny bundle."""
    place = tmp_path_factory.mktemp("place")
    songs = write_songs(place / "songs", n_songs=10, n_bars=25)
    save_corpus(build_corpus([read_song(song) for song in song_folders(songs)]), place / "corpus.npz")
    save_bundle(tiny_model(), place / "bundle", "card")
    return place


@pytest.fixture
def run(place: Path) -> Run:
    def call(command: str, *arguments: object) -> int:
        shared = ["--data", place / "corpus.npz", "--steps", 2, "--extractor", "symbolic", "--jobs", 2]
        return main([command, *map(str, [*arguments, *shared])])

    return call


def rows_of(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(file.read_text().splitlines()))


def test_several_systems_in_one_table(run: Run, place: Path, tmp_path: Path) -> None:
    """Songs' own MIDI as a system, beside the bundle; nameless folders take their own name."""
    out = tmp_path / "out"
    midi = place / "songs"
    assert run("evaluate", place / "bundle", "--midi", midi, "--name", "Own", "--windows", 3, "-o", out) == 0
    systems = {row["system"] for row in rows_of(out / "report.csv")}
    assert systems == {"compact tiny", "Own"}
    page = (out / "report.md").read_text()
    assert "V-MusProd (paper)" in page and "CMT (paper)" in page and "**Own**" in page
    assert (out / "rolls.png").is_file() and (out / "shape-own.png").is_file()
    assert "sha256" in json.loads((out / "report.json").read_text())["facts"]["weights"]


def test_a_system_beside_a_reference_needs_no_bundle_and_no_corpus(
    place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = str(place / "songs")
    assert main(["evaluate", "--midi", folder, "--reference", folder, "--data", "none.npz", "-o", "out"]) == 0
    found = {row["figure"]: row for row in rows_of(tmp_path / "out" / "report.csv")}
    assert float(found["PCHE"]["delta"]) == 0.0
    assert found["GPS"]["met"] == "true"
    assert "Near copies were not looked for" in capsys.readouterr().out


def test_controls_are_swept(run: Run, place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("respond", place / "bundle", "--only", "density", "--windows", 2, "-o", tmp_path / "out") == 0
    rows = rows_of(tmp_path / "out" / "control-response.csv")
    assert [row["attribute"] for row in rows] == ["density", "rhythm", "flow"]
    assert all(-1 <= float(row["response"]) <= 1 for row in rows)
    assert (tmp_path / "out" / "control-response.png").is_file()
    assert "Control response" in capsys.readouterr().out
    assert run("respond", place / "bundle", "--only", "loudest") == 1
    assert "no sweep 'loudest'" in capsys.readouterr().err


def test_ablations_at_inference(run: Run, place: Path, tmp_path: Path) -> None:
    assert run("ablate", place / "bundle", "--only", "signals", "--windows", 3, "-o", tmp_path / "out") == 0
    rows = rows_of(tmp_path / "out" / "ablation-signals.csv")
    assert [row["variant"] for row in rows][:3] == ["real", "unconditional", "+ video feature"]
    assert rows[-1]["variant"] == "+ SAC-Attn (Diff-BGM) (paper)" and rows[-1]["PCHE"] == "2.84"
    assert len({row["PCHE"] for row in rows[1:6]}) > 1
    assert "budget" in (tmp_path / "out" / "ablation.md").read_text()


def test_ablations_that_are_trained(run: Run, place: Path, tmp_path: Path) -> None:
    config = yaml.safe_load((CONFIG_FOLDER / "debug.yaml").read_text())
    for stage in ("autoencoder", "denoiser"):
        config[stage]["loop"] |= {"steps": 2, "log_every": 2, "save_every": 2, "evaluate_every": 100}
        config[stage]["loop"] |= {"sample_every": 0, "tensorboard": False}
    (tmp_path / "few.yaml").write_text(yaml.safe_dump(config))
    asked = ["--train", tmp_path / "few.yaml", "--run", tmp_path / "run", "--only", "orders", "--windows", 2]
    assert run("ablate", *asked, "-o", tmp_path / "out") == 0
    budgets = rows_of(tmp_path / "out" / "ablation-orders-budget.csv")
    assert {row["variant"] for row in budgets} == {
        *("only video", "only language", "video + language", "language + video")
    }
    assert {(row["steps"], row["windows seen"]) for row in budgets} == {("2", "16")}
    trained = {path.name for path in (tmp_path / "run" / "ablation").iterdir()}
    assert trained == {"dynamic-no-plan", "semantic-no-plan", "dynamic-semantic-no-plan", "semantic-dynamic-no-plan"}
    assert len(rows_of(tmp_path / "out" / "ablation-orders-trained.csv")) == 1 + 4 + 4
    assert run("ablate", "--train", "debug", "--only", "t0") == 1


@pytest.mark.slow
def test_the_report_has_every_bar(run: Run, place: Path, tmp_path: Path) -> None:
    sizes = ["--windows", 3, "--sweep-windows", 1, "--steps-windows", 1, "--plan-windows", 2, "--long-pieces", 2]
    assert run("report", place / "bundle", *sizes, "-o", tmp_path / "out") == 0
    bars = {row["figure"]: row for row in rows_of(tmp_path / "out" / "bars.csv")}
    assert {"PCHE", "GPS", "SI", "SC", "density", "note length", "density followed", "near copies"} <= set(bars)
    assert "P@20" in bars and bars["P@20"]["met"] == ""  # needs 64 windows
    assert len([name for name in bars if name.startswith("shape: ")]) == 10
    responses = {name for name in bars if name.startswith("response: ")}
    assert {f"response: {name}" for name in ("density", "valence", "hits", "melody", "loudness")} <= responses
    assert "response: valence, rows alone" not in responses
    assert bars["20 steps against 250"]["met"] in ("true", "false")
    assert bars["bundle, MiB"]["met"] == bars["GFLOP a window-forward"]["met"] == "true"
    assert bars["windows"]["met"] == "false"
    assert float(bars["shape: repetition, lag 8"]["found"]) > 0
    page = (tmp_path / "out" / "report.md").read_text()
    assert page.index("## The bars") < page.index("## Seams") < page.index("## Control response")
    assert "rolls.png" in page and (tmp_path / "out" / "rolls.png").is_file()


@pytest.mark.parametrize(
    "arguments",
    [
        ["evaluate"],
        ["evaluate", "--midi", "nowhere"],
        ["ablate"],
        ["evaluate", "--midi", ".", "--extractor", "musicnn"],
        ["report", "nowhere"],
    ],
)
def test_bad_input_is_one_sentence(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DIFFBGM_MUSICNN_PYTHON", raising=False)
    assert main(arguments) == 1
    said = capsys.readouterr().err
    assert said.strip() and "Traceback" not in said
    assert list(tmp_path.iterdir()) == []
