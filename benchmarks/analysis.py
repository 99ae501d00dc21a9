"""How long analysing a video takes, against decoding it alone: `python -m benchmarks.analysis [VIDEO]`.

Without a file a 60 s clip of 1280 x 720 at 24 frames a second is made (H.264). Both are measured in turn in one run,
and the quickest of each counts. The bar is a ratio of 2.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import av
import cv2
import numpy as np

from engine.video.analyse import analyse
from engine.video.shots import detect_shots

BAR = 2.0
WIDTH, HEIGHT, RATE = 1280, 720, 24


def write_clip(path: Path, seconds: float) -> None:
    """Write a clip whose textures pan, zoom and cut every four seconds, so that its decoding costs what films cost."""
    noise = np.random.default_rng(1)
    textures = [_texture(noise) for _ in range(4)]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE, options={"preset": "veryfast", "crf": "27"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for i in range(round(seconds * RATE)):
            shot, at = divmod(i, 4 * RATE)
            texture = textures[shot % len(textures)]
            zoom = 1 + 0.002 * at * (shot % 2)
            turn = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), 0.02 * at, zoom)
            turn[:, 2] -= (3.0 * at * (shot % 3), 0.5 * at)
            picture = cv2.warpAffine(texture, turn, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT)
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def _texture(noise: np.random.Generator) -> np.ndarray:
    """A picture with detail of several sizes, uint8 `[h, w, 3]`."""
    total = np.zeros((HEIGHT, WIDTH, 3), np.float32)
    for cells, weight in ((6, 1.0), (24, 0.5), (96, 0.25), (360, 0.12)):
        coarse = noise.random((cells, cells, 3), np.float32)
        total += weight * cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    return (255 * (total - total.min()) / (total.max() - total.min())).astype(np.uint8)


def decode_alone(path: Path) -> int:
    """Decode every frame, as PyAV does it by default with threads, and count them."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        return sum(1 for _ in container.decode(stream))


def timed(call: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the clock and seconds of processor time."""
    wall, cpu = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - wall, time.process_time() - cpu


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("video", nargs="?", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0, help="length of the clip that is made")
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        path = options.video
        if path is None:
            path = Path(folder) / "clip.mp4"
            write_clip(path, options.seconds)
        n_frames = decode_alone(path)
        bare, whole = [], []
        for _ in range(options.repeat):
            bare.append(timed(lambda: decode_alone(path)))
            whole.append(timed(lambda: analyse(path)))
        signals = analyse(path)
    shots_s = min(timed(lambda: detect_shots(signals))[0] for _ in range(5))
    ratio = min(w for w, _ in whole) / min(w for w, _ in bare)
    print(f"frames            {n_frames}, {float(signals.info.duration_s):.1f} s of video")
    for name, rows in (("decode alone", bare), ("analysis", whole)):
        wall, cpu = (min(row[i] for row in rows) for i in (0, 1))
        times = float(signals.info.duration_s) / wall
        print(f"{name:<17} {wall:.2f} s ({cpu:.2f} s of processor), {n_frames / wall:.0f} frames/s, {times:.0f} x")
    ratio_cpu = min(c for _, c in whole) / min(c for _, c in bare)
    print(f"ratio             {ratio:.2f} (bar {BAR:g}); of processor time {ratio_cpu:.2f}")
    print(f"shot detection    {1000 * shots_s:.1f} ms")
    return 0 if ratio <= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
