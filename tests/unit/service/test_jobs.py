"""Jobs of the service: their queue, their events, their end."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from engine.service import foreman as foreman_module
from engine.service.foreman import BusyError, Foreman
from tests.helpers.jobs import FakeJob
from tests.unit.service.conftest import Served


def test_a_job_and_its_stream(served: Served) -> None:
    task = served.foreman.submit("score", FakeJob("end", served.folder / "a.mp4"))
    events = list(served.client.events(task.id))
    assert [event["event"] for event in events] == ["queued", "running", "stage", "progress", "ended"]
    assert [event["seq"] for event in events] == [1, 2, 3, 4, 5]
    assert events[-1]["status"] == "done" and events[-1]["result"]["threads"] == "1"
    assert [event["seq"] for event in served.client.events(task.id, after=3)] == [4, 5]
    state = served.client.ask(f"/v1/jobs/{task.id}")
    assert (state["status"], state["share"], state["stage"], state["error"]) == ("done", 1.0, "analyse", None)
    assert served.client.ask(f"/v1/jobs/{task.id}/result") == events[-1]["result"]
    assert task.id in [job["id"] for job in served.client.ask("/v1/jobs")["jobs"]]


def test_failures_and_crashes_are_told(served: Served) -> None:
    refused = served.foreman.submit("score", FakeJob("refuse", served.folder / "b.mp4"))
    crashed = served.foreman.submit("score", FakeJob("vanish", served.folder / "c.mp4"))
    after = served.foreman.submit("score", FakeJob("end", served.folder / "d.mp4"))
    assert served.client.wait(refused.id)["error"] == {"message": "It is not a film.", "hint": "Take another."}
    assert "status 3" in served.client.wait(crashed.id)["error"]["message"]
    assert served.client.wait(after.id)["status"] == "done"
    told = served.client.ask(f"/v1/jobs/{refused.id}/result", status=409)
    assert told["error"]["message"] == "It is not a film."


def test_two_clients_wait_their_turn_and_cancel_their_own(served: Served) -> None:
    gate = served.folder / "gate"
    first = served.foreman.submit("score", FakeJob("wait", served.folder / "e.mp4", gate))
    second = served.foreman.submit("score", FakeJob("wait", served.folder / "f.mp4", gate))
    third = served.foreman.submit("score", FakeJob("end", served.folder / "g.mp4"))
    seen: dict[str, list[dict[str, Any]]] = {}
    threads = [
        threading.Thread(target=lambda job=task.id: seen.update({job: list(served.client.events(job))}))
        for task in (first, second, third)
    ]
    for thread in threads:
        thread.start()
    served.client.wait(first.id, until="analyse")
    assert served.client.ask(f"/v1/jobs/{third.id}")["position"] == 2
    assert served.client.ask(f"/v1/jobs/{second.id}/result", status=409)["error"]["message"] == "The job is queued."
    served.client.ask(f"/v1/jobs/{second.id}/cancel", {})
    assert served.client.wait(second.id)["status"] == "cancelled"
    health = served.client.ask("/v1/health")
    assert (health["running"], health["queued"]) == (1, 1)
    gate.touch()
    for thread in threads:
        thread.join()
    assert [seen[task.id][-1]["status"] for task in (first, second, third)] == ["done", "cancelled", "done"]
    assert served.client.ask(f"/v1/jobs/{first.id}/cancel", {})["status"] == "done"


def test_a_running_job_is_cancelled_and_leaves_nothing(served: Served) -> None:
    task = served.foreman.submit("score", FakeJob("wait", served.folder / "h.mp4"))
    served.client.wait(task.id, until="analyse")
    served.client.ask(f"/v1/jobs/{task.id}/cancel", {})
    assert served.client.wait(task.id)["status"] == "cancelled"
    assert not [path for path in served.folder.iterdir() if path.name.startswith((".h", "h"))]


def test_long_polls_wait_for_news(served: Served) -> None:
    gate = served.folder / "poll"
    task = served.foreman.submit("score", FakeJob("wait", served.folder / "i.mp4", gate))
    served.client.wait(task.id, until="analyse")
    time.sleep(0.3)
    news = served.client.ask(f"/v1/jobs/{task.id}/events")
    last = news["last_seq"]
    assert not news["ended"] and news["events"][-1]["seq"] == last
    assert served.client.ask(f"/v1/jobs/{task.id}/events?after={last}&wait=0.1")["events"] == []
    threading.Timer(0.2, gate.touch).start()
    news = served.client.ask(f"/v1/jobs/{task.id}/events?after={last}&wait=50")
    assert news["ended"] and [event["event"] for event in news["events"]] == ["ended"]
    for query in ("after=x", "wait=-1", "wait=61", "after=-1"):
        served.client.ask(f"/v1/jobs/{task.id}/events?{query}", status=400)


def test_a_bound_job_ends_with_its_last_listener(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreman_module, "RECONNECT_S", 0.2)
    bound = served.foreman.submit("score", FakeJob("wait", served.folder / "j.mp4"), bound=True)
    streams = [served.client.events(bound.id) for _ in range(2)]
    for stream in streams:
        next(stream)
    streams[0].close()
    time.sleep(1)
    assert served.client.ask(f"/v1/jobs/{bound.id}")["status"] == "running"
    streams[1].close()
    assert served.client.wait(bound.id)["status"] == "cancelled"


def test_a_bound_job_that_nobody_listens_to_is_dropped(monkeypatch: pytest.MonkeyPatch, served: Served) -> None:
    monkeypatch.setattr(foreman_module, "UNHEARD_S", 0.3)
    monkeypatch.setattr(foreman_module, "RECONNECT_S", 0.1)
    bound = served.foreman.submit("score", FakeJob("wait", served.folder / "k.mp4"), bound=True)
    assert served.client.wait(bound.id)["status"] == "cancelled"


def test_the_queue_and_the_memory_have_an_end(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreman_module, "MOST_WAITING", 2)
    monkeypatch.setattr(foreman_module, "MOST_REMEMBERED", 2)
    foreman = Foreman(1, 1)  # not at work: nothing starts
    tasks = [foreman.submit("score", FakeJob("end", served.folder / "l.mp4")) for _ in range(2)]
    with pytest.raises(BusyError, match="wait already"):
        foreman.submit("score", FakeJob("end", served.folder / "l.mp4"))
    for task in tasks:
        assert foreman.cancel(task) and not foreman.cancel(task)
    newer = [foreman.submit("score", FakeJob("end", served.folder / "l.mp4")) for _ in range(2)]
    for task in newer:
        foreman.cancel(task)
    last = foreman.submit("score", FakeJob("end", served.folder / "l.mp4"))
    assert foreman.tasks() == (*newer, last) and foreman.task(tasks[0].id) is None


def test_idle_processes_are_sent_home(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreman_module, "IDLE_S", 0.0)
    monkeypatch.setattr(foreman_module, "_SLEEP_S", 0.05)
    first = served.foreman.submit("score", FakeJob("end", served.folder / "m.mp4"))
    pid = served.client.wait(first.id)["result"]["pid"]
    time.sleep(0.5)
    again = served.foreman.submit("score", FakeJob("end", served.folder / "n.mp4"))
    assert served.client.wait(again.id)["result"]["pid"] != pid
