"""What one decode pass measures of a video, as plain data: written by `engine.video`, read by `engine.features`."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.errors import InputError


@dataclass(frozen=True, slots=True)
class AudioTrack:
    """One audio stream: its index in the file, codec name, sample rate in Hz (0 unknown), channels (0 unknown)."""

    index: int
    codec: str
    sample_rate: int
    channels: int
    decodable: bool = True


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """What a file says of itself, corrected by what was seen.

    Attributes:
        path: absolute path.
        container: FFmpeg's format name, as "mov,mp4,m4a,3gp,3g2,mj2".
        codec: video codec name.
        duration_s: what is shown, from the first frame's time to the end of the last frame; exact.
        start_s: presentation time of the first frame (files seldom start at 0).
        frame_rate: average over the frames seen (claims in the header are not trusted).
        width, height: as shown, after rotation.
        rotation: degrees clockwise that a player turns the picture: 0, 90, 180 or 270.
        is_vfr: whether frame intervals vary by more than a tenth.
        audio: audio tracks in order.
    """

    path: str
    container: str
    codec: str
    duration_s: Fraction
    start_s: Fraction
    frame_rate: Fraction
    width: int
    height: int
    rotation: int
    is_vfr: bool
    audio: tuple[AudioTrack, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class FrameSignals:
    """One value per decoded frame (F frames), from a single pass at reduced size.

    Attributes:
        info: the file.
        pts: int64 `[F]`, presentation stamps, increasing; the time of frame i is `(pts[i] - pts[0]) * time_base` s.
        time_base: seconds per stamp.
        curves: f32 `[F]` each, by name:
            content: PySceneDetect's content score (weighted HSV + edge change against the frame before),
            hue, sat, lum, edges: its components,
            motion: share-of-picture motion magnitude in picture widths per second, camera and objects,
            camera: the part of it that is one translation of the whole picture,
            brightness, saturation, contrast: 0..1,
            colourfulness: Hasler-Suesstrunk, scaled to 0..1,
            warmth: -1 blue .. +1 orange,
            detail: edge density 0..1,
            faces: number of faces as a share (0 when no detector ran),
            flash: 0..1, a brief brightness jump that returns.
            change: 0..1, mean RGB change against the frame before (steady in the dark, where hue is noise),
            lasting: the share of that change that is still there a fifth of a second away, 0 a flash .. 1 a cut,
            gradual: 0..1, how far the picture gets while each frame between is a mixture of both ends (a dissolve).
    """

    info: VideoInfo
    pts: NDArray[np.int64]
    time_base: Fraction
    curves: dict[str, NDArray[np.float32]]

    @property
    def times_s(self) -> NDArray[np.float64]:
        """Frame times in seconds from the first frame, f64 `[F]`."""
        times: NDArray[np.float64] = (self.pts - self.pts[0]).astype(np.float64) * float(self.time_base)
        return times

    def exact_time_s(self, frame: int) -> Fraction:
        """Exact time of a frame from the first one."""
        return int(self.pts[frame] - self.pts[0]) * self.time_base


_BETWEEN_FRAMES: Final = (
    "content", "hue", "sat", "lum", "edges", "motion", "camera", "flash", "change", "lasting", "gradual",
)  # fmt: skip
"""Curves that compare a frame with the one before."""


def trim_signals(
    signals: FrameSignals, range_s: tuple[Fraction, Fraction]
) -> tuple[FrameSignals, tuple[Fraction, Fraction]]:
    """The measurements of a part of a video, as if the file held nothing else, and the part in whole frames.

    Both ends move to the nearest edge of a frame; an end behind the video becomes its end. The first frame has nothing
    before it to differ from.

    Args:
        range_s: [in, out) in seconds from the first frame.

    Raises:
        InputError: if no frame lies between the two.
    """
    info = signals.info
    edges = [*(signals.exact_time_s(i) for i in range(len(signals.pts))), info.duration_s]
    first, last = (_nearest(edges, time_s) for time_s in range_s)
    if not first < last:
        raise InputError(
            "No picture lies between {begin_s:g} s and {end_s:g} s.",
            "The video lasts {duration_s:.2f} s.",
            begin_s=float(range_s[0]),
            end_s=float(range_s[1]),
            duration_s=float(info.duration_s),
        )
    start_s, end_s = edges[first], edges[last]
    curves = {name: curve[first:last].copy() for name, curve in signals.curves.items()}
    for name in set(_BETWEEN_FRAMES) & set(curves):
        curves[name][0] = 0
    part = replace(info, duration_s=end_s - start_s, start_s=info.start_s + start_s)
    return FrameSignals(part, signals.pts[first:last], signals.time_base, curves), (start_s, end_s)


def _nearest(edges: list[Fraction], time_s: Fraction) -> int:
    after = bisect_left(edges, time_s)
    if after == 0 or after == len(edges):
        return min(after, len(edges) - 1)
    return after if edges[after] - time_s <= time_s - edges[after - 1] else after - 1
