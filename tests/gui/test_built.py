"""What the window does otherwise inside a built application, and what it finds out about itself."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QTabWidget

from diffbgm_gui import icons, self_check
from diffbgm_gui.app import make_application
from diffbgm_gui.player import choose
from diffbgm_gui.player.stills import StillsPlayer
from diffbgm_gui.widgets import about
from diffbgm_gui.widgets.about import AboutBox


def test_a_built_application_takes_the_player_that_came_along(qapp: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    for name in ("vlc", "qt"):
        monkeypatch.setattr(choose, f"_{name}", lambda _parent, name=name: asked.append(name) or f"no {name}.")
    assert isinstance(choose.make_player(), StillsPlayer)
    assert asked == ["vlc", "qt"]
    asked.clear()
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert "no vlc." in choose.make_player().explanation
    assert asked == ["qt", "vlc"]


def test_the_application_has_an_icon_and_a_name_for_the_desktop(qapp: Any) -> None:
    app = make_application(["diffbgm-studio"])
    assert not app.windowIcon().isNull()
    assert not app.windowIcon().pixmap(64, 64).isNull()
    assert app.desktopFileName() == "diffbgm-studio"


def test_the_parts_are_those_that_the_build_wrote_down(
    qapp: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = about.find_resource
    page = tmp_path / "THIRD_PARTY.md"
    page.write_text("# What this application holds\n\n| part | licence |\n|---|---|\n| FFmpeg | LGPL-3.0-or-later |\n")

    def find(*parts: str) -> Path | None:
        return page if parts[-1] == page.name else real(*parts)

    monkeypatch.setattr(about, "find_resource", find)
    box = AboutBox()
    tabs = box.findChild(QTabWidget)
    pages = [tabs.widget(i).toPlainText() for i in range(tabs.count())]
    assert any("FFmpeg" in text and "LGPL-3.0-or-later" in text for text in pages)
    box.deleteLater()


def test_the_window_checks_itself(qapp: Any, tmp_path: Path) -> None:
    report = tmp_path / "window.json"
    status = self_check.check_window(report, qapp)
    found = {finding["name"]: finding for finding in json.loads(report.read_text(encoding="utf-8"))}
    assert status == 0, found
    assert set(found) == {"window", "icons", "languages", "players"}
    assert found["languages"]["detail"] == "en, zh_CN"


def test_a_blank_icon_and_a_lost_language_are_found(qapp: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blank = icons.image("no such icon", 24, "#ffffff")
    real = self_check.image
    monkeypatch.setattr(self_check, "image", lambda name, *rest: blank if name == "play" else real(name, *rest))
    assert self_check.check_icons(qapp) == (False, "blank: play")
    monkeypatch.setattr(self_check, "find_resource", lambda *_: None)
    assert self_check.check_languages(qapp) == (False, "missing or empty: zh_CN")
    monkeypatch.setattr(self_check, "_CHECKS", (("window", lambda _app: 1 / 0),))
    assert self_check.check_window(tmp_path / "out.json", qapp) == 1
    assert "ZeroDivisionError" in (tmp_path / "out.json").read_text()
