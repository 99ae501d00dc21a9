"""Takes, plans and signals made for tests, with awkward values: NaN rows, odd fractions, a trajectory of any bits."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from engine.direction import Curve, Direction, Marker
from engine.music.chords import Chord, Key
from engine.music.controls import DYNAMIC, PLAN_WIDTH, SEMANTIC, Conditions
from engine.music.music_plan import MusicPlan
from engine.music.notes import Note, Voice
from engine.music.plan import Plan, Section
from engine.music.take import Take, Trajectory
from engine.settings import GenerationSettings
from engine.signals import AudioTrack, FrameSignals, VideoInfo
from engine.timebase import Shot, TempoChange, TempoMap


def video_info(path: Path, duration_s: Fraction = Fraction(1001, 50)) -> VideoInfo:
    tracks = (AudioTrack(1, "aac", 44100, 2), AudioTrack(2, "weird", 0, 0, decodable=False))
    rate = Fraction(30000, 1001)
    return VideoInfo(
        str(path.absolute()), "mov,mp4", "h264", duration_s, Fraction(1, 7), rate, 64, 36, 90, True, tracks
    )


def signals_of(path: Path, *, n_frames: int = 50, seed: int = 0) -> FrameSignals:
    rng = np.random.default_rng(seed)
    curves = {name: rng.random(n_frames).astype(np.float32) for name in ("content", "motion", "hue")}
    curves["motion"][3] = np.nan
    pts = np.cumsum(rng.integers(1, 2000, n_frames))
    return FrameSignals(video_info(path), pts.astype(np.int64), Fraction(1, 90000), curves)


def plan_of(path: Path, *, n_beats: int = 40, seed: int = 0) -> MusicPlan:
    rng = np.random.default_rng(seed)
    duration_s = Fraction(n_beats, 2) + Fraction(1, 3)
    shots = (
        Shot(0, Fraction(0), Fraction(1001, 240), "start", 1.0),
        Shot(1, Fraction(1001, 240), duration_s, "dissolve", 1 / 3),
    )
    changes = (TempoChange(Fraction(0), 500_000), TempoChange(Fraction(7, 3), 483_871))
    rows = [rng.standard_normal((n_beats, width)).astype(np.float32) for width in (len(DYNAMIC), len(SEMANTIC))]
    rows[0][1, 2] = np.nan
    rows[1][:, 0] = -np.nan
    rows[1][0, 1] = -0.0
    odd = Chord(2, (0, 1, 6), 9)  # none of the named qualities
    chords = tuple([None, odd, Chord(0, (0, 4, 7), 0), Chord(9, (0, 3, 7, 10), 4)][i % 4] for i in range(n_beats))
    half = n_beats // 2
    sections = (Section(0, half, "A"), Section(half, n_beats, "A'", Key(9, minor=True)))
    harmony = Plan(Key(0, minor=False), chords, tuple(i % 16 == 0 for i in range(n_beats)), sections)
    conditions = Conditions(rows[0], rows[1], rng.random((n_beats, PLAN_WIDTH)).astype(np.float32))
    tempo = TempoMap(Fraction(12345, 1_000_000), changes)
    return MusicPlan(video_info(path, duration_s), shots, tempo, n_beats, harmony, conditions)


def notes_of(n_beats: int = 40, *, seed: int = 0, count: int = 60) -> tuple[Note, ...]:
    rng = np.random.default_rng(seed)
    rows = zip(
        rng.integers(0, n_beats * 4, count),
        rng.integers(0, 3, count),
        rng.integers(21, 109, count),
        rng.integers(1, 17, count),
        rng.integers(1, 128, count),
        strict=True,
    )
    return tuple(sorted({Note(int(o), Voice(int(v)), int(p), int(d), int(s)) for o, v, p, d, s in rows}))


def take_of(
    path: Path, *, name: str = "", n_beats: int = 40, steps: int = 3, width: int = 8, seed: int = 0, parent: Any = None
) -> Take:
    """A take whose trajectory holds arbitrary bits: NaN with payloads, infinities, negative zeros."""
    rng = np.random.default_rng(seed)
    v = rng.integers(0, 2**32, (steps, n_beats, width), np.uint32).view(np.float32)
    bars = tuple((f"shot {i // 3}", i % 3) for i in range(n_beats // 4))
    notes = notes_of(n_beats, seed=seed)
    direction = Direction(
        markers=(Marker(Fraction(22, 7), "the kiss “♥”"),),
        stars=(Fraction(1001, 240),),
        curves=(Curve("density", ((Fraction(0), 0.1), (Fraction(10, 3), 1 / 3))),),
        key="A minor",
        chords=("Am7", None),
        range_s=(Fraction(0), Fraction(39, 2)),
    )
    return Take(
        id=f"{seed:08x}{n_beats:08x}",
        name=name,
        origin="score" if parent is None else "reroll",
        parent=parent,
        settings=GenerationSettings(seed=seed, guidance=1 / 3, steps=max(steps, 1)),
        direction=direction,
        plan=plan_of(path, n_beats=n_beats, seed=seed),
        notes=notes,
        hand=notes[3:5],
        trajectory=Trajectory(0, seed, bars, tuple(range(999, 999 - steps, -1)), v) if steps else None,
        model="ab" * 32,
        created_s=1_700_000_000.123456789,
        starred=bool(seed % 2),
        details={"region": [{"steps": [64, 128]}], "share": 0.1, "nothing": None},
    )


def assert_same(a: Any, b: Any, where: str = "value") -> None:
    """Equal to the last bit, types included; arrays by their bytes, so that NaN equals itself."""
    if isinstance(a, np.ndarray):
        assert isinstance(b, np.ndarray), where
        assert a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes(), where
    elif is_dataclass(a):
        assert type(a) is type(b), where
        for field in (f for f in fields(a) if f.init):
            assert_same(getattr(a, field.name), getattr(b, field.name), f"{where}.{field.name}")
    elif isinstance(a, dict):
        assert list(a) == list(b), where
        for key in a:
            assert_same(a[key], b[key], f"{where}[{key!r}]")
    elif isinstance(a, tuple):
        assert isinstance(b, tuple) and len(a) == len(b), where
        for i, (x, y) in enumerate(zip(a, b, strict=True)):
            assert_same(x, y, f"{where}[{i}]")
    else:
        assert type(a) is type(b) and repr(a) == repr(b), f"{where}: {a!r} != {b!r}"
