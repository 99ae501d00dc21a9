"""What a batch remembers, and when a film counts as done."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from engine.batch.memory import JOB_BYTES, RESERVE_BYTES, free_bytes, jobs_for, may_start_another
from engine.batch.record import DONE, FAILED, FilmResult, Record, only_one, settings_key, sizes_of, source_key
from engine.batch.run import Batch, BatchOrder, _Active, costs_of
from engine.batch.sources import Film
from engine.direction import Direction
from engine.errors import InputError, OutputError
from engine.runner import GenerationRequest
from engine.settings import GenerationSettings
from engine.workers.crew import Ended

TEMPLATE = GenerationRequest(Path(), None, GenerationSettings(seed=1))


@pytest.fixture
def done(tmp_path: Path) -> FilmResult:
    """A film that was done, with its files."""
    film = tmp_path / "in.mp4"
    film.write_bytes(b"picture")
    (tmp_path / "out.mp4").write_bytes(b"12345")
    (tmp_path / "out.dbgm").write_bytes(b"project")
    files = {"output": "out.mp4", "project": "out.dbgm"}
    return FilmResult(
        "in.mp4", str(film), "out", DONE, files, sizes_of(tmp_path, files), 2.0, 1.5, 96.0, 40, 7, ("A remark.",),
        source_key=source_key(film), settings_key=settings_key(TEMPLATE, "same", ()),
    )  # fmt: skip


def saved(folder: Path, result: FilmResult) -> Record:
    record = Record(folder)
    record.begin([Path(result.source)])
    record.put(result)
    record.save()
    return Record(folder)


def test_a_finished_film_is_known_again(tmp_path: Path, done: FilmResult) -> None:
    record, film = saved(tmp_path, done), Path(done.source)
    assert record.finished(film, done.source_key, done.settings_key) == done
    (tmp_path / "out.dbgm").write_bytes(b"a project that was worked on")
    assert record.finished(film, done.source_key, done.settings_key) == done
    assert record.written(film) == {tmp_path / "out.mp4", tmp_path / "out.dbgm"}
    assert record.places() == {("out", film)}


@pytest.mark.parametrize("change", ["source", "settings", "file", "gone", "unreadable"])
def test_a_changed_film_is_not(tmp_path: Path, done: FilmResult, change: str) -> None:
    record = saved(tmp_path, done)
    of_source, of_settings = done.source_key, done.settings_key
    match change:
        case "source":
            Path(done.source).write_bytes(b"another")
            of_source = source_key(Path(done.source))
        case "settings":
            of_settings = settings_key(replace(TEMPLATE, settings=GenerationSettings(seed=2)), "same", ())
        case "file":
            (tmp_path / "out.mp4").write_bytes(b"1234")
        case "gone":
            (tmp_path / "out.dbgm").unlink()
        case _:
            of_source = source_key(tmp_path / "missing")
    assert record.finished(Path(done.source), of_source, of_settings) is None


def test_everything_asked_for_is_in_the_key(tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    (bundle / "config.json").write_text("{}")
    own = replace(TEMPLATE, bundle=bundle)
    keys = {
        settings_key(TEMPLATE, "same", ()),
        settings_key(TEMPLATE, "mkv", ()),
        settings_key(TEMPLATE, "same", ("midi",)),
        settings_key(replace(TEMPLATE, direction=Direction(key="A minor")), "same", ()),
        settings_key(own, "same", ()),
    }
    (bundle / "config.json").write_text('{"x": 1}')
    assert len(keys | {settings_key(own, "same", ())}) == 6


def test_a_failure_is_tried_again_but_keeps_what_is_its_own(tmp_path: Path, done: FilmResult) -> None:
    record, film = saved(tmp_path, done), Path(done.source)
    record.begin([film])
    record.put(FilmResult("in.mp4", str(film), "out", FAILED, message="No.", source_key=done.source_key))
    assert record.finished(film, done.source_key, done.settings_key) is None
    assert tmp_path / "out.mp4" in record.written(film)


def test_the_table_is_kept_twice(tmp_path: Path, done: FilmResult) -> None:
    saved(tmp_path, done)
    data = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert data["files"][0]["seed"] == 7 and data["earlier"] == []
    (row,) = csv.DictReader((tmp_path / "results.csv").read_text(encoding="utf-8").splitlines())
    assert (row["film"], row["status"], row["output"], row["remarks"]) == ("in.mp4", "done", "out.mp4", "A remark.")
    record = Record(tmp_path)
    record.begin([])
    record.save()
    data = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert data["files"] == [] and data["earlier"][0]["seed"] == 7


@pytest.mark.parametrize(
    ("name", "text"),
    [("results.json", "{}"), ("results.json", "nonsense"), ("results.json", "[]"), ("results.csv", "a,b")],
)
def test_foreign_files_are_left_alone(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match=r"no batch wrote|no table of a batch"):
        Record(tmp_path)
    assert (tmp_path / name).read_text() == text


def test_one_batch_at_a_time_in_a_folder(tmp_path: Path) -> None:
    with only_one(tmp_path):
        with pytest.raises(InputError, match="Another batch"), only_one(tmp_path):
            pass
        assert [path.name for path in tmp_path.iterdir()] == [".batch.lock"]
    assert list(tmp_path.iterdir()) == []
    for left in ('{"pid": 1, "since": 1.0}', '{"pid": 999999999, "since": 1.0}', "", "nonsense", "[]"):
        (tmp_path / ".batch.lock").write_text(left)
        with only_one(tmp_path):
            pass
    with pytest.raises(OutputError, match="cannot be written"), only_one(tmp_path / "none"):
        pass


@pytest.mark.parametrize(
    ("jobs_of_memory", "cores", "films", "expected"),
    [(0.5, 8, 9, 1), (3.5, 8, 9, 3), (9, 4, 9, 4), (9, 8, 2, 2), (0, 1, 0, 1)],
)
def test_jobs_follow_memory_cores_and_films(jobs_of_memory: float, cores: int, films: int, expected: int) -> None:
    free = RESERVE_BYTES + int(jobs_of_memory * JOB_BYTES)
    assert jobs_for(films, free=free, cores=cores) == expected


def test_a_further_job_waits_for_memory() -> None:
    assert may_start_another(0, free=0) and not may_start_another(1, free=JOB_BYTES)
    assert may_start_another(1, free=2 * JOB_BYTES + RESERVE_BYTES)
    assert free_bytes() > 0


def test_larger_films_cost_more(tmp_path: Path) -> None:
    films = [Film(tmp_path / name, name) for name in ("a", "b", "missing")]
    films[0].path.write_bytes(b"1")
    films[1].path.write_bytes(b"1" * 5)
    costs = [costs_of(films)[film.path] for film in films]
    assert costs == [0.75, 1.75, 0.5]


def test_the_time_left_follows_the_pace_of_the_last_films(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("engine.batch.run.time.monotonic", lambda: now[0])
    films = [Film(tmp_path / f"{i}.mp4", str(i)) for i in range(40)]
    batch = Batch(BatchOrder(TEMPLATE, tmp_path, "same"), films, Record(tmp_path), lambda _progress: None)
    batch._costs = dict.fromkeys((film.path for film in films), 1.0)
    assert batch._eta_s() is None
    batch._lately.append((0.0, 0.0))
    for i, film in enumerate(films[:30]):
        now[0] += 100.0 if i < 15 else 2.0  # the machine had other work at first
        batch._active[i] = _Active(film, ("", ""), 0.0)
        batch._take(Ended(i, "failed", {"message": "No.", "hint": ""}))
    assert batch._eta_s() == pytest.approx(10 * 2.0)
