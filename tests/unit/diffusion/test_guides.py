"""Guides pull the estimate to what was wished for, and leave alone what is well."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.diffusion.guides import FIRST_TIMESTEP, HIT_MARGIN, chain, guide
from engine.music.chords import Key
from engine.music.curves import sounding_pitch
from engine.music.notes import NoteTable, roll_to_notes
from engine.music.plan import Plan, Section
from engine.music.wishes import VARIED_RECALL, Wishes, recalled_beats
from tests.helpers.tiny_model import tiny_model

N_BEATS = 16
FREE = Wishes(N_BEATS, (), np.ones((N_BEATS, 12), np.float32), np.ones((N_BEATS, 12), np.float32))
LATE = 100


def start(seed: int = 1) -> torch.Tensor:
    return torch.randn(N_BEATS, 12, generator=torch.Generator().manual_seed(seed))


def pulled(wishes: Wishes, rounds: int = 6) -> torch.Tensor:
    shape = guide(tiny_model(), wishes)
    assert shape is not None
    z = start()
    for _ in range(rounds):
        z = shape(z, LATE)
    return z


def notes_of(z: torch.Tensor) -> NoteTable:
    return NoteTable.from_notes(roll_to_notes(tiny_model().decode(z)))


def onset_logits(z: torch.Tensor, step: int) -> torch.Tensor:
    return tiny_model().autoencoder.decode(z[None]).onset[0][:, step]


def test_without_wishes_there_is_no_guide():
    assert guide(tiny_model(), FREE) is None
    assert chain(None, guide(tiny_model(), FREE)) is None


def test_something_begins_on_a_wished_for_hit():
    quiet = min(range(N_BEATS * 4), key=lambda step: float(onset_logits(start(), step).max()))
    before = float(onset_logits(start(), quiet).max())
    z = pulled(replace(FREE, hits=(quiet,)))
    assert float(onset_logits(z, quiet).max()) > before + 0.5


def test_a_hit_is_pulled_towards_its_chord():
    chroma = np.zeros((N_BEATS, 12), np.float32)
    chroma[:, [0, 4, 7]] = 1
    z = pulled(replace(FREE, hits=(21,), chroma=chroma, bass=np.eye(12, dtype=np.float32)[np.zeros(N_BEATS, int)]))
    logits = onset_logits(z, 21)
    lowest = torch.tensor([45, 37, 24])[:, None] + torch.arange(52)
    in_chord = torch.isin(lowest % 12, torch.tensor([0, 4, 7]))
    assert float(logits[in_chord].max()) >= HIT_MARGIN - 0.5


def soft_notes(z: torch.Tensor) -> torch.Tensor:
    """Notes that a canvas is expected to begin in each beat, `[T]`."""
    return tiny_model().autoencoder.decode(z[None]).onset[0].sigmoid().sum((0, 2)).unflatten(0, (-1, 4)).sum(1)


@pytest.mark.parametrize(("name", "ends"), [("density", (2.0, 200.0)), ("register", (45.0, 80.0))])
def test_a_higher_wish_gives_more(name, ends):
    low, high = (pulled(replace(FREE, **{name: np.full(N_BEATS, value, np.float32)})) for value in ends)
    if name == "density":
        assert soft_notes(high).mean() > soft_notes(start()).mean() > soft_notes(low).mean()
    else:
        mean = [sounding_pitch(notes_of(z), N_BEATS).mean() for z in (low, high)]
        assert mean[1] > mean[0] + 0.5


def test_nothing_is_pulled_before_there_is_music_and_nothing_that_is_well():
    shape = guide(tiny_model(), replace(FREE, hits=(3,)))
    assert shape is not None
    assert torch.equal(shape(start(), FIRST_TIMESTEP + 1), start())
    as_it_is = torch.nn.functional.pad(soft_notes(start())[None], (1, 2), mode="replicate")
    by_bar = torch.nn.functional.avg_pool1d(as_it_is, 4, 1)[0].numpy()
    content = guide(tiny_model(), replace(FREE, density=by_bar))
    assert content is not None
    assert torch.equal(content(start(), LATE), start())


def test_wishes_are_counted_from_where_a_canvas_begins():
    wishes = replace(FREE, hits=(3, 20), density=np.arange(N_BEATS, dtype=np.float32)).since(4)
    assert wishes.hits == (4,)
    assert wishes.n_beats == N_BEATS - 4
    assert wishes.density is not None
    assert wishes.density[0] == 4
    assert len(wishes.chroma) == N_BEATS - 4


def test_a_canvas_longer_than_the_wishes_is_guided_too():
    shape = guide(tiny_model(), replace(FREE, density=np.full(N_BEATS, 9, np.float32)))
    assert shape is not None
    longer = torch.cat((start(), start(2)))
    assert shape(longer, LATE).shape == longer.shape


def test_a_returning_section_recalls_its_first_showing():
    recalls = tuple((beat, beat - 8, 0.5) for beat in range(8, 16))
    shape = guide(tiny_model(), replace(FREE, recalls=recalls))
    assert shape is not None
    early, late = shape(start(), 700), shape(start(), 200)
    torch.testing.assert_close(early[8:], (start()[8:] + start()[:8]) / 2)
    assert torch.equal(early[:8], start()[:8])
    assert torch.equal(late, start())


def test_sections_recall_the_first_of_their_letter_in_their_key():
    c, am = Key(0, False), Key(9, True)
    sections = (Section(0, 8, "A"), Section(8, 16, "B"), Section(16, 28, "A'"), Section(28, 32, "B", am))
    plan = Plan(c, (None,) * 32, (False,) * 32, sections)
    recalled = recalled_beats(plan)
    assert [(beat, source) for beat, source, _ in recalled] == [(16 + i, i) for i in range(8)]
    assert {much for *_, much in recalled} == {VARIED_RECALL}
