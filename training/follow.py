"""Does the music follow the picture? Asked density against written, per video, and against other videos' requests."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.artifacts import AnalysisCache
from engine.diffusion.model import Bundle, load_bundle
from engine.errors import InputError
from engine.music.controls import DYNAMIC, measure_dynamic
from engine.music.music_plan import MusicPlan
from engine.music.notes import NoteTable
from engine.pipeline import analyse_video, denoise, final_notes, plan_music
from engine.settings import GenerationSettings
from training.metrics.bootstrap import mean_interval
from training.metrics.control import cross_preference, spearman

DENSITY: Final = DYNAMIC.index("density")
MIN_BEATS: Final = 8


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """One video: the density curve that was asked for and the one written, per beat `[T]`, and their Spearman."""

    name: str
    asked: NDArray[np.float32]
    written: NDArray[np.float32]
    correlation: float


def follow_video(bundle: Bundle, video: Path, settings: GenerationSettings) -> Followed:
    """Compose for a video and compare curves. `settings.seed` must be set."""
    signals = analyse_video(video, cache=AnalysisCache())
    plan = plan_music(signals, settings, quantiles=bundle.config.quantiles)
    written = _written_density(bundle, plan, settings)
    asked = plan.conditions.dynamic[:, DENSITY]
    return Followed(video.name, asked, written, spearman(asked, written))


def _written_density(bundle: Bundle, plan: MusicPlan, settings: GenerationSettings) -> NDArray[np.float32]:
    *_, last = denoise(bundle, plan, settings)
    notes = final_notes(bundle, last, plan.n_beats)
    curve: NDArray[np.float32] = measure_dynamic(NoteTable.from_notes(notes), plan.n_beats)[:, DENSITY]
    return curve


def follow(
    bundle_folder: Path, videos: Sequence[Path], settings: GenerationSettings, *, seeds: int = 1, as_json: bool = False
) -> int:
    """Print Spearman per video, its mean, and the share of pairs in which music follows its own video better."""
    bundle = load_bundle(bundle_folder)
    rows: list[Followed] = []
    for video in videos:
        for seed in range(seeds):
            one = follow_video(bundle, video, GenerationSettings.from_json({**settings.to_json(), "seed": seed}))
            if len(one.asked) >= MIN_BEATS:
                rows.append(one)
                print(f"{one.name}  seed {seed}  {len(one.asked)} beats  {one.correlation:.3f}", file=sys.stderr)
    if not rows:
        raise InputError(f"None of the videos lasts {MIN_BEATS} beats.", "Give longer ones.")
    mean = mean_interval([row.correlation for row in rows]).value
    own = own_preference(rows)
    if as_json:
        files = [{"name": row.name, "spearman": row.correlation, "beats": len(row.asked)} for row in rows]
        print(json.dumps({"files": files, "mean_spearman": mean, "own_preferred": own}))
    else:
        print(f"density, asked against written: Spearman {mean:.3f}, mean of {len(rows)}")
        print(f"music follows its own video's curve better than another's: {own:.1%} of pairs (chance 50 %)")
    return 0


def own_preference(rows: Sequence[Followed]) -> float:
    """Share of pairs (A, B) of different videos in which A's music follows A's curve better than B's."""
    names = sorted({row.name for row in rows})
    first = [next(row for row in rows if row.name == name) for name in names]
    return cross_preference([row.asked for row in first], [row.written for row in first])
