"""A package for Debian and Ubuntu: the built application, its entry in the menu, its kind of files."""

from __future__ import annotations

import gzip
import os
import platform
import shutil
import subprocess
from pathlib import Path
from typing import Final

from appbuild.platforms import ICON_SIDES_PX, draw_icons

PACKAGE: Final = "diffbgm-studio"
PROGRAMS: Final = ("diffbgm", "diffbgm-studio")
_HOME: Final = Path("usr/lib") / PACKAGE
_NEEDED: Final = ("libegl1", "libgl1", "libx11-6", "libxcb1")
_RECOMMENDED: Final = ("fonts-dejavu-core", "hicolor-icon-theme", "shared-mime-info", "desktop-file-utils")
_SUGGESTED: Final = ("libfluidsynth3", "fonts-noto-cjk")


class PackageError(Exception):
    """The package cannot be made; the text says why."""


def build_package(application: Path, root: Path, output: Path, version: str) -> Path:
    """Make the .deb of a built application.

    Args:
        application: the folder that PyInstaller made.
        root: of the checkout.
        output: folder for the package and, in `package-root`, what it holds.

    Raises:
        PackageError: where dpkg-deb is missing or fails.
    """
    if shutil.which("dpkg-deb") is None:
        raise PackageError("The program dpkg-deb is missing: packages are made on Debian or Ubuntu.")
    staged = output / "package-root"
    shutil.rmtree(staged, ignore_errors=True)
    lay_out(application, root, staged, version)
    package = output / f"{PACKAGE}_{version}_{architecture()}.deb"
    command = ["dpkg-deb", "--root-owner-group", "-Zzstd", "-z9", "--build", str(staged), str(package)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    shutil.rmtree(staged, ignore_errors=True)
    if done.returncode:
        raise PackageError(f"dpkg-deb failed: {done.stderr.strip()[-300:]}")
    return package


def lay_out(application: Path, root: Path, staged: Path, version: str) -> None:
    """Lay files out as they will lie on the system; the application's own are linked, not copied, where that works."""
    home = staged / _HOME
    home.parent.mkdir(parents=True)
    shutil.copytree(application, home, symlinks=True, copy_function=_linked)
    for name in PROGRAMS:
        link = staged / "usr" / "bin" / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(os.path.relpath(home / name, link.parent))
    data = root / "appbuild" / "data"
    _put(data / f"{PACKAGE}.desktop", staged / "usr/share/applications")
    _put(data / f"{PACKAGE}.xml", staged / "usr/share/mime/packages")
    _put(data / f"{PACKAGE}.metainfo.xml", staged / "usr/share/metainfo")
    icons = staged / "usr/share/icons/hicolor"
    draw_icons(root, {icons / f"{side}x{side}/apps/{PACKAGE}.png": side for side in ICON_SIDES_PX})
    _put(root / "resources/app/diffbgm.svg", icons / "scalable/apps", f"{PACKAGE}.svg")
    papers = staged / "usr/share/doc" / PACKAGE
    papers.mkdir(parents=True)
    (papers / "copyright").write_text(copyright_file(root), encoding="utf-8")
    with gzip.GzipFile(papers / "changelog.gz", "wb", mtime=0) as file:
        file.write((root / "CHANGELOG.md").read_bytes())
    control = staged / "DEBIAN" / "control"
    control.parent.mkdir()
    control.write_text(control_file(version, _kilobytes(staged)), encoding="utf-8")


def control_file(version: str, kilobytes: int) -> str:
    """What dpkg knows of the package. It needs the C library that it was built with, or a newer one."""
    libc = platform.libc_ver()[1] or "2.34"
    lines = {
        "Package": PACKAGE,
        "Version": version,
        "Architecture": architecture(),
        "Maintainer": "Diff-BGM Studio contributors",
        "Section": "video",
        "Priority": "optional",
        "Installed-Size": str(kilobytes),
        "Depends": ", ".join((f"libc6 (>= {libc})", *_NEEDED)),
        "Recommends": ", ".join(_RECOMMENDED),
        "Suggests": ", ".join(_SUGGESTED),
        "Description": "background music for a video, composed from its picture\n"
        " A desktop studio and a command line that compose music for a video on this\n"
        " machine, from its cuts, motion and light, with a diffusion model that comes along.",
    }
    return "".join(f"{name}: {text}\n" for name, text in lines.items())


def copyright_file(root: Path) -> str:
    """Debian's page of copyrights: ours, and where those of the parts are."""
    own = (root / "LICENSE").read_text(encoding="utf-8")
    where = f"/{_HOME}/_internal/resources/licences"
    return f"{own}\nThe parts that come along, their licences and their texts are listed in\n{where}/THIRD_PARTY.md\n"


def architecture() -> str:
    """Debian's name of this machine's kind."""
    machine = platform.machine()
    return {"x86_64": "amd64", "aarch64": "arm64"}.get(machine, machine)


def _put(source: Path, folder: Path, name: str | None = None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, folder / (name or source.name))


def _linked(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _kilobytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink()) // 1024
