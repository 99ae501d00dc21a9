"""From files to rows: made videos, and real ones where they are at hand."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import spearmanr

from engine.features.conditions import PictureRows, estimate_conditions
from engine.features.transfer import to_positions
from engine.music.controls import DYNAMIC
from engine.timebase import Shot, TempoMap
from engine.video.analyse import analyse
from engine.video.shots import detect_shots

TEMPO = TempoMap.constant(96)


def _rows(path: Path, quantiles) -> tuple[PictureRows, tuple[Shot, ...]]:
    signals = analyse(path)
    shots = detect_shots(signals)
    n_beats = max(1, math.ceil(TEMPO.beat(signals.info.duration_s)))
    return estimate_conditions(signals, shots, TEMPO, n_beats, mood="auto", quantiles=quantiles), shots


def test_a_made_video_has_rows_and_a_hit_at_each_cut(tiny_video, quantiles):
    video = tiny_video(shots_s=(2.5, 2.5, 2.5))
    rows, _ = _rows(video.path, quantiles)
    wanted = {round(TEMPO.beat(cut) * 4) for cut in video.cuts_s}
    assert wanted <= {hit.step for hit in rows.hits}
    assert np.isfinite(np.delete(rows.dynamic, DYNAMIC.index("novelty"), 1)).all()


@pytest.mark.slow
def test_real_videos_are_told_apart(shared_media, quantiles):
    bikes, _ = _rows(shared_media / "edited" / "bikes_5cuts.mp4", quantiles)
    chaplin, _ = _rows(shared_media / "edited" / "chaplin_1shot.mp4", quantiles)
    flower, _ = _rows(shared_media / "natural" / "flower_cc0.mp4", quantiles)
    assert bikes.activity.mean() > chaplin.activity.mean() > flower.activity.mean()
    assert bikes.asked()["flow"].mean() > chaplin.asked()["flow"].mean() > flower.asked()["flow"].mean()
    assert len(bikes.hits) >= 3
    assert not chaplin.hits
    assert not flower.hits
    assert flower.asked()["valence"].mean() > chaplin.asked()["valence"].mean(), "colour against grey"
    n = min(bikes.n_beats, chaplin.n_beats)
    assert abs(spearmanr(bikes.dynamic[:n, 0], chaplin.dynamic[:n, 0]).statistic) < 0.8
    for still in (chaplin, flower):
        places = to_positions(still.asked()["density"], quantiles["density"])
        assert places.mean() < 0.45
        assert np.ptp(places) < 0.6


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["vfr_cursed_3026x1386.mp4", "oneframe_minimal.mp4", "allblack_silent10s.mp4", "rotate_90_3frames.mov"]
)
def test_awkward_videos_have_rows(shared_media, quantiles, name):
    rows, _ = _rows(shared_media / "awkward" / name, quantiles)
    assert np.isfinite(np.delete(rows.dynamic, DYNAMIC.index("novelty"), 1)).all()
    known = np.isfinite(rows.semantic).all(0)
    assert known.sum() == rows.semantic.shape[1] - 1
