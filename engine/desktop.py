"""What this machine's desktop offers a window: Qt's libraries, a display. Found out without importing Qt here.

Qt ends the whole process when its platform plugin cannot be loaded, which Python cannot catch; so a program asks
`window_problem()` before it makes its QApplication. `python -m engine.desktop` prints the sentence and exits 1.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Final

_HEADLESS: Final = ("offscreen", "minimal", "vnc")
_TIMEOUT_S: Final = 60

_IMPORT_QT: Final = "import PySide6.QtWidgets"
_LOAD_XCB: Final = """
import ctypes, pathlib, PySide6
ctypes.CDLL(str(pathlib.Path(PySide6.__file__).parent / "Qt/plugins/platforms/libqxcb.so"))
xcb = ctypes.CDLL("libxcb.so.1")
xcb.xcb_connect.restype = ctypes.c_void_p
xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
if xcb.xcb_connection_has_error(xcb.xcb_connect(None, None)):
    raise SystemExit("no answer from the display")
"""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something does not work, in a sentence, and what to do about it."""

    message: str
    hint: str


def window_problem(environ: Mapping[str, str] = os.environ, *, platform: str = sys.platform) -> Problem | None:
    """What keeps a window from opening on this machine; None if nothing does."""
    if getattr(sys, "frozen", False):
        return _display_problem(environ, platform=platform)
    said = _try_in_child(_IMPORT_QT)
    if said is not None:
        return _explain(said)
    problem = _display_problem(environ, platform=platform)
    if problem is not None or not _uses_xcb(environ, platform=platform):
        return problem
    said = _try_in_child(_LOAD_XCB)
    return None if said is None else _explain(said)


def studio_command() -> list[str]:
    """How to start the studio: in a frozen program the file beside this one, else its module.

    The module is found from the folder above `resources`, or where it is installed.
    """
    if getattr(sys, "frozen", False):
        program = Path(sys.executable)
        return [str(program.with_name("diffbgm-studio" + program.suffix))]
    return [sys.executable, "-m", "diffbgm_gui"]


def module_problem(module: str) -> Problem | None:
    """Why a module cannot be imported (tried in a child process, so that nothing stays loaded here).

    A frozen program is no Python that could be started again; it tries by itself.
    """
    if getattr(sys, "frozen", False):
        try:
            import_module(module)
        except ImportError as error:
            return _explain(str(error))
        return None
    said = _try_in_child(f"import {module}")
    return None if said is None else _explain(said)


def debian_package(library: str) -> str:
    """Debian's name of the package that holds a library, by its naming rule: libxcb-cursor.so.0 -> libxcb-cursor0."""
    stem, _, version = library.partition(".so.")
    if stem in ("libglib-2.0", "libgthread-2.0"):
        return "libglib2.0-0"
    dash = "-" if stem[-1:].isdigit() else ""
    return f"{stem}{dash}{version}".lower()


def _display_problem(environ: Mapping[str, str], *, platform: str) -> Problem | None:
    if not platform.startswith("linux") or environ.get("QT_QPA_PLATFORM", "").split(":")[0] in _HEADLESS:
        return None
    if environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"):
        return None
    return Problem(
        "There is no display to open a window on (neither DISPLAY nor WAYLAND_DISPLAY is set).",
        "Start it from a desktop session, or use the command line: diffbgm score VIDEO -o OUT",
    )


def _uses_xcb(environ: Mapping[str, str], *, platform: str) -> bool:
    asked = environ.get("QT_QPA_PLATFORM", "")
    on_x11 = bool(environ.get("DISPLAY")) and not environ.get("WAYLAND_DISPLAY")
    return platform.startswith("linux") and (asked.startswith("xcb") or (not asked and on_x11))


def _try_in_child(code: str) -> str | None:
    """Run code in a child of this Python; the last line that it said when it failed, None when it passed."""
    try:
        result = subprocess.run(
            [sys.executable, "-P", "-c", code], capture_output=True, text=True, timeout=_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if result.returncode == 0:
        return None
    lines = result.stderr.strip().splitlines()
    return lines[-1] if lines else f"it ended with status {result.returncode}"


def _explain(said: str) -> Problem:
    library = re.search(r"(lib[\w.+-]+\.so[.\d]*): cannot open shared object", said)
    if library is not None:
        name = library.group(1)
        return Problem(
            f"The system library {name} is missing.", f"On Debian or Ubuntu: apt install {debian_package(name)}"
        )
    module = re.search(r"No module named '([\w.]+)'", said)
    if module is not None:
        name = module.group(1)
        return Problem(f"The Python package {name} is not installed.", "Run: python3 bootstrap.py run doctor")
    if "no answer from the display" in said:
        return Problem(
            f"The display {os.environ.get('DISPLAY', '')} does not answer.", "Check DISPLAY and the rights to use it."
        )
    return Problem(f"It fails: {said}", "Install the program again.")


def main() -> int:
    """Print what keeps a window from opening; 0 if nothing does."""
    problem = window_problem()
    if problem is None:
        return 0
    sys.stderr.write(f"diffbgm-studio: {problem.message}\n  {problem.hint}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
