"""What goes into the application and what stays out, for every system. Read by `build_app.spec`."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path, PurePath
from typing import Final

Entry = tuple[str, str, str]
"""Where a file goes inside the bundle, where it comes from, PyInstaller's kind of it."""

EXCLUDED_MODULES: Final = (
    # Ours that the application does not run.
    "training", "tests", "benchmarks", "appbuild",
    # Loaded from their files, see `loaded_by_name`: PyInstaller would bring the system's libraries along with them.
    "fluidsynth", "vlc",
    # Linked against libraries under the GPL, and asked for by Python's own prompt alone.
    "readline", "rlcompleter", "_gdbm", "dbm.gnu",
    # Of Python: tests, a second window toolkit, an editor.
    "tkinter", "_tkinter", "turtle", "idlelib", "lib2to3", "test", "ensurepip", "venv", "pydoc_data", "curses",
    # Of torch: compiling models, measuring, curves.
    "torch.utils.tensorboard", "torch.utils.benchmark", "torch.utils.bottleneck", "torch._inductor.codegen.cuda",
    "torch._inductor.codegen.rocm", "torch._inductor.kernel", "torch._inductor.autoheuristic.artifacts",
    "torch.onnx._internal.fx", "torch.distributed._tools", "torch.distributed.benchmarks",
    "torch.distributed.pipelining", "torch.distributed.elastic.agent", "triton", "functorch", "torch._dynamo",
    "torch._inductor", "sympy", "mpmath", "networkx",
    # Of diffusers, of which two schedulers are used: everything that loads and runs models.
    "diffusers.pipelines", "diffusers.modular_pipelines", "diffusers.models", "diffusers.loaders",
    "diffusers.quantizers", "diffusers.guiders", "diffusers.experimental", "diffusers.commands", "diffusers.hooks",
    "diffusers.training_utils",
    # What libraries take when it is there, and do not need.
    "transformers", "accelerate", "tensorboard", "matplotlib", "pandas", "IPython", "jupyter", "pytest", "hypothesis",
    "hf_xet", "tokenizers", "librosa", "sklearn", "numba", "onnx", "onnxruntime", "peft", "torchvision", "torchaudio",
    "torchsde", "flax", "jax", "tensorflow", "scenedetect", "numpy.distutils", "setuptools", "pip", "wheel",
    "distutils", "pkg_resources", "scipy.datasets", "PIL.ImageTk", "PIL.ImageQt", "cv2.gapi", "gradio",
    "sentencepiece", "bitsandbytes", "huggingface_hub.cli", "yapf", "cryptography", "dns",
)  # fmt: skip

HIDDEN_IMPORTS: Final = (
    "pretty_midi",  # found by name, for the soundfont beside it
    "otio_fcp_adapter",  # found by OpenTimelineIO's table of adapters
    "PySide6.QtMultimedia",
    "PySide6.QtSvg",
)
METADATA_OF: Final = "diffbgm-studio"
"""Its metadata and that of all it needs go along: versions for manifests and diagnostics, licence texts."""

_QT_MODULES: Final = frozenset(
    ("Core", "Gui", "Widgets", "Svg", "Multimedia", "Network", "DBus", "OpenGL", "XcbQpa", "WaylandClient",
     "WlShellIntegration", "WaylandEglClientHwIntegration", "Concurrent", "Qml", "QmlMeta", "QmlModels",
     "QmlWorkerScript", "Quick", "FFmpegStub-crypto", "FFmpegStub-ssl", "FFmpegStub-va", "FFmpegStub-va-drm",
     "FFmpegStub-va-x11", "FFmpegStub-vdpau")
)  # fmt: skip
"""Of Qt's libraries: these (its player of films is linked with Quick). Charts, Data Visualization, Virtual Keyboard and
some others would be under the GPL."""

_QT_PLUGINS: Final = frozenset(
    ("platforms", "platformthemes", "platforminputcontexts", "xcbglintegrations", "wayland-shell-integration",
     "wayland-decoration-client", "wayland-graphics-integration-client", "iconengines", "imageformats", "styles",
     "multimedia")
)  # fmt: skip
_QT_UNUSED_FILES: Final = re.compile(
    r"virtualkeyboard|qpdf|qgtk3|qeglfs|qlinuxfb|qvnc|qvkkhrdisplay|qminimalegl|qwayland-.*brcm|gstreamer",
    re.IGNORECASE,
)
_QT_TRANSLATIONS: Final = re.compile(r"translations/qt(base)?_zh_CN\.qm$")
_SYSTEM_UNUSED: Final = re.compile(
    r"lib(gtk|gdk|atk|atspi|cairo|pango|gdk_pixbuf|epoxy|readline|gdbm|fluidsynth|vlc|tcl|tk|tinfo|ncurses)[-_.\w]*\.so"
)
_RESOURCES_UNUSED: Final = re.compile(r"(\.py|\.ts|\.pyc|/curves\.(csv|png))$")


def resource_files(root: Path) -> list[tuple[str, str]]:
    """The data files of the project as (source, folder in the bundle): all of `resources` but scripts and curves."""
    folder = root / "resources"
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts)
    return [
        (str(path), path.parent.relative_to(root).as_posix())
        for path in files
        if not _RESOURCES_UNUSED.search(path.as_posix())
    ]


def missing_resources(root: Path, required: Iterable[str]) -> list[str]:
    """Those of the required resources that this checkout lacks, or has empty."""
    files = {name: root / "resources" / name for name in required}
    return [name for name, path in files.items() if not path.is_file() or not path.stat().st_size]


def loaded_by_name() -> list[tuple[str, str]]:
    """Modules that look for a system library, as files: they are imported from the bundle's folder as they are."""
    found = []
    for name in ("fluidsynth", "vlc"):
        spec = find_spec(name)
        if spec is None or spec.origin is None:
            raise ModuleNotFoundError(name)
        found.append((spec.origin, "."))
    return found


def is_wanted(target: str) -> bool:
    """Whether a collected file stays, judged by its place in the bundle."""
    path = PurePath(target).as_posix()
    name = path.rsplit("/", 1)[-1]
    if _SYSTEM_UNUSED.match(name) or "/__pycache__/" in path:
        return False
    module = qt_module(name)
    if module is not None and module not in _QT_MODULES:
        return False
    if not path.startswith("PySide6/"):
        return True
    return _is_wanted_of_qt(path, name)


def _is_wanted_of_qt(path: str, name: str) -> bool:
    if "/translations/" in path:
        return bool(_QT_TRANSLATIONS.search(path))
    plugin = re.search(r"/plugins/([\w-]+)/", path)
    if plugin is not None:
        return plugin.group(1) in _QT_PLUGINS and not _QT_UNUSED_FILES.search(name)
    return "/qml/" not in path and "/resources/" not in path


def qt_module(name: str) -> str | None:
    """The Qt library that a file is: "libQt6Pdf.so.6", "Qt6Pdf.dll", "QtPdf.framework" are "Pdf"; None for others."""
    found = re.match(r"(?:lib)?Qt6([\w-]+?)\.(?:so|dll|\d)", name) or re.match(r"Qt([A-Z]\w*)\.framework", name)
    if found is None:
        found = re.match(r"Qt([A-Z]\w*)(?:\.abi3\.so|\.pyd)$", name)  # Python's side of it
    return found.group(1) if found else None


def trimmed(entries: Sequence[Entry]) -> list[Entry]:
    """The collected files that stay."""
    return [entry for entry in entries if is_wanted(entry[0])]


SHARED_PACKAGES: Final = ("torch", "torchgen", "scipy", "diffusers", "huggingface_hub")
"""Large packages of Python files, kept once beside both programs."""


def own_modules(root: Path) -> list[str]:
    """All our modules that run in the application: some are loaded by name."""
    files = (path for package in ("engine", "diffbgm_gui") for path in sorted((root / package).rglob("*.py")))
    return [".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__") for path in files]


_STRIPPED: Final = re.compile(r"\.so(\.[\d.]+)?$")


def stripped(entries: Sequence[Entry], folder: Path) -> list[Entry]:
    """Shared libraries without symbols for debuggers, where `strip` is at hand and leaves them loadable."""
    if sys.platform != "linux" or shutil.which("strip") is None:
        return list(entries)
    return [_stripped(entry, folder) if _STRIPPED.search(PurePath(entry[0]).name) else entry for entry in entries]


def _stripped(entry: Entry, folder: Path) -> Entry:
    target, source, kind = entry
    small = folder / target
    small.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, small)
    done = subprocess.run(["strip", "--strip-unneeded", str(small)], capture_output=True, check=False)
    return (target, str(small), kind) if done.returncode == 0 and _is_loadable(small) else entry


def _is_loadable(library: Path) -> bool:
    """Whether its segments lie as the loader wants them; `strip` moves those of libraries that patchelf has edited."""
    listed = subprocess.run(["readelf", "-lW", str(library)], capture_output=True, text=True, check=False).stdout
    rows = [line.split() for line in listed.splitlines() if line.split()[:1] == ["LOAD"]]
    segments = [(int(row[1], 16), int(row[2], 16), int(row[-1], 16)) for row in rows]
    return bool(segments) and all((offset - address) % align == 0 for offset, address, align in segments)
