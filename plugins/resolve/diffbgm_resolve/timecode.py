"""Resolve's words for frame rates and timecodes."""

from __future__ import annotations

import re
from fractions import Fraction

from ...blender.diffbgm_studio.client.faults import Fault

_NTSC = {"23.976": 24, "23.98": 24, "29.97": 30, "47.952": 48, "47.95": 48, "59.94": 60, "95.904": 96, "119.88": 120}


def rate_of_setting(value: object) -> Fraction:
    """The exact frame rate that the setting `timelineFrameRate` means: 24, 23.976, "29.97 DF", ...

    Raises:
        Fault: if it is none.
    """
    text = str(value).replace("DF", "").strip()
    try:
        number = f"{float(text):g}"
    except ValueError:
        raise Fault(f"The timeline's frame rate '{value}' cannot be read.") from None
    if number in _NTSC:
        return Fraction(_NTSC[number] * 1000, 1001)
    rate = Fraction(number)
    if rate <= 0:
        raise Fault(f"The timeline's frame rate '{value}' cannot be read.")
    return rate


def frame_of_timecode(text: str, rate: Fraction) -> int:
    """The frame that a timecode counts; with ";" before the frames, drop-frame.

    Raises:
        Fault: if it is no timecode.
    """
    found = re.fullmatch(r"\s*(\d+):(\d\d):(\d\d)([:;.,])(\d\d+)\s*", text or "")
    if found is None:
        raise Fault(f"The timecode '{text}' cannot be read.")
    hours, minutes, seconds, frames = (int(found[index]) for index in (1, 2, 3, 5))
    nominal = round(rate)
    total = ((hours * 60 + minutes) * 60 + seconds) * nominal + frames
    if found[4] == ";":
        all_minutes = hours * 60 + minutes
        total -= (2 * nominal // 30) * (all_minutes - all_minutes // 10)
    return total
