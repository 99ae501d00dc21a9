"""What a run tells its observer: frozen, picklable, in order, ending with exactly one `RunFinished`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Stage(Enum):
    """The stages of a run, in order."""

    PROBE = "probe"
    ANALYSE = "analyse"
    CONDITIONS = "conditions"
    DENOISE = "denoise"
    SCORE = "score"
    SYNTH = "synth"
    MUX = "mux"


class FinishReason(Enum):
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RunStarted:
    """First event of a run. `seed` is the resolved seed."""

    seed: int


@dataclass(frozen=True, slots=True)
class StageStarted:
    stage: Stage
    total: float
    unit: str


@dataclass(frozen=True, slots=True)
class StageProgressed:
    """`done` of `total`, in the unit that `StageStarted` named; `eta_s` for the whole run, None while unknown."""

    stage: Stage
    done: float
    total: float
    eta_s: float | None = None


@dataclass(frozen=True, slots=True)
class StageFinished:
    stage: Stage
    seconds: float


@dataclass(frozen=True, slots=True, eq=False)
class ConditionsReady:
    """What the engine is about to follow. `data` is a plain dict (tempo, shots, control rows, chords) for drawing."""

    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class PreviewReady:
    """The piano roll that the model believes in at one denoising step.

    Attributes:
        index, total: the step's number from 0, and how many there are.
        timestep: the model's own timestep after this step (0..999).
        paper_t: the same noise level on the paper's scale (0..1000), where t0 is given.
        roll: uint8 `[V, N, 128]`, 0 silent, 1 sustained, 2 onset; a copy.
    """

    index: int
    total: int
    timestep: int
    paper_t: float
    roll: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Warned:
    """Something the user should know that does not stop the run."""

    message: str


@dataclass(frozen=True, slots=True)
class RunFinished:
    """The last event. `result` is set when COMPLETED; `message` and `hint` when FAILED."""

    reason: FinishReason
    result: Any = None
    message: str = ""
    hint: str = ""


Event: TypeAlias = (
    RunStarted | StageStarted | StageProgressed | StageFinished | ConditionsReady | PreviewReady | Warned | RunFinished
)
Observer: TypeAlias = Callable[[Event], None]
Report: TypeAlias = Callable[[float, float], None]
"""`report(done, total)`: what a stage calls as it goes."""


def ignore(_event: Event) -> None:
    """An observer that looks away."""


def no_report(_done: float, _total: float) -> None:
    """A report that goes nowhere."""
