"""What every player must do alike, seen on the pictures that it shows."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QImage

from diffbgm_gui.player import FrameGrid
from tests.helpers.coded_video import read_number

RATE = 24


class Watch:
    """The numbers of the frames that were shown, wherever the player shows them."""

    def __init__(self, player: Any) -> None:
        self.player = player
        self.numbers: list[int] = []
        self.on_surface = False
        player.frame_ready.connect(self._take)
        player.surface_wanted.connect(self._turn)

    def _take(self, image: QImage) -> None:
        number = read_number(image)
        if number is not None:
            self.numbers.append(number)

    def _turn(self, wanted: bool) -> None:
        self.on_surface = wanted

    def now(self) -> int | None:
        """The frame that is on show."""
        surface = self.player.surface
        if surface is not None and self.on_surface:
            return read_number(surface.screen().grabWindow(surface.winId()).toImage())
        return self.numbers[-1] if self.numbers else None


@pytest.fixture
def watch(player: Any) -> Watch:
    return Watch(player)


def opened(player: Any, watch: Watch, film: Path, qtbot: Any) -> None:
    player.open(film)
    qtbot.waitUntil(lambda: watch.now() == 0, timeout=10_000)


def test_opening_shows_the_first_frame_and_does_not_play(player: Any, watch: Watch, film: Path, qtbot: Any) -> None:
    opened(player, watch, film, qtbot)
    assert not player.is_playing and player.position_s == 0 and watch.numbers == [0]


def test_seeking_while_it_stands_is_exact_to_the_frame(player: Any, watch: Watch, film: Path, qtbot: Any) -> None:
    opened(player, watch, film, qtbot)
    for number, seconds in ((71, 71 / RATE), (5, 5.5 / RATE), (143, 143.99 / RATE), (96, 96 / RATE), (0, 0.0)):
        player.seek(seconds)
        qtbot.waitUntil(lambda n=number: watch.now() == n, timeout=10_000)
        assert player.position_s == pytest.approx(seconds)


def test_stepping_goes_frame_by_frame_both_ways(player: Any, watch: Watch, film: Path, qtbot: Any) -> None:
    opened(player, watch, film, qtbot)
    player.seek(2.0)
    for frames, number in ((1, 49), (1, 50), (-1, 49), (-1, 48), (-1, 47), (10, 57)):
        player.step(frames)
        qtbot.waitUntil(lambda n=number: watch.now() == n, timeout=10_000)
    player.seek(0.0)
    player.step(-1)
    assert player.position_s == 0
    player.seek(5.99)
    player.step(5)
    assert player.frames.index(player.position_s) == 143, "behind the last frame there is none"


def test_it_plays_in_time_and_tells_the_time(player: Any, watch: Watch, film: Path, qtbot: Any) -> None:
    opened(player, watch, film, qtbot)
    times: list[float] = []
    player.position_changed.connect(times.append)
    player.play()
    assert player.is_playing
    qtbot.waitUntil(lambda: player.position_s > 1.0, timeout=10_000)
    late = []
    until = time.monotonic() + 1.5
    while time.monotonic() < until:
        qtbot.wait(20)
        number = watch.now()
        if number is not None:
            late.append(player.position_s - (number + 0.5) / RATE)
    late.sort()
    assert abs(late[len(late) // 2]) < 0.06, "the picture shown is that of the time told"
    assert len(times) > 20 and times == sorted(times)
    player.pause()
    assert not player.is_playing


def test_pausing_stands_still_on_the_frame_of_the_time(player: Any, watch: Watch, film: Path, qtbot: Any) -> None:
    opened(player, watch, film, qtbot)
    player.play()
    qtbot.waitUntil(lambda: player.position_s > 0.7, timeout=10_000)
    player.pause()
    here = player.position_s
    qtbot.waitUntil(lambda: watch.now() == player.frames.index(here), timeout=10_000)
    qtbot.wait(200)
    assert player.position_s == here and watch.now() == player.frames.index(here)
    player.toggle()
    qtbot.waitUntil(lambda: player.position_s > here + 0.2, timeout=10_000)
    assert player.position_s < here + 1.5


def test_seeking_while_it_plays_goes_on_there(player: Any, watch: Watch, film: Path, qtbot: Any) -> None:
    opened(player, watch, film, qtbot)
    player.play()
    qtbot.waitUntil(lambda: player.position_s > 0.3, timeout=10_000)
    player.seek(4.0)
    qtbot.waitUntil(lambda: 4.2 < player.position_s < 5.5, timeout=10_000)
    qtbot.waitUntil(lambda: (watch.now() or 0) > 4 * RATE, timeout=10_000)
    assert player.is_playing


@pytest.mark.parametrize("rate", [2.0, -1.0, -2.0, 8.0])
def test_other_speeds_and_backwards(player: Any, watch: Watch, film: Path, qtbot: Any, rate: float) -> None:
    opened(player, watch, film, qtbot)
    start = 1.0 if rate > 0 else 5.0
    player.seek(start)
    player.set_rate(rate)
    player.play()
    qtbot.waitUntil(lambda: abs(player.position_s - start) > 0.2, timeout=10_000)
    qtbot.wait(300)
    first, at = player.position_s, time.monotonic()
    qtbot.wait(300)
    moved, seconds = player.position_s - first, time.monotonic() - at
    assert moved / seconds == pytest.approx(rate, rel=0.35)
    qtbot.waitUntil(lambda: abs((watch.now() or 0) / RATE - player.position_s) < 0.6, timeout=5000)
    player.set_rate(1.0)
    assert player.rate == 1.0


def test_a_nudge_changes_the_speed_a_little(player: Any, watch: Watch, film: Path, qtbot: Any) -> None:
    opened(player, watch, film, qtbot)
    player.play()
    qtbot.waitUntil(lambda: player.position_s > 0.5, timeout=10_000)
    player.nudge(1.08)
    qtbot.wait(300)
    player.nudge(1.0)
    assert player.is_playing and player.rate == 1.0


def test_it_stops_at_the_end_and_begins_again(player: Any, watch: Watch, film: Path, qtbot: Any) -> None:
    opened(player, watch, film, qtbot)
    player.seek(5.5)
    player.play()
    qtbot.waitUntil(lambda: not player.is_playing, timeout=10_000)
    assert player.position_s == pytest.approx(6.0, abs=0.05)
    qtbot.waitUntil(lambda: watch.now() == 143, timeout=10_000)
    player.toggle()
    qtbot.waitUntil(lambda: 0.2 < player.position_s < 2.0, timeout=10_000)
    assert player.is_playing


def test_another_film_while_it_plays(player: Any, watch: Watch, film: Path, other: Path, qtbot: Any) -> None:
    """Qt Multimedia hung here now and then, on a busy machine."""
    opened(player, watch, film, qtbot)
    player.play()
    for turn in range(6):
        at_s = player.position_s
        qtbot.waitUntil(lambda t=at_s: player.position_s > t + 0.15, timeout=10_000)
        path = other if turn % 2 == 0 else film
        player.open(path, at_s=1.0 + 0.3 * turn)
        assert player.is_playing and player.path == path
    qtbot.waitUntil(lambda: 2.5 < player.position_s < 5.0, timeout=10_000)


def test_another_film_while_it_stands(player: Any, watch: Watch, film: Path, other: Path, qtbot: Any) -> None:
    opened(player, watch, film, qtbot)
    player.frames = FrameGrid(30000 / 1001)
    player.open(other, at_s=100.5 * 1001 / 30000)
    qtbot.waitUntil(lambda: watch.now() == 100, timeout=10_000)
    assert not player.is_playing


def test_a_broken_film_is_told(player: Any, qtbot: Any, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"nothing to play")
    with qtbot.waitSignal(player.failed, timeout=10_000):
        player.open(broken)
    assert not player.is_playing


def test_a_broken_film_while_it_plays_ends_the_playing(
    player: Any, watch: Watch, film: Path, qtbot: Any, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"nothing to play")
    opened(player, watch, film, qtbot)
    player.play()
    qtbot.waitUntil(lambda: player.position_s > 0.3, timeout=10_000)
    with qtbot.waitSignal(player.failed, timeout=10_000):
        player.open(broken)
    assert not player.is_playing
    opened(player, watch, film, qtbot)


def test_closing_while_it_plays(player: Any, watch: Watch, film: Path, qtbot: Any) -> None:
    opened(player, watch, film, qtbot)
    player.play()
    qtbot.waitUntil(lambda: player.position_s > 0.3, timeout=10_000)
    player.close()
    assert not player.is_playing and player.path is None
    player.play()
    assert not player.is_playing, "nothing is open"
