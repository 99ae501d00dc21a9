"""Starting the program: command line, scenes, imports."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QImage

from diffbgm_gui.__main__ import SCENES, build_parser, main
from diffbgm_gui.scenes import SCENES as TAKEN
from diffbgm_gui.scenes import Scene, SceneTaker
from tests.gui.fakes import FakeEngine
from tests.helpers.video import TinyVideo


def test_the_command_line_offers_every_scene() -> None:
    assert SCENES == TAKEN
    arguments = build_parser().parse_args(["a.mp4", "--screenshot", "o.png", "--scene", "takes"])
    assert arguments.file == Path("a.mp4") and arguments.scene == "takes"


def test_importing_the_window_loads_neither_torch_nor_the_engine_s_weight(repository: Path) -> None:
    code = "import sys, diffbgm_gui.app; print(*[n for n in ('torch', 'cv2', 'av', 'scipy') if n in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == ""


def test_without_a_display_it_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], qapp: Any
) -> None:
    from engine.desktop import Problem

    monkeypatch.setattr("engine.desktop.window_problem", lambda: Problem("There is no display.", "Log in."))
    assert main([]) == 1
    assert "There is no display." in capsys.readouterr().err


def test_a_picture_of_the_empty_window(repository: Path, tmp_path: Path) -> None:
    output = tmp_path / "empty.png"
    command = [sys.executable, "-m", "diffbgm_gui", "--screenshot", str(output), "--scene", "empty"]
    subprocess.run(command, cwd=repository, check=True, capture_output=True, timeout=120)
    image = QImage(str(output))
    assert (image.width(), image.height()) == (1440, 900)


def test_a_picture_at_another_scale_size_and_theme(repository: Path, tmp_path: Path) -> None:
    output = tmp_path / "light.png"
    how = ["--scale", "1.5", "--size", "1280x720", "--theme", "light", "--language", "zh_CN"]
    command = [sys.executable, "-m", "diffbgm_gui", "--screenshot", str(output), "--scene", "preferences", *how]
    subprocess.run(command, cwd=repository, check=True, capture_output=True, timeout=120)
    image = QImage(str(output))
    assert (image.width(), image.height()) == (1920, 1080)


@pytest.mark.parametrize("scene", [scene for scene in SCENES if scene != "empty"])
def test_scenes_are_reached(
    scene: str, window: Any, engine: FakeEngine, qtbot: Any, video: TinyVideo, tmp_path: Path
) -> None:
    output = tmp_path / f"{scene}.png"
    if scene == "generating":
        engine.gate.clear()  # the run stays under way until the window is closed
    taker = SceneTaker(window, Scene(scene, output, video.path))
    with qtbot.waitSignal(taker.finished, timeout=120_000) as finished:
        taker.start()
    assert finished.args == [0] and output.is_file()


def test_a_scene_that_cannot_be_reached_ends_with_an_error(
    window: Any, qtbot: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    taker = SceneTaker(window, Scene("takes", tmp_path / "x.png", tmp_path / "none.mp4"))
    with qtbot.waitSignal(taker.finished, timeout=120_000) as finished:
        taker.start()
    assert finished.args == [1] and "none.mp4" in caplog.text
