"""The project file: one file that can be moved and mailed, with every take and what made it.

Imported from here: `Project`, `TakeHeader`, `VideoLink`.
"""

from engine.project.link import VideoLink
from engine.project.project import Project
from engine.project.rows import TakeHeader

__all__ = ["Project", "TakeHeader", "VideoLink"]
