"""The film's own sound, decoded in the background into a file that the mixer reads while it grows."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from diffbgm_gui.sound.desk import Duck
from diffbgm_gui.sound.recordings import RATE_HZ, Recording, mapped, to_int16
from engine import CancelToken, EngineError

logger = logging.getLogger(__name__)

Emit = Callable[[Any], None]
DUCK_RATE_HZ = 12_000
"""Fine enough for a gain that needs 10 ms on its way down."""


@dataclass(frozen=True, slots=True, eq=False)
class FilmSound:
    """The own sound of the film `path`. It is silent where it is not decoded yet; None where there is none."""

    path: str
    recording: Recording | None
    is_complete: bool


@dataclass(frozen=True, slots=True, eq=False)
class DuckReady:
    """How the music gives way to speech in the film `path`; None where nobody speaks."""

    path: str
    depth_db: float
    duck: Duck | None


class FilmSounds:
    """Makes tasks for a worker. The files are removed by `close`."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="diffbgm-sound-", ignore_cleanup_errors=True)
        self._n = 0
        self._speech: dict[str, tuple[Any, ...]] = {}

    def decode(self, info: Any) -> Callable[[Emit, CancelToken], None]:
        """A task that tells `FilmSound` at its beginning and at its end."""
        self._n += 1
        place = Path(self._folder.name) / f"film-{self._n}.pcm"

        def task(emit: Emit, cancel: CancelToken) -> None:
            from engine.video.sound import n_samples, original_track, sound_blocks

            index = original_track(info)
            if index is None:
                emit(FilmSound(info.path, None, True))
                return
            recording = mapped(place, 0, n_samples(info.duration_s, RATE_HZ), mode="w+")
            emit(FilmSound(info.path, recording, False))
            at = 0
            blocks = sound_blocks(
                Path(info.path), index=index, origin_s=info.start_s, sample_rate=RATE_HZ, cancel=cancel
            )
            try:
                for block in blocks:
                    end = min(recording.n, at + block.shape[1])
                    recording.samples[at:end] = to_int16(block[:, : end - at].T)
                    at = end
            except EngineError as error:
                logger.info("the sound of the film breaks off: %s", error.message)
            emit(FilmSound(info.path, recording, True))

        return task

    def duck(self, info: Any, speech: tuple[Any, ...] | None, depth_db: float) -> Callable[[Emit, CancelToken], None]:
        """A task that tells `DuckReady`; `speech` is found where it is None."""

        def task(emit: Emit, cancel: CancelToken) -> None:
            spans = speech if speech is not None else self._speech.get(info.path)
            if spans is None:
                from engine.pipeline import find_film_speech

                try:
                    spans = find_film_speech(info, cancel=cancel)
                except EngineError as error:
                    logger.info("speech was not looked for: %s", error.message)
                    spans = ()
            self._speech[info.path] = spans
            emit(DuckReady(info.path, depth_db, duck_of(spans, float(info.duration_s), depth_db)))

        return task

    def close(self) -> None:
        """Remove the files."""
        self._folder.cleanup()


def duck_of(spans: tuple[Any, ...], duration_s: float, depth_db: float) -> Duck | None:
    """The gain of music under speech, None where nobody speaks."""
    from engine.audio.curve import CELL
    from engine.audio.ducking import duck_curve

    if not spans or depth_db == 0:
        return None
    points = max(1, round(duration_s * DUCK_RATE_HZ))
    curve = duck_curve(spans, points=points, sample_rate=DUCK_RATE_HZ, depth_db=depth_db)
    return Duck(curve.values.astype(np.float32), CELL * RATE_HZ // DUCK_RATE_HZ)
