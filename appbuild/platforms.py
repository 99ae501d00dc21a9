"""What each system wants to know about the application: icons, a version resource, an Info.plist, kinds of files."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

IDENTIFIER: Final = "studio.diffbgm.DiffBgmStudio"
TITLE: Final = "Diff-BGM Studio"
PROJECT_MIME: Final = "application/x-diffbgm-project"
PROJECT_UTI: Final = "studio.diffbgm.project"
VIDEO_MIMES: Final = ("video/mp4", "video/quicktime", "video/x-matroska", "video/webm")
ICON_SIDES_PX: Final = (16, 32, 48, 64, 128, 256, 512)
_WINDOWS_SIDES_PX: Final = (16, 24, 32, 48, 64, 128, 256)

_DRAW: Final = """
import sys
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
app = QGuiApplication(sys.argv[:1])
lines = QSvgRenderer(sys.argv[1])
for output, side in zip(sys.argv[2::2], map(int, sys.argv[3::2])):
    picture = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    picture.fill(0)
    painter = QPainter(picture)
    lines.render(painter)
    painter.end()
    if not picture.save(output):
        sys.exit(f"{output} cannot be written")
"""


def draw_icons(root: Path, outputs: Mapping[Path, int]) -> None:
    """Write the application's icon as PNG files, each with so many pixels a side."""
    for output in outputs:
        output.parent.mkdir(parents=True, exist_ok=True)
    wanted = [word for output, side_px in outputs.items() for word in (str(output), str(side_px))]
    command = [sys.executable, "-c", _DRAW, str(root / "resources" / "app" / "diffbgm.svg"), *wanted]
    subprocess.run(command, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"}, check=True)


def icon_for(root: Path, work: Path, platform: str = sys.platform) -> str | None:
    """The icon as this system wants it inside the program: .ico, .icns, or None where a desktop entry names it."""
    if platform not in ("win32", "darwin"):
        return None
    from PIL import Image

    output = work / "icon" / f"diffbgm.{'ico' if platform == 'win32' else 'icns'}"
    if not output.exists():
        large = work / "icon" / "1024.png"
        draw_icons(root, {large: 1024})
        with Image.open(large) as picture:
            sizes = [(side, side) for side in _WINDOWS_SIDES_PX]
            picture.save(output, **({"sizes": sizes} if platform == "win32" else {}))
    return str(output)


def version_file(work: Path, name: str, version: str) -> str:
    """Write the version resource of a program for Windows; its path."""
    numbers = (*(int(number) for number in version.split(".")[:3]), 0)
    words = {
        "CompanyName": "Diff-BGM Studio contributors",
        "FileDescription": TITLE if name == "diffbgm-studio" else f"{TITLE}, command line",
        "FileVersion": version,
        "InternalName": name,
        "LegalCopyright": "MIT licence; parts under licences of their own",
        "OriginalFilename": f"{name}.exe",
        "ProductName": TITLE,
        "ProductVersion": version,
    }
    strings = ", ".join(f"StringStruct({key!r}, {value!r})" for key, value in words.items())
    output = work / f"{name}-version.txt"
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(
        "VSVersionInfo(\n"
        f"  ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}, mask=0x3f, flags=0x0, OS=0x40004, fileType=0x1,\n"
        "    subtype=0x0, date=(0, 0)),\n"
        f"  kids=[StringFileInfo([StringTable('040904B0', [{strings}])]),\n"
        "    VarFileInfo([VarStruct('Translation', [1033, 1200])])])\n",
        encoding="utf-8",
    )
    return str(output)


def info_plist(version: str) -> dict[str, Any]:
    """The Info.plist of the application on macOS: our kind of files, and videos as what it can open."""
    return {
        "CFBundleName": TITLE,
        "CFBundleDisplayName": TITLE,
        "CFBundleShortVersionString": version,
        "CFBundleVersion": version,
        "CFBundleExecutable": "diffbgm-studio",
        "LSApplicationCategoryType": "public.app-category.video",
        "LSMinimumSystemVersion": "13.0",
        "NSHighResolutionCapable": True,
        "NSHumanReadableCopyright": "MIT licence; parts under licences of their own",
        "NSRequiresAquaSystemAppearance": False,
        "CFBundleDocumentTypes": [
            {
                "CFBundleTypeName": f"{TITLE} project",
                "CFBundleTypeRole": "Editor",
                "LSHandlerRank": "Owner",
                "LSItemContentTypes": [PROJECT_UTI],
            },
            {
                "CFBundleTypeName": "Video",
                "CFBundleTypeRole": "Viewer",
                "LSHandlerRank": "Alternate",
                "LSItemContentTypes": ["public.movie"],
            },
        ],
        "UTExportedTypeDeclarations": [
            {
                "UTTypeIdentifier": PROJECT_UTI,
                "UTTypeDescription": f"{TITLE} project",
                "UTTypeConformsTo": ["public.data", "public.archive"],
                "UTTypeTagSpecification": {
                    "public.filename-extension": ["dbgm"],
                    "public.mime-type": PROJECT_MIME,
                },
            }
        ],
    }
