"""The time axis, the colours of the roll, the stills player and the message bar, each alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage

from diffbgm_gui.axis import GUTTER_PX, TimeAxis
from diffbgm_gui.player import StillsPlayer, make_player
from diffbgm_gui.widgets.timeline import clock, picture_image


def test_axis_shows_all_of_a_new_video(qapp: Any) -> None:
    axis = TimeAxis()
    axis.set_width(1000)
    axis.set_duration(60.0)
    assert axis.x(0.0) == GUTTER_PX and axis.seconds(axis.x(30.0)) == pytest.approx(30.0)
    assert axis.zoom == 1.0


def test_zoom_keeps_the_point_under_the_pointer(qapp: Any) -> None:
    axis = TimeAxis()
    axis.set_width(1000)
    axis.set_duration(3600.0)
    x = axis.x(1000.0)
    for _ in range(5):
        axis.zoom_by(2.0, 1000.0)
    assert axis.zoom == pytest.approx(32) and axis.x(1000.0) == pytest.approx(x)
    axis.zoom_by(1e9, 1000.0)
    assert axis.shown_s == 2.0
    axis.zoom_by(1e-9, 1000.0)
    assert axis.zoom == pytest.approx(1.0) and axis.left_s == 0.0


def test_the_view_follows_the_playhead(qapp: Any) -> None:
    axis = TimeAxis()
    axis.set_duration(100.0)
    axis.zoom_by(10.0, 0.0)
    axis.set_playhead(50.0)
    assert axis.left_s <= 50.0 <= axis.left_s + axis.shown_s
    axis.set_playhead(500.0)
    assert axis.playhead_s == 100.0


def test_clock() -> None:
    assert clock(0) == "0:00" and clock(83.0) == "1:23" and clock(3723.46, tenths=True) == "1:02:03.4"


def test_picture_image_is_a_copy(qapp: Any) -> None:
    picture = np.zeros((2, 5, 3), np.uint8)
    picture[1, 4] = (10, 20, 30)
    image = picture_image(picture)
    picture[:] = 255
    assert image.pixelColor(4, 1) == QColor(10, 20, 30) and image.pixelColor(0, 0) == QColor(0, 0, 0)


def test_stills_follow_the_clock(qapp: Any, qtbot: Any) -> None:
    player = StillsPlayer("there is no sound here.")
    player.duration_s = 0.3
    player.open(Path("a.mp4"))
    shown: list[QImage] = []
    player.frame_ready.connect(shown.append)
    first, second = QImage(2, 2, QImage.Format.Format_RGB888), QImage(3, 3, QImage.Format.Format_RGB888)
    player.add_still(0.0, first)
    player.add_still(0.15, second)
    player.play()
    qtbot.waitUntil(lambda: not player.is_playing, timeout=3000)
    assert [image.width() for image in shown] == [2, 3]
    assert player.position_s == pytest.approx(0.3)
    player.toggle()
    assert player.position_s < 0.1, "playing at the end starts again"
    player.pause()
    assert "there is no sound here." in player.explanation


def test_without_the_sound_library_stills_are_shown_and_the_reason_said(
    qapp: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import builtins

    real = builtins.__import__

    def refuse(name: str, globals_: Any = None, locals_: Any = None, fromlist: Any = (), level: int = 0) -> Any:
        if name == "PySide6" and "QtMultimedia" in (fromlist or ()):
            raise ImportError("libpulse.so.0: cannot open shared object file: No such file or directory")
        return real(name, globals_, locals_, fromlist, level)

    monkeypatch.setattr(builtins, "__import__", refuse)
    player = make_player()
    assert isinstance(player, StillsPlayer)
    assert "libpulse.so.0 is missing" in player.explanation and "apt install libpulse0" in player.explanation
