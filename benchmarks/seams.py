"""Seams between windows: `python -m benchmarks.seams [--pieces 16] [--seconds 80]`.

Music has phrases, so bar lines are not alike; a seam is what a window's border adds. Each piece is therefore sampled
twice with the same plan, rows and noise, the second time with all windows shifted by half their distance, so that the
lines which were borders lie inside windows and the other way round. Printed is, for every measure of
`training.metrics.seams`, its mean where a line is a border, where the same lines are not, and the difference with an
interval over pieces: for windows sampled jointly, and for independent windows as the contrast. Six measures are looked
at together, so each interval is drawn at 1 - 0.05/6 (Bonferroni): where there is no seam, all six hold 0 in 95 % of
runs. The bar: for joint windows every interval holds 0.
"""

from __future__ import annotations

import argparse
import sys
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from benchmarks.compose import bundle_of, made_up_signals
from engine.diffusion.model import Bundle
from engine.diffusion.noise import NoiseSource
from engine.diffusion.sampling import padded_beats, sample
from engine.music.controls import Conditions
from engine.music.music_plan import MusicPlan
from engine.music.notes import roll_to_notes
from engine.pipeline import plan_music, shots_of_bars
from engine.settings import GenerationSettings
from engine.timebase import BEATS_PER_BAR, STEPS_PER_BEAT
from training.metrics.bootstrap import mean_interval
from training.metrics.piece import Piece
from training.metrics.seams import BORDER_MEASURES, border_values

MODES = {"joint": 16, "independent": 32}
"""Distance of windows in beats."""


def sampled(
    bundle: Bundle, plan: MusicPlan, settings: GenerationSettings, *, stride_beats: int, lead_beats: int
) -> Piece:
    """A piece whose windows begin `lead_beats` before it."""
    assert settings.seed is not None
    parts = (plan.conditions.dynamic, plan.conditions.semantic, plan.conditions.plan)
    rows = Conditions(*(np.concatenate([part[:1].repeat(lead_beats, 0), part]) for part in parts))
    n_bars = padded_beats(rows.n_beats, stride_beats) // BEATS_PER_BAR
    lead_bars = lead_beats // BEATS_PER_BAR
    names = [("lead", bar) for bar in range(lead_bars)] + shots_of_bars(plan, n_bars - lead_bars)
    noise = NoiseSource.for_bars(settings.seed, names)
    *_, last = sample(bundle.model, rows, settings, noise, stride_beats=stride_beats)
    n_steps = plan.n_beats // BEATS_PER_BAR * BEATS_PER_BAR * STEPS_PER_BEAT
    roll = bundle.model.decode(last.x0_hat[lead_beats:])
    return Piece.from_notes(roll_to_notes(roll), n_steps)


def border_and_inside(
    bundle: Bundle, plan: MusicPlan, settings: GenerationSettings, stride_beats: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Measures of bar lines where they are borders, and where they are not, f64 `[lines, measures]` each."""
    lead_beats = stride_beats // 2
    first = border_values(sampled(bundle, plan, settings, stride_beats=stride_beats, lead_beats=0))
    shifted = border_values(sampled(bundle, plan, settings, stride_beats=stride_beats, lead_beats=lead_beats))
    stride, lead = stride_beats // BEATS_PER_BAR, lead_beats // BEATS_PER_BAR
    bars = np.arange(1, len(first) + 1)
    on, off = bars % stride == 0, (bars + lead) % stride == 0
    return np.concatenate([first[on], shifted[off]]), np.concatenate([shifted[on], first[off]])


def main(argv: list[str] | None = None) -> int:
    """Print the tables; exit status 1 when joint windows show a seam."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pieces", type=int, default=16)
    parser.add_argument("--seconds", type=int, default=80)
    parser.add_argument("--bundle")
    parser.add_argument("--steps", type=int, default=GenerationSettings().steps, help="denoising steps")
    options = parser.parse_args(argv)
    bundle = bundle_of(options.bundle)
    seams = 0
    for mode, stride_beats in MODES.items():
        border, inside, groups = [], [], []
        for seed in range(options.pieces):
            cuts_s = np.sort(np.random.default_rng(seed).uniform(2, options.seconds - 2, options.seconds // 8))
            signals = made_up_signals(Fraction(options.seconds), tuple(cuts_s.tolist()), seed)
            settings = GenerationSettings(seed=seed, steps=options.steps)
            plan = plan_music(signals, settings, quantiles=bundle.config.quantiles)
            at, off = border_and_inside(bundle, plan, settings, stride_beats)
            border.append(at)
            inside.append(off)
            groups.extend([str(seed)] * len(at))
        found = report(mode, np.concatenate(border), np.concatenate(inside), groups)
        seams += found if mode == "joint" else 0
    return 1 if seams else 0


def report(mode: str, border: NDArray[np.float64], inside: NDArray[np.float64], groups: list[str]) -> int:
    """Print one table; how many measures show a seam."""
    print(f"\n{mode} windows, {len(border)} lines")
    print(f"{'measure':<14}{'border':>9}{'inside':>9}{'difference':>12}{'interval':>20}")
    seams = 0
    for i, name in enumerate(BORDER_MEASURES):
        known = np.isfinite(border[:, i]) & np.isfinite(inside[:, i])
        change = np.where(known, border[:, i] - inside[:, i], np.nan)
        found = mean_interval(change, groups, level=1 - 0.05 / len(BORDER_MEASURES), resamples=20_000)
        seam = not found.contains(0.0)
        seams += seam
        interval = f"{found.low:+.3f} .. {found.high:+.3f}"
        means = border[known, i].mean(), inside[known, i].mean()
        print(
            f"{name:<14}{means[0]:>9.3f}{means[1]:>9.3f}{found.value:>+12.3f}{interval:>20}{'  seam' if seam else ''}"
        )
    return seams


if __name__ == "__main__":
    sys.exit(main())
