"""What the window is made of, used once: icons drawn, languages spoken, players asked; for `diffbgm --self-check`."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import QTranslator, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QPushButton

from diffbgm_gui.icons import image
from diffbgm_gui.languages import SOURCE, TRANSLATED, use_language
from engine.resources import find_resource, resource_path

_LEAST_INK: Final = 4
_SIDE_PX: Final = 24


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found: `detail` is what is there, or why it cannot be used."""

    name: str
    is_good: bool
    detail: str


def check_window(report: Path, app: QApplication) -> int:
    """Check the parts of the window and write the findings to a file as JSON; the exit status."""
    found = [_judged(name, check, app) for name, check in _CHECKS]
    report.write_text(json.dumps([asdict(finding) for finding in found]), encoding="utf-8")
    return 0 if all(finding.is_good for finding in found) else 1


def _judged(name: str, check: Callable[[QApplication], tuple[bool, str]], app: QApplication) -> Finding:
    try:
        return Finding(name, *check(app))
    except Exception as error:  # noqa: BLE001 - whatever a part does wrong is what is asked here
        return Finding(name, False, f"{type(error).__name__}: {error}")


def check_qt(_app: QApplication) -> tuple[bool, str]:
    """A widget is drawn on this platform."""
    button = QPushButton("diffbgm")
    button.resize(120, 40)
    picture = button.grab().toImage()
    colours = {picture.pixel(x, y) for x in range(0, picture.width(), 2) for y in range(0, picture.height(), 2)}
    return len(colours) > 2, f"Qt {qVersion()} on {QGuiApplication.platformName()}"


def check_icons(_app: QApplication) -> tuple[bool, str]:
    """Every icon leaves ink."""
    names = sorted(path.stem for path in resource_path("icons").glob("*.svg"))
    blank = [name for name in names if _ink(name) < _LEAST_INK]
    return bool(names) and not blank, f"blank: {', '.join(blank)}" if blank else f"{len(names)} drawn"


def _ink(name: str) -> int:
    picture = image(name, _SIDE_PX, "#ffffff")
    return sum(picture.pixelColor(x, y).alpha() > 0 for x in range(_SIDE_PX) for y in range(_SIDE_PX))


def check_languages(app: QApplication) -> tuple[bool, str]:
    """Every language has its file, with words in it, and the window speaks it; then English again."""
    missing = [name for name in TRANSLATED if not _has_words(name) or use_language(app, name) != name]
    use_language(app, SOURCE)
    spoken = (SOURCE, *(language for language in TRANSLATED if language not in missing))
    return not missing, f"missing or empty: {', '.join(missing)}" if missing else ", ".join(spoken)


def _has_words(language: str) -> bool:
    path = find_resource("translations", f"diffbgm_{language}.qm")
    translator = QTranslator()
    return path is not None and translator.load(path.name, str(path.parent)) and not translator.isEmpty()


def check_players(_app: QApplication) -> tuple[bool, str]:
    """Which players of pictures there are; still pictures need nothing."""
    from diffbgm_gui.player.choose import make_player
    from diffbgm_gui.player.vlc_media import load_vlc

    there = ["VLC"] if load_vlc() is not None else []
    player = make_player("qt")
    there.append(player.name)
    return True, " ".join((", ".join(there), player.explanation)).rstrip()


_CHECKS: Final = (
    ("window", check_qt), ("icons", check_icons), ("languages", check_languages), ("players", check_players),
)  # fmt: skip
