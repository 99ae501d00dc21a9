"""What a person is told while a run goes on."""

from __future__ import annotations

import argparse
import io
import json
import sys

import pytest

from engine.cli.progress import STAGE_LABELS, RunProgress, add_progress_option, eta_text, progress_of
from engine.event_json import EventWriter
from engine.events import (
    ConditionsReady,
    Event,
    FinishReason,
    RunFinished,
    RunStarted,
    Stage,
    StageFinished,
    StageProgressed,
    StageStarted,
    Warned,
)

STORY: tuple[Event, ...] = (
    RunStarted(7),
    StageStarted(Stage.ANALYSE, 10, "frames"),
    StageProgressed(Stage.ANALYSE, 5, 10, 8.0),
    Warned("The film is silent."),
    StageProgressed(Stage.ANALYSE, 10, 10, 120.0),
    StageFinished(Stage.ANALYSE, 2.0),
)


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _tell(progress: RunProgress) -> None:
    with progress:
        for event in STORY:
            progress(event)


def test_every_stage_has_a_label() -> None:
    assert set(STAGE_LABELS) == set(Stage)


def test_away_from_a_terminal_there_is_a_line_a_stage(capsys: pytest.CaptureFixture[str]) -> None:
    progress = RunProgress()
    _tell(progress)
    streams = capsys.readouterr()
    assert streams.out == ""
    assert streams.err.splitlines() == ["Note: The film is silent.", "Watching the picture: 2.0 s"]
    assert (progress.seed, progress.warnings) == (7, ["The film is silent."])


def test_on_a_terminal_there_is_a_bar_with_the_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = _Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    _tell(RunProgress())
    shown = terminal.getvalue()
    assert "Watching the picture" in shown
    assert "100%" in shown
    assert "about 2 min left" in shown
    assert "Note: The film is silent." in shown
    assert "Watching the picture: 2.0 s" not in shown


def test_silence_still_keeps_warnings(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    progress = RunProgress(silent=True)
    _tell(progress)
    assert capsys.readouterr().err == ""
    assert progress.warnings == ["The film is silent."]


@pytest.mark.parametrize(("seconds", "text"), [(0.2, "1 s"), (8.4, "8 s"), (89, "89 s"), (95, "2 min")])
def test_time_left(seconds: float, text: str) -> None:
    assert eta_text(seconds) == text


def test_json_lines_tell_each_event(capsys: pytest.CaptureFixture[str]) -> None:
    progress = RunProgress(json_lines=True)
    _tell(progress)
    progress.say("for people")
    progress.report(Stage.ANALYSE)(1, 4)
    streams = capsys.readouterr()
    told = [json.loads(line) for line in streams.err.splitlines()]
    assert streams.out == ""
    assert [line["event"] for line in told] == [
        "started", "stage", "progress", "warning", "progress", "stage_finished", "progress",
    ]  # fmt: skip
    assert told[2] | {"share": 0} == {
        "event": "progress", "stage": "analyse", "done": 5, "total": 10, "eta_s": 8, "share": 0,
    }  # fmt: skip
    assert told[-1]["eta_s"] is None
    assert progress.warnings == ["The film is silent."]


def test_the_share_of_a_run_never_falls() -> None:
    writer = EventWriter()

    def shares(*story: tuple[Stage, float]) -> list[float]:
        writer(RunStarted(1))
        told = [writer(StageProgressed(stage, done, 1)) for stage, done in story]
        return [line["share"] for line in told if line is not None]

    composing = shares((Stage.PROBE, 1), (Stage.ANALYSE, 0.5), (Stage.ANALYSE, 0.2), (Stage.DENOISE, 1))
    assert composing == [0.01, 0.1, 0.1, 0.61]
    assert shares((Stage.PROBE, 1), (Stage.MUX, 0.5), (Stage.MUX, 1)) == [0.61, 0.93, 1.0]
    assert shares((Stage.PROBE, 0.5)) == [0.005]
    assert writer(ConditionsReady({})) is None
    failed = writer(RunFinished(FinishReason.FAILED, message="No.", hint="Try."))
    assert failed == {"event": "finished", "reason": "failed", "message": "No.", "hint": "Try."}


@pytest.mark.parametrize("words", [["--json"], ["--quiet"]])
def test_progress_for_programs_is_told_beside_silence(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    add_progress_option(parser)
    for option in ("--json", "--quiet"):
        parser.add_argument(option, action="store_true")
    progress_of(parser.parse_args(words))(Warned("one"))
    progress_of(parser.parse_args([*words, "--progress", "json"]))(Warned("two"))
    assert json.loads(capsys.readouterr().err) == {"event": "warning", "message": "two"}
