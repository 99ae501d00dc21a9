"""What a person is told while a run goes on."""

from __future__ import annotations

import io
import sys

import pytest

from engine.cli.progress import STAGE_LABELS, RunProgress, eta_text
from engine.events import Event, RunStarted, Stage, StageFinished, StageProgressed, StageStarted, Warned

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
