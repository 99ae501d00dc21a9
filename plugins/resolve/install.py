#!/usr/bin/env python3
"""Put the menu scripts where DaVinci Resolve looks for them.

python3 plugins/resolve/install.py             for this user
python3 plugins/resolve/install.py -o DIR      into another folder
python3 plugins/resolve/install.py --remove    take them out again

Resolve's scripts are single files. Each is made of the modules of `diffbgm_resolve` and of the client that the Blender
add-on uses too, one after the other.
"""

from __future__ import annotations

import argparse
import ast
import os
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
CLIENT = HERE.parent / "blender" / "diffbgm_studio" / "client"
SOURCES = (
    *(
        CLIENT / f"{name}.py"
        for name in ("faults", "locate", "choices", "commands", "process", "times", "wav", "takes")
    ),
    *(HERE / "diffbgm_resolve" / f"{name}.py" for name in ("timecode", "settings", "desk", "window", "menu")),
)
SUBMENU = "Diff-BGM Studio"
ENTRIES = {
    "Score the Timeline.py": "SCORE",
    "Re-roll Bars at the Playhead.py": "REROLL",
    "Follow the New Cut.py": "FOLLOW",
}
HEADER = '''"""{title}: Diff-BGM Studio for DaVinci Resolve. Made by plugins/resolve/install.py from its sources."""

from __future__ import annotations

'''


def scripts_folder(platform: str = sys.platform) -> Path:
    """Where this user's scripts of Resolve lie."""
    inside = Path("Fusion") / "Scripts" / "Utility"
    if platform == "win32":
        roaming = os.environ.get("APPDATA") or str(Path.home() / "AppData" / "Roaming")
        return Path(roaming) / "Blackmagic Design" / "DaVinci Resolve" / "Support" / inside
    if platform == "darwin":
        support = Path.home() / "Library" / "Application Support"
        return support / "Blackmagic Design" / "DaVinci Resolve" / inside
    return Path.home() / ".local" / "share" / "DaVinciResolve" / inside


def bundled(title: str, entry: str) -> str:
    """One script with all that it needs."""
    imports: set[str] = set()
    bodies = [body for path in SOURCES for body in _body(path, imports)]
    call = f"\nif __name__ == '__main__' or 'resolve' in globals():\n    run_entry({entry}, globals())\n"
    return HEADER.format(title=title) + "\n".join(sorted(imports)) + "\n\n\n" + "\n\n".join(bodies) + "\n" + call


def _body(path: Path, imports: set[str]) -> Iterator[str]:
    """The statements of a module but for its docstring and imports; the imports from libraries go into the set."""
    text = path.read_text(encoding="utf-8")
    lines, tree = text.splitlines(), ast.parse(text)
    for node in tree.body:
        if isinstance(node, ast.Import):
            imports.add(ast.unparse(node))
        elif isinstance(node, ast.ImportFrom):
            if node.level == 0 and node.module != "__future__":
                imports.update(f"from {node.module} import {_alias(alias)}" for alias in node.names)
        elif not _is_docstring(node) and not _is_all(node):
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
            yield "\n".join(lines[first - 1 : node.end_lineno])


def _alias(alias: ast.alias) -> str:
    return alias.name if alias.asname is None else f"{alias.name} as {alias.asname}"


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_all(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets)


def install(folder: Path) -> list[Path]:
    """Write the scripts into a folder of their own, which becomes a submenu."""
    target = folder / SUBMENU
    target.mkdir(parents=True, exist_ok=True)
    written = []
    for name, entry in ENTRIES.items():
        path = target / name
        path.write_text(bundled(path.stem, entry), encoding="utf-8")
        written.append(path)
    return written


def remove(folder: Path) -> None:
    """Take the scripts out again."""
    target = folder / SUBMENU
    for name in ENTRIES:
        (target / name).unlink(missing_ok=True)
    if target.is_dir() and not any(target.iterdir()):
        target.rmdir()


def main() -> None:
    """Install or remove, and say where."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", type=Path, metavar="DIR", help="instead of Resolve's own folder")
    parser.add_argument("--remove", action="store_true", help="take the scripts out again")
    args = parser.parse_args()
    folder = args.output or scripts_folder()
    if args.remove:
        remove(folder)
        return
    for path in install(folder):
        sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
