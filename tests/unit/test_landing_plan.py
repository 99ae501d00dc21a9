"""Stars, markers and edited shots on their way into a plan."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest

from engine.cli.features import read_quantiles
from engine.direction import OPEN, Curve, Direction, Marker
from engine.manifest import build_manifest
from engine.music.completion import complete, final_step
from engine.music.curves import all_agreements
from engine.music.music_plan import MusicPlan
from engine.music.notes import Note, Voice
from engine.pipeline import analyse_video, fit_tempo, plan_music, recondition, write_score
from engine.settings import GenerationSettings
from engine.signals import FrameSignals
from engine.timebase import Shot
from tests.helpers.video import TinyVideo

SETTINGS = GenerationSettings(seed=3)


@pytest.fixture(scope="module")
def signals(tiny_video: Callable[..., TinyVideo]) -> FrameSignals:
    return analyse_video(tiny_video(shots_s=(2.0, 2.5, 2.0, 2.0)).path)


def _plan(signals: FrameSignals, direction: Direction = OPEN, settings: GenerationSettings = SETTINGS) -> MusicPlan:
    return plan_music(signals, settings, quantiles=read_quantiles(None), direction=direction)


def test_cuts_are_starred_met_and_asked_for(signals: FrameSignals) -> None:
    plan = _plan(signals)
    assert plan.solution is not None and plan.solution.tempo == plan.tempo
    assert [float(hit.time_s) for hit in plan.hits() if hit.starred] == [2.0, 4.5, 6.5]
    assert all(abs(float(plan.tempo.seconds(Fraction(hit.step, 4)) - hit.time_s)) < 5e-5 for hit in plan.hits())
    assert set(plan.solution.star_steps()) <= set(plan.accent_steps())


def test_nothing_is_struck_again_while_the_last_chord_rings(signals: FrameSignals) -> None:
    duration_s = signals.info.duration_s
    shots = (
        Shot(0, Fraction(0), duration_s - Fraction(1, 2), "start"),
        Shot(1, duration_s - Fraction(1, 2), duration_s, "cut", 0.9),
    )
    for stars, again in ((None, False), ((duration_s - Fraction(1, 2),), True)):
        plan = _plan(signals, Direction(shots=shots, stars=stars))
        final = final_step(plan.tempo, plan.duration_s)
        done = complete([Note(0, Voice.INNER, 60, 4)], plan, SETTINGS)
        assert any(note.onset == final for note in done)
        assert any(note.onset > final for note in done) == again


def test_the_users_shots_stars_and_markers_come_first(signals: FrameSignals) -> None:
    shots = (Shot(0, Fraction(0), Fraction(3), "start"), Shot(1, Fraction(3), Fraction(17, 2), "user", 0.9))
    plan = _plan(signals, Direction(shots=shots, stars=(Fraction(6),), markers=(Marker(Fraction(5), "x"),)))
    assert [float(hit.time_s) for hit in plan.hits()] == [3, 5, 6]
    assert [float(hit.time_s) for hit in plan.hits() if hit.starred] == [6]


def test_another_mood_keeps_the_stars(signals: FrameSignals) -> None:
    plan = _plan(signals)
    other = recondition(signals, plan, GenerationSettings(seed=3, mood="calm"), quantiles=read_quantiles(None))
    assert plan.solution is not None
    assert set(plan.solution.star_steps()) <= set(other.accent_steps())


def test_a_loop_tells_what_it_misses(signals: FrameSignals) -> None:
    plan = _plan(signals, settings=GenerationSettings(seed=3, ending="loop"))
    assert plan.solution is not None
    lost = [drop for drop in plan.solution.dropped if drop.hit.starred]
    assert len(lost) == len(plan.solution.relaxations)
    assert all("loop" in drop.reason for drop in lost)


def test_strictness_and_range_come_from_the_settings(signals: FrameSignals) -> None:
    shots = tuple(_plan(signals).shots)
    solution = fit_tempo(signals, shots, GenerationSettings(tempo_min=100, tempo_max=104, strictness="free"))
    assert all(100 <= solution.tempo.bpm(change.beat) <= 104 for change in solution.tempo.changes)


def test_the_manifest_tells_hits_in_the_videos_time(signals: FrameSignals) -> None:
    plan = _plan(signals, Direction(range_s=(Fraction(1), Fraction(8))))
    manifest = build_manifest(
        video=signals.info, settings=SETTINGS, model={"version": "0"}, plan=plan, n_notes=0, timings_s={}
    )
    assert [hit["time_s"] for hit in manifest["hits"]] == pytest.approx([2.0, 4.5, 6.5])
    assert manifest["music"]["tempo"][0][0] >= 1
    assert {"starred", "bar", "beat", "error_ms", "bpm"} <= set(manifest["hits"][0])


def test_curves_that_nobody_drew_are_told_as_the_picture_asks(signals: FrameSignals) -> None:
    curve = Curve("density", ((Fraction(0), 0.1), (Fraction(8), 0.9)))
    direction = Direction(curves=(curve,))
    plan = _plan(signals, direction)
    notes = tuple(Note(step, Voice.INNER, 48 + step % 24, 2, 40 + step) for step in range(0, plan.n_beats * 4, 2))
    score = write_score(notes, plan, SETTINGS, direction)
    told = {agreement.name: agreement for agreement in all_agreements(direction, notes, score, plan)}
    assert {name: agreement.asked_by for name, agreement in told.items()} == {
        "density": "user",
        "energy": "picture",
        "register": "picture",
        "tension": "picture",
    }
    assert all(len(a.asked) == len(a.got) == plan.n_beats for a in told.values())
    assert told["energy"].to_json()["asked_by"] == "picture"
