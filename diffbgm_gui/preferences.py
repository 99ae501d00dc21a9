"""What the user prefers, whatever the project: a small file in the user's configuration folder.

A file that cannot be read, or entries of another version, leave the defaults: preferences must never keep the program
from starting.
"""

from __future__ import annotations

import json
import logging
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

from platformdirs import user_config_path
from PySide6.QtCore import QObject, Signal

logger = logging.getLogger(__name__)

CONFIG_VARIABLE: Final = "DIFFBGM_CONFIG_DIR"
LANGUAGES: Final = {"": "", "en": "English", "zh_CN": "简体中文"}
"""Languages by their names in themselves; the empty one is the desktop's."""
_TO_ENGINE: Final = {
    "soundfont": "DIFFBGM_SOUNDFONT",
    "cache_folder": "DIFFBGM_CACHE_DIR",
    "cache_limit_mb": "DIFFBGM_CACHE_MB",
}


@dataclass(frozen=True, slots=True)
class AppSettings:
    """Preferences.

    Attributes:
        theme: "dark", "light" or "system".
        language: "" for the desktop's, "en", "zh_CN".
        device: on which new projects compose: "auto", "cpu", "cuda", "mps".
        draft_first: whether new projects make a quick pass before the full one.
        soundfont: an .sf2 or .sf3 file; "" for the one that comes with the program.
        sound_output: name of the sound device; "" for the desktop's.
        projects_folder: where projects are saved; "" for beside the film.
        cache_folder: "" for the platform's.
        cache_limit_mb: what kept analyses may take up.
        export_kinds: what was exported last, keys of `exporting.KINDS` with spaces between them.
        export_container: suffix of the video, as ".mp4"; "" for the first that holds the picture.
        export_timeline: suffix of timelines for editors.
        export_folder: where to; "" for beside the film.
    """

    theme: str = "dark"
    language: str = ""
    device: str = "auto"
    draft_first: bool = True
    soundfont: str = ""
    sound_output: str = ""
    projects_folder: str = ""
    cache_folder: str = ""
    cache_limit_mb: int = 512
    export_kinds: str = "video"
    export_container: str = ""
    export_timeline: str = ".otio"
    export_folder: str = ""


def config_folder() -> Path:
    """Where preferences lie; the environment variable DIFFBGM_CONFIG_DIR moves it."""
    named = os.environ.get(CONFIG_VARIABLE)
    return Path(named) if named else user_config_path("diffbgm", appauthor=False)


def read_settings() -> AppSettings:
    """The preferences as they are kept, defaults for what is missing or makes no sense."""
    defaults = AppSettings()
    try:
        stored = json.loads((config_folder() / "preferences.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return defaults
    except (OSError, ValueError) as error:
        logger.warning("the preferences cannot be read: %s", error)
        return defaults
    if not isinstance(stored, dict):
        return defaults
    known = {
        field.name: stored[field.name]
        for field in fields(AppSettings)
        if type(stored.get(field.name)) is type(getattr(defaults, field.name))
    }
    return replace(defaults, **known)


def write_settings(settings: AppSettings) -> None:
    """Keep preferences. Where that cannot be, they hold for this session."""
    path = config_folder() / "preferences.json"
    aside = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_text(json.dumps(asdict(settings), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        aside.replace(path)
    except OSError as error:
        logger.warning("the preferences cannot be kept: %s", error)
        with suppress(OSError):
            aside.unlink(missing_ok=True)


class Preferences(QObject):
    """The preferences in force; `changed(AppSettings)` tells of others.

    What concerns the engine is handed to it by its environment variables. Those that were set when the program started
    stay as they were: who sets them means it.

    Args:
        settings: these, instead of those that are kept; then nothing is kept either.
    """

    changed = Signal(object)

    def __init__(self, parent: QObject | None = None, *, settings: AppSettings | None = None) -> None:
        super().__init__(parent)
        self._is_kept = settings is None
        self.current = settings if settings is not None else read_settings()
        self._outside = {name for name in _TO_ENGINE.values() if os.environ.get(name)}
        self._tell_engine()

    def change(self, **changes: Any) -> None:
        """Prefer something else, keep it and apply it."""
        after = replace(self.current, **changes)
        if after == self.current:
            return
        self.current = after
        if self._is_kept:
            write_settings(after)
        self._tell_engine()
        self.changed.emit(after)

    def is_fixed(self, name: str) -> bool:
        """Whether the environment decides instead of a preference."""
        return _TO_ENGINE.get(name, "") in self._outside

    def _tell_engine(self) -> None:
        defaults = AppSettings()
        for name, variable in _TO_ENGINE.items():
            if variable in self._outside:
                continue
            value = getattr(self.current, name)
            if value == getattr(defaults, name):
                os.environ.pop(variable, None)
            else:
                os.environ[variable] = str(value)


def cache_bytes() -> int:
    """What may be cleared: kept analyses and encoded features. Downloaded encoders are no part of it."""
    return sum(_size(path) for path in _clearable())


def clear_cache() -> int:
    """Remove what is kept of videos; the bytes freed. It is measured again when it is needed."""
    freed = 0
    for path in _clearable():
        size = _size(path)
        with suppress(OSError):
            path.unlink()
            freed += size
    return freed


def _clearable() -> list[Path]:
    from engine.artifacts import cache_folder

    folders = [cache_folder() / name for name in ("analysis", "features")]
    return [path for folder in folders if folder.is_dir() for path in folder.iterdir() if path.is_file()]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
