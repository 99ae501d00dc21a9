"""A first look at a video, on the worker: header, filmstrip, shots."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from diffbgm_gui.run_state import (
    LookFailed,
    LookProgressed,
    PictureMeasured,
    ShotView,
    StudioEvent,
    ThumbReady,
    VideoOpened,
)
from engine import CancelToken, EngineError, RunCancelled

THUMB_HEIGHT_PX: Final = 270
MAX_THUMBS: Final = 48
_THUMB_EVERY_S: Final = 1.5
_CONTAINERS: Final = (".mp4", ".mov", ".mkv", ".webm")

Emit = Callable[[StudioEvent], None]


def look_task(path: Path, sensitivity: float) -> Callable[[Emit, CancelToken], None]:
    """A task that opens a video, takes its filmstrip and finds its shots, and says so as it goes."""

    def look(emit: Emit, cancel: CancelToken) -> None:
        try:
            _look(path, sensitivity, emit, cancel)
        except RunCancelled:
            pass
        except EngineError as error:
            emit(LookFailed(path, error.message, error.hint))
        except Exception as error:  # noqa: BLE001 - the person at the window must hear of it
            emit(LookFailed(path, f"The video could not be opened: {error}."))

    return look


def _look(path: Path, sensitivity: float, emit: Emit, cancel: CancelToken) -> None:
    from engine.artifacts import AnalysisCache
    from engine.pipeline import analyse_video
    from engine.video.containers import takers_of
    from engine.video.probe import probe
    from engine.video.thumbs import thumbnails

    info = probe(path)
    emit(VideoOpened(path, info, takers_of(info) or _CONTAINERS[:3]))
    duration_s = float(info.duration_s)
    for time_s, picture in thumbnails(
        path, thumb_times(duration_s), height_px=THUMB_HEIGHT_PX, start_s=info.start_s, cancel=cancel
    ):
        emit(ThumbReady(path, time_s, picture))
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


def find_shots(signals: Any, sensitivity: float) -> tuple[ShotView, ...]:
    """Shots at a sensitivity, for drawing; fast enough for a slider."""
    from engine.video.shots import detect_shots

    shots = detect_shots(signals, sensitivity=sensitivity)
    return tuple(ShotView(float(shot.start_s), float(shot.end_s), shot.transition) for shot in shots)
