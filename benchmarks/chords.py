"""Given chords, kept: `python -m benchmarks.chords [--seeds 8]`.

A made-up picture of 40 s is scored with chords that were given bar by bar. Counted are notes that begin on the first or
third beat of a bar: how many are tones of the chord given there, beside the same notes against the chords of another
bar chosen at random (chance), for each progression.
"""

from __future__ import annotations

import argparse
import sys
from fractions import Fraction

import numpy as np

from benchmarks.compose import Piece, bundle_of, compose, made_up_signals
from engine.direction import Direction
from engine.music.chords import parse_chord
from engine.settings import GenerationSettings
from engine.timebase import STEPS_PER_BEAT

PROGRESSIONS = ("C Am F G", "Dm7 G7 Cmaj7 A7", "Em C G D", "Bbm Gb Db Ab", "Am F C E")
BAR = 0.85


def rates(piece: Piece, seed: int) -> tuple[float, float]:
    """Share of strong notes that are chord tones, and the same against shuffled chords."""
    chords = piece.plan.harmony.chords
    shuffled = np.random.default_rng(seed).permutation(len(chords))
    strong = [note for note in piece.notes if note.onset % (2 * STEPS_PER_BEAT) == 0]
    met, chance = [], []
    for note in strong:
        beat = min(note.onset // STEPS_PER_BEAT, len(chords) - 1)
        for found, chord in ((met, chords[beat]), (chance, chords[shuffled[beat]])):
            if chord is not None:
                found.append(note.pitch % 12 in chord.chroma)
    return float(np.mean(met)), float(np.mean(chance))


def main(argv: list[str] | None = None) -> int:
    """Print the table; exit status 1 when the mean misses the bar."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--bundle")
    options = parser.parse_args(argv)
    bundle = bundle_of(options.bundle)
    means = []
    for text in PROGRESSIONS:
        chords = tuple(chord for chord in text.split() for _ in range(4))
        assert all(parse_chord(chord) for chord in chords)
        pairs = [
            rates(
                compose(
                    bundle,
                    made_up_signals(Fraction(40), (9.0, 17.5, 28.0), seed),
                    GenerationSettings(seed=seed),
                    Direction(chords=chords),
                ),
                seed,
            )
            for seed in range(options.seeds)
        ]
        rate, chance = np.mean(pairs, axis=0)
        means.append(rate)
        print(f"{text:<20} chord tones on strong beats {rate:.1%}, by chance {chance:.1%}", flush=True)
    return 0 if np.mean(means) >= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
