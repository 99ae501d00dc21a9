"""The timeline, and how times and pictures are shown."""

from diffbgm_gui.widgets.timeline.clock import clock, picture_image, time_code
from diffbgm_gui.widgets.timeline.timeline import Timeline

__all__ = ["Timeline", "clock", "picture_image", "time_code"]
