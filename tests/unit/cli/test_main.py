"""The contract of the command line: exit status, sentences, JSON, no tracebacks."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from engine.cancel import CancelToken
from engine.cli import main as cli
from engine.cli import shots
from engine.cli.common import cancelled_by_signals
from engine.errors import InputError, RunCancelled


def _usage_error(argv: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(argv)
    assert caught.value.code == 2


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        ([], "required"),
        (["compose"], "invalid choice"),
        (["score", "film.mp4"], "-o/--output"),
        (["score", "film.mp4", "-o", "out.mp4", "--t0", "5000"], "t0 is 5000; it must lie between 0 and 1000"),
        (["score", "film.mp4", "-o", "out.mp4", "--k", "0"], "k is 0"),
        (["score", "film.mp4", "-o", "out.mp4", "--steps", "many"], "invalid int value"),
        (["score", "film.mp4", "-o", "out.mp4", "--tempo", "fast"], "MIN:MAX"),
        (["score", "film.mp4", "-o", "out.mp4", "--tempo", "120:80"], "upside down"),
        (["score", "film.mp4", "-o", "out.mp4", "--sampler", "euler"], "invalid choice"),
        (["score", "film.mp4", "-o", "out.mp4", "--guid", "2"], "unrecognized arguments"),
        (["shots", "film.mp4", "--sensitivity", "2"], "from 0 to 1"),
        (["shots", "film.mp4", "--sensitivity", "nan"], "from 0 to 1"),
        (["features"], "VIDEO"),
        (["roll", "song.mid"], "--png"),
        (["steps", "film.mp4"], "--gif"),
    ],
)
def test_wrong_usage_exits_2(argv: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    _usage_error(argv)
    streams = capsys.readouterr()
    assert said in streams.err
    assert streams.out == ""


def test_wrong_usage_under_json_is_an_object(capsys: pytest.CaptureFixture[str]) -> None:
    _usage_error(["score", "film.mp4", "-o", "out.mp4", "--t0", "-1", "--json"])
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is False
    assert "t0" in answer["error"]["message"]


@pytest.mark.parametrize(
    "argv",
    [
        ["score", "no such film.mp4", "-o", "out.mp4"],
        ["shots", "no such film.mp4"],
        ["features", "no such film.mp4"],
        ["roll", "no such film.mp4", "--png", "x.png"],
        ["steps", "no such film.mp4", "--gif", "x.gif"],
    ],
)
def test_a_missing_file_is_one_sentence_and_a_hint(
    argv: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(argv) == 1
    streams = capsys.readouterr()
    assert streams.out == ""
    assert streams.err.splitlines() == [
        "diffbgm: There is no file 'no such film.mp4'.",
        "  Check the name; quote it if it holds spaces.",
    ]
    assert cli.main([*argv, "--json"]) == 1
    streams = capsys.readouterr()
    assert json.loads(streams.out)["error"]["message"] == "There is no file 'no such film.mp4'."
    assert streams.err == ""
    assert list(tmp_path.iterdir()) == []


def _raising(error: BaseException) -> Any:
    def run(_args: object, _cancel: CancelToken) -> int:
        raise error

    return run


def _run_shots_that_raise(error: BaseException, monkeypatch: pytest.MonkeyPatch, *options: str) -> int:
    monkeypatch.setattr(shots, "run", _raising(error))
    return cli.main(["shots", "film.mp4", *options])


def test_expected_failures_exit_1(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run_shots_that_raise(InputError("It is a song.", "Give a film."), monkeypatch) == 1
    assert capsys.readouterr().err == "diffbgm: It is a song.\n  Give a film.\n"


@pytest.mark.parametrize("error", [RunCancelled(), KeyboardInterrupt()])
def test_a_cancelled_run_exits_130(
    error: BaseException, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run_shots_that_raise(error, monkeypatch, "--json") == 130
    assert json.loads(capsys.readouterr().out)["error"]["message"] == "Cancelled."


def test_a_fault_of_the_program_is_a_sentence_and_a_log(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run_shots_that_raise(ZeroDivisionError("division by zero"), monkeypatch) == 1
    said = capsys.readouterr().err
    assert "ZeroDivisionError: division by zero" in said
    assert "Traceback" not in said
    log = Path(said.rsplit("written in ", 1)[1].strip())
    assert log.parent == Path(os.environ["DIFFBGM_LOG_DIR"])
    assert "Traceback" in log.read_text()
    assert "raise error" in log.read_text()


def test_an_unwritable_log_is_said_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("DIFFBGM_LOG_DIR", str(tmp_path / "file" / "folder"))
    assert _run_shots_that_raise(ZeroDivisionError(), monkeypatch) == 1
    assert "could not be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "said"),
    [(OSError(errno.ENOSPC, "No space left on device"), "The disk is full."), (MemoryError(), "The memory ran out.")],
)
def test_exhausted_machines_are_no_faults(
    error: Exception, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run_shots_that_raise(error, monkeypatch) == 1
    assert capsys.readouterr().err.startswith(f"diffbgm: {said}\n")


def test_signals_cancel_and_are_given_back() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with cancelled_by_signals() as token:
        signal.raise_signal(signal.SIGTERM)
        assert token.is_cancelled
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_outside_the_main_thread_signals_are_left_alone() -> None:
    seen: list[bool] = []

    def work() -> None:
        with cancelled_by_signals() as token:
            seen.append(token.is_cancelled)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [False]


def _command(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "engine", *arguments], capture_output=True, text=True, check=False, **options
    )


def test_version_and_help_as_a_program(repository: Path) -> None:
    from engine.version import __version__

    version = _command("--version", cwd=repository)
    assert (version.returncode, version.stdout) == (0, f"diffbgm {__version__}\n")
    shown = _command("score", "--help", cwd=repository)
    assert shown.returncode == 0
    for option in (
        *("--midi", "--wav", "--manifest", "--t0", "--k", "--steps", "--sampler", "--guidance", "--seed", "--tempo"),
        *("--mood", "--palette", "--device", "--original-audio", "--bundle", "--json", "--sensitivity", "--fade-out"),
        *("--plan-guidance", "--music-gain", "--original-gain", "--quiet"),
    ):
        assert option in shown.stdout


@pytest.mark.skipif(os.name != "posix", reason="signals as processes get them on POSIX")
def test_a_reader_that_leaves_is_no_error(repository: Path) -> None:
    """`diffbgm ... | head -0`: nothing on stderr, no traceback."""
    read_end, write_end = os.pipe()
    os.close(read_end)
    result = subprocess.run(
        [sys.executable, "-m", "engine", "doctor", "--json"],
        cwd=repository,
        stdout=write_end,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(write_end)
    assert "Traceback" not in result.stderr
    assert "Exception ignored" not in result.stderr
