"""The time axis, the colours of the roll, the stills player and the message bar, each alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage

from diffbgm_gui import theme
from diffbgm_gui.axis import GUTTER_PX, TimeAxis
from diffbgm_gui.player import StillsPlayer, make_player
from diffbgm_gui.widgets.roll_view import _chord_name, roll_pixels
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


def test_roll_pixels_have_the_colours_of_their_voices(qapp: Any) -> None:
    roll = np.zeros((3, 4, 128), np.uint8)
    roll[0, 1, 64], roll[0, 2, 64] = 2, 1
    roll[2, 3, 60] = 2
    steps = np.arange(40) / 10
    pixels = roll_pixels(roll, steps, 8, (60, 68))
    melody, bass = QColor(theme.VOICES[0][1]), QColor(theme.VOICES[2][1])
    row = 7 - (64 - 60)
    assert pixels.shape == (8, 40) and not pixels[row, :10].any() and not pixels[row, 30:].any()
    assert pixels[row, 15] == melody.rgba() and pixels[row, 25] == melody.darker(128).rgba()
    assert pixels[row, 10] == QColor(theme.SUNKEN).rgba()
    assert pixels[7, 35] == bass.rgba()


def test_roll_pixels_outside_of_the_piece_are_clear(qapp: Any) -> None:
    roll = np.full((3, 2, 128), 2, np.uint8)
    pixels = roll_pixels(roll, np.array([-1.0, 0.5, 1.5, 2.0, 9.0]), 4, (60, 64))
    assert pixels[:, 0].any() == pixels[:, 3].any() == pixels[:, 4].any() == np.False_
    assert pixels[:, 1].all() and pixels[:, 2].all()


@pytest.mark.parametrize(
    ("label", "shown"), [("A:min", "Am"), ("F#", "F#"), ("Bb:min7/F", "Bbm7/F"), ("C:maj7", "Cmaj7"), ("D/F#", "D/F#")]
)
def test_chords_are_written_as_musicians_do(label: str, shown: str) -> None:
    assert _chord_name(label) == shown


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
