"""A first look at a video, on the worker: header, filmstrip, shots."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from diffbgm_gui.run_state import (
    LookFailed,
    LookProgressed,
    PictureMeasured,
    StudioEvent,
    ThumbReady,
    VideoOpened,
)
from engine import CancelToken, EngineError, RunCancelled
from engine.wording import Told

if TYPE_CHECKING:
    from engine.signals import FrameSignals
    from engine.timebase import Shot

THUMB_HEIGHT_PX: Final = 270
MAX_THUMBS: Final = 48
_THUMB_EVERY_S: Final = 1.5
_CONTAINERS: Final = (".mp4", ".mov", ".mkv", ".webm")

Emit = Callable[[StudioEvent], None]


def look_task(
    path: Path, sensitivity: float, *, known: FrameSignals | None = None
) -> Callable[[Emit, CancelToken], None]:
    """A task that opens a video, takes its filmstrip and finds its shots, and says so as it goes.

    Args:
        known: what was measured of this video before, so that it need not be watched again.
    """

    def look(emit: Emit, cancel: CancelToken) -> None:
        try:
            _look(path, sensitivity, known, emit, cancel)
        except RunCancelled:
            pass
        except EngineError as error:
            emit(LookFailed(path, error.message, error.hint))
        except Exception as error:  # noqa: BLE001 - the person at the window must hear of it
            emit(LookFailed(path, Told("The video could not be opened: {error}.", error=error)))

    return look


def _look(path: Path, sensitivity: float, known: FrameSignals | None, emit: Emit, cancel: CancelToken) -> None:
    from engine.artifacts import AnalysisCache
    from engine.pipeline import analyse_video
    from engine.video.assembly import cuts_of_picture
    from engine.video.containers import takers_of
    from engine.video.probe import probe
    from engine.video.thumbs import thumbnails

    info = probe(path)
    cuts = cuts_of_picture(path)
    if cuts is None:
        emit(VideoOpened(path, info, takers_of(info) or _CONTAINERS[:3]))
    else:
        emit(VideoOpened(path, info, (), cuts.source))
    duration_s = float(info.duration_s)
    for time_s, picture in thumbnails(
        path, thumb_times(duration_s), height_px=THUMB_HEIGHT_PX, start_s=info.start_s, cancel=cancel
    ):
        emit(ThumbReady(path, time_s, picture))
    if known is not None:
        signals = replace(known, info=replace(known.info, path=str(path)))
    else:
        signals = analyse_video(
            path,
            cache=AnalysisCache(),
            report=lambda done, total: emit(LookProgressed(path, done, total)),
            cancel=cancel,
        )
    emit(PictureMeasured(path, signals, find_shots(signals, sensitivity)))


def thumb_times(duration_s: float) -> list[float]:
    """The middles of equal parts of the video, in seconds."""
    n = max(1, min(MAX_THUMBS, round(duration_s / _THUMB_EVERY_S)))
    return [duration_s * (i + 0.5) / n for i in range(n)]


def find_shots(signals: FrameSignals, sensitivity: float) -> tuple[Shot, ...]:
    """Shots at a sensitivity; fast enough for a slider."""
    from engine.video.shots import detect_shots

    return detect_shots(signals, sensitivity=sensitivity)
