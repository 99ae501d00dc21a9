"""Checkpoints of the authors' layout, good and bad, into bundles. The weights are formulas; see the helper."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import pickle
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from engine.diffusion.unet import EpsilonUNet, UNetConfig
from engine.errors import BundleError, InputError, OutputError
from tests.helpers.formula_weights import formula_input, published_entries, write_published_checkpoint
from training.import_checkpoint import add_arguments, import_checkpoint, read_checkpoint

CONFIG = UNetConfig(channels=32, multipliers=(1, 2), residual_blocks=1, attention_levels=(1,))
PARAMS = {
    "batch_size": 32,
    "channels": 32,
    "channel_multipliers": [1, 2],
    "n_res_blocks": 1,
    "attention_levels": [1],
    "n_heads": 4,
    "tf_layers": 1,
    "d_cond": 512,
    "cond_type": "c_v",
}
FIRST = "ldm.eps_model.input_blocks.0.0.weight"


@pytest.fixture(scope="module")
def all_entries() -> dict[str, Tensor]:
    return published_entries(CONFIG)


@pytest.fixture
def entries(all_entries: dict[str, Tensor]) -> dict[str, Tensor]:
    """A state dict to spoil; the tensors are shared and stay as they are."""
    return dict(all_entries)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A training run's folder as the authors' code leaves it, still without a checkpoint."""
    (tmp_path / "run" / "chkpts").mkdir(parents=True)
    (tmp_path / "run" / "params.json").write_text(json.dumps(PARAMS))
    return tmp_path / "run" / "chkpts"


def test_a_bundle_computes_what_the_published_network_does(
    folder: Path, entries: dict[str, Tensor], repository: Path
) -> None:
    bundle = folder / "new" / "bundle"
    report = import_checkpoint(write_published_checkpoint(folder / "weights_best.pt", entries), bundle)
    data = json.loads((bundle / "config.json").read_text(encoding="utf-8"))
    net = EpsilonUNet(UNetConfig.from_json(data["network"])).eval()
    net.load_state_dict(load_file(bundle / "model.safetensors"))

    case = json.loads((repository / "tests/golden/unet_parity.json").read_text(encoding="utf-8"))["cases"]["small_c_v"]
    shapes = {"x_t": (4, 2, 32, 32), "semantic": (4, 8, 768), "dynamic": (4, 8, 512)}
    x_t, semantic, dynamic = (formula_input(name, shape) for name, shape in shapes.items())
    with torch.no_grad():
        ours = net(x_t, torch.tensor(case["t"]), semantic, dynamic, t0=data["t0"])
    assert float(ours.double().norm()) == pytest.approx(case["norm"], rel=1e-5)
    assert report.n_entries + len(report.checked) == len(entries)


def test_what_the_bundle_says(folder: Path, entries: dict[str, Tensor]) -> None:
    checkpoint = write_published_checkpoint(folder / "weights_best.pt", entries)
    report = import_checkpoint(checkpoint, folder / "bundle", attention="paper")
    assert sorted(path.name for path in (folder / "bundle").iterdir()) == [
        "card.md",
        "config.json",
        "model.safetensors",
    ]
    data = json.loads((folder / "bundle" / "config.json").read_text(encoding="utf-8"))
    assert (data["architecture"], data["profile"], data["t0"], data["k"]) == ("unet", "paper", 200, 8)
    assert data["network"]["attention"] == "paper"
    assert data["prediction"] == "epsilon"
    assert data["schedule"] == "scaled_linear"
    assert data["weights"]["sha256"] == _sha256(folder / "bundle" / "model.safetensors")
    assert data["source"] == {"file": "weights_best.pt", "sha256": _sha256(checkpoint)}
    assert data["weights"]["parameters"] == report.n_parameters
    card = (folder / "bundle" / "card.md").read_text(encoding="utf-8")
    assert "Attention mode: paper" in card
    assert _sha256(checkpoint) in card


def test_the_same_checkpoint_gives_the_same_bundle(folder: Path, entries: dict[str, Tensor]) -> None:
    checkpoint = write_published_checkpoint(folder / "weights_best.pt", entries)
    for name in ("a", "b"):
        import_checkpoint(checkpoint, folder / name)
    for name in ("model.safetensors", "config.json", "card.md"):
        assert (folder / "a" / name).read_bytes() == (folder / "b" / name).read_bytes()


@pytest.mark.parametrize(("cond_type", "order"), [("v_c", "dynamic-semantic"), ("visual", "dynamic")])
def test_the_order_of_conditions_comes_from_the_training_run(
    folder: Path, entries: dict[str, Tensor], cond_type: str, order: str
) -> None:
    params = folder.parent / "params.json"
    params.write_text(json.dumps(PARAMS | {"cond_type": cond_type}))
    report = import_checkpoint(write_published_checkpoint(folder / "w.pt", entries), folder / "bundle")
    assert report.config.order == order


def test_sizes_without_params_are_the_published_ones(tmp_path: Path, entries: dict[str, Tensor]) -> None:
    checkpoint = write_published_checkpoint(tmp_path / "w.pt", entries)
    with pytest.raises(BundleError, match=r"lacks ldm\.eps_model\..* and \d+ more"):
        import_checkpoint(checkpoint, tmp_path / "bundle")
    assert [path.name for path in tmp_path.iterdir()] == ["w.pt"]


def _without(entries: dict[str, Tensor]) -> None:
    del entries["caption_enc.bias"]


def _with_more(entries: dict[str, Tensor]) -> None:
    entries["ldm.eps_model.mmfc.weight"] = torch.zeros(2)


def _reshaped(entries: dict[str, Tensor]) -> None:
    entries[FIRST] = entries[FIRST][:, :1]


def _broken(entries: dict[str, Tensor]) -> None:
    entries[FIRST] = torch.full_like(entries[FIRST], float("nan"))


def _other_schedule(entries: dict[str, Tensor]) -> None:
    entries["ldm.beta"] = torch.linspace(1e-4, 0.02, 1000)


@pytest.mark.parametrize(
    ("spoil", "match"),
    [
        (_without, r"lacks caption_enc\.bias"),
        (_with_more, r"no place for, ldm\.eps_model\.mmfc\.weight"),
        (_reshaped, r"input_blocks\.0\.0\.weight \(32, 1, 3, 3\) instead of \(32, 2, 3, 3\)"),
        (_broken, r"not finite in ldm\.eps_model\.input_blocks\.0\.0\.weight"),
        (_other_schedule, r"another noise schedule: ldm\.beta"),
    ],
)
def test_an_entry_that_does_not_fit_is_named(folder: Path, entries: dict[str, Tensor], spoil: Any, match: str) -> None:
    spoil(entries)
    with pytest.raises(BundleError, match=match):
        import_checkpoint(write_published_checkpoint(folder / "w.pt", entries), folder / "bundle")
    assert [path.name for path in folder.iterdir()] == ["w.pt"]


def test_what_is_left_out_is_asked_for_and_reported(folder: Path, entries: dict[str, Tensor]) -> None:
    entries["chord_enc.gru.weight"] = torch.zeros(2)
    checkpoint = write_published_checkpoint(folder / "w.pt", entries)
    report = import_checkpoint(checkpoint, folder / "bundle", ignore=["chord_enc.", "ldm."])
    assert report.ignored == ("chord_enc.gru.weight",)
    assert "chord_enc.gru.weight" in (folder / "bundle" / "card.md").read_text(encoding="utf-8")


class _Runs:
    """A pickle that would make a folder when loaded."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.mkdir, (str(self.path),)


def test_no_code_from_the_file_is_run(tmp_path: Path) -> None:
    torch.save({"model": {}, "extra": _Runs(tmp_path / "ran")}, tmp_path / "w.pt")
    with pytest.raises(BundleError, match="nothing but numbers"):
        read_checkpoint(tmp_path / "w.pt")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("content", [b"", b"no checkpoint", b"PK\x05\x06" + 18 * b"\0", pickle.dumps({"model": {}})])
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "w.pt").write_bytes(content)
    with pytest.raises(BundleError, match=r"w\.pt"):
        read_checkpoint(tmp_path / "w.pt")


def test_a_checkpoint_cut_short_is_refused(tmp_path: Path, entries: dict[str, Tensor]) -> None:
    whole = write_published_checkpoint(tmp_path / "whole.pt", entries).read_bytes()
    (tmp_path / "w.pt").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BundleError, match="damaged"):
        read_checkpoint(tmp_path / "w.pt")


@pytest.mark.parametrize("content", [[1], {"state_dict": {}}, {"model": {"a": 1}}])
def test_other_layouts_are_refused(tmp_path: Path, content: Any) -> None:
    torch.save(content, tmp_path / "w.pt")
    with pytest.raises(BundleError, match="under 'model'"):
        read_checkpoint(tmp_path / "w.pt")


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"cond_type": "chord"}'])
def test_params_of_something_else_are_refused(folder: Path, entries: dict[str, Tensor], text: str) -> None:
    (folder.parent / "params.json").write_text(text)
    with pytest.raises(BundleError, match=r"params\.json"):
        import_checkpoint(write_published_checkpoint(folder / "w.pt", entries), folder / "bundle")


def test_missing_files_and_taken_folders(folder: Path, entries: dict[str, Tensor]) -> None:
    with pytest.raises(InputError, match="no file"):
        import_checkpoint(folder / "w.pt", folder / "bundle")
    checkpoint = write_published_checkpoint(folder / "w.pt", entries)
    with pytest.raises(InputError, match=r"other\.json"):
        import_checkpoint(checkpoint, folder / "bundle", params=folder / "other.json")
    with pytest.raises(InputError, match="3 attention windows"):
        import_checkpoint(checkpoint, folder / "bundle", windows=3)
    (folder / "bundle").mkdir()
    with pytest.raises(OutputError, match="exists already"):
        import_checkpoint(checkpoint, folder / "bundle")


def test_an_unwritable_place_leaves_nothing_behind(folder: Path, entries: dict[str, Tensor]) -> None:
    checkpoint = write_published_checkpoint(folder / "w.pt", entries)
    with pytest.raises(OutputError, match="cannot be written"):
        import_checkpoint(checkpoint, checkpoint / "bundle")
    assert [path.name for path in folder.iterdir()] == ["w.pt"]


def test_the_command(folder: Path, entries: dict[str, Tensor], capsys: pytest.CaptureFixture[str]) -> None:
    entries["chord_enc.gru.weight"] = torch.zeros(2)
    checkpoint = write_published_checkpoint(folder / "w.pt", entries)
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    line = [str(checkpoint), "-o", str(folder / "bundle"), "--windows", "1", "--ignore", "chord_enc."]
    arguments = parser.parse_args(line)
    assert arguments.run(arguments) == 0
    printed = capsys.readouterr().out
    assert "210 entries" in printed
    assert "chord_enc.gru.weight" in printed
    assert json.loads((folder / "bundle" / "config.json").read_text(encoding="utf-8"))["network"]["windows"] == 1


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
