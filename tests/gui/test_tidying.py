"""Full garbage collections wait until nothing happens."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from diffbgm_gui import tidying
from diffbgm_gui.tidying import NEVER, IdleCollector


class Source(QObject):
    alive = Signal(float)


@pytest.fixture
def collected(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Which full collections happened. Windows that earlier tests have not freed yet may still collect: not now."""
    seen: list[str] = []
    for earlier in gc.get_objects():
        if type(earlier) is IdleCollector and isValid(earlier):
            earlier.stop()
    monkeypatch.setattr(tidying, "QUIET_MS", 120)
    monkeypatch.setattr(gc, "collect", lambda: seen.append("full"))
    monkeypatch.setattr(gc, "freeze", lambda: seen.append("frozen"))
    usual = gc.get_threshold()
    yield seen
    assert gc.get_threshold() == usual


def test_nothing_is_collected_fully_while_something_happens(qtbot: QtBot, collected: list[str]) -> None:
    source, busy = Source(), False
    collector = IdleCollector(source.alive, is_busy=lambda: busy)
    assert gc.get_threshold()[2] == NEVER
    for _ in range(20):
        source.alive.emit(1.0)
        qtbot.wait(20)
    assert collected == []
    qtbot.waitUntil(lambda: collected == ["frozen"], timeout=5000)
    collector.stop()


def test_later_quiet_moments_collect_when_it_is_worth_it(
    qtbot: QtBot, collected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    source, busy = Source(), True
    collector = IdleCollector(source.alive, is_busy=lambda: busy)
    qtbot.wait(400)
    assert collected == []
    busy = False
    qtbot.waitUntil(lambda: collected == ["frozen"], timeout=5000)
    monkeypatch.setattr(gc, "get_count", lambda: (0, 0, 1))
    source.alive.emit(1.0)
    qtbot.wait(300)
    assert collected == ["frozen"]
    monkeypatch.setattr(gc, "get_count", lambda: (0, 0, 9))
    source.alive.emit(1.0)
    qtbot.waitUntil(lambda: collected == ["frozen", "full"], timeout=5000)
    collector.stop()
