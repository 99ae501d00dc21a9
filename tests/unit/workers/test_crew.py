"""Worker processes: what happens to their jobs is told, whatever happens to them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.workers.crew import Crew, Ended, Patience, Told, death_of
from tests.helpers.jobs import FakeJob

LONGEST_S = 60


@pytest.fixture(scope="module")
def crew() -> Iterator[Crew]:
    with Crew(2, threads=1, patience=Patience(cancel_s=0.5)) as made:
        yield made


def hear_told(crew: Crew) -> None:
    """Wait until the only job is at work."""
    began = time.monotonic()
    while time.monotonic() - began < LONGEST_S:
        heard = crew.hear(0.1)
        assert not any(isinstance(message, Ended) for message in heard), heard
        if heard:
            return
    raise AssertionError("the job does not begin")


def hear_end(crew: Crew, number: int) -> tuple[Ended, list[Told]]:
    told: list[Told] = []
    began = time.monotonic()
    while time.monotonic() - began < LONGEST_S:
        for message in crew.hear(0.1):
            if isinstance(message, Ended) and message.number == number:
                return message, told
            if isinstance(message, Told):
                told.append(message)
    raise AssertionError("the job does not end")


def test_jobs_end_with_a_result_or_a_sentence_in_one_process(crew: Crew, tmp_path: Path) -> None:
    first, told = hear_end(crew, crew.start(FakeJob("end", tmp_path / "a.mp4")))
    assert (first.status, first.data["threads"]) == ("done", "1")
    assert [message.data["event"] for message in told] == ["stage", "progress"]
    refused, _ = hear_end(crew, crew.start(FakeJob("refuse", tmp_path / "b.mp4")))
    assert (refused.status, refused.data) == ("failed", {"message": "It is not a film.", "hint": "Take another."})
    broken, _ = hear_end(crew, crew.start(FakeJob("break", tmp_path / "c.mp4")))
    assert "ValueError: inside" in broken.data["message"] and "Traceback" in broken.data["details"]
    last, _ = hear_end(crew, crew.start(FakeJob("end", tmp_path / "d.mp4")))
    assert last.data["pid"] == first.data["pid"]


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(("how", "part"), [("crash", "SIGSEGV during the stage 'analyse'"), ("vanish", "status 3")])
def test_a_dead_process_is_a_sentence_and_leaves_nothing(crew: Crew, tmp_path: Path, how: str, part: str) -> None:
    ended, _ = hear_end(crew, crew.start(FakeJob(how, tmp_path / "a.mp4")))
    assert ended.crashed and ended.status == "failed" and part in ended.data["message"]
    assert list(tmp_path.iterdir()) == []
    after, _ = hear_end(crew, crew.start(FakeJob("end", tmp_path / "b.mp4")))
    assert after.status == "done"


def test_a_killed_process_names_the_memory(crew: Crew, tmp_path: Path) -> None:
    number = crew.start(FakeJob("wait", tmp_path / "a.mp4"))
    hear_told(crew)
    os.kill(crew.pids()[number], getattr(signal, "SIGKILL", signal.SIGTERM))
    ended, _ = hear_end(crew, number)
    assert ended.crashed and list(tmp_path.iterdir()) == []
    assert "memory ran out" in death_of(-9, "")[1]


def test_one_of_two_is_cancelled_and_the_other_goes_on(crew: Crew, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    stays = crew.start(FakeJob("wait", tmp_path / "a.mp4", gate))
    goes = crew.start(FakeJob("wait", tmp_path / "b.mp4"))
    assert not crew.has_room
    with pytest.raises(RuntimeError):
        crew.start(FakeJob("end", tmp_path / "c.mp4"))
    crew.cancel(goes)
    ended, _ = hear_end(crew, goes)
    assert ended.status == "cancelled" and not (tmp_path / "b.mp4").exists()
    gate.touch()
    assert hear_end(crew, stays)[0].status == "done"


def test_what_does_not_stop_is_ended_by_force(crew: Crew, tmp_path: Path) -> None:
    number = crew.start(FakeJob("hang", tmp_path / "a.mp4"))
    hear_told(crew)
    crew.cancel(number)
    assert hear_end(crew, number)[0] == Ended(number, "cancelled", {"message": "Cancelled.", "hint": ""})
    assert list(tmp_path.iterdir()) == []


def test_silence_is_given_up(tmp_path: Path) -> None:
    with Crew(patience=Patience(silence_s=1.0)) as crew:
        ended, _ = hear_end(crew, crew.start(FakeJob("hang", tmp_path / "a.mp4")))
    assert ended.status == "failed" and "no sign of progress" in ended.data["message"]


def test_leaving_ends_all_processes(tmp_path: Path) -> None:
    before = set(multiprocessing.active_children())
    with Crew(1) as crew:
        crew.start(FakeJob("wait", tmp_path / "a.mp4"))
        hear_told(crew)
        assert len(set(multiprocessing.active_children()) - before) == 1
    assert set(multiprocessing.active_children()) <= before and list(tmp_path.iterdir()) == []


def test_a_waiting_ear_can_be_woken() -> None:
    with Crew(1) as crew:
        timer = threading.Timer(0.05, crew.wake)
        timer.start()
        began = time.monotonic()
        assert crew.hear(30) == [] and time.monotonic() - began < 10
        timer.join()


ORPHAN = """
import sys
from pathlib import Path
from engine.workers.crew import Crew, Told
from tests.helpers.jobs import FakeJob

if __name__ == "__main__":
    with Crew(1) as crew:
        number = crew.start(FakeJob("wait", Path(sys.argv[1])))
        while not any(isinstance(message, Told) for message in crew.hear(0.1)):
            pass
        print(crew.pids()[number], flush=True)
        crew.hear(600)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_workers_do_not_outlive_a_killed_owner(tmp_path: Path, repository: Path) -> None:
    script = tmp_path / "owner.py"
    script.write_text(ORPHAN)
    command = [sys.executable, str(script), str(tmp_path / "a.mp4")]
    environment = {**os.environ, "PYTHONPATH": str(repository)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as owner:
        assert owner.stdout is not None
        pid = int(owner.stdout.readline())
        owner.kill()
    began = time.monotonic()
    while _lives(pid):
        assert time.monotonic() - began < LONGEST_S
        time.sleep(0.05)
    assert [path.name for path in tmp_path.iterdir()] == ["owner.py"]


def _lives(pid: int) -> bool:
    import psutil

    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
