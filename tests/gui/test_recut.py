"""Editors' timelines in the window, and a take that follows its film into another cut, on the real engine."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent

from diffbgm_gui.document import moved_locks, toggle_marker
from diffbgm_gui.exporting import VIDEO, film_stem
from diffbgm_gui.main_window import MainWindow
from diffbgm_gui.run_state import Phase
from diffbgm_gui.studio_events import ProjectSaved, TimelineFailed
from diffbgm_gui.studio_recut import is_of_cut
from diffbgm_gui.widgets.export import ExportDialog
from engine import PreviewReady, Stage, StageStarted
from engine.diffusion.model import save_bundle
from engine.music.region import Region, Selection
from engine.project import Project
from engine.resources import resource_path
from tests.helpers.cuts import save_timeline
from tests.helpers.recut import recut
from tests.helpers.tiny_model import tiny_model
from tests.helpers.video import TinyVideo

RATE = Fraction(12)
SHOT_S = 6.0
IN_S = 3 * SHOT_S
"""Where the new shot is put in."""
MARKERS = [(7.5, "the door *"), (20.0, "later")]


@dataclass(frozen=True)
class Cuts:
    """A film, the same with another shot in it, and timelines of both."""

    bundle: Path
    film: Path
    recut: Path
    timeline: Path
    later: Path


@pytest.fixture(scope="module")
def cuts(tmp_path_factory: pytest.TempPathFactory, tiny_video: Callable[..., TinyVideo]) -> Cuts:
    folder = tmp_path_factory.mktemp("cuts")
    save_bundle(tiny_model(), folder / "bundle", "tiny")
    film = shutil.copy(tiny_video(shots_s=(SHOT_S,) * 6, frame_rate=RATE, audio_hz=None).path, folder / "film.mp4")
    demo = resource_path("demo", "demo.mp4")  # 36 of its frames are three seconds here
    new = recut([(film, 0.0, IN_S), (demo, 0.0, 1.5), (film, IN_S, 6 * SHOT_S)], folder / "recut.mp4", width=160)
    parts = [(SHOT_S * i, SHOT_S * i + 5.0) for i in range(6)]
    save_timeline(folder / "cut.otio", film, parts, markers=MARKERS)
    save_timeline(folder / "later.otio", film, [*parts[:2], *parts[3:]], markers=MARKERS)
    return Cuts(folder / "bundle", Path(film), new, folder / "cut.otio", folder / "later.otio")


@pytest.fixture
def window(make_window: Callable[..., MainWindow], cuts: Cuts, silent: None, qtbot: Any) -> MainWindow:
    """A window on the real engine with a tiny model, which takes three steps."""
    made = make_window(bundle=cuts.bundle)
    made.studio.edit("fast", lambda d: replace(d, settings=replace(d.settings, steps=3, seed=5), draft_first=False))
    return made


def at_rest(window: MainWindow, qtbot: Any) -> None:
    qtbot.waitUntil(lambda: window.state.phase is Phase.READY and bool(window.state.shots), timeout=120_000)


def scored(window: MainWindow, qtbot: Any, path: Path) -> None:
    """A take of a film or timeline."""
    window.open(path)
    qtbot.waitUntil(lambda: window.state.phase is Phase.READY and bool(window.studio.shots), timeout=120_000)
    window.generate()
    qtbot.waitUntil(lambda: window.studio.document.take is not None and not window.state.is_busy, timeout=120_000)


def follow(window: MainWindow, qtbot: Any, path: Path) -> None:
    """What the menu does, with a file that was picked."""
    window.files.ask_for_file = lambda *_a, **_k: path
    assert window.commands["reconform"].isEnabled()
    n_takes = len(window.studio.document.takes)
    window.commands["reconform"].trigger()
    qtbot.waitUntil(
        lambda: len(window.studio.document.takes) > n_takes or window.state.phase is Phase.READY, timeout=120_000
    )
    at_rest(window, qtbot)


def test_a_take_follows_the_new_cut_and_undo_goes_back(
    window: MainWindow, cuts: Cuts, qtbot: Any, tmp_path: Path
) -> None:
    studio, told = window.studio, []
    scored(window, qtbot, cuts.film)
    first, shots = studio.document.take, studio.shots
    assert first is not None and not window.commands["redo"].isEnabled()
    studio.edit("mark", lambda document: toggle_marker(document, Fraction(20)))
    studio.lock(Region(steps=(0, 16)))
    before = studio.document
    studio.event.connect(told.append)
    follow(window, qtbot, cuts.recut)

    take = studio.document.take
    assert take is not None and take.origin == "reconform" and take.parent == first.id
    assert [entry.take.id for entry in studio.document.takes] == [first.id, take.id]
    assert studio.document.other == first.id, "A/B goes to the earlier one"
    assert studio.document.video == window.state.path == cuts.recut
    assert float(window.state.info.duration_s) == pytest.approx(6 * SHOT_S + 3, abs=0.2)
    assert take.plan.shots == studio.shots != shots
    assert [float(marker.time_s) for marker in studio.document.direction.markers] == [23.0], "it moved along"
    assert studio.document.locks == (Region(steps=(0, 16)),), "the first bar was kept, and so was its lock"
    stages = [event.stage for event in told if isinstance(event, StageStarted)]
    assert stages[:1] == [Stage.ANALYSE] and Stage.DENOISE in stages
    assert any(isinstance(event, PreviewReady) for event in told), "it is seen to form"

    change = window.roll.model.difference
    assert change is not None and change.counts() == take.details["difference"], "what changed is shown"
    assert len(change.kept) > len(change.removed) and change.new
    notice = window.state.notice
    assert notice is not None and notice.message.startswith("The music follows the new cut:")
    assert f"{len(change.kept)} kept" in notice.hint
    assert len(studio.shown.plan["hits"]) == len(take.plan.hits()), "hits are told anew"

    studio.undo()
    assert studio.document is before and window.state.path == cuts.film and studio.shots == shots
    at_rest(window, qtbot)
    assert float(window.state.info.duration_s) == 6 * SHOT_S
    studio.redo()
    at_rest(window, qtbot)
    assert studio.document.take is take and window.state.path == cuts.recut

    saved = tmp_path / "p.dbgm"
    with qtbot.waitSignal(studio.event, check_params_cb=lambda e: isinstance(e, ProjectSaved), timeout=20_000):
        studio.save(saved)
    with Project.open(saved, read_only=True) as project:
        assert project.find_video() == cuts.recut and len(project.takes()) == 2
    window.open(saved)
    qtbot.waitUntil(lambda: studio.document.current == take.id, timeout=20_000)
    at_rest(window, qtbot)
    assert window.state.path == cuts.recut and studio.document.locks == (Region(steps=(0, 16)),)


def test_an_undone_recut_is_saved_with_the_old_film(window: MainWindow, cuts: Cuts, qtbot: Any, tmp_path: Path) -> None:
    studio, saved = window.studio, tmp_path / "p.dbgm"
    scored(window, qtbot, cuts.film)
    follow(window, qtbot, cuts.recut)
    studio.undo()
    at_rest(window, qtbot)
    with qtbot.waitSignal(studio.event, check_params_cb=lambda e: isinstance(e, ProjectSaved), timeout=20_000):
        studio.save(saved)
    with Project.open(saved, read_only=True) as project:
        signals = project.signals()
        assert project.find_video() == cuts.film and len(project.takes()) == 1
        assert signals is not None and signals.info.duration_s == 6 * SHOT_S


def test_a_take_of_the_earlier_cut_is_not_joined_with_the_new_picture(
    window: MainWindow, cuts: Cuts, qtbot: Any, tmp_path: Path
) -> None:
    studio = window.studio
    scored(window, qtbot, cuts.film)
    follow(window, qtbot, cuts.recut)
    old, new = studio.document.takes
    info = window.state.signals.info
    assert is_of_cut(new.take, info) and not is_of_cut(old.take, info)
    dialog = ExportDialog(studio, window.preferences, window)
    dialog.folder.setText(str(tmp_path))
    for take_id, check in dialog.takes.items():
        check.setChecked(take_id == old.id)
    said = f"“{old.name}” was made for an earlier cut: only its WAV, MIDI and stems can be written."
    assert dialog.note.text() == said and not dialog.export_button.isEnabled()
    dialog.kinds[VIDEO].setChecked(False)
    dialog.kinds["midi"].setChecked(True)
    assert dialog.export_button.isEnabled()
    studio.export({"output": tmp_path / "old.mp4"}, take=old.take)
    qtbot.waitUntil(lambda: not window.state.is_busy, timeout=60_000)
    assert window.state.notice is not None and "earlier cut" in window.state.notice.message
    studio.edit("back", lambda document: replace(document, current=old.id))
    studio.reconform(cuts.film)
    assert "made for an earlier cut" in window.state.notice.message and not window.state.is_busy


def test_it_is_cancelled_and_nothing_has_changed(window: MainWindow, cuts: Cuts, qtbot: Any) -> None:
    studio = window.studio
    scored(window, qtbot, cuts.film)
    before = studio.document
    studio.reconform(cuts.recut)
    qtbot.waitUntil(lambda: window.state.phase is Phase.RUNNING, timeout=20_000)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.state.is_busy, timeout=60_000)
    assert studio.document is before and window.state.path == cuts.film and window.state.notice is None


def test_what_cannot_be_followed_is_one_sentence(window: MainWindow, cuts: Cuts, qtbot: Any, tmp_path: Path) -> None:
    studio = window.studio
    scored(window, qtbot, cuts.film)
    before = studio.document
    (tmp_path / "no.mp4").write_bytes(b"no film")
    studio.reconform(tmp_path / "no.mp4")
    qtbot.waitUntil(lambda: window.state.notice is not None, timeout=60_000)
    assert window.state.notice.kind == "error" and "no.mp4" in window.state.notice.message
    assert studio.document is before and window.state.phase is Phase.READY


@pytest.mark.parametrize("how", ["open", "drop"])
def test_a_timeline_is_opened_and_followed_by_its_next_version(
    how: str, window: MainWindow, cuts: Cuts, qtbot: Any
) -> None:
    studio = window.studio
    if how == "open":
        window.files.ask_for_file = lambda *_a, **_k: cuts.timeline
        window.commands["open-video"].trigger()
    else:
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(cuts.timeline))])
        left, none, copy = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.DropAction.CopyAction
        enter = QDragEnterEvent(QPoint(5, 5), copy, data, left, none)
        window.dragEnterEvent(enter)
        assert enter.isAccepted()
        window.dropEvent(QDropEvent(QPointF(5, 5), copy, data, left, none))
    qtbot.waitUntil(lambda: studio.document.video is not None, timeout=60_000)
    at_rest(window, qtbot)
    direction = studio.document.direction
    assert direction.shots is not None and [float(s.start_s) for s in studio.shots] == [5.0 * i for i in range(6)]
    assert [float(marker.time_s) for marker in direction.markers] == [7.5, 20.0]
    assert direction.stars == (Fraction(15, 2),) == studio.stars, "the marker with a star is one"
    assert window.files.name == "cut.otio" and window.state.timeline == cuts.timeline
    assert film_stem(studio.document.video) == "cut"
    assert "5 cuts and 2 markers" in window.state.notice.message
    if how == "drop":
        return
    window.generate()
    qtbot.waitUntil(lambda: studio.document.take is not None and not window.state.is_busy, timeout=120_000)
    dialog = ExportDialog(studio, window.preferences, window)
    assert not dialog.kinds[VIDEO].isEnabled() and dialog.wish().kinds == {"timelines"}
    assert dialog.folder.text() == str(cuts.timeline.parent) and dialog.name.text() == "cut-music"
    follow(window, qtbot, cuts.later)
    take = studio.document.take
    assert take is not None and take.origin == "reconform"
    qtbot.waitUntil(lambda: window.state.timeline == cuts.later, timeout=20_000)
    assert [float(s.start_s) for s in take.plan.shots] == [5.0 * i for i in range(5)]
    studio.undo()
    at_rest(window, qtbot)
    qtbot.waitUntil(lambda: window.state.timeline == cuts.timeline, timeout=20_000)
    assert len(studio.shots) == 6


def test_clips_that_are_elsewhere_are_asked_for(window: MainWindow, cuts: Cuts, qtbot: Any, tmp_path: Path) -> None:
    studio, asked = window.studio, []
    scored(window, qtbot, cuts.film)
    before = studio.document
    clips = tmp_path / "clips"
    clips.mkdir()
    (tmp_path / "alone").mkdir()
    moved = shutil.copy(cuts.timeline, tmp_path / "alone" / "moved.otio")
    text = Path(moved).read_text().replace("film.mp4", "film-elsewhere.mp4")
    Path(moved).write_text(text)

    def ask(failed: TimelineFailed) -> str:
        asked.append(failed)
        return "folder" if len(asked) == 2 else ""

    window.files.ask_about_timeline = ask
    window.files.ask_for_folder = lambda _title: clips
    window.open(Path(moved))
    qtbot.waitUntil(lambda: len(asked) == 1, timeout=60_000)
    assert "film-elsewhere.mp4" in f"{asked[0].message} {asked[0].hint}" and not asked[0].for_recut
    assert studio.document is before and window.state.phase is Phase.READY, "the project before is as it was"
    shutil.copy(cuts.film, clips / "film-elsewhere.mp4")
    window.open(Path(moved))
    qtbot.waitUntil(lambda: len(asked) == 2 and studio.document.video != cuts.film, timeout=60_000)
    at_rest(window, qtbot)
    assert len(studio.shots) == 6 and window.files.name == "moved.otio"


def test_reading_a_timeline_is_cancelled(
    window: MainWindow, cuts: Cuts, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    def slow(*_args: Any, cancel: Any, report: Any, **_how: Any) -> None:
        while True:
            report(1, 4)
            cancel.raise_if_cancelled()
            time.sleep(0.01)

    monkeypatch.setattr("engine.timelines.open_timeline", slow)
    window.open(cuts.timeline)
    qtbot.waitUntil(lambda: window.state.progress == 0.25, timeout=20_000)
    assert "Reading the timeline" in window.status_label.text() and window.cancel_button.isVisible()
    window.cancel_button.click()
    qtbot.waitUntil(lambda: window.state.phase is Phase.EMPTY, timeout=20_000)
    assert window.studio.document.video is None and window.state.notice is None


def test_locks_move_with_their_bars() -> None:
    from tests.gui.fakes import fake_take

    take = replace(fake_take(Path("a.mp4")), details={"moved_bars": [[0, 0], [1, 1], [4, 3], [5, 4]]})
    cells = frozenset({(0, 50, 60), (0, 33, 61)})
    locks = (Region(steps=(8, 80)), Region(pitches=(60, 72)), Region(steps=(32, 48)), Region(cells=cells))
    moved = moved_locks(locks, take)
    assert moved[:3] == (Region(steps=(8, 32)), Region(steps=(64, 96)), Region(pitches=(60, 72)))
    assert len(moved) == 4 and moved[3].cells == frozenset({(0, 66, 60)})
    assert Selection(moved[:2]).mask(96).sum() == (24 + 32) * 3 * 128
