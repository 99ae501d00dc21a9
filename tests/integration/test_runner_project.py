"""Runs that keep their takes in a project, and exports from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from engine.cancel import CancelToken
from engine.delivery import with_video
from engine.diffusion.model import save_bundle
from engine.errors import EngineError, InputError, RunCancelled
from engine.events import Event, FinishReason, RunFinished, Stage, StageStarted
from engine.outputs import Outputs
from engine.project import Project
from engine.runner import GenerationRequest, GenerationRunner, with_settings
from engine.settings import GenerationSettings
from tests.helpers.sound import assert_same_sound
from tests.helpers.takes import assert_same
from tests.helpers.tiny_model import tiny_model
from tests.helpers.video import TinyVideo


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    save_bundle(tiny_model(), folder, "tiny")
    return folder


@pytest.fixture
def request_(tiny_video: Callable[..., TinyVideo], bundle: Path, tmp_path: Path) -> GenerationRequest:
    video = tiny_video(shots_s=(1.5, 1.0, 2.0), audio_hz=440.0)
    settings = GenerationSettings(seed=5, steps=3, tempo_min=80, tempo_max=120)
    return GenerationRequest(
        video=video.path,
        output=tmp_path / "out.mid",
        settings=settings,
        bundle=bundle,
        project=tmp_path / "piece.dbgm",
    )


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def project_of(request: GenerationRequest) -> Path:
    assert request.project is not None
    return request.project


def test_a_run_makes_the_project_and_the_next_appends(request_: GenerationRequest, tmp_path: Path) -> None:
    first = GenerationRunner().run(request_).take
    assert files(tmp_path) == ["out.mid", "piece.dbgm"]
    second = GenerationRunner().run(with_settings(request_, seed=6)).take
    with Project.open(project_of(request_), read_only=True) as project:
        assert [(t.name, t.settings.seed, t.n_steps) for t in project.takes()] == [("Take 1", 5, 3), ("Take 2", 6, 3)]
        assert_same(project.take(first.id), first)
        assert_same(project.take(second.id), second)
        assert project.settings == replace(request_.settings, seed=None)
        assert project.find_video() == request_.video
    assert files(tmp_path) == ["out.mid", "piece.dbgm"]


def test_the_picture_is_not_watched_again(request_: GenerationRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise AssertionError("decoded again")

    first = GenerationRunner().run(replace(request_, use_cache=False))
    monkeypatch.setattr("engine.pipeline.analyse", refuse)
    second = GenerationRunner().run(replace(request_, use_cache=False))
    assert_same(first.take.plan, second.take.plan)
    assert first.take.notes == second.take.notes


def test_an_export_gives_the_bytes_of_the_run(request_: GenerationRequest, tmp_path: Path) -> None:
    request = replace(request_, output=tmp_path / "out.mp4", midi=tmp_path / "out.mid", wav=tmp_path / "out.wav")
    made = GenerationRunner().run(request)
    with Project.open(project_of(request), read_only=True) as project:
        take = with_video(project.take(project.find_take().id, with_steps=False), project.find_video())
    events: list[Event] = []
    outputs = Outputs(tmp_path / "new.mp4", tmp_path / "new.mid", tmp_path / "new.wav", tmp_path / "new.json")
    done = GenerationRunner().export(take, outputs, events.append)
    assert (tmp_path / "new.mid").read_bytes() == (tmp_path / "out.mid").read_bytes()
    assert_same_sound(tmp_path / "new.wav", tmp_path / "out.wav")
    assert abs((tmp_path / "new.mp4").stat().st_size - (tmp_path / "out.mp4").stat().st_size) < 2000
    assert [e.stage for e in events if isinstance(e, StageStarted)] == [
        Stage.PROBE,
        Stage.SCORE,
        Stage.SYNTH,
        Stage.MUX,
    ]
    assert events[-1] == RunFinished(FinishReason.COMPLETED, result=done)
    measured = ("timings_s", "mix")
    assert {k: v for k, v in done.manifest.items() if k not in measured} == {
        k: v for k, v in made.manifest.items() if k not in measured
    }


@pytest.mark.parametrize("exists", [False, True])
@pytest.mark.parametrize("stage", [Stage.PROBE, Stage.DENOISE, Stage.MUX])
def test_a_cancelled_run_leaves_the_project_as_it_was(
    request_: GenerationRequest, tmp_path: Path, stage: Stage, exists: bool
) -> None:
    if exists:
        GenerationRunner().run(request_)
    before, cancel = files(tmp_path), CancelToken()

    def observe(event: Event) -> None:
        if isinstance(event, StageStarted) and event.stage is stage:
            cancel.cancel()

    with pytest.raises(RunCancelled):
        GenerationRunner().run(request_, observe, cancel)
    assert files(tmp_path) == before
    if exists:
        with Project.open(project_of(request_)) as project:
            assert len(project.takes()) == 1


def test_when_the_take_cannot_be_kept_nothing_is_written(
    request_: GenerationRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object, **_kwargs: object) -> None:
        raise InputError("The disk is full.")

    monkeypatch.setattr("engine.project.project.insert_take", full)
    with pytest.raises(EngineError):
        GenerationRunner().run(request_)
    assert files(tmp_path) == []


def test_another_video_is_refused_before_work(
    request_: GenerationRequest, tiny_video: Callable[..., TinyVideo], tmp_path: Path
) -> None:
    GenerationRunner().run(request_)
    other = tiny_video(shots_s=(1.0, 1.0), audio_hz=None)
    events: list[Event] = []
    with pytest.raises(InputError, match="another video"):
        GenerationRunner().run(replace(request_, video=other.path), events.append)
    assert not [e for e in events if isinstance(e, StageStarted)]
    with Project.open(project_of(request_)), pytest.raises(InputError, match="open in another"):
        GenerationRunner().run(request_)
