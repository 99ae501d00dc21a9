"""Finding the files of a timeline: where it says, beside it, or in folders that the user names."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from engine.errors import InputError
from engine.wording import Told

_MOST_NAMED: Final = 6
_DRIVE: Final = re.compile(r"^/?[A-Za-z]:[/\\]")
_MOST_FILES: Final = 200_000
_FILMS: Final = frozenset(
    ".mp4 .mov .mkv .webm .avi .mxf .mts .m2ts .ts .mpg .mpeg .m4v .wmv .ogv .flv .3gp .dv".split()
)


def path_of_url(url: str) -> Path:
    """The local path that a timeline means, as a URL or as a plain path, of this system or of Windows."""
    text = url
    if url.startswith("file:"):
        text = unquote(urlsplit(url).path)
    elif "%" in url and not Path(url).exists():
        text = unquote(url)
    if _DRIVE.match(text):
        text = text.lstrip("/")
    return Path(text if os.sep == "\\" else text.replace("\\", "/"))


def url_of(path: Path) -> str:
    """A file as editors name it: an absolute URL."""
    return path.absolute().as_uri()


class Finder:
    """Looks for files once and remembers.

    Args:
        timeline: relative names count from its folder.
        folders: searched with all below them, by name, for what is not where it should be.
    """

    def __init__(self, timeline: Path, folders: Sequence[Path] = ()) -> None:
        self._home = timeline.absolute().parent
        self._folders = [self._home, *folders]
        self._known: dict[str, Path] = {}
        self._names: dict[str, Path] | None = None
        self._timeline = timeline.name

    def find(self, url: str) -> Path:
        """The file that is meant; where it is nowhere, the path that the timeline has."""
        if url not in self._known:
            self._known[url] = self._look(path_of_url(url))
        return self._known[url]

    def _look(self, path: Path) -> Path:
        told = path if path.is_absolute() else self._home / path
        if told.is_file():
            return told
        names = self._listed()
        return names.get(path.name.lower(), told)

    def _listed(self) -> dict[str, Path]:
        """Files of the folders by name, films also without their endings: an EDL knows clips by these."""
        if self._names is None:
            whole: dict[str, Path] = {}
            bare: dict[str, Path] = {}
            for number, folder in enumerate(self._folders):
                files = folder.iterdir() if number == 0 else folder.rglob("*")
                for count, file in enumerate(files):
                    if count > _MOST_FILES:
                        break
                    if file.is_file() and file.name != self._timeline:
                        whole.setdefault(file.name.lower(), file)
                        if file.suffix.lower() in _FILMS:
                            bare.setdefault(file.stem.lower(), file)
            self._names = bare | whole
        return self._names

    def refuse_missing(self, media: Iterable[Path | None]) -> None:
        """Name the files that are not there.

        Raises:
            InputError: if there are any.
        """
        missing = list(dict.fromkeys(path for path in media if path is not None and not path.is_file()))
        if not missing:
            return
        names: str = ", ".join(f"'{path.name}'" for path in missing[:_MOST_NAMED])
        if len(missing) > _MOST_NAMED:
            names = Told("{names} and {n} more", names=names, n=len(missing) - _MOST_NAMED)
        told = {"timeline": self._timeline, "names": names}
        raise InputError(
            Told("A file that '{timeline}' shows is not there: {names}.", **told)
            if len(missing) == 1
            else Told("{n} files that '{timeline}' shows are not there: {names}.", n=len(missing), **told),
            "Name the folder with --media DIR, or the video that the editor rendered with --rendered FILE.",
        )
