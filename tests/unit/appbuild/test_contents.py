"""What the application holds, what stays out, and how its size is told."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from appbuild import contents, sizes
from appbuild.contents import is_wanted, missing_resources, own_modules, qt_module, resource_files
from engine.resources import REQUIRED


def test_all_required_resources_go_along_and_no_scripts(repository: Path) -> None:
    assert missing_resources(repository, REQUIRED) == []
    files = resource_files(repository)
    places = {f"{folder}/{Path(source).name}" for source, folder in files}
    assert {f"resources/{name}" for name in REQUIRED} <= places
    assert not [place for place in places if place.endswith((".py", ".pyc", ".ts"))]


def test_a_missing_or_empty_resource_is_named(tmp_path: Path) -> None:
    (tmp_path / "resources" / "demo").mkdir(parents=True)
    (tmp_path / "resources" / "demo" / "demo.mp4").touch()
    (tmp_path / "resources" / "licences.txt").write_text("MIT")
    assert missing_resources(tmp_path, ("demo/demo.mp4", "licences.txt", "icons/play.svg")) == [
        "demo/demo.mp4",
        "icons/play.svg",
    ]


def test_every_module_of_ours_goes_along(repository: Path) -> None:
    modules = own_modules(repository)
    assert {"engine", "engine.cli.self_check", "diffbgm_gui.self_check", "diffbgm_gui.studio"} <= set(modules)
    assert not [name for name in modules if name.startswith(("training", "tests"))]


def _imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


OPTIONAL = {"transformers", "matplotlib", "accelerate"}
"""Of the paper's network and of plots: the application says that they are not there."""


def test_nothing_that_ours_imports_is_excluded(repository: Path) -> None:
    by_file = {"fluidsynth", "vlc"}
    excluded = set(contents.EXCLUDED_MODULES) - by_file
    wrong = set()
    for package in ("engine", "diffbgm_gui"):
        for path in (repository / package).rglob("*.py"):
            for name in _imported(path):
                parts = name.split(".")
                wrong |= {".".join(parts[:n]) for n in range(1, len(parts) + 1)} & excluded
    assert wrong <= OPTIONAL


def test_modules_that_look_for_a_library_go_along_as_files() -> None:
    pytest.importorskip("vlc")
    pytest.importorskip("fluidsynth", exc_type=ImportError)
    files = contents.loaded_by_name()
    assert [Path(source).name for source, _ in files] == ["fluidsynth.py", "vlc.py"]


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("libQt6Pdf.so.6", "Pdf"),
        ("libQt6Core.so.6.11.3", "Core"),
        ("Qt6VirtualKeyboard.dll", "VirtualKeyboard"),
        ("QtQuick.framework", "Quick"),
        ("QtCore.abi3.so", "Core"),
        ("QtCharts.pyd", "Charts"),
        ("libicudata.so.73", None),
        ("libtorch_cpu.so", None),
    ],
)
def test_qts_libraries_are_told_by_name(name: str, module: str | None) -> None:
    assert qt_module(name) == module


@pytest.mark.parametrize(
    ("target", "wanted"),
    [
        ("PySide6/Qt/lib/libQt6Widgets.so.6", True),
        ("PySide6/Qt/lib/libQt6Multimedia.so.6", True),
        ("PySide6/Qt/lib/libQt6Charts.so.6", False),
        ("PySide6/Qt/lib/libQt6VirtualKeyboard.so.6", False),
        ("PySide6/Qt/plugins/platforms/libqxcb.so", True),
        ("PySide6/Qt/plugins/platforms/libqoffscreen.so", True),
        ("PySide6/Qt/plugins/platforminputcontexts/libqtvirtualkeyboardplugin.so", False),
        ("PySide6/Qt/plugins/platformthemes/libqgtk3.so", False),
        ("PySide6/Qt/plugins/imageformats/libqsvg.so", True),
        ("PySide6/Qt/plugins/imageformats/libqpdf.so", False),
        ("PySide6/Qt/plugins/multimedia/libffmpegmediaplugin.so", True),
        ("PySide6/Qt/plugins/sqldrivers/libqsqlite.so", False),
        ("PySide6/Qt/translations/qtbase_zh_CN.qm", True),
        ("PySide6/Qt/translations/qtbase_de.qm", False),
        ("PySide6/Qt/qml/QtQuick/qmldir", False),
        ("PySide6/plugins/platforms/qwindows.dll", True),
        ("libgtk-3.so.0", False),
        ("libreadline.so.8", False),
        ("libfluidsynth.so.3", False),
        ("libxcb-cursor.so.0", True),
        ("torch/lib/libtorch_cpu.so", True),
    ],
)
def test_what_is_collected_is_sorted_out(target: str, wanted: bool) -> None:
    assert is_wanted(target) is wanted
    kept = contents.trimmed([(target, "somewhere", "BINARY")])
    assert bool(kept) is wanted


def test_sizes_are_told_part_by_part(tmp_path: Path) -> None:
    files = {
        "diffbgm": 10,
        "_internal/torch/lib/libtorch_cpu.so": 4000,
        "_internal/av.libs/libavcodec.so": 300,
        "_internal/av/__init__.so": 200,
        "_internal/resources/model/compact/model.safetensors": 100,
        "_internal/resources/icons/play.svg": 20,
        "_internal/libglib-2.0.so.0": 30,
    }
    for place, n_bytes in files.items():
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_bytes(b"x" * n_bytes)
    (tmp_path / "_internal" / "link.so").symlink_to(tmp_path / "_internal" / "libglib-2.0.so.0")
    found = sizes.sizes_of(tmp_path)
    assert next(iter(found)) == "torch"
    assert found["PyAV with FFmpeg"] == (500, 2)
    assert found["weights"] == (100, 1)
    assert found["libraries of the system, Python itself"] == (30, 1)
    assert sum(n_bytes for n_bytes, _ in found.values()) == sum(files.values())
    table = sizes.table({"torch": (4_000_000, 1), "Qt": (500_000, 2)})
    assert table.splitlines()[2:] == ["| torch | 4.0 | 1 |", "| Qt | 0.5 | 2 |", "| **all** | 4.5 | 3 |"]
