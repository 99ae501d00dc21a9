"""How pieces end, over many seeds: `python -m benchmarks.endings [VIDEO|FOLDER ...] [--seeds 50] [--no-sound]`.

Without videos a made-up picture of 24 s with five cuts is scored. Measured are the final attack as played (is it on the
first or third beat of a bar; is it the tonic: its lowest note the key's tonic, its other notes of the tonic's triad;
did the dominant come before it), how long it rings, the sound of the last millisecond, and the length in points. The
bars: strong beat and tonic, each in 80 % of the seeds; below -60 dBFS; length exact.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from benchmarks.compose import SAMPLE_RATE_HZ, Piece, bundle_of, compose, look, made_up_signals, videos_in
from engine.audio.clip import points_of
from engine.settings import GenerationSettings
from engine.timebase import BEATS_PER_BAR

SHARE_BAR = 0.8
SILENCE_DBFS = -60.0
_TOGETHER_S = 0.06
_STRONG_BEATS = 0.12
_CUTS_S = (3.4, 7.0, 11.6, 15.2, 19.4)


@dataclass(frozen=True, slots=True)
class Ending:
    """How one piece ends."""

    strong: bool
    tonic: bool
    dominant_before: bool
    ring_s: float
    last_dbfs: float | None
    exact: bool | None


def ending_of(piece: Piece, *, sound: bool) -> Ending:
    """Measure the end of a piece on its score, and on its sound."""
    notes = sorted((note for part in piece.score.parts for note in part.notes), key=lambda note: note.start_s)
    last_s = notes[-1].start_s
    final = [note.pitch for note in notes if note.start_s > last_s - _TOGETHER_S]
    place = float(piece.plan.tempo.beat(Fraction(last_s))) % BEATS_PER_BAR
    strong = min(abs(place - b) for b in (0.0, 2.0, 4.0)) <= _STRONG_BEATS
    key = piece.plan.harmony.key
    triad = {(key.tonic + i) % 12 for i in ((0, 3, 7) if key.minor else (0, 4, 7))}
    tonic = min(final) % 12 == key.tonic and {pitch % 12 for pitch in final} <= triad
    bar_s = float(piece.plan.tempo.seconds(BEATS_PER_BAR) - piece.plan.tempo.seconds(0))
    before = {n.pitch % 12 for n in notes if last_s - 2 * bar_s <= n.start_s <= last_s - _TOGETHER_S}
    dominant = {(key.tonic + 7) % 12, (key.tonic + 11) % 12} <= before
    last_dbfs, exact = None, None
    if sound:
        clip = piece.sound()
        tail = float(np.abs(clip.samples[:, -SAMPLE_RATE_HZ // 1000 :]).max())
        last_dbfs = 20 * float(np.log10(max(tail, 1e-9)))
        exact = clip.n == points_of(piece.plan.duration_s, SAMPLE_RATE_HZ)
    return Ending(strong, tonic, dominant, float(piece.plan.duration_s) - last_s, last_dbfs, exact)


def main(argv: list[str] | None = None) -> int:
    """Print the table; exit status 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("videos", type=Path, nargs="*")
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--bundle")
    parser.add_argument("--steps", type=int, default=GenerationSettings().steps, help="denoising steps")
    parser.add_argument("--unfinished", action="store_true", help="as the model leaves it, without the rule")
    parser.add_argument("--no-sound", action="store_true", help="notes only")
    options = parser.parse_args(argv)
    bundle = bundle_of(options.bundle)
    pictures = [look(video) for video in videos_in(options.videos)] or [made_up_signals(Fraction(24), _CUTS_S)]
    endings = [
        ending_of(
            compose(
                bundle,
                pictures[seed % len(pictures)],
                GenerationSettings(seed=seed, steps=options.steps),
                finished=not options.unfinished,
            ),
            sound=not options.no_sound,
        )
        for seed in range(options.seeds)
    ]
    return report(endings)


def report(endings: list[Ending]) -> int:
    """Print what was measured; 1 when a bar is missed."""
    n = len(endings)
    strong, tonic = sum(e.strong for e in endings) / n, sum(e.tonic for e in endings) / n
    both = sum(e.strong and e.tonic for e in endings) / n
    rings = [e.ring_s for e in endings]
    print(f"{n} endings")
    print(f"final attack on beat 1 or 3     {strong:6.1%}")
    print(f"final attack is the tonic       {tonic:6.1%}   both {both:.1%}")
    print(f"the dominant sounds before it   {sum(e.dominant_before for e in endings) / n:6.1%}")
    print(f"it rings for                    {min(rings):.2f} .. {max(rings):.2f} s, median {np.median(rings):.2f} s")
    met = both >= SHARE_BAR
    heard = [e.last_dbfs for e in endings if e.last_dbfs is not None]
    if heard:
        exact = sum(bool(e.exact) for e in endings)
        print(f"last millisecond                {max(heard):6.1f} dBFS at most; exact length {exact}/{n}")
        met = met and max(heard) < SILENCE_DBFS and exact == n
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
