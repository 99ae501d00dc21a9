"""Files of takes to be dragged out of the window: notes as MIDI, sound as WAV. They are made on the disk's thread."""

from __future__ import annotations

import re
import wave
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from diffbgm_gui.exporting import film_stem
from diffbgm_gui.studio import Studio
from diffbgm_gui.studio_events import TakeAudible, TaskFailed
from engine import CancelToken, EngineError, InputError
from engine.music.take import Take
from engine.wording import Told, reason_of

_UNSAFE = re.compile(r"[^\w .,()+-]")


@dataclass(frozen=True, slots=True)
class TakeFileReady:
    """A file of a take is there. `suffix`: ".mid" or ".wav"."""

    take_id: str
    suffix: str
    path: Path


class TakeFiles(QObject):
    """Makes files of takes and keeps them until the program ends. `ready(take_id, suffix)` when one is there."""

    ready = Signal(str, str)

    def __init__(self, studio: Studio, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._studio = studio
        self._files: dict[tuple[str, str], Path] = {}
        self._asked: set[tuple[str, str]] = set()
        self._waiting: dict[str, tuple[Take, str]] = {}
        studio.event.connect(self._heard)

    def path(self, take_id: str, suffix: str) -> Path | None:
        """The file, None while there is none."""
        path = self._files.get((take_id, suffix))
        return path if path is not None and path.exists() else None

    def prepare(self, take: Take, name: str, suffix: str) -> None:
        """Make a file of a take, named after it, unless it is there."""
        key = (take.id, suffix)
        if key in self._asked or self.path(*key) is not None:
            return
        heard = self._studio.audible(take.id)
        if suffix == ".wav" and (heard is None or heard.is_opening):
            self._waiting[take.id] = (take, name)
            self._studio.make_audible(take)
            return
        self._asked.add(key)
        path = self._place(take, name, suffix)
        if suffix == ".mid":
            self._submit(key, path, lambda cancel: _write_midi(take, path))
        else:
            assert heard is not None
            self._submit(key, path, lambda cancel: _write_mix(heard, path, cancel))

    def _place(self, take: Take, name: str, suffix: str) -> Path:
        """A file name that says what it is: film and take."""
        video = self._studio.document.video
        stem = f"{film_stem(video)} - {name}" if video is not None else name
        folder = self._studio.folder / take.id[:8]
        folder.mkdir(parents=True, exist_ok=True)
        return folder / (_UNSAFE.sub("_", stem).strip() + suffix)

    def _submit(self, key: tuple[str, str], path: Path, write: Callable[[CancelToken], None]) -> None:
        def task(emit: Callable[[Any], None], cancel: CancelToken) -> None:
            try:
                write(cancel)
            except EngineError as error:
                emit(TaskFailed(error.message, error.hint))
            except OSError as error:
                emit(TaskFailed(Told("'{name}' cannot be written: {reason}.", name=path.name, reason=reason_of(error))))
            else:
                emit(TakeFileReady(*key, path))

        self._studio.disk.submit(task)

    def _heard(self, event: object) -> None:
        if isinstance(event, TakeFileReady):
            self._files[event.take_id, event.suffix] = event.path
            self._asked.discard((event.take_id, event.suffix))
            self.ready.emit(event.take_id, event.suffix)
        elif isinstance(event, TakeAudible) and event.take_id in self._waiting and not event.is_opening:
            take, name = self._waiting.pop(event.take_id)
            self.prepare(take, name, ".wav")
        elif isinstance(event, TaskFailed):
            self._asked.clear()  # so that the next try is one


def _write_midi(take: Take, path: Path) -> None:
    from engine.music.midi import write_midi
    from engine.pipeline import write_score

    write_midi(write_score(take.notes, take.plan, take.settings, take.direction), path)


def _write_mix(heard: TakeAudible, path: Path, cancel: CancelToken) -> None:
    """The voices of a take in one file, what the player plays: read and written a second at a time."""
    files = list(heard.voices.values())
    aside = path.with_name(f".{path.name}.part")
    try:
        with ExitStack() as stack:
            voices = [stack.enter_context(wave.open(str(file), "rb")) for file in files]
            if not voices:
                raise InputError("This take is silent.", "Choose a take with notes.")
            out = stack.enter_context(wave.open(str(aside), "wb"))
            out.setparams(voices[0].getparams())
            while any(blocks := [voice.readframes(voices[0].getframerate()) for voice in voices]):
                cancel.raise_if_cancelled()
                out.writeframes(_summed(blocks))
        aside.replace(path)
    except wave.Error as error:
        raise InputError("The sound of this take cannot be read: {error}.", error=error) from error
    finally:
        aside.unlink(missing_ok=True)


def _summed(blocks: Sequence[bytes]) -> bytes:
    """16-bit sound of several files as one."""
    import numpy as np

    parts = [np.frombuffer(block, "<i2").astype(np.int32) for block in blocks]
    total = np.zeros(max(map(len, parts)), np.int32)
    for part in parts:
        total[: len(part)] += part
    return np.clip(total, -32768, 32767).astype("<i2").tobytes()
