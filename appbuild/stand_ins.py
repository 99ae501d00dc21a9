"""Libraries of the same name that do nothing, in place of some that must not, or need not, go along.

PyAV's FFmpeg is under the LGPL, but linked with these two, which are under the GPL; torch and OpenCV hold Intel's MKL
and IPP, which cannot be combined with them in one distributed program. The program encodes pictures without them
(`engine.video.encoders`), so the application leaves them out. FFmpeg still asks for their functions when it is loaded:
a stand-in has each of them, and each answers that nothing can be encoded.

OpenCV's wheel brings an FFmpeg and an OpenBLAS of its own, 80 MB, for reading videos and for linear algebra: the engine
asks OpenCV for neither (`tests/unit/appbuild/test_stand_ins.py` holds it to that), and gets stand-ins for them as well.

Made with `as` and `ld` of binutils, which PyInstaller needs anyway.
"""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Final

from appbuild.contents import Entry

_REPLACED: Final = re.compile(r"(?:lib)?x26[45][-.]")
_UNUSED: Final = re.compile(
    r"opencv_python_headless\.libs/lib(openblas|avcodec|avformat|avutil|swscale|swresample|avif|aom|vpx|ssl|crypto|"
    r"gfortran|quadmath|drm)\w*[-.]"
)
_REFUSES: Final = "x264_param_default_preset"
"""The first function that FFmpeg calls and whose answer it heeds."""
_RETURN: Final = {
    "x86_64": {0: "xorl %eax, %eax\n ret", -1: "movq $-1, %rax\n ret"},
    "aarch64": {0: "mov x0, #0\n ret", -1: "mov x0, #-1\n ret"},
}
_DATA_BYTES: Final = 4096


class StandInError(Exception):
    """A stand-in cannot be made; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Symbols:
    """What a library offers and another one asks of it: names of functions and of data, and of those that have one,
    under which version of the library's interface."""

    functions: tuple[str, ...]
    data: tuple[str, ...]
    versions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def replaced(entries: Sequence[Entry], folder: Path) -> list[Entry]:
    """The entries with stand-ins, written to a folder, for the libraries that must not go along.

    Raises:
        StandInError: where they cannot be made on this system.
    """
    files = [entry for entry in entries if entry[2] != "SYMLINK"]
    leaving = {target for target, _, _ in files if must_go(target) or (is_unused(target) and can_be_made())}
    users = [source for target, source, _ in files if target not in leaving and _may_use(target)]
    return [_replaced(entry, users, folder) if entry[0] in leaving else entry for entry in entries]


def is_unused(target: str) -> bool:
    """Whether a file of the bundle is a library of OpenCV's that the engine has no use for."""
    return bool(_UNUSED.search(PurePath(target).as_posix()))


def can_be_made() -> bool:
    """Whether this system has what stand-ins are made with."""
    tools = all(shutil.which(tool) for tool in ("as", "ld", "nm"))
    return platform.system() == "Linux" and platform.machine() in _RETURN and tools


def _may_use(target: str) -> bool:
    path = PurePath(target)
    return path.parts[0] in ("cv2", "opencv_python_headless.libs", "av.libs") and ".so" in path.name


def must_go(target: str) -> bool:
    """Whether a file of the bundle is one of those libraries, by its name."""
    return bool(_REPLACED.match(PurePath(target).name))


def _replaced(entry: Entry, users: Sequence[str], folder: Path) -> Entry:
    target, source, kind = entry
    stand_in = folder / PurePath(target).name
    make_stand_in(Path(source), [Path(user) for user in users], stand_in)
    return target, str(stand_in), kind


def make_stand_in(library: Path, users: Sequence[Path], output: Path) -> None:
    """Write a library with the name of another one and those of its symbols that others ask for.

    Raises:
        StandInError: when this system or its tools do not serve.
    """
    machine = platform.machine()
    if platform.system() != "Linux" or machine not in _RETURN:
        raise StandInError(
            f"{library.name} is under the GPL and must not go along, and a stand-in for it is made on Linux "
            "(x86-64 and ARM64) only. Give PyAV an FFmpeg without x264 and x265: docs/packaging.md tells how."
        )
    for tool in ("as", "ld", "nm", "objdump"):
        if shutil.which(tool) is None:
            raise StandInError(f"The program {tool} is missing. On Debian or Ubuntu: apt install binutils")
    output.parent.mkdir(parents=True, exist_ok=True)
    source, built = output.with_suffix(".s"), output.with_suffix(".o")
    symbols = wanted_symbols(library, users)
    source.write_text(assembly(symbols, machine), encoding="ascii")
    versions = output.with_suffix(".map")
    versions.write_text(version_script(symbols), encoding="ascii")
    _call("as", str(source), "-o", str(built))
    _call("ld", "-shared", "-soname", library.name, f"--version-script={versions}", str(built), "-o", str(output))


def wanted_symbols(library: Path, users: Sequence[Path]) -> Symbols:
    """The symbols that a library defines and one of its users leaves open."""
    asked = {line.split()[-1].split("@")[0] for user in users for line in _lines("nm", "-D", "-u", str(user))}
    functions, data = set(), set()
    versions: dict[str, set[str]] = {}
    for line in _lines("nm", "-D", "--defined-only", str(library)):
        kind, versioned = line.split()[-2:]
        name, _, version = versioned.partition("@")
        if name in asked:
            (functions if kind in "TtWi" else data).add(name)
            if version.strip("@"):
                versions.setdefault(version.strip("@"), set()).add(name)
    by_version = {version: tuple(sorted(names)) for version, names in sorted(versions.items())}
    return Symbols(tuple(sorted(functions)), tuple(sorted(data)), by_version)


def version_script(symbols: Symbols) -> str:
    """The linker's table of versions: the loader asks for them by name."""
    if not symbols.versions:
        return "{ global: *; };\n"
    return "".join(
        f"{version} {{ global: {' '.join(f'{name};' for name in names)} }};\n"
        for version, names in symbols.versions.items()
    )


def assembly(symbols: Symbols, machine: str) -> str:
    """Source text in which every function returns 0 (one that decides, -1) and all data is zero."""
    answers = _RETURN[machine]
    mark = "@" if machine == "x86_64" else "%"
    lines = [".text"]
    for name in symbols.functions:
        lines += [
            f".globl {name}",
            f".type {name}, {mark}function",
            f"{name}:",
            f" {answers[-1 if name == _REFUSES else 0]}",
        ]
    lines.append(".data")
    for name in symbols.data:
        lines += [
            f".globl {name}",
            f".type {name}, {mark}object",
            f".size {name}, {_DATA_BYTES}",
            f"{name}: .zero {_DATA_BYTES}",
        ]
    lines.append(f'.section .note.GNU-stack, "", {mark}progbits')
    return "\n".join(lines) + "\n"


def _lines(*command: str) -> list[str]:
    return [line for line in _call(*command).splitlines() if line.strip()]


def _call(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise StandInError(f"{command[0]} failed: {done.stderr.strip()[-300:]}")
    return done.stdout
