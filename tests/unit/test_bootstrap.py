"""The set-up script: what it decides, in which order it works, and what it says when a step fails."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def bootstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """bootstrap.py as a module, working on a small project in a folder of its own."""
    spec = importlib.util.spec_from_file_location("bootstrap_under_test", ROOT / "bootstrap.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    project = tmp_path / "project"
    for name, text in {
        "pyproject.toml": "[project]\n",
        "constraints.txt": "numpy==2.4.6\ntorch==2.13.0\n",
        "engine/version.py": "__version__ = '1'\n",
        "engine/__main__.py": "",
    }.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)
    venv = project / ".venv"
    changed = {
        "ROOT": project,
        "VENV": venv,
        "BUILD_VENV": project / ".venv-build",
        "LOG": project / ".venv-setup.log",
        "LOCK": project / ".venv-setup.lock",
        "CONSTRAINTS": project / "constraints.txt",
    }
    for name, value in changed.items():
        monkeypatch.setattr(module, name, value)
    for function in ("venv_python", "is_ready", "run_logged", "fingerprint"):
        defaults = {"VENV": venv, "ROOT": project}
        _point_defaults(getattr(module, function), defaults, ROOT)
    monkeypatch.delenv("DIFFBGM_TORCH_INDEX", raising=False)
    return module


def _point_defaults(function: object, folders: dict[str, Path], real_root: Path) -> None:
    """Point a function's default paths, taken when it was defined, at the small project."""
    defaults = function.__defaults__  # type: ignore[attr-defined]
    moved = []
    for value in defaults or ():
        if isinstance(value, Path):
            value = folders["ROOT"] / value.relative_to(real_root)
        moved.append(value)
    function.__defaults__ = tuple(moved)  # type: ignore[attr-defined]


@pytest.fixture
def recorded(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The set-up's commands, written down instead of run; making the environment leaves an interpreter behind."""
    commands: list[str] = []

    def record(step: str, command: list[str], log: Path | None = None) -> None:
        commands.append(f"{step}: {' '.join(command)}")
        python = bootstrap.venv_python(bootstrap.BUILD_VENV if "venv-build" in " ".join(command) else bootstrap.VENV)
        python.parent.mkdir(parents=True, exist_ok=True)
        if not python.exists():
            python.symlink_to(sys.executable)

    monkeypatch.setattr(bootstrap, "run_logged", record)
    return commands


def test_fingerprint_follows_pins_python_and_torch_index(bootstrap: ModuleType) -> None:
    first = bootstrap.fingerprint()
    assert bootstrap.fingerprint() == first
    assert bootstrap.fingerprint(version="3.12.0") != first
    assert bootstrap.fingerprint(index="other") != first
    (bootstrap.ROOT / "constraints.txt").write_text("torch==2.14.0\n")
    assert bootstrap.fingerprint() != first


def test_set_up_installs_torch_alone_and_first(bootstrap: ModuleType, recorded: list[str]) -> None:
    bootstrap.set_up("base")
    assert [line.split(":")[0] for line in recorded] == ["make .venv", "install torch", "install Diff-BGM Studio"]
    assert " torch==2.13.0 -c " in recorded[1]
    assert ".[player,synth,train] -c " in recorded[2]
    assert bootstrap.is_ready("base")
    assert not bootstrap.is_ready("test")
    assert not bootstrap.unfinished_path(bootstrap.VENV).exists()


def test_set_up_for_tests_serves_the_base_too(bootstrap: ModuleType, recorded: list[str]) -> None:
    bootstrap.set_up("test")
    assert ".[player,synth,train,test]" in recorded[2]
    assert bootstrap.is_ready("base") and bootstrap.is_ready("test")


def test_the_build_has_an_environment_of_its_own(bootstrap: ModuleType, recorded: list[str]) -> None:
    bootstrap.set_up("build")
    assert [line.split(":")[0] for line in recorded] == ["make .venv-build", "install torch", "install Diff-BGM Studio"]
    assert all(str(bootstrap.BUILD_VENV) in line for line in recorded)
    assert ".[player,synth,package] -c " in recorded[2]
    assert bootstrap.is_ready("build")
    assert not bootstrap.is_ready("base")
    assert not bootstrap.VENV.exists()


def test_a_changed_pin_asks_for_a_new_set_up(bootstrap: ModuleType, recorded: list[str]) -> None:
    bootstrap.set_up("base")
    (bootstrap.ROOT / "pyproject.toml").write_text("[project]\nname='other'\n")
    assert not bootstrap.is_ready("base")


def test_torch_index_comes_from_the_environment(
    bootstrap: ModuleType, recorded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIFFBGM_TORCH_INDEX", "some-index")
    bootstrap.set_up("base")
    assert "--index-url some-index torch==2.13.0" in recorded[1]
    assert "--index-url" not in recorded[2]


def test_a_failed_step_leaves_the_set_up_unfinished(
    bootstrap: ModuleType, recorded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_venv: Path, _extras: object) -> None:
        raise bootstrap.SetupError("install Diff-BGM Studio", "no", "try")

    monkeypatch.setattr(bootstrap, "install_package", fail)
    with pytest.raises(bootstrap.SetupError):
        bootstrap.set_up("base")
    assert not bootstrap.is_ready("base")
    assert bootstrap.unfinished_path(bootstrap.VENV).exists()


def test_damage_of_an_interrupted_set_up_is_mended(
    bootstrap: ModuleType, recorded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bootstrap.set_up("base")
    bootstrap.unfinished_path(bootstrap.VENV).touch()
    left = bootstrap.VENV / "half a package"
    left.touch()
    monkeypatch.setattr(bootstrap, "damaged_packages", lambda _venv: ["torch"])
    recorded.clear()
    bootstrap.set_up("base")
    assert not left.exists()
    assert recorded[0].startswith("make .venv")


def test_damage_is_found_by_missing_and_cut_off_files(bootstrap: ModuleType, tmp_path: Path) -> None:
    site = tmp_path / "site"
    for name, size in (("whole", 3), ("cut", 9), ("gone", None)):
        info = site / f"{name}-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        if size is not None:
            (site / f"{name}.py").write_text("abc")
        (info / "RECORD").write_text(f"{name}.py,,{size or 3}\n{name}.pyc,,5\n")
    unrecorded = site / "unrecorded-1.0.dist-info"
    unrecorded.mkdir()
    (unrecorded / "METADATA").write_text("Metadata-Version: 2.1\nName: unrecorded\nVersion: 1.0\n")
    found = subprocess.run(
        [sys.executable, "-S", "-c", bootstrap._FIND_DAMAGE],
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert sorted(found.stdout.split()) == ["cut", "gone", "unrecorded"]


def test_a_half_made_environment_has_no_working_pip(bootstrap: ModuleType, tmp_path: Path) -> None:
    assert not bootstrap.has_working_pip(tmp_path / "nothing")
    assert not bootstrap.has_working_pip(Path(os.devnull))


def test_python_out_of_range_is_refused_with_a_way_out(bootstrap: ModuleType) -> None:
    bootstrap.check_python((3, 11, 0))
    bootstrap.check_python((3, 13, 9))
    for version in ((3, 10, 4), (3, 14, 0)):
        with pytest.raises(bootstrap.SetupError) as caught:
            bootstrap.check_python(version)
        assert ".".join(map(str, version)) in caught.value.reason
        assert caught.value.mend


@pytest.mark.parametrize(
    ("said", "mend"),
    [
        ("ERROR: [Errno 28] No space left on device", "disk"),
        ("WARNING: Retrying NewConnectionError: Temporary failure in name resolution", "network"),
        ("ERROR: No matching distribution found for torch==2.13.0", "DIFFBGM_TORCH_INDEX"),
        ("ERROR: Could not install: [Errno 13] Permission denied: 'x'", "writable"),
        ("Segmentation fault", "delete .venv"),
    ],
)
def test_each_failure_names_its_mend(bootstrap: ModuleType, said: str, mend: str) -> None:
    assert mend in bootstrap.mend_for(["Collecting torch\n", said + "\n"])
    assert bootstrap.explain_failure([said + "\n"]) == said


def test_a_failing_command_names_its_step_and_is_logged(bootstrap: ModuleType) -> None:
    command = [sys.executable, "-c", "print('ERROR: it broke'); raise SystemExit(3)"]
    with pytest.raises(bootstrap.SetupError) as caught:
        bootstrap.run_logged("install torch", command)
    assert (caught.value.step, caught.value.reason) == ("install torch", "ERROR: it broke")
    assert "ERROR: it broke" in bootstrap.LOG.read_text()


def test_main_says_step_and_mend(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_kind: str) -> None:
        raise bootstrap.SetupError("install torch", "No space.", "Free some.")

    monkeypatch.setattr(bootstrap, "set_up", fail)
    assert bootstrap.main(["run", "--version"]) == 1
    assert "Failed at: install torch\n  No space.\n  Free some." in capsys.readouterr().err


@pytest.mark.parametrize("argv", [[], ["unknown"], ["demo", "extra"]])
def test_wrong_calls_explain_the_commands(
    bootstrap: ModuleType, argv: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert bootstrap.main(argv) == 2
    assert "python3 bootstrap.py demo" in capsys.readouterr().err


def test_a_missing_program_is_a_sentence(bootstrap: ModuleType) -> None:
    with pytest.raises(bootstrap.SetupError, match="no diffbgm_gui"):
        bootstrap.module_command("diffbgm_gui")


@pytest.fixture
def children(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, str]]]:
    """Programs that would have been run; mypy fails."""
    started: list[tuple[str, dict[str, str]]] = []

    def run(command: list[str], **variables: str) -> int:
        started.append((" ".join(command), variables))
        return 1 if "mypy" in command else 0

    monkeypatch.setattr(bootstrap, "run_child", run)
    monkeypatch.setattr(bootstrap, "pytest_command", lambda *arguments: ["pytest", *arguments])
    monkeypatch.chdir(bootstrap.ROOT)
    return started


def test_the_check_ends_with_pytest_and_remembers_what_failed(
    bootstrap: ModuleType, children: list[tuple[str, dict[str, str]]]
) -> None:
    assert bootstrap.test([]) == 1
    commands = [command for command, _ in children]
    assert len(commands) == 4
    assert "ruff check" in commands[0]
    assert "lint-imports" in commands[2]
    command, variables = children[-1]
    assert command.startswith("pytest -n ") and command.endswith(" --dist loadfile")
    assert variables == {"DIFFBGM_FAILED_CHECKS": "mypy", "OMP_NUM_THREADS": "1"}


def test_with_arguments_only_pytest_runs(bootstrap: ModuleType, children: list[tuple[str, dict[str, str]]]) -> None:
    assert bootstrap.test(["tests/unit", "-k", "cuts"]) == 0
    assert [command for command, _ in children] == ["pytest tests/unit -k cuts"]


def test_build_runs_in_its_own_environment(bootstrap: ModuleType, children: list[tuple[str, dict[str, str]]]) -> None:
    assert bootstrap.dispatch("build", ["--deb"]) == 0
    ((command, variables),) = children
    assert command == f"{bootstrap.venv_python(bootstrap.BUILD_VENV)} -m appbuild --deb"
    assert variables == {"PYTHONPATH": str(bootstrap.ROOT)}


def test_a_child_that_a_signal_ended_has_a_status_as_in_a_shell(bootstrap: ModuleType) -> None:
    assert bootstrap.run_child([sys.executable, "-c", "raise SystemExit(3)"]) == 3
    if os.name == "posix":
        assert bootstrap.run_child([sys.executable, "-c", "import os; os.kill(os.getpid(), 15)"]) == 128 + 15


def test_a_second_set_up_waits_for_the_first(bootstrap: ModuleType) -> None:
    with bootstrap.only_one(), bootstrap.LOCK.open("a+") as other:
        assert not bootstrap._try_lock(other)
    with bootstrap.LOCK.open("a+") as other:
        assert bootstrap._try_lock(other)


def test_the_real_constraints_pin_torch_and_every_direct_dependency(bootstrap: ModuleType) -> None:
    import re
    import tomllib

    text = (ROOT / "constraints.txt").read_text()
    assert bootstrap.torch_requirement(text) == "torch==2.13.0"
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in text.splitlines() if "==" in line}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = sum(project["optional-dependencies"].values(), project["dependencies"])
    names = {re.split(r"[<>=;\[ ]", need)[0].lower().replace("_", "-") for need in wanted}
    assert names - pinned == set()
    assert not re.search(r"://|--hash|index", text)
