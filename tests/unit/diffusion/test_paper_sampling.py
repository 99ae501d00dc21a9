"""Sampling with the paper's network: the published loop against its formulas, windows, conditions, guidance, cancel."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from engine.cancel import CancelToken
from engine.diffusion.noise import INITIAL, NoiseSource
from engine.diffusion.paper_model import ROW_WIDTH, PaperModel, canvas_to_roll, roll_to_canvas
from engine.diffusion.paper_sampling import PaperPredictor, PublishedLoop
from engine.diffusion.sampling import sample
from engine.errors import InputError, RunCancelled
from engine.music.encoded import EncodedRows
from engine.music.notes import Note, NoteTable, Voice, roll_to_notes
from engine.settings import GenerationSettings
from tests.helpers.tiny_model import random_conditions
from tests.helpers.tiny_paper import random_rows, tiny_paper_model

BARS = [("a", i) for i in range(24)]
PUBLISHED = GenerationSettings(seed=3, sampler="ddpm", steps=1000, guidance=5.0)


class Stub(nn.Module):
    """A network of one formula, as fast as the loop around it; it notes what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))
        self.asked: list[tuple[int, bool]] = []

    def forward(
        self, x_t: Tensor, t: Tensor, semantic: Tensor, dynamic: Tensor, *, t0: float, k: int, null_mask: Tensor
    ) -> Tensor:
        self.asked.append((int(t[0]), bool(null_mask.all())))
        rows = semantic[..., :512] if int(t[0]) > t0 else dynamic
        rows = torch.where(null_mask[:, :1, None], -torch.ones_like(rows), rows)
        return stub_noise(x_t, float(t[0]), rows)


def stub_noise(x_t: Any, t: float, rows: Any) -> Any:
    """epsilon of a roll `[B, 2, N, P]` under rows `[B, T, 512]`."""
    level = rows.mean((1, 2))[:, None, None, None]
    return 0.7 * x_t * (0.2 + t / 1000) + 0.05 * level


def stubbed() -> PaperModel:
    model = tiny_paper_model()
    model.network = Stub()  # type: ignore[assignment]
    return model


def test_1000_steps_of_ddpm_are_the_published_loop() -> None:
    """Against Ho et al. 2020, eq. 6 and 7, with guidance and the switch at 200, written out in numpy."""
    model, rows = stubbed(), random_rows(32)
    noise = NoiseSource.for_bars(3, BARS[:8])
    steps = list(sample(model, rows, PUBLISHED, noise))

    beta = np.linspace(math.sqrt(0.00085), math.sqrt(0.012), 1000) ** 2
    abar = np.cumprod(1 - beta)
    as_roll = lambda canvas: canvas_to_roll(canvas).double().numpy()[None]  # noqa: E731
    x = math.sqrt(1 - abar[999]) * as_roll(noise.draw(INITIAL, ROW_WIDTH))
    null = np.full((1, 32, 512), -1.0)
    for i, t in enumerate(range(998, -1, -1)):
        chosen = rows.semantic[None, :, :512] if t > 200 else rows.dynamic[None]
        e_null, e = stub_noise(x, t, null), stub_noise(x, t, chosen.astype(np.float64))
        e = e_null + 5 * (e - e_null)
        x0 = x / math.sqrt(abar[t]) - math.sqrt(1 / abar[t] - 1) * e
        before = abar[t - 1] if t > 0 else 1.0
        mean = math.sqrt(before) * beta[t] / (1 - abar[t]) * x0
        mean = mean + math.sqrt(1 - beta[t]) * (1 - before) / (1 - abar[t]) * x
        variance = (1 - before) / (1 - abar[t]) * beta[t]
        x = mean + (math.sqrt(variance) * as_roll(noise.draw(i, ROW_WIDTH)) if t > 0 else 0)
        assert steps[i].timestep == t
        if i % 100 == 0:
            assert np.allclose(as_roll(steps[i].x0_hat), x0, rtol=1e-3, atol=1e-3), t
            assert np.allclose(as_roll(steps[i].x_t), x, rtol=1e-3, atol=1e-3), t
    assert len(steps) == 999
    assert np.abs(as_roll(steps[-1].x_t) - x).max() < 1e-4
    assert model.network.asked == [(t, null) for t in range(998, -1, -1) for null in (True, False)]


@pytest.mark.parametrize(("guidance", "asked"), [(0.0, [True]), (1.0, [False]), (5.0, [True, False])])
def test_guidance_asks_only_what_counts(guidance: float, asked: list[bool]) -> None:
    model = stubbed()
    predictor = PaperPredictor(model, random_rows(32), replace(PUBLISHED, guidance=guidance))
    predictor.predict_noise(torch.zeros(32, ROW_WIDTH), 500)
    assert [null for _, null in model.network.asked] == asked


@pytest.mark.parametrize("attention", ["published", "paper"])
@pytest.mark.parametrize("t", [200, 201])
def test_noise_of_the_network_around_t0(attention: str, t: int) -> None:
    """One guided prediction, against the network called by hand with the condition that eq. 6 names."""
    model, rows = tiny_paper_model(attention=attention), random_rows(32)
    x_t = torch.from_numpy(np.random.default_rng(1).standard_normal((32, ROW_WIDTH)).astype(np.float32))
    settings = replace(PUBLISHED, k=4)
    found = PaperPredictor(model, rows, settings).predict_noise(x_t, t)

    net = model.network
    semantic, dynamic = torch.from_numpy(rows.semantic)[None], torch.from_numpy(rows.dynamic)[None]
    always = {"t0": 1000.0 if t <= 200 else -1.0, "k": 4}
    with torch.no_grad():
        roll = canvas_to_roll(x_t)[None]
        given = net(roll, torch.tensor([t]), semantic, dynamic, **always)
        null = net(roll, torch.tensor([t]), semantic, dynamic, null_mask=torch.ones(1, 2, dtype=torch.bool), **always)
    assert (found - roll_to_canvas(null + 5 * (given - null))[0]).abs().max() < 1e-4
    other = EncodedRows(rows.semantic + (t <= 200), rows.dynamic + (t > 200))
    assert torch.equal(found, PaperPredictor(model, other, settings).predict_noise(x_t, t))


def test_k_matters_in_mode_paper_alone() -> None:
    x_t, rows = torch.ones(32, ROW_WIDTH), random_rows(32)
    for attention in ("published", "paper"):
        model = tiny_paper_model(attention=attention)
        one, two = (PaperPredictor(model, rows, replace(PUBLISHED, k=k)).predict_noise(x_t, 500) for k in (2, 8))
        assert torch.allclose(one, two, atol=1e-5) == (attention == "published")


@pytest.mark.parametrize("sampler", ["ddpm", "ddim", "dpm++"])
def test_fewer_steps_with_every_sampler(sampler: str) -> None:
    settings = replace(PUBLISHED, sampler=sampler, steps=5)
    canvases = [[*sample(stubbed(), random_rows(40), settings, NoiseSource.for_bars(3, BARS[:16]))] for _ in range(2)]
    assert len(canvases[0]) == 5 and canvases[0][0].timestep == 999
    assert canvases[0][-1].x0_hat.shape == (64, ROW_WIDTH)
    assert torch.isfinite(canvases[0][-1].x0_hat).all()
    assert torch.equal(canvases[0][-1].x0_hat, canvases[1][-1].x0_hat)


def test_the_estimate_is_that_of_epsilon() -> None:
    model, rows, noise = stubbed(), random_rows(32), NoiseSource.for_bars(3, BARS[:8])
    first = next(iter(sample(model, rows, replace(PUBLISHED, sampler="ddim", steps=10), noise)))
    x_t = noise.draw(INITIAL, ROW_WIDTH)
    beta = np.linspace(math.sqrt(0.00085), math.sqrt(0.012), 1000) ** 2
    abar = float(np.cumprod(1 - beta)[999])
    e = PaperPredictor(model, rows, PUBLISHED).predict_noise(x_t, 999)
    assert torch.allclose(first.x0_hat, (x_t - math.sqrt(1 - abar) * e) / math.sqrt(abar), atol=1e-4)


def test_windows_are_separate_as_published_or_joint_on_request() -> None:
    rows = random_rows(64)
    changed = EncodedRows(np.concatenate([rows.semantic[:32], -rows.semantic[32:]]), rows.dynamic)
    for windows, alone in (("auto", True), ("separate", True), ("joint", False)):
        settings = replace(PUBLISHED, sampler="ddim", steps=3, windows=windows)
        noise = NoiseSource.for_bars(3, BARS[:16])
        a, b = ([*sample(stubbed(), r, settings, noise)][-1].x0_hat for r in (rows, changed))
        assert torch.equal(a[:16], b[:16])
        assert torch.equal(a[16:32], b[16:32]) == alone
        assert not torch.allclose(a[32:], b[32:], atol=1e-4)


def test_beats_after_the_end_have_rows_of_zeros() -> None:
    predictor = PaperPredictor(stubbed(), random_rows(40), PUBLISHED)
    assert predictor.semantic.shape == (2, 32, 768) and predictor.dynamic.shape == (2, 32, 512)
    assert predictor.semantic[1, 7].abs().sum() > 0 and predictor.semantic[1, 8:].abs().sum() == 0


def test_rows_of_another_kind_are_refused() -> None:
    model = tiny_paper_model()
    with pytest.raises(TypeError):
        model.predictor(random_conditions(32), PUBLISHED, stride_beats=32)
    narrow = EncodedRows(np.zeros((32, 64), np.float32), np.zeros((32, 512), np.float32))
    with pytest.raises(InputError, match="64 and 512 numbers"):
        model.predictor(narrow, PUBLISHED, stride_beats=32)


def test_cancel_stops_inside_a_forward_pass() -> None:
    token = CancelToken()
    model = tiny_paper_model()
    predictor = PaperPredictor(model, random_rows(32), PUBLISHED, cancel=token)
    model.network.time_embedding.register_forward_pre_hook(lambda *_: token.cancel())
    with pytest.raises(RunCancelled):
        predictor.predict_noise(torch.zeros(32, ROW_WIDTH), 10)
    assert not any(module._forward_pre_hooks for name, module in model.network.named_modules() if "stages" in name)


def test_canvas_and_roll_are_one_another() -> None:
    roll = torch.arange(3 * 2 * 128 * 128).reshape(3, 2, 128, 128)
    canvas = roll_to_canvas(roll)
    assert canvas.shape == (3, 32, 1024) and torch.equal(canvas_to_roll(canvas), roll)
    assert canvas[0, 1, 0] == roll[0, 0, 4, 0] and canvas[0, 0, 512] == roll[0, 1, 0, 0]


def test_notes_through_the_canvas_come_back_in_voices() -> None:
    model = tiny_paper_model()
    notes = (Note(0, Voice.BASS, 40, 8), Note(0, Voice.MELODY, 72, 4), Note(2, Voice.INNER, 60, 3))
    canvas = model.encode(NoteTable.from_notes(notes), 8)
    assert canvas.shape == (8, model.width) and set(canvas.unique().tolist()) == {0.0, 1.0}
    found = roll_to_notes(model.decode(canvas * 0.4 + 0.2))
    assert {(n.onset, n.voice, n.pitch, n.duration) for n in found} == {
        (n.onset, n.voice, n.pitch, n.duration) for n in notes
    }


def test_the_published_loop_begins_where_the_authors_command_does() -> None:
    loop = PublishedLoop()
    assert loop.timesteps[0] == 998 and loop.timesteps[-1] == 0 and len(loop.timesteps) == 999
    assert loop.init_noise_sigma == pytest.approx(0.99767, abs=1e-5)


def test_locked_cells_stay_as_they_are() -> None:
    """Exactly, for the canvas is the roll itself: the first half is given, the second is sampled."""
    from engine.diffusion.locks import constraints

    model = stubbed()
    locked = NoteTable.from_notes([Note(0, Voice.BASS, 40, 8), Note(4, Voice.MELODY, 72, 4)])
    free = np.zeros((3, 128, 128), bool)
    free[Voice.MELODY, 64:] = True
    known, pull = constraints(model, locked, free)
    assert known is not None and pull is None and known.mask.shape == (32, ROW_WIDTH)
    settings = replace(PUBLISHED, sampler="ddim", steps=4)
    noise = NoiseSource.for_bars(3, BARS[:8])
    *_, last = sample(model, random_rows(32), settings, noise, known=known)
    given = model.encode(locked, 32)
    assert torch.allclose(last.x0_hat[:16], given[:16], atol=1e-5)
    assert not torch.allclose(last.x0_hat[16:], given[16:], atol=0.1)
    kept = [n for n in roll_to_notes(model.decode(last.x0_hat)) if n.onset < 64]
    assert [(n.onset, n.pitch, n.duration) for n in kept] == [(0, 40, 8), (4, 72, 4)]
