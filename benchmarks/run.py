"""Stage timings of a whole run on a 60 s, 720p video: `python -m benchmarks.run [VIDEO]`.

Without a file the clip of `benchmarks.analysis` is made. The run starts in a fresh process, as a user's does, so
imports and loading count. The bar is half of real time on two cores with 24 steps.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.analysis import write_clip

BAR = 0.5
SECONDS = 60.0


def timed_run(video: Path, folder: Path) -> tuple[float, dict[str, float], float]:
    """Wall seconds of a whole `diffbgm score`, its stages, and the length of the video."""
    manifest = folder / "manifest.json"
    command = [sys.executable, "-m", "engine", "score", str(video), "-o", str(folder / "scored.mp4")]
    command += ["--manifest", str(manifest), "--seed", "1", "-q"]
    began = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    seconds = time.monotonic() - began
    data = json.loads(manifest.read_text())
    return seconds, data["timings_s"], data["video"]["duration_s"]


def main() -> int:
    """Print the table; exit status 1 when the bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("video", type=Path, nargs="?")
    video = parser.parse_args().video
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if video is None:
            video = folder / "clip.mp4"
            write_clip(video, SECONDS)
        seconds, stages, duration_s = timed_run(video, folder)
    for stage, spent in stages.items():
        print(f"{stage:<12}{spent:>8.2f} s")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{'all':<12}{seconds:>8.2f} s   {seconds / duration_s:.2f} x real time   peak memory {peak:.0f} MiB")
    return 0 if seconds <= BAR * duration_s else 1


if __name__ == "__main__":
    sys.exit(main())
