"""Locks, on real pieces: `python -m benchmarks.locks VIDEO|FOLDER ... [--regions 200] [--steps 4]`.

Every video is scored with the shipped weights; then random regions (bars, beats, time, shot, voice, pitch band, free
cells, several at once) of these pieces are written anew, in turn. Counted are the re-rolls in which any note that
begins outside the region differs by a single byte, and those that changed nothing inside. Whether locks hold does not
depend on the number of denoising steps, so few are taken. The bar is none.
"""

from __future__ import annotations

import argparse
import random
import sys
from dataclasses import replace
from pathlib import Path

from benchmarks.compose import bundle_of, videos_in
from engine.music.music_plan import MusicPlan
from engine.music.notes import Note
from engine.music.region import Region, Selection, parse_region
from engine.music.take import Take
from engine.revise import reroll
from engine.runner import GenerationRequest, GenerationRunner
from engine.settings import GenerationSettings
from engine.timebase import STEPS_PER_BEAT

KINDS = ("bars", "beats", "time", "shot", "voice", "pitch", "bars,voice", "cells")
SHORTEST_BEATS = 8


def random_region(rng: random.Random, plan: MusicPlan) -> Region:
    """A region of a random kind, as a user would give it."""
    kind = rng.choice(KINDS)
    if kind == "cells":
        n_steps = plan.n_beats * STEPS_PER_BEAT
        cells = ((rng.randrange(3), rng.randrange(n_steps), rng.randint(36, 84)) for _ in range(200))
        return Region(cells=frozenset(cells))
    return parse_region(",".join(f"{name}={_limit(rng, name, plan)}" for name in kind.split(",")), plan)


def _limit(rng: random.Random, name: str, plan: MusicPlan) -> str:
    if name == "voice":
        return "+".join(rng.sample(("melody", "inner", "bass"), rng.randint(1, 2)))
    if name == "pitch":
        low = rng.randint(30, 80)
        return f"{low}:{low + rng.randint(0, 24)}"
    if name == "time":
        start_s = rng.uniform(0, float(plan.duration_s) - 1.5)
        return f"{start_s:.2f}:{rng.uniform(start_s + 1, float(plan.duration_s)):.2f}"
    count = {"bars": -(-plan.n_beats // 4), "beats": plan.n_beats, "shot": len(plan.shots)}[name]
    first = rng.randint(1, count)
    return f"{first}:{rng.randint(first, count)}"


def packed(notes: list[Note]) -> bytes:
    """Notes as bytes."""
    return repr([(n.onset, int(n.voice), n.pitch, n.duration, n.velocity) for n in notes]).encode()


def scored(videos: list[Path], steps: int, bundle: Path | None) -> list[Take]:
    """A take of each video that has some music."""
    runner = GenerationRunner()
    settings = GenerationSettings(seed=1, steps=steps)
    made = (runner.compose(GenerationRequest(video, None, settings=settings, bundle=bundle)).take for video in videos)
    return [take for take in made if take.plan.n_beats >= SHORTEST_BEATS]


def main(argv: list[str] | None = None) -> int:
    """Print the counts; exit status 1 when a locked note changed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("videos", type=Path, nargs="+")
    parser.add_argument("--regions", type=int, default=200)
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--bundle")
    options = parser.parse_args(argv)
    takes = scored(videos_in(options.videos), options.steps, Path(options.bundle) if options.bundle else None)
    bundle = bundle_of(options.bundle)
    rng = random.Random(1)
    broken = unchanged = locked_notes = new_notes = 0
    for number in range(options.regions):
        take = takes[number % len(takes)]
        selection = Selection(tuple(random_region(rng, take.plan) for _ in range(rng.randint(1, 3))))
        child = reroll(bundle, take, selection, seed=number, settings=replace(take.settings, steps=options.steps))
        before = [note for note in take.notes if not selection.holds(note)]
        after = [note for note in child.notes if not selection.holds(note)]
        if packed(before) != packed(after):
            broken += 1
            print(f"{Path(take.plan.info.path).name}: {selection.to_json()}")
        unchanged += child.notes == take.notes
        locked_notes += len(before)
        new_notes += len(set(child.notes) - set(take.notes))
    print(f"{options.regions} regions of {len(takes)} pieces: {broken} with a locked note changed, {unchanged} without")
    print(f"any change; {locked_notes} locked notes compared, {new_notes} notes written anew")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
