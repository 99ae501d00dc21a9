"""The file beneath a project: SQLite with our mark and version, how it is opened, and what its failures mean.

A transaction is whole or not there, whatever ends the program: SQLite's rollback journal undoes what was half written
when the file is next opened. Nothing is written before a commit, the journal is gone when the file is closed, and one
program at a time holds it.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

from engine.errors import EngineError, InputError, OutputError
from engine.wording import reason_of

SUFFIX: Final = ".dbgm"
APPLICATION_ID: Final = int.from_bytes(b"DBGM", "big")
SCHEMA_VERSION: Final = 1
_WAIT_S: Final = 1.0

_TABLES: Final = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE video (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    name TEXT NOT NULL, path TEXT NOT NULL, relative TEXT, size_bytes INTEGER NOT NULL,
    content_key TEXT NOT NULL, analysis_version INTEGER NOT NULL, duration_s TEXT NOT NULL
);
CREATE TABLE signals (
    id INTEGER PRIMARY KEY CHECK (id = 1), analysis_version INTEGER NOT NULL, content BLOB NOT NULL
);
CREATE TABLE edits (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE takes (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, origin TEXT NOT NULL, parent TEXT, starred INTEGER NOT NULL,
    created_s REAL NOT NULL, model TEXT NOT NULL, n_notes INTEGER NOT NULL,
    settings TEXT NOT NULL, details TEXT NOT NULL,
    direction TEXT NOT NULL, notes BLOB NOT NULL, hand BLOB NOT NULL, plan BLOB NOT NULL
);
CREATE TABLE trajectories (
    take TEXT PRIMARY KEY REFERENCES takes (id) ON DELETE CASCADE,
    first_beat INTEGER NOT NULL, seed INTEGER NOT NULL, bars TEXT NOT NULL, timesteps TEXT NOT NULL,
    n_beats INTEGER NOT NULL, width INTEGER NOT NULL
);
CREATE TABLE previews (
    take TEXT NOT NULL REFERENCES trajectories (take) ON DELETE CASCADE,
    step INTEGER NOT NULL, v BLOB NOT NULL,
    PRIMARY KEY (take, step)
);
"""

MIGRATIONS: Final[Mapping[int, Callable[[sqlite3.Connection], None]]] = {}
"""From a version to the next one; each runs in one transaction together with the new version number."""

_NOT_OURS: Final = "Open a file that this program wrote; projects end in .dbgm."


def create_file(path: Path) -> None:
    """An empty project file, in place of whatever is there."""
    path.unlink(missing_ok=True)
    with explained(path), closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(
            f"PRAGMA auto_vacuum = FULL; PRAGMA application_id = {APPLICATION_ID}; PRAGMA synchronous = EXTRA;"
            f"BEGIN; {_TABLES} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
        )


def open_file(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """A connection to a project file, checked and of today's version. A writer holds the file until it is closed.

    Raises:
        InputError: if it is missing, foreign, damaged, of a newer version, or open elsewhere.
        OutputError: if it may not be written, and `read_only` was not asked for.
    """
    if path.is_dir() or not path.exists():
        raise InputError(
            "The project '{path}' is a folder, not a project."
            if path.is_dir()
            else "The project '{path}' is not there.",
            "Check the name; `diffbgm score --project` makes one.",
            path=path,
        )
    with explained(path):
        try:
            return _connect(path, read_only=read_only)
        except sqlite3.OperationalError as error:
            if not read_only or not _needs_recovery(error):
                raise
        _connect(path, read_only=False).close()  # undoes what an interrupted program left half written
        return _connect(path, read_only=True)


def _needs_recovery(error: sqlite3.Error) -> bool:
    return error.sqlite_errorname in ("SQLITE_READONLY_ROLLBACK", "SQLITE_READONLY_RECOVERY", "SQLITE_CANTOPEN")


def _connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rw'}"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=_WAIT_S)
    try:
        for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "foreign_keys = ON", "synchronous = EXTRA"):
            connection.execute(f"PRAGMA {pragma}")
        _check(connection, path)  # before anything could be written to a foreign file
        if not read_only:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("PRAGMA cache_spill = OFF")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("COMMIT")
            _migrate(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _check(connection: sqlite3.Connection, path: Path) -> None:
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise InputError("'{name}' is not a project of this program.", _NOT_OURS, name=path.name)
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise InputError(
            "'{name}' was written by a newer version of this program.",
            "Update the program to open it (its schema is {version}, known is {schema_version}).",
            name=path.name,
            version=version,
            schema_version=SCHEMA_VERSION,
        )
    if version < SCHEMA_VERSION and version not in MIGRATIONS:
        raise InputError(
            "'{name}' has the unknown schema version {version}.", _NOT_OURS, name=path.name, version=version
        )
    connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # a file cut short is found out here


def _migrate(connection: sqlite3.Connection) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    while version < SCHEMA_VERSION:
        with transaction(connection):
            MIGRATIONS[version](connection)
            version += 1
            connection.execute(f"PRAGMA user_version = {version}")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of the block is written, or none; a block inside a block belongs to the outer one."""
    if connection.in_transaction:
        yield
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):  # some failures have rolled back already
            connection.execute("ROLLBACK")
        raise


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turns failures of SQLite into sentences."""
    try:
        yield
    except sqlite3.Error as error:
        told = _sentence(path, getattr(error, "sqlite_errorname", ""), str(error))
        if told is None:
            raise
        raise told from error


@contextmanager
def written_aside(path: Path) -> Iterator[Path]:
    """A name beside a project's to build it under; it takes the project's place when the block ends well.

    Raises:
        OutputError: if it cannot be written there.
    """
    aside = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    try:
        yield aside
        with aside.open("rb+") as file:
            os.fsync(file.fileno())
        aside.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise OutputError(
            "'{name}' cannot be written: {reason}.", "Choose another folder.", name=path.name, reason=reason_of(error)
        ) from error
    finally:
        with suppress(OSError):
            aside.unlink(missing_ok=True)


def _sentence(path: Path, code: str, message: str) -> EngineError | None:
    name = path.name
    kind = "_".join(code.split("_")[:2])
    if kind in ("SQLITE_BUSY", "SQLITE_LOCKED"):
        return InputError("The project '{name}' is open in another program.", "Close it there first.", name=name)
    if kind == "SQLITE_NOTADB":
        return InputError("'{name}' is not a project of this program.", _NOT_OURS, name=name)
    if kind == "SQLITE_CORRUPT" or message.startswith("no such"):
        return InputError(
            "The project '{name}' is damaged or cut short.", "Copy it again from where it came from.", name=name
        )
    if kind == "SQLITE_FULL":
        return OutputError(
            "The disk is full; '{name}' is as it was before.", "Free some space, or save it elsewhere.", name=name
        )
    if kind == "SQLITE_READONLY":
        return OutputError(
            "The project '{name}' may not be written.", "Copy it to a place that you can write to.", name=name
        )
    if kind == "SQLITE_CANTOPEN":
        return OutputError(
            "The project '{name}' cannot be opened here.", "Check that its folder can be written.", name=name
        )
    if kind == "SQLITE_IOERR":
        return OutputError(
            "The project '{name}' cannot be read or written.", "Check the disk or the network.", name=name
        )
    if kind == "SQLITE_TOOBIG":
        return OutputError("The piece is too large for '{name}'.", "Score a part of the video.", name=name)
    return None


def _sync_folder(folder: Path) -> None:
    """Make a rename in a folder last through a loss of power, where the system knows how."""
    with suppress(OSError, AttributeError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
