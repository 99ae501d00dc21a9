"""Bundles: round trip, and every refusal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from engine.diffusion.model import CONFIG, WEIGHTS, load_bundle, save_bundle
from engine.errors import BundleError
from engine.music.notes import Note, NoteTable, Voice
from tests.helpers.tiny_model import tiny_model


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    save_bundle(tiny_model(), tmp_path, "card")
    return tmp_path


def edit(bundle: Path, **changes: object) -> None:
    data = json.loads((bundle / CONFIG).read_text())
    (bundle / CONFIG).write_text(json.dumps({**data, **changes}))


def test_round_trip_in_half_precision(bundle: Path) -> None:
    loaded = load_bundle(bundle)
    for name, value in tiny_model().state_dict().items():
        assert torch.allclose(loaded.model.state_dict()[name], value, atol=1e-3, rtol=1e-3), name
    assert loaded.config == tiny_model().config
    assert len(loaded.hash) == 64


@pytest.mark.parametrize(
    "changes",
    [
        {"format": 99},
        {"architecture": "other"},
        {"profile": "paper"},
        {"controls": {}},
        {"schedule": "none"},
        {"settled": None},
    ],
)
def test_what_it_cannot_serve_is_named(bundle: Path, changes: dict[str, object]) -> None:
    edit(bundle, **changes)
    with pytest.raises(BundleError) as caught:
        load_bundle(bundle)
    assert next(iter(changes)).rstrip("s") in caught.value.message or "NoneType" in caught.value.message


def test_missing_truncated_and_foreign_weights(bundle: Path, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="no model bundle"):
        load_bundle(tmp_path / "nowhere")
    whole = (bundle / WEIGHTS).read_bytes()
    (bundle / WEIGHTS).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BundleError, match="cannot be read"):
        load_bundle(bundle)
    (bundle / WEIGHTS).unlink()
    with pytest.raises(BundleError, match="has no"):
        load_bundle(bundle)


def test_weights_of_another_shape_are_refused(bundle: Path) -> None:
    data = json.loads((bundle / CONFIG).read_text())
    data["denoiser"]["layers"] = 3
    (bundle / CONFIG).write_text(json.dumps(data))
    with pytest.raises(BundleError, match="do not fit"):
        load_bundle(bundle)


def test_decode_gives_planes_that_exclude_each_other() -> None:
    model = tiny_model()
    notes = NoteTable.from_notes([Note(0, Voice.MELODY, 72, 4, 90), Note(2, Voice.BASS, 40, 6, 70)])
    latents = model.encode(notes, 8)
    assert latents.shape == (8, 12)
    roll = model.decode(latents)
    assert roll.onset.shape == (3, 32, 128) and roll.velocity.shape == (3, 32)
    assert not (roll.onset & roll.sustain).any()
    assert roll.onset.sum() > 0
