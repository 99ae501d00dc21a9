"""What each system is told of the application, and the package for Debian and Ubuntu."""

from __future__ import annotations

import os
import plistlib
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

from appbuild import __main__ as build
from appbuild import debian, platforms
from engine.version import __version__

needs_dpkg = pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg-deb is not installed")


@pytest.fixture
def application(tmp_path: Path) -> Path:
    """A folder as PyInstaller leaves it, with programs that are scripts."""
    folder = tmp_path / "dist" / "diffbgm-studio"
    (folder / "_internal" / "resources").mkdir(parents=True)
    (folder / "_internal" / "resources" / "data.bin").write_bytes(b"x" * 5000)
    for name in debian.PROGRAMS:
        (folder / name).write_text('#!/bin/sh\necho "$0 ${HOME-none} $@"\n')
        (folder / name).chmod(0o755)
    return folder


@needs_dpkg
def test_the_package_holds_programs_menu_entry_icons_and_kind_of_file(
    application: Path, repository: Path, tmp_path: Path
) -> None:
    package = debian.build_package(application, repository, tmp_path / "out", "1.2.3")
    assert package.name.startswith("diffbgm-studio_1.2.3_")
    assert list((tmp_path / "out").iterdir()) == [package]
    told = subprocess.run(["dpkg-deb", "-f", str(package)], capture_output=True, text=True, check=True).stdout
    assert "Version: 1.2.3" in told and "libc6 (>= " in told
    root = tmp_path / "root"
    subprocess.run(["dpkg-deb", "-x", str(package), str(root)], check=True)
    assert (root / "usr/lib/diffbgm-studio/_internal/resources/data.bin").read_bytes() == b"x" * 5000
    link = root / "usr/bin/diffbgm-studio"
    assert link.is_symlink() and link.resolve() == (root / "usr/lib/diffbgm-studio/diffbgm-studio").resolve()
    for side in platforms.ICON_SIDES_PX:
        assert (root / f"usr/share/icons/hicolor/{side}x{side}/apps/diffbgm-studio.png").stat().st_size > 200
    papers = root / "usr/share/doc/diffbgm-studio"
    assert "THIRD_PARTY.md" in (papers / "copyright").read_text()
    assert (papers / "changelog.gz").is_file()


def test_without_dpkg_it_is_a_sentence(
    application: Path, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(debian.PackageError, match="dpkg-deb is missing"):
        debian.build_package(application, repository, tmp_path / "out", "1.2.3")


def test_the_menu_entry_and_the_kind_of_file_agree(repository: Path) -> None:
    data = repository / "appbuild" / "data"
    entry = (data / "diffbgm-studio.desktop").read_text(encoding="utf-8")
    kinds = next(line for line in entry.splitlines() if line.startswith("MimeType=")).removeprefix("MimeType=")
    assert {platforms.PROJECT_MIME, *platforms.VIDEO_MIMES} == set(kinds.strip(";").split(";"))
    space = {"m": "http://www.freedesktop.org/standards/shared-mime-info"}
    kind = ElementTree.parse(data / "diffbgm-studio.xml").getroot().find("m:mime-type", space)
    assert kind is not None and kind.get("type") == platforms.PROJECT_MIME
    glob = kind.find("m:glob", space)
    assert glob is not None and glob.get("pattern") == "*.dbgm"
    component = ElementTree.parse(data / "diffbgm-studio.metainfo.xml").getroot()
    assert component.findtext("id") == platforms.IDENTIFIER


@pytest.mark.skipif(shutil.which("desktop-file-validate") is None, reason="desktop-file-utils is not installed")
def test_the_menu_entry_is_valid(repository: Path) -> None:
    entry = repository / "appbuild/data/diffbgm-studio.desktop"
    done = subprocess.run(["desktop-file-validate", str(entry)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.skipif(shutil.which("update-mime-database") is None, reason="shared-mime-info is not installed")
def test_a_project_is_known_by_its_name_and_by_its_content(repository: Path, tmp_path: Path) -> None:
    packages = tmp_path / "mime" / "packages"
    packages.mkdir(parents=True)
    shutil.copy(repository / "appbuild/data/diffbgm-studio.xml", packages)
    done = subprocess.run(["update-mime-database", str(tmp_path / "mime")], capture_output=True, text=True, check=True)
    assert "diffbgm-studio.xml" not in done.stderr
    assert f"{platforms.PROJECT_MIME}:*.dbgm" in (tmp_path / "mime" / "globs2").read_text()
    rules = (tmp_path / "mime" / "magic").read_bytes()
    assert b"SQLite format 3\0" in rules and b"1>68=\0\x04DBGM" in rules


def test_a_real_project_has_that_content(tmp_path: Path) -> None:
    from engine.project.schema import create_file

    create_file(tmp_path / "film.dbgm")
    head = (tmp_path / "film.dbgm").read_bytes()[:72]
    assert head[:16] == b"SQLite format 3\0" and head[68:] == b"DBGM"


def test_macos_is_told_kinds_of_files_and_version() -> None:
    told = plistlib.loads(plistlib.dumps(platforms.info_plist("1.2.3")))
    assert told["CFBundleShortVersionString"] == "1.2.3"
    assert told["NSHighResolutionCapable"] is True
    (exported,) = told["UTExportedTypeDeclarations"]
    assert exported["UTTypeTagSpecification"]["public.filename-extension"] == ["dbgm"]
    assert told["CFBundleDocumentTypes"][0]["LSItemContentTypes"] == [exported["UTTypeIdentifier"]]


@pytest.mark.parametrize("name", debian.PROGRAMS)
def test_windows_is_told_name_and_version(name: str, tmp_path: Path) -> None:
    text = Path(platforms.version_file(tmp_path, name, "1.2.3")).read_text(encoding="utf-8")
    seen: dict[str, object] = {}
    kinds = ("VSVersionInfo", "StringFileInfo", "StringTable", "VarFileInfo", "VarStruct")
    world = {kind: lambda *a, **k: SimpleNamespace() for kind in kinds}
    world["StringStruct"] = lambda key, value: seen.__setitem__(key, value)
    world["FixedFileInfo"] = lambda **fields: seen.update(fields)
    eval(text, world)
    assert seen["filevers"] == (1, 2, 3, 0)
    assert (seen["OriginalFilename"], seen["ProductVersion"]) == (f"{name}.exe", "1.2.3")


@pytest.mark.parametrize("platform", ["win32", "darwin", "linux"])
def test_icons_as_each_system_wants_them(platform: str, repository: Path, tmp_path: Path) -> None:
    pytest.importorskip("PySide6.QtSvg", exc_type=ImportError)
    from PIL import Image

    path = platforms.icon_for(repository, tmp_path, platform)
    if platform == "linux":
        assert path is None
        return
    with Image.open(str(path)) as picture:
        sizes = picture.info["sizes"]
        assert (256, 256) in {tuple(size[:2]) for size in sizes}


# ---- the command ---------------------------------------------------------------------------------------------------


def test_a_missing_resource_stops_the_build_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(build, "REQUIRED", ("translations/none.qm",))
    assert build.main(["-o", str(tmp_path / "dist"), "--work", str(tmp_path / "work")]) == 1
    assert "missing from resources/: translations/none.qm" in capsys.readouterr().out
    assert not (tmp_path / "dist").exists()


def test_a_torch_with_cuda_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "version.py").write_text("cuda: Optional[str] = '13.0'\n")
    monkeypatch.setattr(build, "find_spec", lambda _: SimpleNamespace(origin=str(tmp_path / "__init__.py")))
    monkeypatch.setattr(build.sys, "platform", "linux")
    assert build.torch_brings_cuda()
    (tmp_path / "version.py").write_text("cuda: Optional[str] = None\n")
    assert not build.torch_brings_cuda()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            ["INFO: x", "appbuild.licences.LicenceError: The licence of x is not known."],
            "The licence of x is not known.",
        ),
        (["stand_ins.StandInError: No ld.", "  trailing"], "No ld."),
        (["OSError: [Errno 28] No space left on device"], "OSError: [Errno 28] No space left on device"),
        ([], "PyInstaller said nothing."),
    ],
)
def test_why_pyinstaller_failed(said: list[str], told: str) -> None:
    assert build.last_words(said) == told


@pytest.mark.skipif(os.name == "nt", reason="the programs are shell scripts")
def test_the_application_checks_itself_without_our_environment(
    application: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    build.check_itself(application)
    assert capfd.readouterr().out.endswith("diffbgm none --self-check\n")
    (application / "diffbgm").write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(build.BuildError, match="does not pass"):
        build.check_itself(application)


def test_pyinstaller_is_run_and_its_failure_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fake = tmp_path / "PyInstaller.py"
    fake.write_text("print('1 INFO: Building COLLECT x'); raise SystemExit('SystemExit: no icons')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(build.BuildError, match="no icons"):
        build.run_pyinstaller(tmp_path / "dist", tmp_path / "work")
    assert "copying files" in capsys.readouterr().out
    assert "Building COLLECT" in (tmp_path / "work" / "pyinstaller.log").read_text()


def test_the_version_is_in_one_place(repository: Path) -> None:
    import re
    import tomllib

    project = tomllib.loads((repository / "pyproject.toml").read_text())
    assert "version" in project["project"]["dynamic"]
    assert project["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "engine.version.__version__"}
    changes = (repository / "CHANGELOG.md").read_text()
    newest = re.search(r"^## (\S+)", changes, re.MULTILINE)
    assert newest is not None and newest.group(1) == __version__
    spec = (repository / "build_app.spec").read_text()
    assert not re.search(r"\d+\.\d+\.\d+", spec)
    assert sys.version_info >= (3, 11)
