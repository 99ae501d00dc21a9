"""The video of a project: how it is known again when it, or the project, has moved."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from engine.artifacts import ANALYSIS_VERSION, content_key
from engine.errors import InputError
from engine.project.codec import Damaged
from engine.signals import VideoInfo

LINK_COLUMNS: Final = "name, path, relative, size_bytes, content_key, analysis_version, duration_s"


@dataclass(frozen=True, slots=True)
class VideoLink:
    """Where the video was, and what it is.

    Attributes:
        name: of the file.
        path: absolute, as last seen; perhaps of another machine.
        relative: from the project's folder, with forward slashes; None where there is no such way.
        size_bytes, content_key: of the file; the key as version `analysis_version` makes it.
        duration_s: of the picture.
    """

    name: str
    path: str
    relative: str | None
    size_bytes: int
    content_key: str
    analysis_version: int
    duration_s: Fraction

    @classmethod
    def of(cls, video: Path, info: VideoInfo, project: Path) -> VideoLink:
        """The link from a project file to a video that is there.

        Raises:
            InputError: if the video cannot be read.
        """
        video = video.absolute()
        try:
            size, key = video.stat().st_size, content_key(video)
        except OSError as error:
            raise InputError("The video '{video}' cannot be read.", "Check the name.", video=video) from error
        way = relative_way(video, project)
        return cls(video.name, str(video), way, size, key, ANALYSIS_VERSION, info.duration_s)

    def to_row(self) -> tuple[str | int | None, ...]:
        """As `LINK_COLUMNS` name it."""
        known = (self.size_bytes, self.content_key, self.analysis_version)
        return (self.name, self.path, self.relative, *known, str(self.duration_s))

    def moved(self, video: Path, project: Path) -> VideoLink:
        """The same video in another place."""
        video = video.absolute()
        return replace(self, name=video.name, path=str(video), relative=relative_way(video, project))

    def candidates(self, project: Path) -> tuple[Path, ...]:
        """Where the video may be, the likeliest first: where it lies from here (project and video move together),
        where it was, beside the project."""
        folder = project.absolute().parent
        places = [] if self.relative is None else [folder / self.relative]
        places += [Path(self.path), folder / self.name]
        return tuple(dict.fromkeys(Path(os.path.normpath(place)) for place in places if place.is_absolute()))

    def is_content_of(self, video: Path) -> bool:
        """Whether a file is this video, whatever its name."""
        try:
            same_size = video.stat().st_size == self.size_bytes
            return same_size and content_key(video, version=self.analysis_version) == self.content_key
        except OSError:
            return False

    def find(self, project: Path) -> Path:
        """The video, where it is now.

        Raises:
            InputError: if it is in none of the likely places, or another video has taken its place.
        """
        there = [place for place in self.candidates(project) if place.is_file()]
        for place in there:
            if self.is_content_of(place):
                return place
        if there:
            raise InputError(
                "The video '{path}' is not the one that this project was made for: it has changed.",
                "Take the changed edit in with `diffbgm reconform`, or name the original with --video.",
                path=there[0],
            )
        raise InputError(
            "The video '{name}' of this project is not where it was ({path}), nor beside the project.",
            "Put it beside the project file, or name it with --video.",
            name=self.name,
            path=self.path,
        )


def link_from(row: tuple[Any, ...]) -> VideoLink:
    """A link from a row of `LINK_COLUMNS`.

    Raises:
        Damaged: if it is none.
    """
    name, path, relative, size_bytes, key, version, duration_s = row
    try:
        return VideoLink(name, path, relative, size_bytes, key, version, Fraction(duration_s))
    except (ValueError, ZeroDivisionError) as error:
        raise Damaged("the duration of the video") from error


def relative_way(video: Path, project: Path) -> str | None:
    """The way from a project's folder to a video, with forward slashes; None across drives."""
    try:
        return Path(os.path.relpath(video.absolute(), project.absolute().parent)).as_posix()
    except ValueError:
        return None
