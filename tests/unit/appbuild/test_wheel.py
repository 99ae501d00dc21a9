"""The wheel and the source package: built, looked into, and used without the checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from engine.resources import REQUIRED
from engine.version import __version__

_BUILD = "import sys; from setuptools import build_meta; print(build_meta.{}(sys.argv[1]))"
_LEFT_OUT = {".git", ".venv", ".venv-build", "build", "dist", "runs", "node_modules"}


def _run(command: list[str], where: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    return subprocess.run(
        command, cwd=where, env={**environment, **variables}, capture_output=True, text=True, check=False
    )


def _built(kind: str, source: Path, output: Path) -> Path:
    output.mkdir(exist_ok=True)
    done = _run([sys.executable, "-W", "ignore", "-c", _BUILD.format(kind), str(output)], source)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return output / done.stdout.strip().splitlines()[-1]


@pytest.fixture(scope="module")
def packages(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A source package of this checkout, and the wheel built from nothing but that."""
    pytest.importorskip("setuptools", minversion="77")
    folder = tmp_path_factory.mktemp("packages")

    def unneeded(_: str, names: list[str]) -> set[str]:
        return {name for name in names if name in _LEFT_OUT or name == "__pycache__" or name.endswith(".egg-info")}

    shutil.copytree(repository, folder / "checkout", ignore=unneeded)
    sdist = _built("build_sdist", folder / "checkout", folder / "sdist")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder / "unpacked", filter="data")
    (source,) = (folder / "unpacked").iterdir()
    return sdist, _built("build_wheel", source, folder / "wheel")


def test_both_are_named_after_the_one_version(packages: tuple[Path, Path]) -> None:
    sdist, wheel = packages
    assert sdist.name == f"diffbgm_studio-{__version__}.tar.gz"
    assert wheel.name == f"diffbgm_studio-{__version__}-py3-none-any.whl"


def test_the_wheel_holds_the_program_and_its_resources_and_no_tests(packages: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(packages[1]) as wheel:
        names = wheel.namelist()
        scripts = next(name for name in names if name.endswith("entry_points.txt"))
        told = wheel.read(scripts).decode()
        assert wheel.testzip() is None
    assert {f"resources/{name}" for name in REQUIRED} <= set(names)
    assert {"engine/cli/self_check.py", "diffbgm_gui/app.py", "training/configs/compact.yaml"} <= set(names)
    tops = {name.split("/")[0] for name in names}
    assert tops == {"engine", "training", "diffbgm_gui", "resources", f"diffbgm_studio-{__version__}.dist-info"}
    assert any("licenses/LICENSE" in name for name in names)
    assert not [name for name in names if name.endswith((".pyc", ".pyo")) or "/tests/" in name]
    for program in ("diffbgm = ", "diffbgm-train = ", "diffbgm-studio = "):
        assert program in told


def test_the_source_package_holds_what_a_checkout_does(packages: tuple[Path, Path]) -> None:
    with tarfile.open(packages[0]) as archive:
        inner = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {"pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE", "bootstrap.py", "constraints.txt"}
    assert wanted | {"build_app.spec", "appbuild/contents.py", "docs/packaging.md"} <= inner
    assert "tests/unit/appbuild/test_wheel.py" in inner
    assert {f"resources/{name}" for name in REQUIRED} <= inner


def test_the_installed_wheel_runs_without_the_checkout(packages: tuple[Path, Path], tmp_path: Path) -> None:
    """Its programs, from a folder of their own: they find themselves and their resources there."""
    target = tmp_path / "installed here"
    install = ["-m", "pip", "install", "--no-deps", "--no-index", "--quiet", "--disable-pip-version-check"]
    done = _run([sys.executable, *install, "--target", str(target), str(packages[1])], tmp_path)
    assert done.returncode == 0, done.stderr
    bin_folder = target / ("Scripts" if os.name == "nt" else "bin")
    for program in ("diffbgm", "diffbgm-studio"):
        told = _run([str(bin_folder / program), "--version"], tmp_path, PYTHONPATH=str(target))
        assert told.stdout.strip() == f"{program} {__version__}", told.stderr
    code = (
        "import engine, diffbgm_gui; from engine.resources import REQUIRED, resource_path\n"
        "print(engine.__file__); print(resource_path(*REQUIRED[0].split('/')))"
    )
    told = _run([sys.executable, "-P", "-c", code], tmp_path, PYTHONPATH=str(target))
    places = told.stdout.splitlines()
    assert len(places) == 2 and all(Path(place).is_relative_to(target) for place in places), told.stderr
