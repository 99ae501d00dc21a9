"""Re-roll, fork, edit: what is locked stays byte for byte, what is repeated comes out the same."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from engine.cancel import CancelToken
from engine.diffusion.model import Bundle
from engine.direction import Direction
from engine.errors import InputError, RunCancelled
from engine.music.notes import Note, Voice
from engine.music.region import Difference, Region, Selection
from engine.music.take import Take
from engine.previews import drawn_roll, step_rolls
from engine.revise import canvas_around, edit, fork, reroll, take_at
from engine.settings import GenerationSettings
from tests.helpers.made_up import made_up_plan, made_up_take, tiny_bundle

SETTINGS = GenerationSettings(seed=3, steps=4)


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return tiny_bundle()


@pytest.fixture(scope="module")
def takes(bundle: Bundle) -> list[Take]:
    return [made_up_take(bundle, made_up_plan(beats, seed=beats), SETTINGS) for beats in (13, 32, 75)]


def random_region(rng: random.Random, take: Take) -> Region:
    n_steps = take.plan.n_beats * 4
    kind = rng.choice(("steps", "voice", "pitch", "both", "cells"))
    first = rng.randrange(n_steps)
    steps = (first, rng.randint(first + 1, n_steps)) if kind in ("steps", "both") else None
    voices = frozenset(rng.sample(list(Voice), rng.randint(1, 2))) if kind in ("voice", "both") else None
    low = rng.randint(30, 80)
    cells = None
    if kind == "cells":
        cells = frozenset((rng.randrange(3), rng.randrange(n_steps), rng.randint(40, 80)) for _ in range(40))
    return Region(steps, voices, (low, low + rng.randint(0, 24)) if kind == "pitch" else None, cells)


def test_random_regions_leave_locked_notes_as_they_are(bundle: Bundle, takes: list[Take]) -> None:
    rng = random.Random(8)
    changed = 0
    for number in range(60):  # `benchmarks.locks` takes 200, on real pieces
        take = takes[number % len(takes)]
        selection = Selection(tuple(random_region(rng, take) for _ in range(rng.randint(1, 3))))
        child = reroll(bundle, take, selection, seed=number, settings=replace(SETTINGS, steps=2))
        locked = [note for note in take.notes if not selection.holds(note)]
        assert [note for note in child.notes if not selection.holds(note)] == locked
        changed += child.notes != take.notes
    assert changed > 45


def test_a_reroll_repeats_with_its_seed_and_differs_with_another(bundle: Bundle, takes: list[Take]) -> None:
    selection = Selection((Region(steps=(64, 128)),))
    one, again, other = (reroll(bundle, takes[2], selection, seed=seed) for seed in (5, 5, 6))
    assert one.notes == again.notes
    assert one.notes != other.notes
    assert one.parent == takes[2].id
    assert one.settings.seed == takes[2].settings.seed  # the performance of locked notes stays
    change = Difference.between(takes[2].notes, one.notes)
    assert one.details["difference"] == {
        "kept": len(change.kept),
        "removed": len(change.removed),
        "new": len(change.new),
    }


def test_new_notes_stop_where_locked_music_does_not_hold_them(bundle: Bundle, takes: list[Take]) -> None:
    take = takes[2]
    selection = Selection((Region(steps=(80, 112)),))
    child = reroll(bundle, take, selection, seed=1)
    for note in (note for note in child.notes if selection.holds(note) and note.end > 112):
        for step in range(112, note.end):
            chord = take.plan.harmony.chord_at(step / 4)
            assert chord is not None and note.pitch % 12 in chord.chroma
        same_voice = [n.onset for n in child.notes if n.voice is note.voice and 112 <= n.onset < note.end]
        assert not same_voice


def test_a_fork_with_nothing_changed_is_the_parent(bundle: Bundle, takes: list[Take]) -> None:
    for take in takes:
        for step in range(SETTINGS.steps):
            child = fork(bundle, take, step=step, settings=take.settings)
            assert child.notes == take.notes
            assert np.array_equal(child.trajectory.v, take.trajectory.v)  # type: ignore[union-attr]


def test_other_moods_need_the_picture(bundle: Bundle, takes: list[Take]) -> None:
    bar = Selection((Region(steps=(0, 16)),))
    with pytest.raises(InputError, match="picture"):
        reroll(bundle, takes[0], bar, seed=1, direction=Direction(moods=((Fraction(0), "tense"),)))


def test_a_fork_of_a_reroll_with_nothing_changed_is_the_reroll(bundle: Bundle, takes: list[Take]) -> None:
    child = reroll(bundle, takes[2], Selection((Region(steps=(64, 96), pitches=(50, 70)),)), seed=9)
    again = fork(bundle, child, step=1, settings=child.settings)
    assert again.notes == child.notes


@pytest.mark.parametrize("change", [{"t0": 900}, {"k": 1}, {"guidance": 6.0}, {"seed": 77}])
def test_a_fork_with_a_change_differs_and_keeps_the_steps_before(
    bundle: Bundle, takes: list[Take], change: dict[str, int]
) -> None:
    settings = replace(SETTINGS, **change)
    child = fork(bundle, takes[1], step=1, settings=settings)
    assert np.array_equal(child.trajectory.v[:2], takes[1].trajectory.v[:2])  # type: ignore[union-attr]
    assert not np.array_equal(child.trajectory.v[2:], takes[1].trajectory.v[2:])  # type: ignore[union-attr]


def test_forks_that_cannot_be_are_refused(bundle: Bundle, takes: list[Take]) -> None:
    with pytest.raises(InputError, match="no step 9"):
        fork(bundle, takes[0], step=8, settings=SETTINGS)
    with pytest.raises(InputError, match="keeps the sampler"):
        fork(bundle, takes[0], step=1, settings=replace(SETTINGS, steps=9))
    with pytest.raises(InputError, match="another model"):
        fork(replace(bundle, hash="other"), takes[0], step=1, settings=SETTINGS)
    with pytest.raises(InputError, match="no denoising steps"):
        fork(bundle, edit(takes[0], takes[0].notes[1:]), step=1, settings=SETTINGS)
    with pytest.raises(InputError, match="needs the picture"):
        fork(bundle, takes[0], step=1, settings=replace(SETTINGS, mood="calm"))


def test_notes_written_by_hand_are_locked_everywhere(bundle: Bundle, takes: list[Take]) -> None:
    mine = Note(20, Voice.MELODY, 91, 3, 99)
    edited = edit(takes[1], [*takes[1].notes, mine])
    assert edited.hand == (mine,)
    child = reroll(bundle, edited, Selection((Region(),)), seed=2)
    assert mine in child.notes
    assert child.hand == (mine,)
    with pytest.raises(InputError, match="outside the piece"):
        edit(takes[1], [Note(4000, Voice.BASS, 40, 1)])


def test_an_empty_selection_is_refused(bundle: Bundle, takes: list[Take]) -> None:
    with pytest.raises(InputError, match="holds nothing"):
        reroll(bundle, takes[0], Selection((Region(steps=(5000, 5001)),)), seed=1)


def test_the_canvas_holds_the_region_with_context() -> None:
    for n_beats in (5, 32, 47, 200):
        free = np.zeros((3, n_beats * 4, 128), np.bool_)
        for beat in range(n_beats):
            free[:] = False
            free[1, beat * 4, 60] = True
            canvas = canvas_around(free, n_beats)
            assert canvas.first_beat % 4 == 0
            assert canvas.first_beat <= beat < canvas.first_beat + canvas.n_beats <= n_beats
            assert beat - canvas.first_beat >= min(16, beat)
            assert canvas.first_beat + canvas.n_beats - beat >= min(17, n_beats - beat)


def test_the_steps_of_a_take_can_be_seen_and_heard_again(bundle: Bundle, takes: list[Take]) -> None:
    take = reroll(bundle, takes[2], Selection((Region(steps=(64, 128)),)), seed=5)
    rolls = list(step_rolls(bundle, take))
    assert [preview.index for preview in rolls] == list(range(SETTINGS.steps))
    outside = drawn_roll(take.notes, take.plan.n_beats)
    first, end = take.trajectory.first_beat * 4, take.trajectory.first_beat * 4 + take.trajectory.v.shape[1] * 4  # type: ignore[union-attr]
    for preview in rolls:
        assert np.array_equal(preview.roll[:, :first], outside[:, :first])
        assert np.array_equal(preview.roll[:, end:], outside[:, end:])
    assert not np.array_equal(rolls[0].roll, rolls[-1].roll)
    assert not np.array_equal(next(step_rolls(bundle, take, noisy=True)).roll, rolls[0].roll)
    early = take_at(bundle, take, 0)
    assert {n for n in take.notes if not 64 <= n.onset < 128} <= set(early.notes)
    assert early.notes != take.notes


def test_looking_at_the_steps_again_stops_at_once(bundle: Bundle, takes: list[Take]) -> None:
    cancel = CancelToken()
    rolls = step_rolls(bundle, takes[2], cancel=cancel)
    assert next(rolls).index == 0
    cancel.cancel()
    with pytest.raises(RunCancelled):
        next(rolls)
