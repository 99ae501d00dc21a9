"""Training needs torch, NumPy, safetensors and PyYAML, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.helpers.songs import write_songs
from training.data.corpus import build_corpus, save_corpus
from training.data.pop909 import read_song, song_folders

BLOCKED = (
    "accelerate",
    "av",
    "cv2",
    "diffusers",
    "huggingface_hub",
    "matplotlib",
    "mido",
    "openpyxl",
    "PIL",
    "platformdirs",
    "pretty_midi",
    "rich",
    "scipy",
    "tensorboard",
    "transformers",
)
PROGRAM = f"""
import importlib.abc, sys
class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.split(".")[0] in {BLOCKED!r}:
            raise ModuleNotFoundError(name, name=name)
sys.meta_path.insert(0, Absent())
from training.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


def test_training_runs_without_the_other_libraries(tmp_path: Path, repository: Path) -> None:
    songs = song_folders(write_songs(tmp_path / "songs", n_songs=10, n_bars=12))
    save_corpus(build_corpus([read_song(song) for song in songs]), tmp_path / "c.npz")
    config = (repository / "training" / "configs" / "debug.yaml").read_text()
    (tmp_path / "short.yaml").write_text(config.replace("steps: 20", "steps: 4").replace("_every: 20", "_every: 4"))
    where = ["--data", str(tmp_path / "c.npz"), "--run", str(tmp_path / "run"), "--threads", "1", "--device", "cpu"]
    command = [sys.executable, "-c", PROGRAM, "train", str(tmp_path / "short.yaml"), *where]
    result = subprocess.run(command, cwd=repository, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert "finished" in result.stderr and "evaluation at 4" in result.stderr
    assert not list((tmp_path / "run").rglob("*.png"))
