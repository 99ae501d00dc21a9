"""The players, playing for real: each kind in a process of its own, so that one that hangs holds up no other test."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

LIMIT_S = 170
"""Several times what a run needs on a busy machine."""


def played(repository: Path, kind: str, *, display: bool) -> tuple[int, str]:
    """Run `tests/gui/playing` for one kind of player; exit status and output."""
    command = [sys.executable, "-m", "pytest", "tests/gui/playing", "-q", "-p", "no:cacheprovider", "-o", "timeout=60"]
    if display:
        command = ["xvfb-run", "-a", *command]
    environment = {
        **os.environ,
        "DIFFBGM_TEST_PLAYER": kind,
        "QT_QPA_PLATFORM": "xcb" if display else "offscreen",
        "PYTHONFAULTHANDLER": "1",
    }
    try:
        done = subprocess.run(
            command, cwd=repository, env=environment, capture_output=True, text=True, timeout=LIMIT_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        said = error.stdout.decode(errors="replace") if isinstance(error.stdout, bytes) else error.stdout or ""
        pytest.fail(f"{kind} hung:\n{said[-3000:]}")
    return done.returncode, done.stdout[-4000:] + done.stderr[-2000:]


def passed(repository: Path, kind: str, *, display: bool = False) -> None:
    status, said = played(repository, kind, display=display)
    if status != 0:  # players of the system hang now and then where many processes compete: what is wrong fails twice
        status, said = played(repository, kind, display=display)
    if status == 0 and " passed" not in said:
        pytest.skip(said.strip().splitlines()[-1])
    assert status == 0, said


def test_stills(repository: Path) -> None:
    passed(repository, "stills")


def test_qt_multimedia(repository: Path) -> None:
    passed(repository, "qt")


@pytest.mark.slow
def test_vlc(repository: Path) -> None:
    """Under a display of its own: libVLC draws into a window."""
    if importlib.util.find_spec("vlc") is None:
        pytest.skip("python-vlc is not installed")
    if shutil.which("xvfb-run") is None:
        pytest.skip("xvfb-run is not installed")
    passed(repository, "vlc", display=True)
