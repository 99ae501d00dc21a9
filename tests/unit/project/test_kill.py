"""`kill -9` at any moment: the project opens, and at most the last edit is lost."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.project import Project
from tests.helpers.takes import assert_same, signals_of, take_of

_KILLS = 24

_CHILD = """
import sys
from pathlib import Path
from engine.project import Project
from tests.helpers.takes import take_of
path, film, first = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
with Project.open(path) as project:
    for i in range(first, first + 10_000):
        project.add_take(take_of(film, name=f"n{i}", seed=i, steps=20, width=68))
        print(i, flush=True)
        if i % 5 == 0 and len(project.takes()) > 4:
            project.delete_take(project.takes()[0].id)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")
@pytest.mark.slow
@pytest.mark.timeout(240)
def test_killed_at_random_moments(tmp_path: Path, repository: Path) -> None:
    film, path, rng = tmp_path / "film.mp4", tmp_path / "piece.dbgm", random.Random(5)
    film.write_bytes(b"film")
    Project.create(path, signals_of(film)).close()
    told, read_only = 0, False
    for _ in range(_KILLS):
        command = [sys.executable, "-c", _CHILD, str(path), str(film), str(told + 1)]
        with subprocess.Popen(command, cwd=repository, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            assert child.stdout.readline()  # it is at work
            time.sleep(rng.uniform(0.0, 0.12))
            os.kill(child.pid, signal.SIGKILL)
            lines = child.stdout.read().split()
        told = max([told + 1, *(int(line) for line in lines)])
        with Project.open(path, read_only=read_only) as project:  # a reader has to mend it as well
            numbers = [int(head.name[1:]) for head in project.takes()]
            assert numbers == sorted(numbers)
            assert numbers[-1] in (told, told + 1), "what was told to be written is there"
            for number in numbers[-3:]:
                expected = take_of(film, name=f"n{number}", seed=number, steps=20, width=68)
                assert_same(project.take(expected.id), expected)
        told = numbers[-1]
        read_only = not read_only
    assert {p.name for p in tmp_path.iterdir()} <= {"film.mp4", "piece.dbgm", "piece.dbgm-journal"}
    with Project.open(path) as project:
        project.set_view({"closed": "well"})
    assert {p.name for p in tmp_path.iterdir()} == {"film.mp4", "piece.dbgm"}


_HALF = """
import sys, time
from pathlib import Path
from engine.project import Project
from tests.helpers.takes import take_of
path, film = Path(sys.argv[1]), Path(sys.argv[2])
with Project.open(path) as project:
    project._connection.execute("PRAGMA cache_spill = ON")  # so that pages reach the file before the commit
    project._connection.execute("PRAGMA cache_size = 10")
    with project.transaction():
        project.delete_take(project.takes()[0].id)
        project.add_take(take_of(film, name="half", seed=2, steps=60, width=68))
        print("half", flush=True)
        time.sleep(60)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")
@pytest.mark.parametrize("read_only", [True, False])
def test_a_half_written_file_is_undone_by_whoever_opens_it(tmp_path: Path, repository: Path, read_only: bool) -> None:
    film, path = tmp_path / "film.mp4", tmp_path / "piece.dbgm"
    film.write_bytes(b"film")
    first = take_of(film, name="first", seed=1, steps=20, width=68)
    with Project.create(path, signals_of(film)) as project:
        project.add_take(first)
    whole = path.read_bytes()
    command = [sys.executable, "-c", _HALF, str(path), str(film)]
    with subprocess.Popen(command, cwd=repository, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline()
        os.kill(child.pid, signal.SIGKILL)
    assert path.read_bytes() != whole  # it was hurt indeed
    with Project.open(path, read_only=read_only) as project:
        assert [head.name for head in project.takes()] == ["first"]
        assert_same(project.take(first.id), first)
