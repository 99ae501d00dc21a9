"""An engine that answers at once, or when the test lets it."""

from __future__ import annotations

import threading
import uuid
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from diffbgm_gui.studio_events import TakeAudible
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
from engine.music.notes import Voice
from engine.music.take import Take
from tests.helpers.takes import take_of


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


def fake_take(video: Path, *, seed: int = 7, steps: int = 4, n_beats: int = 8, **changes: Any) -> Take:
    """A take of a video with eight beats, an id of its own and a trajectory."""
    take = take_of(video, n_beats=n_beats, steps=3, seed=seed)
    settings = replace(take.settings, seed=seed, steps=steps)
    return replace(take, id=uuid.uuid4().hex, settings=settings, starred=False, hand=(), details={}, **changes)


class FakeEngine:
    """Records requests. `gate` holds a run back until it is set; `fails` makes it fail; files hold their names."""

    def __init__(self) -> None:
        self.requests: list[Any] = []
        self.changes: list[Any] = []
        self.exports: list[Any] = []
        self.gate = threading.Event()
        self.gate.set()
        self.fails = False

    def compose(self, request: Any, observer: Any, cancel: CancelToken) -> Any:
        self.requests.append(request)
        settings = request.settings
        take = fake_take(request.video, seed=settings.seed)
        signals = getattr(request.known, "signals", None)
        plan = take.plan if signals is None else replace(take.plan, info=signals.info)
        take = replace(take, settings=settings, direction=request.direction, plan=plan)
        made = SimpleNamespace(take=take, known=SimpleNamespace(speech=None, signals=signals))
        return self._run(observer, cancel, made, settings.seed)

    def revise(self, take: Take, change: Any, observer: Any, cancel: CancelToken, *, bundle: Any = None) -> Any:
        self.changes.append((take, change))
        origin = "fork" if hasattr(change, "step") else "reroll"
        notes = fake_take(Path("a"), seed=change.seed).notes
        made = replace(take, id=uuid.uuid4().hex, origin=origin, parent=take.id, notes=notes, settings=change.settings)
        return self._run(observer, cancel, made, change.seed)

    def export(self, take: Take, outputs: Any, observer: Any, cancel: CancelToken) -> Any:
        self.exports.append((take, outputs))
        if self.fails:
            raise InputError("No music today.", "Try tomorrow.")
        outputs.output.write_bytes(outputs.output.name.encode())

    def ready_bundle(self, bundle: Any, settings: Any) -> Any:
        raise InputError("There is no model here.")

    def _run(self, observer: Any, cancel: CancelToken, result: Any, seed: int) -> Any:
        observer(RunStarted(seed))
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
        observer(RunFinished(FinishReason.COMPLETED, result=result))
        return result


def fake_played(take: Take, name: str, folder: Path, cancel: CancelToken) -> TakeAudible:
    """A take that is audible at once, in empty files."""
    folder.mkdir(exist_ok=True)
    voices = {}
    for voice in Voice:
        voices[voice] = folder / f"{name.replace('@', '-')}-{voice.name.lower()}.wav"
        voices[voice].write_bytes(b"")
    return TakeAudible(name, voices, -14.0)
