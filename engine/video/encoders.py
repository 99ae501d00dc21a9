"""How a picture is encoded anew: as H.264 where an encoder for it works, else as MPEG-4 Visual, which FFmpeg brings.

The encoder of H.264 in most builds of FFmpeg, x264, is under the GPL; builds without it (our own application is one:
docs/packaging.md) still write files that players and editors take.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

import av

_FINEST_MPEG4: Final = 65535
_TRIAL_SIDE: Final = 64


@dataclass(frozen=True, slots=True)
class PictureEncoder:
    """One way to encode a picture.

    Attributes:
        name: FFmpeg's name of the encoder; title: of the format, for people.
        options: for a quality at which no difference is seen.
        finest: largest denominator of a time base that the format holds; None for any.
    """

    name: str
    title: str
    options: MappingProxyType[str, str]
    finest: int | None = None

    def time_base(self, wanted: Fraction) -> Fraction:
        """The time base to encode in: the wanted one, or where the format cannot hold it, a fine one of its own."""
        if self.finest is None or wanted.denominator <= self.finest:
            return wanted
        return Fraction(1, 60_000)  # whole ticks for 24, 25, 30, 50 and 60 frames a second and for 30000/1001


H264: Final = PictureEncoder("libx264", "H.264", MappingProxyType({"crf": "18", "preset": "veryfast"}))
MPEG4: Final = PictureEncoder(
    "mpeg4", "MPEG-4", MappingProxyType({"qmin": "2", "qmax": "3", "b": "80M"}), finest=_FINEST_MPEG4
)


@lru_cache(maxsize=1)
def picture_encoder() -> PictureEncoder:
    """The first encoder that opens on this machine; a name that FFmpeg lists is no promise."""
    return H264 if opens(H264) else MPEG4


def opens(encoder: PictureEncoder) -> bool:
    """Whether an encoder takes a small picture."""
    try:
        context: Any = av.CodecContext.create(encoder.name, "w")
        context.width = context.height = _TRIAL_SIDE
        context.pix_fmt = "yuv420p"
        context.time_base = Fraction(1, 25)
        context.options = dict(encoder.options)
        context.open()
    except (av.FFmpegError, ValueError):
        return False
    return True
