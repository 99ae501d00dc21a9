"""The window on the real engine, with a small random model: open, generate, watch, fork, re-roll, export, reopen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import pytest

from diffbgm_gui.document import select_take
from diffbgm_gui.main_window import MainWindow
from diffbgm_gui.run_state import ExportFinished, Phase, RunViewState
from diffbgm_gui.studio_events import ProjectSaved, StepsReady, TakeAudible
from engine import PreviewReady
from engine.music.notes import Voice
from engine.music.region import Region, Selection
from tests.helpers.video import TinyVideo


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from engine.diffusion.model import save_bundle
    from tests.helpers.tiny_model import tiny_model

    folder = tmp_path_factory.mktemp("bundle")
    save_bundle(tiny_model(), folder, "tiny")
    return folder


@pytest.fixture
def film(make_window: Callable[..., MainWindow], bundle: Path, qtbot: Any, video: TinyVideo) -> MainWindow:
    """A window with a video open and three steps asked for."""
    window = make_window(bundle=bundle)
    window.open(video.path)
    window.studio.edit("steps", lambda d: replace(d, settings=replace(d.settings, steps=3, seed=5)))
    qtbot.waitUntil(lambda: window.state.phase is Phase.READY, timeout=60_000)
    return window


def made(window: MainWindow, qtbot: Any, does: Callable[[], Any]) -> list[RunViewState]:
    """Wait for the take that something makes; the states on the way."""
    states: list[RunViewState] = []
    window.state_changed.connect(states.append)
    before = window.studio.document.take
    does()
    qtbot.waitUntil(lambda: not window.state.is_busy, timeout=120_000)
    assert window.studio.document.take is not before, window.state.notice
    return states


def heard(window: MainWindow, kind: type) -> list[Any]:
    """What of a kind happens from now on."""
    told: list[Any] = []
    window.studio.event.connect(lambda event: told.append(event) if isinstance(event, kind) else None)
    return told


def test_open_generate_watch_listen_scrub_fork(film: MainWindow, qtbot: Any) -> None:
    studio = film.studio
    studio.edit("steps", lambda d: replace(d, settings=replace(d.settings, steps=16)))
    previews, audible, steps = heard(film, PreviewReady), heard(film, TakeAudible), heard(film, StepsReady)
    made(film, qtbot, studio.generate)
    assert len(previews) >= 2 and all(preview.roll.shape[::2] == (3, 128) for preview in previews)
    take = studio.document.take
    assert take is not None and take.settings.seed == 5 and take.notes and take.trajectory is None
    assert len(studio.shown.beat_s) == take.plan.n_beats + 1 and studio.shown.roll.shape[1] == 4 * take.plan.n_beats
    qtbot.waitUntil(lambda: bool(audible), timeout=60_000)
    assert audible[0].take_id == take.id and set(audible[0].voices) <= set(Voice)
    studio.load_steps()
    qtbot.waitUntil(lambda: bool(steps), timeout=60_000)
    assert len(studio.steps(take.id)) == 16
    studio.show_step(2)
    assert studio.shown.step == 2 and (studio.shown.roll == studio.steps(take.id)[2].roll).all()
    made(film, qtbot, lambda: studio.fork(8))
    fork = studio.document.take
    assert fork.notes == take.notes and fork.parent == take.id, "a fork with unchanged settings repeats its parent"
    made(film, qtbot, lambda: studio.fork(4, t0=900))
    assert studio.document.take.settings.t0 == 900 and len(studio.document.takes) == 3
    studio.undo()
    assert studio.document.take is fork


def test_a_reroll_leaves_locks_and_the_rest(film: MainWindow, qtbot: Any) -> None:
    studio = film.studio
    made(film, qtbot, studio.generate)
    take = studio.document.take
    half = take.plan.n_beats * 4 // 2
    held = Region(steps=(half, 2 * half), voices=frozenset({Voice.BASS}))
    studio.lock(held)
    made(film, qtbot, lambda: studio.reroll(Selection((Region(steps=(half, 2 * half)),)), seed=9))
    child = studio.document.take

    def outside(notes: Any) -> set[Any]:
        return {note for note in notes if note.onset < half or note.voice == Voice.BASS}

    assert outside(child.notes) == outside(take.notes) and child.hand == ()
    assert set(child.notes) != set(take.notes)
    studio.undo()
    assert studio.document.take is take
    studio.reroll(Selection((held,)))
    assert studio.state.notice is not None and "locked" in studio.state.notice.message and not studio.state.is_busy


def test_export_save_reopen(film: MainWindow, qtbot: Any, video: TinyVideo, tmp_path: Path) -> None:
    studio = film.studio
    made(film, qtbot, studio.generate)
    studio.write_notes("edit", studio.document.take.notes[2:])
    ended, saved = heard(film, ExportFinished), heard(film, ProjectSaved)
    for number, suffix in enumerate((".mkv", ".wav", ".mid")):
        studio.export({"output": tmp_path / f"music{suffix}"})
        qtbot.waitUntil(lambda n=number: len(ended) > n, timeout=60_000)
        assert ended[-1].output is not None, ended[-1]
    with av.open(str(tmp_path / "music.mkv")) as made_film:
        packets = [bytes(p) for p in made_film.demux(made_film.streams.video[0]) if p.size]
        assert len(packets) == video.n_frames
    studio.save(tmp_path / "a.dbgm")
    qtbot.waitUntil(lambda: bool(saved), timeout=30_000)
    assert not studio.is_dirty and film.windowTitle() == "a.dbgm[*] – Diff-BGM Studio" and not film.isWindowModified()
    before = studio.document
    film.files.new()
    assert studio.document.video is None
    film.open(tmp_path / "a.dbgm")
    qtbot.waitUntil(lambda: film.state.phase is Phase.READY and studio.document.video is not None, timeout=30_000)
    after = studio.document
    assert after.video == before.video and after.direction == before.direction and after.settings == before.settings
    assert [(e.id, e.name, e.take.notes, e.take.hand) for e in after.takes] == [
        (e.id, e.name, e.take.notes, e.take.hand) for e in before.takes
    ]
    assert (after.current, after.other) == (before.current, before.other) and not studio.is_dirty
    studio.edit("select", lambda d: select_take(d, d.takes[0].id))
    made(film, qtbot, lambda: studio.fork(1, t0=500))  # its steps lie in the file


def test_cancel_stops_the_engine(film: MainWindow, qtbot: Any) -> None:
    film.studio.edit("steps", lambda d: replace(d, settings=replace(d.settings, steps=1000)))
    film.generate_button.click()
    qtbot.waitUntil(lambda: film.state.step >= 1, timeout=60_000)
    film.commands["cancel"].trigger()
    qtbot.waitUntil(lambda: film.state.phase is Phase.READY, timeout=10_000)
    assert film.studio.document.take is None


def test_cancel_during_the_first_look_lets_the_look_go_on(
    make_window: Callable[..., MainWindow], bundle: Path, qtbot: Any, video: TinyVideo
) -> None:
    window = make_window(bundle=bundle)
    window.open(video.path)
    qtbot.waitUntil(lambda: window.state.info is not None, timeout=60_000)
    if window.state.signals is None:
        window.generate()
        window.studio.cancel()
        assert not window.state.is_busy, "what has not begun stops at once"
    qtbot.waitUntil(lambda: window.state.signals is not None and not window.state.is_busy, timeout=30_000)
    assert window.state.phase is Phase.READY and len(window.studio.shots) == 3


def test_the_same_seed_gives_the_same_take(film: MainWindow, qtbot: Any) -> None:
    made(film, qtbot, film.studio.generate)
    made(film, qtbot, film.studio.generate)
    first, second = film.studio.document.takes
    assert first.take.notes == second.take.notes and first.id != second.id and first.name != second.name
