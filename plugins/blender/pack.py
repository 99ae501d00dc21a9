#!/usr/bin/env python3
"""Make the file that Blender installs: one zip for the add-ons of 3.4 and the extensions of 4.2 and later.

python3 plugins/blender/pack.py            writes diffbgm_studio-VERSION.zip into the folder at hand
python3 plugins/blender/pack.py -o DIR     writes it there
"""

from __future__ import annotations

import argparse
import re
import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGE = "diffbgm_studio"
SUFFIXES = (".py", ".toml")
LICENCE = HERE.parents[1] / "LICENSE"


def version() -> str:
    """The version that the manifest states."""
    text = (HERE / PACKAGE / "blender_manifest.toml").read_text(encoding="utf-8")
    found = re.search(r'^version = "([^"]+)"', text, re.MULTILINE)
    if found is None:
        raise SystemExit("The manifest states no version.")
    return found[1]


def pack(folder: Path) -> Path:
    """Write the zip into a folder; the same sources give the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{PACKAGE}-{version()}.zip"
    sources = sorted(path for path in (HERE / PACKAGE).rglob("*") if path.suffix in SUFFIXES)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sources:
            _add(archive, path, path.relative_to(HERE).as_posix())
        _add(archive, LICENCE, f"{PACKAGE}/LICENSE")
    return target


def _add(archive: zipfile.ZipFile, path: Path, name: str) -> None:
    info = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    archive.writestr(info, path.read_bytes())


def main() -> None:
    """Pack, and say where."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", type=Path, default=Path.cwd(), metavar="DIR")
    sys.stdout.write(f"{pack(parser.parse_args().output)}\n")


if __name__ == "__main__":
    main()
