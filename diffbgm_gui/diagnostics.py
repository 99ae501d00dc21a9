"""What helps others to help: versions, the machine, what the program did last. No names of the user's files."""

from __future__ import annotations

import logging
import os
import platform
import sys
from collections import deque
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication

from engine.version import __version__
from engine.wording import Told

if TYPE_CHECKING:
    from diffbgm_gui.studio import Studio

_MOST_LINES: Final = 400
_PACKAGES: Final = ("PySide6-Essentials", "torch", "av", "numpy", "scipy", "opencv-python-headless", "diffusers",
                    "transformers", "python-vlc", "pyfluidsynth")  # fmt: skip
_NAMES: Final = frozenset(("name", "names", "path", "folder", "file", "video", "original", "other", "timeline"))
"""Values of the engine's sentences that may be names of files."""


class LastWords(logging.Handler):
    """Keeps the last lines of the log, tracebacks with them."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        self.lines: deque[str] = deque(maxlen=_MOST_LINES)

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.extend(self.format(record).splitlines())


_last = LastWords()


def listen() -> None:
    """Keep what the program logs from now on."""
    for name in ("diffbgm_gui", "engine"):
        logger = logging.getLogger(name)
        if _last not in logger.handlers:
            logger.addHandler(_last)
            logger.setLevel(min(logger.level or logging.INFO, logging.INFO))


def last_words() -> str:
    """The last lines of the log, without the user's folder."""
    return "\n".join(_last.lines).replace(os.path.expanduser("~"), "~")  # noqa: PTH111 - as text


def diagnostics(studio: Studio) -> str:
    """All of it, as text to be pasted."""
    state, document = studio.state, studio.document
    settings = {name: value for name, value in document.settings.to_json().items() if name != "schema_version"}
    lines = [
        f"Diff-BGM Studio {__version__}",
        f"{platform.platform()}, Python {sys.version.split()[0]}, Qt {qVersion()} ({QGuiApplication.platformName()})",
        f"{os.cpu_count()} cores, {', '.join(_screens())}",
        "Packages: " + ", ".join(_versions()),
        f"Film: {_film(studio)}",
        f"Project: {len(document.takes)} takes, {len(studio.shots)} shots, {studio.undo_stack.count()} edits",
        f"State: {state.phase.value} {state.task}".rstrip(),
        f"Settings: {settings}",
    ]
    if state.notice is not None:
        lines.append(f"Message: {_nameless(state.notice.message)} {_nameless(state.notice.hint)}".rstrip())
    return "\n".join((*lines, "", last_words())).rstrip() + "\n"


def _nameless(text: Any) -> Any:
    """A sentence without the names of files and folders in it."""
    if not isinstance(text, Told) or not text.values:
        return text
    shown = {name: "…" if name in _NAMES else _nameless(value) for name, value in text.values.items()}
    return text.template.format(**shown)


def _film(studio: Studio) -> str:
    info = studio.state.info
    if info is None:
        return "none"
    rate = f"{float(info.frame_rate):.3f} fps{' (variable)' if getattr(info, 'is_vfr', False) else ''}"
    return f"{info.codec} {info.width}x{info.height}, {float(info.duration_s):.2f} s, {rate}"


def _screens() -> list[str]:
    return [
        f"{screen.size().width()}x{screen.size().height()} at {screen.devicePixelRatio():g}"
        for screen in QGuiApplication.screens()
    ]


def _versions() -> list[str]:
    found = []
    for name in _PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return found
