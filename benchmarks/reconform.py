"""How much of a piece survives a re-cut: `python -m benchmarks.reconform VIDEO... [--insert OTHER] [--steps N]`.

Each video is scored, one shot of another video is put into its middle, and the take follows. Counted are the notes that
begin outside the new shot and the shots on either side of it, and how many of them are the same, moved along.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from engine.artifacts import AnalysisCache
from engine.music.take import Take
from engine.pipeline import analyse_video
from engine.reconform import Reconform
from engine.resources import resource_path
from engine.runner import GenerationRequest, GenerationRunner
from engine.settings import GenerationSettings
from engine.timebase import STEPS_PER_BEAT
from tests.helpers.recut import recut

BAR = 0.9
INSERTED_S = (3.0, 6.0)


def insert(video: Path, other: Path, at_s: float, end_s: float, folder: Path) -> Path:
    """The video with three seconds of another one at a cut."""
    spans = [(video, 0.0, at_s), (other, *INSERTED_S), (video, at_s, end_s)]
    return recut(spans, folder / f"{video.stem}.mp4")


def unchanged(before: Take, after: Take, first_s: float, last_s: float, at_s: float) -> tuple[int, int]:
    """Notes of the old take that begin outside [first_s, last_s), and how many of them sound on, moved along."""
    shift_s = float(after.plan.duration_s - before.plan.duration_s)
    heard = {(round(_second(after, n.onset), 2), n.voice, n.pitch, n.duration, n.velocity): None for n in after.notes}
    total = same = 0
    for note in before.notes:
        at = _second(before, note.onset)
        if first_s <= at < last_s:
            continue
        total += 1
        moved = at + (shift_s if at >= at_s else 0)
        key = (note.voice, note.pitch, note.duration, note.velocity)
        same += any((round(moved + d, 2), *key) in heard for d in (-0.01, 0.0, 0.01))
    return total, same


def _second(take: Take, step: int) -> float:
    from fractions import Fraction

    return float(take.plan.tempo.seconds(Fraction(step, STEPS_PER_BEAT)))


def measure(runner: GenerationRunner, video: Path, other: Path, *, steps: int, folder: Path) -> tuple[int, int, Take]:
    """Score, re-cut, follow."""
    settings = GenerationSettings(seed=11, steps=steps)
    made = runner.compose(GenerationRequest(video, None, settings=settings))
    shots = made.take.plan.shots
    middle = max(1, len(shots) // 2)
    at_s = float(shots[middle].start_s)
    cut = insert(video, other, at_s, float(made.take.plan.duration_s), folder)
    after = analyse_video(cut, cache=AnalysisCache())
    took = time.monotonic()
    followed = runner.revise(made.take, Reconform(made.known.signals, after, seed=12))
    print(f"{video.name}: {time.monotonic() - took:.1f} s to follow; {'; '.join(followed.details['relaxations'])}")
    before_s, after_s = float(shots[middle - 1].start_s), float(shots[middle].end_s)
    return (*unchanged(made.take, followed, before_s, after_s, at_s), followed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("videos", nargs="+", type=Path)
    parser.add_argument("--insert", type=Path, default=resource_path("demo", "demo.mp4"))
    parser.add_argument("--steps", type=int, default=8)
    args = parser.parse_args()
    runner = GenerationRunner()
    with tempfile.TemporaryDirectory() as folder:
        for video in args.videos:
            total, same, take = measure(runner, video, args.insert, steps=args.steps, folder=Path(folder))
            share = same / max(total, 1)
            verdict = "reached" if share > BAR else "not reached"
            bars = f"{take.details['kept_bars']} of {take.details['bars']} bars kept"
            print(f"  {same} of {total} notes outside unchanged: {share:.3f} against {BAR} ({verdict}); {bars}")


if __name__ == "__main__":
    main()
