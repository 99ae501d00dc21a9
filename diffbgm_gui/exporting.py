"""Exporting a take: what was heard is what is written, nothing is composed again."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from diffbgm_gui.run_state import ExportFinished, ExportProgressed, StudioEvent
from engine import CancelToken, EngineError, OutputError, RunCancelled

if TYPE_CHECKING:
    from engine import GenerationResult, GenerationSettings

VIDEO_SUFFIXES: Final = (".mp4", ".mov", ".mkv", ".webm")

Emit = Callable[[StudioEvent], None]


def export_task(take: GenerationResult, output: Path) -> Callable[[Emit, CancelToken], None]:
    """A task that writes a take to `output`; the suffix says as what."""

    def export(emit: Emit, cancel: CancelToken) -> None:
        try:
            write_take(take, output, report=lambda done, of: emit(ExportProgressed(done, of)), cancel=cancel)
        except RunCancelled:
            emit(ExportFinished(None))
        except EngineError as error:
            emit(ExportFinished(None, error.message, error.hint))
        except Exception as error:  # noqa: BLE001 - the person at the window must hear of it
            emit(ExportFinished(None, f"{output.name} could not be written: {error}."))
        else:
            emit(ExportFinished(output))

    return export


def write_take(
    take: GenerationResult, output: Path, *, report: Callable[[float, float], None], cancel: CancelToken
) -> None:
    """Copy the take's own file of that kind, or join its music with the picture in another container.

    Raises:
        OutputError: if the output cannot be written or its name ends in no known suffix.
        RunCancelled: when cancelled; nothing is left behind.
    """
    suffix = output.suffix.lower()
    made = {take.output.suffix.lower(): take.output, ".wav": take.wav, ".mid": take.midi, ".midi": take.midi}
    source = made.get(suffix)
    if source is not None:
        _copy(source, output, video=Path(take.plan.info.path))
    elif suffix in VIDEO_SUFFIXES:
        _join(take, output, report=report, cancel=cancel)
    else:
        known = ", ".join((*VIDEO_SUFFIXES, ".wav", ".mid"))
        raise OutputError(f"'{output.name}' names no kind of file that can be written.", f"Use one of: {known}.")


def _copy(source: Path, output: Path, *, video: Path) -> None:
    from engine.video.containers import check_place
    from engine.video.mux import writing_aside

    check_place(output, n_bytes=source.stat().st_size, source=video)
    with writing_aside(output) as aside:
        shutil.copyfile(source, aside)


def _join(take: GenerationResult, output: Path, *, report: Callable[[float, float], None], cancel: CancelToken) -> None:
    from engine import GenerationSettings
    from engine.manifest import container_metadata
    from engine.video.containers import check_container
    from engine.video.mux import mux

    info = take.plan.info
    settings = GenerationSettings.from_json(take.manifest["settings"])
    check_container(info, output)
    with tempfile.TemporaryDirectory(prefix="diffbgm-") as scratch:
        mux(
            Path(info.path),
            _sound_of(take, info, settings, Path(scratch), cancel),
            output,
            info=info,
            settings=settings,
            metadata=container_metadata(take.manifest),
            report=report,
            cancel=cancel,
        )


def _sound_of(
    take: GenerationResult, info: Any, settings: GenerationSettings, scratch: Path, cancel: CancelToken
) -> Path:
    """The take's music as a WAV, with the video's own sound in it when the take was made so."""
    assert take.wav is not None
    if settings.original_audio != "mix":
        return take.wav
    from engine.audio.clip import AudioClip
    from engine.audio.decode import read_audio
    from engine.audio.mix import mix_with_original, write_wav
    from engine.runner import SAMPLE_RATE_HZ
    from engine.video.sound import read_original_sound

    music = read_audio(take.wav, sample_rate=SAMPLE_RATE_HZ, cancel=cancel)
    samples = read_original_sound(info, sample_rate=music.sample_rate, cancel=cancel)
    if samples is None:
        return take.wav
    original = AudioClip(samples, music.sample_rate)
    mixed = mix_with_original(music, original, original_gain_db=settings.original_gain_db, cancel=cancel)
    write_wav(mixed, scratch / "mixed.wav", cancel=cancel)
    return scratch / "mixed.wav"
