"""Do returning sections recall their theme? `python -m benchmarks.recall [--seeds 6] [--seconds 96]`.

Made-up pictures with returning scenes are scored. For every pair of sections the cosine of their onsets (step by step
and pitch by pitch, beat for beat) is taken: pairs that share a letter against pairs that do not, with recall and
without. The bar: the interval of returning pairs lies above that of different ones.
"""

from __future__ import annotations

import argparse
import sys
from fractions import Fraction

import numpy as np

import engine.music.wishes
from benchmarks.compose import Piece, bundle_of, compose, made_up_signals
from engine.music.notes import notes_to_roll
from engine.settings import GenerationSettings
from engine.timebase import N_PITCHES, STEPS_PER_BEAT
from training.metrics.bootstrap import mean_interval

SHOT_S = 14.0


def likenesses(piece: Piece) -> tuple[list[float], list[float]]:
    """Mean cosine of onsets of each pair of sections: those that share a letter, and the others."""
    n_beats = piece.plan.n_beats
    roll = notes_to_roll(piece.notes, n_beats * STEPS_PER_BEAT).onset.sum(0).astype(np.float64)
    beats = roll.reshape(n_beats, STEPS_PER_BEAT * N_PITCHES)
    beats /= np.maximum(np.linalg.norm(beats, axis=1, keepdims=True), 1e-9)
    same, other = [], []
    sections = piece.plan.harmony.sections
    for j, late in enumerate(sections):
        for early in sections[:j]:
            length = min(late.end_beat - late.start_beat, early.end_beat - early.start_beat)
            pairs = beats[late.start_beat :][:length] * beats[early.start_beat :][:length]
            (same if late.letter[0] == early.letter[0] else other).append(float(pairs.sum(1).mean()))
    return same, other


def main(argv: list[str] | None = None) -> int:
    """Print the table; exit status 1 when the bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--seconds", type=int, default=96)
    parser.add_argument("--bundle")
    options = parser.parse_args(argv)
    bundle = bundle_of(options.bundle)
    cuts_s = tuple(np.arange(SHOT_S, options.seconds - 5, SHOT_S).tolist())
    met = False
    print(f"{'':<18}{'returning':>11}{'interval':>16}{'pairs':>7}{'different':>11}{'interval':>16}{'pairs':>7}")
    for title, strength in (("without recall", 0.0), ("with recall", engine.music.wishes.RECALL)):
        engine.music.wishes.RECALL, varied = strength, engine.music.wishes.VARIED_RECALL
        engine.music.wishes.VARIED_RECALL = varied if strength else 0.0
        same: list[float] = []
        other: list[float] = []
        for seed in range(options.seeds):
            signals = made_up_signals(Fraction(options.seconds), cuts_s, seed)
            found = likenesses(compose(bundle, signals, GenerationSettings(seed=seed)))
            same, other = same + found[0], other + found[1]
        engine.music.wishes.VARIED_RECALL = varied
        a, b = mean_interval(same), mean_interval(other)
        spans = f"{a.low:.2f} .. {a.high:.2f}", f"{b.low:.2f} .. {b.high:.2f}"
        print(f"{title:<18}{a.value:>11.2f}{spans[0]:>16}{a.n:>7}{b.value:>11.2f}{spans[1]:>16}{b.n:>7}")
        met = a.low > b.high
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
