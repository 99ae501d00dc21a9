"""The loop: resumed equals uninterrupted, step for step."""

from __future__ import annotations

import csv
import importlib.util
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image

from tests.helpers.songs import write_songs
from training.config import TrainConfig, load_compact_config
from training.data.corpus import build_corpus, save_corpus
from training.data.pop909 import read_song, song_folders
from training.data.windows import WindowSet
from training.logs import Curves
from training.loop import CHECKPOINT, LOG, SAMPLES, Loop, LoopConfig, clock
from training.scale import Precision
from training.stages import Data, autoencoder_loop, denoiser_loop, load_data

LONG = """
version: "long"
autoencoder:
  model: {latent: [6, 8, 4], encoder_width: 32, encoder_blocks: 1, decoder_width: 32, decoder_blocks: 1}
  task: {batch: 8, evaluation_windows: 8}
  loop: {steps: 8, warmup_steps: 2, decay_steps: 5, log_every: 1, save_every: 4, evaluate_every: 8, sample_every: 0}
"""


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    """Sums of another number of threads differ in their last digit."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Data:
    folder = write_songs(tmp_path_factory.mktemp("songs"), n_songs=4, n_bars=10)
    corpus = build_corpus([read_song(song) for song in song_folders(folder)])
    return Data(corpus, WindowSet(corpus, [0, 1, 2]), WindowSet(corpus, [3]))


def short(config: TrainConfig, steps: int, total: int = 6) -> TrainConfig:
    """`config` that stops after `steps` of `total` as far as the learning rate is concerned."""
    loop = LoopConfig(steps=total, warmup_steps=2, decay_steps=2, log_every=1, save_every=100, evaluate_every=100)
    loop = replace(loop, sample_every=0, tensorboard=False)
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


def test_a_killed_run_goes_on_as_if_nothing_had_happened(data: Data, tmp_path: Path) -> None:
    """A process of its own, ended by SIGKILL between two checkpoints, then resumed here."""
    corpus = tmp_path / "corpus.npz"
    save_corpus(data.corpus, corpus)
    config = tmp_path / "long.yaml"
    config.write_text(LONG)
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    command = [sys.executable, "-m", "training", "train", str(config), "--data", str(corpus), "--stage", "autoencoder"]
    process = subprocess.Popen(
        [*command, "--threads", "1", "--run", str(killed), "--device", "cpu"],
        cwd=Path(__file__).parents[3],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("step 5/"):
            process.kill()
            break
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert len(losses(killed / "autoencoder")) >= 5
    loaded = load_compact_config(str(config))
    data = load_data(corpus)
    resumed = autoencoder_loop(loaded, data, killed)
    assert resumed.step == 4 and resumed.seconds > 0
    assert resumed.run(say=lambda text: None)
    assert autoencoder_loop(loaded, data, whole).run(say=lambda text: None)
    assert losses(killed / "autoencoder") == losses(whole / "autoencoder")
    assert len(losses(whole / "autoencoder")) == 8
    assert same_weights(killed / "autoencoder", whole / "autoencoder")


def test_sigterm_saves_and_stops(data: Data, tmp_path: Path) -> None:
    config = short(load_compact_config("debug"), 6)
    loop = autoencoder_loop(config, data, tmp_path / "stopped")
    descend = loop._descend

    def step(loss: torch.Tensor) -> torch.Tensor:
        if loop.step == 2:
            os.kill(os.getpid(), signal.SIGTERM)
        return descend(loss)

    loop._descend = step  # type: ignore[method-assign]
    before = signal.getsignal(signal.SIGTERM)
    assert not loop.run(say=lambda text: None)
    assert signal.getsignal(signal.SIGTERM) is before
    assert torch.load(tmp_path / "stopped" / "autoencoder" / CHECKPOINT, weights_only=True)["step"] == 3
    assert autoencoder_loop(config, data, tmp_path / "stopped").run(say=lambda text: None)
    assert autoencoder_loop(config, data, tmp_path / "whole").run(say=lambda text: None)
    assert same_weights(tmp_path / "stopped" / "autoencoder", tmp_path / "whole" / "autoencoder")


@pytest.mark.parametrize("precision", ["bf16", "fp16", "fp32"])
def test_every_precision_learns_and_resumes(data: Data, tmp_path: Path, precision: Precision) -> None:
    config = short(load_compact_config("debug"), 6)
    stage = replace(config.autoencoder, loop=replace(config.autoencoder.loop, precision=precision))
    config = replace(config, autoencoder=stage)
    run_until(autoencoder_loop(config, data, tmp_path / "broken"), 3)
    for name in ("broken", "whole"):
        assert autoencoder_loop(config, data, tmp_path / name).run(say=lambda text: None)
    curve = [float(x) for x in losses(tmp_path / "whole" / "autoencoder")]
    assert curve[-1] < curve[0] and losses(tmp_path / "broken" / "autoencoder") == losses(
        tmp_path / "whole" / "autoencoder"
    )
    assert same_weights(tmp_path / "broken" / "autoencoder", tmp_path / "whole" / "autoencoder")
    state = torch.load(tmp_path / "whole" / "autoencoder" / CHECKPOINT, weights_only=True)
    assert ("scaler" in state) == (precision == "fp16")


def test_overflowing_gradients_change_no_weight(data: Data, tmp_path: Path) -> None:
    config = short(load_compact_config("debug"), 1, total=1)
    stage = replace(config.autoencoder, loop=replace(config.autoencoder.loop, precision="fp16"))
    loop = autoencoder_loop(replace(config, autoencoder=stage), data, tmp_path)
    before = {name: value.clone() for name, value in loop.task.model.named_parameters()}
    assert loop.scaler is not None
    scale = loop.scaler.get_scale()
    loop._descend(sum(p.sum() for p in loop.task.model.parameters()) * float("inf"))
    assert all(torch.equal(value, before[name]) for name, value in loop.task.model.named_parameters())
    assert loop.scaler.get_scale() < scale


def test_samples_are_drawn_and_curves_written(data: Data, tmp_path: Path) -> None:
    config = short(load_compact_config("debug"), 4)
    loop = replace(config.autoencoder.loop, sample_every=2, evaluate_every=4, tensorboard=True)
    config = replace(config, autoencoder=replace(config.autoencoder, loop=loop))
    config = replace(config, denoiser=replace(config.denoiser, loop=loop))
    assert autoencoder_loop(config, data, tmp_path).run(say=lambda text: None)
    said: list[str] = []
    assert denoiser_loop(config, data, tmp_path).run(say=said.append)
    for stage in ("autoencoder", "denoiser"):
        pictures = sorted((tmp_path / stage / SAMPLES).iterdir())
        assert [p.name for p in pictures] == ["0000002.png", "0000004.png"]
        with Image.open(pictures[-1]) as image:
            colours = {colour for _, colour in image.convert("RGB").getcolors(1 << 24) or ()}
        assert (196, 60, 60) in colours and (70, 150, 80) in colours  # melody and bass of the real windows
        if importlib.util.find_spec("tensorboard"):
            assert list((tmp_path / stage / "tensorboard").glob("events.*"))
    assert all("data " in line and "left " in line for line in said if line.startswith("step"))


def same_weights(one: Path, other: Path) -> bool:
    """Whether two runs ended with exactly the same weights, averaged weights and optimizers."""
    states = [torch.load(folder / CHECKPOINT, weights_only=True) for folder in (one, other)]
    moments = [[s for o in state["optimizers"] for s in o["state"].values()] for state in states]
    equal = all(torch.equal(a[k], b[k]) for a, b in zip(*moments, strict=True) for k in a)
    return equal and all(
        torch.equal(value, states[1][group][name])
        for group in ("model", "ema")
        for name, value in states[0][group].items()
    )


def test_rows_beyond_the_checkpoint_are_taken_out(tmp_path: Path) -> None:
    for step in (1, 2, 3):
        Curves(tmp_path, step=step - 1, tensorboard=False).train({"step": step, "loss": step / 2})
    with (tmp_path / LOG).open("a") as file:
        file.write("4,0.")
    Curves(tmp_path, step=2, tensorboard=False)
    assert losses(tmp_path) == ["0.5", "1.0"]
    Curves(tmp_path, step=0, tensorboard=False)
    assert not (tmp_path / LOG).exists()


def test_time_left_counts_beyond_a_day() -> None:
    assert clock(59.6) == "0:01:00" and clock(93784) == "26:03:04"


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
