"""The project file: round trips, history, moves, locks, versions, damage."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.cancel import CancelToken
from engine.direction import Direction, Marker
from engine.errors import EngineError, InputError, OutputError, RunCancelled
from engine.project import Project
from engine.project.schema import SCHEMA_VERSION
from engine.settings import GenerationSettings
from tests.helpers.takes import assert_same, signals_of, take_of


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """A file that stands for a video."""
    path = tmp_path / "film.mp4"
    path.write_bytes(b"a film" * 1000)
    return path


@pytest.fixture
def project(tmp_path: Path, film: Path) -> Iterator[Project]:
    """A new project, open."""
    with Project.create(tmp_path / "piece.dbgm", signals_of(film)) as made:
        yield made


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_take_comes_back_to_the_last_bit(project: Project, film: Path) -> None:
    take = take_of(film, name="First", seed=7)
    bare = replace(take_of(film, seed=8, steps=0, parent=take.id), name="Bare", details={})
    project.add_take(take)
    project.add_take(bare)
    project.close()
    with Project.open(project.path, read_only=True) as again:
        assert_same(again.take(take.id), take)
        assert_same(again.take(bare.id), bare)
        assert again.take(take.id, with_steps=False).trajectory is None
        assert_same(again.trajectory(take.id), take.trajectory)
        heads = again.takes()
    assert [(h.number, h.id, h.parent, h.n_steps) for h in heads] == [(1, take.id, None, 3), (2, bare.id, take.id, 0)]
    assert heads[0].n_notes == len(take.notes) and heads[0].size_bytes > heads[1].size_bytes > 0
    assert heads[0].settings == take.settings and dict(heads[0].details) == dict(take.details)


def test_edits_come_back(project: Project, film: Path) -> None:
    from fractions import Fraction

    assert project.direction == Direction() and project.settings == GenerationSettings() and project.view == {}
    direction = Direction(markers=(Marker(Fraction(1, 3), "x"),))
    project.set_direction(direction)
    project.set_settings(GenerationSettings(t0=300))
    project.set_view({"zoom": 1.5, "open": ["a"]})
    project.close()
    with Project.open(project.path) as again:
        assert (again.direction, again.settings.t0, again.view) == (direction, 300, {"zoom": 1.5, "open": ["a"]})
        assert_same(again.signals(), signals_of(film))


def test_a_closed_project_is_one_file(project: Project, film: Path, tmp_path: Path) -> None:
    project.add_take(take_of(film))
    project.close()
    assert files(tmp_path) == ["film.mp4", "piece.dbgm"]


def test_names_stars_and_deletion(project: Project, film: Path) -> None:
    parents = (None, f"{0:08x}{40:08x}", f"{1:08x}{40:08x}")
    heads = [project.add_take(take_of(film, seed=i, parent=parent)) for i, parent in enumerate(parents)]
    assert [h.name for h in heads] == ["Take 1", "Take 2", "Take 3"]
    assert project.add_take(take_of(film, name="Take 2", seed=3)).name == "Take 2 2"
    project.rename_take(heads[0].id, " Harbour ")
    project.star_take(heads[0].id)
    assert project.takes()[0].name == "Harbour" and project.takes()[0].starred
    with pytest.raises(InputError, match="already"):
        project.rename_take(heads[1].id, "Harbour")
    with pytest.raises(InputError, match="needs a name"):
        project.rename_take(heads[1].id, "  ")
    project.delete_take(heads[1].id)
    assert [(t.number, t.parent) for t in project.takes()] == [(1, None), (3, heads[0].id), (4, None)]
    with pytest.raises(InputError):
        project.delete_take(heads[1].id)
    with pytest.raises(ValueError, match="already"):
        project.add_take(take_of(film, seed=0))


def test_takes_are_found_by_any_handle(project: Project, film: Path) -> None:
    with pytest.raises(InputError, match="no take yet"):
        project.find_take()
    first, second = (project.add_take(take_of(film, seed=0xAB00 + i)) for i in (0, 0x100))
    assert project.find_take().id == second.id
    for text in ("Take 1", "1", "#1", first.id, first.id[:7]):
        assert project.find_take(text).id == first.id
    with pytest.raises(InputError, match="no take 'x'"):
        project.find_take("x")
    with pytest.raises(InputError, match="more than one"):
        project.find_take("0000a")


def test_deleting_gives_the_space_back(project: Project, film: Path) -> None:
    before = project.path.stat().st_size
    head = project.add_take(take_of(film, steps=50, width=64))
    assert project.path.stat().st_size > before + 300_000
    project.delete_take(head.id)
    assert project.path.stat().st_size < before + 20_000


def test_old_steps_go_first_and_stars_stay(project: Project, film: Path) -> None:
    sizes = [project.add_take(take_of(film, seed=i, steps=6)).size_bytes for i in range(4)]  # 1 and 3 carry a star
    assert project.prune_steps(sum(sizes)) == 0
    freed = project.prune_steps(0)
    assert [t.n_steps for t in project.takes()] == [0, 6, 0, 6] and freed > 0
    project.set_steps_limit(1)
    project.add_take(take_of(film, seed=4, steps=6))
    assert [t.n_steps for t in project.takes()] == [0, 6, 0, 6, 6]
    project.set_steps_limit(None)
    project.add_take(take_of(film, seed=6, steps=6))
    assert [t.n_steps for t in project.takes()] == [0, 6, 0, 6, 6, 6]
    assert project.take(f"{0:08x}{40:08x}").notes == take_of(film).notes


def test_a_cancelled_take_leaves_nothing(project: Project, film: Path) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(RunCancelled):
        project.add_take(take_of(film), cancel=cancel)
    assert project.takes() == ()


def test_a_transaction_is_whole(project: Project, film: Path) -> None:
    def half() -> None:
        with project.transaction():
            project.add_take(take_of(film))
            project.set_view({"a": 1})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert project.takes() == () and project.view == {}


# The video


def test_the_video_is_found_where_it_went(project: Project, film: Path, tmp_path: Path) -> None:
    assert project.find_video() == film
    project.close()
    elsewhere = tmp_path / "else" / "where"
    shutil.move(project.path, (elsewhere.parent).mkdir() or elsewhere.parent / "piece.dbgm")
    with Project.open(elsewhere.parent / "piece.dbgm") as moved:
        assert moved.find_video() == film  # the absolute way
        film.rename(elsewhere.parent / "film.mp4")
        assert moved.find_video() == elsewhere.parent / "film.mp4"  # beside the project
        (elsewhere.parent / "film.mp4").rename(tmp_path / "renamed.mp4")
        with pytest.raises(InputError, match="not where it was") as lost:
            moved.find_video()
        assert "--video" in lost.value.hint
        moved.relink(tmp_path / "renamed.mp4")
        assert moved.find_video() == tmp_path / "renamed.mp4"


def test_project_and_video_move_together(project: Project, film: Path, tmp_path: Path) -> None:
    project.close()
    (tmp_path / "a").mkdir()
    for name in ("film.mp4", "piece.dbgm"):
        shutil.move(tmp_path / name, tmp_path / "a" / name)
    with Project.open(tmp_path / "a" / "piece.dbgm") as moved:
        assert moved.find_video() == tmp_path / "a" / "film.mp4"


def test_a_changed_video_is_not_taken_for_the_old_one(project: Project, film: Path, tmp_path: Path) -> None:
    film.write_bytes(b"another" * 1000)
    with pytest.raises(InputError, match="has changed"):
        project.find_video()
    with pytest.raises(InputError, match="another video"):
        project.relink(film)
    with pytest.raises(InputError, match="not there"):
        project.relink(tmp_path / "none.mp4")
    with pytest.raises(InputError, match="another video"):
        project.set_signals(signals_of(film, seed=1))
    project.set_signals(signals_of(film, seed=1), new_video=True)
    assert project.find_video() == film
    assert_same(project.signals(), signals_of(film, seed=1))


def test_measurements_of_another_version_are_not_used(
    project: Project, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.project.project.ANALYSIS_VERSION", 99)
    assert project.signals() is None
    assert project.find_video() == film


# Other openers, other files


def test_one_writer_at_a_time(project: Project, film: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from engine.project import Project; from engine.errors import InputError\n"
        "for ro in (False, True):\n"
        "    try: Project.open(Path(sys.argv[1]), read_only=ro)\n"
        "    except InputError as error: print(error.message)\n"
    )
    told = subprocess.run([sys.executable, "-c", code, str(project.path)], capture_output=True, text=True, check=True)
    assert told.stdout == "The project 'piece.dbgm' is open in another program.\n" * 2
    with pytest.raises(InputError, match="open in another"):
        Project.open(project.path)
    project.close()
    with Project.open(project.path, read_only=True) as one, Project.open(project.path, read_only=True) as two:
        assert one.takes() == two.takes() == ()


def test_read_only_does_not_write(project: Project, film: Path) -> None:
    project.close()
    with Project.open(project.path, read_only=True) as again, pytest.raises(OutputError, match="may not be written"):
        again.add_take(take_of(film))


def test_a_newer_version_is_refused(project: Project, film: Path) -> None:
    project.close()
    _pragma(project.path, f"user_version = {SCHEMA_VERSION + 1}")
    for read_only in (False, True):
        with pytest.raises(InputError, match="newer version") as refused:
            Project.open(project.path, read_only=read_only)
        assert "Update" in refused.value.hint


def _pragma(path: Path, text: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA {text}")
    connection.close()


@pytest.mark.parametrize("kind", ["text", "empty", "sqlite", "video", "folder", "missing", "zero version"])
def test_foreign_files_are_refused(tmp_path: Path, film: Path, kind: str, project: Project) -> None:
    path = tmp_path / "foreign.dbgm"
    if kind == "sqlite":
        _pragma(path, "user_version = 1")
        sqlite3.connect(path).execute("CREATE TABLE takes (x)").connection.close()
    elif kind == "zero version":
        project.close()
        shutil.copy(project.path, path)
        _pragma(path, "user_version = 0")
    elif kind == "folder":
        path.mkdir()
    elif kind != "missing":
        path.write_bytes({"text": b"hello, world\n" * 100, "empty": b"", "video": os.urandom(5000)}[kind])
    before = path.read_bytes() if path.is_file() else None
    for read_only in (True, False):
        with pytest.raises(InputError) as refused:
            Project.open(path, read_only=read_only)
        assert refused.value.hint and "\n" not in refused.value.message
    assert before is None or path.read_bytes() == before


def test_any_truncation_is_a_sentence(project: Project, film: Path, tmp_path: Path) -> None:
    for i in range(3):
        project.add_take(take_of(film, seed=i, steps=6))
    project.close()
    whole = project.path.read_bytes()
    cut = tmp_path / "cut.dbgm"
    for share in (0.0, 0.001, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 0.9999):
        cut.write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(EngineError):
            _read_all(cut)


def _read_all(path: Path) -> None:
    with Project.open(path) as project:
        project.signals()
        for head in project.takes():
            project.take(head.id)


def test_flipped_bytes_never_pass_unseen(project: Project, film: Path, tmp_path: Path) -> None:
    """Damage either is told in a sentence, or lies where nothing of the takes is."""
    import random

    takes = [take_of(film, name=f"t{i}", seed=i, steps=2) for i in range(2)]
    for take in takes:
        project.add_take(take)
    project.close()
    whole = bytearray(project.path.read_bytes())
    hurt, rng, told = tmp_path / "hurt.dbgm", random.Random(1), 0
    for _ in range(60):
        data = bytearray(whole)
        at = rng.randrange(len(data))
        data[at : at + 40] = bytes(b ^ 0x5A for b in data[at : at + 40])
        hurt.write_bytes(data)
        try:
            with Project.open(hurt) as project_:
                for take in takes:
                    back = project_.take(take.id)
                    assert back.notes == take.notes and back.plan.tempo == take.plan.tempo
                    assert back.trajectory is not None and take.trajectory is not None
                    assert back.trajectory.v.tobytes() == take.trajectory.v.tobytes()
        except EngineError:
            told += 1
    assert told > 10


def test_a_full_disk_leaves_the_project_as_it_was(project: Project, film: Path) -> None:
    first = take_of(film, seed=1)
    project.add_take(first)
    pages = project._connection.execute("PRAGMA page_count").fetchone()[0]
    project._connection.execute(f"PRAGMA max_page_count = {pages + 3}")
    with pytest.raises(OutputError, match="disk is full"):
        project.add_take(take_of(film, seed=2, steps=100, width=64))
    project.close()
    with Project.open(project.path) as again:
        assert_same(again.take(first.id), replace(first, name="Take 1"))
        assert len(again.takes()) == 1


def test_create_keeps_what_is_there(tmp_path: Path, film: Path, project: Project) -> None:
    with pytest.raises(OutputError, match="already"):
        Project.create(project.path, signals_of(film))
    with pytest.raises(OutputError):
        Project.create(tmp_path / "no" / "where.dbgm", signals_of(film))
    with pytest.raises(InputError, match="cannot be read"):
        Project.create(tmp_path / "b.dbgm", signals_of(tmp_path / "none.mp4"))
    assert files(tmp_path) == ["film.mp4", "piece.dbgm"] or files(tmp_path)[-1].endswith("-journal")


def test_a_copy_is_whole_and_on_its_own(project: Project, film: Path, tmp_path: Path) -> None:
    take = take_of(film, name="One")
    project.add_take(take)
    (tmp_path / "sub").mkdir()
    copy = tmp_path / "sub" / "copy.dbgm"
    project.save_copy(copy)
    project.save_copy(copy)  # over an earlier one
    with pytest.raises(OutputError, match="itself"):
        project.save_copy(project.path)
    with Project.open(copy) as other:
        assert_same(other.take(take.id), take)
        assert other.video.relative == "../film.mp4"
        other.delete_take(take.id)
    assert len(project.takes()) == 1
    assert files(tmp_path / "sub") == ["copy.dbgm"]


def test_odd_names(tmp_path: Path, film: Path) -> None:
    for name in ("a b#?%41.dbgm", "fjörd ♫.dbgm", "no suffix"):
        with Project.create(tmp_path / name, signals_of(film)) as made:
            made.add_take(take_of(film))
        with Project.open(tmp_path / name, read_only=True) as again:
            assert len(again.takes()) == 1


def test_damage_in_one_take_leaves_the_others(project: Project, film: Path) -> None:
    good, bad = take_of(film, name="good", seed=1), take_of(film, name="bad", seed=2)
    project.add_take(good)
    project.add_take(bad)
    project._connection.execute("UPDATE takes SET plan = ? WHERE id = ?", (b"nonsense", bad.id))
    with pytest.raises(InputError, match="damaged"):
        project.take(bad.id)
    assert_same(project.take(good.id), good)


def test_migrations_run_once_and_whole(project: Project, film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project.close()
    ran: list[int] = []

    def add(connection: sqlite3.Connection) -> None:
        ran.append(1)
        connection.execute("ALTER TABLE takes ADD COLUMN mood TEXT")

    def fail(_connection: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("engine.project.schema.SCHEMA_VERSION", SCHEMA_VERSION + 2)
    monkeypatch.setattr("engine.project.schema.MIGRATIONS", {SCHEMA_VERSION: add, SCHEMA_VERSION + 1: fail})
    with pytest.raises(ZeroDivisionError):
        Project.open(project.path)
    monkeypatch.setattr("engine.project.schema.MIGRATIONS", {SCHEMA_VERSION: add, SCHEMA_VERSION + 1: lambda _c: None})
    with Project.open(project.path) as again:
        assert again.takes() == ()
    assert ran == [1]
