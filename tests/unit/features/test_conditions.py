"""Condition rows estimated from pictures."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from scipy.stats import spearmanr

from engine.errors import InputError
from engine.features.conditions import (
    arousal_of,
    beat_moods,
    curve_overrides,
    estimate_conditions,
    look_rows,
    pace_of,
)
from engine.features.transfer import to_positions
from engine.music.controls import DYNAMIC, HIT_COLUMNS, SEMANTIC, measure_semantic, smooth
from engine.music.moods import MOODS
from engine.music.notes import NoteTable
from engine.timebase import TempoChange, TempoMap

SECOND = TempoMap.constant(60)
KNOWN = [name for name in SEMANTIC if name != "melody"]
NOVELTY = DYNAMIC.index("novelty")


@pytest.fixture
def estimate(make_signals, make_shots, quantiles):
    """`estimate(signals, shots=None, n_beats=None, tempo=..., mood=..., ...)`."""

    def run(signals, shots=None, n_beats=None, *, tempo=SECOND, mood="auto", **options):
        duration_s = float(signals.info.duration_s)
        shots = make_shots(duration_s) if shots is None else shots
        n_beats = round(duration_s) if n_beats is None else n_beats
        return estimate_conditions(signals, shots, tempo, n_beats, mood=mood, quantiles=quantiles, **options)

    return run


@pytest.fixture
def lively(make_signals):
    """A minute that quickens, calms, and changes its light half-way."""
    return make_signals(
        60,
        motion=lambda t: 0.02 * np.exp(2.5 * np.sin(t / 5)) * (1 + 0.5 * np.sin(9 * t)),
        brightness=lambda t: np.where(t < 30, 0.25, 0.65),
        saturation=lambda t: np.where(t < 30, 0.15, 0.45),
    )


def test_rows_have_the_shapes_of_the_control_space(estimate, lively, make_shots):
    rows = estimate(lively, make_shots(60, 10.02, 30.0, 44.5))
    assert rows.dynamic.shape == (60, len(DYNAMIC))
    assert rows.semantic.shape == (60, len(SEMANTIC))
    assert rows.dynamic.dtype == rows.semantic.dtype == np.float32
    assert np.isfinite(np.delete(rows.dynamic, NOVELTY, 1)).all()
    assert set(np.unique(rows.dynamic[:, HIT_COLUMNS])) <= {0.0, 1.0}
    assert rows.cut_beats == ((10, 1.0), (30, 1.0), (44, 1.0))
    assert [(hit.step // 4, hit.step % 4) for hit in rows.hits if hit.kind == "cut"] == [(10, 0), (30, 0), (44, 2)]
    assert rows.dynamic[44, HIT_COLUMNS].tolist() == [0, 0, 1, 0]
    assert ((rows.activity >= 0) & (rows.activity <= 1)).all()


def test_melody_and_novelty_are_left_to_the_model(estimate, lively):
    assert np.isnan(estimate(lively).dynamic[:, NOVELTY]).all()
    semantic = estimate(lively).semantic
    assert [name for i, name in enumerate(SEMANTIC) if np.isnan(semantic[:, i]).any()] == ["melody"]


def test_everything_asked_lies_in_the_corpus(estimate, lively, quantiles):
    for mood in MOODS:
        for name, curve in estimate(lively, mood=mood).asked().items():
            if name in ("tempo", "melody", "novelty", "arousal", "flow", "loudness"):
                continue  # as the tempo map has it, left alone, or following from the others
            assert (curve >= quantiles[name][0]).all(), (mood, name)
            assert (curve <= quantiles[name][-1]).all(), (mood, name)


def test_density_and_intensity_follow_motion(estimate, lively):
    rows = estimate(lively)
    for name in ("density", "rhythm", "intensity"):
        correlation = spearmanr(rows.asked()[name], rows.picture.motion).statistic
        assert correlation > 0.85, name


def test_a_static_shot_is_calm_and_a_chase_is_not(estimate, make_signals, make_shots, quantiles):
    still = estimate(make_signals(32, motion=0.003))
    chase = estimate(
        make_signals(32, motion=lambda t: 0.5 + 0.4 * np.sin(t), saturation=0.5), make_shots(32, *range(1, 32))
    )
    for name in ("density", "rhythm", "flow", "arousal"):
        assert chase.asked()[name].mean() > still.asked()[name].mean(), name
    places = to_positions(still.asked()["density"], quantiles["density"])
    assert 0.02 < places.mean() < 0.35
    assert np.ptp(places) < 0.05
    assert not still.hits
    assert still.asked()["articulation"].mean() > chase.asked()["articulation"].mean()


def test_light_and_colour_decide_valence_register_and_tension(estimate, lively):
    rows = estimate(lively)
    dark, bright = slice(0, 24), slice(36, 60)
    for name, sign in (("valence", 1), ("register", 1), ("tension", -1)):
        curve = rows.asked()[name]
        assert sign * (curve[bright].mean() - curve[dark].mean()) > 0.03, name
    assert rows.valence[:24].mean() < 0 < rows.valence[36:].mean()
    assert ((rows.tension >= 0) & (rows.tension <= 1)).all()


def test_tied_rows_are_what_music_would_measure(estimate, lively):
    asked = estimate(lively).asked()
    np.testing.assert_allclose(asked["flow"], smooth(asked["density"]), atol=1e-5)
    np.testing.assert_allclose(asked["loudness"], smooth(asked["intensity"]), atol=1e-5)
    expected = arousal_of(asked["flow"], asked["loudness"], asked["tempo"])
    np.testing.assert_allclose(asked["arousal"], expected, atol=1e-6)


def test_arousal_is_that_of_the_control_space():
    rng = np.random.default_rng(2)
    onsets = np.sort(rng.integers(0, 128, 90)).astype(np.int32)
    voice, pitch, duration, velocity = (
        rng.integers(low, high, 90).astype(np.int32) for low, high in ((0, 3), (40, 80), (1, 6), (30, 120))
    )
    semantic = measure_semantic(NoteTable(onsets, voice, pitch, duration, velocity), 32, bpm=97)
    column = {name: semantic[:, i] for i, name in enumerate(SEMANTIC)}
    ours = arousal_of(column["flow"], column["loudness"], column["tempo"])
    np.testing.assert_allclose(ours, column["arousal"], atol=1e-6)


def test_tempo_row_is_exact_and_follows_changes(estimate, make_signals):
    tempo = TempoMap(Fraction(0), (TempoChange(Fraction(0), 500_000), TempoChange(Fraction(9, 2), 750_000)))
    row = estimate(make_signals(10), n_beats=12, tempo=tempo).asked()["tempo"]
    expected = np.log2(np.array([120.0] * 5 + [80.0] * 7) / 80)
    np.testing.assert_allclose(row, expected, atol=1e-6)


def test_rows_follow_time_not_frames(estimate, make_signals, make_shots):
    """The same picture at a variable frame rate asks for nearly the same music."""

    def motion(t):
        return 0.05 * (1 + np.sin(t))

    rng = np.random.default_rng(4)
    wild = np.sort(np.concatenate([[0.0], rng.uniform(0, 40, 900)]))
    steady, varied = (estimate(make_signals(40, times, motion=motion)) for times in (None, wild))
    for name in ("density", "intensity", "flow"):
        assert spearmanr(steady.asked()[name], varied.asked()[name]).statistic > 0.98, name


def test_two_videos_ask_for_two_pieces(estimate, make_signals):
    a = estimate(make_signals(40, motion=lambda t: 0.05 * (1 + np.sin(t / 3))))
    b = estimate(make_signals(40, motion=lambda t: 0.05 * (1 + np.cos(t / 2)), brightness=0.2))
    assert abs(spearmanr(a.asked()["density"], b.asked()["density"]).statistic) < 0.6
    assert abs(a.asked()["valence"].mean() - b.asked()["valence"].mean()) > 0.3


@pytest.mark.parametrize("mood", [name for name in MOODS if name != "auto"])
def test_a_mood_moves_its_targets_and_keeps_the_videos_variation(estimate, lively, quantiles, mood):
    plain, moved = estimate(lively).asked(), estimate(lively, mood=mood).asked()
    for name, target in MOODS[mood].semantic.items():
        if name in ("arousal", "tempo", "melody"):
            continue
        places = [float(np.median(to_positions(rows[name], quantiles[name]))) for rows in (plain, moved)]
        assert abs(places[1] - target) <= abs(places[0] - target) + 0.06, name
        assert spearmanr(plain[name], moved[name]).statistic > 0.9, name
    assert np.ptp(moved["density"]) > 0.1
    assert spearmanr(plain["density"], moved["density"]).statistic > 0.99


def test_mood_strength_is_a_dial(estimate, lively):
    means = [estimate(lively, mood="dark", mood_strength=s).asked()["valence"].mean() for s in (0, 0.3, 0.7, 1)]
    assert all(a > b for a, b in pairwise(means))


def test_melody_is_asked_for_by_moods_that_name_it(estimate, lively):
    romantic, dark = (estimate(lively, mood=mood).asked()["melody"] for mood in ("romantic", "dark"))
    assert np.isfinite(romantic).all()
    assert romantic.mean() > dark.mean()


@pytest.mark.parametrize("name", [*DYNAMIC, *SEMANTIC])
def test_every_row_can_be_overridden_beat_by_beat(estimate, lively, quantiles, name):
    plain = estimate(lively)
    drawn = np.full(60, np.nan, np.float32)
    drawn[10:20] = 1.0 if name in DYNAMIC[HIT_COLUMNS] else np.median(quantiles[name])
    rows = estimate(lively, overrides={name: drawn})
    group, names = ("dynamic", DYNAMIC) if name in DYNAMIC else ("semantic", SEMANTIC)
    before, after = (getattr(r, group)[:, names.index(name)] for r in (plain, rows))
    np.testing.assert_allclose(after[10:20], drawn[10:20], rtol=1e-6)
    np.testing.assert_array_equal(np.delete(after, np.s_[10:20]), np.delete(before, np.s_[10:20]))


def test_rows_that_follow_from_others_follow_an_override(estimate, lively):
    drawn = np.full(60, 0.9, np.float32)
    rows = estimate(lively, overrides={"density": drawn}).asked()
    np.testing.assert_allclose(rows["flow"], 0.9, atol=1e-6)
    tension = np.full(60, np.nan, np.float32)
    tension[:] = 1e9
    rows = estimate(lively, overrides={"tension": tension})
    assert (rows.tension > 0.98).all(), "drawn beyond the corpus: brought to its edge"


@pytest.mark.parametrize(
    ("overrides", "told"), [({"loudnes": np.zeros(60)}, "no control 'loudnes'"), ({"flow": np.zeros(59)}, "59 values")]
)
def test_bad_overrides_are_told(estimate, lively, overrides, told):
    with pytest.raises(InputError, match=told):
        estimate(lively, overrides=overrides)


def test_unknown_mood_and_missing_percentiles(estimate, lively, quantiles, make_shots):
    with pytest.raises(InputError, match="Unknown mood"):
        estimate(lively, mood="grumpy")
    less = {name: table for name, table in quantiles.items() if name != "flow"}
    with pytest.raises(ValueError, match="flow"):
        estimate_conditions(lively, make_shots(60), SECOND, 4, mood="auto", quantiles=less)
    with pytest.raises(ValueError, match="beat"):
        estimate(lively, n_beats=0)


@pytest.mark.parametrize("n_beats", [1, 2, 7, 8, 9])
def test_short_pieces(estimate, make_signals, n_beats):
    rows = estimate(make_signals(1.5), n_beats=n_beats, tempo=TempoMap.constant(200))
    assert np.isfinite(np.delete(rows.dynamic, NOVELTY, 1)).all()
    assert np.isfinite(rows.semantic[:, [SEMANTIC.index(name) for name in KNOWN]]).all()


def test_a_single_frame(estimate, make_signals):
    rows = estimate(make_signals(0.04, [0.0]), n_beats=1)
    assert np.isfinite(np.delete(rows.dynamic, NOVELTY, 1)).all()


def test_a_picture_that_was_not_measured_leaves_all_to_the_model(estimate, make_signals):
    names = ("motion", "camera", "brightness", "contrast", "saturation", "colourfulness", "warmth", "detail", "flash")
    rows = estimate(make_signals(12, **dict.fromkeys(names)))
    assert np.isfinite(rows.asked()["density"]).all(), "cutting and onsets are still seen"
    for name in ("valence", "register", "tension", "polyphony"):
        assert np.isnan(rows.asked()[name]).all(), name
    assert np.isnan(rows.valence).all()


def test_pace_orders_videos_and_is_a_share(make_signals, make_shots):
    pictures = [
        (make_signals(20, motion=0.001), make_shots(20)),
        (make_signals(20, motion=0.05), make_shots(20, 10)),
        (make_signals(20, motion=0.6), make_shots(20, *range(1, 20))),
    ]
    paces = [pace_of(*picture) for picture in pictures]
    assert paces == sorted(paces)
    assert 0 <= paces[0] < 0.2
    assert 0.7 < paces[2] <= 1


def test_the_same_picture_gives_the_same_rows(estimate, lively):
    a, b = estimate(lively), estimate(lively)
    np.testing.assert_array_equal(a.dynamic, b.dynamic)
    np.testing.assert_array_equal(a.semantic, b.semantic)


def test_features_load_neither_torch_nor_a_plotting_library():
    code = (
        "import sys, engine.features.conditions, engine.features.describe;"
        "print([name for name in ('torch', 'matplotlib', 'PySide6', 'cv2') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_each_shot_follows_its_own_mood(make_signals, make_shots, quantiles):
    tempo, shots = TempoMap.constant(60), make_shots(32, 16)
    moods = beat_moods(((Fraction(20), "epic"),), shots, tempo, 32, otherwise="calm")
    assert moods == ("calm",) * 16 + ("epic",) * 16
    rows = estimate_conditions(make_signals(32), shots, tempo, 32, mood="calm", quantiles=quantiles, moods=moods)
    calm = estimate_conditions(make_signals(32), shots, tempo, 32, mood="calm", quantiles=quantiles)
    intensity = DYNAMIC.index("intensity")
    assert rows.dynamic[20:, intensity].min() > rows.dynamic[:12, intensity].max()
    np.testing.assert_allclose(rows.dynamic[:12, intensity], calm.dynamic[:12, intensity], atol=0.02)


def test_a_drawn_curve_speaks_to_its_rows_in_their_own_units(quantiles):
    curve = np.array([0.0, 0.5, 1.0], np.float32)
    overrides = curve_overrides({"density": curve, "energy": curve}, quantiles)
    assert set(overrides) == {"density", "rhythm", "intensity"}
    for name, values in overrides.items():
        assert (np.diff(values) >= 0).all()
        assert values[0] == pytest.approx(quantiles[name][0], abs=0.05)
        assert values[-1] == pytest.approx(quantiles[name][-1], abs=0.05)


def test_looks_are_measured_in_clear_differences(make_signals, make_shots, quantiles):
    signals = make_signals(20, brightness=lambda t: np.where(t < 10, 0.2, 0.7))
    rows = estimate_conditions(signals, make_shots(20, 10), TempoMap.constant(60), 20, mood="auto", quantiles=quantiles)
    looks = look_rows(rows.picture)
    assert looks.shape[0] == 20
    assert np.abs(looks[0] - looks[15]).max() > 3
    assert np.abs(looks[0] - looks[5]).max() < 0.1
