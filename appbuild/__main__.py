"""`python -m appbuild [--deb]`: build the application, say how large it is part by part, and let it check itself."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from appbuild import contents, sizes
from appbuild.debian import PackageError, build_package
from engine.resources import REQUIRED
from engine.version import __version__

ROOT: Final = Path(__file__).resolve().parents[1]
APPLICATION: Final = "diffbgm-studio"
_STAGES: Final = {
    "Analyzing ": "looking for what it imports",
    "Looking for dynamic libraries": "looking for libraries",
    "Building PYZ": "packing modules",
    "Building COLLECT": "copying files",
}
_CLEAN_ENVIRONMENT: Final = ("SYSTEMROOT", "TEMP", "TMP")
"""What Windows itself cannot do without; on other systems the application is checked with no variable at all."""


class BuildError(Exception):
    """The application was not built; the text says why and what mends it."""


def main(argv: Sequence[str] | None = None) -> int:
    """Build; the exit status."""
    parser = argparse.ArgumentParser(prog="bootstrap.py build", description="Build the application into a folder.")
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "dist", metavar="DIR", help="(dist)")
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "app", metavar="DIR", help="(build/app)")
    parser.add_argument("--deb", action="store_true", help="make a package for Debian and Ubuntu as well")
    arguments = parser.parse_args(argv)
    began = time.monotonic()
    try:
        application = build(arguments.output.absolute(), arguments.work.absolute())
        if arguments.deb:
            say("making the package for Debian and Ubuntu")
            package = build_package(application, ROOT, arguments.output.absolute(), __version__)
            say(f"  {package} ({package.stat().st_size / 1e6:.0f} MB)")
    except (BuildError, PackageError) as error:
        say(f"Not built: {error}")
        return 1
    say(f"Built in {time.monotonic() - began:.0f} s: {application}")
    return 0


def say(text: str) -> None:
    """Tell the person at the terminal."""
    print(text, flush=True)


def build(output: Path, work: Path) -> Path:
    """Build, measure and check the application; its folder.

    Raises:
        BuildError: when something is missing, or what was built does not work.
    """
    check_ready()
    run_pyinstaller(output, work)
    application = output / APPLICATION
    report = sizes.table(sizes.sizes_of(application))
    (output / "sizes.md").write_text(report + "\n", encoding="utf-8")
    say(report)
    say("letting it check itself, without Python and with an empty environment")
    check_itself(application)
    return application


def check_ready() -> None:
    """Make sure, before minutes of work, that what is needed is there.

    Raises:
        BuildError: says what is missing.
    """
    missing = contents.missing_resources(ROOT, REQUIRED)
    if missing:
        raise BuildError(f"missing from resources/: {', '.join(missing)}. Restore them: git checkout resources")
    if sys.platform == "linux" and (
        absent := [tool for tool in ("objdump", "as", "ld", "nm") if not shutil.which(tool)]
    ):
        raise BuildError(f"the programs {', '.join(absent)} are missing. On Debian or Ubuntu: apt install binutils")
    if torch_brings_cuda():
        raise BuildError(
            "this build of torch brings CUDA: gigabytes, under terms of their own. Name an index of builds for the "
            "processor alone in DIFFBGM_TORCH_INDEX, delete .venv-build, and run the same command again."
        )


def torch_brings_cuda() -> bool:
    """Whether the installed torch was built for CUDA, without loading it."""
    spec = find_spec("torch")
    file = Path(spec.origin).with_name("version.py") if spec is not None and spec.origin is not None else None
    text = file.read_text(encoding="utf-8") if file is not None and file.is_file() else ""
    return sys.platform != "darwin" and re.search(r"^cuda\b[^=\n]*= None$", text, re.MULTILINE) is None


def run_pyinstaller(output: Path, work: Path) -> None:
    """Run PyInstaller; what it says goes to a log, its stages are told.

    Raises:
        BuildError: with its last words.
    """
    work.mkdir(parents=True, exist_ok=True)
    log = work / "pyinstaller.log"
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--distpath", str(output), "--workpath", str(work)]
    said: list[str] = []
    began = time.monotonic()
    say(f"building with PyInstaller (some minutes; all it says is in {log})")
    with (
        log.open("w", encoding="utf-8") as file,
        subprocess.Popen(
            [*command, str(ROOT / "build_app.spec")], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace",
        ) as process,
    ):  # fmt: skip
        for line in process.stdout or ():
            file.write(line)
            said = [*said[-20:], line.strip()]
            stage = next((stage for words, stage in _STAGES.items() if f"INFO: {words}" in line), None)
            if stage is not None:
                say(f"  {stage} ({time.monotonic() - began:.0f} s)")
    if process.returncode:
        raise BuildError(last_words(said))


def last_words(said: Sequence[str]) -> str:
    """Why PyInstaller failed: our own sentence where there is one, else its last line."""
    told = [line for line in said if line]
    for line in reversed(told):
        found = re.match(r"(?:[\w.]+\.)?(?:StandInError|LicenceError|SystemExit): (.+)", line)
        if found:
            return found.group(1)
    return told[-1] if told else "PyInstaller said nothing."


def check_itself(application: Path) -> None:
    """Run the application's own check with nothing of this environment.

    Raises:
        BuildError: when a part does not work.
    """
    program = application / ("diffbgm.exe" if os.name == "nt" else "diffbgm")
    environment = {name: os.environ[name] for name in _CLEAN_ENVIRONMENT if name in os.environ}
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([str(program), "--self-check"], cwd=folder, env=environment, check=False)
    if done.returncode:
        raise BuildError("the application does not pass its own check.")


if __name__ == "__main__":
    sys.exit(main())
