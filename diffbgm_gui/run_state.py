"""What the window shows, as one frozen value, and the pure function that moves it on with each event.

Events come from the engine (`engine.events`) and from the studio's own work on a video (the classes here).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Any, Final, TypeAlias

from engine.events import (
    ConditionsReady,
    Event,
    FinishReason,
    PreviewReady,
    RunFinished,
    RunStarted,
    Stage,
    StageProgressed,
    StageStarted,
    Warned,
)
from engine.timebase import Shot


class Phase(Enum):
    """Where the window stands."""

    EMPTY = "empty"
    LOOKING = "looking"
    READY = "ready"
    OPENING = "opening"
    RUNNING = "running"
    CANCELLING = "cancelling"
    EXPORTING = "exporting"


@dataclass(frozen=True, slots=True)
class VideoChosen:
    """The user opened a file; nothing is known of it yet. None: the studio is empty again."""

    path: Path | None


@dataclass(frozen=True, slots=True, eq=False)
class VideoOpened:
    """Its header was read.

    Attributes:
        containers: suffixes of the files that can hold its picture, the best first; none for a picture that was put
            together from a timeline's clips, which is for watching only.
        timeline: the editor's timeline that it was put together from.
    """

    path: Path
    info: Any
    containers: tuple[str, ...]
    timeline: Path | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ThumbReady:
    """A picture of the video, RGB uint8 `[h, w, 3]`, at a time in seconds."""

    path: Path
    time_s: float
    picture: Any


@dataclass(frozen=True, slots=True)
class LookProgressed:
    path: Path
    done_s: float
    total_s: float


@dataclass(frozen=True, slots=True, eq=False)
class PictureMeasured:
    """The picture was analysed. `signals` is the engine's `FrameSignals`, kept for finding shots anew."""

    path: Path
    signals: Any
    shots: tuple[Shot, ...]


@dataclass(frozen=True, slots=True)
class ShotsFound:
    """Shots at another sensitivity."""

    shots: tuple[Shot, ...]


@dataclass(frozen=True, slots=True)
class LookFailed:
    path: Path
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class DraftBegun:
    """The quick pass of a run begins to write."""


@dataclass(frozen=True, slots=True, eq=False)
class DraftReady:
    """The quick pass of a run is done, and the full one goes on; `take` can be heard meanwhile."""

    take: Any


@dataclass(frozen=True, slots=True)
class OpenStarted:
    """An editor's timeline is being read; the project that is open stays until that is done."""

    path: Path


@dataclass(frozen=True, slots=True)
class OpenProgressed:
    """So much of the timeline's picture is put together."""

    done: float
    total: float


@dataclass(frozen=True, slots=True)
class OpenEnded:
    """The timeline was read, or not; another event says which."""


@dataclass(frozen=True, slots=True)
class RunAsked:
    """The user pressed Generate; the engine may still be busy with the first look at the video."""


@dataclass(frozen=True, slots=True)
class CancelAsked:
    """The user asked to stop what is under way."""


@dataclass(frozen=True, slots=True)
class ExportStarted:
    output: Path


@dataclass(frozen=True, slots=True)
class ExportProgressed:
    """How far it is; `eta_s`: seconds left."""

    done: float
    total: float
    stage: Stage | None = None
    eta_s: float | None = None


@dataclass(frozen=True, slots=True)
class ExportFinished:
    """`message` is set when it failed; without output and message it was cancelled.

    Attributes:
        files: those that are whole.
        warnings: what is not quite as asked, as a loudness that the peaks do not allow.
    """

    output: Path | None
    message: str = ""
    hint: str = ""
    files: tuple[Path, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """One line for the message bar: kind "error", "warning" or "good"."""

    kind: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class NoticeAsked:
    """The window itself has something to say."""

    notice: Notice


@dataclass(frozen=True, slots=True)
class NoticeClosed:
    """The user closed the message bar."""


StudioEvent: TypeAlias = (
    Event
    | VideoChosen
    | VideoOpened
    | ThumbReady
    | LookProgressed
    | PictureMeasured
    | ShotsFound
    | LookFailed
    | DraftBegun
    | DraftReady
    | OpenStarted
    | OpenProgressed
    | OpenEnded
    | RunAsked
    | CancelAsked
    | ExportStarted
    | ExportProgressed
    | ExportFinished
    | NoticeAsked
    | NoticeClosed
)


@dataclass(frozen=True, slots=True, eq=False)
class RunViewState:
    """What goes on: the video being looked at, the run under way. The user's work is the `Document`.

    Attributes:
        phase: see `Phase`.
        path, info, containers, signals: the video; timeline: what its picture was put together from; shots: as
            detected.
        thumbs: pictures by time.
        plan: what the run under way follows (`ConditionsReady.data`), empty when none is.
        roll: its latest piano roll, uint8 `[V, N, 128]`, None when there is none.
        step, n_steps, paper_t: the denoising step that the roll shows; step 0 before the first.
        task: what is being done, in words; progress: its share 0..1, None when unknown; eta_s: seconds left.
        seed: of the run under way or of the last one.
        notice: what the message bar says.
    """

    phase: Phase = Phase.EMPTY
    path: Path | None = None
    info: Any = None
    containers: tuple[str, ...] = ()
    timeline: Path | None = None
    signals: Any = None
    shots: tuple[Shot, ...] = ()
    thumbs: tuple[ThumbReady, ...] = ()
    plan: Mapping[str, Any] = field(default_factory=dict)
    roll: Any = None
    step: int = 0
    n_steps: int = 0
    paper_t: float = 1000.0
    task: str = ""
    progress: float | None = None
    eta_s: float | None = None
    seed: int | None = None
    notice: Notice | None = None

    @property
    def is_busy(self) -> bool:
        """Whether something is under way that the user can cancel."""
        return self.phase in (Phase.OPENING, Phase.RUNNING, Phase.CANCELLING, Phase.EXPORTING)

    @property
    def is_cancelling(self) -> bool:
        return self.phase is Phase.CANCELLING

    @property
    def can_generate(self) -> bool:
        return self.info is not None and not self.is_busy

    @property
    def duration_s(self) -> float:
        return float(self.info.duration_s) if self.info is not None else 0.0


STAGE_WORDS: Final[Mapping[Stage, str]] = {
    Stage.PROBE: "Opening the video",
    Stage.ANALYSE: "Watching the video",
    Stage.CONDITIONS: "Planning the music",
    Stage.DENOISE: "Composing",
    Stage.SCORE: "Writing the score",
    Stage.SYNTH: "Playing the instruments",
    Stage.MUX: "Joining picture and music",
}


def reduce(state: RunViewState, event: StudioEvent) -> RunViewState:
    """The state after an event. Events about a video that is no longer open change nothing."""
    match event:
        case VideoChosen(path=None):
            return RunViewState(seed=state.seed)
        case VideoChosen(path=path):
            return RunViewState(phase=Phase.LOOKING, path=path, task="Opening the video", seed=state.seed)
        case VideoOpened() | ThumbReady() | LookProgressed() | PictureMeasured() | LookFailed():
            return _looked(state, event) if event.path == state.path else state
        case ShotsFound(shots=shots):
            return replace(state, shots=shots)
        case RunAsked():
            return replace(
                state, phase=Phase.RUNNING, roll=None, plan={}, step=0, n_steps=0, paper_t=1000.0,
                task="Starting", progress=None, eta_s=None, notice=None,
            )  # fmt: skip
        case CancelAsked():
            return replace(state, phase=Phase.CANCELLING, task="Stopping", eta_s=None) if state.is_busy else state
        case NoticeAsked(notice=notice):
            return replace(state, notice=notice)
        case NoticeClosed():
            return replace(state, notice=None)
        case OpenStarted() | OpenProgressed() | OpenEnded():
            return _opened(state, event)
        case ExportStarted() | ExportProgressed() | ExportFinished():
            return _exported(state, event)
    return _ran(state, event)


def _looked(
    state: RunViewState, event: VideoOpened | ThumbReady | LookProgressed | PictureMeasured | LookFailed
) -> RunViewState:
    idle = not state.is_busy
    match event:
        case VideoOpened():
            return replace(state, info=event.info, containers=event.containers, timeline=event.timeline)
        case ThumbReady():
            thumbs = sorted((*state.thumbs, event), key=lambda thumb: thumb.time_s)
            return replace(state, thumbs=tuple(thumbs))
        case LookProgressed():
            share = event.done_s / event.total_s if event.total_s else None
            if state.phase is Phase.LOOKING or (state.phase is Phase.RUNNING and not state.plan):
                return replace(state, task=STAGE_WORDS[Stage.ANALYSE], progress=share)
            return state
        case PictureMeasured():
            state = replace(state, info=event.signals.info, signals=event.signals, shots=event.shots)
            return _at_rest(state) if idle else state
        case LookFailed():
            notice = Notice("error", event.message, event.hint)
            return RunViewState(notice=notice, seed=state.seed) if state.signals is None else state
    return state


def _opened(state: RunViewState, event: OpenStarted | OpenProgressed | OpenEnded) -> RunViewState:
    match event:
        case OpenStarted():
            task = "Reading the timeline"
            return replace(state, phase=Phase.OPENING, task=task, progress=None, eta_s=None, notice=None)
        case OpenProgressed() if state.phase is Phase.OPENING:
            return replace(state, progress=event.done / event.total if event.total else None)
        case OpenEnded():
            return _at_rest(state) if state.is_busy else state
    return state


def _exported(state: RunViewState, event: ExportStarted | ExportProgressed | ExportFinished) -> RunViewState:
    match event:
        case ExportStarted():
            return replace(state, phase=Phase.EXPORTING, task="Writing files", progress=None, eta_s=None, notice=None)
        case ExportProgressed() if state.phase is Phase.EXPORTING:
            task = STAGE_WORDS[event.stage] if event.stage is not None else state.task
            share = event.done / event.total if event.total else None
            return replace(state, task=task, progress=share, eta_s=event.eta_s)
        case ExportFinished(message=message, hint=hint):
            notice = Notice("error", message, hint) if message else None
            return replace(_at_rest(state), notice=notice) if state.is_busy else state
    return state


def _ran(state: RunViewState, event: Event | DraftBegun | DraftReady) -> RunViewState:
    if state.phase not in (Phase.RUNNING, Phase.CANCELLING):
        return state  # the last words of a run on a video that is closed
    match event:
        case RunStarted(seed=seed):
            return replace(state, seed=seed)
        case StageStarted(stage=stage):
            if state.phase is Phase.CANCELLING:
                return state
            return replace(state, task=STAGE_WORDS[stage], progress=0.0)
        case DraftBegun() if state.phase is Phase.RUNNING:
            return replace(state, task="Making a draft")
        case DraftReady() if state.phase is Phase.RUNNING:
            return replace(state, task="Refining the draft")
        case StageProgressed():
            share = event.done / event.total if event.total else None
            return replace(state, progress=share, eta_s=None if state.phase is Phase.CANCELLING else event.eta_s)
        case ConditionsReady(data=data):
            return replace(state, plan=data)
        case PreviewReady():
            return replace(state, roll=event.roll, step=event.index + 1, n_steps=event.total, paper_t=event.paper_t)
        case Warned(message=message):
            return replace(state, notice=Notice("warning", message))
        case RunFinished():
            return _finished(state, event)
    return state


def _finished(state: RunViewState, event: RunFinished) -> RunViewState:
    """What was half composed is not a result: whatever the end, the window goes back to the take of the document."""
    state = replace(_at_rest(state), roll=None, plan={}, step=0, n_steps=0, paper_t=1000.0)
    if event.reason is FinishReason.FAILED:
        state = replace(state, notice=Notice("error", event.message, event.hint))
    return state


def _at_rest(state: RunViewState) -> RunViewState:
    phase = Phase.READY if state.info is not None else Phase.EMPTY
    return replace(state, phase=phase, task="", progress=None, eta_s=None)
