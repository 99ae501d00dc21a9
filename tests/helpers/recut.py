"""Another cut of a video: spans of files, decoded and encoded again one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av


def recut(spans: Sequence[tuple[Path, float, float]], output: Path, *, width: int = 320, crf: str = "23") -> Path:
    """Write `[start, end)` of each file in turn, without sound, at the first file's frame rate."""
    with av.open(str(spans[0][0])) as first:
        rate = Fraction(first.streams.video[0].average_rate or 25)
        height = round(width * first.streams.video[0].height / first.streams.video[0].width / 2) * 2
    with av.open(str(output), "w") as container:
        picture = container.add_stream("libx264", rate=rate, options={"crf": crf, "preset": "ultrafast"})
        picture.width, picture.height, picture.pix_fmt = width, height, "yuv420p"
        count = 0
        for path, start_s, end_s in spans:
            with av.open(str(path)) as source:
                stream = source.streams.video[0]
                first_pts: int | None = None
                for frame in source.decode(stream):
                    if frame.pts is None or frame.time_base is None:
                        continue
                    first_pts = frame.pts if first_pts is None else first_pts
                    at_s = float((frame.pts - first_pts) * frame.time_base)
                    if at_s >= end_s - 1e-6:
                        break
                    if at_s >= start_s - 1e-6:
                        small = frame.reformat(width=width, height=height, format="yuv420p")
                        small.pts, small.time_base = count, 1 / rate
                        small.pict_type = av.video.frame.PictureType.NONE
                        count += 1
                        container.mux(picture.encode(small))
        container.mux(picture.encode())
    return output
