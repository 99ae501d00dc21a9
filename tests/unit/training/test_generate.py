"""Music for windows: kept sets, what variants give the network, longer pieces, changes of what is asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.diffusion.model import Bundle
from engine.diffusion.sampling import JointPredictor
from engine.errors import InputError
from engine.music.controls import DYNAMIC, SEMANTIC, smooth
from engine.music.notes import Note
from engine.settings import GenerationSettings
from tests.helpers.songs import write_songs
from tests.helpers.tiny_model import random_conditions, tiny_model
from training.comparisons import chord_tone_rate, give_chords, long_pieces, pieces_of
from training.controls_sweep import (
    CHROMA,
    HARMONY,
    SWEEPS,
    Sweep,
    ask_hits,
    hit_places,
    hits_taken,
    measure_level,
    mode_colour,
    move_rows,
    wished_hits,
)
from training.data.corpus import build_corpus
from training.data.pop909 import read_song, song_folders
from training.data.windows import WindowSet
from training.generate import Change, GeneratedWindow, Recipe, Writer, spread, spread_spans, with_settings
from training.kept_sets import KeptSets
from training.variants import Picture, Variant, with_variant

FEW = GenerationSettings(seed=3, steps=3)


@pytest.fixture(scope="module")
def windows(tmp_path_factory: pytest.TempPathFactory) -> WindowSet:
    folder = write_songs(tmp_path_factory.mktemp("songs"), n_songs=3, n_bars=25)
    return WindowSet(build_corpus([read_song(song) for song in song_folders(folder)]), [0, 1, 2])


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return Bundle(tiny_model(), "a hash", tmp_path_factory.mktemp("bundle"))


def test_a_window_s_music_does_not_depend_on_its_neighbours(bundle: Bundle, windows: WindowSet) -> None:
    writer, recipe = Writer(bundle, windows), Recipe(FEW)
    several = writer.write(np.array([0, 7, 20]), recipe)
    (alone,) = writer.write(np.array([7]), recipe)
    assert several[1].notes == alone.notes and alone.notes
    assert several[1].name == alone.name and alone.song == alone.name.split("/")[0]
    assert several[0].notes != several[1].notes
    other = writer.write(np.array([7]), Recipe(replace(FEW, seed=4)))
    assert other[0].notes != alone.notes


def test_sets_are_read_again_and_damaged_ones_written_anew(bundle: Bundle, windows: WindowSet, tmp_path: Path) -> None:
    index, recipe = np.array([0, 5]), Recipe(FEW)
    first = Writer(bundle, windows, kept=KeptSets(tmp_path))
    made = first.write(index, recipe)
    second = Writer(bundle, windows, kept=KeptSets(tmp_path))
    assert [w.notes for w in second.write(index, recipe)] == [w.notes for w in made]
    assert first.counts["windows"] == 2 and second.counts["windows"] == 0
    second.write(index, replace(recipe, settings=replace(FEW, k=4)))
    assert second.counts["windows"] == 2
    for file in tmp_path.iterdir():
        file.write_bytes(b"damaged")
    third = Writer(bundle, windows, kept=KeptSets(tmp_path))
    assert [w.notes for w in third.write(index, recipe)] == [w.notes for w in made]
    assert third.counts["windows"] == 2
    named = Change("louder", lambda conditions, window: conditions)
    third.write(index, replace(recipe, change=named))
    assert third.counts["windows"] == 4


def test_jobs_side_by_side_write_the_same(bundle: Bundle, windows: WindowSet) -> None:
    index = np.array([0, 4, 9, 12, 17])
    one, two = (Writer(bundle, windows, jobs=jobs).write(index, Recipe(FEW)) for jobs in (1, 2))
    assert [w.notes for w in one] == [w.notes for w in two]
    assert [w.name for w in one] == [w.name for w in two]


def predicted(picture: Picture, plan: bool, *, timestep: int, **settings: float) -> torch.Tensor:
    asked = replace(FEW, **settings)  # type: ignore[arg-type]
    model = with_variant(tiny_model(), Variant("x", picture=picture, plan=plan))
    predictor = model.predictor(random_conditions(32), asked, stride_beats=32)
    x = torch.randn(32, model.width, generator=torch.Generator().manual_seed(1))
    return predictor.predict_v(x, timestep, None)


def test_variants_give_the_network_what_they_say() -> None:
    late, early = 50, 950  # t0 = 200 lies between them
    dynamic, semantic = (predicted("dynamic", True, timestep=t) for t in (late, early))
    assert torch.equal(predicted("semantic-dynamic", True, timestep=late), dynamic)
    assert torch.equal(predicted("dynamic-semantic", True, timestep=early), semantic)
    assert torch.equal(predicted("semantic-dynamic", True, timestep=early), predicted("semantic", True, timestep=early))
    assert torch.equal(predicted("dynamic-semantic", True, timestep=late), predicted("semantic", True, timestep=late))
    assert not torch.allclose(dynamic, predicted("semantic", True, timestep=late))


def test_signals_that_are_left_out_do_not_matter() -> None:
    model, other = random_conditions(32, seed=0), random_conditions(32, seed=9)
    for variant, group in ((Variant("a", picture="none"), "picture"), (Variant("b", plan=False), "plan")):
        given = with_variant(tiny_model(), variant)
        x = torch.randn(32, given.width, generator=torch.Generator().manual_seed(1))
        if group == "plan":
            changed = replace(model, plan=other.plan)
        else:
            changed = replace(model, dynamic=other.dynamic, semantic=other.semantic)
        outs = [given.predictor(c, FEW, stride_beats=32).predict_v(x, 100, None) for c in (model, changed)]
        assert torch.equal(*outs)
        whole = JointPredictor(tiny_model(), model, FEW, stride_beats=32).predict_v(x, 100, None)
        assert not torch.allclose(whole, outs[0])


def test_guidance_of_no_signal_is_the_null_condition() -> None:
    one = predicted("none", False, timestep=100, guidance=1.0, plan_guidance=1.0)
    assert torch.equal(one, predicted("none", False, timestep=100, guidance=7.0, plan_guidance=7.0))


def test_settings_of_a_variant_are_applied_once(bundle: Bundle, windows: WindowSet) -> None:
    variant = Variant("k = 2", settings={"k": 2})
    recipe = with_settings(Recipe(FEW), variant)
    assert recipe.settings.k == 2 and not recipe.variant.settings
    by_hand = Recipe(replace(FEW, k=2))
    index, writer = np.array([3]), Writer(bundle, windows)
    assert writer.write(index, recipe)[0].notes == writer.write(index, by_hand)[0].notes


def test_longer_pieces_are_runs_of_windows(bundle: Bundle, windows: WindowSet) -> None:
    runs = spread_spans(windows, 4, 3)
    assert len(runs) >= 3
    for run in runs:
        places = windows.windows[run]
        assert set(places[:, 0]) == {places[0, 0]} and np.diff(places[:, 1]).tolist() == [32, 32]
    with pytest.raises(InputError, match="72 bars"):
        spread_spans(windows, 4, 9)
    found = long_pieces(Writer(bundle, windows), Recipe(FEW), n=2)
    assert found is not None and found.bars == 24
    assert all(piece.n_steps == 384 for piece in (*found.generated, *found.real))
    assert all(int(piece.onset.max()) > 320 for piece in found.real)
    assert len(found.seams) == 6


def test_hits_are_pulled_towards_as_in_use(windows: WindowSet, tmp_path: Path) -> None:
    sparse = tiny_model()
    for outlet in sparse.autoencoder.outlets:
        outlet.bias.sub_(2.0)  # type: ignore[union-attr, operator]
    index, writer = np.array([1, 9]), Writer(Bundle(sparse, "sparse", tmp_path), windows)
    pulled, alone = (next(s for s in SWEEPS if s.name == name) for name in ("hits", "hits, rows alone"))

    def written(sweep: Sweep, level: float, places: np.ndarray = index) -> list[tuple[Note, ...]]:
        recipe = replace(Recipe(replace(FEW, steps=6)), change=sweep.at(level, sparse.config.quantiles))
        return [window.notes for window in writer.write(places, recipe)]

    assert written(pulled, 0.0) == written(alone, 0.0)
    both = written(pulled, 1.0)
    assert both != written(alone, 1.0)
    assert written(pulled, 1.0, index[1:]) == both[1:]


def test_rows_move_with_what_they_are_tied_to() -> None:
    quantiles = tiny_model().config.quantiles
    own = random_conditions(32)
    moved = move_rows(own, ("density", "rhythm"), 0.9, quantiles)
    density, flow = DYNAMIC.index("density"), SEMANTIC.index("flow")
    assert np.median(moved.dynamic[:, density]) == pytest.approx(0.9, abs=0.02)
    np.testing.assert_allclose(moved.semantic[:, flow], smooth(moved.dynamic[:, density]), atol=1e-6)
    arousal, tension = SEMANTIC.index("arousal"), SEMANTIC.index("tension")
    assert not np.allclose(moved.semantic[:, arousal], own.semantic[:, arousal])
    np.testing.assert_array_equal(moved.semantic[:, tension], own.semantic[:, tension])
    np.testing.assert_array_equal(moved.plan, own.plan)
    lower = move_rows(own, ("density", "rhythm"), 0.1, quantiles)
    assert (lower.dynamic[:, density] <= moved.dynamic[:, density]).all()


def test_hits_are_asked_one_after_another() -> None:
    own = random_conditions(32)
    places = hit_places("044/8", 32)
    assert len(set((places // 4).tolist())) == 16
    asked = [ask_hits(own, "044/8", share=share).dynamic[:, 4:8].sum() for share in (0, 0.25, 0.5, 1.0)]
    assert asked == [0, 4, 8, 16]
    wishes = wished_hits(ask_hits(own, "044/8", share=0.5))
    assert wishes.hits == tuple(sorted(places[:8].tolist())) and wishes.chroma.any(axis=1).all()
    assert wished_hits(ask_hits(own, "044/8", share=0)).is_empty
    assert hit_places("044/8", 32).tolist() == places.tolist() != hit_places("044/9", 32).tolist()


def test_sweeps_measure_real_music(windows: WindowSet) -> None:
    from training.generate import real_notes, window_conditions, window_name

    index = spread(windows, 3)
    real = [
        GeneratedWindow(
            real_notes(windows, int(i)),
            (),
            window_conditions(windows, np.array([i])),
            window_name(windows, int(i)),
            "song",
        )
        for i in index
    ]
    for sweep in SWEEPS:
        for attribute, values in measure_level(sweep, real).items():
            assert values.shape == (3,) and np.isfinite(values).all(), attribute
    assert mode_colour(real[0]) > 0  # the songs are in C major
    assert 0 <= hits_taken(real[0]) <= 16
    assert pieces_of(real)[0].group == "song"


def test_given_chords_are_those_of_the_plan(windows: WindowSet) -> None:
    from training.generate import real_notes, window_conditions

    own = window_conditions(windows, np.array([0]))
    given = give_chords(own, "001/0")
    chroma = given.plan[:, CHROMA] > 0
    assert (chroma.sum(axis=1) == 3).all()
    assert (chroma.reshape(8, 4, 12) == chroma.reshape(8, 4, 12)[:, :1]).all()
    assert not np.array_equal(given.plan[:, HARMONY], own.plan[:, HARMONY])
    np.testing.assert_array_equal(given.plan[:, HARMONY.stop :], own.plan[:, HARMONY.stop :])
    assert chord_tone_rate(real_notes(windows, 0), own.plan) > 0.9
    assert chord_tone_rate(real_notes(windows, 0), np.roll(own.plan, 2, axis=0)) < 1.0
    assert np.isnan(chord_tone_rate((), own.plan))
