"""The project: one file with a video's analysis, what the user laid on it, and every take with its way there."""

from __future__ import annotations

import json
import sqlite3
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from engine.artifacts import ANALYSIS_VERSION
from engine.cancel import NEVER, CancelToken
from engine.direction import OPEN, Direction
from engine.errors import InputError, OutputError
from engine.music.take import Take, Trajectory
from engine.project.codec import Damaged, pack, unpack
from engine.project.link import LINK_COLUMNS, VideoLink, link_from
from engine.project.rows import TakeHeader, insert_take, read_headers, read_take
from engine.project.schema import create_file, explained, open_file, transaction, written_aside
from engine.settings import GenerationSettings
from engine.signals import FrameSignals
from engine.version import __version__
from engine.wording import Told

STEPS_LIMIT_BYTES: Final = 512_000_000
"""What the stored denoising steps of a new project may take up together."""

_DIRECTION, _SETTINGS, _VIEW = "direction", "settings", "view"
_LIMIT: Final = "steps_limit_bytes"


class Project:
    """An open project file.

    Every change is one transaction: it is in the file when the method returns, or not at all. A project belongs to the
    thread that opened it, and to one program at a time. Close it, or use it as a context manager.

    All methods raise `InputError` when the file is damaged, and `OutputError` when it cannot be written (disk full,
    read-only).
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, *, read_only: bool) -> None:
        self.path, self.read_only = path, read_only
        self._connection = connection

    @classmethod
    def create(
        cls,
        path: Path,
        signals: FrameSignals,
        *,
        direction: Direction = OPEN,
        settings: GenerationSettings | None = None,
        overwrite: bool = False,
    ) -> Project:
        """A new project of the video at `signals.info.path`, opened. It appears under its name when it is complete.

        Raises:
            InputError: if the video cannot be read.
            OutputError: if the file exists and may not be overwritten, or cannot be written.
        """
        path = path.absolute()
        if path.exists() and not overwrite:
            raise OutputError("There is a file '{name}' already.", "Choose another name.", name=path.name)
        link = VideoLink.of(Path(signals.info.path), signals.info, path)
        with explained(path), written_aside(path) as aside:
            create_file(aside)
            with closing(open_file(aside, read_only=False)) as connection, transaction(connection):
                about = {"program": __version__, "created_s": str(time.time()), "id": uuid.uuid4().hex}
                connection.executemany("INSERT INTO meta VALUES (?, ?)", about.items())
                _write_link(connection, link)
                _write_signals(connection, signals)
                _write_edit(connection, _DIRECTION, direction.to_json())
                _write_edit(connection, _SETTINGS, (settings or GenerationSettings()).to_json())
                _write_edit(connection, _LIMIT, STEPS_LIMIT_BYTES)
        return cls.open(path)

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False) -> Project:
        """Open a project file; what an interrupted program left half written is undone.

        Raises:
            InputError: if it is missing, foreign, damaged, of a newer version, or open elsewhere.
            OutputError: if it may not be written, and `read_only` was not asked for.
        """
        path = path.absolute()
        return cls(path, open_file(path, read_only=read_only), read_only=read_only)

    def close(self) -> None:
        """Let go of the file. Closing twice is harmless."""
        self._connection.close()

    def __enter__(self) -> Project:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Several changes as one: all of the block, or none when it raises."""
        with explained(self.path), transaction(self._connection):
            yield

    @contextmanager
    def _reading(self, what: Told) -> Iterator[sqlite3.Connection]:
        try:
            with explained(self.path):
                yield self._connection
        except (Damaged, json.JSONDecodeError) as error:
            raise InputError(
                "{what} in '{name}' is damaged, or was written by a newer version of this program.",
                "The rest of the project can still be used.",
                what=what,
                name=self.path.name,
            ) from error

    # What the user laid on the timeline

    @property
    def direction(self) -> Direction:
        """What the user laid on the timeline, as it stands now."""
        with self._reading(Told("The direction")) as connection:
            return Direction.from_json(_read_edit(connection, _DIRECTION))

    def set_direction(self, direction: Direction) -> None:
        """Keep what the user laid on the timeline."""
        with self.transaction():
            _write_edit(self._connection, _DIRECTION, direction.to_json())

    @property
    def settings(self) -> GenerationSettings:
        """Settings for the next take."""
        with self._reading(Told("The settings")) as connection:
            return GenerationSettings.from_json(_read_edit(connection, _SETTINGS))

    def set_settings(self, settings: GenerationSettings) -> None:
        """Keep the settings for the next take."""
        with self.transaction():
            _write_edit(self._connection, _SETTINGS, settings.to_json())

    @property
    def view(self) -> dict[str, Any]:
        """State of a window, as plain JSON data that only the window understands; empty at first."""
        with self._reading(Told("The view")) as connection:
            view = _read_edit(connection, _VIEW)
            return view if isinstance(view, dict) else {}

    def set_view(self, view: dict[str, Any]) -> None:
        """Keep the state of a window."""
        with self.transaction():
            _write_edit(self._connection, _VIEW, view)

    # The video

    @property
    def video(self) -> VideoLink:
        """Where the video was when it was last seen, and what it is."""
        with self._reading(Told("The video's place")) as connection:
            row = connection.execute(f"SELECT {LINK_COLUMNS} FROM video").fetchone()
            if row is None:
                raise Damaged("no video")
            return link_from(row)

    def find_video(self) -> Path:
        """The video, where it is now: where it lies from here, where it was, or beside the project.

        Raises:
            InputError: if it is nowhere there, or has changed; `relink` mends the first.
        """
        return self.video.find(self.path)

    def relink(self, video: Path) -> None:
        """Say where the video is now.

        Raises:
            InputError: if that is another video.
        """
        link = self.video
        if not link.is_content_of(video):
            raise InputError(
                "'{name}' is another video than the project's." if video.is_file() else "'{name}' is not there.",
                "The project was made for '{original}', {duration_s:.2f} s long.",
                name=video.name,
                original=link.name,
                duration_s=float(link.duration_s),
            )
        with self.transaction():
            _write_link(self._connection, link.moved(video, self.path))

    def signals(self) -> FrameSignals | None:
        """What was measured of the picture, so that the video need not be watched again.

        None where it was measured by an older analysis: then watch it again and `set_signals`.
        """
        with self._reading(Told("The analysis of the picture")) as connection:
            row = connection.execute("SELECT analysis_version, content FROM signals").fetchone()
            if row is None or row[0] != ANALYSIS_VERSION:
                return None
            return unpack(FrameSignals, row[1])

    def set_signals(self, signals: FrameSignals, *, new_video: bool = False) -> None:
        """Keep new measurements: of the same video, or of another edit of it that takes its place.

        Raises:
            InputError: if the video cannot be read.
        """
        link = VideoLink.of(Path(signals.info.path), signals.info, self.path)
        if not new_video and not self.video.is_content_of(Path(signals.info.path)):
            raise InputError("'{name}' is another video than the project's.", name=link.name)
        with self.transaction():
            _write_link(self._connection, link)
            _write_signals(self._connection, signals)

    # Takes

    def takes(self) -> tuple[TakeHeader, ...]:
        """All takes, oldest first, without their notes, plans and steps."""
        with self._reading(Told("The list of takes")) as connection:
            return read_headers(connection)

    def find_take(self, text: str | None = None) -> TakeHeader:
        """A take by name, number, id or the beginning of its id; the newest for None.

        Raises:
            InputError: if there is none, or more than one.
        """
        takes = self.takes()
        if not takes:
            raise InputError(
                "'{name}' holds no take yet.", "Write one: diffbgm score VIDEO --project FILE.", name=self.path.name
            )
        if text is None:
            return takes[-1]
        for kind in (
            [take for take in takes if text in (take.id, take.name)],
            [take for take in takes if text.removeprefix("#") == str(take.number)],
            [take for take in takes if len(text) >= 4 and take.id.startswith(text)],
        ):
            if len(kind) == 1:
                return kind[0]
            if kind:
                raise InputError("'{text}' means more than one take.", "Give its number.", text=text)
        known = ", ".join(f"{take.number} '{take.name}'" for take in takes[-12:])
        raise InputError(
            "'{name}' has no take '{take}'.", "It has: {known}.", name=self.path.name, take=text, known=known
        )

    def take(self, take: str, *, with_steps: bool = True) -> Take:
        """A whole take by its id; `with_steps` False leaves its trajectory out.

        Raises:
            InputError: if there is none of that id, or it is damaged.
        """
        with self._reading(Told("The take {take}", take=take[:8])) as connection:
            try:
                return read_take(connection, take, with_steps=with_steps)
            except KeyError:
                raise InputError("'{name}' has no take '{take}'.", name=self.path.name, take=take) from None

    def add_take(self, take: Take, *, cancel: CancelToken = NEVER) -> TakeHeader:
        """Append a take. Without a name, or with one that is taken, it gets one of its own.

        Steps of the oldest takes without a star go when all steps together exceed the limit.

        Raises:
            ValueError: if a take of that id is there.
            RunCancelled: when cancelled; nothing is added.
        """
        with self.transaction():
            names = {head.id: head.name for head in self.takes()}
            if take.id in names:
                raise ValueError(f"there is a take {take.id} already")
            name = _free_name(take.name, set(names.values()), len(names) + 1)
            insert_take(self._connection, replace(take, name=name), cancel)
            if self.steps_limit_bytes is not None:
                self.prune_steps(self.steps_limit_bytes, keep=take.id)
            return self.takes()[-1]

    def rename_take(self, take: str, name: str) -> None:
        """Give a take another name.

        Raises:
            InputError: if the name is empty or another take's, or there is no such take.
        """
        name = name.strip()
        if not name or any(head.name == name and head.id != take for head in self.takes()):
            raise InputError(
                "There is a take '{name}' already." if name else "A take needs a name.",
                "Choose another name.",
                name=name,
            )
        self._change_take(take, "name", name)

    def star_take(self, take: str, starred: bool = True) -> None:
        """Mark a take as a favourite, or no more."""
        self._change_take(take, "starred", int(starred))

    def _change_take(self, take: str, column: str, value: str | int) -> None:
        with self.transaction():
            done = self._connection.execute(f"UPDATE takes SET {column} = ? WHERE id = ?", (value, take))
            if done.rowcount == 0:
                raise InputError("'{name}' has no take '{take}'.", name=self.path.name, take=take)

    def delete_take(self, take: str) -> None:
        """Remove a take. Takes that were made from it then descend from the one that it was made from."""
        with self.transaction():
            row = self._connection.execute("SELECT parent FROM takes WHERE id = ?", (take,)).fetchone()
            if row is None:
                raise InputError("'{name}' has no take '{take}'.", name=self.path.name, take=take)
            self._connection.execute("UPDATE takes SET parent = ? WHERE parent = ?", (row[0], take))
            self._connection.execute("DELETE FROM takes WHERE id = ?", (take,))

    # Denoising steps

    def trajectory(self, take: str) -> Trajectory | None:
        """The stored steps of a take, None where there are none."""
        return self.take(take).trajectory

    @property
    def steps_limit_bytes(self) -> int | None:
        """What the stored steps of all takes may take up together; None for no limit."""
        with self._reading(Told("The limit of steps")) as connection:
            limit = _read_edit(connection, _LIMIT)
            return limit if isinstance(limit, int) else None

    def set_steps_limit(self, limit_bytes: int | None) -> None:
        """Change what stored steps may take up, from the next take on."""
        with self.transaction():
            _write_edit(self._connection, _LIMIT, limit_bytes)

    def prune_steps(self, limit_bytes: int = 0, *, keep: str | None = None) -> int:
        """Forget denoising steps of takes without a star, the oldest first, until all take up no more than a limit.

        Notes stay; only forks are no longer possible. `keep` names a take that is spared. Returns the bytes freed.
        """
        with self.transaction():
            query = "SELECT take, sum(length(v)) FROM previews GROUP BY take"
            sizes: dict[str, int] = dict(self._connection.execute(query).fetchall())
            total = before = sum(sizes.values())
            for head in self.takes():
                if total <= limit_bytes:
                    break
                if head.id in sizes and not head.starred and head.id != keep:
                    self._connection.execute("DELETE FROM trajectories WHERE take = ?", (head.id,))
                    total -= sizes[head.id]
        return before - total

    def save_copy(self, path: Path) -> None:
        """Write the project as it is now under another name, whole; this one stays open.

        Raises:
            OutputError: if it cannot be written there, or the name is this project's own.
        """
        path = path.absolute()
        if path == self.path or (path.exists() and path.samefile(self.path)):
            raise OutputError("'{name}' is the project itself.", "Choose another name.", name=path.name)
        link = self.video
        with explained(path), written_aside(path) as aside:
            aside.unlink(missing_ok=True)
            self._connection.execute("VACUUM INTO ?", (str(aside),))
            with closing(open_file(aside, read_only=False)) as connection, transaction(connection):
                _write_link(connection, link.moved(Path(link.path), path))


def _free_name(name: str, taken: set[str], number: int) -> str:
    wanted = name.strip() or f"Take {number}"
    if wanted not in taken:
        return wanted
    stem, n = (wanted, 2) if name.strip() else ("Take", number + 1)
    while f"{stem} {n}" in taken:
        n += 1
    return f"{stem} {n}"


def _read_edit(connection: sqlite3.Connection, key: str) -> Any:
    row = connection.execute("SELECT value FROM edits WHERE key = ?", (key,)).fetchone()
    return {} if row is None else json.loads(row[0])


def _write_edit(connection: sqlite3.Connection, key: str, value: Any) -> None:
    connection.execute("INSERT OR REPLACE INTO edits VALUES (?, ?)", (key, json.dumps(value)))


def _write_link(connection: sqlite3.Connection, link: VideoLink) -> None:
    connection.execute(
        f"INSERT OR REPLACE INTO video (id, {LINK_COLUMNS}) VALUES (1, ?, ?, ?, ?, ?, ?, ?)", link.to_row()
    )


def _write_signals(connection: sqlite3.Connection, signals: FrameSignals) -> None:
    connection.execute("INSERT OR REPLACE INTO signals VALUES (1, ?, ?)", (ANALYSIS_VERSION, pack(signals)))
