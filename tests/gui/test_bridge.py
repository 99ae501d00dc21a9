"""The bridge: order, thinning, cancel, end."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from PySide6.QtCore import QThread

from diffbgm_gui.bridge import EngineBridge
from engine import (
    FinishReason,
    RunCancelled,
    RunFinished,
    RunStarted,
    Stage,
    StageFinished,
    StageProgressed,
    StageStarted,
)
from tests.gui.fakes import FakeEngine


@pytest.fixture
def bridge(qapp: Any) -> Any:
    bridge = EngineBridge(FakeEngine, interval_ms=20)
    yield bridge
    bridge.close()


def test_of_progress_only_the_latest_arrives_and_all_else_in_order(bridge: EngineBridge, qtbot: Any) -> None:
    heard: list[Any] = []
    bridge.event_arrived.connect(heard.append)

    def work(emit: Any, _cancel: Any) -> None:
        emit(StageStarted(Stage.SYNTH, 1000, "x"))
        for i in range(1000):
            emit(StageProgressed(Stage.SYNTH, i, 1000))
        emit(StageFinished(Stage.SYNTH, 1.0))
        emit(RunFinished(FinishReason.COMPLETED))

    bridge.submit(work)
    qtbot.waitUntil(lambda: bool(heard) and isinstance(heard[-1], RunFinished))
    kinds = [type(event) for event in heard if not isinstance(event, StageProgressed)]
    assert kinds == [StageStarted, StageFinished, RunFinished]
    progress = [event for event in heard if isinstance(event, StageProgressed)]
    assert 1 <= len(progress) < 200 and progress[-1].done == 999
    assert heard.index(progress[-1]) < [type(e) for e in heard].index(StageFinished)


def test_events_arrive_on_the_thread_of_the_window(bridge: EngineBridge, qtbot: Any) -> None:
    threads: list[Any] = []
    bridge.event_arrived.connect(lambda _event: threads.append((QThread.currentThread(), threading.current_thread())))
    worker: list[Any] = []

    def work(emit: Any, _cancel: Any) -> None:
        worker.append(threading.current_thread())
        emit(RunStarted(1))

    bridge.submit(work)
    qtbot.waitUntil(lambda: bool(threads))
    assert threads[0] == (bridge.thread(), threading.main_thread())
    assert worker[0] is not threading.main_thread()


def test_cancel_reaches_what_runs_and_what_waits(bridge: EngineBridge, qtbot: Any) -> None:
    seen: list[bool] = []
    started = threading.Event()

    def long(_emit: Any, cancel: Any) -> None:
        started.set()
        while not cancel.is_cancelled:
            time.sleep(0.005)
        raise RunCancelled

    bridge.submit(long)
    bridge.submit(lambda _emit, cancel: seen.append(cancel.is_cancelled))
    assert started.wait(5)
    bridge.cancel()
    qtbot.waitUntil(lambda: seen == [True])
    bridge.submit(lambda _emit, cancel: seen.append(cancel.is_cancelled))
    qtbot.waitUntil(lambda: seen == [True, False])


def test_a_task_that_fails_does_not_end_the_worker(
    bridge: EngineBridge, qtbot: Any, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[int] = []

    def bad(_emit: Any, _cancel: Any) -> None:
        raise ValueError("bad task")

    bridge.submit(bad)
    bridge.submit(lambda _emit, _cancel: done.append(1))
    qtbot.waitUntil(lambda: done == [1])
    assert "bad task" in caplog.text


def test_a_task_that_has_not_begun_can_be_withdrawn(bridge: EngineBridge, qtbot: Any) -> None:
    done: list[int] = []
    gate = threading.Event()
    bridge.submit(lambda _emit, _cancel: gate.wait(5))
    waiting = bridge.submit(lambda _emit, _cancel: done.append(1))
    running = bridge.submit(lambda _emit, _cancel: done.append(2))
    assert bridge.withdraw(waiting)
    gate.set()
    qtbot.waitUntil(lambda: done == [2])
    assert not bridge.withdraw(running)


def test_what_is_forgotten_is_not_heard(bridge: EngineBridge, qtbot: Any) -> None:
    heard: list[Any] = []
    begun, gate = threading.Event(), threading.Event()

    def talk(emit: Any, _cancel: Any) -> None:
        emit(RunStarted(1))
        begun.set()
        gate.wait(5)
        emit(RunStarted(2))

    bridge.event_arrived.connect(heard.append)
    bridge.submit(talk)
    assert begun.wait(5)
    bridge.forget()
    gate.set()
    bridge.submit(lambda emit, _cancel: emit(RunStarted(3)))
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == [RunStarted(3)]


def test_forgetting_stops_a_delivery_under_way(bridge: EngineBridge, qtbot: Any) -> None:
    heard: list[Any] = []

    def hear(event: Any) -> None:
        heard.append(event)
        bridge.forget()

    bridge.event_arrived.connect(hear)
    bridge.submit(lambda emit, _cancel: [emit(RunStarted(n)) for n in range(5)])
    qtbot.waitUntil(lambda: bool(heard))
    qtbot.wait(60)
    assert heard == [RunStarted(0)]


def test_close_ends_the_worker(qapp: Any) -> None:
    bridge = EngineBridge(FakeEngine)
    bridge.submit(lambda _emit, cancel: [time.sleep(0.005) for _ in iter(lambda: cancel.is_cancelled, True)])
    bridge.close()
    assert not bridge._thread.is_alive()
