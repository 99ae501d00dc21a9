"""What an export writes: kinds of files, their names, the jobs for the engine. No Qt in it.

Another kind of file is one more entry of `KINDS`: its key is the field of `engine.outputs.Outputs` that asks for it.
A timeline brings the music's WAV along, which it names, unless it names stems.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from diffbgm_gui.document import Document, TakeEntry
from engine.interchange.export import SUFFIXES, TimelineFile
from engine.music.take import Take

VIDEO: Final = "video"
TIMELINE: Final = "timelines"
SOUND_FIELDS: Final = (
    "original_audio", "original_gain_db", "music_gain_db", "duck", "duck_db", "loudness_lufs", "true_peak_db",
    "fade_in_s", "fade_out_s",
)  # fmt: skip
"""Settings of the document that an export takes over, whatever a take was composed with."""
PICTURE_SUFFIX: Final = ".picture.mp4"
"""How the engine's `engine.video.assembly` names pictures, which must not be loaded for a name."""
_UNSAFE: Final = re.compile(r'[\x00-\x1f<>:"/\\|?*]')
_LONGEST_NAME: Final = 120


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file.

    Attributes:
        key: the field of `engine.outputs.Outputs`; `VIDEO` stands for the film with its music.
        suffix: of its name; a folder where there is none. Those of `VIDEO` and `TIMELINE` are chosen apart.
        ending: what its name has besides, as " stems".
        is_sound: whether what is chosen about loudness and fades acts on it.
    """

    key: str
    suffix: str
    ending: str = ""
    is_sound: bool = True


KINDS: Final = (
    Kind(VIDEO, ""),
    Kind("wav", ".wav"),
    Kind("midi", ".mid", is_sound=False),
    Kind("stems", "", " stems"),
    Kind(TIMELINE, ""),
    Kind("manifest", ".json", is_sound=False),
)
_LEADS: Final = ("wav", "midi")
"""Which of the other kinds is the main output where there is no film, the first that is chosen."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user asks for.

    Attributes:
        kinds: keys of `KINDS`.
        container: suffix of the film, as ".mp4".
        timeline: suffix of the timeline, one of `engine.interchange.export.SUFFIXES`.
        takes: ids, in the order of the wall.
        folder, name: where, and what the names begin with.
        part_s: [in, out) of the film, in seconds; None for all of it.
    """

    kinds: frozenset[str]
    container: str
    takes: tuple[str, ...]
    folder: Path
    name: str
    timeline: str = ".otio"
    part_s: tuple[Fraction, Fraction] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """One take and what is written of it, by the fields of `engine.outputs.Outputs`. `told`: files that the user asked
    for."""

    take: Take
    files: Mapping[str, Any]
    told: tuple[Path, ...] = field(default=())


def safe_name(text: str) -> str:
    """A text that every system takes for the name of a file."""
    return _UNSAFE.sub("_", " ".join(text.split()))[:_LONGEST_NAME].strip(" .")


def film_stem(video: Path) -> str:
    """What a film is called, without its suffix; a picture that was put together is called as its timeline."""
    name = video.name.removesuffix(PICTURE_SUFFIX)
    return video.stem if name == video.name else name.rpartition(".")[0] or name


def proposed_name(document: Document) -> str:
    """What files of a document are called."""
    return "" if document.video is None else safe_name(f"{film_stem(document.video)}-music")


def sound_of(document: Document) -> dict[str, Any]:
    """The settings of the document that act on how a take is delivered."""
    return {name: getattr(document.settings, name) for name in SOUND_FIELDS}


def jobs_of(wish: Wish, document: Document, *, scratch: Path) -> tuple[Job, ...]:
    """One job a take. `scratch` takes an output that nobody asked for, as the notes beside stems."""
    entries = [entry for entry in (document.entry(take_id) for take_id in wish.takes) if entry is not None]
    names = _names(wish.name, entries)
    return tuple(_job(wish, entry.take, name, scratch) for entry, name in zip(entries, names, strict=True))


def files_of(wish: Wish, document: Document) -> tuple[Path, ...]:
    """All files and folders that a wish would write."""
    return tuple(path for job in jobs_of(wish, document, scratch=wish.folder) for path in job.told)


def _names(base: str, entries: Sequence[TakeEntry]) -> list[str]:
    """The names of takes' files: the take's own name only where there are several."""
    base = safe_name(base)
    if len(entries) == 1:
        return [base]
    names: list[str] = []
    for entry in entries:
        name = wanted = safe_name(f"{base} - {entry.name}")
        number = 2
        while name.casefold() in {other.casefold() for other in names}:
            name, number = f"{wanted} ({number})", number + 1
        names.append(name)
    return names


def _job(wish: Wish, take: Take, name: str, scratch: Path) -> Job:
    paths = dict(_paths(wish, name))
    lead = next((key for key in (VIDEO, *_LEADS) if key in paths), None)
    main = paths[lead] if lead is not None else scratch / f"{name}.mid"
    files: dict[str, Any] = {"output": main, **{key: path for key, path in paths.items() if key != lead}}
    if wish.part_s is not None:
        files["part_s"] = wish.part_s
    if TIMELINE in files:
        files[TIMELINE] = (TimelineFile(SUFFIXES[wish.timeline], files[TIMELINE]),)
    return Job(take, files, tuple(paths.values()))


def _paths(wish: Wish, name: str) -> Iterator[tuple[str, Path]]:
    kinds = wish.kinds | {"wav"} if TIMELINE in wish.kinds and "stems" not in wish.kinds else wish.kinds
    suffixes = {VIDEO: wish.container, TIMELINE: wish.timeline}
    for kind in KINDS:
        if kind.key in kinds:
            suffix = suffixes.get(kind.key, kind.suffix)
            yield kind.key, wish.folder / f"{name}{kind.ending}{suffix}"
