"""Time and memory against length: `python -m benchmarks.length [VIDEO] [--minutes 1.25 2.5 5 10] [--steps 24]`.

A clip is repeated, by copying its packets, to films of each length, and each is scored with `diffbgm score` in a
process of its own, without caches. Printed are processor time (what else the machine does does not count) and the
highest resident memory. Linear means that a further second of film costs no
more in a long film than in a short one (within 15 %). The bar for memory is 2 GB for the longest film.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av

from engine.resources import resource_path

MEMORY_BAR = 2 * 2**30
STEEPER_BAR = 1.15
"""So much more may a second of film cost at the longest length than at shorter ones."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took."""

    seconds: float
    cpu_s: float
    peak_bytes: int
    timings_s: dict[str, float]
    notes: int


def repeated(clip: Path, seconds: float, path: Path) -> Path:
    """A film of a length made of a clip, its picture copied again and again."""
    with av.open(str(clip)) as first:
        stream = first.streams.video[0]
        length = max(p.pts + p.duration for p in first.demux(stream) if p.pts is not None and p.duration)
        limit = Fraction(seconds).limit_denominator(1000) / stream.time_base
    with av.open(str(path), "w") as out:
        target = None
        for turn in range(int(-(-limit // length))):
            with av.open(str(clip)) as source:
                stream = source.streams.video[0]
                target = target or out.add_stream_from_template(stream)
                for packet in source.demux(stream):
                    if packet.dts is None or packet.pts + turn * length >= limit:
                        continue
                    packet.pts, packet.dts = packet.pts + turn * length, packet.dts + turn * length
                    packet.stream = target
                    out.mux(packet)
    return path


def scored(video: Path, folder: Path, options: argparse.Namespace) -> Cost:
    """Score a film in a process of its own."""
    manifest = folder / "manifest.json"
    command = [sys.executable, "-m", "engine", "score", str(video), "-o", str(folder / "out.mp4"), "-q"]
    command += ["--seed", "1", "--steps", str(options.steps), "--manifest", str(manifest)]
    command += ["--bundle", options.bundle] if options.bundle else []
    places = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache"), "LOCALAPPDATA": str(folder / "cache")}
    process = subprocess.Popen(command, env=places)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"the run of {video.name} failed")
    told = json.loads(manifest.read_text(encoding="utf-8"))
    length_s = float(told["video"]["duration_s"])
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return Cost(length_s, usage.ru_utime + usage.ru_stime, peak, told["timings_s"], told["music"]["notes"])


def main(argv: list[str] | None = None) -> int:
    """Print the table; exit status 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clip", nargs="?", type=Path, default=resource_path("demo", "demo.mp4"))
    parser.add_argument("--minutes", type=float, nargs="+", default=[1.25, 2.5, 5, 10])
    parser.add_argument("--steps", type=int, default=24)
    parser.add_argument("--bundle")
    options = parser.parse_args(argv)
    costs: list[Cost] = []
    print(f"{'film':>8}{'notes':>8}{'processor':>12}{'per film s':>12}{'memory':>10}   stages on the clock")
    for minutes in sorted(options.minutes):
        with tempfile.TemporaryDirectory() as name:
            video = repeated(options.clip, 60 * minutes, Path(name) / "film.mp4")
            cost = scored(video, Path(name), options)
        stages = ", ".join(f"{stage} {seconds:.0f}" for stage, seconds in cost.timings_s.items() if seconds >= 1)
        print(
            f"{cost.seconds:>6.0f} s{cost.notes:>8}{cost.cpu_s:>10.1f} s{cost.cpu_s / cost.seconds:>12.3f}"
            f"{cost.peak_bytes / 2**20:>7.0f} MB   {stages}",
            flush=True,
        )
        costs.append(cost)
    return report(costs)


def report(costs: list[Cost]) -> int:
    """Judge the costs; 1 when a bar is missed."""
    met = costs[-1].peak_bytes <= MEMORY_BAR
    if len(costs) >= 3:
        slopes = [
            ((b.cpu_s - a.cpu_s) / (b.seconds - a.seconds), (b.peak_bytes - a.peak_bytes) / (b.seconds - a.seconds))
            for a, b in pairwise(costs)
        ]
        told = ", ".join(f"{1000 * cpu:.0f} ms and {memory / 2**20:.2f} MB" for cpu, memory in slopes)
        print(f"what a further second of film costs, from length to length: {told}")
        met = met and slopes[-1][0] <= STEEPER_BAR * max(slope for slope, _ in slopes[:-1])
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
