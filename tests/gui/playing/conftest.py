"""One player, of the kind that DIFFBGM_TEST_PLAYER names; the tests are run by `tests/gui/test_media_player.py`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.coded_video import write_coded_video

KIND = os.environ.get("DIFFBGM_TEST_PLAYER", "")
SECONDS = 6.0

if not KIND:
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six seconds at 24 frames, every frame numbered."""
    return write_coded_video(tmp_path_factory.mktemp("film") / "film.mp4", seconds=SECONDS)


@pytest.fixture(scope="session")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another film of the same length, at another rate."""
    return write_coded_video(
        tmp_path_factory.mktemp("film") / "other.mp4", seconds=SECONDS, rate_hz=Fraction(30000, 1001)
    )


@pytest.fixture
def player(qapp: Any, qtbot: Any) -> Iterator[Any]:
    """A player of the kind under test, its surface shown."""
    from diffbgm_gui.player import FrameGrid, make_player

    player = make_player(KIND)
    names = {"vlc": "VLC", "qt": "Qt Multimedia", "stills": "stills"}
    if player.name != names[KIND]:
        pytest.skip(f"{names[KIND]} is not there: {player.explanation}")
    player.duration_s, player.frames = SECONDS, FrameGrid(24.0)
    if player.surface is not None:
        player.surface.resize(384, 216)
        player.surface.show()
        qtbot.waitExposed(player.surface)
    yield player
    player.shut_down()
    player.deleteLater()
