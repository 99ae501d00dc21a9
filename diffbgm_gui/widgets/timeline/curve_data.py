"""Curves of picture and music, worked out in the background: what moves, what Auto asks for, what the music does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from diffbgm_gui.studio import Studio
from engine import CancelToken, EngineError
from engine.timebase import STEPS_PER_BEAT

if TYPE_CHECKING:
    from engine.music.take import Take

Array = NDArray[np.float64]

_SETTLE_MS: Final = 150
_CHROMA: Final = slice(27, 39)
"""Chord tones in a plan row: after 14 columns of key, 12 of root and one of "no chord"."""
_VELOCITIES: Final = (40.0, 115.0)
"""What counts as no energy and as full energy of playing."""


class Sampled:
    """A curve: values 0..1 at rising times in seconds of the film; what is not known (NaN) is left out."""

    def __init__(self, times_s: Array, values: Array) -> None:
        known = np.isfinite(values)
        self.times_s, self.values = times_s[known], values[known]
        self._total = np.concatenate([[0.0], np.cumsum(self.values)])

    def columns(self, edges_s: Array) -> Array:
        """Its mean over each stretch between edges; in stretches without a sample, the value in between."""
        times, values, total = self.times_s, self.values, self._total
        if not len(times):
            return np.full(max(0, len(edges_s) - 1), np.nan)
        at = np.searchsorted(times, edges_s)
        count = np.diff(at)
        middles = (edges_s[1:] + edges_s[:-1]) / 2
        between = np.interp(middles, times, values)
        return np.where(count > 0, (total[at[1:]] - total[at[:-1]]) / np.maximum(count, 1), between)


Curves = Mapping[str, Sampled]


@dataclass(frozen=True, slots=True, eq=False)
class CurvesReady:
    """Curves that were worked out. `kind`: "picture" (motion, energy), "auto" or "achieved" (as drawn ones)."""

    kind: str
    key: object
    curves: Curves = field(default_factory=dict)


class CurveStore(QObject):
    """The curves of the present film and take; `changed` tells of others."""

    changed = Signal()

    def __init__(self, studio: Studio, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._studio = studio
        self._curves: dict[str, Curves] = {}
        self._keys: dict[str, tuple[Any, ...]] = {}
        self._tokens: dict[str, CancelToken] = {}
        self._soon = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._soon.timeout.connect(self._ask)
        studio.event.connect(self._heard)
        studio.state_changed.connect(lambda _state: self._look())
        studio.document_changed.connect(lambda _document: self._look())
        self._look()

    def of(self, kind: str, name: str) -> Sampled | None:
        """A curve, None while it is not known."""
        return self._curves.get(kind, {}).get(name)

    def _wanted(self) -> dict[str, tuple[Any, ...]]:
        studio = self._studio
        signals, shots, document = studio.state.signals, studio.shots, studio.document
        picture = (signals, shots) if signals is not None and shots else ()
        auto = (*picture, document.settings.mood, document.direction.moods) if picture else ()
        return {"picture": picture, "auto": auto, "achieved": (document.take,) if document.take is not None else ()}

    def _look(self) -> None:
        if any(not _same(key, self._keys.get(kind, ())) for kind, key in self._wanted().items()):
            self._soon.start()

    def _ask(self) -> None:
        gone = False
        for kind, key in self._wanted().items():
            if _same(key, self._keys.get(kind, ())):
                continue
            before = self._keys.get(kind, ())
            self._keys[kind] = key
            if kind in self._tokens:
                self._worker.withdraw(self._tokens.pop(kind))
            if not key or key[0] is not (before[0] if before else None):
                gone = self._curves.pop(kind, None) is not None or gone
            if key:
                self._tokens[kind] = self._worker.submit(_task(kind, key, self._studio.bundle))
        if gone:
            self.changed.emit()

    @property
    def _worker(self) -> Any:
        return self._studio.pictures

    def _heard(self, event: Any) -> None:
        if isinstance(event, CurvesReady) and event.key is self._keys.get(event.kind):
            self._curves[event.kind] = event.curves
            self._tokens.pop(event.kind, None)
            self.changed.emit()


def _same(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    return len(one) == len(other) and all(
        a is b or (isinstance(a, str) and a == b) for a, b in zip(one, other, strict=True)
    )


def _task(kind: str, key: tuple[Any, ...], bundle: Path | None) -> Callable[[Callable[[Any], None], CancelToken], None]:
    def work(emit: Callable[[Any], None], cancel: CancelToken) -> None:
        cancel.raise_if_cancelled()
        try:
            match kind:
                case "picture":
                    made = picture_curves(*key)
                case "auto":
                    made = auto_curves(*key, bundle)
                case _:
                    made = achieved_curves(key[0], bundle)
        except (EngineError, ValueError):
            made = {}  # a ghost that cannot be drawn is left out
        emit(CurvesReady(kind, key, made))

    return work


def picture_curves(signals: Any, shots: Any) -> Curves:
    """Motion, frame by frame, and energy (motion, cutting, contrast, colour), second by second."""
    from engine.features.appraisal import appraise
    from engine.features.picture import MOTION, measure_picture
    from engine.timebase import TempoMap

    n_seconds = max(1, round(float(signals.info.duration_s)))
    judged = appraise(measure_picture(signals, shots, TempoMap.constant(60), n_seconds))
    motion = np.asarray(MOTION(signals.curves["motion"]), np.float64)
    return {"motion": Sampled(signals.times_s, motion), "energy": _by_second(judged.intensity)}


def auto_curves(signals: Any, shots: Any, mood: str, moods: Any, bundle: Path | None) -> Curves:
    """What the picture and the mood ask for where no curve is drawn, on the scale of the drawn ones."""
    from engine.features.conditions import asked_positions
    from engine.features.quantiles import read_quantiles
    from engine.music.curves import CONTROLS_OF

    positions = asked_positions(signals, shots, mood=mood, moods=moods, quantiles=read_quantiles(bundle))
    return {name: _by_second(positions[controls[0]]) for name, controls in CONTROLS_OF.items()}


def achieved_curves(take: Take, bundle: Path | None) -> Curves:
    """What the music of a take does, beat by beat, on the scale of the drawn curves: places in the corpus, but for
    energy, which is how loudly the notes are played."""
    from engine.features.quantiles import read_quantiles
    from engine.features.transfer import to_positions
    from engine.music.controls import SEMANTIC, measure_dynamic, measure_semantic
    from engine.music.curves import played_velocity
    from engine.music.notes import NoteTable
    from engine.music.tempo import seconds_of_steps
    from engine.pipeline import write_score

    if not take.notes:
        return {}
    plan, quantiles = take.plan, read_quantiles(bundle)
    table = NoteTable.from_notes(note for note in take.notes if 0 <= note.onset < plan.n_beats * STEPS_PER_BEAT)
    chroma = np.asarray(plan.conditions.plan[:, _CHROMA] > 0, np.uint8)
    semantic = measure_semantic(table, plan.n_beats, bpm=plan.tempo.bpm(), chroma=chroma)
    density = measure_dynamic(table, plan.n_beats)[:, 0]
    rows = {"density": density, **{name: semantic[:, SEMANTIC.index(name)] for name in ("register", "tension")}}
    positions = {name: to_positions(row, np.asarray(quantiles[name])) for name, row in rows.items()}
    low, high = _VELOCITIES
    score = write_score(take.notes, plan, take.settings, take.direction)
    positions["energy"] = np.clip((played_velocity(score, plan.n_beats) - low) / (high - low), 0, 1)
    beats_s = seconds_of_steps(plan.tempo, STEPS_PER_BEAT * np.arange(plan.n_beats + 1)) + float(plan.offset_s)
    middles = (beats_s[1:] + beats_s[:-1]) / 2
    return {name: Sampled(middles, np.asarray(values, np.float64)) for name, values in positions.items()}


def _by_second(values: Any) -> Sampled:
    known = np.asarray(values, np.float64)
    return Sampled(np.arange(len(known)) + 0.5, known)
