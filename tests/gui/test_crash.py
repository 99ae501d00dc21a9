"""Kill -9 while composing and while saving: nothing is lost but the running take."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from diffbgm_gui.document import Document, toggle_marker
from diffbgm_gui.keeping import Keeper, leftovers
from diffbgm_gui.studio import Studio
from diffbgm_gui.studio_events import LeftoversFound, ProjectOpened
from engine.pipeline import analyse_video
from tests.helpers.video import TinyVideo

CHILD = """
import sys, time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from PySide6.QtCore import QCoreApplication, QTimer
from diffbgm_gui.bridge import EngineBridge
from diffbgm_gui.document import toggle_marker
from diffbgm_gui.run_state import Phase
from diffbgm_gui.studio import Studio
from tests.gui.fakes import FakeEngine, fake_played
import diffbgm_gui.studio_hearing as hearing

hearing.played = fake_played
video, target, how = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
app = QCoreApplication([])
engine = FakeEngine()
studio = Studio(bridge=EngineBridge(lambda: engine, interval_ms=5))
state = {"n": 0}

def say(word):
    print(word, flush=True)

def go():
    if studio.state.phase is not Phase.READY:
        return
    n = state["n"] = state["n"] + 1
    if n == 1:
        studio.edit("mark", lambda d: toggle_marker(d, Fraction(1)))
        studio.generate(takes=2)
    elif n == 2 and len(studio.document.takes) == 2:
        studio.save(target)
        studio.disk.submit(lambda emit, cancel: say("saved"))
    elif n == 3:
        studio.edit("mark", lambda d: toggle_marker(d, Fraction(2)))
        if how == "composing":
            engine.gate.clear()
            studio.generate()
            studio.disk.submit(lambda emit, cancel: say("composing"))
        else:
            studio.disk.submit(lambda emit, cancel: say("saving"))
            for _ in range(400):
                studio.save(target)
    elif n < 3:
        state["n"] = n - 1

timer = QTimer(interval=20)
timer.timeout.connect(go)
timer.start()
studio.open_video(video)
app.exec()
"""


def killed(repository: Path, video: Path, target: Path, how: str, *, after_s: float) -> None:
    """Run a studio until it says that it is at it, and kill it."""
    command = [sys.executable, "-c", CHILD, str(video), str(target), how]
    environment = {**os.environ, "PYTHONPATH": str(repository), "QT_QPA_PLATFORM": "offscreen"}
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert child.stdout is not None
    try:
        for line in child.stdout:
            if line.strip() == how:
                break
        else:
            pytest.fail("the studio ended before it was killed")
        time.sleep(after_s)
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
@pytest.mark.parametrize(("how", "after_s"), [("composing", 0.2), ("saving", 0.05), ("saving", 0.3)])
def test_kill_9(
    how: str, after_s: float, repository: Path, video: TinyVideo, tmp_path: Path, studio: Studio, qtbot: Any
) -> None:
    target = tmp_path / "film.dbgm"
    killed(repository, video.path, target, how, after_s=after_s)
    told: list[Any] = []
    studio.event.connect(lambda e: told.append(e) if isinstance(e, LeftoversFound | ProjectOpened) else None)
    studio.find_leftovers()
    qtbot.waitUntil(lambda: bool(told), timeout=20_000)
    (leftover,) = told[0].leftovers
    assert leftover.origin == target and leftover.video == video.path.name
    keeper = Keeper()
    try:
        saved = keeper.open(target).document
    finally:
        keeper.close()
    assert len(saved.takes) == 2 and 1 <= len(saved.direction.markers) <= 2, "the user's file is whole"
    studio.recover(leftover)
    qtbot.waitUntil(lambda: len(told) == 2, timeout=20_000)
    document = studio.document
    assert [marker.time_s for marker in document.direction.markers] == [1, 2], "nothing is lost"
    assert [entry.name for entry in document.takes] == ["Take 1", "Take 2"] and studio.origin == target
    assert studio.is_dirty, "what was recovered is not in the user's file yet"
    studio.close()
    assert leftovers() == ()


def test_saving_leaves_later_edits_in_the_working_copy(video: TinyVideo, tmp_path: Path) -> None:
    keeper, first = Keeper(), Document(video=video.path)
    later = toggle_marker(first, Fraction(2))
    keeper.begin(analyse_video(video.path), first)
    keeper.write(later)
    keeper.save(tmp_path / "film.dbgm", first)
    assert keeper._project is not None
    keeper._project.close()  # as a crash leaves it
    (leftover,) = leftovers()
    assert leftover.origin == tmp_path / "film.dbgm"
    after, saved = Keeper(), Keeper()
    assert after.recover(leftover).document.direction == later.direction
    assert saved.open(tmp_path / "film.dbgm").document.direction == first.direction
    after.close()
    saved.close()
