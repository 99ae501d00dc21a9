"""The dataset builder: every annotation of the paper's section 3, resumable, read back by the reader."""

from __future__ import annotations

import argparse
import importlib.util
import json
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.errors import InputError
from tests.helpers.songs import write_songs
from tests.helpers.video import TinyVideo
from training.__main__ import main as diffbgm_train
from training.data import builder
from training.data.annotate import Job, annotate, is_done
from training.data.annotators import STYLES, Style
from training.data.bgm909 import on_beats, read_all, read_scenes, read_song_features
from training.data.builder import find_videos, pair_by_name, read_index, read_pairs
from training.data.pop909 import song_folders


class Fakes:
    """Encoders by rule. `calls` counts the groups that were captioned; a caption names its frame's colour."""

    identity = "rule 1"

    def __init__(self, stop_after: int = 10**9) -> None:
        self.calls, self.stop_after = 0, stop_after

    def visual(self, frames: Sequence[np.ndarray]) -> np.ndarray:
        means = np.stack([frame.mean((0, 1)) for frame in frames])
        return np.pad(means, ((0, 0), (0, 509))).astype(np.float32)

    def captions(self, frame: np.ndarray, *, n: int, seed: int) -> tuple[str, ...]:
        if self.calls == self.stop_after:
            raise KeyboardInterrupt
        self.calls += 1
        return tuple(f"colour {int(frame.mean())} said {i}" for i in range(n))

    def sentences(self, texts: Sequence[str]) -> np.ndarray:
        return np.array([[len(text), *[0.0] * 767] for text in texts], np.float32)

    def style(self, visual: np.ndarray) -> Style:
        return Style("calm", "a rule", {"calm": float(visual.mean())})


@pytest.fixture(scope="module")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_songs(tmp_path_factory.mktemp("songs"), n_songs=3, n_bars=10)


@pytest.fixture
def videos(tmp_path: Path, tiny_video: Callable[..., TinyVideo]) -> Path:
    folder = tmp_path / "videos"
    folder.mkdir()
    for name, shots_s in (("001.mp4", (4.0, 3.0, 5.0)), ("2.mp4", (2.0, 2.0))):
        (folder / name).write_bytes(tiny_video(shots_s=shots_s).path.read_bytes())
    return folder


def job_of(songs: Path, videos: Path, output: Path) -> Job:
    return Job("001", songs / "001", videos / "001.mp4", output, Fraction(2), {"name": "a title"})


def test_every_annotation_is_made_and_read_back(songs: Path, videos: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    job = job_of(songs, videos, out)
    annotate(job, Fakes())
    data = json.loads(job.annotation.read_text())
    assert [round(start, 3) for start, *_ in data["shots"]] == [0.0, 4.0, 7.0]
    assert len(data["beats_s"]) == 41 and data["downbeats"][:3] == [0, 4, 8]
    assert data["chords"][0] == [0.0, 2.0, "C:maj"] and data["keys"][0][2] == "C:maj"
    assert set(data["tracks"]) == {"MELODY", "PIANO"} and data["tracks"]["PIANO"] == 160
    assert data["metadata"]["name"] == "a title" and sum(data["metadata"]["rhythmic_pattern"]) == pytest.approx(
        1, abs=1e-3
    )
    assert data["style"]["label"] == "calm" and data["alignment"]["video_longer_by_s"] == pytest.approx(-8.0)
    scenes = read_scenes(out / "detection" / "001_scenes.txt")
    assert scenes is not None and scenes.tolist() == [[0, 95], [96, 167], [168, 287]]
    captions = json.loads((out / "captions" / "001.json").read_text())["captions"]
    assert [len(c["text"]) for c in captions] == [10, 10, 10] and captions[1]["start_s"] == 4.0
    features = read_song_features(out, "001")
    assert features.visual.shape == (24, 512) and features.captions.shape == (3, 768)
    assert (features.visual_s, features.caption_s, features.duration_s) == (0.5, 4.0, 12.0)
    beats = on_beats(features, np.array(data["beats_s"]))
    assert beats.known.sum() == 24
    colours = beats.dynamic[[2, 10, 18], 0].astype(int)  # one colour a shot
    assert len(set(colours.tolist())) == 3
    assert not (out / ".parts" / "001.jsonl").exists()


def test_captions_go_on_where_they_were_broken_off(songs: Path, videos: Path, tmp_path: Path) -> None:
    job = job_of(songs, videos, tmp_path / "out")
    with pytest.raises(KeyboardInterrupt):
        annotate(job, Fakes(stop_after=2))
    part = tmp_path / "out" / ".parts" / "001.jsonl"
    with part.open("a") as file:
        file.write('["half a li')
    assert not is_done(job, "rule 1")
    resumed = Fakes()
    annotate(job, resumed)
    assert resumed.calls == 1
    whole = tmp_path / "whole"
    annotate(job_of(songs, videos, whole), Fakes())
    for name in ("caption_feats/001.npy", "captions/001.json", "annotations/001.json"):
        assert (whole / name).read_bytes() == (tmp_path / "out" / name).read_bytes()
    assert is_done(job, "rule 1") and is_done(job, None) and not is_done(job, "rule 2")
    (videos / "001.mp4").write_bytes((videos / "2.mp4").read_bytes())
    assert not is_done(job, None)


def test_command_without_encoders_says_so_and_goes_on(
    songs: Path, videos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    (videos / "cat.mp4").write_bytes(b"no video")
    (videos / "003.mp4").write_bytes(b"no video")
    command = ["build-dataset", str(videos), str(songs), "-o", str(out), "--no-encoders", "--jobs", "2"]
    assert diffbgm_train(command) == 0
    said = capsys.readouterr().out
    assert "2 made, 0 kept, 1 failed" in said and "left out   captions and features" in said
    report = json.loads((out / "report.json").read_text())
    assert report["songs"] == {"made": 2, "kept": 0, "failed": 1} and set(report["failed"]) == {"003"}
    assert report["unpaired_videos"] == ["cat.mp4"] and report["shots"]["total"] == 5
    assert set(report["styles"]) <= set(STYLES) and report["style_by"] == {"appraisal of the picture": 2}
    assert set(report["not_aligned"]) == {"001", "002"}
    assert "| 001 | 001.mp4 |" in (out / "report.md").read_text()
    made = (out / "annotations" / "001.json").stat().st_mtime_ns
    (videos / "003.mp4").write_bytes((videos / "2.mp4").read_bytes())
    (out / "annotations" / ".003.json.77.part").write_text("half of one")
    assert diffbgm_train(command) == 0
    assert "1 made, 2 kept, 0 failed" in capsys.readouterr().out
    assert (out / "annotations" / "001.json").stat().st_mtime_ns == made
    with pytest.raises(InputError, match="BGM909 features"):
        read_all(out, {"001": np.arange(9.0)})
    assert not list(out.rglob("*.part"))


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("transformers") is None, reason="transformers is not installed")
def test_command_with_tiny_encoders(
    songs: Path, videos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.helpers.tiny_encoders import write_encoders

    encoders = write_encoders(tmp_path / "encoders")
    out = tmp_path / "out"
    command = ["build-dataset", str(videos), str(songs), "-o", str(out), "--encoders", str(encoders), "--rate", "1"]
    assert diffbgm_train([*command, "--jobs", "1", "--device", "cpu"]) == 0, capsys.readouterr()
    said = capsys.readouterr().out
    assert "2 made" in said and "left out" not in said and "30 sentences in 3 groups" in said
    found, report = read_all(out, {"001": np.arange(20) / 2, "002": np.arange(20) / 2, "003": np.arange(20) / 2})
    assert set(found) == {"001", "002"} and set(report.missing) == {"003"}
    assert found["001"].known.all() and found["002"].known.sum() == 8


def test_pairing(songs: Path, videos: Path, tmp_path: Path) -> None:
    folders = {folder.name: folder for folder in song_folders(songs)}
    pairs = pair_by_name(find_videos(videos), folders)
    assert {name: video.name for name, video in pairs.items()} == {"001": "001.mp4", "002": "2.mp4"}
    table = tmp_path / "pairs.csv"
    table.write_text("video,song\n2.mp4,3\n")
    assert {n: v.name for n, v in read_pairs(table, videos, folders).items()} == {"003": "2.mp4"}
    for text, match in (
        ("2.mp4,3\n001.mp4,003\n", "has a video already"),
        ("none.mp4,3\n", "no video 'none.mp4'"),
        ("2.mp4,77\n", "no song '77'"),
        ("2.mp4\n", "expected video,song"),
    ):
        table.write_text(text)
        with pytest.raises(InputError, match=match):
            read_pairs(table, videos, folders)
    (videos / "1.mp4").write_bytes(b"x")
    with pytest.raises(InputError, match="Two videos"):
        pair_by_name(find_videos(videos), folders)
    with pytest.raises(InputError, match="no folder"):
        find_videos(tmp_path / "absent")


def test_titles_come_from_the_index(shared_pop909: Path) -> None:
    pytest.importorskip("openpyxl")
    index = read_index(shared_pop909)
    assert len(index) == 909 and index["003"]["name"] == "9420" and index["001"]["num_beats_per_measure"] == "2"


def test_rates_must_be_positive(songs: Path, videos: Path, tmp_path: Path) -> None:
    arguments: Any = argparse.Namespace(rate=Fraction(0), pop909=songs, videos=videos)
    with pytest.raises(InputError, match="--rate"):
        builder.run(arguments)
