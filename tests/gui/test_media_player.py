"""The player on Qt Multimedia, playing for real (where it loads; a sound card is not needed).

Run when DIFFBGM_TEST_PLAYBACK is set. Before the player changed files from the event loop, a run in some thirty hung
on a busy machine; until that is known to be over, these tests do not hold up the others.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtGui import QImage

from diffbgm_gui.player import MediaPlayer
from tests.helpers.video import TinyVideo

if not os.environ.get("DIFFBGM_TEST_PLAYBACK"):
    pytest.skip("set DIFFBGM_TEST_PLAYBACK=1 to play videos for real", allow_module_level=True)
multimedia = pytest.importorskip("PySide6.QtMultimedia", exc_type=ImportError)


@pytest.fixture
def film(tiny_video: Callable[..., TinyVideo]) -> TinyVideo:
    return tiny_video(shots_s=(2.0, 2.0, 2.0), audio_hz=330.0)


@pytest.fixture
def player(qapp: Any, qtbot: Any, film: TinyVideo) -> Iterator[MediaPlayer]:
    player = MediaPlayer(multimedia)
    if not player.is_available:
        pytest.skip("Qt Multimedia has no backend here")
    player.duration_s = float(film.duration_s)
    yield player
    player.close()
    player.deleteLater()


def shown(player: MediaPlayer) -> list[QImage]:
    frames: list[QImage] = []
    player.frame_ready.connect(frames.append)
    return frames


def middle(image: QImage) -> tuple[int, int, int]:
    colour = image.pixelColor(4, 4)
    return colour.red(), colour.green(), colour.blue()


def differ(a: QImage, b: QImage) -> bool:
    return max(abs(x - y) for x, y in zip(middle(a), middle(b), strict=True)) > 20


def test_opening_shows_the_first_frame_and_does_not_play(player: MediaPlayer, film: TinyVideo, qtbot: Any) -> None:
    frames = shown(player)
    player.open(film.path)
    qtbot.waitUntil(lambda: bool(frames), timeout=10_000)
    assert frames[0].width() == 160 and not player.is_playing and player.position_s == 0


def test_seeking_while_paused_shows_that_shot(player: MediaPlayer, film: TinyVideo, qtbot: Any) -> None:
    frames = shown(player)
    player.open(film.path)
    qtbot.waitUntil(lambda: bool(frames), timeout=10_000)
    player.seek(3.0)
    qtbot.waitUntil(lambda: differ(frames[-1], frames[0]), timeout=10_000)
    assert player.position_s == pytest.approx(3.0, abs=0.05)


def test_it_plays_and_tells_the_time(player: MediaPlayer, film: TinyVideo, qtbot: Any) -> None:
    times: list[float] = []
    player.position_changed.connect(times.append)
    player.open(film.path)
    player.play()
    qtbot.waitUntil(lambda: player.position_s > 0.5, timeout=10_000)
    assert player.is_playing
    player.toggle()
    qtbot.waitUntil(lambda: not player.is_playing)
    assert len(times) > 5 and times == sorted(times)


def test_another_file_goes_on_at_the_same_moment(
    player: MediaPlayer, film: TinyVideo, qtbot: Any, tmp_path: Any
) -> None:
    other = tmp_path / "other.mp4"
    other.write_bytes(film.path.read_bytes())
    player.open(film.path)
    player.seek(2.5)
    player.play()
    qtbot.waitUntil(lambda: player.position_s > 2.7, timeout=10_000)
    at_s = player.position_s
    player.open(other, at_s=at_s)
    assert player.position_s == at_s
    qtbot.waitUntil(lambda: player.position_s > at_s + 0.2, timeout=10_000)
    assert player.is_playing and player.position_s < 6.0


def test_another_file_stays_paused_on_its_frame(
    player: MediaPlayer, film: TinyVideo, qtbot: Any, tmp_path: Any
) -> None:
    other = tmp_path / "other.mp4"
    other.write_bytes(film.path.read_bytes())
    frames = shown(player)
    player.open(film.path)
    qtbot.waitUntil(lambda: bool(frames), timeout=10_000)
    first = frames[0]
    times: list[float] = []
    player.position_changed.connect(times.append)
    player.open(other, at_s=3.0)
    qtbot.waitUntil(lambda: differ(frames[-1], first), timeout=10_000)
    assert times[-1] == pytest.approx(3.0, abs=0.05)
    player.seek(0.0)
    qtbot.waitUntil(lambda: not differ(frames[-1], first), timeout=10_000)
    assert not player.is_playing


def test_a_broken_file_is_told(player: MediaPlayer, qtbot: Any, tmp_path: Any) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"nothing to play")
    with qtbot.waitSignal(player.failed, timeout=10_000):
        player.open(broken)
    assert not player.is_playing
