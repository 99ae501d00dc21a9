"""`diffbgm score` and `steps` with a runner that tells a story instead of composing one."""

from __future__ import annotations

import json
import sys
import types
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.cancel import CancelToken
from engine.cli import main as cli
from engine.errors import OutputError, RunCancelled
from engine.events import PreviewReady, RunStarted, Stage, StageFinished, StageProgressed, StageStarted, Warned


@dataclass
class _Request:
    video: Path
    output: Path
    settings: Any
    bundle: Path | None = None
    midi: Path | None = None
    wav: Path | None = None
    manifest: Path | None = None
    previews: bool = True
    direction: Any = None
    stems: Path | None = None
    timelines: tuple[Any, ...] = ()
    project: Path | None = None
    encoders: Path | None = None
    captions: Path | None = None
    known: Any = None


class _Story:
    """Stands for `engine.runner`: remembers the request, sends events, and ends as it was told to."""

    def __init__(self) -> None:
        self.requests: list[_Request] = []
        self.error: Exception | None = None
        self.n_steps = 6

    def run(self, request: _Request, observer: Any, cancel: CancelToken) -> Any:
        self.requests.append(request)
        observer(RunStarted(42))
        observer(StageStarted(Stage.DENOISE, self.n_steps, "steps"))
        for index in range(self.n_steps):
            roll = np.zeros((3, 64, 128), np.uint8)
            roll[0, index, 60 : 64 + index] = 2
            observer(PreviewReady(index, self.n_steps, 0, 1000 - 1000 * (index + 1) / self.n_steps, roll))
            observer(StageProgressed(Stage.DENOISE, index + 1, self.n_steps, 1.0))
        observer(StageFinished(Stage.DENOISE, 1.5))
        observer(Warned("It is a short film."))
        if self.error is not None:
            raise self.error
        request.output.write_bytes(b"music")
        take = types.SimpleNamespace(id="cafe", name="")
        files = {"output": request.output, "midi": request.midi, "wav": request.wav}
        return types.SimpleNamespace(**files, manifest={"seed": 42}, notes=(), known="seen", take=take)


@pytest.fixture
def story(monkeypatch: pytest.MonkeyPatch) -> _Story:
    """The runner of this test."""
    teller = _Story()
    module = types.ModuleType("engine.runner")
    module.GenerationRequest = _Request  # type: ignore[attr-defined]
    module.GenerationRunner = lambda: teller  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "engine.runner", module)
    return teller


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """A file that stands for a video."""
    path = tmp_path / "film.mp4"
    path.touch()
    return path


def test_options_reach_the_request(story: _Story, film: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mkv"
    extra = {"--midi": "a.mid", "--wav": "a.wav", "--manifest": "a.json"}
    options = [item for option, name in extra.items() for item in (option, str(tmp_path / name))]
    options += "--t0 500 --k 4 --steps 10 --sampler ddim --guidance 3 --plan-guidance 1.5 --seed 7".split()
    options += "--tempo 90:100 --mood calm --palette strings --device cpu --original-audio mix".split()
    options += "--music-gain -3 --original-gain -9 --fade-out 2 --sensitivity 0.8 --bundle weights".split()
    assert cli.main(["score", str(film), "-o", str(out), *options]) == 0
    request = story.requests[0]
    assert (request.video, request.output) == (film, out)
    assert [request.midi, request.wav, request.manifest] == [tmp_path / name for name in extra.values()]
    assert request.bundle == Path("weights")
    s = request.settings
    assert (s.t0, s.k, s.steps, s.sampler, s.guidance, s.plan_guidance, s.seed) == (500, 4, 10, "ddim", 3, 1.5, 7)
    assert (s.tempo_min, s.tempo_max, s.mood, s.palette, s.device) == (90, 100, "calm", "strings", "cpu")
    assert (s.original_audio, s.music_gain_db, s.original_gain_db, s.fade_out_s) == ("mix", -3, -9, 2)
    assert s.sensitivity == 0.8


def test_defaults_are_those_of_the_settings(story: _Story, film: Path, tmp_path: Path) -> None:
    from engine.settings import GenerationSettings

    assert cli.main(["score", str(film), "-o", str(tmp_path / "out.mp4")]) == 0
    assert story.requests[0].settings == GenerationSettings()


def test_the_result_is_printed(story: _Story, film: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, midi = tmp_path / "out.mp4", tmp_path / "out.mid"
    assert cli.main(["score", str(film), "-o", str(out), "--midi", str(midi)]) == 0
    streams = capsys.readouterr()
    assert streams.out.splitlines() == [str(out), str(midi)]
    assert "Composing: 1.5 s" in streams.err
    assert "Note: It is a short film." in streams.err
    assert "Seed 42" in streams.err


def test_json_is_one_object_and_silence(
    story: _Story, film: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.wav"
    assert cli.main(["score", str(film), "-o", str(out), "--json"]) == 0
    streams = capsys.readouterr()
    assert streams.err == ""
    answer = json.loads(streams.out)
    take = {
        "output": str(out),
        "midi": None,
        "wav": None,
        "stems": None,
        "timelines": {},
        "manifest_file": None,
        "project": None,
        "take": "cafe",
        "name": "",
        "seed": 42,
        "warnings": ["It is a short film."],
        "manifest": {"seed": 42},
    }
    assert answer == {"ok": True, **take, "takes": [take]}


def test_a_project_keeps_the_takes(
    story: _Story, film: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = tmp_path / "piece.dbgm"
    words = ["score", str(film), "-o", str(tmp_path / "out.wav"), "--project", str(project), "--takes", "2", "-q"]
    assert cli.main(words) == 0
    assert [request.project for request in story.requests] == [project, project]
    assert str(project) in capsys.readouterr().out.splitlines()
    assert cli.main([*words[:5], str(tmp_path / "piece.mp4")]) == 1
    assert ".dbgm" in capsys.readouterr().err


def test_options_of_delivery_reach_the_request(story: _Story, film: Path, tmp_path: Path) -> None:
    options = "--loudness broadcast --true-peak -2 --no-duck --duck-db -14 --duck-notes --fade-in 0.5".split()
    options += ["--range", "1/4:20.5", "--stems", str(tmp_path / "stems")]
    assert cli.main(["score", str(film), "-o", str(tmp_path / "out.mp4"), *options]) == 0
    request = story.requests[0]
    s = request.settings
    assert (s.loudness_lufs, s.true_peak_db, s.duck, s.duck_db, s.duck_notes) == (-23, -2, False, -14, True)
    assert s.fade_in_s == 0.5
    assert request.direction.range_s == (Fraction(1, 4), Fraction(41, 2))
    assert request.stems == tmp_path / "stems"


@pytest.mark.parametrize(("text", "level"), [("web", -14), ("broadcast", -23), ("off", None), ("-16.5", -16.5)])
def test_loudness_has_presets(story: _Story, film: Path, tmp_path: Path, text: str, level: float | None) -> None:
    assert cli.main(["score", str(film), "-o", str(tmp_path / "out.mp4"), "--loudness", text]) == 0
    assert story.requests[0].settings.loudness_lufs == level


@pytest.mark.parametrize(
    "options", [["--loudness", "loud"], ["--range", "5"], ["--range", "5:4"], ["--takes", "0"], ["--duck-db", "3"]]
)
def test_wrong_options_of_delivery_are_usage(story: _Story, film: Path, tmp_path: Path, options: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        sys.exit(cli.main(["score", str(film), "-o", str(tmp_path / "out.mp4"), *options]))
    assert stopped.value.code == 2
    assert story.requests == []


def test_several_takes_have_seeds_and_names_of_their_own(
    story: _Story, film: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, manifest = tmp_path / "out.mp4", tmp_path / "how.json"
    options = ["--takes", "3", "--seed", "7", "--manifest", str(manifest), "--stems", str(tmp_path / "parts")]
    assert cli.main(["score", str(film), "-o", str(out), "--json", *options]) == 0
    answer = json.loads(capsys.readouterr().out)
    names = [str(tmp_path / f"out.{i}.mp4") for i in (1, 2, 3)]
    assert [take["output"] for take in answer["takes"]] == names
    assert [r.settings.seed for r in story.requests] == [7, 8, 9]
    assert [r.manifest for r in story.requests] == [tmp_path / f"how.{i}.json" for i in (1, 2, 3)]
    assert [r.stems for r in story.requests] == [tmp_path / f"parts.{i}" for i in (1, 2, 3)]
    assert [r.known for r in story.requests] == [None, "seen", "seen"]
    assert all(take["warnings"] == ["It is a short film."] for take in answer["takes"])


def test_takes_without_a_seed_follow_a_fresh_one(story: _Story, film: Path, tmp_path: Path) -> None:
    assert cli.main(["score", str(film), "-o", str(tmp_path / "out.mid"), "--takes", "2"]) == 0
    first, second = (r.settings.seed for r in story.requests)
    assert second == (first + 1) % 2**32


def test_stems_need_a_folder_to_lie_in(story: _Story, film: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for place in ("none/stems", "file"):
        assert cli.main(["score", str(film), "-o", str(tmp_path / "out.mp4"), "--stems", str(tmp_path / place)]) == 1
    assert story.requests == []


def test_quiet_prints_the_name_alone(
    story: _Story, film: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["score", str(film), "-o", str(tmp_path / "out.mid"), "-q"]) == 0
    streams = capsys.readouterr()
    assert (streams.out, streams.err) == (f"{tmp_path / 'out.mid'}\n", "")


def test_a_failed_run_is_a_sentence(
    story: _Story, film: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    story.error = OutputError("The disk is full.", "Free some space.")
    assert cli.main(["score", str(film), "-o", str(tmp_path / "out.mp4"), "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer == {"ok": False, "error": {"message": "The disk is full.", "hint": "Free some space."}}


def test_a_cancelled_run_exits_130(story: _Story, film: Path, tmp_path: Path) -> None:
    story.error = RunCancelled()
    assert cli.main(["score", str(film), "-o", str(tmp_path / "out.mp4")]) == 130


@pytest.mark.parametrize("name", ["out.avi", "film.mp4", "none/out.mp4"])
def test_an_impossible_output_stops_before_work(story: _Story, film: Path, tmp_path: Path, name: str) -> None:
    assert cli.main(["score", str(film), "-o", str(tmp_path / name)]) == 1
    assert story.requests == []


def test_steps_draw_one_frame_each(
    story: _Story, film: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gif = tmp_path / "steps.gif"
    assert cli.main(["steps", str(film), "--gif", str(gif), "--t0", "300", "--seed", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["frames"] == 6
    assert story.requests[0].settings.t0 == 300
    with Image.open(gif) as image:
        assert image.n_frames == 6
        frames = []
        for index in range(6):
            image.seek(index)
            frames.append(image.convert("RGB").tobytes())
    assert len(set(frames)) == 6
    assert not story.requests[0].output.exists()
