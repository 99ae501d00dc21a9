"""Two processes on the halves of a batch do what one does on the whole."""

from __future__ import annotations

import csv
import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from engine.diffusion.autoencoder import Autoencoder, AutoencoderConfig
from engine.errors import InputError
from tests.helpers.features import write_features
from tests.helpers.gradients import STEPS, record, train_autoencoder
from tests.helpers.songs import write_songs
from training.data.corpus import build_corpus, save_corpus
from training.data.pop909 import read_song, song_folders
from training.loop import LOG
from training.scale import OneProcess, Runtime, Share, SharedLatentNorm, share_norms

SCRIPT = Path(__file__).parents[2] / "helpers" / "gradients.py"


@pytest.mark.skipif(importlib.util.find_spec("accelerate") is None, reason="accelerate is not installed")
def test_gradients_of_two_processes_equal_those_of_one(tmp_path: Path) -> None:
    songs = song_folders(write_songs(tmp_path / "songs", n_songs=10, n_bars=12))
    corpus, features = tmp_path / "corpus.npz", tmp_path / "features"
    save_corpus(build_corpus([read_song(song) for song in songs]), corpus)
    write_features(features, [song.name for song in songs], frames=48, captions=12, duration_s=25.0)
    one, two = tmp_path / "one", tmp_path / "two"
    frozen = train_autoencoder(corpus, tmp_path / "frozen")
    launch = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    process = subprocess.Popen(
        [*launch, str(SCRIPT), *(str(path) for path in (corpus, features, frozen, two))],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    record(corpus, features, frozen, one, OneProcess())
    torch.set_num_threads(threads)
    said, _ = process.communicate(timeout=240)
    assert process.returncode == 0, said
    for task in ("autoencoder", "denoiser", "paper"):
        alone, shared = (torch.load(folder / f"{task}.pt", weights_only=True) for folder in (one, two))
        assert set(alone) == set(shared)
        largest = max(float(value.abs().max()) for value in alone.values())
        for name, value in alone.items():
            torch.testing.assert_close(shared[name], value, rtol=1e-4, atol=1e-6 * largest, msg=_named(name))
        # weights that the loss does not see (a bias before the norm) take steps of rounding errors; the losses do not
        assert losses(two / task) == pytest.approx(losses(one / task), rel=2e-4)


def losses(folder: Path) -> list[float]:
    with (folder / LOG).open() as file:
        rows = [float(row["loss"]) for row in csv.DictReader(file)]
    assert len(rows) == STEPS
    return rows


def _named(name: str) -> Callable[[str], str]:
    return lambda message: f"{name}: {message}"


def test_a_batch_that_cannot_be_shared_is_refused() -> None:
    assert [Share(rank, 3).of(6) for rank in range(3)] == [slice(0, 2), slice(2, 4), slice(4, 6)]
    with pytest.raises(InputError, match="cannot be shared"):
        Share(0, 2).of(7)


def test_noise_of_parts_is_the_noise_of_the_whole() -> None:
    parts = []
    for share in (Share(), Share(0, 2), Share(1, 2)):
        torch.manual_seed(5)
        parts.append(Runtime(share=share).normal(4, 3))
    assert torch.equal(parts[0], torch.cat(parts[1:]))


def test_a_shared_norm_of_one_process_is_the_plain_one() -> None:
    torch.manual_seed(0)
    config = AutoencoderConfig(latent=(4, 4, 4), encoder_width=16, encoder_blocks=1, decoder_width=16, decoder_blocks=1)
    model = Autoencoder(config).train()
    names = list(model.state_dict())
    z = torch.randn(3, 5, 12, requires_grad=True)
    plain = model.latent_norm(z)
    (expected,) = torch.autograd.grad(plain.square().mul(torch.arange(12)).sum() + plain.pow(3).sum(), z)
    statistics = model.latent_norm.mean.clone()
    model.latent_norm.mean.zero_()
    model.latent_norm.var.fill_(1)
    share_norms(model, lambda tensor: tensor)
    assert isinstance(model.latent_norm, SharedLatentNorm) and list(model.state_dict()) == names
    shared = model.latent_norm(z)
    (found,) = torch.autograd.grad(shared.square().mul(torch.arange(12)).sum() + shared.pow(3).sum(), z)
    torch.testing.assert_close(shared, plain)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(model.latent_norm.mean, statistics)
