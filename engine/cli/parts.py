"""The parts that `diffbgm doctor` looks for, each with what it changes and how to get it."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module, metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from engine.desktop import module_problem, window_problem
from engine.device import choose_device, thread_count
from engine.errors import EngineError
from engine.resources import find_resource


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the program or of its surroundings.

    Attributes:
        found: whether it can be used.
        required: whether nothing can be composed without it.
        detail: version, path, or why it cannot be used.
        changes: what it changes.
        how: how to get it.
    """

    name: str
    found: bool
    detail: str
    changes: str
    how: str
    required: bool = False


def _version_of(*packages: str) -> str | None:
    """The versions of installed packages, as "av 18.1.0, ..."; None if one is missing."""
    try:
        return ", ".join(f"{package} {metadata.version(package)}" for package in packages)
    except metadata.PackageNotFoundError:
        return None


def _torch() -> Part:
    version = _version_of("torch")
    detail = "not installed" if version is None else f"{version}. {_device_text()}"
    return Part(
        "torch",
        version is not None,
        detail,
        "Runs the model; a CUDA or Apple GPU composes faster, the processor is enough.",
        "python3 bootstrap.py run doctor (installs it); DIFFBGM_TORCH_INDEX names another build's index",
        required=True,
    )


def _device_text() -> str:
    """The device of choice, without loading torch when its build knows the processor alone."""
    spec = find_spec("torch")
    folder = Path(spec.origin).parent if spec is not None and spec.origin else Path()
    version_file = folder / "version.py"
    text = version_file.read_text(encoding="utf-8") if version_file.is_file() else ""
    if sys.platform != "darwin" and re.search(r"^cuda\b[^=\n]*= None$", text, re.MULTILINE):
        return f"Built for the processor alone ({thread_count()} threads)."
    try:
        return choose_device("auto")[1]
    except (EngineError, ImportError, OSError, RuntimeError) as error:
        return str(error)


def _bundle() -> Part:
    weights = find_resource("model", "compact", "model.safetensors")
    config = find_resource("model", "compact", "config.json")
    found = weights is not None and config is not None
    return Part(
        "model bundle",
        found,
        f"{weights.parent} ({weights.stat().st_size / 1e6:.0f} MB)" if found and weights else "no weights found",
        "The weights that compose; --bundle names another one.",
        "Install again; in a checkout: git checkout resources/model",
        required=True,
    )


def _codecs() -> Part:
    version = _version_of("av")
    missing = [name for name in ("aac", "libopus") if not _can_encode(name)] if version else ["PyAV"]
    return Part(
        "video and sound codecs",
        not missing,
        version + " with aac and libopus" if version and not missing else f"missing: {', '.join(missing)}",
        "Reads video, writes AAC into MP4, MOV and MKV, Opus into WebM.",
        "pip install av (its wheel brings FFmpeg along)",
        required=True,
    )


def _can_encode(codec: str) -> bool:
    import av

    try:
        av.codec.Codec(codec, "w")
    except (ValueError, av.error.FFmpegError):
        return False
    return True


def _fluidsynth() -> Part:
    from engine.audio.fluid import load_fluidsynth

    found = load_fluidsynth() is not None
    python_part = _version_of("pyfluidsynth")
    missing = "its library was not found" if python_part else "pyfluidsynth is not installed"
    return Part(
        "FluidSynth",
        found,
        python_part or "" if found else missing,
        "Plays the instruments; without it the built-in player plays the same soundfont.",
        "Debian, Ubuntu: apt install libfluidsynth3. macOS: brew install fluid-synth. Windows: its release, on PATH",
    )


def _soundfont() -> Part:
    from engine.audio.synth import default_soundfont

    try:
        path = default_soundfont()
        found, detail = True, f"{path.name} ({path.stat().st_size / 1e6:.1f} MB)"
    except EngineError as error:
        found, detail = False, error.message
    return Part(
        "soundfont",
        found,
        detail,
        "The sounds of the instruments.",
        "pip install --force-reinstall pretty_midi",
        required=True,
    )


_ENCODER_CHANGES: Final = {
    "clip": "The paper's network sees the frames through it (F_v, once t <= t0).",
    "blip": "Writes the captions that the paper's network follows; a file of captions can stand in for it.",
    "bert": "The paper's network reads the captions through it (F_l, while t > t0).",
}


def _encoder(name: str) -> Part:
    from engine.features.encoders.places import ENCODERS_VARIABLE, KINDS, find_encoder

    kind = next(kind for kind in KINDS if kind.folder == name)
    version = _version_of("transformers")
    how = "pip install transformers" if version is None else ""
    try:
        folder = find_encoder(kind)
        detail = str(folder) if folder is not None else f"{kind.hub}, not downloaded yet"
    except EngineError as error:
        folder, detail = None, error.message
    if folder is None:
        how += "; then " if how else ""
        how += f"{kind.megabytes} MB come from the hub at the first use; or copy its files to DIR/{name} and give "
        how += f"--encoders DIR or {ENCODERS_VARIABLE}"
    return Part(
        f"encoder {name}",
        version is not None and folder is not None,
        detail if version is not None else "transformers is not installed",
        f"{_ENCODER_CHANGES[name]} The bundle that comes along needs none.",
        how,
    )


def _vlc() -> Part:
    found, detail = True, _version_of("python-vlc") or "python-vlc is not installed"
    try:
        vlc = import_module("vlc")
        instance = vlc.Instance("--quiet", "--no-xlib", "--vout=dummy", "--aout=dummy")
        found = instance is not None
        detail = f"libvlc {vlc.libvlc_get_version().decode()}" if found else "libvlc starts no instance"
    except (NameError, OSError):  # python-vlc loads without its library, and fails here
        found, detail = False, "libvlc, the library of VLC, was not found"
    except (ImportError, AttributeError) as error:
        found, detail = False, str(error)
    return Part(
        "VLC",
        found,
        detail,
        "A player for the window.",
        "Debian, Ubuntu: apt install --no-install-recommends libvlc5 vlc-plugin-base vlc-plugin-video-output. "
        "Elsewhere: install VLC (64-bit)",
    )


def _qt_multimedia() -> Part:
    problem = module_problem("PySide6.QtMultimedia")
    return Part(
        "Qt Multimedia",
        problem is None,
        _version_of("PySide6-Addons") or "" if problem is None else problem.message,
        "A player for the window where there is no VLC.",
        problem.hint if problem is not None else "",
    )


def _window() -> Part:
    problem = window_problem()
    return Part(
        "display for the window",
        problem is None,
        _version_of("PySide6-Essentials") or "" if problem is None else problem.message,
        "diffbgm-studio can open its window; the command line needs none.",
        problem.hint if problem is not None else "",
    )


def _cache() -> Part:
    from engine.artifacts import cache_folder

    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()
        found, detail = True, str(folder)
    except OSError as error:
        found, detail = False, f"{folder}: {error.strerror}"
    return Part(
        "cache folder",
        found,
        detail,
        "A second run on the same video skips looking at it again.",
        "Make the folder writable, or name another in DIFFBGM_CACHE_DIR",
    )


LOOKS: Final[tuple[Callable[[], Part], ...]] = (
    _torch,
    _bundle,
    _codecs,
    _soundfont,
    _fluidsynth,
    _vlc,
    _qt_multimedia,
    _window,
    partial(_encoder, "clip"),
    partial(_encoder, "blip"),
    partial(_encoder, "bert"),
    _cache,
)
