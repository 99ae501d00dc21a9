"""What an editor keeps of the takes: files, hits, tempo. Plain data, stored with the editor's own project."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from .faults import Fault
from .times import Bars
from .wav import cut_wav

FORMAT = 1


@dataclass(frozen=True)
class Hit:
    """A moment that the music lands on: seconds of the picture, place in the music, how far off in milliseconds."""

    time_s: float
    label: str
    bar: int
    beat: int
    error_ms: float
    starred: bool

    @classmethod
    def of_manifest(cls, row: Mapping[str, Any]) -> Hit:
        """Read one of a manifest."""
        label = str(row.get("label") or row["kind"])
        return cls(
            float(row["time_s"]), label, int(row["bar"]), int(row["beat"]), float(row["error_ms"]), bool(row["starred"])
        )


@dataclass(frozen=True)
class TakeFiles:
    """One take.

    Attributes:
        id: in the engine's project; name: as shown.
        files: part -> file name in the folder of the music; "mix" is all of it.
        hits, bars: as the manifest tells them. changed_bars: first and last bar of a re-roll.
    """

    id: str
    name: str
    seed: int
    files: Mapping[str, str]
    hits: tuple[Hit, ...]
    bars: Bars
    changed_bars: tuple[int, int] | None = None


@dataclass(frozen=True)
class MusicRecord:
    """The music of one place in a timeline.

    Attributes:
        id: names the strips that belong together.
        project: the engine's project file; folder: of the sound files. Both as the editor writes paths.
        origin_s: the second of the picture at which the strips begin; duration_s: their length; exact, as "n/d".
        scope: what was scored; picture: the video that was scored.
        keep: names of the strips that it was made for; empty for all of a scene or timeline.
        takes: all of them; current: id of the one that plays.
        shown: the parts that have strips: ("mix",), or the stems.
        markers: (name, frame) of the markers that were set.
    """

    id: str
    project: str
    folder: str
    origin_s: str
    duration_s: str
    scope: str
    picture: str
    takes: tuple[TakeFiles, ...]
    current: str
    shown: tuple[str, ...] = ("mix",)
    markers: tuple[tuple[str, int], ...] = ()
    keep: tuple[str, ...] = ()
    format: int = field(default=FORMAT)

    def take(self, take_id: str | None = None) -> TakeFiles:
        """A take by its id, or the current one.

        Raises:
            Fault: if there is none.
        """
        wanted = self.current if take_id is None else take_id
        for take in self.takes:
            if take.id == wanted:
                return take
        raise Fault("This take is not there any more.", "Choose another one.")

    def with_takes(self, takes: Iterable[TakeFiles]) -> MusicRecord:
        """With further takes, the first of which plays."""
        new = tuple(takes)
        return replace(self, takes=(*self.takes, *new), current=new[0].id)

    def to_text(self) -> str:
        """As text."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_text(cls, text: str) -> MusicRecord:
        """Read what `to_text` wrote.

        Raises:
            Fault: if it cannot be read.
        """
        try:
            data = json.loads(text)
            data["takes"] = tuple(_read_take(take) for take in data["takes"])
            data["shown"], data["keep"] = tuple(data["shown"]), tuple(data["keep"])
            data["markers"] = tuple((str(name), int(frame)) for name, frame in data["markers"])
            record = cls(**data)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Fault("What this strip knows of its music cannot be read.", "Score the picture again.") from error
        if record.format > FORMAT:
            raise Fault("This music was made by a newer version of the add-on.", "Update the add-on.")
        return record


def _read_take(data: dict[str, Any]) -> TakeFiles:
    bars = data["bars"]
    changed = data["changed_bars"]
    return TakeFiles(
        id=data["id"],
        name=data["name"],
        seed=data["seed"],
        files=dict(data["files"]),
        hits=tuple(Hit(**hit) for hit in data["hits"]),
        bars=Bars(tuple((float(a), float(b)) for a, b in bars["tempo"]), bars["n_beats"]),
        changed_bars=None if changed is None else (changed[0], changed[1]),
    )


@dataclass(frozen=True)
class Made:
    """One take as a command answered: its files lie in a scratch folder."""

    id: str
    name: str
    seed: int
    wav: Path
    stems: Path | None
    manifest: Mapping[str, Any]
    changed_bars: tuple[int, int] | None = None


def made_by_score(answer: Mapping[str, Any]) -> list[Made]:
    """The takes of `score`."""
    return [
        Made(
            id=str(take["take"]),
            name=str(take["name"]),
            seed=int(take["seed"]),
            wav=Path(take["output"]),
            stems=_folder(take.get("stems")),
            manifest=take["manifest"],
        )
        for take in answer["takes"]
    ]


def made_by_revision(answer: Mapping[str, Any], changed_bars: tuple[int, int] | None = None) -> Made:
    """The take of `reroll`, `reconform` or `export`, whose manifest is a file."""
    take = answer["take"]
    try:
        manifest = json.loads(Path(answer["manifest"]).read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError) as error:
        raise Fault("The engine wrote no manifest that can be read.") from error
    return Made(
        id=str(take["id"]),
        name=str(take["name"]),
        seed=int(take["details"].get("seed", manifest["seed"])),
        wav=Path(answer["output"]),
        stems=_folder(answer.get("stems")),
        manifest=manifest,
        changed_bars=changed_bars,
    )


def _folder(text: Any) -> Path | None:
    return Path(text) if text else None


def settle(made: Made, folder: Path, stem: str, origin_s: Fraction, duration_s: Fraction) -> TakeFiles:
    """Bring a take's files to where they stay, cut to the stretch that was scored.

    Args:
        folder: of the music; made where it is missing.
        stem: how the files' names begin.

    Raises:
        Fault: if a file cannot be written.
    """
    sounds = {"mix": made.wav}
    if made.stems is not None:
        sounds.update((path.stem, path) for path in sorted(made.stems.glob("*.wav")))
    files: dict[str, str] = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for part, path in sounds.items():
            name = f"{stem} {made.name}.wav" if part == "mix" else f"{stem} {made.name} {part}.wav"
            target = free_name(folder, safe_name(name))
            cut_wav(path, target, origin_s, duration_s)
            files[part] = target.name
    except OSError as error:
        raise Fault(f"'{folder}' cannot be written: {(error.strerror or str(error)).lower()}.") from error
    hits = tuple(Hit.of_manifest(row) for row in made.manifest["hits"])
    return TakeFiles(made.id, made.name, made.seed, files, hits, Bars.of_manifest(made.manifest), made.changed_bars)


def safe_name(name: str) -> str:
    """A name that every file system takes."""
    kept = "".join(letter if letter.isprintable() and letter not in '<>:"/\\|?*' else "_" for letter in name)
    return kept.strip(" .") or "_"


def free_name(folder: Path, name: str) -> Path:
    """A path in a folder that nothing has yet: "a.wav", "a (2).wav", ..."""
    path = folder / name
    number = 2
    while path.exists():
        path = folder / f"{Path(name).stem} ({number}){Path(name).suffix}"
        number += 1
    return path


def scratch_in(folder: Path) -> Path:
    """A fresh folder for one job, which vanishes with it.

    Raises:
        Fault: if it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = free_name(folder, ".working")
        path.mkdir()
    except OSError as error:
        raise Fault(f"'{folder}' cannot be written: {(error.strerror or str(error)).lower()}.") from error
    return path
