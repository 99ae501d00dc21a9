"""The paper's network from an authors' checkpoint to a film with music, with tiny weights of a formula."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import av
import mido
import numpy as np
import pytest

from engine.diffusion.model import save_bundle
from engine.errors import BundleError, EncoderError, InputError
from engine.events import ConditionsReady, Event, PreviewReady, Warned
from engine.runner import GenerationRequest, GenerationRunner
from engine.settings import GenerationSettings
from tests.helpers.formula_weights import published_entries, write_published_checkpoint
from tests.helpers.tiny_encoders import write_encoders
from tests.helpers.tiny_model import tiny_model
from tests.helpers.tiny_paper import TINY_NETWORK, published_params
from tests.helpers.video import TinyVideo
from training.__main__ import main as train_main


@pytest.fixture(scope="module")
def encoders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_encoders(tmp_path_factory.mktemp("encoders"))


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made by the command that people use."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "params.json").write_text(json.dumps(published_params()))
    write_published_checkpoint(folder / "weights_best.pt", published_entries(TINY_NETWORK))
    assert train_main(["import-checkpoint", str(folder / "weights_best.pt"), "-o", str(folder / "bundle")]) == 0
    return folder / "bundle"


@pytest.fixture
def request_(tiny_video: Callable[..., TinyVideo], bundle: Path, encoders: Path, tmp_path: Path) -> GenerationRequest:
    video = tiny_video(shots_s=(1.5, 1.0, 2.0), audio_hz=440.0)
    settings = GenerationSettings(seed=5, steps=3, sampler="ddim", tempo_min=80, tempo_max=120, guidance=5.0)
    return GenerationRequest(
        video=video.path, output=tmp_path / "out.mp4", settings=settings, bundle=bundle, encoders=encoders
    )


def test_a_checkpoint_scores_a_film(request_: GenerationRequest, tmp_path: Path) -> None:
    events: list[Event] = []
    result = GenerationRunner().run(replace(request_, midi=tmp_path / "out.mid"), events.append)
    with av.open(str(result.output)) as made:
        assert [stream.type for stream in made.streams] == ["video", "audio"]
    assert sum(message.type == "note_on" for track in mido.MidiFile(tmp_path / "out.mid").tracks for message in track)
    previews = [event for event in events if isinstance(event, PreviewReady)]
    assert [p.index for p in previews] == [0, 1, 2] and previews[0].roll.shape[::2] == (3, 128)
    assert [round(p.paper_t) for p in previews] == [p.timestep for p in previews]
    plan = result.plan
    assert plan.encoded is not None
    assert plan.encoded.semantic.shape == (plan.n_beats, 768) and plan.encoded.dynamic.shape == (plan.n_beats, 512)
    captions = [c for e in events if isinstance(e, ConditionsReady) for c in e.data["captions"]]
    assert [c[:2] for c in captions] == [(0.0, 4.0), (4.0, 4.5)] and all(text for c in captions for text in c[2])
    assert [c["texts"] for c in result.manifest["captions"]] == [tuple(c[2]) for c in captions]
    assert result.manifest["model"]["version"].startswith("imported ")


def test_same_seed_same_notes_and_other_captions_other_notes(request_: GenerationRequest, tmp_path: Path) -> None:
    request, runner = replace(request_, output=tmp_path / "out.mid"), GenerationRunner()
    first, again = runner.run(request), runner.run(request)
    assert first.notes == again.notes
    table = {"schema": "diffbgm captions", "version": 1, "captions": [{"start_s": 0, "end_s": 9, "text": "red sea"}]}
    (tmp_path / "captions.json").write_text(json.dumps(table))
    other = runner.run(replace(request, captions=tmp_path / "captions.json"))
    assert other.plan.encoded is not None and other.plan.encoded.captions[0].texts == ("red sea",)
    assert other.notes != first.notes


def test_the_published_loop_runs_on_a_film(request_: GenerationRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """All 999 timesteps, with a network that answers at once."""
    import torch

    from engine.diffusion.unet import EpsilonUNet

    monkeypatch.setattr(EpsilonUNet, "forward", lambda self, x_t, t, *rows, **options: torch.zeros_like(x_t))
    settings = replace(request_.settings, sampler="ddpm", steps=1000)
    request = replace(request_, output=request_.output.with_suffix(".mid"), settings=settings, previews=False)
    result = GenerationRunner().run(request)
    assert result.take.trajectory is not None
    assert result.take.trajectory.timesteps == tuple(range(998, -1, -1))


def test_what_is_missing_is_told_in_one_sentence(
    request_: GenerationRequest, tmp_path: Path, encoders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "half" / "clip").mkdir(parents=True)
    (tmp_path / "empty").mkdir()
    narrow = write_encoders(tmp_path / "narrow", frame_width=64)
    (tmp_path / "text.json").write_text("{}")
    for broken, kind, words in (
        (replace(request_, encoders=tmp_path / "nowhere"), InputError, "no folder of encoders"),
        (replace(request_, encoders=tmp_path / "half"), InputError, "incomplete"),
        (replace(request_, encoders=narrow), InputError, "rows of 768 and 64 numbers"),
        (replace(request_, captions=tmp_path / "text.json"), InputError, "not a file of captions"),
        (replace(request_, captions=tmp_path / "none.json"), InputError, "cannot be read"),
    ):
        with pytest.raises(kind, match=words) as caught:
            GenerationRunner().run(broken)
        assert "\n" not in caught.value.message
    from engine.features.encoders import download

    monkeypatch.setattr(download, "_CONNECT_S", 0.5)
    with pytest.raises(EncoderError, match="hub cannot be reached") as offline:
        GenerationRunner().run(replace(request_, encoders=tmp_path / "empty"))
    assert "--encoders" in offline.value.hint
    monkeypatch.setattr("engine.features.encoders.places.find_spec", lambda name: None)
    with pytest.raises(EncoderError, match="transformers is not installed"):
        GenerationRunner().run(request_)
    assert not request_.output.exists()


def test_a_studio_bundle_says_that_captions_change_nothing(request_: GenerationRequest, tmp_path: Path) -> None:
    save_bundle(tiny_model(), tmp_path / "compact", "tiny")
    table = {"schema": "diffbgm captions", "version": 1, "captions": [{"start_s": 0, "end_s": 9, "text": "red sea"}]}
    (tmp_path / "captions.json").write_text(json.dumps(table))
    request = replace(request_, bundle=tmp_path / "compact", captions=tmp_path / "captions.json")
    events: list[Event] = []
    result = GenerationRunner().run(request, events.append)
    assert result.plan.encoded is None
    assert any(isinstance(e, Warned) and "captions" in e.message for e in events)


def test_a_bundle_of_other_conditions_is_refused(request_: GenerationRequest, bundle: Path, tmp_path: Path) -> None:
    data = json.loads((bundle / "config.json").read_text())
    for change, words in (
        ({"conditions": {**data["conditions"], "dynamic": {"kind": "optical flow", "width": 512}}}, "other conditions"),
        ({"profile": "studio"}, "profile"),
        ({"prediction": "x0"}, "prediction"),
        ({"network": {"channels": 7}}, "channels"),
    ):
        folder = tmp_path / words.replace(" ", "_")
        folder.mkdir()
        (folder / "config.json").write_text(json.dumps({**data, **change}))
        (folder / "model.safetensors").symlink_to(bundle / "model.safetensors")
        with pytest.raises(BundleError, match=words):
            GenerationRunner().run(replace(request_, bundle=folder))


def test_the_last_preview_shows_the_notes(request_: GenerationRequest) -> None:
    """Until the last bars, where an ending is made of them."""
    events: list[Event] = []
    result = GenerationRunner().run(replace(request_, output=request_.output.with_suffix(".mid")), events.append)
    last = [event for event in events if isinstance(event, PreviewReady)][-1]
    struck = {
        (int(v), int(step), int(pitch)) for v, step, pitch in zip(*np.nonzero(last.roll[:, :8] == 2), strict=True)
    }
    assert struck == {(int(n.voice), n.onset, n.pitch) for n in result.notes if n.onset < 8}


def test_a_take_of_it_can_be_rerolled_forked_and_kept_in_a_project(
    request_: GenerationRequest, bundle: Path, tmp_path: Path
) -> None:
    from engine.diffusion.model import load_bundle
    from engine.music.region import Region, Selection
    from engine.project.project import Project
    from engine.revise import fork, reroll

    request = replace(request_, output=tmp_path / "out.mid", project=tmp_path / "film.dbgm")
    take = GenerationRunner().run(request).take
    loaded = load_bundle(bundle)
    first_bar = Selection((Region(steps=(0, 16)),))
    again = reroll(loaded, take, first_bar, seed=9)
    outside = [note for note in take.notes if not first_bar.holds(note)]
    assert outside == [note for note in again.notes if not first_bar.holds(note)]
    assert {n for n in take.notes if first_bar.holds(n)} != {n for n in again.notes if first_bar.holds(n)}
    assert fork(loaded, take, step=1, settings=take.settings).notes == take.notes
    assert fork(loaded, take, step=0, settings=replace(take.settings, t0=900)).notes != take.notes

    with Project.open(tmp_path / "film.dbgm", read_only=True) as project:
        kept = project.take(take.id)
    assert kept.notes == take.notes and kept.plan.encoded is not None and take.plan.encoded is not None
    assert np.array_equal(kept.plan.encoded.semantic, take.plan.encoded.semantic)
    assert kept.plan.encoded.captions == take.plan.encoded.captions
    assert reroll(loaded, kept, first_bar, seed=9).notes == again.notes
    with pytest.raises(InputError, match="planned without"):
        reroll(loaded, replace(take, plan=replace(take.plan, encoded=None)), first_bar, seed=9)
