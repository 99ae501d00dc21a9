"""The runner on a small real video with a tiny random model: life cycle, cancel, failures, determinism."""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from engine.cancel import CancelToken
from engine.diffusion.model import save_bundle
from engine.errors import BundleError, EngineError, InputError, RunCancelled
from engine.events import (
    ConditionsReady,
    Event,
    FinishReason,
    PreviewReady,
    RunFinished,
    RunStarted,
    Stage,
    StageFinished,
    StageStarted,
)
from engine.runner import GenerationRequest, GenerationRunner, with_settings
from engine.settings import GenerationSettings
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
    return GenerationRequest(video=video.path, output=tmp_path / "out.mp4", settings=settings, bundle=bundle)


def collect(request: GenerationRequest, cancel: CancelToken | None = None) -> list[Event]:
    events: list[Event] = []
    GenerationRunner().run(request, events.append, cancel or CancelToken())
    return events


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_run_tells_its_story_in_order(request_: GenerationRequest, tmp_path: Path) -> None:
    request = replace(request_, midi=tmp_path / "out.mid", wav=tmp_path / "out.wav", manifest=tmp_path / "out.json")
    events = collect(request)
    assert events[0] == RunStarted(5)
    assert [e.stage for e in events if isinstance(e, StageStarted)] == list(Stage)
    assert [e.stage for e in events if isinstance(e, StageFinished)] == list(Stage)
    assert len([e for e in events if isinstance(e, ConditionsReady)]) == 1
    previews = [e for e in events if isinstance(e, PreviewReady)]
    assert [p.index for p in previews] == [0, 1, 2]
    assert previews[0].paper_t > previews[-1].paper_t
    ends = [e for e in events if isinstance(e, RunFinished)]
    assert ends == [events[-1]] and ends[0].reason is FinishReason.COMPLETED
    assert leftovers(tmp_path) == ["out.json", "out.mid", "out.mp4", "out.wav"]
    pickle.loads(pickle.dumps(events[1:-1]))


def test_video_is_copied_and_music_is_as_long(request_: GenerationRequest) -> None:
    collect(request_)
    with av.open(str(request_.video)) as source, av.open(str(request_.output)) as made:
        packets = [[bytes(p) for p in f.demux(f.streams.video[0]) if p.size] for f in (source, made)]
        assert packets[0] == packets[1]
    with av.open(str(request_.output)) as made:
        samples = sum(f.samples for f in made.decode(made.streams.audio[0]))
        rate = made.streams.audio[0].rate
    assert samples / rate == pytest.approx(4.5, abs=1 / 24)


def test_same_seed_same_bytes_other_seed_other_notes(request_: GenerationRequest, tmp_path: Path) -> None:
    notes = {}
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        request = with_settings(replace(request_, output=tmp_path / f"{name}.mid"), seed=seed)
        notes[name] = GenerationRunner().run(request).notes
    assert (tmp_path / "a.mid").read_bytes() == (tmp_path / "b.mid").read_bytes()
    assert notes["a"] != notes["c"]


@pytest.mark.parametrize("stage", list(Stage))
def test_cancel_at_each_stage_leaves_nothing(request_: GenerationRequest, tmp_path: Path, stage: Stage) -> None:
    cancel, events, asked = CancelToken(), [], [0.0]

    def observe(event: Event) -> None:
        events.append(event)
        if isinstance(event, StageStarted) and event.stage is stage:
            asked[0] = time.monotonic()
            cancel.cancel()

    runner = GenerationRunner()
    runner.run(replace(request_, output=tmp_path / "warm.mid"))
    (tmp_path / "warm.mid").unlink()
    with pytest.raises(RunCancelled):
        runner.run(replace(request_, use_cache=False), observe, cancel)
    assert events[-1] == RunFinished(FinishReason.CANCELLED)
    assert sum(isinstance(e, RunFinished) for e in events) == 1
    assert leftovers(tmp_path) == []
    assert time.monotonic() - asked[0] < 5.0


def test_an_earlier_output_survives_a_cancelled_run(request_: GenerationRequest) -> None:
    request_.output.write_bytes(b"earlier")
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(RunCancelled):
        GenerationRunner().run(request_, cancel=cancel)
    assert request_.output.read_bytes() == b"earlier"


def test_failures_end_with_one_sentence(request_: GenerationRequest, tmp_path: Path) -> None:
    events: list[Event] = []
    for broken, kind in (
        (replace(request_, video=tmp_path / "none.mp4"), InputError),
        (replace(request_, bundle=tmp_path), BundleError),
        (replace(request_, output=tmp_path / "no" / "where.mp4"), EngineError),
    ):
        events.clear()
        with pytest.raises(kind) as caught:
            GenerationRunner().run(broken, events.append)
        assert isinstance(caught.value, EngineError)
        end = events[-1]
        assert isinstance(end, RunFinished) and end.reason is FinishReason.FAILED
        assert end.message == caught.value.message and "\n" not in end.message
    assert leftovers(tmp_path) == []


@pytest.mark.filterwarnings("ignore")
def test_a_failing_observer_does_not_stop_the_run(
    request_: GenerationRequest, caplog: pytest.LogCaptureFixture
) -> None:
    def observe(_event: Event) -> None:
        raise ValueError("broken observer")

    result = GenerationRunner().run(request_, observe)
    assert result.output.is_file()
    assert "disconnected" in caplog.text


def test_the_second_run_does_not_decode_again(request_: GenerationRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    GenerationRunner().run(request_)

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise AssertionError("decoded again")

    monkeypatch.setattr("engine.pipeline.analyse", refuse)
    assert GenerationRunner().run(request_).output.is_file()


def test_manifest_holds_what_is_needed_to_repeat(request_: GenerationRequest) -> None:
    manifest = GenerationRunner().run(request_).manifest
    assert GenerationSettings.from_json(manifest["settings"]) == request_.settings
    assert manifest["seed"] == 5 and len(manifest["model"]["sha256"]) == 64
    assert set(manifest["timings_s"]) == {stage.value for stage in Stage}
    assert len(manifest["hits"]) == 2 and len(manifest["shots"]) == 3


def test_one_run_at_a_time(request_: GenerationRequest) -> None:
    runner, seen = GenerationRunner(), []

    def observe(event: Event) -> None:
        if isinstance(event, RunStarted):
            with pytest.raises(RuntimeError, match="under way"):
                runner.run(request_)
            seen.append(event)

    runner.run(request_, observe)
    assert len(seen) == 1


def test_previews_show_the_piece(request_: GenerationRequest) -> None:
    events = collect(request_)
    last = [e for e in events if isinstance(e, PreviewReady)][-1]
    assert last.roll.dtype == np.uint8 and last.roll.shape[0] == 3 and last.roll.shape[2] == 128
    assert set(np.unique(last.roll)) <= {0, 1, 2}
