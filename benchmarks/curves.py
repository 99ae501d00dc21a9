"""Drawn curves, asked against achieved: `python -m benchmarks.curves VIDEO|FOLDER ... [--seeds 3] [--together]`.

Every video is scored with each curve drawn in turn (with `--together`, with all four at once, different shapes each),
in several shapes. Printed is Spearman's rank correlation between asked and achieved, beat by beat, both smoothed over a
bar: its mean with a 95 % interval over pieces, the worst piece, and, as chance, the same request against the piece of
the same seed for which nothing was drawn. The bar for each curve is a mean of 0.7.
"""

from __future__ import annotations

import argparse
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np

from benchmarks.compose import Piece, bundle_of, compose, look, videos_in
from engine.direction import CURVES, OPEN, Curve, Direction
from engine.music.curves import compare, measured, per_beat
from engine.settings import GenerationSettings
from training.metrics.bootstrap import mean_interval

BAR = 0.7
SHAPES: dict[str, tuple[float, ...]] = {
    "rise": (0.1, 0.9),
    "arch": (0.1, 0.9, 0.1),
    "fall": (0.9, 0.1),
    "waves": (0.2, 0.9, 0.2, 0.9, 0.2),
    "valley": (0.8, 0.1, 0.8),
}


def draw(name: str, shape: str, duration_s: Fraction) -> Curve:
    """A curve of a shape over a whole video."""
    values = SHAPES[shape]
    return Curve(name, tuple((duration_s * i / (len(values) - 1), value) for i, value in enumerate(values)))


def correlation(piece: Piece, curve: Curve) -> float:
    """Spearman's correlation between a curve and what a piece does."""
    asked = per_beat(curve, piece.plan.tempo, piece.plan.n_beats)
    return compare(asked, measured(piece.notes, piece.score, piece.plan.n_beats)[curve.name], curve.name).rho


def main(argv: list[str] | None = None) -> int:
    """Print the table; exit status 1 when a curve misses the bar."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("videos", type=Path, nargs="+")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--bundle")
    parser.add_argument("--steps", type=int, default=GenerationSettings().steps, help="denoising steps")
    parser.add_argument("--together", action="store_true", help="all curves at once")
    parser.add_argument("--shortest", type=float, default=12.0, metavar="SECONDS", help="leave shorter videos out (12)")
    options = parser.parse_args(argv)
    bundle = bundle_of(options.bundle)
    asked: dict[str, list[float]] = {name: [] for name in CURVES}
    chance: dict[str, list[float]] = {name: [] for name in CURVES}
    names = list(SHAPES)
    for v, video in enumerate(videos_in(options.videos)):
        signals = look(video)
        duration_s = signals.info.duration_s
        if duration_s < options.shortest:
            continue
        for seed in range(1, options.seeds + 1):
            settings = GenerationSettings(seed=seed, steps=options.steps)
            free = compose(bundle, signals, settings, OPEN)
            shapes = {name: names[(v + seed + i) % len(names)] for i, name in enumerate(CURVES)}
            curves = [draw(name, shapes[name], duration_s) for name in CURVES]
            for drawn in [tuple(curves)] if options.together else [(curve,) for curve in curves]:
                piece = compose(bundle, signals, settings, Direction(curves=drawn))
                for curve in drawn:
                    asked[curve.name].append(correlation(piece, curve))
                    chance[curve.name].append(correlation(free, curve))
        sums = "  ".join(f"{name} {np.nanmean(values):.2f}" for name, values in asked.items())
        print(f"{video.name:<36} so far: {sums}", flush=True)
    return report(asked, chance)


def report(asked: dict[str, list[float]], chance: dict[str, list[float]]) -> int:
    """Print the table; 1 when a curve misses the bar."""
    print(f"\n{'curve':<10}{'mean':>7}{'interval':>16}{'worst':>8}{'above 0.7':>11}{'chance':>8}{'pieces':>8}")
    met = True
    for name, values in asked.items():
        mean = mean_interval(values)
        share = float(np.mean(np.asarray(values) >= BAR))
        other = float(np.nanmean(chance[name]))
        spread = f"{mean.low:.2f} .. {mean.high:.2f}"
        print(f"{name:<10}{mean.value:>7.2f}{spread:>16}{min(values):>8.2f}{share:>11.0%}{other:>8.2f}{mean.n:>8}")
        met = met and mean.value >= BAR
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
