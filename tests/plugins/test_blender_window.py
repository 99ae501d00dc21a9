"""The add-on in a Blender with a window, on a screen that nobody sees: nothing blocks, Esc cancels, the panel draws.

One run, about a minute of work, most of it drawing without a graphics card; skipped where Blender or Xvfb is missing.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from plugins.blender import pack
from tests.helpers.video import TinyVideo

BLENDER, XVFB = shutil.which("blender"), shutil.which("xvfb-run")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BLENDER is None or XVFB is None, reason="Blender or Xvfb is not installed"),
    pytest.mark.timeout(900),
]
SCRIPT = Path(__file__).with_name("blender_window.py")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory, tiny_video: Callable[..., TinyVideo]) -> dict[str, Any]:
    """What was seen, and under "said" what Blender wrote."""
    folder = tmp_path_factory.mktemp("window")
    shutil.copy(tiny_video(shots_s=(4.0,), audio_hz=300.0).path, folder / "b.mp4")
    engine = folder / "diffbgm"
    engine.write_text(f'#!/bin/sh\ncd "{Path(__file__).parents[2]}" && exec "{sys.executable}" -m engine "$@"\n')
    engine.chmod(0o755)
    pack.pack(folder).rename(folder / "addon.zip")
    (folder / "asked.json").write_text(json.dumps({"engine": str(engine), "options": ""}))
    own = {name: str(folder / name.lower()) for name in ("BLENDER_USER_CONFIG", "BLENDER_USER_SCRIPTS")}
    environ = {**os.environ, **own, "DIFFBGM_CACHE_DIR": str(folder / "cache"), "OMP_NUM_THREADS": "2"}
    environ.pop("DISPLAY", None)
    assert BLENDER is not None and XVFB is not None
    words = [XVFB, "-a", "-s", "-screen 0 1280x800x24", BLENDER, "--factory-startup", "-noaudio"]
    words += ["--enable-event-simulate", "--window-geometry", "0", "0", "1280", "800", "--python", str(SCRIPT)]
    run = subprocess.run(
        [*words, "--", str(folder)], env=environ, capture_output=True, text=True, timeout=800, check=False
    )
    told = folder / "window.json"
    assert told.is_file(), run.stdout + run.stderr
    data: dict[str, Any] = json.loads(told.read_text())
    assert "traceback" not in data, data["traceback"]
    return {**data, "said": run.stdout + run.stderr}


def test_starting_does_not_block(found: dict[str, Any]) -> None:
    assert found["started"] == ["RUNNING_MODAL"]
    assert found["blocked_s"] < 1
    assert found["ticks"] > 1  # Blender went on while the engine worked


def test_escape_cancels_at_once(found: dict[str, Any]) -> None:
    assert found["message"] == "Cancelled."
    assert found["cancel_s"] < 2  # a frame drawn without a graphics card takes its time
    assert found["strips"] == ["b"]


def test_the_music_comes_and_is_one_step_of_undo(found: dict[str, Any]) -> None:
    assert found["scored"].startswith("Take 1: ")
    assert found["after"] == ["b", "♪ Take 1"]
    assert found["undone"] == ["b"] and found["redone"] == ["b", "♪ Take 1"]


def test_the_panels_draw_without_a_fault(found: dict[str, Any]) -> None:
    assert found["score_drawn"] and found["details_drawn"] and found["music_drawn"]
    assert "Traceback" not in found["said"], found["said"]
