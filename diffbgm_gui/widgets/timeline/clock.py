"""Times and pictures as the window shows them."""

from __future__ import annotations

from typing import Any

from PySide6.QtGui import QImage


def clock(seconds: float, *, tenths: bool = False) -> str:
    """A time as m:ss or h:mm:ss, with tenths if asked."""
    whole = int(seconds + 1e-6)
    hours, rest = divmod(whole, 3600)
    minutes, secs = divmod(rest, 60)
    text = f"{hours}:{minutes:02d}:{secs:02d}" if hours else f"{minutes}:{secs:02d}"
    return f"{text}.{int((seconds - whole) * 10 + 1e-6)}" if tenths else text


def time_code(seconds: float, frame_rate: float) -> str:
    """A time as m:ss:ff or h:mm:ss:ff, its last part in frames."""
    frames = round(max(0.0, seconds) * frame_rate)
    per_second = max(1, round(frame_rate))
    whole, rest = divmod(frames, per_second)
    return f"{clock(whole)}:{rest:02d}"


def picture_image(picture: Any) -> QImage:
    """A QImage of an RGB uint8 `[h, w, 3]` array; a copy."""
    height, width = picture.shape[:2]
    return QImage(picture.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
