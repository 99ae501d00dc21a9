"""Garbage is collected on the window's thread; full collections wait until nothing happens."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from diffbgm_gui import tidying
from diffbgm_gui.tidying import WindowCollector


class Source(QObject):
    alive = Signal(float)


class Told:
    """Says on which thread it went."""

    def __init__(self, went: list[int]) -> None:
        self.went, self.itself = went, self

    def __del__(self) -> None:
        self.went.append(threading.get_ident())


@pytest.fixture
def collected(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Which full collections happened."""
    seen: list[str] = []
    monkeypatch.setattr(tidying, "QUIET_MS", 120)
    monkeypatch.setattr(tidying, "_collect_young", lambda: None)
    monkeypatch.setattr(gc, "collect", lambda *_: seen.append("full"))
    monkeypatch.setattr(gc, "freeze", lambda: seen.append("frozen"))
    yield seen
    monkeypatch.undo()


def test_nothing_is_collected_fully_while_something_happens(qtbot: QtBot, collected: list[str]) -> None:
    source, busy = Source(), False
    collector = WindowCollector(source.alive, is_busy=lambda: busy)
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
    collector = WindowCollector(source.alive, is_busy=lambda: busy)
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


def test_no_other_thread_collects(qtbot: QtBot) -> None:
    went: list[int] = []
    collector = WindowCollector(is_busy=lambda: True)
    gc.collect()
    Told(went)

    kept: list[list[int]] = []

    def make_much() -> None:
        kept.extend([i] for i in range(100_000))  # this would call the collector many times over

    worker = threading.Thread(target=make_much)
    worker.start()
    worker.join()
    assert went == []
    qtbot.waitUntil(lambda: went == [threading.get_ident()], timeout=5000)
    collector.stop()


def test_the_last_window_switches_it_on_again(qtbot: QtBot) -> None:
    before = WindowCollector._at_work
    gc.enable()
    one, other = (WindowCollector(is_busy=lambda: True) for _ in range(2))
    one.stop()
    one.stop()
    assert not gc.isenabled()
    other.stop()
    assert gc.isenabled() == (before == 0)
