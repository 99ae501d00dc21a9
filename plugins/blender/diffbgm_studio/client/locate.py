"""Where the engine is: what the user set, the environment, the PATH, the usual places."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from .faults import Fault

ENGINE_VARIABLE = "DIFFBGM"
WINDOWS = sys.platform == "win32"
PROGRAM = "diffbgm.exe" if WINDOWS else "diffbgm"
_INSIDE = ("", ".venv/bin", ".venv/Scripts", "venv/bin", "venv/Scripts", "bin", "Scripts", "Contents/MacOS")


def find_engine(setting: str = "", environ: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The words a command line of the engine begins with.

    Looked for, in this order: what the user set, the variable DIFFBGM (both may name the program or a folder that
    holds it, such as a checkout with its .venv), the PATH, and the usual places of programs, which a program started
    from a desktop does not always have on its PATH.

    Raises:
        Fault: if there is none, or what was set is not there.
    """
    environ = os.environ if environ is None else environ
    for given, told in ((setting, "preferences"), (environ.get(ENGINE_VARIABLE, ""), f"variable {ENGINE_VARIABLE}")):
        if given.strip():
            path = Path(given.strip()).expanduser()
            program = program_in(path)
            if program is None:
                raise Fault(
                    f"The engine that the {told} name is not there: {path}.",
                    "Name the program 'diffbgm' or its folder.",
                )
            return (str(program),)
    on_path = shutil.which("diffbgm", path=environ.get("PATH"))
    if on_path:
        return (on_path,)
    for folder in usual_folders(environ):
        program = program_in(folder)
        if program is not None:
            return (str(program),)
    raise Fault("The Diff-BGM engine was not found.", "Install it, or name the program 'diffbgm' in the preferences.")


def program_in(path: Path) -> Path | None:
    """The program that a path means: itself, or one in a folder; None where there is none."""
    if path.is_file():
        return path.absolute() if WINDOWS or os.access(path, os.X_OK) else None
    for inside in _INSIDE:
        candidate = path / inside / PROGRAM
        if candidate.is_file() and (WINDOWS or os.access(candidate, os.X_OK)):
            return candidate.absolute()
    return None


def usual_folders(environ: Mapping[str, str]) -> Iterator[Path]:
    """Folders where installers put programs."""
    if WINDOWS:
        for variable in ("LOCALAPPDATA", "ProgramFiles"):
            if environ.get(variable):
                yield Path(environ[variable]) / "Programs" / "Diff-BGM Studio"
                yield Path(environ[variable]) / "Diff-BGM Studio"
        return
    home = Path(environ.get("HOME", "~")).expanduser()
    yield home / ".local" / "bin"
    yield Path("/usr/local/bin")
    yield Path("/opt/homebrew/bin")
    yield Path("/opt/diffbgm-studio")
    yield Path("/Applications/Diff-BGM Studio.app")
    yield home / "Applications" / "Diff-BGM Studio.app"


def engine_environment(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment for the engine: an editor's own Python must not leak into it."""
    environ = os.environ if environ is None else environ
    ours = ("PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "PYTHONUSERBASE", "PYTHONNOUSERSITE")
    clean = {name: value for name, value in environ.items() if name not in ours}
    clean["PYTHONIOENCODING"] = "utf-8"
    return clean
