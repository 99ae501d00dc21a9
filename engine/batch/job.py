"""One film of a batch, as the process that scores it sees it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from engine.errors import OutputError
from engine.events import Warned
from engine.runner import GenerationRequest
from engine.workers.bench import Bench

if TYPE_CHECKING:
    from engine.signals import VideoInfo

EXTRAS: Final = {"midi": ".mid", "wav": ".wav", "manifest": ".manifest.json", "project": ".dbgm", "stems": ".stems"}
"""Further files that a film can get, and how their names end."""
SAME: Final = "same"
KINDS: Final = (SAME, "mp4", "mov", "mkv", "webm", "wav", "mid")
"""What a film can become; "same" keeps the container of those that can be written, and makes MP4 of others."""
_CONTAINERS: Final = (".mp4", ".mov", ".mkv", ".webm")
_FALLBACK: Final = ".mkv"


@dataclass(frozen=True, slots=True)
class FilmJob:
    """Score one film.

    Attributes:
        request: with the output that the kind wishes for.
        own: files that may be written over: earlier results of the same film.
        overwrite: whether any file may be.
    """

    request: GenerationRequest
    own: frozenset[Path] = frozenset()
    overwrite: bool = False

    @property
    def outputs(self) -> tuple[Path, ...]:
        """All files that the film may get."""
        request = self.request
        assert request.output is not None
        named = (request.output, request.midi, request.wav, request.manifest, request.project, request.stems)
        fallback = request.output.with_name(request.output.stem + _FALLBACK)
        return (*(path for path in named if path is not None), fallback)

    def run(self, bench: Bench) -> dict[str, Any]:
        """Score it; a picture that the wished-for container cannot hold goes into one that can.

        Raises:
            EngineError: for what a person can mend.
            RunCancelled: when cancelled.
        """
        from engine.video.probe import probe

        info = probe(self.request.video)
        request, notes = self._fitting(info)
        warnings: list[str] = []

        def observe(event: Any) -> None:
            if isinstance(event, Warned):
                warnings.append(event.message)
            bench.tell(event)

        for path in _files_of(request).values():
            self._check_place(path)
        result = bench.tools.runner.run(request, observe, bench.cancel)
        music = result.manifest["music"]
        return {
            "files": {kind: str(path) for kind, path in _files_of(request).items()},
            "duration_s": round(float(info.duration_s), 3),
            "seed": result.take.settings.seed,
            "bpm": round(float(music["bpm"]), 1),
            "notes": len(result.notes),
            "remarks": notes + warnings,
        }

    def _fitting(self, info: VideoInfo) -> tuple[GenerationRequest, list[str]]:
        output = self.request.output
        assert output is not None
        if output.suffix not in _CONTAINERS:
            return self.request, []
        from engine.video.containers import takers_of

        takers = takers_of(info)
        if output.suffix in takers or (not takers and output.suffix != ".webm"):
            return self.request, []
        suffix = _FALLBACK if _FALLBACK in takers or not takers else takers[0]
        note = f"{output.suffix[1:].upper()} cannot hold {info.codec.upper()}: written as {suffix[1:].upper()}."
        return replace(self.request, output=output.with_name(output.stem + suffix)), [note]

    def _check_place(self, path: Path) -> None:
        if path.exists() and path not in self.own and not self.overwrite:
            raise OutputError(
                f"There is a '{path.name}' already that no earlier batch wrote.",
                "Move it away, choose another folder, or allow --overwrite.",
            )
        path.parent.mkdir(parents=True, exist_ok=True)


def _files_of(request: GenerationRequest) -> dict[str, Path]:
    named = ("output", *EXTRAS)
    return {name: path for name in named if (path := getattr(request, name)) is not None}


def output_for(place: Path, source: Path, kind: str) -> Path:
    """The file that a film becomes.

    Args:
        place: path of the results without an ending.
        kind: one of `KINDS`.
    """
    suffix = source.suffix.lower() if kind == SAME else f".{kind}"
    if kind == SAME and suffix not in _CONTAINERS:
        suffix = ".mp4"
    return place.with_name(place.name + suffix)


def request_for(template: GenerationRequest, source: Path, place: Path, kind: str, extras: set[str]) -> FilmJob:
    """The job of one film: a template's settings and direction, with the film's own names.

    Args:
        extras: names of `EXTRAS` that are wanted.
    """
    output = output_for(place, source, kind)
    files: dict[str, Any] = {
        name: place.with_name(place.name + ending)
        for name, ending in EXTRAS.items()
        if name in extras and place.name + ending != output.name
    }
    return FilmJob(replace(template, video=source, output=output, **files))
