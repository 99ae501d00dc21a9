"""The studio without a window: history, dirty or not, what is kept of what is made."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from diffbgm_gui.document import change_take, delete_take, toggle_marker, with_sensitivity, with_settings
from diffbgm_gui.keeping import Keeper, leftovers, working_folder
from diffbgm_gui.run_state import Phase
from diffbgm_gui.studio import Studio
from diffbgm_gui.studio_events import ProjectOpened, ProjectSaved, SaveFailed
from engine.direction import Fraction
from engine.music.region import Region, Selection
from tests.gui.fakes import FakeEngine
from tests.helpers.video import TinyVideo


@pytest.fixture
def open_studio(studio: Studio, video: TinyVideo, qtbot: Any) -> Studio:
    studio.open_video(video.path)
    qtbot.waitUntil(lambda: studio.state.phase is Phase.READY, timeout=20_000)
    on_disk(studio, qtbot)
    return studio


def on_disk(studio: Studio, qtbot: Any) -> None:
    """Wait until the disk has caught up."""
    done: list[int] = []
    studio.disk.submit(lambda _emit, _cancel: done.append(1))
    qtbot.waitUntil(lambda: bool(done), timeout=20_000)
    qtbot.wait(20)


def generate(studio: Studio, qtbot: Any, **how: Any) -> None:
    studio.generate(**how)
    qtbot.waitUntil(lambda: not studio.state.is_busy and not studio._waiting, timeout=20_000)


def mark(time_s: int) -> Any:
    return lambda document: toggle_marker(document, Fraction(time_s))


def test_edits_are_undone_and_done_again(open_studio: Studio) -> None:
    studio, before = open_studio, open_studio.document
    studio.edit("mark", mark(1))
    after = studio.document
    assert studio.undo_stack.undoText() == "mark" and studio.is_dirty
    studio.undo()
    assert studio.document is before and not studio.is_dirty
    studio.redo()
    assert studio.document is after


def test_a_drag_is_one_step_of_history(open_studio: Studio) -> None:
    studio, before = open_studio, open_studio.document
    for t0 in (300, 400, 500):
        studio.edit("t0", lambda document, t0=t0: with_settings(document, t0=t0), merge="t0")
    studio.edit("k", lambda document: with_settings(document, k=4), merge="k")
    assert studio.undo_stack.count() == 2
    studio.undo()
    studio.undo()
    assert studio.document is before


def test_a_change_that_changes_nothing_leaves_no_trace(open_studio: Studio) -> None:
    open_studio.edit("t0", lambda document: with_settings(document, t0=document.settings.t0))
    assert open_studio.undo_stack.count() == 0 and not open_studio.is_dirty


def test_a_refused_change_is_told(open_studio: Studio) -> None:
    open_studio.edit("t0", lambda document: with_settings(document, t0=-1))
    assert open_studio.state.notice is not None and "t0" in open_studio.state.notice.message
    assert open_studio.undo_stack.count() == 0


def test_sensitivity_finds_other_shots_and_undo_the_first_again(open_studio: Studio) -> None:
    studio, before = open_studio, open_studio.shots
    studio.edit("cuts", lambda document: with_sensitivity(document, 0.0))
    fewer = studio.shots
    studio.undo()
    assert studio.shots == before and len(fewer) <= len(before)


def test_takes_of_one_request_differ_in_seed(open_studio: Studio, engine: FakeEngine, qtbot: Any) -> None:
    studio = open_studio
    generate(studio, qtbot, takes=3)
    seeds = [request.settings.seed for request in engine.requests]
    assert [seed - seeds[0] for seed in seeds] == [0, 1, 2]
    assert [entry.name for entry in studio.document.takes] == ["Take 1", "Take 2", "Take 3"]
    assert studio.document.current == studio.document.takes[2].id
    studio.undo()
    assert len(studio.document.takes) == 2
    takes = studio.document.takes
    qtbot.waitUntil(lambda: all(studio.audible(entry.id) is not None for entry in takes), timeout=20_000)


def test_a_draft_gives_way_to_the_full_take_and_history_knows_nothing_of_it(
    open_studio: Studio, engine: FakeEngine, qtbot: Any
) -> None:
    studio, names, before = open_studio, [], open_studio.document
    studio.document_changed.connect(lambda document: names.append([entry.name for entry in document.takes]))
    generate(studio, qtbot, takes=2, draft_first=True)
    assert [request.settings.steps for request in engine.requests] == [6, 24, 24], "one draft, before the first take"
    assert len({request.settings.seed for request in engine.requests[:2]}) == 1
    assert names == [["Draft"], ["Take 1"], ["Take 1", "Take 2"]], "the wall is never bare in between"
    assert studio.undo_stack.count() == 2
    studio.undo()
    studio.undo()
    assert studio.document is before and not studio.is_dirty
    studio.redo()
    assert [entry.name for entry in studio.document.takes] == ["Take 1"]


def drafted(studio: Studio, engine: FakeEngine, qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A draft is there, and the full take is held back."""
    compose = engine.compose

    def held(request: Any, observer: Any, cancel: Any) -> Any:
        if request.settings.steps == 24:
            engine.gate.clear()
        return compose(request, observer, cancel)

    monkeypatch.setattr(engine, "compose", held)
    studio.generate(draft_first=True)
    qtbot.waitUntil(lambda: bool(studio.document.takes) and studio.state.task == "Refining the draft", timeout=20_000)
    qtbot.waitUntil(lambda: studio.state.progress == 10 / 30, timeout=20_000)  # the fake counts four steps a pass


def test_a_draft_goes_when_its_run_is_cancelled(
    open_studio: Studio, engine: FakeEngine, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio, before = open_studio, open_studio.document
    drafted(studio, engine, qtbot, monkeypatch)
    assert studio.document.take is not None
    qtbot.waitUntil(lambda: studio.audible(studio.document.current) is not None, timeout=20_000)
    studio.cancel()
    qtbot.waitUntil(lambda: not studio.state.is_busy, timeout=20_000)
    assert studio.document is before and not studio.is_dirty and studio.undo_stack.count() == 0


def test_a_draft_that_was_starred_stays(
    open_studio: Studio, engine: FakeEngine, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = open_studio
    drafted(studio, engine, qtbot, monkeypatch)
    draft = studio.document.current
    studio.edit("star", lambda document: change_take(document, draft, starred=True))
    engine.gate.set()
    qtbot.waitUntil(lambda: not studio.state.is_busy, timeout=20_000)
    assert [entry.name for entry in studio.document.takes] == ["Draft", "Take 1"]
    studio.undo()
    assert [entry.name for entry in studio.document.takes] == ["Draft"]
    studio.undo()
    assert studio.document.takes == (), "without its star it is a draft like any other"


def test_edits_beside_a_draft_do_not_bring_it_back(
    open_studio: Studio, engine: FakeEngine, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = open_studio
    drafted(studio, engine, qtbot, monkeypatch)
    studio.edit("mark", mark(1))
    assert [entry.name for entry in studio.document.takes] == ["Draft"]
    engine.gate.set()
    qtbot.waitUntil(lambda: not studio.state.is_busy, timeout=20_000)
    assert [entry.name for entry in studio.document.takes] == ["Take 1"]
    studio.undo()
    assert studio.document.takes == () and studio.document.direction.markers
    studio.undo()
    assert studio.document.takes == () and not studio.document.direction.markers


def test_a_draft_is_not_kept_by_a_crash_or_a_file(
    open_studio: Studio, engine: FakeEngine, qtbot: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from engine.project import Project

    studio = open_studio
    drafted(studio, engine, qtbot, monkeypatch)
    with qtbot.waitSignal(studio.event, check_params_cb=lambda e: isinstance(e, ProjectSaved), timeout=20_000):
        studio.save(tmp_path / "p.dbgm")
    with Project.open(tmp_path / "p.dbgm", read_only=True) as project:
        assert project.takes() == ()
    on_disk(studio, qtbot)
    working = next(working_folder().glob("*.dbgm"))
    copy = tmp_path / "left.dbgm"
    told: list[Any] = []
    studio.disk.submit(lambda _e, _c: told.append(studio.keeper._project.save_copy(copy)))
    qtbot.waitUntil(lambda: bool(told), timeout=20_000)
    assert working.exists()
    with Project.open(copy, read_only=True) as project:
        assert project.view["takes"] == [], "after a crash it does not hang on the wall"
    engine.gate.set()


def test_what_waits_is_cancelled_too(open_studio: Studio, engine: FakeEngine, qtbot: Any) -> None:
    studio = open_studio
    engine.gate.clear()
    studio.generate(takes=4)
    qtbot.waitUntil(lambda: studio.state.step > 0)
    studio.cancel()
    qtbot.waitUntil(lambda: not studio.state.is_busy)
    assert len(engine.requests) == 1 and studio.document.takes == ()


def test_an_engine_that_cannot_be_made_is_said(make_studio: Any, silent: None, video: TinyVideo, qtbot: Any) -> None:
    def make() -> Any:
        raise ImportError("no engine here")

    studio = make_studio(make)
    studio.open_video(video.path)
    qtbot.waitUntil(lambda: studio.state.phase is Phase.READY, timeout=20_000)
    studio.generate()
    qtbot.waitUntil(lambda: not studio.state.is_busy)
    assert studio.state.notice is not None and "no engine here" in studio.state.notice.message


def test_a_reroll_asks_for_what_is_not_locked(open_studio: Studio, engine: FakeEngine, qtbot: Any) -> None:
    studio = open_studio
    generate(studio, qtbot)
    studio.lock(Region(steps=(0, 16)))
    studio.reroll(Selection((Region(steps=(0, 32)),)), seed=3)
    qtbot.waitUntil(lambda: not studio.state.is_busy)
    _, change = engine.changes[0]
    assert change.selection == Selection((Region(steps=(16, 32)),)) and change.seed == 3
    assert studio.undo_stack.undoText() == "Re-roll" and len(studio.document.takes) == 2
    studio.unlock()
    assert studio.document.locks == ()


def test_hand_written_notes_are_a_take_of_their_own(open_studio: Studio, qtbot: Any) -> None:
    studio = open_studio
    generate(studio, qtbot)
    take = studio.document.take
    studio.write_notes("Delete notes", take.notes[1:])
    assert studio.document.take.parent == take.id and len(studio.document.take.notes) == len(take.notes) - 1
    assert studio.undo_stack.undoText() == "Delete notes"
    studio.write_notes("nothing", studio.document.take.notes)
    assert len(studio.document.takes) == 2


def test_the_working_copy_follows(open_studio: Studio, qtbot: Any) -> None:
    studio = open_studio
    generate(studio, qtbot)
    studio.edit("name", lambda document: change_take(document, document.current, name="Mine", starred=True))
    studio.edit("mark", mark(2))
    on_disk(studio, qtbot)
    assert leftovers() == (), "a copy that is open is nobody's leftover"
    assert len(list(working_folder().glob("*.dbgm"))) == 1
    read: list[Any] = []
    studio.disk.submit(lambda _emit, _cancel: read.append(studio.keeper.trajectory(studio.document.current)))
    qtbot.waitUntil(lambda: bool(read))
    assert read[0] is not None and read[0].n_steps == 3, "its steps lie in the file"
    studio.close()
    assert list(working_folder().iterdir()) == []


def saved(studio: Studio, qtbot: Any, path: Path) -> Any:
    told: list[Any] = []
    studio.event.connect(lambda e: told.append(e) if isinstance(e, ProjectSaved | SaveFailed) else None)
    studio.save(path)
    qtbot.waitUntil(lambda: bool(told), timeout=20_000)
    return told[0]


def test_saved_opened_and_everything_as_left(open_studio: Studio, qtbot: Any, tmp_path: Path) -> None:
    studio = open_studio
    generate(studio, qtbot, takes=3)
    gone, kept = studio.document.takes[0].id, studio.document.takes[1].id
    studio.edit("delete", lambda document: delete_take(document, gone))
    studio.edit(
        "name", lambda document: change_take(document, kept, name="Take 1", starred=True)
    )  # a name off the wall
    studio.lock(Region(steps=(0, 16)))
    document = studio.document
    assert isinstance(saved(studio, qtbot, tmp_path / "a.dbgm"), ProjectSaved) and not studio.is_dirty
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.dbgm"]
    studio.close_project()
    opened: list[Any] = []
    studio.event.connect(lambda e: opened.append(e) if isinstance(e, ProjectOpened) else None)
    studio.open_project(tmp_path / "a.dbgm")
    qtbot.waitUntil(lambda: bool(opened), timeout=20_000)
    again = studio.document
    assert [(e.id, e.name, e.starred) for e in again.takes] == [(e.id, e.name, e.starred) for e in document.takes]
    assert again.locks == document.locks and again.current == document.current and again.video == document.video
    assert studio.origin == tmp_path / "a.dbgm" and not studio.is_dirty
    keeper = Keeper()
    try:
        other = keeper.open(tmp_path / "a.dbgm")
        assert other.document.entry(gone) is None
    finally:
        keeper.close()


def test_a_save_that_fails_leaves_file_and_mark(open_studio: Studio, qtbot: Any, tmp_path: Path) -> None:
    studio = open_studio
    studio.edit("mark", mark(1))
    event = saved(studio, qtbot, tmp_path / "no folder" / "a.dbgm")
    assert isinstance(event, SaveFailed) and studio.is_dirty and studio.origin is None
    assert studio.state.notice is not None and studio.state.notice.kind == "error"


def test_a_project_that_does_not_open_leaves_the_present_one(open_studio: Studio, qtbot: Any, tmp_path: Path) -> None:
    studio = open_studio
    studio.edit("mark", mark(1))
    document = studio.document
    (tmp_path / "bad.dbgm").write_bytes(b"nothing")
    studio.open_project(tmp_path / "bad.dbgm")
    qtbot.waitUntil(lambda: studio.state.notice is not None, timeout=20_000)
    assert studio.document is document and studio.state.signals is not None
    studio.edit("mark", mark(2))
    on_disk(studio, qtbot)
    assert studio.keeper.owner is studio._key


def test_edits_made_while_another_project_opens_do_not_get_into_it(
    open_studio: Studio, qtbot: Any, tmp_path: Path
) -> None:
    studio = open_studio
    generate(studio, qtbot)
    saved(studio, qtbot, tmp_path / "a.dbgm")
    document = studio.document
    studio.open_project(tmp_path / "a.dbgm")
    on_disk_only = studio.disk
    studio.edit("mark", mark(1))  # too late: the project is being opened
    qtbot.waitUntil(lambda: studio.document.direction == document.direction, timeout=20_000)
    assert on_disk_only is studio.disk
    on_disk(studio, qtbot)
    keeper_direction: list[Any] = []
    studio.disk.submit(lambda _e, _c: keeper_direction.append(studio.keeper._project.direction))
    qtbot.waitUntil(lambda: bool(keeper_direction))
    assert keeper_direction == [document.direction]


def test_a_second_save_after_an_edit_under_way_stays_dirty(open_studio: Studio, qtbot: Any, tmp_path: Path) -> None:
    studio = open_studio
    told: list[Any] = []
    studio.event.connect(lambda e: told.append(e) if isinstance(e, ProjectSaved) else None)
    studio.edit("mark", mark(1))
    studio.save(tmp_path / "a.dbgm")
    studio.edit("mark", mark(2))
    qtbot.waitUntil(lambda: bool(told), timeout=20_000)
    assert studio.is_dirty
    studio.undo()
    assert not studio.is_dirty


def test_a_moved_film_is_found_by_its_content(
    open_studio: Studio, qtbot: Any, tmp_path: Path, video: TinyVideo
) -> None:
    studio = open_studio
    film = tmp_path / "old" / "film.mp4"
    film.parent.mkdir()
    film.write_bytes(video.path.read_bytes())
    studio.open_video(film)
    qtbot.waitUntil(lambda: studio.state.phase is Phase.READY and studio.state.path == film, timeout=20_000)
    saved(studio, qtbot, tmp_path / "a.dbgm")
    studio.close_project()
    moved = tmp_path / "elsewhere.mp4"
    film.rename(moved)
    opened: list[Any] = []
    studio.event.connect(lambda e: opened.append(e) if isinstance(e, ProjectOpened) else None)
    studio.open_project(tmp_path / "a.dbgm")
    qtbot.waitUntil(lambda: bool(opened), timeout=20_000)
    assert opened[0].opened.missing == "film.mp4" and studio.document.video is None
    wrong = tmp_path / "wrong.mp4"
    wrong.write_bytes(b"something else")
    studio.relink(wrong)
    qtbot.waitUntil(lambda: studio.state.notice is not None, timeout=20_000)
    assert "another video" in studio.state.notice.message and studio.document.video is None
    studio.relink(moved)
    qtbot.waitUntil(lambda: studio.state.phase is Phase.READY, timeout=20_000)
    assert studio.document.video == moved and studio.origin == tmp_path / "a.dbgm"


def test_takes_with_one_name_are_told_apart_in_the_file(open_studio: Studio, qtbot: Any, tmp_path: Path) -> None:
    studio = open_studio
    generate(studio, qtbot, takes=2)
    one, two = (entry.id for entry in studio.document.takes)
    studio.edit("swap", lambda document: change_take(change_take(document, one, name="Take 2"), two, name="Take 1"))
    studio.edit("same", lambda document: change_take(document, two, name="Take 2"))
    assert isinstance(saved(studio, qtbot, tmp_path / "a.dbgm"), ProjectSaved)
    from engine.project import Project

    with Project.open(tmp_path / "a.dbgm", read_only=True) as project:
        assert {header.id: header.name for header in project.takes()} == {one: "Take 2", two: "Take 2 *"}


def test_replacing_settings_keeps_what_is_not_asked(open_studio: Studio) -> None:
    studio = open_studio
    studio.edit("s", lambda document: replace(document, settings=replace(document.settings, duck_notes=True)))
    assert studio._known_for(studio.document.settings) is None, "speech was not measured"
