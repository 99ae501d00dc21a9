"""An hour of film with thousands of shots and notes: how much is drawn and worked out for one change, not how fast."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QEventLoop, QRectF, QTimer
from PySide6.QtGui import QColor, QImage, QPainter

from diffbgm_gui.document import Document, TakeEntry, add_take, move_cut, toggle_star, with_settings
from diffbgm_gui.main_window import MainWindow
from diffbgm_gui.run_state import PictureMeasured, VideoChosen, VideoOpened
from diffbgm_gui.widgets import columns, turns
from diffbgm_gui.widgets.axis_row import AxisRow
from diffbgm_gui.widgets.roll import painting
from diffbgm_gui.widgets.roll.shapes import Overview, Shapes
from diffbgm_gui.widgets.takes.thumb import Thumb
from engine.music.take import Take
from engine.timebase import Shot
from tests.helpers.takes import notes_of, signals_of, take_of, video_info

HOUR = Fraction(3600)
N_SHOTS, N_BEATS, N_NOTES = 1900, 6000, 20_000


def shots_of(n: int = N_SHOTS) -> tuple[Shot, ...]:
    edges = [HOUR * i / n for i in range(n + 1)]
    return tuple(Shot(i, edges[i], edges[i + 1], "cut" if i else "start", 0.3 + 0.01 * (i % 60)) for i in range(n))


@pytest.fixture(scope="module")
def take(tmp_path_factory: pytest.TempPathFactory) -> Take:
    path = tmp_path_factory.mktemp("hour") / "hour.mp4"
    made = take_of(path, n_beats=N_BEATS, steps=0)
    plan = replace(made.plan, info=video_info(path, HOUR), shots=shots_of())
    return replace(made, plan=plan, notes=notes_of(N_BEATS, count=N_NOTES), hand=())


@pytest.fixture
def hour(window: MainWindow, take: Take, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    """A window over an hour of film without a take; its curves are left out."""
    for kind in ("picture", "auto", "achieved"):
        monkeypatch.setattr(f"diffbgm_gui.widgets.timeline.curve_data.{kind}_curves", lambda *_: {})
    path, studio = Path(take.plan.info.path), window.studio
    window.resize(1440, 900)
    studio._show(Document(video=path))
    studio.take_event(VideoChosen(path))
    studio.take_event(VideoOpened(path, take.plan.info, (".mp4",)))
    signals = replace(signals_of(path), info=take.plan.info)
    studio.take_event(PictureMeasured(path, signals, shots_of()))
    return window


@pytest.fixture
def scored(hour: MainWindow, take: Take, qtbot: Any) -> MainWindow:
    """The same with a take of twenty thousand notes."""
    hour.studio.edit("take", lambda document: add_take(document, TakeEntry(take, "Take 1")))
    qtbot.waitUntil(lambda: hour.studio.shown.take_id == take.id, timeout=30_000)
    return hour


def rows_of(window: MainWindow) -> list[AxisRow]:
    return [row for row in window.findChildren(AxisRow) if row.isVisible()]


@contextmanager
def counted() -> Iterator[list[str]]:
    """The drawing calls of all painters while the context is open."""
    names = [name for name in dir(QPainter) if name.startswith(("draw", "fill"))]
    real = {name: getattr(QPainter, name) for name in names}
    seen: list[str] = []

    def watched(name: str) -> Callable[..., Any]:
        def call(painter: QPainter, *args: Any) -> Any:
            seen.append(name)
            return real[name](painter, *args)

        return call

    for name in names:
        setattr(QPainter, name, watched(name))
    try:
        yield seen
    finally:
        for name in names:
            setattr(QPainter, name, real[name])


# -- drawing -------------------------------------------------------------------------------------------------------


def test_the_whole_hour_takes_few_calls(scored: MainWindow) -> None:
    rows = rows_of(scored)
    assert len(rows) >= 4
    for row in rows:
        row.refresh()
        with counted() as calls:
            row.grab()
        assert len(calls) < N_SHOTS / 4, f"{type(row).__name__}: {len(calls)} calls for {N_SHOTS} shots"


def test_a_moved_cut_and_a_star_leave_the_picture_of_the_notes(
    scored: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio, roll, shots = scored.studio, scored.roll.view, scored.studio.shots
    roll.grab()
    made: list[int] = []
    real = painting.overview_pixels
    monkeypatch.setattr(painting, "overview_pixels", lambda *args, **more: (made.append(1), real(*args, **more))[1])
    studio.edit("cut", lambda document: move_cut(document, shots, 450, shots[450].start_s + Fraction(1, 2)))
    studio.edit("star", lambda document: toggle_star(document, shots[40].start_s, automatic=studio.stars))
    roll.grab()
    assert made == []
    scored.axis.zoom_by(2.0, 1800.0)
    roll.grab()
    assert made == [1]


def test_settings_that_are_not_drawn_leave_the_roll_alone(scored: MainWindow) -> None:
    asked: list[int] = []
    scored.roll.model.changed.connect(lambda: asked.append(1))
    scored.studio.edit("t0", lambda document: with_settings(document, t0=300))
    assert asked == []
    scored.studio.edit("star", lambda document: toggle_star(document, shots_of()[40].start_s))
    assert asked == [1]


def test_what_does_not_fit_into_a_turn_is_drawn_in_later_ones(
    scored: MainWindow, monkeypatch: pytest.MonkeyPatch, qtbot: Any
) -> None:
    monkeypatch.setattr(turns, "TURN_S", 0.0)
    rows = rows_of(scored)
    for row in rows:
        row.grab()
    drawn: list[int] = []
    real, turn = AxisRow._drawn_anew, [0]
    begin = turns.Turns._begin

    def draw(row: AxisRow, *args: Any) -> Any:
        drawn.append(turn[0])
        return real(row, *args)

    def begun(self: turns.Turns) -> None:
        turn[0] += 1
        begin(self)

    monkeypatch.setattr(AxisRow, "_drawn_anew", draw)
    rows[0]._turns._next.timeout.disconnect()
    rows[0]._turns._next.timeout.connect(lambda: begun(rows[0]._turns))
    loop = QEventLoop()
    QTimer.singleShot(0, loop, lambda: scored.axis.zoom_by(3.0, 1800.0))
    done = QTimer(interval=5)
    done.timeout.connect(lambda: loop.quit() if turn[0] and not rows[0]._turns._waiting else None)
    done.start()
    loop.exec()
    assert len(drawn) >= len(rows) - 1, "each row was drawn"
    assert len(set(drawn)) == len(drawn), "no two in one turn"
    assert not any(row._is_costly() for row in rows), "nothing is left out of date"


def test_outside_of_an_event_loop_nothing_waits(scored: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "TURN_S", 0.0)
    for row in rows_of(scored):
        row.refresh()
        row.grab()
        assert not row._is_costly()


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_lines_fill_their_columns(qapp: Any, scale: float) -> None:
    image = QImage(round(20 * scale), round(20 * scale), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(scale)
    image.fill(0)
    painter = QPainter(image)
    part = QRectF(4, 0, 12, 20)
    columns.paint_columns(painter, np.array([2.0, 5.9, 5.2, 9.0, 18.0]), QColor("#ff0000"), part, 2, 16, dashed=True)
    painter.end()
    red = np.array(image.constBits()).reshape(image.height(), -1, 4)[..., 2][:: round(scale), :: round(scale)] > 0
    assert np.flatnonzero(red.any(axis=0)).tolist() == [5, 9], "what lies outside of the part is left out"
    assert np.flatnonzero(red[:, 5]).tolist() == [2, 3, 4, 5, 10, 11, 12, 13]


# -- lists ---------------------------------------------------------------------------------------------------------


def test_a_moved_cut_changes_two_entries_of_the_list(scored: MainWindow) -> None:
    model, shots = scored.panel.captions.shots.shots, scored.studio.shots
    model.refresh()
    before = list(model.entries)
    resets: list[int] = []
    model.modelReset.connect(lambda: resets.append(1))
    scored.studio.edit("cut", lambda document: move_cut(document, shots, 450, shots[450].start_s + Fraction(1, 2)))
    model.refresh()
    changed = [i for i, (new, old) in enumerate(zip(model.entries, before, strict=True)) if new is not old]
    assert changed == [449, 450] and resets == []
    assert model.entries[450].start_s == model.entries[449].end_s == shots[450].start_s + Fraction(1, 2)
    scored.studio.undo()
    model.refresh()
    assert model.entries == before


def test_the_list_of_a_long_film_is_made_when_it_is_looked_at(hour: MainWindow) -> None:
    page = hour.panel.captions
    assert not page.isVisible() and page.shots.shots.entries == []
    hour.side_tabs.setCurrentWidget(page)
    assert len(page.shots.shots.entries) == N_SHOTS


# -- a long take ---------------------------------------------------------------------------------------------------


def test_a_long_take_is_drawn_on_a_worker(
    hour: MainWindow, take: Take, monkeypatch: pytest.MonkeyPatch, qtbot: Any
) -> None:
    studio, threads = hour.studio, dict[str, set[int]]()
    for owner, name in ((Shapes, "of_notes"), (Overview, "of"), (Thumb, "of")):
        real = getattr(owner, name)

        def noted(_cls: Any, *args: Any, real: Any = real, name: str = f"{owner.__name__}.{name}") -> Any:
            if name != "Shapes.of_notes" or len(args[0]) > 100:
                threads.setdefault(name, set()).add(threading.get_ident())
            return real(*args)

        monkeypatch.setattr(owner, name, classmethod(noted))
    studio.edit("take", lambda document: add_take(document, TakeEntry(take, "Take 1")))
    assert studio.document.take is take and studio.shown.take_id is None, "nothing is waited for"
    assert not hour.roll.model.can_edit and hour.takes.cards[0].thumb is None
    qtbot.waitUntil(lambda: studio.shown.take_id == take.id, timeout=30_000)
    hour.roll.view.grab()
    hour.takes.cards[0].grab()
    assert hour.roll.model.can_edit and hour.takes.cards[0].thumb is not None
    assert set(threads) == {"Shapes.of_notes", "Overview.of", "Thumb.of"}
    assert threading.get_ident() not in set().union(*threads.values())


def test_the_take_before_is_shown_until_the_next_is_ready(scored: MainWindow, take: Take, qtbot: Any) -> None:
    studio, shown = scored.studio, scored.studio.shown
    other = replace(take, id="other", notes=take.notes[:-1])
    studio.edit("take", lambda document: add_take(document, TakeEntry(other, "Take 2")))
    assert studio.shown is shown
    qtbot.waitUntil(lambda: studio.shown.take_id == "other", timeout=30_000)
    studio.undo()
    assert studio.shown is shown, "what was drawn is kept"


def test_another_project_hears_nothing_of_a_take_that_was_being_drawn(hour: MainWindow, take: Take, qtbot: Any) -> None:
    studio = hour.studio
    studio.edit("take", lambda document: add_take(document, TakeEntry(take, "Take 1")))
    studio.close_project()
    done = threading.Event()
    studio.drawing.submit(lambda _emit, _cancel: done.set())
    qtbot.waitUntil(done.is_set, timeout=30_000)
    qtbot.wait(100)
    assert studio.shown.roll is None and studio._drawn == {}
