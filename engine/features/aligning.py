"""Features of frames and captions to one row a beat, by time.

The published code aligns by index, stretching the list of features over the beats of the song, whatever its tempo does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.music.encoded import Caption, EncodedRows

FloatArray = NDArray[np.float32]


def encoded_rows(
    beat_s: Sequence[float],
    *,
    frames: FloatArray,
    rate_hz: float,
    captions: Sequence[Caption],
    sentences: Mapping[str, FloatArray],
    cuts_s: Sequence[float] = (),
) -> EncodedRows:
    """Rows of the beats that begin at `beat_s[:-1]` and end at `beat_s[1:]`.

    A beat takes the frame that is sampled nearest to its middle in the shot that shows then, and the caption whose
    stretch holds its middle or lies nearest; several sentences of one caption are averaged.

    Args:
        beat_s: seconds from the first frame, increasing, `[T + 1]`.
        frames: f32 `[n, d_1]`, sampled at 0, 1 / rate, 2 / rate, ...
        captions: at least one, in order.
        sentences: the feature f32 `[d_2]` of every sentence.
        cuts_s: where shots begin; a shot without a sampled frame takes the nearest of another.
    """
    edges = np.asarray(beat_s, np.float64)
    middles = (edges[:-1] + edges[1:]) / 2
    times = np.arange(len(frames)) / rate_hz
    shots, shown = (np.searchsorted(np.asarray(cuts_s, np.float64), at, "right") for at in (middles, times))
    away = np.abs(middles[:, None] - times)
    nearest = (away + (shots[:, None] != shown) * (times[-1] + edges[-1] + 1)).argmin(1)
    said = np.stack([np.mean([sentences[text] for text in caption.texts], axis=0) for caption in captions])
    return EncodedRows(
        semantic=said[_covering(middles, captions)].astype(np.float32),
        dynamic=frames[nearest].astype(np.float32),
        captions=tuple(captions),
    )


def _covering(times_s: NDArray[np.float64], captions: Sequence[Caption]) -> NDArray[np.int64]:
    """The caption that holds each time, or the nearest."""
    starts = np.array([caption.start_s for caption in captions])
    ends = np.array([caption.end_s for caption in captions])
    away = np.maximum(starts - times_s[:, None], times_s[:, None] - ends)
    # a time on the border belongs to the later caption: half-open stretches
    away = np.where((starts <= times_s[:, None]) & (times_s[:, None] < ends), -1.0, np.maximum(away, 0.0))
    found: NDArray[np.int64] = away.argmin(1)
    return found
