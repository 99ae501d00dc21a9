#!/usr/bin/env python3
"""Set Diff-BGM Studio up in this folder, then run it. Needs Python 3.11 to 3.13 and nothing else.

    python3 bootstrap.py demo            score resources/demo/demo.mp4 into ./demo-scored.mp4
    python3 bootstrap.py test            style, types, import rules and all tests
    python3 bootstrap.py test ARGS...    only the tests, with these pytest arguments
    python3 bootstrap.py run ARGS...     the same as `diffbgm ARGS...`, for example: run score film.mp4 -o scored.mp4
    python3 bootstrap.py studio [ARGS]   the window
    python3 bootstrap.py train ARGS...   the same as `diffbgm-train ARGS...`
    python3 bootstrap.py build [--deb]   the application for people without Python, into dist/ (docs/packaging.md)

The first call makes .venv and installs pinned packages into it; later calls start at once. A set-up that was
interrupted is mended by calling again. `build` has an environment of its own, .venv-build.
Environment: DIFFBGM_TORCH_INDEX names another package index for torch alone (a CPU-only or a CUDA build as you like).
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BUILD_VENV = ROOT / ".venv-build"
LOG = ROOT / ".venv-setup.log"
LOCK = ROOT / ".venv-setup.lock"
CONSTRAINTS = ROOT / "constraints.txt"
STAMPED_FILES = ("pyproject.toml", "constraints.txt", "engine/version.py")
OLDEST_PYTHON = (3, 11)
NEWEST_PYTHON = (3, 13)
BASE_EXTRAS = ("player", "synth", "train")
BUILD_EXTRAS = ("player", "synth", "package")
TORCH_INDEX_VARIABLE = "DIFFBGM_TORCH_INDEX"
FAILED_CHECKS_VARIABLE = "DIFFBGM_FAILED_CHECKS"
MOST_WORKERS = 4
COMMANDS = ("demo", "test", "run", "studio", "train", "build")


class SetupError(Exception):
    """A step that failed: which one, why in a sentence, and what mends it."""

    def __init__(self, step: str, reason: str, mend: str) -> None:
        super().__init__(reason)
        self.step, self.reason, self.mend = step, reason, mend


# ---- what there is -------------------------------------------------------------------------------------------------


def venv_python(venv: Path = VENV) -> Path:
    """The interpreter inside a virtual environment."""
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def venv_of(kind: str) -> Path:
    """The environment for a kind of set-up: "base", "test" or "build"."""
    return BUILD_VENV if kind == "build" else VENV


def unfinished_path(venv: Path) -> Path:
    """What marks an environment whose set-up has begun and not ended."""
    return venv / ".diffbgm-unfinished"


def fingerprint(root: Path = ROOT, version: str = sys.version, index: str | None = None) -> str:
    """A hash that changes when the set-up must be brought up to date: pinned packages, Python, torch's index."""
    digest = hashlib.sha256()
    for name in STAMPED_FILES:
        digest.update((root / name).read_bytes())
    for text in (version, str(root), index if index is not None else os.environ.get(TORCH_INDEX_VARIABLE, "")):
        digest.update(text.encode() + b"\0")
    return digest.hexdigest()


def stamp_path(kind: str) -> Path:
    """Where the fingerprint of a finished set-up is kept; `kind` is "base", "test" or "build"."""
    return venv_of(kind) / f".diffbgm-{kind}"


def is_ready(kind: str, root: Path = ROOT) -> bool:
    """Whether this kind of set-up was finished for exactly these files."""
    stamp = stamp_path(kind)
    return venv_python(venv_of(kind)).exists() and stamp.is_file() and stamp.read_text().strip() == fingerprint(root)


def torch_requirement(constraints: str) -> str:
    """The pinned torch, as "torch==X.Y.Z", out of the text of constraints.txt."""
    found = re.search(r"^torch==[^\s;]+", constraints, re.MULTILINE)
    if found is None:
        raise SetupError("read constraints.txt", "It does not pin torch.", "Restore it: git checkout constraints.txt")
    return found.group()


def check_python(version: tuple[int, ...] = tuple(sys.version_info[:3])) -> None:
    """Refuse a Python that is too old, or too new for the pinned packages; name one that serves if it is there."""
    if OLDEST_PYTHON <= version[:2] <= NEWEST_PYTHON:
        return
    fit = [name for name in ("python3.13", "python3.12", "python3.11") if shutil.which(name)]
    mend = f"Run: {fit[0]} bootstrap.py" if fit else "Install Python 3.11, 3.12 or 3.13, then run this with it."
    raise SetupError("check Python", f"This is Python {'.'.join(map(str, version))}; 3.11 to 3.13 is needed.", mend)


# ---- running things ------------------------------------------------------------------------------------------------


def say(text: str) -> None:
    """Tell the person at the terminal; on stderr, so that stdout belongs to the command that is run."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def ticking(label: str) -> Iterator[None]:
    """On a terminal, show the seconds that a quiet step has taken so far."""
    if not sys.stderr.isatty():
        yield
        return
    done, start = threading.Event(), time.monotonic()

    def tick() -> None:
        while not done.wait(1):
            print(f"\r  {label} {time.monotonic() - start:.0f} s ", end="", file=sys.stderr, flush=True)

    thread = threading.Thread(target=tick, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        print("\r\033[K", end="", file=sys.stderr, flush=True)


_WORTH_SAYING = re.compile(r"\s*(Downloading \S+ \([\d.]+ [MG]B\)|Installing collected packages)")


def run_logged(step: str, command: Sequence[str], log: Path = LOG) -> None:
    """Run a set-up command; all it says goes to the log, large downloads are said aloud too."""
    log.parent.mkdir(parents=True, exist_ok=True)
    lines: list[str] = []
    pipe, same = subprocess.PIPE, subprocess.STDOUT
    with log.open("a", encoding="utf-8") as out, ticking(step):
        out.write(f"\n== {step}: {' '.join(command)}\n")
        with subprocess.Popen(command, cwd=ROOT, stdout=pipe, stderr=same, text=True, errors="replace") as process:
            for line in process.stdout or ():
                out.write(line)
                lines.append(line)
                if found := _WORTH_SAYING.match(line):
                    say("  " + found.group(1))
        code = process.returncode
    if code != 0:
        raise SetupError(step, explain_failure(lines), mend_for(lines))


def explain_failure(lines: Sequence[str]) -> str:
    """The line of a failed command's output that says most."""
    told = [line.strip() for line in lines if line.strip()]
    errors = [line for line in told if re.match(r"(ERROR|error|OSError|.*Error):?", line)]
    return (errors or told or ["It said nothing."])[-1][:300]


def mend_for(lines: Sequence[str]) -> str:
    """What to do about a failed installation, judged by what it said."""
    text = "\n".join(lines)
    if "No space left" in text or "Errno 28" in text:
        return "Free about 5 GB of disk, then run the same command again."
    if re.search(r"Temporary failure|ConnectionError|NewConnectionError|timed out|ProxyError|getaddrinfo", text):
        return "Check the network (behind a proxy: set HTTPS_PROXY), then run the same command again."
    if "No matching distribution" in text or "Could not find a version" in text:
        return (
            "Check the network, and that the system is 64-bit (Linux: of 2022 or later, glibc 2.34). "
            f"Another index for torch: {TORCH_INDEX_VARIABLE}. Then run the same command again."
        )
    if "Permission denied" in text:
        return "Make this folder writable for you, then run the same command again."
    return f"Run the same command again; if it fails at the same place, delete .venv first. All output is in {LOG}."


# ---- the steps of the set-up ---------------------------------------------------------------------------------------


def has_working_pip(python: Path) -> bool:
    """Whether an environment's interpreter starts, is of this very Python, and has pip."""
    command = [str(python), "-c", "import pip._internal.cli.main, sys; print(sys.version)"]
    try:
        result = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return False
    return result.returncode == 0 and result.stdout.strip() == sys.version.strip()


def make_environment(venv: Path) -> None:
    """Make an environment, or make it anew when it is half made or of another Python."""
    if has_working_pip(venv_python(venv)):
        return
    remove_environment(venv)
    if subprocess.run([sys.executable, "-c", "import venv, ensurepip"], capture_output=True, check=False).returncode:
        raise SetupError(
            f"make {venv.name}",
            "This Python lacks the venv or ensurepip module.",
            "On Debian or Ubuntu: apt install python3-venv. Elsewhere: install Python from python.org.",
        )
    run_logged(f"make {venv.name}", [sys.executable, "-m", "venv", str(venv)])


def remove_environment(venv: Path) -> None:
    """Delete an environment if it is there."""
    if venv.exists():
        say(f"  the {venv.name} that is here is not usable: making it anew")
        shutil.rmtree(venv, ignore_errors=True)


def pip_install(venv: Path, step: str, *arguments: str) -> None:
    """Install with the pinned versions."""
    pip = [str(venv_python(venv)), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    run_logged(step, [*pip, "--progress-bar", "off", *arguments, "-c", str(CONSTRAINTS)])


def install_torch(venv: Path) -> None:
    """Install torch alone, so that no other package decides which build of it comes."""
    index = os.environ.get(TORCH_INDEX_VARIABLE)
    where = ["--index-url", index] if index else []
    pip_install(venv, "install torch", *where, torch_requirement(CONSTRAINTS.read_text()))


def install_package(venv: Path, extras: Sequence[str]) -> None:
    """Install this checkout (editable: changed sources need no new set-up) with its pinned dependencies."""
    pip_install(venv, "install Diff-BGM Studio", "-e", f".[{','.join(extras)}]")


_FIND_DAMAGE = """
import importlib.metadata as metadata
for dist in metadata.distributions():
    for file in dist.files or [None]:
        path = file and file.locate()
        if path is None or file.suffix != ".pyc" and (
            not path.exists() or file.size is not None and path.stat().st_size != file.size
        ):
            print(dist.metadata["Name"])
            break
"""


def damaged_packages(venv: Path) -> list[str]:
    """Installed packages with missing or cut-off files, as a killed installation leaves them."""
    command = [str(venv_python(venv)), "-c", _FIND_DAMAGE]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return result.stdout.split() if result.returncode == 0 else [f"the Python of {venv.name}"]


@contextmanager
def only_one() -> Iterator[None]:
    """Let one set-up run at a time; a second waits. The system frees the lock when a set-up dies."""
    with LOCK.open("a+") as file:
        if not _try_lock(file):
            say("Another set-up runs in this folder; waiting for it.")
            while not _try_lock(file):
                time.sleep(0.5)
        yield


def _try_lock(file: IO[str]) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def extras_of(kind: str) -> tuple[str, ...]:
    """What is installed beside the base for a kind of set-up."""
    if kind == "build":
        return BUILD_EXTRAS
    return (*BASE_EXTRAS, "test") if kind == "test" or stamp_path("test").exists() else BASE_EXTRAS


def set_up(kind: str) -> None:
    """Make or mend an environment; `kind` "test" brings the tools of the checks too, "build" those of the build."""
    venv, extras = venv_of(kind), extras_of(kind)
    unfinished = unfinished_path(venv)
    if unfinished.exists() and (damaged := damaged_packages(venv)):
        say(f"An earlier set-up was interrupted and left damage: {', '.join(damaged)}.")
        remove_environment(venv)
    steps: list[tuple[str, Callable[[], None]]] = [
        (f"make {venv.name}", lambda: make_environment(venv)),
        ("install torch (on its own, first)", lambda: install_torch(venv)),
        ("install Diff-BGM Studio and its libraries", lambda: install_package(venv, extras)),
    ]
    LOG.unlink(missing_ok=True)
    began = time.monotonic()
    for number, (name, step) in enumerate(steps, 1):
        say(f"[{number}/{len(steps)}] {name} ({time.monotonic() - began:.0f} s so far)")
        step()
        unfinished.touch()
    for done in ("base", "test") if "test" in extras else (kind,):
        stamp_path(done).write_text(fingerprint())
    unfinished.unlink()
    say(f"Set-up finished in {time.monotonic() - began:.0f} s. Later calls start at once.")


# ---- the commands --------------------------------------------------------------------------------------------------


def hand_over(command: list[str]) -> int:
    """Become another program where the system can, else run it and pass its exit status on."""
    if os.name == "posix":
        os.execv(command[0], command)
    return run_child(command)


def run_child(command: Sequence[str], **variables: str) -> int:
    """Run a program to its end; an interrupt reaches it from the terminal, and its own ending is awaited."""
    process = subprocess.Popen(command, env={**os.environ, **variables})
    while True:
        try:
            code = process.wait()
        except KeyboardInterrupt:
            continue
        return code if code >= 0 else 128 - code


def module_command(module: str, *arguments: str) -> list[str]:
    """`python -m module` inside .venv; -P keeps the caller's folder from hiding our packages."""
    if not (ROOT / module / "__main__.py").is_file():
        mend = "Take a checkout that has it. The command line works without: python3 bootstrap.py run --help"
        raise SetupError(f"start {module}", f"This checkout has no {module}/__main__.py.", mend)
    return [str(venv_python()), "-P", "-m", module, *arguments]


def demo() -> int:
    """Score the clip that comes with the project."""
    clip = ROOT / "resources" / "demo" / "demo.mp4"
    if not clip.is_file():
        raise SetupError("demo", "resources/demo/demo.mp4 is missing.", "Restore it: git checkout resources/demo")
    output = Path("demo-scored.mp4")
    code = run_child(module_command("engine", "score", str(clip), "-o", str(output)))
    if code == 0:
        say(f"The demo clip with its new music is in {output.resolve()}: open it with any player.")
    return code


def check_commands() -> list[tuple[str, list[str]]]:
    """Style, types and import rules: what runs before the tests."""
    scripts = venv_python().parent
    python = str(venv_python())
    return [
        ("ruff", [python, "-m", "ruff", "check", "."]),
        ("mypy", [python, "-m", "mypy"]),
        ("import-linter", [str(scripts / "lint-imports")]),
    ]


def pytest_command(*arguments: str) -> list[str]:
    """pytest; without its Qt plugin where this machine cannot load Qt (the tests of the window are skipped then)."""
    python = str(venv_python())
    probe = subprocess.run([python, "-c", "import PySide6.QtWidgets, PySide6.QtTest"], capture_output=True, check=False)
    without_qt = [] if probe.returncode == 0 else ["-p", "no:pytest-qt"]
    return [python, "-m", "pytest", *without_qt, *arguments]


def side_by_side() -> tuple[list[str], dict[str, str]]:
    """Arguments and variables of a pytest with a process a core, each of one thread; tests of a file stay together."""
    workers = min(MOST_WORKERS, os.cpu_count() or 1)
    return ["-n", str(workers), "--dist", "loadfile"], {"OMP_NUM_THREADS": "1"}


def test(arguments: Sequence[str]) -> int:
    """The whole check, or with arguments pytest alone. pytest comes last; its closing line ends the output."""
    os.chdir(ROOT)
    options, variables = ([], {}) if arguments else side_by_side()
    failed = []
    for name, command in [] if arguments else check_commands():
        say(f"== {name}")
        if run_child(command) != 0:
            failed.append(name)
    say("== pytest")
    code = run_child(pytest_command(*options, *arguments), **{FAILED_CHECKS_VARIABLE: ", ".join(failed)}, **variables)
    return code or int(bool(failed))


def build(arguments: Sequence[str]) -> int:
    """Build the application with the environment that is kept for that alone."""
    python = str(venv_python(BUILD_VENV))
    return run_child([python, "-m", "appbuild", *arguments], PYTHONPATH=str(ROOT))


def dispatch(command: str, arguments: Sequence[str]) -> int:
    """Run what was asked for, in an environment that is ready."""
    if command == "demo":
        return demo()
    if command == "test":
        return test(arguments)
    if command == "build":
        return build(arguments)
    module = {"run": "engine", "studio": "diffbgm_gui", "train": "training"}[command]
    start = module_command(module, *arguments)
    if command == "studio" and run_child([str(venv_python()), "-P", "-m", "engine.desktop"]) != 0:
        return 1
    return hand_over(start)


def main(argv: Sequence[str]) -> int:
    """Set up if need be, then run; 1 with the step and the mend if something fails, 2 for a wrong call."""
    if not argv or argv[0] not in COMMANDS or (argv[0] == "demo" and len(argv) > 1):
        say(__doc__ or "")
        return 0 if argv and argv[0] in ("-h", "--help", "help") else 2
    kind = argv[0] if argv[0] in ("test", "build") else "base"
    try:
        check_python()
        if not is_ready(kind):
            with only_one():
                if not is_ready(kind):
                    set_up(kind)
        return dispatch(argv[0], argv[1:])
    except SetupError as error:
        say(f"\nFailed at: {error.step}\n  {error.reason}\n  {error.mend}")
        return 1
    except OSError as error:
        say(f"\nFailed: {error}\n  Free the disk or mend the permissions of {ROOT}, then run the same command again.")
        return 1
    except KeyboardInterrupt:
        say("\nInterrupted. Run the same command again to go on.")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
