"""Frame rates and timecodes, exactly: files name rates as decimals, timecodes count frames."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

STANDARD: Final = (
    *(Fraction(n * 1000, 1001) for n in (24, 30, 48, 60, 120)),
    *(Fraction(n) for n in (24, 25, 30, 48, 50, 60, 100, 120)),
)
_SAME: Final = 2.5e-4
_TIMECODE: Final = re.compile(r"(\d\d):(\d\d):(\d\d)([:;.,])(\d\d+)$")


def exact_rate(rate: float | Fraction) -> Fraction:
    """The rate that a decimal such as 29.97 or 23.976 stands for.

    Raises:
        ValueError: if it is no rate.
    """
    if not 1 <= rate <= 1000:
        raise ValueError(f"{rate} is no frame rate")
    whole = max(1, round(float(rate)))
    for candidate in (Fraction(whole), Fraction(round(float(rate) * 1.001) * 1000, 1001)):
        if abs(float(rate) / float(candidate) - 1) < _SAME:
            return candidate
    return Fraction(rate).limit_denominator(1000)


def timeline_rate(rate: Fraction) -> Fraction:
    """The rate of a timeline for a video of any rate: its own where it is a usual one, else the nearest usual one."""
    return min(STANDARD, key=lambda standard: abs(float(standard) / float(rate) - 1)) if rate > 0 else Fraction(25)


def counting_rate(rate: Fraction) -> int:
    """Frames that a second of timecode counts: 30 at 29.97."""
    return round(rate)


def can_drop(rate: Fraction) -> bool:
    """Whether drop-frame timecode exists at this rate."""
    return rate.denominator == 1001 and counting_rate(rate) % 30 == 0


def timecode(frame: int, rate: Fraction, *, drop: bool = False) -> str:
    """ "01:00:00:00" of a frame number; "01:00:00;00" where numbers are dropped (SMPTE 12M)."""
    fps = counting_rate(rate)
    if drop:
        per_ten, dropped = 600 * fps - 9 * (fps // 15), fps // 15
        tens, rest = divmod(frame, per_ten)
        frame += 9 * dropped * tens
        if rest >= dropped:
            frame += dropped * ((rest - dropped) // (60 * fps - dropped))
    seconds, frames = divmod(frame, fps)
    digits = 2 if fps <= 100 else 3
    sign = ";" if drop else ":"
    return f"{seconds // 3600 % 24:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{sign}{frames:0{digits}d}"


def frame_of_timecode(text: str, rate: Fraction) -> int:
    """The frame number that a timecode names; ";" or "," before the frames says that numbers are dropped.

    Raises:
        ValueError: if it is no timecode.
    """
    match = _TIMECODE.match(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no timecode")
    hours, minutes, seconds, sign, frames = match.groups()
    fps = counting_rate(rate)
    total_minutes = 60 * int(hours) + int(minutes)
    frame = (60 * total_minutes + int(seconds)) * fps + int(frames)
    if sign in ";," and can_drop(rate):
        frame -= fps // 15 * (total_minutes - total_minutes // 10)
    return frame
