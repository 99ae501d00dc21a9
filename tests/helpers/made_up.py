"""Takes made by a tiny random model, without a video."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from engine.diffusion.model import Bundle, CompactModel
from engine.direction import OPEN
from engine.music.controls import Conditions
from engine.music.music_plan import MusicPlan
from engine.music.plan import plan_rows
from engine.music.progression import write_plan
from engine.music.take import Take
from engine.pipeline import denoise, final_notes, finish_notes, shots_of_bars
from engine.revise import new_id, trajectory_of
from engine.settings import GenerationSettings
from engine.signals import VideoInfo
from engine.timebase import Shot, TempoMap
from tests.helpers.tiny_model import random_conditions, tiny_model


def tiny_bundle(model: CompactModel | None = None) -> Bundle:
    return Bundle(model or tiny_model(), "tiny-weights", Path())


def made_up_plan(n_beats: int, *, seed: int = 0, bpm: float = 90, n_shots: int = 3) -> MusicPlan:
    tempo = TempoMap.constant(bpm)
    duration_s = tempo.seconds(n_beats)
    edges = [duration_s * i / n_shots for i in range(n_shots + 1)]
    shots = tuple(Shot(i, edges[i], edges[i + 1], "cut" if i else "start") for i in range(n_shots))
    info = VideoInfo("film.mp4", "mov,mp4", "h264", duration_s, Fraction(0), Fraction(25), 320, 180, 0, False)
    harmony = write_plan(n_beats, seed=seed)
    rows = random_conditions(n_beats, seed)
    return MusicPlan(info, shots, tempo, n_beats, harmony, Conditions(rows.dynamic, rows.semantic, plan_rows(harmony)))


def made_up_take(bundle: Bundle, plan: MusicPlan, settings: GenerationSettings) -> Take:
    steps = list(denoise(bundle, plan, settings))
    notes = finish_notes(final_notes(bundle, steps[-1], plan.n_beats), plan, settings)
    bars = len(steps[-1].v) // 4
    assert settings.seed is not None
    trajectory = trajectory_of(steps, first_beat=0, seed=settings.seed, bars=shots_of_bars(plan, bars))
    return Take(new_id(), "one", "score", None, settings, OPEN, plan, notes, trajectory=trajectory, model=bundle.hash)
