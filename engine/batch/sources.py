"""Which films a batch takes, and the name that the results of each get."""

from __future__ import annotations

import os
import sys
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Final

from engine.errors import InputError

FILM_SUFFIXES: Final = frozenset(
    ".3g2 .3gp .asf .avi .divx .dv .f4v .flv .gif .ivf .m1v .m2t .m2ts .m2v .m4v .mj2 .mjpeg .mjpg .mkv .mov .mp4 .mpe "
    ".mpeg .mpg .mpv .mts .mxf .nut .ogg .ogm .ogv .qt .rm .rmvb .ts .vob .webm .wm .wmv .y4m".split()
)
"""Endings by which a film is known in a folder."""

LIST_SUFFIXES: Final = frozenset({".txt", ".lst", ".list", ".m3u", ".m3u8"})
STDIN: Final = "-"


@dataclass(frozen=True, slots=True)
class Film:
    """One film of a batch.

    Attributes:
        path: where it lies; it may turn out not to be there.
        place: of its results below the output folder, without an ending, with forward slashes.
    """

    path: Path
    place: str

    @property
    def name(self) -> str:
        """The name that the table shows: the place with the film's own ending."""
        folder = PurePosixPath(self.place).parent
        return str(folder / self.path.name)


@dataclass(frozen=True, slots=True)
class Gathered:
    """The films, in order, and the files of the folders that are none by their names."""

    films: tuple[Film, ...]
    left_out: tuple[Path, ...]


def gather(
    texts: Sequence[str], output: Path, *, every_file: bool = False, taken: Collection[tuple[str, Path]] = ()
) -> Gathered:
    """Find the films that folders, lists and names stand for.

    Folders are searched with all that is in them, but for hidden files and the output folder. A list holds one path a
    line, relative to the list's folder; empty lines and lines that begin with # are passed over.

    Args:
        output: folder of the results.
        every_file: whether to take every file of a folder, whatever its name ends in.
        taken: (place, film) of earlier results in that folder; another film does not get such a place.

    Raises:
        InputError: for a list that cannot be read, a missing folder, no film at all, or results among the films.
    """
    found: list[Film] = []
    left_out: list[Path] = []
    for text in texts:
        root, paths = _named_by(text, alone=len(texts) == 1)
        for path in paths:
            if path.is_dir():
                inside = sorted(_files_below(path, output))
                kept = [file for file in inside if every_file or file.suffix.lower() in FILM_SUFFIXES]
                left_out += [file for file in inside if file not in set(kept)]
                found += [Film(file, _place_of(file, root or path)) for file in kept]
            else:
                found.append(Film(path, _place_of(path, root or path.parent)))
    films = tuple({film.path: film for film in reversed(found)}.values())[::-1]
    if not films:
        names = ", ".join(texts)
        raise InputError(f"There is no film in: {names}.", "Name a folder with films, a list of films, or films.")
    return Gathered(apart(films, taken), tuple(left_out))


def _named_by(text: str, *, alone: bool) -> tuple[Path | None, list[Path]]:
    """What an argument stands for: the folder that places count from (None: each its own), and the paths."""
    if text == STDIN:
        return _listed(sys.stdin.read(), Path.cwd())
    path = Path(text).absolute()
    if path.is_dir():
        return (path if alone else path.parent), [path]
    if path.suffix.lower() in LIST_SUFFIXES:
        return _listed(_text_of(path), path.parent)
    if not path.exists() and not path.suffix:
        raise InputError(f"There is no folder '{path}'.", "Check the name; quote it if it holds spaces.")
    return path.parent, [path]


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"The list '{path}' cannot be read: {reason}.", "Check the name.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"The list '{path.name}' is not text.", "Write one path a line, in UTF-8.") from error


def _listed(text: str, folder: Path) -> tuple[Path | None, list[Path]]:
    lines = [line.strip() for line in text.splitlines()]
    paths = [Path(os.path.normpath(folder / line)) for line in lines if line and not line.startswith("#")]
    if not paths:
        return None, []
    try:
        return Path(os.path.commonpath([path if path.is_dir() else path.parent for path in paths])), paths
    except ValueError:  # on several drives
        return None, paths


def _files_below(folder: Path, output: Path) -> Iterable[Path]:
    if folder.resolve() == output.resolve():
        raise InputError(f"The results would lie among the films in '{folder}'.", "Choose another folder with -o.")
    for parent, folders, names in os.walk(folder):
        here = Path(parent)
        folders[:] = [name for name in folders if not name.startswith(".") and not _same(here / name, output)]
        yield from (here / name for name in names if not name.startswith("."))


def _same(a: Path, b: Path) -> bool:
    return a.resolve() == b.resolve()


def _place_of(file: Path, root: Path) -> str:
    return file.relative_to(root).with_suffix("").as_posix()


def apart(films: Sequence[Film], taken: Collection[tuple[str, Path]] = ()) -> tuple[Film, ...]:
    """Places that are unlike each other on every file system. Films of one name keep their endings in it.

    Args:
        taken: (place, film) of earlier results; another film does not get such a place.
    """
    counts = Counter(_key(film.place) for film in films)
    others = {_key(place): path for place, path in taken}
    used: set[str] = set()
    placed = []
    for film in films:
        folder = PurePosixPath(film.place).parent
        wished = [film.place] if counts[_key(film.place)] == 1 else []
        wished.append(str(folder / film.path.name))
        wished += [str(folder / f"{film.path.name} ({number})") for number in range(2, len(films) + len(others) + 3)]
        place = next(
            place
            for place in wished
            if _key(place) not in used
            and others.get(_key(place), film.path) == film.path
            and (place == film.place or _key(place) not in counts)
        )
        used.add(_key(place))
        placed.append(replace(film, place=place))
    return tuple(placed)


def _key(place: str) -> str:
    return unicodedata.normalize("NFC", place).casefold()
