"""Libraries that must not go along are replaced, and FFmpeg loads and works all the same."""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from appbuild import stand_ins
from appbuild.stand_ins import StandInError, assembly, must_go, replaced, wanted_symbols


def _libraries() -> Path | None:
    spec = importlib.util.find_spec("av")
    folder = Path(spec.origin).parents[1] / "av.libs" if spec is not None and spec.origin is not None else Path()
    return folder if list(folder.glob("libx264*")) else None


LIBRARIES = _libraries()
on_linux = pytest.mark.skipif(
    LIBRARIES is None or shutil.which("ld") is None or platform.system() != "Linux",
    reason="needs PyAV's wheel for Linux and binutils",
)


@pytest.mark.parametrize(
    ("target", "goes"),
    [
        ("av.libs/libx264-d6533a8d.so.165", True),
        ("av.libs/libx265-f5385bb8.so.216", True),
        ("av/x264-165.dll", True),
        ("av.libs/libavcodec-5e6b81c2.so.62", False),
        ("PySide6/libx26.so", False),
    ],
)
def test_they_are_known_by_name(target: str, goes: bool) -> None:
    assert must_go(target) is goes


@on_linux
def test_ffmpeg_loads_with_stand_ins_and_encodes_without_them(tmp_path: Path) -> None:
    """The real libraries of the installed PyAV, with the two replaced as the build does it."""
    assert LIBRARIES is not None
    site = tmp_path / "site"
    for name in ("av", "av.libs"):
        shutil.copytree(
            LIBRARIES.parent / name, site / name, copy_function=os.link if _same_disk(tmp_path) else shutil.copy2
        )
    entries = [(f"av.libs/{path.name}", str(path), "BINARY") for path in sorted(LIBRARIES.iterdir())]
    changed = [new for old, new in zip(entries, replaced(entries, tmp_path / "made"), strict=True) if old != new]
    assert sorted(Path(target).name[:7] for target, _, _ in changed) == ["libx264", "libx265"]
    for target, source, _ in changed:
        assert Path(source).stat().st_size < 40_000
        (site / target).unlink()
        shutil.copyfile(source, site / target)
    code = (
        "import av\nassert 'site' in av.__file__\n"
        "from engine.video.encoders import H264, MPEG4, opens, picture_encoder\n"
        "assert not opens(H264) and opens(MPEG4) and picture_encoder() is MPEG4\n"
        "from engine.cli.self_check import write_clip\nfrom pathlib import Path\nimport sys\n"
        "write_clip(Path(sys.argv[1]))\nprint('fine')"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, str(tmp_path / "clip.mp4")],
        env={**os.environ, "PYTHONPATH": f"{site}{os.pathsep}{Path(__file__).parents[3]}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "fine\n", done.stderr


def _same_disk(folder: Path) -> bool:
    assert LIBRARIES is not None
    return folder.stat().st_dev == LIBRARIES.stat().st_dev


@on_linux
def test_what_ffmpeg_asks_of_x264_is_found() -> None:
    assert LIBRARIES is not None
    symbols = wanted_symbols(next(LIBRARIES.glob("libx264*")), list(LIBRARIES.glob("libavcodec*")))
    assert "x264_param_default_preset" in symbols.functions
    assert "x264_levels" in symbols.data
    text = assembly(symbols, "x86_64")
    assert text.count("@function") == len(symbols.functions)


def test_other_systems_are_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stand_ins.platform, "system", lambda: "Windows")
    with pytest.raises(StandInError, match=r"under the GPL .* docs/packaging.md"):
        replaced([("av/x264-165.dll", "C:/av/x264-165.dll", "BINARY")], tmp_path)


def test_what_may_go_along_stays(tmp_path: Path) -> None:
    entries = [("av.libs/libopus.so", "/x/libopus.so", "BINARY")]
    assert replaced(entries, tmp_path) == entries
    assert not list(tmp_path.iterdir())


@on_linux
def test_opencv_measures_a_picture_without_its_ffmpeg_and_openblas(tmp_path: Path) -> None:
    assert LIBRARIES is not None
    site, parts = tmp_path / "site", ("cv2", "opencv_python_headless.libs")
    if not all((LIBRARIES.parent / part).is_dir() for part in parts):
        pytest.skip("OpenCV is not the wheel that goes into the application")
    copy = os.link if _same_disk(tmp_path) else shutil.copy2
    for part in parts:
        shutil.copytree(LIBRARIES.parent / part, site / part, copy_function=copy)
    files = [path for part in parts for path in sorted((site / part).rglob("*.so*"))]
    entries = [(path.relative_to(site).as_posix(), str(path), "BINARY") for path in files]
    made = {
        target: source
        for (target, old, _), (_, source, _) in zip(entries, replaced(entries, tmp_path / "made"), strict=True)
        if old != source
    }
    assert any("openblas" in target for target in made) and any("avcodec" in target for target in made)
    for target, source in made.items():
        (site / target).unlink()
        shutil.copyfile(source, site / target)
    code = (
        "import cv2, sys\nassert 'site/cv2' in cv2.__file__.replace(chr(92), '/')\nfrom pathlib import Path\n"
        "from engine.cli.self_check import write_clip\nfrom engine.video.analyse import analyse\n"
        "write_clip(Path(sys.argv[1]))\nprint(max(analyse(Path(sys.argv[1])).curves['motion']) > 0)"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, str(tmp_path / "clip.mp4")],
        env={**os.environ, "PYTHONPATH": f"{site}{os.pathsep}{Path(__file__).parents[3]}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("True\n", "")


USED_OF_OPENCV = set(
    "Canny DISOpticalFlow DISOpticalFlow_create DISOPTICAL_FLOW_PRESET_ULTRAFAST absdiff boxFilter calcHist cvtColor "
    "dilate imdecode magnitude max mean meanStdDev norm remap resize rotate split typing error "
    "setNumThreads getNumThreads".split()
)
"""What works without FFmpeg and OpenBLAS inside OpenCV."""


def test_the_engine_asks_opencv_for_nothing_else(repository: Path) -> None:
    asked = set()
    for package in ("engine", "diffbgm_gui"):
        for path in (repository / package).rglob("*.py"):
            asked |= set(re.findall(r"\bcv2\.(\w+)", path.read_text(encoding="utf-8")))
    constants = {name for name in asked if re.match(r"(COLOR|INTER|BORDER|ROTATE|NORM|IMREAD|CV)_", name)}
    assert asked - constants <= USED_OF_OPENCV
