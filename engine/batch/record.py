"""What a batch did, kept as `results.json` in the output folder: the table of results, and the memory of a resume."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Final

from engine.artifacts import content_key
from engine.errors import InputError, OutputError
from engine.runner import GenerationRequest

SCHEMA_VERSION: Final = 1
JSON_NAME: Final = "results.json"
CSV_NAME: Final = "results.csv"
LOCK_NAME: Final = ".batch.lock"
_KIND: Final = "diffbgm batch"

DONE: Final = "done"
KEPT: Final = "kept"
FAILED: Final = "failed"
CANCELLED: Final = "cancelled"
STATUSES: Final = (DONE, KEPT, FAILED, CANCELLED)

_COLUMNS: Final = ("film", "status", "output", "duration_s", "bpm", "notes", "seed", "seconds", "remarks", "source")


@dataclass(frozen=True, slots=True)
class FilmResult:
    """What became of one film.

    Attributes:
        film: name in the table; source: where it lies; place: of its results, without an ending.
        status: "done", "kept" (done by an earlier run), "failed" or "cancelled".
        files: kind -> path below the output folder; sizes: the same with bytes.
        duration_s: of the film; seconds: that the work took.
        bpm, notes, seed: of the music.
        remarks: notes to a film that was done.
        message, hint: of a failure.
        source_key, settings_key: hashes of what was read and asked for.
    """

    film: str
    source: str
    place: str
    status: str
    files: Mapping[str, str] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)
    duration_s: float | None = None
    seconds: float | None = None
    bpm: float | None = None
    notes: int | None = None
    seed: int | None = None
    remarks: tuple[str, ...] = ()
    message: str = ""
    hint: str = ""
    source_key: str = ""
    settings_key: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain data; `from_json` reads it back."""
        return {**asdict(self), "files": dict(self.files), "sizes": dict(self.sizes), "remarks": list(self.remarks)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> FilmResult:
        """Read a result; members that are not known are passed over."""
        known = {item.name for item in fields(cls)}
        values = {name: value for name, value in data.items() if name in known}
        return cls(**values | {"remarks": tuple(values.get("remarks", ()))})


def settings_key(template: GenerationRequest, kind: str, extras: Iterable[str]) -> str:
    """A hash of all that is asked of each film alike."""
    asked = {
        "settings": template.settings.to_json(),
        "direction": template.direction.to_json(),
        "bundle": _contents(None if template.bundle is None else template.bundle / "config.json"),
        "captions": _contents(template.captions),
        "kind": kind,
        "extras": sorted(extras),
    }
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def _contents(path: Path | None) -> str | None:
    if path is None:
        return None
    with suppress(OSError):
        return f"{path} {hashlib.sha256(path.read_bytes()).hexdigest()}"
    return str(path)


def source_key(path: Path) -> str:
    """A hash of a film's content; "" where it cannot be read."""
    with suppress(OSError):
        return content_key(path)
    return ""


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """While the block runs, no other batch may write into a folder. One that was killed does not count.

    Raises:
        InputError: if another batch is at work there.
        OutputError: if the folder cannot be written.
    """
    import psutil

    lock = folder / LOCK_NAME
    me = psutil.Process()
    mine = json.dumps({"pid": me.pid, "since": me.create_time()})
    for _ in range(2):
        try:
            with lock.open("x", encoding="utf-8") as file:
                file.write(mine)
            break
        except FileExistsError:
            if _is_held(lock):
                hint = "Wait for it, or choose another folder with -o."
                raise InputError(f"Another batch is at work in '{folder}'.", hint) from None
            lock.unlink(missing_ok=True)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise OutputError(f"The folder '{folder}' cannot be written: {reason}.", "Choose another.") from error
    try:
        yield
    finally:
        with suppress(OSError):
            lock.unlink(missing_ok=True)


def _is_held(lock: Path) -> bool:
    import psutil

    with suppress(OSError, ValueError, TypeError, KeyError, psutil.Error):
        data = json.loads(lock.read_text(encoding="utf-8"))
        return abs(float(psutil.Process(int(data["pid"])).create_time()) - float(data["since"])) < 1
    return False


class Record:
    """The results in an output folder.

    Args:
        folder: of the results; it is there.

    Raises:
        InputError: if the folder holds another program's `results.json` or `results.csv`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._results: dict[str, FilmResult] = {}
        self._current: list[str] = []
        self._read()

    def _read(self) -> None:
        path = self.folder / JSON_NAME
        hint = "Choose another folder with -o, or move that file away."
        table = self.folder / CSV_NAME
        if not path.exists():
            if table.exists() and not _is_ours(table):
                raise InputError(f"There is a '{CSV_NAME}' in '{self.folder}' that no batch wrote.", hint)
            return
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            version = data["schema_version"] if data["kind"] == _KIND else None
            results = [FilmResult.from_json(row) for row in (*data["files"], *data["earlier"])]
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise InputError(f"The '{JSON_NAME}' in '{self.folder}' is no table of a batch.", hint) from error
        if version != SCHEMA_VERSION:
            raise InputError(f"The '{JSON_NAME}' in '{self.folder}' was written by another version.", hint)
        self._results = {result.source: result for result in results}

    def places(self) -> set[tuple[str, Path]]:
        """(place, film) of all results there are."""
        return {(result.place, Path(result.source)) for result in self._results.values() if result.files}

    def written(self, source: Path) -> frozenset[Path]:
        """Files that earlier runs wrote for a film."""
        result = self._results.get(str(source))
        return frozenset() if result is None else frozenset(self.folder / name for name in result.files.values())

    def finished(self, source: Path, of_source: str, of_settings: str) -> FilmResult | None:
        """The result of a film that needs no work: same content, same settings, all files there as they were left."""
        result = self._results.get(str(source))
        if result is None or result.status not in (DONE, KEPT) or not result.files:
            return None
        if not of_source or (result.source_key, result.settings_key) != (of_source, of_settings):
            return None
        for kind, name in result.files.items():
            size = _size_of(self.folder / name)
            if size is None or size != result.sizes.get(kind, size):
                return None
        return result

    def begin(self, sources: Iterable[Path]) -> None:
        """Say which films this run is about, in order."""
        self._current = [str(source) for source in sources]

    def put(self, result: FilmResult) -> None:
        """Take a result. A failure or cancelling does not make it forget which files an earlier run wrote."""
        before = self._results.get(result.source)
        if before is not None and result.status in (FAILED, CANCELLED) and before.files:
            values = result.to_json() | {"files": dict(before.files), "sizes": {}}
            result = FilmResult.from_json(values)
        self._results[result.source] = result

    def results(self) -> tuple[FilmResult, ...]:
        """Results of this run's films that there are, in order."""
        return tuple(self._results[source] for source in self._current if source in self._results)

    def save(self) -> None:
        """Write both files, each whole or not at all.

        Raises:
            OutputError: if they cannot be written.
        """
        current = set(self._current)
        data = {
            "schema_version": SCHEMA_VERSION,
            "kind": _KIND,
            "files": [result.to_json() for result in self.results()],
            "earlier": [result.to_json() for source, result in self._results.items() if source not in current],
        }
        _write(self.folder / JSON_NAME, json.dumps(data, indent=1, ensure_ascii=False) + "\n")
        _write(self.folder / CSV_NAME, _csv_of(self.results()))


def _is_ours(table: Path) -> bool:
    with suppress(OSError, ValueError), table.open(encoding="utf-8") as file:
        return file.readline().rstrip("\r\n") == ",".join(_COLUMNS)
    return False


def _size_of(path: Path) -> int | None:
    """Bytes of a file, or of all files in a folder; None when it is not there."""
    try:
        if path.is_dir():
            return sum(file.stat().st_size for file in path.iterdir())
        return path.stat().st_size
    except OSError:
        return None


def sizes_of(folder: Path, files: Mapping[str, str]) -> dict[str, int]:
    """Bytes of the files of a film, by kind. A project is left out: it grows when people work on it."""
    sizes = {kind: _size_of(folder / name) for kind, name in files.items() if kind != "project"}
    return {kind: size for kind, size in sizes.items() if size is not None}


def _csv_of(results: Iterable[FilmResult]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for result in results:
        remarks = " ".join(result.remarks) or f"{result.message} {result.hint}".strip()
        output = result.files.get("output", "") if result.status in (DONE, KEPT) else ""
        row = (result.film, result.status, output, result.duration_s, result.bpm, result.notes, result.seed)
        writer.writerow(["" if value is None else value for value in (*row, result.seconds, remarks, result.source)])
    return out.getvalue()


def _write(path: Path, text: str) -> None:
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        aside.write_text(text, encoding="utf-8", newline="")
        aside.replace(path)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise OutputError(f"'{path}' cannot be written: {reason}.", "Free some space, or choose another.") from error
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
