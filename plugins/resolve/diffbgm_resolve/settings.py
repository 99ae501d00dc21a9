"""What is asked of the music: kept in a small JSON file that the window writes and anyone may edit."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from ...blender.diffbgm_studio.client.choices import MOODS, PALETTES, STRICTNESS
from ...blender.diffbgm_studio.client.commands import Music, split_options
from ...blender.diffbgm_studio.client.faults import Fault
from ...blender.diffbgm_studio.client.locate import WINDOWS

SETTINGS_VARIABLE = "DIFFBGM_RESOLVE_SETTINGS"


@dataclass(frozen=True)
class Settings:
    """All settings.

    Attributes:
        engine: the program 'diffbgm' or its folder; empty: found on the PATH.
        folder: where music goes; empty: the folder Music of the user.
        mood, palette, takes, t0, k, strictness: as the engine has them.
        seed: -1 for a new one each time; steps: 0 for the engine's own.
        stems: a track for each part.
        rendered: a video of this timeline, to be watched instead of its clips; empty: the clips.
        media: where to look for clips that moved, folders joined by ";".
        options: further options of the engine.
    """

    engine: str = ""
    folder: str = ""
    mood: str = "auto"
    palette: str = "piano"
    takes: int = 1
    seed: int = -1
    t0: int = 200
    k: int = 8
    steps: int = 0
    strictness: str = "balanced"
    stems: bool = False
    rendered: str = ""
    media: str = ""
    options: str = ""

    def music(self) -> Music:
        """For the engine."""
        return Music(
            mood=self.mood,
            palette=self.palette,
            seed=self.seed if self.seed >= 0 else None,
            takes=self.takes,
            t0=self.t0,
            k=self.k,
            steps=self.steps or None,
            strictness=self.strictness,
            stems=self.stems,
            extra=self.source_options(),
        )

    def source_options(self) -> tuple[str, ...]:
        """Options of the engine on the timeline, and the user's own."""
        words = ["--rendered", self.rendered] if self.rendered.strip() else []
        for folder in filter(None, (part.strip() for part in self.media.split(";"))):
            words += ["--media", folder]
        return (*words, *split_options(self.options))


_CHOICES = {"mood": MOODS, "palette": PALETTES, "strictness": STRICTNESS}
_RANGES = {"takes": (1, 9), "seed": (-1, 2**32 - 1), "t0": (0, 1000), "k": (1, 32), "steps": (0, 1000)}


def settings_file() -> Path:
    """Where the settings are kept."""
    given = os.environ.get(SETTINGS_VARIABLE)
    if given:
        return Path(given)
    if WINDOWS:
        return Path(os.environ.get("APPDATA", str(Path.home()))) / "Diff-BGM Studio" / "resolve.json"
    return Path.home() / ".config" / "diffbgm" / "resolve.json"


def read_settings(path: Path) -> Settings:
    """The settings; those that a file does not name, or a missing file, are the usual ones.

    Raises:
        Fault: if the file cannot be read, or asks for what there is not.
    """
    if not path.is_file():
        return Settings()
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Fault(f"The settings in {path} cannot be read.", "Mend or delete the file.") from error
    return checked_settings(data, str(path))


def checked_settings(data: Any, where: str) -> Settings:
    """Settings from plain data.

    Raises:
        Fault: for an unknown name, a wrong type or a value out of range.
    """
    usual = Settings()
    known = {field.name: type(getattr(usual, field.name)) for field in fields(usual)}
    if not isinstance(data, dict):
        raise Fault(f"{where} holds no settings.", "Delete the file, or write {}.")
    for name, value in data.items():
        if name not in known:
            raise Fault(f"{where} names an unknown setting '{name}'.", f"Choose among: {', '.join(known)}.")
        if type(value) is not known[name]:
            raise Fault(
                f"The setting '{name}' in {where} is not of the right kind.", f"As in {getattr(usual, name)!r}."
            )
        names = [row[0] for row in _CHOICES.get(name, ())]
        if names and value not in names:
            raise Fault(f"There is no {name} '{value}'.", f"Choose among: {', '.join(names)}.")
        low, high = _RANGES.get(name, (value, value))
        if value < low or value > high:
            raise Fault(f"The setting '{name}' is {value}; it lies between {low} and {high}.")
    return replace(usual, **data)


def write_settings(settings: Settings, path: Path) -> None:
    """Keep settings; what cannot be written is not kept."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(settings), indent=2) + "\n", encoding="utf-8")
    except OSError:
        return


def music_root(settings: Settings) -> Path:
    """The folder under which all music goes."""
    return Path(settings.folder).expanduser() if settings.folder.strip() else Path.home() / "Music" / "Diff-BGM"
