"""Fixtures for all tests. Nothing here needs a network, a display or a sound card."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hypothesis
import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

from tests.helpers.video import TinyVideo, write_video

ROOT = Path(__file__).resolve().parents[1]
FAILED_CHECKS_VARIABLE = "DIFFBGM_FAILED_CHECKS"

# How long an example takes says nothing on a machine that does other work as well.
hypothesis.settings.register_profile("untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("untimed")


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared_media() -> Path:
    """The folder of real test videos beside the checkout; the test is skipped where it is absent."""
    return _beside_checkout("media", needed="awkward")


@pytest.fixture(scope="session")
def shared_pop909() -> Path:
    """The POP909 folder beside the checkout; the test is skipped where it is absent."""
    return _beside_checkout("data/POP909", needed="001")


def _beside_checkout(name: str, *, needed: str) -> Path:
    folder = ROOT.parent / "shared" / name
    if not (folder / needed).is_dir():
        pytest.skip(f"{name} is not beside the checkout")
    return folder


@pytest.fixture(scope="session")
def tiny_video(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., TinyVideo]:
    """A factory of small videos: `tiny_video(shots_s=(1.0, 2.0), audio_hz=None, suffix=".mp4")`.

    The same arguments give the same file once more; tests read it and leave it alone.
    """
    folder = tmp_path_factory.mktemp("tiny_videos")
    made: dict[str, TinyVideo] = {}

    def make(*, suffix: str = ".mp4", **options: Any) -> TinyVideo:
        key = repr((suffix, sorted(options.items())))
        if key not in made:
            made[key] = write_video(folder / f"tiny_{len(made)}{suffix}", **options)
        return made[key]

    return make


@pytest.fixture(autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give each test a cache and a log folder of its own, so that none reads what another or the user left."""
    folder = tmp_path_factory.mktemp("own")
    monkeypatch.setenv("DIFFBGM_CACHE_DIR", str(folder / "cache"))
    monkeypatch.setenv("DIFFBGM_LOG_DIR", str(folder / "log"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the checks (style, types, imports) that failed before the tests, above pytest's closing line."""
    failed = os.environ.get(FAILED_CHECKS_VARIABLE)
    if failed:
        terminalreporter.section("checks that failed before the tests", red=True)
        terminalreporter.line(failed)
