"""`diffbgm --self-check`: a line for each part, what fails is named, the others go on."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from engine.audio import synth
from engine.audio.clip import AudioClip
from engine.cancel import CancelToken
from engine.cli import main as cli
from engine.cli import self_check
from engine.cli.self_check import Finding
from engine.errors import InputError
from engine.video.probe import probe


def _never(*_: object) -> str:
    raise AssertionError("must not be asked")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """All parts work at once."""
    for name in ("resources", "model", "soundfont", "timelines", "service"):
        monkeypatch.setattr(self_check, f"check_{name}", lambda name=name: f"{name} is fine")
    monkeypatch.setattr(self_check, "check_synthesiser", lambda cancel: "sounds")
    monkeypatch.setattr(self_check, "check_scoring", lambda folder, cancel: "scored")
    monkeypatch.setattr(self_check, "check_window", lambda folder: iter([Finding("icons", True, "61 drawn")]))


@pytest.mark.usefixtures("quick")
def test_every_part_has_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--self-check"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("diffbgm ")
    assert [line.split()[:2] for line in lines[1:5]] == [
        ["ok", "resources"], ["ok", "model"], ["ok", "soundfont"], ["ok", "synthesiser"],
    ]  # fmt: skip
    assert lines[-1].startswith("All parts work")


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("error", "said"),
    [
        (InputError("The soundfont is missing.", "Install it."), "The soundfont is missing. Install it."),
        (self_check.CheckError("It is silent."), "It is silent."),
        (RuntimeError("odd"), "RuntimeError: odd"),
    ],
)
def test_what_fails_is_named_and_the_rest_goes_on(
    error: Exception, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> str:
        raise error

    monkeypatch.setattr(self_check, "check_soundfont", fail)
    assert cli.main(["--self-check"]) == 1
    shown = capsys.readouterr().out
    assert f"FAIL  soundfont     {said}" in shown
    assert "ok    icons" in shown
    assert "Parts that do not work: 1" in shown


@pytest.mark.parametrize(("argv", "said"), [(["--self-check", "doctor"], "stands alone"), ([], "required: COMMAND")])
def test_wrong_calls(argv: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(argv)
    assert caught.value.code == 2
    assert said in capsys.readouterr().err


def test_missing_resources_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(self_check, "REQUIRED", ("demo/demo.mp4", "model/none.bin"))
    found = self_check._judged("resources", self_check.check_resources)
    assert not found.is_good
    assert "model/none.bin" in found.detail


def test_the_real_soundfont_and_players() -> None:
    assert "TimGM6mb.sf2" in self_check.check_soundfont()
    assert self_check.check_synthesiser(CancelToken()).startswith("built-in")


def test_the_real_timelines_and_service() -> None:
    assert "otio_json, fcp_xml" in self_check.check_timelines()
    assert "uvicorn" in self_check.check_service()


def test_a_player_that_is_not_heard_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(self: object, score: object, **_: object) -> AudioClip:
        from fractions import Fraction

        return AudioClip.silence(Fraction(1), 44100)

    monkeypatch.setattr(synth.DeskSynthesizer, "render", silent)
    with pytest.raises(self_check.CheckError, match="nothing is heard"):
        self_check.check_synthesiser(CancelToken())


def test_the_clip_is_one_second(tmp_path: Path) -> None:
    self_check.write_clip(tmp_path / "film.mp4")
    info = probe(tmp_path / "film.mp4")
    assert info.duration_s == 1
    assert (info.width, info.height) == (320, 180)


def _studio(tmp_path: Path, code: str) -> list[str]:
    script = tmp_path / "studio.py"
    script.write_text(f"import json, pathlib, sys\nreport = pathlib.Path(sys.argv[-1])\n{code}\n")
    return [sys.executable, str(script)]


GOOD = json.dumps([{"name": "icons", "is_good": True, "detail": "61 drawn"}])


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (f"report.write_text({GOOD!r})", [Finding("icons", True, "61 drawn")]),
        (f"report.write_text({GOOD!r}); sys.exit(3)", [
            Finding("icons", True, "61 drawn"), Finding("window", False, "The studio ended with status 3."),
        ]),
        ("sys.exit('no display')", [Finding("window", False, "The studio does not start: no display")]),
        ("report.write_text('{')", None),
        ("report.write_text('[1]')", None),
    ],
)  # fmt: skip
def test_the_studio_is_asked_and_believed_only_when_it_answers(
    code: str, expected: list[Finding] | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(self_check, "studio_command", lambda: _studio(tmp_path, code))
    found = list(self_check.check_window(tmp_path))
    if expected is None:
        assert [finding.is_good for finding in found] == [False]
        assert "cannot be read" in found[0].detail
    else:
        assert found == expected


def test_a_studio_that_is_not_there_or_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(self_check, "studio_command", lambda: [str(tmp_path / "diffbgm-studio")])
    (found,) = self_check.check_window(tmp_path)
    assert found.detail == "The studio does not start: diffbgm-studio is missing"
    monkeypatch.setattr(self_check, "studio_command", lambda: _studio(tmp_path, "import time; time.sleep(30)"))
    monkeypatch.setattr(self_check, "_WINDOW_TIMEOUT_S", 1)
    (found,) = self_check.check_window(tmp_path)
    assert "no answer within 1 s" in found.detail


@pytest.mark.slow
def test_all_of_it_from_source(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Fifteen seconds: the model is loaded, a second of film scored, and the studio started, as a user would."""
    pytest.importorskip("PySide6.QtWidgets", exc_type=ImportError)
    monkeypatch.delenv("DISPLAY", raising=False)
    assert cli.main(["--self-check"]) == 0, capsys.readouterr().out
    shown = capsys.readouterr().out
    for part in (
        "resources",
        "model",
        "soundfont",
        "synthesiser",
        "one second",
        "timelines",
        "service",
        "icons",
        "languages",
        "players",
    ):
        assert f"ok    {part} " in shown
    assert "en, zh_CN" in shown
