"""Shots found against shots labelled by eye: `python -m benchmarks.shots FOLDER [--sensitivity S]`.

FOLDER holds videos and `cuts.json`: for each file the first frames of new shots (`hard`), gradual transitions as
[from, to, kind], and places that are not judged (`uncertain`, `unscored_ranges`). A hard cut counts as found when a
shot begins within 0.07 s of it, a gradual one when a shot begins within 0.3 s of its span. A shot that begins
elsewhere is extra.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.signals import FrameSignals
from engine.timebase import Shot
from engine.video.analyse import analyse
from engine.video.shots import detect_shots

HARD_TOLERANCE_S = 0.07
GRADUAL_TOLERANCE_S = 0.3


@dataclass(frozen=True, slots=True)
class Tally:
    """How the shots of one file (or of all) compare with the labels. `extra_s`: where shots begin for no reason."""

    n_hard: int = 0
    hard_found: int = 0
    n_gradual: int = 0
    gradual_found: int = 0
    extra_hard_s: tuple[float, ...] = ()
    extra_gradual_s: tuple[float, ...] = ()
    missed_s: tuple[float, ...] = ()

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.n_hard + other.n_hard,
            self.hard_found + other.hard_found,
            self.n_gradual + other.n_gradual,
            self.gradual_found + other.gradual_found,
            self.extra_hard_s + other.extra_hard_s,
            self.extra_gradual_s + other.extra_gradual_s,
            self.missed_s + other.missed_s,
        )

    @property
    def recall(self) -> float:
        return self.hard_found / self.n_hard if self.n_hard else 1.0

    @property
    def precision(self) -> float:
        """Of the hard cuts that were reported at judged places."""
        n = self.hard_found + len(self.extra_hard_s)
        return self.hard_found / n if n else 1.0


def compare(shots: tuple[Shot, ...], signals: FrameSignals, truth: dict[str, Any]) -> Tally:
    """Match the beginnings of shots to the labels of one file."""
    times = signals.times_s

    def at(frame: int) -> float:
        return float(times[min(frame, len(times) - 1)])

    hard = np.array([at(frame) for frame in truth["hard"]])
    spans = [(at(a) - GRADUAL_TOLERANCE_S, at(b) + GRADUAL_TOLERANCE_S) for a, b, _ in truth["gradual"]]
    open_places = [(at(f) - 0.3, at(f) + 0.3) for f in truth.get("uncertain", []) if isinstance(f, int)]
    ranges = [r for r in truth.get("uncertain", []) if not isinstance(r, int)] + truth.get("unscored_ranges", [])
    open_places += [(at(a) - 0.1, at(b) + 0.1) for a, b in ranges]
    starts = np.array([float(shot.start_s) for shot in shots[1:]])
    missed = [t for t in hard if not len(starts) or np.abs(starts - t).min() > HARD_TOLERANCE_S]
    extra_hard, extra_gradual = [], []
    for shot, start in zip(shots[1:], starts, strict=True):
        explained = len(hard) > 0 and np.abs(hard - start).min() <= HARD_TOLERANCE_S
        if explained or any(a <= start <= b for a, b in spans + open_places):
            continue
        (extra_gradual if shot.transition in ("dissolve", "fade") else extra_hard).append(float(start))
    return Tally(
        n_hard=len(hard),
        hard_found=len(hard) - len(missed),
        n_gradual=len(spans),
        gradual_found=sum(any(a <= start <= b for start in starts) for a, b in spans),
        extra_hard_s=tuple(extra_hard),
        extra_gradual_s=tuple(extra_gradual),
        missed_s=tuple(float(t) for t in missed),
    )


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sensitivity", type=float, default=0.5)
    options = parser.parse_args(argv)
    truth = json.loads((options.folder / "cuts.json").read_text(encoding="utf-8"))
    total, slowest_ms = Tally(), 0.0
    print(f"{'file':<42} {'shots':>5} {'hard':>7} {'gradual':>7}  extra hard | extra gradual | missed (seconds)")
    for name, labels in truth.items():
        signals = analyse(options.folder / name)
        began = time.perf_counter()
        shots = detect_shots(signals, sensitivity=options.sensitivity)
        slowest_ms = max(slowest_ms, 1000 * (time.perf_counter() - began))
        tally = compare(shots, signals, labels)
        total += tally
        row = f"{tally.hard_found}/{tally.n_hard}", f"{tally.gradual_found}/{tally.n_gradual}"
        places = " | ".join(
            " ".join(f"{s:.2f}" for s in places) or "-"
            for places in (tally.extra_hard_s, tally.extra_gradual_s, tally.missed_s)
        )
        print(f"{name[-42:]:<42} {len(shots):>5} {row[0]:>7} {row[1]:>7}  {places}")
    print(f"hard cuts: recall {total.recall:.3f} ({total.hard_found}/{total.n_hard}), precision {total.precision:.3f}")
    print(f"gradual: {total.gradual_found}/{total.n_gradual} found, {len(total.extra_gradual_s)} extra")
    print(f"detection alone: {slowest_ms:.1f} ms at most")
    return 0


if __name__ == "__main__":
    sys.exit(main())
