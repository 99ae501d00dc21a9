"""The built application, tried as a user has it. Run on request, since a build takes minutes:

python3 bootstrap.py build
DIFFBGM_APPLICATION=dist/diffbgm-studio python3 bootstrap.py test tests/application
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

VARIABLE = "DIFFBGM_APPLICATION"
PARTS = (
    "resources", "model", "soundfont", "synthesiser", "one second", "timelines", "service", "window", "icons",
    "languages", "players",
)  # fmt: skip
LIMIT_S = 600

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(2 * LIMIT_S),
    pytest.mark.skipif(not os.environ.get(VARIABLE), reason=f"{VARIABLE} names no built application"),
]


@pytest.fixture(scope="module")
def moved() -> Iterator[Path]:
    """The application in another folder, whose name has spaces and letters of several scripts, without write bits."""
    built = Path(os.environ[VARIABLE]).resolve()
    above = Path(tempfile.mkdtemp(prefix="diffbgm "))  # pytest's own folders are closed to other users
    above.chmod(0o755)
    place = above / "Größe музыка 音乐" / built.name
    place.parent.mkdir()
    shutil.copytree(built, place, symlinks=True, copy_function=_linked)
    folders = [place, *(path for path in place.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    yield place
    for folder in folders:
        folder.chmod(0o755)
    shutil.rmtree(above)


@pytest.fixture
def nobodys() -> Iterator[Path]:
    """A folder that everyone may write to."""
    with tempfile.TemporaryDirectory(prefix="diffbgm ", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


def _linked(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _run(
    program: Path, *arguments: str, where: Path, user: int | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run with no variable but those given: no PATH, no HOME, no locale."""
    return subprocess.run(
        [str(program), *arguments],
        cwd=where,
        env=variables,
        user=user,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=LIMIT_S,
        check=False,
    )


def _assert_all_parts_work(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stdout + done.stderr
    for part in PARTS:
        assert f"ok    {part} " in done.stdout, done.stdout
    assert "en, zh_CN" in done.stdout and "Qt Multimedia" in done.stdout
    assert "Traceback" not in done.stderr


def test_it_checks_itself_with_an_empty_environment(moved: Path, nobodys: Path) -> None:
    """As a user without a home who may not write to the application; root may write anywhere."""
    nobody = 65534 if os.geteuid() == 0 else None
    done = _run(moved / "diffbgm", "--self-check", where=nobodys, user=nobody)
    _assert_all_parts_work(done)
    assert "on offscreen" in done.stdout


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="Xvfb is not installed")
def test_it_checks_itself_on_a_display(moved: Path, tmp_path: Path, display: str) -> None:
    done = _run(moved / "diffbgm", "--self-check", where=tmp_path, DISPLAY=display)
    _assert_all_parts_work(done)
    assert "on xcb" in done.stdout


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL) as server:
        os.close(write)
        with os.fdopen(read) as told:
            number = told.readline().strip()
        yield f":{number}"
        server.terminate()


@pytest.mark.parametrize("on_display", [False, True], ids=["offscreen", "display"])
def test_the_studio_shows_a_film(moved: Path, tmp_path: Path, display: str, on_display: bool) -> None:
    from PIL import Image

    picture = tmp_path / "window.png"
    variables = {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb"} if on_display else {}
    arguments = ("--screenshot", str(picture), "--scene", "loaded", "--language", "zh_CN")
    done = _run(moved / "diffbgm-studio", *arguments, where=tmp_path, **variables)
    assert done.returncode == 0, done.stderr
    with Image.open(picture) as image:
        assert image.size == (1440, 900)
        assert len(image.convert("RGB").getcolors(1 << 24) or ()) > 1000


def test_the_demo_has_the_notes_that_the_source_gives(moved: Path, tmp_path: Path, repository: Path) -> None:
    """The same seed, the same bytes of MIDI, and a picture whose packets were not touched."""
    clip = moved / "_internal" / "resources" / "demo" / "demo.mp4"
    arguments = ("score", str(clip), "--seed", "7", "-q", "--steps", "8")
    more = ("--midi", "built.mid", "--otio", "built.otio", "--fcp7", "built.xml")
    done = _run(moved / "diffbgm", *arguments, "-o", "built.mp4", *more, where=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "OTIO_SCHEMA" in (tmp_path / "built.otio").read_text(encoding="utf-8")
    assert "<xmeml" in (tmp_path / "built.xml").read_text(encoding="utf-8")
    source = subprocess.run(
        [sys.executable, "-m", "engine", *arguments, "-o", str(tmp_path / "source.mid")],
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
    )
    assert source.returncode == 0, source.stderr
    built, from_source = (hashlib.sha256((tmp_path / name).read_bytes()) for name in ("built.mid", "source.mid"))
    assert built.hexdigest() == from_source.hexdigest()
    assert _pictures(tmp_path / "built.mp4") == _pictures(clip)


def _pictures(path: Path) -> list[str]:
    import av

    with av.open(str(path)) as container:
        return [hashlib.sha256(bytes(p)).hexdigest() for p in container.demux(container.streams.video[0]) if p.size]


def test_many_films_are_scored_by_its_own_worker_processes(moved: Path, tmp_path: Path) -> None:
    from engine.cli.self_check import write_clip

    (tmp_path / "films").mkdir()
    for name in ("a.mp4", "b.mp4"):
        write_clip(tmp_path / "films" / name)
    done = _run(moved / "diffbgm", "batch", "films", "-o", "out", "--steps", "2", "--seed", "1", where=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert sorted(path.name for path in (tmp_path / "out").glob("*.mp4")) == ["a.mp4", "b.mp4"]


def test_errors_are_sentences_and_nothing_is_written_into_it(moved: Path, tmp_path: Path) -> None:
    done = _run(moved / "diffbgm", "score", "none.mp4", "-o", "out.mp4", where=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("diffbgm: There is no file 'none.mp4'.")
    assert "Traceback" not in done.stderr
    built = {path.relative_to(moved) for path in moved.rglob("*")}
    assert not [path for path in built if "__pycache__" in path.parts]


def test_what_it_holds(moved: Path) -> None:
    names = [path.relative_to(moved).as_posix() for path in moved.rglob("*") if path.is_file()]
    for unwanted in (
        "/training/",
        "/tests/",
        "libQt6Pdf",
        "libQt6VirtualKeyboard",
        "WebEngine",
        "libreadline",
        "/transformers/",
    ):
        assert not [name for name in names if unwanted in f"/{name}"], unwanted
    page = (moved / "_internal/resources/licences/THIRD_PARTY.md").read_text(encoding="utf-8")
    for part in ("Python", "torch", "FFmpeg", "Qt", "TimGM6mb.sf2", "OpenBLAS"):
        assert part in page
    for name in names:
        if "x264" in name or "x265" in name:
            assert (moved / name).stat().st_size < 40_000, "a stand-in, not the library"
    total = sum((moved / name).lstat().st_size for name in names)
    assert total < 1_000_000_000
