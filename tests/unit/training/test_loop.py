"""The loop: resumed equals uninterrupted, step for step."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from tests.helpers.songs import write_songs
from training.config import TrainConfig, load_compact_config
from training.data.corpus import build_corpus
from training.data.pop909 import read_song, song_folders
from training.data.windows import WindowSet
from training.loop import CHECKPOINT, LOG, Loop, LoopConfig
from training.stages import Data, autoencoder_loop, denoiser_loop


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Data:
    folder = write_songs(tmp_path_factory.mktemp("songs"), n_songs=4, n_bars=10)
    corpus = build_corpus([read_song(song) for song in song_folders(folder)])
    return Data(corpus, WindowSet(corpus, [0, 1, 2]), WindowSet(corpus, [3]))


def short(config: TrainConfig, steps: int, total: int = 6) -> TrainConfig:
    """`config` that stops after `steps` of `total` as far as the learning rate is concerned."""
    loop = LoopConfig(steps=total, warmup_steps=2, decay_steps=2, log_every=1, save_every=100, evaluate_every=100)
    return replace(
        config,
        autoencoder=replace(config.autoencoder, loop=replace(loop, steps=steps)),
        denoiser=replace(config.denoiser, loop=replace(loop, steps=steps)),
    )


def losses(folder: Path) -> list[str]:
    with (folder / LOG).open() as file:
        return [row["loss"] for row in csv.DictReader(file)]


def run_until(loop: Loop, stop: int) -> None:
    """Train up to a step, then stop as SIGTERM would."""
    original = loop._train_step

    def step() -> dict[str, torch.Tensor]:
        figures = original()
        if loop.step >= stop:
            loop._stop = True
        return figures

    loop._train_step = step  # type: ignore[method-assign]
    loop.run(say=lambda text: None)


def test_resumed_run_equals_an_uninterrupted_one(data: Data, tmp_path: Path) -> None:
    config = short(load_compact_config("debug"), 6)
    for name, stops in (("whole", ()), ("broken", (2, 4))):
        for stop in stops:
            run_until(autoencoder_loop(config, data, tmp_path / name), stop)
        assert autoencoder_loop(config, data, tmp_path / name).run(say=lambda text: None)
        for stop in stops:
            run_until(denoiser_loop(config, data, tmp_path / name), stop)
        assert denoiser_loop(config, data, tmp_path / name).run(say=lambda text: None)
    for stage in ("autoencoder", "denoiser"):
        whole, broken = (tmp_path / name / stage for name in ("whole", "broken"))
        assert len(losses(whole)) == 6
        assert losses(whole) == losses(broken)
        states = [torch.load(f / CHECKPOINT, weights_only=True) for f in (whole, broken)]
        for name, value in states[0]["ema"].items():
            assert torch.equal(value, states[1]["ema"][name]), name


def test_a_kill_while_saving_leaves_the_last_checkpoint(data: Data, tmp_path: Path) -> None:
    config = short(load_compact_config("debug"), 2)
    loop = autoencoder_loop(config, data, tmp_path)
    loop.run(say=lambda text: None)
    folder = tmp_path / "autoencoder"
    (folder / (CHECKPOINT + ".part")).write_bytes(b"half of one")
    assert autoencoder_loop(config, data, tmp_path).step == 2


def test_learning_rate_rises_stays_and_falls() -> None:
    config = LoopConfig(steps=100, warmup_steps=10, decay_steps=20)
    rates = [config.rate(step) for step in range(100)]
    assert rates[0] == pytest.approx(0.1) and rates[9] == 1.0 == rates[79]
    assert rates[99] == pytest.approx(0.05)
    assert rates[:10] == sorted(rates[:10]) and rates[80:] == sorted(rates[80:], reverse=True)
