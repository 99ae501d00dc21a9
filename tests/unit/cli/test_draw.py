"""Pictures show what they are given, where it belongs."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from engine import drawing as draw
from engine.drawing import DrawnNote, RollPicture, Strip


def _picture(notes: list[DrawnNote], *, length_s: float = 8.0, cuts_s: tuple[float, ...] = ()) -> RollPicture:
    beats = [float(beat) for beat in np.arange(0, length_s + 0.5, 0.5)]
    return RollPicture("film", notes, length_s, beats, beats[::4], cuts_s, ("melody", "inner", "bass"))


def _pixels(picture: RollPicture, colour: tuple[int, int, int]) -> np.ndarray:
    image = np.asarray(draw.draw_roll(picture))[draw._MARGIN_TOP :]
    return np.argwhere((image == colour).all(axis=-1))


def test_a_note_is_drawn_where_and_as_loud_as_it_sounds() -> None:
    note = DrawnNote(pitch=60, voice=0, start_s=2.0, end_s=4.0, velocity=110)
    found = _pixels(_picture([note]), draw.voice_colour(0))
    span = 1600 - draw._MARGIN_LEFT - draw._MARGIN_RIGHT
    assert found[:, 1].min() == pytest.approx(draw._MARGIN_LEFT + span * 2 / 8, abs=4)
    assert found[:, 1].max() == pytest.approx(draw._MARGIN_LEFT + span * 4 / 8, abs=4)
    assert np.ptp(found[:, 0]) < draw._LANE_PX
    soft = DrawnNote(pitch=60, voice=0, start_s=2.0, end_s=4.0, velocity=20)
    assert len(_pixels(_picture([soft]), draw.voice_colour(0))) == 0


def test_higher_notes_are_higher_and_voices_differ_in_colour() -> None:
    low = DrawnNote(pitch=50, voice=2, start_s=0, end_s=2, velocity=110)
    high = DrawnNote(pitch=70, voice=0, start_s=0, end_s=2, velocity=110)
    picture = _picture([low, high])
    assert _pixels(picture, draw.voice_colour(0))[:, 0].max() < _pixels(picture, draw.voice_colour(2))[:, 0].min()


def test_cuts_are_lines_at_their_times() -> None:
    found = _pixels(_picture([], cuts_s=(6.0,)), draw.CUT)
    span = 1600 - draw._MARGIN_LEFT - draw._MARGIN_RIGHT
    assert found[:, 1].mean() == pytest.approx(draw._MARGIN_LEFT + span * 6 / 8, abs=1.5)


def test_long_rolls_are_broken_into_rows_at_bars() -> None:
    picture = _picture([], length_s=100.0)
    rows = draw._row_spans(picture, 1600)
    assert len(rows) == 4
    assert rows[0][0] == 0
    assert rows[-1][1] == 100
    assert all(a[1] == b[0] and a[1] in picture.bars_s for a, b in pairwise(rows))
    assert draw.draw_roll(picture).height > 3 * draw.draw_roll(_picture([])).height / 1.5


@pytest.mark.parametrize("pitches", [[], [60], [0, 3], [127], [21, 108]])
def test_pitch_range_holds_all_and_is_two_octaves_at_least(pitches: list[int]) -> None:
    low, high = draw.pitch_range(pitches)
    assert 0 <= low < high <= 127
    assert all(low <= pitch <= high for pitch in pitches)
    assert high - low >= 12


def test_roll_colours_show_onsets_brighter_than_held_cells() -> None:
    roll = np.zeros((3, 32, 128), np.uint8)
    roll[1, 4, 60], roll[1, 5, 60] = 2, 1
    cells = draw.roll_colours(roll, (48, 72))
    assert cells.shape == (25, 32, 3)
    struck, held, silent = cells[12, 4].sum(), cells[12, 5].sum(), cells[12, 7].sum()
    assert struck > held > silent


def test_step_pictures_of_one_run_have_one_size() -> None:
    sizes = {
        draw.draw_step(np.full((3, 2000, 128), value, np.uint8), title="x", paper_t=t, t0=200, pitches=(40, 80)).size
        for value, t in ((0, 1000.0), (2, -3.0))
    }
    assert len(sizes) == 1


def test_strips_leave_gaps_where_nothing_is_known() -> None:
    times = np.arange(10.0)
    values = np.array([0, 1, 0, 1, np.nan, np.nan, np.nan, 1, 0, 1], np.float32)
    strips = [Strip("density", times, values), Strip("tension", times, np.full(10, np.nan, np.float32))]
    image = np.asarray(draw.draw_strips("film", strips, length_s=10, cuts_s=[2.5]))
    row = image[draw._MARGIN_TOP + draw._STRIP_PX - 6]

    def at(time_s: float) -> np.ndarray:
        x = draw._STRIP_LEFT + time_s / 10 * (image.shape[1] - draw._STRIP_LEFT - draw._MARGIN_RIGHT)
        return row[round(x)]

    assert (at(5.0) == draw.WHITE_LANE).all()
    assert not (at(1.0) == draw.WHITE_LANE).all()
