"""Pure edits of the document, regions without locks, notes as pictures."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffbgm_gui import document as edits
from diffbgm_gui.document import Document, TakeEntry
from diffbgm_gui.regions import without
from diffbgm_gui.rolls import draw_notes
from engine.direction import Curve
from engine.music.notes import Note, Voice
from engine.music.region import Region, Selection
from engine.timebase import Shot
from tests.gui.fakes import fake_take

F = Fraction
SHOTS = (Shot(0, F(0), F(2), "start"), Shot(1, F(2), F(5)), Shot(2, F(5), F(9), "dissolve"))


def wall(*names: str) -> Document:
    document = Document(video=Path("a.mp4"))
    for seed, name in enumerate(names):
        document = edits.add_take(document, TakeEntry(fake_take(Path("a.mp4"), seed=seed), name))
    return document


def test_a_cut_moves_up_to_its_neighbours_and_takes_its_star_along() -> None:
    document = edits.toggle_star(Document(), F(2), automatic=(F(5),))
    moved = edits.move_cut(document, SHOTS, 1, F(3))
    assert moved.direction.shots is not None
    assert [(s.index, s.start_s, s.end_s) for s in moved.direction.shots] == [(0, 0, 2 + 1), (1, 3, 5), (2, 5, 9)]
    assert moved.direction.stars == (3, 5)
    far = edits.move_cut(document, SHOTS, 1, F(8))
    assert far.direction.shots[1].start_s == 5 - edits.SHORTEST_SHOT_S
    assert edits.move_cut(document, SHOTS, 1, F(-1)).direction.shots[1].start_s == edits.SHORTEST_SHOT_S


def test_shots_are_split_and_merged() -> None:
    split = edits.split_shot(Document(), SHOTS, F(3))
    assert [s.start_s for s in split.direction.shots] == [0, 2, 3, 5] and split.direction.shots[2].transition == "user"
    assert edits.split_shot(Document(), SHOTS, F(2)) is not None and edits.split_shot(
        Document(), SHOTS, F(201, 100)
    ).direction.shots is None  # fmt: skip
    starred = edits.toggle_star(split, F(3), automatic=(F(2),))
    merged = edits.delete_cut(starred, split.direction.shots, 2)
    assert merged.direction.shots == edits.with_shots(Document(), SHOTS).direction.shots
    assert merged.direction.stars == (2,), "its star goes with the cut"
    assert edits.detected_again(merged).direction.shots is None
    sensitive = edits.with_sensitivity(merged, 0.75)
    assert sensitive.settings.sensitivity == 0.75 and sensitive.direction.shots is None


def test_stars_markers_curves_and_moods() -> None:
    document = edits.toggle_star(Document(), F(5), automatic=(F(2), F(5)))
    assert document.direction.stars == (2,), "the first touch keeps the automatic ones"
    assert edits.automatic_stars(document).direction.stars is None
    document = edits.toggle_marker(edits.toggle_marker(document, F(4), "kiss"), F(1))
    document = edits.rename_marker(document, F(4), "hug")
    assert [(m.time_s, m.label) for m in document.direction.markers] == [(1, ""), (4, "hug")]
    assert [m.time_s for m in edits.toggle_marker(document, F(1)).direction.markers] == [4]
    document = edits.with_curve(document, Curve("density", ((F(0), 0.5),)))
    document = edits.with_curve(document, Curve("density", ((F(0), 0.9),)))
    assert len(document.direction.curves) == 1
    assert edits.without_curve(document, "density").direction.curves == ()
    document = edits.with_shot_mood(document, F(5), "calm")
    assert document.direction.moods == ((F(5), "calm"),)
    assert edits.with_shot_mood(document, F(5), None).direction.moods == ()


def test_takes_come_and_go() -> None:
    document = wall("one", "two", "three")
    one, two, three = (entry.id for entry in document.takes)
    assert (document.current, document.other) == (three, two)
    document = edits.select_take(document, one)
    assert (document.current, document.other) == (one, three)
    document = edits.swap_takes(document)
    assert (document.current, document.other) == (three, one)
    document = edits.delete_take(document, three)
    assert document.current == two and document.other == one
    document = edits.change_take(document, one, name="first", starred=True)
    assert document.entry(one).name == "first" and document.entry(one).starred
    assert edits.delete_take(edits.delete_take(document, one), two).current is None


def test_drafts_go_but_for_what_is_starred_or_being_refined() -> None:
    draft = fake_take(Path("a.mp4"), seed=3)
    draft = replace(draft, details={"draft": True})
    document = edits.add_take(wall("one"), TakeEntry(draft, "Draft"))
    left = edits.without_drafts(document)
    assert [entry.name for entry in left.takes] == ["one"] and left.current == document.takes[0].id
    assert edits.without_drafts(document, but=draft.id) is document
    kept = edits.change_take(document, draft.id, starred=True)
    assert edits.without_drafts(kept) is kept and edits.without_drafts(left) is left


REGIONS = st.builds(
    Region,
    steps=st.none() | st.tuples(st.integers(0, 8), st.integers(0, 8)).map(lambda p: (min(p), max(p) + 1)),
    voices=st.none() | st.sets(st.sampled_from(list(Voice)), min_size=1).map(frozenset),
    pitches=st.none() | st.tuples(st.integers(0, 127), st.integers(0, 127)).map(lambda p: (min(p), max(p))),
)


@settings(max_examples=60)
@given(st.lists(REGIONS, max_size=3), st.lists(REGIONS, max_size=3))
def test_what_is_left_of_a_selection_is_what_no_lock_holds(free: list[Region], held: list[Region]) -> None:
    n_steps = 9
    left = without(Selection(tuple(free)), Selection(tuple(held)), n_steps=n_steps)
    expected = Selection(tuple(free)).mask(n_steps) & ~Selection(tuple(held)).mask(n_steps)
    assert (left.mask(n_steps) == expected).all()


def test_cells_are_taken_out_one_by_one() -> None:
    cells = frozenset({(0, 1, 60), (0, 5, 60)})
    left = without(Selection((Region(cells=cells),)), Selection((Region(steps=(4, 8)),)), n_steps=16)
    assert left.regions == (Region(cells=frozenset({(0, 1, 60)})),)


@pytest.mark.parametrize("seed", range(4))
def test_notes_are_drawn_as_previews_show_them(seed: int) -> None:
    from engine.previews import drawn_roll
    from tests.helpers.takes import notes_of

    notes = notes_of(6, seed=seed, count=400)
    assert (draw_notes(notes, 24) == drawn_roll(notes, 6)).all()
    assert draw_notes((Note(99, Voice.BASS, 40, 1, 80),), 24).dtype == np.uint8
