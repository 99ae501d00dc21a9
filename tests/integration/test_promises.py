"""What the music promises, with the shipped weights on a made-up picture: hits, endings, curves, room for speech.

The bars are those of the benchmarks (`benchmarks.hits`, `.endings`, `.curves`, `.delivery`), which measure them at
length; here few steps and few pieces guard them.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from benchmarks.compose import Piece, bundle_of, compose, made_up_signals
from benchmarks.curves import correlation
from benchmarks.endings import ending_of
from engine.diffusion.model import Bundle
from engine.direction import CURVES, OPEN, Curve, Direction
from engine.pipeline import denoise, final_notes, finish_notes, plan_music
from engine.settings import GenerationSettings
from engine.signals import FrameSignals
from engine.timebase import Span

CUTS_S = (2.4, 5.0, 8.2, 10.6)
SECONDS = Fraction(15)
SEEDS = (1, 2, 3)
STEPS = 8


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return bundle_of(None)


@pytest.fixture(scope="module")
def picture() -> FrameSignals:
    return made_up_signals(SECONDS, CUTS_S)


@pytest.fixture(scope="module")
def pieces(bundle: Bundle, picture: FrameSignals) -> list[Piece]:
    return [compose(bundle, picture, GenerationSettings(seed=seed, steps=STEPS)) for seed in SEEDS]


def test_something_begins_within_a_frame_of_every_starred_cut(pieces: list[Piece]) -> None:
    for piece in pieces:
        stars_s = [float(hit.time_s) for hit in piece.plan.hits() if hit.starred]
        assert stars_s == pytest.approx(CUTS_S)
        away_s = np.abs(np.asarray(stars_s)[:, None] - piece.onsets_s[None]).min(1)
        assert away_s.max() <= 1 / 25


def test_pieces_end_on_the_tonic_on_a_strong_beat_and_fall_silent(pieces: list[Piece]) -> None:
    endings = [ending_of(piece, sound=piece is pieces[0]) for piece in pieces]
    assert all(ending.strong and ending.tonic and ending.ring_s >= 1 for ending in endings)
    assert endings[0].exact
    assert endings[0].last_dbfs is not None and endings[0].last_dbfs < -60


@pytest.mark.parametrize("name", CURVES)
def test_a_drawn_curve_is_followed(bundle: Bundle, picture: FrameSignals, name: str) -> None:
    curve = Curve(name, ((Fraction(0), 0.1), (SECONDS / 2, 0.9), (SECONDS, 0.1)))
    settings = GenerationSettings(seed=5, steps=STEPS)
    assert correlation(compose(bundle, picture, settings, Direction(curves=(curve,))), curve) >= 0.6


def test_half_as_much_begins_under_speech(bundle: Bundle, picture: FrameSignals, pieces: list[Piece]) -> None:
    speech = (Span(4.0, 9.0),)
    for piece in pieces:
        settings = replace(piece.settings, duck_notes=True)
        plan = plan_music(picture, settings, quantiles=bundle.config.quantiles, direction=OPEN, speech=speech)
        *_, last = denoise(bundle, plan, settings)
        notes = finish_notes(final_notes(bundle, last, plan.n_beats), plan, settings)
        ((first, end),) = plan.speech_steps()
        free, ducked = (sum(first <= note.onset < end for note in some) for some in (piece.notes, notes))
        assert ducked <= free / 2 + 1
