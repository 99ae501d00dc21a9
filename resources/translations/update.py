"""Brings `diffbgm_zh_CN.ts` to the texts of the window, and makes the `.qm` that the window loads.

    python resources/translations/update.py           texts into the .ts, then the .ts into the .qm
    python resources/translations/update.py --check   say what is missing or out of date; exit status 1 then

The .ts is edited by hand or with Qt Linguist: a new text comes in as unfinished, and leaves when it is gone from the
source. Texts are found where the source says `tr("…")`, `translate("Context", "…")` or `QT_TRANSLATE_NOOP("Context",
"…")`; Qt's own lupdate takes a module's `tr` for a method of the class around the call, so the context is found here.
Titles of moods and palettes come from the engine, and so do its sentences: what it gives to `Told` and to its errors.
What real music a model is measured against comes from its bundle.
"""

from __future__ import annotations

import argparse
import ast
import json
import shutil
import string
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
ROOT: Final = HERE.parents[1]
SOURCES: Final = ROOT / "diffbgm_gui"
LANGUAGES: Final = ("zh_CN",)
SPOKEN: Final = ("engine", "diffbgm_gui")
"""Packages whose sentences the window shows."""
UNSEEN: Final = ("engine/batch/", "engine/cli/", "engine/service/")
"""Parts of them whose sentences never come to the window."""
_OBJECTS: Final = {"window": "MainWindow"}
"""Variables on which `tr` is called, and their classes."""


@dataclass(frozen=True, slots=True)
class Text:
    """One text of the window: its context, itself, the file that it stands in."""

    context: str
    source: str
    file: str

    @property
    def key(self) -> tuple[str, str]:
        return self.context, self.source


def texts() -> list[Text]:
    """All texts, each context and source once, by file and place."""
    found = [text for path in sorted(SOURCES.rglob("*.py")) for text in _Finder(path).texts()]
    found += _of_engine()
    found += [text for path in _spoken() for text in Sentences(path).texts()]
    return list({text.key: text for text in reversed(found)}.values())[::-1]


def _of_engine() -> Iterator[Text]:
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    from engine.music.moods import MOODS
    from engine.music.palettes import PALETTES

    for mood in MOODS.values():
        yield Text("Engine", mood.title, "engine/music/moods.py")
    for palette in PALETTES.values():
        for source in (palette.title, palette.description):
            yield Text("Engine", source, "engine/music/palettes.py")
    for path in sorted((ROOT / "resources" / "model").rglob("reference.json")):
        source = json.loads(path.read_text(encoding="utf-8"))["source"]
        yield Text("Engine", source, path.relative_to(ROOT).as_posix())


class _Finder(ast.NodeVisitor):
    """Finds the texts of one module."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._tree = ast.parse(path.read_text(encoding="utf-8"))
        self._file = path.relative_to(ROOT).as_posix()
        self._context = _context_of(path)
        self._classes: list[str] = []
        self._found: list[Text] = []

    def texts(self) -> list[Text]:
        """In the order of the source."""
        self.visit(self._tree)
        return self._found

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._classes.append(node.name)
        self.generic_visit(node)
        self._classes.pop()

    def visit_Call(self, node: ast.Call) -> None:
        called, args = node.func, node.args
        name = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
        if name == "tr" and args:
            self._take(self._context_of_call(called), args[0])
        elif name in ("translate", "QT_TRANSLATE_NOOP") and len(args) >= 2:
            for context in _strings(args[0]):
                self._take(context, args[1])
        self.generic_visit(node)

    def _context_of_call(self, called: ast.expr) -> str:
        if isinstance(called, ast.Name) and self._context:
            return self._context  # a module's own function; without one it is a method by another name
        holder = called.value if isinstance(called, ast.Attribute) else None
        if isinstance(holder, ast.Name) and holder.id in _OBJECTS:
            return _OBJECTS[holder.id]
        return self._classes[-1] if self._classes else self._context

    def _take(self, context: str, argument: ast.expr) -> None:
        self._found += [Text(context, source, self._file) for source in _strings(argument) if source]


def _strings(node: ast.expr) -> Iterator[str]:
    """The texts that an expression may be; nothing where it is computed."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _strings(node.body)
        yield from _strings(node.orelse)


# -- sentences of the engine ---------------------------------------------------------------------------------------


def _spoken() -> Iterator[Path]:
    for package in SPOKEN:
        for path in sorted((ROOT / package).rglob("*.py")):
            if not path.relative_to(ROOT).as_posix().startswith(UNSEEN):
                yield path


class Sentences(ast.NodeVisitor):
    """Finds the templates of one module: the texts that are given to `Told`, and as message and hint to an error.

    Attributes:
        faults: what could never be translated, or would fail when it is said, each with its file and line.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.relative_to(ROOT).as_posix()
        self._found: list[Text] = []
        self.faults: list[str] = []
        tree = ast.parse(path.read_text(encoding="utf-8"))
        self._constants = dict(_named_texts(tree))
        self.visit(tree)

    def texts(self) -> list[Text]:
        """In the order of the source."""
        return self._found

    def visit_Call(self, node: ast.Call) -> None:
        called = node.func
        name = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
        if name == "Told":
            self._take(node, node.args[:1])
        elif name in _ERRORS:
            self._take(node, node.args[:2])
        elif name == "Warned" and node.args and list(_strings(node.args[0])):
            self.faults.append(f"{self._file}:{node.lineno}: a warning that is not `Told`")
        self.generic_visit(node)

    def _take(self, node: ast.Call, arguments: list[ast.expr]) -> None:
        given = {keyword.arg for keyword in node.keywords}
        for argument in arguments:
            if any(isinstance(part, ast.JoinedStr | ast.BinOp) for part in _branches(argument)):
                self.faults.append(f"{self._file}:{node.lineno}: a sentence that is put together before it is told")
            named = isinstance(argument, ast.Name) and argument.id in self._constants
            for source in (self._constants[argument.id],) if named else _strings(argument):
                self._found.append(Text("Engine", source, self._file))
                if given and None not in given and (lost := set(places(source)) - given):
                    self.faults.append(f"{self._file}:{node.lineno}: no value for {', '.join(sorted(lost))}")


_ERRORS: Final = ("EngineError", "InputError", "OutputError", "BundleError", "EncoderError", "DeviceError")


def _branches(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.IfExp):
        yield from _branches(node.body)
        yield from _branches(node.orelse)
    else:
        yield node


def _named_texts(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The constants of a module that are texts."""
    for node in tree.body:
        target = (
            node.target
            if isinstance(node, ast.AnnAssign)
            else node.targets[0]
            if isinstance(node, ast.Assign)
            else None
        )
        if isinstance(target, ast.Name) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield target.id, node.value.value


def places(text: str) -> list[str]:
    """The names of the values in a text, empty for one that braces are part of."""
    try:
        return [field for _, field, _, _ in string.Formatter().parse(text) if field is not None]
    except ValueError:
        return []


def _context_of(path: Path) -> str:
    """The context of a module's own `tr`, or of the one that it imports."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == "tr":
            return next(
                (
                    context
                    for call in ast.walk(node)
                    if isinstance(call, ast.Call) and len(call.args) >= 2
                    for context in _strings(call.args[0])
                ),
                "",
            )
        if isinstance(node, ast.ImportFrom) and node.module and any(name.name == "tr" for name in node.names):
            return _context_of(ROOT / Path(*node.module.split(".")).with_suffix(".py"))
    return ""


# -- the files -----------------------------------------------------------------------------------------------------


def read_ts(path: Path) -> dict[tuple[str, str], str | None]:
    """Translations by context and source; None where one is unfinished."""
    if not path.exists():
        return {}
    told: dict[tuple[str, str], str | None] = {}
    for context in ET.parse(path).getroot().iter("context"):
        name = context.findtext("name") or ""
        for message in context.iter("message"):
            translation = message.find("translation")
            words = translation.text if translation is not None else None
            is_open = translation is None or translation.get("type") == "unfinished"
            told[name, message.findtext("source") or ""] = None if is_open or not words else words
    return told


def write_ts(path: Path, language: str, wanted: list[Text], known: dict[tuple[str, str], str | None]) -> None:
    """Write a .ts with these texts, translated as far as that is known."""
    root = ET.Element("TS", version="2.1", language=language, sourcelanguage="en")
    contexts: dict[str, ET.Element] = {}
    for text in sorted(wanted, key=lambda text: text.context):
        if text.context not in contexts:
            contexts[text.context] = ET.SubElement(root, "context")
            ET.SubElement(contexts[text.context], "name").text = text.context
        message = ET.SubElement(contexts[text.context], "message")
        ET.SubElement(message, "location", filename=f"../../{text.file}")
        ET.SubElement(message, "source").text = text.source
        words = known.get(text.key)
        translation = ET.SubElement(message, "translation", {} if words else {"type": "unfinished"})
        translation.text = words or ""
    ET.indent(root, "    ")
    body = ET.tostring(root, encoding="unicode")
    path.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{body}\n', encoding="utf-8")


def release(ts: Path, qm: Path) -> None:
    """Make a .qm of a .ts with Qt's lrelease.

    Raises:
        SystemExit: if lrelease is not there or fails.
    """
    tool = shutil.which("pyside6-lrelease", path=str(Path(sys.executable).parent)) or shutil.which("pyside6-lrelease")
    if tool is None:
        raise SystemExit("pyside6-lrelease is not there; it comes with PySide6.")
    aside = qm.with_name(f".{qm.name}")  # Qt maps the file into programs that run: it is replaced, not written over
    done = subprocess.run([tool, "-silent", str(ts), "-qm", str(aside)], capture_output=True, text=True, check=False)
    if done.returncode or not aside.exists():
        raise SystemExit(f"lrelease failed: {done.stderr.strip() or done.stdout.strip()}")
    aside.replace(qm)


def problems(language: str) -> list[str]:
    """What is missing, left over, unfinished or out of date in a language."""
    ts, qm = HERE / f"diffbgm_{language}.ts", HERE / f"diffbgm_{language}.qm"
    known, wanted = read_ts(ts), {text.key for text in texts()}
    told = [f"missing: {key}" for key in sorted(wanted - known.keys())]
    told += [f"gone from the source: {key}" for key in sorted(known.keys() - wanted)]
    told += [f"unfinished: {key}" for key in sorted(known) if known[key] is None]
    told += [fault for path in _spoken() for fault in Sentences(path).faults]
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / qm.name
        release(ts, fresh)
        if not qm.exists() or fresh.read_bytes() != qm.read_bytes():
            told.append(f"{qm.name} was not made from {ts.name}")
    return told


def main() -> int:
    """Update, or check; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing; say what is missing")
    check = parser.parse_args().check
    is_good = True
    for language in LANGUAGES:
        ts, qm = HERE / f"diffbgm_{language}.ts", HERE / f"diffbgm_{language}.qm"
        if not check:
            write_ts(ts, language, texts(), read_ts(ts))
            release(ts, qm)
        for problem in problems(language):
            print(f"{language}: {problem}")
            is_good = False
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
