"""How long the window's thread takes to draw the timeline of an hour: 1,500 shots, 10,000 bars, all rows.

Three kinds of frames at each zoom: while scrolling (what is uncovered is drawn, the rest moves), drawn anew (after a
zoom), and while the playhead runs. Of each the median and the worst of 95 %, by the clock and by the processor's time:
on a machine that others use too, only the latter says what the timeline takes. The limit is on the latter. Run it with

    QT_QPA_PLATFORM=offscreen python benchmarks/timeline.py [--width 1600] [--seconds 3600] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

FRAMES = 120
LIMIT_MS = 8.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--width", type=int, default=1600)
    parser.add_argument("--seconds", type=int, default=3600)
    parser.add_argument("--shots", type=int, default=1500)
    parser.add_argument("--bars", type=int, default=10_000)
    parser.add_argument("--json", metavar="FILE")
    args = parser.parse_args()
    from diffbgm_gui.app import make_application

    app = make_application([])
    studio, timeline = hour(args.seconds, args.shots, args.bars, args.width)
    until = time.monotonic() + 60
    while timeline.curves.of("auto", "density") is None and time.monotonic() < until:
        app.processEvents()
    rows = []
    names = ("scroll", "anew", "playhead")
    print("ms a frame: median and worst of 95 %; by the clock | of the processor")
    print(f"{'visible':>10}" + "".join(f"{name:>32}" for name in names))
    for shown_s in (args.seconds, 900.0, 120.0, 15.0, 2.0):
        timeline.axis.zoom_by(timeline.axis.shown_s / shown_s, timeline.axis.duration_s * 0.4)
        app.processEvents()
        result = {"shown_s": timeline.axis.shown_s, **measure(timeline)}
        rows.append(result)
        figures = ("{:9.2f}{:7.2f} |{:7.2f}{:7.2f}".format(*result[name]) for name in names)
        print(f"{result['shown_s']:9.0f}s" + "".join(figures))
    studio.close()
    if args.json:
        Path(args.json).write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    worst = max(row["scroll"][3] for row in rows)
    print(f"scrolling: {worst:.2f} ms at worst, limit {LIMIT_MS:g} ms")
    return int(worst > LIMIT_MS)


def hour(seconds: int, n_shots: int, n_bars: int, width: int):
    """A studio with a long film in it, and its timeline."""
    from diffbgm_gui.axis import TimeAxis
    from diffbgm_gui.run_state import PictureMeasured, ThumbReady, VideoChosen
    from diffbgm_gui.studio import Studio
    from diffbgm_gui.widgets.timeline import Timeline
    from engine.direction import Curve, Marker
    from engine.signals import FrameSignals, VideoInfo
    from engine.timebase import Shot

    rate = Fraction(25)
    info = VideoInfo("hour.mp4", "mp4", "h264", Fraction(seconds), Fraction(0), rate, 1280, 720, 0, is_vfr=False)
    n_frames = seconds * 25
    noise = np.random.default_rng(0)
    walk = np.abs(np.cumsum(noise.normal(0, 0.02, n_frames))) % 1
    names = (
        "content hue sat lum edges motion camera brightness saturation contrast colourfulness warmth detail faces flash"
        " change lasting gradual"
    ).split()
    curves = {name: walk.astype(np.float32) for name in names}
    signals = FrameSignals(info, np.arange(n_frames, dtype=np.int64), 1 / rate, curves)
    cuts = sorted({int(f) for f in noise.integers(25, n_frames - 25, n_shots - 1)})
    edges = [Fraction(f, 25) for f in (0, *cuts, n_frames)]
    shots = tuple(Shot(i, a, b, "cut" if i else "start") for i, (a, b) in enumerate(pairwise(edges)))
    studio, axis = Studio(), TimeAxis()
    timeline = Timeline(studio, axis)
    axis.setParent(timeline)
    path = Path("hour.mp4")
    studio.take_event(VideoChosen(path))
    studio.take_event(PictureMeasured(path, signals, shots))
    axis.set_duration(float(seconds))
    picture = np.zeros((90, 160, 3), np.uint8)
    for i in range(48):
        studio.take_event(ThumbReady(path, seconds * (i + 0.5) / 48, picture + np.uint8(3 * i + 40)))
    wave = tuple((Fraction(t), 0.5 + 0.4 * float(np.sin(t / 40))) for t in range(0, seconds, max(1, seconds // 200)))
    markers = tuple(Marker(Fraction(t), f"marker {t}") for t in range(5, seconds, max(1, seconds // 150)))
    direction = replace(
        studio.document.direction,
        markers=markers, curves=(Curve("density", wave), Curve("energy", wave)),
        stars=tuple(shot.start_s for shot in shots[1::3]),
    )  # fmt: skip
    studio.edit("All of it", lambda document: replace(document, direction=direction))
    studio.state = replace(studio.state, plan=plan_of(seconds, n_bars, shots))
    studio._draw_anew()
    timeline.resize(width, timeline.sizeHint().height())
    timeline.show()
    return studio, timeline


def plan_of(seconds: int, n_bars: int, shots: tuple) -> dict:
    beats = np.linspace(0, seconds, 4 * n_bars + 1)
    return {
        "duration_s": float(seconds), "bpm": 100.0, "n_beats": 4 * n_bars, "beat_s": beats.tolist(),
        "sections": [(i, min(i + 128, 4 * n_bars), "ABCA"[i // 128 % 4]) for i in range(0, 4 * n_bars, 128)],
        "tempo": [(float(t), 100 + 10 * float(np.sin(t / 30))) for t in beats[:-1:4]],
        "hits": [{"time_s": float(shot.start_s), "error_ms": 2.0, "starred": True} for shot in shots[1:]],
        "speech": [(float(t), float(t) + 4.0) for t in range(10, seconds, 20)],
    }  # fmt: skip


def measure(timeline) -> dict[str, tuple[float, ...]]:
    axis = timeline.axis

    def scroll(frame: int) -> None:
        way = 1 if frame // 60 % 2 == 0 else -1
        axis.scroll_to(axis.left_s + way * 24 * axis.s_per_px)

    def draw_anew(_frame: int) -> None:
        for row in timeline.rows:
            row.refresh()

    def play(frame: int) -> None:
        axis.set_playhead(axis.left_s + 0.3 * axis.shown_s + frame * 0.04)

    return {
        "scroll": timed(timeline, scroll, FRAMES),
        "anew": timed(timeline, draw_anew, FRAMES // 4),
        "playhead": timed(timeline, play, FRAMES // 2, all_of_it=False),
    }


def timed(timeline, change: Callable[[int], None], frames: int, *, all_of_it: bool = True) -> tuple[float, ...]:
    """Median and 95th percentile of a frame in ms, by the clock and of the processor's time for the window's thread."""
    from PySide6.QtCore import QElapsedTimer
    from PySide6.QtWidgets import QApplication

    timer, taken, used = QElapsedTimer(), [], []
    for frame in range(frames):
        timer.start()
        before = time.thread_time()
        change(frame)
        if all_of_it:
            timeline.repaint()
        else:
            QApplication.processEvents()
        taken.append(timer.nsecsElapsed() / 1e6)
        used.append(1000 * (time.thread_time() - before))
        QApplication.processEvents()
    return tuple(float(np.percentile(values, share)) for values in (taken, used) for share in (50, 95))


if __name__ == "__main__":
    sys.exit(main())
