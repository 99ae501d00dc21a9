"""What keeps a window from opening, said before Qt could abort."""

from __future__ import annotations

import pytest

from engine import desktop
from engine.desktop import Problem


@pytest.fixture
def qt_loads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Qt's libraries load; what is tried is written down."""
    tried: list[str] = []

    def attempt(code: str) -> None:
        tried.append(code)

    monkeypatch.setattr(desktop, "_try_in_child", attempt)
    return tried


def test_no_display_is_a_sentence(qt_loads: list[str]) -> None:
    problem = desktop.window_problem({}, platform="linux")
    assert problem is not None and "no display" in problem.message and "diffbgm score" in problem.hint


def test_offscreen_and_other_systems_need_no_display(qt_loads: list[str]) -> None:
    assert desktop.window_problem({"QT_QPA_PLATFORM": "offscreen"}, platform="linux") is None
    assert desktop.window_problem({}, platform="darwin") is None
    assert desktop.window_problem({}, platform="win32") is None


def test_x11_tries_its_plugin_and_its_display(qt_loads: list[str]) -> None:
    assert desktop.window_problem({"DISPLAY": ":0"}, platform="linux") is None
    assert "libqxcb" in qt_loads[-1]
    qt_loads.clear()
    assert desktop.window_problem({"DISPLAY": ":0", "WAYLAND_DISPLAY": "w"}, platform="linux") is None
    assert not any("libqxcb" in code for code in qt_loads)


@pytest.mark.parametrize(
    ("said", "message", "hint"),
    [
        (
            "ImportError: libEGL.so.1: cannot open shared object file: No such file or directory",
            "library libEGL.so.1 is missing",
            "apt install libegl1",
        ),
        ("ModuleNotFoundError: No module named 'PySide6'", "package PySide6 is not installed", "bootstrap.py"),
        ("no answer from the display", "does not answer", "DISPLAY"),
        ("Something: else", "It fails: Something: else", "again"),
    ],
)
def test_failures_are_explained(said: str, message: str, hint: str) -> None:
    problem = desktop._explain(said)
    assert isinstance(problem, Problem)
    assert message in problem.message and hint in problem.hint


@pytest.mark.parametrize(
    ("library", "package"),
    [
        ("libxcb-cursor.so.0", "libxcb-cursor0"),
        ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
        ("libdbus-1.so.3", "libdbus-1-3"),
        ("libEGL.so.1", "libegl1"),
        ("libglib-2.0.so.0", "libglib2.0-0"),
    ],
)
def test_debian_names_follow_its_rule(library: str, package: str) -> None:
    assert desktop.debian_package(library) == package


def test_a_module_is_tried_in_a_child() -> None:
    assert desktop.module_problem("json") is None
    problem = desktop.module_problem("no_such_module_here")
    assert problem is not None and "no_such_module_here" in problem.message
