"""The paper's network against numbers computed once with the authors' code, and its modes by intent."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from engine.diffusion.unet import EpsilonUNet, UNetConfig, select_condition
from engine.diffusion.unet_blocks import TransformerLayer, segment_mask
from engine.errors import BundleError
from tests.helpers.formula_weights import formula_input, published_entries
from training.import_checkpoint import ORDERS, check_schedule, map_entries

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "unet_parity.json").read_text(encoding="utf-8"))
TOLERANCE = 1e-4
SIZES: dict[str, dict[str, Any]] = {
    "full": {},
    "small": {"channels": 32, "multipliers": (1, 2), "residual_blocks": 1, "attention_levels": (1,)},
}


@cache
def entries(size: str) -> dict[str, Tensor]:
    return published_entries(UNetConfig(**SIZES[size]))


@cache
def weights(size: str) -> dict[str, Tensor]:
    kept = {name: entry for name, entry in entries(size).items() if name not in check_schedule(entries(size))}
    return map_entries(kept, UNetConfig(**SIZES[size]))[0]


def network(size: str = "small", **options: Any) -> EpsilonUNet:
    with torch.device("meta"):
        net = EpsilonUNet(UNetConfig(**SIZES[size], **options))
    net.load_state_dict(weights(size), assign=True)
    return net.eval()


def inputs(batch: int, steps: int = 32, pitches: int = 32) -> tuple[Tensor, Tensor, Tensor]:
    return (
        formula_input("x_t", (batch, 2, steps, pitches)),
        formula_input("semantic", (batch, steps // 4, 768)),
        formula_input("dynamic", (batch, steps // 4, 512)),
    )


@torch.no_grad()
def predict(net: EpsilonUNet, t: list[int], **options: Any) -> Tensor:
    x_t, semantic, dynamic = inputs(len(t))
    return net(x_t, torch.tensor(t), semantic, dynamic, **options)


SLOW = ("full_200", "full_201")
"""Whole windows; "full_short" has the same weights and the same timesteps on two bars of 32 pitches."""


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.slow if n in SLOW else ()) for n in GOLDEN["cases"]]
)
@torch.no_grad()
def test_equals_the_published_network(name: str) -> None:
    case = GOLDEN["cases"][name]
    net = network(case["network"], windows=case["windows"], order=ORDERS[case["cond_type"]])
    x_t, semantic, dynamic = inputs(len(case["t"]), case["steps"], case["pitches"])
    null = torch.full((len(case["t"]), 2), case["null"])
    ours = net(x_t, torch.tensor(case["t"]), semantic, dynamic, t0=200, null_mask=null).flatten()

    n, stored = ours.numel(), torch.tensor(case["values"])
    cells = torch.tensor([i * n // 192 + 37 * i % (n // 192) for i in range(192)])
    assert (ours[cells] - stored).abs().max() < TOLERANCE
    assert float(ours.double().norm()) == pytest.approx(case["norm"], rel=1e-5)
    assert float(ours.double().sum()) == pytest.approx(case["sum"], abs=1e-6 * n)


@pytest.mark.parametrize("size", ["full", "small"])
def test_every_published_entry_has_its_name_and_shape_here(size: str) -> None:
    lines = sorted(f"{n} {tuple(e.shape)}" for n, e in entries(size).items())
    golden = GOLDEN["networks"][size]
    assert len(lines) == golden["entries"]
    assert hashlib.sha256("\n".join(lines).encode()).hexdigest() == golden["entries_sha256"]


def test_size_is_the_published_one() -> None:
    with torch.device("meta"):
        net = EpsilonUNet()
    projection = sum(p.numel() for p in net.semantic_projection.parameters())
    assert sum(p.numel() for p in net.parameters()) - projection == 41_082_370


def test_condition_switches_after_t0_for_each_sample() -> None:
    t, t0 = torch.tensor([199, 200, 201, 500]), torch.tensor([200.0, 200.0, 200.0, 600.0])
    semantic, dynamic = torch.ones(4, 8, 3), torch.zeros(4, 8, 3)
    chosen = select_condition(t, semantic, dynamic, t0=t0, order="semantic-dynamic")
    assert chosen[:, 0, 0].tolist() == [0, 0, 1, 0]
    chosen = select_condition(t, semantic, dynamic, t0=200, order="dynamic-semantic")
    assert chosen[:, 0, 0].tolist() == [1, 1, 0, 0]


@pytest.mark.parametrize(("signal", "touched"), [(0, [False, True]), (1, [True, False])])
def test_an_absent_signal_matters_only_where_it_is_used(signal: int, touched: list[bool]) -> None:
    net = network()
    null = torch.zeros(2, 2, dtype=torch.bool)
    null[:, signal] = True
    change = (predict(net, [100, 300], null_mask=null) - predict(net, [100, 300])).abs().amax((1, 2, 3))
    assert (change > 1e-2).tolist() == touched


def test_blocks_of_k_beats() -> None:
    k = torch.tensor([8, 3])
    mask = segment_mask(k, rows=32, beats=32)
    beat = torch.arange(32)
    for i, size in enumerate(k.tolist()):
        assert torch.equal(mask[i], (beat[:, None] // size) == (beat[None, :] // size))


def test_a_row_of_two_beats_sees_the_blocks_of_both() -> None:
    assert segment_mask(torch.tensor([1]), rows=4, beats=8)[0].int().tolist() == [
        [1, 1, 0, 0, 0, 0, 0, 0],
        [0, 0, 1, 1, 0, 0, 0, 0],
        [0, 0, 0, 0, 1, 1, 0, 0],
        [0, 0, 0, 0, 0, 0, 1, 1],
    ]
    assert segment_mask(torch.tensor([3]), rows=4, beats=8)[0, 1].int().tolist() == [1, 1, 1, 1, 1, 1, 0, 0]


def test_two_rows_of_a_beat_see_its_block() -> None:
    mask = segment_mask(torch.tensor([2]), rows=8, beats=4)[0].int()
    assert mask.tolist() == 4 * [[1, 1, 0, 0]] + 4 * [[0, 0, 1, 1]]


def test_modes_differ_in_what_self_attention_sees() -> None:
    layer = TransformerLayer(32, 16, 4)
    x, condition = formula_input("x", (1, 8, 32)), formula_input("condition", (1, 8, 16))
    mask = segment_mask(torch.tensor([2]), rows=8, beats=8)[:, None]
    late_x, late_condition = x.clone(), condition.clone()
    late_x[:, 7] *= -1
    late_condition[:, 7] *= -1

    def touched(changed_x: Tensor, changed_condition: Tensor, *, windows: int, mask: Tensor | None) -> list[int]:
        before = layer(x, condition, windows=windows, mask=mask)
        after = layer(changed_x, changed_condition, windows=windows, mask=mask)
        return (after - before).abs().amax(-1)[0].gt(1e-6).nonzero().flatten().tolist()

    assert touched(late_x, condition, windows=2, mask=None) == [4, 5, 6, 7]
    assert touched(x, late_condition, windows=2, mask=None) == [4, 5, 6, 7]
    assert touched(late_x, condition, windows=1, mask=mask) == list(range(8))
    assert touched(x, late_condition, windows=1, mask=mask) == [6, 7]


def test_one_block_over_everything_is_attention_without_a_limit() -> None:
    whole = predict(network(attention="paper"), [100, 300], k=8)
    assert torch.allclose(whole, predict(network(windows=1), [100, 300]), atol=1e-5)


def test_k_counts_in_paper_mode_and_only_there() -> None:
    paper, published = network(attention="paper"), network()
    assert not torch.allclose(predict(paper, [300], k=2), predict(paper, [300], k=4), atol=1e-3)
    assert torch.equal(predict(published, [300], k=2), predict(published, [300], k=4))


def test_k_and_t0_of_a_sample_are_its_own() -> None:
    net = network(attention="paper")
    both = predict(net, [300, 300], k=torch.tensor([2, 4]), t0=torch.tensor([200.0, 400.0]))
    first = predict(net, [300, 300], k=2, t0=200)
    second = predict(net, [300, 300], k=4, t0=400)
    assert torch.allclose(both, torch.stack((first[0], second[1])), atol=1e-5)


def test_every_parameter_learns() -> None:
    torch.manual_seed(0)
    net = EpsilonUNet(UNetConfig(**SIZES["small"], dynamic_width=12, attention="paper"))
    x_t, semantic, dynamic = inputs(2)
    net(x_t, torch.tensor([100, 300]), semantic, dynamic[..., :12]).square().mean().backward()
    silent = [n for n, p in net.named_parameters() if p.grad is None or not p.grad.abs().max() > 0]
    assert silent == []


@pytest.mark.parametrize(
    ("x_t", "semantic", "dynamic"),
    [
        ((1, 2, 30, 32), (1, 7, 768), (1, 7, 512)),
        ((1, 2, 32, 31), (1, 8, 768), (1, 8, 512)),
        ((1, 3, 32, 32), (1, 8, 768), (1, 8, 512)),
        ((1, 2, 32, 32), (1, 32, 768), (1, 32, 512)),
        ((1, 2, 32, 32), (1, 8, 512), (1, 8, 512)),
        ((2, 2, 32, 32), (2, 8, 768), (1, 8, 512)),
    ],
)
def test_shapes_that_do_not_fit_are_refused(
    x_t: tuple[int, ...], semantic: tuple[int, ...], dynamic: tuple[int, ...]
) -> None:
    with pytest.raises(ValueError, match="shape"):
        network()(torch.zeros(x_t), torch.tensor([1]), torch.zeros(semantic), torch.zeros(dynamic))


def test_a_block_of_no_beats_is_refused() -> None:
    with pytest.raises(ValueError, match="0 beats"):
        predict(network(attention="paper"), [1], k=0)


def test_config_survives_json() -> None:
    config = UNetConfig(**SIZES["small"], attention="paper", order="dynamic", windows=1)
    assert UNetConfig.from_json(json.loads(json.dumps(config.to_json()))) == config
    assert UNetConfig.from_json({}) == UNetConfig()


@pytest.mark.parametrize(
    ("data", "match"),
    [
        ({"chanels": 64}, "chanels"),
        ({"channels": 64.0}, "channels"),
        ({"channels": True}, "channels"),
        ({"multipliers": 4}, "multipliers"),
        ({"multipliers": [1, "2"]}, "multipliers"),
        ({"multipliers": []}, "at least 1"),
        ({"attention": ["paper"]}, "attention"),
        ({"attention": "full"}, "full"),
        ({"channels": 40}, "multiple of 32"),
        ({"attention_levels": [4]}, "attention_levels"),
    ],
)
def test_a_config_that_cannot_be_is_refused(data: dict[str, Any], match: str) -> None:
    with pytest.raises(BundleError, match=match):
        UNetConfig.from_json(data)
