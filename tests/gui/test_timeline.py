"""The timeline on a real film: cuts, stars, markers, range, curves, zoom; each edit is one step of history."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from diffbgm_gui import theme
from diffbgm_gui.axis import GUTTER_PX, TimeAxis
from diffbgm_gui.document import toggle_marker, with_range, with_sensitivity
from diffbgm_gui.run_state import ThumbReady, VideoChosen
from diffbgm_gui.studio import Studio
from diffbgm_gui.widgets.timeline import Timeline
from diffbgm_gui.widgets.timeline.shots import FLAGS_PX
from diffbgm_gui.widgets.timeline.thumbs import StripPicture, ThumbStore
from tests.gui.fakes import plan_data
from tests.helpers.video import TinyVideo

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def timeline(make_studio: Callable[..., Studio], qtbot: Any, video: TinyVideo) -> Timeline:
    """A timeline of a film of three shots, as wide as a small window."""
    studio, axis = make_studio(), TimeAxis()
    made = Timeline(studio, axis)
    axis.setParent(made)
    studio.state_changed.connect(lambda state: axis.set_duration(state.duration_s))
    made.seek_asked.connect(axis.set_playhead)
    qtbot.addWidget(made)
    made.resize(1000, made.sizeHint().height())
    made.show()
    studio.open_video(video.path)
    qtbot.waitUntil(lambda: len(studio.shots) == 3, timeout=20_000)
    return made


def mouse(row: QWidget, kind: str, x: float, y: float, *, alt: bool = False) -> None:
    """One mouse event, at a fraction of a pixel if need be."""
    what = {
        "press": QEvent.Type.MouseButtonPress,
        "move": QEvent.Type.MouseMove,
        "release": QEvent.Type.MouseButtonRelease,
        "double": QEvent.Type.MouseButtonDblClick,
    }[kind]
    keys = Qt.KeyboardModifier.AltModifier if alt else Qt.KeyboardModifier.NoModifier
    button = Qt.MouseButton.NoButton if kind == "move" else LEFT
    held = Qt.MouseButton.NoButton if kind == "release" else LEFT
    place = QPointF(x, y)
    event = QMouseEvent(what, place, QPointF(row.mapToGlobal(place.toPoint())), button, held, keys)
    handle = {
        "press": row.mousePressEvent,
        "move": row.mouseMoveEvent,
        "release": row.mouseReleaseEvent,
        "double": row.mouseDoubleClickEvent,
    }[kind]
    handle(event)


def drag(row: QWidget, start: tuple[float, float], end: tuple[float, float], *, alt: bool = False) -> None:
    mouse(row, "press", *start)
    for part in (0.3, 0.7, 1.0):
        x, y = (a + (b - a) * part for a, b in zip(start, end, strict=True))
        mouse(row, "move", x, y, alt=alt)
    mouse(row, "release", *end)


def give_plan(timeline: Timeline, **changes: Any) -> None:
    """Show a plan as if a take followed it."""
    studio = timeline.studio
    studio.state = replace(studio.state, plan={**plan_data(), **changes})
    studio._draw_anew()


# -- cuts ----------------------------------------------------------------------------------------------------------


def test_a_cut_is_dragged_to_a_frame_in_one_step_of_history(timeline: Timeline, video: TinyVideo) -> None:
    studio, axis, row = timeline.studio, timeline.axis, timeline.shots
    drag(row, (axis.x(1.5), 40), (axis.x(1.813), 40))
    moved = studio.shots[1].start_s
    assert moved == Fraction(round(Fraction("1.813") * video.frame_rate), video.frame_rate)
    assert studio.shots[0].end_s == moved and studio.undo_stack.count() == 1
    drag(row, (axis.x(float(moved)), 40), (axis.x(1.2), 40))
    assert studio.undo_stack.count() == 2 and studio.shots[1].start_s < moved
    studio.undo()
    assert studio.shots[1].start_s == moved
    studio.undo()
    assert studio.shots[1].start_s == Fraction(3, 2) and studio.document.direction.shots is None


def test_a_cut_moves_by_frames_with_the_keys(timeline: Timeline, qtbot: Any, video: TinyVideo) -> None:
    studio, row = timeline.studio, timeline.shots
    qtbot.keyClick(row, Qt.Key.Key_Down)
    qtbot.keyClick(row, Qt.Key.Key_Down)
    assert timeline.facts.selected == 1 and timeline.axis.playhead_s == pytest.approx(1.5)
    assert "2" in row.accessibleDescription()
    for _ in range(3):
        qtbot.keyClick(row, Qt.Key.Key_Right)
    assert studio.shots[1].start_s == Fraction(3, 2) + 3 / video.frame_rate
    qtbot.keyClick(row, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert studio.shots[1].start_s == Fraction(3, 2) - 7 / video.frame_rate
    assert studio.undo_stack.count() == 1
    qtbot.keyClick(row, Qt.Key.Key_Delete)
    assert len(studio.shots) == 2
    studio.undo()
    studio.undo()
    assert studio.shots[1].start_s == Fraction(3, 2)


def test_split_delete_and_back_to_detected(timeline: Timeline) -> None:
    studio = timeline.studio
    assert not timeline.back_button.isVisibleTo(timeline)
    timeline.axis.set_playhead(0.75)
    timeline.split_at_playhead()
    assert [float(shot.start_s) for shot in studio.shots] == [0, 0.75, 1.5, 2.5]
    timeline.delete_nearest_cut()
    assert len(studio.shots) == 3
    timeline.axis.set_playhead(2.4)
    timeline.delete_nearest_cut()
    assert [float(shot.start_s) for shot in studio.shots] == [0, 1.5]
    assert timeline.back_button.isVisibleTo(timeline)
    timeline.back_button.click()
    assert len(studio.shots) == 3 and studio.document.direction.shots is None
    studio.undo()
    assert len(studio.shots) == 2


def test_the_sensitivity_shows_other_shots_at_once(timeline: Timeline) -> None:
    timeline.split_at_playhead()
    timeline.studio.edit("Sensitivity", lambda document: with_sensitivity(document, 0.0))
    film = timeline.facts.film
    assert film.shots is timeline.studio.shots and not film.own_shots


def test_the_menu_of_a_shot(timeline: Timeline) -> None:
    row = timeline.shots
    menu = row.menu_at(QPointF(timeline.axis.x(2.0), 40))
    assert menu is not None
    texts = [action.text() for action in menu.actions()]
    assert any("Split" in text for text in texts) and any("detected" in text for text in texts)
    only = next(action for action in menu.actions() if "only" in action.text())
    only.trigger()
    assert timeline.studio.document.direction.range_s == (Fraction(3, 2), Fraction(5, 2))
    moods = next(action.menu() for action in menu.actions() if action.menu() is not None)
    next(action for action in moods.actions() if action.text() == "Calm").trigger()
    assert timeline.studio.document.direction.moods == ((Fraction(3, 2), "calm"),)


# -- stars ---------------------------------------------------------------------------------------------------------


def test_a_click_on_a_star_stars_its_cut(timeline: Timeline) -> None:
    studio, axis = timeline.studio, timeline.axis
    automatic = studio.stars
    assert not timeline.facts.film.own_stars and list(timeline.facts.film.starred) == [False, False, True]
    mouse(timeline.shots, "press", axis.x(1.5) + 3, FLAGS_PX / 2)
    assert studio.document.direction.stars == (Fraction(3, 2), *automatic)
    assert timeline.facts.film.own_stars and list(timeline.facts.film.starred) == [False, True, True]
    mouse(timeline.shots, "press", axis.x(2.5), FLAGS_PX / 2)
    assert studio.stars == (Fraction(3, 2),)
    studio.undo()
    studio.undo()
    assert studio.document.direction.stars is None and studio.stars == automatic


def test_the_nearest_cut_or_marker_is_starred_at_the_playhead(timeline: Timeline) -> None:
    studio = timeline.studio
    studio.edit("Marker", lambda document: toggle_marker(document, Fraction(2), "here"))
    timeline.axis.set_playhead(2.1)
    before = studio.stars
    timeline.star_nearest()
    assert set(before) ^ set(studio.stars) == {Fraction(2)}


# -- markers -------------------------------------------------------------------------------------------------------


def test_markers_are_set_named_moved_and_deleted(timeline: Timeline, qtbot: Any) -> None:
    studio, axis, row = timeline.studio, timeline.axis, timeline.markers
    axis.set_playhead(0.5)
    timeline.mark_playhead()
    assert [m.time_s for m in studio.document.direction.markers] == [Fraction(1, 2)]
    mouse(row, "double", axis.x(0.5) + 4, 8)
    field = row.findChild(QLineEdit)
    assert field is not None and field.accessibleName()
    field.setText("door")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert studio.document.direction.markers[0].label == "door"
    drag(row, (axis.x(0.5) + 4, 8), (axis.x(2.0) + 4, 8))
    (marker,) = studio.document.direction.markers
    assert float(marker.time_s) == pytest.approx(2.0, abs=0.03) and marker.label == "door"
    assert studio.undo_stack.count() == 3
    qtbot.keyClick(row, Qt.Key.Key_Delete)
    assert studio.document.direction.markers == ()
    studio.undo()
    studio.undo()
    assert studio.document.direction.markers[0].time_s == Fraction(1, 2)
    studio.undo()
    assert studio.document.direction.markers[0].label == ""
    studio.undo()
    assert studio.document.direction.markers == ()


def test_markers_are_reached_by_keys(timeline: Timeline, qtbot: Any, video: TinyVideo) -> None:
    studio, row = timeline.studio, timeline.markers
    for at in (1, 3):
        studio.edit("Marker", lambda document, at=at: toggle_marker(document, Fraction(at)))
    qtbot.keyClick(row, Qt.Key.Key_Down)
    qtbot.keyClick(row, Qt.Key.Key_Down)
    qtbot.keyClick(row, Qt.Key.Key_Right)
    assert [m.time_s for m in studio.document.direction.markers] == [1, 3 + 1 / video.frame_rate]


# -- range ---------------------------------------------------------------------------------------------------------


def test_range_by_playhead_and_by_its_handles(timeline: Timeline) -> None:
    studio, axis, row = timeline.studio, timeline.axis, timeline.ruler
    axis.set_playhead(1.0)
    timeline.set_range_end(0)
    assert studio.document.direction.range_s == (1, video_end(timeline))
    axis.set_playhead(3.0)
    timeline.set_range_end(1)
    assert studio.document.direction.range_s == (1, 3) and axis.range_s == (1.0, 3.0)
    drag(row, (axis.x(3.0) - 3, 5), (axis.x(3.5), 5), alt=True)
    assert float(studio.document.direction.range_s[1]) == pytest.approx(3.5, abs=0.03)  # type: ignore[index]
    assert studio.undo_stack.count() == 3
    studio.undo()
    assert studio.document.direction.range_s == (1, 3)
    timeline.clear_range()
    assert studio.document.direction.range_s is None and axis.range_s is None
    studio.undo()
    assert axis.range_s == (1.0, 3.0)


def test_a_range_that_would_be_empty_begins_or_ends_with_the_film(timeline: Timeline) -> None:
    studio = timeline.studio
    studio.edit("Range", lambda document: with_range(document, (Fraction(1), Fraction(2))))
    timeline.axis.set_playhead(3.0)
    timeline.set_range_end(0)
    assert studio.document.direction.range_s == (3, video_end(timeline))


def video_end(timeline: Timeline) -> Fraction:
    return Fraction(timeline.studio.state.info.duration_s)


# -- curves --------------------------------------------------------------------------------------------------------


def test_points_of_a_curve_are_added_moved_and_deleted(timeline: Timeline, qtbot: Any) -> None:
    studio, axis, row = timeline.studio, timeline.axis, timeline.drawn
    row.choose("tension")
    for at, y in ((1.0, 56.0), (3.0, 6.0)):
        mouse(row, "double", axis.x(at), y)
        mouse(row, "release", axis.x(at), y)
    curve = studio.document.direction.curve("tension")
    assert curve is not None and [value for _, value in curve.points] == [0.0, 1.0]
    assert [float(at) for at, _ in curve.points] == pytest.approx([1.0, 3.0], abs=0.01)
    drag(row, (axis.x(3.0), 6), (axis.x(2.2), 31), alt=True)
    curve = studio.document.direction.curve("tension")
    assert curve is not None and float(curve.points[1][0]) == pytest.approx(2.2, abs=0.01)
    assert curve.points[1][1] == pytest.approx(0.5, abs=0.02) and studio.undo_stack.count() == 3
    qtbot.keyClick(row, Qt.Key.Key_Up)
    assert studio.document.direction.curve("tension").points[1][1] > curve.points[1][1]  # type: ignore[union-attr]
    qtbot.keyClick(row, Qt.Key.Key_Delete)
    assert len(studio.document.direction.curve("tension").points) == 1  # type: ignore[union-attr]
    while studio.undo_stack.canUndo():
        studio.undo()
    assert studio.document.direction.curves == ()


def test_a_curve_begins_from_auto_and_goes_back(timeline: Timeline, qtbot: Any) -> None:
    row, studio = timeline.drawn, timeline.studio
    qtbot.waitUntil(lambda: timeline.curves.of("auto", "density") is not None, timeout=20_000)
    row.begin_from_auto()
    curve = studio.document.direction.curve("density")
    assert curve is not None and len(curve.points) == 9 and all(0 <= value <= 1 for _, value in curve.points)
    row.back_to_auto()
    assert studio.document.direction.curve("density") is None
    assert timeline.curves.of("picture", "motion") is not None


def test_keys_choose_a_curve_and_set_points(timeline: Timeline, qtbot: Any) -> None:
    row = timeline.drawn
    qtbot.keyClick(row, Qt.Key.Key_3)
    assert row.chosen == "register" and "Register" in row.accessibleName()
    timeline.axis.set_playhead(1.0)
    qtbot.keyClick(row, Qt.Key.Key_Return)
    assert [at for at, _ in row.curve.points] == [1]  # type: ignore[union-attr]
    mouse(row, "press", 40, 8)
    assert row.chosen == "density"


# -- axis ----------------------------------------------------------------------------------------------------------


def wheel(row: QWidget, x: float, turn: int, *, ctrl: bool) -> None:
    keys = Qt.KeyboardModifier.ControlModifier if ctrl else Qt.KeyboardModifier.NoModifier
    place = QPointF(x, 10)
    row.wheelEvent(
        QWheelEvent(
            place, place, QPoint(), QPoint(0, turn), Qt.MouseButton.NoButton, keys, Qt.ScrollPhase.NoScrollPhase, False
        )
    )


def test_the_wheel_zooms_around_the_pointer(timeline: Timeline) -> None:
    axis = timeline.axis
    x = axis.x(3.0)
    wheel(timeline.shots, x, 240, ctrl=True)
    assert axis.zoom > 1.3 and axis.x(3.0) == pytest.approx(x)
    wheel(timeline.drawn, x, 120, ctrl=True)
    assert axis.x(3.0) == pytest.approx(x) and timeline.zoom_slider.value() > 0
    left = axis.left_s
    wheel(timeline.bars, x, -120, ctrl=False)
    assert axis.left_s > left


def test_zoom_by_buttons_glides_and_the_slider_follows(timeline: Timeline, qtbot: Any) -> None:
    axis = timeline.axis
    timeline.zoom_in()
    qtbot.waitUntil(lambda: axis.zoom == pytest.approx(1.6), timeout=2000)
    assert timeline.zoom_slider.value() == round(1000 * axis.level)
    timeline.zoom_slider.setValue(1000)
    assert axis.shown_s == pytest.approx(2.0)
    axis.fit()
    qtbot.waitUntil(lambda: axis.is_whole, timeout=2000)


def test_a_drag_of_the_playhead_snaps_to_a_cut_unless_alt_is_held(timeline: Timeline) -> None:
    axis, row = timeline.axis, timeline.ruler
    beside = axis.x(1.5) + 4
    mouse(row, "press", axis.x(1.0), 20)
    mouse(row, "move", beside, 20)
    assert axis.playhead_s == 1.5
    mouse(row, "move", beside, 20, alt=True)
    assert axis.playhead_s == pytest.approx(axis.seconds(beside))
    mouse(row, "release", beside, 20)
    assert not axis.is_held


def test_the_view_runs_on_with_the_playhead_but_not_while_the_user_looks_elsewhere() -> None:
    axis = TimeAxis()
    axis.set_width(GUTTER_PX + 12 + 1000)
    axis.set_duration(100.0)
    axis.zoom_by(10.0, 0.0)
    axis.set_playhead(9.0)
    axis.set_playhead(9.5)
    assert axis.left_s > 0 and axis.x(9.5) == pytest.approx(GUTTER_PX + 820, abs=1)
    axis.scroll_to(60.0)
    axis.set_playhead(9.54)
    assert axis.left_s == pytest.approx(60.0, abs=0.01)
    axis.set_playhead(30.0)
    assert axis.left_s <= 30.0 <= axis.right_s
    axis.follows = False
    axis.set_playhead(90.0)
    assert axis.right_s < 90.0


@pytest.mark.parametrize("name", ["dark", "light"])
def test_a_scrolled_row_looks_as_if_drawn_anew(timeline: Timeline, qapp: Any, name: str) -> None:
    theme.apply_theme(qapp, name)
    give_plan(timeline, n_beats=8, tempo=[(0.0, 100.0), (2.0, 90.0)], speech=[(1.0, 2.0)])
    axis = timeline.axis
    axis.zoom_by(2.0, 1.0)
    for row in timeline.rows:
        row.grab()
    for _ in range(5):
        axis.scroll_to(axis.left_s + 11 * axis.s_per_px)
        for row in timeline.rows:
            row.grab()
    for row in timeline.rows:
        shifted = pixels(row)
        row.refresh()
        away = np.abs(shifted.astype(int) - pixels(row)).max(2) > 24
        assert away.mean() < 2e-3, type(row).__name__
    theme.apply_theme(qapp, "dark")


def pixels(row: QWidget) -> np.ndarray:
    image = row.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return np.array(image.constBits()).reshape(image.height(), -1, 4)[:, : image.width(), :3].copy()


# -- what is shown -------------------------------------------------------------------------------------------------


def test_errors_of_hits_stand_beside_their_cuts(timeline: Timeline) -> None:
    row, facts = timeline.shots, timeline.facts
    before = pixels(row)
    hits = [
        {"time_s": 1.5, "error_ms": 3.2, "starred": True},
        {"time_s": 2.5, "error_ms": 130.0, "starred": False},
    ]
    give_plan(timeline, hits=hits, dropped=[{"time_s": 2.5, "starred": True, "reason": "it lies too near"}])
    near, far = facts.hit_at(1.5), facts.hit_at(2.5)
    assert near is not None and far is not None and facts.hit_at(1.6) is None
    assert row._badge(near) == ("+3 ms", theme.colours().hit) and row._badge(far)[1] == theme.colours().warning
    assert far.reason == "it lies too near"
    assert (pixels(row) != before).any(), "the badge is drawn"


def test_bars_snap_once_there_is_music(timeline: Timeline) -> None:
    assert list(timeline.axis.magnets) == [1.5, 2.5]
    give_plan(timeline)
    assert {0.0, 2.4} <= set(timeline.axis.magnets)
    assert list(timeline.facts.music.bar_s) == [0.0, 2.4]


def test_rows_can_be_hidden(timeline: Timeline) -> None:
    tall = timeline.sizeHint().height()
    timeline.show_rows({"bars"})
    assert timeline.bars.isVisibleTo(timeline) and not timeline.drawn.isVisibleTo(timeline)
    assert timeline.shots.isVisibleTo(timeline) and timeline.sizeHint().height() < tall - 100


def test_everything_has_a_name_and_is_reached_by_keys(timeline: Timeline) -> None:
    for part in (*timeline.rows, timeline.overview, timeline.zoom_slider, timeline.follow_button, timeline.rows_button):
        assert part.accessibleName(), part
        assert part.focusPolicy() & Qt.FocusPolicy.TabFocus, part
    assert all(button.toolTip() and button.accessibleName() for button in timeline._needs_film)


def test_an_empty_timeline_draws_and_offers_nothing(make_studio: Callable[..., Studio], qtbot: Any) -> None:
    empty = Timeline(make_studio(), TimeAxis())
    qtbot.addWidget(empty)
    empty.show()
    for row in empty.rows:
        row.grab()
    assert empty.shots.menu_at(QPointF(300, 40)) is None
    assert not any(button.isEnabled() for button in empty._needs_film)
    qtbot.keyClick(empty.shots, Qt.Key.Key_Down)
    qtbot.keyClick(empty.drawn, Qt.Key.Key_Return)
    empty.set_range_end(0)
    assert empty.studio.undo_stack.count() == 0


# -- what goes wrong -----------------------------------------------------------------------------------------------


def test_a_tempo_that_begins_behind_the_view_draws_nothing(timeline: Timeline) -> None:
    give_plan(timeline, tempo=[(4.0, 100.0)], beat_s=[4.0 + 0.05 * beat for beat in range(9)])
    timeline.axis.zoom_by(8.0, 0.0)
    assert not timeline.tempo.grab().isNull() and timeline.tempo._points() == []


def test_an_error_while_painting_is_told_and_the_program_goes_on(repository: Path) -> None:
    code = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from diffbgm_gui.axis import TimeAxis
from diffbgm_gui.widgets.axis_row import AxisRow

class Broken(AxisRow):
    def paint_row(self, painter):
        list(zip([], [1], strict=True))

app, told = QApplication([]), []
sys.excepthook = lambda kind, error, trace: told.append(kind.__name__)
row = Broken(TimeAxis())
row.show()
QTimer.singleShot(200, app.quit)
app.exec()
print(*set(told))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "ValueError"), done.stderr


def test_a_shot_never_shows_the_shot_before(qapp: Any, studio: Studio) -> None:
    """The first look takes key frames, which may lie before a cut; exact pictures go first, and are asked for."""
    store = ThumbStore(studio, height_px=8)
    path = Path("film.mp4")
    grey = [np.full((8, 12, 3), level, np.uint8) for level in (10, 90, 200)]
    studio.take_event(VideoChosen(path))
    studio.take_event(ThumbReady(path, 2.0, grey[0]))
    assert _level(store.best(2.0, 1.5, 2.5)) == 10, "better than nothing"
    studio.take_event(StripPicture(path, 1.9, grey[1]))
    assert _level(store.best(2.0, 1.5, 2.5)) == 90
    assert store._tried == {1900}, "what is rough is asked for again"
    studio.take_event(StripPicture(path, 2.0, grey[2]))
    assert _level(store.best(2.0, 1.5, 2.5)) == 200


def _level(pixmap: Any) -> int:
    return int(pixmap.toImage().pixelColor(2, 2).red())
