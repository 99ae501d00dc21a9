"""An engine that answers at once, or when the test lets it."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import numpy as np

from engine import (
    CancelToken,
    ConditionsReady,
    FinishReason,
    InputError,
    PreviewReady,
    RunCancelled,
    RunFinished,
    RunStarted,
    Stage,
    StageProgressed,
    StageStarted,
)


def plan_data(n_beats: int = 8) -> dict[str, Any]:
    return {
        "duration_s": 4.5,
        "shots": [(0.0, 1.5, "start", 1.0), (1.5, 4.5, "cut", 0.8)],
        "bpm": 100.0,
        "start_s": 0.0,
        "n_beats": n_beats,
        "beat_s": [0.6 * beat for beat in range(n_beats + 1)],
        "dynamic": {"density": [0.1 * beat for beat in range(n_beats)]},
        "semantic": {},
        "key": "A:min",
        "chords": ["A:min"] * 4 + [None] * 2 + ["F:maj7/A"] * 2,
        "sections": [(0, n_beats, "A")],
    }


def some_roll(n_beats: int = 8) -> np.ndarray:
    roll = np.zeros((3, 4 * n_beats, 128), np.uint8)
    roll[0, 4, 72], roll[0, 5:9, 72] = 2, 1
    roll[2, 0, 40], roll[2, 1:16, 40] = 2, 1
    return roll


class FakeEngine:
    """Records requests. `gate` holds a run back until it is set; `fails` makes it fail; files hold their names."""

    def __init__(self) -> None:
        self.requests: list[Any] = []
        self.gate = threading.Event()
        self.gate.set()
        self.fails = False

    def run(self, request: Any, observer: Any, cancel: CancelToken) -> Any:
        self.requests.append(request)
        observer(RunStarted(7))
        if self.fails:
            observer(RunFinished(FinishReason.FAILED, message="No music today.", hint="Try tomorrow."))
            raise InputError("No music today.", "Try tomorrow.")
        observer(ConditionsReady(plan_data()))
        observer(StageStarted(Stage.DENOISE, 4, "steps"))
        for i in range(4):
            observer(PreviewReady(i, 4, 900 - 300 * i, 900.0 - 300 * i, some_roll()))
            observer(StageProgressed(Stage.DENOISE, i + 1, 4, 2.0))
        while not self.gate.wait(0.01):
            if cancel.is_cancelled:
                observer(RunFinished(FinishReason.CANCELLED))
                raise RunCancelled
        for path in (request.output, request.wav, request.midi, request.manifest):
            path.write_bytes(path.name.encode())
        result = SimpleNamespace(
            output=request.output,
            wav=request.wav,
            midi=request.midi,
            notes=(1, 2, 3),
            manifest={"timings_s": {"denoise": 2.0}},
            plan=SimpleNamespace(signals=SimpleNamespace(info=SimpleNamespace(path=str(request.video)))),
        )
        observer(RunFinished(FinishReason.COMPLETED, result=result))
        return result
