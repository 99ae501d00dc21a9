"""Stored analyses come back as they were, or not at all."""

from __future__ import annotations

import os
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from engine.artifacts import AnalysisCache, cache_folder, content_key
from engine.signals import AudioTrack, FrameSignals, VideoInfo


def signals(n: int = 500, seed: int = 1) -> FrameSignals:
    noise = np.random.default_rng(seed)
    info = VideoInfo(
        path="/elsewhere/video.mp4",
        container="mov,mp4",
        codec="h264",
        duration_s=Fraction(n * 1001, 30000),
        start_s=Fraction(1, 15),
        frame_rate=Fraction(30000, 1001),
        width=1280,
        height=720,
        rotation=90,
        is_vfr=True,
        audio=(AudioTrack(1, "aac", 48000, 2), AudioTrack(2, "unknown", 0, 0, decodable=False)),
    )
    curves = {name: noise.random(n, np.float32) for name in ("content", "motion")}
    return FrameSignals(info, np.cumsum(noise.integers(1, 9, n)), Fraction(1, 90000), curves)


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "video.mp4"
    path.write_bytes(os.urandom(3_000_000))
    return path


def same(a: FrameSignals, b: FrameSignals) -> bool:
    curves = a.curves.keys() == b.curves.keys() and all((a.curves[k] == b.curves[k]).all() for k in a.curves)
    return a.info == b.info and a.time_base == b.time_base and curves and (a.pts == b.pts).all()


def test_an_analysis_comes_back_exactly(tmp_path: Path, video: Path) -> None:
    cache = AnalysisCache(tmp_path / "cache")
    assert cache.load(video) is None
    stored = signals()
    cache.store(video, stored)
    loaded = AnalysisCache(tmp_path / "cache").load(video)
    assert loaded is not None
    assert same(
        loaded, FrameSignals(replace(stored.info, path=str(video)), stored.pts, stored.time_base, stored.curves)
    )
    assert loaded.pts.dtype == np.int64


def test_a_copy_elsewhere_is_known_a_changed_file_is_not(tmp_path: Path, video: Path) -> None:
    cache = AnalysisCache(tmp_path / "cache")
    cache.store(video, signals())
    copy = tmp_path / "moved.mp4"
    copy.write_bytes(video.read_bytes())
    loaded = cache.load(copy)
    assert loaded is not None
    assert loaded.info.path == str(copy)
    data = bytearray(video.read_bytes())
    data[-1] ^= 1
    copy.write_bytes(data)
    assert cache.load(copy) is None
    copy.write_bytes(video.read_bytes() + b"\0")
    assert cache.load(copy) is None


def test_small_and_empty_files_have_keys(tmp_path: Path) -> None:
    keys = set()
    for name, data in (("empty", b""), ("one", b"1"), ("two", b"22"), ("other", b"23")):
        (tmp_path / name).write_bytes(data)
        keys.add(content_key(tmp_path / name))
    assert len(keys) == 4


@pytest.mark.parametrize("damage", ["cut", "garbage", "empty"])
def test_damaged_entries_are_ignored_and_removed(tmp_path: Path, video: Path, damage: str) -> None:
    cache = AnalysisCache(tmp_path / "cache")
    cache.store(video, signals())
    (entry,) = (tmp_path / "cache").iterdir()
    data = entry.read_bytes()
    entry.write_bytes({"cut": data[: len(data) // 2], "garbage": os.urandom(5000), "empty": b""}[damage])
    assert cache.load(video) is None
    assert not entry.exists()
    cache.store(video, signals())
    assert cache.load(video) is not None


def test_an_entry_of_another_shape_is_ignored(tmp_path: Path, video: Path) -> None:
    cache = AnalysisCache(tmp_path / "cache")
    whole = signals()
    cache.store(video, FrameSignals(whole.info, whole.pts[:-1], whole.time_base, whole.curves))
    assert cache.load(video) is None


def test_the_cache_stays_within_its_bounds(tmp_path: Path) -> None:
    cache = AnalysisCache(tmp_path / "cache", max_bytes=40_000)
    videos = []
    for i in range(8):
        path = tmp_path / f"{i}.mp4"
        path.write_bytes(bytes([i]) * 1000)
        videos.append(path)
        cache.store(path, signals(1000, seed=i))
        os.utime(tmp_path / "cache" / f"{content_key(path)}.npz", (i, i))
        if i == 2:
            assert cache.load(videos[0]) is not None  # used again, so that it outlives the second
    entries = list((tmp_path / "cache").iterdir())
    assert sum(entry.stat().st_size for entry in entries) <= 40_000
    assert cache.load(videos[-1]) is not None
    assert cache.load(videos[1]) is None
    assert cache.load(videos[0]) is not None


def test_a_cache_that_cannot_be_written_is_no_failure(tmp_path: Path, video: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = AnalysisCache(tmp_path / "file" / "cache")
    cache.store(video, signals())
    assert cache.load(video) is None
    assert AnalysisCache(tmp_path / "cache").load(tmp_path / "missing.mp4") is None
    AnalysisCache(tmp_path / "cache").store(tmp_path / "missing.mp4", signals())


def test_the_folder_follows_the_environment(tmp_path: Path, video: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIFFBGM_CACHE_DIR", str(tmp_path / "mine"))
    assert cache_folder() == tmp_path / "mine"
    AnalysisCache().store(video, signals())
    assert len(list((tmp_path / "mine" / "analysis").glob("*.npz"))) == 1
    monkeypatch.delenv("DIFFBGM_CACHE_DIR")
    assert "diffbgm" in str(cache_folder())
