"""`diffbgm --self-check`: every part of the program is used once, with a line each. Works without a film or a display.

What belongs to the window (icons, languages, players) is checked by the studio itself, started as a child.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from engine.cancel import CancelToken
from engine.cli.common import EXIT_FAILED, EXIT_OK
from engine.desktop import studio_command
from engine.errors import EngineError, RunCancelled
from engine.resources import REQUIRED, resource_path, resource_root
from engine.version import __version__

_WINDOW_TIMEOUT_S: Final = 120
_SIDE_PX: Final = (320, 180)
_RATE_FPS: Final = 24
_STEPS: Final = 4
_LEAST_PEAK: Final = 0.02


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found: `detail` is what is there, or why it cannot be used."""

    name: str
    is_good: bool
    detail: str

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Finding:
        """From an object as the studio writes it.

        Raises:
            KeyError: when it is none.
        """
        return cls(str(data["name"]), bool(data["is_good"]), str(data["detail"]))


class CheckError(Exception):
    """A part that is there but does not do what it should; the text says what."""


def run(cancel: CancelToken) -> int:
    """Print a line for each part as it is checked; the exit status."""
    print(f"diffbgm {__version__}, Python {sys.version.split()[0]}, {sys.platform}", flush=True)
    began, n_bad = time.monotonic(), 0
    for finding in findings(cancel):
        print(f"{'ok  ' if finding.is_good else 'FAIL'}  {finding.name:<14}{finding.detail}", flush=True)
        n_bad += not finding.is_good
    spent = f"{time.monotonic() - began:.1f} s"
    print(f"All parts work ({spent})." if not n_bad else f"Parts that do not work: {n_bad} ({spent}).", flush=True)
    return EXIT_FAILED if n_bad else EXIT_OK


def findings(cancel: CancelToken) -> Iterator[Finding]:
    """Check part after part."""
    with _scratch() as folder:
        checks: tuple[tuple[str, Callable[[], str]], ...] = (
            ("resources", check_resources),
            ("model", check_model),
            ("soundfont", check_soundfont),
            ("synthesiser", partial(check_synthesiser, cancel)),
            ("one second", partial(check_scoring, folder, cancel)),
            ("timelines", check_timelines),
            ("service", check_service),
        )
        for name, check in checks:
            cancel.raise_if_cancelled()
            yield _judged(name, check)
        yield from check_window(folder)


def _judged(name: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(name, True, check())
    except RunCancelled:
        raise
    except EngineError as error:
        return Finding(name, False, f"{error.message} {error.hint}".rstrip())
    except CheckError as error:
        return Finding(name, False, str(error))
    except Exception as error:  # noqa: BLE001 - whatever a part does wrong is what is asked here
        return Finding(name, False, f"{type(error).__name__}: {error}")


@contextmanager
def _scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="diffbgm-check-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


# ---- the parts -----------------------------------------------------------------------------------------------------


def check_resources() -> str:
    """Every file that must come along is there."""
    sizes = [resource_path(*name.split("/")).stat().st_size for name in REQUIRED]
    return f"{len(sizes)} required files in {resource_path('model').parent}"


def check_model() -> str:
    """The weights load, and the device for them is known."""
    from engine.bundles import describe_bundle
    from engine.runner import GenerationRunner
    from engine.settings import GenerationSettings

    facts = describe_bundle()
    bundle = GenerationRunner().ready_bundle(None, GenerationSettings())
    return f"{facts.architecture} {facts.version}, {facts.megabytes:g} MB, {bundle.hash[:12]}"


def check_soundfont() -> str:
    """The instruments of every voice of every palette are in the soundfont."""
    from engine.audio.soundfont import SoundFont
    from engine.audio.synth import default_soundfont

    path = default_soundfont()
    font = SoundFont(path)
    n_zones = sum(len(font.zones(program)) for program in range(128))
    if not n_zones:
        raise CheckError(f"{path.name} holds no instruments.")
    return f"{path.name} ({path.stat().st_size / 1e6:.1f} MB), {n_zones} zones"


def check_synthesiser(cancel: CancelToken) -> str:
    """The built-in player sounds, and FluidSynth too where it is installed."""
    from engine.audio.fluid import load_fluidsynth
    from engine.audio.synth import SynthesizerName, choose_synthesizer
    from engine.music.notes import Voice
    from engine.music.score import Part, Score, ScoreNote
    from engine.timebase import TempoMap

    notes = tuple(ScoreNote(0.0, pitch, 0.5, 90) for pitch in (60, 64, 67))
    chord = Score((Part("Melody: Piano", Voice.MELODY, 0, notes),), TempoMap.constant(120), Fraction(1))
    players: list[SynthesizerName] = ["built-in", *(["fluidsynth"] if load_fluidsynth() else [])]  # type: ignore[list-item]
    said = []
    for player in players:
        synthesizer = choose_synthesizer(player)
        if synthesizer.render(chord, cancel=cancel).peak < _LEAST_PEAK:
            raise CheckError(f"{synthesizer.name} plays a chord, and nothing is heard.")
        said.append(synthesizer.name.split(",")[0])
    return " and ".join(said)


def check_scoring(folder: Path, cancel: CancelToken) -> str:
    """A second of film, made here, gets music: picture kept, sound heard."""
    from engine.audio.decode import read_audio
    from engine.runner import GenerationRequest, GenerationRunner
    from engine.settings import GenerationSettings
    from engine.video.probe import probe

    film, scored = folder / "film.mp4", folder / "scored.mp4"
    write_clip(film)
    request = GenerationRequest(film, scored, GenerationSettings(seed=7, steps=_STEPS), previews=False, use_cache=False)
    began = time.monotonic()
    result = GenerationRunner().run(request, cancel=cancel)
    duration_s = probe(scored).duration_s
    if duration_s != 1:
        raise CheckError(f"The scored second lasts {float(duration_s):.3f} s.")
    if read_audio(scored).peak < _LEAST_PEAK:
        raise CheckError("The scored second is silent.")
    return f"scored in {time.monotonic() - began:.1f} s, {len(result.notes)} notes"


def write_clip(path: Path) -> None:
    """Write a second of film in which a bright block crosses a dark picture."""
    import av
    import numpy as np

    width, height = _SIDE_PX
    writer: Any = av.open(str(path), "w")
    with writer as container:
        stream = container.add_stream("mpeg4", rate=_RATE_FPS)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for i in range(_RATE_FPS):
            picture = np.full((height, width, 3), 40, np.uint8)
            left = i * (width - 40) // _RATE_FPS
            picture[60:100, left : left + 40] = 220
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture)))
        container.mux(stream.encode())


def check_timelines() -> str:
    """Timelines of editors are written and read in the forms that other packages bring."""
    import opentimelineio as otio

    timeline = otio.schema.Timeline("check")
    timeline.tracks.append(otio.schema.Track("Music", kind=otio.schema.TrackKind.Audio))
    forms = ("otio_json", "fcp_xml")
    for form in forms:
        text = otio.adapters.write_to_string(timeline, form)
        if not otio.adapters.read_from_string(text, form):
            raise CheckError(f"A timeline written as {form} cannot be read again.")
    return f"OpenTimelineIO {otio.__version__}, {', '.join(forms)}"


def check_service() -> str:
    """The service for other programs loads with its server."""
    import starlette
    import uvicorn

    import_module("engine.service.server")
    return f"uvicorn {uvicorn.__version__}, starlette {starlette.__version__}"


def check_window(folder: Path) -> Iterator[Finding]:
    """What the studio finds out about itself, in a process of its own."""
    report = folder / "window.json"
    environment = {"QT_QPA_PLATFORM": "offscreen"} if _has_no_display() else {}
    command = [*studio_command(), "--self-check", str(report.absolute())]
    try:
        done = subprocess.run(
            command,
            cwd=resource_root().parent,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_WINDOW_TIMEOUT_S,
            check=False,
        )
        found = [Finding.from_json(data) for data in json.loads(report.read_text(encoding="utf-8"))]
    except subprocess.TimeoutExpired:
        yield Finding("window", False, f"The studio gave no answer within {_WINDOW_TIMEOUT_S} s.")
        return
    except FileNotFoundError as error:
        lines = [] if error.filename == command[0] else done.stderr.strip().splitlines()
        said = " ".join(lines[-2:]) or f"{Path(command[0]).name} is missing"
        yield Finding("window", False, f"The studio does not start: {said}")
        return
    except (OSError, ValueError, KeyError, TypeError) as error:
        yield Finding("window", False, f"The studio's answer cannot be read: {error}")
        return
    yield from found
    if done.returncode and all(finding.is_good for finding in found):
        yield Finding("window", False, f"The studio ended with status {done.returncode}.")


def _has_no_display() -> bool:
    named = any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))
    return sys.platform.startswith("linux") and not named
