"""What the musical benchmarks share: pictures, pieces composed for them, and their sound."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.artifacts import AnalysisCache
from engine.audio.clip import AudioClip
from engine.audio.finishing import Place, finish
from engine.audio.synth import choose_synthesizer
from engine.diffusion.model import Bundle, load_bundle
from engine.direction import OPEN, Direction
from engine.music.controls import HIT_COLUMNS
from engine.music.music_plan import MusicPlan
from engine.music.notes import Note
from engine.music.score import Score
from engine.pipeline import analyse_video, denoise, final_notes, finish_notes, plan_music, write_score
from engine.resources import resource_path
from engine.settings import GenerationSettings
from engine.signals import FrameSignals, VideoInfo

SAMPLE_RATE_HZ = 48_000
VIDEO_SUFFIXES = (".mp4", ".mov", ".mkv", ".webm")


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """One composed piece."""

    plan: MusicPlan
    notes: tuple[Note, ...]
    score: Score
    settings: GenerationSettings

    def sound(self) -> AudioClip:
        """As it is delivered: played, faded, at its loudness."""
        rendered = choose_synthesizer().render(self.score, sample_rate=SAMPLE_RATE_HZ)
        return finish(rendered, Place.whole(self.plan.duration_s), self.settings).sound

    @property
    def onsets_s(self) -> NDArray[np.float64]:
        """When notes begin, as played, rising."""
        return np.array(sorted(note.start_s for part in self.score.parts for note in part.notes))


def bundle_of(folder: str | None) -> Bundle:
    """The bundle in a folder, or the one that comes along."""
    return load_bundle(Path(folder) if folder else resource_path("model", "compact"))


def compose(
    bundle: Bundle,
    signals: FrameSignals,
    settings: GenerationSettings,
    direction: Direction = OPEN,
    *,
    aware: bool = True,
    finished: bool = True,
) -> Piece:
    """A piece for a picture, as a run composes it.

    Args:
        aware: whether the rows ask for hits.
        finished: whether endings and hits are completed by rule.
    """
    plan = plan_music(signals, settings, quantiles=bundle.config.quantiles, direction=direction)
    if not aware:
        dynamic = plan.conditions.dynamic.copy()
        dynamic[:, HIT_COLUMNS] = 0
        plan = replace(plan, conditions=replace(plan.conditions, dynamic=dynamic))
    *_, last = denoise(bundle, plan, settings, direction=direction)
    notes = final_notes(bundle, last, plan.n_beats, loops=settings.ending == "loop")
    if finished:
        notes = finish_notes(notes, plan, settings)
    return Piece(plan, notes, write_score(notes, plan, settings, direction), settings)


def videos_in(paths: list[Path]) -> list[Path]:
    """The videos named, and those in the folders named."""
    found: list[Path] = []
    for path in paths:
        inside = sorted(p for p in path.iterdir() if p.suffix.lower() in VIDEO_SUFFIXES) if path.is_dir() else [path]
        found.extend(inside)
    return found


def look(path: Path) -> FrameSignals:
    """The picture of a video, from the cache when it was seen before."""
    return analyse_video(path, cache=AnalysisCache())


def made_up_signals(seconds: Fraction, cuts_s: tuple[float, ...], seed: int = 0) -> FrameSignals:
    """A picture without a file: shots with looks of their own, hard cuts, motion that comes and goes; 25 frames/s."""
    rng = np.random.default_rng(seed)
    n = int(seconds * 25)
    times_s = np.arange(n) / 25
    shot = np.searchsorted(np.asarray(cuts_s), times_s + 1e-9, "right")

    def by_shot(low: float, high: float) -> NDArray[np.float64]:
        return np.asarray(rng.uniform(low, high, len(cuts_s) + 1)[shot])

    cut = np.concatenate([[False], shot[1:] != shot[:-1]])
    wave = 0.6 + 0.4 * np.sin(2 * np.pi * times_s / 7)
    curves = {
        "motion": by_shot(0.02, 0.4) * wave,
        "camera": by_shot(0.0, 0.1),
        "brightness": by_shot(0.25, 0.7),
        "contrast": by_shot(0.2, 0.4),
        "saturation": by_shot(0.1, 0.6),
        "colourfulness": by_shot(0.1, 0.6),
        "warmth": by_shot(-0.4, 0.5),
        "detail": by_shot(0.05, 0.3),
        "faces": np.zeros(n),
        "flash": np.zeros(n),
        "content": np.where(cut, 60.0, 2.0),
        "hue": np.where(cut, 60.0, 2.0),
        "sat": np.where(cut, 60.0, 2.0),
        "lum": np.where(cut, 60.0, 2.0),
        "edges": np.where(cut, 60.0, 2.0),
        "change": np.where(cut, 0.5, 0.01),
        "lasting": np.where(cut, 1.0, 0.2),
        "gradual": np.zeros(n),
    }
    info = VideoInfo("made-up.mp4", "mov", "h264", Fraction(n, 25), Fraction(0), Fraction(25), 640, 360, 0, False)
    stamps = np.arange(n, dtype=np.int64)
    return FrameSignals(info, stamps, Fraction(1, 25), {k: v.astype(np.float32) for k, v in curves.items()})
