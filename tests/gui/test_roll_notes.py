"""The roll without its window: shapes, edits of notes, selections, geometry."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF

from diffbgm_gui.axis import GUTTER_PX, TimeAxis
from diffbgm_gui.rolls import draw_notes
from diffbgm_gui.widgets.roll import editing
from diffbgm_gui.widgets.roll.geometry import PIANO, Plane, StepGrid
from diffbgm_gui.widgets.roll.heat import ConvergenceHeat
from diffbgm_gui.widgets.roll.painting import chord_name, pitch_name
from diffbgm_gui.widgets.roll.selecting import Limits, RollSelection, bars, lasso, notes_in, rectangle
from diffbgm_gui.widgets.roll.shapes import Overview, Shapes, births_and_deaths, overview_pixels, unchanged_share
from engine.music.notes import Note, Voice
from engine.music.region import Region, Selection

MELODY, INNER, BASS = Voice
N_STEPS = 64


def note(onset: int, pitch: int = 60, duration: int = 4, voice: Voice = MELODY, velocity: int = 80) -> Note:
    return Note(onset, voice, pitch, duration, velocity)


NOTES = st.frozensets(
    st.builds(
        Note,
        onset=st.integers(0, N_STEPS - 8),
        voice=st.sampled_from(Voice),
        pitch=st.integers(21, 108),
        duration=st.integers(1, 8),
        velocity=st.integers(1, 127),
    ),
    min_size=1,
    max_size=12,
)


# -- shapes --------------------------------------------------------------------------------------------------------


def test_a_roll_gives_back_the_notes_that_were_drawn() -> None:
    notes = (note(0), note(4), note(8, 62, 1), note(8, 40, 16, BASS), note(12, 62, 2, INNER))
    shapes = Shapes.of_roll(draw_notes(notes, 32))
    found = {(int(o), int(e), int(p), int(v)) for o, e, p, v in zip(*_columns(shapes), strict=True)}
    assert found == {(n.onset, n.end, n.pitch, n.voice) for n in notes}
    assert list(shapes.onset) == sorted(shapes.onset)


def test_a_part_of_a_roll_cuts_what_reaches_in() -> None:
    shapes = Shapes.of_roll(draw_notes((note(0, duration=12), note(14)), 32), 4, 16)
    assert list(zip(shapes.onset, shapes.end, strict=True)) == [(4, 12), (14, 16)]


def test_shapes_within_a_stretch() -> None:
    shapes = Shapes.of_notes((note(0, duration=30), note(4, 62), note(20, 64), note(40, 65)))
    assert list(shapes.within(10, 21).pitch) == [60, 64]
    assert len(shapes.within(50, 60)) == 0 and len(Shapes.of_notes(()).within(0, 9)) == 0


def test_an_overview_counts_what_sounds_in_a_column() -> None:
    roll = draw_notes((note(0, 60, 8), note(16, 72, 2)), 32)
    shares = Overview.of(roll).columns(np.array([-8.0, 0, 8, 16, 24, 32, 40]))
    assert shares[MELODY, :, 60].tolist() == [0, 1, 0, 0, 0, 0]
    assert shares[MELODY, :, 72].tolist() == [0, 0, 0, 0.25, 0, 0]
    pixels = overview_pixels(shares, 24, (59.0, 83.0), (0xAA0000, 0, 0))
    assert pixels[22, 1] == 0xFFAA0000 and not pixels[:, 0].any() and not pixels[:, -1].any()
    assert 0 < pixels[10, 3] >> 24 < 255


def test_convergence_is_the_share_of_sounding_cells_that_stay() -> None:
    before = draw_notes((note(0, 60, 4), note(16, 60, 4)), 48)
    after = draw_notes((note(0, 60, 4), note(16, 62, 4)), 48)
    assert unchanged_share(before, after, 16).tolist() == [1.0, 0.0, 1.0]
    half = draw_notes((note(0, 60, 2), note(16, 62, 4)), 48)
    assert unchanged_share(after, half, 16).tolist() == [0.5, 1.0, 1.0]


def test_births_and_deaths() -> None:
    before, after = draw_notes((note(0), note(8)), 16), draw_notes((note(0), note(4), note(12)), 16)
    assert births_and_deaths(before, after) == (2, 1)
    assert births_and_deaths(None, after) == (3, 0) and births_and_deaths(before[:, :8], after) == (3, 0)


# -- edits ---------------------------------------------------------------------------------------------------------


@given(NOTES, st.integers(-80, 80), st.integers(-60, 60))
def test_a_group_keeps_its_shape_and_stays_in_the_piece(notes: frozenset[Note], steps: int, pitches: int) -> None:
    moved = editing.moved(notes, steps=steps, pitches=pitches, n_steps=N_STEPS)
    assert len(moved) == len(notes)
    assert all(n.onset >= 0 and n.end <= N_STEPS and 21 <= n.pitch <= 108 for n in moved)
    key = sorted((n.onset, n.pitch, n.voice, n.duration, n.velocity) for n in notes)
    other = sorted((n.onset, n.pitch, n.voice, n.duration, n.velocity) for n in moved)
    assert len({(b[0] - a[0], b[1] - a[1]) for a, b in zip(key, other, strict=True)}) == 1


@given(NOTES, st.integers(-20, 20), st.integers(-20, 20))
def test_stretching_leaves_a_step_at_least(notes: frozenset[Note], start: int, end: int) -> None:
    for made in editing.stretched(notes, start=start, end=end, n_steps=N_STEPS):
        assert made.duration >= 1 and made.onset >= 0 and made.end <= N_STEPS


@given(NOTES, NOTES)
def test_what_is_put_wins_and_nothing_overlaps_it(piece: frozenset[Note], added: frozenset[Note]) -> None:
    made = editing.put(piece, (), added)
    assert added <= set(made) and made == tuple(sorted(made))
    for other in set(made) - added:
        for new in added:
            same = (other.voice, other.pitch) == (new.voice, new.pitch)
            assert not same or other.end <= new.onset or new.end <= other.onset


def test_a_note_before_ends_where_the_new_one_begins() -> None:
    made = editing.put((note(0, duration=8), note(0, 62, 8)), (), (note(4, duration=2),))
    assert made == (note(0), note(0, 62, 8), note(4, duration=2))
    assert editing.put(made, (note(0), note(0, 62, 8)), ()) == (note(4, duration=2),)


def test_velocities_stay_within_midi() -> None:
    assert {n.velocity for n in editing.louder((note(0, velocity=120), note(4, velocity=5)), 20)} == {127, 25}
    assert next(iter(editing.at_velocity((note(0),), -4))).velocity == 1


def test_placed_notes_are_cut_at_the_end() -> None:
    made = editing.placed((note(0), note(4, 62), note(40, 64)), N_STEPS - 6, N_STEPS)
    assert {(n.onset, n.end) for n in made} == {(58, 62), (62, 64)}


# -- selections ----------------------------------------------------------------------------------------------------


def test_bars_in_any_order_stay_in_the_piece() -> None:
    assert bars(2, 1, 60) == Region(steps=(16, 48)) and bars(3, 9, 60) == Region(steps=(48, 60))


def test_a_rectangle_takes_every_cell_that_it_touches() -> None:
    assert rectangle((9.2, 64), (3.7, 60), 32) == Region(steps=(3, 10), pitches=(60, 64))
    assert rectangle((31.9, 127), (200.0, 140), 32).pitches == (127, 127)


def test_a_lasso_takes_the_cells_within_its_line() -> None:
    regions = lasso([(2, 60), (8, 60), (8, 64), (2, 64)], 32)
    assert regions == (Region(steps=(2, 8), pitches=(60, 63)),)
    triangle = lasso([(0, 60), (8, 60), (8, 68)], 32)
    cells = Selection(triangle).mask(32)[0]
    assert cells[7, 60:67].all() and cells[0].sum() <= 1 and 24 <= cells.sum() <= 36
    assert lasso([(0, 1), (2, 2)], 32) == ()


def test_limits_of_voice_and_pitch_come_on_top() -> None:
    selection = RollSelection((bars(0, 0, 64), Region(steps=(16, 20), pitches=(80, 90))))
    asked = selection.asked(Limits(frozenset((BASS,)), (40, 60)))
    assert asked.regions == (Region(steps=(0, 16), voices=frozenset((BASS,)), pitches=(40, 60)),)
    assert RollSelection().asked(Limits()).regions == ()
    assert RollSelection().asked(Limits(band=(60, 62))).regions == (Region(pitches=(60, 62)),)


def test_selected_notes_mean_what_their_voice_does_meanwhile_and_are_locked_one_by_one() -> None:
    selection = RollSelection((), frozenset((note(0), note(3, 64), note(12), note(0, 40, 2, BASS))))
    asked = selection.asked(Limits())
    assert set(asked.regions) == {
        Region(steps=(0, 7), voices=frozenset((MELODY,))),
        Region(steps=(12, 16), voices=frozenset((MELODY,))),
        Region(steps=(0, 2), voices=frozenset((BASS,))),
    }
    (held,) = selection.held(Limits()).regions
    assert held.cells == frozenset(((0, 0, 60), (0, 3, 64), (0, 12, 60), (2, 0, 40)))
    assert notes_in((note(0), note(1)), Selection((held,))) == {note(0)}


# -- places --------------------------------------------------------------------------------------------------------


@pytest.fixture
def plane(qapp: Any) -> Plane:
    axis = TimeAxis()
    axis.set_width(1000)
    axis.set_duration(10.0)
    grid = StepGrid.of([0.5 + 0.5 * beat for beat in range(17)])  # two beats a second, from half a second on
    return Plane(axis, grid, QRectF(GUTTER_PX, 40, axis.plot_px, 360))


def test_steps_and_pixels_are_inverse(plane: Plane) -> None:
    for step in (0.0, 3.5, 40.0, 64.0):
        assert plane.step_at(plane.x(step)) == pytest.approx(step)
    assert plane.step_at(0) == 0 and plane.step_at(5000) == 64
    for pitch in (28, 60, 99):
        assert plane.pitch_at(plane.y(pitch) - 1) == pitch


def test_steps_left_out_by_a_short_bar_take_no_room() -> None:
    grid = StepGrid.of([0.0, 1.0, 2.0, 2.0, 2.0, 3.0])
    assert grid.second(10) == grid.second(16) == 2.0 and grid.second(18) == 2.5
    assert grid.step(2.5) == 18


def test_zooming_pitches_keeps_the_one_under_the_pointer(plane: Plane) -> None:
    y = plane.y(64)
    plane.zoom(2.0, 64)
    assert plane.y(64) == pytest.approx(y) and plane.high - plane.low == 36
    plane.zoom(1e-6, 64)
    assert (plane.low, plane.high) == PIANO
    plane.fit((60, 72))
    assert plane.low <= 58 and plane.high >= 75 and plane.high - plane.low == 36


def test_ends_of_notes_are_taken_hold_of(plane: Plane) -> None:
    box = plane.box(note(8, duration=8))
    assert plane.part_at(note(8, duration=8), box.center()) == "body"
    assert plane.part_at(note(8, duration=8), box.topRight()) == "end"
    assert plane.part_at(note(8, duration=8), box.topLeft()) == "start"


def test_heat_compares_previews_in_a_row() -> None:
    from diffbgm_gui.studio_events import Shown

    heat = ConvergenceHeat()
    one, other = draw_notes((note(0),), 32), draw_notes((note(0), note(16)), 32)
    heat.see(Shown(one, {}, is_live=True, step=0))
    assert heat.shares is None
    heat.see(Shown(other, {}, is_live=True, step=1))
    assert heat.shares is not None and heat.shares.tolist() == [1.0, 0.0]
    heat.see(Shown(other, {}, take_id="a"))
    assert heat.shares is None


@pytest.mark.parametrize(
    ("label", "shown"), [("A:min", "Am"), ("F#", "F#"), ("Bb:min7/F", "Bbm7/F"), ("C:maj7", "Cmaj7"), ("D/F#", "D/F#")]
)
def test_chords_are_written_as_musicians_do(label: str, shown: str) -> None:
    assert chord_name(label) == shown


def test_pitches_have_names() -> None:
    assert [pitch_name(p) for p in (60, 61, 21, 108)] == ["C4", "C♯4", "A0", "C8"]


def _columns(shapes: Shapes) -> tuple[Any, ...]:
    return shapes.onset, shapes.end, shapes.pitch, shapes.voice
